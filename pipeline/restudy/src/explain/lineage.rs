//! What a query selects from, down to the files of the study.

use indexmap::IndexMap;
use serde::Serialize;

use super::Source;
use crate::queries::{Catalogue, EVIDENCE};
use crate::store;
use crate::study::{Study, Wave};

/// A query or table in the line of a number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Read {
    /// Its name.
    pub name: String,
    /// The query's file; none for a table.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// SHA-256 of the query's file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// What it selects from; of a table, what it is made from: files, or what their names begin with.
    pub from: Vec<String>,
}

/// The query named `query`, and all that it selects from, directly or not, in the order in which they are met.
pub(super) fn reads(catalogue: &Catalogue, query: &str, study: &Study, wave: &Wave) -> Vec<Read> {
    let mut reads: IndexMap<String, Read> = IndexMap::new();
    let mut waiting = vec![query.to_owned()];
    while let Some(name) = waiting.pop() {
        if reads.contains_key(&name) {
            continue;
        }
        let read = match catalogue.get(&name) {
            Some(query) => {
                waiting.extend(query.reads.iter().rev().cloned());
                Read {
                    name: name.clone(),
                    file: Some(query.file.clone()),
                    sha256: Some(query.sha.clone()),
                    from: query.reads.clone(),
                }
            }
            None if name == EVIDENCE => Read {
                name: name.clone(),
                file: None,
                sha256: None,
                from: vec!["the results of the queries before it".to_owned()],
            },
            None => {
                let from = store::sources(&name, study, wave);
                Read {
                    name: name.clone(),
                    file: None,
                    sha256: None,
                    from: from.into_iter().map(str::to_owned).collect(),
                }
            }
        };
        reads.insert(name, read);
    }
    reads.into_values().collect()
}

/// The files behind the tables among `reads`, each once; `hashes` are those of all files of the study.
pub(super) fn sources(reads: &[Read], hashes: &IndexMap<String, String>) -> Vec<Source> {
    let wanted: Vec<&String> =
        reads.iter().filter(|read| read.file.is_none()).flat_map(|read| &read.from).collect();
    let behind = |file: &str| {
        wanted.iter().any(|name| {
            let inside = file.strip_prefix(name.as_str()).is_some_and(|rest| rest.starts_with('/'));
            file == name.as_str() || inside || (name.ends_with('/') && file.starts_with(name.as_str()))
        })
    };
    hashes
        .iter()
        .filter(|(file, _)| behind(file))
        .map(|(file, sha256)| Source { file: file.clone(), sha256: sha256.clone() })
        .collect()
}
