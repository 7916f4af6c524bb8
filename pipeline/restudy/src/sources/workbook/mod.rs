//! Workbooks of Excel (`.xlsx`, `.xlsm`) and OpenDocument (`.ods`) as a table.
//!
//! In: the bytes of a file, and what is declared of it: sheet, cells, header. Out: a [`RawTable`] of the text that the
//! cells hold, or all the faults that make the sheet no table.
//!
//! - The sheet is declared, or the only one that holds anything. The first row that holds anything is the header.
//! - A formula cell has its last value; dates and times are ISO text; numbers are as exact as they are stored.
//! - Error values, formulas that were never worked out and merged cells among the answers are faults.
//! - What the archive claims is not believed: sizes are counted, and only cells that hold something take memory.

mod ods;
mod xlsx;

use std::collections::BTreeMap;

use ::csv::StringRecord;

use super::archive::Kind;
use super::header::{self, Named};
use super::table::{MOST_CELLS, Origin, RawTable};
use super::{Described, Faults, shortened};
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::study::{CellRange, Header, Source};

/// A workbook as an archive.
const ARCHIVE: Kind = Kind {
    noun: "workbook",
    largest: 1 << 29,
    most_parts: 10_000,
    smaller: "save its table as CSV",
    nobody: "no program for tables writes this",
    looks_at: |_| true,
    may_be_thin: true,
};

/// Cells that hold something in the largest sheet.
const MOST_HELD: usize = 1 << 24;

/// A cell that holds something.
#[derive(Clone, Debug, PartialEq)]
enum Held {
    Text(String),
    /// An error value, as the program shows it.
    Error(String),
    /// A formula without a value.
    Unworked,
}

/// Row and column, from 0.
type At = (u32, u32);

/// A sheet: its cells that hold something, and its merged ranges.
#[derive(Debug, Default)]
struct Sheet {
    name: String,
    cells: BTreeMap<At, Held>,
    merged: Vec<(At, At)>,
}

/// Where a cell of a sheet is: `column` is counted from `first`.
pub(super) fn place(file: &str, sheet: &str, row: u32, first: u32, column: usize) -> Place {
    let column = usize::try_from(first).unwrap_or(0).saturating_add(column);
    let row = usize::try_from(row).unwrap_or(0) + 1;
    let within = format!("{}!{}{row}", shortened(sheet), letters(column));
    Place::within(file, within, Some(row), Some(column + 1))
}

/// The letters of a column counted from 0: A, B, … Z, AA.
fn letters(column: usize) -> String {
    let mut letters = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        let letter = u8::try_from((rest - 1) % 26).unwrap_or(0);
        letters.insert(0, char::from(b'A' + letter));
        rest = (rest - 1) / 26;
    }
    letters.into_iter().collect()
}

/// The table in `bytes`; warnings come along.
pub(super) fn read(source: &Source, bytes: Vec<u8>) -> Result<(RawTable, Diagnostics), Diagnostics> {
    let file = &source.file;
    let is_open = file.to_ascii_lowercase().ends_with(".ods");
    let mut content = None;
    ARCHIVE.look_through(file, std::io::Cursor::new(&bytes), |part, of_part| {
        match part {
            "content.xml" => content = Some(of_part),
            part if !is_open && part.starts_with("xl/worksheets/") => xlsx::check(source, part, &of_part)?,
            _ => {}
        }
        Ok(())
    })?;
    let sheet = match (is_open, content) {
        (true, Some(content)) => ods::sheet(source, &content)?,
        (true, None) => {
            let fault = Diagnostic::error("the file is no workbook of OpenDocument").at(Place::file(&**file));
            return Err(fault.hint("save it again as `.ods`, or name it as what it is").into());
        }
        (false, _) => xlsx::sheet(source, bytes)?,
    };
    table(source, sheet)
}

/// The sheet that is declared, or the only one that holds anything.
fn chosen(source: &Source, names: &[String], holding: &[String]) -> Result<String, Diagnostics> {
    let file = &source.file;
    let listed = |names: &[String]| {
        let names: Vec<String> = names.iter().map(|name| format!("`{}`", shortened(name))).collect();
        names.join(", ")
    };
    match (&source.sheet, holding) {
        (Some(sheet), _) if names.contains(sheet) => Ok(sheet.clone()),
        (Some(sheet), _) => {
            let fault = Diagnostic::error(format!("there is no sheet `{sheet}`")).at(Place::file(&**file));
            let near = crate::diagnostic::nearest(sheet, names.iter().map(String::as_str));
            Err(match near {
                Some(near) => fault.hint(format!("did you mean `{near}`?")),
                None => fault.hint(format!("its sheets are {}", listed(names))),
            }
            .into())
        }
        (None, [only]) => Ok(only.clone()),
        (None, []) => {
            let fault = Diagnostic::error("the workbook is empty").at(Place::file(&**file));
            Err(fault.hint("export it again, with its header row").into())
        }
        (None, several) => {
            let fault =
                Diagnostic::error(format!("{} sheets hold cells", several.len())).at(Place::file(&**file));
            let hint = format!(
                "declare which in study.toml: `{{ file = \"{file}\", sheet = \"{}\" }}`",
                shortened(&several[0])
            );
            Err(fault.note(format!("they are {}", listed(several))).hint(hint).into())
        }
    }
}

/// The sheet as a table.
fn table(source: &Source, mut sheet: Sheet) -> Result<(RawTable, Diagnostics), Diagnostics> {
    let file = &source.file;
    if let Some(CellRange { from, to }) = source.range {
        let within = |at: &At| (from.0..=to.0).contains(&at.0) && (from.1..=to.1).contains(&at.1);
        sheet.cells.retain(|at, _| within(at));
    }
    let mut rows: Vec<u32> = sheet.cells.keys().map(|at| at.0).collect();
    rows.dedup();
    let first = sheet.cells.keys().map(|at| at.1).min();
    let last = sheet.cells.keys().map(|at| at.1).max();
    let (Some(top), Some(first), Some(last)) = (rows.first().copied(), first, last) else {
        let within = shortened(&sheet.name);
        let fault = Diagnostic::error("the sheet is empty").at(Place::within(&**file, within, None, None));
        return Err(fault.hint("name the sheet and the cells that hold the table").into());
    };
    let width = usize::try_from(last - first).unwrap_or(usize::MAX).saturating_add(1);
    if rows.len().saturating_mul(width) > MOST_CELLS {
        let fault = Diagnostic::error(format!("the sheet has {} rows of {width} cells", rows.len()));
        let hint = "declare the cells that hold the table, `range = \"A1:F200\"`, or save it as CSV";
        return Err(fault.at(place(file, &sheet.name, top, first, 0)).hint(hint).into());
    }
    let mut records: Vec<StringRecord> = Vec::with_capacity(rows.len());
    let mut wrong = Vec::new();
    let mut cells = sheet.cells.iter().peekable();
    for row in &rows {
        let mut record = StringRecord::new();
        for column in first..=last {
            match cells.next_if(|(at, _)| **at == (*row, column)) {
                Some((_, Held::Text(text))) => record.push_field(text),
                Some((at, held)) => {
                    wrong.push((*at, held.clone()));
                    record.push_field("");
                }
                None => record.push_field(""),
            }
        }
        records.push(record);
    }
    let recognised = if source.header.is_none() { header::recognised(&records) } else { None };
    let header = source.header.or(recognised.map(|(_, header)| header)).unwrap_or(Header::Rows(1));
    let height = header::height(header).min(records.len());
    let body = records.split_off(height);
    let Named { names, labels, standing: _ } = header::named(header, &records);
    let rows = rows.split_off(height);
    let describe = |label| Described { label, ..Described::default() };
    let described = labels.into_iter().flatten().map(describe).collect();
    let below = rows.first().copied();
    let origin = Origin::Sheet { name: sheet.name.clone(), header: top, rows, column: first };
    let reasons = source.missing.clone();
    let table = RawTable { file: file.clone(), names, rows: body, origin, described, reasons, written: None };
    let mut told = Diagnostics::new();
    if let Some((tool, header)) = recognised {
        let setting = header::setting(header);
        let hint = format!(
            "if that is right, settle it in study.toml: `{{ file = \"{file}\", header = {setting} }}`"
        );
        let fault = Diagnostic::warning(format!("found, and not declared: {tool}"));
        told.push(fault.at(table.header_start()).hint(hint));
    }
    tell(&table, &sheet, wrong, below, &mut told);
    Ok((table, told))
}

/// Tells cells without a value, and answers that are merged.
fn tell(table: &RawTable, sheet: &Sheet, wrong: Vec<(At, Held)>, below: Option<u32>, told: &mut Diagnostics) {
    let Origin::Sheet { rows, column: first, name, .. } = &table.origin else { return };
    let mut faults = Faults::new(table);
    let index = |at: At| {
        let column = usize::try_from(at.1.checked_sub(*first)?).ok()?;
        Some((rows.binary_search(&at.0).ok()?, column))
    };
    let column_name = |column: usize| shortened(table.names.get(column).map_or("", String::as_str));
    for (at, held) in wrong {
        let what = match &held {
            Held::Error(error) => format!("error value `{}`", shortened(error)),
            _ => "a formula that was never worked out".to_owned(),
        };
        let hint = match held {
            Held::Error(_) => "mend the formula, or leave the cell blank",
            _ => "open the workbook in the program that it is for, and save it there",
        };
        match index(at) {
            Some((row, column)) => {
                let fault = Diagnostic::error(format!("{what} in `{}`", column_name(column)));
                faults.cell(row, column, fault, |f| f.hint(hint));
            }
            None => {
                let at = place(&table.file, name, at.0, at.1, 0);
                faults.other(Diagnostic::error(format!("{what} in the header")).at(at).hint(hint));
            }
        }
    }
    for (from, to) in &sheet.merged {
        let spans = below.is_some_and(|below| to.0 >= below) && (from.0 < to.0 || from.1 < to.1);
        if let Some((row, column)) = index(*from).filter(|_| spans && sheet.cells.contains_key(from)) {
            let fault = Diagnostic::error(format!("merged cells in `{}`", column_name(column)));
            faults.cell(row, column, fault, |f| {
                f.note("only the first of them holds the value, and the others are blank")
                    .hint("unmerge them, and fill in each cell")
            });
        }
    }
    told.extend(faults.finish());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_letters() {
        let of = |column| letters(column);
        assert_eq!(
            [of(0), of(25), of(26), of(701), of(702), of(16_383)],
            ["A", "Z", "AA", "ZZ", "AAA", "XFD"]
        );
    }
}
