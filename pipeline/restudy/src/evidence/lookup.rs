//! Finds numbers and texts by reference: `query[row].column`, `query[#1].column`, `query.column`.

#![expect(clippy::result_large_err, reason = "a fault ends the build: its size costs nothing")]

use std::collections::BTreeMap;
use std::fmt;

use super::statistic::Statistic;
use super::statistics::statistics;
use crate::diagnostic::{Diagnostic, count, nearest};
use crate::queries::{ColumnKind, QueryResult};

/// All numbers that the study's queries gave, and the results that they came from.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    results: Vec<QueryResult>,
    statistics: Vec<Statistic>,
    by_id: BTreeMap<String, usize>,
    by_cell: BTreeMap<(String, usize, String), usize>,
}

/// A reference, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Query.
    pub query: String,
    /// Which row; none for a result of one row.
    pub row: Option<RowName>,
    /// Column.
    pub column: String,
}

/// How a reference names a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowName {
    /// By its key values, joined by ` / `.
    Key(String),
    /// By its position, counted from 1.
    Position(usize),
}

/// What a reference stands for.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "cells are looked up one at a time and never kept in bulk")]
pub enum Cell {
    /// A number: the statistic.
    Number(Statistic),
    /// Text.
    Text(String),
    /// True or false.
    Boolean(bool),
    /// No value.
    Missing,
}

impl Reference {
    /// Takes a reference apart.
    ///
    /// # Errors
    /// It is not of the form `query[row].column` or `query.column`.
    pub fn parse(text: &str) -> Result<Reference, Diagnostic> {
        let fault = || {
            Diagnostic::error(format!("`{text}` does not name a number")).hint(
                "write `query[row].column`, `query[#1].column`, or `query.column` for a result of one row",
            )
        };
        let text = text.trim();
        let (query, row, column) = match text.split_once('[') {
            Some((query, rest)) => {
                let (row, column) = rest.rsplit_once("].").ok_or_else(fault)?;
                (query, Some(row.trim()), column)
            }
            None => {
                let (query, column) = text.split_once('.').ok_or_else(fault)?;
                (query, None, column)
            }
        };
        let is_name = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
        if !is_name(query) || !is_name(column) {
            return Err(fault());
        }
        let row = match row {
            None => None,
            Some(row) => Some(match row.strip_prefix('#').map(str::parse::<usize>) {
                Some(Ok(position)) if position > 0 => RowName::Position(position),
                Some(_) => return Err(fault().note("rows are counted from #1")),
                None => RowName::Key(row.to_owned()),
            }),
        };
        Ok(Reference { query: query.to_owned(), row, column: column.to_owned() })
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.row {
            None => write!(f, "{}.{}", self.query, self.column),
            Some(RowName::Key(key)) => write!(f, "{}[{key}].{}", self.query, self.column),
            Some(RowName::Position(position)) => write!(f, "{}[#{position}].{}", self.query, self.column),
        }
    }
}

impl Evidence {
    /// The evidence that these results make, shares with intervals at `confidence`.
    pub fn from_results(results: Vec<QueryResult>, confidence: f64) -> Evidence {
        let statistics: Vec<Statistic> = results.iter().flat_map(|r| statistics(r, confidence)).collect();
        let by_id = statistics.iter().enumerate().map(|(i, s)| (s.id.clone(), i)).collect();
        let by_cell = statistics
            .iter()
            .enumerate()
            .map(|(i, s)| ((s.query.clone(), s.position - 1, s.column.clone()), i))
            .collect();
        Evidence { results, statistics, by_id, by_cell }
    }

    /// All statistics, query by query in the order of the results, then row by row.
    pub fn statistics(&self) -> &[Statistic] {
        &self.statistics
    }

    /// All results.
    pub fn results(&self) -> &[QueryResult] {
        &self.results
    }

    /// The result of a query.
    ///
    /// # Errors
    /// There is no such query; the nearest name is told.
    pub fn result(&self, query: &str) -> Result<&QueryResult, Diagnostic> {
        self.results.iter().find(|r| r.head.name == query).ok_or_else(|| {
            let names = self.results.iter().map(|r| r.head.name.as_str());
            let fault = Diagnostic::error(format!("there is no query `{query}`"));
            match nearest(query, names) {
                Some(near) => fault.hint(format!("did you mean `{near}`?")),
                None => fault.hint("queries are the files in `queries`, named without `.sql`"),
            }
        })
    }

    /// The statistic with this id: `stem_support_offered/science-club/share`.
    pub fn by_id(&self, id: &str) -> Option<&Statistic> {
        self.by_id.get(id).map(|i| &self.statistics[*i])
    }

    /// The statistic in a cell of a result (`row` counted from 0).
    pub fn at(&self, query: &str, row: usize, column: &str) -> Option<&Statistic> {
        self.by_cell.get(&(query.to_owned(), row, column.to_owned())).map(|i| &self.statistics[*i])
    }

    /// The number that a reference names.
    ///
    /// # Errors
    /// It names nothing, or something that is not a number; what there is is told.
    pub fn statistic(&self, reference: &str) -> Result<&Statistic, Diagnostic> {
        let reference = Reference::parse(reference)?;
        let (result, row) = self.row(&reference)?;
        self.at(&result.head.name, row, &reference.column).ok_or_else(|| {
            let numbers: Vec<&str> = result
                .head
                .columns
                .iter()
                .filter(|c| !matches!(c.kind, ColumnKind::Text | ColumnKind::Boolean))
                .map(|c| c.name.as_str())
                .collect();
            Diagnostic::error(format!("`{reference}` is not a number"))
                .note(format!("numbers in `{}`: {}", result.head.name, numbers.join(", ")))
                .hint("print text with `cell(…)`")
        })
    }

    /// What a reference names, of whatever kind.
    ///
    /// # Errors
    /// It names nothing; what there is is told.
    pub fn cell(&self, reference: &str) -> Result<Cell, Diagnostic> {
        let reference = Reference::parse(reference)?;
        let (result, row) = self.row(&reference)?;
        if result.is_null(row, &reference.column) {
            return Ok(Cell::Missing);
        }
        if let Some(statistic) = self.at(&result.head.name, row, &reference.column) {
            return Ok(Cell::Number(statistic.clone()));
        }
        if let Some(value) = result.boolean(row, &reference.column) {
            return Ok(Cell::Boolean(value));
        }
        Ok(result.text(row, &reference.column).map_or(Cell::Missing, Cell::Text))
    }

    /// The result and row that a reference names, its column known to exist.
    fn row(&self, reference: &Reference) -> Result<(&QueryResult, usize), Diagnostic> {
        let result = self.result(&reference.query)?;
        let name = &result.head.name;
        if result.column(&reference.column).is_none() {
            let columns: Vec<&str> = result.head.columns.iter().map(|c| c.name.as_str()).collect();
            let fault =
                Diagnostic::error(format!("the result of `{name}` has no column `{}`", reference.column))
                    .note(format!("columns: {}", columns.join(", ")));
            return Err(match nearest(&reference.column, columns.iter().copied()) {
                Some(near) => fault.hint(format!("did you mean `{near}`?")),
                None => fault,
            });
        }
        let row = match &reference.row {
            None if result.head.key.is_empty() => Some(0),
            None => {
                return Err(
                    self.which_row(result, format!("`{reference}` does not say which row of `{name}`"))
                );
            }
            Some(RowName::Position(position)) => {
                if *position > result.rows() {
                    return Err(Diagnostic::error(format!(
                        "`{name}` has no row #{position}: it has {}",
                        count(result.rows(), "row")
                    )));
                }
                Some(position - 1)
            }
            Some(RowName::Key(key)) => result.find_row(key),
        };
        match (row, &reference.row) {
            (Some(row), _) if row < result.rows() => Ok((result, row)),
            (_, Some(RowName::Key(key))) => {
                let fault = self.which_row(result, format!("the result of `{name}` has no row `{key}`"));
                let keys: Vec<String> = (0..result.rows()).map(|row| result.row_key(row)).collect();
                Err(match nearest(key, keys.iter().map(String::as_str)) {
                    Some(near) => fault.hint(format!("did you mean `{near}`?")),
                    None => fault,
                })
            }
            _ => Err(Diagnostic::error(format!("the result of `{name}` has no rows"))),
        }
    }

    fn which_row(&self, result: &QueryResult, message: String) -> Diagnostic {
        const SHOWN: usize = 12;
        let mut keys: Vec<String> =
            (0..result.rows().min(SHOWN)).map(|row| format!("[{}]", result.row_key(row))).collect();
        if result.rows() > SHOWN {
            keys.push(format!("and {} more", result.rows() - SHOWN));
        }
        Diagnostic::error(message).note(format!(
            "rows are named by {}: {}",
            result.head.key.join(" / "),
            keys.join(", ")
        ))
    }
}
