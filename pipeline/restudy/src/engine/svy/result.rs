//! Estimates as the structs that SQL sees.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Float64Array, Int64Array, StructArray};
use datafusion::arrow::buffer::NullBuffer;
use datafusion::arrow::datatypes::{DataType, Field, Fields};
use datafusion::common::Result;
use survey::estimate::Estimate;

/// The fields of an estimate.
pub(in crate::engine) fn estimate_fields() -> Vec<Field> {
    let number = |name: &str| Field::new(name, DataType::Float64, true);
    let count = |name: &str| Field::new(name, DataType::Int64, true);
    let [estimate, se, lower, upper] = ["estimate", "se", "lower", "upper"].map(number);
    vec![estimate, se, lower, upper, count("n"), count("base"), number("df"), number("deff")]
}

/// The columns of estimates, in the order of [`estimate_fields`]; NULL where there is no estimate. What is no finite number,
/// such as the ends of an interval without degrees of freedom, is NULL too.
pub(super) fn estimate_columns(found: &[Option<Estimate>]) -> Vec<ArrayRef> {
    let number = |of: fn(&Estimate) -> f64| {
        let values = found.iter().map(|found| found.as_ref().map(of).filter(|value| value.is_finite()));
        Arc::new(values.collect::<Float64Array>()) as ArrayRef
    };
    let count = |of: fn(&Estimate) -> u64| {
        let values = found.iter().map(|found| i64::try_from(of(found.as_ref()?)).ok());
        Arc::new(values.collect::<Int64Array>()) as ArrayRef
    };
    vec![
        number(|e| e.estimate),
        number(|e| e.se),
        number(|e| e.lower),
        number(|e| e.upper),
        count(|e| e.n),
        count(|e| e.base),
        number(|e| e.df),
        number(|e| e.deff.unwrap_or(f64::NAN)),
    ]
}

/// One struct per group; NULL where there is no estimate.
pub(super) fn estimates(found: &[Option<Estimate>]) -> Result<ArrayRef> {
    let nulls = NullBuffer::from_iter(found.iter().map(Option::is_some));
    structs(estimate_fields().into(), estimate_columns(found), Some(nulls))
}

/// Whether a number is a whole one.
pub(in crate::engine) type Whole = bool;

/// The type of a struct of numbers.
pub(in crate::engine) fn numbers_type(fields: &[(&str, Whole)]) -> DataType {
    DataType::Struct(number_fields(fields))
}

fn number_fields(fields: &[(&str, Whole)]) -> Fields {
    let field = |(name, whole): &(&str, Whole)| {
        Field::new(*name, if *whole { DataType::Int64 } else { DataType::Float64 }, true)
    };
    fields.iter().map(field).collect()
}

/// One struct of numbers per group; NULL where there is none. What is no finite number is NULL too.
pub(in crate::engine) fn numbers<const N: usize>(
    fields: &[(&str, Whole); N],
    rows: &[Option<[Option<f64>; N]>],
) -> Result<ArrayRef> {
    let column = |(at, (_, whole)): (usize, &(&str, Whole))| -> ArrayRef {
        let values = rows.iter().map(|row| row.and_then(|row| row[at]).filter(|value| value.is_finite()));
        if *whole {
            Arc::new(values.map(|value| value.map(|value| value as i64)).collect::<Int64Array>())
        } else {
            Arc::new(values.collect::<Float64Array>())
        }
    };
    let columns = fields.iter().enumerate().map(column).collect();
    let nulls = NullBuffer::from_iter(rows.iter().map(Option::is_some));
    structs(number_fields(fields), columns, Some(nulls))
}

/// A struct of columns.
pub(super) fn structs(fields: Fields, columns: Vec<ArrayRef>, nulls: Option<NullBuffer>) -> Result<ArrayRef> {
    Ok(Arc::new(StructArray::try_new(fields, columns, nulls)?))
}
