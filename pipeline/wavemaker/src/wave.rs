//! A wave while it is made: what is unseen of each respondent, and every answer decided so far.

use indexmap::IndexMap;

use crate::recipe::{Effect, OneOrMore, Weights};

/// A wave.
#[derive(Debug, Default)]
pub(crate) struct Wave {
    /// Number of respondents.
    pub(crate) people: usize,
    /// Unseen factors.
    pub(crate) factors: IndexMap<String, Vec<f64>>,
    /// Answers by variable, as labels, numbers as they are written, or open text.
    pub(crate) answers: IndexMap<String, Vec<Option<String>>>,
    /// Codes given to open answers: respondent, question that is coded into, code.
    pub(crate) codes: Vec<(usize, String, String)>,
    /// Whether the last page was left.
    pub(crate) submitted: Vec<bool>,
}

impl Wave {
    /// What a respondent answered.
    pub(crate) fn answer(&self, variable: &str, person: usize) -> Option<&str> {
        self.answers.get(variable)?[person].as_deref()
    }

    /// Whether a respondent gave all of these answers.
    pub(crate) fn fits(&self, condition: &IndexMap<String, OneOrMore>, person: usize) -> bool {
        condition
            .iter()
            .all(|(variable, is)| self.answer(variable, person).is_some_and(|label| is.has(label)))
    }

    /// The weighted sum of a respondent's factors.
    pub(crate) fn weighted(&self, weights: &Weights, person: usize) -> f64 {
        weights.iter().filter_map(|(factor, weight)| Some(weight * self.factors.get(factor)?[person])).sum()
    }

    /// What a respondent's earlier answers add to a label of an item (or to the score, without a label).
    pub(crate) fn pushed(
        &self,
        effects: &[Effect],
        item: Option<&str>,
        label: Option<&str>,
        person: usize,
    ) -> f64 {
        let aimed = |effect: &&Effect| {
            effect.label.as_deref() == label && effect.item.as_deref().is_none_or(|aim| Some(aim) == item)
        };
        effects.iter().filter(aimed).map(|effect| effect.add * self.matches(effect, person)).sum()
    }

    /// In how many of an effect's variables the respondent gave one of its labels.
    fn matches(&self, effect: &Effect, person: usize) -> f64 {
        let gave = |label: &Option<String>| label.as_deref().is_some_and(|label| effect.is.has(label));
        match effect.variable.strip_suffix('*') {
            Some(start) => {
                let columns = self.answers.iter().filter(|(variable, _)| variable.starts_with(start));
                columns.filter(|(_, column)| gave(&column[person])).count() as f64
            }
            None => f64::from(u8::from(
                self.answers.get(&effect.variable).is_some_and(|column| gave(&column[person])),
            )),
        }
    }

    /// The variable's column, empty at first.
    pub(crate) fn column(&mut self, variable: impl Into<String>) -> &mut Vec<Option<String>> {
        let people = self.people;
        self.answers.entry(variable.into()).or_insert_with(|| vec![None; people])
    }
}
