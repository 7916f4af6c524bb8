//! A server for tests, which ends with them.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex, Weak};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio_postgres::{Client, Config, NoTls};

/// What a server has said on standard error.
#[derive(Default)]
struct Log {
    text: Mutex<String>,
    more: Condvar,
}

/// A server, over the repository's own study if nothing else is said.
pub(crate) struct Server {
    child: Child,
    /// Where it listens.
    pub(crate) port: u16,
    log: Arc<Log>,
}

/// The repository, which is a study.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// The program, with the repository's study as its first option.
pub(crate) fn program() -> Command {
    program_over(&root())
}

fn program_over(study: &Path) -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("restudy-server"));
    command.arg("--study").arg(study);
    command
}

impl Server {
    /// Starts one with these options.
    pub(crate) fn start(options: &[&str]) -> Server {
        Server::start_in(None, options)
    }

    /// The same, its temporary files in this folder.
    pub(crate) fn start_in(temporary: Option<&Path>, options: &[&str]) -> Server {
        let mut program = program();
        Server::begin(program.envs(temporary.map(|folder| ("TMPDIR", folder))).args(options))
    }

    /// One over another study.
    pub(crate) fn over(study: &Path) -> Server {
        Server::begin(&mut program_over(study))
    }

    fn begin(program: &mut Command) -> Server {
        let mut child =
            program.args(["--port", "0"]).stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let log = Arc::new(Log::default());
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let written = Arc::clone(&log);
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let mut text = written.text.lock().unwrap();
                text.push_str(&line);
                text.push('\n');
                written.more.notify_all();
            }
        });
        let mut server = Server { child, port: 0, log };
        let said = server.says("psql -h 127.0.0.1 -p ");
        let port = said.split("psql -h 127.0.0.1 -p ").nth(1).unwrap().split_whitespace().next().unwrap();
        server.port = port.parse().unwrap();
        server
    }

    /// One that tests share which ask nothing special of it; it ends with the last of them.
    pub(crate) fn shared() -> Arc<Server> {
        static SHARED: Mutex<Weak<Server>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock().unwrap();
        if let Some(server) = shared.upgrade() {
            return server;
        }
        let server = Arc::new(Server::start(&[]));
        *shared = Arc::downgrade(&server);
        server
    }

    /// All that it has said, once that holds `words`.
    pub(crate) fn says(&self, words: &str) -> String {
        let text = self.log.text.lock().unwrap();
        let (text, late) = self
            .log
            .more
            .wait_timeout_while(text, Duration::from_secs(120), |text| !text.contains(words))
            .unwrap();
        assert!(!late.timed_out(), "the server never said `{words}`, but:\n{text}");
        text.clone()
    }

    /// The settings of a client of this server.
    pub(crate) fn config(&self) -> Config {
        let mut config = Config::new();
        config.host("127.0.0.1").port(self.port).user("anna").dbname("study");
        config
    }

    /// A client.
    pub(crate) async fn client(&self) -> Client {
        connect(&self.config()).await.unwrap()
    }

    /// Tells it to end, and waits until it has: whether it ended in good order.
    pub(crate) fn end(mut self) -> bool {
        self.terminate();
        self.child.wait().unwrap().success()
    }

    fn terminate(&self) {
        let pid = Pid::from_raw(i32::try_from(self.child.id()).unwrap()).unwrap();
        let _ = kill_process(pid, Signal::TERM);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            self.terminate();
            let _ = self.child.wait();
        }
    }
}

/// A client with these settings, its connection kept going.
pub(crate) async fn connect(config: &Config) -> Result<Client, tokio_postgres::Error> {
    let (client, connection) = config.connect(NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

/// A fault as a line: code and sentence.
pub(crate) fn fault(error: &tokio_postgres::Error) -> String {
    match error.as_db_error() {
        Some(told) => format!("{} {}: {}", told.severity(), told.code().code(), told.message()),
        None => format!("no answer: {error}"),
    }
}
