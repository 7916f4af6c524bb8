//! `restudy check`.

use std::path::Path;
use std::time::Instant;

use clap::Args;

use super::editions::Editions;
use super::output::{Output, seconds};
use super::{Failure, study};
use crate::build::check;

/// Look for everything that can be wrong with the study, without building
///
/// Reads the definitions and the data, runs the queries and the checks, judges the claims, and fills in the templates;
/// writes nothing.
#[derive(Debug, Args)]
pub(super) struct Check {
    #[command(flatten)]
    editions: Editions,
}

impl Check {
    pub(super) fn run(&self, folder: Option<&Path>, output: &Output) -> Result<(), Failure> {
        let study = study(folder)?;
        self.editions.each(&study, output, |wave| {
            let started = Instant::now();
            let (summary, warnings) = check(&study, wave, output)?;
            output.faults(&warnings);
            let of = if study.waves.len() > 1 { format!(" with {}", wave.id) } else { String::new() };
            output.say(&format!("nothing is wrong{of}: {summary}, in {}", seconds(started.elapsed())));
            Ok(())
        })
    }
}
