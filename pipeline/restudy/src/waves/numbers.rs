//! The numbers of a column, by how often each was given: as small for a million respondents as for a hundred.
//!
//! In: numbers, in any order. Out: the one in the middle; and how often one of one wave is below one of another.
//!
//! Where more than [`EXACT`] different numbers are given, each is taken for one that is nearer to 0 by less than a four-thousandth
//! of it: enough to see another unit.

use std::collections::BTreeMap;

use super::held::number;

/// How many different numbers are told apart to the last digit.
const EXACT: usize = 1 << 16;
/// The bits of a number that are left of it where there are more.
const COARSE: u64 = !((1 << 40) - 1);

/// Numbers.
#[derive(Clone, Debug, Default)]
pub(super) struct Numbers {
    /// How often each was given, in order of size.
    times: BTreeMap<Ordered, usize>,
    given: usize,
    is_coarse: bool,
}

/// A number, by size.
#[derive(Clone, Copy, Debug)]
struct Ordered(f64);

impl Numbers {
    /// Adds one.
    pub(super) fn add(&mut self, number: f64) {
        let number = if self.is_coarse { coarse(number) } else { number };
        *self.times.entry(Ordered(number)).or_default() += 1;
        self.given += 1;
        if !self.is_coarse && self.times.len() > EXACT {
            self.is_coarse = true;
            for (Ordered(number), times) in std::mem::take(&mut self.times) {
                *self.times.entry(Ordered(coarse(number))).or_default() += times;
            }
        }
    }

    /// How many were given.
    pub(super) fn len(&self) -> usize {
        self.given
    }

    /// The number in the middle.
    pub(super) fn median(&self) -> Option<f64> {
        let half = self.given / 2;
        match self.given % 2 {
            1 => self.at(half),
            _ => Some(f64::midpoint(self.at(half.checked_sub(1)?)?, self.at(half)?)),
        }
    }

    /// The number at `position`, by size.
    fn at(&self, position: usize) -> Option<f64> {
        let mut until = 0;
        let found = self.times.iter().find(|(_, times)| {
            until += **times;
            until > position
        });
        found.map(|(number, _)| number.0)
    }

    /// In how many of all pairs of a number of its own and one of `other` the other's is the larger, as a share.
    pub(super) fn below(&self, other: &Numbers) -> f64 {
        let mut others = other.times.iter().peekable();
        let (mut above, mut larger) = (other.given, 0_usize);
        for (own, times) in &self.times {
            while let Some((_, not_above)) = others.next_if(|(number, _)| *number <= own) {
                above -= not_above;
            }
            larger += times * above;
        }
        number(larger) / (number(self.given) * number(other.given))
    }
}

fn coarse(number: f64) -> f64 {
    f64::from_bits(number.to_bits() & COARSE)
}

impl Ord for Ordered {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl PartialOrd for Ordered {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Ordered {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Ordered {}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(numbers: impl IntoIterator<Item = f64>) -> Numbers {
        let mut all = Numbers::default();
        numbers.into_iter().for_each(|number| all.add(number));
        all
    }

    #[test]
    fn the_middle_of_numbers() {
        assert_eq!(of([]).median(), None);
        assert_eq!(of([3.0]).median(), Some(3.0));
        assert_eq!(of([9.0, 1.0, 10.0, 2.0]).median(), Some(5.5));
        assert_eq!(of([7.0, -1.0, 7.0, 7.0, 0.0]).median(), Some(7.0));
    }

    #[test]
    fn pairs_are_counted_without_making_them() {
        let (one, other) = (of([1.0, 7.0, 2.0, 2.0]), of([9.0, 2.0, 3.0]));
        // 1 is below all three, each 2 below two, 7 below one.
        assert_eq!(one.below(&other), 8.0 / 12.0);
        assert_eq!(other.below(&one), 2.0 / 12.0);
    }

    #[test]
    fn very_many_different_numbers_are_told_nearly() {
        let all = of((0..200_000_u32).map(|n| 1_000.0 + f64::from(n) / 7.0));
        assert_eq!(all.len(), 200_000);
        assert!(all.times.len() < EXACT, "{}", all.times.len());
        let exact = 1_000.0 + 99_999.5 / 7.0;
        assert!(all.median().is_some_and(|middle| (middle / exact - 1.0).abs() < 1.0 / 4_000.0));
    }
}
