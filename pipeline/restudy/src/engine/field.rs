//! What is said of a field that a struct does not have.
//!
//! In: what the planner says, which names the field and neither its place nor the struct. Out: a fault at the place where the field
//! is asked for, and how SQL asks for what is meant: most of what a design says is a field of `design_place(design)`.

use std::ops::Range;

use super::Sql;
use super::fault::{without_comments, words};
use super::names::fields_of_results;
use super::svy::asked_of_place;
use crate::diagnostic::{Diagnostic, Place, nearest};

/// The fault, if that is what `message` is about.
pub(super) fn unknown_field(message: &str, sql: Sql<'_>) -> Option<Diagnostic> {
    let (_, rest) = message.split_once("Field ")?;
    let (name, _) = rest.split_once(" not found in ")?;
    let code = without_comments(sql.text).to_ascii_lowercase();
    let asked = asked(&code, &name.to_ascii_lowercase());
    let of_a_design = asked.iter().find(|(_, of)| is_design(of));
    let likely = of_a_design.or(match asked.as_slice() {
        [only] => Some(only),
        _ => None,
    });
    let place = likely.map(|(range, _)| Place::span(sql.file, sql.text, range.clone()));
    let at = place.unwrap_or_else(|| Place::file(sql.file));
    let Some((_, design)) = of_a_design else {
        let known = fields_of_results();
        let fault = Diagnostic::error(format!("there is no field `{name}`")).at(at);
        let near = nearest(name, known.iter().map(String::as_str));
        return Some(match near.filter(|near| *near != name) {
            Some(near) => fault.hint(format!("did you mean `{near}`?")),
            None => fault,
        });
    };
    let fault = Diagnostic::error(format!("`{design}` has no field `{name}`"))
        .at(at)
        .note("a design has the fields `weight`, `place`, and in some samples `unit`");
    Some(match asked_of_place(design, name) {
        Some(call) => {
            fault.hint(format!("write `{call}`: docs/design.md says what else `design_place` gives"))
        }
        None => {
            fault.hint(format!("`design_place({design})` gives what `place` says, as fields: docs/design.md"))
        }
    })
}

/// A field of what stands in brackets or is called is asked for in square brackets: the parser takes no other way.
pub(super) fn after_a_bracket(message: &str) -> Option<Diagnostic> {
    let (_, rest) = message.split_once("Dot access not supported for non-string expr: Identifier(")?;
    let (_, rest) = rest.split_once("value: \"")?;
    let (name, _) = rest.split_once('"')?;
    Some(
        Diagnostic::error(format!("`.{name}` cannot follow a bracket"))
            .hint(format!("write `['{name}']` in its place")),
    )
}

/// Where the field `name` is asked for, and of what: `design.name`, `r.design.name`, `design['name']`.
fn asked<'a>(code: &'a str, name: &str) -> Vec<(Range<usize>, &'a str)> {
    let of = |range: Range<usize>| {
        let before = &code[..range.start];
        let before = ["['", ".\"", "."].into_iter().find_map(|sign| before.strip_suffix(sign))?;
        let inside = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
        let start = before.trim_end_matches(inside).len();
        Some((range, &before[start..]))
    };
    words(code, name).into_iter().filter_map(of).collect()
}

/// Whether a column of this name is one that the store makes of a design.
fn is_design(column: &str) -> bool {
    let name = column.rsplit('.').next().unwrap_or(column);
    name == "design" || name.starts_with("design_")
}
