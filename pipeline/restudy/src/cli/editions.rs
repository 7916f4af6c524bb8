//! Which editions a command is about: one wave, the newest, or all.

use clap::Args;

use super::output::Output;
use super::{Failure, wave};
use crate::study::{Study, Wave};

#[derive(Debug, Args)]
pub(super) struct Editions {
    /// The wave [default: the newest]
    #[arg(long, value_name = "WAVE", conflicts_with = "all")]
    wave: Option<String>,

    /// All waves, the oldest first
    #[arg(long)]
    all: bool,
}

impl Editions {
    /// Does something for each of them. The faults of one are told at once and do not keep the others from being done.
    pub(super) fn each(
        &self,
        study: &Study,
        output: &Output,
        mut one: impl FnMut(&Wave) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        if !self.all {
            return one(wave(study, self.wave.as_deref())?);
        }
        let mut done = Ok(());
        for wave in &study.waves {
            match one(wave) {
                Err(Failure::Study(faults)) => {
                    output.faults(&faults);
                    output.say(&format!("the edition of {} is at fault", wave.id));
                    done = Err(Failure::Told);
                }
                other => other?,
            }
        }
        done
    }
}
