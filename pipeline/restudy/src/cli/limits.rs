//! `--timeout` and `--memory`, and what happens when they are reached.

use std::ffi::OsString;
use std::time::Duration;

use clap::Args;

use super::interrupts;
use super::output::{Output, seconds};
use super::room::Room;
use crate::ask::{Limits, Reached, Watch};
use crate::diagnostic::Diagnostic;

/// What one question may take.
#[derive(Clone, Debug, Args)]
pub(super) struct Within {
    /// How long a question may take: 500ms, 30s, 5m, or none
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = time)]
    timeout: Time,

    /// How much memory a question may take: 512MiB, 2GiB …
    #[arg(long, value_name = "SIZE", default_value = "1GiB", value_parser = size)]
    memory: u64,
}

/// A length of time, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Time(Option<Duration>);

impl Within {
    pub(super) fn limits(&self) -> Limits {
        Limits { memory: self.memory, time: self.timeout.0 }
    }

    /// The same as arguments of a command.
    pub(super) fn arguments(&self) -> Vec<OsString> {
        let time = self.timeout.0.map_or("none".to_owned(), |time| format!("{}ms", time.as_millis()));
        vec!["--timeout".into(), time.into(), "--memory".into(), bytes(self.memory).into()]
    }

    /// Watches from now on; when a limit is reached, says so, takes away the room, and ends with status 1. Ctrl-C takes it away
    /// too, and ends with the status that stands for it.
    pub(super) fn watch(&self, room: &Room, output: &Output) -> Watch {
        let folder = room.path().to_path_buf();
        // Whoever is about to end has nobody to tell.
        let clear = move || _ = fs_err::remove_dir_all(&folder);
        let output = Output::new(output.is_quiet(), false);
        let limits = self.limits();
        interrupts::then_end(clear.clone());
        Watch::begin(limits, move |reached| {
            output.faults(&told(reached, limits).into());
            clear();
            std::process::exit(1)
        })
    }
}

fn told(reached: Reached, limits: Limits) -> Diagnostic {
    match reached {
        Reached::Memory => Diagnostic::error(format!(
            "the question needs more memory than it may take, {}",
            bytes(limits.memory)
        ))
        .hint(format!("ask for less at once, or allow more: `--memory {}`", bytes(limits.memory * 2))),
        Reached::Time => {
            let most = limits.time.unwrap_or_default();
            Diagnostic::error(format!("the question takes longer than it may, {}", seconds(most))).hint(
                format!("ask for less at once, or allow more: `--timeout {}s`", most.as_secs().max(1) * 5),
            )
        }
    }
}

const UNITS: [(&str, u64); 4] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1)];

/// A size as it is written.
fn bytes(size: u64) -> String {
    let whole = UNITS.iter().find(|(_, unit)| size >= *unit && size.is_multiple_of(*unit));
    let (name, unit) = whole.copied().unwrap_or(("B", 1));
    format!("{}{name}", size / unit)
}

fn size(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == ' ');
    let unit = match text[digits.len()..].trim().to_ascii_lowercase().as_str() {
        "g" | "gb" | "gib" => 1 << 30,
        "m" | "mb" | "mib" => 1 << 20,
        "k" | "kb" | "kib" => 1 << 10,
        "b" => 1,
        _ => return Err("a size is written 512MiB or 2GiB".to_owned()),
    };
    let number: u64 =
        digits.parse().map_err(|_| "a size is a whole number and a unit, such as 512MiB".to_owned())?;
    match number.checked_mul(unit) {
        Some(bytes) if bytes >= LEAST => Ok(bytes),
        Some(_) => Err("a question needs at least 64MiB".to_owned()),
        None => Err("that is more memory than any machine has".to_owned()),
    }
}

/// Below this no question can be answered.
const LEAST: u64 = 64 << 20;

fn time(text: &str) -> Result<Time, String> {
    if text == "none" {
        return Ok(Time(None));
    }
    let wrong = || "a time is written 500ms, 30s, 5m or none".to_owned();
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == ' ');
    let number: u64 = digits.parse().map_err(|_| wrong())?;
    let milliseconds = match text[digits.len()..].trim() {
        "ms" => Some(number),
        "s" | "" => number.checked_mul(1000),
        "m" => number.checked_mul(60_000),
        _ => return Err(wrong()),
    };
    match milliseconds {
        Some(0) | None => Err("a time is more than nothing, and less than for ever".to_owned()),
        Some(milliseconds) => Ok(Time(Some(Duration::from_millis(milliseconds)))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_times_are_read_as_people_write_them() {
        assert_eq!(size("1GiB"), Ok(1 << 30));
        assert_eq!(size("512 mb"), Ok(512 << 20));
        assert_eq!(bytes(3 << 29), "1536MiB");
        for wrong in ["1", "lots", "1KiB", "-1GiB", "99999999999GiB", "GiB", "1.5GiB"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
        assert_eq!(time("500ms"), Ok(Time(Some(Duration::from_millis(500)))));
        assert_eq!(time("2m"), Ok(Time(Some(Duration::from_secs(120)))));
        assert_eq!(time("none"), Ok(Time(None)));
        for wrong in ["0s", "-1s", "soon", "1h", "99999999999999999999s"] {
            assert!(time(wrong).is_err(), "{wrong}");
        }
    }
}
