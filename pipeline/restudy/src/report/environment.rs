//! The template engine, set up for Typst: strict, bounded, and with no file but the study's templates.
//!
//! A value that a template prints becomes a string expression of Typst; lists, maps and bare numbers are refused.

use minijinja::value::{Value, ValueKind};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, Output, State, UndefinedBehavior};

use crate::diagnostic::{Diagnostic, Diagnostics, Place};

use super::escape::expression;
use super::line_map::{Marks, plain};
use super::scan::{Kind, pieces};
use super::templates::{Templates, source_path};

/// Name of the escaping for Typst.
const TYPST: &str = "typst";

/// Work that one report may cost: a report of 100 pages takes about a hundredth of it.
const FUEL: u64 = 50_000_000;

/// Filters of the engine with which a text could pass for markup, or cut itself out of its quotes.
const UNSAFE: [&str; 4] = ["safe", "tojson", "replace", "reverse"];

/// An environment without functions, and with no template yet.
pub fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    environment.set_recursion_limit(50);
    environment.set_debug(true);
    environment.set_auto_escape_callback(|_| AutoEscape::Custom(TYPST.into()));
    environment.set_formatter(print);
    for filter in UNSAFE {
        environment.remove_filter(filter);
    }
    environment
}

/// Adds all templates, marked for the line map.
///
/// # Errors
/// Those that do not parse, all of them.
pub fn add_templates(
    environment: &mut Environment<'static>,
    templates: &Templates,
    marks: &mut Marks,
) -> Result<(), Diagnostics> {
    let mut faults = Diagnostics::new();
    for (name, source) in &templates.sources {
        let marked = marks.add(name, source);
        if let Err(e) = environment.add_template_owned(name.clone(), marked) {
            faults.push(diagnostic(&e, templates));
        }
    }
    faults.or(()).map(|((), _)| ())
}

fn print(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    let escaped = matches!(state.auto_escape(), AutoEscape::Custom(name) if name == TYPST);
    match value.kind() {
        ValueKind::Undefined => Err(Error::from(ErrorKind::UndefinedError)),
        ValueKind::None => Ok(()),
        ValueKind::String if escaped && !value.is_safe() => {
            Ok(out.write_str(&expression(&value.to_string()))?)
        }
        ValueKind::String => Ok(out.write_str(&value.to_string())?),
        ValueKind::Number => Err(Error::new(
            ErrorKind::InvalidOperation,
            "a number is printed by its name: {{ num(\"query[row].column\") }}",
        )),
        kind => Err(Error::new(ErrorKind::InvalidOperation, format!("a {kind} cannot be printed"))),
    }
}

/// An error of the template engine, at its place in the template as it was written.
pub fn diagnostic(error: &Error, templates: &Templates) -> Diagnostic {
    // The innermost cause is the one that says something; the outer ones tell who included whom.
    let mut inner = error;
    let mut chain = Vec::new();
    while let Some(cause) = std::error::Error::source(inner).and_then(|s| s.downcast_ref::<Error>()) {
        chain.push(inner);
        inner = cause;
    }
    let mut message = inner.kind().to_string();
    if let Some(detail) = inner.detail() {
        message = format!("{message}: {detail}");
    }
    let mut diagnostic = Diagnostic::error(plain(&message));
    if let Some((name, line)) = inner.name().zip(inner.line()) {
        diagnostic = diagnostic.at(place(name, line, inner, templates));
    }
    for outer in chain.iter().rev() {
        if let Some((name, line)) = outer.name().zip(outer.line()) {
            diagnostic = diagnostic.note(format!("included at {}:{line}", source_path(name)));
        }
    }
    diagnostic
}

fn place(name: &str, line: usize, error: &Error, templates: &Templates) -> Place {
    let file = source_path(name);
    let Some(source) = templates.sources.get(name) else { return Place::file(file) };
    let before: usize = source.split_inclusive('\n').take(line - 1).map(str::len).sum();
    let text = source[before..].lines().next().unwrap_or("");
    // The engine saw marks before this line; without them the place is that of the study's own file.
    let span = error.range().zip(error.template_source()).and_then(|(range, marked)| {
        let start = plain(marked.get(..range.start)?).len();
        Some(start..start + plain(marked.get(range)?).len())
    });
    let tag = || {
        pieces(source).into_iter().find(|p| p.kind != Kind::Literal && p.span.end > before).map(|p| p.span)
    };
    match span.filter(|s| s.start >= before && s.start <= before + text.len()).or_else(tag) {
        Some(span) if span.start >= before && span.start <= before + text.len() => {
            Place::span(file, source, span)
        }
        _ => Place::span(file, source, before..before + text.trim_end().len()),
    }
}
