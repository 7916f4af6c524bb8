//! Which respondents have been met, and where: exactly, in a few bytes each.
//!
//! In: respondents' numbers, as the export has them, one after the other. Out: where a number that comes again stood first.

use std::hash::{BuildHasher as _, RandomState};

use hashbrown::HashTable;

/// The respondents met so far.
#[derive(Debug, Default)]
pub(super) struct Identities {
    /// All their numbers, one behind the other, and where each ends.
    text: String,
    ends: Vec<usize>,
    /// The row in which each stands, by its number in the file.
    lines: Vec<u32>,
    /// Positions in `ends`, by the hash of the number that ends there.
    positions: HashTable<u32>,
    hashes: RandomState,
}

impl Identities {
    /// Adds `id`, which stands in row `line` of the file; if it is there already, the row in which it stood first.
    pub(super) fn add(&mut self, id: &str, line: usize) -> Option<usize> {
        let Identities { text, ends, lines, positions, hashes } = self;
        let hash = hashes.hash_one(id);
        if let Some(first) = positions.find(hash, |position| of(text, ends, *position) == id) {
            let line = lines.get(index(*first)).copied().unwrap_or_default();
            return usize::try_from(line).ok();
        }
        let position = u32::try_from(ends.len()).unwrap_or(u32::MAX);
        text.push_str(id);
        ends.push(text.len());
        lines.push(u32::try_from(line).unwrap_or(u32::MAX));
        positions.insert_unique(hash, position, |position| hashes.hash_one(of(text, ends, *position)));
        None
    }
}

/// The number at `position`.
fn of<'a>(text: &'a str, ends: &[usize], position: u32) -> &'a str {
    let position = index(position);
    let start = position.checked_sub(1).and_then(|before| ends.get(before)).copied().unwrap_or_default();
    let end = ends.get(position).copied().unwrap_or_default();
    text.get(start..end).unwrap_or_default()
}

fn index(position: u32) -> usize {
    usize::try_from(position).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::Identities;

    #[test]
    fn a_number_that_comes_again_is_known_by_all_of_it() {
        let mut met = Identities::default();
        for (line, id) in (2..).zip(["1", "11", "", "111", "é"]) {
            assert_eq!(met.add(id, line), None);
        }
        assert_eq!(
            [met.add("11", 9), met.add("", 9), met.add("é", 9), met.add("1", 9)],
            [3, 4, 6, 2].map(Some)
        );
        for line in 10..5_000 {
            assert_eq!(met.add(&format!("r{line}"), line), None);
        }
        assert!((10..5_000).all(|line| met.add(&format!("r{line}"), 0) == Some(line)));
    }
}
