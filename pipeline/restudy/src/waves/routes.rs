//! Who answered which question, by what they answered to others: what an export shows of how respondents were routed.
//!
//! In: the chunks of an export, with the codebook's own columns and answers. Out: for each question and each label of every other
//! question how many gave that label, and how many of those answered. It does not grow with the number of respondents.

use std::collections::{HashMap, HashSet};

use crate::codebook::{Codebook, Column, Question};
use crate::sources::{RawTable, on_one_line};

/// Who answered which question, as far as an export has been looked at.
#[derive(Debug)]
pub(super) struct Routes {
    questions: Vec<Asked>,
    others: Vec<Other>,
}

/// A question that some answered.
#[derive(Debug)]
struct Asked {
    name: String,
    columns: Vec<usize>,
    answered: usize,
    /// How many of those with a label of another question answered this one: by question and label.
    by: Vec<Vec<usize>>,
}

/// A question by whose answers others are looked at.
#[derive(Debug)]
struct Other {
    name: String,
    at: usize,
    labels: Vec<String>,
    /// The position of a label, by its answer.
    positions: HashMap<String, usize>,
    /// How many gave each label.
    given: Vec<usize>,
}

impl Routes {
    /// Nothing is looked at yet of an export of which `first` is the first chunk. A question is answered if one of its `columns`
    /// is that are in `shared`, by their names.
    pub(super) fn of(
        codebook: &Codebook,
        columns: &[Column],
        shared: &HashSet<String>,
        first: &RawTable,
    ) -> Routes {
        let others: Vec<Other> = (codebook.questions.iter())
            .filter_map(|question| {
                let set = codebook.set(question.values.as_deref()?)?;
                let positions = set.labels.iter().enumerate();
                Some(Other {
                    name: question.name.clone(),
                    at: first.column(&on_one_line(question.column.as_deref()?))?,
                    labels: set.labels.iter().map(|label| label.label.clone()).collect(),
                    positions: positions.map(|(at, label)| (label.answer.clone(), at)).collect(),
                    given: vec![0; set.labels.len()],
                })
            })
            .collect();
        let questions = codebook.questions.iter().map(|question| {
            let own = columns.iter().filter(|c| c.question == question.name && shared.contains(&c.header));
            Asked {
                name: question.name.clone(),
                columns: own.filter_map(|column| first.column(&column.header)).collect(),
                answered: 0,
                by: others.iter().map(|other| vec![0; other.labels.len()]).collect(),
            }
        });
        Routes { questions: questions.collect(), others }
    }

    /// Looks at `table`, the next chunk.
    pub(super) fn take(&mut self, table: &RawTable) {
        for row in 0..table.len() {
            let label = |other: &Other| other.positions.get(table.cell(row, other.at)).copied();
            let labels: Vec<Option<usize>> = self.others.iter().map(label).collect();
            for (other, label) in self.others.iter_mut().zip(&labels) {
                add(&mut other.given, *label);
            }
            let says =
                |column: &usize| !table.cell(row, *column).is_empty() && table.stated(row, *column).is_none();
            for question in &mut self.questions {
                if !question.columns.iter().any(says) {
                    continue;
                }
                question.answered += 1;
                for (by, label) in question.by.iter_mut().zip(&labels) {
                    add(by, *label);
                }
            }
        }
    }

    /// Whether anybody answered `question`.
    pub(super) fn is_answered(&self, question: &Question) -> bool {
        self.questions.iter().any(|asked| asked.name == question.name && asked.answered > 0)
    }

    /// How many gave a label of the question `by` that is `so`, and how many of those answered `question`.
    pub(super) fn among(
        &self,
        question: &Question,
        by: &str,
        so: impl Fn(&String) -> bool,
    ) -> (usize, usize) {
        let asked = self.questions.iter().find(|asked| asked.name == question.name);
        let other = self.others.iter().enumerate().find(|(_, other)| other.name == by);
        let (Some(asked), Some((at, other))) = (asked, other) else { return (0, 0) };
        let answered = asked.by.get(at).into_iter().flatten();
        let labels = other.labels.iter().zip(other.given.iter().zip(answered));
        labels
            .filter(|(label, _)| so(label))
            .fold((0, 0), |(all, answered), (_, (given, of))| (all + given, answered + of))
    }
}

fn add(counts: &mut [usize], at: Option<usize>) {
    if let Some(count) = at.and_then(|at| counts.get_mut(at)) {
        *count += 1;
    }
}
