//! Begins a study: writes a folder that builds as it is.
//!
//! In: the name of a folder, the theme that reports are set with, and perhaps an export. Out: a study in that folder, whole
//! or not at all: the example, which teaches, or a draft of the export.
//!
//! - A folder that holds anything is left alone.
//! - What is written is plain text for a person to change: the program keeps no copy and asks for none.

mod draft;
mod example;

use std::path::Path;

use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::publish::write_file;

pub use draft::{Draft, Export, draft, reasons};
pub use example::example;

/// A file of a study: its name relative to the study's folder, and what it holds.
pub type File = (String, Vec<u8>);

/// The theme: its files by their names relative to `report-templates/theme/`.
pub type Theme = [(&'static str, &'static [u8])];

/// Writes `files` and `theme` into the new folder `folder`.
///
/// # Errors
/// The folder cannot be made; nothing is left of it then.
pub fn write(folder: &Path, files: &[File], theme: &Theme) -> Result<(), Diagnostics> {
    let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs_err::create_dir_all(parent)?;
    let beside = tempfile::Builder::new().prefix(".restudy-").tempdir_in(parent)?;
    let fresh = beside.path().join("study");
    for (name, bytes) in files {
        write_file(&fresh, name, bytes)?;
    }
    for (name, bytes) in theme {
        write_file(&fresh, &format!("report-templates/theme/{name}"), bytes)?;
    }
    if folder.is_dir() {
        fs_err::remove_dir(folder)?;
    }
    fs_err::rename(fresh, folder)?;
    Ok(())
}

/// Whether a study can begin in `folder`: it is not there, or is empty.
///
/// # Errors
/// Something is in it, or it is no folder, or it cannot be looked into.
pub fn is_free(folder: &Path) -> Result<(), Diagnostics> {
    let told = |message: &str| {
        let fault = Diagnostic::error(message).at(Place::file(folder.display().to_string()));
        Diagnostics::from(fault.hint("name a folder that is not there yet, or an empty one"))
    };
    // A link that leads nowhere is something too.
    match folder.symlink_metadata() {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(e) => return Err(e.into()),
        Ok(found) if !found.is_dir() => return Err(told("a study needs a folder, and this is none")),
        Ok(_) => {}
    }
    match fs_err::read_dir(folder)?.next() {
        None => Ok(()),
        Some(_) => Err(told("the folder is not empty")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_empty_folder_is_free() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        is_free(folder.path()).unwrap();
        is_free(&at("new")).unwrap();
        fs_err::write(at("file"), "x").unwrap();
        assert!(is_free(&at("file")).unwrap_err().to_string().contains("this is none"));
        assert!(is_free(folder.path()).unwrap_err().to_string().contains("is not empty"));
    }

    #[test]
    fn a_study_is_written_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let files = [("a/b.txt".to_owned(), b"x".to_vec()), ("c".to_owned(), b"y".to_vec())];
        write(&folder.path().join("deep/new"), &files, &[("t.typ", b"z")]).unwrap();
        let read = |name: &str| fs_err::read_to_string(folder.path().join(name)).unwrap();
        assert_eq!(read("deep/new/a/b.txt") + &read("deep/new/report-templates/theme/t.typ"), "xz");
        // A file where a folder must be.
        let broken = [("a".to_owned(), b"x".to_vec()), ("a/b".to_owned(), b"y".to_vec())];
        write(&folder.path().join("deep/other"), &broken, &[]).unwrap_err();
        let names: Vec<_> = fs_err::read_dir(folder.path().join("deep")).unwrap().collect();
        assert_eq!(names.len(), 1, "{names:?}");
    }
}
