//! What is known of each group and unit: counts and sums, in the order in which they were first met.
//!
//! Without a design all rows of a group share one slot, and memory grows with groups; with one, with groups times units.

use datafusion::common::Result;
use datafusion::logical_expr::EmitTo;

use super::codec::{Reader, Writer};
use super::index::Index;
use super::twofold::Twofold;
use super::units::Units;

/// Counts and sums of the rows of one group and unit: of three sums, one line of the processor's cache.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub(super) struct Slot<const K: usize> {
    /// Rows with a weight other than 0.
    pub(super) rows: u64,
    /// Those of them that answered.
    pub(super) n: u64,
    /// Sums over rows that answered.
    pub(super) sums: [Twofold; K],
}

/// A slot that was taken out, and its unit.
#[derive(Clone, Copy, Debug)]
pub(super) struct OfUnit<const K: usize> {
    pub(super) unit: u32,
    pub(super) rows: u64,
    pub(super) n: u64,
    pub(super) sums: [Twofold; K],
}

/// Slots by group and unit.
///
/// A slot's number is looked up in a table of all units for each group, while these tables are not much larger than what is
/// in them; then by a hash.
#[derive(Debug)]
pub(super) struct Slots<const K: usize> {
    slots: Vec<Slot<K>>,
    /// For each slot its group and unit.
    keys: Vec<u64>,
    /// For each group, the slot of each unit.
    tables: Vec<Vec<u32>>,
    /// Entries of all tables.
    entries: usize,
    /// The slot of each group and unit, once tables would be too large.
    index: Option<Index>,
    /// Groups that there are, with or without slots.
    groups: usize,
}

/// No slot.
pub(super) const NONE: u32 = u32::MAX;

/// Entries that tables may have when nothing is in them: 4 MiB.
const ENTRIES: usize = 1 << 20;

impl<const K: usize> Default for Slots<K> {
    fn default() -> Self {
        Slots { slots: vec![], keys: vec![], tables: vec![], entries: 0, index: None, groups: 0 }
    }
}

impl<const K: usize> Slots<K> {
    /// Sees to it that there are as many groups.
    pub(super) fn expect(&mut self, groups: usize) {
        self.groups = self.groups.max(groups);
    }

    /// The number of the slot of a group and unit, and whether it is new.
    #[inline(always)]
    pub(super) fn number(&mut self, group: usize, unit: u32) -> (usize, bool) {
        match self.tables.get(group).and_then(|table| table.get(unit as usize)) {
            Some(slot) if *slot != NONE => (*slot as usize, false),
            _ => self.search(group, unit),
        }
    }

    fn search(&mut self, group: usize, unit: u32) -> (usize, bool) {
        let key = (group as u64) << 32 | u64::from(unit);
        let (slot, new) = match &mut self.index {
            Some(index) => index.slot(key),
            None => (self.slots.len(), true),
        };
        if new {
            self.slots.push(Slot { rows: 0, n: 0, sums: [Twofold::default(); K] });
            self.keys.push(key);
            if self.index.is_none() {
                self.enter(group, unit, slot as u32);
            }
        }
        (slot, new)
    }

    /// Puts a slot into the table of its group, or all slots into an index.
    fn enter(&mut self, group: usize, unit: u32, slot: u32) {
        if self.tables.len() <= group {
            self.entries += group + 1 - self.tables.len();
            self.tables.resize_with(group + 1, Vec::new);
        }
        let (table, unit) = (&mut self.tables[group], unit as usize);
        if table.len() <= unit {
            let size = (unit + 1).next_power_of_two();
            self.entries += size - table.len();
            if self.entries > ENTRIES + 8 * self.keys.len() {
                let mut index = Index::default();
                for key in &self.keys {
                    index.slot(*key);
                }
                (self.index, self.tables, self.entries) = (Some(index), Vec::new(), 0);
                return;
            }
            table.resize(size, NONE);
        }
        table[unit] = slot;
    }

    /// A slot.
    #[inline(always)]
    pub(super) fn get_mut(&mut self, slot: usize) -> &mut Slot<K> {
        &mut self.slots[slot]
    }

    /// Takes the first groups out, each as its slots in the order of `units`, which are all units; later groups move to the
    /// front.
    pub(super) fn take(&mut self, emit: EmitTo, units: &[u32]) -> Vec<Vec<OfUnit<K>>> {
        let taken = match emit {
            EmitTo::All => self.groups,
            EmitTo::First(groups) => groups,
        };
        let all = std::mem::take(self);
        self.groups = all.groups.saturating_sub(taken);
        let mut groups = vec![Vec::new(); taken];
        for (group, unit, at) in all.in_order(units) {
            let slot = all.slots[at];
            match groups.get_mut(group) {
                Some(group) => {
                    let Slot { rows, n, sums } = slot;
                    group.push(OfUnit { unit, rows, n, sums });
                }
                None => {
                    let (at, _) = self.number(group - taken, unit);
                    self.slots[at] = slot;
                }
            }
        }
        groups
    }

    /// Groups, units and numbers of the slots, in the order of groups and, in each, of `units`.
    fn in_order(&self, units: &[u32]) -> Vec<(usize, u32, usize)> {
        let mut found = Vec::with_capacity(self.slots.len());
        if self.index.is_none() {
            for (group, table) in self.tables.iter().enumerate() {
                let slots = units.iter().filter_map(|&unit| Some((unit, *table.get(unit as usize)?)));
                let slots = slots.filter(|(_, slot)| *slot != NONE);
                found.extend(slots.map(|(unit, slot)| (group, unit, slot as usize)));
            }
            return found;
        }
        let mut ranks = vec![0_u32; units.len()];
        for (&unit, rank) in units.iter().zip(0..) {
            if let Some(of_unit) = ranks.get_mut(unit as usize) {
                *of_unit = rank;
            }
        }
        found.extend(self.keys.iter().zip(0..).map(|(key, at)| (place(*key).0, place(*key).1, at)));
        found.sort_unstable_by_key(|(group, unit, _)| (*group, ranks.get(*unit as usize)));
        found
    }

    /// Bytes on the heap.
    pub(super) fn size(&self) -> usize {
        self.tables.capacity() * size_of::<Vec<u32>>()
            + self.entries * size_of::<u32>()
            + self.index.as_ref().map_or(0, Index::size)
            + self.slots.capacity() * size_of::<Slot<K>>()
            + self.keys.capacity() * size_of::<u64>()
    }

    /// Group and unit of each slot, in the order of their numbers.
    pub(super) fn places(&self) -> Vec<(usize, u32)> {
        self.keys.iter().map(|key| place(*key)).collect()
    }

    /// Writes the slots of a group, its units with it.
    pub(super) fn write_group(slots: &[OfUnit<K>], units: Option<&Units>, to: &mut Writer) {
        to.integer(slots.len() as u64);
        for slot in slots {
            if let Some(units) = units {
                units.write(slot.unit, to);
            }
            [slot.rows, slot.n].into_iter().for_each(|count| to.integer(count));
            slot.sums.into_iter().for_each(|sum| to.twofold(sum));
        }
    }

    /// Adds slots that were written; gives the numbers that they have here.
    pub(super) fn read_group(
        &mut self,
        group: usize,
        mut units: Option<&mut Units>,
        from: &mut Reader<'_>,
    ) -> Result<Vec<usize>> {
        let mut numbers = Vec::new();
        for _ in 0..from.integer()? {
            let unit = match units.as_deref_mut() {
                Some(units) => units.read(from)?,
                None => 0,
            };
            let (at, _) = self.number(group, unit);
            numbers.push(at);
            let slot = &mut self.slots[at];
            slot.rows += from.integer()?;
            slot.n += from.integer()?;
            for sum in &mut slot.sums {
                sum.merge(from.twofold()?);
            }
        }
        Ok(numbers)
    }
}

/// Group and unit of a key.
fn place(key: u64) -> (usize, u32) {
    ((key >> 32) as usize, key as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_far_apart_and_groups_that_left_keep_their_slots() {
        // With units up to 4,000,000 tables are too large; with these few they are not.
        for step in [1_u32, 4000] {
            let units: Vec<u32> = (0..1000 * step).collect();
            let mut slots = Slots::<1>::default();
            for round in 1..=3_u64 {
                for at in 0..1000_u32 {
                    let (slot, new) = slots.number(at as usize % 10, at * step);
                    assert_eq!(new, round == 1, "{at}");
                    slots.get_mut(slot).rows += u64::from(at);
                    slots.get_mut(slot).sums[0].add(1.0);
                }
            }
            assert!(slots.size() >= 1000 * 64 && slots.size() < 20_000_000, "{}", slots.size());
            slots.expect(10);
            let first = slots.take(EmitTo::First(4), &units);
            assert_eq!((first.len(), first[3].len()), (4, 100));
            assert!(first[3].is_sorted_by_key(|of| of.unit));
            // Group 4 is now group 0.
            let (slot, new) = slots.number(0, 14 * step);
            assert_eq!((new, slots.get_mut(slot).rows), (false, 42));
            let rest = slots.take(EmitTo::All, &units);
            assert_eq!((rest.len(), rest[5].len()), (6, 100));
            assert_eq!((rest[5][1].unit, rest[5][1].rows, rest[5][1].sums[0].value()), (19 * step, 57, 3.0));
            assert_eq!(slots.take(EmitTo::All, &units).len(), 0);
        }
    }
}
