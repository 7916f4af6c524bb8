//! What a client may say: queries, and the few commands that clients cannot do without.
//!
//! In: the text of a message. Out: [`Command`]s, one for each statement.
//!
//! - A list of what is allowed, not of what is forbidden: a statement that this file does not name is refused.
//! - All statements of a text are judged before any is run.
//! - Places in the text are kept, so that a fault can name them; they are lost in questions to the catalogue, which
//!   are rewritten.
//!
//! It plans nothing: what a query's plan may hold is judged again in `queries.rs`.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    DescribeAlias, DiscardObject, Expr, Query, Reset, ResetStatement, Set, SetExpr, Statement, Value, Visit,
    Visitor,
};
use datafusion::sql::sqlparser::dialect::{GenericDialect, PostgreSqlDialect};
use datafusion::sql::sqlparser::parser::{Parser, ParserError};
use datafusion_postgres::datafusion_pg_catalog::sql::PostgresCompatibilityParser;
use pgwire::error::{PgWireError, PgWireResult};

use restudy::engine::{Sql, is_readable};

use super::fault::{drawn, error, with_hint};
use super::habits::said_otherwise;

/// A statement that is allowed.
#[derive(Clone, Debug)]
pub(super) enum Command {
    /// A query, or the plan of one.
    Query(Box<Statement>),
    /// `set name = value`; without a value, back to what it was.
    Set(String, Option<String>),
    /// `show name`; `all` is all of them.
    Show(String),
    /// Something that changes nothing here; its tag.
    Nothing(&'static str),
    /// A transaction begins.
    Begin,
    /// It ends.
    Commit,
    /// It ends, or goes back to a savepoint within it.
    Rollback,
    /// A savepoint is gone back to.
    RollbackTo,
    /// A prepared statement, or all, is forgotten.
    Deallocate(Option<String>),
    /// Settings and prepared statements are forgotten.
    DiscardAll,
}

/// Words with which a statement that may be allowed begins.
const BEGINNINGS: [&str; 20] = [
    "select",
    "with",
    "values",
    "table",
    "explain",
    "describe",
    "desc",
    "set",
    "reset",
    "show",
    "begin",
    "start",
    "commit",
    "end",
    "rollback",
    "abort",
    "savepoint",
    "release",
    "deallocate",
    "discard",
];

/// Statements that PostgreSQL has and that read only, but that are not offered.
const NOT_OFFERED: [&str; 8] =
    ["declare", "fetch", "move", "close", "prepare", "execute", "listen", "unlisten"];

/// Reads the text of a message.
///
/// # Errors
/// It is not SQL, or says what is not allowed.
pub(super) fn read(text: &str, compatible: &PostgresCompatibilityParser) -> PgWireResult<Vec<Command>> {
    is_readable(Sql::typed(text)).map_err(|fault| drawn("54001", &fault, text))?;
    let first = first_word(text);
    if !first.is_empty() && !BEGINNINGS.contains(&first.as_str()) {
        return Err(refused(&first));
    }
    let parsed = if asks_the_catalogue(text) { compatible.parse(&said_otherwise(text)) } else { parse(text) };
    parsed.map_err(|fault| not_sql(&fault, text))?.into_iter().map(command).collect()
}

fn parse(text: &str) -> Result<Vec<Statement>, ParserError> {
    // `abort` is PostgreSQL's other word for `rollback`, which the parser does not know.
    if text.trim().trim_end_matches(';').trim_end().eq_ignore_ascii_case("abort") {
        return Ok(vec![Statement::Rollback { chain: false, savepoint: None }]);
    }
    // What `restudy ask` understands is understood here too (`select * exclude (…)`).
    let as_asked = || Parser::new(&GenericDialect {}).try_with_sql(text)?.parse_statements();
    Parser::new(&PostgreSqlDialect {})
        .try_with_sql(text)
        .and_then(|mut parser| parser.parse_statements())
        .or_else(|fault| as_asked().map_err(|_| fault))
}

/// The first word, in lower case, past comments and brackets.
fn first_word(text: &str) -> String {
    let mut rest = text.trim_start();
    loop {
        if let Some(comment) = rest.strip_prefix("--") {
            rest = comment.split_once('\n').map_or("", |(_, rest)| rest).trim_start();
        } else if let Some(comment) = rest.strip_prefix("/*") {
            rest = comment.split_once("*/").map_or("", |(_, rest)| rest).trim_start();
        } else if let Some(inner) = rest.strip_prefix(['(', ';']) {
            rest = inner.trim_start();
        } else {
            return rest
                .chars()
                .take_while(|c| c.is_alphabetic() || *c == '_')
                .flat_map(char::to_lowercase)
                .collect();
        }
    }
}

/// Whether a text speaks of PostgreSQL's own tables and functions: only then is it rewritten.
fn asks_the_catalogue(text: &str) -> bool {
    let text = text.to_lowercase();
    let words = [
        "pg_",
        "information_schema",
        "current_schema",
        "current_user",
        "current_catalog",
        "session_user",
        "current_database",
        "regclass",
        "version",
    ];
    words.iter().any(|word| text.contains(word))
}

fn not_sql(fault: &ParserError, text: &str) -> PgWireError {
    match fault {
        ParserError::RecursionLimitExceeded => {
            with_hint("54001", "the statement is nested too deeply", "write it with fewer levels")
        }
        other => super::fault::syntax(&other.to_string(), text),
    }
}

/// The refusal of a statement that begins with `word`.
fn refused(word: &str) -> PgWireError {
    // A word of SQL is told in capitals, a description as it is.
    let word = if word.contains(' ') { word.to_owned() } else { word.to_uppercase() };
    if NOT_OFFERED.contains(&word.to_lowercase().as_str()) {
        return with_hint(
            "0A000",
            format!("{word} is not offered here"),
            "ask with SELECT; drivers prepare statements by the protocol",
        );
    }
    with_hint(
        "25006",
        format!("{word} is refused: this server reads the study's tables and does nothing else"),
        "ask with SELECT",
    )
}

/// The command that a statement is.
fn command(statement: Statement) -> PgWireResult<Command> {
    Ok(match statement {
        Statement::Query(_) => Command::Query(Box::new(only_reads(statement)?)),
        Statement::Explain { analyze: true, .. } => {
            return Err(with_hint(
                "0A000",
                "EXPLAIN ANALYZE is refused: it would run what it explains",
                "EXPLAIN alone shows the plan",
            ));
        }
        Statement::Explain {
            statement: ref inner,
            ref options,
            format: None,
            query_plan: false,
            estimate: false,
            ..
        } if matches!(**inner, Statement::Query(_)) && options.is_none() => {
            Command::Query(Box::new(only_reads(statement)?))
        }
        Statement::Explain { statement: inner, .. } => {
            return Err(match *inner {
                Statement::Query(_) => {
                    with_hint("0A000", "EXPLAIN has no options here", "write EXPLAIN and the query")
                }
                other => refused(&first_word(&other.to_string())),
            });
        }
        Statement::ExplainTable { describe_alias: DescribeAlias::Describe | DescribeAlias::Desc, .. } => {
            Command::Query(Box::new(statement))
        }
        Statement::Set(set) => setting(set)?,
        Statement::Reset(ResetStatement { reset }) => match reset {
            Reset::ALL => Command::Nothing("RESET"),
            Reset::ConfigurationParameter(name) => Command::Set(name.to_string().to_lowercase(), None),
        },
        Statement::ShowVariable { variable } => {
            let words: Vec<String> = variable.iter().map(|word| word.value.to_lowercase()).collect();
            Command::Show(match words.join(" ").as_str() {
                "time zone" => "timezone".to_owned(),
                "transaction isolation level" => "transaction_isolation".to_owned(),
                "session authorization" => "session_authorization".to_owned(),
                _ => words.join("."),
            })
        }
        Statement::StartTransaction { statements, .. } if statements.is_empty() => Command::Begin,
        Statement::Commit { .. } => Command::Commit,
        Statement::Rollback { savepoint: Some(_), .. } => Command::RollbackTo,
        Statement::Rollback { .. } => Command::Rollback,
        Statement::Savepoint { .. } => Command::Nothing("SAVEPOINT"),
        Statement::ReleaseSavepoint { .. } => Command::Nothing("RELEASE"),
        Statement::Deallocate { name, .. } => {
            Command::Deallocate((!name.value.eq_ignore_ascii_case("all")).then_some(name.value))
        }
        Statement::Discard { object_type: DiscardObject::ALL } => Command::DiscardAll,
        Statement::Discard { .. } => Command::Nothing("DISCARD"),
        other => return Err(refused(&first_word(&other.to_string()))),
    })
}

/// The statement again, if nothing within it writes.
fn only_reads(statement: Statement) -> PgWireResult<Statement> {
    struct Writes;
    impl Visitor for Writes {
        type Break = &'static str;

        fn pre_visit_statement(&mut self, statement: &Statement) -> ControlFlow<&'static str> {
            match statement {
                Statement::Query(_) | Statement::Explain { .. } => ControlFlow::Continue(()),
                _ => ControlFlow::Break("a statement within a query"),
            }
        }

        fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<&'static str> {
            if !query.locks.is_empty() {
                return ControlFlow::Break("FOR UPDATE and its like");
            }
            match query.body.as_ref() {
                SetExpr::Insert(_) | SetExpr::Update(_) | SetExpr::Delete(_) | SetExpr::Merge(_) => {
                    ControlFlow::Break("a statement within a query")
                }
                _ => ControlFlow::Continue(()),
            }
        }

        fn pre_visit_select(
            &mut self,
            select: &datafusion::sql::sqlparser::ast::Select,
        ) -> ControlFlow<&'static str> {
            if select.into.is_some() {
                return ControlFlow::Break("SELECT INTO");
            }
            ControlFlow::Continue(())
        }
    }
    match statement.visit(&mut Writes) {
        ControlFlow::Continue(()) => Ok(statement),
        ControlFlow::Break(what) => Err(refused(what)),
    }
}

/// `set …`, in its many forms.
fn setting(set: Set) -> PgWireResult<Command> {
    let not_this =
        |what: &str| Err(with_hint("25006", format!("{what} is refused"), "SHOW ALL lists what can be set"));
    match set {
        Set::SingleAssignment { variable, values, hivevar: false, .. } => {
            let name = variable.to_string().to_lowercase();
            let words: Vec<String> = values.iter().map(word).collect::<Option<_>>().ok_or_else(|| {
                error("22023", format!("the value of `{name}` is neither a word nor a number"))
            })?;
            let value = words.join(", ");
            Ok(Command::Set(name, (!value.eq_ignore_ascii_case("default")).then_some(value)))
        }
        Set::SetTimeZone { value, .. } => match word(&value) {
            Some(zone) if zone.eq_ignore_ascii_case("default") || zone.eq_ignore_ascii_case("local") => {
                Ok(Command::Set("timezone".to_owned(), None))
            }
            Some(zone) => Ok(Command::Set("timezone".to_owned(), Some(zone))),
            None => Err(error("22023", "the time zone is neither a word nor a number")),
        },
        Set::SetNames { charset_name, .. } => {
            Ok(Command::Set("client_encoding".to_owned(), Some(charset_name.value)))
        }
        Set::SetNamesDefault {} => Ok(Command::Set("client_encoding".to_owned(), None)),
        Set::SetTransaction { .. } => Ok(Command::Nothing("SET")),
        Set::SetRole { role_name: None, .. } => Ok(Command::Nothing("SET")),
        Set::SetRole { .. } => not_this("SET ROLE"),
        Set::SetSessionAuthorization(_) => not_this("SET SESSION AUTHORIZATION"),
        _ => not_this("this form of SET"),
    }
}

/// A word or a number that is the value of a setting.
fn word(value: &Expr) -> Option<String> {
    match value {
        Expr::Value(value) => match &value.value {
            Value::SingleQuotedString(text) | Value::DoubleQuotedString(text) => Some(text.clone()),
            Value::Number(number, _) => Some(number.clone()),
            Value::Boolean(on) => Some(if *on { "on" } else { "off" }.to_owned()),
            _ => None,
        },
        Expr::Identifier(word) => Some(word.value.clone()),
        Expr::UnaryOp { op, expr } if op.to_string() == "-" => word(expr).map(|number| format!("-{number}")),
        _ => None,
    }
}
