//! Association of two variables: of categories, of ordered categories, of ranks.
//!
//! In: a [`Crosstab`] of counts, from cells or from pairs; for Spearman's rho the pairs alone. Out: a coefficient with its
//! interval, or a test.
//!
//! | what | order matters | function |
//! | --- | --- | --- |
//! | Pearson's chi-squared test; Cramér's V | no | [`Crosstab::chi_squared`], [`Crosstab::cramers_v`] |
//! | Fisher's exact test; odds ratio | no | [`Crosstab::fisher`], [`Crosstab::odds_ratio`] |
//! | Goodman and Kruskal's gamma; Kendall's tau-b | yes | [`Crosstab::gamma`], [`Crosstab::tau_b`] |
//! | Spearman's rho | yes | [`spearman`] |
//!
//! It knows no labels: the caller puts categories in order.

mod exact;
mod nominal;
mod ordinal;
mod rank;

use std::collections::BTreeMap;

use crate::key::Key;

pub use exact::{ExactFault, OddsRatio};
pub use nominal::{ChiSquared, CramersV};
pub use ordinal::Association;
pub use rank::{RankCorrelation, spearman};

/// Counts by two variables, as a full rectangle of rows times columns.
#[derive(Clone, Debug, PartialEq)]
pub struct Crosstab {
    columns: usize,
    cells: Vec<u64>,
}

impl Crosstab {
    /// A table from its rows of counts; `None` when the rows are not equally long.
    pub fn from_rows(rows: &[&[u64]]) -> Option<Self> {
        let columns = rows.first().map_or(0, |row| row.len());
        if rows.iter().any(|row| row.len() != columns) {
            return None;
        }
        Some(Crosstab { columns, cells: rows.iter().flat_map(|row| row.iter().copied()).collect() })
    }

    /// A table from pairs of values, its rows and columns the distinct values in ascending order. Pairs with a NaN are
    /// left out.
    pub fn from_pairs(pairs: impl IntoIterator<Item = (f64, f64)>) -> Self {
        Self::from_counts(pairs.into_iter().map(|pair| (pair, 1)))
    }

    /// The same from pairs that each come with the number of times they occur.
    pub fn from_counts(counted: impl IntoIterator<Item = ((f64, f64), u64)>) -> Self {
        let mut counts = BTreeMap::<(Key, Key), u64>::new();
        for ((x, y), count) in counted {
            if !x.is_nan() && !y.is_nan() && count > 0 {
                *counts.entry((Key::new(x), Key::new(y))).or_default() += count;
            }
        }
        let mut rows: Vec<Key> = counts.keys().map(|(x, _)| *x).collect();
        rows.dedup();
        let mut columns: Vec<Key> = counts.keys().map(|(_, y)| *y).collect();
        columns.sort_unstable();
        columns.dedup();
        let mut cells = vec![0; rows.len() * columns.len()];
        for ((x, y), count) in counts {
            if let (Ok(row), Ok(column)) = (rows.binary_search(&x), columns.binary_search(&y)) {
                cells[row * columns.len() + column] = count;
            }
        }
        Crosstab { columns: columns.len(), cells }
    }

    /// Number of pairs in the table.
    pub fn n(&self) -> u64 {
        self.cells.iter().sum()
    }

    /// The table without rows and columns that are empty: they say nothing of association.
    fn without_empty(&self) -> Vec<Vec<u64>> {
        let rows = self.cells.chunks(self.columns.max(1)).filter(|row| row.iter().any(|count| *count > 0));
        let full =
            |column: &usize| self.cells.iter().skip(*column).step_by(self.columns).any(|count| *count > 0);
        let columns: Vec<usize> = (0..self.columns).filter(full).collect();
        rows.map(|row| columns.iter().map(|column| row[*column]).collect()).collect()
    }
}

/// Sums of the rows and of the columns.
fn margins(rows: &[Vec<u64>]) -> (Vec<u64>, Vec<u64>) {
    let columns = rows.first().map_or(0, Vec::len);
    let column = |column: usize| rows.iter().map(|row| row[column]).sum();
    (rows.iter().map(|row| row.iter().sum()).collect(), (0..columns).map(column).collect())
}
