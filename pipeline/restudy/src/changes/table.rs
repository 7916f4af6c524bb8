//! Changes as rows of a table.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};

use super::differences::Change;
use crate::diagnostic::{Diagnostic, Diagnostics};

/// The table, in the order of `changes`.
pub(super) fn batch(changes: &[Change]) -> Result<RecordBatch, Diagnostics> {
    let text = |of: fn(&Change) -> Option<&str>| -> ArrayRef {
        Arc::new(changes.iter().map(of).collect::<StringArray>())
    };
    let count = |of: fn(&Change) -> i64| -> ArrayRef {
        Arc::new(changes.iter().map(|change| Some(of(change))).collect::<Int64Array>())
    };
    let number = |of: fn(&Change) -> Option<f64>| -> ArrayRef {
        Arc::new(changes.iter().map(of).collect::<Float64Array>())
    };
    let position: Int64Array = (1..).zip(changes).map(|(position, _)| Some(position)).collect();
    let tests = |change: &Change| change.held.and_then(|(_, tests)| i64::try_from(tests).ok());
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("from_wave", text(|c| Some(&c.from_wave))),
        ("to_wave", text(|c| Some(&c.to_wave))),
        ("variable", text(|c| Some(&c.variable))),
        ("question", text(|c| Some(&c.question))),
        ("label", text(|c| Some(&c.label))),
        ("measure", text(|c| Some(if c.answer.is_some() { "share" } else { "mean" }))),
        ("answer", text(|c| c.answer.as_deref())),
        ("comparable", text(|c| Some(c.comparable))),
        ("why", text(|c| c.why.as_deref())),
        ("from_n", count(|c| c.before.n)),
        ("from_base", count(|c| c.before.base)),
        ("from_value", number(|c| Some(c.before.value))),
        ("from_lower", number(|c| c.before.interval.map(|(lower, _)| lower))),
        ("from_upper", number(|c| c.before.interval.map(|(_, upper)| upper))),
        ("to_n", count(|c| c.after.n)),
        ("to_base", count(|c| c.after.base)),
        ("to_value", number(|c| Some(c.after.value))),
        ("to_lower", number(|c| c.after.interval.map(|(lower, _)| lower))),
        ("to_upper", number(|c| c.after.interval.map(|(_, upper)| upper))),
        ("difference", number(|c| Some(c.difference()))),
        ("lower", number(|c| c.test.map(|test| test.lower))),
        ("upper", number(|c| c.test.map(|test| test.upper))),
        ("se", number(|c| c.test.map(|test| test.se))),
        ("df", number(|c| c.test.map(|test| test.df))),
        ("p_value", number(|c| c.test.map(|test| test.p))),
        ("p_holm", number(|c| c.held.map(|(p, _)| p))),
        ("tests", Arc::new(changes.iter().map(tests).collect::<Int64Array>())),
        ("position", Arc::new(position)),
    ];
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, array)| (name, array, true)))
        .map_err(|fault| Diagnostic::error(format!("the table of changes cannot be built: {fault}")).into())
}
