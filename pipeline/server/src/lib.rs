//! A study's tables over the PostgreSQL wire protocol, read-only.
//!
//! In: a study and a wave. Out: answers to SQL from `psql`, R, Python, Excel and whatever else speaks to PostgreSQL.
//!
//! | part | what it does |
//! | --- | --- |
//! | [`snapshot`] | the study's tables, as they are when the server starts, as files of a private folder |
//! | [`gate`] | the process that listens: greets, encrypts, asks for the password, counts, relays, tells why a session ended |
//! | [`password`] | SCRAM-SHA-256 and the file of those who may log in |
//! | [`wire`] | the few messages that the gate itself reads and writes |
//! | [`session`] | the process of one connection: SQL, its limits, its answers |
//!
//! Each connection is a process of its own, as in PostgreSQL: memory that DataFusion's pool does not see, and a step of a query
//! that heeds no timeout, are bounded by ending the process, which takes nobody else's answer with it. The gate never runs
//! anybody's SQL; a session never sees a password, nor another session.

pub mod gate;
pub mod options;
pub mod password;
pub mod session;
pub mod snapshot;
pub mod wire;

use std::ffi::OsStr;
use std::process::ExitCode;

use clap::Parser as _;
use restudy::diagnostic::{Diagnostics, render};

use options::{Options, SessionOptions};

/// Runs what the command line asks for: the server, a session of it, or a new line for the file of passwords.
pub fn main() -> ExitCode {
    let mut arguments = std::env::args_os();
    let program = arguments.next().unwrap_or_default();
    let mut arguments = arguments.peekable();
    if arguments.peek().is_some_and(|first| first == OsStr::new(options::SESSION)) {
        arguments.next();
        let all = std::iter::once(program).chain(arguments);
        return match SessionOptions::try_parse_from(all) {
            Ok(options) => session::run(&options),
            Err(fault) => answer(&fault),
        };
    }
    let options = match Options::try_parse_from(std::iter::once(program).chain(arguments)) {
        Ok(options) => options,
        Err(fault) => return answer(&fault),
    };
    let done = match &options.new_user {
        Some(name) => password::new_user(name),
        None => gate::run(&options),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            for fault in failure.faults() {
                eprintln!("{}\n", render(fault, false));
            }
            ExitCode::from(failure.status())
        }
    }
}

/// Help and version are what was asked for; anything else of clap's is a fault of the command line.
fn answer(fault: &clap::Error) -> ExitCode {
    let _ = fault.print();
    ExitCode::from(u8::try_from(fault.exit_code()).unwrap_or(2))
}

/// Why the server did not start.
#[derive(Debug)]
pub enum Failure {
    /// The study's content is at fault, or the machine.
    Study(Diagnostics),
    /// The command line is, or a file that it names.
    CommandLine(Diagnostics),
}

impl Failure {
    fn faults(&self) -> std::slice::Iter<'_, restudy::diagnostic::Diagnostic> {
        match self {
            Failure::Study(faults) | Failure::CommandLine(faults) => faults.iter(),
        }
    }

    fn status(&self) -> u8 {
        match self {
            Failure::Study(_) => 1,
            Failure::CommandLine(_) => 2,
        }
    }
}

impl From<Diagnostics> for Failure {
    fn from(faults: Diagnostics) -> Self {
        Failure::Study(faults)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Failure::Study(error.into())
    }
}
