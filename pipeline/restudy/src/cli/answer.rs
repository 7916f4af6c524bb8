//! A batch as text: columns with structs taken apart, numbers fit to be read, JSON.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, RecordBatch, make_array};
use datafusion::arrow::buffer::NullBuffer;
use datafusion::arrow::datatypes::{DataType, Float64Type};
use datafusion::arrow::error::ArrowError;
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use serde_json::Value;

/// A column with its head.
type Column = (String, ArrayRef);

/// The columns of a batch, a struct as one column for each of its fields: `share.estimate`, `share.se` …
///
/// # Errors
/// Never in practice: a field is as long as its struct.
pub(super) fn columns(batch: &RecordBatch) -> Result<Vec<Column>, ArrowError> {
    let mut columns = Vec::new();
    for (field, array) in batch.schema().fields().iter().zip(batch.columns()) {
        take_apart(field.name().clone(), array, None, &mut columns)?;
    }
    Ok(columns)
}

/// Adds `array`, NULL also where `nulls` says that what it is a part of is.
fn take_apart(
    head: String,
    array: &ArrayRef,
    nulls: Option<&NullBuffer>,
    columns: &mut Vec<Column>,
) -> Result<(), ArrowError> {
    let nulls = NullBuffer::union(nulls, array.nulls());
    if let Some(parts) = array.as_struct_opt() {
        for (field, part) in parts.fields().iter().zip(parts.columns()) {
            take_apart(format!("{head}.{}", field.name()), part, nulls.as_ref(), columns)?;
        }
        return Ok(());
    }
    let array = if array.data_type() == &DataType::Null || nulls.as_ref() == array.nulls() {
        Arc::clone(array)
    } else {
        make_array(array.to_data().into_builder().nulls(nulls).build()?)
    };
    columns.push((head, array));
    Ok(())
}

/// How numbers are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Digits {
    /// As many as there are.
    All,
    /// Of floats at most six that count, and all before the point.
    Six,
}

/// A cell as text; nothing for NULL. Lists are JSON.
pub(super) fn text(array: &ArrayRef, row: usize, digits: Digits) -> String {
    if is_null(array, row) {
        return String::new();
    }
    match array.data_type() {
        DataType::Float64 if digits == Digits::Six => six(array.as_primitive::<Float64Type>().value(row)),
        DataType::List(_) | DataType::LargeList(_) | DataType::FixedSizeList(..) => {
            json(array, row).to_string()
        }
        _ => plain(array, row),
    }
}

/// A number with six digits that count, as far as they stand behind the point.
fn six(value: f64) -> String {
    let size = value.abs();
    if !value.is_finite() || value == 0.0 {
        return value.to_string();
    }
    if size < 1e-4 {
        let text = format!("{value:.5e}");
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        return format!("{}e{exponent}", without_zeros(digits));
    }
    let decimals = (5.0 - size.log10().floor()).max(0.0) as usize;
    without_zeros(&format!("{value:.decimals$}")).to_owned()
}

fn without_zeros(digits: &str) -> &str {
    if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.') } else { digits }
}

/// A cell as JSON: structs as objects, lists as arrays.
pub(super) fn json(array: &ArrayRef, row: usize) -> Value {
    if is_null(array, row) {
        return Value::Null;
    }
    let list = |values: ArrayRef| Value::Array((0..values.len()).map(|at| json(&values, at)).collect());
    match array.data_type() {
        DataType::Struct(_) => {
            let parts = array.as_struct();
            let parts = parts.fields().iter().zip(parts.columns());
            Value::Object(parts.map(|(field, part)| (field.name().clone(), json(part, row))).collect())
        }
        DataType::List(_) => list(array.as_list::<i32>().value(row)),
        DataType::LargeList(_) => list(array.as_list::<i64>().value(row)),
        DataType::FixedSizeList(..) => list(array.as_fixed_size_list().value(row)),
        DataType::Boolean => Value::Bool(array.as_boolean().value(row)),
        given if given.is_numeric() => {
            let text = plain(array, row);
            serde_json::from_str(&text).unwrap_or(Value::String(text))
        }
        _ => Value::String(plain(array, row)),
    }
}

fn is_null(array: &ArrayRef, row: usize) -> bool {
    // A dictionary may hold its NULL among its values.
    array.data_type() == &DataType::Null || array.logical_nulls().is_some_and(|nulls| nulls.is_null(row))
}

fn plain(array: &ArrayRef, row: usize) -> String {
    let options = FormatOptions::default();
    let formatter = ArrayFormatter::try_new(array.as_ref(), &options);
    formatter.map(|formatter| formatter.value(row).to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_digits_count_and_none_before_the_point_is_lost() {
        let told =
            [0.11538461538461539, 77.0, 1234567.89, -0.5, 1e-7, 123456.5, 0.0, 100000.0, 0.00012345678]
                .map(six);
        let wanted = ["0.115385", "77", "1234568", "-0.5", "1e-7", "123456", "0", "100000", "0.000123457"];
        // Halves go to even, as Rust prints.
        assert_eq!(told, wanted);
    }
}
