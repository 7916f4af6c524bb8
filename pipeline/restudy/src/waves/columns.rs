//! The columns of an export as they stand, whatever they mean.
//!
//! In: the chunks of an export. Out: one [`RawColumn`] for each column: its names, what the file says of its codes, its answers,
//! and the days from the first to the last if it holds points of time.

use std::collections::HashMap;

use crate::codebook;
use crate::diagnostic::Diagnostics;
use crate::sources::{Export, Met, Progress, RawTable};

/// How many different answers of a column are looked at.
const LOOKED_AT: usize = 200;

/// A column of an export.
#[derive(Clone, Debug)]
pub(super) struct RawColumn {
    /// Its name.
    pub(super) name: String,
    /// The column in words, where the file says more than its name.
    pub(super) label: Option<String>,
    /// Its codes and their labels, where the file has some.
    pub(super) codes: Vec<(String, String)>,
    /// Different answers, and how many gave them; most frequent first.
    pub(super) answers: Vec<(String, usize)>,
    /// First and last day, if the first respondent's cell is a point of time.
    pub(super) days: Option<(String, String)>,
}

/// The columns of `export`, looked through to its end. What is wrong with its rows is put to `met`.
///
/// # Errors
/// The file cannot be read any more, or is not what it was.
pub(super) fn columns(
    export: &Export,
    met: &mut Met,
    progress: &dyn Progress,
) -> Result<Vec<RawColumn>, Diagnostics> {
    let first = export.first();
    let mut counted: Vec<Counted> =
        (0..first.headers().count()).map(|column| Counted::of(first, column)).collect();
    let mut rows = 0;
    for number in 0..export.chunks() {
        let chunk = export.chunk(number, met)?;
        counted.iter_mut().enumerate().for_each(|(column, counted)| counted.take(&chunk, column));
        rows += chunk.len();
        export.done("comparing", number, rows, progress);
    }
    Ok(first
        .headers()
        .zip(counted)
        .enumerate()
        .map(|(column, (name, counted))| {
            let described = first.described(column);
            let labelled = described.into_iter().flat_map(|described| &described.value_labels);
            RawColumn {
                name: name.to_owned(),
                label: described.map(|described| described.label.clone()),
                codes: labelled.map(|(code, label)| (code.clone(), label.trim().to_owned())).collect(),
                answers: counted.by_frequency(),
                days: counted.days,
            }
        })
        .collect())
}

/// What is counted of a column.
#[derive(Debug)]
struct Counted {
    answers: HashMap<String, usize>,
    holds_times: bool,
    days: Option<(String, String)>,
}

impl Counted {
    fn of(first: &RawTable, column: usize) -> Counted {
        let holds_times = !first.is_empty() && codebook::is_time(first.cell(0, column));
        Counted { answers: HashMap::new(), holds_times, days: None }
    }

    fn take(&mut self, chunk: &RawTable, column: usize) {
        for row in 0..chunk.len() {
            let cell = chunk.cell(row, column);
            if self.holds_times {
                self.day(cell);
            }
            if cell.is_empty() || chunk.stated(row, column).is_some() {
                continue;
            }
            let is_full = self.answers.len() >= LOOKED_AT;
            match self.answers.get_mut(cell) {
                Some(times) => *times += 1,
                None if is_full => {}
                None => {
                    self.answers.insert(cell.to_owned(), 1);
                }
            }
        }
    }

    /// Adds the day of a point of time that begins with its year.
    fn day(&mut self, cell: &str) {
        let Some(day) = cell.get(..10).filter(|day| day.as_bytes().get(4) == Some(&b'-')) else { return };
        let (first, last) = self.days.get_or_insert_with(|| (day.to_owned(), day.to_owned()));
        if day < first.as_str() {
            day.clone_into(first);
        } else if day > last.as_str() {
            day.clone_into(last);
        }
    }

    fn by_frequency(&self) -> Vec<(String, usize)> {
        let mut answers: Vec<(String, usize)> =
            self.answers.iter().map(|(cell, times)| (cell.clone(), *times)).collect();
        answers.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        answers
    }
}
