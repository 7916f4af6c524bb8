//! Variance from replicate weights (Lumley 2010, section 2.3; Wolter, Introduction to Variance Estimation, 2nd ed. 2007).

use super::Replication;
use crate::error::SurveyError;
use crate::sums::{Sum, column_sums};

/// A row of replicate weights that differs less than this, of its length, from what other rows span is no new one; R's
/// tolerance.
const SAME: f64 = 1e-5;

/// The totals of each replicate: replicates times sums.
pub(super) fn totals(factors: &[f64], replicates: usize, sums: &[f64], width: usize) -> Vec<f64> {
    let mut totals = vec![Sum::default(); replicates * width];
    for (factors, sums) in factors.chunks(replicates.max(1)).zip(sums.chunks(width)) {
        if sums.iter().all(|&sum| sum == 0.0) {
            continue;
        }
        for (totals, factor) in totals.chunks_mut(width).zip(factors) {
            totals.iter_mut().zip(sums).for_each(|(total, sum)| total.add(factor * sum));
        }
    }
    totals.into_iter().map(Sum::value).collect()
}

impl Replication {
    /// `scale · Σ rscales_r (θ_r − centre)(θ_r − centre)ᵀ`; replicates without a finite estimate are left out.
    pub(super) fn covariance(&self, thetas: &[Vec<f64>], estimate: &[f64]) -> Result<Vec<f64>, SurveyError> {
        let m = estimate.len();
        let kept: Vec<(f64, &[f64])> = self
            .rscales
            .iter()
            .copied()
            .zip(thetas.iter().map(Vec::as_slice))
            .filter(|(_, theta)| theta.iter().all(|value| value.is_finite()))
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

/// Rank of the replicate weights of the elements with rows, less 1. Weights do not change the rank, so factors are enough.
///
/// Rows are made orthogonal to the earlier ones one by one (Gram and Schmidt's method, twice each), until as many are
/// independent as there are replicates.
pub(super) fn degrees_of_freedom(factors: &[f64], replicates: usize, rows: &[u64]) -> f64 {
    let mut basis: Vec<Vec<f64>> = Vec::new();
    for (row, _) in factors.chunks(replicates.max(1)).zip(rows).filter(|(_, rows)| **rows > 0) {
        if basis.len() == replicates {
            break;
        }
        let length = norm(row);
        let mut left = row.to_vec();
        for direction in basis.iter().chain(&basis) {
            let along: f64 = direction.iter().zip(&left).map(|(a, b)| a * b).sum();
            left.iter_mut().zip(direction).for_each(|(left, d)| *left -= along * d);
        }
        let rest = norm(&left);
        if rest > SAME * length {
            left.iter_mut().for_each(|value| *value /= rest);
            basis.push(left);
        }
    }
    basis.len() as f64 - 1.0
}

fn norm(row: &[f64]) -> f64 {
    row.iter().map(|value| value * value).sum::<f64>().sqrt()
}
