//! `restudy init`.

use std::path::{Path, PathBuf};

use clap::Args;

use super::Failure;
use super::output::Output;
use crate::begin::{self, Theme};

/// Begin a study: a folder that builds at once, to be changed bit by bit
///
/// Without `--from` it is an example with made-up answers, whose files explain themselves.
#[derive(Debug, Args)]
pub(super) struct Init {
    /// The study's folder, which is not there yet or empty
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

impl Init {
    pub(super) fn run(&self, theme: &Theme, output: &Output) -> Result<(), Failure> {
        begin::is_free(&self.folder).map_err(Failure::CommandLine)?;
        begin::write(&self.folder, &begin::example(), theme)?;
        output.say(&format!("{} is a study of forty made-up answers", self.folder.display()));
        said_next(&self.folder, output);
        Ok(())
    }
}

fn said_next(folder: &Path, output: &Output) {
    output.say(&format!("next: cd {} && restudy build", folder.display()));
}
