//! How far the reading of a large export has come, for somebody who waits for it.

/// So far it has come.
#[derive(Clone, Copy, Debug)]
pub struct SoFar<'a> {
    /// What is being done: `looking through`, `checking`, `writing`.
    pub doing: &'static str,
    /// The file.
    pub file: &'a str,
    /// Bytes of text that are done.
    pub bytes: u64,
    /// Bytes of text in all.
    pub of: u64,
    /// Rows that are done; none while they are not counted.
    pub rows: Option<usize>,
}

/// Somebody who is told how far the reading of exports has come. Of one that is read at once nothing is told.
pub trait Progress {
    /// So far it has come.
    fn come(&self, so_far: SoFar<'_>);
}

/// Nobody.
#[derive(Debug)]
pub struct Nobody;

impl Progress for Nobody {
    fn come(&self, _: SoFar<'_>) {}
}
