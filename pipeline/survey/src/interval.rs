//! Confidence intervals of a weighted proportion.
//!
//! In: the proportion, its variance under the design, counts and degrees of freedom. Out: both ends, within 0 and 1 (but
//! for Wald's). It knows nothing of strata and weights.
//!
//! ```
//! use survey::interval::{Method, Share};
//!
//! // A simple random sample: the variance is p(1−p)/(n−1).
//! let share = Share { p: 0.3, variance: 0.21 / 49.0, log_odds: None, yes: 15, base: 50, rows: 50, df: 49.0 };
//! let interval = share.interval(Method::Wilson, 0.95)?;
//! assert!((interval.lower - survey::proportion::wilson(15, 50, 0.95).unwrap().lower).abs() < 1e-12);
//! # Ok::<(), survey::error::SurveyError>(())
//! ```

use crate::distributions::t_two_sided;
use crate::error::SurveyError;
use crate::proportion::{Interval, clopper_pearson, exact, score};

/// How the interval of a proportion is computed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Method {
    /// On the scale of log odds: `logit p ± t · se(logit p)`, back-transformed (Lumley 2010, section 2.4.2; R's `svyciprop`
    /// with "logit").
    ///
    /// The standard error of the log odds is `se / p(1−p)` by linearisation; with replicate weights it is that of the
    /// replicates' log odds. Where a replicate has a share of 0 or 1, and so no log odds, it is `se / p(1−p)` there too (R's
    /// "xlogit"). Of a share of 0 or 1 the interval is [`Method::KornGraubard`]'s.
    #[default]
    Logit,
    /// Clopper and Pearson's interval for the effective sample size `p(1−p)/v · (t_{rows−1} / t_df)²` (Korn & Graubard,
    /// Survey Methodology 24, 1998, p. 193; R's `svyciprop` with "beta"). It covers at least its confidence as a rule, near 0
    /// and 1 too. At 0 and 1, where v is 0, the effective sample size is the base.
    KornGraubard,
    /// Wilson's score interval for the effective sample size `base / deff · (t_{rows−1} / t_df)²`, where deff is
    /// `v / (p(1−p)/(base−1))` (Kish, Survey Sampling, 1965; Franco, Little, Louis & Slud, Journal of Survey Statistics and
    /// Methodology 7, 2019, p. 334). For a simple random sample it is [`crate::proportion::wilson`]. At 0 and 1 the effective
    /// sample size is the base.
    Wilson,
    /// `p ± t · se`, which may leave 0 and 1, and is empty there (R's `svyciprop` with "mean").
    Wald,
    /// The exact interval of plain counts: [`clopper_pearson`]. Strata and units are not taken into account, and rows must
    /// weigh alike.
    ClopperPearson,
}

/// What the interval of a proportion is computed from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    /// The (weighted) proportion.
    pub p: f64,
    /// Its variance under the design.
    pub variance: f64,
    /// The variance of its log odds, where replicates give one of their own; else it follows from `variance`.
    pub log_odds: Option<f64>,
    /// Rows that said yes.
    pub yes: u64,
    /// Rows that answered.
    pub base: u64,
    /// Rows of the domain, answered or not.
    pub rows: u64,
    /// Degrees of freedom.
    pub df: f64,
}

impl Share {
    /// The interval that covers the proportion with `confidence`.
    ///
    /// # Errors
    /// [`SurveyError::Confidence`] unless `0 < confidence < 1`; [`SurveyError::NotPlainCounts`] for
    /// [`Method::ClopperPearson`] of rows that do not weigh alike; [`SurveyError::NotFinite`].
    pub fn interval(&self, method: Method, confidence: f64) -> Result<Interval, SurveyError> {
        let t = t_two_sided(confidence, self.df).ok_or(SurveyError::Confidence(confidence))?;
        let certain = self.yes == 0 || self.yes == self.base;
        let interval = match method {
            Method::Wald => Some(around(self.p, self.variance.sqrt(), t)),
            Method::Logit if !certain => Some(self.logit(t)),
            Method::Wilson => score(self.p, self.effective(true, confidence, t), confidence),
            Method::KornGraubard | Method::Logit => {
                let n = self.effective(false, confidence, t);
                exact(n * self.p, n, confidence)
            }
            Method::ClopperPearson => {
                if (self.p - self.yes as f64 / self.base as f64).abs() > 1e-9 {
                    return Err(SurveyError::NotPlainCounts);
                }
                clopper_pearson(self.yes, self.base, confidence)
            }
        };
        interval.ok_or(SurveyError::NotFinite)
    }

    fn logit(&self, t: f64) -> Interval {
        let odds = (self.p / (1.0 - self.p)).ln();
        let linearised = || self.variance.sqrt() / (self.p * (1.0 - self.p));
        let Interval { lower, upper } = around(odds, self.log_odds.map_or_else(linearised, f64::sqrt), t);
        let share = |odds: f64| 1.0 / (1.0 + (-odds).exp());
        Interval { lower: share(lower), upper: share(upper) }
    }

    /// The effective sample size, `kish` by the design effect.
    fn effective(&self, kish: bool, confidence: f64, t: f64) -> f64 {
        let base = self.base as f64;
        if self.yes == 0 || self.yes == self.base {
            return base;
        }
        let plain = t_two_sided(confidence, self.rows as f64 - 1.0).unwrap_or(t);
        let lost = if t.is_infinite() { 0.0 } else { (plain / t).powi(2) };
        let n = self.p * (1.0 - self.p) / self.variance * if kish { base / (base - 1.0) } else { 1.0 };
        // No variance: the whole population is known.
        if n.is_finite() { n * lost } else { LARGEST }
    }
}

/// The effective sample size of a census.
const LARGEST: f64 = 1e15;

/// `centre ± t · se`; without degrees of freedom, where t is infinite, the whole line.
pub(crate) fn around(centre: f64, se: f64, t: f64) -> Interval {
    let half = if t.is_infinite() { t } else { t * se };
    Interval { lower: centre - half, upper: centre + half }
}
