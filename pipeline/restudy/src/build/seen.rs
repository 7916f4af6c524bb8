//! Hashes of large files, remembered as long as a file is the same.
//!
//! In: paths. Out: SHA-256 of what is there now. A large file is read again only when its length, its times or its place on the
//! disk are others than when it was last read; a small one is read each time, which costs less than remembering.

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use crate::publish::hash_file;

/// Name of the file that remembers, in the folder of builds. It holds times and places, which a manifest must not.
const MEMORY: &str = ".seen.json";

/// Bytes from which a hash is worth remembering.
const LARGE: u64 = 1 << 20;

/// A file that was changed so shortly before it was read may have been changed again within the same tick of its clock.
const SETTLED: Duration = Duration::from_millis(100);

/// Hashes of large files, as far as they are known.
#[derive(Debug)]
pub(super) struct Seen {
    folder: PathBuf,
    known: BTreeMap<PathBuf, Look>,
    learnt: bool,
}

/// A file as it was when it was hashed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Look {
    stamp: Stamp,
    sha256: String,
}

/// What changes when a file does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stamp {
    length: u64,
    /// Nanoseconds of Unix time.
    modified: String,
    /// What the system says beside that: on Unix the file's number and the time of its last change of any kind.
    system: String,
}

impl Seen {
    /// What the folder of builds remembers; nothing where there is no memory, or none that can be read.
    pub(super) fn read(folder: &Path) -> Seen {
        let text = fs_err::read(folder.join(MEMORY)).unwrap_or_default();
        let known = serde_json::from_slice(&text).unwrap_or_default();
        Seen { folder: folder.to_path_buf(), known, learnt: false }
    }

    /// SHA-256 of the file, where it is known.
    pub(super) fn known(&self, path: &Path) -> Option<String> {
        let look = self.known.get(path)?;
        (Stamp::of(path).ok()?.as_ref() == Some(&look.stamp)).then(|| look.sha256.clone())
    }

    /// SHA-256 of the file.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(super) fn hash(&mut self, path: &Path) -> io::Result<String> {
        let stamp = Stamp::of(path)?;
        if let (Some(stamp), Some(look)) = (&stamp, self.known.get(path))
            && look.stamp == *stamp
        {
            return Ok(look.sha256.clone());
        }
        let sha = hash_file(path)?;
        self.learn(path, stamp, &sha);
        Ok(sha)
    }

    /// Remembers the hash of a file that had this stamp before it was read.
    pub(super) fn learn(&mut self, path: &Path, stamp: Option<Stamp>, sha: &str) {
        if let Some(stamp) = stamp {
            self.known.insert(path.to_path_buf(), Look { stamp, sha256: sha.to_owned() });
            self.learnt = true;
        }
    }

    /// Writes down what was learnt. What cannot be remembered is computed again.
    pub(super) fn remember(&self) {
        if self.learnt
            && self.folder.is_dir()
            && let Ok(text) = serde_json::to_vec(&self.known)
            && let Ok(mut fresh) = tempfile::NamedTempFile::new_in(&self.folder)
            && fresh.write_all(&text).is_ok()
        {
            // Whole or not at all: somebody else may be reading it.
            let _ = fresh.persist(self.folder.join(MEMORY));
        }
    }
}

impl Stamp {
    /// The stamp of a file that is large enough, and has been left alone for long enough, to be remembered.
    pub(super) fn of(path: &Path) -> io::Result<Option<Stamp>> {
        let file = fs_err::metadata(path)?;
        let modified = file.modified()?;
        let settled = SystemTime::now().duration_since(modified).is_ok_and(|age| age >= SETTLED);
        if file.len() < LARGE || !settled {
            return Ok(None);
        }
        let nanoseconds = modified.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_nanos();
        Ok(Some(Stamp { length: file.len(), modified: nanoseconds.to_string(), system: system(&file) }))
    }
}

#[cfg(unix)]
fn system(file: &std::fs::Metadata) -> String {
    use std::os::unix::fs::MetadataExt as _;
    format!("{} {} {}.{:09}", file.dev(), file.ino(), file.ctime(), file.ctime_nsec())
}

#[cfg(not(unix))]
fn system(_: &std::fs::Metadata) -> String {
    String::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_remembered_until_the_file_changes() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("typst");
        let long_ago = SystemTime::now() - Duration::from_secs(60);
        let write = |byte: u8| {
            fs_err::write(&file, vec![byte; LARGE as usize]).unwrap();
            let opened = std::fs::File::options().write(true).open(&file).unwrap();
            opened.set_modified(long_ago).unwrap();
        };
        write(1);
        let mut seen = Seen::read(folder.path());
        assert_eq!(seen.known(&file), None);
        let first = seen.hash(&file).unwrap();
        seen.remember();
        assert_eq!(Seen::read(folder.path()).known(&file), Some(first.clone()));
        // The same length and the same time: only the system knows better.
        write(2);
        #[cfg(unix)]
        assert_eq!(Seen::read(folder.path()).known(&file), None);
        fs_err::write(&file, "short").unwrap();
        assert_ne!(Seen::read(folder.path()).hash(&file).unwrap(), first);
        fs_err::remove_file(&file).unwrap();
        assert!(Seen::read(folder.path()).hash(&file).is_err());
    }

    #[test]
    fn small_files_and_fresh_ones_are_read_each_time() {
        let folder = tempfile::tempdir().unwrap();
        for length in [10, LARGE as usize] {
            let file = folder.path().join("file");
            fs_err::write(&file, vec![0; length]).unwrap();
            let mut seen = Seen::read(folder.path());
            seen.hash(&file).unwrap();
            assert_eq!(seen.known(&file), None);
        }
    }
}
