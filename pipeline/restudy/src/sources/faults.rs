//! Faults in the cells of a table, like ones folded into one.
//!
//! In: one fault per cell, as it is met. Out: what [`Folded`] makes of them, with the places of the table. It shows cells and
//! never a whole row.

use indexmap::IndexMap;

use super::RawTable;
use crate::diagnostic::{Diagnostic, Diagnostics, Folded, Place, TOLD};

/// The faults met so far in one table.
#[derive(Debug)]
pub struct Faults<'a> {
    table: &'a RawTable,
    cells: Folded,
    others: IndexMap<String, Diagnostic>,
    /// Faulty columns by what is wrong with them: how many, and the first that is not told by itself.
    columns: IndexMap<&'static str, (usize, usize)>,
}

impl<'a> Faults<'a> {
    /// None yet.
    pub fn new(table: &'a RawTable) -> Self {
        let cells = Folded::new(table.unit());
        Faults { table, cells, others: IndexMap::new(), columns: IndexMap::new() }
    }

    /// A fault of the cell at `row` and `column` (both counted from 0). `more` is asked for notes and hints where the fault is
    /// told by itself.
    pub fn cell(
        &mut self,
        row: usize,
        column: usize,
        fault: Diagnostic,
        more: impl FnOnce(Diagnostic) -> Diagnostic,
    ) {
        let place = || self.table.place(row, column);
        self.cells.add(Some(column), self.table.line(row), fault, place, more);
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
        if *met <= TOLD {
            let fault = more(fault.at(self.table.header_place(column)));
            self.other(fault);
        } else if *met == TOLD + 1 {
            *first_untold = column;
        }
    }

    /// A fault that is not a cell's; its message is told once.
    pub fn other(&mut self, fault: Diagnostic) {
        self.others.entry(fault.message.clone()).or_insert(fault);
    }

    /// Whether nothing is wrong so far.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty() && self.others.is_empty()
    }

    /// All of them, by place.
    pub fn finish(self) -> Diagnostics {
        let untold = self.columns.iter().filter(|(_, (met, _))| *met > TOLD);
        let untold = untold.map(|(which, (met, first))| {
            let fault = Diagnostic::error(format!("more columns {which}: {}", met - TOLD));
            Diagnostic { times: met - TOLD, ..fault }
                .at(self.table.header_place(*first))
                .hint("is this the right file, exported whole?")
        });
        let untold: Vec<Diagnostic> = untold.collect();
        let cells = self.cells.finish().into_iter();
        let mut all: Vec<Diagnostic> = self.others.into_values().chain(cells).chain(untold).collect();
        let key = |place: &Option<Place>| place.as_ref().map(|p| (p.line, p.column));
        all.sort_by_key(|fault| key(&fault.place));
        let mut diagnostics = Diagnostics::new();
        diagnostics.extend(all);
        diagnostics
    }
}
