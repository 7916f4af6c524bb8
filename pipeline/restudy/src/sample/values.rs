//! The values of a column that a design names: labels of strata and units, numbers of weights and populations.
//!
//! In: a [`Column`], the export, the answers. Out: one value per respondent, or the cells that hold none, with their lines.

use super::columns::Column;
use crate::codebook::{Holds, Responses, Values};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::sources::{Faults, RawTable, shortened};
use crate::study::{Study, Wave};

/// Where values are read.
pub(super) struct Reader<'a> {
    pub(super) study: &'a Study,
    pub(super) wave: &'a Wave,
    pub(super) table: &'a RawTable,
    pub(super) responses: &'a Responses,
    /// Faults of cells.
    pub(super) cells: Faults<'a>,
    /// Faults of definitions.
    pub(super) others: Diagnostics,
}

impl Reader<'_> {
    /// Number of respondents.
    pub(super) fn rows(&self) -> usize {
        self.responses.respondents.len()
    }

    /// The labels of `column`; none where there is no answer or a blank cell.
    pub(super) fn labels(&self, column: &Column) -> Vec<Option<String>> {
        self.texts(column, RawTable::cell)
    }

    fn texts(&self, column: &Column, of: fn(&RawTable, usize, usize) -> &str) -> Vec<Option<String>> {
        let rows = 0..self.rows();
        let is_there = |row: usize, raw: usize| self.table.stated(row, raw).is_none();
        match (column.variable, column.raw) {
            (Some(number), _) => rows.map(|row| self.answer(number, row)).collect(),
            (None, Some(raw)) => rows
                .map(|row| {
                    Some(of(self.table, row, raw)).filter(|cell| !cell.is_empty() && is_there(row, raw))
                })
                .map(|cell| cell.map(str::to_owned))
                .collect(),
            (None, None) => rows.map(|_| None).collect(),
        }
    }

    fn answer(&self, variable: usize, row: usize) -> Option<String> {
        let labels = &self.responses.variables.get(variable)?.labels;
        match self.responses.columns.get(variable)? {
            Values::Labels(values) => {
                let label = usize::try_from((*values.get(row)?)?).ok()?;
                labels.get(label).cloned()
            }
            Values::Text(values) => values.get(row)?.clone(),
            Values::Number(values) => (*values.get(row)?).map(|number| number.to_string()),
            Values::Integer(values) | Values::Timestamp(values) => {
                (*values.get(row)?).map(|number| number.to_string())
            }
        }
    }

    /// The labels of `column`, which `what` has ("stratum", "unit"); a respondent without one is a fault.
    pub(super) fn all_labels(&mut self, column: &Column, what: &str) -> Option<Vec<String>> {
        let labels = self.labels(column);
        let missing: Vec<usize> = (0..labels.len()).filter(|row| labels[*row].is_none()).collect();
        for row in &missing {
            let fault = Diagnostic::error(format!("no {what}: `{}` is blank", shortened(&column.name)));
            self.cell(*row, column, fault, |f| {
                f.hint(format!(
                    "fill it in, or take the row out: every respondent is in a {what} of the sample"
                ))
            });
        }
        missing.is_empty().then(|| labels.into_iter().flatten().collect())
    }

    /// The numbers of `column`, which `what` has ("weight"); a blank cell and other text are faults.
    pub(super) fn numbers(&mut self, column: &Column, what: &str) -> Option<Vec<f64>> {
        let variable = column.variable.and_then(|number| self.responses.variables.get(number));
        if variable.is_some_and(|variable| matches!(variable.holds, Holds::Labels | Holds::Timestamp)) {
            let fault =
                Diagnostic::error(format!("`{}` cannot be a {what}: it holds no numbers", column.name));
            let hint = "name a variable with numbers, or a column of the export";
            self.defined(column.at.clone(), fault.hint(hint));
            return None;
        }
        let labels = self.texts(column, RawTable::code);
        let name = shortened(&column.name);
        let mut numbers = Vec::with_capacity(labels.len());
        for (row, label) in labels.iter().enumerate() {
            match label.as_deref().map(|label| (label, number(label))) {
                Some((_, Some(number))) => numbers.push(number),
                Some((label, None)) => {
                    let fault = Diagnostic::error(format!("a {what} in `{name}` is not a number"));
                    let shown = shortened(label);
                    self.cell(row, column, fault, |f| {
                        f.note(format!("the first is `{shown}`"))
                            .hint("write digits, with a point for decimals")
                    });
                }
                None => {
                    let fault = Diagnostic::error(format!("a {what} in `{name}` is blank"));
                    self.cell(row, column, fault, |f| {
                        f.hint(format!("write the {what} of every respondent"))
                    });
                }
            }
        }
        (numbers.len() == labels.len()).then_some(numbers)
    }

    /// A fault of a cell of `column`.
    pub(super) fn cell(
        &mut self,
        row: usize,
        column: &Column,
        fault: Diagnostic,
        more: impl FnOnce(Diagnostic) -> Diagnostic,
    ) {
        self.cells.cell(row, column.raw.unwrap_or_default(), fault, more);
    }

    /// A fault of a definition, at its place in study.toml.
    pub(super) fn defined(&mut self, at: std::ops::Range<usize>, fault: Diagnostic) {
        self.others.push(fault.at(self.study.place(at)));
    }
}

/// A finite number written with digits, or in scientific notation.
pub(super) fn number(cell: &str) -> Option<f64> {
    let plain = |b: u8| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+' | b'e' | b'E');
    cell.parse::<f64>().ok().filter(|v| cell.bytes().all(plain) && v.is_finite())
}
