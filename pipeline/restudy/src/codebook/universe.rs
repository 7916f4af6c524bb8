//! Who was asked what: universes, and with them the reason for every answer that is not there.

use super::answers::{Reader, told};
use super::missing::{Missing, MissingReason};
use super::model::{Kind, Question, Universe};
use super::sheet::Values;
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
        let texts: Vec<usize> = texts.iter().filter_map(|text| self.variable(&text.name)).collect();
        let asked = self.asked(question);
        let variables: Vec<(usize, bool)> =
            variables.into_iter().map(|variable| (variable, self.item_asked(question, variable))).collect();
        // Whoever was not asked has left nothing unticked; an answer there is told as a fault.
        for row in (0..self.table.len()).filter(|row| asked.get(*row) == Some(&true)) {
            let is_some = |variable: usize| self.columns[variable].is_some(row);
            let answered =
                variables.iter().any(|(v, _)| is_some(*v)) || texts.iter().any(|text| is_some(*text));
            for (variable, _) in variables.iter().filter(|(_, item_asked)| answered && *item_asked) {
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

    /// Of each respondent whether they were asked `question`: a text of a set was put to those who were asked the set.
    fn asked(&self, question: &Question) -> Vec<bool> {
        let mut asked = vec![question.asked_in(self.wave); self.table.len()];
        let mut limit = |to: Vec<bool>| asked.iter_mut().zip(to).for_each(|(asked, to)| *asked &= to);
        if let Some(universe) = &question.asked_if {
            limit(self.within(universe));
        }
        let text = question.coded_from.as_ref().and_then(|name| self.codebook.question(name));
        for other in self.set_of(question).into_iter().chain(text) {
            limit(self.asked(other));
        }
        asked
    }

    /// Of each respondent whether they are in `universe`.
    fn within(&self, universe: &Universe) -> Vec<bool> {
        let nobody = || vec![false; self.table.len()];
        let Some(variable) = self.variable(&universe.variable) else { return nobody() };
        let Values::Labels(values) = &self.columns[variable] else { return nobody() };
        let labels = &self.variables[variable].labels;
        let is_in: Vec<bool> = labels.iter().map(|label| universe.is.contains(label)).collect();
        let is_in = |label: u32| usize::try_from(label).ok().and_then(|label| is_in.get(label)).copied();
        values.iter().map(|label| label.and_then(is_in).unwrap_or(false)).collect()
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
        let within: Vec<Vec<bool>> = universes.iter().map(|(_, universe)| self.within(universe)).collect();
        for row in 0..self.table.len() {
            let outside = within.iter().position(|within| within.get(row) != Some(&true));
            let Some((stating, universe)) = outside.and_then(|at| universes.get(at)).copied() else {
                continue;
            };
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
        let mut why: Option<(&str, Why)> = None;
        for (variable, described) in self.variables.iter().enumerate() {
            let Some(question) = self.codebook.question(&described.question) else { continue };
            let not_asked = !self.item_asked(question, variable);
            let why = match &mut why {
                Some((name, why)) if *name == question.name => why,
                other => &mut other.insert((&question.name, self.why(question))).1,
            };
            for row in (0..self.table.len()).filter(|row| !self.columns[variable].is_some(*row)) {
                let stated = self.stated.get(&(variable, row)).copied();
                let reason = stated.unwrap_or_else(|| match not_asked {
                    true => MissingReason::NotAsked,
                    false => self.reason(why, row),
                });
                missing.push(Missing { row, variable, reason });
            }
        }
        missing
    }

    fn why(&self, question: &Question) -> Why {
        let text = question.coded_from.as_deref().and_then(|text| self.variable(text));
        let set = self.set_of(question).map_or_else(Vec::new, |set| self.variables_of(set));
        Why { asked: self.asked(question), others: set.into_iter().chain(text).collect() }
    }

    fn reason(&self, why: &Why, row: usize) -> MissingReason {
        if why.asked.get(row) != Some(&true) {
            return MissingReason::NotAsked;
        }
        if why.others.iter().any(|other| self.columns[*other].is_some(row)) {
            return MissingReason::NotApplicable;
        }
        MissingReason::Skipped
    }
}

/// Why answers to a question may be missing.
struct Why {
    /// Who was asked.
    asked: Vec<bool>,
    /// Variables of which an answer makes another to this question needless: items of the set to which a text belongs (who ticked
    /// one had nothing to write), or the text that is coded (it fits no code).
    others: Vec<usize>,
}
