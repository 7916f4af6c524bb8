//! Values for the `$name`s of a query.
//!
//! In: values as typed, or of a known type. Out: values of the types that a plan wants, or a fault that says what was expected.

use std::collections::BTreeMap;

use datafusion::arrow::datatypes::DataType;
use datafusion::common::{DataFusionError, ScalarValue};
use datafusion::logical_expr::LogicalPlan;

use super::Sql;
use super::fault::parameter_place;
use crate::diagnostic::{Diagnostic, Diagnostics};

/// Parameters by name. Text is read as whatever the query compares it with; other values stay what they are.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Params(BTreeMap<String, ScalarValue>);

impl Params {
    /// None.
    pub fn none() -> Params {
        Params::default()
    }

    /// These, and `name` with `value`.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<ScalarValue>) -> Params {
        self.0.insert(name.into(), value.into());
        self
    }

    /// The value of `name`.
    pub fn get(&self, name: &str) -> Option<&ScalarValue> {
        self.0.get(name)
    }

    /// The names, in alphabetical order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The values, of the types that `plan` wants where it says so.
    ///
    /// # Errors
    /// All values that cannot be read as what the query wants; or DataFusion's own fault.
    pub(super) fn for_plan(
        &self,
        plan: &LogicalPlan,
        sql: Sql<'_>,
    ) -> Result<Vec<(String, ScalarValue)>, Result<Diagnostics, DataFusionError>> {
        let types = plan.get_parameter_types().map_err(Err)?;
        let mut faults = Diagnostics::new();
        let mut values = Vec::new();
        for (name, value) in &self.0 {
            let wanted = types.get(&format!("${name}")).cloned().flatten();
            match read_as(value, wanted.as_ref()) {
                Some(value) => values.push((name.clone(), value)),
                None => faults.push(
                    Diagnostic::error(format!(
                        "the parameter `${name}` is {} here, and `{value}` is none",
                        wanted.as_ref().map_or("a value", in_words)
                    ))
                    .at(parameter_place(name, sql)),
                ),
            }
        }
        if faults.is_empty() { Ok(values) } else { Err(Ok(faults)) }
    }
}

/// `value` as the wanted type, if it is text that can be read so.
fn read_as(value: &ScalarValue, wanted: Option<&DataType>) -> Option<ScalarValue> {
    let plain = match wanted {
        Some(DataType::Dictionary(_, values)) => Some(values.as_ref()),
        other => other,
    };
    match (value, plain) {
        (ScalarValue::Utf8(Some(_)), Some(wanted)) if !is_text(wanted) => {
            value.cast_to(wanted).ok().filter(|value| !value.is_null())
        }
        _ => Some(value.clone()),
    }
}

fn is_text(kind: &DataType) -> bool {
    matches!(kind, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Null)
}

fn in_words(kind: &DataType) -> &'static str {
    match kind {
        kind if kind.is_integer() => "a whole number",
        kind if kind.is_numeric() => "a number",
        DataType::Boolean => "true or false",
        DataType::Date32 | DataType::Date64 => "a date such as 2013-05-31",
        DataType::Timestamp(..) => "a time such as 2013-05-31T12:00:00",
        _ => "a value of another kind",
    }
}
