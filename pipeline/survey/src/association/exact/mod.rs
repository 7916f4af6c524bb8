//! Exact inference for tables of small counts: Fisher's test, the conditional odds ratio.
//!
//! In: a [`Crosstab`]; the order of its rows and columns does not matter to the test. Out: a p-value, an odds ratio with
//! its interval, or why the work would be too much.

mod fourfold;
mod network;

use thiserror::Error;

use super::{Crosstab, margins};
use fourfold::Fourfold;

pub use fourfold::OddsRatio;

/// Two probabilities closer than this, as a share of themselves, are the same: they may differ by rounding alone. R's
/// `fisher.test` takes the same.
const SAME: f64 = 1e-7;

/// Steps that are taken at most, about a second's work; paths that are kept take 160 MB at the worst.
const MOST_STEPS: u64 = 10_000_000;

/// Why there is no exact answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ExactFault {
    /// There are too many tables with these margins.
    #[error(
        "a table of {rows} by {columns} with n = {n} has too many alternatives for an exact test; \
         use the chi-squared test, or join categories"
    )]
    TooLarge {
        /// Rows that are not empty.
        rows: usize,
        /// Columns that are not empty.
        columns: usize,
        /// Number of pairs in the table.
        n: u64,
    },
}

impl Crosstab {
    /// The two-sided p-value of Fisher's exact test of independence: the probability, given both margins, of all tables
    /// that are no likelier than the one observed. A table has probability `Π n_i.! Π n_.j! / (n! Π n_ij!)` (Fisher,
    /// Statistical Methods for Research Workers, 5th ed. 1934, section 21.02; Freeman & Halton, Biometrika 38, 1951; R's
    /// `fisher.test`).
    ///
    /// Tables of two by two are enumerated. Others are built column by column, and those that need the same sums of the
    /// rest are continued together, after Mehta & Patel (JASA 78, 1983, p. 427).
    ///
    /// `None` when fewer than two rows or columns are not empty.
    ///
    /// # Errors
    /// [`ExactFault::TooLarge`] when it would take more than about a second: a table of four by four is answered up to about n = 150,
    /// one of three by five up to some hundreds, one of two by two up to some hundred thousands.
    pub fn fisher(&self) -> Result<Option<f64>, ExactFault> {
        let rows = self.without_empty();
        let (row_sums, column_sums) = margins(&rows);
        if row_sums.len() < 2 || column_sums.len() < 2 {
            return Ok(None);
        }
        let p = match (&rows[..], column_sums.len()) {
            ([first, second], 2) => {
                Fourfold::new([first[0], first[1], second[0], second[1]]).map(|table| table.p_value())
            }
            _ => network::p_value(&rows, MOST_STEPS),
        };
        let too_large =
            ExactFault::TooLarge { rows: row_sums.len(), columns: column_sums.len(), n: self.n() };
        p.map(|p| Some(p.min(1.0))).ok_or(too_large)
    }

    /// The odds ratio of a table of two by two, given its margins; see [`OddsRatio`]. `None` when the table is not two by two,
    /// one of its rows or columns is empty, or the confidence is not between 0 and 1.
    ///
    /// # Errors
    /// [`ExactFault::TooLarge`] as for [`Crosstab::fisher`].
    pub fn odds_ratio(&self, confidence: f64) -> Result<Option<OddsRatio>, ExactFault> {
        let rows = self.without_empty();
        let cells = match (self.columns, &rows[..]) {
            (2, [first, second]) if first.len() == 2 && self.cells.len() == 4 => {
                [first[0], first[1], second[0], second[1]]
            }
            _ => return Ok(None),
        };
        if !(confidence > 0.0 && confidence < 1.0) {
            return Ok(None);
        }
        let too_large = ExactFault::TooLarge { rows: 2, columns: 2, n: self.n() };
        Fourfold::new(cells).map(|table| Some(table.odds_ratio(confidence))).ok_or(too_large)
    }
}

#[cfg(test)]
mod tests;
