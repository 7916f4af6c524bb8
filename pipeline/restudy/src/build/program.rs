//! The hash of a program that takes part: computed beside other work, and remembered as long as the file is the same.

use std::path::{Path, PathBuf};
use std::thread::JoinHandle;
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::publish::{hash_file, write_file};

/// Name of the file that remembers, in the folder of builds. It holds times and places, which a manifest must not.
const MEMORY: &str = ".typst.json";

/// A program as it was when it was hashed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Seen {
    program: PathBuf,
    length: u64,
    /// Nanoseconds of Unix time.
    modified: String,
    sha256: String,
}

/// A hash that is known or being computed.
pub(super) enum Hashing {
    /// It is known.
    Known(String),
    /// It is being computed, and then remembered in this folder.
    Running(JoinHandle<Result<Seen, Diagnostics>>, PathBuf),
}

impl std::fmt::Debug for Hashing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Hashing::Known(sha) => sha,
            Hashing::Running(..) => "running",
        })
    }
}

impl Hashing {
    /// Begins to hash `program`, if `folder` does not remember it.
    pub(super) fn begin(program: &Path, folder: &Path) -> Hashing {
        if let Some(seen) = remembered(folder)
            && looked_at(program).is_ok_and(|(length, modified)| {
                seen.program == program && seen.length == length && seen.modified == modified
            })
        {
            return Hashing::Known(seen.sha256);
        }
        let program = program.to_path_buf();
        let work = move || {
            let (length, modified) = looked_at(&program)?;
            let sha256 = hash_file(&program)?;
            Ok(Seen { program, length, modified, sha256 })
        };
        Hashing::Running(std::thread::spawn(work), folder.to_path_buf())
    }

    /// The hash; waits for it where it is being computed.
    ///
    /// # Errors
    /// The program cannot be read.
    pub(super) fn sha(self) -> Result<String, Diagnostics> {
        match self {
            Hashing::Known(sha) => Ok(sha),
            Hashing::Running(work, folder) => {
                let seen = work
                    .join()
                    .map_err(|_| Diagnostic::error("the hash of Typst could not be computed"))??;
                if let Ok(text) = serde_json::to_vec(&seen) {
                    // What cannot be remembered is computed again.
                    let _ = write_file(&folder, MEMORY, &text);
                }
                Ok(seen.sha256)
            }
        }
    }
}

fn remembered(folder: &Path) -> Option<Seen> {
    serde_json::from_slice(&fs_err::read(folder.join(MEMORY)).ok()?).ok()
}

fn looked_at(program: &Path) -> Result<(u64, String), Diagnostics> {
    let file = fs_err::metadata(program)?;
    let modified = file.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
    Ok((file.len(), modified.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_remembered_until_the_file_changes() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("typst");
        let sha = || Hashing::begin(&program, folder.path()).sha().unwrap();
        fs_err::write(&program, "one").unwrap();
        let first = sha();
        assert!(matches!(Hashing::begin(&program, folder.path()), Hashing::Known(known) if known == first));
        fs_err::write(&program, "three").unwrap();
        assert_ne!(sha(), first);
        fs_err::remove_file(&program).unwrap();
        assert!(Hashing::begin(&program, folder.path()).sha().is_err());
    }
}
