//! `\?`: what the shell knows, as text.

use crate::answer::table;
use crate::shell::USAGE;

/// What there is to type.
pub(super) fn help(width: Option<usize>) -> String {
    let others = [
        ("select …;", "ask in SQL: a statement may have many lines, and ends with `;`"),
        ("@NAME [PARAM=VALUE]", "run a query of the study"),
    ];
    let keys = [
        ("Tab", "complete tables, columns, functions, and labels in quotes"),
        ("Ctrl-C", "clear what is typed; stop a query that runs"),
        ("Ctrl-R, ↑", "look for something typed before"),
    ];
    let commands = USAGE.iter().map(|usage| (format!("{} {}", usage.name, usage.operands), usage.does));
    let owned = |(what, does): (&str, &'static str)| (what.to_owned(), does);
    let all = others.into_iter().map(owned).chain(commands).chain(keys.into_iter().map(owned));
    let rows: Vec<Vec<String>> =
        all.map(|(what, does)| vec![what.trim_end().to_owned(), does.to_owned()]).collect();
    table(&["type".to_owned(), "to".to_owned()], &rows, width)
}
