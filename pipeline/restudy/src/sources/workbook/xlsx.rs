//! The sheet of a workbook of Excel.

use std::io::Cursor;

use calamine::{DataRef, ExcelDateTime, Reader, SheetType, SheetVisible, Xlsx, XlsxError};

use super::{Held, MOST_HELD, Sheet, chosen};
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::sources::{calendar, shortened};
use crate::study::Source;

/// Checks the cells that `content`, a part with a sheet, names: the reader multiplies them out of bounds.
pub(super) fn check(source: &Source, part: &str, content: &[u8]) -> Result<(), Diagnostics> {
    for name in [&b" r=\""[..], b" ref=\""] {
        let mut rest = content;
        while let Some(at) = rest.windows(name.len()).position(|window| window == name) {
            rest = &rest[at + name.len()..];
            let length = rest.iter().take(40).position(|b| *b == b'"').unwrap_or(0);
            if !rest[..length].split(|b| *b == b':').all(is_reference) {
                let cell = String::from_utf8_lossy(&rest[..length]).into_owned();
                let fault = Diagnostic::error(format!("no cell has the name `{}`", shortened(&cell)));
                let place = Place::within(&*source.file, shortened(part), None, None);
                return Err(fault
                    .at(place)
                    .hint("open it in Excel or LibreOffice, and save it again")
                    .into());
            }
        }
    }
    Ok(())
}

/// Whether `name` is a row, a column or a cell that a sheet can have.
fn is_reference(name: &[u8]) -> bool {
    let digits = name.iter().position(u8::is_ascii_digit).unwrap_or(name.len());
    let (letters, digits) = name.split_at(digits);
    let row = std::str::from_utf8(digits).ok().and_then(|digits| digits.parse::<u32>().ok());
    !name.is_empty()
        && letters.len() <= 3
        && letters.iter().all(u8::is_ascii_uppercase)
        && (digits.is_empty() || row.is_some_and(|row| (1..=1 << 20).contains(&row)))
}

/// The sheet of `bytes` that is declared, or the only visible one that holds anything. What the reader of the format
/// cannot take is told, and does not end the program.
pub(super) fn sheet(source: &Source, bytes: Vec<u8>) -> Result<Sheet, Diagnostics> {
    let read = std::panic::catch_unwind(|| read(source, bytes));
    read.unwrap_or_else(|_| {
        let fault = Diagnostic::error("the workbook is damaged").at(Place::file(&*source.file));
        Err(fault.hint("open it in Excel or LibreOffice, and save it again").into())
    })
}

fn read(source: &Source, bytes: Vec<u8>) -> Result<Sheet, Diagnostics> {
    let broken = |reason: XlsxError| -> Diagnostics {
        let fault = Diagnostic::error("the workbook cannot be read").at(Place::file(&*source.file));
        fault.note(reason.to_string()).hint("open it in Excel or LibreOffice, and save it again").into()
    };
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(broken)?;
    let sheets = book.sheets_metadata().to_vec();
    let of_cells = sheets.iter().filter(|sheet| sheet.typ == SheetType::WorkSheet);
    let names: Vec<String> = of_cells.clone().map(|sheet| sheet.name.clone()).collect();
    let mut holding = Vec::new();
    if source.sheet.is_none() {
        for sheet in of_cells.filter(|sheet| sheet.visible == SheetVisible::Visible) {
            if holds_cells(&mut book, &sheet.name).map_err(broken)? {
                holding.push(sheet.name.clone());
            }
        }
    }
    let name = chosen(source, &names, &holding)?;
    let mut sheet = Sheet { name, ..Sheet::default() };
    let merged = book.merge_cells_by_sheet_name(&sheet.name).map_err(broken)?;
    sheet.merged = merged.iter().map(|range| (range.start, range.end)).collect();
    let is_1904 = book.has_1904_epoch();
    let mut cells = book.worksheet_cells_reader(&sheet.name).map_err(broken)?;
    while let Some(cell) = cells.next_cell_with_formula_metadata().map_err(broken)? {
        if let Some(held) = held(&cell.value, cell.formula.is_some(), is_1904) {
            sheet.cells.insert(cell.pos, held);
        }
        if sheet.cells.len() > MOST_HELD {
            let fault = Diagnostic::error(format!("the sheet has more than {MOST_HELD} cells"));
            return Err(fault.at(Place::file(&*source.file)).hint("save it as CSV").into());
        }
    }
    Ok(sheet)
}

fn holds_cells(book: &mut Xlsx<Cursor<Vec<u8>>>, sheet: &str) -> Result<bool, XlsxError> {
    let mut cells = book.worksheet_cells_reader(sheet)?;
    while let Some(cell) = cells.next_cell()? {
        if held(cell.get_value(), false, false).is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What a cell holds, if anything.
fn held(value: &DataRef<'_>, is_formula: bool, is_1904: bool) -> Option<Held> {
    let text = match value {
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => (number + 0.0).to_string(),
        DataRef::String(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(is) => if *is { "TRUE" } else { "FALSE" }.to_owned(),
        DataRef::DateTime(time) => moment(time, is_1904),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => super::ods::plain_time(text),
        DataRef::Error(error) => return Some(Held::Error(error.to_string())),
        DataRef::Empty => return is_formula.then_some(Held::Unworked),
    };
    (!text.trim().is_empty()).then_some(Held::Text(text))
}

/// A point in time or a length of it as ISO text: days since the last day of 1899, and parts of them.
fn moment(time: &ExcelDateTime, is_1904: bool) -> String {
    const FROM_1899: i64 = 25_569;
    const FROM_1904: i64 = 24_107;
    let days = time.as_f64();
    let Some(seconds) = calendar::whole(days * 86_400.0) else { return days.to_string() };
    let (day, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    if time.is_duration() || day == 0 && !is_1904 {
        return calendar::clock(seconds);
    }
    let day = match (is_1904, day) {
        (true, day) => day - FROM_1904,
        // Excel counts a 29 February 1900 that never was.
        (false, day) if day < 60 => day + 1 - FROM_1899,
        (false, day) => day - FROM_1899,
    };
    match calendar::date(day) {
        Some(date) if rest == 0 => date,
        Some(date) => format!("{date} {}", calendar::clock(rest)),
        None => days.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use calamine::ExcelDateTimeType;

    use super::*;

    /// Expected values as Excel shows these numbers.
    #[test]
    fn moments_are_iso_text() {
        let of = |days| moment(&ExcelDateTime::new(days, ExcelDateTimeType::DateTime, false), false);
        assert_eq!(of(41_351.0), "2013-03-18");
        assert_eq!(of(41_351.0 + 50_709.0 / 86_400.0), "2013-03-18 14:05:09");
        assert_eq!([of(1.0), of(59.0), of(61.0)], ["1900-01-01", "1900-02-28", "1900-03-01"]);
        assert_eq!(of(0.5), "12:00:00");
        let of = |days| moment(&ExcelDateTime::new(days, ExcelDateTimeType::DateTime, true), true);
        assert_eq!(of(39_889.0), "2013-03-18");
        let long = ExcelDateTime::new(1.5, ExcelDateTimeType::TimeDelta, false);
        assert_eq!(moment(&long, false), "36:00:00");
    }
}
