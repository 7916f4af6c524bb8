//! The format `csv`: comma-separated values after RFC 4180, UTF-8, lines that end in CR LF.
//!
//! - Numbers have all their digits; shares are shares, not per cents. Lists are JSON.
//! - A missing value is nothing between two commas, an empty text is `""`: PostgreSQL, DuckDB and readr tell them apart.
//!   (In a table of one column both are `""`: a line with nothing in it would be passed over.)
//! - Spreadsheets take a cell for a formula that begins with `=`, `+`, `-`, `@`, a tab or a line break, or with the wide form
//!   of such a sign: a text that does gets an apostrophe before it, unless it is a plain number (`-5`). A text that begins
//!   with apostrophes and such a sign gets one more, so that [`unguarded`] gives every text back. Columns of numbers are never
//!   touched.

use std::borrow::Cow;

use super::Answer;
use super::cells::{Cells, Digits};
use super::columns::{Column, columns};
use crate::diagnostic::Diagnostics;

/// The answer as comma-separated text.
///
/// # Errors
/// A column is of a type that has no text.
pub fn csv(answer: &Answer) -> Result<String, Diagnostics> {
    let columns = columns(answer)?;
    let cells: Vec<Cells> =
        columns.iter().map(|column| Cells::new(column, Digits::All)).collect::<Result<_, _>>()?;
    let mut out = String::new();
    record(&mut out, columns.iter().map(|column| Some(guarded(&column.head()).into_owned())));
    for row in 0..answer.rows() {
        let cell = |(column, cells): (&Column, &Cells)| {
            let text = cells.text(row)?;
            Some(if column.kind.is_number() { text } else { guarded(&text).into_owned() })
        };
        record(&mut out, columns.iter().zip(&cells).map(cell));
    }
    Ok(out)
}

fn record(out: &mut String, cells: impl ExactSizeIterator<Item = Option<String>>) {
    let alone = cells.len() == 1;
    for (position, cell) in cells.enumerate() {
        if position > 0 {
            out.push(',');
        }
        match cell {
            None if alone => out.push_str("\"\""),
            None => {}
            Some(text) if text.is_empty() || text.contains([',', '"', '\n', '\r']) => {
                out.push('"');
                out.push_str(&text.replace('"', "\"\""));
                out.push('"');
            }
            Some(text) => out.push_str(&text),
        }
    }
    out.push_str("\r\n");
}

/// Signs with which a spreadsheet lets a formula begin.
const SIGNS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// Whether a spreadsheet would take the text for a formula.
pub(super) fn is_formula(text: &str) -> bool {
    text.starts_with(SIGNS) && !is_plain_number(text)
}

/// Digits with a sign, a point or an exponent: what a spreadsheet takes for that number and nothing else.
fn is_plain_number(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') && digits.parse::<f64>().is_ok()
}

/// `text` as a spreadsheet reads it as text.
pub fn guarded(text: &str) -> Cow<'_, str> {
    if is_formula(text.trim_start_matches('\'')) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// The text that was [`guarded`].
pub fn unguarded(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if is_formula(rest.trim_start_matches('\'')) => rest,
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_guarded_and_numbers_are_not() {
        for formula in [
            "=1+1",
            "+SUM(A1)",
            "-2+3",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            "\n=1",
            "＝1",
            "-",
            "--5",
            "-5%",
            "+44 20 7946 0000",
            "-inf",
            "=",
        ] {
            assert_eq!(guarded(formula), format!("'{formula}"), "{formula:?}");
            assert_eq!(unguarded(&guarded(formula)), formula);
        }
        for plain in ["-5", "+5", "-0.5", "-.5", "-1e5", "5", "a=b", "", "'", "don't", " =1", "–", "−5"] {
            assert_eq!(guarded(plain), plain);
            assert_eq!(unguarded(plain), plain);
        }
        assert_eq!(guarded("'=1"), "''=1");
        assert_eq!(unguarded("''=1"), "'=1");
    }
}
