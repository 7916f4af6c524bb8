//! Ctrl-C, which ends a query and not the shell.

use tokio::signal::unix::{Signal, SignalKind, signal};

/// As long as this is there, the shell outlives Ctrl-C. The processes that it starts do not: to them it means what it
/// always means.
#[derive(Debug)]
pub(super) struct Interrupts {
    _signal: Signal,
    _runtime: tokio::runtime::Runtime,
}

impl Interrupts {
    /// Begins to outlive Ctrl-C.
    ///
    /// # Errors
    /// The system does not allow it.
    pub(super) fn survive() -> std::io::Result<Interrupts> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
        let signal = {
            let _within = runtime.enter();
            signal(SignalKind::interrupt())?
        };
        Ok(Interrupts { _signal: signal, _runtime: runtime })
    }
}
