//! Small tables whose columns are named in their header: sampling frame, cases, documents, codings, claims.
//!
//! In: a raw table and the [`Field`]s that the program needs of it. Out: a [`Sheet`]: those fields typed, every other
//! column as text under its own name.

use crate::diagnostic::{Diagnostic, nearest};
use crate::sources::{Faults, RawTable};

/// A typed column; `None` is a blank cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// Numbers of labels, counted from 0 in the order of the variable's labels.
    Labels(Vec<Option<u32>>),
    /// Text.
    Text(Vec<Option<String>>),
    /// Numbers.
    Number(Vec<Option<f64>>),
    /// Whole numbers.
    Integer(Vec<Option<i64>>),
    /// Points in time, in seconds since 1970.
    Timestamp(Vec<Option<i64>>),
}

impl Values {
    /// Number of rows.
    pub fn len(&self) -> usize {
        match self {
            Values::Labels(v) => v.len(),
            Values::Text(v) => v.len(),
            Values::Number(v) => v.len(),
            Values::Integer(v) | Values::Timestamp(v) => v.len(),
        }
    }

    /// Whether it has no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds the values of `other`, which is of the same kind.
    pub fn append(&mut self, other: Values) {
        match (self, other) {
            (Values::Labels(own), Values::Labels(other)) => own.extend(other),
            (Values::Text(own), Values::Text(other)) => own.extend(other),
            (Values::Number(own), Values::Number(other)) => own.extend(other),
            (Values::Integer(own), Values::Integer(other))
            | (Values::Timestamp(own), Values::Timestamp(other)) => own.extend(other),
            _ => {}
        }
    }

    /// The value in `row`, written out; none where there is none, nor of a label.
    pub fn written(&self, row: usize) -> Option<String> {
        match self {
            Values::Labels(_) => None,
            Values::Text(values) => values.get(row)?.clone(),
            Values::Number(values) => (*values.get(row)?).map(|number| number.to_string()),
            Values::Integer(values) | Values::Timestamp(values) => {
                (*values.get(row)?).map(|number| number.to_string())
            }
        }
    }

    /// So many blank cells of this kind.
    pub fn blank(&self, rows: usize) -> Values {
        match self {
            Values::Labels(_) => Values::Labels(vec![None; rows]),
            Values::Text(_) => Values::Text(vec![None; rows]),
            Values::Number(_) => Values::Number(vec![None; rows]),
            Values::Integer(_) => Values::Integer(vec![None; rows]),
            Values::Timestamp(_) => Values::Timestamp(vec![None; rows]),
        }
    }

    /// Numbers of labels; none of another kind.
    pub fn labels(&self) -> &[Option<u32>] {
        if let Values::Labels(values) = self { values } else { &[] }
    }

    /// Texts; none of another kind.
    pub fn texts(&self) -> &[Option<String>] {
        if let Values::Text(values) = self { values } else { &[] }
    }

    /// Numbers; none of another kind.
    pub fn numbers(&self) -> &[Option<f64>] {
        if let Values::Number(values) = self { values } else { &[] }
    }

    /// Whole numbers, or points in time; none of another kind.
    pub fn integers(&self) -> &[Option<i64>] {
        if let Values::Integer(values) | Values::Timestamp(values) = self { values } else { &[] }
    }

    /// Whether there is a value in `row`.
    pub fn is_some(&self, row: usize) -> bool {
        match self {
            Values::Labels(v) => v.get(row).is_some_and(Option::is_some),
            Values::Text(v) => v.get(row).is_some_and(Option::is_some),
            Values::Number(v) => v.get(row).is_some_and(Option::is_some),
            Values::Integer(v) | Values::Timestamp(v) => v.get(row).is_some_and(Option::is_some),
        }
    }
}

/// What a field of a sheet holds.
#[derive(Clone, Copy, Debug)]
pub(super) enum Holding {
    /// Text that is never blank.
    Name,
    /// Text.
    Words,
    /// A whole number, 0 or more, that is never blank.
    Count,
    /// A whole number, 0 or more.
    MaybeCount,
    /// A number.
    MaybeNumber,
}

/// A column that a sheet must have.
pub(super) type Field = (&'static str, Holding);

/// A small table, typed.
#[derive(Clone, Debug, Default)]
pub struct Sheet {
    /// Columns in the order of the file: name and values.
    pub columns: Vec<(String, Values)>,
}

impl Sheet {
    /// Reads `table`, which must have `fields`.
    pub(super) fn read(table: &RawTable, fields: &[Field], faults: &mut Faults<'_>) -> Sheet {
        let headers: Vec<&str> = table.headers().collect();
        for (name, _) in fields.iter().filter(|(name, _)| !headers.contains(name)) {
            let needed: Vec<String> = fields.iter().map(|(name, _)| format!("`{name}`")).collect();
            let spare = headers.iter().copied().filter(|h| !fields.iter().any(|(name, _)| name == h));
            let mut fault = Diagnostic::error(format!("column `{name}` is missing"))
                .at(table.header_start())
                .note(format!("the table needs {}", needed.join(", ")));
            if let Some(near) = nearest(name, spare) {
                fault = fault.hint(format!("is it the column `{near}`?"));
            }
            faults.other(fault);
        }
        let mut columns = Vec::new();
        for (column, name) in headers.iter().enumerate() {
            if !is_column_name(name) {
                let fault = Diagnostic::error(format!("`{}` cannot be the name of a column", shown(name)));
                faults.header("whose names cannot be names of columns", column, fault, |f| {
                    f.hint("write lower-case letters, digits and `_`, a letter first")
                });
            }
            let field = fields.iter().find(|(field, _)| field == name);
            let holding = field.map_or(Holding::Words, |(_, holding)| *holding);
            columns.push(((*name).to_owned(), typed(table, column, name, holding, faults)));
        }
        Sheet { columns }
    }

    /// The column named `name`.
    pub fn column(&self, name: &str) -> Option<&Values> {
        self.columns.iter().find(|(n, _)| n == name).map(|(_, values)| values)
    }

    /// The text in `row` of the column `name`; empty where there is none.
    pub fn text(&self, name: &str, row: usize) -> &str {
        match self.column(name) {
            Some(Values::Text(values)) => values.get(row).and_then(Option::as_deref).unwrap_or_default(),
            _ => "",
        }
    }

    /// The whole number in `row` of the column `name`.
    pub fn integer(&self, name: &str, row: usize) -> Option<i64> {
        match self.column(name) {
            Some(Values::Integer(values)) => values.get(row).copied().flatten(),
            _ => None,
        }
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, |(_, values)| values.len())
    }
}

/// Whether `name` can be the name of a column.
pub(super) fn is_column_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

fn typed(table: &RawTable, column: usize, name: &str, holding: Holding, faults: &mut Faults<'_>) -> Values {
    let rows = 0..table.len();
    match holding {
        Holding::Name | Holding::Words => Values::Text(
            rows.map(|row| {
                let cell = written(table, row, column);
                if cell.is_empty() {
                    if matches!(holding, Holding::Name) {
                        blank(row, column, name, faults);
                    }
                    return None;
                }
                Some(cell.to_owned())
            })
            .collect(),
        ),
        Holding::Count | Holding::MaybeCount => Values::Integer(
            rows.map(|row| {
                let cell = counted(table, row, column);
                if cell.is_empty() {
                    if matches!(holding, Holding::Count) {
                        blank(row, column, name, faults);
                    }
                    return None;
                }
                let value = cell.parse::<i64>().ok().filter(|v| *v >= 0);
                if value.is_none() {
                    let fault =
                        Diagnostic::error(format!("`{}` in `{name}` is no whole number", shown(cell)));
                    faults.cell(row, column, fault, |f| f.hint("write digits only"));
                }
                value
            })
            .collect(),
        ),
        Holding::MaybeNumber => Values::Number(
            rows.map(|row| {
                let cell = counted(table, row, column);
                if cell.is_empty() {
                    return None;
                }
                let value = number(cell);
                if value.is_none() {
                    let fault = Diagnostic::error(format!("`{}` in `{name}` is not a number", shown(cell)));
                    faults.cell(row, column, fault, |f| f.hint("write digits, with a point for decimals"));
                }
                value
            })
            .collect(),
        ),
    }
}

/// A cell in words; nothing where its file calls it missing.
fn written(table: &RawTable, row: usize, column: usize) -> &str {
    if table.stated(row, column).is_some() { "" } else { table.cell(row, column) }
}

/// The same as a number.
fn counted(table: &RawTable, row: usize, column: usize) -> &str {
    if table.stated(row, column).is_some() { "" } else { table.code(row, column) }
}

fn blank(row: usize, column: usize, name: &str, faults: &mut Faults<'_>) {
    let fault = Diagnostic::error(format!("`{name}` is blank"));
    faults.cell(row, column, fault, |f| f.hint("fill it in, or take the row out"));
}

/// A finite number written with digits.
pub(super) fn number(cell: &str) -> Option<f64> {
    let plain = cell.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-'));
    cell.parse::<f64>().ok().filter(|v| plain && v.is_finite())
}

/// Whether a cell is a number as the codebook reads it.
pub fn is_number(cell: &str) -> bool {
    number(cell).is_some()
}

/// A value as a message shows it: on one line, cut where it is long.
pub(super) fn shown(value: &str) -> String {
    crate::sources::shortened(value)
}
