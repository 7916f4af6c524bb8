//! The contract between waves, of whom a question was put to: who answered before answers now, and nobody else.
//!
//! In: the exports of both waves. Out: each question that most of those answer who were not asked by the codebook, or nobody of
//! some who answered before; a `[[routing]]` explains it.

use std::collections::HashMap;

use super::between::routing;
use super::contract::{Contract, NUMBERS};
use super::held::is_no_accident;
use crate::codebook::{self, Kind, Question, Universe};
use crate::diagnostic::{Diagnostic, Place};
use crate::sources::{Faults, RawTable};

impl Contract<'_> {
    /// Those are asked who were asked before.
    pub(super) fn routing(&self, question: &Question, columns: &[codebook::Column], faults: &mut Faults<'_>) {
        let is_said =
            self.crosswalk().is_some_and(|c| c.routings.iter().any(|r| r.question == question.name));
        let is_whole = |kind| matches!(kind, Kind::Id | Kind::Timestamp | Kind::Text | Kind::Coded);
        if is_said || is_whole(question.kind) {
            return;
        }
        // What only one of the waves has says nothing of the other.
        let of_both = |header: &str| Some((self.now.column(header)?, self.before.column(header)?));
        let own = columns.iter().filter(|column| column.question == question.name);
        let (of_now, of_before): (Vec<usize>, Vec<usize>) =
            own.filter_map(|column| of_both(&column.header)).unzip();
        let answered = |table: &RawTable, at: &[usize]| -> Vec<bool> {
            let says =
                |row, column| !table.cell(row, column).is_empty() && table.stated(row, column).is_none();
            (0..table.len()).map(|row| at.iter().any(|column| says(row, *column))).collect()
        };
        let (now, before) = (answered(self.now, &of_now), answered(self.before, &of_before));
        if let Some(universe) = &question.asked_if {
            self.widened(question, universe, &now, &before, faults);
        }
        let earlier = self.codebook.questions.iter().take_while(|q| q.name != question.name);
        for by in earlier.filter(|q| q.kind == Kind::Single && q.asked_in(self.wave)) {
            self.narrowed(question, by, &now, &before, faults);
        }
    }

    /// Answers from people whom the codebook says were not asked.
    fn widened(
        &self,
        question: &Question,
        universe: &Universe,
        now: &[bool],
        before: &[bool],
        faults: &mut Faults<'_>,
    ) {
        let outside = |table: &RawTable| {
            self.rows_with(table, &universe.variable, |label| !universe.is.contains(label))
        };
        let (of_now, of_before) = (outside(self.now), outside(self.before));
        let are = |rows: &[usize], answered: &[bool]| {
            rows.iter().filter(|row| answered.get(**row) == Some(&true)).count()
        };
        let (given, were) = (are(&of_now, now), are(&of_before, before));
        // One slip of a respondent is told as such; when most of those outside answer, the routing has changed.
        if given < NUMBERS || given * 2 < of_now.len() || were * 2 >= of_before.len().max(1) {
            return;
        }
        let message = format!("`{}` was put to others than before", question.name);
        let fault = Diagnostic::error(message).at(self.question_place(question));
        faults.other(
            fault
                .note(format!(
                    "{given} of {} answered for whom not {}; {were} of {} in {}",
                    of_now.len(),
                    universe.words(),
                    of_before.len(),
                    self.against
                ))
                .hint(self.routing_hint(question, None)),
        );
    }

    /// Nobody with a certain label answers, and people with that label did.
    fn narrowed(
        &self,
        question: &Question,
        by: &Question,
        now: &[bool],
        before: &[bool],
        faults: &mut Faults<'_>,
    ) {
        let Some(set) = by.values.as_deref().and_then(|set| self.codebook.set(set)) else { return };
        if !now.iter().any(|answered| *answered) {
            return;
        }
        for label in &set.labels {
            let with = |table: &RawTable| self.rows_with(table, &by.name, |other| *other == label.label);
            let (of_now, of_before) = (with(self.now), with(self.before));
            let is = |answered: &[bool], row: usize| answered.get(row) == Some(&true);
            let were = of_before.iter().filter(|row| is(before, **row)).count();
            if of_now.iter().any(|row| is(now, *row)) || !is_no_accident(were, of_before.len(), of_now.len())
            {
                continue;
            }
            let message =
                format!("`{}` was not put to those whose `{}` is `{}`", question.name, by.name, label.label);
            let fault = Diagnostic::error(message).at(self.question_place(question));
            faults.other(
                fault
                    .note(format!(
                        "none of {} answered; {were} of {} in {}",
                        of_now.len(),
                        of_before.len(),
                        self.against
                    ))
                    .hint(self.routing_hint(question, Some((by, &label.label)))),
            );
        }
    }

    /// The rows of `table` whose answer to the question `name` has a label that is `so`.
    fn rows_with(&self, table: &RawTable, name: &str, so: impl Fn(&String) -> bool) -> Vec<usize> {
        let question = self.codebook.question(name);
        let set = question.and_then(|q| q.values.as_deref()).and_then(|set| self.codebook.set(set));
        let header = question.and_then(|q| q.column.as_deref()).map(crate::sources::on_one_line);
        let (Some(set), Some(at)) = (set, header.and_then(|header| table.column(&header))) else {
            return Vec::new();
        };
        let of: HashMap<&str, bool> = set.labels.iter().map(|l| (l.answer.as_str(), so(&l.label))).collect();
        (0..table.len()).filter(|row| of.get(table.cell(*row, at)) == Some(&true)).collect()
    }

    fn question_place(&self, question: &Question) -> Place {
        let columns = self.codebook.columns_of(self.wave);
        let first = columns.iter().find(|column| column.question == question.name);
        first.map_or_else(|| self.now.header_start(), |column| self.header(column))
    }

    fn routing_hint(&self, question: &Question, without: Option<(&Question, &str)>) -> String {
        let file = match self.crosswalk() {
            Some(crosswalk) => crosswalk.file.clone(),
            None => format!("a crosswalk ({})", self.draft()),
        };
        let asked_if = without.map(|(by, label)| {
            let set = by.values.as_deref().and_then(|set| self.codebook.set(set));
            let others = set.into_iter().flat_map(|set| &set.labels).filter(|other| other.label != label);
            Universe { variable: by.name.clone(), is: others.map(|other| other.label.clone()).collect() }
        });
        format!("if that is so, add to {file}: {}", routing(&question.name, asked_if.as_ref()))
    }
}
