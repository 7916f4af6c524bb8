//! What is known of each group and unit: counts and sums, in the order in which they were first met.
//!
//! Without a design all rows of a group share one slot, and memory grows with groups; with one, with groups times units.

use datafusion::common::Result;
use datafusion::logical_expr::EmitTo;

use super::codec::{Reader, Writer};
use super::design::Units;
use super::index::Index;
use super::twofold::Twofold;

/// Counts and sums of the rows of one group and unit.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot<const K: usize> {
    key: u64,
    /// Rows with a weight other than 0.
    pub(super) rows: u64,
    /// Those of them that answered.
    pub(super) n: u64,
    /// Those of them that said yes.
    pub(super) yes: u64,
    /// Sums over rows that answered.
    pub(super) sums: [Twofold; K],
}

impl<const K: usize> Slot<K> {
    pub(super) fn group(&self) -> usize {
        (self.key >> 32) as usize
    }

    pub(super) fn unit(&self) -> u32 {
        self.key as u32
    }
}

/// Slots by group and unit.
#[derive(Debug)]
pub(super) struct Slots<const K: usize> {
    index: Index,
    slots: Vec<Slot<K>>,
    /// Groups that there are, with or without slots.
    groups: usize,
}

impl<const K: usize> Default for Slots<K> {
    fn default() -> Self {
        Slots { index: Index::default(), slots: Vec::new(), groups: 0 }
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
        let key = (group as u64) << 32 | u64::from(unit);
        let (slot, new) = self.index.slot(key);
        if new {
            self.slots.push(Slot { key, rows: 0, n: 0, yes: 0, sums: [Twofold::default(); K] });
        }
        (slot, new)
    }

    #[inline(always)]
    pub(super) fn get_mut(&mut self, slot: usize) -> &mut Slot<K> {
        &mut self.slots[slot]
    }

    /// Takes the first groups out, each as its slots in the order of their units' numbers; later groups move to the front.
    pub(super) fn take(&mut self, emit: EmitTo) -> Vec<Vec<Slot<K>>> {
        let taken = match emit {
            EmitTo::All => self.groups,
            EmitTo::First(groups) => groups,
        };
        let mut slots = std::mem::take(self).into_slots(self);
        slots.sort_unstable_by_key(|slot| slot.key);
        let mut groups = vec![Vec::new(); taken];
        for slot in slots {
            match groups.get_mut(slot.group()) {
                Some(group) => group.push(slot),
                None => {
                    let (at, _) = self.number(slot.group() - taken, slot.unit());
                    let key = self.slots[at].key;
                    self.slots[at] = Slot { key, ..slot };
                }
            }
        }
        self.groups -= taken.min(self.groups);
        groups
    }

    /// All slots; `left` keeps the number of groups.
    fn into_slots(self, left: &mut Self) -> Vec<Slot<K>> {
        left.groups = self.groups;
        self.slots
    }

    /// Bytes on the heap.
    pub(super) fn size(&self) -> usize {
        self.index.size() + self.slots.capacity() * size_of::<Slot<K>>()
    }

    /// Slots in the order of their numbers.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Slot<K>> {
        self.slots.iter()
    }

    /// Writes the slots of a group, its units with it.
    pub(super) fn write_group(slots: &[Slot<K>], units: Option<&Units>, to: &mut Writer) {
        to.integer(slots.len() as u64);
        for slot in slots {
            to.integer(slot.unit().into());
            if let Some(units) = units {
                units.write(slot.unit(), to);
            }
            [slot.rows, slot.n, slot.yes].into_iter().for_each(|count| to.integer(count));
            slot.sums.into_iter().for_each(|sum| to.twofold(sum));
        }
    }

    /// Adds slots that were written.
    pub(super) fn read_group(
        &mut self,
        group: usize,
        mut units: Option<&mut Units>,
        from: &mut Reader<'_>,
    ) -> Result<()> {
        for _ in 0..from.integer()? {
            let unit = from.short()?;
            if let Some(units) = units.as_deref_mut() {
                units.read(unit, from)?;
            }
            let (at, _) = self.number(group, unit);
            let slot = &mut self.slots[at];
            slot.rows += from.integer()?;
            slot.n += from.integer()?;
            slot.yes += from.integer()?;
            for sum in &mut slot.sums {
                sum.merge(from.twofold()?);
            }
        }
        Ok(())
    }
}
