//! Delimited text (RFC 4180 and what tools make of it) as a table.
//!
//! In: the bytes of a file, and what is declared of it. Out: a [`RawTable`], or all the faults that make the file no
//! table: wrong encoding, ragged rows, unclosed quotes, headers that are blank or stand twice.
//!
//! - Never panics, whatever the bytes.
//! - A byte order mark and line ends of any kind are taken as they come; wholly empty lines are passed over.
//! - What is not plain (UTF-8, commas, one header line) is declared, or found in the file beyond doubt and said.

use ::csv::{ReaderBuilder, StringRecord};
use encoding_rs::Encoding;

use super::header::{self, Named};
use super::lines::{Field, Lines, Quotes};
use super::table::{Origin, RawTable};
use super::{Described, decimal, encoding};
use crate::diagnostic::{Diagnostic, Diagnostics, Folded, Place};
use crate::study::{Header, Source};

/// The table in `bytes`, and what was found in it that is not plain.
pub(super) fn read(source: &Source, bytes: Vec<u8>) -> Result<(RawTable, Diagnostics), Diagnostics> {
    let file = &source.file;
    let (text, found_encoding) = encoding::decoded(source, bytes)?;
    if text.trim().is_empty() {
        let fault = Diagnostic::error("the file is empty").at(Place::at(&**file, 1, 1));
        return Err(fault.hint("export it again, with its header line").into());
    }
    let separator = separator(source, &text)?;
    let mut lines = Lines::of(text, separator);
    check_quotes(file, &lines)?;
    let mut records = records(file, &lines)?;
    let recognised = if source.header.is_none() { header::recognised(&records) } else { None };
    let header = source.header.or(recognised.map(|(_, header)| header)).unwrap_or(Header::Rows(1));
    let height = header::height(header).min(records.len());
    let mut rows = records.split_off(height);
    if source.decimal == Some(',') {
        rows = rows.into_iter().map(decimal::with_points).collect();
    }
    let mut told = uneven(file, &lines, &records);
    let Named { names, labels, standing } = header::named(header, &records);
    lines.name_starts = name_starts(&lines, &records, &standing);
    told.extend(found(source, found_encoding, separator, recognised));
    let describe = |label| Described { label, ..Described::default() };
    let described = labels.into_iter().flatten().map(describe).collect();
    let (origin, reasons) = (Origin::Lines(lines), source.missing.clone());
    let table = RawTable { file: file.clone(), names, rows, origin, described, reasons, written: None };
    Ok((table, told))
}

/// What separates cells, in words.
pub(super) fn separator_name(separator: u8) -> &'static str {
    match separator {
        b';' => "semicolon",
        b'\t' => "tab",
        b'|' => "vertical bar",
        _ => "comma",
    }
}

/// What the file's ending lets one expect between its cells.
fn plain_separator(file: &str) -> u8 {
    let is_tabs = [".tsv", ".tab"].iter().any(|ending| file.to_ascii_lowercase().ends_with(ending));
    if is_tabs { b'\t' } else { b',' }
}

/// What separates the cells of `text`, if that is not declared and not what the file's ending lets one expect.
pub(super) fn unlike_plain(source: &Source, text: &str) -> Result<Option<u8>, Diagnostics> {
    let found = separator(source, text)?;
    Ok(Some(found).filter(|found| source.separator.is_none() && *found != plain_separator(&source.file)))
}

/// The declared separator, or the one by which the first rows are all of one length, greater than 1.
fn separator(source: &Source, text: &str) -> Result<u8, Diagnostics> {
    let plain = plain_separator(&source.file);
    if let Some(declared) = source.separator {
        return Ok(u8::try_from(declared).unwrap_or(plain));
    }
    let even: Vec<u8> =
        [b',', b';', b'\t', b'|'].into_iter().filter(|separator| is_even(text, *separator)).collect();
    match even[..] {
        [] => Ok(of_header(text, plain)),
        [only] => Ok(only),
        _ => {
            let names: Vec<String> = even.iter().map(|s| format!("{}s", separator_name(*s))).collect();
            let fault =
                Diagnostic::error(format!("the columns may be separated by {}", names.join(" or by ")))
                    .at(Place::at(&*source.file, 1, 1))
                    .note("each would give rows of one length");
            Err(fault.hint("declare which in study.toml: `{ file = \"…\", separator = \",\" }`").into())
        }
    }
}

/// Whether the first rows have one length, greater than 1, if `separator` stands between their cells.
fn is_even(text: &str, separator: u8) -> bool {
    const LOOKED_AT: usize = 50;
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator)
        .from_reader(text.as_bytes());
    let mut lengths =
        reader.byte_records().take(LOOKED_AT).map(|record| record.map_or(0, |record| record.len()));
    let first = lengths.next().unwrap_or(0);
    first > 1 && lengths.all(|length| length == first)
}

/// Rows of several lengths: what stands in the header line, if the plain separator does not.
fn of_header(text: &str, plain: u8) -> u8 {
    let header = text.lines().find(|line| !line.is_empty()).unwrap_or_default().as_bytes();
    let others = [plain, b',', b';', b'\t', b'|'];
    others.into_iter().find(|separator| header.contains(separator)).unwrap_or(plain)
}

fn records(file: &str, lines: &Lines) -> Result<Vec<StringRecord>, Diagnostics> {
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(lines.separator)
        .from_reader(lines.text.as_bytes());
    reader
        .records()
        .collect::<Result<_, _>>()
        .map_err(|e| Diagnostic::error(e.to_string()).at(Place::file(file)).into())
}

/// A quote that is never closed would swallow the rest of the file; one that is closed too early, or opened in a cell
/// that has lost its closing quote, shows as text behind a closing quote.
fn check_quotes(file: &str, lines: &Lines) -> Result<(), Diagnostics> {
    let text = lines.text.as_bytes();
    let mut faults = Folded::new("line");
    let mut at = 0;
    while at < text.len() {
        let field = Field::at(text, at, lines.separator);
        match field.quotes {
            Quotes::Sound => {}
            Quotes::Unclosed => {
                let fault = Diagnostic::error("a quote is opened here and never closed");
                let place = || lines.place(file, at);
                faults.add(None, lines.line_of(at), fault, place, |f| {
                    f.hint(
                        "close the quote at the end of the cell; a quote within a quoted cell is written twice",
                    )
                });
            }
            Quotes::TextBehind(behind) => {
                let fault = Diagnostic::error("text stands behind a closing quote");
                let place = || lines.place(file, behind);
                faults.add(None, lines.line_of(behind), fault, place, |f| {
                    f.note(format!("the quote was opened on line {}", lines.line_of(at))).hint(
                        "a quote within a quoted cell is written twice; look also for a quote never closed",
                    )
                });
            }
        }
        at = field.end + 1;
    }
    faults.finish().or(()).map(|_| ())
}

/// Tells rows of a header that are not as long as its first.
fn uneven(file: &str, lines: &Lines, header: &[StringRecord]) -> Diagnostics {
    let mut told = Diagnostics::new();
    let width = header.first().map_or(0, StringRecord::len);
    for row in header.iter().filter(|row| row.len() != width) {
        let message = format!("a row of the header has {} instead of {width} cells", row.len());
        let fault = Diagnostic::error(message).at(lines.place(file, lines.start(row)));
        told.push(fault.hint("add the cells that are missing, or declare how many rows the header has"));
    }
    told
}

fn name_starts(lines: &Lines, header: &[StringRecord], standing: &[usize]) -> Vec<usize> {
    let starts: Vec<Vec<usize>> =
        header.iter().map(|row| lines.fields(row).take(row.len()).collect()).collect();
    let first = |column: usize| starts.first().and_then(|row| row.get(column)).copied();
    let named = standing.iter().enumerate().map_while(|(column, row)| {
        starts.get(*row).and_then(|row| row.get(column)).copied().or_else(|| first(column))
    });
    named.collect()
}

/// What was found in a file and not declared, if it is not plain.
fn found(
    source: &Source,
    encoding: Option<&'static Encoding>,
    separator: u8,
    recognised: Option<(&str, Header)>,
) -> Option<Diagnostic> {
    let (mut said, mut settings) = (Vec::new(), Vec::new());
    if let Some(encoding) = encoding {
        said.push(encoding.name().to_owned());
        settings.push(format!("encoding = \"{}\"", encoding.name().to_lowercase()));
    }
    if source.separator.is_none() && separator != plain_separator(&source.file) {
        said.push(format!("{}s between cells", separator_name(separator)));
        let written = if separator == b'\t' { "\\t".to_owned() } else { char::from(separator).to_string() };
        settings.push(format!("separator = \"{written}\""));
    }
    if let Some((tool, header)) = recognised {
        said.push(tool.to_owned());
        settings.push(format!("header = {}", header::setting(header)));
    }
    (!said.is_empty()).then(|| {
        let hint = format!(
            "if that is right, settle it in study.toml: `{{ file = \"{}\", {} }}`",
            source.file,
            settings.join(", ")
        );
        let found = format!("found, and not declared: {}", said.join("; "));
        Diagnostic::warning(found).at(Place::at(&*source.file, 1, 1)).hint(hint)
    })
}

#[cfg(test)]
mod tests {
    use super::super::{RawTable, shortened};
    use crate::diagnostic::Diagnostics;
    use crate::study::Source;

    fn parsed(text: &str) -> Result<(RawTable, Diagnostics), Diagnostics> {
        RawTable::parse(&Source::plain("t.csv"), text.as_bytes().to_vec())
    }

    fn faults(text: &str) -> String {
        parsed(text).unwrap_err().to_string()
    }

    #[test]
    fn cells_know_their_places() {
        let (table, warnings) = parsed("\u{feff}a,b,c\r\n1,\"x\ny\",é\r\n\r\n2,é,z\r\n").unwrap();
        assert!(warnings.is_empty());
        assert_eq!(table.len(), 2);
        assert_eq!(table.cell(0, 1), "x\ny");
        assert_eq!(table.place(0, 1).to_string(), "t.csv:2:3");
        assert_eq!(table.place(0, 2).to_string(), "t.csv:3:4");
        assert_eq!(table.place(1, 2).to_string(), "t.csv:5:5");
        assert_eq!(table.header_place(2).to_string(), "t.csv:1:5");
    }

    #[test]
    fn white_space_in_names_is_one_space() {
        let (table, _) = parsed("\"a\r\n  b\",c\u{a0} d, e\n1,2,3\n").unwrap();
        assert_eq!(table.headers().collect::<Vec<_>>(), ["a b", "c d", "e"]);
        assert_eq!(table.column("a b"), Some(0));
        assert_eq!(table.header_place(1).to_string(), "t.csv:2:6");
        assert!(faults("a b,\"a\nb\"\n1,2\n").contains("column `a b` stands twice"));
        assert_eq!(shortened("a\r\nb\tc"), "a⏎b⇥c");
    }

    #[test]
    fn other_separators_are_found_and_said() {
        for (text, said) in [
            ("a;b\n1,5;2\n", "semicolons between cells"),
            ("a\tb\n1\t2\n", "tabs between cells"),
            ("a;b\n1;2\n3\n", "row has 1 instead of 2 cells"),
        ] {
            let told = parsed(text).map_or_else(|faults| faults, |(_, told)| told).to_string();
            assert!(told.contains(said), "{told}");
        }
        let (_, told) = parsed("a;b\n1;2\n").unwrap();
        assert!(told.to_string().contains("separator = \";\" }"), "{told}");
        let told = faults("a,b;c\n1,2;3\n");
        assert!(told.contains("by commas or by semicolons") && told.contains("declare which"), "{told}");
        let declared = Source { separator: Some(';'), ..Source::plain("t.csv") };
        let (table, told) = RawTable::parse(&declared, b"a,b;c\n1,2;3\n".to_vec()).unwrap();
        assert!(told.is_empty());
        assert_eq!((table.cell(0, 0), table.cell(0, 1)), ("1,2", "3"));
        assert_eq!(table.place(0, 1).to_string(), "t.csv:2:5");
        let (_, told) = RawTable::parse(&Source::plain("t.tsv"), b"a\tb\n1\t2\n".to_vec()).unwrap();
        assert!(told.is_empty(), "{told}");
    }

    #[test]
    fn headers_of_several_rows_are_declared_or_known() {
        let header = Some(crate::study::Header::Rows(2));
        let declared = Source { header, ..Source::plain("t.csv") };
        let text = "ID,Q1,,Q2\n,a,b,\n1,2,3,4\n";
        let (table, told) = RawTable::parse(&declared, text.as_bytes().to_vec()).unwrap();
        assert!(told.is_empty());
        assert_eq!(table.headers().collect::<Vec<_>>(), ["ID", "Q1 [a]", "Q1 [b]", "Q2"]);
        assert_eq!((table.len(), table.line(0)), (1, 3));
        assert_eq!(table.header_place(2).to_string(), "t.csv:2:4");
        let text = "Q1,Q2\nYour role?,Why?\n\"{\"\"ImportId\"\":\"\"QID1\"\"}\",\"{\"\"ImportId\"\":\"\"QID2\"\"}\"\nhead,so\n";
        let (table, told) = parsed(text).unwrap();
        assert!(told.to_string().contains("header = \"qualtrics\""), "{told}");
        assert_eq!(table.described(0).map(|described| described.label.as_str()), Some("Your role?"));
        assert_eq!((table.len(), table.cell(0, 0), table.line(0)), (1, "head", 4));
        let told = RawTable::parse(&declared, b"a,b\nc\n1,2\n".to_vec()).unwrap_err().to_string();
        assert!(told.contains("a row of the header has 1 instead of 2 cells"), "{told}");
    }

    #[test]
    fn many_faults_of_the_header_are_told_in_part() {
        let told = faults(&format!("a{}\n1{}\n", ",".repeat(20_000), ",".repeat(20_000)));
        assert_eq!(told.matches("has no name").count(), 20);
        assert!(told.contains("more columns that have no name: 19980"), "{told}");
        assert!(told.contains("t.csv:1:23"), "{told}");
    }

    #[test]
    fn like_faults_are_folded() {
        let told = faults("a,b\n1\n2,2\n3\n4,4,4\n");
        assert!(told.contains("row has 1 instead of 2 cells"), "{told}");
        assert!(told.contains("t.csv:2:1") && told.contains("1 more row: line 4"), "{told}");
        assert!(told.contains("row has 3 instead of 2 cells"), "{told}");
    }

    #[test]
    fn old_line_ends_count_as_lines() {
        let (table, _) = parsed("a,b\r1,2\r3,4\r").unwrap();
        assert_eq!(table.place(1, 1).to_string(), "t.csv:3:3");
    }

    #[test]
    fn control_characters_are_left_out_with_a_warning() {
        let (table, warnings) = parsed("a,b\n1,x\0y\n").unwrap();
        assert_eq!(table.cell(0, 1), "xy");
        assert!(warnings.to_string().contains("U+0000 in `b`"), "{warnings}");
        assert!(warnings.to_string().contains("t.csv:2:3"), "{warnings}");
    }
}
