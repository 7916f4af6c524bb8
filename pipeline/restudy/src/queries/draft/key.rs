//! The key that a result can promise: the columns that name a row, and by which its order leaves no ties.

use std::collections::BTreeSet;

use datafusion::arrow::array::RecordBatch;
use datafusion::logical_expr::{Distinct, Expr, LogicalPlan};

use super::Kept;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::engine::{cell_text, is_null};
use crate::queries::order::{Ordering, ordering};

/// The columns that name a row.
pub(super) fn key(
    plan: &LogicalPlan,
    batch: &RecordBatch,
    columns: &[Kept],
) -> Result<Vec<String>, Diagnostics> {
    let sorted = |name: &String| ordering(plan, std::slice::from_ref(name)) == Ordering::Total;
    let has_order = ordering(plan, &[]) != Ordering::None;
    if let Some(groups) = groups(plan)
        && let Some(groups) = groups.into_iter().collect::<Option<Vec<String>>>()
    {
        let lacking: Vec<String> = groups.iter().filter(|name| !sorted(name)).cloned().collect();
        return if lacking.is_empty() { Ok(groups) } else { Err(unordered(has_order, &lacking).into()) };
    }
    // Floats name nothing; labels before numbers, which next year may be alike.
    let mut candidates: Vec<&Kept> =
        columns.iter().filter(|column| !matches!(column.kind, "number" | "share")).collect();
    candidates.sort_by_key(|column| column.kind != "text");
    let names: Vec<String> = candidates.iter().map(|column| column.name.clone()).collect();
    let in_order: Vec<String> = names.iter().filter(|name| sorted(name)).cloned().collect();
    if batch.num_rows() == 1 && !has_order {
        return Ok(Vec::new());
    }
    if let Some(key) = telling_apart(batch, &in_order) {
        return Ok(key);
    }
    match telling_apart(batch, &names) {
        Some(key) => {
            let lacking: Vec<String> = key.into_iter().filter(|name| !in_order.contains(name)).collect();
            Err(unordered(has_order, &lacking).into())
        }
        None => Err(Diagnostic::error("no columns of the result tell its rows apart")
            .hint("select a column that does, such as `respondent_id`, or `group by` those that name a row")
            .into()),
    }
}

fn unordered(has_order: bool, lacking: &[String]) -> Diagnostic {
    let columns = lacking.join(", ");
    if has_order {
        Diagnostic::error(format!("rows may tie: `order by` lacks `{}`", lacking.join("`, `")))
            .hint(format!("end the query with `, {columns}`, and run it again"))
    } else {
        Diagnostic::error("the rows have no order, so that chance decides it")
            .hint(format!("end the query with `order by {columns}`, and run it again"))
    }
}

/// The output columns of what the rows are grouped by, `None` for one that is not selected; nothing for rows that are not
/// grouped.
fn groups(plan: &LogicalPlan) -> Option<Vec<Option<String>>> {
    // Output columns with their names at the level looked at.
    let mut names: Vec<(String, String)> =
        plan.schema().fields().iter().map(|field| (field.name().clone(), field.name().clone())).collect();
    let mut level = plan;
    loop {
        level = match level {
            LogicalPlan::Projection(projection) => {
                names.retain_mut(|(_, name)| {
                    let source = projection.expr.iter().find_map(|expr| {
                        let (_, output) = expr.qualified_name();
                        (output == *name).then(|| expr_name(expr))
                    });
                    source.map(|source| *name = source).is_some()
                });
                &projection.input
            }
            LogicalPlan::Sort(sort) => &sort.input,
            LogicalPlan::Limit(limit) => &limit.input,
            LogicalPlan::Filter(filter) => &filter.input,
            LogicalPlan::SubqueryAlias(alias) => &alias.input,
            LogicalPlan::Window(window) => &window.input,
            LogicalPlan::Distinct(Distinct::All(_)) => {
                return Some(names.into_iter().map(|(output, _)| Some(output)).collect());
            }
            LogicalPlan::Aggregate(aggregate) => {
                if aggregate.group_expr.iter().any(|expr| matches!(expr, Expr::GroupingSet(_))) {
                    return None;
                }
                let output = |expr: &Expr| {
                    let own = expr_name(expr);
                    names.iter().find(|(_, name)| *name == own).map(|(output, _)| output.clone())
                };
                return Some(aggregate.group_expr.iter().map(output).collect());
            }
            _ => return None,
        };
    }
}

fn expr_name(expr: &Expr) -> String {
    match expr {
        Expr::Alias(alias) => expr_name(&alias.expr),
        Expr::Column(column) => column.name.clone(),
        other => other.schema_name().to_string(),
    }
}

/// The fewest of the columns whose values together are never NULL and never alike in two rows.
fn telling_apart(batch: &RecordBatch, names: &[String]) -> Option<Vec<String>> {
    const MOST: usize = 12;
    let names = &names[..names.len().min(MOST)];
    let places: Vec<usize> = names.iter().filter_map(|name| batch.schema().index_of(name).ok()).collect();
    let mut sets: Vec<u32> = (1..1_u32 << places.len()).collect();
    // Few before many, and of as many the first.
    sets.sort_by_key(|set| set.count_ones());
    let chosen = |set: u32| places.iter().enumerate().filter(move |(bit, _)| set >> bit & 1 == 1);
    let tells = |set: &u32| {
        let mut seen = BTreeSet::new();
        (0..batch.num_rows()).all(|row| {
            chosen(*set).all(|(_, at)| !is_null(batch, row, *at))
                && seen.insert(chosen(*set).map(|(_, at)| cell_text(batch, row, *at)).collect::<Vec<_>>())
        })
    };
    let set = sets.into_iter().find(tells)?;
    Some(chosen(set).map(|(bit, _)| names[bit].clone()).collect())
}
