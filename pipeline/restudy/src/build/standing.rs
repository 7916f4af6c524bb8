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
use crate::store::parts;
use crate::study::{Study, Wave};

/// The last build of a wave, as far as it is up to date.
#[derive(Debug)]
pub struct Standing {
    root: PathBuf,
    folder: PathBuf,
    manifest: Manifest,
    seen: Seen,
    inputs: Inputs,
    /// Key of the store, where it is up to date.
    store: Option<String>,
    /// Whether the results are, once somebody has asked.
    results: Option<bool>,
}

impl Standing {
    /// Compares the files that the store is made from with what the last build of `wave` read.
    ///
    /// # Errors
    /// A file is there and cannot be read.
    pub fn of(study: &Study, wave: &Wave) -> Result<Standing, Diagnostics> {
        let builds = study.root.join(BUILD);
        let folder = builds.join(&wave.id);
        let mut seen = Seen::read(&builds);
        let manifest = Manifest::read(&folder).unwrap_or_default();
        let mut inputs = Inputs::default();
        let mut store = None;
        if let Some(known) = manifest.steps.get("store") {
            inputs = Inputs::of_store(study, wave, &mut seen)?;
            store = Some(store_key(&inputs, wave)).filter(|key| key == known);
            seen.remember();
        }
        Ok(Standing { root: study.root.clone(), folder, manifest, seen, inputs, store, results: None })
    }

    /// The build's folder and manifest, where its store is up to date.
    pub(super) fn store(&self) -> Option<(&Path, &Manifest)> {
        self.store.is_some().then_some((self.folder.as_path(), &self.manifest))
    }

    /// The store's tables, each with its file, in order of name; none where the store is out of date.
    pub fn tables(&self) -> Vec<(String, PathBuf)> {
        if self.store.is_some() { self.listed("store") } else { Vec::new() }
    }

    /// The results of queries and the table `evidence`, in the same way; none where they are out of date. The queries are
    /// looked at when this is first asked.
    ///
    /// # Errors
    /// A query is there and cannot be read.
    pub fn results(&mut self) -> Result<Vec<(String, PathBuf)>, Diagnostics> {
        let Some(store) = &self.store else { return Ok(Vec::new()) };
        let stand = match self.results {
            Some(stand) => stand,
            None => {
                self.inputs.add_queries(&self.root, &mut self.seen)?;
                self.seen.remember();
                self.manifest.steps.get("queries") == Some(&queries_key(&self.inputs, store))
            }
        };
        self.results = Some(stand);
        Ok(if stand { self.listed(KEPT) } else { Vec::new() })
    }

    fn listed(&self, folder: &str) -> Vec<(String, PathBuf)> {
        let file = |output: &str| {
            let file = output.strip_prefix(folder)?.strip_prefix('/')?;
            let name = file.split_once('/').map(|(table, _)| table).or(file.strip_suffix(".parquet"))?;
            // The parts of a table lie in a folder of its name.
            let path = if file.contains('/') { name } else { file };
            Some((name.to_owned(), self.folder.join(folder).join(path)))
        };
        let mut tables: Vec<_> = self.manifest.outputs.keys().filter_map(|output| file(output)).collect();
        tables.dedup();
        tables
    }

    /// Whether the files of a table of the build are as the build made them, all of them and no more.
    pub fn is_whole(&mut self, table: &Path) -> bool {
        let Ok(files) = parts(table) else { return false };
        let name =
            |path: &Path| path.strip_prefix(&self.folder).unwrap_or(path).to_string_lossy().into_owned();
        let folder = format!("{}/", name(table));
        let made = self.manifest.outputs.keys().filter(|output| output.starts_with(&folder)).count();
        let named: Vec<(PathBuf, String)> =
            files.into_iter().map(|file| (file.clone(), name(&file))).collect();
        let as_made = named.iter().all(|(file, name)| {
            let found = self.seen.hash(file).ok();
            found.is_some() && found.as_ref() == self.manifest.outputs.get(name)
        });
        self.seen.remember();
        as_made && (made == 0 || made == named.len())
    }
}
