//! Finds a Typst of the right version.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::diagnostic::{Diagnostic, Diagnostics};

use super::run::{read, wait};

/// The versions that are known to give the same report: `0.15.x`.
const WANTED: (u32, u32) = (0, 15);

/// How long a program may take to tell its version; Typst takes a few milliseconds.
const PATIENCE: Duration = Duration::from_secs(5);

/// A Typst that can be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Typst {
    /// The program, by its absolute path: it is run in another folder than this one.
    pub program: PathBuf,
    /// Its version, as it tells it: `0.15.1`.
    pub version: String,
}

/// The Typst to use: the one that is named, else one on the `PATH`, else the study's own in `.tools/`, else
/// that of the current folder.
///
/// # Errors
/// The one that is named is missing or has the wrong version, or none of the others is right; all that were looked at
/// are told.
pub fn find(named: Option<&Path>, study: &Path) -> Result<Typst, Diagnostics> {
    const OWN: &str = ".tools/typst/bin/typst";
    // A study elsewhere is built from the folder of the program that has one.
    let here = Some(PathBuf::from(OWN)).filter(|here| here.is_file());
    let candidates = match named {
        Some(path) => vec![on_path(path).unwrap_or_else(|| path.to_path_buf())],
        None => on_path(Path::new("typst")).into_iter().chain([study.join(OWN)]).chain(here).collect(),
    };
    let mut looked = Vec::new();
    for candidate in candidates {
        // Links are left as they are: some programs go by the name that they are called by.
        let program = std::path::absolute(&candidate).unwrap_or(candidate);
        match version(&program) {
            Ok(version) if right(&version) => return Ok(Typst { program, version }),
            Ok(version) => {
                looked.push(format!("{} is version {version}: {}", program.display(), judged(&version)))
            }
            Err(reason) => looked.push(format!("{}: {reason}", program.display())),
        }
    }
    let mut fault = Diagnostic::error(format!("no Typst {}.{} to make the PDF with", WANTED.0, WANTED.1));
    fault.notes = looked;
    Err(fault.hint("`just build` sets it up; or name one with `--typst` or RESTUDY_TYPST").into())
}

/// A name without a folder is looked for on the `PATH`, as a shell would.
fn on_path(name: &Path) -> Option<PathBuf> {
    if name.components().count() > 1 {
        return None;
    }
    let folders = std::env::var_os("PATH")?;
    // An empty or relative entry would run what lies in the current folder.
    std::env::split_paths(&folders).filter(|f| f.is_absolute()).map(|f| f.join(name)).find(|p| p.is_file())
}

fn version(program: &Path) -> Result<String, String> {
    let mut child = Command::new(program)
        .arg("--version")
        .env_clear()
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|e| match e.kind() {
            std::io::ErrorKind::NotFound => "not there".to_owned(),
            _ => e.to_string(),
        })?;
    let told = read(child.stdout.take());
    let status = match wait(&mut child, PATIENCE) {
        Ok(Some(status)) => status,
        Ok(None) => return Err(format!("does not tell its version within {} seconds", PATIENCE.as_secs())),
        Err(_) => return Err("does not tell a version of Typst".to_owned()),
    };
    let told = told.join().unwrap_or_default();
    let told = String::from_utf8_lossy(&told);
    match told.strip_prefix("typst ").and_then(|t| t.split_whitespace().next()) {
        Some(version) if status.success() => Ok(version.to_owned()),
        _ => Err("does not tell a version of Typst".to_owned()),
    }
}

fn numbers(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

fn right(version: &str) -> bool {
    numbers(version) == Some(WANTED)
}

fn judged(version: &str) -> &'static str {
    match numbers(version) {
        Some(found) if found < WANTED => "too old",
        Some(_) => "newer than this program knows, and might set the report otherwise",
        None => "not a version that this program can read",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_judged() {
        assert!(right("0.15.1") && right("0.15.0"));
        assert_eq!(judged("0.14.2"), "too old");
        assert!(judged("0.16.0").starts_with("newer"));
        assert!(judged("dev").starts_with("not a version"));
    }

    #[test]
    fn one_that_is_named_and_missing_is_told() {
        let fault = find(Some(Path::new("/nowhere/typst")), Path::new(".")).unwrap_err().to_string();
        assert!(fault.contains("/nowhere/typst: not there"), "{fault}");
    }
}
