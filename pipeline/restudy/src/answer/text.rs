//! The format `table`: for reading, in a terminal or a pipe.

use super::cells::{Cells, Digits};
use super::columns::{Column, columns};
use super::table::paragraph;
use super::{Answer, aligned};
use crate::diagnostic::{Diagnostics, count};

/// The answer as a table in text: its title above; under it how many rows there are, whom they are about, notes. `fit` is the
/// width of the terminal; nothing is narrowed where there is none. The line with the number of rows always ends the table,
/// so that one which was cut on its way can be told from a whole one.
pub(super) fn text(answer: &Answer, fit: Option<usize>) -> Result<String, Diagnostics> {
    let columns = columns(answer)?;
    let heads: Vec<String> = columns.iter().map(Column::head).collect();
    let right: Vec<bool> = columns.iter().map(|column| column.kind.is_number()).collect();
    let rows = rows(&columns, answer.rows())?;
    let mut out = String::new();
    if let Some(title) = &answer.title {
        out += &format!("{}\n", paragraph(title, fit));
    }
    out += &aligned(&heads, &rows, &right, fit);
    out += &format!("({})\n", count(answer.rows(), "row"));
    if let Some(base) = &answer.base {
        out += &paragraph(&format!("Base: {base}"), fit);
    }
    out.extend(answer.notes.iter().map(|note| paragraph(note, fit)));
    Ok(out)
}

/// The cells of all rows as a person reads them.
pub(super) fn rows(columns: &[Column], rows: usize) -> Result<Vec<Vec<String>>, Diagnostics> {
    let cells: Vec<Cells> =
        columns.iter().map(|column| Cells::new(column, Digits::Printed)).collect::<Result<_, _>>()?;
    Ok((0..rows).map(|row| cells.iter().map(|cells| cells.shown(row)).collect()).collect())
}
