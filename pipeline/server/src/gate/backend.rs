//! Processes that are sessions: started, kept ready, signalled and ended.
//!
//! In: the snapshot and the bounds. Out: a [`Backend`], a process at the other end of a socket.
//!
//! - One is always ready, so that a client does not wait for its session to open the tables.
//! - A session sees nothing of the server's environment, and ends with the server.

use std::cell::RefCell;
use std::io;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::net::UnixStream;
use tokio::process::{Child, Command};

use crate::options::{SESSION, size};
use crate::session::{OUT_OF_MEMORY, OUT_OF_TIME, SAID_WHY};
use crate::snapshot::spill;
use crate::wire::Refusal;

/// A session's process.
#[derive(Debug)]
pub(super) struct Backend {
    child: Child,
    /// Its number, by which a client names it to cancel.
    pub(super) process: u32,
    spill: PathBuf,
}

impl Backend {
    /// Asks it to end its statement.
    pub(super) fn cancel(&self) {
        // A process that has ended has no number any more, so nobody else's is hit.
        if let Some(pid) = self.child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?)) {
            let _ = kill_process(pid, Signal::INT);
        }
    }

    /// How it ended, once it has.
    pub(super) async fn ended(&mut self) -> Option<ExitStatus> {
        self.child.wait().await.ok()
    }

    /// Ends it, whatever it does.
    pub(super) async fn end(mut self) -> Option<ExitStatus> {
        let _ = self.child.start_kill();
        let status = self.child.wait().await.ok();
        let _ = fs_err::remove_dir_all(&self.spill);
        status
    }
}

/// Starts sessions.
#[derive(Debug)]
pub(super) struct Starter {
    program: PathBuf,
    snapshot: PathBuf,
    confidence: f64,
    memory: u64,
    timeout: Duration,
    ready: RefCell<Option<(Backend, UnixStream)>>,
}

impl Starter {
    /// Starts sessions over `snapshot` with these bounds.
    ///
    /// # Errors
    /// This program cannot find itself.
    pub(super) fn new(
        snapshot: PathBuf,
        confidence: f64,
        memory: u64,
        timeout: Duration,
    ) -> io::Result<Self> {
        let program = std::env::current_exe()?;
        Ok(Starter { program, snapshot, confidence, memory, timeout, ready: RefCell::new(None) })
    }

    /// A session, and the socket to it. The next one is made ready.
    ///
    /// # Errors
    /// The system starts no process.
    pub(super) fn take(&self) -> io::Result<(Backend, UnixStream)> {
        let mut ready = self.ready.borrow_mut();
        let waiting = ready.take().and_then(|(mut backend, stream)| {
            matches!(backend.child.try_wait(), Ok(None)).then_some((backend, stream))
        });
        let taken = match waiting {
            Some(taken) => taken,
            None => self.start()?,
        };
        *ready = self.start().ok();
        Ok(taken)
    }

    /// Makes one ready, before the first client comes.
    ///
    /// # Errors
    /// The system starts no process.
    pub(super) fn prepare(&self) -> io::Result<()> {
        *self.ready.borrow_mut() = Some(self.start()?);
        Ok(())
    }

    /// Ends the one that is ready.
    pub(super) async fn close(&self) {
        let ready = self.ready.borrow_mut().take();
        if let Some((backend, _)) = ready {
            backend.end().await;
        }
    }

    fn start(&self) -> io::Result<(Backend, UnixStream)> {
        let (ours, theirs) = std::os::unix::net::UnixStream::pair()?;
        ours.set_nonblocking(true)?;
        let child = Command::new(&self.program)
            .arg(SESSION)
            .arg("--snapshot")
            .arg(&self.snapshot)
            .args(["--confidence", &self.confidence.to_string()])
            .args(["--memory", &self.memory.to_string()])
            .args(["--timeout", &self.timeout.as_millis().to_string()])
            .env_clear()
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(Stdio::null())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()?;
        let process = child.id().unwrap_or_default();
        let backend = Backend { child, process, spill: spill(&self.snapshot, process) };
        Ok((backend, UnixStream::from_std(ours)?))
    }

    /// What a client is told of a session that ended so, while the client was still there.
    pub(super) fn told(&self, status: Option<ExitStatus>) -> Option<Refusal> {
        use std::os::unix::process::ExitStatusExt as _;
        let (code, signal) = status.map_or((None, None), |status| (status.code(), status.signal()));
        match (code, signal) {
            (Some(code), _) if code == i32::from(SAID_WHY) => None,
            // In good order, though the client had not said goodbye: it had said what is no message.
            (Some(0), _) => Some(Refusal::new("08P01", "the connection ends: a message could not be read")),
            (Some(OUT_OF_MEMORY), _) => Some(
                Refusal::new("53200", format!("the connection ends: it needed more than the {} of memory that it may use", size(self.memory)))
                    .hint("ask for less at a time, or start the server with a larger --memory"),
            ),
            (Some(OUT_OF_TIME), _) => Some(
                Refusal::new("57014", "the connection ends: a statement whose time was over, or that was cancelled, could not be stopped otherwise")
                    .hint("ask for less at a time, or start the server with a larger --timeout"),
            ),
            // What a stack that is used up ends with.
            (None, Some(6 | 11)) => Some(
                Refusal::new("54001", "the connection ends: the statement was nested too deeply, or the session could get no memory")
                    .hint("write it with fewer levels"),
            ),
            _ => Some(Refusal::new("XX000", "the connection ends: its session stopped unexpectedly")),
        }
    }
}
