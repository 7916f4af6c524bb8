//! Aggregates that keep how often each value, or each pair of values, occurs in each unit.
//!
//! In: batches of rows with the numbers of their groups; one, two or three columns of values. Out: what a [`Tabulator`]
//! makes of each group's [`Table`]. Memory grows with units times values, not with rows. Without a design all rows of a
//! group are of one unit.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::fmt::Debug;

use datafusion::arrow::array::{ArrayRef, BooleanArray};
use datafusion::common::{Result, exec_err};
use datafusion::logical_expr::{EmitTo, GroupsAccumulator};

use super::atoms::{Atom, Atoms, Id, NONE};
use super::codec::{Reader, Writer};
use super::design::{DesignBatch, Dictionaries};
use super::faults::Faults;
use super::gather::Gathered;
use super::index::Index;
use super::pairs::Pairs;
use super::rows::units_of_rows;
use super::slots::{self, OfUnits};
use super::twofold::Twofold;
use super::units::Units;
use crate::engine::aggregate::{Call, Kind, Shape};

/// Values per cell.
const WIDTH: usize = 3;

/// What is made of a group.
pub(in crate::engine) trait Tabulator: Copy + Debug + Send + Sync + 'static {
    /// What a group gives.
    type Out;

    /// The result of a group; `None` where there is nothing to compute from.
    fn group(self, table: &Table<'_>, call: &Call) -> Result<Option<Self::Out>>;

    /// The results as an array.
    fn array(self, found: Vec<Option<Self::Out>>) -> Result<ArrayRef>;
}

/// The rows of a group that share unit and values.
#[derive(Clone, Copy, Debug)]
struct Cell {
    /// The number of its group and unit.
    pair: u32,
    ids: [Id; WIDTH],
    count: u64,
    weight: Twofold,
}

/// Rows of a group with a weight other than 0.
#[derive(Clone, Copy, Debug, Default)]
struct Rows {
    all: u64,
    answered: u64,
}

/// The table of a group.
pub(in crate::engine) struct Table<'a> {
    /// The domain of the sample that the group is; nothing without a design.
    pub(super) sample: Option<Gathered>,
    /// Rows of the group, answered or not.
    pub(in crate::engine) rows: u64,
    /// Rows that answered.
    pub(in crate::engine) n: u64,
    cells: Vec<Entry>,
    atoms: &'a Atoms,
}

/// A cell of a group's table.
#[derive(Clone, Copy, Debug)]
pub(in crate::engine) struct Entry {
    /// The number of the unit within the group, from 0.
    pub(super) element: u32,
    ids: [Id; WIDTH],
    /// Rows.
    pub(in crate::engine) count: u64,
    /// Sum of their weights.
    pub(super) weight: Twofold,
}

impl<'a> Table<'a> {
    /// The cells, by unit and then by value.
    pub(in crate::engine) fn cells(&self) -> &[Entry] {
        &self.cells
    }

    /// A value of a cell.
    pub(in crate::engine) fn atom(&self, cell: &Entry, argument: usize) -> Atom<'a> {
        self.atoms.atom(cell.ids[argument])
    }

    /// A value of a cell as a number; NaN of text.
    pub(in crate::engine) fn number(&self, cell: &Entry, argument: usize) -> f64 {
        match self.atom(cell, argument) {
            Atom::Number(number) => number,
            Atom::Text(_) => f64::NAN,
        }
    }

    /// The distinct values of an argument in ascending order, and for each cell the place of its value among them.
    pub(in crate::engine) fn categories(&self, argument: usize) -> (Vec<Atom<'a>>, Vec<u32>) {
        let mut ids: Vec<Id> = self.cells.iter().map(|cell| cell.ids[argument]).collect();
        ids.sort_unstable();
        ids.dedup();
        ids.sort_by(|a, b| ascending(self.atoms.atom(*a), self.atoms.atom(*b)));
        let places: HashMap<Id, u32> = ids.iter().copied().zip(0..).collect();
        let of = |cell: &Entry| places.get(&cell.ids[argument]).copied().unwrap_or(0);
        (ids.iter().map(|id| self.atoms.atom(*id)).collect(), self.cells.iter().map(of).collect())
    }
}

/// Numbers before texts, each in ascending order.
fn ascending(a: Atom<'_>, b: Atom<'_>) -> Ordering {
    match (a, b) {
        (Atom::Number(a), Atom::Number(b)) => a.total_cmp(&b),
        (Atom::Text(a), Atom::Text(b)) => a.cmp(b),
        (Atom::Number(_), Atom::Text(_)) => Ordering::Less,
        (Atom::Text(_), Atom::Number(_)) => Ordering::Greater,
    }
}

/// The aggregate over groups.
#[derive(Debug)]
pub(in crate::engine) struct Cells<T> {
    function: &'static str,
    shape: &'static Shape,
    tabulator: T,
    call: Call,
    pairs: Pairs,
    /// For each group, its rows.
    rows: Vec<Rows>,
    units: Units,
    dictionaries: Dictionaries,
    /// The unit of each row of a batch.
    of_rows: Vec<u32>,
    atoms: Atoms,
    /// Pair and value to cell.
    index: Index,
    cells: Vec<Cell>,
    /// Pairs and triples of values by number.
    tuples: Index,
    faults: Faults,
}

impl<T: Tabulator> Cells<T> {
    pub(in crate::engine) fn new(
        function: &'static str,
        shape: &'static Shape,
        tabulator: T,
        call: &Call,
    ) -> Self {
        Cells {
            function,
            shape,
            tabulator,
            call: call.clone(),
            pairs: Pairs::default(),
            rows: Vec::new(),
            units: Units::default(),
            dictionaries: Dictionaries::default(),
            of_rows: Vec::new(),
            atoms: Atoms::default(),
            index: Index::default(),
            cells: Vec::new(),
            tuples: Index::default(),
            faults: Faults::default(),
        }
    }

    /// The number of each value of each column, for each row.
    fn ids(&mut self, values: &[ArrayRef]) -> Result<Vec<Vec<Id>>> {
        let columns = self.shape.leading.iter().zip(values);
        columns
            .filter(|(argument, _)| argument.kind != Kind::Probability)
            .map(|(argument, array)| self.atoms.ids(array, argument.kind == Kind::Category))
            .collect()
    }

    /// Sees to it that there are as many groups.
    fn expect(&mut self, groups: usize) {
        self.rows.resize(self.rows.len().max(groups), Rows::default());
    }

    /// Takes the first groups out; later groups move to the front.
    fn take(&mut self, emit: EmitTo) -> Vec<Taken> {
        let taken = match emit {
            EmitTo::All => self.rows.len(),
            EmitTo::First(groups) => groups.min(self.rows.len()),
        };
        let new = |rows| Taken { of_units: OfUnits::default(), rows, cells: Vec::new() };
        let mut groups: Vec<Taken> = self.rows.drain(..taken).map(new).collect();
        let pairs = std::mem::take(&mut self.pairs);
        // Of each pair the place of its unit in its group, or its new number.
        let mut now = vec![0; pairs.len()];
        for pair in pairs.in_order(&self.units.in_order()) {
            now[pair.number] = match groups.get_mut(pair.group) {
                Some(Taken { of_units, .. }) => {
                    of_units.push(pair.unit, []);
                    of_units.units.len() as u32 - 1
                }
                None => self.pairs.number(pair.group - taken, pair.unit).0 as u32,
            };
        }
        let cells = std::mem::take(&mut self.cells);
        self.index = Index::default();
        for cell in cells {
            let (Cell { ids, count, weight, .. }, now) = (cell, now[cell.pair as usize]);
            match groups.get_mut(pairs.group(cell.pair as usize)) {
                Some(group) => group.cells.push(Entry { element: now, ids, count, weight }),
                None => {
                    add(&mut self.index, &mut self.cells, &mut self.tuples, Cell { pair: now, ..cell });
                }
            }
        }
        let order = self.atoms.places();
        for group in &mut groups {
            group.cells.sort_unstable_by_key(|entry| (entry.element, entry.ids.map(|id| order.of(id))));
        }
        groups
    }
}

/// A group that was taken out.
struct Taken {
    of_units: OfUnits<0>,
    rows: Rows,
    /// In the order of their units and values.
    cells: Vec<Entry>,
}

/// Adds a cell to those with the same pair and values.
fn add(index: &mut Index, cells: &mut Vec<Cell>, tuples: &mut Index, cell: Cell) {
    let [first, rest @ ..] = cell.ids;
    let mut value = u64::from(first);
    for id in rest.into_iter().filter(|id| *id != NONE) {
        // Numbers of tuples come after those of pairs of single values: a column never mixes the two.
        value = tuples.slot(value << 32 | u64::from(id)).0 as u64;
    }
    let (at, new) = index.slot(u64::from(cell.pair) << 32 | value);
    if new {
        cells.push(cell);
        return;
    }
    cells[at].count += cell.count;
    cells[at].weight.merge(cell.weight);
}

impl<T: Tabulator> GroupsAccumulator for Cells<T> {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        groups: &[usize],
        filter: Option<&BooleanArray>,
        count: usize,
    ) -> Result<()> {
        self.expect(count);
        let columns = self.ids(values)?;
        let Cells { pairs, rows, units, dictionaries, of_rows, atoms, index, cells, tuples, faults, .. } =
            self;
        let design = self.call.design.map(|design| DesignBatch::new(&values[design], dictionaries));
        let mut design = design.transpose()?;
        units_of_rows(design.as_mut(), units, groups.len(), filter, faults, of_rows)?;
        let members = groups.iter().zip(of_rows).enumerate().filter(|(_, (_, unit))| **unit != slots::NONE);
        'rows: for (row, (&group, unit)) in members {
            let (pair, _) = pairs.number(group, *unit);
            rows[group].all += 1;
            let mut ids = [NONE; WIDTH];
            for (argument, (id, column)) in ids.iter_mut().zip(&columns).enumerate() {
                *id = column[row];
                if *id == NONE {
                    continue 'rows;
                }
                if let Atom::Number(number) = atoms.atom(*id)
                    && !number.is_finite()
                {
                    faults.values[argument].note(number);
                    continue 'rows;
                }
            }
            rows[group].answered += 1;
            let mut weight = Twofold::default();
            weight.add(design.as_ref().map_or(1.0, |design| design.weights[row]));
            add(index, cells, tuples, Cell { pair: pair as u32, ids, count: 1, weight });
        }
        Ok(())
    }

    fn evaluate(&mut self, emit: EmitTo) -> Result<ArrayRef> {
        self.faults.check(self.function, self.shape, &self.call)?;
        let groups = self.take(emit);
        let mut found = Vec::with_capacity(groups.len());
        for Taken { of_units, rows: Rows { all: rows, answered: n }, cells } in groups {
            let sample = match self.call.design {
                Some(_) => Some(Gathered::new(&of_units.units, &self.units, self.function)?),
                None => None,
            };
            let table = Table { sample, rows, n, cells, atoms: &self.atoms };
            found.push(self.tabulator.group(&table, &self.call)?);
        }
        self.tabulator.array(found)
    }

    fn state(&mut self, emit: EmitTo) -> Result<Vec<ArrayRef>> {
        self.faults.check(self.function, self.shape, &self.call)?;
        let groups = self.take(emit);
        let states = groups.iter().map(|Taken { of_units, rows, cells }| {
            let mut to = Writer::default();
            of_units.write(self.call.design.map(|_| &self.units), &mut to);
            to.integer(rows.all);
            to.integer(rows.answered);
            to.integer(cells.len() as u64);
            for cell in cells {
                to.integer(cell.element.into());
                let ids = cell.ids.iter().filter(|id| **id != NONE);
                to.integer(ids.clone().count() as u64);
                ids.for_each(|id| self.atoms.write(*id, &mut to));
                to.integer(cell.count);
                to.twofold(cell.weight);
            }
            to
        });
        Ok(vec![Writer::array(states)])
    }

    fn merge_batch(&mut self, states: &[ArrayRef], groups: &[usize], count: usize) -> Result<()> {
        self.expect(count);
        Reader::each(&states[0], groups, |group, from| {
            let of_units = OfUnits::<0>::read(self.call.design.map(|_| &mut self.units), from)?;
            let mut numbers = Vec::with_capacity(of_units.units.len());
            for unit in of_units.units {
                numbers.push(self.pairs.number(group, unit).0 as u32);
            }
            self.rows[group].all += from.integer()?;
            self.rows[group].answered += from.integer()?;
            for _ in 0..from.integer()? {
                let Some(&pair) = numbers.get(from.short()? as usize) else {
                    return exec_err!("a partial result has a cell of no unit");
                };
                let mut ids = [NONE; WIDTH];
                let width = from.short()? as usize;
                for id in ids.iter_mut().take(width) {
                    *id = self.atoms.read(from)?;
                }
                let cell = Cell { pair, ids, count: from.integer()?, weight: from.twofold()? };
                add(&mut self.index, &mut self.cells, &mut self.tuples, cell);
            }
            Ok(())
        })
    }

    fn convert_to_state(&self, values: &[ArrayRef], filter: Option<&BooleanArray>) -> Result<Vec<ArrayRef>> {
        let mut each = Cells::new(self.function, self.shape, self.tabulator, &self.call);
        let rows: Vec<usize> = (0..values[0].len()).collect();
        each.update_batch(values, &rows, filter, rows.len())?;
        each.state(EmitTo::All)
    }

    fn size(&self) -> usize {
        size_of_val(self)
            + self.pairs.size()
            + self.rows.capacity() * size_of::<Rows>()
            + self.units.size()
            + self.dictionaries.size()
            + self.of_rows.capacity() * size_of::<u32>()
            + self.atoms.size()
            + self.index.size()
            + self.tuples.size()
            + self.cells.capacity() * size_of::<Cell>()
    }
}
