//! SPSS system files (`.sav`, `.zsav`) as a table.
//!
//! In: the bytes of a file. Out: a [`RawTable`] of codes, each column with what the file says of it: labels of the
//! variable and its values, values that stand for no answer, measure, format.
//!
//! - Both byte orders; plain, bytecode and zlib packing; texts of any length; every encoding that the file names.
//! - Dates and times are ISO text; the system's missing value is a blank cell; other missing values keep their code.
//! - Never panics, and holds no more than the bytes justify.

mod cases;
mod dictionary;
mod values;

use ::csv::StringRecord;

use self::cases::{Slot, Slots};
use self::dictionary::{Dictionary, Packing, Variable, trimmed};
use super::binary::{Bytes, number};
use super::table::{MOST_CELLS, Origin, RawTable};
use super::{Faults, shortened};
use crate::diagnostic::{Diagnostic, Diagnostics, count};
use crate::study::{Names, Source};

/// A cell that is not as it should be: row, column, what is wrong.
type Wrong = (usize, usize, &'static str);

/// The table in `bytes`; warnings come along.
pub(super) fn read(source: &Source, bytes: &[u8]) -> Result<(RawTable, Diagnostics), Diagnostics> {
    let mut bytes = Bytes::of(&source.file, bytes);
    let mut dictionary = dictionary::read(&mut bytes, source.encoding)?;
    let (rows, wrong) = match dictionary.packing {
        Packing::Zlib => {
            let big = bytes.big;
            let unpacked = cases::unpacked(&mut bytes)?;
            let mut bytes = Bytes::of(&source.file, &unpacked);
            bytes.big = big;
            rows(bytes, &mut dictionary)?
        }
        _ => rows(bytes, &mut dictionary)?,
    };
    let named = |variable: &Variable| match source.names {
        Names::Labels if !variable.described.label.is_empty() => variable.described.label.clone(),
        _ => variable.name.clone(),
    };
    let names = dictionary.variables.iter().map(named).collect();
    let shown: Vec<_> = dictionary.variables.iter().map(|variable| variable.shown).collect();
    let described = dictionary.variables.into_iter().map(|variable| variable.described).collect();
    let reasons = source.missing.clone();
    let table = RawTable {
        file: source.file.clone(),
        names,
        rows,
        origin: Origin::Cases,
        described,
        reasons,
        written: None,
    };
    let mut faults = Faults::new(&table);
    for (row, column, what) in wrong {
        let message = format!("{what} in `{}`", shortened(&table.names[column]));
        match what {
            MISFIT => faults.cell(row, column, Diagnostic::warning(message), |f| {
                let encoding = dictionary.decoding.encoding.name();
                let hint = if dictionary.decoding.is_said {
                    "declare another encoding, or mend the text: it may have been cut within a character"
                } else {
                    "the file does not say its encoding: declare it, `{ file = \"…\", encoding = \"windows-1252\" }`"
                };
                f.note(format!("bytes that are not {encoding} are shown as `\u{fffd}`")).hint(hint)
            }),
            _ => faults.cell(row, column, Diagnostic::error(message), |f| {
                f.hint("correct the value, or the variable's format")
            }),
        }
    }
    for (column, label) in dictionary.shared {
        let message = format!("several codes have the label `{}`", shortened(&label));
        let fault = Diagnostic::warning(message).at(table.header_place(column));
        faults.other(fault.hint("their answers are read as one: give each code a label of its own"));
    }
    for (column, shown) in shown.iter().enumerate() {
        if shown.is_time() && table.described[column].missing.range.is_some() {
            let fault =
                Diagnostic::error("a range of times stands for no answer").at(table.header_place(column));
            faults.other(fault.hint("leave such times blank, or name them one by one"));
        }
    }
    if dictionary.decoding.misfit {
        let fault =
            Diagnostic::warning("names or labels are not in the file's encoding").at(table.header_start());
        faults.other(fault.hint("declare it: `{ file = \"…\", encoding = \"windows-1252\" }`"));
    }
    let told = faults.finish();
    Ok((table, told))
}

const MISFIT: &str = "text in another encoding";
const NO_VALUE: &str = "a number that is none, or no time,";

/// The cells of all cases.
fn rows(
    bytes: Bytes<'_>,
    dictionary: &mut Dictionary,
) -> Result<(Vec<StringRecord>, Vec<Wrong>), Diagnostics> {
    let big = bytes.big;
    let width = dictionary.variables.len();
    let mut slots = Slots::of(bytes, dictionary);
    let (mut rows, mut wrong) = (Vec::new(), Vec::new());
    let in_names = dictionary.decoding.misfit;
    while let Some(first) = slots.next()? {
        let mut first = Some(first);
        let mut record = StringRecord::new();
        for column in 0..width {
            let Dictionary { variables, decoding, blank, .. } = dictionary;
            let variable = &variables[column];
            let mut next = |slots: &mut Slots<'_>| match first.take() {
                Some(slot) => Ok(slot),
                None => slots.next()?.ok_or_else(|| {
                    let message = format!("the file ends within case {}", rows.len() + 1);
                    Diagnostics::from(slots.fault(message).hint("export it again: it was cut on its way"))
                }),
            };
            if variable.pieces.is_empty() {
                let value = match next(&mut slots)? {
                    Slot::Bytes(bytes) => Some(number(bytes, big)).filter(|value| value != blank),
                    Slot::Number(value) => Some(value),
                    Slot::Blank => None,
                    Slot::Spaces => Some(f64::NAN),
                };
                match value.map(|value| variable.shown.text(value)) {
                    None => record.push_field(""),
                    Some(Some(text)) => record.push_field(&text),
                    Some(None) => {
                        wrong.push((rows.len(), column, NO_VALUE));
                        record.push_field("");
                    }
                }
            } else {
                let content = text(variable, || next(&mut slots))?;
                decoding.misfit = false;
                record.push_field(&decoding.text(trimmed(&content)));
                if decoding.misfit {
                    wrong.push((rows.len(), column, MISFIT));
                }
            }
        }
        rows.push(record);
        if rows.len().saturating_mul(width) > MOST_CELLS {
            let fault = slots.fault(format!("the file has more than {MOST_CELLS} cells"));
            return Err(fault.hint("save it with fewer variables").into());
        }
    }
    dictionary.decoding.misfit = in_names;
    let found = u64::try_from(rows.len()).unwrap_or(u64::MAX);
    if let Some(said) = dictionary.cases.filter(|said| *said != found) {
        let message =
            format!("the file says that it has {said} cases, and has {}", count(rows.len(), "case"));
        return Err(slots.fault(message).hint("export it again: it was cut on its way").into());
    }
    Ok((rows, wrong))
}

/// The bytes of a text, piece by piece: each piece begins a slot, and a piece that is not the last has 255 bytes.
fn text(
    variable: &Variable,
    mut next: impl FnMut() -> Result<Slot, Diagnostics>,
) -> Result<Vec<u8>, Diagnostics> {
    let mut content = Vec::new();
    for width in &variable.pieces {
        let start = content.len();
        for _ in 0..width.div_ceil(8) {
            match next()? {
                Slot::Bytes(bytes) => content.extend(bytes),
                Slot::Number(value) => content.extend(value.to_le_bytes()),
                Slot::Spaces | Slot::Blank => content.extend([b' '; 8]),
            }
        }
        content.truncate(start + width);
    }
    Ok(content)
}
