//! Delimited text (RFC 4180, UTF-8, comma, header line) as raw columns that know their places.
//!
//! In: the bytes of a file. Out: a [`RawTable`], every row as long as the header, or all the faults that make the file
//! no table: wrong encoding, ragged rows, unclosed quotes, headers that are blank or stand twice.
//!
//! - Never panics, whatever the bytes.
//! - A byte order mark and line ends of any kind are taken as they come; wholly empty lines are passed over.
//! - Control characters other than tab and line break are taken out of cells, with a warning.

use std::collections::HashMap;
use std::path::Path;

use ::csv::{ReaderBuilder, StringRecord};

use super::Faults;
use crate::diagnostic::{Diagnostic, Diagnostics, Place};

/// A table of text cells.
#[derive(Debug)]
pub struct RawTable {
    /// The file, relative to the study's folder.
    pub file: String,
    text: String,
    line_starts: Vec<usize>,
    /// Names of the columns, each on one line.
    names: Vec<String>,
    /// The byte at which each name begins.
    name_starts: Vec<usize>,
    rows: Vec<StringRecord>,
}

impl RawTable {
    /// Reads `file` in the study's folder `root`.
    ///
    /// # Errors
    /// The file is not there, or is no table; see [`RawTable::parse`].
    pub fn read(root: &Path, file: &str) -> Result<(RawTable, Diagnostics), Diagnostics> {
        RawTable::parse(file, super::bytes(root, file)?)
    }

    /// Reads `bytes` as the table in `file`; warnings come along.
    ///
    /// # Errors
    /// All that keeps the bytes from being a table, with file, line and column.
    pub fn parse(file: &str, bytes: Vec<u8>) -> Result<(RawTable, Diagnostics), Diagnostics> {
        let text = super::utf8(file, bytes)?;
        let mut table = RawTable {
            file: file.to_owned(),
            line_starts: line_starts(&text),
            text,
            names: Vec::new(),
            name_starts: Vec::new(),
            rows: Vec::new(),
        };
        if table.text.trim().is_empty() {
            return Err(Diagnostic::error("the file is empty")
                .at(Place::at(file, 1, 1))
                .hint("export it again, with its header line")
                .into());
        }
        table.check_quotes()?;
        let records = table.records()?;
        let mut records = records.into_iter();
        let header = records.next().map(|r| cleaned(&r).unwrap_or(r)).unwrap_or_default();
        table.names = header.iter().map(on_one_line).collect();
        table.name_starts =
            field_starts(table.text.as_bytes(), table.start(&header)).take(header.len()).collect();
        table.rows = records.collect();

        let mut faults = Faults::new(&table);
        table.check_headers(&mut faults);
        table.check_lengths(&mut faults);
        let mut clean = Vec::new();
        for (row, record) in table.rows.iter().enumerate() {
            if let Some(record) = cleaned(record) {
                table.warn_of_control_characters(row, &mut faults);
                clean.push((row, record));
            }
        }
        let diagnostics = faults.finish();
        for (row, record) in clean {
            table.rows[row] = record;
        }
        diagnostics.or(table)
    }

    /// Names of the columns, each on one line: white space of any kind and length is one space.
    pub fn headers(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// Where the column `name` stands, counted from 0.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|h| h == name)
    }

    /// Number of rows under the header.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no row under the header.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The cell at `row` and `column`, both counted from 0, without space around it.
    pub fn cell(&self, row: usize, column: usize) -> &str {
        self.rows.get(row).and_then(|r| r.get(column)).unwrap_or_default().trim()
    }

    /// The line of the file on which `row` begins, counted from 1.
    pub fn line(&self, row: usize) -> usize {
        self.line_of(self.rows.get(row).map_or(0, |r| self.start(r)))
    }

    /// Where the cell at `row` and `column` begins. The place has no excerpt: a row may belong to a respondent.
    pub fn place(&self, row: usize, column: usize) -> Place {
        let starts = |record| field_starts(self.text.as_bytes(), self.start(record)).nth(column);
        let start = self.rows.get(row).and_then(starts);
        start.map_or_else(|| Place::file(&*self.file), |start| self.place_of(start))
    }

    /// Where the name of `column` stands in the header.
    pub fn header_place(&self, column: usize) -> Place {
        self.name_starts.get(column).map_or_else(|| Place::file(&*self.file), |start| self.place_of(*start))
    }

    fn place_of(&self, byte: usize) -> Place {
        let line = self.line_of(byte);
        let line_start = self.line_starts[line - 1];
        let column = 1 + self.text.get(line_start..byte).map_or(0, |before| before.chars().count());
        Place::at(&*self.file, line, column)
    }

    fn line_of(&self, byte: usize) -> usize {
        self.line_starts.partition_point(|start| *start <= byte).max(1)
    }

    /// The byte at which a record begins. The reader notes where it stood before the record, which may be a line break
    /// that it had not taken yet.
    fn start(&self, record: &StringRecord) -> usize {
        let noted = record.position().map_or(0, |p| usize::try_from(p.byte()).unwrap_or(usize::MAX));
        let rest = self.text.as_bytes().get(noted..).unwrap_or_default();
        noted + rest.iter().take_while(|b| matches!(b, b'\r' | b'\n')).count()
    }

    fn records(&self) -> Result<Vec<StringRecord>, Diagnostics> {
        let mut reader =
            ReaderBuilder::new().has_headers(false).flexible(true).from_reader(self.text.as_bytes());
        reader
            .records()
            .collect::<Result<_, _>>()
            .map_err(|e| Diagnostic::error(e.to_string()).at(Place::file(&*self.file)).into())
    }

    /// A quote that is never closed would swallow the rest of the file; one that is closed too early, or opened in a
    /// cell that has lost its closing quote, shows as text behind a closing quote.
    fn check_quotes(&self) -> Result<(), Diagnostics> {
        let text = self.text.as_bytes();
        let mut diagnostics = Diagnostics::new();
        let mut at = 0;
        while at < text.len() {
            let field = Field::at(text, at);
            match field.quotes {
                Quotes::Sound => {}
                Quotes::Unclosed => diagnostics.push(
                    Diagnostic::error("a quote is opened here and never closed")
                        .at(self.place_of(at))
                        .hint("close the quote at the end of the cell; a quote within a quoted cell is written twice"),
                ),
                Quotes::TextBehind(behind) => diagnostics.push(
                    Diagnostic::error("text stands behind a closing quote")
                        .at(self.place_of(behind))
                        .note(format!("the quote was opened on line {}", self.line_of(at)))
                        .hint("a quote within a quoted cell is written twice; look also for a quote never closed"),
                ),
            }
            at = field.end + 1;
        }
        diagnostics.or(()).map(|_| ())
    }

    fn check_headers(&self, faults: &mut Faults<'_>) {
        let mut first: HashMap<&str, usize> = HashMap::new();
        for (column, name) in self.headers().enumerate() {
            if name.is_empty() {
                let fault = Diagnostic::error(format!("column {} has no name", column + 1));
                faults.header("that have no name", column, fault, |f| {
                    f.hint("name it in the header line, or take the column out")
                });
            } else if let Some(before) = first.insert(name, column) {
                let message = format!("column `{}` stands twice in the header", shortened(name));
                faults.header("that stand twice in the header", column, Diagnostic::error(message), |f| {
                    f.note(format!("columns {} and {} have this name", before + 1, column + 1))
                        .hint("rename or take out one of them")
                });
            }
        }
        // A name holds no tab any more; the header itself does.
        let header = self.text.lines().find(|line| !line.is_empty()).unwrap_or_default();
        if self.names.len() == 1
            && let Some(separator) = [';', '\t'].into_iter().find(|s| header.contains(*s))
        {
            let name = if separator == ';' { "semicolons" } else { "tabs" };
            faults.other(
                Diagnostic::error(format!("the columns are separated by {name}, not commas"))
                    .at(self.header_place(0))
                    .hint("export it again with commas"),
            );
        }
    }

    fn check_lengths(&self, faults: &mut Faults<'_>) {
        let columns = self.names.len();
        for (row, record) in self.rows.iter().enumerate().filter(|(_, r)| r.len() != columns) {
            let fault = Diagnostic::error(format!("row has {} instead of {columns} cells", record.len()));
            faults.cell(row, 0, fault, |f| {
                f.note(format!("the header names {}", crate::diagnostic::count(columns, "column")))
                    .hint("put quotes round a cell that holds a comma, or add the cells that are missing")
            });
        }
    }

    fn warn_of_control_characters(&self, row: usize, faults: &mut Faults<'_>) {
        for (column, cell) in self.rows[row].iter().enumerate() {
            let Some(control) = cell.chars().find(|c| unwanted(*c)) else { continue };
            let name = shortened(self.names.get(column).map_or("", String::as_str));
            let fault = Diagnostic::warning(format!(
                "control character U+{:04X} in `{name}` is left out",
                u32::from(control)
            ));
            faults.cell(row, column, fault, |f| {
                f.hint("take it out of the file; it cannot be seen, and no report can print it")
            });
        }
    }
}

/// A name or value as a message shows it: line breaks and tabs as signs, and cut where it is long.
pub(crate) fn shortened(text: &str) -> String {
    const LONGEST: usize = 80;
    let seen = |c: char| match c {
        '\n' | '\r' => '⏎',
        '\t' => '⇥',
        c if c.is_control() => ' ',
        c => c,
    };
    let flat: String = text.replace("\r\n", "\n").chars().map(seen).take(LONGEST + 1).collect();
    if flat.chars().count() <= LONGEST {
        flat
    } else {
        flat.chars().take(LONGEST - 1).chain(std::iter::once('…')).collect()
    }
}

/// A name without space around it, and with one space where it has white space: tools break long names into lines, and
/// double or harden their spaces.
pub(crate) fn on_one_line(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn unwanted(c: char) -> bool {
    c.is_control() && !matches!(c, '\n' | '\r' | '\t')
}

/// The record without control characters, if it has any.
fn cleaned(record: &StringRecord) -> Option<StringRecord> {
    record.iter().any(|cell| cell.chars().any(unwanted)).then(|| {
        let mut clean: StringRecord =
            record.iter().map(|cell| cell.chars().filter(|c| !unwanted(*c)).collect::<String>()).collect();
        clean.set_position(record.position().cloned());
        clean
    })
}

fn line_starts(text: &str) -> Vec<usize> {
    let bytes = text.as_bytes();
    let breaks = bytes.iter().enumerate().filter(|(i, b)| match b {
        b'\n' => true,
        b'\r' => bytes.get(i + 1) != Some(&b'\n'),
        _ => false,
    });
    std::iter::once(0).chain(breaks.map(|(i, _)| i + 1)).collect()
}

/// Whether the quotes of a field are sound.
enum Quotes {
    Sound,
    Unclosed,
    TextBehind(usize),
}

/// A field as it stands in the text: up to `end`, where a comma, a line break or the end of the text stands.
struct Field {
    end: usize,
    quotes: Quotes,
}

impl Field {
    fn at(text: &[u8], start: usize) -> Field {
        let plain_end = |from: usize| {
            let rest = text.get(from..).unwrap_or_default();
            from + rest.iter().take_while(|b| !matches!(b, b',' | b'\r' | b'\n')).count()
        };
        if text.get(start) != Some(&b'"') {
            return Field { end: plain_end(start), quotes: Quotes::Sound };
        }
        let mut at = start + 1;
        loop {
            match text.get(at) {
                None => return Field { end: text.len(), quotes: Quotes::Unclosed },
                Some(b'"') if text.get(at + 1) == Some(&b'"') => at += 2,
                Some(b'"') => break,
                Some(_) => at += 1,
            }
        }
        let end = plain_end(at + 1);
        let quotes = if end == at + 1 { Quotes::Sound } else { Quotes::TextBehind(at + 1) };
        Field { end, quotes }
    }
}

/// The bytes at which fields begin, from `start` on.
fn field_starts(text: &[u8], start: usize) -> impl Iterator<Item = usize> {
    std::iter::successors(Some(start), |at| Some((Field::at(text, *at).end + 1).min(text.len())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(text: &str) -> String {
        RawTable::parse("t.csv", text.as_bytes().to_vec()).unwrap_err().to_string()
    }

    #[test]
    fn cells_know_their_places() {
        let text = "\u{feff}a,b,c\r\n1,\"x\ny\",é\r\n\r\n2,é,z\r\n";
        let (table, warnings) = RawTable::parse("t.csv", text.as_bytes().to_vec()).unwrap();
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
        let text = "\"a\r\n  b\",c\u{a0} d, e\n1,2,3\n";
        let (table, _) = RawTable::parse("t.csv", text.as_bytes().to_vec()).unwrap();
        assert_eq!(table.headers().collect::<Vec<_>>(), ["a b", "c d", "e"]);
        assert_eq!(table.column("a b"), Some(0));
        assert_eq!(table.header_place(1).to_string(), "t.csv:2:6");
        assert!(faults("a b,\"a\nb\"\n1,2\n").contains("column `a b` stands twice"));
        assert!(faults("a\tb\n1\t2\n").contains("separated by tabs"));
        assert_eq!(shortened("a\r\nb\tc"), "a⏎b⇥c");
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
        let (table, _) = RawTable::parse("t.csv", b"a,b\r1,2\r3,4\r".to_vec()).unwrap();
        assert_eq!(table.place(1, 1).to_string(), "t.csv:3:3");
    }

    #[test]
    fn control_characters_are_left_out_with_a_warning() {
        let (table, warnings) = RawTable::parse("t.csv", b"a,b\n1,x\x00y\n".to_vec()).unwrap();
        assert_eq!(table.cell(0, 1), "xy");
        assert!(warnings.to_string().contains("U+0000 in `b`"), "{warnings}");
        assert!(warnings.to_string().contains("t.csv:2:3"), "{warnings}");
    }
}
