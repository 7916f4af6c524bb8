//! Where the shell keeps what was typed: in the user's folder for the state of programs, never in a study.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The file, as far as the system says where it belongs; nothing where that is inside the study in `study`.
pub(super) fn file(study: &Path) -> Option<PathBuf> {
    let file = place(std::env::var_os("XDG_STATE_HOME"), std::env::home_dir())?;
    let study = fs_err::canonicalize(study).ok()?;
    let folder = file.ancestors().find_map(|folder| fs_err::canonicalize(folder).ok())?;
    (!folder.starts_with(study)).then_some(file)
}

fn place(state: Option<OsString>, home: Option<PathBuf>) -> Option<PathBuf> {
    // A relative path there is to be ignored, says the convention.
    let state = state.map(PathBuf::from).filter(|path| path.is_absolute());
    Some(state.or_else(|| Some(home?.join(".local/state")))?.join("restudy/history"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_is_where_the_system_says() {
        let home = || Some(PathBuf::from("/home/a"));
        let of = |state: Option<&str>, home| place(state.map(OsString::from), home);
        assert_eq!(of(Some("/state"), home()), Some("/state/restudy/history".into()));
        assert_eq!(of(Some("state"), home()), Some("/home/a/.local/state/restudy/history".into()));
        assert_eq!(of(None, home()), Some("/home/a/.local/state/restudy/history".into()));
        assert_eq!(of(None, None), None);
    }
}
