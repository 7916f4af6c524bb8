//! The hash of a program that takes part: computed beside other work, where it is not remembered.

use std::path::{Path, PathBuf};
use std::thread::JoinHandle;

use super::seen::{Seen, Stamp};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::publish::hash_file;

/// A hash that is known or being computed.
pub(super) enum Hashing {
    /// It is known.
    Known(String),
    /// It is being computed.
    Running(PathBuf, JoinHandle<Result<(Option<Stamp>, String), Diagnostics>>),
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
    /// Begins to hash `program`, if its hash is not known.
    pub(super) fn begin(program: &Path, seen: &Seen) -> Hashing {
        if let Some(sha) = seen.known(program) {
            return Hashing::Known(sha);
        }
        let path = program.to_path_buf();
        let work = move || Ok((Stamp::of(&path)?, hash_file(&path)?));
        Hashing::Running(program.to_path_buf(), std::thread::spawn(work))
    }

    /// The hash; waits for it where it is being computed.
    ///
    /// # Errors
    /// The program cannot be read.
    pub(super) fn sha(self, seen: &mut Seen) -> Result<String, Diagnostics> {
        match self {
            Hashing::Known(sha) => Ok(sha),
            Hashing::Running(program, work) => {
                let (stamp, sha) = work
                    .join()
                    .map_err(|_| Diagnostic::error("the hash of Typst could not be computed"))??;
                seen.learn(&program, stamp, &sha);
                Ok(sha)
            }
        }
    }
}
