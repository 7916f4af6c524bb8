//! What an export holds in each column of the codebook: how many answered, what, and with which numbers.
//!
//! In: a table with the codebook's own columns and answers. Out: one [`Held`] for each of them.

use std::collections::{HashMap, HashSet};

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
    /// Numbers, in order of size.
    pub(super) numbers: Vec<f64>,
}

/// What `table` holds in the columns that `codebook` names, by what they mean.
pub(super) fn held(codebook: &Codebook, columns: &[Column], table: &RawTable) -> HashMap<String, Held> {
    let mut all = HashMap::new();
    for column in columns {
        let Some(at) = table.column(&column.header) else { continue };
        let labels: HashMap<&str, &str> = match &column.takes {
            Takes::Labels(set) => {
                let set = codebook.set(set).into_iter().flat_map(|set| &set.labels);
                set.map(|label| (label.answer.as_str(), label.label.as_str())).collect()
            }
            _ => HashMap::new(),
        };
        let mut held = Held { of: table.len(), ..Held::default() };
        for row in 0..table.len() {
            let cell = table.cell(row, at);
            if cell.is_empty() || table.stated(row, at).is_some() {
                continue;
            }
            held.answered += 1;
            if let Some(label) = labels.get(cell) {
                *held.labels.entry((*label).to_owned()).or_default() += 1;
            }
            if column.takes == Takes::Numbers {
                held.numbers
                    .extend(table.code(row, at).parse::<f64>().ok().filter(|number| number.is_finite()));
            }
        }
        held.numbers.sort_by(f64::total_cmp);
        all.insert(column.means.clone(), held);
    }
    all
}

/// Labels that somebody gave, by their set.
pub(super) type Given = HashMap<String, HashSet<String>>;

/// The labels that somebody gave in any column of `table`.
pub(super) fn given(codebook: &Codebook, table: &RawTable) -> Given {
    let columns = codebook.columns();
    of_sets(&columns, &held(codebook, &columns, table))
}

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

    /// In how many of all pairs of a number of its own and one of `other` the other's is the larger, as a share.
    pub(super) fn below(&self, other: &Held) -> f64 {
        let above = |own: &f64| other.numbers.len() - other.numbers.partition_point(|number| number <= own);
        let larger: usize = self.numbers.iter().map(above).sum();
        number(larger) / (number(self.numbers.len()) * number(other.numbers.len()))
    }

    /// The number in the middle.
    pub(super) fn median(&self) -> Option<f64> {
        let half = self.numbers.len() / 2;
        match self.numbers.len() % 2 {
            1 => self.numbers.get(half).copied(),
            _ => Some((self.numbers.get(half.checked_sub(1)?)? + self.numbers.get(half)?) / 2.0),
        }
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

    #[test]
    fn the_middle_of_numbers() {
        let of = |numbers: &[f64]| Held { numbers: numbers.to_vec(), ..Held::default() }.median();
        assert_eq!((of(&[]), of(&[3.0]), of(&[1.0, 2.0, 9.0, 10.0])), (None, Some(3.0), Some(5.5)));
    }

    #[test]
    fn pairs_are_counted_without_making_them() {
        let of = |numbers: &[f64]| Held { numbers: numbers.to_vec(), ..Held::default() };
        let (one, other) = (of(&[1.0, 2.0, 2.0, 7.0]), of(&[2.0, 3.0, 9.0]));
        // 1 is below all three, each 2 below two, 7 below one.
        assert_eq!(one.below(&other), 8.0 / 12.0);
        assert_eq!(other.below(&one), 2.0 / 12.0);
    }
}
