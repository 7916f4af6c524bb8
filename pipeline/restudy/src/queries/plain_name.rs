//! Whether a name can stand in SQL as it is.
//!
//! In: a name. Out: whether the engine's parser takes it for the name of a column wherever queries write one, and for nothing else.
//! It takes words that other programs reserve, such as `case` and `order`.

use datafusion::sql::parser::{DFParser, Statement};
use datafusion::sql::sqlparser::ast::{Expr, SelectItem, SetExpr, Statement as Parsed};

/// Whether `name` is that of a column in SQL without quotes: `interval`, `exists` and `current_date` are none.
pub(crate) fn is_plain_name(name: &str) -> bool {
    let sql = format!(
        "select {name} as x, {name}, count({name}) as n from t where a = b and {name} is not null group by {name} order by {name}"
    );
    let Ok(statements) = DFParser::parse_sql(&sql) else { return false };
    let Some(Statement::Statement(parsed)) = statements.front() else { return false };
    let Parsed::Query(query) = &**parsed else { return false };
    let SetExpr::Select(select) = &*query.body else { return false };
    let is_name = |expr: &Expr| matches!(expr, Expr::Identifier(found) if found.value == name);
    match &select.projection[..] {
        [SelectItem::ExprWithAlias { expr, .. }, SelectItem::UnnamedExpr(bare), _] => {
            is_name(expr) && is_name(bare)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_sql_are_no_names() {
        for name in ["role", "q7", "happy_2013", "age"] {
            assert!(is_plain_name(name), "{name}");
        }
        for name in ["exists", "interval", "struct", "any", "some", "current_date", "select", "a b"] {
            assert!(!is_plain_name(name), "{name}");
        }
    }
}
