//! GRIM: whether whole-number answers can have the mean that was printed.
//!
//! In: a printed mean, how many answered, how many items each answered. Out: the sums of answers that give it, or none.
//!
//! The mean of N whole numbers is a multiple of 1/N. Where N is below half of `10^decimals`, most printed means are of no
//! sum at all (Brown & Heathers, The GRIM Test, Social Psychological and Personality Science 8, 2017, p. 363); from
//! `N ≥ 10^decimals` on every one is. All comparisons are made on whole numbers.

use std::ops::RangeInclusive;

/// Largest absolute value of a printed mean.
const LARGEST: f64 = 1e9;

/// A mean as it was printed: 3.47 with two decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PrintedMean {
    /// The digits as a whole number: 347 for 3.47.
    digits: i64,
    decimals: u8,
}

/// Where a mean that lies exactly between two printed values may have gone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Halves {
    /// To either neighbour. Nobody knows how a figure was rounded: up by hand, to even by R or Python, and down where a
    /// binary fraction lies a hair below the half (1.005). The cautious choice: what it calls impossible is.
    #[default]
    Either,
    /// Away from zero, as taught in school and done by spreadsheets.
    AwayFromZero,
    /// To the even digit (IEEE 754).
    Even,
}

impl PrintedMean {
    /// The mean `value`, printed with `decimals`; `None` when it has more digits than that, is beyond ±10⁹, or `decimals` is
    /// above 6.
    pub fn new(value: f64, decimals: u8) -> Option<Self> {
        if !(-LARGEST..=LARGEST).contains(&value) || decimals > 6 {
            return None;
        }
        let scaled = value * 10_f64.powi(i32::from(decimals));
        let digits = scaled.round();
        // At 10¹⁵ neighbouring numbers are an eighth apart.
        let slack = 1e-6_f64.max(digits.abs() * 4.0 * f64::EPSILON);
        ((scaled - digits).abs() <= slack).then_some(PrintedMean { digits: digits as i64, decimals })
    }

    /// Whether `answers` whole numbers that add up to `sum` may have been printed so; never without answers.
    pub fn allows(self, sum: i64, answers: u64, halves: Halves) -> bool {
        if answers == 0 {
            return false;
        }
        // How far the mean lies above the printed one, in halves of the last digit times answers.
        let above = 2 * self.unit() * i128::from(sum) - 2 * i128::from(self.digits) * i128::from(answers);
        let half = i128::from(answers);
        let at_half = match halves {
            Halves::Either => true,
            Halves::AwayFromZero => match self.digits {
                0 => false,
                digits => (above < 0) == (digits > 0),
            },
            Halves::Even => self.digits % 2 == 0,
        };
        above.abs() < half || (above.abs() == half && at_half)
    }

    /// The sums of the answers of `n` people to `items` items each that would be printed so, from the smallest to the
    /// largest; `None` when there is none: the mean is impossible.
    ///
    /// `items` is more than 1 where each person's value is the mean of several whole-number answers, all given. No limits
    /// of the scale are applied: a mean outside it needs no test.
    pub fn sums(self, n: u64, items: u64, halves: Halves) -> Option<RangeInclusive<i64>> {
        let answers = n.checked_mul(items).filter(|answers| *answers > 0)?;
        let (width, digits) = (2 * self.unit(), 2 * i128::from(self.digits));
        let first = ceiling((digits - 1) * i128::from(answers), width);
        let last = ((digits + 1) * i128::from(answers)).div_euclid(width);
        let (first, last) = (i64::try_from(first).ok()?, i64::try_from(last).ok()?);
        // Only an exact half can lie outside, by one.
        let first = if self.allows(first, answers, halves) { first } else { first.checked_add(1)? };
        let last = if self.allows(last, answers, halves) { last } else { last.checked_sub(1)? };
        (first <= last && self.allows(first, answers, halves)).then_some(first..=last)
    }

    fn unit(self) -> i128 {
        10_i128.pow(u32::from(self.decimals))
    }
}

/// `numerator / denominator` rounded up, for a positive denominator.
fn ceiling(numerator: i128, denominator: i128) -> i128 {
    -(-numerator).div_euclid(denominator)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ALL: [Halves; 3] = [Halves::Either, Halves::AwayFromZero, Halves::Even];

    fn mean(value: f64, decimals: u8) -> PrintedMean {
        PrintedMean::new(value, decimals).expect("a mean")
    }

    #[test]
    fn brown_and_heathers_own_examples() {
        // Their article: 5.19 of 28 people is impossible, as 145/28 = 5.18 and 146/28 = 5.21.
        assert_eq!(mean(5.19, 2).sums(28, 1, Halves::Either), None);
        assert_eq!(mean(5.18, 2).sums(28, 1, Halves::Either), Some(145..=145));
        assert_eq!(mean(5.21, 2).sums(28, 1, Halves::Either), Some(146..=146));
        // With three items each there are 84 answers: 436/84 = 5.190.
        assert_eq!(mean(5.19, 2).sums(28, 3, Halves::Either), Some(436..=436));
    }

    #[test]
    fn halves_go_as_they_are_told() {
        // 1/8 = 0.125, 3/8 = 0.375
        for (value, sum, allowed) in [
            (0.13, 1, [true, true, false]),
            (0.12, 1, [true, false, true]),
            (0.38, 3, [true, true, true]),
            (0.37, 3, [true, false, false]),
            (-0.13, -1, [true, true, false]),
            (-0.12, -1, [true, false, true]),
        ] {
            assert_eq!(ALL.map(|halves| mean(value, 2).allows(sum, 8, halves)), allowed, "{value}");
            assert_eq!(ALL.map(|halves| mean(value, 2).sums(8, 1, halves).is_some()), allowed, "{value}");
        }
        // A half of the last digit below or above 0 goes away from it.
        assert!(
            !mean(0.0, 0).allows(1, 2, Halves::AwayFromZero)
                && mean(1.0, 0).allows(1, 2, Halves::AwayFromZero)
        );
        assert!(
            !mean(0.0, 0).allows(-1, 2, Halves::AwayFromZero)
                && mean(-1.0, 0).allows(-1, 2, Halves::AwayFromZero)
        );
    }

    #[test]
    fn what_is_no_printed_mean() {
        assert_eq!(PrintedMean::new(3.475, 2), None);
        assert_eq!(PrintedMean::new(f64::NAN, 2), None);
        assert_eq!(PrintedMean::new(1e10, 0), None);
        assert_eq!(PrintedMean::new(3.4, 7), None);
        assert!(PrintedMean::new(999_999_999.999_999, 6).is_some());
        assert_eq!(mean(3.5, 1).sums(0, 1, Halves::Either), None);
        assert_eq!(mean(3.5, 1).sums(u64::MAX, 2, Halves::Either), None);
        assert!(!mean(0.0, 1).allows(0, 0, Halves::Either));
    }

    proptest! {
        #[test]
        fn every_mean_of_whole_numbers_is_possible(
            answers in prop::collection::vec(-9_i64..10, 1..300),
            decimals in 0_u8..4,
        ) {
            let (sum, n) = (answers.iter().sum::<i64>(), answers.len() as u64);
            // Rounded by whole numbers: twice the distance from the digit below tells the half.
            let scaled = sum * 10_i64.pow(u32::from(decimals));
            let (below, twice) = (scaled.div_euclid(n as i64), 2 * scaled.rem_euclid(n as i64));
            let nearest = |at_half: i64| match twice.cmp(&(n as i64)) {
                std::cmp::Ordering::Less => below,
                std::cmp::Ordering::Equal => at_half,
                std::cmp::Ordering::Greater => below + 1,
            };
            let away = if scaled >= 0 { below + 1 } else { below };
            let even = if below % 2 == 0 { below } else { below + 1 };
            for (halves, digits) in [
                (Halves::AwayFromZero, nearest(away)),
                (Halves::Even, nearest(even)),
                (Halves::Either, nearest(below)),
                (Halves::Either, nearest(below + 1)),
            ] {
                let printed = mean(digits as f64 / 10_f64.powi(i32::from(decimals)), decimals);
                prop_assert!(printed.allows(sum, n, halves));
                prop_assert!(printed.sums(n, 1, halves).is_some_and(|sums| sums.contains(&sum)));
            }
        }

        #[test]
        fn sums_are_all_that_fit(digits in -400_i64..400, decimals in 0_u8..3, n in 1_u64..60, items in 1_u64..4) {
            let printed = mean(digits as f64 / 10_f64.powi(i32::from(decimals)), decimals);
            let reach = (400 + 1) * (n * items) as i64;
            for halves in ALL {
                let plain: Vec<i64> = (-reach..=reach).filter(|sum| printed.allows(*sum, n * items, halves)).collect();
                let found: Vec<i64> = printed.sums(n, items, halves).map_or_else(Vec::new, Iterator::collect);
                prop_assert_eq!(plain, found);
            }
        }
    }
}
