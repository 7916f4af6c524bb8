//! Faults in the cells of a table, like ones folded into one.
//!
//! In: one fault per cell, as it is met. Out: what [`Folded`] makes of them, with the places of the table. It shows cells and
//! never a whole row. What was met in one chunk of a file goes on in the next one: see [`Met`].

use std::fmt;

use indexmap::IndexMap;

use crate::diagnostic::{Diagnostic, Diagnostics, Folded, Place, TOLD};

/// A table as its faults see it: where its rows, cells and names stand.
pub trait Stands: fmt::Debug {
    /// What the numbers of rows count: lines, rows, cases.
    fn unit(&self) -> &'static str;
    /// The number by which `row` is known in the file.
    fn line(&self, row: usize) -> usize;
    /// Where the cell at `row` and `column`, both counted from 0, begins.
    fn place(&self, row: usize, column: usize) -> Place;
    /// Where the name of `column` stands.
    fn header_place(&self, column: usize) -> Place;
}

/// The faults met so far in one table.
#[derive(Debug)]
pub struct Faults<'a> {
    table: &'a dyn Stands,
    met: Met,
}

/// The faults met so far in a file, whichever chunk of it they stand in.
#[derive(Clone, Debug, Default)]
pub struct Met {
    cells: Option<Folded>,
    others: IndexMap<String, Diagnostic>,
    columns: IndexMap<&'static str, Columns>,
}

/// Columns at fault in one way.
#[derive(Clone, Debug, Default)]
struct Columns {
    count: usize,
    /// The last one. Every chunk has the same names, which are at fault once.
    last: Option<usize>,
    /// Where the first of those stands that are not told by themselves.
    untold: Option<Place>,
}

impl<'a> Faults<'a> {
    /// None yet.
    pub fn new(table: &'a dyn Stands) -> Self {
        Faults::after(Met::default(), table)
    }

    /// Those that were met in the chunks before `table`, and none in it yet.
    pub fn after(met: Met, table: &'a dyn Stands) -> Self {
        Faults { table, met }
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
        let cells = self.met.cells.get_or_insert_with(|| Folded::new(self.table.unit()));
        cells.add(Some(column), self.table.line(row), fault, place, more);
    }

    /// A fault of the name of `column`, one of the columns `which` ("that have no name"); columns are told in their order. The
    /// first few are told one by one, the others together; `more` is asked for notes and hints of those that are told.
    pub fn header(
        &mut self,
        which: &'static str,
        column: usize,
        fault: Diagnostic,
        more: impl FnOnce(Diagnostic) -> Diagnostic,
    ) {
        let columns = self.met.columns.entry(which).or_default();
        if columns.last.is_some_and(|last| column <= last) {
            return;
        }
        columns.last = Some(column);
        columns.count += 1;
        if columns.count <= TOLD {
            let fault = more(fault.at(self.table.header_place(column)));
            self.other(fault);
        } else if columns.untold.is_none() {
            columns.untold = Some(self.table.header_place(column));
        }
    }

    /// A fault that is not a cell's; its message is told once.
    pub fn other(&mut self, fault: Diagnostic) {
        self.met.others.entry(fault.message.clone()).or_insert(fault);
    }

    /// Whether nothing is wrong so far.
    pub fn is_empty(&self) -> bool {
        self.met.is_empty()
    }

    /// What was met, to go on with in the next chunk.
    pub fn met(self) -> Met {
        self.met
    }

    /// All of them, by place.
    pub fn finish(self) -> Diagnostics {
        self.met.finish()
    }
}

impl Met {
    /// Whether nothing is wrong so far.
    pub fn is_empty(&self) -> bool {
        self.others.is_empty() && self.cells.as_ref().is_none_or(Folded::is_empty)
    }

    /// Whether there is an error among them.
    pub fn has_errors(&self) -> bool {
        let is_error = |fault: &Diagnostic| fault.severity == crate::diagnostic::Severity::Error;
        self.others.values().any(is_error) || self.cells.as_ref().is_some_and(Folded::has_errors)
    }

    /// All of them, by place.
    pub fn finish(self) -> Diagnostics {
        let untold = self.columns.into_iter().filter_map(|(which, columns)| {
            let more = columns.count.checked_sub(TOLD)?;
            let fault = Diagnostic::error(format!("more columns {which}: {more}"));
            let fault = Diagnostic { times: more, ..fault }.at(columns.untold?);
            Some(fault.hint("is this the right file, exported whole?"))
        });
        let cells = self.cells.map(Folded::finish).into_iter().flatten();
        let mut all = Diagnostics::new();
        all.extend(self.others.into_values().chain(cells).chain(untold));
        by_place([all])
    }
}

/// All faults of several lists, by place.
pub fn by_place(lists: impl IntoIterator<Item = Diagnostics>) -> Diagnostics {
    let mut all: Vec<Diagnostic> = lists.into_iter().flatten().collect();
    let key = |place: &Option<Place>| place.as_ref().map(|p| (p.line, p.column));
    all.sort_by_key(|fault| key(&fault.place));
    let mut diagnostics = Diagnostics::new();
    diagnostics.extend(all);
    diagnostics
}
