//! Cholesky's factorisation of a small symmetric positive definite matrix.

/// Below this share of its diagonal a pivot is taken for 0.
const SINGULAR: f64 = 1e-12;

/// The lower triangle L of `A = L Lᵀ`, row by row.
pub(super) struct Cholesky {
    lower: Vec<f64>,
    m: usize,
}

impl Cholesky {
    /// Factors the `m` by `m` matrix `a`; `None` where it is not positive definite.
    pub(super) fn new(a: Vec<f64>, m: usize) -> Option<Self> {
        let mut lower = a;
        for i in 0..m {
            for j in 0..=i {
                let products: f64 = (0..j).map(|k| lower[i * m + k] * lower[j * m + k]).sum();
                let rest = lower[i * m + j] - products;
                if i > j {
                    lower[i * m + j] = rest / lower[j * m + j];
                } else if rest > SINGULAR * lower[i * m + i] {
                    lower[i * m + i] = rest.sqrt();
                } else {
                    return None;
                }
            }
        }
        Some(Cholesky { lower, m })
    }

    /// `L⁻¹ B`, for a B of `m` rows, row by row.
    pub(super) fn forward(&self, b: Vec<f64>) -> Vec<f64> {
        let m = self.m;
        let width = b.len() / m.max(1);
        let mut x = b;
        for i in 0..m {
            let (done, rest) = x.split_at_mut(i * width);
            let Some(row) = rest.get_mut(..width) else { return x };
            for (k, known) in done.chunks(width.max(1)).enumerate() {
                let factor = self.lower[i * m + k];
                row.iter_mut().zip(known).for_each(|(value, known)| *value -= factor * known);
            }
            row.iter_mut().for_each(|value| *value /= self.lower[i * m + i]);
        }
        x
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_factor() {
        // A = L Lᵀ with L = [2 0 0; 6 1 0; -8 5 3].
        let a = vec![4.0, 12.0, -16.0, 12.0, 37.0, -43.0, -16.0, -43.0, 98.0];
        let factor = Cholesky::new(a, 3).expect("a factor");
        assert_eq!(
            factor.forward(vec![2.0, 4.0, 7.0, 12.0, 0.0, -3.0]),
            [1.0, 2.0, 1.0, 0.0, 1.0, 13.0 / 3.0]
        );
    }

    #[test]
    fn singular_and_indefinite_matrices_have_none() {
        assert!(Cholesky::new(vec![1.0, 1.0, 1.0, 1.0], 2).is_none());
        assert!(Cholesky::new(vec![1.0, 2.0, 2.0, 1.0], 2).is_none());
        assert!(Cholesky::new(vec![f64::NAN], 1).is_none());
    }
}
