//! Numbers as keys: what makes two answers the same category, and which comes first.

/// A number that is not NaN, ordered; −0 is 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Key(f64);

impl Key {
    pub(crate) fn new(value: f64) -> Self {
        Key(if value == 0.0 { 0.0 } else { value })
    }

    pub(crate) fn value(self) -> f64 {
        self.0
    }
}

impl Eq for Key {}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}
