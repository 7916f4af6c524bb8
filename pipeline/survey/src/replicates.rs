//! Making replicate weights from the first stage of a sample.
//!
//! In: the place of each element in the first stage. Out: [`Made`]: factors of the weights, and how they make a variance;
//! or a [`ReplicateFault`] where the strata do not allow the method. All rows of a unit have the same factors.
//!
//! ```
//! use survey::design::Design;
//! use survey::replicates::Kind;
//!
//! let strata = [1, 1, 2, 2];
//! let design = Design::builder(4).stage(Some(&strata), None, None).build()?;
//! let halves = design.with_replicates(Kind::Brr { rho: 0.0 })?;
//! let (factors, replication) = halves.replicates().unwrap();
//! assert_eq!((factors.len(), replication.scale), (16, 0.25));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod bootstrap;
mod half_samples;
mod jackknife;

use std::collections::BTreeMap;

use thiserror::Error;

use crate::variance::{LonelyPsu, Replication, Stage};

/// How replicates are made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// The jackknife of a sample without strata: each replicate leaves one unit out (Wolter 2007, section 4.2).
    ///
    /// Others get `n/(n−1)`, and the sum of squares the factor `(1 − n/N)(n−1)/n`.
    Jk1,
    /// The jackknife of a stratified sample: each replicate leaves one unit out, and gives its part to the others of its
    /// stratum (Wolter 2007, section 4.5).
    ///
    /// The factor of a replicate is `(1 − n_h/N_h)(n_h−1)/n_h`. Strata taken whole have no replicates.
    Jkn,
    /// Balanced half-samples (McCarthy, Review of the International Statistical Institute 37, 1969, p. 239): of each pair of
    /// units one counts, by the rows of a Hadamard matrix.
    ///
    /// Strata need an even number of units; those of more than two are split into pairs in the order of the units' numbers.
    /// With Fay's `rho` the other unit keeps that much of its weight (Judkins, Journal of Official Statistics 6, 1990, p. 223); 0 is
    /// the plain method. There is no finite-population correction.
    Brr {
        /// Share of its weight that a unit keeps outside its half-sample: 0 or more, less than 1.
        rho: f64,
    },
    /// The rescaling bootstrap: in each stratum `n_h − 1` units are drawn with replacement, and count `n_h/(n_h−1)` times
    /// (Rao & Wu, Journal of the American Statistical Association 83, 1988, p. 231; Rao, Wu & Yue, Survey Methodology 18,
    /// 1992, p. 209; R's "subbootstrap"). There is no finite-population correction.
    Bootstrap {
        /// Number of replicates, 2 or more.
        count: usize,
        /// Start of the random numbers: the same seed gives the same replicates.
        seed: u64,
    },
}

/// Replicates that were made.
#[derive(Clone, Debug, PartialEq)]
pub struct Made {
    /// Elements times replicates, row by row: replicate weight divided by weight.
    pub factors: Vec<f64>,
    /// How they make a variance.
    pub replication: Replication,
}

/// Why replicates cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum ReplicateFault {
    /// The jackknife without strata of a sample that has some.
    #[error("the sample has {0} strata: use the stratified jackknife")]
    Stratified(usize),
    /// A stratum with one unit.
    #[error("stratum {0} has only one sampled unit")]
    LonelyPsu(u32),
    /// A stratum with an odd number of units.
    #[error("stratum {stratum} has {units} units, which do not make pairs")]
    OddUnits {
        /// Number of the stratum.
        stratum: u32,
        /// Its units.
        units: usize,
    },
    /// Every stratum was taken whole.
    #[error("every stratum was taken whole: nothing varies between samples")]
    WholePopulation,
    /// Fay's factor outside its range.
    #[error("Fay's rho must be 0 or more and less than 1, and is {0}")]
    Rho(f64),
    /// Fewer than two bootstrap replicates.
    #[error("a bootstrap needs 2 replicates or more")]
    TooFew,
}

/// The units of the first stage by stratum.
struct Units {
    strata: Vec<Stratum>,
    /// Number of each element's unit, counted over `strata`.
    of: Vec<usize>,
    count: usize,
}

/// A stratum: its units are `first..first + count`.
struct Stratum {
    number: u32,
    first: usize,
    count: usize,
    population: f64,
}

impl Stratum {
    /// Share of the population outside the sample.
    fn outside(&self) -> f64 {
        if self.population.is_infinite() {
            1.0
        } else {
            ((self.population - self.count as f64) / self.population).max(0.0)
        }
    }
}

impl Kind {
    /// Makes replicates for elements with the given places in the first stage.
    ///
    /// `lonely` says what a stratum with one unit gives the stratified jackknife: no replicate, with the scale raised to
    /// units / replicates under [`LonelyPsu::Average`]; or, under [`LonelyPsu::Adjust`], one that leaves the stratum out.
    ///
    /// # Errors
    /// [`ReplicateFault`].
    pub fn make(self, first_stage: &[Stage], lonely: LonelyPsu) -> Result<Made, ReplicateFault> {
        let units = Units::of(first_stage);
        let (by_unit, replication) = match self {
            Kind::Jk1 => jackknife::unstratified(&units)?,
            Kind::Jkn => jackknife::stratified(&units, lonely)?,
            Kind::Brr { rho } => half_samples::balanced(&units, rho)?,
            Kind::Bootstrap { count, seed } => bootstrap::rescaled(&units, count, seed)?,
        };
        let count = replication.rscales.len();
        let factors = units.of.iter().flat_map(|&unit| &by_unit[unit * count..][..count]).copied().collect();
        Ok(Made { factors, replication })
    }
}

impl Units {
    fn of(first_stage: &[Stage]) -> Self {
        let mut numbers: BTreeMap<(u32, u32), usize> =
            first_stage.iter().map(|place| ((place.stratum, place.unit), 0)).collect();
        numbers.values_mut().zip(0..).for_each(|(number, i)| *number = i);
        let of = first_stage.iter().map(|place| numbers[&(place.stratum, place.unit)]).collect();
        let populations: BTreeMap<u32, f64> =
            first_stage.iter().map(|place| (place.stratum, place.population)).collect();
        let mut strata: Vec<Stratum> = Vec::new();
        for (&(number, _), &unit) in &numbers {
            match strata.last_mut() {
                Some(stratum) if stratum.number == number => stratum.count += 1,
                _ => strata.push(Stratum {
                    number,
                    first: unit,
                    count: 1,
                    population: populations.get(&number).copied().unwrap_or(f64::INFINITY),
                }),
            }
        }
        Units { strata, of, count: numbers.len() }
    }
}

/// Factors of units times replicates, unit by unit, from their replicates.
fn by_unit(units: usize, replicates: &[Vec<f64>]) -> Vec<f64> {
    (0..units).flat_map(|unit| replicates.iter().map(move |replicate| replicate[unit])).collect()
}

#[cfg(test)]
mod tests;
