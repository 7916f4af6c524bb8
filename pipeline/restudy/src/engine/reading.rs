//! What a statement may do: read, or say how it would read.
//!
//! A statement is judged twice: as it was parsed, by a list of what is allowed, and as it was planned, by DataFusion's own
//! account of what the plan does. `explain` is judged by what it explains: to explain with `analyze` is to run.
//!
//! Before either, its text is held to a length and to a depth: parsers and planners call themselves for each step of a chain, and
//! a long enough one has them run out of stack.

#![expect(clippy::result_large_err, reason = "a refusal ends the question: its size costs nothing")]

use datafusion::execution::context::SQLOptions;
use datafusion::logical_expr::LogicalPlan;
use datafusion::sql::parser::Statement;
use datafusion::sql::sqlparser::ast;
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::tokenizer::{Location, Token, Tokenizer};

use super::Sql;
use super::fault::at_line;
use crate::diagnostic::{Diagnostic, Place};

/// Bytes of SQL that are read: no question is longer, and a parser's work grows with its text.
pub const LONGEST: usize = 1 << 20;

/// Operators that may follow on each other without a comma. The stack holds twice as many; planning takes the square of it.
const DEEPEST: usize = 1000;

/// Functions that make a value of any size out of nothing; no study needs them and no memory pool sees them.
pub(super) const UNBOUNDED: [&str; 8] =
    ["repeat", "lpad", "rpad", "array_repeat", "list_repeat", "range", "generate_series", "array_resize"];

/// Refuses a text that is too long or too deep to be read.
///
/// # Errors
/// It is; where, and what would be read.
pub fn is_readable(sql: Sql<'_>) -> Result<(), Diagnostic> {
    if sql.text.len() > LONGEST {
        return Err(Diagnostic::error(format!("the SQL is longer than the {LONGEST} bytes that are read"))
            .at(Place::file(sql.file))
            .hint("put long lists into a table of the study, and select from that"));
    }
    match too_deep(sql.text) {
        None => Ok(()),
        Some(at) => Err(Diagnostic::error(format!("more than {DEEPEST} operators follow on each other"))
            .at(at_line(sql, at.line as usize, at.column as usize, 1))
            .hint("a long chain of `or` is `in (…)`; a long chain of `union` is `values (…), (…)`")),
    }
}

/// Where a chain of operators gets longer than may be. A comma begins a new one, but not for `union` and its like; brackets have
/// chains of their own. A text that is no SQL is left to the parser, which can say why.
fn too_deep(sql: &str) -> Option<Location> {
    let tokens = Tokenizer::new(&GenericDialect {}, sql).tokenize_with_location().ok()?;
    let mut levels = Vec::new();
    let mut chain = Chain::default();
    for token in &tokens {
        match &token.token {
            Token::LParen | Token::LBracket => levels.push(std::mem::take(&mut chain)),
            Token::RParen | Token::RBracket => chain = levels.pop().unwrap_or_default(),
            Token::Comma => chain.operators = 0,
            Token::Word(word) => match word.keyword {
                Keyword::UNION | Keyword::INTERSECT | Keyword::EXCEPT | Keyword::MINUS | Keyword::JOIN => {
                    chain.sets += 1
                }
                Keyword::AND
                | Keyword::OR
                | Keyword::XOR
                | Keyword::AT
                | Keyword::DIV
                | Keyword::COLLATE
                | Keyword::OVERLAPS
                | Keyword::SIMILAR
                | Keyword::BETWEEN
                | Keyword::IN
                | Keyword::NOT
                | Keyword::IS
                | Keyword::LIKE
                | Keyword::ILIKE => {
                    chain.operators += 1;
                }
                _ => {}
            },
            Token::Whitespace(_) | Token::Period | Token::Number(..) | Token::SingleQuotedString(_) => {}
            _ => chain.operators += 1,
        }
        if chain.operators + chain.sets > DEEPEST {
            return Some(token.span.start);
        }
    }
    None
}

/// What follows on each other at one level of brackets.
#[derive(Default)]
struct Chain {
    operators: usize,
    sets: usize,
}

/// Refuses a statement that is anything but a query, or an explanation of one.
///
/// # Errors
/// It writes, defines or sets, or is of a kind that nobody has thought about.
pub fn only_asks(statement: &Statement) -> Result<(), Diagnostic> {
    let asks = match statement {
        Statement::Statement(statement) => is_query(statement),
        Statement::Explain(explain) => return only_asks(&explain.statement),
        Statement::CreateExternalTable(_) | Statement::CopyTo(_) | Statement::Reset(_) => false,
    };
    if asks { Ok(()) } else { Err(refused()) }
}

fn is_query(statement: &ast::Statement) -> bool {
    match statement {
        ast::Statement::Query(query) => only_selects(query),
        ast::Statement::ExplainTable { .. } => true,
        ast::Statement::Explain { statement, .. } => is_query(statement),
        _ => false,
    }
}

/// Whether neither the query nor one of its `with` steps is a statement that changes something.
fn only_selects(query: &ast::Query) -> bool {
    use ast::SetExpr::{Delete, Insert, Merge, Update};
    let steps = query.with.iter().flat_map(|with| &with.cte_tables);
    !matches!(*query.body, Insert(_) | Update(_) | Delete(_) | Merge(_))
        && steps.map(|step| &step.query).all(|step| only_selects(step))
}

/// Refuses a plan that does anything but read.
///
/// # Errors
/// It writes, defines or sets, at any depth.
pub fn only_reads(plan: &LogicalPlan) -> Result<(), Diagnostic> {
    let nothing = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
    nothing.verify_plan(plan).map_err(|_| refused())
}

fn refused() -> Diagnostic {
    Diagnostic::error("only queries are allowed here, and this statement writes, defines or sets")
        .hint("begin with `select` or `with`")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_deep(sql: &str) -> bool {
        too_deep(sql).is_some()
    }

    #[test]
    fn chains_are_counted_and_lists_are_not() {
        let times = |part: &str, times: usize| part.repeat(times);
        assert!(is_deep(&format!("select {}1", times("1 + ", 1001))));
        assert!(
            is_deep(&format!("select {}1", times("f(1, 2) || ", 1001))),
            "commas of a call do not break a chain"
        );
        assert!(
            is_deep(&times("select 1, 2 union all ", 1001)),
            "commas of a list do not break a chain of unions"
        );
        assert!(!is_deep(&format!("select {}1", times("1 + ", 1000))));
        assert!(!is_deep(&format!("select 1 in ({}1)", times("1, ", 50_000))));
        assert!(!is_deep(&format!("select {}1", times("count(*) filter (where a = 'yes') as n, ", 5_000))));
        assert!(is_deep(&format!("select true{}", times(" xor true", 1001))));
        assert!(is_deep(&format!("select now(){}", times(" at time zone 'UTC'", 1001))));
        assert!(!is_deep(") ) ' no SQL"));
    }
}
