//! A wave that is like another: the same shares among other people, save for changes that are named.
//!
//! In: the recipe of the other wave and what differs. Out: a recipe. Every count is brought to the new number of
//! respondents, by largest remainders, so that shares stay as near as whole people allow; a change then gives one answer
//! another share. What a step of the variant's own says replaces the other's step.

use indexmap::IndexMap;
use serde::Deserialize;

use crate::codebook::Question;
use crate::fault::Fault;
use crate::layout::Layout;
use crate::recipe::{Clock, Count, Counts, NewLabel, Open, Recipe, Step};

/// What differs from another wave.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Variant {
    /// The other recipe, from this one's folder.
    pub(crate) like: String,
    seed: u64,
    respondents: usize,
    output: String,
    texts: Option<String>,
    clock: Clock,
    #[serde(default, rename = "change")]
    changes: Vec<Change>,
    #[serde(default, rename = "step")]
    steps: Vec<Step>,
    /// Questions of the other wave that are not asked.
    #[serde(default)]
    dropped: Vec<String>,
    /// Questions that are asked for the first time, with the page of the question after which they stand.
    #[serde(default)]
    added: IndexMap<String, String>,
    #[serde(default, rename = "text")]
    open: Vec<Open>,
    #[serde(default, rename = "question")]
    questions: Vec<Question>,
    #[serde(default, rename = "label")]
    labels: Vec<NewLabel>,
    export: Option<Layout>,
}

/// An answer whose share differs: what a comparison of the two waves should find.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    /// The variable: a question, or `question__item`.
    variable: String,
    /// The label; none for an item that is ticked or not.
    label: Option<String>,
    /// The share of those who answered in the other wave, to a whole per cent.
    from: f64,
    /// The share in this one.
    to: f64,
    /// The label that gives or takes the difference.
    other: Option<String>,
}

impl Variant {
    /// The recipe of this wave, from that of the other.
    pub(crate) fn of(self, base: Recipe) -> Result<Recipe, Fault> {
        let scale = Scale { from: base.respondents, to: self.respondents };
        let mut recipe = base;
        recipe.fitted = true;
        for page in &mut recipe.pages {
            page.reached = scale.number(page.reached);
            page.questions.retain(|question| !self.dropped.contains(question));
        }
        for (added, after) in &self.added {
            let page = recipe.pages.iter_mut().find(|page| page.questions.contains(after));
            let page = page.ok_or_else(|| Fault::step(added, format!("no page has `{after}`")))?;
            page.questions.push(added.clone());
        }
        recipe.steps.retain(|step| !self.dropped.contains(&step.question));
        for step in &mut recipe.steps {
            scale.step(step);
        }
        for change in &self.changes {
            change.make(&mut recipe.steps)?;
        }
        for step in self.steps {
            match recipe.steps.iter_mut().find(|known| known.question == step.question) {
                Some(known) => *known = step,
                None => recipe.steps.push(step),
            }
        }
        let mut questions = recipe.questions;
        questions.extend(self.questions);
        let mut labels = recipe.labels;
        labels.extend(self.labels);
        Ok(Recipe {
            seed: self.seed,
            respondents: self.respondents,
            output: self.output,
            texts: self.texts,
            clock: self.clock,
            open: self.open,
            export: self.export,
            questions,
            labels,
            ..recipe
        })
    }
}

impl Change {
    fn make(&self, steps: &mut [Step]) -> Result<(), Fault> {
        let wrong = |message: &str| Fault::step(format!("change of {}", self.variable), message);
        let (question, item) = match self.variable.split_once("__") {
            Some((question, item)) => (question, Some(item)),
            None => (self.variable.as_str(), None),
        };
        let step = steps.iter_mut().find(|step| step.question == question);
        let step = step.ok_or_else(|| wrong("the other wave has no such question"))?;
        let ticks = self.label.is_none();
        let answered = step.answered;
        let counts = match item.filter(|_| !ticks) {
            Some(item) => step.items.get_mut(item).ok_or_else(|| wrong("the other wave has no such item"))?,
            None => &mut step.counts,
        };
        let exact = |count: Option<&Count>| match count {
            Some(Count::Exactly(number)) => Some(*number),
            _ => None,
        };
        let whole = if ticks { answered } else { counts.values().map(|count| exact(Some(count))).sum() };
        let whole = whole.ok_or_else(|| wrong("its counts are not numbers of one table"))?;
        let label = self.label.as_deref().or(item).unwrap_or_default();
        let now =
            exact(counts.get(label)).ok_or_else(|| wrong("the other wave has no count of that answer"))?;
        // The count was brought to another size before, so that its share may be half a person off.
        if (now as f64 - self.from * whole as f64).abs() > 0.005 * whole as f64 + 0.5 {
            let message = format!("it goes from {:.3}, not from {}", now as f64 / whole as f64, self.from);
            return Err(wrong(&message));
        }
        let wanted = (self.to * whole as f64).round() as usize;
        if let Some(other) = &self.other {
            let left = exact(counts.get(other.as_str())).ok_or_else(|| wrong("no such other answer"))?;
            let left = (left + now).checked_sub(wanted);
            let left = left.ok_or_else(|| wrong("the other answer has not as many to give"))?;
            counts.insert(other.clone(), Count::Exactly(left));
        } else if !ticks {
            return Err(wrong("`other` must say which answer gives or takes the difference"));
        }
        counts.insert(label.to_owned(), Count::Exactly(wanted));
        Ok(())
    }
}

/// From one number of respondents to another.
#[derive(Clone, Copy)]
struct Scale {
    from: usize,
    to: usize,
}

impl Scale {
    /// A number, rounded half up.
    fn number(self, number: usize) -> usize {
        (number * self.to * 2 + self.from) / (self.from * 2)
    }

    fn step(self, step: &mut Step) {
        let several = !step.alone.is_empty()
            || step.answered.is_some() && step.cells.is_empty() && {
                let sum: usize = step
                    .counts
                    .values()
                    .map(|count| if let Count::Exactly(n) = count { *n } else { 0 })
                    .sum();
                Some(sum) != step.answered
            };
        step.answered = step.answered.map(|answered| self.number(answered));
        self.counts(&mut step.counts, several);
        for cell in &mut step.cells {
            cell.answered = cell.answered.map(|answered| self.number(answered));
            self.counts(&mut cell.counts, several);
        }
        for counts in step.items.values_mut() {
            self.counts(counts, false);
        }
        for staged in step.staged.values_mut() {
            staged.happens = self.number(staged.happens);
            staged.none = self.number(staged.none);
            staged.unknown = self.number(staged.unknown);
            for count in staged.first.values_mut().chain(staged.stages.values_mut()) {
                *count = self.number(*count);
            }
        }
        for numbers in step.numbers.values_mut() {
            numbers.answered = self.number(numbers.answered);
        }
    }

    /// Counts one by one where several answers can be given; else so that they add to what their sum becomes.
    fn counts(self, counts: &mut Counts, several: bool) {
        let exact: Vec<usize> = counts
            .values()
            .filter_map(|count| if let Count::Exactly(n) = count { Some(*n) } else { None })
            .collect();
        let mut scaled: Vec<usize> = exact.iter().map(|count| count * self.to / self.from).collect();
        let short = self.number(exact.iter().sum()).saturating_sub(scaled.iter().sum());
        let mut order: Vec<usize> = (0..exact.len()).collect();
        order.sort_by_key(|place| std::cmp::Reverse(exact[*place] * self.to % self.from));
        for place in order.into_iter().take(short) {
            scaled[place] += 1;
        }
        if several {
            scaled = exact.iter().map(|count| self.number(*count)).collect();
        }
        let whole = counts.values_mut().filter(|count| matches!(count, Count::Exactly(_)));
        for (count, number) in whole.zip(scaled) {
            *count = Count::Exactly(number);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(numbers: &[(&str, usize)]) -> Counts {
        numbers.iter().map(|(label, number)| ((*label).to_owned(), Count::Exactly(*number))).collect()
    }

    fn numbers(counts: &Counts) -> Vec<usize> {
        counts.values().map(|count| if let Count::Exactly(number) = count { *number } else { 0 }).collect()
    }

    fn step(answered: Option<usize>, whole: &[(&str, usize)]) -> Step {
        let mut step: Step = toml::from_str("question = \"drinks\"").expect("a step");
        (step.answered, step.counts) = (answered, counts(whole));
        step
    }

    fn change(label: Option<&str>, from: f64, to: f64) -> Change {
        let variable = if label.is_some() { "drinks" } else { "drinks__tea" };
        let other = label.map(|_| "milk".to_owned());
        Change { variable: variable.to_owned(), label: label.map(str::to_owned), from, to, other }
    }

    #[test]
    fn counts_of_one_answer_add_to_what_their_sum_becomes() {
        let scale = Scale { from: 3, to: 4 };
        let mut scaled = counts(&[("tea", 1), ("milk", 1), ("water", 1)]);
        scale.counts(&mut scaled, false);
        assert_eq!(numbers(&scaled), [2, 1, 1]);
        let mut ticks = step(Some(3), &[("tea", 3), ("milk", 1)]);
        scale.step(&mut ticks);
        assert_eq!((ticks.answered, numbers(&ticks.counts)), (Some(4), vec![4, 1]));
    }

    #[test]
    fn a_change_moves_one_answer_and_another_makes_room() {
        let mut steps = [step(None, &[("tea", 20), ("milk", 70), ("water", 10)])];
        change(Some("tea"), 0.2, 0.45).make(&mut steps).expect("a change");
        assert_eq!(numbers(&steps[0].counts), [45, 45, 10]);
        let mut steps = [step(Some(50), &[("tea", 10), ("milk", 45)])];
        change(None, 0.2, 0.5).make(&mut steps).expect("a change");
        assert_eq!(numbers(&steps[0].counts), [25, 45]);
    }

    #[test]
    fn a_change_from_what_is_not_so_or_to_more_than_there_is_is_told() {
        let mut steps = [step(None, &[("tea", 20), ("milk", 30), ("water", 50)])];
        let told =
            |change: Change, steps: &mut [Step]| change.make(steps).err().map(|fault| fault.to_string());
        assert_eq!(
            told(change(Some("tea"), 0.3, 0.4), &mut steps).as_deref(),
            Some("step `change of drinks`: it goes from 0.200, not from 0.3")
        );
        assert_eq!(
            told(change(Some("tea"), 0.2, 0.6), &mut steps).as_deref(),
            Some("step `change of drinks`: the other answer has not as many to give")
        );
    }
}
