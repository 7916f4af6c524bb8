//! Labels that no row can have.
//!
//! In: a plan that is not yet optimised, and its SQL. Out: a warning for each text that is compared with a coded column and is none
//! of its labels. Such a comparison is never true, so that a slip of the pen would give 0 % and look like an answer.
//!
//! A coded column is one whose field names its labels (`restudy.labels`), by whatever name a query calls it; what is computed from
//! it has no labels.

use std::collections::BTreeSet;

use datafusion::arrow::datatypes::{Field, FieldRef};
use datafusion::common::ExprSchema;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::logical_expr::expr::{Case, InList};
use datafusion::logical_expr::{BinaryExpr, Expr, LogicalPlan, Operator};

use super::Sql;
use super::fault::without_comments;
use crate::diagnostic::{Diagnostic, Diagnostics, Place, nearest};

/// Labels that are told where there are many.
const TOLD: usize = 8;

/// The labels of a field, in their order; nothing of a field that is not coded.
pub(super) fn labels_of(field: &Field) -> Option<Vec<String>> {
    serde_json::from_str(field.metadata().get("restudy.labels")?).ok()
}

/// A warning for each text that `sql`, whose plan this is, compares with a column that has no such label.
pub fn unknown_labels(plan: &LogicalPlan, sql: Sql<'_>) -> Diagnostics {
    let mut compared = BTreeSet::new();
    let walked = plan.apply_with_subqueries(|node| {
        node.apply_expressions(|expr| {
            expr.apply(|expr| {
                compared.extend(comparisons(expr).into_iter().filter_map(|(column, text)| {
                    let (name, field) = coded(column, node)?;
                    Some((name, text.to_owned(), labels_of(&field)?))
                }));
                Ok(TreeNodeRecursion::Continue)
            })
        })
    });
    if walked.is_err() {
        // Never in practice: nothing above fails.
        return Diagnostics::new();
    }
    let unknown = compared.iter().filter(|(_, text, labels)| !labels.contains(text));
    let mut warnings = Diagnostics::new();
    warnings.extend(unknown.map(|(name, text, labels)| warning(name, text, labels, sql)));
    warnings
}

/// What an expression compares with which text.
fn comparisons(expr: &Expr) -> Vec<(&Expr, &str)> {
    match expr {
        Expr::BinaryExpr(BinaryExpr {
            left,
            op: Operator::Eq | Operator::NotEq | Operator::IsDistinctFrom | Operator::IsNotDistinctFrom,
            right,
        }) => match (text(left), text(right)) {
            (None, Some(text)) => vec![(left, text)],
            (Some(text), None) => vec![(right, text)],
            _ => Vec::new(),
        },
        Expr::InList(InList { expr, list, .. }) => {
            list.iter().filter_map(text).map(|text| (&**expr, text)).collect()
        }
        Expr::Case(Case { expr: Some(expr), when_then_expr, .. }) => {
            when_then_expr.iter().filter_map(|(when, _)| text(when)).map(|text| (&**expr, text)).collect()
        }
        _ => Vec::new(),
    }
}

fn text(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Literal(value, _) => value.try_as_str().flatten(),
        Expr::Cast(cast) => text(&cast.expr),
        _ => None,
    }
}

/// The name and the field of a column that a node of a plan reads.
fn coded(expr: &Expr, node: &LogicalPlan) -> Option<(String, FieldRef)> {
    match expr {
        Expr::Column(column) => {
            let field = |input: &&LogicalPlan| input.schema().field_from_column(column).ok().cloned();
            Some((column.name.clone(), node.inputs().iter().find_map(field)?))
        }
        Expr::OuterReferenceColumn(field, column) => Some((column.name.clone(), field.clone())),
        Expr::Cast(cast) => coded(&cast.expr, node),
        _ => None,
    }
}

fn warning(name: &str, text: &str, labels: &[String], sql: Sql<'_>) -> Diagnostic {
    let literal = format!("'{}'", text.replace('\'', "''"));
    let place = match without_comments(sql.text).find(&literal) {
        Some(at) => Place::span(sql.file, sql.text, at..at + literal.len()),
        None => Place::file(sql.file),
    };
    let mut known: Vec<String> = labels.iter().take(TOLD).map(|label| format!("`{label}`")).collect();
    if labels.len() > TOLD {
        known.push(format!("and {} more", labels.len() - TOLD));
    }
    let fault =
        Diagnostic::warning(format!("`{name}` has no label `{text}`, so that nothing is equal to it"))
            .at(place)
            .note(format!("its labels: {}", known.join(", ")));
    match nearest(text, labels.iter().map(String::as_str)) {
        Some(near) => fault.hint(format!("did you mean `{near}`?")),
        None => fault,
    }
}
