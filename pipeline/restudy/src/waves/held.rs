//! What an export holds in each column of the codebook: how many answered, what, and with which numbers.
//!
//! In: the chunks of an export, with the codebook's own columns and answers. Out: one [`Held`] for each column. It is as small for
//! many respondents as for few.

use std::collections::{HashMap, HashSet};

use super::numbers::Numbers;
use crate::codebook::{Codebook, Column, Takes};
use crate::sources::RawTable;

/// What a column holds.
#[derive(Clone, Debug, Default)]
pub(super) struct Held {
    /// Number of respondents.
    pub(super) of: usize,
    /// Number of those with an answer.
    pub(super) answered: usize,
    /// How many gave each label.
    pub(super) labels: HashMap<String, usize>,
    /// Numbers.
    pub(super) numbers: Numbers,
}

/// What the columns of an export hold, by what they mean, as far as it has been looked at.
#[derive(Debug)]
pub(super) struct Holding {
    columns: Vec<Looked>,
}

/// A column that is looked at.
#[derive(Debug)]
struct Looked {
    at: usize,
    means: String,
    /// Labels by answer, where it takes labels.
    labels: HashMap<String, String>,
    takes_numbers: bool,
    held: Held,
}

impl Holding {
    /// Nothing is looked at yet of an export of which `first` is the first chunk; of its columns those are looked at that are
    /// among `columns` of `codebook`.
    pub(super) fn of(codebook: &Codebook, columns: &[Column], first: &RawTable) -> Holding {
        let looked = columns.iter().filter_map(|column| {
            let labels = match &column.takes {
                Takes::Labels(set) => {
                    let set = codebook.set(set).into_iter().flat_map(|set| &set.labels);
                    set.map(|label| (label.answer.clone(), label.label.clone())).collect()
                }
                _ => HashMap::new(),
            };
            Some(Looked {
                at: first.column(&column.header)?,
                means: column.means.clone(),
                labels,
                takes_numbers: column.takes == Takes::Numbers,
                held: Held::default(),
            })
        });
        Holding { columns: looked.collect() }
    }

    /// Looks at `table`, the next chunk.
    pub(super) fn take(&mut self, table: &RawTable) {
        for Looked { at, labels, takes_numbers, held, .. } in &mut self.columns {
            held.of += table.len();
            for row in 0..table.len() {
                let cell = table.cell(row, *at);
                if cell.is_empty() || table.stated(row, *at).is_some() {
                    continue;
                }
                held.answered += 1;
                if let Some(label) = labels.get(cell) {
                    match held.labels.get_mut(label) {
                        Some(times) => *times += 1,
                        None => {
                            held.labels.insert(label.clone(), 1);
                        }
                    }
                }
                if *takes_numbers
                    && let Ok(number) = table.code(row, *at).parse::<f64>()
                    && number.is_finite()
                {
                    held.numbers.add(number);
                }
            }
        }
    }

    /// What each column holds, by what it means.
    pub(super) fn finish(self) -> HashMap<String, Held> {
        self.columns.into_iter().map(|looked| (looked.means, looked.held)).collect()
    }
}

/// Labels that somebody gave, by their set.
pub(super) type Given = HashMap<String, HashSet<String>>;

/// The labels that somebody gave in any of `columns`. A set is not there if nobody answered a question with its labels.
pub(super) fn of_sets(columns: &[Column], held: &HashMap<String, Held>) -> Given {
    let mut given = Given::new();
    for column in columns {
        if let (Takes::Labels(set), Some(held)) = (&column.takes, held.get(&column.means))
            && !held.labels.is_empty()
        {
            given.entry(set.clone()).or_default().extend(held.labels.keys().cloned());
        }
    }
    given
}

impl Held {
    /// How many gave `label`.
    pub(super) fn given(&self, label: &str) -> usize {
        self.labels.get(label).copied().unwrap_or(0)
    }
}

/// A count as a number.
#[expect(clippy::cast_precision_loss, reason = "nobody counts 2^53 pairs")]
pub(super) fn number(n: usize) -> f64 {
    n as f64
}

/// Whether it is no accident that nobody of `now` did what `of` did in `before`: less than one chance in a thousand.
pub(super) fn is_no_accident(of: usize, before: usize, now: usize) -> bool {
    const CHANCE: f64 = 0.001;
    let share = (number(of) + 0.5) / (number(before) + 1.0);
    of > 0 && now > 0 && (1.0 - share).powf(number(now)) < CHANCE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_among_many_is_no_accident() {
        assert!(is_no_accident(4, 4, 4));
        assert!(is_no_accident(100, 200, 50));
        assert!(!is_no_accident(1, 4, 4));
        assert!(!is_no_accident(2, 200, 200));
        assert!(!is_no_accident(0, 200, 200) && !is_no_accident(5, 10, 0));
    }
}
