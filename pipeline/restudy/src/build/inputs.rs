//! The study's files that a build reads, each with its hash, by the step that reads it first.

use std::path::Path;

use indexmap::IndexMap;

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
        let mut inputs = Inputs::of_results(study, wave, seen)?;
        collect(&study.root, FOLDER, &mut inputs.templates, seen)?;
        inputs.templates.sort_keys();
        Ok(inputs)
    }

    /// The same without what only the document reads.
    ///
    /// # Errors
    /// As for [`Inputs::of`].
    pub(super) fn of_results(study: &Study, wave: &Wave, seen: &mut Seen) -> Result<Inputs, Diagnostics> {
        let mut inputs = Inputs::of_store(study, wave, seen)?;
        collect(&study.root, "queries", &mut inputs.queries, seen)?;
        inputs.queries.sort_keys();
        Ok(inputs)
    }

    /// The same without what only the queries and the document read.
    ///
    /// # Errors
    /// As for [`Inputs::of`].
    pub(super) fn of_store(study: &Study, wave: &Wave, seen: &mut Seen) -> Result<Inputs, Diagnostics> {
        let (root, from) = (&study.root, &study.sources);
        let mut inputs = Inputs::default();
        let sources = [
            "study.toml",
            "codebook",
            &from.cases.file,
            &from.documents.file,
            &from.texts,
            &from.codings.file,
            &from.pilots.file,
            &wave.responses.file,
            &wave.open_codings.file,
            &wave.frame.file,
        ];
        for name in sources {
            collect(root, name, &mut inputs.sources, seen)?;
        }
        collect(root, &from.claims.file, &mut inputs.claims, seen)?;
        collect(root, &from.claim_relations, &mut inputs.claims, seen)?;
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

fn collect(root: &Path, name: &str, hashes: &mut Hashes, seen: &mut Seen) -> Result<(), Diagnostics> {
    let path = root.join(name);
    if path.is_dir() {
        for entry in fs_err::read_dir(&path)? {
            // Hidden files are an editor's or a system's, never the study's.
            match entry?.file_name().to_str() {
                Some(file) if !file.starts_with('.') => {
                    collect(root, &format!("{name}/{file}"), hashes, seen)?;
                }
                _ => {}
            }
        }
    } else if path.is_file() {
        hashes.insert(name.to_owned(), seen.hash(&path)?);
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
