//! The head of a query file: what it answers and what it promises.

use super::param::Param;

/// What a query is for: which folder of `queries/` it lives in, and the number it has in the report.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Purpose {
    /// A figure of the report.
    Figure(u32),
    /// A table of the report.
    Table(u32),
    /// Facts that prose needs.
    Facts,
    /// Values to hold against published claims.
    Claims,
    /// Rows are faults; none means that all is well.
    Check,
    /// A question that nobody printed an answer to.
    Explore,
}

/// What a promised column holds; decides its check, its rounding and how it is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    /// Text: a label, a name.
    Text,
    /// A whole number of things: people, schools, codings.
    Count,
    /// A share between 0 and 1, printed in per cent. Its `n` and `base` columns give its interval.
    Share,
    /// Any other number; the digits say how many decimals are printed.
    Number {
        /// Decimals in print.
        decimals: u8,
    },
    /// True or false.
    Boolean,
}

/// A column that the head promises.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Name, as in the result.
    pub name: String,
    /// What it holds.
    pub kind: ColumnKind,
}

/// The head of a query file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryHead {
    /// Name: the file's name without `.sql`; `@name` on the command line, a table name in other queries.
    pub name: String,
    /// First line: what the query answers.
    pub title: String,
    /// What it is for.
    pub purpose: Purpose,
    /// Parameters, written `$name` in the SQL.
    pub params: Vec<Param>,
    /// Whom the shares and counts are about, in words.
    pub base: String,
    /// Promised columns, in order.
    pub columns: Vec<Column>,
    /// The columns that together name a row: no two rows have the same values in them. Empty for a result of one row.
    pub key: Vec<String>,
    /// The order of the rows, in words.
    pub order: String,
    /// Whether the numbers are about a sample, so that chance may have moved them: false where the head says
    /// `interval: none` (cases chosen on purpose, agreement of coders).
    pub sampled: bool,
}
