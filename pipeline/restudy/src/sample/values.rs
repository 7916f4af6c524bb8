//! The values of a column that a design names: labels of strata and units, numbers of weights and populations.
//!
//! In: a [`Column`], and what was kept of it. Out: one value per respondent, or the cells that hold none, with their lines.

use super::columns::Column;
use super::kept::{BLANK, Coded, Kept, WRONG};
use crate::codebook::Holds;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::sources::{Faults, shortened};
use crate::study::{Study, Wave};

/// Where values are read.
pub(super) struct Reader<'a> {
    pub(super) study: &'a Study,
    pub(super) wave: &'a Wave,
    pub(super) kept: &'a Kept,
    /// Faults of cells.
    pub(super) cells: Faults<'a>,
    /// Faults of definitions.
    pub(super) others: Diagnostics,
}

impl Reader<'_> {
    /// Number of respondents.
    pub(super) fn rows(&self) -> usize {
        self.kept.rows()
    }

    /// The labels of `column`, which `what` has ("stratum", "unit"); a respondent without one is a fault.
    pub(super) fn all_labels(&mut self, column: &Column, what: &str) -> Option<Coded> {
        let kept = self.kept;
        let labels = kept.labels(column);
        let mut are_there = true;
        for (row, _) in labels.clone().enumerate().filter(|(_, label)| label.is_none()) {
            let fault = Diagnostic::error(format!("no {what}: `{}` is blank", shortened(&column.name)));
            self.cell(row, column, fault, |f| {
                f.hint(format!(
                    "fill it in, or take the row out: every respondent is in a {what} of the sample"
                ))
            });
            are_there = false;
        }
        are_there.then(|| Coded::of(labels.flatten()))
    }

    /// The numbers of `column`, which `what` has ("weight"); a blank cell and other text are faults.
    pub(super) fn numbers(&mut self, column: &Column, what: &str) -> Option<Vec<f64>> {
        let kept = self.kept;
        let variable = kept.variable(column);
        if variable.is_some_and(|variable| matches!(variable.holds, Holds::Labels | Holds::Timestamp)) {
            let fault =
                Diagnostic::error(format!("`{}` cannot be a {what}: it holds no numbers", column.name));
            let hint = "name a variable with numbers, or a column of the export";
            self.defined(column.at.clone(), fault.hint(hint));
            return None;
        }
        let name = shortened(&column.name);
        let numbers = kept.numbers(column);
        let mut are_there = true;
        for (row, number) in numbers.iter().enumerate() {
            if *number == WRONG {
                let fault = Diagnostic::error(format!("a {what} in `{name}` is not a number"));
                self.cell(row, column, fault, |f| {
                    f.note(format!("the first is `{}`", kept.wrong(column)))
                        .hint("write digits, with a point for decimals")
                });
                are_there = false;
            } else if *number == BLANK {
                let fault = Diagnostic::error(format!("a {what} in `{name}` is blank"));
                self.cell(row, column, fault, |f| f.hint(format!("write the {what} of every respondent")));
                are_there = false;
            }
        }
        are_there.then(|| numbers.to_vec())
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
