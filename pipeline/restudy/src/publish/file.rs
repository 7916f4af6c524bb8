//! A file that is written beside the one it replaces, and takes its place in one step.

use std::io::Write as _;
use std::path::Path;

use crate::diagnostic::{Diagnostic, Diagnostics, Place};

/// Writes `bytes` to `path`, whole or not at all: what was there stays until all of them are on the disk. What is no file,
/// such as a pipe, is written to as it is.
///
/// # Errors
/// The folder is not there, or the file cannot be written.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), Diagnostics> {
    let there = path.metadata().ok();
    if there.as_ref().is_some_and(std::fs::Metadata::is_dir) {
        return Err(Diagnostic::error("it is a folder, and a file is to be written")
            .at(Place::file(path.display().to_string()))
            .into());
    }
    if there.as_ref().is_some_and(|there| !there.is_file()) {
        return Ok(fs_err::OpenOptions::new().write(true).open(path)?.write_all(bytes)?);
    }
    // A link stays, and what it leads to is replaced.
    let target = if there.is_some() { fs_err::canonicalize(path)? } else { path.to_path_buf() };
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !folder.is_dir() {
        return Err(Diagnostic::error(format!("there is no folder {}", folder.display()))
            .at(Place::file(path.display().to_string()))
            .hint("make it first, or name another")
            .into());
    }
    let told = |fault: std::io::Error| {
        Diagnostics::from(
            Diagnostic::error(format!("cannot write the file: {fault}"))
                .at(Place::file(path.display().to_string())),
        )
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(".restudy-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // As readable as any new file; a temporary one would be its owner's alone.
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let mut made = builder.tempfile_in(folder).map_err(told)?;
    if let Some(there) = there {
        made.as_file().set_permissions(there.permissions()).map_err(told)?;
    }
    made.write_all(bytes).and_then(|()| made.as_file().sync_all()).map_err(told)?;
    made.persist(&target).map_err(|fault| told(fault.error))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        for content in ["one", "two"] {
            write_whole(&path, content.as_bytes()).unwrap();
            assert_eq!(fs_err::read_to_string(&path).unwrap(), content);
        }
        assert_eq!(fs_err::read_dir(folder.path()).unwrap().count(), 1);
        assert!(write_whole(folder.path(), b"x").unwrap_err().to_string().contains("it is a folder"));
        let nowhere = write_whole(&folder.path().join("no/a.csv"), b"x").unwrap_err().to_string();
        assert!(nowhere.contains("there is no folder"), "{nowhere}");
    }

    #[cfg(unix)]
    #[test]
    fn links_and_permissions_stay() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        write_whole(&file, b"one").unwrap();
        fs_err::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        write_whole(&link, b"two").unwrap();
        assert!(link.is_symlink());
        assert_eq!(fs_err::read_to_string(&file).unwrap(), "two");
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o640);
    }
}
