//! The format `xlsx`: an Excel workbook that can be read, heard and computed with.
//!
//! In: an answer and where it comes from. Out: a sheet `Answer` with title, base and notes above one Excel table, and a sheet
//! `About` with the SQL, the wave and what is to be known of its data.
//!
//! - The table is defined as one, with a header row that a screen reader announces, that stays in view and that is printed
//!   on every page; the document has a title, an author and a language.
//! - Numbers are numbers, shares have a format in per cent, truths are truths, days and times are Excel's own. A missing
//!   value is an empty cell, and a note says how many there are.
//! - Text is text: a cell that begins with `=` holds that text, and stays so when it is edited.
//! - What Excel cannot hold is kept as text (whole numbers of more than 15 digits, NaN), cut with a warning (text of more
//!   than 32,767 characters), or refused (more than 1,048,576 rows).
//! - The same bytes each time: the wave's date stands for the clock.

mod about;
mod cells;

use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, Table, TableColumn, TableStyle, Workbook, Worksheet,
    XlsxError,
};

use super::columns::{Column, columns};
use super::title::title;
use super::width::width;
use super::{Answer, Origin, Written};
use crate::diagnostic::{Diagnostic, Diagnostics, count};
use cells::{Sheet, Told};

/// Rows and columns of a sheet.
const ROWS: usize = 1_048_576;
const COLUMNS: usize = 16_384;

/// Narrowest and widest columns, in characters.
const WIDTHS: (usize, usize) = (8, 60);

/// Width for texts that stand above the table, which may wrap.
const LINE: usize = 100;

/// The answer as a workbook.
///
/// # Errors
/// It has more rows or columns than a sheet holds.
pub fn xlsx(answer: &Answer, origin: &Origin) -> Result<Written, Diagnostics> {
    let columns = columns(answer)?;
    let top = above(answer, &columns).len() + 3;
    if answer.rows() + top > ROWS || columns.len() > COLUMNS {
        return Err(Diagnostic::error(format!(
            "a sheet holds {ROWS} rows and {COLUMNS} columns, and the answer has {} and {}",
            answer.rows(),
            columns.len()
        ))
        .hint("write it as `parquet` or `csv`, or ask for less: `group by`, `limit`")
        .into());
    }
    let mut warnings = Diagnostics::new();
    let bytes = workbook(answer, origin, &columns, &mut warnings)
        .map_err(|fault| Diagnostic::error(format!("the workbook cannot be made: {fault}")))?;
    Ok(Written { bytes, warnings })
}

/// What stands above the table: whom it is about, notes.
fn above(answer: &Answer, columns: &[Column]) -> Vec<String> {
    let mut lines: Vec<String> = answer.base.iter().map(|base| format!("Base: {base}")).collect();
    lines.extend(answer.notes.iter().cloned());
    let missing: usize = columns.iter().map(Column::missing).sum();
    let blank: usize = columns.iter().map(Column::blank).sum();
    if missing > 0 {
        let are = if missing == 1 { "is" } else { "are" };
        lines.push(format!(
            "{} {are} empty: there is no value (NULL), which is not 0.",
            count(missing, "cell")
        ));
    }
    if blank > 0 {
        let they = if blank == 1 {
            "1 more looks empty, and holds"
        } else {
            &format!("{blank} more look empty, and hold")
        };
        lines.push(format!("{they} a text of no length."));
    }
    lines
}

fn workbook(
    answer: &Answer,
    origin: &Origin,
    columns: &[Column],
    warnings: &mut Diagnostics,
) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let title = title(answer, columns);
    workbook.set_properties(&properties(&title, origin)?);
    let told = answer_sheet(workbook.add_worksheet(), answer, columns, &title)?;
    warnings.extend(told.warning());
    about::sheet(workbook.add_worksheet(), &about::facts(answer, origin, &title))?;
    workbook.save_to_buffer()
}

/// What the file says of itself.
fn properties(title: &str, origin: &Origin) -> Result<DocProperties, XlsxError> {
    let properties = DocProperties::new()
        .set_title(title)
        .set_subject(&origin.study)
        .set_author(&origin.author)
        .set_comment(origin.caution().unwrap_or_default())
        .set_custom_property("Language", origin.locale())
        .set_custom_property("Wave", &origin.wave);
    // A date that cannot be read is told by the study's own checks; the clock must not stand in for it.
    let date = ExcelDateTime::parse_from_str(&origin.published);
    Ok(properties.set_creation_datetime(&date.or_else(|_| ExcelDateTime::from_ymd(1970, 1, 1))?))
}

fn answer_sheet(
    sheet: &mut Worksheet,
    answer: &Answer,
    columns: &[Column],
    title: &str,
) -> Result<Told, XlsxError> {
    sheet.set_name("Answer")?;
    let lines = above(answer, columns);
    sheet.write_string_with_format(0, 0, title, &Format::new().set_bold().set_font_size(14))?;
    for (position, text) in lines.iter().enumerate() {
        sheet.write_string(row(position + 1), 0, text)?;
    }
    let header = lines.len() + 2;
    let names = distinct(columns.iter().map(Column::head));
    let mut told = Told::default();
    for (position, (column, name)) in columns.iter().zip(&names).enumerate() {
        let mut cells = Sheet { sheet, top: header + 1, column: col(position), told: &mut told };
        let widest = cells.write(column, answer.rows())?;
        let wide = widest.max(width(name) + 3).clamp(WIDTHS.0, WIDTHS.1);
        sheet.set_column_width(col(position), wide as f64 + 1.0)?;
    }
    let head = Format::new().set_bold().set_text_wrap().set_align(FormatAlign::Top);
    let heads: Vec<TableColumn> =
        names.iter().map(|name| TableColumn::new().set_header(name).set_header_format(&head)).collect();
    let table = Table::new()
        .set_name("Answer")
        .set_columns(&heads)
        .set_style(TableStyle::Light1)
        .set_alt_text_title(title)
        .set_alt_text(format!("{}; its columns are {}.", count(answer.rows(), "row"), names.join(", ")));
    // A table has at least one row, be it an empty one.
    let last = header + answer.rows().max(1);
    sheet.add_table(row(header), 0, row(last), col(columns.len().saturating_sub(1)), &table)?;
    sheet.set_freeze_panes(row(header + 1), 0)?;
    sheet.set_repeat_rows(row(header), row(header))?;
    sheet.set_print_fit_to_pages(1, 0);
    if columns.len() > 6 {
        sheet.set_landscape();
    }
    Ok(told)
}

/// The names, made different where Excel would take two for one: it has no capitals.
fn distinct(names: impl Iterator<Item = String>) -> Vec<String> {
    let mut taken: Vec<String> = Vec::new();
    names
        .map(|name| {
            let name: String = name.chars().map(|c| if c.is_control() { ' ' } else { c }).take(240).collect();
            let mut candidate = if name.is_empty() { "(no name)".to_owned() } else { name.clone() };
            let mut number = 1;
            while taken.contains(&candidate.to_lowercase()) {
                number += 1;
                candidate = format!("{name} ({number})");
            }
            taken.push(candidate.to_lowercase());
            candidate
        })
        .collect()
}

/// A row's number; all are held against [`ROWS`] first.
fn row(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}

/// A column's number; all are held against [`COLUMNS`] first.
fn col(position: usize) -> u16 {
    u16::try_from(position).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_differ_for_excel() {
        let names = ["n", "N", "n (2)", "", "a\nb"].map(str::to_owned);
        assert_eq!(distinct(names.into_iter()), ["n", "N (2)", "n (2) (2)", "(no name)", "a b"]);
    }
}
