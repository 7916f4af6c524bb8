//! A folder that is made beside the one it replaces, and exchanged with it in one step.

use std::fs::File;
use std::path::{Path, PathBuf};

use crate::diagnostic::{Diagnostic, Diagnostics};

/// A folder in the making. Dropped without [`Fresh::replace`], it is removed.
#[derive(Debug)]
pub struct Fresh {
    made: PathBuf,
    target: PathBuf,
    replaced: bool,
    // Released when this value is dropped, or when the process ends however it ends.
    _lock: File,
}

impl Fresh {
    /// Begins a folder that is to become `build/NAME`. What a killed build left behind is removed first.
    ///
    /// # Errors
    /// Another build of the same name is running, or the folder cannot be made.
    pub fn begin(build: &Path, name: &str) -> Result<Fresh, Diagnostics> {
        fs_err::create_dir_all(build)?;
        let lock = File::create(build.join(format!(".{name}.lock")))?;
        if rustix::fs::flock(&lock, rustix::fs::FlockOperation::NonBlockingLockExclusive).is_err() {
            return Err(Diagnostic::error(format!("another build of `{name}` is running"))
                .hint("wait until it is done")
                .into());
        }
        let (target, made, old) =
            (build.join(name), build.join(format!(".{name}.new")), old_name(build, name));
        if old.exists() && !target.exists() {
            // A build was killed between two renames: what it had moved away is the last good one.
            fs_err::rename(&old, &target)?;
        }
        for leftover in [&made, &old] {
            if leftover.exists() {
                fs_err::remove_dir_all(leftover)?;
            }
        }
        fs_err::create_dir(&made)?;
        Ok(Fresh { made, target, replaced: false, _lock: lock })
    }

    /// Where the files of the new folder go.
    pub fn path(&self) -> &Path {
        &self.made
    }

    /// Puts the new folder in the place of the old one.
    ///
    /// # Errors
    /// The folders cannot be renamed; the old one is as it was.
    pub fn replace(mut self) -> Result<(), Diagnostics> {
        if !self.target.exists() {
            fs_err::rename(&self.made, &self.target)?;
        } else if exchange(&self.made, &self.target) {
            // The old one is where the new one was, and goes; if that fails, the next build removes it.
            let _ = fs_err::remove_dir_all(&self.made);
        } else {
            let old = self.made.with_extension("old");
            fs_err::rename(&self.target, &old)?;
            if let Err(e) = fs_err::rename(&self.made, &self.target) {
                fs_err::rename(&old, &self.target)?;
                return Err(e.into());
            }
            let _ = fs_err::remove_dir_all(&old);
        }
        self.replaced = true;
        Ok(())
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        if !self.replaced {
            // Nothing more can be done here; the next build removes what is left.
            let _ = fs_err::remove_dir_all(&self.made);
        }
    }
}

fn old_name(build: &Path, name: &str) -> PathBuf {
    build.join(format!(".{name}.new")).with_extension("old")
}

/// Exchanges two folders in one step, where the system can do that.
fn exchange(a: &Path, b: &Path) -> bool {
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        renameat_with(CWD, a, CWD, b, RenameFlags::EXCHANGE).is_ok()
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = (a, b);
        false
    }
}

/// Writes a file in `folder`, with the folders that its name needs.
///
/// # Errors
/// It cannot be written.
pub fn write_file(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), Diagnostics> {
    let path = folder.join(name);
    if let Some(parent) = path.parent() {
        fs_err::create_dir_all(parent)?;
    }
    fs_err::write(path, bytes)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs_err::read_dir(folder)
            .unwrap()
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn the_old_stays_until_the_new_is_whole() {
        let build = tempfile::tempdir().unwrap();
        for content in ["one", "two"] {
            let fresh = Fresh::begin(build.path(), "2013").unwrap();
            write_file(fresh.path(), "a/b", content.as_bytes()).unwrap();
            fresh.replace().unwrap();
            assert_eq!(fs_err::read_to_string(build.path().join("2013/a/b")).unwrap(), content);
        }
        let failed = Fresh::begin(build.path(), "2013").unwrap();
        write_file(failed.path(), "a/b", b"three").unwrap();
        drop(failed);
        assert_eq!(fs_err::read_to_string(build.path().join("2013/a/b")).unwrap(), "two");
        assert_eq!(names(build.path()), [".2013.lock", "2013"]);
    }

    #[test]
    fn what_a_killed_build_left_is_removed_and_the_last_good_one_restored() {
        let build = tempfile::tempdir().unwrap();
        write_file(build.path(), ".2013.new/half", b"").unwrap();
        write_file(build.path(), ".2013.old/good", b"").unwrap();
        drop(Fresh::begin(build.path(), "2013").unwrap());
        assert_eq!(names(build.path()), [".2013.lock", "2013"]);
        assert_eq!(names(&build.path().join("2013")), ["good"]);
    }

    #[test]
    fn two_builds_do_not_run_at_once() {
        let build = tempfile::tempdir().unwrap();
        let first = Fresh::begin(build.path(), "2013").unwrap();
        assert!(Fresh::begin(build.path(), "2013").unwrap_err().to_string().contains("is running"));
        drop(first);
        assert!(Fresh::begin(build.path(), "2013").is_ok());
    }
}
