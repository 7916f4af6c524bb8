//! The waves: how the export of a year that does not look like the codebook is read in its light, and how far its answers
//! can be compared with those of other years.
//!
//! In: `codebook/waves/WAVE.toml`, the *crosswalk* that a person has decided, and the raw export. Out: a [`RawTable`] with
//! the codebook's own columns and answers, whose cells tell where they stand in the export; a [`Comparability`] for each
//! variable and pair of waves; or everything that is undecided, or that breaks the contract between waves.
//!
//! - Nothing is guessed: a column that no row of the crosswalk decides is refused, with the candidates.
//! - A wave without a crosswalk is read as it stands.
//! - It knows neither samples nor SQL.
//!
//! [`RawTable`]: crate::sources::RawTable

mod add;
mod answers;
mod apply;
mod between;
mod block;
mod check;
mod check_column;
mod codes;
mod columns;
mod comparable;
mod compare;
mod contract;
mod definitions;
mod draft;
mod edition;
mod found;
mod held;
mod items;
mod likeness;
mod load;
mod merges;
mod model;
mod numbers;
mod opened;
mod reading;
mod routes;
mod universe;

pub use add::{Added, add};
pub use block::NewWave;
pub use comparable::Comparability;
pub use draft::Draft;
pub use edition::edition;
pub use found::{Found, settings};
pub use model::{Changed, Column, Comparable, Crosswalk, Crosswalks, Gone, How, Means, Routing};
