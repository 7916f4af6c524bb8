//! Ctrl-C: what outlives it, and what puts itself in order before it ends.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use tokio::runtime::{Builder, Runtime};
use tokio::signal::unix::{Signal, SignalKind, signal};

/// The status of a program that ended because of Ctrl-C.
pub(super) const INTERRUPTED: i32 = 130;

/// Whether Ctrl-C is somebody else's for now.
static HELD: AtomicBool = AtomicBool::new(false);

/// As long as this is there, the process outlives Ctrl-C. The processes that it starts do not: to them it means what it
/// always means.
#[derive(Debug)]
pub(super) struct Outliving {
    _signal: Signal,
    _runtime: Runtime,
}

/// Begins to outlive Ctrl-C.
///
/// # Errors
/// The system does not allow it.
pub(super) fn outlive() -> io::Result<Outliving> {
    let (runtime, signal) = listen()?;
    HELD.store(true, Ordering::Relaxed);
    Ok(Outliving { _signal: signal, _runtime: runtime })
}

impl Drop for Outliving {
    fn drop(&mut self) {
        HELD.store(false, Ordering::Relaxed);
    }
}

/// From now on Ctrl-C ends the process, whatever it is in the middle of, and calls `clear` before; but for the time that
/// somebody outlives it.
pub(super) fn then_end(clear: impl FnOnce() + Send + 'static) {
    // Where the system does not allow it, Ctrl-C ends the process at once.
    let Ok((runtime, mut signal)) = listen() else { return };
    thread::spawn(move || {
        loop {
            runtime.block_on(signal.recv());
            if !HELD.load(Ordering::Relaxed) {
                break;
            }
        }
        clear();
        std::process::exit(INTERRUPTED)
    });
}

fn listen() -> io::Result<(Runtime, Signal)> {
    let runtime = Builder::new_current_thread().enable_io().build()?;
    let signal = {
        let _within = runtime.enter();
        signal(SignalKind::interrupt())?
    };
    Ok((runtime, signal))
}
