//! Whether a plan leaves anything to chance: functions that give another value each time, and choices among rows that
//! have no order.
//!
//! In: the plan of a query file, as written. Out: a fault for each such place, which names the function.

use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::logical_expr::{Distinct, Expr, LogicalPlan, Volatility};

use super::catalogue::Query;
use crate::diagnostic::{Diagnostic, Place};
use crate::engine::{without_comments, words};

/// Window functions whose value for a row is its place among the others.
const BY_PLACE: [&str; 11] = [
    "row_number",
    "rank",
    "dense_rank",
    "percent_rank",
    "cume_dist",
    "ntile",
    "lag",
    "lead",
    "first_value",
    "last_value",
    "nth_value",
];

/// Aggregates whose value depends on the order in which they meet the rows.
const BY_ORDER: [&str; 5] = ["first_value", "last_value", "nth_value", "array_agg", "string_agg"];

/// Functions by the names that they have in plans, with the other names that SQL has for them.
const ALSO: [(&str, &[&str]); 4] = [
    ("now", &["current_timestamp"]),
    ("current_date", &["today"]),
    ("array_agg", &["list", "list_agg"]),
    // An element of `array_agg(…)` is planned so.
    ("nth_value", &["array_agg"]),
];

/// All that chance decides in the plan of `query`.
pub(super) fn faults(query: &Query, plan: &LogicalPlan) -> Vec<Diagnostic> {
    let mut faults: Vec<Diagnostic> = Vec::new();
    let mut tell = |fault: Diagnostic| {
        if !faults.contains(&fault) {
            faults.push(fault);
        }
    };
    // Neither visitor gives an error, so the walk gives none.
    let _ = plan.apply_with_subqueries(|node| {
        if let Some(fault) = rows_fault(query, node) {
            tell(fault);
        }
        node.apply_expressions(|expr| {
            expr.apply(|part| {
                if let Some(fault) = function_fault(query, part) {
                    tell(fault);
                }
                Ok(TreeNodeRecursion::Continue)
            })
        })
    });
    faults
}

fn rows_fault(query: &Query, node: &LogicalPlan) -> Option<Diagnostic> {
    match node {
        LogicalPlan::Limit(limit) if !is_sorted(&limit.input) => Some(
            Diagnostic::error("a `limit` cuts rows that have no order, so that chance decides which stay")
                .at(word(query, "limit"))
                .hint("put an `order by` before the `limit`, in the same `select`"),
        ),
        LogicalPlan::Distinct(Distinct::On(on)) if on.sort_expr.as_ref().is_none_or(Vec::is_empty) => Some(
            Diagnostic::error("`distinct on` keeps one row of those alike, and chance decides which")
                .at(word(query, "distinct"))
                .hint("put an `order by` after it"),
        ),
        _ => None,
    }
}

/// Whether the rows come straight from a sort; a choice of columns between keeps them in order.
fn is_sorted(plan: &LogicalPlan) -> bool {
    match plan {
        LogicalPlan::Sort(_) => true,
        LogicalPlan::Projection(projection) => is_sorted(&projection.input),
        _ => false,
    }
}

fn function_fault(query: &Query, expr: &Expr) -> Option<Diagnostic> {
    match expr {
        Expr::ScalarFunction(function) if function.func.signature().volatility != Volatility::Immutable => {
            let name = function.name();
            let (written, place) = call(query, name, 1, |_| true);
            let hint = match function.func.signature().volatility {
                Volatility::Volatile => "a result has to be the same every time",
                _ => "write the date or time itself: a result has to be the same every day",
            };
            let message =
                format!("`{written}` gives another value each time, so that chance decides the result");
            Some(Diagnostic::error(message).at(place).hint(hint))
        }
        Expr::WindowFunction(function) if function.params.order_by.is_empty() => {
            let name = function.fun.name();
            let frame = &function.params.window_frame;
            let part = !frame.start_bound.is_unbounded() || !frame.end_bound.is_unbounded();
            let by_place = BY_PLACE.contains(&name) || BY_ORDER.contains(&name);
            (by_place || part).then(|| no_order(query, name, 2, "over (order by …)"))
        }
        Expr::AggregateFunction(function) if function.params.order_by.is_empty() => {
            let name = function.func.name();
            BY_ORDER.contains(&name).then(|| no_order(query, name, 1, "(… order by …)"))
        }
        _ => None,
    }
}

fn no_order(query: &Query, name: &str, groups: usize, remedy: &str) -> Diagnostic {
    let (written, place) = call(query, name, groups, |code| !code.contains("order by"));
    Diagnostic::error(format!(
        "`{written}` goes by the order of the rows, which have none: chance decides it"
    ))
    .at(place)
    .hint(format!("write `{written}{}{remedy}`", if groups == 2 { "(…) " } else { "" }))
}

/// The name under which the file calls the function `name`, with the place of the first call whose code, over as many
/// `groups` of parentheses, is `wanted`.
fn call(query: &Query, name: &str, groups: usize, wanted: impl Fn(&str) -> bool) -> (String, Place) {
    let code = without_comments(&query.sql).to_ascii_lowercase();
    let also = ALSO.iter().find(|(known, _)| *known == name).map_or(&[][..], |(_, also)| also);
    for written in std::iter::once(name).chain(also.iter().copied()) {
        let found =
            words(&code, written).into_iter().find(|range| wanted(&plain(&code[range.start..], groups)));
        if let Some(range) = found {
            return (written.to_owned(), Place::span(&query.file, &query.sql, range));
        }
    }
    (name.to_owned(), Place::file(&query.file))
}

/// The place of a word of SQL: of the only one, or of the file.
fn word(query: &Query, word: &str) -> Place {
    let code = without_comments(&query.sql).to_ascii_lowercase();
    match words(&code, word).as_slice() {
        [range] => Place::span(&query.file, &query.sql, range.clone()),
        _ => Place::file(&query.file),
    }
}

/// The beginning of `code` up to the end of its first `groups` groups of parentheses, blanks and line ends as one blank
/// each.
fn plain(code: &str, groups: usize) -> String {
    let (mut depth, mut closed, mut end) = (0_usize, 0, code.len());
    for (at, c) in code.char_indices() {
        match c {
            '(' => depth += 1,
            ')' if depth <= 1 => {
                closed += 1;
                depth = 0;
                if closed == groups {
                    end = at;
                    break;
                }
            }
            ')' => depth -= 1,
            _ => {}
        }
    }
    code[..end].split_whitespace().collect::<Vec<_>>().join(" ")
}
