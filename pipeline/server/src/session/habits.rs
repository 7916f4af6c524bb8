//! What well-known clients ask of the catalogue in words that the engine cannot plan, said in words that it can.
//!
//! In: a question to the catalogue. Out: the same, or one with the same answer.
//!
//! It is a list of a few; what it does not know is left as it is.

use std::borrow::Cow;

/// The question, said otherwise where it is known.
pub(super) fn said_otherwise(text: &str) -> Cow<'_, str> {
    let asks = |parts: &[&str]| parts.iter().all(|part| text.contains(part));
    if asks(&["pg_catalog.pg_proc p", "pg_catalog.pg_get_function_arguments(p.oid)"]) {
        return Cow::Owned(list_of_functions(text));
    }
    if asks(&["FROM pg_catalog.pg_roles r", "ARRAY(SELECT b.rolname"]) {
        return Cow::Owned(without_memberships(text));
    }
    Cow::Borrowed(text)
}

/// psql's `\df`: the functions that this program adds. All others are those of the engine, and hundreds.
fn list_of_functions(text: &str) -> String {
    let mut question = "select 'public' as \"Schema\", name as \"Name\", result as \"Result data type\", \
                        arguments as \"Argument data types\", 'func' as \"Type\" from functions()"
        .to_owned();
    // `\df svy*` asks for names that match a regular expression.
    if let Some(pattern) = text.split("p.proname OPERATOR(pg_catalog.~) '").nth(1).and_then(|rest| rest.split('\'').next()) {
        question += &format!(" where name ~ '{pattern}'");
    }
    question + " order by name"
}

/// psql's `\du` and `\dg`: nobody is a member of anything.
fn without_memberships(text: &str) -> String {
    let Some((before, rest)) = text.split_once("ARRAY(SELECT b.rolname") else { return text.to_owned() };
    match rest.split_once(") as memberof") {
        Some((_, after)) => format!("{before}'{{}}' as memberof{after}"),
        None => text.to_owned(),
    }
}
