//! What is wrong, as PostgreSQL's clients expect it: SQLSTATE, message, detail, hint, place.
//!
//! In: a fault of the engine and the SQL that it is about. Out: the fields of an error response, in the words that `restudy ask`
//! has for it.

use datafusion::common::{DataFusionError, SchemaError};
use datafusion::sql::sqlparser::parser::ParserError;
use pgwire::error::{ErrorInfo, PgWireError};
use pgwire::messages::response::NoticeResponse;
use restudy::diagnostic::Diagnostic;
use restudy::engine::{Session, Sql};

/// An error that leaves the session alive.
pub(super) fn error(code: &str, message: impl Into<String>) -> PgWireError {
    PgWireError::UserError(Box::new(ErrorInfo::new("ERROR".to_owned(), code.to_owned(), message.into())))
}

/// The same, with what to do.
pub(super) fn with_hint(code: &str, message: impl Into<String>, hint: &str) -> PgWireError {
    let mut info = ErrorInfo::new("ERROR".to_owned(), code.to_owned(), message.into());
    info.hint = Some(hint.to_owned());
    PgWireError::UserError(Box::new(info))
}

/// The same error, after which the session ends.
pub(super) fn fatal(fault: PgWireError) -> PgWireError {
    match fault {
        PgWireError::UserError(mut info) => {
            info.severity = "FATAL".to_owned();
            PgWireError::UserError(info)
        }
        other => other,
    }
}

/// What the engine says is wrong with `text`.
pub(super) fn told(fault: &DataFusionError, engine: &Session, text: &str) -> PgWireError {
    let code = sqlstate(fault);
    if code == "53200" {
        return with_hint(
            code,
            "the query needs more memory than it may use",
            "ask for less at a time, or start the server with a larger --memory",
        );
    }
    drawn(code, &engine.told(fault, Sql::typed(text)), text)
}

/// A fault of the parser, whose place stands in its words.
pub(super) fn syntax(message: &str, text: &str) -> PgWireError {
    let message = message.trim_start_matches("sql parser error: ");
    let (words, at) = message.rsplit_once(" at Line: ").map_or((message, None), |(w, at)| (w, Some(at)));
    let mut info =
        ErrorInfo::new("ERROR".to_owned(), "42601".to_owned(), format!("this is not SQL: {}", words.trim()));
    info.position = at.and_then(|at| {
        let (line, column) = at.split_once(", Column: ")?;
        position(text, line.trim().parse().ok()?, column.trim().parse().ok()?)
    });
    PgWireError::UserError(Box::new(info))
}

/// A fault that is told already, with a code.
pub(super) fn drawn(code: &str, fault: &Diagnostic, text: &str) -> PgWireError {
    let mut info = info("ERROR", code, fault);
    info.position =
        fault.place.as_ref().and_then(|place| position(text, place.line?, place.column.unwrap_or(1)));
    PgWireError::UserError(Box::new(info))
}

/// A warning, beside which there is an answer.
pub(super) fn notice(warning: &Diagnostic) -> NoticeResponse {
    info("WARNING", "01000", warning).into()
}

fn info(severity: &str, code: &str, fault: &Diagnostic) -> ErrorInfo {
    let joined = |lines: &[String]| (!lines.is_empty()).then(|| lines.join("\n"));
    let mut info = ErrorInfo::new(severity.to_owned(), code.to_owned(), fault.message.clone());
    info.detail = joined(&fault.notes);
    info.hint = joined(&fault.hints);
    info
}

/// Characters from the beginning of the text to line and column, all counted from 1.
fn position(text: &str, line: usize, column: usize) -> Option<String> {
    let before = text.split_inclusive('\n').take(line.checked_sub(1)?).map(|line| line.chars().count());
    Some((before.sum::<usize>() + column).to_string())
}

/// PostgreSQL's code for a fault.
fn sqlstate(fault: &DataFusionError) -> &'static str {
    match fault.find_root() {
        DataFusionError::ResourcesExhausted(_) => "53200",
        DataFusionError::SQL(parser, _) if matches!(**parser, ParserError::RecursionLimitExceeded) => "54001",
        DataFusionError::SQL(..) => "42601",
        DataFusionError::SchemaError(schema, _) => match schema.as_ref() {
            SchemaError::FieldNotFound { .. } => "42703",
            SchemaError::AmbiguousReference { .. } => "42702",
            SchemaError::DuplicateQualifiedField { .. } | SchemaError::DuplicateUnqualifiedField { .. } => {
                "42701"
            }
        },
        DataFusionError::NotImplemented(_) => "0A000",
        root => {
            let words = root.strip_backtrace().to_lowercase();
            let has = |part: &str| words.contains(part);
            if has("table '") && has("not found") {
                "42P01"
            } else if has("function")
                && (has("invalid function") || has("not found") || has("no function matches"))
            {
                "42883"
            } else if has("divide by zero") {
                "22012"
            } else if has("overflow") {
                "22003"
            } else if has("cannot cast") || has("cast error") || has("parser error") {
                "22P02"
            } else {
                match root {
                    DataFusionError::Plan(_) | DataFusionError::Configuration(_) => "42000",
                    DataFusionError::Execution(_) | DataFusionError::ArrowError(..) => "22000",
                    _ => "XX000",
                }
            }
        }
    }
}
