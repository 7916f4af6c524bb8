//! Labels that no row can have.
//!
//! In: a plan that is not yet optimised, and its SQL. Out: a warning for each text that is compared with a coded column and is none
//! of its labels. Such a comparison is never true, so that a slip of the pen would give 0 % and look like an answer.
//!
//! A coded column is one that a table has and whose field names its labels (`restudy.labels`) or what else it can hold
//! (`restudy.values`), by whatever name a query calls it.
//! What is computed has no labels, nor has a column that a union fills from elsewhere too, such as a row of totals.

use std::collections::BTreeMap;

use datafusion::arrow::datatypes::{Field, FieldRef, Fields, Schema};
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::common::{Column, JoinType, Span};
use datafusion::logical_expr::expr::{Case, InList};
use datafusion::logical_expr::{BinaryExpr, Distinct, Expr, LogicalPlan, Operator};

use super::Sql;
use super::fault::at_line;
use crate::diagnostic::{Diagnostic, Diagnostics, Place, nearest};

/// Labels that are told of a column, and texts that are none.
const TOLD: usize = 8;

/// Says of a field that rows of it may hold other texts than its labels.
const OTHERS: &str = "restudy.others";

/// The labels of a field, in their order; nothing of a field that is not coded.
pub(super) fn labels_of(field: &Field) -> Option<Vec<String>> {
    let metadata = field.metadata();
    serde_json::from_str(metadata.get("restudy.labels").or(metadata.get("restudy.values"))?).ok()
}

/// The schema of what a plan gives, in which fields that keep labels although they are filled from elsewhere too say so.
pub(super) fn with_others(plan: &LogicalPlan) -> Schema {
    let schema = plan.schema().as_arrow();
    let field = |(index, field): (usize, &FieldRef)| {
        let mut metadata = field.metadata().clone();
        if labels_of(field).is_some() && labels_at(plan, index).is_none() {
            metadata.insert(OTHERS.to_owned(), "true".to_owned());
        }
        field.as_ref().clone().with_metadata(metadata)
    };
    let fields: Fields = schema.fields().iter().enumerate().map(field).collect();
    Schema::new_with_metadata(fields, schema.metadata().clone())
}

/// Texts that are no labels, and where the column stands that each is compared with; by the column's name and labels.
type Unknown = BTreeMap<(String, Vec<String>), BTreeMap<String, Option<Span>>>;

/// A warning for each text that `sql`, whose plan this is, compares with a column that has no such label; the first of many.
pub fn unknown_labels(plan: &LogicalPlan, sql: Sql<'_>) -> Diagnostics {
    let mut unknown = Unknown::new();
    let walked = plan.apply_with_subqueries(|node| {
        node.apply_expressions(|expr| {
            expr.apply(|expr| {
                note(expr, node, &mut unknown);
                Ok(TreeNodeRecursion::Continue)
            })
        })
    });
    let mut warnings = Diagnostics::new();
    if walked.is_err() {
        // Never in practice: nothing above fails.
        return warnings;
    }
    for ((name, labels), texts) in &unknown {
        let more = texts.len().saturating_sub(TOLD);
        for (at, (text, span)) in texts.iter().take(TOLD).enumerate() {
            let warning = warning(name, text, labels, place(text, *span, sql));
            warnings.push(match at + 1 == TOLD && more > 0 {
                true => warning.note(format!("so it is with {more} more texts")),
                false => warning,
            });
        }
    }
    warnings
}

/// Notes what an expression of `node` compares with texts that are no labels.
fn note(expr: &Expr, node: &LogicalPlan, unknown: &mut Unknown) {
    let Some((column, texts)) = comparison(expr) else { return };
    let labels = node.inputs().into_iter().find_map(|input| {
        let index = input.schema().maybe_index_of_column(column)?;
        labels_at(input, index)
    });
    let Some(labels) = labels else { return };
    let none: Vec<&str> =
        texts.into_iter().filter(|text| !labels.iter().any(|label| label == text)).collect();
    if none.is_empty() {
        return;
    }
    let of_column = unknown.entry((column.name.clone(), labels)).or_default();
    for text in none {
        of_column.entry(text.to_owned()).or_insert_with(|| column.spans.first());
    }
}

/// The column that an expression compares with texts, and these.
fn comparison(expr: &Expr) -> Option<(&Column, Vec<&str>)> {
    let (compared, texts): (&Expr, Vec<&str>) = match expr {
        Expr::BinaryExpr(BinaryExpr {
            left,
            op: Operator::Eq | Operator::NotEq | Operator::IsDistinctFrom | Operator::IsNotDistinctFrom,
            right,
        }) => match (text(left), text(right)) {
            (None, Some(text)) => (left, vec![text]),
            (Some(text), None) => (right, vec![text]),
            _ => return None,
        },
        Expr::InList(InList { expr, list, .. }) => (expr, list.iter().filter_map(text).collect()),
        Expr::Case(Case { expr: Some(expr), when_then_expr, .. }) => {
            (expr, when_then_expr.iter().filter_map(|(when, _)| text(when)).collect())
        }
        _ => return None,
    };
    Some((column(compared)?, texts))
}

fn text(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Literal(value, _) => value.try_as_str().flatten(),
        Expr::Cast(cast) => text(&cast.expr),
        _ => None,
    }
}

/// The column that an expression is, under whatever name and type.
fn column(expr: &Expr) -> Option<&Column> {
    match expr {
        Expr::Column(column) => Some(column),
        Expr::Cast(cast) => column(&cast.expr),
        Expr::Alias(alias) => column(&alias.expr),
        _ => None,
    }
}

/// The labels of a column of what a node gives, by its place; nothing where it is computed, or filled from elsewhere too.
fn labels_at(node: &LogicalPlan, index: usize) -> Option<Vec<String>> {
    let through = |expr: &Expr, input: &LogicalPlan| {
        labels_at(input, input.schema().maybe_index_of_column(column(expr)?)?)
    };
    match node {
        LogicalPlan::TableScan(_) => {
            let field = node.schema().field(index);
            labels_of(field).filter(|_| !field.metadata().contains_key(OTHERS))
        }
        LogicalPlan::Projection(projection) => through(projection.expr.get(index)?, &projection.input),
        LogicalPlan::Aggregate(aggregate) => through(aggregate.group_expr.get(index)?, &aggregate.input),
        LogicalPlan::SubqueryAlias(alias) => labels_at(&alias.input, index),
        LogicalPlan::Filter(filter) => labels_at(&filter.input, index),
        LogicalPlan::Sort(sort) => labels_at(&sort.input, index),
        LogicalPlan::Limit(limit) => labels_at(&limit.input, index),
        LogicalPlan::Distinct(Distinct::All(input)) => labels_at(input, index),
        // What a window adds stands behind the columns that there are.
        LogicalPlan::Window(window) if index < window.input.schema().fields().len() => {
            labels_at(&window.input, index)
        }
        LogicalPlan::Union(union) => {
            let mut all = union.inputs.iter().map(|input| labels_at(input, index));
            let first = all.next()??;
            all.all(|labels| labels.as_ref() == Some(&first)).then_some(first)
        }
        LogicalPlan::Join(join) => {
            let of_left = join.left.schema().fields().len();
            match join.join_type {
                JoinType::RightSemi | JoinType::RightAnti => labels_at(&join.right, index),
                _ if index < of_left => labels_at(&join.left, index),
                JoinType::Inner | JoinType::Left | JoinType::Right | JoinType::Full => {
                    labels_at(&join.right, index - of_left)
                }
                _ => None,
            }
        }
        _ => None,
    }
}

/// The only place where a query says a text, or else where it names the column.
fn place(text: &str, span: Option<Span>, sql: Sql<'_>) -> Place {
    let literal = format!("'{}'", text.replace('\'', "''"));
    let mut said = sql.text.match_indices(&literal);
    match (said.next(), said.next(), span) {
        (Some((at, _)), None, _) => Place::span(sql.file, sql.text, at..at + literal.len()),
        (_, _, Some(Span { start, end })) => {
            let length = if end.line == start.line { end.column.saturating_sub(start.column) } else { 1 };
            at_line(sql, start.line as usize, start.column as usize, length as usize)
        }
        _ => Place::file(sql.file),
    }
}

fn warning(name: &str, text: &str, labels: &[String], place: Place) -> Diagnostic {
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
