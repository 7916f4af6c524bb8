//! Text that is longer than the terminal, in a pager.
//!
//! The pager is `$PAGER`, else `less -FRSX`, else none. One that ends before it has read all is no fault.

use std::io::Write as _;
use std::process::{Command, Stdio};

use super::output::Output;
use super::{Failure, interrupts};

/// What `less` is told where nobody has said otherwise: no page for what fits, colours, no wrapping, the text stays.
const LESS: &str = "FRSX";

/// Prints `text`, in a pager where standard output is a terminal with fewer lines.
pub(super) fn show(text: &[u8], output: &Output) -> Result<(), Failure> {
    let lines = text.iter().filter(|byte| **byte == b'\n').count();
    if output.height().is_some_and(|height| lines >= height) {
        let named = std::env::var("PAGER").ok();
        if let Some(mut pager) = pager(named.as_deref())
            && paged(&mut pager, text)?
        {
            return Ok(());
        }
    }
    Ok(output.bytes(text)?)
}

/// The pager that is named, or `less`; none where the name is empty or `cat`.
fn pager(named: Option<&str>) -> Option<Command> {
    let mut command = match named.map(str::trim) {
        Some("" | "cat") => return None,
        // As other programs take it: a command with its arguments, for the shell.
        Some(words) => {
            let mut command = Command::new("sh");
            command.args(["-c", words]);
            command
        }
        None => Command::new("less"),
    };
    if std::env::var_os("LESS").is_none() {
        command.env("LESS", LESS);
    }
    Some(command)
}

/// Hands `text` to the pager and waits for it: whether there is one.
fn paged(pager: &mut Command, text: &[u8]) -> std::io::Result<bool> {
    let mut child = match pager.stdin(Stdio::piped()).spawn() {
        Ok(child) => child,
        Err(fault) if fault.kind() == std::io::ErrorKind::NotFound => return Ok(false),
        Err(fault) => return Err(fault),
    };
    // Ctrl-C is the pager's to understand; this program ends when it does.
    let _held = interrupts::outlive();
    let written = child.stdin.take().map_or(Ok(()), |mut pipe| pipe.write_all(text));
    child.wait()?;
    match written {
        Err(fault) if fault.kind() != std::io::ErrorKind::BrokenPipe => Err(fault),
        _ => Ok(true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pager_reads_all_or_stops_early() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("read");
        let text = "a line\n".repeat(100_000);
        for (words, lines) in [("cat", 100_000), ("head -n 2", 2)] {
            let mut command = pager(Some(&format!("{words} > '{}'", file.display()))).unwrap();
            assert!(paged(&mut command, text.as_bytes()).unwrap());
            assert_eq!(fs_err::read_to_string(&file).unwrap().lines().count(), lines);
        }
    }

    #[test]
    fn there_may_be_none() {
        assert!(pager(Some("")).is_none() && pager(Some(" cat ")).is_none());
        assert!(!paged(&mut Command::new("no-such-pager"), b"x").unwrap());
    }
}
