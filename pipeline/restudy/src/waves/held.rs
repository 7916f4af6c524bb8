//! What an export holds in each column of the codebook: how many answered, what, and with which numbers.
//!
//! In: a table with the codebook's own columns and answers. Out: one [`Held`] for each of them.

use std::collections::HashMap;

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

impl Held {
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
pub(super) fn number(n: usize) -> f64 {
    f64::from(u32::try_from(n).unwrap_or(u32::MAX))
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
}
