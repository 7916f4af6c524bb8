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
use super::rows::members;
use super::slots::{OfUnit, Slots};
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
    slot: u32,
    ids: [Id; WIDTH],
    count: u64,
    weight: Twofold,
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
    slots: Slots<0>,
    units: Units,
    dictionaries: Dictionaries,
    atoms: Atoms,
    /// Slot and value to cell.
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
            slots: Slots::default(),
            units: Units::default(),
            dictionaries: Dictionaries::default(),
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

    /// Each group's slots and cells, cells in the order of their units and values.
    fn take(&mut self, emit: EmitTo) -> Vec<(Vec<OfUnit<0>>, Vec<Entry>)> {
        let places = self.slots.places();
        let mut groups: Vec<(Vec<OfUnit<0>>, Vec<Entry>)> = self
            .slots
            .take(emit, &self.units.in_order())
            .into_iter()
            .map(|slots| (slots, Vec::new()))
            .collect();
        let elements = groups.iter().map(|(slots, _)| slots.iter().map(|slot| slot.unit).zip(0..).collect());
        let elements: Vec<HashMap<u32, u32>> = elements.collect();
        let cells = std::mem::take(&mut self.cells);
        self.index = Index::default();
        for cell in cells {
            let (group, unit) = places[cell.slot as usize];
            let Some((_, entries)) = groups.get_mut(group) else {
                let (slot, _) = self.slots.number(group - groups.len(), unit);
                add(&mut self.index, &mut self.cells, &mut self.tuples, Cell { slot: slot as u32, ..cell });
                continue;
            };
            let element = elements[group].get(&unit).copied().unwrap_or_default();
            let Cell { ids, count, weight, .. } = cell;
            entries.push(Entry { element, ids, count, weight });
        }
        let order = self.atoms.places();
        for (_, entries) in &mut groups {
            entries.sort_unstable_by_key(|entry| (entry.element, entry.ids.map(|id| order.of(id))));
        }
        groups
    }
}

/// Adds a cell to those with the same slot and values.
fn add(index: &mut Index, cells: &mut Vec<Cell>, tuples: &mut Index, cell: Cell) {
    let [first, rest @ ..] = cell.ids;
    let mut value = u64::from(first);
    for id in rest.into_iter().filter(|id| *id != NONE) {
        // Numbers of tuples come after those of pairs of single values: a column never mixes the two.
        value = tuples.slot(value << 32 | u64::from(id)).0 as u64;
    }
    let (at, new) = index.slot(u64::from(cell.slot) << 32 | value);
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
        self.slots.expect(count);
        let columns = self.ids(values)?;
        let Cells { slots, units, dictionaries, atoms, index, cells, tuples, faults, .. } = self;
        let design = self.call.design.map(|design| DesignBatch::new(&values[design], dictionaries));
        let mut design = design.transpose()?;
        members(design.as_mut(), units, groups, filter, faults, |member, faults| {
            let (number, _) = slots.number(member.group, member.unit);
            let slot = slots.get_mut(number);
            slot.rows += 1;
            let mut ids = [NONE; WIDTH];
            for (argument, (id, column)) in ids.iter_mut().zip(&columns).enumerate() {
                *id = column[member.row];
                if *id == NONE {
                    return Ok(());
                }
                if let Atom::Number(number) = atoms.atom(*id)
                    && !number.is_finite()
                {
                    faults.values[argument].note(number);
                    return Ok(());
                }
            }
            slot.n += 1;
            let mut weight = Twofold::default();
            weight.add(member.weight);
            add(index, cells, tuples, Cell { slot: number as u32, ids, count: 1, weight });
            Ok(())
        })
    }

    fn evaluate(&mut self, emit: EmitTo) -> Result<ArrayRef> {
        self.faults.check(self.function, self.shape, &self.call)?;
        let groups = self.take(emit);
        let mut found = Vec::with_capacity(groups.len());
        for (slots, cells) in groups {
            let sample = match self.call.design {
                Some(_) => Some(Gathered::new(&slots, &self.units, self.function)?),
                None => None,
            };
            let rows = slots.iter().map(|slot| slot.rows).sum();
            let n = slots.iter().map(|slot| slot.n).sum();
            found.push(
                self.tabulator.group(&Table { sample, rows, n, cells, atoms: &self.atoms }, &self.call)?,
            );
        }
        self.tabulator.array(found)
    }

    fn state(&mut self, emit: EmitTo) -> Result<Vec<ArrayRef>> {
        self.faults.check(self.function, self.shape, &self.call)?;
        let groups = self.take(emit);
        let states = groups.iter().map(|(slots, cells)| {
            let mut to = Writer::default();
            let units = self.call.design.map(|_| &self.units);
            Slots::write_group(slots, units, &mut to);
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
        self.slots.expect(count);
        Reader::each(&states[0], groups, |group, from| {
            let units = self.call.design.map(|_| &mut self.units);
            let slots = self.slots.read_group(group, units, from)?;
            for _ in 0..from.integer()? {
                let Some(&slot) = slots.get(from.short()? as usize) else {
                    return exec_err!("a partial result has a cell of no unit");
                };
                let mut ids = [NONE; WIDTH];
                let width = from.short()? as usize;
                for id in ids.iter_mut().take(width) {
                    *id = self.atoms.read(from)?;
                }
                let count = from.integer()?;
                let cell = Cell { slot: slot as u32, ids, count, weight: from.twofold()? };
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
            + self.slots.size()
            + self.units.size()
            + self.dictionaries.size()
            + self.atoms.size()
            + self.index.size()
            + self.tuples.size()
            + self.cells.capacity() * size_of::<Cell>()
    }
}
