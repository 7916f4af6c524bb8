//! Arithmetic on printed figures: what a percentage, a count and a base that somebody printed allow each other to be.
//!
//! In: printed numbers alone, never data. Whole per cents (or ones with `decimals`) are taken as rounded from
//! `100 · count / base`, and both habits of rounding an exact half are allowed (up, or to even), because a printed
//! figure does not say which was used. The idea is that of the GRIM test (Brown & Heathers, Social Psychological and
//! Personality Science 8, 2017), for percentages.
//!
//! All comparisons are made on whole numbers: `2 · 10^d · 100 · count` against `(2 · percent · 10^d ± 1) · base`.
//!
//! Printed means of whole-number answers, the GRIM test itself: [`PrintedMean`].

mod mean;

use std::ops::RangeInclusive;

pub use mean::{Halves, PrintedMean};

/// A percentage as it was printed: 53, or 53.4 with one decimal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PrintedPercent {
    /// The digits as a whole number: 534 for 53.4.
    digits: u64,
    decimals: u8,
}

impl PrintedPercent {
    /// The percentage `value`, printed with `decimals`; `None` unless it is between 0 and 100 and has no more digits
    /// than that.
    pub fn new(value: f64, decimals: u8) -> Option<Self> {
        if !(0.0..=100.0).contains(&value) || decimals > 6 {
            return None;
        }
        let scaled = value * 10_f64.powi(i32::from(decimals));
        let digits = scaled.round();
        ((scaled - digits).abs() < 1e-6).then_some(PrintedPercent { digits: digits as u64, decimals })
    }

    /// Whether `count` of `base` may have been printed so; never with a base of 0, or a count above its base.
    pub fn allows(self, count: u64, base: u64) -> bool {
        if base == 0 || count > base {
            return false;
        }
        let unit = u128::from(10_u64.pow(u32::from(self.decimals)));
        let doubled = 2 * 100 * unit * u128::from(count);
        let base = u128::from(base);
        let digits = u128::from(self.digits);
        // An exact half below is printed so when rounded up; an exact half above only when rounded to even.
        let low = (2 * digits).saturating_sub(1) * base;
        let high = (2 * digits + 1) * base;
        let above = if digits == 0 { true } else { doubled >= low };
        let below = if digits.is_multiple_of(2) { doubled <= high } else { doubled < high };
        above && below
    }

    /// The counts that would be printed so at `base`, from the smallest to the largest; `None` when there is none.
    pub fn counts(self, base: u64) -> Option<RangeInclusive<u64>> {
        let (whole, low, high) = self.bounds();
        let first = (low * u128::from(base)).div_ceil(whole);
        let last = (high * u128::from(base) / whole).min(u128::from(base));
        self.inwards(first, last, |count| self.allows(count, base))
    }

    /// The largest count that would be printed so at `base`.
    pub fn largest_count(self, base: u64) -> Option<u64> {
        self.counts(base).map(|counts| *counts.end())
    }

    /// The bases up to `largest` at which `count` would be printed so, from the smallest to the largest; `None` when
    /// there is none. All bases between the two give it as well.
    pub fn bases(self, count: u64, largest: u64) -> Option<RangeInclusive<u64>> {
        let (whole, low, high) = self.bounds();
        let first = (whole * u128::from(count)).div_ceil(high).max(u128::from(count.max(1)));
        let last = match low {
            0 => u128::from(largest),
            low => (whole * u128::from(count) / low).min(u128::from(largest)),
        };
        self.inwards(first, last, |base| self.allows(count, base))
    }

    /// What 1 is, and the two ends of the shares that are printed so, in the same unit: 200, 105 and 107 for 53.
    fn bounds(self) -> (u128, u128, u128) {
        let unit = u128::from(10_u64.pow(u32::from(self.decimals)));
        let digits = u128::from(self.digits);
        (200 * unit, (2 * digits).saturating_sub(1), 2 * digits + 1)
    }

    /// The range without ends that are not allowed: an exact half is the only number that can lie outside by one.
    fn inwards(self, first: u128, last: u128, allowed: impl Fn(u64) -> bool) -> Option<RangeInclusive<u64>> {
        let (first, last) = (u64::try_from(first).ok()?, u64::try_from(last).ok()?);
        let first = if allowed(first) { first } else { first.checked_add(1)? };
        let last = if allowed(last) { last } else { last.checked_sub(1)? };
        (first <= last && allowed(first)).then_some(first..=last)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn percent(value: f64) -> PrintedPercent {
        PrintedPercent::new(value, 0).expect("a percentage")
    }

    #[test]
    fn bases_of_figure_1_are_those_that_the_register_notes() {
        // The register's notes, worked out by hand: S13 "181 or 182 fits", S14 "182 to 185", S15 "184 to 186", S16 "150 to 152".
        assert_eq!(percent(71.0).bases(129, 196), Some(181..=182));
        assert_eq!(percent(54.0).bases(99, 196), Some(182..=185));
        // 98 of 183.17... to 186.66
        assert_eq!(percent(53.0).bases(98, 196), Some(184..=186));
        assert_eq!(percent(53.0).bases(80, 196), Some(150..=152));
    }

    #[test]
    fn counts_that_48_per_cent_allows_at_196() {
        // 94/196 = 47.96%, 95/196 = 48.47%; 93/196 = 47.45%, 96/196 = 48.98%
        assert_eq!(percent(48.0).counts(196), Some(94..=95));
        assert_eq!(percent(48.0).largest_count(196), Some(95));
    }

    #[test]
    fn an_exact_half_may_go_up_or_to_even() {
        // 1 of 8 = 12.5%: printed 13 (up) or 12 (even). 3 of 8 = 37.5%: printed 38 both ways, never 37.
        assert!(percent(13.0).allows(1, 8) && percent(12.0).allows(1, 8));
        assert!(percent(38.0).allows(3, 8) && !percent(37.0).allows(3, 8));
    }

    #[test]
    fn some_percentages_no_count_gives() {
        assert_eq!(percent(53.0).counts(10), None);
        assert_eq!(percent(53.0).bases(80, 149), None);
        assert_eq!(percent(0.0).counts(126), Some(0..=0));
        assert_eq!(percent(100.0).counts(3), Some(3..=3));
        assert_eq!(percent(50.0).counts(0), None);
    }

    #[test]
    fn decimals_narrow_it() {
        let fine = PrintedPercent::new(53.3, 1).expect("a percentage");
        assert_eq!(fine.bases(80, 196), Some(150..=150));
        assert_eq!(PrintedPercent::new(53.35, 1), None);
        assert_eq!(PrintedPercent::new(101.0, 0), None);
        assert_eq!(PrintedPercent::new(f64::NAN, 0), None);
    }

    #[test]
    fn huge_counts_and_bases_take_no_time() {
        let huge = 9_000_000_000_000_000_000;
        assert_eq!(
            percent(50.0).bases(huge, u64::MAX),
            Some(17_821_782_178_217_821_783..=18_181_818_181_818_181_818)
        );
        assert_eq!(percent(53.0).bases(80, u64::MAX), Some(150..=152));
        assert_eq!(percent(53.0).bases(huge, 196), None);
        assert_eq!(percent(50.0).counts(huge), Some(4_455_000_000_000_000_000..=4_545_000_000_000_000_000));
        assert_eq!(percent(0.0).bases(0, u64::MAX), Some(1..=u64::MAX));
    }

    proptest! {
        #[test]
        fn what_was_rounded_is_allowed(base in 1_u64..4000, part in 0.0..=1.0_f64) {
            let count = (base as f64 * part) as u64;
            let exact = 100.0 * count as f64 / base as f64;
            let up = PrintedPercent::new((exact + 0.5).floor().min(100.0), 0).expect("a percentage");
            let even = PrintedPercent::new(exact.round_ties_even(), 0).expect("a percentage");
            prop_assert!(up.allows(count, base) && even.allows(count, base));
            prop_assert!(up.counts(base).is_some_and(|c| c.contains(&count)));
            prop_assert!(up.bases(count, base).is_some_and(|b| b.contains(&base)));
        }

        #[test]
        fn counts_are_all_that_fit(base in 1_u64..1500, digits in 0_u64..=100) {
            let p = percent(digits as f64);
            let plain: Vec<u64> = (0..=base).filter(|c| p.allows(*c, base)).collect();
            let found: Vec<u64> = p.counts(base).map_or_else(Vec::new, Iterator::collect);
            prop_assert_eq!(plain, found);
        }

        #[test]
        fn bases_are_all_that_fit(count in 0_u64..300, digits in 0_u64..=100, largest in 0_u64..1500) {
            let p = percent(digits as f64);
            let plain: Vec<u64> = (0..=largest).filter(|b| p.allows(count, *b)).collect();
            let found: Vec<u64> = p.bases(count, largest).map_or_else(Vec::new, Iterator::collect);
            prop_assert_eq!(plain, found);
        }
    }
}
