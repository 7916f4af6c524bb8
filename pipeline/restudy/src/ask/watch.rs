//! Bounds that hold for everything in the process, whatever the engine counts.
//!
//! DataFusion's memory pool does not see what a function makes inside one batch, and a batch that is being computed hears no
//! timer. So a thread looks every few milliseconds at what the process holds and how long it has taken, and ends it.
//!
//! What the process holds is read from `/proc/self/status`; where the system has no such file, the engine's own pool is the only
//! bound on memory.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// What a process may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of memory.
    pub memory: u64,
    /// How long one question may take; nothing: as long as it wants.
    pub time: Option<Duration>,
}

impl Limits {
    /// Memory unless somebody says otherwise: 1 GiB.
    pub const MEMORY: u64 = 1 << 30;
    /// Time unless somebody says otherwise: a minute.
    pub const TIME: Duration = Duration::from_secs(60);
}

/// The limit that was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reached {
    /// The process holds more memory than it may.
    Memory,
    /// The question took longer than it may.
    Time,
}

/// How often the watch looks. Memory can be filled with some 3 GB a second, so that it may grow 6 MB past the limit.
const EVERY: Duration = Duration::from_millis(2);

/// Watches until it is dropped.
#[derive(Debug)]
pub struct Watch {
    over: Arc<AtomicBool>,
    answered: Arc<AtomicBool>,
}

impl Watch {
    /// Begins to watch. `end` is called once, from the watch's own thread, when a limit is reached; it should end the
    /// process, for what runs cannot be relied on to listen.
    pub fn begin(limits: Limits, end: impl FnOnce(Reached) + Send + 'static) -> Watch {
        let (over, answered) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
        let watch = Watch { over: Arc::clone(&over), answered: Arc::clone(&answered) };
        let started = Instant::now();
        thread::spawn(move || {
            while !over.load(Ordering::Relaxed) {
                let reached = if memory().is_some_and(|held| held > limits.memory) {
                    Some(Reached::Memory)
                } else if !answered.load(Ordering::Relaxed)
                    && limits.time.is_some_and(|most| started.elapsed() > most)
                {
                    Some(Reached::Time)
                } else {
                    None
                };
                match reached {
                    Some(reached) => return end(reached),
                    None => thread::sleep(EVERY),
                }
            }
        });
        watch
    }

    /// Stops the clock: the answer is there, and whoever reads it may take their time. Memory is watched on.
    pub fn answered(&self) {
        self.answered.store(true, Ordering::Relaxed);
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
    }
}

/// Bytes that the process holds of its own: what is resident, without what it shares with files.
pub fn memory() -> Option<u64> {
    let text = fs_err::read_to_string("/proc/self/status").ok()?;
    let own = text.lines().find_map(|line| line.strip_prefix("RssAnon:"))?;
    let kilobytes: u64 = own.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    fn reached(limits: Limits) -> Option<Reached> {
        let (tell, told) = mpsc::channel();
        let _watch = Watch::begin(limits, move |reached| tell.send(reached).unwrap());
        told.recv_timeout(Duration::from_millis(300)).ok()
    }

    #[test]
    fn each_limit_is_told_and_nothing_within_them() {
        let enough = Limits { memory: u64::MAX, time: None };
        assert_eq!(reached(enough), None);
        let soon = Limits { time: Some(Duration::from_millis(20)), ..enough };
        assert_eq!(reached(soon), Some(Reached::Time));
        if memory().is_some() {
            assert_eq!(reached(Limits { memory: 1, ..enough }), Some(Reached::Memory));
        }
    }
}
