//! Evidence: every number once, with its base, interval, origin and printed form.
//!
//! In: the results of queries; the register of published claims. Out: [`Evidence`], which tables, figures, alt text,
//! prose, guards and audit all read; [`Findings`], what the data say of each claim.
//!
//! - A number is rounded here and nowhere else ([`printed`]).
//! - A reference that names nothing is an error that says what there is.
//! - `impossible` follows from printed figures alone ([`mod@audit`]).
//!
//! It knows no templates and no Typst.

pub mod audit;
pub mod claim;
pub mod guards;
mod lookup;
pub mod precision;
pub mod printed;
mod register;
mod relations;
pub mod statistic;
mod statistics;
mod verdict;

pub use audit::{Findings, audit};
pub use claim::{Claim, Finding, Kind, Verdict};
pub use guards::Outcome;
pub use lookup::{Cell, Evidence, Reference};
pub use precision::Precision;
pub use relations::Relations;
pub use statistic::{Statistic, Unit};

#[cfg(test)]
mod tests;
