//! The standard normal distribution, as far as intervals need it.

use statrs::distribution::{ContinuousCDF, Normal};

/// The z with which `estimate ± z · standard error` covers `confidence` (0.95 gives 1.96); `None` unless
/// `0 < confidence < 1`.
pub fn two_sided(confidence: f64) -> Option<f64> {
    if !(confidence > 0.0 && confidence < 1.0) {
        return None;
    }
    Some(Normal::standard().inverse_cdf(0.5 + confidence / 2.0))
}

/// The z above which a standard normal value lies with probability `p`; infinite at 0 and 1.
pub(crate) fn upper_quantile(p: f64) -> f64 {
    -Normal::standard().inverse_cdf(p)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_agree_with_scipy() {
        // scipy.stats.norm.ppf(0.5 + c / 2), scipy 1.15
        for (confidence, z) in
            [(0.95, 1.959963984540054), (0.9, 1.6448536269514722), (0.99, 2.5758293035489004)]
        {
            assert!((two_sided(confidence).unwrap_or(f64::NAN) - z).abs() < 1e-12);
        }
    }

    #[test]
    fn a_confidence_outside_its_range_has_no_quantile() {
        for confidence in [0.0, 1.0, -0.5, 95.0, f64::NAN] {
            assert_eq!(two_sided(confidence), None);
        }
    }
}
