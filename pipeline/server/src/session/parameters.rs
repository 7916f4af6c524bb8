//! Parameters of a prepared query: which types they have, so that drivers know how to send them.
//!
//! In: a plan with `$1`, `$2`. Out: a type for each, in Arrow and in PostgreSQL.
//!
//! - What the query itself tells is believed: what a parameter is compared with, or cast to.
//! - A parameter of which nothing is known is text, as in PostgreSQL.

use std::collections::BTreeMap;

use datafusion::arrow::datatypes::{DataType, Field};
use datafusion::common::tree_node::{TreeNode as _, TreeNodeRecursion};
use datafusion::common::{DFSchema, DataFusionError};
use datafusion::logical_expr::{Expr, ExprSchemable as _, LogicalPlan};
use datafusion_postgres::arrow_pg::datatypes::into_pg_type;
use pgwire::api::Type;
use pgwire::error::{PgWireError, PgWireResult};

use super::fault::error;

/// The Arrow types of a plan's parameters, in their order, where they are known.
///
/// # Errors
/// One is used as two types that do not go together.
pub(super) fn inferred(plan: &LogicalPlan) -> Result<Vec<Option<DataType>>, DataFusionError> {
    let number = |name: &str| name.trim_start_matches('$').parse().unwrap_or(usize::MAX);
    let mut found: BTreeMap<usize, Option<DataType>> =
        plan.get_parameter_types()?.into_iter().map(|(name, datatype)| (number(&name), datatype)).collect();
    plan.apply_with_subqueries(|node| {
        let mut schema = DFSchema::empty();
        node.inputs().into_iter().for_each(|input| schema.merge(input.schema()));
        node.apply_expressions(|expression| {
            expression.apply(|part| {
                if let Some((name, datatype)) = told_by(part, &schema) {
                    found.entry(number(name)).or_default().get_or_insert(datatype);
                }
                Ok(TreeNodeRecursion::Continue)
            })
        })
    })?;
    Ok(found.into_values().collect())
}

/// That a query which is sent as text has no parameters: it has no values for them.
///
/// # Errors
/// It has one.
pub(super) fn none(plan: &LogicalPlan) -> PgWireResult<()> {
    let mut names: Vec<String> = plan.get_parameter_names().into_iter().flatten().collect();
    names.sort_unstable();
    match names.first() {
        None => Ok(()),
        Some(name) => Err(error("42P02", format!("the parameter `{name}` has no value"))),
    }
}

/// A parameter whose type the expression around it tells.
fn told_by<'a>(expression: &'a Expr, schema: &DFSchema) -> Option<(&'a str, DataType)> {
    match expression {
        Expr::Cast(cast) => Some((name(&cast.expr)?, cast.field.data_type().clone())),
        // `x = any($1)`: a list of what x is.
        Expr::ScalarFunction(call) if call.name() == "array_has" => {
            let [list, item] = &call.args[..] else { return None };
            let item = match item.get_type(schema).ok()? {
                DataType::Dictionary(_, values) => *values,
                other => other,
            };
            Some((name(list)?, DataType::List(Field::new_list_field(item, true).into())))
        }
        _ => None,
    }
}

fn name(expression: &Expr) -> Option<&str> {
    match expression {
        Expr::Placeholder(parameter) => Some(&parameter.id),
        _ => None,
    }
}

/// The type in which a parameter is sent.
pub(super) fn sent(known: Type, inferred: Option<&DataType>) -> Type {
    if is_read(&known) {
        return known;
    }
    inferred.and_then(|datatype| into_pg_type(datatype).ok()).filter(is_read).unwrap_or(Type::TEXT)
}

/// Whether values of this type can be read, nothing included.
pub(super) fn is_read(datatype: &Type) -> bool {
    matches!(
        *datatype,
        Type::BOOL
            | Type::INT2
            | Type::INT4
            | Type::INT8
            | Type::FLOAT4
            | Type::FLOAT8
            | Type::NUMERIC
            | Type::TEXT
            | Type::VARCHAR
            | Type::BYTEA
            | Type::DATE
            | Type::TIME
            | Type::TIMESTAMP
            | Type::TIMESTAMPTZ
            | Type::OID
            | Type::INTERVAL
            | Type::BOOL_ARRAY
            | Type::INT2_ARRAY
            | Type::INT4_ARRAY
            | Type::INT8_ARRAY
            | Type::FLOAT4_ARRAY
            | Type::FLOAT8_ARRAY
            | Type::TEXT_ARRAY
            | Type::VARCHAR_ARRAY
    )
}

/// A parameter whose bytes are not of its type.
pub(super) fn unreadable(fault: PgWireError) -> PgWireError {
    match fault {
        PgWireError::FailedToParseParameter(fault) => {
            error("22P02", format!("the value of a parameter cannot be read: {fault}"))
        }
        other => other,
    }
}
