//! Whether the `order by` of a plan leaves ties: it must name every key column, so that no result depends on chance.

use datafusion::logical_expr::{Expr, LogicalPlan};

/// What a plan says of its rows' order.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Ordering {
    /// No `order by` at the top.
    None,
    /// There is one; these key columns are not in it.
    Lacks(Vec<String>),
    /// There is one, and all key columns are in it.
    Total,
}

/// How the rows of `plan` are ordered, with `key` the names of its key columns.
pub(super) fn ordering(plan: &LogicalPlan, key: &[String]) -> Ordering {
    // Names as they are at the level looked at: a projection above the sort may have given new ones.
    let mut names: Vec<(String, Option<String>)> =
        key.iter().map(|name| (name.clone(), Some(name.clone()))).collect();
    let mut level = plan;
    loop {
        match level {
            LogicalPlan::Sort(sort) => {
                let sorted: Vec<&str> = sort
                    .expr
                    .iter()
                    .filter_map(|key| match bare(&key.expr) {
                        Expr::Column(column) => Some(column.name.as_str()),
                        _ => None,
                    })
                    .collect();
                // A key column computed below the sort may stand in it as its expression.
                let written: Vec<String> =
                    sort.expr.iter().map(|key| bare(&key.expr).schema_name().to_string()).collect();
                let lacking: Vec<String> = names
                    .iter()
                    .filter(|(_, name)| {
                        name.as_ref()
                            .is_none_or(|name| !sorted.contains(&name.as_str()) && !written.contains(name))
                    })
                    .map(|(key, _)| key.clone())
                    .collect();
                return if lacking.is_empty() { Ordering::Total } else { Ordering::Lacks(lacking) };
            }
            LogicalPlan::Projection(projection) => {
                for (_, name) in &mut names {
                    *name = name.as_ref().and_then(|name| {
                        projection.expr.iter().find_map(|expr| {
                            let (_, output) = expr.qualified_name();
                            if &output != name {
                                return None;
                            }
                            match bare(expr) {
                                Expr::Column(column) => Some(column.name.clone()),
                                other => Some(other.schema_name().to_string()),
                            }
                        })
                    });
                }
                level = &projection.input;
            }
            LogicalPlan::Limit(limit) => level = &limit.input,
            LogicalPlan::SubqueryAlias(alias) => level = &alias.input,
            _ => return Ordering::None,
        }
    }
}

fn bare(expr: &Expr) -> &Expr {
    match expr {
        Expr::Alias(alias) => bare(&alias.expr),
        other => other,
    }
}
