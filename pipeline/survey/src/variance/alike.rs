//! The covariance of linearised estimates in a simple random sample of rows, of which many are alike.

use crate::sums::column_sums;

/// `n/(n−1) · (Σ z zᵀ − Σz Σzᵀ / n)` over the n rows, each of an element's `rows` having the same share of its `m` values `z`
/// (Särndal, Swensson & Wretman 1992, section 3.3). Of one row nothing is known: 0.
pub(super) fn covariance(rows: &[u64], z: &[f64], m: usize) -> Vec<f64> {
    let n = rows.iter().sum::<u64>() as f64;
    if n < 2.0 {
        return vec![0.0; m * m];
    }
    let totals = column_sums(z.chunks(m), m);
    let mut covariance = Vec::with_capacity(m * m);
    for a in 0..m {
        for b in 0..m {
            let elements = rows.iter().zip(z.chunks(m)).filter(|(rows, _)| **rows > 0);
            let products: f64 = elements.map(|(rows, z)| z[a] * z[b] / *rows as f64).sum();
            covariance.push(n / (n - 1.0) * (products - totals[a] * totals[b] / n));
        }
    }
    covariance
}

/// Rows less 1.
pub(super) fn degrees_of_freedom(rows: u64) -> f64 {
    rows as f64 - 1.0
}

#[cfg(test)]
mod tests {
    use crate::design::Design;
    use crate::quantile::{Values, quantile};
    use crate::variance::Variability;

    #[test]
    fn rows_that_are_alike_give_what_they_give_one_by_one() {
        let values = [3.0, 1.0, 2.0, 2.0, f64::NAN, 4.0, 1.0, 7.0, 2.0, 2.5, 3.0, 1.0];
        let design = Design::builder(12).build().expect("a design");
        let distinct = [1.0, 2.0, 2.5, 3.0, 4.0, 7.0];
        let count = [3, 3, 1, 2, 1, 1];
        // One row did not answer.
        let rows = [3, 3, 1, 2, 1, 1, 1];
        let answers = Values {
            variability: Variability::Alike { rows: &rows },
            elements: 7,
            value: &distinct,
            element: &[0, 1, 2, 3, 4, 5],
            weight: &count.map(|count: u64| count as f64),
            count: &count,
        };
        for p in [0.25, 0.5, 0.8] {
            let one_by_one = design.quantile(&values, p, None, 0.8).expect("an estimate").expect("a base");
            let together = quantile(&answers, p, 0.8).expect("an estimate").expect("a base");
            assert_eq!((together.lower, together.upper), (one_by_one.lower, one_by_one.upper));
            assert_eq!((together.estimate, together.df), (one_by_one.estimate, one_by_one.df));
        }
    }
}
