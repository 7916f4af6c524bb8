//! `restudy serve`.

use std::ffi::OsString;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;

use super::Failure;
use crate::diagnostic::Diagnostic;

/// The program that serves. It is one of its own, so that nobody compiles it who does not serve.
const PROGRAM: &str = "restudy-server";

/// Serve the study's tables over the PostgreSQL protocol, read-only
///
/// psql, R, Python, Excel, Power BI and others can then ask in SQL. `restudy serve --help` lists the options; docs/serve.md has the
/// words for each client. The server is a program of its own, `restudy-server`.
#[derive(Debug, Args)]
#[command(disable_help_flag = true)]
pub(super) struct Serve {
    /// Options of the server
    #[arg(value_name = "OPTIONS", trailing_var_arg = true, allow_hyphen_values = true)]
    options: Vec<OsString>,
}

impl Serve {
    /// Becomes the server.
    pub(super) fn run(&self, folder: Option<&Path>, quiet: bool) -> Result<(), Failure> {
        let program = found()?;
        let mut server = Command::new(&program);
        if let Some(folder) = folder {
            server.arg("--study").arg(folder);
        }
        if quiet {
            server.arg("--quiet");
        }
        // It returns only where it fails.
        let fault = server.args(&self.options).exec();
        Err(Failure::CommandLine(
            Diagnostic::error(format!("cannot start {}: {fault}", program.display())).into(),
        ))
    }
}

/// The server beside this program, or on the PATH.
fn found() -> Result<PathBuf, Failure> {
    let beside = std::env::current_exe()?.with_file_name(PROGRAM);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let candidates = std::iter::once(beside).chain(std::env::split_paths(&path).map(|dir| dir.join(PROGRAM)));
    candidates.into_iter().find(|candidate| candidate.is_file()).ok_or_else(|| {
        Failure::CommandLine(
            Diagnostic::error(format!("the server, `{PROGRAM}`, is not here"))
                .note("it is a program of its own: it was looked for beside this one and on the PATH")
                .hint("in the repository, `just serve` compiles and starts it; `just install-server` installs it")
                .into(),
        )
    })
}
