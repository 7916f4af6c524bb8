//! The bounds of a session: time and memory.
//!
//! In: a piece of work. Out: its result, or the reason why it was stopped.
//!
//! - Work that gives way now and then, as DataFusion's does from batch to batch, is dropped when its time is over or its client
//!   asks; the session lives on.
//! - Work that does not is ended with the process, by a thread that looks at the clock and at the memory that the system counts:
//!   what no pool sees is bounded too.
//! - The process ends with the server that started it.

use std::process::exit;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use pgwire::error::PgWireResult;
use restudy::ask::memory;
use rustix::process::getppid;
use tokio::sync::Notify;

use super::fault::error;
use super::{OUT_OF_MEMORY, OUT_OF_TIME};
use crate::options::duration;

/// Time that work has to give way after it was stopped.
pub const GRACE: Duration = Duration::from_secs(2);

/// How often the thread looks.
const LOOKS: Duration = Duration::from_millis(4);

/// How often it looks while nothing is being done: what a client has prepared takes memory too.
const LOOKS_WHEN_IDLE: Duration = Duration::from_millis(200);

/// The bounds.
#[derive(Debug)]
pub struct Limits {
    /// Bytes.
    memory: u64,
    /// The longest that a statement may take; clients may ask for less.
    pub timeout: Duration,
    running: Mutex<Option<Running>>,
    begins: Condvar,
    cancel: Notify,
}

/// A piece of work that is being done.
#[derive(Clone, Copy, Debug)]
struct Running {
    until: Instant,
    cancelled: Option<Instant>,
}

impl Limits {
    /// These bounds, not yet watched.
    pub fn new(memory: u64, timeout: Duration) -> Arc<Self> {
        Arc::new(Limits {
            memory,
            timeout,
            running: Mutex::new(None),
            begins: Condvar::new(),
            cancel: Notify::new(),
        })
    }

    fn running(&self) -> MutexGuard<'_, Option<Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does the work within its time: what `wish` asks for, and no more than the bound.
    ///
    /// # Errors
    /// Those of the work; or SQLSTATE 57014, because its time is over or because its client asked.
    pub async fn within<T>(
        &self,
        wish: Option<Duration>,
        work: impl Future<Output = PgWireResult<T>>,
    ) -> PgWireResult<T> {
        let time = wish.unwrap_or(self.timeout).min(self.timeout);
        let until = Instant::now() + time;
        // A cancel that came too late for the last statement is not meant for this one.
        let _begun = Begun::new(self, until);
        tokio::select! {
            biased;
            () = self.cancel.notified() => Err(error("57014", "the statement was cancelled, as its client asked")),
            () = tokio::time::sleep_until(until.into()) => Err(error(
                "57014",
                format!("the statement took longer than the {} that it may take", duration(time)),
            )),
            done = work => done,
        }
    }

    /// Ends the work that is being done, if any.
    pub fn cancel(&self) {
        if let Some(running) = self.running().as_mut() {
            running.cancelled.get_or_insert(Instant::now());
            self.cancel.notify_one();
        }
    }

    /// Starts the thread that watches.
    ///
    /// # Errors
    /// There is no thread to be had.
    pub fn watch(self: &Arc<Self>) -> std::io::Result<()> {
        let limits = Arc::clone(self);
        let server = getppid();
        std::thread::Builder::new().name("limits".to_owned()).spawn(move || {
            loop {
                let running = {
                    let idle = |running: &mut Option<Running>| running.is_none();
                    let waited = limits.begins.wait_timeout_while(limits.running(), LOOKS_WHEN_IDLE, idle);
                    *waited.unwrap_or_else(PoisonError::into_inner).0
                };
                if memory().is_none_or(|bytes| bytes > limits.memory) {
                    exit(OUT_OF_MEMORY);
                }
                let late = |since: Instant| since.elapsed() > GRACE;
                if running.is_some_and(|r| late(r.until) || r.cancelled.is_some_and(late)) {
                    exit(OUT_OF_TIME);
                }
                if getppid() != server {
                    exit(0);
                }
                std::thread::sleep(LOOKS);
            }
        })?;
        Ok(())
    }
}

/// A piece of work has begun, and ends with this.
struct Begun<'a>(&'a Limits);

impl<'a> Begun<'a> {
    fn new(limits: &'a Limits, until: Instant) -> Self {
        let mut running = limits.running();
        // A permit that is left over is used up before the work can be cancelled.
        let _ = futures::FutureExt::now_or_never(limits.cancel.notified());
        *running = Some(Running { until, cancelled: None });
        limits.begins.notify_one();
        Begun(limits)
    }
}

impl Drop for Begun<'_> {
    fn drop(&mut self) {
        *self.0.running() = None;
    }
}
