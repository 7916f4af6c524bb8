//! Variance from replicate weights (Lumley 2010, section 2.3; Wolter, Introduction to Variance Estimation, 2nd ed. 2007).

use std::cmp::Ordering;

use super::Replication;
use crate::error::SurveyError;
use crate::sums::{Sums, column_sums};

/// A row of replicate weights that differs less than this, of its largest, from what other rows span is no new one; R's
/// tolerance.
const SAME: f64 = 1e-5;

/// The totals of each replicate: replicates times sums.
pub(super) fn totals(factors: &[f64], replicates: usize, sums: &[f64], width: usize) -> Vec<f64> {
    // Sum by sum rather than replicate by replicate: numbers that lie side by side are added many at once.
    let mut totals: Vec<Sums> = (0..width).map(|_| Sums::of(replicates)).collect();
    for (factors, sums) in factors.chunks(replicates.max(1)).zip(sums.chunks(width)) {
        for (totals, sum) in totals.iter_mut().zip(sums).filter(|(_, sum)| **sum != 0.0) {
            totals.add_products(factors, *sum);
        }
    }
    (0..replicates).flat_map(|replicate| totals.iter().map(move |totals| totals.value(replicate))).collect()
}

impl Replication {
    /// The variance of the log odds of a share, of the share itself and those of the replicates.
    pub(super) fn log_odds_variance(&self, shares: &[f64], estimate: f64) -> Option<f64> {
        let counting = || self.rscales.iter().zip(shares).filter(|(rscale, _)| **rscale > 0.0);
        if counting().any(|(_, share)| *share <= 0.0 || *share >= 1.0) {
            return None;
        }
        let odds = |share: f64| (share / (1.0 - share)).ln();
        let thetas: Vec<Vec<f64>> = shares.iter().map(|share| vec![odds(*share)]).collect();
        let variance = self.covariance(&thetas, &[odds(estimate)]).ok()?.first().copied();
        variance.filter(|variance| variance.is_finite())
    }

    /// `scale · Σ rscales_r (θ_r − centre)(θ_r − centre)ᵀ`; replicates without a finite estimate are left out.
    pub(super) fn covariance(&self, thetas: &[Vec<f64>], estimate: &[f64]) -> Result<Vec<f64>, SurveyError> {
        let m = estimate.len();
        let kept: Vec<(f64, &[f64])> = self
            .rscales
            .iter()
            .copied()
            .zip(thetas.iter().map(Vec::as_slice))
            .filter(|(_, theta)| theta.len() == m && theta.iter().all(|value| value.is_finite()))
            .collect();
        let counting = kept.iter().filter(|(rscale, _)| *rscale > 0.0);
        let count = counting.clone().count();
        if count == 0 {
            return Err(SurveyError::NoReplicate);
        }
        let centre: Vec<f64> = if self.mse {
            estimate.to_vec()
        } else {
            let sums = column_sums(counting.map(|(_, theta)| *theta), m);
            sums.iter().map(|sum| sum / count as f64).collect()
        };
        let mut covariance = Vec::with_capacity(m * m);
        for a in 0..m {
            for b in 0..m {
                let products = kept
                    .iter()
                    .map(|(rscale, theta)| rscale * (theta[a] - centre[a]) * (theta[b] - centre[b]));
                covariance.push(self.scale * products.sum::<f64>());
            }
        }
        Ok(covariance)
    }
}

/// Rank of the replicate weights of the elements that are `members`, less 1. Weights do not change the rank, so factors are enough.
///
/// The rank is that of one row and the differences of all others from it, which are nearly empty for a jackknife.
pub(super) fn degrees_of_freedom(factors: &[f64], replicates: usize, members: &[bool]) -> f64 {
    let mut patterns: Vec<&[f64]> =
        factors.chunks(replicates.max(1)).zip(members).filter(|(_, is)| **is).map(|(row, _)| row).collect();
    // Elements that share their first unit share their factors.
    patterns.dedup();
    // As many rows as there are replicates seldom depend on each other where replicates are fewer than units.
    let (first, _) = patterns.split_at(patterns.len().min(4 * replicates));
    if patterns.len() > first.len() && rank(first, replicates) == replicates {
        return replicates as f64 - 1.0;
    }
    patterns.sort_by(|a, b| {
        a.iter().zip(*b).map(|(a, b)| a.total_cmp(b)).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    });
    patterns.dedup();
    rank(&patterns, replicates) as f64 - 1.0
}

/// The rank of rows: that of one and of the differences of all others from it.
fn rank(patterns: &[&[f64]], replicates: usize) -> usize {
    let Some((one, others)) = patterns.split_first() else { return 0 };
    let mut echelon = Echelon { pivots: Vec::new(), replicates };
    let mut missing = Some(one.to_vec());
    for row in others {
        echelon.add(row.iter().zip(*one).map(|(a, b)| a - b).collect(), largest(row));
        // One row more may fill the space, and there may be thousands of others.
        if echelon.pivots.len() + 1 >= replicates
            && let Some(row) = missing.take()
        {
            echelon.add(row, largest(one));
        }
    }
    if let Some(row) = missing {
        echelon.add(row, largest(one));
    }
    echelon.pivots.len()
}

/// Independent rows, each with a column in which it is 1 and all later ones are 0: Gaussian elimination, row by row, with
/// the largest entry as pivot.
struct Echelon {
    pivots: Vec<(usize, Vec<(usize, f64)>)>,
    replicates: usize,
}

impl Echelon {
    /// Adds a row if it is independent of the others. It comes from one whose largest entry is `size`.
    fn add(&mut self, mut row: Vec<f64>, size: f64) {
        if self.pivots.len() == self.replicates {
            return;
        }
        for (column, pivot) in &self.pivots {
            let times = row[*column];
            if times != 0.0 {
                pivot.iter().for_each(|(i, value)| row[*i] -= times * value);
                row[*column] = 0.0;
            }
        }
        let (column, rest) = row.iter().enumerate().fold((0, 0.0_f64), |best, (i, value)| {
            if value.abs() > best.1.abs() { (i, *value) } else { best }
        });
        if rest.abs() > SAME * size {
            let entries = row.iter().enumerate().filter(|(_, value)| **value != 0.0);
            self.pivots.push((column, entries.map(|(i, value)| (i, value / rest)).collect()));
        }
    }
}

fn largest(row: &[f64]) -> f64 {
    row.iter().fold(0.0, |largest, value| largest.max(value.abs()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn rows_that_others_span_do_not_count() {
        let factors = [1.0, 0.0, 2.0, 0.0, 1.0, 1.0, 1.0, 1.0, 3.0, 2.0, 2.0, 6.0, 9.0, 0.0, 0.0];
        assert_eq!(degrees_of_freedom(&factors, 3, &[true, true, true, true, false]), 1.0);
        assert_eq!(degrees_of_freedom(&factors, 3, &[true; 5]), 2.0);
        assert_eq!(degrees_of_freedom(&factors, 3, &[false, false, true, true, false]), 0.0);
        assert_eq!(degrees_of_freedom(&factors, 3, &[false; 5]), -1.0);
    }

    proptest! {
        #[test]
        fn a_product_has_the_rank_of_its_smaller_side(
            rank in 1_usize..8,
            left in prop::collection::vec(-1.0..1.0_f64, 30 * 8),
            right in prop::collection::vec(-1.0..1.0_f64, 8 * 20),
        ) {
            let entry = |i: usize, j: usize| (0..rank).map(|k| left[i * 8 + k] * right[k * 20 + j]).sum::<f64>();
            let factors: Vec<f64> = (0..30 * 20).map(|at| entry(at / 20, at % 20)).collect();
            prop_assert_eq!(degrees_of_freedom(&factors, 20, &[true; 30]), rank as f64 - 1.0);
        }
    }
}
