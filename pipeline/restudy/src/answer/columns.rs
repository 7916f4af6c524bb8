//! The columns of an answer: structs taken apart, and what each column holds.
//!
//! In: a batch and what a query's head promises. Out: [`Column`]s of plain values. What nobody has promised is read off the
//! type, and shares off their names: a column of numbers named `share`, or whose name ends in `share`, holds shares if all
//! its values lie between 0 and 1; so do the ends and the standard error that belong to it (`share_lower`; `lower` beside
//! a single share; the parts `estimate`, `se`, `lower` and `upper` of a struct of that name).

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use datafusion::arrow::buffer::NullBuffer;
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Float64Type};
use datafusion::arrow::error::ArrowError;
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};

use super::Answer;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::queries::ColumnKind;

/// What a column holds: how it is printed, and on which side it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text, and all that has no other kind: dates, lists.
    Text,
    /// True or false.
    Boolean,
    /// Whole numbers; counts, where a query's head says so.
    Whole {
        /// Whether they are counts of things, and not, say, years.
        counts: bool,
    },
    /// Shares between 0 and 1, or differences and ends of intervals of such.
    Share,
    /// Other numbers; of some it is known how many decimals are printed.
    Number {
        /// Decimals in print.
        decimals: Option<u8>,
    },
}

impl Kind {
    /// Whether it is made of numbers, which stand on the right.
    pub fn is_number(self) -> bool {
        matches!(self, Kind::Whole { .. } | Kind::Share | Kind::Number { .. })
    }
}

impl From<ColumnKind> for Kind {
    fn from(promised: ColumnKind) -> Self {
        match promised {
            ColumnKind::Text => Kind::Text,
            ColumnKind::Boolean => Kind::Boolean,
            ColumnKind::Count => Kind::Whole { counts: true },
            ColumnKind::Share => Kind::Share,
            ColumnKind::Number { decimals } => Kind::Number { decimals: Some(decimals) },
        }
    }
}

/// A column of plain values.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its names, from the outermost struct to the field: one for a column that is no part of a struct.
    pub path: Vec<String>,
    /// What it holds.
    pub kind: Kind,
    /// Its values; dictionaries only of text.
    pub array: ArrayRef,
    /// Where it has none, also for what NULL structs and dictionaries hide.
    nulls: Option<NullBuffer>,
}

impl Column {
    /// What stands above it: `share`, or `share.lower` for the part of a struct.
    pub fn head(&self) -> String {
        self.path.join(".")
    }

    /// Whether a row has no value.
    pub fn is_null(&self, row: usize) -> bool {
        self.nulls.as_ref().is_some_and(|nulls| nulls.is_null(row))
    }

    /// How many rows have no value.
    pub fn missing(&self) -> usize {
        self.nulls.as_ref().map_or(0, NullBuffer::null_count)
    }

    /// How many rows hold a text of no length, which is a value.
    pub fn blank(&self) -> usize {
        let is_text = match self.array.data_type() {
            DataType::Dictionary(_, values) => is_text(values),
            plain => is_text(plain),
        };
        let texts = if is_text { cast(&self.array, &DataType::Utf8).ok() } else { None };
        let texts = texts.as_ref().map(|texts| texts.as_string::<i32>());
        let blank = |(row, text): (usize, Option<&str>)| text == Some("") && !self.is_null(row);
        texts.map_or(0, |texts| texts.iter().enumerate().filter(|cell| blank(*cell)).count())
    }

    /// A column of numbers as floats; nothing for a column of anything else.
    pub fn floats(&self) -> Option<ArrayRef> {
        self.array.data_type().is_numeric().then(|| cast(&self.array, &DataType::Float64).ok())?
    }

    /// Whether all values that there are lie between these bounds.
    fn lies_between(&self, low: f64, high: f64) -> bool {
        let Some(floats) = self.floats() else { return false };
        let floats = floats.as_primitive::<Float64Type>();
        floats.iter().flatten().all(|value| (low..=high).contains(&value))
    }
}

/// Refuses days and times that no calendar has: there is no text for them, and no other value may stand in their place.
///
/// # Errors
/// The first such value of each column.
pub fn legible(batch: &RecordBatch) -> Result<(), Diagnostics> {
    let mut faults = Diagnostics::new();
    for (field, array) in batch.schema().fields().iter().zip(batch.columns()) {
        if let Some(row) = illegible(array) {
            faults.push(
                Diagnostic::error(format!(
                    "row {} of `{}` holds a time that no calendar has",
                    row + 1,
                    field.name()
                ))
                .hint("write the number that it is made from, or leave such rows out"),
            );
        }
    }
    faults.or(()).map(|_| ())
}

/// The first place in an array, or in what it is made of, whose time cannot be written.
fn illegible(array: &ArrayRef) -> Option<usize> {
    if array.data_type().is_temporal() {
        let options = FormatOptions::new().with_display_error(false);
        let formatter = ArrayFormatter::try_new(array.as_ref(), &options).ok()?;
        return (0..array.len())
            .find(|row| array.is_valid(*row) && formatter.value(*row).try_to_string().is_err());
    }
    if let Some(parts) = array.as_struct_opt() {
        return parts.columns().iter().find_map(illegible);
    }
    array.as_list_opt::<i32>().and_then(|lists| illegible(lists.values()))
}

/// The columns of an answer, a struct as one column for each of its fields: `share.estimate`, `share.se` …
///
/// # Errors
/// Never in practice: a field is as long as its struct.
pub fn columns(answer: &Answer) -> Result<Vec<Column>, Diagnostics> {
    let mut columns = Vec::new();
    let schema = answer.batch.schema();
    for (field, array) in schema.fields().iter().zip(answer.batch.columns()) {
        take_apart(vec![field.name().clone()], array, None, &mut columns)
            .map_err(|fault| Diagnostic::error(fault.to_string()))?;
    }
    let promised = |path: &[String]| {
        let [name] = path else { return None };
        answer.promised.iter().find(|promise| promise.name == *name).map(|promise| Kind::from(promise.kind))
    };
    let known: Vec<Option<Kind>> = columns.iter().map(|column| promised(&column.path)).collect();
    let shares: Vec<Vec<String>> = (columns.iter().zip(&known))
        .filter(|(column, known)| match known {
            Some(known) => *known == Kind::Share,
            None => is_share(column),
        })
        .map(|(column, _)| column.path.clone())
        .collect();
    for (column, known) in columns.iter_mut().zip(known) {
        if let Some(known) = known {
            // What a head promises is held against the result elsewhere; a batch of another type is printed as it is.
            if !known.is_number() || column.array.data_type().is_numeric() {
                column.kind = known;
            }
        } else if shares.contains(&column.path) || belongs_to_share(column, &shares) {
            column.kind = Kind::Share;
        }
    }
    Ok(columns)
}

/// Adds `array`, NULL also where `nulls` says that what it is a part of is.
fn take_apart(
    path: Vec<String>,
    array: &ArrayRef,
    nulls: Option<&NullBuffer>,
    columns: &mut Vec<Column>,
) -> Result<(), ArrowError> {
    let array = plain(array)?;
    if let Some(parts) = array.as_struct_opt() {
        let nulls = NullBuffer::union(nulls, array.nulls());
        for (field, part) in parts.fields().iter().zip(parts.columns()) {
            let mut path = path.clone();
            path.push(field.name().clone());
            take_apart(path, part, nulls.as_ref(), columns)?;
        }
        return Ok(());
    }
    // A dictionary may hold its NULL among its values, and a column of type NULL holds nothing else.
    let nulls = NullBuffer::union(nulls, array.logical_nulls().as_ref());
    let kind = kind_of(array.data_type());
    columns.push(Column { path, kind, array, nulls });
    Ok(())
}

/// The same values, out of a dictionary unless it is one of text.
pub(super) fn plain(array: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    match array.data_type() {
        DataType::Dictionary(_, values) if !is_text(values) => cast(array, values),
        DataType::RunEndEncoded(_, values) => cast(array, values.data_type()),
        _ => Ok(Arc::clone(array)),
    }
}

fn is_text(given: &DataType) -> bool {
    matches!(given, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View)
}

/// What a type holds, as far as it shows.
fn kind_of(given: &DataType) -> Kind {
    match given {
        DataType::Boolean => Kind::Boolean,
        given if given.is_integer() => Kind::Whole { counts: false },
        given if given.is_numeric() => Kind::Number { decimals: None },
        _ => Kind::Text,
    }
}

/// Whether a column is one of shares by its name and its values.
fn is_share(column: &Column) -> bool {
    let named = match column.path.as_slice() {
        [.., name] if named_share(name) => true,
        [.., outer, part] => named_share(outer) && part == "estimate",
        _ => false,
    };
    // Whole numbers are counts, whatever they are called; a share above 1 is something else.
    named && matches!(column.kind, Kind::Number { .. }) && column.lies_between(0.0, 1.0 + 1e-9)
}

fn named_share(name: &str) -> bool {
    name.to_lowercase().ends_with("share")
}

/// What a number may say of another one, in the same unit.
const COMPANIONS: [&str; 3] = ["lower", "upper", "se"];

/// Whether a column holds ends or errors of one of `shares`.
fn belongs_to_share(column: &Column, shares: &[Vec<String>]) -> bool {
    if !matches!(column.kind, Kind::Number { .. }) {
        return false;
    }
    let Some((name, outer)) = column.path.split_last() else { return false };
    if COMPANIONS.contains(&name.as_str()) {
        let siblings = shares.iter().filter(|share| share.split_last().is_some_and(|(_, of)| of == outer));
        return siblings.count() == 1;
    }
    COMPANIONS.iter().any(|companion| {
        let owner = name.strip_suffix(companion).and_then(|name| name.strip_suffix('_'));
        owner.is_some_and(|owner| {
            shares
                .iter()
                .any(|share| share.split_last().is_some_and(|(name, of)| name == owner && of == outer))
        })
    })
}
