//! Runs the queries that a change reaches, and takes over the results of the others.
//!
//! A query's key is a hash of its text, of the program, and of all that it selects from: tables by the hash of their
//! Parquet file, other queries by their keys. So a change to one query runs that one and those that read it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::Schema;
use indexmap::IndexMap;

use crate::diagnostic::Diagnostics;
use crate::engine::{Params, Session};
use crate::evidence::Evidence;
use crate::publish::{Manifest, hash, hash_file};
use crate::queries::{Catalogue, EVIDENCE, Query, QueryResult};
use crate::store::{Store, Tables, parts};

/// Folder of a build in which results and evidence wait for the next build, and for questions.
pub(super) const KEPT: &str = "results/parquet";

/// Results of the last build, to be taken over.
#[derive(Default)]
pub(super) struct Kept {
    keys: IndexMap<String, String>,
    tables: Tables,
}

impl Kept {
    /// The results of the build in `folder`; none if they are not as that build left them.
    pub(super) fn read(folder: &Path, manifest: &Manifest) -> Kept {
        if !manifest.are_whole(folder, &format!("{KEPT}/")) {
            return Kept::default();
        }
        match Store::open(&folder.join(KEPT)).and_then(|store| store.read()) {
            Ok(tables) => Kept { keys: manifest.queries.clone(), tables },
            Err(_) => Kept::default(),
        }
    }
}

impl Kept {
    /// What a query gave in that build, if it has the columns that the query promises now.
    pub(super) fn result(&self, query: &Query) -> Option<QueryResult> {
        let batch = self.tables.get(&query.head.name)?.clone();
        let columns = &query.head.columns;
        columns.iter().all(|column| batch.column_by_name(&column.name).is_some()).then(|| QueryResult {
            head: query.head.clone(),
            file: query.file.clone(),
            sha: query.sha.clone(),
            batch,
        })
    }
}

/// Results of all queries.
pub(super) struct Ran {
    /// The results, each after those that it selects from.
    pub(super) results: Vec<QueryResult>,
    /// Keys of the queries.
    pub(super) keys: IndexMap<String, String>,
    /// How many were taken over.
    pub(super) reused: usize,
    /// The table of all statistics.
    pub(super) evidence: RecordBatch,
}

impl Ran {
    /// Writes the results, and the evidence, for the next build and for questions.
    pub(super) fn keep(&self, folder: &Path) -> Result<(), Diagnostics> {
        let mut tables = Tables::new();
        for result in &self.results {
            tables.insert(&*result.head.name, result.batch.clone());
        }
        tables.insert(EVIDENCE, self.evidence.clone());
        tables.write(&folder.join(KEPT))
    }
}

/// The results of all queries over `session`, whose tables lie in `store`.
///
/// # Errors
/// All faults of all queries; one that selects from a query at fault is passed over.
pub(super) fn run(
    catalogue: &Catalogue,
    session: &Session,
    store: &Path,
    wave: &str,
    confidence: f64,
    kept: &Kept,
) -> Result<Ran, Diagnostics> {
    catalogue.held_against(session)?;
    let mut running = Running {
        session,
        kept,
        params: Params::none().with("wave", wave),
        keys: keys(catalogue, store, wave, confidence)?,
        broken: BTreeSet::new(),
        faults: Diagnostics::new(),
        ran: Ran {
            results: Vec::new(),
            keys: IndexMap::new(),
            reused: 0,
            evidence: RecordBatch::new_empty(Arc::new(Schema::empty())),
        },
    };
    for query in catalogue.iter().filter(|q| !catalogue.reaches(&q.head.name, EVIDENCE)) {
        running.run(query);
    }
    let ((), _) = std::mem::take(&mut running.faults).or(())?;
    let evidence = Evidence::from_results(running.ran.results.clone(), confidence);
    evidence.register(session)?;
    running.ran.evidence = evidence.batch()?;
    for query in catalogue.iter().filter(|q| catalogue.reaches(&q.head.name, EVIDENCE)) {
        running.run(query);
    }
    running.faults.or(running.ran).map(|(ran, _)| ran)
}

/// The key of every query over the tables in `store`, in the order in which they are run.
///
/// # Errors
/// A table cannot be read.
pub(super) fn keys(
    catalogue: &Catalogue,
    store: &Path,
    wave: &str,
    confidence: f64,
) -> Result<IndexMap<String, String>, Diagnostics> {
    let mut tables = tables(store, wave, confidence)?;
    let mut keys: IndexMap<String, String> = IndexMap::new();
    let key = |query: &Query, keys: &IndexMap<String, String>, tables: &BTreeMap<String, String>| {
        let of = |read: &str| keys.get(read).or_else(|| tables.get(read)).cloned().unwrap_or_default();
        let mut parts = vec![of(""), query.file.clone(), query.sha.clone()];
        parts.extend(query.reads.iter().map(|read| format!("{read} {}", of(read))));
        hash(parts.join("\n").as_bytes())
    };
    for query in catalogue.iter().filter(|q| !catalogue.reaches(&q.head.name, EVIDENCE)) {
        keys.insert(query.head.name.clone(), key(query, &keys, &tables));
    }
    let all: Vec<&str> = keys.values().map(String::as_str).collect();
    tables.insert(EVIDENCE.to_owned(), hash(all.join("\n").as_bytes()));
    for query in catalogue.iter().filter(|q| catalogue.reaches(&q.head.name, EVIDENCE)) {
        keys.insert(query.head.name.clone(), key(query, &keys, &tables));
    }
    Ok(keys)
}

/// Hashes of the store's tables by name; under an empty name what every query depends on.
fn tables(store: &Path, wave: &str, confidence: f64) -> Result<BTreeMap<String, String>, Diagnostics> {
    let mut hashes = BTreeMap::new();
    for (name, path) in Store::open(store)?.tables() {
        let files = parts(&path)?.into_iter().map(|file| Ok(hash_file(&file)?));
        let files = files.collect::<Result<Vec<String>, Diagnostics>>()?;
        hashes.insert(name, hash(files.join("\n").as_bytes()));
    }
    // Labels of ordered sets decide the order of rows, whatever a query selects from.
    let labels = hashes.get("value_labels").cloned().unwrap_or_default();
    let common = [env!("RESTUDY_SOURCES"), wave, &confidence.to_string(), &labels].join("\n");
    hashes.insert(String::new(), hash(common.as_bytes()));
    Ok(hashes)
}

struct Running<'a> {
    session: &'a Session,
    kept: &'a Kept,
    params: Params,
    /// Keys of all queries.
    keys: IndexMap<String, String>,
    broken: BTreeSet<String>,
    faults: Diagnostics,
    ran: Ran,
}

impl Running<'_> {
    fn run(&mut self, query: &Query) {
        let name = &query.head.name;
        if query.reads.iter().any(|read| self.broken.contains(read)) {
            self.broken.insert(name.clone());
            return;
        }
        let key = self.keys.get(name).cloned().unwrap_or_default();
        let ran = match self.kept.tables.get(name).filter(|_| self.kept.keys.get(name) == Some(&key)) {
            Some(batch) => {
                self.ran.reused += 1;
                let (head, file, sha) = (query.head.clone(), query.file.clone(), query.sha.clone());
                Ok(QueryResult { head, file, sha, batch: batch.clone() })
            }
            None => query.run(self.session, &self.params),
        };
        let ran = ran.and_then(|result| {
            self.session.register(name, result.batch.clone())?;
            Ok(result)
        });
        match ran {
            Ok(result) => {
                self.ran.results.push(result);
                self.ran.keys.insert(name.clone(), key);
            }
            Err(found) => {
                self.broken.insert(name.clone());
                self.faults.extend(found);
            }
        }
    }
}
