//! The process of one connection.
//!
//! In: a socket as standard input, on which the gate sends the client's startup message and then all that the client says. Out:
//! what PostgreSQL would say.
//!
//! - A session reads the snapshot's tables and nothing else (`statement.rs`, `catalogue.rs`).
//! - A statement that goes over its time or its memory is ended with a sentence, and the session lives on; where that cannot
//!   be, the process ends and the gate tells why (`limits.rs`).
//! - Rows are made as they are read: nothing holds a result (`answers.rs`, `queries.rs`).
//!
//! It knows no passwords and no other connections.

mod answers;
mod catalogue;
mod fault;
mod habits;
pub mod limits;
mod parameters;
mod queries;
mod rows;
mod settings;
mod startup;
mod statement;

use std::os::fd::AsFd as _;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use pgwire::tokio::process_socket_unix;
use restudy::diagnostic::{Diagnostic, Diagnostics};
use restudy::engine::{Bounds, Session};
use restudy::queries::Incomparable;
use tokio::signal::unix::{SignalKind, signal};

use crate::options::SessionOptions;
use crate::snapshot;
use answers::Connection;
use limits::Limits;
use queries::Handlers;

/// How a process ends that needs more memory than it may use.
pub const OUT_OF_MEMORY: i32 = 3;

/// How a process ends whose statement cannot be stopped.
pub const OUT_OF_TIME: i32 = 4;

/// How a process ends whose client knows why.
pub const SAID_WHY: u8 = 5;

/// Setting of the startup message in which the gate tells the secret by which the client can cancel, in Base64.
pub const SECRET: &str = "_restudy.secret";

/// Minor version of the protocol from which on that secret may be long.
pub const MINOR_VERSION: u16 = 2;

/// Stack of the threads that plan and run SQL: reserved, not used, but by what is nested deeply.
const STACK: usize = 256 << 20;

/// Serves the connection on standard input until it ends.
pub fn run(options: &SessionOptions) -> ExitCode {
    // What a panic says may quote values.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        eprintln!("a session stopped, which is a fault of the server: {place}");
    }));
    match serve(options) {
        Ok(false) => ExitCode::SUCCESS,
        Ok(true) => ExitCode::from(SAID_WHY),
        Err(faults) => {
            eprintln!("a session could not be opened: {faults}");
            ExitCode::FAILURE
        }
    }
}

/// Whether the client was told why its session ended.
fn serve(options: &SessionOptions) -> Result<bool, Diagnostics> {
    let socket = std::os::unix::net::UnixStream::from(std::io::stdin().as_fd().try_clone_to_owned()?);
    socket.set_nonblocking(true)?;
    let bounds = Bounds { memory: usize::try_from(options.memory).unwrap_or(usize::MAX), disk: 0 };
    let tables = snapshot::tables(&options.snapshot)?;
    let engine = Session::open_within(&tables, bounds)?.with_confidence(options.confidence);
    let incomparable = Incomparable::of(&engine)?;
    let spill = snapshot::spill(&options.snapshot, std::process::id());
    let (context, user) = catalogue::open(&engine, &spill, options.memory)
        .map_err(|e| Diagnostic::error(format!("cannot offer the catalogue: {e}")))?;
    let limits = Limits::new(options.memory, Duration::from_millis(options.timeout));
    // It outlives the runtime: the engine has one of its own, which must not end inside another.
    let connection = Arc::new(Connection::new(engine, context, user, Arc::clone(&limits), incomparable));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_stack_size(STACK)
        .enable_all()
        .build()?;
    let handlers = Handlers::new(Arc::clone(&connection));
    let served = runtime.block_on(async {
        let socket = tokio::net::UnixStream::from_std(socket)?;
        let mut interrupted = signal(SignalKind::interrupt())?;
        let watched = Arc::clone(&limits);
        tokio::spawn(async move {
            while interrupted.recv().await.is_some() {
                watched.cancel();
            }
        });
        limits.watch()?;
        // A session is started before it has a client: the time to log in, which is the gate's to keep, has not begun.
        socket.readable().await?;
        // On a worker, for the sake of its stack.
        tokio::spawn(process_socket_unix(socket, handlers)).await.map_err(std::io::Error::other)?
    });
    runtime.shutdown_background();
    match served {
        // The gate is gone, or the client.
        Err(fault) if fault.kind() == std::io::ErrorKind::Other => Err(fault.into()),
        _ => Ok(connection.said_why()),
    }
}
