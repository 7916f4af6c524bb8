//! What is known of each group and unit: counts and sums, in the order in which they were first met.
//!
//! Without a design all rows of a group share one slot, and memory grows with groups; with one, with groups times units.

use datafusion::common::Result;
use datafusion::logical_expr::EmitTo;

use super::codec::{Reader, Writer};
use super::design::Units;
use super::index::Index;
use super::twofold::Twofold;

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
#[derive(Debug)]
pub(super) struct Slots<const K: usize> {
    index: Index,
    slots: Vec<Slot<K>>,
    /// For each slot its group and unit.
    keys: Vec<u64>,
    /// Groups that there are, with or without slots.
    groups: usize,
}

impl<const K: usize> Default for Slots<K> {
    fn default() -> Self {
        Slots { index: Index::default(), slots: Vec::new(), keys: Vec::new(), groups: 0 }
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
            self.slots.push(Slot { rows: 0, n: 0, sums: [Twofold::default(); K] });
            self.keys.push(key);
        }
        (slot, new)
    }

    #[inline(always)]
    pub(super) fn get_mut(&mut self, slot: usize) -> &mut Slot<K> {
        &mut self.slots[slot]
    }

    /// Takes the first groups out, each as its slots in the order of their units' numbers; later groups move to the front.
    pub(super) fn take(&mut self, emit: EmitTo) -> Vec<Vec<OfUnit<K>>> {
        let taken = match emit {
            EmitTo::All => self.groups,
            EmitTo::First(groups) => groups,
        };
        let Slots { slots, keys, groups: before, .. } = std::mem::take(self);
        self.groups = before.saturating_sub(taken);
        let mut order: Vec<u32> = (0..).take(keys.len()).collect();
        order.sort_unstable_by_key(|at| keys[*at as usize]);
        let mut groups = vec![Vec::new(); taken];
        for at in order {
            let (slot, (group, unit)) = (slots[at as usize], place(keys[at as usize]));
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

    /// Bytes on the heap.
    pub(super) fn size(&self) -> usize {
        self.index.size()
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
            to.integer(slot.unit.into());
            if let Some(units) = units {
                units.write(slot.unit, to);
            }
            [slot.rows, slot.n].into_iter().for_each(|count| to.integer(count));
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
            for sum in &mut slot.sums {
                sum.merge(from.twofold()?);
            }
        }
        Ok(())
    }
}

/// Group and unit of a key.
fn place(key: u64) -> (usize, u32) {
    ((key >> 32) as usize, key as u32)
}
