//! The process that listens.
//!
//! In: the command line. Out: sessions for those who may have one, and a line on standard error for each.
//!
//! - It does not start on an address that others can reach without passwords and TLS, nor where it could not hold a session to
//!   its memory.
//! - It never runs a client's SQL and never keeps a result.
//! - Connections, those that have not logged in yet too, are counted and bounded.

mod backend;
mod greet;
mod relay;
mod tls;

use std::cell::RefCell;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use restudy::ask::memory;
use restudy::diagnostic::{Diagnostic, count, visible};
use restudy::study::Study;
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Notify, Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};
use tokio_rustls::TlsAcceptor;

use crate::Failure;
use crate::options::{Options, duration, size};
use crate::password::{Users, base64, random};
use crate::session::{MINOR_VERSION, SECRET, limits};
use crate::snapshot::Snapshot;
use crate::wire::{Refusal, Startup, message, pairs, same};
use backend::Starter;
use greet::{Greeted, Link, Rules, greet};
use relay::{Outside, relay};

/// Clients that may be about to log in, over and above those that have.
const GREETED_AT_A_TIME: usize = 32;

/// What all connections share.
struct Gate {
    tls: Option<TlsAcceptor>,
    users: Option<Users>,
    starter: Starter,
    sessions: Semaphore,
    max_connections: u16,
    greetings: Semaphore,
    login_timeout: Duration,
    idle_timeout: Duration,
    patience: Duration,
    quiet: bool,
    /// By process: the secret that cancels its statement, and how.
    cancels: RefCell<HashMap<u32, (Vec<u8>, Arc<Notify>)>>,
    closing: watch::Sender<bool>,
}

/// Serves until it is told to end.
///
/// # Errors
/// It cannot start: the command line, the files that it names, or the study are at fault.
pub fn run(options: &Options) -> Result<(), Failure> {
    let faulty = |fault: Diagnostic| Failure::CommandLine(fault.into());
    if !options.host.is_loopback() && (options.users.is_none() || options.tls_cert.is_none()) {
        return Err(faulty(
            Diagnostic::error(format!(
                "others can reach {}, so passwords and TLS are needed there",
                options.host
            ))
            .hint("give --users, --tls-cert and --tls-key, or listen on 127.0.0.1"),
        ));
    }
    let users = options.users.as_deref().map(Users::read).transpose().map_err(Failure::CommandLine)?;
    let tls = match (&options.tls_cert, &options.tls_key) {
        (Some(certificate), Some(key)) => {
            Some(tls::acceptor(certificate, key).map_err(Failure::CommandLine)?)
        }
        _ => None,
    };
    if memory().is_none() {
        return Err(faulty(
            Diagnostic::error(
                "this system does not tell how much memory a process uses, so no bound could be held",
            )
            .note("it is read from /proc/self/status, which Linux has"),
        ));
    }
    let study = Study::load(&study_folder(options.study.as_deref())?)?;
    let wave = study.wave(options.wave.as_deref()).map_err(Failure::CommandLine)?;
    let snapshot = Snapshot::take(&study, wave)?;
    let starter =
        Starter::new(snapshot.folder().to_path_buf(), snapshot.confidence, options.memory, options.timeout)?;

    let gate = Rc::new(Gate {
        tls,
        users,
        starter,
        sessions: Semaphore::new(options.max_connections.into()),
        max_connections: options.max_connections,
        greetings: Semaphore::new(GREETED_AT_A_TIME),
        login_timeout: options.login_timeout,
        idle_timeout: options.idle_timeout.max(options.timeout + limits::GRACE),
        patience: options.timeout + limits::GRACE,
        quiet: options.quiet,
        cancels: RefCell::default(),
        closing: watch::Sender::new(false),
    });
    // One thread: it only passes bytes on.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    tokio::task::LocalSet::new().block_on(&runtime, async {
        let listener = TcpListener::bind((options.host, options.port)).await.map_err(|e| {
            let address = SocketAddr::new(options.host, options.port);
            faulty(
                Diagnostic::error(format!("cannot listen on {address}: {e}"))
                    .hint("another server may be there: choose another --port"),
            )
        })?;
        let address = listener.local_addr()?;
        gate.starter.prepare()?;
        if !options.quiet {
            eprintln!("{}", welcome(&gate, options, address, &wave.id, snapshot.tables));
        }
        listen(&gate, listener).await
    })
}

/// The folder named, or else the current one or the nearest above it that holds a study.
fn study_folder(named: Option<&Path>) -> Result<PathBuf, Failure> {
    let holds = |folder: &Path| folder.join("study.toml").is_file();
    let found = match named {
        Some(folder) => holds(folder).then(|| folder.to_path_buf()),
        None => std::env::current_dir()?.ancestors().find(|folder| holds(folder)).map(Path::to_path_buf),
    };
    found.ok_or_else(|| {
        let fault = match named {
            Some(folder) => Diagnostic::error(format!("there is no study in {}", folder.display())),
            None => Diagnostic::error("there is no study here, nor in any folder above")
                .hint("name its folder with `--study`"),
        };
        Failure::CommandLine(fault.note("a study's folder holds a file study.toml").into())
    })
}

/// What the server says when it is ready.
fn welcome(gate: &Gate, options: &Options, address: SocketAddr, wave: &str, tables: usize) -> String {
    let mut lines = format!(
        "serving {} of wave {wave}, read-only, on {address}\n  psql -h {} -p {} study",
        count(tables, "table"),
        address.ip(),
        address.port()
    );
    lines += &format!(
        "\n  each connection: {} of memory, {} for a statement; at most {} at a time",
        size(options.memory),
        duration(options.timeout),
        gate.max_connections
    );
    lines += match &gate.users {
        None => {
            "\n  no password is asked for: whoever can run programs on this machine can read the tables (--users changes that)"
        }
        Some(_) => "",
    };
    if let Some(users) = &gate.users {
        lines += &format!("\n  {} may log in", count(users.count(), "user"));
    }
    if gate.tls.is_some() {
        lines += ", over TLS only";
    }
    lines
}

/// Accepts connections until a signal says to end; then ends all of them.
async fn listen(gate: &Rc<Gate>, listener: TcpListener) -> Result<(), Failure> {
    let mut interrupted = signal(SignalKind::interrupt())?;
    let mut terminated = signal(SignalKind::terminate())?;
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            _ = interrupted.recv() => break,
            _ = terminated.recv() => break,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((socket, from)) => {
                    let _ = socket.set_nodelay(true);
                    connections.spawn_local(connection(Rc::clone(gate), socket, from));
                }
                // No file is free, say: the next may be.
                Err(fault) => {
                    eprintln!("a connection could not be accepted: {fault}");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
    }
    drop(listener);
    let _ = gate.closing.send(true);
    let _ =
        timeout(Duration::from_secs(10), async { while connections.join_next().await.is_some() {} }).await;
    gate.starter.close().await;
    Ok(())
}

/// One connection, from its first byte to its last.
async fn connection(gate: Rc<Gate>, socket: TcpStream, from: SocketAddr) {
    let greeted = {
        let Ok(_one_of_few) = gate.greetings.try_acquire() else {
            let refusal = Refusal::new("53300", "too many clients are logging in at once")
                .hint("try again in a moment");
            gate.refuse(Box::new(socket), &refusal, from).await;
            return;
        };
        let rules = Rules { tls: gate.tls.as_ref(), users: gate.users.as_ref() };
        let mut closing = gate.closing.subscribe();
        tokio::select! {
            greeted = greet(socket, &rules, Instant::now() + gate.login_timeout) => greeted,
            _ = closing.wait_for(|closing| *closing) => return,
        }
    };
    match greeted {
        Greeted::Session(link, startup) => gate.session(link, startup, from).await,
        Greeted::Cancel { process, secret } => gate.cancel(process, &secret, from),
        Greeted::Refused(link, refusal) => gate.refuse(link, &refusal, from).await,
        Greeted::Gone(why) => gate.log(from, &format!("ended before a session: {why}")),
    }
}

impl Gate {
    fn log(&self, from: SocketAddr, words: &str) {
        if !self.quiet {
            eprintln!("{from}: {}", visible(words));
        }
    }

    async fn refuse(&self, mut link: Link, refusal: &Refusal, from: SocketAddr) {
        self.log(from, &format!("refused: {} ({})", refusal.message, refusal.code));
        let last = async {
            link.write_all(&refusal.fatal()).await?;
            link.shutdown().await
        };
        let _ = timeout(Duration::from_secs(5), last).await;
    }

    /// Ends the statement of another connection, if the client knows its secret. It is never told whether it did.
    fn cancel(&self, process: u32, secret: &[u8], from: SocketAddr) {
        let cancels = self.cancels.borrow();
        let known = cancels.get(&process).filter(|(known, _)| same(known, secret));
        if let Some((_, cancel)) = known {
            cancel.notify_one();
        }
        let words =
            if known.is_some() { "cancels a statement" } else { "refused: a cancel with a wrong secret" };
        self.log(from, words);
    }

    /// Gives the client a session and stays between them.
    async fn session(&self, link: Link, startup: Startup, from: SocketAddr) {
        let user = startup.parameters.get("user").cloned().unwrap_or_default();
        let Ok(_one_of_few) = self.sessions.try_acquire() else {
            let words = format!("all {} connections are in use", self.max_connections);
            let refusal = Refusal::new("53300", words)
                .hint("close one, or start the server with a larger --max-connections");
            self.refuse(link, &refusal, from).await;
            return;
        };
        let begun = Instant::now();
        let (backend, mut stream, secret) = match self.begin(&startup) {
            Ok(begun) => begun,
            Err(fault) => {
                eprintln!("a session could not be started: {fault}");
                let refusal = Refusal::new("58000", "the system starts no process for a session");
                self.refuse(link, &refusal, from).await;
                return;
            }
        };
        let process = backend.process;
        self.log(from, &format!("user `{user}` begins a session (process {process})"));
        let cancel = Arc::new(Notify::new());
        self.cancels.borrow_mut().insert(process, (secret.clone(), Arc::clone(&cancel)));
        // Should the session be gone, the relay tells.
        let _ = stream.write_all(&opening(&startup, &secret)).await;
        let outside = Outside {
            cancel,
            closing: self.closing.subscribe(),
            idle: self.idle_timeout,
            patience: self.patience,
        };
        let refusal = relay(link, stream, backend, &self.starter, outside).await;
        self.cancels.borrow_mut().remove(&process);
        let why =
            refusal.map_or_else(String::new, |refusal| format!(": {} ({})", refusal.message, refusal.code));
        self.log(
            from,
            &format!("session of process {process} ended after {}{why}", duration(begun.elapsed())),
        );
    }

    /// A session's process, the socket to it, and the secret by which its client can cancel.
    fn begin(
        &self,
        startup: &Startup,
    ) -> std::io::Result<(backend::Backend, tokio::net::UnixStream, Vec<u8>)> {
        // The older version of the protocol has room for four bytes only.
        let mut secret = random::<32>().map_err(std::io::Error::other)?.to_vec();
        if startup.minor < MINOR_VERSION {
            secret.truncate(4);
        }
        let (backend, stream) = self.starter.take()?;
        Ok((backend, stream, secret))
    }
}

/// The client's startup message as its session gets it, with the secret.
fn opening(startup: &Startup, secret: &[u8]) -> Vec<u8> {
    let secret = base64::encode(secret);
    let theirs = startup.parameters.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let body = pairs(theirs.filter(|(name, _)| *name != SECRET).chain([(SECRET, secret.as_str())]));
    let version = 3 << 16 | u32::from(startup.minor);
    // A first message has no letter.
    message(0, &[&version.to_be_bytes()[..], &body].concat()).split_off(1)
}
