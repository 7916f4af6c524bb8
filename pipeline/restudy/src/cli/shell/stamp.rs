//! The study's files as they are at a moment, to see whether anything has changed since.

use std::path::Path;
use std::time::SystemTime;

use crate::study::{Study, Wave};

/// Folders of builds have many files; what is at their top is replaced with the rest.
const DEPTH: usize = 2;

/// What is looked at: all that says which tables there are and what is in them, and the builds that hold them.
#[derive(Clone, Debug)]
pub(super) struct LookedAt {
    study: Study,
}

/// Names, lengths and times of files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Stamp(Vec<(String, u64, Option<SystemTime>)>);

impl LookedAt {
    /// The files of `study`.
    pub(super) fn of(study: &Study) -> LookedAt {
        LookedAt { study: study.clone() }
    }

    /// The files as they are now.
    pub(super) fn stamp(&self) -> Stamp {
        // The study may name other files than it did.
        let now = Study::load(&self.study.root).ok();
        let study = now.as_ref().unwrap_or(&self.study);
        let waves = study.waves.iter().flat_map(Wave::sources);
        let tables = study.sources.files().chain(waves.map(|source| source.file.as_str()));
        let names = ["study.toml", "codebook", "queries", "build"];
        let mut stamp = Stamp::default();
        for name in names.into_iter().chain(tables) {
            stamp.look(&study.root, name, DEPTH);
        }
        stamp.0.sort_unstable();
        stamp
    }
}

impl Stamp {
    fn look(&mut self, root: &Path, name: &str, depth: usize) {
        let path = root.join(name);
        let Ok(found) = fs_err::metadata(&path) else { return };
        self.0.push((name.to_owned(), found.len(), found.modified().ok()));
        if !found.is_dir() || depth == 0 {
            return;
        }
        // A folder that cannot be read is told by whoever needs it.
        let entries = fs_err::read_dir(&path).into_iter().flatten().flatten();
        for entry in entries {
            let file = entry.file_name();
            let file = file.to_string_lossy();
            if !file.starts_with('.') {
                self.look(root, &format!("{name}/{file}"), depth - 1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_of_a_query_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        let study = folder.path();
        let now = || {
            let mut stamp = Stamp::default();
            stamp.look(study, "queries", DEPTH);
            stamp
        };
        let queries = study.join("queries/explore");
        fs_err::create_dir_all(&queries).unwrap();
        let before = now();
        assert_eq!(now(), before);
        fs_err::write(queries.join("a.sql"), "select 1").unwrap();
        let after = now();
        assert_ne!(after, before);
        fs_err::write(queries.join("a.sql"), "select 12").unwrap();
        assert_ne!(now(), after);
    }
}
