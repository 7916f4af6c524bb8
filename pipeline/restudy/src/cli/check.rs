//! `restudy check`.

use std::path::Path;
use std::time::Instant;

use clap::Args;

use super::output::{Output, seconds};
use super::{Failure, study, wave};
use crate::build::check;

/// Look for everything that can be wrong with the study, without building
///
/// Reads the definitions and the data, runs the queries and the checks, judges the claims, and fills in the templates;
/// writes nothing.
#[derive(Debug, Args)]
pub(super) struct Check {
    /// The wave [default: the newest]
    #[arg(long, value_name = "WAVE")]
    wave: Option<String>,
}

impl Check {
    pub(super) fn run(&self, folder: Option<&Path>, output: &Output) -> Result<(), Failure> {
        let started = Instant::now();
        let study = study(folder)?;
        let wave = wave(&study, self.wave.as_deref())?;
        let (summary, warnings) = check(&study, wave, output)?;
        output.faults(&warnings);
        output.say(&format!("nothing is wrong: {summary}, in {}", seconds(started.elapsed())));
        Ok(())
    }
}
