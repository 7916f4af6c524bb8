//! Functions in the place of a table: `functions()`, `counts_of(percent, base)`, `bases_of(percent, count, largest)`.
//!
//! In: numbers written in the query. Out: a table of few rows, whatever the numbers are.

use std::ops::RangeInclusive;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use datafusion::arrow::datatypes::DataType;
use datafusion::catalog::{TableFunctionArgs, TableFunctionImpl, TableProvider};
use datafusion::common::{Result, ScalarValue, plan_err};
use datafusion::datasource::MemTable;
use datafusion::logical_expr::Expr;
use datafusion::prelude::SessionContext;
use survey::printed::PrintedPercent;

use super::documented::{FunctionDoc, functions};

pub(super) const DOCS: &[FunctionDoc] = &[
    FunctionDoc {
        name: "counts_of",
        arguments: "percent, base [, decimals]",
        summary: "the counts that a printed percentage allows at a base",
        result: "a table of one row, `smallest` and `largest`: they and all between are printed so; no row where no count is",
        example: "select smallest, largest from counts_of(48, 196)",
        method: "arithmetic on whole numbers; an exact half may have been rounded up or to even. Numbers must be written in the query",
        source: "after Brown & Heathers, Social Psychological and Personality Science 8, 2017, p. 363",
        r: None,
    },
    FunctionDoc {
        name: "bases_of",
        arguments: "percent, count, largest [, decimals]",
        summary: "the bases, up to the largest that can be, at which a count gives a printed percentage",
        result: "a table of one row, `smallest` and `largest`: they and all between give it; no row where no base does",
        example: "select smallest, largest from bases_of(53, 80, 196)",
        method: "as counts_of",
        source: "after Brown & Heathers, Social Psychological and Personality Science 8, 2017, p. 363",
        r: None,
    },
    FunctionDoc {
        name: "functions",
        arguments: "",
        summary: "these functions and what they do",
        result: "a table of `name`, `arguments`, `summary`, `result`, `example`, `method`, `source`, `r`",
        example: "select name, summary from functions() where name like 'svy%' order by name",
        method: "the same entries as `restudy functions` prints",
        source: "this program",
        r: None,
    },
];

/// Offers the functions to SQL.
pub(super) fn register(context: &SessionContext) {
    context.register_udtf("counts_of", Arc::new(Table::CountsOf));
    context.register_udtf("bases_of", Arc::new(Table::BasesOf));
    context.register_udtf("functions", Arc::new(Table::Functions));
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Table {
    CountsOf,
    BasesOf,
    Functions,
}

impl TableFunctionImpl for Table {
    fn call_with_args(&self, args: TableFunctionArgs<'_, '_>) -> Result<Arc<dyn TableProvider>> {
        let arguments = args.exprs();
        let batch = match self {
            Table::Functions if arguments.is_empty() => documentation()?,
            Table::Functions => return plan_err!("`functions` is called as functions()"),
            Table::CountsOf => {
                let (percent, [base]) = printed("counts_of(percent, base [, decimals])", arguments)?;
                range(percent.counts(base))?
            }
            Table::BasesOf => {
                let usage = "bases_of(percent, count, largest [, decimals])";
                let (percent, [count, largest]) = printed(usage, arguments)?;
                range(percent.bases(count, largest))?
            }
        };
        Ok(Arc::new(MemTable::try_new(batch.schema(), vec![vec![batch]])?))
    }
}

/// The percentage and the `N` whole numbers that a function is called with; then, if there, the decimals.
fn printed<const N: usize>(usage: &str, arguments: &[Expr]) -> Result<(PrintedPercent, [u64; N])> {
    let function = usage.split('(').next().unwrap_or_default();
    if arguments.len() != N + 1 && arguments.len() != N + 2 {
        return plan_err!("`{function}` is called as {usage}");
    }
    let mut given = [0.0; 4];
    for (given, argument) in given.iter_mut().zip(arguments) {
        *given = match argument {
            Expr::Literal(value, _) => match value.cast_to(&DataType::Float64) {
                Ok(ScalarValue::Float64(Some(number))) => number,
                _ => return plan_err!("`{function}` wants numbers; it is called as {usage}"),
            },
            _ => {
                return plan_err!(
                    "`{function}` wants numbers that are written in the query; it is called as {usage}"
                );
            }
        };
    }
    // Above this floats are not whole numbers one by one.
    let whole = |number: f64| (0.0..=9e15).contains(&number) && number.fract() == 0.0;
    if let Some(wrong) = given[1..].iter().find(|number| !whole(**number)) {
        return plan_err!("`{function}` wants whole numbers after the percentage, and {wrong} is none");
    }
    let decimals = u8::try_from(given[N + 1] as u64).unwrap_or(u8::MAX);
    let Some(percent) = PrintedPercent::new(given[0], decimals) else {
        return plan_err!("`{function}`: {} is no percentage printed with {decimals} decimals", given[0]);
    };
    Ok((percent, std::array::from_fn(|at| given[at + 1] as u64)))
}

fn range(found: Option<RangeInclusive<u64>>) -> Result<RecordBatch> {
    let column = |end: Option<u64>| -> ArrayRef {
        Arc::new(end.iter().map(|end| i64::try_from(*end).ok()).collect::<Int64Array>())
    };
    let (smallest, largest) = (found.as_ref().map(|r| *r.start()), found.as_ref().map(|r| *r.end()));
    Ok(RecordBatch::try_from_iter([("smallest", column(smallest)), ("largest", column(largest))])?)
}

fn documentation() -> Result<RecordBatch> {
    let column = |of: fn(&FunctionDoc) -> Option<&'static str>| -> ArrayRef {
        Arc::new(functions().into_iter().map(of).collect::<StringArray>())
    };
    Ok(RecordBatch::try_from_iter_with_nullable([
        ("name", column(|doc| Some(doc.name)), false),
        ("arguments", column(|doc| Some(doc.arguments)), false),
        ("summary", column(|doc| Some(doc.summary)), false),
        ("result", column(|doc| Some(doc.result)), false),
        ("example", column(|doc| Some(doc.example)), false),
        ("method", column(|doc| Some(doc.method)), false),
        ("source", column(|doc| Some(doc.source)), false),
        ("r", column(|doc| doc.r), true),
    ])?)
}
