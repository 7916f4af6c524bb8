//! The result of a query: its rows, under the head that promised them.

use datafusion::arrow::array::RecordBatch;

use super::head::{Column, QueryHead};
use crate::engine::{boolean, cell_text, column_index, is_null, number};

/// Between the key values that name a row.
const BETWEEN: &str = " / ";

/// Rows that keep what the head promises.
#[derive(Clone, Debug, PartialEq)]
pub struct QueryResult {
    /// What the query says of itself.
    pub head: QueryHead,
    /// The query's file, relative to the study's folder.
    pub file: String,
    /// SHA-256 of the file, in hexadecimal.
    pub sha: String,
    /// The rows; columns are those of the head, in its order: text as Utf8, counts as Int64, shares and numbers as
    /// Float64, in the order that the query asked for.
    pub batch: RecordBatch,
}

impl QueryResult {
    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.batch.num_rows()
    }

    /// The promise for a column.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.head.columns.iter().find(|column| column.name == name)
    }

    /// A cell as text; `None` for NULL, or where there is no such row or column.
    pub fn text(&self, row: usize, column: &str) -> Option<String> {
        cell_text(&self.batch, row, column_index(&self.batch, column)?)
    }

    /// A cell as a number; `None` for NULL, for what is not a number, and where there is no such row or column.
    pub fn number(&self, row: usize, column: &str) -> Option<f64> {
        number(&self.batch, row, column_index(&self.batch, column)?)
    }

    /// A cell as a whole number that is not negative.
    pub fn count(&self, row: usize, column: &str) -> Option<u64> {
        let value = self.number(row, column)?;
        (value >= 0.0 && value.fract() == 0.0).then_some(value as u64)
    }

    /// A cell as true or false.
    pub fn boolean(&self, row: usize, column: &str) -> Option<bool> {
        boolean(&self.batch, row, column_index(&self.batch, column)?)
    }

    /// Whether a cell holds no value.
    pub fn is_null(&self, row: usize, column: &str) -> bool {
        column_index(&self.batch, column).is_none_or(|column| is_null(&self.batch, row, column))
    }

    /// The values of the key columns in a row, joined by ` / `; empty for a result of one row.
    pub fn row_key(&self, row: usize) -> String {
        let values: Vec<String> =
            self.head.key.iter().map(|column| self.text(row, column).unwrap_or_default()).collect();
        values.join(BETWEEN)
    }

    /// The row with this key.
    pub fn find_row(&self, key: &str) -> Option<usize> {
        (0..self.rows()).find(|row| self.row_key(*row) == key)
    }
}
