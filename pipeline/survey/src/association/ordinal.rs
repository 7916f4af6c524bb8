//! Two ordered variables: Goodman and Kruskal's gamma, Kendall's tau-b.
//!
//! In: a [`Crosstab`], rows and columns in scale order. Out: an [`Association`] with its asymptotic standard error and
//! interval.
//!
//! - Both coefficients are invariant under any order-preserving renaming of the categories: only ranks count.
//! - The standard error is the one that does not assume independence (ASE1), fit for an interval and not for a test of
//!   no association.

use super::Crosstab;
use crate::normal::two_sided;

/// An association with its interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Association {
    /// The coefficient, between −1 and 1.
    pub estimate: f64,
    /// Asymptotic standard error (ASE1).
    pub standard_error: f64,
    /// Lower end of the interval, not below −1.
    pub lower: f64,
    /// Upper end of the interval, not above 1.
    pub upper: f64,
    /// Number of pairs of values that it rests on.
    pub n: u64,
}

/// Concordant and discordant counts of a cell: how many others lie on the same side in both variables, and on opposite
/// sides.
struct Sides {
    count: f64,
    concordant: f64,
    discordant: f64,
    row: f64,
    column: f64,
}

impl Crosstab {
    /// Goodman and Kruskal's gamma: `(P − Q) / (P + Q)`, P and Q the concordant and discordant pairs (each counted twice
    /// here). `None` when there are none of either.
    ///
    /// Standard error `4/(P+Q)² · √Σ n_ij (Q A_ij − P D_ij)²`, A_ij and D_ij the counts concordant and discordant with
    /// the cell (Goodman & Kruskal, JASA 58, 1963; Brown & Benedetti, JASA 72, 1977, p. 309; Agresti, Categorical Data
    /// Analysis, 2nd ed. 2002, section 3.4).
    pub fn gamma(&self, confidence: f64) -> Option<Association> {
        let z = two_sided(confidence)?;
        let sides = self.sides();
        let p: f64 = sides.iter().map(|s| s.count * s.concordant).sum();
        let q: f64 = sides.iter().map(|s| s.count * s.discordant).sum();
        if p + q == 0.0 {
            return None;
        }
        let spread: f64 = sides.iter().map(|s| s.count * (q * s.concordant - p * s.discordant).powi(2)).sum();
        Some(self.association((p - q) / (p + q), 4.0 * spread.sqrt() / (p + q).powi(2), z))
    }

    /// Kendall's tau-b: `(P − Q) / √(w_r w_c)` with `w_r = n² − Σ n_i.²` and `w_c = n² − Σ n_.j²`, so that ties count
    /// against it. `None` when one of the variables does not vary.
    ///
    /// Standard error after Brown & Benedetti (1977), as SAS/STAT's FREQ procedure gives it:
    /// `1/w² · √(Σ n_ij (2 w d_ij + τ v_ij)² − n³ τ² (w_r + w_c)²)` with `w = √(w_r w_c)`, `d_ij = A_ij − D_ij` and
    /// `v_ij = n_i. w_c + n_.j w_r`.
    pub fn tau_b(&self, confidence: f64) -> Option<Association> {
        let z = two_sided(confidence)?;
        let sides = self.sides();
        let n = self.n() as f64;
        let rows = self.cells.chunks(self.columns.max(1)).map(|row| row.iter().sum::<u64>() as f64);
        let w_rows = n * n - rows.map(|sum| sum * sum).sum::<f64>();
        let w_columns = n * n
            - (0..self.columns)
                .map(|column| self.cells.iter().skip(column).step_by(self.columns).sum::<u64>() as f64)
                .map(|sum| sum * sum)
                .sum::<f64>();
        let w = (w_rows * w_columns).sqrt();
        if w == 0.0 {
            return None;
        }
        let difference: f64 = sides.iter().map(|s| s.count * (s.concordant - s.discordant)).sum();
        let tau = difference / w;
        let spread: f64 = sides
            .iter()
            .map(|s| {
                let v = s.row * w_columns + s.column * w_rows;
                s.count * (2.0 * w * (s.concordant - s.discordant) + tau * v).powi(2)
            })
            .sum();
        // The difference of two large numbers may fall a hair below 0 when the association is perfect.
        let variance = (spread - n.powi(3) * tau * tau * (w_rows + w_columns).powi(2)).max(0.0);
        Some(self.association(tau, variance.sqrt() / (w * w), z))
    }

    fn association(&self, estimate: f64, standard_error: f64, z: f64) -> Association {
        Association {
            estimate,
            standard_error,
            lower: (estimate - z * standard_error).max(-1.0),
            upper: (estimate + z * standard_error).min(1.0),
            n: self.n(),
        }
    }

    /// For every cell that is not empty: who lies before and after it in both variables. Cumulative sums keep it at
    /// rows times columns, where pairs by pairs would be the square of that.
    fn sides(&self) -> Vec<Sides> {
        if self.columns == 0 {
            return Vec::new();
        }
        let rows = self.cells.len() / self.columns;
        // above[r][c]: sum of the cells in rows before r and columns before c.
        let width = self.columns + 1;
        let mut above = vec![0.0; (rows + 1) * width];
        for r in 0..rows {
            for c in 0..self.columns {
                above[(r + 1) * width + c + 1] = self.cells[r * self.columns + c] as f64
                    + above[r * width + c + 1]
                    + above[(r + 1) * width + c]
                    - above[r * width + c];
            }
        }
        let sum = |r: usize, c: usize| above[r * width + c];
        let n = sum(rows, self.columns);
        let mut sides = Vec::new();
        for r in 0..rows {
            for c in 0..self.columns {
                let count = self.cells[r * self.columns + c];
                if count == 0 {
                    continue;
                }
                let up_to_row = sum(r + 1, self.columns);
                let before_row = sum(r, self.columns);
                let up_to_column = sum(rows, c + 1);
                let before_column = sum(rows, c);
                let before_both = sum(r, c);
                let after_both = n - up_to_row - up_to_column + sum(r + 1, c + 1);
                let before_after = before_row - sum(r, c + 1);
                let after_before = before_column - sum(r + 1, c);
                sides.push(Sides {
                    count: count as f64,
                    concordant: before_both + after_both,
                    discordant: before_after + after_before,
                    row: up_to_row - before_row,
                    column: up_to_column - before_column,
                });
            }
        }
        sides
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Rows of a table; gamma with its standard error; tau-b with its standard error.
    type Reference = (&'static [&'static [u64]], f64, f64, f64, f64);

    include!("../../tests/reference/association.rs");

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-6
    }

    #[test]
    fn agresti_income_and_satisfaction() {
        // Agresti, Categorical Data Analysis, 2nd ed. 2002, table 2.8 and sections 2.4.5, 3.4.3: 1331 concordant and
        // 849 discordant pairs, gamma 0.221, standard error 0.117, interval -0.01 to 0.45.
        let table = Crosstab::from_rows(&[&[1, 3, 10, 6], &[2, 3, 10, 7], &[1, 6, 14, 12], &[0, 1, 9, 11]]);
        let gamma = table.and_then(|t| t.gamma(0.95)).expect("gamma");
        assert!((gamma.estimate - (1331.0 - 849.0) / (1331.0 + 849.0)).abs() < 1e-12);
        assert!((gamma.standard_error - 0.117).abs() < 5e-4, "{}", gamma.standard_error);
        assert!((gamma.lower + 0.01).abs() < 5e-3 && (gamma.upper - 0.45).abs() < 5e-3);
    }

    #[test]
    fn reference_tables() {
        // Estimates by scipy.stats.kendalltau and by counting pairs; standard errors by the delta method with numerical
        // derivatives, which shares no formula with ours: tests/reference.py
        for (rows, gamma, gamma_error, tau, tau_error) in ASSOCIATION {
            let table = Crosstab::from_rows(rows).expect("a table");
            let (g, t) = (table.gamma(0.95).expect("gamma"), table.tau_b(0.95).expect("tau-b"));
            assert!(close(g.estimate, *gamma) && close(g.standard_error, *gamma_error), "{rows:?}: {g:?}");
            assert!(close(t.estimate, *tau) && close(t.standard_error, *tau_error), "{rows:?}: {t:?}");
        }
    }

    #[test]
    fn a_perfect_order_is_1_without_error() {
        let table = Crosstab::from_pairs((0..20).map(|i| (f64::from(i), f64::from(i * i))));
        let (gamma, tau) = (table.gamma(0.95).expect("gamma"), table.tau_b(0.95).expect("tau-b"));
        assert!(close(gamma.estimate, 1.0) && close(gamma.standard_error, 0.0));
        assert!(close(tau.estimate, 1.0) && tau.standard_error < 1e-6);
    }

    #[test]
    fn nothing_varies_nothing_to_say() {
        assert_eq!(Crosstab::from_pairs([]).gamma(0.95), None);
        assert_eq!(Crosstab::from_pairs([(1.0, 2.0), (1.0, 3.0)]).gamma(0.95), None);
        assert_eq!(Crosstab::from_pairs([(1.0, 2.0), (1.0, 3.0)]).tau_b(0.95), None);
        assert_eq!(Crosstab::from_pairs([(f64::NAN, 2.0)]).n(), 0);
        assert_eq!(Crosstab::from_rows(&[&[1, 2], &[3]]), None);
    }

    fn by_pairs(pairs: &[(f64, f64)]) -> Option<f64> {
        let (mut p, mut q) = (0, 0);
        for (i, a) in pairs.iter().enumerate() {
            for b in &pairs[i + 1..] {
                match ((a.0 - b.0) * (a.1 - b.1)).partial_cmp(&0.0) {
                    Some(std::cmp::Ordering::Greater) => p += 1,
                    Some(std::cmp::Ordering::Less) => q += 1,
                    _ => {}
                }
            }
        }
        (p + q > 0).then(|| f64::from(p - q) / f64::from(p + q))
    }

    proptest! {
        #[test]
        fn gamma_is_what_counting_pairs_gives(pairs in prop::collection::vec((0_u8..5, 0_u8..6), 0..60)) {
            let pairs: Vec<(f64, f64)> = pairs.into_iter().map(|(x, y)| (x.into(), y.into())).collect();
            let gamma = Crosstab::from_pairs(pairs.iter().copied()).gamma(0.95).map(|g| g.estimate);
            match (gamma, by_pairs(&pairs)) {
                (Some(a), Some(b)) => prop_assert!((a - b).abs() < 1e-12),
                (a, b) => prop_assert_eq!(a, b),
            }
        }

        #[test]
        fn only_ranks_and_order_count(pairs in prop::collection::vec((0_u8..5, 0_u8..6), 1..40)) {
            let plain = Crosstab::from_pairs(pairs.iter().map(|(x, y)| (f64::from(*x), f64::from(*y))));
            let stretched = Crosstab::from_pairs(pairs.iter().rev().map(|(x, y)| (f64::from(*x).exp(), f64::from(*y) * 7.0 - 3.0)));
            prop_assert_eq!(&plain, &stretched);
            let mirrored = Crosstab::from_pairs(pairs.iter().map(|(x, y)| (-f64::from(*x), f64::from(*y))));
            if let (Some(a), Some(b)) = (plain.gamma(0.95), mirrored.gamma(0.95)) {
                prop_assert!(close(a.estimate, -b.estimate) && close(a.standard_error, b.standard_error));
                prop_assert!(a.lower >= -1.0 && a.lower <= a.estimate && a.estimate <= a.upper && a.upper <= 1.0);
            }
        }
    }
}
