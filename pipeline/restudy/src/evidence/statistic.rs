//! One row per statistic: a number that exists once, with its base, interval, origin and printed form.
//!
//! The idea is that of CDISC's Analysis Results Data: tables, figures, alt text, prose, guards and audit read the same rows.

use serde::Serialize;

/// What a statistic counts in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// A whole number of things.
    Count,
    /// A share between 0 and 1, printed in per cent.
    Share,
    /// Any other number.
    Number,
}

/// A statistic: one numeric cell of a query's result.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Statistic {
    /// Name of this number everywhere: `query/row/column`, each part a slug (a result of one row has no row part).
    pub id: String,
    /// Query that gave it.
    pub query: String,
    /// Values of the query's key columns, joined by ` / `; empty for a result of one row.
    pub row: String,
    /// Position of the row in the result, counted from 1.
    pub position: usize,
    /// Column.
    pub column: String,
    /// The value itself, unrounded; `None` where there is no base.
    pub value: Option<f64>,
    /// Number of respondents (or cases) who count, where the row has an `n`.
    pub n: Option<u64>,
    /// Number who could have counted, where the row has a `base`.
    pub base: Option<u64>,
    /// Lower end of the interval, where one is given.
    pub lower: Option<f64>,
    /// Upper end of the interval.
    pub upper: Option<f64>,
    /// Level and method of the interval, in words.
    pub interval: Option<String>,
    /// What it counts in.
    pub unit: Unit,
    /// Decimals in print.
    pub decimals: u8,
    /// The printed form: `71%`, `129`, `0.42`; an en dash where there is no value.
    pub printed: String,
}
