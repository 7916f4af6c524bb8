//! Arithmetic on printed figures: what a percentage, a count and a base that somebody printed allow each other to be.
//!
//! In: printed numbers alone, never data. Whole per cents (or ones with `decimals`) are taken as rounded from
//! `100 · count / base`, and both habits of rounding an exact half are allowed (up, or to even), because a printed
//! figure does not say which was used. The idea is that of the GRIM test (Brown & Heathers, Social Psychological and
//! Personality Science 8, 2017), for percentages.
//!
//! All comparisons are made on whole numbers: `2 · 10^d · 100 · count` against `(2 · percent · 10^d ± 1) · base`.

use std::ops::RangeInclusive;

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
        if base == 0 {
            return None;
        }
        let unit = 10_f64.powi(i32::from(self.decimals));
        let near = (self.digits as f64 / unit / 100.0 * base as f64).round() as u64;
        let reach = base / (200 * 10_u64.pow(u32::from(self.decimals))) + 2;
        let mut allowed =
            (near.saturating_sub(reach)..=(near + reach).min(base)).filter(|c| self.allows(*c, base));
        let first = allowed.next()?;
        Some(first..=allowed.next_back().unwrap_or(first))
    }

    /// The largest count that would be printed so at `base`.
    pub fn largest_count(self, base: u64) -> Option<u64> {
        self.counts(base).map(|counts| *counts.end())
    }

    /// The bases up to `largest` at which `count` would be printed so, in ascending order.
    pub fn bases(self, count: u64, largest: u64) -> Vec<u64> {
        (count.max(1)..=largest).filter(|base| self.allows(count, *base)).collect()
    }
}

/// Runs of consecutive numbers in an ascending list: `[150, 151, 152]` gives `[150..=152]`.
pub fn runs(numbers: &[u64]) -> Vec<RangeInclusive<u64>> {
    let mut runs: Vec<RangeInclusive<u64>> = Vec::new();
    for &number in numbers {
        match runs.last_mut() {
            Some(run) if run.end() + 1 == number => *run = *run.start()..=number,
            _ => runs.push(number..=number),
        }
    }
    runs
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
        assert_eq!(percent(71.0).bases(129, 196), [181, 182]);
        assert_eq!(percent(54.0).bases(99, 196), [182, 183, 184, 185]);
        // 98 of 183.17... to 186.66
        assert_eq!(percent(53.0).bases(98, 196), [184, 185, 186]);
        assert_eq!(percent(53.0).bases(80, 196), [150, 151, 152]);
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
        assert_eq!(percent(53.0).bases(80, 149), Vec::<u64>::new());
        assert_eq!(percent(0.0).counts(126), Some(0..=0));
        assert_eq!(percent(100.0).counts(3), Some(3..=3));
        assert_eq!(percent(50.0).counts(0), None);
    }

    #[test]
    fn decimals_narrow_it() {
        let fine = PrintedPercent::new(53.3, 1).expect("a percentage");
        assert_eq!(fine.bases(80, 196), [150]);
        assert_eq!(PrintedPercent::new(53.35, 1), None);
        assert_eq!(PrintedPercent::new(101.0, 0), None);
        assert_eq!(PrintedPercent::new(f64::NAN, 0), None);
    }

    #[test]
    fn runs_of_numbers() {
        assert_eq!(runs(&[1, 2, 3, 7, 9, 10]), [1..=3, 7..=7, 9..=10]);
        assert_eq!(runs(&[]), []);
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
            prop_assert!(up.bases(count, base).contains(&base));
        }

        #[test]
        fn counts_are_all_that_fit(base in 1_u64..1500, digits in 0_u64..=100) {
            let p = percent(digits as f64);
            let plain: Vec<u64> = (0..=base).filter(|c| p.allows(*c, base)).collect();
            let found: Vec<u64> = p.counts(base).map_or_else(Vec::new, Iterator::collect);
            prop_assert_eq!(plain, found);
        }
    }
}
