//! `restudy status`.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::output::Output;
use super::{Failure, study, wave};
use crate::build::status::{Status, status};
use crate::diagnostic::{Diagnostic, visible};

/// Tell what of the last build is out of date, and why
///
/// Step by step: the files that were changed, added or removed since, outputs that were altered by hand, another restudy or
/// another Typst; and what `restudy build` would do. Builds nothing.
#[derive(Debug, Args)]
pub(super) struct Statuses {
    /// The wave [default: the newest]
    #[arg(long, value_name = "WAVE")]
    wave: Option<String>,

    /// The Typst that a build would use [default: the one on the PATH, or the study's own in .tools/]
    #[arg(long, value_name = "PATH", env = "RESTUDY_TYPST")]
    typst: Option<PathBuf>,

    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,

    /// End with status 1 when something is out of date
    #[arg(long)]
    exit_code: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A line for each step, its reasons under it
    Text,
    /// An object with a list of steps
    Json,
}

/// How many reasons of a step are told one by one.
const TOLD: usize = 12;

impl Statuses {
    pub(super) fn run(&self, folder: Option<&Path>, output: &Output) -> Result<(), Failure> {
        let study = study(folder)?;
        let wave = wave(&study, self.wave.as_deref())?;
        let status = status(&study, wave, self.typst.as_deref())?;
        let text = match self.format {
            Format::Text => text(&status),
            Format::Json => {
                let text = serde_json::to_string_pretty(&status).map_err(std::io::Error::from)?;
                format!("{text}\n")
            }
        };
        output.result(&text)?;
        if self.exit_code && !status.up_to_date {
            let fault = format!("{} is out of date", status.folder);
            return Err(Failure::Study(
                Diagnostic::error(fault).hint("`restudy build` brings it up to date").into(),
            ));
        }
        Ok(())
    }
}

fn text(status: &Status) -> String {
    let mut out = match (status.built, status.up_to_date) {
        (false, _) => format!("wave {} is not built\n", status.wave),
        (true, true) => {
            format!("{} is up to date: nothing that it is made from has changed\n", status.folder)
        }
        (true, false) => format!("{} is out of date\n", status.folder),
    };
    for step in status.steps.iter().filter(|_| !status.up_to_date) {
        let state = if step.up_to_date { "up to date" } else { "out of date" };
        out.push_str(&format!("\n  {:<10}{state}; a build would: {}\n", step.step, visible(&step.build)));
        for reason in step.reasons.iter().take(TOLD) {
            out.push_str(&format!("    {}\n", visible(reason)));
        }
        if step.reasons.len() > TOLD {
            out.push_str(&format!("    and {} more\n", step.reasons.len() - TOLD));
        }
    }
    if !status.notes.is_empty() {
        out.push('\n');
    }
    for note in &status.notes {
        out.push_str(&format!("  note: {}\n", visible(note)));
    }
    out
}
