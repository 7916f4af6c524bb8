//! Single cells of a batch as plain values, whatever Arrow type carries them.

use datafusion::arrow::array::{Array, AsArray, RecordBatch};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Float64Type};
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};

/// Position of a column, by name.
pub fn column_index(batch: &RecordBatch, name: &str) -> Option<usize> {
    batch.schema().fields().iter().position(|field| field.name() == name)
}

/// Whether a cell holds no value; also true where there is no such cell.
pub fn is_null(batch: &RecordBatch, row: usize, column: usize) -> bool {
    if column >= batch.num_columns() || row >= batch.num_rows() {
        return true;
    }
    // A dictionary may hold its NULL among its values.
    batch.column(column).logical_nulls().is_some_and(|nulls| nulls.is_null(row))
        || batch.column(column).data_type() == &DataType::Null
}

/// A cell as text; `None` for NULL.
pub fn cell_text(batch: &RecordBatch, row: usize, column: usize) -> Option<String> {
    if is_null(batch, row, column) {
        return None;
    }
    let options = FormatOptions::default();
    let formatter = ArrayFormatter::try_new(batch.column(column).as_ref(), &options).ok()?;
    Some(formatter.value(row).to_string())
}

/// A cell as a number; `None` for NULL and for what is not a number.
pub fn number(batch: &RecordBatch, row: usize, column: usize) -> Option<f64> {
    if is_null(batch, row, column) || !batch.column(column).data_type().is_numeric() {
        return None;
    }
    let one = batch.column(column).slice(row, 1);
    let one = cast(&one, &DataType::Float64).ok()?;
    Some(one.as_primitive::<Float64Type>().value(0))
}

/// A cell as true or false; `None` for NULL and for what is neither.
pub fn boolean(batch: &RecordBatch, row: usize, column: usize) -> Option<bool> {
    if is_null(batch, row, column) {
        return None;
    }
    batch.column(column).as_boolean_opt().map(|values| values.value(row))
}
