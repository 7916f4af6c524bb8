//! A result held against its head.
//!
//! In: the batch as it came, and the head. Out: the batch in the head's columns and plain types, or everything that the
//! result does not keep.

use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Schema};

use super::catalogue::Query;
use super::head::{Column, ColumnKind, Purpose};
use super::result::QueryResult;
use crate::diagnostic::{Diagnostic, Diagnostics, Place, count, nearest};

/// The result, if it keeps what the query's head promises.
///
/// # Errors
/// Every promise that is not kept.
pub(super) fn keep(query: &Query, batch: &RecordBatch) -> Result<QueryResult, Diagnostics> {
    let place = || entry_place(query, "columns");
    let mut faults = Diagnostics::new();
    let schema = batch.schema();
    let given: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
    let promised: Vec<&str> = query.head.columns.iter().map(|column| column.name.as_str()).collect();
    for name in &given {
        if !promised.contains(name) {
            let mut fault =
                Diagnostic::error(format!("the result has a column `{name}` that the head does not promise"))
                    .at(place());
            if let Some(near) = nearest(name, promised.iter().copied().filter(|p| !given.contains(p))) {
                fault = fault.hint(format!("did you mean `{near}`?"));
            }
            faults.push(fault);
        }
    }
    let mut fields = Vec::new();
    let mut columns = Vec::new();
    for column in &query.head.columns {
        let Some(at) = given.iter().position(|name| *name == column.name) else {
            faults.push(
                Diagnostic::error(format!(
                    "the head promises a column `{}` that the result does not have",
                    column.name
                ))
                .at(place())
                .note(format!("the result has: {}", given.join(", "))),
            );
            continue;
        };
        let field = schema.field(at);
        match plain_type(column.kind, field.data_type()) {
            Some(plain) => match cast(batch.column(at), &plain) {
                Ok(values) => {
                    columns.push(values);
                    fields.push(field.clone().with_data_type(plain).with_nullable(true));
                }
                Err(error) => faults.push(
                    Diagnostic::error(format!(
                        "`{}` cannot be read as {}: {error}",
                        column.name,
                        kind_words(column.kind)
                    ))
                    .at(place()),
                ),
            },
            None => faults.push(wrong_type(column, field.data_type()).at(place())),
        }
    }
    let ((), _) = faults.or(())?;
    let schema = Arc::new(Schema::new_with_metadata(fields, schema.metadata().clone()));
    let batch =
        RecordBatch::try_new(schema, columns).map_err(|e| Diagnostic::error(e.to_string()).at(place()))?;
    let result =
        QueryResult { head: query.head.clone(), file: query.file.clone(), sha: query.sha.clone(), batch };
    let mut faults = Diagnostics::new();
    rows(query, &result, &mut faults);
    values(query, &result, &mut faults);
    faults.or(result).map(|(result, _)| result)
}

fn rows(query: &Query, result: &QueryResult, faults: &mut Diagnostics) {
    if query.head.purpose == Purpose::Check {
        return;
    }
    if query.head.key.is_empty() {
        if result.rows() != 1 {
            faults.push(
                Diagnostic::error(format!(
                    "the result has {}, and a query without a key has one",
                    count(result.rows(), "row")
                ))
                .at(entry_place(query, "columns"))
                .hint("name the columns that tell rows apart: `-- key: item`"),
            );
        }
        return;
    }
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for row in 0..result.rows() {
        for column in &query.head.key {
            if result.is_null(row, column) {
                faults.push(
                    Diagnostic::error(format!("the key column `{column}` is empty in row {}", row + 1))
                        .at(entry_place(query, "key"))
                        .hint(format!("leave those rows out: `where {column} is not null`")),
                );
            }
        }
        let key = result.row_key(row);
        if let Some(first) = seen.insert(key.clone(), row) {
            faults.push(
                Diagnostic::error(format!("rows {} and {} have the same key `{key}`", first + 1, row + 1))
                    .at(entry_place(query, "key"))
                    .hint("add the column that tells them apart to the key, or `group by` the key columns"),
            );
        }
    }
}

fn values(query: &Query, result: &QueryResult, faults: &mut Diagnostics) {
    let of_row = |row: usize| match result.row_key(row) {
        key if key.is_empty() => String::new(),
        key => format!(" in the row `{key}`"),
    };
    for column in &query.head.columns {
        for row in 0..result.rows() {
            let Some(value) = result.number(row, &column.name) else { continue };
            let name = &column.name;
            let fault = match column.kind {
                ColumnKind::Share if !(0.0..=1.0).contains(&value) => Some((
                    format!("the share `{name}` is {value}{}", of_row(row)),
                    "shares lie between 0 and 1",
                )),
                ColumnKind::Count if value < 0.0 => {
                    Some((format!("the count `{name}` is {value}{}", of_row(row)), "counts are not negative"))
                }
                ColumnKind::Number { .. } if !value.is_finite() => Some((
                    format!("the number `{name}` is {value}{}", of_row(row)),
                    "guard a division with `nullif(…, 0)`",
                )),
                _ => None,
            };
            if let Some((message, hint)) = fault {
                faults.push(Diagnostic::error(message).at(entry_place(query, "columns")).hint(hint));
            }
        }
    }
    let parts = ["n", "base", "share"];
    let whole = parts.iter().all(|name| result.column(name).is_some());
    for row in 0..result.rows() {
        if whole && let Some((message, hint)) = share_fault(result, row) {
            faults.push(
                Diagnostic::error(format!("{message}{}", of_row(row)))
                    .at(entry_place(query, "columns"))
                    .hint(hint),
            );
        }
        if let (Some(n), Some(base)) = (result.count(row, "n"), result.count(row, "base"))
            && n > base
        {
            faults.push(
                Diagnostic::error(format!("n = {n} is more than the base of {base}{}", of_row(row)))
                    .at(entry_place(query, "columns"))
                    .hint("count `n` among those who are in `base`"),
            );
        }
    }
}

/// What is wrong with a `share` that stands beside `n` and `base`: it is n / base, and there is none without a base.
fn share_fault(result: &QueryResult, row: usize) -> Option<(String, &'static str)> {
    const HINT: &str = "write `cast(n as double) / nullif(base, 0) as share`";
    let (n, base) = (result.count(row, "n"), result.count(row, "base"));
    match (result.number(row, "share"), n, base) {
        (Some(share), Some(n), Some(base)) if base > 0 => {
            let right = n as f64 / base as f64;
            ((share - right).abs() > 1e-9)
                .then(|| (format!("the share is {share}, and n / base = {n} / {base} is {right}"), HINT))
        }
        (Some(share), _, Some(0)) => Some((format!("the share is {share} of a base of 0"), HINT)),
        (Some(share), _, _) => {
            Some((format!("the share is {share}, and `n` or `base` has no value"), "give all three or none"))
        }
        (None, Some(n), Some(base)) if base > 0 => {
            Some((format!("the share has no value, and n / base is {n} / {base}"), HINT))
        }
        (None, _, _) => None,
    }
}

/// The type that a kind of column has in a result, if a value of type `given` can be read as it.
fn plain_type(kind: ColumnKind, given: &DataType) -> Option<DataType> {
    let (values, plain) = match given {
        DataType::Dictionary(_, values) => (values.as_ref(), given),
        other => (other, given),
    };
    // `null` without a type: all values are missing.
    let missing = plain == &DataType::Null;
    match kind {
        ColumnKind::Text => (missing || values.is_string()).then_some(DataType::Utf8),
        ColumnKind::Count => (missing || values.is_integer()).then_some(DataType::Int64),
        ColumnKind::Share | ColumnKind::Number { .. } => {
            (missing || values.is_numeric()).then_some(DataType::Float64)
        }
        ColumnKind::Boolean => (missing || values == &DataType::Boolean).then_some(DataType::Boolean),
    }
}

fn wrong_type(column: &Column, given: &DataType) -> Diagnostic {
    let name = &column.name;
    let remedy = match column.kind {
        ColumnKind::Text => format!("write `cast({name} as text) as {name}`, or promise another kind"),
        ColumnKind::Count => format!("write `cast({name} as bigint) as {name}`, or promise another kind"),
        ColumnKind::Share | ColumnKind::Number { .. } => {
            format!("write `cast({name} as double) as {name}`, or promise another kind")
        }
        ColumnKind::Boolean => "make it a comparison, or promise another kind".to_owned(),
    };
    Diagnostic::error(format!(
        "`{name}` is promised as {}, and the result has it as {given}",
        kind_words(column.kind)
    ))
    .hint(remedy)
}

fn kind_words(kind: ColumnKind) -> &'static str {
    match kind {
        ColumnKind::Text => "text",
        ColumnKind::Count => "a count",
        ColumnKind::Share => "a share",
        ColumnKind::Number { .. } => "a number",
        ColumnKind::Boolean => "true or false",
    }
}

/// The place of an entry in a query's head, or of the file where the head has none.
pub(super) fn entry_place(query: &Query, entry: &str) -> Place {
    let wanted = format!("-- {entry}:");
    match query.sql.find(&wanted) {
        Some(start) => Place::span(&query.file, &query.sql, start + 3..start + wanted.len() - 1),
        None => Place::file(&query.file),
    }
}
