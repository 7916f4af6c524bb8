//! Numbers of slots by key: a table with open addressing.
//!
//! In: keys of 64 bits, in any order. Out: for each key the number 0, 1, 2 … of its first occurrence. Nothing is ever taken
//! out, so that a lookup is one multiplication and, mostly, one comparison.

/// No key: of a group and a unit never both are the largest number, and bits of a float never this NaN.
const EMPTY: u64 = u64::MAX;

/// Slots by key.
#[derive(Debug)]
pub(super) struct Index {
    keys: Vec<u64>,
    slots: Vec<u32>,
    len: u32,
    /// Bits of a hash that do not count.
    shift: u32,
    last: (u64, u32),
}

impl Default for Index {
    fn default() -> Self {
        Index { keys: vec![EMPTY; 16], slots: vec![0; 16], len: 0, shift: 60, last: (EMPTY, 0) }
    }
}

impl Index {
    /// The slot of `key`, and whether it is new.
    #[inline(always)]
    pub(super) fn slot(&mut self, key: u64) -> (usize, bool) {
        if self.last.0 == key {
            return (self.last.1 as usize, false);
        }
        let mask = self.keys.len() - 1;
        let mut at = self.hash(key);
        loop {
            if self.keys[at] == key {
                self.last = (key, self.slots[at]);
                return (self.slots[at] as usize, false);
            }
            if self.keys[at] == EMPTY {
                return (self.insert(at, key), true);
            }
            at = (at + 1) & mask;
        }
    }

    /// Bytes on the heap.
    pub(super) fn size(&self) -> usize {
        self.keys.capacity() * size_of::<u64>() + self.slots.capacity() * size_of::<u32>()
    }

    #[inline(always)]
    fn hash(&self, key: u64) -> usize {
        ((key ^ (key >> 32)).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> self.shift) as usize
    }

    #[inline(never)]
    fn insert(&mut self, at: usize, key: u64) -> usize {
        let slot = self.len;
        self.keys[at] = key;
        self.slots[at] = slot;
        self.len += 1;
        self.last = (key, slot);
        // At most half full, so that keys seldom stand in each other's way.
        if self.len as usize * 2 > self.keys.len() {
            self.grow();
        }
        slot as usize
    }

    fn grow(&mut self) {
        let size = self.keys.len() * 2;
        self.shift -= 1;
        let keys = std::mem::replace(&mut self.keys, vec![EMPTY; size]);
        let slots = std::mem::replace(&mut self.slots, vec![0; size]);
        for (key, slot) in keys.into_iter().zip(slots).filter(|(key, _)| *key != EMPTY) {
            let mut at = self.hash(key);
            while self.keys[at] != EMPTY {
                at = (at + 1) & (size - 1);
            }
            self.keys[at] = key;
            self.slots[at] = slot;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_keeps_its_slot() {
        let mut index = Index::default();
        let keys: Vec<u64> =
            (0..3000_u64).map(|i| if i % 3 == 0 { i << 32 | i } else { (i as f64).to_bits() }).collect();
        for (slot, &key) in keys.iter().enumerate() {
            assert_eq!(index.slot(key), (slot, true));
        }
        for (slot, &key) in keys.iter().enumerate().rev() {
            assert_eq!(index.slot(key), (slot, false));
        }
        assert_eq!(index.slot(77_777), (3000, true));
    }
}
