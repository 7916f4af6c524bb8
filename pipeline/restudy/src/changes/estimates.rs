//! The estimates of all indicators in one wave, by its design.

use datafusion::arrow::array::{AsArray, StructArray};
use datafusion::arrow::datatypes::{Float64Type, Int64Type};

use super::indicators::Indicator;
use crate::diagnostic::Diagnostics;
use crate::engine::{Params, Session};

/// A value with what is known of its chance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Estimate {
    /// Rows that gave the answer, or that gave a number.
    pub(super) n: i64,
    /// Rows that answered.
    pub(super) base: i64,
    pub(super) value: f64,
    /// Its standard error, where the sample tells one.
    pub(super) se: Option<f64>,
    pub(super) df: Option<f64>,
    /// The ends of its interval.
    pub(super) interval: Option<(f64, f64)>,
}

/// Estimates by the number of their indicator; none where nobody answered.
#[derive(Default)]
pub(super) struct Estimates(Vec<Option<Estimate>>);

/// How many are asked for in one query.
const AT_ONCE: usize = 64;

impl Estimates {
    /// Those of `wave`.
    pub(super) fn of(
        session: &Session,
        indicators: &[Indicator],
        wave: &str,
    ) -> Result<Estimates, Diagnostics> {
        let mut estimates = Vec::new();
        for part in indicators.chunks(AT_ONCE) {
            let columns: Vec<String> = part.iter().zip(0..).map(|(one, at)| column(one, at)).collect();
            let sql = format!("select {} from responses where wave = $wave", columns.join(", "));
            let batch = session.query(&sql, &Params::none().with("wave", wave))?;
            estimates.extend(batch.columns().iter().map(|column| first(column.as_struct_opt()?)));
        }
        Ok(Estimates(estimates))
    }

    pub(super) fn get(&self, indicator: usize) -> Option<Estimate> {
        self.0.get(indicator).copied().flatten()
    }
}

/// An indicator as a column of a query.
fn column(indicator: &Indicator, at: usize) -> String {
    let name = format!("\"{}\"", indicator.name.replace('"', "\"\""));
    match &indicator.answer {
        Some(answer) => format!("svy_prop({name} = '{}', design) as e{at}", answer.replace('\'', "''")),
        None => format!("svy_mean({name}, design) as e{at}"),
    }
}

/// The estimate in the first row.
fn first(estimate: &StructArray) -> Option<Estimate> {
    let number = |name: &str| {
        let column = estimate.column_by_name(name)?.as_primitive_opt::<Float64Type>()?.clone();
        column.iter().next().flatten()
    };
    let count = |name: &str| {
        let column = estimate.column_by_name(name)?.as_primitive_opt::<Int64Type>()?.clone();
        column.iter().next().flatten()
    };
    Some(Estimate {
        n: count("n")?,
        base: count("base")?,
        value: number("estimate")?,
        se: number("se"),
        df: number("df"),
        interval: number("lower").zip(number("upper")),
    })
}
