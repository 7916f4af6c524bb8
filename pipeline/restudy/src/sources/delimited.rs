//! Delimited text (RFC 4180 and what tools make of it) as a table.
//!
//! In: the bytes of a file, and what is declared of it. Out: a [`RawTable`], or all the faults that make the file no
//! table: wrong encoding, ragged rows, unclosed quotes, headers that are blank or stand twice.
//!
//! - Never panics, whatever the bytes.
//! - A byte order mark and line ends of any kind are taken as they come; lines that are empty, or have nothing in any cell, are
//!   passed over.
//! - What is not plain (UTF-8, commas, one header line) is declared, or found in the file beyond doubt and said.

use std::sync::Arc;

use ::csv::{ReaderBuilder, StringRecord};
use encoding_rs::Encoding;

use super::header::{self, Named};
use super::lines::Lines;
use super::scan::Scan;
use super::table::{Heading, Origin, RawTable};
use super::{Described, decimal, encoding};
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::study::{Header, Source};

/// How many rows are looked at to find what separates cells.
const LOOKED_AT: usize = 50;

/// The table in `bytes`, and what was found in it that is not plain.
pub(super) fn read(source: &Source, bytes: Vec<u8>) -> Result<(RawTable, Diagnostics), Diagnostics> {
    let (text, found) = encoding::decoded(source, bytes)?;
    if text.trim().is_empty() {
        return Err(empty(source));
    }
    let (form, told) = Form::of(source, &text, true, found)?;
    let mut scan = Scan::new(&source.file, form.separator, u64::MAX, form.height);
    scan.feed(text.as_bytes());
    scan.finish()?;
    Ok((form.table(source, text, 0)?, told))
}

/// The fault of a file without text.
fn empty(source: &Source) -> Diagnostics {
    let fault = Diagnostic::error("the file is empty").at(Place::at(&*source.file, 1, 1));
    fault.hint("export it again, with its header line").into()
}

/// The form of a text: what stands between its cells, and its header.
#[derive(Debug)]
pub(super) struct Form {
    pub(super) separator: u8,
    /// Rows of the header.
    pub(super) height: usize,
    names: Vec<String>,
    described: Vec<Described>,
    heading: Arc<Heading>,
    /// The columns of numbers that are read with a decimal comma.
    of_numbers: Vec<bool>,
}

impl Form {
    /// The form of a text that begins with `head`, which may be all of it: `is_whole`; in the encoding that was `found`. What was
    /// found and is not plain comes along, and what is wrong with the header.
    ///
    /// # Errors
    /// Several separators may stand between cells.
    pub(super) fn of(
        source: &Source,
        head: &str,
        is_whole: bool,
        found: Option<&'static Encoding>,
    ) -> Result<(Form, Diagnostics), Diagnostics> {
        let file = &source.file;
        let separator = separator(source, head, is_whole)?;
        let rows = first_records(file, head, separator)?;
        let recognised = if source.header.is_none() { header::recognised(&rows) } else { None };
        let header = source.header.or(recognised.map(|(_, header)| header)).unwrap_or(Header::Rows(1));
        let height = header::height(header).min(rows.len());
        let (rows, behind) = rows.split_at(height);
        let lines = Lines::of(head.to_owned(), separator, 0);
        let end = behind.first().map_or(head.len(), |row| lines.start(row));
        let lines = Lines::of(head.get(..end).unwrap_or(head).to_owned(), separator, 0);
        let mut told = uneven(file, &lines, rows);
        told.extend(unlike(source, found, separator, recognised));
        let Named { names, labels, standing } = header::named(header, rows);
        let starts = name_starts(&lines, rows, &standing);
        let describe = |label| Described { label, ..Described::default() };
        let described = labels.into_iter().flatten().map(describe).collect();
        let heading = Arc::new(Heading { lines, starts });
        let of_numbers = match source.decimal {
            Some(',') => {
                let records: Vec<StringRecord> =
                    reader(head, separator).records().skip(height).map_while(Result::ok).collect();
                // Of a beginning, the last row may be cut.
                let whole = records.len() - usize::from(!is_whole && !records.is_empty());
                decimal::of_numbers(records.into_iter().take(whole))
            }
            _ => Vec::new(),
        };
        Ok((Form { separator, height, names, described, heading, of_numbers }, told))
    }

    /// `text` as a table of this form: the whole text of a file, or a chunk of it with `before` lines ahead of it.
    ///
    /// # Errors
    /// The reader of delimited text refuses it.
    pub(super) fn table(
        &self,
        source: &Source,
        text: String,
        before: usize,
    ) -> Result<RawTable, Diagnostics> {
        let file = source.file.clone();
        let lines = Lines::of(text, self.separator, before);
        let mut rows = Vec::new();
        let header = if before == 0 { self.height } else { 0 };
        for record in records(&mut reader(&lines.text, self.separator)).skip(header) {
            let record = record.map_err(|e| unreadable(&file, &e))?;
            rows.push(if self.of_numbers.is_empty() {
                record
            } else {
                decimal::with_points(record, &self.of_numbers)
            });
        }
        Ok(RawTable {
            file,
            names: self.names.clone(),
            rows,
            origin: Origin::Lines { lines, heading: Arc::clone(&self.heading) },
            described: self.described.clone(),
            reasons: source.missing.clone(),
            written: None,
        })
    }
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
    let found = separator(source, text, true)?;
    Ok(Some(found).filter(|found| source.separator.is_none() && *found != plain_separator(&source.file)))
}

/// The declared separator, or the one by which the first rows are all of one length, greater than 1.
fn separator(source: &Source, text: &str, is_whole: bool) -> Result<u8, Diagnostics> {
    let plain = plain_separator(&source.file);
    if let Some(said) = header::for_excel(text) {
        return Err(Diagnostic::error("the first line is a note for Excel, not the header")
            .at(Place::at(&*source.file, 1, 1))
            .note(format!("`sep={}` says what stands between cells", said.escape_default()))
            .hint(format!("take the line out, and declare `separator = \"{}\"`", said.escape_default()))
            .into());
    }
    if let Some(declared) = source.separator {
        return Ok(u8::try_from(declared).unwrap_or(plain));
    }
    let even = [b',', b';', b'\t', b'|'].into_iter().filter(|separator| is_even(text, is_whole, *separator));
    let even: Vec<u8> = even.collect();
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

/// Whether the first rows have one length, greater than 1, if `separator` stands between their cells. The last row of a text
/// that is not whole is none.
fn is_even(text: &str, is_whole: bool, separator: u8) -> bool {
    let mut reader = reader(text, separator);
    let lengths = reader.byte_records().take(LOOKED_AT + 1);
    let mut lengths: Vec<usize> = lengths.map(|record| record.map_or(0, |record| record.len())).collect();
    if !is_whole && lengths.len() <= LOOKED_AT {
        lengths.pop();
    }
    lengths.truncate(LOOKED_AT);
    lengths.first().is_some_and(|first| *first > 1 && lengths.iter().all(|length| length == first))
}

/// Rows of several lengths: what stands in the header line, if the plain separator does not.
fn of_header(text: &str, plain: u8) -> u8 {
    let header = text.lines().find(|line| !line.is_empty()).unwrap_or_default().as_bytes();
    let others = [plain, b',', b';', b'\t', b'|'];
    others.into_iter().find(|separator| header.contains(separator)).unwrap_or(plain)
}

/// Whether the beginning of a text has rows enough to tell its form.
pub(super) fn has_rows_enough(text: &str) -> bool {
    reader(text, b',').byte_records().take(LOOKED_AT + 2).count() > LOOKED_AT + 1
}

fn reader(text: &str, separator: u8) -> ::csv::Reader<&[u8]> {
    let mut builder = ReaderBuilder::new();
    builder.has_headers(false).flexible(true).delimiter(separator).from_reader(text.as_bytes())
}

/// The rows that have something in a cell. Spreadsheets write rows of separators alone for rows that were only ever formatted.
fn records<'a>(
    reader: &'a mut ::csv::Reader<&[u8]>,
) -> impl Iterator<Item = ::csv::Result<StringRecord>> + 'a {
    let is_blank = |record: &StringRecord| record.as_slice().bytes().all(|b| b.is_ascii_whitespace());
    reader.records().filter(move |record| !record.as_ref().is_ok_and(is_blank))
}

/// The rows in which a header may stand, and the one behind it.
fn first_records(file: &str, text: &str, separator: u8) -> Result<Vec<StringRecord>, Diagnostics> {
    let mut reader = reader(text, separator);
    let rows = records(&mut reader).take(header::HIGHEST + 1).collect::<Result<_, _>>();
    rows.map_err(|e| unreadable(file, &e))
}

fn unreadable(file: &str, error: &::csv::Error) -> Diagnostics {
    Diagnostic::error(error.to_string()).at(Place::file(file)).into()
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
fn unlike(
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
    fn a_note_for_excel_is_told() {
        for text in ["sep=;\na;b\n1;2\n", "\u{feff}\"sep=;\"\r\na;b\r\n1;2\r\n"] {
            let told = faults(text);
            assert!(told.contains("a note for Excel") && told.contains("`separator = \";\"`"), "{told}");
        }
        assert!(faults("sep=\t\na\tb\n").contains("`separator = \"\\t\"`"));
        assert!(parsed("sep=,b\n1,2\n").is_ok(), "a column of this name");
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
    fn rows_of_nothing_but_separators_are_passed_over() {
        let (table, told) = parsed(",\r\nq1,q2\r\n\"\",\r\nyes,3\r\n,\r\nno,\r\n,,,\r\n , \r\n").unwrap();
        assert!(told.is_empty(), "{told}");
        assert_eq!(table.headers().collect::<Vec<_>>(), ["q1", "q2"]);
        assert_eq!(table.len(), 2);
        assert_eq!((table.cell(1, 0), table.line(1)), ("no", 6));
        assert_eq!(table.place(1, 0).to_string(), "t.csv:6:1");
        assert_eq!(table.header_place(1).to_string(), "t.csv:2:4");
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
