//! `\d`: tables, and the columns of one, as text.

use crate::answer::table;
use crate::diagnostic::{Diagnostic, Diagnostics, count, nearest};
use crate::shell::{Names, Table};

/// All tables.
pub(super) fn tables(names: &Names, width: Option<usize>) -> String {
    let rows = |results: bool| -> Vec<Vec<String>> {
        let wanted = names.tables.iter().filter(|table| table.is_result == results);
        wanted.map(|table| vec![table.name.clone(), table.rows.to_string(), table.about.clone()]).collect()
    };
    let heads = |first: &str, last: &str| [first, "rows", last].map(str::to_owned);
    let stored = table(&heads("table", "one row is"), &rows(false), width);
    let results = rows(true);
    if results.is_empty() {
        return stored;
    }
    format!("{stored}\n{}", table(&heads("query", "what it answers"), &results, width))
}

/// The columns of the table `name`.
pub(super) fn columns(names: &Names, name: &str, width: Option<usize>) -> Result<String, Diagnostics> {
    let bare = name.trim_matches('"').trim_start_matches('@');
    let Some(found) = names.table(bare) else {
        let fault = Diagnostic::error(format!("there is no table `{bare}`"));
        let fault = match nearest(bare, names.tables.iter().map(|table| table.name.as_str())) {
            Some(near) => fault.hint(format!("did you mean `{near}`? `\\d` lists all")),
            None => fault.hint("`\\d` lists all tables"),
        };
        return Err(fault.into());
    };
    Ok(format!("{}\n\n{}", title(found), table(&heads(found), &rows(found), width)))
}

fn title(found: &Table) -> String {
    let rows = count(found.rows, "row");
    format!("{}: {} ({rows})", found.name, found.about.trim_end_matches('.'))
}

/// Only what there is to say has a column.
fn heads(found: &Table) -> Vec<String> {
    let mut heads = vec!["column", "holds"];
    heads.extend(has_labels(found).then_some("about"));
    heads.extend(has_values(found).then_some("labels or values"));
    heads.into_iter().map(str::to_owned).collect()
}

fn rows(found: &Table) -> Vec<Vec<String>> {
    let (labels, values) = (has_labels(found), has_values(found));
    let row = |column: &crate::shell::Column| {
        let mut row = vec![column.name.clone(), column.holds.clone()];
        row.extend(labels.then(|| column.label.clone().unwrap_or_default()));
        row.extend(values.then(|| shown(&column.values)));
        row
    };
    found.columns.iter().map(row).collect()
}

fn has_labels(found: &Table) -> bool {
    found.columns.iter().any(|column| column.label.is_some())
}

fn has_values(found: &Table) -> bool {
    found.columns.iter().any(|column| !column.values.is_empty())
}

/// The first values, with a sign between them that labels do not have.
fn shown(values: &[String]) -> String {
    const MOST: usize = 8;
    let first = values.iter().take(MOST).map(String::as_str).collect::<Vec<_>>().join(" | ");
    if values.len() > MOST { format!("{first} | … ({} in all)", values.len()) } else { first }
}
