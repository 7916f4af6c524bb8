//! Answers that are not there.

pub use crate::study::MissingReason;

/// A missing answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missing {
    /// Row of the respondent, from 0.
    pub row: usize,
    /// Number of the variable in [`Codebook::variables`](super::Codebook::variables), from 0.
    pub variable: usize,
    /// Why.
    pub reason: MissingReason,
}
