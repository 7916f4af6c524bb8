//! The formats `json` and `ndjson`: values as they are, shares not in per cent, a missing value as `null`.

use datafusion::arrow::array::{ArrayRef, StructArray};
use serde_json::Value;
use std::sync::Arc;

use super::Answer;
use super::values::Values;
use crate::diagnostic::{Diagnostic, Diagnostics};

/// The rows as objects.
fn objects(answer: &Answer) -> Result<Vec<Value>, Diagnostics> {
    let rows: ArrayRef = Arc::new(StructArray::from(answer.batch.clone()));
    let values = Values::new(&rows).map_err(|fault| Diagnostic::error(fault.to_string()))?;
    Ok((0..answer.rows()).map(|row| values.json(row)).collect())
}

/// An array of objects.
pub(super) fn json(answer: &Answer) -> Result<String, Diagnostics> {
    let text = serde_json::to_string_pretty(&objects(answer)?);
    Ok(format!("{}\n", text.map_err(|fault| Diagnostic::error(fault.to_string()))?))
}

/// An object a line.
pub(super) fn ndjson(answer: &Answer) -> Result<String, Diagnostics> {
    Ok(objects(answer)?.iter().map(|object| format!("{object}\n")).collect())
}
