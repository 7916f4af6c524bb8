//! What of a wave's last build still stands, found out without doing any of it.
//!
//! In: a study and a wave. Out: the tables and results in `build/<wave>/` that a build would make again byte for byte.

use std::path::{Path, PathBuf};

use super::inputs::Inputs;
use super::make::{BUILD, queries_key, store_key};
use super::queries::KEPT;
use super::seen::Seen;
use crate::diagnostic::Diagnostics;
use crate::publish::Manifest;
use crate::study::{Study, Wave};

/// The last build of a wave, as far as it is up to date.
#[derive(Debug)]
pub struct Standing {
    folder: PathBuf,
    manifest: Manifest,
    seen: Seen,
    store: bool,
    results: bool,
}

impl Standing {
    /// Compares the files that store and queries are made from with what the last build of `wave` read.
    ///
    /// # Errors
    /// A file is there and cannot be read.
    pub fn of(study: &Study, wave: &Wave) -> Result<Standing, Diagnostics> {
        let builds = study.root.join(BUILD);
        let folder = builds.join(&wave.id);
        let mut seen = Seen::read(&builds);
        let Some(manifest) = Manifest::read(&folder) else {
            return Ok(Standing {
                folder,
                manifest: Manifest::default(),
                seen,
                store: false,
                results: false,
            });
        };
        let inputs = Inputs::of_results(study, wave, &mut seen)?;
        let same = |step: &str, key: &String| manifest.steps.get(step) == Some(key);
        let of_store = store_key(&inputs, wave);
        let store = same("store", &of_store);
        let results = store && same("queries", &queries_key(&inputs, &of_store));
        seen.remember();
        Ok(Standing { folder, manifest, seen, store, results })
    }

    /// The build's folder and manifest, where its store is up to date.
    pub(super) fn store(&self) -> Option<(&Path, &Manifest)> {
        self.store.then_some((self.folder.as_path(), &self.manifest))
    }

    /// The store's tables, each with its file, in order of name; none where the store is out of date.
    pub fn tables(&self) -> Vec<(String, PathBuf)> {
        if self.store { self.listed("store") } else { Vec::new() }
    }

    /// The results of queries and the table `evidence`, in the same way; none where they are out of date.
    pub fn results(&self) -> Vec<(String, PathBuf)> {
        if self.results { self.listed(KEPT) } else { Vec::new() }
    }

    fn listed(&self, folder: &str) -> Vec<(String, PathBuf)> {
        let name = |output: &str| {
            let name = output.strip_prefix(folder)?.strip_prefix('/')?.strip_suffix(".parquet")?;
            Some((name.to_owned(), self.folder.join(output)))
        };
        self.manifest.outputs.keys().filter_map(|output| name(output)).collect()
    }

    /// Whether a file of the build is as the build made it.
    pub fn is_whole(&mut self, file: &Path) -> bool {
        let name = file.strip_prefix(&self.folder).unwrap_or(file).to_string_lossy().into_owned();
        let found = self.seen.hash(file).ok();
        self.seen.remember();
        found.is_some() && found.as_ref() == self.manifest.outputs.get(&name)
    }
}
