//! The command line: parse, call, print. One file per command; its doc comment is its help text.
//!
//! Results go to standard output, talk to standard error. Exit status: 0 done; 1 the study's content is at fault; 2 the
//! command line is at fault.

mod ask;
mod audit;
mod bar;
mod build;
mod check;
mod codebook;
mod compare;
mod editions;
mod explain;
mod functions;
mod init;
mod interrupts;
mod limits;
mod material;
mod output;
mod pager;
mod printing;
mod room;
mod serve;
mod shell;
mod status;
mod wave;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::begin::Theme;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::study::{Study, Wave};
use output::Output;

/// Reproduces a study: from its data to its typeset report, with every number traced to its query.
#[derive(Debug, Parser)]
#[command(name = "restudy", version, about, max_term_width = 100)]
struct Arguments {
    /// The study's folder [default: the current folder, or the nearest one above it that holds study.toml]
    #[arg(long, global = true, value_name = "DIR")]
    study: Option<PathBuf>,

    /// Say nothing but what is wrong
    #[arg(long, short, global = true, conflicts_with = "verbose")]
    quiet: bool,

    /// Say what each step made, in a pipe too
    #[arg(long, short, global = true)]
    verbose: bool,

    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Init(init::Init),
    Build(build::Build),
    Check(check::Check),
    Audit(audit::Audit),
    Ask(ask::Ask),
    Shell(shell::Shell),
    Functions(functions::Functions),
    Codebook(codebook::Codebooks),
    Explain(explain::Explain),
    Status(status::Statuses),
    Serve(serve::Serve),
    Wave(wave::Waves),
    Material(material::Materials),
}

/// Why a command did not do what was asked.
#[derive(Debug)]
enum Failure {
    /// The study's content is at fault.
    Study(Diagnostics),
    /// The command line is.
    CommandLine(Diagnostics),
    /// The study's content was, and all has been told.
    Told,
    /// Whoever read the results has stopped reading: not a fault.
    Closed,
}

impl From<Diagnostics> for Failure {
    fn from(faults: Diagnostics) -> Self {
        Failure::Study(faults)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::BrokenPipe => Failure::Closed,
            _ => Failure::Study(error.into()),
        }
    }
}

/// Runs the command that the command line names; `theme` is what reports of new studies are set with.
pub fn main(theme: &Theme) -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(e) => {
            // Help that nobody reads to its end is no fault.
            let _ = e.print();
            return ExitCode::from(u8::try_from(e.exit_code()).unwrap_or(2));
        }
    };
    let output = Output::new(arguments.quiet, arguments.verbose);
    let done = match arguments.command {
        Command::Init(command) => command.run(theme, &output),
        Command::Build(command) => command.run(arguments.study.as_deref(), &output),
        Command::Check(command) => command.run(arguments.study.as_deref(), &output),
        Command::Audit(command) => command.run(arguments.study.as_deref(), &output),
        Command::Ask(command) => command.run(arguments.study.as_deref(), &output),
        Command::Shell(command) => command.run(arguments.study.as_deref(), &output),
        Command::Functions(command) => command.run(&output),
        Command::Status(command) => command.run(arguments.study.as_deref(), &output),
        Command::Explain(command) => command.run(arguments.study.as_deref(), &output),
        Command::Codebook(command) => command.run(arguments.study.as_deref(), &output),
        Command::Wave(command) => command.run(arguments.study.as_deref(), &output),
        Command::Material(command) => command.run(arguments.study.as_deref(), &output),
        Command::Serve(command) => command.run(arguments.study.as_deref(), arguments.quiet),
    };
    match done {
        Ok(()) | Err(Failure::Closed) => ExitCode::SUCCESS,
        Err(Failure::Told) => ExitCode::from(1),
        Err(Failure::Study(faults)) => {
            output.faults(&faults);
            ExitCode::from(1)
        }
        Err(Failure::CommandLine(faults)) => {
            output.faults(&faults);
            ExitCode::from(2)
        }
    }
}

/// The study in `folder`, or in the current folder or the nearest one above it.
fn study(folder: Option<&Path>) -> Result<Study, Failure> {
    let root = match folder {
        Some(folder) if folder.join("study.toml").is_file() => folder.to_path_buf(),
        Some(folder) => {
            return Err(Failure::CommandLine(
                Diagnostic::error(format!("there is no study in {}", folder.display()))
                    .note("a study's folder holds a file study.toml")
                    .into(),
            ));
        }
        None => {
            let here = std::env::current_dir()?;
            match here.ancestors().find(|folder| folder.join("study.toml").is_file()) {
                Some(found) if found == here => PathBuf::from("."),
                Some(found) => found.to_path_buf(),
                None => {
                    return Err(Failure::CommandLine(
                        Diagnostic::error("there is no study here, nor in any folder above")
                            .hint("run restudy in a study's folder, or name the folder with `--study`")
                            .into(),
                    ));
                }
            }
        }
    };
    Ok(Study::load(&root)?)
}

/// The wave that the command line names, or the newest.
fn wave<'a>(study: &'a Study, id: Option<&str>) -> Result<&'a Wave, Failure> {
    study.wave(id).map_err(Failure::CommandLine)
}
