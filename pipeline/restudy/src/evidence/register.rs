//! Makes the evidence a table that SQL sees.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};

use super::lookup::Evidence;
use super::statistic::{Statistic, Unit};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::engine::Session;

impl Evidence {
    /// Registers all statistics as the table `evidence`.
    ///
    /// # Errors
    /// Never in practice: the columns are equally long.
    pub fn register(&self, session: &Session) -> Result<(), Diagnostics> {
        session.register("evidence", self.batch()?)
    }

    /// All statistics as a table: id, query, row, position, column, value, n, base, lower, upper, interval_method (the bare
    /// word `interval` begins a literal in SQL), unit, decimals, printed.
    ///
    /// # Errors
    /// As for [`Evidence::register`].
    pub fn batch(&self) -> Result<RecordBatch, Diagnostics> {
        let all = self.statistics();
        let text = |of: fn(&Statistic) -> &str| -> ArrayRef {
            Arc::new(all.iter().map(|s| Some(of(s))).collect::<StringArray>())
        };
        let float = |of: fn(&Statistic) -> Option<f64>| -> ArrayRef {
            Arc::new(all.iter().map(of).collect::<Float64Array>())
        };
        let whole = |of: fn(&Statistic) -> Option<u64>| -> ArrayRef {
            Arc::new(all.iter().map(|s| of(s).and_then(|n| i64::try_from(n).ok())).collect::<Int64Array>())
        };
        let intervals: StringArray = all.iter().map(|s| s.interval.as_deref()).collect();
        let columns: Vec<(&str, ArrayRef)> = vec![
            ("id", text(|s| &s.id)),
            ("query", text(|s| &s.query)),
            ("row", text(|s| &s.row)),
            ("position", whole(|s| Some(s.position as u64))),
            ("column", text(|s| &s.column)),
            ("value", float(|s| s.value)),
            ("n", whole(|s| s.n)),
            ("base", whole(|s| s.base)),
            ("lower", float(|s| s.lower)),
            ("upper", float(|s| s.upper)),
            ("interval_method", Arc::new(intervals)),
            (
                "unit",
                text(|s| match s.unit {
                    Unit::Count => "count",
                    Unit::Share => "share",
                    Unit::Number => "number",
                }),
            ),
            ("decimals", whole(|s| Some(u64::from(s.decimals)))),
            ("printed", text(|s| &s.printed)),
        ];
        RecordBatch::try_from_iter_with_nullable(
            columns.into_iter().map(|(name, values)| (name, values, true)),
        )
        .map_err(|e| Diagnostic::error(e.to_string()).into())
    }
}
