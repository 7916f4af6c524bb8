//! Means, totals, proportions, ratios and differences of a domain, with their standard errors and intervals.
//!
//! In: the sums of a [`Domain`]. Out: an [`Estimate`]; `None` where the domain has no base. w is a row's weight, and all
//! sums are over rows that answered.
//!
//! Every estimate is a function of totals; variances are from linearised values or replicates
//! ([`crate::variance::Sums`]; Särndal, Swensson & Wretman 1992, chapter 5; Lumley 2010, chapter 2).
//!
//! ```
//! use survey::domain::Domain;
//! use survey::estimate::mean;
//! use survey::variance::{LonelyPsu, Stage, Variability};
//!
//! // Three units drawn from one stratum; the second has no row of the domain.
//! let place = |unit| Stage { stratum: 0, unit, sampled: 3, population: f64::INFINITY };
//! let stages = [vec![place(0), place(1), place(2)]];
//! let domain = Domain {
//!     variability: Variability::Stages { stages: &stages, lonely: LonelyPsu::Fail, calibration: None },
//!     members: &[true, false, true],
//!     rows: 3,
//!     n: 3,
//!     // Weights of 10: values 1 and 2 in the first unit, 6 in the last.
//!     sums: &[[20.0, 30.0], [0.0; 2], [10.0, 60.0]],
//! };
//! let mean = mean(&domain, 10.0 * (1.0 + 4.0 + 36.0), 0.95)?.unwrap();
//! assert_eq!((mean.estimate, mean.base, mean.df), (3.0, 3, 1.0));
//! assert!((mean.se - 3.0_f64.sqrt()).abs() < 1e-12);
//! # Ok::<(), survey::error::SurveyError>(())
//! ```

use crate::distributions::t_two_sided;
use crate::domain::Domain;
use crate::error::SurveyError;
use crate::interval::{Method, Share, around};
use crate::proportion::Interval;
use crate::variance::{Sums, Variability};

/// An estimate with its uncertainty.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The estimate, in the unit of the values; a share of 1 for proportions.
    pub estimate: f64,
    /// Its standard error, in the same unit.
    pub se: f64,
    /// Lower end of the confidence interval; minus infinity (for a proportion 0) where there are no degrees of freedom.
    pub lower: f64,
    /// Upper end of the confidence interval; infinity (for a proportion 1) where there are no degrees of freedom.
    pub upper: f64,
    /// Unweighted rows that the estimate counts: for a proportion those that said yes, else all that answered.
    pub n: u64,
    /// Unweighted rows that answered.
    pub base: u64,
    /// Degrees of freedom of the variance ([`Variability::degrees_of_freedom`]).
    pub df: f64,
    /// The design effect: the variance over that of a simple random sample of as many rows (Kish 1965, section 8.2).
    ///
    /// The simple random sample is drawn without replacement from as many as the weights add up to. Where they add up to no
    /// more than the rows, or to less than twice as many in a sample without finite-population correction, weights are taken for
    /// relative, and it is drawn with replacement. `None` where that variance is 0, or for a difference.
    pub deff: Option<f64>,
}

/// The mean `Σwx / Σw`, of sums Σw, Σwx; `squares` is Σwx² of the whole domain, for the design effect, which is left out where
/// they are not finite.
///
/// # Errors
/// As [`Sums::covariance`], and [`SurveyError::Confidence`] unless `0 < confidence < 1`.
pub fn mean(domain: &Domain<'_, 2>, squares: f64, confidence: f64) -> Result<Option<Estimate>, SurveyError> {
    let Some(moments) = moments(domain, |_| squares)? else { return Ok(None) };
    symmetric(domain, moments.mean, moments.variance, moments.deff(), confidence).map(Some)
}

/// The total `Σwx`, of sums Σw, Σwx; `squares` is Σwx² of the whole domain, for the design effect.
///
/// # Errors
/// As [`mean`].
pub fn total(domain: &Domain<'_, 2>, squares: f64, confidence: f64) -> Result<Option<Estimate>, SurveyError> {
    let [weight, sum] = domain.totals()?;
    if !has_base(domain.n, weight) {
        return Ok(None);
    }
    let variance = domain.variance([0.0, 1.0], |t| t[1])?;
    let spread = squares - sum * (sum / weight);
    let deff = design_effect(
        variance,
        simple_variance(weight, spread, domain.n, domain.variability.relative_weight())
            .map(|v| v * weight * weight),
    );
    symmetric(domain, sum, variance, deff, confidence).map(Some)
}

/// The proportion `Σwx / Σw` of an x that is 0 or 1, of sums Σw, Σwx; `yes` is the number of rows with x = 1.
///
/// # Errors
/// As [`mean`], and as [`Share::interval`].
pub fn proportion(
    domain: &Domain<'_, 2>,
    yes: u64,
    method: Method,
    confidence: f64,
) -> Result<Option<Estimate>, SurveyError> {
    let Some(moments) = moments(domain, |sum| sum)? else { return Ok(None) };
    let log_odds = match method {
        Method::Logit => domain.log_odds_variance(|t| t[1] / t[0]),
        _ => None,
    };
    let share = Share {
        p: moments.mean,
        variance: moments.variance,
        log_odds,
        yes,
        base: domain.n,
        rows: domain.rows,
        df: domain.degrees_of_freedom()?,
    };
    share_estimate(&share, moments.deff(), method, confidence).map(Some)
}

/// The ratio `Σwy / Σwx`, of sums Σw, Σwy, Σwx; `squares` are Σwy², Σwxy, Σwx² of the whole domain, for the design effect.
/// `None` also where `Σwx` is 0.
///
/// Its linearised values are `w (y − Rx) / Σwx`, and its design effect is that of their total.
///
/// # Errors
/// As [`mean`].
pub fn ratio(
    domain: &Domain<'_, 3>,
    squares: [f64; 3],
    confidence: f64,
) -> Result<Option<Estimate>, SurveyError> {
    let ([weight, y, x], [yy, xy, xx]) = (domain.totals()?, squares);
    if !has_base(domain.n, weight) || x == 0.0 {
        return Ok(None);
    }
    let ratio = y / x;
    let variance = domain.variance([0.0, 1.0 / x, -ratio / x], |t| t[1] / t[2])?;
    let spread = (yy - 2.0 * ratio * xy + ratio * ratio * xx) / (x * x);
    let deff = design_effect(
        variance,
        simple_variance(weight, spread, domain.n, domain.variability.relative_weight())
            .map(|v| v * weight * weight),
    );
    symmetric(domain, ratio, variance, deff, confidence).map(Some)
}

/// The mean of group A less the mean of group B, of sums Σw, Σwx of A, then of B. `None` where a group has no base.
///
/// The variance has the covariance of the two means, which is not 0 where units or strata have rows of both groups.
///
/// # Errors
/// As [`mean`].
pub fn difference(domain: &Domain<'_, 4>, confidence: f64) -> Result<Option<Estimate>, SurveyError> {
    let [weight_a, sum_a, weight_b, sum_b] = domain.totals()?;
    if !has_base(domain.n, weight_a) || !has_base(domain.n, weight_b) {
        return Ok(None);
    }
    let (a, b) = (sum_a / weight_a, sum_b / weight_b);
    let gradient = [-a / weight_a, 1.0 / weight_a, b / weight_b, -1.0 / weight_b];
    let variance = domain.variance(gradient, |t| t[1] / t[0] - t[3] / t[2])?;
    symmetric(domain, a - b, variance, None, confidence).map(Some)
}

/// What the proportions of all categories of a variable are computed from: sums of weights per element and category.
#[derive(Clone, Copy, Debug)]
pub struct Categories<'a> {
    /// Where the variance comes from.
    pub variability: Variability<'a>,
    /// Per element: whether the domain has rows of it with a weight other than 0, answered or not.
    pub members: &'a [bool],
    /// Those rows of all elements.
    pub rows: u64,
    /// Per category: rows that chose it, of weight other than 0.
    pub counts: &'a [u64],
    /// Elements times categories, element by element: Σw of the rows that chose the category.
    pub weights: &'a [f64],
}

/// The proportions of all categories of a variable.
#[derive(Clone, Debug, PartialEq)]
pub struct Proportions {
    /// One for each category.
    pub estimates: Vec<Estimate>,
    /// Their covariance matrix, row by row.
    pub covariance: Vec<f64>,
}

/// The proportion of each category, `Σ_c w / Σw`, with one covariance for all. Categories must not overlap.
///
/// # Errors
/// As [`proportion`].
pub fn proportions(
    categories: &Categories<'_>,
    method: Method,
    confidence: f64,
) -> Result<Option<Proportions>, SurveyError> {
    let width = categories.counts.len();
    let (expected, found) = (categories.members.len() * width, categories.weights.len());
    if expected != found {
        return Err(SurveyError::Length { what: "the sums of the elements", expected, found });
    }
    let sums = Sums { variability: categories.variability, values: categories.weights, width };
    let totals = sums.totals();
    let weight: f64 = totals.iter().sum();
    if !weight.is_finite() {
        return Err(SurveyError::NotFinite);
    }
    let base = categories.counts.iter().sum();
    if !has_base(base, weight) {
        return Ok(None);
    }
    let p: Vec<f64> = totals.iter().map(|total| total / weight).collect();
    // The derivative of p_a by the total of b is (1{a = b} − p_a) / Σw.
    let gradient: Vec<f64> = (0..width * width)
        .map(|i| (f64::from(u8::from(i / width == i % width)) - p[i / width]) / weight)
        .collect();
    let shares = |totals: &[f64]| -> Vec<f64> {
        let weight: f64 = totals.iter().sum();
        totals.iter().map(|total| total / weight).collect()
    };
    let covariance = sums.covariance(&gradient, &shares)?;
    let log_odds = match method {
        Method::Logit => sums.log_odds_variances(&shares),
        _ => vec![None; width],
    };
    let rows = categories.rows;
    let df = categories.variability.degrees_of_freedom(categories.members, rows)?;
    let relative = categories.variability.relative_weight();
    let estimates = p.iter().zip(categories.counts).enumerate().map(|(i, (&p, &yes))| {
        let variance = covariance[i * width + i].max(0.0);
        let share = Share { p, variance, log_odds: log_odds[i], yes, base, rows, df };
        let simple = simple_variance(weight, weight * p * (1.0 - p), base, relative);
        share_estimate(&share, design_effect(variance, simple), method, confidence)
    });
    Ok(Some(Proportions { estimates: estimates.collect::<Result<_, _>>()?, covariance }))
}

/// The mean with what belongs to it.
struct Moments {
    mean: f64,
    variance: f64,
    simple: Option<f64>,
}

impl Moments {
    fn deff(&self) -> Option<f64> {
        design_effect(self.variance, self.simple)
    }
}

/// `squares` gives Σwx² from Σwx.
fn moments(domain: &Domain<'_, 2>, squares: impl Fn(f64) -> f64) -> Result<Option<Moments>, SurveyError> {
    let [weight, sum] = domain.totals()?;
    if !has_base(domain.n, weight) {
        return Ok(None);
    }
    let mean = sum / weight;
    let variance = domain.variance([-mean / weight, 1.0 / weight], |t| t[1] / t[0])?;
    let spread = squares(sum) - sum * mean;
    let simple = simple_variance(weight, spread, domain.n, domain.variability.relative_weight());
    Ok(Some(Moments { mean, variance, simple }))
}

/// Whether there are rows to estimate from.
fn has_base(n: u64, weight: f64) -> bool {
    n > 0 && weight > 0.0
}

/// Variance of the mean in a simple random sample of `n` rows of the given total weight; `spread` is `Σw(x − mean)²`. Weights
/// that add up to at most `relative` times `n` are relative ([`Variability::relative_weight`]).
pub(crate) fn simple_variance(weight: f64, spread: f64, n: u64, relative: f64) -> Option<f64> {
    let n = n as f64;
    let unit = n / (n - 1.0) * spread / weight;
    let variance = if weight <= n * relative { unit / n } else { unit * (weight - n) / (weight * n) };
    (variance.is_finite() && variance > 0.0).then_some(variance)
}

pub(crate) fn design_effect(variance: f64, simple: Option<f64>) -> Option<f64> {
    simple.map(|simple| variance / simple).filter(|deff| deff.is_finite())
}

fn symmetric<const K: usize>(
    domain: &Domain<'_, K>,
    estimate: f64,
    variance: f64,
    deff: Option<f64>,
    confidence: f64,
) -> Result<Estimate, SurveyError> {
    let df = domain.degrees_of_freedom()?;
    let t = t_two_sided(confidence, df).ok_or(SurveyError::Confidence(confidence))?;
    let se = variance.sqrt();
    if !estimate.is_finite() {
        return Err(SurveyError::NotFinite);
    }
    let Interval { lower, upper } = around(estimate, se, t);
    Ok(Estimate { estimate, se, lower, upper, n: domain.n, base: domain.n, df, deff })
}

pub(crate) fn share_estimate(
    share: &Share,
    deff: Option<f64>,
    method: Method,
    confidence: f64,
) -> Result<Estimate, SurveyError> {
    let Interval { lower, upper } = share.interval(method, confidence)?;
    let Share { p, variance, yes, base, df, .. } = *share;
    Ok(Estimate { estimate: p, se: variance.sqrt(), lower, upper, n: yes, base, df, deff })
}
