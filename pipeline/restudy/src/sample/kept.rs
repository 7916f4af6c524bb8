//! What designs need of each respondent: kept in a few bytes when the chunks of the export are gone.
//!
//! In: the columns that designs name; the chunks of the export and of the answers. Out: a label or a number per respondent.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use indexmap::IndexSet;

use super::columns::{Column, Named, Population};
use crate::codebook::{Responses, Values, Variable};
use crate::sources::{RawTable, shortened};

/// The columns that designs name, respondent by respondent.
#[derive(Debug, Default)]
pub struct Kept {
    rows: usize,
    /// The variables of the codebook.
    variables: Vec<Variable>,
    labels: HashMap<Of, Labels>,
    numbers: HashMap<Of, Numbers>,
}

/// Where values come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Of {
    Variable(usize),
    Export(usize),
    Nothing,
}

/// Labels: all that were met, and which of them each respondent has.
#[derive(Debug, Default)]
struct Labels {
    known: IndexSet<String>,
    rows: Vec<u32>,
}

/// The number of no label.
const NO_LABEL: u32 = u32::MAX;

/// Numbers, [`BLANK`] or [`WRONG`] where there is none; and what stands in the first cell that is wrong.
#[derive(Debug, Default)]
struct Numbers {
    rows: Vec<f64>,
    wrong: Option<String>,
    /// Whether a number counts that its file calls missing.
    takes_missing: bool,
}

/// What stands in place of the number of a blank cell: no cell's number is it.
pub(super) const BLANK: f64 = f64::NEG_INFINITY;
/// What stands in place of a number where a cell has none.
pub(super) const WRONG: f64 = f64::INFINITY;

impl Of {
    fn column(column: &Column) -> Of {
        match (column.variable, column.raw) {
            (Some(variable), _) => Of::Variable(variable),
            (None, Some(raw)) => Of::Export(raw),
            (None, None) => Of::Nothing,
        }
    }
}

impl Kept {
    /// Nothing yet of the columns of these designs.
    pub(super) fn of<'a>(designs: impl Iterator<Item = &'a Named>) -> Kept {
        let mut kept = Kept::default();
        for named in designs {
            for column in named.strata.iter().flatten().chain(&named.units) {
                kept.labels.entry(Of::column(column)).or_default();
            }
            let populations = named.populations.iter().filter_map(|population| match population {
                Population::Column(column) => Some(column),
                Population::Frame(_) => None,
            });
            for column in named.weight.iter().chain(populations) {
                kept.numbers.entry(Of::column(column)).or_default();
            }
            for column in &named.replicates {
                let numbers = Numbers { takes_missing: true, ..Numbers::default() };
                kept.numbers.entry(Of::column(column)).or_insert(numbers);
            }
        }
        kept
    }

    /// Adds the respondents of the next chunk.
    pub fn take(&mut self, table: &RawTable, responses: &Responses) {
        if self.variables.is_empty() {
            self.variables.clone_from(&responses.variables);
        }
        let rows = 0..responses.respondents.len();
        self.rows += rows.len();
        for (of, labels) in &mut self.labels {
            labels.take(*of, table, responses);
        }
        for (of, numbers) in &mut self.numbers {
            match of {
                Of::Variable(number) => match responses.columns.get(*number) {
                    Some(Values::Number(values)) => {
                        numbers.rows.extend(values.iter().map(|value| value.unwrap_or(BLANK)));
                    }
                    Some(Values::Text(values)) => {
                        values.iter().for_each(|value| numbers.add(value.as_deref().unwrap_or_default()));
                    }
                    _ => numbers.rows.extend(rows.clone().map(|_| BLANK)),
                },
                Of::Export(raw) => {
                    for row in rows.clone() {
                        let is_missing = !numbers.takes_missing && table.stated(row, *raw).is_some();
                        numbers.add(if is_missing { "" } else { table.code(row, *raw) });
                    }
                }
                Of::Nothing => numbers.rows.extend(rows.clone().map(|_| BLANK)),
            }
        }
    }

    /// How many respondents there are.
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// The variable that `column` is, where it is one.
    pub(super) fn variable(&self, column: &Column) -> Option<&Variable> {
        self.variables.get(column.variable?)
    }

    /// The label of each respondent in `column`; none where there is no answer or a blank cell.
    pub(super) fn labels(&self, column: &Column) -> impl Iterator<Item = Option<&str>> + Clone {
        let kept = self.labels.get(&Of::column(column));
        let rows = kept.map_or(&[][..], |labels| &labels.rows);
        rows.iter().map(move |number| kept?.label(*number))
    }

    /// The label in `row` of `column`, as a message shows it.
    pub(super) fn shown(&self, column: &Column, row: usize) -> String {
        let labels = self.labels.get(&Of::column(column));
        let label = labels.and_then(|labels| labels.label(labels.rows.get(row).copied()?));
        label.map_or_else(String::new, shortened)
    }

    /// The number of each respondent in `column`.
    pub(super) fn numbers(&self, column: &Column) -> &[f64] {
        self.numbers.get(&Of::column(column)).map_or(&[], |numbers| &numbers.rows)
    }

    /// What stands in the first cell of `column` that should be a number and is none, as a message shows it.
    pub(super) fn wrong(&self, column: &Column) -> &str {
        let numbers = self.numbers.get(&Of::column(column));
        numbers.and_then(|numbers| numbers.wrong.as_deref()).unwrap_or_default()
    }
}

impl Labels {
    fn take(&mut self, of: Of, table: &RawTable, responses: &Responses) {
        let rows = 0..responses.respondents.len();
        match of {
            Of::Variable(number) => {
                let variable = responses.variables.get(number);
                if self.rows.is_empty() {
                    self.known
                        .extend(variable.into_iter().flat_map(|variable| variable.labels.iter().cloned()));
                }
                match responses.columns.get(number) {
                    Some(Values::Labels(values)) => {
                        self.rows.extend(values.iter().map(|value| value.unwrap_or(NO_LABEL)));
                    }
                    Some(values) => {
                        for row in rows {
                            self.add(values.written(row).as_deref());
                        }
                    }
                    None => self.rows.extend(rows.map(|_| NO_LABEL)),
                }
            }
            Of::Export(raw) => {
                for row in rows {
                    let is_there = table.stated(row, raw).is_none();
                    self.add(Some(table.cell(row, raw)).filter(|cell| !cell.is_empty() && is_there));
                }
            }
            Of::Nothing => self.rows.extend(rows.map(|_| NO_LABEL)),
        }
    }

    fn add(&mut self, label: Option<&str>) {
        let number = label.map(|label| match self.known.get_index_of(label) {
            Some(number) => number,
            None => self.known.insert_full(label.to_owned()).0,
        });
        self.rows.push(number.and_then(|number| u32::try_from(number).ok()).unwrap_or(NO_LABEL));
    }

    fn label(&self, number: u32) -> Option<&str> {
        self.known.get_index(usize::try_from(number).ok()?).map(String::as_str)
    }
}

impl Numbers {
    fn add(&mut self, cell: &str) {
        self.rows.push(match number(cell) {
            Some(number) => number,
            None if cell.is_empty() => BLANK,
            None => {
                self.wrong.get_or_insert_with(|| shortened(cell));
                WRONG
            }
        });
    }
}

/// A finite number written with digits, or in scientific notation.
fn number(cell: &str) -> Option<f64> {
    let plain = |b: u8| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+' | b'e' | b'E');
    cell.parse::<f64>().ok().filter(|v| cell.bytes().all(plain) && v.is_finite())
}

/// A label per respondent, as numbers: those of the labels in their order.
#[derive(Debug)]
pub(super) struct Coded {
    pub(super) labels: Vec<String>,
    pub(super) numbers: Vec<u32>,
}

impl Coded {
    pub(super) fn of<'a>(labels: impl Iterator<Item = &'a str> + Clone) -> Coded {
        let known: BTreeSet<&str> = labels.clone().collect();
        let known: BTreeMap<&str, u32> = known.into_iter().zip(0..).collect();
        let numbers = labels.filter_map(|label| known.get(label).copied()).collect();
        Coded { labels: known.into_keys().map(str::to_owned).collect(), numbers }
    }

    /// The label of each respondent.
    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        let label = |number: &u32| self.labels.get(usize::try_from(*number).ok()?).map(String::as_str);
        self.numbers.iter().map(move |number| label(number).unwrap_or_default())
    }
}
