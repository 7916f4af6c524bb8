//! Who was asked what: universes, and with them the reason for every answer that is not there.

use super::answers::{Reader, told};
use super::missing::{Missing, MissingReason};
use super::model::{Kind, Question, Universe};
use crate::diagnostic::Diagnostic;

impl<'a> Reader<'a> {
    /// Who ticked one item of a multiple-response set, or wrote a text that belongs to it, has left the others unticked.
    pub(super) fn settle_selection(&mut self, number: usize) {
        let codebook = self.codebook;
        let question = &codebook.questions[number];
        if question.kind != Kind::Multiple {
            return;
        }
        let variables = self.variables_of(question);
        let texts: Vec<&Question> =
            codebook.questions.iter().filter(|q| q.part_of.as_ref() == Some(&question.name)).collect();
        for row in 0..self.table.len() {
            // Whoever was not asked has left nothing unticked; an answer there is told as a fault.
            if !self.asked(question, row) {
                continue;
            }
            let answered = variables.iter().any(|v| self.columns[*v].is_some(row))
                || texts.iter().any(|text| self.has_text(&text.name, row));
            for variable in variables.iter().filter(|_| answered) {
                if !self.item_asked(question, *variable) {
                    continue;
                }
                if !self.columns[*variable].is_some(row) && !self.stated.contains_key(&(*variable, row)) {
                    self.set_label(*variable, row, 1);
                }
            }
        }
    }

    /// Whether the wave asked the item that `variable` is about.
    fn item_asked(&self, question: &Question, variable: usize) -> bool {
        let name = &self.variables[variable].item;
        let item = question.items.iter().find(|item| name.as_ref() == Some(&item.name));
        item.is_none_or(|item| item.asked_in(self.wave))
    }

    fn variables_of(&self, question: &Question) -> Vec<usize> {
        (0..self.variables.len()).filter(|v| self.variables[*v].question == question.name).collect()
    }

    /// Whether the respondent in `row` was asked `question`: a text of a set was put to those who were asked the set.
    fn asked(&self, question: &Question, row: usize) -> bool {
        let of = |name: &String| self.codebook.question(name).is_none_or(|other| self.asked(other, row));
        question.asked_in(self.wave)
            && question.asked_if.as_ref().is_none_or(|universe| self.within(universe, row))
            && self.set_of(question).is_none_or(|set| self.asked(set, row))
            && question.coded_from.as_ref().is_none_or(of)
    }

    fn within(&self, universe: &Universe, row: usize) -> bool {
        let answer = self.variable(&universe.variable).and_then(|variable| self.label(variable, row));
        answer.is_some_and(|label| universe.is.iter().any(|l| l == label))
    }

    /// The set that a text belongs to.
    fn set_of(&self, question: &Question) -> Option<&'a Question> {
        let name = question.part_of.as_ref().filter(|_| question.kind == Kind::Text)?;
        self.codebook.question(name)
    }

    pub(super) fn outside_universe(&mut self, number: usize) {
        let codebook = self.codebook;
        let question = &codebook.questions[number];
        // Its own universe, and that of the set that it belongs to, each with the question that states it.
        let stating = std::iter::once(question).chain(self.set_of(question));
        let universes: Vec<(&Question, &Universe)> =
            stating.filter_map(|q| Some((q, q.asked_if.as_ref()?))).collect();
        for row in 0..self.table.len() {
            let outside = universes.iter().find(|(_, universe)| !self.within(universe, row));
            let Some((stating, universe)) = outside.copied() else { continue };
            let is_answer =
                |c: usize| !self.table.cell(row, c).is_empty() && self.table.stated(row, c).is_none();
            let answered = self.raw[number].iter().find(|(_, column)| is_answer(*column));
            let Some((_, column)) = answered.copied() else { continue };
            let was = self.variable(&universe.variable).and_then(|variable| {
                let stated = self.stated.get(&(variable, row)).map(|reason| reason.words());
                self.label(variable, row).or(stated)
            });
            let was = was.map_or("blank".to_owned(), |label| format!("`{label}`"));
            let fault = Diagnostic::error(format!(
                "an answer to `{}` from a respondent who was not asked: `{}` is {was}",
                question.name, universe.variable
            ));
            self.faults.cell(row, column, fault, |f| {
                f.note(format!("asked only where {}, by {}", universe.words(), told(&stating.place)))
                    .hint("correct one of the two answers, or the question's `asked_if`")
            });
        }
    }

    /// Every missing answer with its reason.
    pub(super) fn missing(&self) -> Vec<Missing> {
        let mut missing = Vec::new();
        for (variable, described) in self.variables.iter().enumerate() {
            let Some(question) = self.codebook.question(&described.question) else { continue };
            for row in (0..self.table.len()).filter(|row| !self.columns[variable].is_some(*row)) {
                let reason = self.stated.get(&(variable, row)).copied();
                let not_asked = !self.item_asked(question, variable);
                let reason = reason.unwrap_or_else(|| match not_asked {
                    true => MissingReason::NotAsked,
                    false => self.reason(question, row),
                });
                missing.push(Missing { row, variable, reason });
            }
        }
        missing
    }

    fn reason(&self, question: &Question, row: usize) -> MissingReason {
        if !self.asked(question, row) {
            return MissingReason::NotAsked;
        }
        // A text beside a set of items: who ticked an item had nothing to write.
        if self
            .set_of(question)
            .is_some_and(|set| self.variables_of(set).iter().any(|v| self.columns[*v].is_some(row)))
        {
            return MissingReason::NotApplicable;
        }
        // A text that is there and fits no code.
        if question.coded_from.as_deref().is_some_and(|text| self.has_text(text, row)) {
            return MissingReason::NotApplicable;
        }
        MissingReason::Skipped
    }
}
