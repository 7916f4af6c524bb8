//! A table of text cells, each of which knows where it stands in its file.
//!
//! In: names, rows and what the reader of a format knows of places. Out: a [`RawTable`], every row as long as the names,
//! or all the faults that make the file no table.
//!
//! Control characters other than tab and line break are taken out of cells, with a warning.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use ::csv::StringRecord;
use indexmap::IndexMap;

use super::faults::{Met, Stands};
use super::lines::Lines;
use super::reading::Written;
use super::{Described, Faults, delimited, dta, sav, shortened, workbook};
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::study::{Format, MissingReason, Source};

/// Cells of the largest workbook or data file that is read: a few bytes of such a file can stand for very many.
pub(super) const MOST_CELLS: usize = 1 << 26;

/// A table of text cells.
#[derive(Debug)]
pub struct RawTable {
    /// The file, relative to the study's folder.
    pub file: String,
    /// Names of the columns, each on one line.
    pub(super) names: Vec<String>,
    /// Cells as the file has them: codes, where it has labels for them.
    pub(super) rows: Vec<StringRecord>,
    pub(super) origin: Origin,
    /// What the file says of its columns; empty where it says nothing.
    pub(super) described: Vec<Described>,
    /// Why answers are missing, by code or label, as it was declared.
    pub(super) reasons: IndexMap<String, MissingReason>,
    /// Where the columns stand in the file and how it names them, if they are not read as they stand.
    pub(super) written: Option<Written>,
}

/// Where the cells of a table stand.
#[derive(Debug)]
pub(super) enum Origin {
    /// In lines of text, and the names in those of its beginning.
    Lines { lines: Lines, heading: Arc<Heading> },
    /// In a sheet: its name, the numbers of the rows (from 0), the header's among them first, and the first column.
    Sheet { name: String, header: u32, rows: Vec<u32>, column: u32 },
    /// In the cases of a data file.
    Cases,
}

/// The header of delimited text: the lines in which it stands, and the byte of them at which each column's name begins.
#[derive(Debug)]
pub(super) struct Heading {
    pub(super) lines: Lines,
    pub(super) starts: Vec<usize>,
}

/// A cell that its file calls missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stated<'a> {
    /// Its code.
    pub code: &'a str,
    /// Why, where that was declared.
    pub reason: Option<MissingReason>,
}

impl RawTable {
    /// Reads `source` in the study's folder `root`.
    ///
    /// # Errors
    /// The file is not there, or is no table; see [`RawTable::parse`].
    pub fn read(root: &Path, source: &Source) -> Result<(RawTable, Diagnostics), Diagnostics> {
        RawTable::parse(source, super::bytes(root, &source.file)?)
    }

    /// Reads `bytes` as the table in `source`; warnings come along.
    ///
    /// # Errors
    /// All that keeps the bytes from being a table, with its place in the file.
    pub fn parse(source: &Source, bytes: Vec<u8>) -> Result<(RawTable, Diagnostics), Diagnostics> {
        let (table, told) = RawTable::unchecked(source, bytes)?;
        table.checked(told)
    }

    /// The same before its names, rows and cells are checked.
    pub(super) fn unchecked(source: &Source, bytes: Vec<u8>) -> Result<(RawTable, Diagnostics), Diagnostics> {
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Err(Diagnostic::error("the file is empty")
                .at(Place::at(&*source.file, 1, 1))
                .hint("export it again, with its header line")
                .into());
        }
        super::kind::agrees(source, &bytes)?;
        match source.format() {
            Format::Text => delimited::read(source, bytes),
            Format::Workbook => workbook::read(source, bytes),
            Format::Spss => sav::read(source, &bytes),
            Format::Stata => dta::read(source, &bytes),
        }
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

    /// The cell at `row` and `column`, both counted from 0, without space around it; its label, where the file has one
    /// for its code.
    pub fn cell(&self, row: usize, column: usize) -> &str {
        let code = self.code(row, column);
        let label = self.described(column).and_then(|described| described.value_labels.get(code));
        label.map_or(code, |label| label.trim())
    }

    /// The cell at `row` and `column` as the file has it: its code, where it has one.
    pub fn code(&self, row: usize, column: usize) -> &str {
        self.rows.get(row).and_then(|r| r.get(column)).unwrap_or_default().trim()
    }

    /// What the file says of `column`, beside its name.
    pub fn described(&self, column: usize) -> Option<&Described> {
        self.described.get(column)
    }

    /// What is stated of a cell that the file itself calls missing; none of any other cell. A blank cell says nothing.
    pub fn stated(&self, row: usize, column: usize) -> Option<Stated<'_>> {
        let described = self.described(column)?;
        let code = self.code(row, column);
        if code.is_empty() || !described.missing.has(code) {
            return None;
        }
        let label = described.value_labels.get(code).and_then(|label| self.reasons.get(label.trim()));
        Some(Stated { code, reason: self.reasons.get(code).or(label).copied() })
    }

    /// The number by which `row` is known in the file, counted from 1: its first line, its row in the sheet, its case.
    pub fn line(&self, row: usize) -> usize {
        match &self.origin {
            Origin::Lines { lines, .. } => lines.line_of(self.rows.get(row).map_or(0, |r| lines.start(r))),
            Origin::Sheet { rows, .. } => 1 + rows.get(row).map_or(0, |row| index(*row)),
            Origin::Cases => row + 1,
        }
    }

    /// What the numbers of rows count: lines, rows, cases.
    pub fn unit(&self) -> &'static str {
        match self.origin {
            Origin::Lines { .. } => "line",
            Origin::Sheet { .. } => "row",
            Origin::Cases => "case",
        }
    }

    /// Where `row` stands, in words: "on line 3", "in row 3", "in case 3".
    pub fn standing(&self, row: usize) -> String {
        self.standing_at(self.line(row))
    }

    /// The same of a row by its number in the file; it may be in another chunk.
    pub fn standing_at(&self, line: usize) -> String {
        let word = if matches!(self.origin, Origin::Lines { .. }) { "on" } else { "in" };
        format!("{word} {} {line}", self.unit())
    }

    /// Where the cell at `row` and `column` begins. The place has no excerpt: a row may belong to a respondent.
    pub fn place(&self, row: usize, column: usize) -> Place {
        match &self.origin {
            Origin::Lines { lines, .. } => {
                match self.rows.get(row).and_then(|record| lines.field(record, self.in_file(column))) {
                    Some(start) => lines.place(&self.file, start),
                    None => Place::file(&*self.file),
                }
            }
            Origin::Sheet { name, rows, column: first, .. } => match rows.get(row) {
                Some(row) => workbook::place(&self.file, name, *row, *first, self.in_file(column)),
                None => Place::file(&*self.file),
            },
            Origin::Cases => {
                let case = row + 1;
                let name = self.written_name(column).unwrap_or_default();
                let within = format!("case {case}, {}", shortened(name));
                Place::within(&*self.file, within, Some(case), Some(self.in_file(column) + 1))
            }
        }
    }

    /// Where the name of `column` stands in the header.
    pub fn header_place(&self, column: usize) -> Place {
        match &self.origin {
            Origin::Lines { heading, .. } => match heading.starts.get(self.in_file(column)) {
                Some(start) => heading.lines.place(&self.file, *start),
                None => Place::file(&*self.file),
            },
            Origin::Sheet { name, header, column: first, .. } => {
                workbook::place(&self.file, name, *header, *first, self.in_file(column))
            }
            Origin::Cases => match self.written_name(column) {
                Some(name) => {
                    Place::within(&*self.file, shortened(name), None, Some(self.in_file(column) + 1))
                }
                None => Place::file(&*self.file),
            },
        }
    }

    /// Where the header begins.
    pub fn header_start(&self) -> Place {
        match &self.origin {
            Origin::Lines { .. } => Place::at(&*self.file, 1, 1),
            Origin::Sheet { name, header, column, .. } => {
                workbook::place(&self.file, name, *header, *column, 0)
            }
            Origin::Cases => Place::file(&*self.file),
        }
    }

    /// The table, if its names are sound and its rows as long as they; `told` is what is known of it already.
    fn checked(mut self, mut told: Diagnostics) -> Result<(RawTable, Diagnostics), Diagnostics> {
        let mut met = Met::default();
        self.check(&mut met);
        told.extend(met.finish());
        told.or(self)
    }

    /// Puts what is wrong with names, rows and cells to what was `met` in the chunks before, and cleans the cells.
    pub(super) fn check(&mut self, met: &mut Met) {
        let mut faults = Faults::after(std::mem::take(met), &*self);
        self.check_headers(&mut faults);
        self.check_lengths(&mut faults);
        let odd = (0..self.rows.len()).filter(|row| self.rows.get(*row).is_some_and(may_hold_unwanted));
        let odd: Vec<usize> = odd.collect();
        for row in &odd {
            self.warn_of_control_characters(*row, &mut faults);
        }
        *met = faults.met();
        for row in odd {
            if let Some(record) = self.rows.get_mut(row)
                && let Some(clean) = cleaned(record)
            {
                *record = clean;
            }
        }
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
    }

    fn check_lengths(&self, faults: &mut Faults<'_>) {
        let columns = self.names.len();
        let between = match &self.origin {
            Origin::Lines { lines, .. } => super::delimited::separator_name(lines.separator),
            _ => "separator",
        };
        for (row, record) in self.rows.iter().enumerate().filter(|(_, r)| r.len() != columns) {
            let fault = Diagnostic::error(format!("row has {} instead of {columns} cells", record.len()));
            faults.cell(row, 0, fault, |f| {
                f.note(format!("the header names {}", crate::diagnostic::count(columns, "column"))).hint(
                    format!(
                        "put quotes round a cell that holds a {between}, or add the cells that are missing"
                    ),
                )
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

impl Stands for RawTable {
    fn unit(&self) -> &'static str {
        self.unit()
    }

    fn line(&self, row: usize) -> usize {
        self.line(row)
    }

    fn place(&self, row: usize, column: usize) -> Place {
        self.place(row, column)
    }

    fn header_place(&self, column: usize) -> Place {
        self.header_place(column)
    }
}

fn index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn unwanted(c: char) -> bool {
    c.is_control() && !matches!(c, '\n' | '\r' | '\t')
}

/// Whether the record has a byte with which a control character may begin: what nearly no record has, found at once.
fn may_hold_unwanted(record: &StringRecord) -> bool {
    const CONTROLS_BEHIND_ASCII: u8 = 0xc2;
    let begins = |b: u8| b < b' ' && !matches!(b, b'\n' | b'\r' | b'\t');
    record.as_slice().bytes().any(|b| begins(b) || b == 0x7f || b == CONTROLS_BEHIND_ASCII)
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
