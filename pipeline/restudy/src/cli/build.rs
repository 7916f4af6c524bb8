//! `restudy build`.

use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;

use super::editions::Editions;
use super::output::{Output, seconds};
use super::{Failure, study};
use crate::build::build;

/// Make the report from the data: does only what a change reaches
///
/// The result is build/WAVE/report.pdf, with its tables, its audit and a manifest beside it. A build that fails leaves
/// the last good one as it was.
#[derive(Debug, Args)]
pub(super) struct Build {
    #[command(flatten)]
    editions: Editions,

    /// The Typst to set the report with [default: the one on the PATH, or the study's own in .tools/]
    #[arg(long, value_name = "PATH", env = "RESTUDY_TYPST")]
    typst: Option<PathBuf>,
}

impl Build {
    pub(super) fn run(&self, folder: Option<&Path>, output: &Output) -> Result<(), Failure> {
        let study = study(folder)?;
        self.editions.each(&study, output, |wave| {
            let started = Instant::now();
            let built = build(&study, wave, self.typst.as_deref(), output)?;
            output.faults(&built.warnings);
            let pdf = built.pdf.strip_prefix("./").unwrap_or(&built.pdf).display();
            if built.unchanged {
                output.say(&format!("{pdf} is up to date: nothing that it is made from has changed"));
            } else {
                output.say(&format!("{pdf}: {}, in {}", built.summary, seconds(started.elapsed())));
            }
            Ok(())
        })
    }
}
