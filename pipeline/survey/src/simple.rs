//! Estimates from a simple random sample of rows that weigh alike: without strata, units or correction.
//!
//! In: counts, means and sums of squares. Out: an [`Estimate`], as [`crate::estimate`] gives it of a [`crate::design::Design`]
//! without weights and stages, without a pass over the rows.
//!
//! Each row is a sampling unit; rows that did not answer are units too. The variance of a total of linearised values z is
//! `rows/(rows−1) · (Σz² − (Σz)²/rows)` (Särndal, Swensson & Wretman 1992, section 3.3), with `rows − 1` degrees of freedom.
//! Of one row there is none: the standard error is NaN and the interval the whole line.

use crate::distributions::t_two_sided;
use crate::error::SurveyError;
use crate::estimate::{self, Estimate, design_effect, share_estimate};
use crate::interval::{Method, Share, around};
use crate::proportion::{Interval, wilson};

/// What is known of a variable.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Moments {
    /// Rows that answered.
    pub n: u64,
    /// Their mean.
    pub mean: f64,
    /// `Σ(x − mean)²` over them.
    pub squares: f64,
}

/// The mean, of `rows` rows, answered or not; `None` where none answered.
///
/// # Errors
/// [`SurveyError::Confidence`] unless `0 < confidence < 1`, [`SurveyError::NotFinite`] where squares are not finite either.
pub fn mean(rows: u64, x: &Moments, confidence: f64) -> Result<Option<Estimate>, SurveyError> {
    let n = x.n as f64;
    let variance = inflation(rows) * x.squares / (n * n);
    let deff = design_effect(variance, simple_variance(n, x.squares, x.n));
    around_estimate(rows, x.n, x.mean, variance, deff, confidence)
}

/// The total `Σx`, of `rows` rows, answered or not; `None` where none answered.
///
/// # Errors
/// As [`mean`].
pub fn total(rows: u64, x: &Moments, confidence: f64) -> Result<Option<Estimate>, SurveyError> {
    let n = x.n as f64;
    // Rows that did not answer add 0 to the total.
    let variance = inflation(rows) * (x.squares + n * x.mean * x.mean * (1.0 - n / rows as f64));
    let deff = design_effect(variance, simple_variance(n, x.squares, x.n).map(|v| v * n * n));
    around_estimate(rows, x.n, n * x.mean, variance, deff, confidence)
}

/// The ratio `Σy / Σx` over the `n` rows that answered both, `squares` being `Σ(y − Rx)²`; `None` where there are none, or
/// where `Σx` is 0.
///
/// # Errors
/// As [`mean`].
pub fn ratio(
    rows: u64,
    n: u64,
    sums: (f64, f64),
    squares: f64,
    confidence: f64,
) -> Result<Option<Estimate>, SurveyError> {
    let (y, x) = sums;
    if x == 0.0 {
        return Ok(None);
    }
    let variance = inflation(rows) * squares / (x * x);
    let weight = n as f64;
    let simple = simple_variance(weight, squares / (x * x), n).map(|v| v * weight * weight);
    around_estimate(rows, n, y / x, variance, design_effect(variance, simple), confidence)
}

/// The mean of group A less the mean of group B, of `rows` rows of both; `None` where a group has no base.
///
/// # Errors
/// As [`mean`].
pub fn difference(
    rows: u64,
    a: &Moments,
    b: &Moments,
    confidence: f64,
) -> Result<Option<Estimate>, SurveyError> {
    if a.n == 0 || b.n == 0 {
        return Ok(None);
    }
    let part = |x: &Moments| x.squares / (x.n as f64).powi(2);
    let variance = inflation(rows) * (part(a) + part(b));
    around_estimate(rows, a.n + b.n, a.mean - b.mean, variance, None, confidence)
}

/// The proportion `yes / base`, of `rows` rows, answered or not; `None` where none answered.
///
/// [`Method::Wilson`] is the interval of the counts: [`wilson`].
///
/// # Errors
/// As [`Share::interval`].
pub fn proportion(
    rows: u64,
    yes: u64,
    base: u64,
    method: Method,
    confidence: f64,
) -> Result<Option<Estimate>, SurveyError> {
    if base == 0 {
        return Ok(None);
    }
    let n = base as f64;
    let p = yes as f64 / n;
    let variance = inflation(rows) * p * (1.0 - p) / n;
    let df = rows as f64 - 1.0;
    let variance_or_none = if rows > 1 { variance } else { 0.0 };
    let share = Share { p, variance: variance_or_none, log_odds: None, yes, base, rows, df };
    let deff = design_effect(variance, simple_variance(n, n * p * (1.0 - p), base));
    let mut estimate = share_estimate(&share, deff, method, confidence)?;
    estimate.se = variance.sqrt();
    if method == Method::Wilson
        && let Some(Interval { lower, upper }) = wilson(yes, base, confidence)
    {
        (estimate.lower, estimate.upper) = (lower, upper);
    }
    Ok(Some(estimate))
}

/// Variance of the mean of rows that weigh 1, and of no population that is known.
fn simple_variance(n: f64, spread: f64, count: u64) -> Option<f64> {
    estimate::simple_variance(n, spread, count, 1.0)
}

/// `rows / (rows − 1)`, NaN of one row.
fn inflation(rows: u64) -> f64 {
    if rows > 1 { rows as f64 / (rows as f64 - 1.0) } else { f64::NAN }
}

fn around_estimate(
    rows: u64,
    n: u64,
    estimate: f64,
    variance: f64,
    deff: Option<f64>,
    confidence: f64,
) -> Result<Option<Estimate>, SurveyError> {
    if n == 0 {
        return Ok(None);
    }
    let df = rows as f64 - 1.0;
    let t = t_two_sided(confidence, df).ok_or(SurveyError::Confidence(confidence))?;
    let se = variance.max(0.0).sqrt();
    let se = if variance.is_nan() { f64::NAN } else { se };
    if !estimate.is_finite() || se.is_infinite() || rows > 1 && se.is_nan() {
        return Err(SurveyError::NotFinite);
    }
    let Interval { lower, upper } = around(estimate, se, t);
    Ok(Some(Estimate { estimate, se, lower, upper, n, base: n, df, deff }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::design::Design;

    /// Marks of seven pupils, two of whom were absent, and a condition.
    const MARKS: [f64; 7] = [2.0, 3.0, f64::NAN, 5.0, 1.0, f64::NAN, 3.5];

    fn moments(values: &[f64]) -> Moments {
        let answered: Vec<f64> = values.iter().copied().filter(|x| !x.is_nan()).collect();
        let n = answered.len() as f64;
        let mean = answered.iter().sum::<f64>() / n;
        let squares = answered.iter().map(|x| (x - mean).powi(2)).sum();
        Moments { n: answered.len() as u64, mean, squares }
    }

    #[test]
    fn squares_that_are_not_finite_are_no_variance() {
        let x = Moments { n: 2, mean: 1.5e200, squares: f64::NAN };
        assert_eq!(mean(2, &x, 0.95), Err(SurveyError::NotFinite));
        // Of one row there is no variance, which is not a fault.
        let one =
            mean(1, &Moments { n: 1, mean: 3.0, squares: 0.0 }, 0.95).expect("an estimate").expect("a base");
        assert!(one.se.is_nan() && one.deff.is_none());
    }

    fn same(a: Result<Option<Estimate>, SurveyError>, b: Result<Option<Estimate>, SurveyError>) {
        let (a, b) = (a.expect("an estimate").expect("a base"), b.expect("an estimate").expect("a base"));
        let close = |a: f64, b: f64| (a - b).abs() < 1e-12 * b.abs().max(1.0);
        assert!(close(a.estimate, b.estimate) && close(a.se, b.se), "{a:?} is not {b:?}");
        assert!(close(a.lower, b.lower) && close(a.upper, b.upper), "{a:?} is not {b:?}");
        assert!(close(a.deff.unwrap_or(0.0), b.deff.unwrap_or(0.0)), "{a:?} is not {b:?}");
        assert_eq!((a.n, a.base, a.df), (b.n, b.base, b.df));
    }

    #[test]
    fn estimates_are_those_of_a_design_without_weights_and_stages() {
        let design = Design::builder(7).build().expect("a design");
        let marks = moments(&MARKS);
        same(mean(7, &marks, 0.95), design.mean(&MARKS, None, 0.95));
        same(total(7, &marks, 0.95), design.total(&MARKS, None, 0.95));
        let yes = MARKS.map(|x| if x.is_nan() { x } else { f64::from(u8::from(x > 2.5)) });
        for method in [Method::Logit, Method::KornGraubard, Method::Wald, Method::ClopperPearson] {
            same(proportion(7, 3, 5, method, 0.9), design.proportion(&yes, None, method, 0.9));
        }
    }

    #[test]
    fn a_proportion_has_the_interval_of_its_counts() {
        let estimate = proportion(9, 3, 5, Method::Wilson, 0.95).expect("an estimate").expect("a base");
        let counts = wilson(3, 5, 0.95).expect("an interval");
        assert_eq!((estimate.lower, estimate.upper), (counts.lower, counts.upper));
    }

    #[test]
    fn one_row_says_nothing_of_its_variance() {
        let one =
            mean(1, &Moments { n: 1, mean: 3.0, squares: 0.0 }, 0.95).expect("an estimate").expect("a base");
        assert!(one.se.is_nan() && one.lower == f64::NEG_INFINITY && one.upper == f64::INFINITY);
        assert_eq!((one.estimate, one.df, one.deff), (3.0, 0.0, None));
        assert_eq!(mean(3, &Moments::default(), 0.95), Ok(None));
        let share = proportion(1, 1, 1, Method::Wilson, 0.95).expect("an estimate").expect("a base");
        assert!(share.se.is_nan() && share.lower > 0.2 && share.upper == 1.0);
    }
}
