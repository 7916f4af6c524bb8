//! Answers that a crosswalk makes one: those that it lists, and those that the export has.
//!
//! In: what a column's answers become. Out: the labels that stand for several of them. Spellings of one answer are one.

use std::collections::HashMap;

use indexmap::IndexMap;

use super::likeness::plain;
use crate::codebook::ValueSet;
use crate::diagnostic::count;
use crate::sources::{RawTable, shortened};

/// A label that several of the listed answers become.
pub(super) fn listed(answers: &IndexMap<String, String>) -> Option<&str> {
    let mut first: HashMap<&str, String> = HashMap::new();
    let said = answers.iter().filter(|(_, label)| !label.is_empty());
    said.map(|(raw, label)| (spelled(raw), label.as_str()))
        .find(|(raw, label)| first.entry(label).or_insert_with(|| raw.clone()) != raw)
        .map(|(_, label)| label)
}

/// The labels of `set` that several answers in a column of an export become by `words`, each with these answers and how often
/// they were given.
pub(super) fn met(
    set: &ValueSet,
    words: &HashMap<String, String>,
    table: &RawTable,
    column: usize,
) -> Vec<(String, String)> {
    let mut given: IndexMap<(&str, &str), usize> = IndexMap::new();
    for row in (0..table.len()).filter(|row| table.stated(*row, column).is_none()) {
        *given.entry((table.cell(row, column), table.code(row, column))).or_default() += 1;
    }
    let mut became: IndexMap<&str, IndexMap<String, (&str, usize)>> = IndexMap::new();
    for ((cell, code), n) in given {
        let answer = words.get(cell).or_else(|| words.get(code)).map_or(cell, String::as_str);
        let Some(label) = set.labels.iter().find(|label| label.answer == answer) else { continue };
        became.entry(&label.label).or_default().entry(spelled(cell)).or_insert((cell, 0)).1 += n;
    }
    let merged = became.into_iter().filter(|(_, answers)| answers.len() > 1);
    merged
        .map(|(label, answers)| {
            let told =
                answers.values().map(|(cell, n)| format!("`{}` {}", shortened(cell), count(*n, "time")));
            (label.to_owned(), told.collect::<Vec<_>>().join(", "))
        })
        .collect()
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
