//! The contract between waves, of whom a question was put to: who answered before answers now, and nobody else.
//!
//! In: what the exports of both waves show of it ([`Routes`]). Out: each question that most of those answer who were not asked by the codebook, or nobody of
//! some who answered before; a `[[routing]]` explains it.

use super::between::routing;
use super::contract::{Contract, NUMBERS};
use super::held::is_no_accident;
use super::routes::Routes;
use crate::codebook::{Kind, Question, Universe};
use crate::diagnostic::{Diagnostic, Place};
use crate::sources::Faults;

impl Contract<'_> {
    /// Those are asked who were asked before.
    pub(super) fn routing(
        &self,
        question: &Question,
        (now, before): (&Routes, &Routes),
        faults: &mut Faults<'_>,
    ) {
        let is_said =
            self.crosswalk().is_some_and(|c| c.routings.iter().any(|r| r.question == question.name));
        let is_whole = |kind| matches!(kind, Kind::Id | Kind::Timestamp | Kind::Text | Kind::Coded);
        if is_said || is_whole(question.kind) {
            return;
        }
        if let Some(universe) = &question.asked_if {
            self.widened(question, universe, (now, before), faults);
        }
        let earlier = self.codebook.questions.iter().take_while(|q| q.name != question.name);
        for by in earlier.filter(|q| q.kind == Kind::Single && q.asked_in(self.wave)) {
            self.narrowed(question, by, (now, before), faults);
        }
    }

    /// Answers from people whom the codebook says were not asked.
    fn widened(
        &self,
        question: &Question,
        universe: &Universe,
        (now, before): (&Routes, &Routes),
        faults: &mut Faults<'_>,
    ) {
        let outside = |routes: &Routes| {
            routes.among(question, &universe.variable, |label| !universe.is.contains(label))
        };
        let ((of_now, given), (of_before, were)) = (outside(now), outside(before));
        // One slip of a respondent is told as such; when most of those outside answer, the routing has changed.
        if given < NUMBERS || given * 2 < of_now || were * 2 >= of_before.max(1) {
            return;
        }
        let message = format!("`{}` was put to others than before", question.name);
        let fault = Diagnostic::error(message).at(self.question_place(question));
        faults.other(
            fault
                .note(format!(
                    "{given} of {of_now} answered for whom not {}; {were} of {of_before} in {}",
                    universe.words(),
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
        (now, before): (&Routes, &Routes),
        faults: &mut Faults<'_>,
    ) {
        let Some(set) = by.values.as_deref().and_then(|set| self.codebook.set(set)) else { return };
        if !now.is_answered(question) {
            return;
        }
        for label in &set.labels {
            let with = |routes: &Routes| routes.among(question, &by.name, |other| *other == label.label);
            let ((of_now, are), (of_before, were)) = (with(now), with(before));
            if are > 0 || !is_no_accident(were, of_before, of_now) {
                continue;
            }
            let message =
                format!("`{}` was not put to those whose `{}` is `{}`", question.name, by.name, label.label);
            let fault = Diagnostic::error(message).at(self.question_place(question));
            faults.other(
                fault
                    .note(format!("none of {of_now} answered; {were} of {of_before} in {}", self.against))
                    .hint(self.routing_hint(question, Some((by, &label.label)))),
            );
        }
    }

    fn question_place(&self, question: &Question) -> Place {
        let columns = self.codebook.columns_of(self.wave);
        let first = columns.iter().find(|column| column.question == question.name);
        first.map_or_else(|| self.first.header_start(), |column| self.header(column))
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
