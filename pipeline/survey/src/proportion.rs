//! A proportion: its interval, and how far chance alone may move it.

use crate::distributions::beta_quantile;
use crate::normal::two_sided;

/// Both ends of an interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// Lower end.
    pub lower: f64,
    /// Upper end.
    pub upper: f64,
}

/// Wilson's score interval for `n` of `base`; `None` when the base is 0, `n` exceeds it, or the confidence is not
/// between 0 and 1.
///
/// `(p + z²/2b ± z √(p(1−p)/b + z²/4b²)) / (1 + z²/b)` with p = n/b (Wilson, JASA 22, 1927, p. 209). It stays within
/// 0 and 1, and is not empty at p = 0 or p = 1, where the usual interval is.
pub fn wilson(n: u64, base: u64, confidence: f64) -> Option<Interval> {
    if base == 0 || n > base {
        return None;
    }
    score(n as f64 / base as f64, base as f64, confidence)
}

/// The same for a share `p` of a base that need not be whole.
pub(crate) fn score(p: f64, base: f64, confidence: f64) -> Option<Interval> {
    let z = two_sided(confidence)?;
    let shrink = 1.0 + z * z / base;
    let centre = (p + z * z / (2.0 * base)) / shrink;
    let half = z * (p * (1.0 - p) / base + z * z / (4.0 * base * base)).sqrt() / shrink;
    // At the ends the formula gives 0 and 1 but for the last digit.
    let lower = if p == 0.0 { 0.0 } else { (centre - half).max(0.0) };
    let upper = if p == 1.0 { 1.0 } else { (centre + half).min(1.0) };
    Some(Interval { lower, upper })
}

/// Clopper and Pearson's exact interval for `n` of `base`: all shares that a test at `(1 − confidence) / 2` on each side
/// does not reject; `None` as [`wilson`].
///
/// Its ends are quantiles of the beta distributions with shapes n, b−n+1 and n+1, b−n (Clopper & Pearson, Biometrika 26,
/// 1934, p. 404; Brown, Cai & DasGupta, Statistical Science 16, 2001, p. 101). It covers at least `confidence`, mostly more.
///
/// ```
/// let interval = survey::proportion::clopper_pearson(0, 10, 0.95).unwrap();
/// assert_eq!(interval.lower, 0.0);
/// assert!((interval.upper - 0.3084971).abs() < 1e-7);
/// ```
pub fn clopper_pearson(n: u64, base: u64, confidence: f64) -> Option<Interval> {
    if base == 0 || n > base || !(confidence > 0.0 && confidence < 1.0) {
        return None;
    }
    exact(n as f64, base as f64, confidence)
}

/// The same for counts that need not be whole: `yes` of `base` with `0 <= yes <= base`.
pub(crate) fn exact(yes: f64, base: f64, confidence: f64) -> Option<Interval> {
    let tail = (1.0 - confidence) / 2.0;
    let no = (base - yes).max(0.0);
    let lower = beta_quantile(tail, yes, no + 1.0)?;
    let upper = beta_quantile(1.0 - tail, yes + 1.0, no)?;
    Some(Interval { lower, upper })
}

/// Wald's interval for `n` of `base`: `p ± z √(p(1−p)/b)`, the one that a margin of error stands for; `None` as [`wilson`].
///
/// It is given as it is computed: its ends may leave 0 and 1, and it is empty at p = 0 and p = 1. Both say that the base is
/// too small for it (Brown, Cai & DasGupta, Statistical Science 16, 2001, p. 101, advise against it even for large ones).
pub fn wald(n: u64, base: u64, confidence: f64) -> Option<Interval> {
    if base == 0 || n > base {
        return None;
    }
    let p = n as f64 / base as f64;
    let half = margin_of_error(p, base, confidence)?;
    Some(Interval { lower: p - half, upper: p + half })
}

/// Margin of error of a proportion `p` in a simple random sample of `n`: `z √(p(1−p)/n)`, as a share (0.07 = 7 points).
///
/// `p = 0.5` gives the largest margin that the sample can have, the one usually printed
/// (Cochran, Sampling Techniques, 3rd ed. 1977, section 3.3). `None` when `n` is 0 or `p` is not a share.
pub fn margin_of_error(p: f64, n: u64, confidence: f64) -> Option<f64> {
    if n == 0 || !(0.0..=1.0).contains(&p) {
        return None;
    }
    Some(two_sided(confidence)? * (p * (1.0 - p) / n as f64).sqrt())
}

/// Margin of error with finite-population correction: [`margin_of_error`] times `√((N−n)/(N−1))`, for a sample of `n`
/// out of a population of `N` (Cochran 1977, section 2.6). `None` also when the sample is larger than the population.
pub fn margin_of_error_fpc(p: f64, n: u64, population: u64, confidence: f64) -> Option<f64> {
    let margin = margin_of_error(p, n, confidence)?;
    if n > population {
        return None;
    }
    if population == 1 {
        return Some(0.0);
    }
    Some(margin * ((population - n) as f64 / (population - 1) as f64).sqrt())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-9
    }

    #[test]
    fn wilson_agrees_with_statsmodels() {
        // statsmodels.stats.proportion.proportion_confint(n, base, alpha=1-confidence, method="wilson"): tests/reference.py
        for (n, base, confidence, lower, upper) in WILSON {
            let interval = wilson(n, base, confidence).expect("an interval");
            assert!(close(interval.lower, lower), "{n}/{base}: {} is not {lower}", interval.lower);
            assert!(close(interval.upper, upper), "{n}/{base}: {} is not {upper}", interval.upper);
        }
    }

    include!("../tests/reference/wilson.rs");

    #[test]
    fn clopper_and_pearson_agree_with_r() {
        // R 4.2.2: binom.test(n, base, conf.level = confidence)$conf.int
        for (n, base, confidence, lower, upper) in [
            (0, 10, 0.95, 0.0, 0.308497107818761),
            (10, 10, 0.95, 0.691502892181239, 1.0),
            (3, 126, 0.95, 0.00493727032011603, 0.0680048643419406),
            (129, 182, 0.95, 0.63699966351737, 0.773640551320492),
            (1, 9, 0.99, 0.0005567940241492, 0.584969472060685),
            (94, 196, 0.9, 0.418882471297933, 0.540767657696531),
            (1, 1, 0.95, 0.025, 1.0),
            (500, 1_000_000, 0.95, 0.000457138148558475, 0.000545796765654089),
            (499_999, 1_000_000, 0.95, 0.49901851919821, 0.500979480807582),
            (5_000_000, 10_000_000, 0.95, 0.4996900525213711, 0.500309947478629),
            (12, 100_000_000, 0.999, 3.72634708588784e-8, 2.82034427743993e-7),
        ] {
            let interval = clopper_pearson(n, base, confidence).expect("an interval");
            // The tails of beta lose digits with very large shapes.
            let slack = if base > 1_000_000 { 1e-7 } else { 1e-10 };
            let same = |ours: f64, theirs: f64| (ours - theirs).abs() <= slack * theirs;
            assert!(same(interval.lower, lower) && same(interval.upper, upper), "{n}/{base}: {interval:?}");
        }
    }

    #[test]
    fn wald_is_the_share_and_its_margin() {
        // 0.5 ± 1.959964 √(0.25/196)
        let interval = wald(98, 196, 0.95).expect("an interval");
        assert!((interval.lower - 0.43).abs() < 1e-5 && (interval.upper - 0.57).abs() < 1e-5);
        assert!(wald(1, 10, 0.95).is_some_and(|interval| interval.lower < 0.0));
        assert_eq!(wald(0, 10, 0.95), Some(Interval { lower: 0.0, upper: 0.0 }));
        assert_eq!((wald(1, 0, 0.95), wald(2, 1, 0.95), wald(1, 2, 1.5)), (None, None, None));
    }

    #[test]
    fn the_source_reports_margin_is_the_one_without_correction() {
        // The source prints ±7 points at n = 196; with its 3,570 invitations as population it would be a little less.
        let plain = margin_of_error(0.5, 196, 0.95).expect("a margin");
        let corrected = margin_of_error_fpc(0.5, 196, 3570, 0.95).expect("a margin");
        assert!((plain - 0.07).abs() < 1e-4, "{plain}");
        assert!((corrected - 0.0680596).abs() < 1e-6, "{corrected}");
    }

    #[test]
    fn nothing_to_compute_from_gives_none() {
        assert_eq!(wilson(0, 0, 0.95), None);
        assert_eq!(wilson(3, 2, 0.95), None);
        assert_eq!(margin_of_error(0.5, 0, 0.95), None);
        assert_eq!(margin_of_error(1.5, 10, 0.95), None);
        assert_eq!(margin_of_error_fpc(0.5, 11, 10, 0.95), None);
    }

    #[test]
    fn a_census_has_no_margin() {
        assert_eq!(margin_of_error_fpc(0.5, 10, 10, 0.95), Some(0.0));
        assert_eq!(margin_of_error_fpc(0.5, 1, 1, 0.95), Some(0.0));
    }

    proptest! {
        #[test]
        fn wilson_holds_the_share_and_stays_a_share(base in 1_u64..5000, part in 0.0..=1.0_f64) {
            let n = (base as f64 * part) as u64;
            let p = n as f64 / base as f64;
            let i = wilson(n, base, 0.95).expect("an interval");
            prop_assert!(0.0 <= i.lower && i.lower <= p + 1e-12 && p - 1e-12 <= i.upper && i.upper <= 1.0);
        }

        #[test]
        fn wilson_mirrors(base in 1_u64..5000, part in 0.0..=1.0_f64) {
            let n = (base as f64 * part) as u64;
            let (a, b) = (wilson(n, base, 0.9).expect("one"), wilson(base - n, base, 0.9).expect("two"));
            prop_assert!(close(a.lower, 1.0 - b.upper) && close(a.upper, 1.0 - b.lower));
        }

        #[test]
        fn more_confidence_is_wider(base in 1_u64..500, part in 0.0..=1.0_f64) {
            let n = (base as f64 * part) as u64;
            let (a, b) = (wilson(n, base, 0.8).expect("one"), wilson(n, base, 0.99).expect("two"));
            prop_assert!(b.lower <= a.lower && a.upper <= b.upper);
        }
    }
}
