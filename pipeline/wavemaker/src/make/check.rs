//! Names in a step: a name that nothing bears would change nothing, and so would not be noticed.

use super::{Maker, known_factors};
use crate::codebook::Question;
use crate::fault::Fault;
use crate::recipe::{OneOrMore, Step};

impl Maker<'_> {
    /// Every name in a step is one of the codebook's, of a factor, or of an answer decided before.
    pub(super) fn check(&self, step: &Step, question: &Question) -> Result<(), Fault> {
        let name = &step.question;
        known_factors(&self.wave, &step.score, name)?;
        for weights in step.lean.values() {
            known_factors(&self.wave, weights, name)?;
        }
        let items: Vec<&str> = question.items.iter().map(|item| item.name.as_str()).collect();
        let stages: Vec<&str> = question.stages.iter().map(|stage| stage.name.as_str()).collect();
        let labels = self.pushable(question);

        known(
            "item",
            name,
            step.items.keys().chain(step.staged.keys()).chain(step.numbers.keys()).chain(&step.alone),
            &items,
        )?;
        if question.kind == "multiple" {
            known(
                "item",
                name,
                step.counts.keys().chain(step.cells.iter().flat_map(|cell| cell.counts.keys())),
                &items,
            )?;
        }
        let first = step.first.iter().map(|first| &first.stage);
        known(
            "stage",
            name,
            step.staged.values().flat_map(|staged| staged.stages.keys()).chain(first),
            &stages,
        )?;
        known("label", name, step.lean.keys(), &labels)?;
        known("item", name, step.effects.iter().filter_map(|effect| effect.item.as_ref()), &items)?;
        known("label", name, step.effects.iter().filter_map(|effect| effect.label.as_ref()), &labels)?;
        step.effects.iter().try_for_each(|effect| self.decided(name, &effect.variable))?;

        let conditions = step
            .cells
            .iter()
            .map(|cell| &cell.condition)
            .chain(step.numbers.values().map(|it| &it.condition));
        for (variable, _) in conditions.flatten() {
            self.decided(name, variable)?;
        }
        step.first.as_ref().map_or(Ok(()), |first| self.decided(name, &first.by))
    }

    fn decided(&self, step: &str, variable: &str) -> Result<(), Fault> {
        let there = match variable.strip_suffix('*') {
            Some(start) => self.wave.answers.keys().any(|known| known.starts_with(start)),
            None => self.wave.answers.contains_key(variable),
        };
        if there {
            Ok(())
        } else {
            Err(Fault::step(step, format!("no answer to `{variable}` is decided before it")))
        }
    }

    /// What leanings and effects of a question may push.
    fn pushable<'q>(&'q self, question: &'q Question) -> Vec<&'q str> {
        let set = self.codebook.labels(question).map(|set| &set.labels);
        let labels = set.into_iter().flatten().map(|label| label.label.as_str());
        match question.kind.as_str() {
            "multiple" => question.items.iter().map(|item| item.name.as_str()).collect(),
            "staged" => {
                let ticks = question.none.iter().chain(&question.unknown).map(|tick| tick.label.as_str());
                let stages = question.stages.iter().map(|stage| stage.name.as_str());
                std::iter::once("happens").chain(ticks).chain(stages).collect()
            }
            _ => labels.collect(),
        }
    }
}

fn known<'n>(
    what: &str,
    step: &str,
    names: impl Iterator<Item = &'n String>,
    all: &[&str],
) -> Result<(), Fault> {
    for name in names {
        if !all.contains(&name.as_str()) {
            return Err(Fault::step(step, format!("the codebook has no {what} `{name}` for it")));
        }
    }
    Ok(())
}

/// A condition in words: `school_type = academy, role = head of science`.
pub(super) fn worded<'c>(condition: impl IntoIterator<Item = (&'c String, &'c OneOrMore)>) -> String {
    let labels = |is: &OneOrMore| match is {
        OneOrMore::One(one) => one.clone(),
        OneOrMore::More(more) => more.join(" or "),
    };
    let parts: Vec<String> =
        condition.into_iter().map(|(variable, is)| format!("{variable} = {}", labels(is))).collect();
    if parts.is_empty() { "everybody else".to_owned() } else { parts.join(", ") }
}
