//! What a data file says of its columns, beside their cells.
//!
//! In: nothing; the readers of formats fill it in. Out: one [`Described`] per column.

use indexmap::IndexMap;

/// What a file says of a column.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Described {
    /// The column in words: the question, as a rule.
    pub label: String,
    /// Labels of values, by the code as a cell has it.
    pub value_labels: IndexMap<String, String>,
    /// Values that stand for no answer.
    pub missing: MissingValues,
    /// What its values measure, where the file says so.
    pub measure: Option<Measure>,
    /// How the program that wrote it shows its values: `F8.2`, `A20`, `DATE11`.
    pub format: String,
}

/// Values of a column that stand for no answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MissingValues {
    /// Single values, as cells have them.
    pub codes: Vec<String>,
    /// All numbers from the first to the second.
    pub range: Option<(f64, f64)>,
}

/// What the values of a column measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Kinds.
    Nominal,
    /// Kinds in an order.
    Ordinal,
    /// Numbers.
    Scale,
}

impl MissingValues {
    /// Whether `code` stands for no answer.
    pub fn has(&self, code: &str) -> bool {
        let within = |(from, to): (f64, f64)| code.parse::<f64>().is_ok_and(|n| from <= n && n <= to);
        self.codes.iter().any(|missing| missing == code) || self.range.is_some_and(within)
    }
}
