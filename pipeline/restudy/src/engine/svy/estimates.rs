//! From the sums of a group to its estimate: which sums each function keeps, and what it makes of them.
//!
//! Sums around the mean are worked out in twice the precision before they go to the crate `survey`, so that values far from
//! 0 (years, times) keep their spread.

use datafusion::common::Result;
use survey::domain::Domain;
use survey::error::SurveyError;
use survey::estimate::{self, Estimate};
use survey::interval::Method;
use survey::simple::{self, Moments};

use super::faults::told;
use super::gather::Gathered;
use super::slots::OfUnits;
use super::twofold::{Twofold, Twofolds};
use super::units::Units;

/// What is estimated of one variable, from Σw and Σwx per unit, and Σwx² over all units; of a condition x, from Σ1 of the rows
/// that say yes in its place.
#[derive(Clone, Copy, Debug)]
pub(super) enum OfOne {
    Mean,
    Total,
    Proportion(Method),
}

/// A ratio, from Σw, Σwy and Σwx per unit, and Σwy², Σwxy and Σwx² over all units.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ratio;

/// A difference of means, from Σw and Σwx per unit, where the condition holds and where it does not, and both Σwx² over all
/// units.
#[derive(Clone, Copy, Debug)]
pub(super) struct Difference;

/// What is kept of a group: `U` sums per unit, and `G` over all units.
#[derive(Debug)]
pub(super) struct OfGroup<const U: usize, const G: usize> {
    pub(super) of_units: OfUnits<U>,
    pub(super) overall: Overall<G>,
}

/// What is kept of a group over all units.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Overall<const G: usize> {
    /// Rows that answered, of a weight other than 0.
    pub(super) n: u64,
    /// Rows that did not.
    pub(super) silent: u64,
    pub(super) sums: Twofolds<G>,
}

/// An estimator: what it makes of a group.
pub(super) trait Estimator<const U: usize, const G: usize>:
    Copy + std::fmt::Debug + Send + Sync + 'static
{
    /// The estimate of a group with a design.
    fn weighted(self, group: &OfGroup<U, G>, sample: &Gathered, confidence: f64) -> Found;

    /// The estimate of a group of so many rows without one.
    fn plain(self, group: &OfGroup<U, G>, rows: u64, confidence: f64) -> Found;
}

pub(super) type Found = Result<Option<Estimate>, SurveyError>;

/// Estimates of group after group.
pub(super) struct OfEach<'a, E> {
    estimator: E,
    /// The units of the design, if there is one.
    units: Option<&'a Units>,
    function: &'a str,
    confidence: f64,
    /// The units of the group before as a domain: groups mostly have rows of the same units.
    latest: Option<(Vec<u32>, Gathered)>,
}

impl<'a, E> OfEach<'a, E> {
    pub(super) fn new(estimator: E, units: Option<&'a Units>, function: &'a str, confidence: f64) -> Self {
        OfEach { estimator, units, function, confidence, latest: None }
    }

    /// The estimate of a group; `None` where it has no base.
    pub(super) fn estimate<const U: usize, const G: usize>(
        &mut self,
        group: &OfGroup<U, G>,
    ) -> Result<Option<Estimate>>
    where
        E: Estimator<U, G>,
    {
        let (numbers, Overall { n, silent, .. }) = (&group.of_units.units, group.overall);
        let found = match self.units {
            _ if numbers.is_empty() => Ok(None),
            Some(units) => {
                let latest = match self.latest.take().filter(|(units, _)| units == numbers) {
                    Some(latest) => latest,
                    None => (numbers.clone(), Gathered::new(numbers, units, self.function)?),
                };
                let (_, sample) = self.latest.insert(latest);
                self.estimator.weighted(group, sample, self.confidence)
            }
            None => self.estimator.plain(group, n + silent, self.confidence),
        };
        found.map_err(|error| told(self.function, &error))
    }
}

impl<const U: usize, const G: usize> OfGroup<U, G> {
    /// The group as a domain of the sample.
    fn domain<'a, const K: usize>(&self, sample: &'a Gathered, sums: &'a [[f64; K]]) -> Domain<'a, K> {
        let Overall { n, silent, .. } = self.overall;
        Domain { variability: sample.variability(), members: sample.members(), rows: n + silent, n, sums }
    }

    /// Values of each unit's sums.
    fn of_each<const K: usize>(&self, values: impl Fn(&[Twofold; U]) -> [f64; K]) -> Vec<[f64; K]> {
        self.of_units.sums.iter().map(values).collect()
    }
}

impl Estimator<2, 1> for OfOne {
    fn weighted(self, group: &OfGroup<2, 1>, sample: &Gathered, confidence: f64) -> Found {
        let [squares] = group.overall.sums.each();
        match self {
            OfOne::Mean => {
                let totals = group.of_units.totals();
                let mean = mean_of(&totals);
                let sums = group.of_each(|sums| around(sums, mean));
                let squares = squares_around(&totals, squares, mean);
                let estimate = estimate::mean(&group.domain(sample, &sums), squares, confidence)?;
                Ok(estimate.map(|found| moved(found, mean)))
            }
            OfOne::Total => {
                let sums = group.of_each(values);
                estimate::total(&group.domain(sample, &sums), squares.value(), confidence)
            }
            OfOne::Proportion(method) => {
                let (sums, yes) = (group.of_each(values), squares.value() as u64);
                estimate::proportion(&group.domain(sample, &sums), yes, method, confidence)
            }
        }
    }

    fn plain(self, group: &OfGroup<2, 1>, rows: u64, confidence: f64) -> Found {
        let (totals, n) = (group.of_units.totals(), group.overall.n);
        let [squares] = group.overall.sums.each();
        match self {
            OfOne::Mean => simple::mean(rows, &moments(n, &totals, squares), confidence),
            OfOne::Total => simple::total(rows, &moments(n, &totals, squares), confidence),
            OfOne::Proportion(method) => {
                simple::proportion(rows, squares.value() as u64, n, method, confidence)
            }
        }
    }
}

impl Estimator<3, 3> for Ratio {
    fn weighted(self, group: &OfGroup<3, 3>, sample: &Gathered, confidence: f64) -> Found {
        let sums = group.of_each(values);
        estimate::ratio(&group.domain(sample, &sums), values(&group.overall.sums.each()), confidence)
    }

    fn plain(self, group: &OfGroup<3, 3>, rows: u64, confidence: f64) -> Found {
        let [_, y, x] = group.of_units.totals();
        let (n, [yy, xy, xx]) = (group.overall.n, group.overall.sums.each());
        let sums = (y.value(), x.value());
        let ratio = sums.0 / sums.1;
        let squares = not_negative(yy.less(ratio, xy).less(ratio, xy.less(ratio, xx)).value());
        simple::ratio(rows, n, sums, squares, confidence)
    }
}

impl Estimator<4, 2> for Difference {
    fn weighted(self, group: &OfGroup<4, 2>, sample: &Gathered, confidence: f64) -> Found {
        let [a, b] = halves(&group.of_units.totals());
        let (mean_a, mean_b) = (mean_of(&a), mean_of(&b));
        let sums = group.of_each(|sums| {
            let [a, b] = halves(sums);
            let ([a0, a1], [b0, b1]) = (around(&a, mean_a), around(&b, mean_b));
            [a0, a1, b0, b1]
        });
        let estimate = estimate::difference(&group.domain(sample, &sums), confidence)?;
        Ok(estimate.map(|found| moved(found, mean_a - mean_b)))
    }

    fn plain(self, group: &OfGroup<4, 2>, rows: u64, confidence: f64) -> Found {
        let [a, b] = halves(&group.of_units.totals());
        let [squares_a, squares_b] = group.overall.sums.each();
        // Without a design the sum of the weights is the number of rows.
        let count = |[weight, _]: &[Twofold; 2]| weight.value() as u64;
        let (a, b) = (moments(count(&a), &a, squares_a), moments(count(&b), &b, squares_b));
        simple::difference(rows, &a, &b, confidence)
    }
}

fn values<const K: usize>(sums: &[Twofold; K]) -> [f64; K] {
    sums.map(Twofold::value)
}

fn halves(&[a0, a1, b0, b1]: &[Twofold; 4]) -> [[Twofold; 2]; 2] {
    [[a0, a1], [b0, b1]]
}

/// The mean of Σw, Σwx; 0 where there is none.
fn mean_of([weight, sum]: &[Twofold; 2]) -> f64 {
    let mean = sum.value() / weight.value();
    if mean.is_finite() { mean } else { 0.0 }
}

/// Σw, Σw(x−m) of Σw, Σwx.
fn around([weight, sum]: &[Twofold; 2], m: f64) -> [f64; 2] {
    [weight.value(), sum.less(m, *weight).value()]
}

/// Σw(x−m)² of Σw, Σwx and Σwx².
fn squares_around([weight, sum]: &[Twofold; 2], squares: Twofold, m: f64) -> f64 {
    not_negative(squares.less(m, *sum).less(m, sum.less(m, *weight)).value())
}

/// A sum of squares that rounding may have left below 0; NaN stays.
fn not_negative(squares: f64) -> f64 {
    if squares < 0.0 { 0.0 } else { squares }
}

fn moments(n: u64, totals: &[Twofold; 2], squares: Twofold) -> Moments {
    let mean = mean_of(totals);
    let [_, first] = around(totals, mean);
    // What rounding the mean has left.
    let rest = if n > 0 { first / n as f64 } else { 0.0 };
    Moments { n, mean: mean + rest, squares: squares_around(totals, squares, mean) }
}

fn moved(found: Estimate, by: f64) -> Estimate {
    Estimate { estimate: found.estimate + by, lower: found.lower + by, upper: found.upper + by, ..found }
}
