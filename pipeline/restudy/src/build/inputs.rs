//! The study's files that a build reads, each with its hash, by the step that reads it first.

use std::path::Path;

use indexmap::IndexMap;

use super::make::BUILD;
use super::seen::Seen;
use crate::diagnostic::Diagnostics;
use crate::publish::hash;
use crate::report::templates::FOLDER;
use crate::study::{Study, Wave};

/// Files by their names relative to the study's folder, in the order of their names, with their SHA-256.
pub(super) type Hashes = IndexMap<String, String>;

/// What a build reads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Inputs {
    /// Definitions and data: what the store is made from.
    pub(super) sources: Hashes,
    /// Queries.
    pub(super) queries: Hashes,
    /// Published claims.
    pub(super) claims: Hashes,
    /// Templates, theme, fonts, bibliography.
    pub(super) templates: Hashes,
}

impl Inputs {
    /// Hashes every file that a build of `wave` reads. A file that is missing is passed over: the step that needs it
    /// tells that.
    ///
    /// # Errors
    /// A file is there and cannot be read.
    pub(super) fn of(study: &Study, wave: &Wave, seen: &mut Seen) -> Result<Inputs, Diagnostics> {
        let mut inputs = Inputs::of_store(study, wave, seen)?;
        inputs.add_queries(&study.root, seen)?;
        collect(&study.root, FOLDER, &mut inputs.templates, seen)?;
        inputs.templates.sort_keys();
        Ok(inputs)
    }

    /// Adds what the queries are made from.
    ///
    /// # Errors
    /// As for [`Inputs::of`].
    pub(super) fn add_queries(&mut self, root: &Path, seen: &mut Seen) -> Result<(), Diagnostics> {
        collect(root, "queries", &mut self.queries, seen)?;
        self.queries.sort_keys();
        Ok(())
    }

    /// The same without what only the queries and the document read.
    ///
    /// # Errors
    /// As for [`Inputs::of`].
    pub(super) fn of_store(study: &Study, wave: &Wave, seen: &mut Seen) -> Result<Inputs, Diagnostics> {
        let (root, from) = (&study.root, &study.sources);
        let mut inputs = Inputs::default();
        let shared = [&from.cases, &from.documents, &from.codings, &from.pilots].into_iter().flatten();
        let others = [&from.texts, &from.project, &from.codes].into_iter().flatten().map(String::as_str);
        let shared = shared.map(|source| source.file.as_str()).chain(others);
        let of_waves = study.edition(wave).iter().flat_map(Wave::sources).map(|source| source.file.as_str());
        let sources = ["study.toml", "codebook"].into_iter().chain(shared);
        for name in sources.chain(of_waves) {
            collect(root, name, &mut inputs.sources, seen)?;
        }
        let claims = from.claims.as_ref().map(|claims| claims.file.as_str());
        for name in claims.into_iter().chain(from.claim_relations.as_deref()) {
            collect(root, name, &mut inputs.claims, seen)?;
        }
        inputs.sources.sort_keys();
        inputs.claims.sort_keys();
        Ok(inputs)
    }

    /// All of them together.
    pub(super) fn all(&self) -> Hashes {
        let parts = [&self.sources, &self.queries, &self.claims, &self.templates];
        let mut all: Hashes = parts.into_iter().flatten().map(|(k, v)| (k.clone(), v.clone())).collect();
        all.sort_keys();
        all
    }
}

/// SHA-256 of every file that a build of `wave` reads, by its name relative to the study's folder.
///
/// # Errors
/// A file is there and cannot be read.
pub fn hashes(study: &Study, wave: &Wave) -> Result<IndexMap<String, String>, Diagnostics> {
    let mut seen = Seen::read(&study.root.join(BUILD));
    let inputs = Inputs::of(study, wave, &mut seen)?;
    seen.remember();
    Ok(inputs.all())
}

/// Adds the file `name`, or all files below the folder of that name; what is not there is passed over.
fn collect(root: &Path, name: &str, hashes: &mut Hashes, seen: &mut Seen) -> Result<(), Diagnostics> {
    let Ok(found) = std::fs::metadata(root.join(name)) else { return Ok(()) };
    if !found.is_dir() {
        hashes.insert(name.to_owned(), seen.hash(&root.join(name))?);
        return Ok(());
    }
    for entry in fs_err::read_dir(root.join(name))? {
        let entry = entry?;
        // Hidden files are an editor's or a system's, never the study's.
        let file = match entry.file_name().to_str() {
            Some(file) if !file.starts_with('.') => format!("{name}/{file}"),
            _ => continue,
        };
        match entry.file_type()?.is_file() {
            true => _ = hashes.insert(file, seen.hash(&entry.path())?),
            // A folder, or a link to whatever it is.
            false => collect(root, &file, hashes, seen)?,
        }
    }
    Ok(())
}

/// The key of a step: a hash of what it depends on.
pub(super) fn key<'a>(before: &[&str], files: impl IntoIterator<Item = &'a Hashes>) -> String {
    let mut text = before.join("\n");
    for (name, sha) in files.into_iter().flatten() {
        text.push_str(&format!("\n{name} {sha}"));
    }
    hash(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_changes_with_names_contents_and_what_came_before() {
        let files = |pairs: &[(&str, &str)]| -> Hashes {
            pairs.iter().map(|(a, b)| ((*a).into(), (*b).into())).collect()
        };
        let keys = [
            key(&["p"], [&files(&[("a", "1")])]),
            key(&["q"], [&files(&[("a", "1")])]),
            key(&["p"], [&files(&[("a", "2")])]),
            key(&["p"], [&files(&[("b", "1")])]),
            key(&["p"], [&files(&[("a", "1"), ("b", "1")])]),
        ];
        for (i, one) in keys.iter().enumerate() {
            assert!(keys[..i].iter().all(|other| other != one));
        }
        assert_eq!(keys[0], key(&["p"], [&files(&[("a", "1")])]));
    }
}
