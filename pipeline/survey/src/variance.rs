//! The variance of an estimate: from the stages of the sample, or from replicate weights.
//!
//! In: elements (rows, or sums of rows that share their last unit) with their places in the sample, and the sums from
//! whose totals estimates are made. Out: their covariance matrix and degrees of freedom.
//!
//! **Stages.** Over the strata h of the first stage, with n_h of N_h units sampled, z_hi the sum of linearised values in
//! unit i and f_h = n_h/N_h:
//!
//! `V = Σ_h (1 − f_h) n_h/(n_h−1) Σ_i (z_hi − z̄_h)(z_hi − z̄_h)ᵀ + Σ_h f_h Σ_i V_hi`
//!
//! where V_hi is the same of the next stage within unit i (Särndal, Swensson & Wretman 1992, section 4.3.2). Where the
//! population is infinite, f_h is 0, and later stages add nothing: units are then taken as drawn with replacement. All
//! n_h units count, those without a row in the domain as 0, and so a domain's size is as random as it is (Lumley 2010,
//! section 2.2.2). A stratum with n_h = 1 < N_h follows [`LonelyPsu`].
//!
//! **Replicates.** `V = scale · Σ_r rscales_r (θ_r − centre)(θ_r − centre)ᵀ` over the estimates θ_r from each set of replicate
//! weights (Wolter 2007, chapters 3 to 5).
//!
//! Numbers agree with R's survey 4.1 (`svyrecvar`, `svrVar`, `degf`) to 11 digits.

mod alike;
mod replication;
mod stages;

use crate::calibration::Calibration;
use crate::error::SurveyError;
use crate::sums::column_sums;

/// The place of an element in one stage of the sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stage {
    /// Number of the stratum, unique in its stage over the whole sample.
    pub stratum: u32,
    /// Number of the sampling unit, unique in its stage over the whole sample.
    pub unit: u32,
    /// Units that were sampled in the stratum (at the second stage: in this stratum of this first-stage unit), whether or
    /// not one of their rows is at hand.
    pub sampled: u32,
    /// Units of the population in the stratum; infinite where there is no finite-population correction.
    pub population: f64,
}

/// What a stratum with one sampled unit contributes to the variance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum LonelyPsu {
    /// Nothing can be said: no estimate is made.
    #[default]
    Fail,
    /// Nothing: the unit was sure to be in the sample.
    Certainty,
    /// The square of its total: its distance from the mean of all strata, which is 0 for linearised values.
    Adjust,
    /// The average of what the other strata contribute; no estimate is made where there are none.
    Average,
}

/// How replicate estimates make a variance: `scale · Σ rscales_r (θ_r − centre)²`.
#[derive(Clone, Debug, PartialEq)]
pub struct Replication {
    /// Factor of the sum.
    pub scale: f64,
    /// Factor of each replicate.
    pub rscales: Vec<f64>,
    /// Whether the centre is the estimate itself; else it is the mean of the replicate estimates.
    pub mse: bool,
}

/// Where the variance comes from. Slices are as long as there are elements, and need no order.
#[derive(Clone, Copy, Debug)]
pub enum Variability<'a> {
    /// Taylor linearisation over the stages of the sample.
    Stages {
        /// For each stage, the place of each element.
        stages: &'a [Vec<Stage>],
        /// What a lonely unit does.
        lonely: LonelyPsu,
        /// How the weights were calibrated; the elements must then be all rows of the sample.
        calibration: Option<&'a Calibration>,
    },
    /// Replicate weights.
    Replicates {
        /// Elements times replicates, row by row: replicate weight divided by weight.
        factors: &'a [f64],
        /// How the replicates make a variance.
        replication: &'a Replication,
    },
    /// A simple random sample of rows without correction: each row is a unit, and the rows of an element are all alike.
    Alike {
        /// Per element, its rows, within the domain or not.
        rows: &'a [u64],
    },
}

impl Variability<'_> {
    /// Degrees of freedom of a variance from the elements that are `members`, with so many `rows`: their first-stage units less their
    /// strata (Korn & Graubard, Analysis of Health Surveys, 1999, section 5.2), or the rank of their replicate weights less
    /// 1. Rows with weight 0 do not count.
    ///
    /// 0 or less where the elements tell nothing about a variance.
    ///
    /// # Errors
    /// [`SurveyError::Length`] where the columns are not as long as `members`.
    pub fn degrees_of_freedom(&self, members: &[bool], rows: u64) -> Result<f64, SurveyError> {
        self.check(members.len())?;
        Ok(match self {
            Variability::Stages { stages, .. } => stages::degrees_of_freedom(stages, members),
            Variability::Replicates { factors, replication } => {
                replication::degrees_of_freedom(factors, replication.rscales.len(), members)
            }
            Variability::Alike { .. } => alike::degrees_of_freedom(rows),
        })
    }

    /// The mean weight up to which weights are taken for relative rather than for units of the population: hardly more than 1
    /// where the size of the population is known, as weights come from it; 2 elsewhere, since few samples take half.
    pub(crate) fn relative_weight(&self) -> f64 {
        let first = match self {
            Variability::Stages { stages, .. } => stages.first().and_then(|stage| stage.first()),
            Variability::Replicates { .. } | Variability::Alike { .. } => None,
        };
        // Weights of a whole population add up to it but for their rounding.
        if first.is_some_and(|place| place.population.is_finite()) { 1.0 + 1e-6 } else { 2.0 }
    }

    /// That each column has `elements` values.
    fn check(&self, elements: usize) -> Result<(), SurveyError> {
        let same = |what, expected, found| {
            if expected == found { Ok(()) } else { Err(SurveyError::Length { what, expected, found }) }
        };
        match self {
            Variability::Stages { stages, calibration, .. } => {
                if stages.is_empty() {
                    return Err(SurveyError::Length {
                        what: "the stages of the sample",
                        expected: 1,
                        found: 0,
                    });
                }
                stages.iter().try_for_each(|stage| same("a stage of the sample", elements, stage.len()))?;
                let rows = calibration.and_then(Calibration::rows).unwrap_or(elements);
                same("a column of the calibrated sample", rows, elements)
            }
            Variability::Replicates { factors, replication } => {
                same("the table of replicate factors", elements * replication.rscales.len(), factors.len())
            }
            Variability::Alike { rows } => same("the rows of the elements", elements, rows.len()),
        }
    }
}

/// Sums per element, from whose totals estimates are computed.
///
/// An estimate is a smooth function of totals: its linearised value of an element is `Σ_k c_k · sums_k`, with c the
/// derivatives of the estimate by the totals (Särndal, Swensson & Wretman, Model Assisted Survey Sampling, 1992, section
/// 5.5); its replicate is the function of the replicate's totals.
#[derive(Clone, Copy, Debug)]
pub struct Sums<'a> {
    /// Where the variance comes from.
    pub variability: Variability<'a>,
    /// Elements times sums, element by element. Elements whose sums are all 0 lie outside the domain.
    pub values: &'a [f64],
    /// Sums per element.
    pub width: usize,
}

impl Sums<'_> {
    /// The totals over all elements.
    pub fn totals(&self) -> Vec<f64> {
        column_sums(self.values.chunks(self.width.max(1)), self.width)
    }

    /// The covariance matrix of estimates, row by row.
    ///
    /// `gradient` has estimates times sums: the derivative of each estimate by each total, at the totals. `estimates` gives
    /// the estimates at any totals; replicates use it, and drop those where an estimate is not finite, as R's survey does.
    ///
    /// # Errors
    /// [`SurveyError::LonelyPsu`] where a stratum has one sampled unit and the policy is to fail, or is the average of
    /// other strata and there are none; [`SurveyError::NotFinite`], [`SurveyError::Length`],
    /// [`SurveyError::TooManyUnits`], [`SurveyError::NoReplicate`].
    pub fn covariance(
        &self,
        gradient: &[f64],
        estimates: &dyn Fn(&[f64]) -> Vec<f64>,
    ) -> Result<Vec<f64>, SurveyError> {
        let width = self.width.max(1);
        self.variability.check(self.values.len() / width)?;
        let m = gradient.len() / width;
        if m * width != gradient.len() {
            let (expected, found) = (m * width, gradient.len());
            return Err(SurveyError::Length { what: "the gradient", expected, found });
        }
        if m == 0 {
            return Ok(Vec::new());
        }
        let linearised = || -> Vec<f64> {
            let elements = self.values.chunks(width);
            elements.flat_map(|sums| gradient.chunks(width).map(|c| dot(c, sums))).collect()
        };
        let covariance = match self.variability {
            Variability::Stages { stages, lonely, calibration } => {
                let mut z = linearised();
                let mut members: Vec<bool> =
                    self.values.chunks(width).map(|sums| sums.iter().any(|&sum| sum != 0.0)).collect();
                if let Some(calibration) = calibration {
                    calibration.residuals(&mut z, m);
                    members.fill(true);
                }
                stages::covariance(stages, lonely, &z, m, &members)?
            }
            Variability::Replicates { factors, replication } => {
                let centre = estimates(&self.totals());
                let replicates = replication::totals(factors, replication.rscales.len(), self.values, width);
                let thetas: Vec<Vec<f64>> = replicates.chunks(width).map(estimates).collect();
                replication.covariance(&thetas, &centre)?
            }
            Variability::Alike { rows } => alike::covariance(rows, &linearised(), m),
        };
        if covariance.iter().all(|v| v.is_finite()) { Ok(covariance) } else { Err(SurveyError::NotFinite) }
    }
}

impl Sums<'_> {
    /// The variance of the log odds of each share, from the log odds of its replicates; `None` where variances do not come
    /// from replicates, and where a replicate that counts has a share of 0 or 1.
    ///
    /// `shares` gives the shares at any totals. A replicate without a base is left out, as for the share itself.
    pub(crate) fn log_odds_variances(&self, shares: &dyn Fn(&[f64]) -> Vec<f64>) -> Vec<Option<f64>> {
        let estimates = shares(&self.totals());
        let Variability::Replicates { factors, replication } = self.variability else {
            return vec![None; estimates.len()];
        };
        let width = self.width.max(1);
        let replicates = replication::totals(factors, replication.rscales.len(), self.values, width);
        let thetas: Vec<Vec<f64>> = replicates.chunks(width).map(shares).collect();
        let of = |(i, share): (usize, &f64)| {
            let of_replicates: Vec<f64> = thetas.iter().map(|shares| shares[i]).collect();
            replication.log_odds_variance(&of_replicates, *share)
        };
        estimates.iter().enumerate().map(of).collect()
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
