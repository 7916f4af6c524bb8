//! Answers that a crosswalk makes one: those that it lists, and those that the export has.
//!
//! In: what a column's answers become. Out: the labels that stand for several of them. Spellings of one answer are one.

use std::collections::HashMap;

use indexmap::IndexMap;

use super::likeness::plain;
use super::model::Column;
use crate::codebook::ValueSet;
use crate::diagnostic::{Diagnostic, Place, count};
use crate::sources::{RawTable, shortened};

/// A label that several of the listed answers become.
pub(super) fn listed(answers: &IndexMap<String, String>) -> Option<&str> {
    let mut first: HashMap<&str, String> = HashMap::new();
    let said = answers.iter().filter(|(_, label)| !label.is_empty());
    said.map(|(raw, label)| (spelled(raw), label.as_str()))
        .find(|(raw, label)| first.entry(label).or_insert_with(|| raw.clone()) != raw)
        .map(|(_, label)| label)
}

/// A column in which several answers may become one label, although nothing says whether that matters.
#[derive(Debug)]
pub(super) struct Merging {
    /// Its number in the export.
    column: usize,
    /// The codebook's labels, by its answers.
    labels: HashMap<String, String>,
    /// The codebook's answers, by what the export says.
    words: HashMap<String, String>,
    /// Answers that were met, by their label and spelling: the first one so spelled, and how often it was given.
    met: IndexMap<String, IndexMap<String, (String, usize)>>,
    /// Its name, and the row of the crosswalk about it.
    raw: String,
    place: Place,
}

impl Merging {
    /// None met yet in `column`, whose answers become answers of `set` by `words`, as `row` says.
    pub(super) fn of(
        set: &ValueSet,
        words: &HashMap<String, String>,
        column: usize,
        row: &Column,
    ) -> Merging {
        let labels = set.labels.iter().map(|label| (label.answer.clone(), label.label.clone()));
        Merging {
            column,
            labels: labels.collect(),
            words: words.clone(),
            met: IndexMap::new(),
            raw: row.raw.clone(),
            place: row.place.clone(),
        }
    }

    /// Takes in the answers of `table`, a chunk of the export as it stands.
    pub(super) fn take(&mut self, table: &RawTable) {
        let mut given: IndexMap<(&str, &str), usize> = IndexMap::new();
        for row in (0..table.len()).filter(|row| table.stated(*row, self.column).is_none()) {
            *given.entry((table.cell(row, self.column), table.code(row, self.column))).or_default() += 1;
        }
        for ((cell, code), times) in given {
            let answer = self.words.get(cell).or_else(|| self.words.get(code)).map_or(cell, String::as_str);
            let Some(label) = self.labels.get(answer) else { continue };
            let of_label = self.met.entry(label.clone()).or_default();
            of_label.entry(spelled(cell)).or_insert_with(|| (cell.to_owned(), 0)).1 += times;
        }
    }

    /// A fault for each label that several answers have become.
    pub(super) fn faults(&self) -> impl Iterator<Item = Diagnostic> {
        self.met.iter().filter(|(_, answers)| answers.len() > 1).map(|(label, answers)| {
            let told: Vec<String> = (answers.values())
                .map(|(cell, times)| format!("`{}` {}", shortened(cell), count(*times, "time")))
                .collect();
            let raw = shortened(&self.raw);
            let message = format!("`{raw}` merges answers into `{label}`, and nothing says whether it is comparable");
            Diagnostic::error(message)
                .at(self.place.clone())
                .note(format!("the export has {}", told.join(", ")))
                .hint("write `comparable = \"yes\"`, `\"with care\"` or `\"no\"`, and `why`; or give each answer its own label")
        })
    }
}

/// What is left of an answer when its spelling is not looked at.
fn spelled(answer: &str) -> String {
    let plain = plain(answer);
    if plain.is_empty() { answer.trim().to_owned() } else { plain }
}

#[cfg(test)]
mod tests {
    use indexmap::IndexMap;

    #[test]
    fn spellings_of_one_answer_are_no_merge() {
        let listed = |answers: &[(&str, &str)]| {
            let answers = answers.iter().map(|(raw, label)| ((*raw).to_owned(), (*label).to_owned()));
            super::listed(&answers.collect::<IndexMap<_, _>>()).map(ToOwned::to_owned)
        };
        assert_eq!(listed(&[("Every month", "monthly"), ("every month.", "monthly"), ("-", "")]), None);
        assert_eq!(listed(&[("Each month", "monthly"), ("Now", "monthly")]), Some("monthly".to_owned()));
        assert_eq!(listed(&[("+", "yes"), ("-", "yes")]), Some("yes".to_owned()));
    }
}
