//! Numbers of pairs of a group and a unit, by a hash: a pair keeps its number, and memory grows with the pairs that were met.

use super::index::Index;

/// The pairs met so far, numbered 0, 1, 2 …
#[derive(Debug, Default)]
pub(super) struct Pairs {
    index: Index,
    keys: Vec<u64>,
}

/// A pair and its number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Pair {
    pub(super) group: usize,
    pub(super) unit: u32,
    pub(super) number: usize,
}

impl Pairs {
    /// The number of a pair, and whether it is new.
    #[inline(always)]
    pub(super) fn number(&mut self, group: usize, unit: u32) -> (usize, bool) {
        let key = (group as u64) << 32 | u64::from(unit);
        let (number, new) = self.index.slot(key);
        if new {
            self.keys.push(key);
        }
        (number, new)
    }

    /// The group of a pair.
    pub(super) fn group(&self, number: usize) -> usize {
        (self.keys[number] >> 32) as usize
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }

    /// The pairs in the order of their numbers.
    pub(super) fn iter(&self) -> impl Iterator<Item = Pair> {
        let pair =
            |(number, key): (usize, &u64)| Pair { group: (key >> 32) as usize, unit: *key as u32, number };
        self.keys.iter().enumerate().map(pair)
    }

    /// The pairs in the order of groups and, in each, of `units`, which are all units.
    pub(super) fn in_order(&self, units: &[u32]) -> Vec<Pair> {
        let mut ranks = vec![0_u32; units.len()];
        for (&unit, rank) in units.iter().zip(0..) {
            if let Some(of_unit) = ranks.get_mut(unit as usize) {
                *of_unit = rank;
            }
        }
        let mut found: Vec<Pair> = self.iter().collect();
        found.sort_unstable_by_key(|pair| (pair.group, ranks.get(pair.unit as usize)));
        found
    }

    /// Bytes on the heap.
    pub(super) fn size(&self) -> usize {
        self.index.size() + self.keys.capacity() * size_of::<u64>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_keep_their_numbers_and_come_in_the_order_of_groups_and_units() {
        let mut pairs = Pairs::default();
        for (number, (group, unit)) in [(1, 0), (0, 2), (0, 0), (1, 2)].into_iter().enumerate() {
            assert_eq!(pairs.number(group, unit), (number, true));
        }
        assert_eq!(pairs.number(0, 2), (1, false));
        let order: Vec<usize> = pairs.in_order(&[2, 1, 0]).iter().map(|pair| pair.number).collect();
        assert_eq!(order, [1, 2, 3, 0]);
    }
}
