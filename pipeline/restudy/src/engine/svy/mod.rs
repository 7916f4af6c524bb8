//! Design-based estimates: `svy_mean(x, design)` and its like.
//!
//! In: a variable and the column `design`, which says of each row what it weighs and where it stands in the sample. Out: a
//! struct of the estimate, its standard error and interval, the unweighted rows behind it, degrees of freedom and design
//! effect; NULL where no row answered. Without a design every row is a unit of its own and weighs 1.
//!
//! - A group, and rows that a `filter` lets through, are a domain of the sample: units and strata that others fill still
//!   count, because each row says how many units were sampled in its stratum.
//! - Rows whose value is NULL are not in the base.
//! - The order of rows and of partial results changes no bit of a result: sums are of twice the precision (`twofold.rs`), and
//!   units are taken in the order of their numbers.
//! - What is computed is in the crate `survey`; here is only what its sums are made of.

mod added;
pub(super) mod atoms;
pub(super) mod cells;
mod codec;
mod design;
mod docs;
mod estimates;
mod faults;
mod function;
mod gather;
mod index;
mod pairs;
mod place;
mod reads;
pub(super) mod result;
mod rows;
mod slots;
mod sums;
mod tables;
mod twofold;
mod units;

pub(super) use docs::DOCS;
pub(super) use function::Svy;
pub(super) use place::{asked_of_place, design_place};

#[cfg(test)]
mod tests;
