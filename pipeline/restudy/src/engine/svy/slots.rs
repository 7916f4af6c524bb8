//! Sums of each group and unit, where a million rows find them fast.
//!
//! Without a design all rows of a group share one slot, and memory grows with groups; with one, with groups times units.
//!
//! Rows come in no order, and so most of them wait for memory. Each finds its slot, of two sums in half a line of the processor's
//! cache, which was asked for some rows before; and a slot's number is a multiplication away, while there are not many more
//! places than slots in use. Otherwise it is looked up by a hash.

use std::ops::Range;

use datafusion::common::Result;
use datafusion::logical_expr::EmitTo;
use prefetch_index::prefetch_index;

use super::codec::{Reader, Writer};
use super::pairs::Pairs;
use super::twofold::{Twofold, Twofolds};
use super::units::Units;

/// No unit, and no slot: the row is no member of the sample.
pub(super) const NONE: u32 = u32::MAX;

/// Places that there may be when nothing is in them: 4 MiB of two sums each.
const FREE: usize = 1 << 17;

/// Sums of the rows of one group and unit that answered; without a row that did or did not, they are untouched.
#[derive(Clone, Copy, Debug, Default)]
#[repr(align(32))]
pub(super) struct Slot<const K: usize>(pub(super) Twofolds<K>);

/// Slots by group and unit.
#[derive(Debug)]
pub(super) struct Slots<const K: usize> {
    slots: Vec<Slot<K>>,
    numbering: Numbering,
    /// Groups that there are, with or without slots.
    groups: usize,
}

/// Where a slot is.
#[derive(Debug)]
enum Numbering {
    /// Group by group, each with a place for so many units. Above so many places it is looked at again whether they are used.
    Places { of_group: usize, looked_at: usize },
    /// In the order in which they were met.
    Pairs(Pairs),
}

/// A group that was taken out: its units in order, and the sums of each.
#[derive(Clone, Debug)]
pub(super) struct OfUnits<const K: usize> {
    pub(super) units: Vec<u32>,
    pub(super) sums: Vec<[Twofold; K]>,
}

impl<const K: usize> Default for Slots<K> {
    fn default() -> Self {
        Slots { slots: vec![], numbering: Numbering::Places { of_group: 0, looked_at: FREE }, groups: 0 }
    }
}

impl<const K: usize> Default for OfUnits<K> {
    fn default() -> Self {
        OfUnits { units: vec![], sums: vec![] }
    }
}

impl<const K: usize> OfUnits<K> {
    /// Adds a unit.
    pub(super) fn push(&mut self, unit: u32, sums: [Twofold; K]) {
        self.units.push(unit);
        self.sums.push(sums);
    }

    /// The totals of the sums.
    pub(super) fn totals(&self) -> [Twofold; K] {
        let mut totals = [Twofold::default(); K];
        for sums in &self.sums {
            totals.iter_mut().zip(sums).for_each(|(total, sum)| total.merge(*sum));
        }
        totals
    }

    /// Writes them, with what is known of the units.
    pub(super) fn write(&self, units: Option<&Units>, to: &mut Writer) {
        to.integer(self.units.len() as u64);
        for (unit, sums) in self.units.iter().zip(&self.sums) {
            if let Some(units) = units {
                units.write(*unit, to);
            }
            sums.iter().for_each(|sum| to.twofold(*sum));
        }
    }

    /// Reads what was written; units have the numbers that they have here.
    pub(super) fn read(mut units: Option<&mut Units>, from: &mut Reader<'_>) -> Result<Self> {
        let mut read = OfUnits::default();
        for _ in 0..from.integer()? {
            let unit = match units.as_deref_mut() {
                Some(units) => units.read(from)?,
                None => 0,
            };
            let mut sums = [Twofold::default(); K];
            for sum in &mut sums {
                *sum = from.twofold()?;
            }
            read.push(unit, sums);
        }
        Ok(read)
    }
}

impl<const K: usize> Slots<K> {
    /// Makes room for so many groups and units. Numbers of slots from before are good no longer.
    pub(super) fn expect(&mut self, groups: usize, units: usize) {
        self.groups = self.groups.max(groups);
        self.make_room(units);
    }

    /// The slots of rows by their groups and units, of which no more than were expected.
    pub(super) fn numbers(&mut self, groups: &[usize], units: &[u32], numbers: &mut Vec<u32>) {
        numbers.clear();
        let places = groups.iter().zip(units);
        match &mut self.numbering {
            Numbering::Places { of_group, .. } => {
                // Numbers of places are no larger (`make_room`).
                let of_group = *of_group as u32;
                numbers.extend(places.map(|(group, unit)| match *unit {
                    NONE => NONE,
                    unit => (*group as u32).wrapping_mul(of_group).wrapping_add(unit),
                }));
            }
            Numbering::Pairs(pairs) => {
                numbers.extend(places.map(|(group, unit)| match *unit {
                    NONE => NONE,
                    unit => pairs.number(*group, unit).0 as u32,
                }));
                self.slots.resize(pairs.len(), Slot::default());
            }
        }
    }

    /// Makes a place in every group for as many units, or goes over to pairs.
    fn make_room(&mut self, units: usize) {
        let Numbering::Places { of_group, mut looked_at } = self.numbering else { return };
        let wider = if units <= of_group { of_group } else { units.max(of_group + of_group / 2) };
        let places = self.groups * wider;
        if wider == of_group && places <= self.slots.len() {
            return;
        }
        if places > looked_at {
            let used = self.slots.iter().filter(|slot| slot.0.is_touched()).count();
            if places > FREE + 2 * used || places >= NONE as usize {
                return self.leave_places(of_group);
            }
            // Not before there are twice as many, so that looking takes no longer than adding.
            looked_at = (2 * places).min(NONE as usize - 1);
        }
        self.numbering = Numbering::Places { of_group: wider, looked_at };
        if wider == of_group {
            self.slots.resize(places, Slot::default());
            return;
        }
        let before = std::mem::replace(&mut self.slots, vec![Slot::default(); places]);
        for (old, new) in before.chunks(of_group.max(1)).zip(self.slots.chunks_mut(wider)) {
            new[..old.len()].copy_from_slice(old);
        }
    }

    /// From places to pairs.
    fn leave_places(&mut self, of_group: usize) {
        let mut pairs = Pairs::default();
        let before = std::mem::take(&mut self.slots);
        for (place, slot) in before.into_iter().enumerate().filter(|(_, slot)| slot.0.is_touched()) {
            pairs.number(place / of_group, (place % of_group) as u32);
            self.slots.push(slot);
        }
        self.numbering = Numbering::Pairs(pairs);
    }

    /// Asks for a slot that will be wanted soon; of [`NONE`] nothing.
    #[inline(always)]
    pub(super) fn fetch(&self, number: u32) {
        prefetch_index(&self.slots, number as usize);
    }

    /// The sums of a slot.
    #[inline(always)]
    pub(super) fn get_mut(&mut self, number: u32) -> &mut Twofolds<K> {
        &mut self.slots[number as usize].0
    }

    /// Adds what was taken out elsewhere, of units that were expected.
    pub(super) fn merge(&mut self, group: usize, other: &OfUnits<K>) {
        let mut numbers = Vec::new();
        self.numbers(&vec![group; other.units.len()], &other.units, &mut numbers);
        for (number, added) in numbers.into_iter().zip(&other.sums) {
            let sums = self.get_mut(number);
            sums.merge(added);
            sums.touch();
        }
    }

    /// Takes the first groups out, their units in the order of `units`, which are all units; later groups move to the front.
    pub(super) fn take(&mut self, emit: EmitTo, units: &[u32]) -> Vec<OfUnits<K>> {
        let taken = match emit {
            EmitTo::All => self.groups,
            EmitTo::First(groups) => groups,
        };
        let rest = self.groups.saturating_sub(taken);
        let mut groups = vec![OfUnits::default(); taken];
        match &self.numbering {
            Numbering::Places { of_group, .. } => {
                let of_group = *of_group;
                for (group, start) in groups.iter_mut().zip((0..self.slots.len()).step_by(of_group.max(1))) {
                    self.take_places(start..start + of_group, units, group);
                }
                self.slots.drain(..(taken * of_group).min(self.slots.len()));
            }
            Numbering::Pairs(pairs) => {
                let (mut later, mut of_later) = (Pairs::default(), Vec::new());
                for pair in pairs.in_order(units) {
                    let slot = self.slots[pair.number];
                    match groups.get_mut(pair.group) {
                        Some(group) => group.push(pair.unit, slot.0.each()),
                        None => {
                            later.number(pair.group - taken, pair.unit);
                            of_later.push(slot);
                        }
                    }
                }
                (self.slots, self.numbering) = (of_later, Numbering::Pairs(later));
            }
        }
        self.groups = rest;
        groups
    }

    /// Copies the slots of a group that are in use.
    fn take_places(&self, places: Range<usize>, units: &[u32], to: &mut OfUnits<K>) {
        let slots = &self.slots[places];
        for &unit in units {
            if let Some(Slot(sums)) = slots.get(unit as usize).filter(|slot| slot.0.is_touched()) {
                to.push(unit, sums.each());
            }
        }
    }

    /// Bytes on the heap.
    pub(super) fn size(&self) -> usize {
        let pairs = match &self.numbering {
            Numbering::Places { .. } => 0,
            Numbering::Pairs(pairs) => pairs.size(),
        };
        pairs + self.slots.capacity() * size_of::<Slot<K>>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Adds 1 for each row.
    fn add_ones(slots: &mut Slots<1>, groups: &[usize], units: &[u32]) {
        let mut numbers = Vec::new();
        let most = units.iter().max().map_or(0, |unit| *unit as usize + 1);
        slots.expect(groups.iter().max().map_or(0, |group| group + 1), most);
        slots.numbers(groups, units, &mut numbers);
        for number in numbers {
            slots.get_mut(number).merge(&[Twofold::exact(1.0)]);
        }
    }

    #[test]
    fn units_far_apart_and_groups_that_left_keep_their_sums() {
        // With units up to 4,000,000 there are too many places; with these few there are not.
        for step in [1_u32, 4000] {
            let order: Vec<u32> = (0..1000 * step).collect();
            let mut slots = Slots::<1>::default();
            for _ in 0..3 {
                // Some groups and units come later than others.
                for from in (0..1000_u32).step_by(250) {
                    let units: Vec<u32> = (from..from + 250).map(|at| at * step).collect();
                    let groups: Vec<usize> = (from..from + 250).map(|at| at as usize % 10).collect();
                    add_ones(&mut slots, &groups, &units);
                }
            }
            assert_eq!(matches!(slots.numbering, Numbering::Places { .. }), step == 1);
            assert!(slots.size() >= 1000 * 32 && slots.size() < 2_000_000, "{}", slots.size());
            let first = slots.take(EmitTo::First(4), &order);
            assert_eq!((first.len(), first[3].units.len()), (4, 100));
            assert!(first[3].units.is_sorted());
            // Group 4 is now group 0.
            add_ones(&mut slots, &[0], &[14 * step]);
            let rest = slots.take(EmitTo::All, &order);
            assert_eq!((rest.len(), rest[0].units[1], rest[0].sums[1][0].value()), (6, 14 * step, 4.0));
            assert_eq!(
                (rest[5].units.len(), rest[5].units[1], rest[5].sums[1][0].value()),
                (100, 19 * step, 3.0)
            );
            assert_eq!(rest[5].totals()[0].value(), 300.0);
            assert_eq!(slots.take(EmitTo::All, &order).len(), 0);
        }
    }

    #[test]
    fn sums_are_kept_where_places_come_to_be_too_many() {
        // Of ten groups once places hold sums, of a hundred before.
        for groups in [10_usize, 100] {
            let mut slots = Slots::<1>::default();
            let order: Vec<u32> = (0..40_000).collect();
            let rows = |from: u32| (from..from + 10_000).map(move |at| (at as usize % groups, at));
            for from in [0, 10_000, 0, 30_000] {
                let (groups, units): (Vec<usize>, Vec<u32>) = rows(from).unzip();
                add_ones(&mut slots, &groups, &units);
            }
            assert!(matches!(slots.numbering, Numbering::Pairs(_)), "{groups} groups");
            let first = slots.take(EmitTo::First(3), &order);
            let rest = slots.take(EmitTo::All, &order);
            for (group, of_units) in first.iter().chain(&rest).enumerate() {
                let expected = [0, 10_000, 30_000].into_iter().flat_map(rows).filter(|row| row.0 == group);
                let found =
                    of_units.units.iter().zip(&of_units.sums).map(|(unit, sums)| (*unit, sums[0].value()));
                let expected = expected.map(|(_, unit)| (unit, if unit < 10_000 { 2.0 } else { 1.0 }));
                assert!(found.eq(expected), "group {group}");
            }
        }
    }

    #[test]
    fn places_half_in_use_are_looked_at_seldom() {
        let mut slots = Slots::<1>::default();
        let mut looked = Vec::new();
        for group in (0..1_000_000).step_by(8192) {
            let groups: Vec<usize> = (group..group + 8192).collect();
            let units: Vec<u32> = groups.iter().map(|group| *group as u32 % 2).collect();
            add_ones(&mut slots, &groups, &units);
            let Numbering::Places { looked_at, .. } = slots.numbering else { panic!("{:?}", slots.size()) };
            looked.push(looked_at);
        }
        looked.dedup();
        assert!(looked.len() < 6, "{looked:?}");
    }

    #[test]
    fn places_in_use_may_be_many() {
        let mut slots = Slots::<1>::default();
        let groups: Vec<usize> = (0..300_000).collect();
        for part in groups.chunks(8192) {
            add_ones(&mut slots, part, &vec![0; part.len()]);
        }
        assert!(matches!(slots.numbering, Numbering::Places { of_group: 1, .. }), "{:?}", slots.size());
        assert_eq!(
            slots.take(EmitTo::All, &[0]).iter().map(|group| group.sums[0][0].value()).sum::<f64>(),
            300_000.0
        );
    }
}
