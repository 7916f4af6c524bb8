//! Stata files (`.dta`) of releases 117, 118 and 119, which Stata 13 and newer write, as a table.
//!
//! In: the bytes of a file. Out: a [`RawTable`] of codes, each column with what the file says of it: labels of the
//! variable and its values, `.a` to `.z` where they stand or have a label, format.
//!
//! - Both byte orders; texts of any length; UTF-8, or what is declared: release 117 does not say its encoding.
//! - Dates and times are ISO text; `.` is a blank cell; other missing values are `.a` to `.z`.
//! - Never panics, and holds no more than the bytes justify.

mod layout;
mod values;

use ::csv::StringRecord;

use self::layout::{Layout, Variable};
use self::values::{Shown, Storage, Value};
use super::binary::Bytes;
use super::table::{MOST_CELLS, Origin, RawTable};
use super::{Faults, shortened};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::study::{Names, Source};

/// A cell that is not as it should be: row, column, what is wrong.
type Wrong = (usize, usize, &'static str);

const MISFIT: &str = "text in another encoding";
const NO_VALUE: &str = "a number that is none, or no time,";
const NO_TEXT: &str = "a long text that is none but bytes";
const NOWHERE: &str = "a long text that the file does not hold";

/// The table in `bytes`; warnings come along.
pub(super) fn read(source: &Source, bytes: &[u8]) -> Result<(RawTable, Diagnostics), Diagnostics> {
    let mut bytes = Bytes::of(&source.file, bytes);
    let mut layout = layout::read(&mut bytes, source.encoding)?;
    let is_odd_before = layout.words.odd.is_some();
    let (rows, wrong) = rows(&bytes, &mut layout)?;
    let Layout { variables, words, shared, .. } = layout;
    let named = |variable: &Variable| match source.names {
        Names::Labels if !variable.described.label.is_empty() => variable.described.label.clone(),
        _ => variable.name.clone(),
    };
    let names = variables.iter().map(named).collect();
    let shown: Vec<_> = variables.iter().map(|variable| variable.shown).collect();
    let described = variables.into_iter().map(|variable| variable.described).collect();
    let table = RawTable {
        file: source.file.clone(),
        names,
        rows,
        origin: Origin::Cases,
        described,
        reasons: source.missing.clone(),
        written: None,
    };
    let mut faults = Faults::new(&table);
    let is_said = words.decoding.is_said;
    if let Some(odd) = words.odd.filter(|_| !is_said) {
        let fault = Diagnostic::error("the file does not say its encoding, and is not UTF-8");
        faults.other(
            fault.at(table.header_start()).note(format!("as Windows-1252 it would read `{odd}`")).hint(
                "declare its encoding: `{ file = \"…\", encoding = \"windows-1252\" }` if it comes from Western Europe",
            ),
        );
    } else if is_odd_before {
        let fault =
            Diagnostic::warning("names or labels are not in the file's encoding").at(table.header_start());
        faults.other(fault.hint("declare it: `{ file = \"…\", encoding = \"windows-1252\" }`"));
    }
    for (row, column, what) in wrong.into_iter().filter(|(.., what)| *what != MISFIT || is_said) {
        let message = format!("{what} in `{}`", shortened(&table.names[column]));
        match what {
            MISFIT => faults.cell(row, column, Diagnostic::warning(message), |f| {
                let encoding = words.decoding.encoding.name();
                f.note(format!("bytes that are not {encoding} are shown as `\u{fffd}`")).hint(
                    "declare another encoding, or mend the text: it may have been cut within a character",
                )
            }),
            _ => faults.cell(row, column, Diagnostic::error(message), |f| {
                f.hint(match what {
                    NO_TEXT => "take the variable out",
                    NOWHERE => "export it again: the file is damaged",
                    _ => "correct the value, or the variable's format",
                })
            }),
        }
    }
    for (column, label) in shared {
        let message = format!("several codes have the label `{}`", shortened(&label));
        let fault = Diagnostic::warning(message).at(table.header_place(column));
        faults.other(fault.hint("their answers are read as one: give each code a label of its own"));
    }
    for (column, _) in shown.iter().enumerate().filter(|(_, shown)| **shown == Shown::LeapMoment) {
        let message =
            format!("`{}` counts leap seconds, and stays a number", shortened(&table.names[column]));
        let fault = Diagnostic::warning(message).at(table.header_place(column));
        faults.other(fault.hint("turn it into a time by `cofC()` in Stata, with the format `%tc`"));
    }
    let told = faults.finish();
    Ok((table, told))
}

/// Words of a file that does not say its encoding, as Windows-1252, if they are not UTF-8.
pub(super) fn odd_word(source: &Source, bytes: &[u8]) -> Result<Option<String>, Diagnostics> {
    let mut bytes = Bytes::of(&source.file, bytes);
    let mut layout = layout::read(&mut bytes, source.encoding)?;
    rows(&bytes, &mut layout)?;
    Ok(layout.words.odd.filter(|_| !layout.words.decoding.is_said))
}

/// The cells of all cases; missing values that stand in them are noted with their variables.
fn rows(bytes: &Bytes<'_>, layout: &mut Layout<'_>) -> Result<(Vec<StringRecord>, Vec<Wrong>), Diagnostics> {
    /// Bytes that long texts may take, which cells can share any number of times.
    const MOST_TEXT: usize = 1 << 29;
    let Layout { variables, cells, width, long_texts, words, big, .. } = layout;
    if (cells.len() / *width).saturating_mul(variables.len()) > MOST_CELLS {
        let fault = bytes.fault(format!("the file has more than {MOST_CELLS} cells"));
        return Err(fault.hint("save it with fewer variables").into());
    }
    let (mut rows, mut wrong, mut size) = (Vec::new(), Vec::new(), 0_usize);
    for mut rest in cells.chunks_exact(*width) {
        let mut record = StringRecord::new();
        for (column, variable) in variables.iter_mut().enumerate() {
            let (cell, behind) = rest.split_at(variable.storage.width());
            rest = behind;
            let content = match variable.storage {
                Storage::Text(_) => Ok(cell),
                Storage::LongText => long_texts.of(cell, *big),
                storage => {
                    let value = storage.value(cell, *big);
                    let text = variable.shown.text(value);
                    let codes = &mut variable.described.missing.codes;
                    if let (Value::Missing(_), Some(code)) = (value, &text)
                        && !codes.contains(code)
                    {
                        codes.push(code.clone());
                    }
                    if text.is_none() {
                        wrong.push((rows.len(), column, NO_VALUE));
                    }
                    record.push_field(&text.unwrap_or_default());
                    continue;
                }
            };
            let content = content.unwrap_or_else(|what| {
                wrong.push((rows.len(), column, what));
                &[]
            });
            size = size.saturating_add(content.len());
            if size > MOST_TEXT {
                let fault = bytes.fault(format!("its texts are more than {} MiB", MOST_TEXT >> 20));
                return Err(fault.hint("save it with fewer variables").into());
            }
            let before = std::mem::take(&mut words.decoding.misfit);
            record.push_field(words.text(content).trim_end());
            if words.decoding.misfit {
                wrong.push((rows.len(), column, MISFIT));
            }
            words.decoding.misfit |= before;
        }
        rows.push(record);
    }
    for variable in variables {
        variable.described.missing.codes.sort();
    }
    Ok((rows, wrong))
}
