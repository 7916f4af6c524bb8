//! Queries as processes: whatever a query does, the shell outlives it.
//!
//! In: SQL. Out: what became of it; the answer goes from the query's process straight to where answers go.
//!
//! - The process of the next query stands ready: it has opened the study's tables and waits for its SQL. A change of what it
//!   was told (wave, format, file) or of the study's files replaces it.
//! - Ctrl-C reaches the query's process from the terminal, and ends it in the middle of whatever it does.

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};

use super::stamp::{LookedAt, Stamp};
use crate::cli::interrupts::INTERRUPTED;
use crate::study::Study;

/// The signal that Ctrl-C sends.
const INTERRUPT: i32 = 2;

/// What became of a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It was answered.
    Answered,
    /// It was not, and has said why.
    Failed,
    /// Somebody stopped it.
    Stopped,
    /// The system ended it, by this signal.
    Ended(i32),
}

impl Outcome {
    fn of(status: ExitStatus) -> Outcome {
        match (status.code(), status.signal()) {
            (Some(0), _) => Outcome::Answered,
            (Some(INTERRUPTED), _) | (_, Some(INTERRUPT)) => Outcome::Stopped,
            (_, Some(signal)) => Outcome::Ended(signal),
            _ => Outcome::Failed,
        }
    }
}

/// Starts processes, the next one ahead of time.
#[derive(Debug)]
pub(super) struct Asker {
    program: PathBuf,
    study: LookedAt,
    root: PathBuf,
    ready: Option<Ready>,
}

/// A process that waits for its SQL.
#[derive(Debug)]
struct Ready {
    child: Child,
    arguments: Vec<OsString>,
    /// The study's files as they were when it opened them.
    stamp: Stamp,
}

impl Asker {
    /// Queries on `study`, each a process of this very program.
    ///
    /// # Errors
    /// The system does not say which program that is.
    pub(super) fn new(study: &Study) -> io::Result<Asker> {
        let program = std::env::current_exe()?;
        Ok(Asker { program, study: LookedAt::of(study), root: study.root.clone(), ready: None })
    }

    /// Makes sure that a process with these arguments stands ready.
    ///
    /// # Errors
    /// It cannot be started.
    pub(super) fn warm(&mut self, arguments: &[OsString]) -> io::Result<()> {
        let stamp = self.study.stamp();
        if let Some(ready) = &mut self.ready
            && ready.arguments == arguments
            && ready.stamp == stamp
            && ready.child.try_wait()?.is_none()
        {
            return Ok(());
        }
        self.discard();
        let child = self.command(arguments).stdin(Stdio::piped()).spawn()?;
        self.ready = Some(Ready { child, arguments: arguments.to_vec(), stamp });
        Ok(())
    }

    /// Hands `sql` to a process with these arguments, and waits for it to end.
    ///
    /// # Errors
    /// It cannot be started.
    pub(super) fn ask(&mut self, arguments: &[OsString], sql: &str) -> io::Result<Outcome> {
        self.warm(arguments)?;
        let Some(Ready { mut child, .. }) = self.ready.take() else { return Ok(Outcome::Failed) };
        if let Some(mut input) = child.stdin.take() {
            // One that ended before it has read all says so in its status.
            let _ = input.write_all(sql.as_bytes());
        }
        Ok(Outcome::of(child.wait()?))
    }

    /// Runs a process with these arguments, which says all that it is asked.
    ///
    /// # Errors
    /// It cannot be started.
    pub(super) fn run(&self, arguments: &[OsString]) -> io::Result<Outcome> {
        Ok(Outcome::of(self.command(arguments).stdin(Stdio::null()).status()?))
    }

    /// Ends the process that stands ready: it has not been asked anything, and has nothing to put in order.
    fn discard(&mut self) {
        if let Some(Ready { mut child, .. }) = self.ready.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    fn command(&self, arguments: &[OsString]) -> Command {
        let mut command = Command::new(&self.program);
        command.arg("--study").arg(&self.root).args(arguments);
        command
    }
}

impl Drop for Asker {
    fn drop(&mut self) {
        self.discard();
    }
}
