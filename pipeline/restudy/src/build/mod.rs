//! The order of the steps, and which of them a change reaches.
//!
//! In: a study and a wave. Out: `build/<wave>/`, whole, or all faults and the folder as it was.
//!
//! | step | reads | makes |
//! | --- | --- | --- |
//! | store | definitions and data | `store/*.parquet` |
//! | queries | the store, `queries/`; only those that a change reaches are run | `results/*.csv`, `results/parquet/` |
//! | evidence | results, published claims | `evidence.csv`, `audit.csv`, `audit.json` |
//! | document | evidence, templates | `document/`, `uses.csv` |
//! | pdf | the document, fonts, Typst | `report.pdf` |
//!
//! Each step has a key, a hash of all that it depends on, the program's own sources among it; the keys are in the
//! manifest. It knows the insides of no step.

mod edition;
mod inputs;
mod make;
mod program;
mod queries;
mod seen;
mod standing;
pub mod status;
mod steps;

pub use inputs::hashes;
pub use make::{Built, build};
pub use standing::Standing;
pub use steps::{Evaluated, TemporaryStore, check, evaluate, temporary_store, write_document};

use std::time::Duration;

use crate::sources::{Progress, SoFar};

/// A step that is done.
#[derive(Clone, Debug)]
pub struct Done {
    /// Its name.
    pub step: &'static str,
    /// What it made, in words.
    pub made: String,
    /// How long it took.
    pub took: Duration,
    /// Whether what it made was there already.
    pub reused: bool,
}

/// Somebody who watches the steps as they run, and how far the reading of large exports has come.
pub trait Watch: Progress {
    /// A step begins.
    fn begin(&self, step: &str);
    /// A step is done.
    fn end(&self, done: &Done);
}

/// Watches nothing.
pub struct Unwatched;

impl Progress for Unwatched {
    fn come(&self, _: SoFar<'_>) {}
}

impl Watch for Unwatched {
    fn begin(&self, _: &str) {}
    fn end(&self, _: &Done) {}
}
