//! What the report asks of the evidence, and the shape in which tables and figures see a result.

use std::ops::Range;

use crate::evidence::statistic::Statistic;
use crate::queries::head::QueryHead;

/// Where a report's numbers come from.
pub trait Numbers: Send + Sync {
    /// The statistic that `query[row].column` names.
    ///
    /// # Errors
    /// There is no such query, row or column, or it holds no number.
    fn number(&self, reference: &str) -> Result<Statistic, Misnamed>;

    /// The text that `query[row].column` names.
    ///
    /// # Errors
    /// There is no such query, row or column.
    fn text(&self, reference: &str) -> Result<String, Misnamed>;

    /// A statistic as it is printed; `format` is empty for the usual form.
    ///
    /// # Errors
    /// The format is unknown, or says nothing about this kind of number.
    fn printed(&self, statistic: &Statistic, format: &str) -> Result<String, Misnamed>;

    /// Whether a condition holds.
    ///
    /// # Errors
    /// It does not parse, or names what is not there.
    fn judge(&self, condition: &str) -> Result<Judgement, Misnamed>;

    /// The result of a query.
    ///
    /// # Errors
    /// There is no such query.
    fn result(&self, query: &str) -> Result<ResultView, Misnamed>;
}

/// A reference or condition that says nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misnamed {
    /// What is wrong.
    pub message: String,
    /// What is wrong with it, as a range of bytes of the reference or condition; empty for all of it.
    pub span: Range<usize>,
    /// Facts that help.
    pub notes: Vec<String>,
    /// What to do.
    pub hints: Vec<String>,
}

impl Misnamed {
    /// A fault of the whole text.
    pub fn new(message: impl Into<String>) -> Self {
        Misnamed { message: message.into(), span: 0..0, notes: Vec::new(), hints: Vec::new() }
    }

    /// The same, with advice.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }
}

/// A condition, judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// Whether it holds.
    pub holds: bool,
    /// Each reference in it, with its value in words.
    pub values: Vec<(String, String)>,
}

/// A query's result as tables, figures and attachments read it.
#[derive(Clone, Debug, PartialEq)]
pub struct ResultView {
    /// What the query promises.
    pub head: QueryHead,
    /// Rows in their order.
    pub rows: Vec<RowView>,
}

/// A row of a result.
#[derive(Clone, Debug, PartialEq)]
pub struct RowView {
    /// Values of the key columns, joined by ` / `.
    pub key: String,
    /// One cell for each column of the head.
    pub cells: Vec<CellView>,
}

/// A cell of a result.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "most cells are numbers, and there are a few thousand")]
pub enum CellView {
    /// A label; `None` where the query gave none.
    Text(Option<String>),
    /// True or false.
    Boolean(Option<bool>),
    /// A number, with its base and interval.
    Number(Statistic),
}

impl ResultView {
    /// Position of a column.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.head.columns.iter().position(|c| c.name == name)
    }
}

impl CellView {
    /// The cell as it is printed; nothing for a missing value.
    pub fn shown(&self) -> String {
        match self {
            CellView::Text(text) => text.clone().unwrap_or_default(),
            CellView::Boolean(truth) => truth.map_or("", |t| if t { "yes" } else { "no" }).to_owned(),
            CellView::Number(statistic) => statistic.printed.clone(),
        }
    }
}
