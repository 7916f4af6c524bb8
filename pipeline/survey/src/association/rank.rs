//! Two variables by rank: Spearman's rho.
//!
//! In: pairs, each with the number of times it occurs. Out: rho with its test and interval.

use std::collections::BTreeMap;

use crate::distributions::t_sf;
use crate::key::Key;
use crate::normal::two_sided;

/// A rank correlation with its test and interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RankCorrelation {
    /// The coefficient, between −1 and 1.
    pub estimate: f64,
    /// Lower end of the interval.
    pub lower: f64,
    /// Upper end of the interval.
    pub upper: f64,
    /// Probability of a coefficient at least as far from 0 if the variables are independent.
    pub p_value: f64,
    /// Number of pairs.
    pub n: u64,
}

/// Spearman's rho: Pearson's correlation of the ranks, values that are the same sharing the mean of their ranks (Kendall
/// & Gibbons, Rank Correlation Methods, 5th ed. 1990, chapter 3; R's `cor` with "spearman").
///
/// - The p-value is two-sided, of `t = ρ √((n − 2)/(1 − ρ²))` with n − 2 degrees of freedom, as R's `cor.test` with
///   `exact = FALSE`: an approximation, and a rough one below ten pairs.
/// - The interval is Fisher's: `tanh(artanh ρ ± z √((1 + ρ²/2)/(n − 3)))` (Bonett & Wright, Psychometrika 65, 2000, p. 24). With
///   three pairs it is all from −1 to 1. At a rho of ±1 the formula gives no width: both ends are ±1.
///
/// Pairs with a NaN are left out. `None` when there are fewer than three, one of the variables does not vary, the confidence
/// is not between 0 and 1, or there are more than 2³² pairs.
pub fn spearman(
    counted: impl IntoIterator<Item = ((f64, f64), u64)>,
    confidence: f64,
) -> Option<RankCorrelation> {
    let z = two_sided(confidence)?;
    let mut pairs = BTreeMap::<(Key, Key), u64>::new();
    for ((x, y), count) in counted {
        if !x.is_nan() && !y.is_nan() && count > 0 {
            *pairs.entry((Key::new(x), Key::new(y))).or_default() += count;
        }
    }
    let n = pairs.values().try_fold(0_u64, |sum, count| sum.checked_add(*count))?;
    if n < 3 || n > u64::from(u32::MAX) {
        return None;
    }
    let rows = deviations(pairs.iter().map(|((x, _), count)| (*x, *count)), n);
    let columns = deviations(pairs.iter().map(|((_, y), count)| (*y, *count)), n);
    // Whole numbers: sums are exact, so that a perfect order is exactly 1.
    let (mut both, mut row_squares, mut column_squares) = (0_i128, 0_i128, 0_i128);
    for ((x, y), count) in &pairs {
        let (row, column, count) = (*rows.get(x)?, *columns.get(y)?, i128::from(*count));
        both += count * row * column;
        row_squares += count * row * row;
        column_squares += count * column * column;
    }
    if row_squares == 0 || column_squares == 0 {
        return None;
    }
    let rho = if both.abs() == row_squares && row_squares == column_squares {
        both.signum() as f64
    } else {
        (both as f64 / (row_squares as f64 * column_squares as f64).sqrt()).clamp(-1.0, 1.0)
    };
    let n_ = n as f64;
    let t = rho.abs() * ((n_ - 2.0) / (1.0 - rho * rho)).sqrt();
    let half = z * ((1.0 + rho * rho / 2.0) / (n_ - 3.0)).sqrt();
    let (lower, upper) = if rho.abs() == 1.0 {
        (rho, rho)
    } else {
        ((rho.atanh() - half).tanh(), (rho.atanh() + half).tanh())
    };
    Some(RankCorrelation { estimate: rho, lower, upper, p_value: 2.0 * t_sf(t, n_ - 2.0)?, n })
}

/// Twice the distance of each value's mean rank from the mean of all ranks: a whole number.
fn deviations(counted: impl Iterator<Item = (Key, u64)>, n: u64) -> BTreeMap<Key, i128> {
    let mut counts = BTreeMap::<Key, u64>::new();
    for (value, count) in counted {
        *counts.entry(value).or_default() += count;
    }
    let mut before = 0;
    counts
        .into_iter()
        .map(|(value, count)| {
            let deviation = i128::from(2 * before + count) - i128::from(n);
            before += count;
            (value, deviation)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(pairs: &[(f64, f64)]) -> Option<RankCorrelation> {
        spearman(pairs.iter().map(|pair| (*pair, 1)), 0.95)
    }

    fn zip(x: &[f64], y: &[f64]) -> Vec<(f64, f64)> {
        x.iter().copied().zip(y.iter().copied()).collect()
    }

    #[test]
    fn rho_agrees_with_r() {
        // R 4.2.2: cor.test(x, y, method = "spearman", exact = FALSE); h <- qnorm(.975) * sqrt((1 + rho^2 / 2) / (n - 3));
        // tanh(atanh(rho) + c(-h, h)). The first is the example in R's help page of cor.test.
        for (pairs, rho, p, lower, upper) in [
            (
                zip(
                    &[44.4, 45.9, 41.9, 53.3, 44.7, 44.1, 50.7, 45.2, 60.1],
                    &[2.6, 3.1, 2.5, 5.0, 3.6, 4.0, 5.2, 2.8, 3.8],
                ),
                0.6,
                0.0876228290414023,
                -0.174244069778285,
                0.915797879013339,
            ),
            (
                zip(
                    &[1., 2., 2., 3., 3., 3., 4., 4., 5., 5., 1., 2., 4., 5., 3.],
                    &[2., 1., 2., 3., 2., 4., 4., 5., 5., 3., 1., 1., 3., 4., 5.],
                ),
                0.729807845257489,
                0.00201144068798003,
                0.283631586406672,
                0.916227628685211,
            ),
            (
                zip(&[1., 2., 3., 4., 5., 6.], &[2., 1., 2., 1., 2., 1.]),
                -0.29277002188456,
                0.573392253825355,
                -0.897102127484914,
                0.69314628280009,
            ),
        ] {
            let ours = of(&pairs).expect("rho");
            assert!((ours.estimate - rho).abs() < 1e-12 && (ours.p_value - p).abs() < 1e-11, "{ours:?}");
            assert!((ours.lower - lower).abs() < 1e-10 && (ours.upper - upper).abs() < 1e-10, "{ours:?}");
            assert_eq!(ours.n, pairs.len() as u64);
        }
    }

    #[test]
    fn counts_are_repetitions() {
        let counted =
            spearman([((1.0, 2.0), 3), ((2.0, 1.0), 2), ((3.0, 5.0), 1), ((f64::NAN, 1.0), 9)], 0.95);
        assert_eq!(counted, of(&zip(&[1., 1., 1., 2., 2., 3.], &[2., 2., 2., 1., 1., 5.])));
    }

    #[test]
    fn nothing_to_compute_from_gives_none() {
        assert_eq!(of(&[(1.0, 1.0), (2.0, 2.0)]), None);
        assert_eq!(of(&[(1.0, 1.0), (1.0, 2.0), (1.0, 3.0)]), None);
        let three = of(&[(1.0, 1.0), (2.0, 3.0), (3.0, 2.0)]).expect("rho");
        assert_eq!((three.estimate, three.lower, three.upper), (0.5, -1.0, 1.0));
        // As many pairs as there are people on earth would be too many; no sum may overflow below that.
        assert_eq!(spearman([((1.0, 1.0), 1 << 33), ((2.0, 2.0), 5)], 0.95), None);
        let many = spearman([((1.0, 1.0), 1 << 31), ((2.0, 2.0), 1 << 30)], 0.95).expect("rho");
        assert_eq!((many.estimate, many.p_value), (1.0, 0.0));
    }

    proptest! {
        #[test]
        fn only_ranks_count(pairs in prop::collection::vec((0_u8..6, 0_u8..6), 3..40)) {
            let with = |x: fn(f64) -> f64, y: fn(f64) -> f64| {
                of(&pairs.iter().map(|(a, b)| (x(f64::from(*a)), y(f64::from(*b)))).collect::<Vec<_>>())
            };
            let plain = with(|x| x, |y| y);
            prop_assert_eq!(plain, with(f64::exp, |y| y.powi(3) - 7.0));
            if let (Some(a), Some(b)) = (plain, with(|x| -x, |y| y)) {
                prop_assert_eq!((a.estimate, a.p_value), (-b.estimate, b.p_value));
                prop_assert!(a.lower <= a.estimate && a.estimate <= a.upper);
            }
        }
    }
}
