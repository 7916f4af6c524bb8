//! The shell at a terminal: keys in, screen out. The terminal is made by `script` of util-linux; where that is not there the
//! test says so and tries nothing.

use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{sleep, spawn};
use std::time::{Duration, Instant};

use super::cli::files;
use super::shell::built_study;

const CTRL_C: &str = "\u{3}";
const CTRL_D: &str = "\u{4}";
/// Longer than anything takes on any machine; nothing waits so long where all is well.
const PATIENCE: Duration = Duration::from_secs(120);

/// A shell at a terminal.
struct Terminal {
    child: Child,
    screen: Arc<Mutex<Vec<u8>>>,
    /// How much of the screen has been looked at.
    seen: usize,
}

impl Terminal {
    /// A shell on `study`, with its state in `state`; nothing where no terminal can be made.
    fn open(study: &Path, state: &Path, colour: bool) -> Option<Terminal> {
        let version = Command::new("script").arg("--version").output();
        if !version.is_ok_and(|told| String::from_utf8_lossy(&told.stdout).contains("util-linux")) {
            eprintln!("skipped: there is no `script` of util-linux here, which makes a terminal");
            return None;
        }
        let program = assert_cmd::cargo::cargo_bin!("restudy");
        let mut command = Command::new("script");
        // Not every `sh` gives its place to the last command by itself, and one that stays gets the Ctrl-C too.
        command.arg("-qefc").arg(format!("exec '{}' --study . shell", program.display())).arg("/dev/null");
        command.current_dir(study).env("XDG_STATE_HOME", state).env("TERM", "xterm").env_remove("NO_COLOR");
        if !colour {
            command.env("NO_COLOR", "1");
        }
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let screen = Arc::new(Mutex::new(Vec::new()));
        let (mut out, shown) = (child.stdout.take().unwrap(), Arc::clone(&screen));
        spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(length @ 1..) = out.read(&mut bytes) {
                shown.lock().unwrap().extend_from_slice(&bytes[..length]);
            }
        });
        Some(Terminal { child, screen, seen: 0 })
    }

    fn keys(&mut self, keys: &str) {
        let input = self.child.stdin.as_mut().unwrap();
        input.write_all(keys.as_bytes()).unwrap();
        input.flush().unwrap();
    }

    /// What has appeared since what was waited for last.
    fn new_text(&self) -> String {
        String::from_utf8_lossy(&self.screen.lock().unwrap()[self.seen..]).into_owned()
    }

    /// Whether `text` appears in time; what stands before it is done with.
    fn appears(&mut self, text: &str, patience: Duration) -> bool {
        let begun = Instant::now();
        loop {
            let at = self.new_text().find(text);
            if let Some(at) = at {
                self.seen += at + text.len();
                return true;
            }
            if begun.elapsed() > patience {
                return false;
            }
            sleep(Duration::from_millis(10));
        }
    }

    fn wait_for(&mut self, text: &str) {
        assert!(self.appears(text, PATIENCE), "`{text}` does not appear in:\n{}", self.new_text());
    }

    /// Presses Ctrl-C until the query has noticed: before it runs nobody can stop it.
    fn stop(&mut self) {
        let begun = Instant::now();
        while !self.appears("stopped", Duration::from_millis(500)) {
            assert!(begun.elapsed() < PATIENCE, "the query cannot be stopped:\n{}", self.new_text());
            self.keys(CTRL_C);
        }
        self.wait_for("2013> ");
    }

    fn end(mut self) -> i32 {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code().unwrap();
            }
            assert!(begun.elapsed() < PATIENCE, "the shell does not end:\n{}", self.new_text());
            sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn the_shell_outlives_its_queries() {
    let (study, state) = (built_study(), tempfile::tempdir().unwrap());
    let before = files(study.path());
    let Some(mut shell) = Terminal::open(study.path(), state.path(), false) else { return };
    shell.wait_for("2013> ");
    shell.keys("select count(*) as n\rfrom responses;\r");
    shell.wait_for("196");
    shell.wait_for("2013> ");
    // What is typed and not sent is gone after Ctrl-C.
    shell.keys("select nonsense");
    shell.wait_for("nonsense");
    shell.keys(CTRL_C);
    shell.wait_for("2013> ");
    shell.keys("select count(*) from answers a, answers b, answers c, answers d;\r");
    shell.stop();
    // One call of one function, in one batch: the engine looks up nowhere in it.
    let ten = "'aaaaaaaaaa'";
    let long = (0..4).fold(ten.to_owned(), |text, _| format!("replace({text}, 'a', {ten})"));
    shell.keys(&format!("select levenshtein(x, x || 'b') from (select {long} as x);\r"));
    shell.stop();
    shell.keys("select 'still' || ' here' as answer;\r");
    shell.wait_for("still here");
    shell.wait_for("2013> ");
    shell.keys(CTRL_D);
    assert_eq!(shell.end(), 0);
    assert!(files(study.path()) == before, "the shell wrote into the study");
    let history = fs_err::read_to_string(state.path().join("restudy/history")).unwrap();
    assert!(history.contains("select count(*) as n\\nfrom responses;"), "{history}");
    assert!(!history.contains("nonsense"), "{history}");
}

#[test]
fn names_are_completed_and_painted() {
    let (study, state) = (built_study(), tempfile::tempdir().unwrap());
    let Some(mut shell) = Terminal::open(study.path(), state.path(), true) else { return };
    shell.wait_for("2013> ");
    // This waits for the names; completion does not.
    shell.keys("\\d frame\r");
    shell.wait_for("invited");
    shell.wait_for("2013> ");
    shell.keys("select svy_prop(");
    shell.wait_for("\u{1b}[1;34mselect\u{1b}[0m");
    shell.wait_for("condition [, design]");
    shell.keys("employers = 'non\t, design)['n'] as n from responses;\r");
    shell.wait_for("from\u{1b}[0m responses");
    shell.wait_for("\n22\r");
    shell.wait_for("2013> ");
    shell.keys("@coordinator_s\t\r");
    shell.wait_for("@coordinator_subjects");
    shell.wait_for("subject");
    shell.keys("\\save mine\r");
    shell.wait_for("already");
    shell.keys("select role, count(*) as n from responses group by role order by role;\r");
    shell.wait_for("head of science");
    shell.wait_for("2013> ");
    shell.keys("\\save mine\r");
    shell.wait_for("what it answers");
    shell.keys("Who answered\r");
    shell.wait_for("queries/explore/mine.sql");
    shell.wait_for("2013> ");
    shell.keys("select count(*) * 1000 as thousands from mine;\r");
    shell.wait_for("000");
    shell.wait_for("2013> ");
    // The process of the next query stands ready, and has opened the study as it was.
    let other = fs_err::read_to_string(study.path().join("queries/explore/mine.sql")).unwrap();
    fs_err::write(study.path().join("queries/explore/late.sql"), other).unwrap();
    shell.keys("select 'seen' || ' at once' as it from late limit 1;\r");
    shell.wait_for("seen at once");
    shell.wait_for("2013> ");
    shell.keys("\\q\r");
    assert_eq!(shell.end(), 0);
    assert!(
        fs_err::read_to_string(study.path().join("queries/explore/mine.sql"))
            .unwrap()
            .starts_with("-- Who answered.\n")
    );
}
