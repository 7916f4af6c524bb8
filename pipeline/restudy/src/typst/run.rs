//! Runs Typst on a document, with everything pinned.

use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::diagnostic::{Diagnostic, Diagnostics, Place, count};

use super::find::Typst;
use super::messages::{Home, diagnostics};

/// Accessible (PDF/UA-1) and archival with attachments (PDF/A-3a).
const STANDARD: &str = "ua-1,a-3a";

/// A port on which nothing listens: should Typst ever want the network, it fails at once.
const NO_NETWORK: &str = "http://127.0.0.1:9";

/// Memory that Typst may ask for, in bytes; a report of 100 pages takes about a twentieth.
const MEMORY: u64 = 4 << 30;

/// A document to compile.
pub struct Job<'a> {
    /// The folder that holds the document and all that it reads; Typst sees no other.
    pub root: &'a Path,
    /// The document, relative to `root`.
    pub document: &'a str,
    /// Folder of fonts.
    pub fonts: &'a Path,
    /// The PDF's date, in seconds of Unix time.
    pub date: i64,
    /// How long it may take.
    pub limit: Duration,
}

/// Compiles a document: the bytes of its PDF, and Typst's warnings.
///
/// The PDF comes through a pipe: should this program be killed, the Typst that it leaves behind has nowhere to write to,
/// and only so much time to compute.
///
/// # Errors
/// Typst cannot be run, takes too long, or refuses the document: its messages, brought home.
pub fn compile(typst: &Typst, job: &Job<'_>, home: &Home<'_>) -> Result<(Vec<u8>, Diagnostics), Diagnostics> {
    let pdf =
        Kind { arguments: &["--format", "pdf", "--pdf-standard", STANDARD], begins: b"%PDF-", name: "a PDF" };
    run(typst, job, home, &pdf)
}

/// Draws a document of one page: the bytes of its SVG, and Typst's warnings.
///
/// # Errors
/// As for [`compile`].
pub fn draw(typst: &Typst, job: &Job<'_>, home: &Home<'_>) -> Result<(Vec<u8>, Diagnostics), Diagnostics> {
    run(typst, job, home, &Kind { arguments: &["--format", "svg"], begins: b"<svg", name: "an SVG" })
}

/// What is to come out.
struct Kind {
    arguments: &'static [&'static str],
    /// How it begins.
    begins: &'static [u8],
    name: &'static str,
}

fn run(
    typst: &Typst,
    job: &Job<'_>,
    home: &Home<'_>,
    kind: &Kind,
) -> Result<(Vec<u8>, Diagnostics), Diagnostics> {
    refuse_links(job.root)?;
    refuse_links(job.fonts)?;
    // Typst looks for packages here; nothing is ever put into it.
    let empty = tempfile::tempdir()?;
    let mut command = Command::new(&typst.program);
    command
        .arg("compile")
        .args(["--diagnostic-format", "short", "--ignore-system-fonts"])
        .args(kind.arguments)
        .arg("--creation-timestamp")
        .arg(job.date.to_string())
        .arg("--root")
        .arg(job.root)
        .arg("--font-path")
        .arg(job.fonts)
        .arg("--package-path")
        .arg(empty.path())
        .arg("--package-cache-path")
        .arg(empty.path())
        .arg(job.root.join(job.document))
        .arg("-")
        .current_dir(job.root)
        .env_clear()
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"] {
        command.env(name, NO_NETWORK);
    }
    let program = typst.program.display();
    let mut child = command.spawn().map_err(|e| Diagnostic::error(format!("cannot run {program}: {e}")))?;
    bound(&child, job.limit);
    let made = read(child.stdout.take());
    let told = read(child.stderr.take());
    let status = wait(&mut child, job.limit)?;
    // What was killed may leave somebody behind who holds the other end: its messages are not waited for.
    let (made, told) = match status {
        Some(_) => (made.join().unwrap_or_default(), told.join().unwrap_or_default()),
        None => (Vec::new(), Vec::new()),
    };
    let told = String::from_utf8_lossy(&told).into_owned();
    let messages = diagnostics(&told, job.root, home);
    match status {
        Some(status) if status.success() && made.starts_with(kind.begins) => Ok((made, messages)),
        Some(status) if status.success() => {
            let mut fault =
                Diagnostic::error(format!("Typst reports success, and has not made {}", kind.name))
                    .note(format!("{program} gave {}", count(made.len(), "byte")))
                    .hint("name another Typst with `--typst` or RESTUDY_TYPST");
            if !told.trim().is_empty() {
                fault = fault.note(format!("it says: {}", told.trim()));
            }
            Err(fault.into())
        }
        Some(status) => {
            let mut faults = messages;
            if faults.errors() == 0 {
                faults.push(
                    Diagnostic::error(format!("Typst stopped without saying why ({status})"))
                        .note(told.trim()),
                );
            }
            Err(faults)
        }
        None => Err(Diagnostic::error(format!("Typst took longer than {} seconds", job.limit.as_secs()))
            .note("it was stopped; what was there before is as it was")
            .hint("a template or the theme may loop")
            .into()),
    }
}

/// Reads all that comes through a pipe, beside whatever else goes on.
pub(super) fn read(pipe: Option<impl std::io::Read + Send + 'static>) -> std::thread::JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            // What cannot be read is no reason to lose what came before it.
            let _ = pipe.read_to_end(&mut bytes);
        }
        bytes
    })
}

/// The exit status, or nothing if the time was up and the child was killed.
pub(super) fn wait(child: &mut Child, limit: Duration) -> Result<Option<ExitStatus>, Diagnostics> {
    let started = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if started.elapsed() > limit {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Typst has no limits of its own: a runaway template would take the machine's memory, and where this program is killed
/// nobody would be left to stop it.
fn bound(child: &Child, limit: Duration) {
    #[cfg(target_os = "linux")]
    if let Some(pid) = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw) {
        use rustix::process::{Resource, Rlimit, prlimit};
        let cores = std::thread::available_parallelism().map_or(1, |n| n.get() as u64);
        let computing = limit.as_secs().max(1) * cores;
        for (resource, most) in [(Resource::As, MEMORY), (Resource::Cpu, computing)] {
            // It may have ended already, and then needs no limit.
            let _ = prlimit(Some(pid), resource, Rlimit { current: Some(most), maximum: Some(most) });
        }
    }
    #[cfg(not(target_os = "linux"))]
    let _ = (child, limit, MEMORY);
}

/// Typst follows a symbolic link out of its root.
fn refuse_links(folder: &Path) -> Result<(), Diagnostics> {
    for entry in fs_err::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_symlink() {
            return Err(Diagnostic::error("a symbolic link among the report's files")
                .at(Place::file(entry.path().display().to_string()))
                .hint("put the file itself there")
                .into());
        }
        if kind.is_dir() {
            refuse_links(&entry.path())?;
        }
    }
    Ok(())
}

/// Midnight (UTC) of a date `2013-08-01`, in seconds of Unix time.
///
/// # Errors
/// It is not such a date.
pub fn timestamp(date: &str) -> Result<i64, Diagnostics> {
    let fault = || {
        Diagnostics::from(
            Diagnostic::error(format!("`{date}` is not a date"))
                .at(Place::file("study.toml"))
                .hint("write `published` as year-month-day: 2013-08-01"),
        )
    };
    let mut parts = date.splitn(3, '-').map(str::parse::<i64>);
    let (Some(Ok(year)), Some(Ok(month)), Some(Ok(day))) = (parts.next(), parts.next(), parts.next()) else {
        return Err(fault());
    };
    if date.len() != 10
        || !(1970..=9999).contains(&year)
        || !(1..=12).contains(&month)
        || !(1..=31).contains(&day)
    {
        return Err(fault());
    }
    // Days from civil, after Howard Hinnant, "chrono-compatible low-level date algorithms".
    let y = if month <= 2 { year - 1 } else { year };
    let era = y / 400;
    let year_of_era = y - era * 400;
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Ok((era * 146_097 + day_of_era - 719_468) * 86_400)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_become_seconds() {
        // From `date -u -d 2013-08-01 +%s` and so on.
        assert_eq!(timestamp("2013-08-01").unwrap(), 1_375_315_200);
        assert_eq!(timestamp("1970-01-01").unwrap(), 0);
        assert_eq!(timestamp("2024-02-29").unwrap(), 1_709_164_800);
        for wrong in ["2013", "2013-8-1", "2013-13-01", "01/08/2013", "2013-08-01T00"] {
            assert!(timestamp(wrong).is_err(), "{wrong}");
        }
    }
}
