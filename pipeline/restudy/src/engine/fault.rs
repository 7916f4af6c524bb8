//! What DataFusion says of bad SQL, as a diagnostic: the place in the file, what exists, and the nearest name.

use std::ops::Range;

use datafusion::common::{Column, DataFusionError, SchemaError, Span};

use super::field::{after_a_bracket, unknown_field};
use super::reading::UNBOUNDED;
use super::{Params, Sql};
use crate::diagnostic::{Diagnostic, Place, nearest};

/// Names that SQL may use, each list in alphabetical order but for what it says.
pub(super) struct Known {
    pub tables: Vec<String>,
    /// Aggregates before the others: of two names equally near, the first is meant.
    pub functions: Vec<String>,
    /// Functions that stand in the place of a table.
    pub table_functions: Vec<String>,
}

/// The fault that `error` stands for.
pub(super) fn told(error: &DataFusionError, sql: Sql<'_>, known: &Known) -> Diagnostic {
    let span = error.diagnostic().and_then(|d| d.span);
    let root = error.find_root();
    let message = root.strip_backtrace();
    if let Some(fault) = unknown_field(&message, sql) {
        return fault;
    }
    let diagnostic = match root {
        DataFusionError::SchemaError(schema, _) => unknown_column(schema),
        DataFusionError::SQL(parser, _) => return syntax(&parser.to_string(), sql),
        _ => exhausted(error)
            .or_else(|| unknown_table(error, &known.tables))
            .or_else(|| unknown_table_function(error, &known.table_functions))
            .or_else(|| unknown_function(error, &known.functions))
            .or_else(|| after_a_bracket(&message))
            .unwrap_or_else(|| plain(error)),
    };
    match span {
        Some(span) => diagnostic.at(place(span, sql)),
        // Without a span, a quoted name that occurs only once in the text is the likely place.
        None => {
            let place = match root {
                DataFusionError::SchemaError(schema, _) => column_place(schema, sql),
                _ => named_once(&message, sql),
            };
            diagnostic.at(place.unwrap_or_else(|| Place::file(sql.file)))
        }
    }
}

/// The query wants `$name`, and nobody gave it.
pub(super) fn missing_parameter(name: &str, sql: Sql<'_>, given: &Params) -> Diagnostic {
    let name = name.trim_start_matches('$');
    let diagnostic =
        Diagnostic::error(format!("the parameter `${name}` has no value")).at(parameter_place(name, sql));
    let names: Vec<String> = given.names().map(|name| format!("`${name}`")).collect();
    if names.is_empty() {
        diagnostic.note("no parameters are given")
    } else {
        diagnostic.note(format!("parameters given: {}", names.join(", ")))
    }
}

/// Where `$name` first stands in the query.
pub(super) fn parameter_place(name: &str, sql: Sql<'_>) -> Place {
    let written = format!("${name}");
    match without_comments(sql.text).find(&written) {
        Some(start) => Place::span(sql.file, sql.text, start..start + written.len()),
        None => Place::file(sql.file),
    }
}

fn unknown_column(error: &SchemaError) -> Diagnostic {
    match error {
        SchemaError::FieldNotFound { field, valid_fields } => {
            let table = field.relation.as_ref().map(|table| table.table());
            // Where a table is named, the others' columns were not meant.
            let meant = |column: &&Column| {
                table.is_none() || column.relation.as_ref().map(|table| table.table()) == table
            };
            let mut names: Vec<&str> =
                valid_fields.iter().filter(meant).map(|column| column.name.as_str()).collect();
            names.sort_unstable();
            names.dedup();
            let of = table.map_or_else(String::new, |table| format!(" in `{table}`"));
            let diagnostic = Diagnostic::error(format!("there is no column `{}`{of}", field.name));
            let elsewhere = valid_fields.iter().find(|column| column.name == field.name && !meant(column));
            let diagnostic = match elsewhere.and_then(|column| column.relation.as_ref()) {
                Some(other) => diagnostic.hint(format!("`{}` has one", other.table())),
                None => diagnostic,
            };
            suggest(diagnostic, &field.name, &names, "columns")
        }
        SchemaError::AmbiguousReference { field } => {
            Diagnostic::error(format!("`{}` could be a column of more than one table", field.name))
                .hint(format!("write the table before it: `table.{}`", field.name))
        }
        SchemaError::DuplicateQualifiedField { name, .. }
        | SchemaError::DuplicateUnqualifiedField { name } => {
            Diagnostic::error(format!("two columns have the name `{name}`"))
                .hint("rename one of them with `as`")
        }
    }
}

fn unknown_table(error: &DataFusionError, tables: &[String]) -> Option<Diagnostic> {
    let message = error.find_root().strip_backtrace();
    let (_, rest) = message.split_once("table '")?;
    let (name, rest) = rest.split_once('\'')?;
    if !rest.trim_start().starts_with("not found") {
        return None;
    }
    let name = name.split_once(".public.").map_or(name, |(_catalogue, bare)| bare);
    let names: Vec<&str> = tables.iter().map(String::as_str).collect();
    let fault = Diagnostic::error(format!("there is no table `{name}`"));
    Some(match names_a_file(name) {
        true => fault.hint(ONLY_TABLES),
        false => suggest(fault, name, &names, "tables"),
    })
}

const TOO_LARGE: &str = "it makes values of any size out of nothing, so it is left out";

const ONLY_TABLES: &str =
    "SQL reads the study's tables and nothing else: no file and no address can be named";

/// Whether a function of this name reads files in other engines.
fn reads_files(name: &str) -> bool {
    ["read_", "scan_", "glob", "parquet_", "pg_read", "pg_ls", "lo_"]
        .iter()
        .any(|start| name.starts_with(start))
}

/// Whether somebody meant a file or an address by this name.
fn names_a_file(name: &str) -> bool {
    let endings = [".csv", ".parquet", ".json", ".arrow", ".avro", ".xlsx", ".sav", ".dta", ".txt"];
    name.contains(['/', '\\']) || endings.iter().any(|ending| name.to_lowercase().ends_with(ending))
}

/// The engine counted more memory than the session allows, and had nothing that could go to disk.
fn exhausted(error: &DataFusionError) -> Option<Diagnostic> {
    matches!(error.find_root(), DataFusionError::ResourcesExhausted(_)).then(|| {
        Diagnostic::error("the question needs more memory than it may take")
            .note("a sort, a join or a group of it is too large")
            .hint("ask for less at once: fewer rows, fewer groups, no `cross join`")
    })
}

fn unknown_table_function(error: &DataFusionError, functions: &[String]) -> Option<Diagnostic> {
    let message = error.find_root().strip_backtrace();
    let (_, rest) = message.split_once("table function '")?;
    let (name, _) = rest.split_once('\'')?;
    let names: Vec<&str> = functions.iter().map(String::as_str).collect();
    let fault = Diagnostic::error(format!("there is no function `{name}` that gives a table"));
    let fault = suggest(fault, name, &names, "functions that give tables");
    if UNBOUNDED.contains(&name) {
        return Some(fault.hint(TOO_LARGE));
    }
    Some(if reads_files(name) { fault.hint(ONLY_TABLES) } else { fault })
}

/// DataFusion's own suggestion is not the same from run to run where two names are equally near.
fn unknown_function(error: &DataFusionError, functions: &[String]) -> Option<Diagnostic> {
    let message = error.find_root().strip_backtrace();
    let (_, rest) = message.split_once("Invalid function '")?;
    let (name, _) = rest.split_once('\'')?;
    let fault = Diagnostic::error(format!("there is no function `{name}`"));
    if UNBOUNDED.contains(&name) {
        return Some(fault.hint(TOO_LARGE));
    }
    if reads_files(name) {
        return Some(fault.hint(ONLY_TABLES));
    }
    // Of names equally near the last is taken.
    Some(match nearest(name, functions.iter().rev().map(String::as_str)) {
        Some(near) => fault.hint(format!("did you mean `{near}`?")),
        None => fault,
    })
}

fn suggest(diagnostic: Diagnostic, name: &str, names: &[&str], what: &str) -> Diagnostic {
    let diagnostic = match nearest(name, names.iter().copied()) {
        Some(near) => diagnostic.hint(format!("did you mean `{near}`?")),
        None => diagnostic,
    };
    // Hundreds of names help nobody: of many, only those are listed that are most like it, the nearest first.
    const LIKE: usize = 12;
    let mut listed: Vec<&str> = names.to_vec();
    let more = if listed.len() > LIKE { listed.len() - LIKE } else { 0 };
    if more > 0 {
        listed.sort_by(|a, b| strsim::jaro_winkler(b, name).total_cmp(&strsim::jaro_winkler(a, name)));
        listed.truncate(LIKE);
    }
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    if listed.is_empty() {
        diagnostic.note(format!("there are no {what}"))
    } else {
        diagnostic.note(format!("{what}: {}{rest}", listed.join(", ")))
    }
}

/// The parser tells its place in words only: `…, found: frm at Line: 3, Column: 12`.
fn syntax(message: &str, sql: Sql<'_>) -> Diagnostic {
    let message = message.trim_start_matches("sql parser error: ").trim_start_matches("ParserError(\"");
    let message = message.trim_end_matches("\")");
    let (words, at) = match message.rsplit_once(" at Line: ") {
        Some((words, at)) => (words, Some(at)),
        None => (message, None),
    };
    let numbers = at.and_then(|at| {
        let (line, column) = at.split_once(", Column: ")?;
        let column: String = column.chars().take_while(char::is_ascii_digit).collect();
        Some((line.trim().parse::<usize>().ok()?, column.parse::<usize>().ok()?))
    });
    let diagnostic = Diagnostic::error(format!("this is not SQL: {}", lower_first(words.trim())));
    match numbers {
        Some((line, column)) => {
            let length = words.rsplit_once("found: ").map_or(1, |(_, found)| found.chars().count());
            diagnostic.at(at_line(sql, line, column, length))
        }
        None => diagnostic.at(Place::file(sql.file)),
    }
}

fn plain(error: &DataFusionError) -> Diagnostic {
    let all = error.find_root().strip_backtrace();
    if all.contains("only supports a single SQL statement") {
        return Diagnostic::error("there is more than one statement").hint("a query is one statement");
    }
    if all.contains("No SQL statements were provided") {
        return Diagnostic::error("there is no SQL in the text");
    }
    let told = error.diagnostic();
    let message = told.map_or(all, |told| told.message.clone());
    // Nobody who writes SQL is to file a fault of the engine's code.
    let message = message.split("This issue was likely caused by").next().unwrap_or(&message).trim_end();
    let message = message
        .trim_start_matches("Internal error: ")
        .trim_start_matches("Error during planning: ")
        .trim_start_matches("Execution error: ")
        .trim_start_matches("Arrow error: ")
        .trim_start_matches("Cast error: ")
        .trim_end_matches('.');
    let mut diagnostic = Diagnostic::error(lower_first(message));
    if message.to_lowercase().contains("divide by zero") {
        diagnostic =
            diagnostic.hint("write `nullif(…, 0)` round the divisor, so that there is no value instead");
    }
    for note in told.iter().flat_map(|told| &told.notes) {
        diagnostic = diagnostic.note(lower_first(&note.message));
    }
    for help in told.iter().flat_map(|told| &told.helps) {
        diagnostic = diagnostic.hint(lower_first(&help.message));
    }
    diagnostic
}

fn place(span: Span, sql: Sql<'_>) -> Place {
    let (line, column) = (span.start.line as usize, span.start.column as usize);
    let length =
        if span.end.line == span.start.line { (span.end.column as usize).saturating_sub(column) } else { 1 };
    at_line(sql, line, column, length)
}

pub(super) fn at_line(sql: Sql<'_>, line: usize, column: usize, length: usize) -> Place {
    if line == 0 {
        return Place::file(sql.file);
    }
    let excerpt = sql.text.lines().nth(line - 1).map(str::to_owned);
    Place { length: length.max(1), excerpt, ..Place::at(sql.file, line, column.max(1)) }
}

/// Names in an `order by` come without a span, and there is seldom anything after it: the name's last place is meant.
fn column_place(error: &SchemaError, sql: Sql<'_>) -> Option<Place> {
    let name = match error {
        SchemaError::FieldNotFound { field, .. } | SchemaError::AmbiguousReference { field } => &field.name,
        _ => return None,
    };
    let range = words(&without_comments(sql.text), name).pop()?;
    Some(Place::span(sql.file, sql.text, range))
}

fn named_once(message: &str, sql: Sql<'_>) -> Option<Place> {
    let code = without_comments(sql.text);
    message
        .split(['\'', '`', '"'])
        .skip(1)
        .step_by(2)
        .map(|name| name.rsplit('.').next().unwrap_or(name))
        .filter(|name| !name.is_empty())
        .find_map(|name| {
            let mut found = code.match_indices(name);
            match (found.next(), found.next()) {
                (Some((start, _)), None) => Some(Place::span(sql.file, sql.text, start..start + name.len())),
                _ => None,
            }
        })
}

/// The text with the comments blanked out, every byte of the rest where it was.
pub(crate) fn without_comments(text: &str) -> String {
    text.split_inclusive('\n')
        .map(|line| match line.find("--") {
            Some(at) => {
                let blank: String = line[at..].bytes().map(|b| if b == b'\n' { '\n' } else { ' ' }).collect();
                format!("{}{blank}", &line[..at])
            }
            None => line.to_owned(),
        })
        .collect()
}

/// Where `word` stands in `code`, not as a part of another word.
pub(crate) fn words(code: &str, word: &str) -> Vec<Range<usize>> {
    let inside = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    code.match_indices(word)
        .map(|(start, found)| start..start + found.len())
        .filter(|range| {
            !inside(code[..range.start].chars().next_back()) && !inside(code[range.end..].chars().next())
        })
        .collect()
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        // `SELECT …` and other words in capitals stay.
        Some(first) if !chars.clone().next().is_some_and(char::is_uppercase) => {
            first.to_lowercase().chain(chars).collect()
        }
        _ => text.to_owned(),
    }
}
