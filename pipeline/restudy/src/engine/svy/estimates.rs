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
use super::gather::{Gathered, totals};
use super::slots::OfUnit;
use super::twofold::Twofold;
use super::units::Units;

/// What is estimated of sums Σw, Σwx, Σwx²; of a condition, of Σw, Σw and Σ1 of the rows that say yes.
#[derive(Clone, Copy, Debug)]
pub(super) enum OfOne {
    Mean,
    Total,
    Proportion(Method),
}

/// What is estimated of six sums.
#[derive(Clone, Copy, Debug)]
pub(super) enum OfTwo {
    /// Of Σw, Σwy, Σwx, Σwy², Σwxy, Σwx².
    Ratio,
    /// Of Σw, Σwx, Σwx² where the condition holds, and where it does not.
    Difference,
}

/// An estimator: what it makes of a group's slots.
pub(super) trait Estimator<const K: usize>: Copy + std::fmt::Debug + Send + Sync + 'static {
    /// The estimate of a group with a design.
    fn weighted(self, slots: &[OfUnit<K>], of: &Gathered, confidence: f64) -> Found;

    /// The estimate of a group without one, whose rows are all in one slot.
    fn plain(self, slot: &OfUnit<K>, confidence: f64) -> Found;
}

pub(super) type Found = Result<Option<Estimate>, SurveyError>;

/// The estimate of a group; `None` where it has no base.
pub(super) fn of_group<const K: usize, E: Estimator<K>>(
    estimator: E,
    slots: &[OfUnit<K>],
    units: Option<&Units>,
    function: &str,
    confidence: f64,
) -> Result<Option<Estimate>> {
    let found = match (units, slots.first()) {
        (_, None) => Ok(None),
        (Some(units), _) => {
            let gathered = Gathered::new(slots, units, function)?;
            estimator.weighted(slots, &gathered, confidence)
        }
        (None, Some(slot)) => estimator.plain(slot, confidence),
    };
    found.map_err(|error| told(function, &error))
}

impl Estimator<3> for OfOne {
    fn weighted(self, slots: &[OfUnit<3>], of: &Gathered, confidence: f64) -> Found {
        let domain = |sums: &[[f64; 3]], estimate: &dyn Fn(&Domain<'_, 3>) -> Found| {
            estimate(&Domain { variability: of.variability(), rows: &of.rows, n: of.n, sums })
        };
        match self {
            OfOne::Mean => {
                let mean = mean_of(&totals(slots));
                let sums: Vec<[f64; 3]> = slots.iter().map(|slot| around(&slot.sums, mean)).collect();
                let estimate = domain(&sums, &|d| estimate::mean(d, confidence))?;
                Ok(estimate.map(|found| moved(found, mean)))
            }
            OfOne::Total => domain(&values(slots), &|d| estimate::total(d, confidence)),
            OfOne::Proportion(method) => {
                let sums: Vec<[f64; 3]> =
                    values(slots).into_iter().map(|[w, yes, _]| [w, yes, yes]).collect();
                let yes = totals(slots)[2].value() as u64;
                domain(&sums, &|d| estimate::proportion(d, yes, method, confidence))
            }
        }
    }

    fn plain(self, slot: &OfUnit<3>, confidence: f64) -> Found {
        let x = moments(slot.n, &slot.sums);
        match self {
            OfOne::Mean => simple::mean(slot.rows, &x, confidence),
            OfOne::Total => simple::total(slot.rows, &x, confidence),
            OfOne::Proportion(method) => {
                let yes = slot.sums[2].value() as u64;
                simple::proportion(slot.rows, yes, slot.n, method, confidence)
            }
        }
    }
}

impl Estimator<6> for OfTwo {
    fn weighted(self, slots: &[OfUnit<6>], of: &Gathered, confidence: f64) -> Found {
        let (mut sums, mut away) = (values(slots), 0.0);
        if let OfTwo::Difference = self {
            let [a, b] = halves(&totals(slots));
            let (mean_a, mean_b) = (mean_of(&a), mean_of(&b));
            away = mean_a - mean_b;
            for (sums, slot) in sums.iter_mut().zip(slots) {
                let [a, b] = halves(&slot.sums);
                let ([a0, a1, a2], [b0, b1, b2]) = (around(&a, mean_a), around(&b, mean_b));
                *sums = [a0, a1, a2, b0, b1, b2];
            }
        }
        let domain = Domain { variability: of.variability(), rows: &of.rows, n: of.n, sums: &sums };
        match self {
            OfTwo::Ratio => estimate::ratio(&domain, confidence),
            OfTwo::Difference => {
                Ok(estimate::difference(&domain, confidence)?.map(|found| moved(found, away)))
            }
        }
    }

    fn plain(self, slot: &OfUnit<6>, confidence: f64) -> Found {
        match self {
            OfTwo::Ratio => {
                let [_, y, x, yy, xy, xx] = slot.sums;
                let sums = (y.value(), x.value());
                let ratio = sums.0 / sums.1;
                let squares = yy.less(ratio, xy).less(ratio, xy.less(ratio, xx)).value().max(0.0);
                simple::ratio(slot.rows, slot.n, sums, squares, confidence)
            }
            OfTwo::Difference => {
                let [a, b] = halves(&slot.sums);
                // Without a design the sum of the weights is the number of rows.
                let count = |sums: &[Twofold; 3]| sums[0].value() as u64;
                let (a, b) = (moments(count(&a), &a), moments(count(&b), &b));
                simple::difference(slot.rows, &a, &b, confidence)
            }
        }
    }
}

fn values<const K: usize>(slots: &[OfUnit<K>]) -> Vec<[f64; K]> {
    slots.iter().map(|slot| slot.sums.map(Twofold::value)).collect()
}

fn halves(sums: &[Twofold; 6]) -> [[Twofold; 3]; 2] {
    let [a0, a1, a2, b0, b1, b2] = *sums;
    [[a0, a1, a2], [b0, b1, b2]]
}

/// The mean of Σw, Σwx, Σwx²; 0 where there is none.
fn mean_of(sums: &[Twofold; 3]) -> f64 {
    let mean = sums[1].value() / sums[0].value();
    if mean.is_finite() { mean } else { 0.0 }
}

/// Σw, Σw(x−m), Σw(x−m)² of Σw, Σwx, Σwx².
fn around(sums: &[Twofold; 3], m: f64) -> [f64; 3] {
    let [weight, first, second] = *sums;
    let centred = first.less(m, weight);
    [weight.value(), centred.value(), second.less(m, first).less(m, centred).value().max(0.0)]
}

fn moments(n: u64, sums: &[Twofold; 3]) -> Moments {
    let mean = mean_of(sums);
    let [_, first, squares] = around(sums, mean);
    // What rounding the mean has left.
    Moments { n, mean: mean + if n > 0 { first / n as f64 } else { 0.0 }, squares }
}

fn moved(found: Estimate, by: f64) -> Estimate {
    Estimate { estimate: found.estimate + by, lower: found.lower + by, upper: found.upper + by, ..found }
}
