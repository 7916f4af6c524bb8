//! Faults in the cells of a table, like ones folded into one.
//!
//! In: one fault per cell, as it is met. Out: one [`Diagnostic`] per message, at the first cell that has it, with the
//! lines of the others in a note. It shows cells and never a whole row.

use indexmap::IndexMap;

use super::RawTable;
use crate::diagnostic::{Diagnostic, Diagnostics, Place};

/// How many further lines a note lists before it only counts them.
const LISTED: usize = 12;

/// How many like faults of a header are told one by one.
const TOLD_APART: usize = 20;

/// The faults met so far in one table.
#[derive(Debug)]
pub struct Faults<'a> {
    table: &'a RawTable,
    met: IndexMap<String, (Diagnostic, Vec<usize>)>,
    /// Faulty columns by what is wrong with them: how many, and the first that is not told by itself.
    columns: IndexMap<&'static str, (usize, usize)>,
}

impl<'a> Faults<'a> {
    /// None yet.
    pub fn new(table: &'a RawTable) -> Self {
        Faults { table, met: IndexMap::new(), columns: IndexMap::new() }
    }

    /// A fault of the cell at `row` and `column` (both counted from 0). A message that was met before only adds its
    /// line; `more` is asked for notes and hints the first time.
    pub fn cell(
        &mut self,
        row: usize,
        column: usize,
        fault: Diagnostic,
        more: impl FnOnce(Diagnostic) -> Diagnostic,
    ) {
        let line = self.table.line(row);
        match self.met.get_mut(&fault.message) {
            Some((_, lines)) => lines.push(line),
            None => {
                let fault = more(fault.at(self.table.place(row, column)));
                self.met.insert(fault.message.clone(), (fault, Vec::new()));
            }
        }
    }

    /// A fault of the name of `column`, one of the columns `which` ("that have no name"). The first few are told one by
    /// one, the others together; `more` is asked for notes and hints of those that are told.
    pub fn header(
        &mut self,
        which: &'static str,
        column: usize,
        fault: Diagnostic,
        more: impl FnOnce(Diagnostic) -> Diagnostic,
    ) {
        let (met, first_untold) = self.columns.entry(which).or_insert((0, column));
        *met += 1;
        if *met <= TOLD_APART {
            let fault = more(fault.at(self.table.header_place(column)));
            self.other(fault);
        } else if *met == TOLD_APART + 1 {
            *first_untold = column;
        }
    }

    /// A fault that is not a cell's; its message is told once.
    pub fn other(&mut self, fault: Diagnostic) {
        self.met.entry(fault.message.clone()).or_insert((fault, Vec::new()));
    }

    /// Whether nothing is wrong so far.
    pub fn is_empty(&self) -> bool {
        self.met.is_empty()
    }

    /// All of them, by place.
    pub fn finish(self) -> Diagnostics {
        let untold = self.columns.iter().filter(|(_, (met, _))| *met > TOLD_APART);
        let untold = untold.map(|(which, (met, first))| {
            Diagnostic::error(format!("more columns {which}: {}", met - TOLD_APART))
                .at(self.table.header_place(*first))
                .hint("is this the right file, exported whole?")
        });
        let untold: Vec<Diagnostic> = untold.collect();
        let mut all: Vec<Diagnostic> = self
            .met
            .into_values()
            .map(|(mut fault, mut lines)| {
                lines.dedup();
                if let Some(note) = further_rows(self.table.unit(), &lines) {
                    fault.notes.insert(0, note);
                }
                fault
            })
            .chain(untold)
            .collect();
        let key = |place: &Option<Place>| place.as_ref().map(|p| (p.line, p.column));
        all.sort_by_key(|fault| key(&fault.place));
        let mut diagnostics = Diagnostics::new();
        diagnostics.extend(all);
        diagnostics
    }
}

/// "3 more rows: lines 518, 733, 910".
fn further_rows(unit: &str, lines: &[usize]) -> Option<String> {
    let listed: Vec<String> = lines.iter().take(LISTED).map(usize::to_string).collect();
    match lines.len() {
        0 => None,
        1 => Some(format!("1 more row: {unit} {}", listed[0])),
        n if n <= LISTED => Some(format!("{n} more rows: {unit}s {}", listed.join(", "))),
        n => Some(format!("{n} more rows: {unit}s {} and {} others", listed.join(", "), n - LISTED)),
    }
}
