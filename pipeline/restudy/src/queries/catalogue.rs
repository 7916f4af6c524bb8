//! All queries of a study: their heads, their texts, and who selects from whom.

use std::path::Path;

use datafusion::sql::parser::DFParser;
use datafusion::sql::resolve::resolve_table_references;
use indexmap::IndexMap;
use sha2::{Digest, Sha256};

use super::across::Incomparable;
use super::head::{Purpose, QueryHead};
use super::parse::{parse, waves};
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::engine::{Session, Sql, unknown_labels};
use crate::study::{ForWaves, Study, Wave};

/// The table that the evidence stage makes of all statistics; queries that select from it come after that stage.
pub(crate) const EVIDENCE: &str = "evidence";

/// The folders of `queries/`, one for each purpose.
pub(crate) const FOLDERS: [&str; 6] = ["figures", "tables", "facts", "claims", "checks", "explore"];

/// A query file, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// What it says of itself.
    pub head: QueryHead,
    /// Its file, relative to the study's folder.
    pub file: String,
    /// The file's text, head and all.
    pub sql: String,
    /// SHA-256 of the file, in hexadecimal.
    pub sha: String,
    /// Names of the tables and queries that it selects from, in alphabetical order; empty where its SQL cannot be
    /// parsed, which is told when it is run.
    pub reads: Vec<String>,
    /// The waves that it is for, as its head says it, and where; all if its head does not say it.
    pub waves: Option<(String, Place)>,
}

/// The queries of a study, each after those that it selects from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Catalogue {
    queries: IndexMap<String, Query>,
}

impl Catalogue {
    /// Reads `queries/` in the study's folder.
    ///
    /// # Errors
    /// All faults of all heads; two queries with one name; queries that select from each other in a circle.
    pub fn load(study_root: &Path) -> Result<Catalogue, Diagnostics> {
        let mut faults = Diagnostics::new();
        let mut queries: Vec<Query> = Vec::new();
        let root = study_root.join("queries");
        let known = FOLDERS.join(", ");
        for entry in sorted(&root)? {
            let name = entry.file_name().to_string_lossy().into_owned();
            let is_query = entry.path().extension().is_some_and(|e| e == "sql");
            if is_query || (entry.path().is_dir() && !FOLDERS.contains(&name.as_str())) {
                faults.push(
                    Diagnostic::error(format!("`{name}` does not belong in `queries` itself"))
                        .at(Place::file(format!("queries/{name}")))
                        .note(format!("queries lie in the folders {known}")),
                );
            } else if !entry.path().is_dir() {
                faults.extend(never_read(&format!("queries/{name}"), false));
            }
        }
        for folder in FOLDERS {
            if !root.join(folder).is_dir() {
                continue;
            }
            for entry in sorted(&root.join(folder))? {
                let path = entry.path();
                if path.is_dir() || path.extension().is_none_or(|extension| extension != "sql") {
                    let file = format!("queries/{folder}/{}", entry.file_name().to_string_lossy());
                    faults.extend(never_read(&file, path.is_dir()));
                    continue;
                }
                let name =
                    path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
                let file = format!("queries/{folder}/{name}.sql");
                let bytes = fs_err::read(&path)?;
                let Ok(text) = String::from_utf8(bytes) else {
                    faults.push(Diagnostic::error("the file is not UTF-8 text").at(Place::file(&file)));
                    continue;
                };
                let sha = sha(text.as_bytes());
                // The mark that some editors put before the text is no part of it.
                let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
                match Query::read(&name, folder, &file, text).map(|query| Query { sha, ..query }) {
                    Ok(query) => match queries.iter().find(|other| other.head.name == name) {
                        Some(other) => faults.push(
                            Diagnostic::error(format!("two queries have the name `{name}`"))
                                .at(Place::file(&file))
                                .note(format!("the other is {}", other.file)),
                        ),
                        None => queries.push(query),
                    },
                    Err(found) => faults.extend(found),
                }
            }
        }
        let ((), _) = faults.or(())?;
        Catalogue::in_order(queries)
    }

    /// The queries in the study's folder that are for `wave`: those whose heads do not leave it out, and of those that answer
    /// published claims, the ones of the wave that the claims are about.
    ///
    /// # Errors
    /// As for [`Catalogue::load`]; a wave that is not there; a query that selects from one that is for other waves.
    pub fn of(study: &Study, wave: &Wave) -> Result<Catalogue, Diagnostics> {
        let mut catalogue = Catalogue::load(&study.root)?;
        let mut faults = Diagnostics::new();
        let mut others: IndexMap<String, Query> = IndexMap::new();
        for (name, query) in std::mem::take(&mut catalogue.queries) {
            let is_for = match &query.waves {
                Some((said, place)) => match ForWaves::parse(said, &study.wave_ids()) {
                    Ok(waves) => waves.has(&wave.id),
                    Err(fault) => {
                        faults.push(fault.at(place.clone()));
                        continue;
                    }
                },
                None => query.head.purpose != Purpose::Claims || study.claims_are_about(&wave.id),
            };
            let into = if is_for { &mut catalogue.queries } else { &mut others };
            into.insert(name, query);
        }
        for query in catalogue.iter() {
            for other in query.reads.iter().filter_map(|read| others.get(read)) {
                let message = format!(
                    "`{}` selects from `{}`, which is not made for wave `{}`",
                    query.head.name, other.head.name, wave.id
                );
                let hint = "say in its head which waves it is for, `-- waves: …`, as the other does";
                faults.push(Diagnostic::error(message).at(Place::file(&query.file)).hint(hint));
            }
        }
        faults.or(catalogue).map(|(catalogue, _)| catalogue)
    }

    /// The catalogue of these queries.
    ///
    /// # Errors
    /// Queries select from each other in a circle.
    pub fn in_order(queries: Vec<Query>) -> Result<Catalogue, Diagnostics> {
        let mut waiting: IndexMap<String, Query> =
            queries.into_iter().map(|query| (query.head.name.clone(), query)).collect();
        let mut ordered = IndexMap::new();
        while !waiting.is_empty() {
            let ready = waiting.values().position(|query| {
                // A query that names itself reads a table of the store, and the circle is told below.
                query.reads.iter().all(|read| !waiting.contains_key(read))
            });
            match ready.and_then(|at| waiting.shift_remove_index(at)) {
                Some((name, query)) => {
                    ordered.insert(name, query);
                }
                None => return Err(circle(&waiting).into()),
            }
        }
        Ok(Catalogue { queries: ordered })
    }

    /// What stands against running the queries over `session`: a query that has the name of one of the store's tables
    /// would replace it for all queries after it.
    ///
    /// # Errors
    /// All such queries.
    pub fn held_against(&self, session: &Session) -> Result<(), Diagnostics> {
        let mut faults = Diagnostics::new();
        for query in self.iter().filter(|query| session.is_stored(&query.head.name)) {
            let name = &query.head.name;
            faults.push(
                Diagnostic::error(format!(
                    "the query has the name of a table, `{name}`, and would stand in its place"
                ))
                .at(Place::file(&query.file))
                .hint("give the file another name"),
            );
        }
        faults.or(()).map(|_| ())
    }

    /// What should be looked at although the queries run: labels that no column has.
    ///
    /// # Errors
    /// A query cannot be planned.
    pub fn unknown_labels(&self, session: &Session, wave: &str) -> Result<Diagnostics, Diagnostics> {
        let mut warnings = Diagnostics::new();
        let can_run = |query: &&Query| session.has(EVIDENCE) || !self.reaches(&query.head.name, EVIDENCE);
        for query in self.iter().filter(|query| query.sql.contains('\'')).filter(can_run) {
            let sql = Sql { file: &query.file, text: &query.sql };
            warnings.extend(unknown_labels(&session.plan(sql, &query.params(wave)?)?, sql));
        }
        Ok(warnings)
    }

    /// What should be looked at although the queries run: waves that are compared by what cannot be compared.
    ///
    /// # Errors
    /// The tables cannot be asked.
    pub fn compared(&self, session: &Session, wave: &str) -> Result<Diagnostics, Diagnostics> {
        Incomparable::of(session)?.compared_in(self, wave, session)
    }

    /// The query with this name.
    pub fn get(&self, name: &str) -> Option<&Query> {
        self.queries.get(name)
    }

    /// All queries, each after those that it selects from.
    pub fn iter(&self) -> impl Iterator<Item = &Query> {
        self.queries.values()
    }

    /// The names, in the same order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.queries.keys().map(String::as_str)
    }

    /// Whether the query named `name` selects from `table`, itself or through queries that it selects from.
    pub fn reaches(&self, name: &str, table: &str) -> bool {
        self.get(name)
            .is_some_and(|query| query.reads.iter().any(|read| read == table || self.reaches(read, table)))
    }
}

impl Query {
    /// A query from the text of its file in a folder of `queries/`.
    ///
    /// # Errors
    /// All faults of its head.
    pub fn read(name: &str, folder: &str, file: &str, text: String) -> Result<Query, Diagnostics> {
        if let Some(fault) = name_fault(name) {
            return Err(fault.at(Place::file(file)).into());
        }
        let head = parse(name, folder, file, &text)?;
        let (reads, waves) = (reads(&text), waves(file, &text));
        Ok(Query { head, file: file.to_owned(), sha: sha(text.as_bytes()), sql: text, reads, waves })
    }
}

/// What is wrong with the name of a query.
pub(super) fn name_fault(name: &str) -> Option<Diagnostic> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if name.is_empty() || !name.chars().all(plain) {
        let fault = Diagnostic::error(format!("`{name}` cannot be the name of a query"));
        return Some(fault.hint("use small letters, digits and `_`: the name is a table's name in SQL"));
    }
    (name == EVIDENCE).then(|| {
        Diagnostic::error(format!("a query cannot have the name `{EVIDENCE}`"))
            .note("it is the table of all statistics, which the build makes")
            .hint("give the file another name")
    })
}

/// What is wrong with a file or folder among the queries that nothing reads; hidden files, copies that editors keep, and
/// notes in Markdown are at home there.
fn never_read(file: &str, is_folder: bool) -> Option<Diagnostic> {
    let name = file.rsplit('/').next().unwrap_or(file);
    if name.starts_with('.') || name.ends_with('~') || (!is_folder && name.to_lowercase().ends_with(".md")) {
        return None;
    }
    let (what, hint) = if is_folder {
        ("folder", "put its files one folder up: queries are read from one level of folders")
    } else {
        ("file", "give a query the ending `.sql`, in small letters, and keep other files elsewhere")
    };
    Some(Diagnostic::error(format!("this {what} is never read")).at(Place::file(file)).hint(hint))
}

/// SHA-256 in hexadecimal.
fn sha(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The tables that `sql` selects from, in alphabetical order; none where it cannot be parsed.
pub(crate) fn reads(sql: &str) -> Vec<String> {
    let Ok(statements) = DFParser::parse_sql(sql) else { return Vec::new() };
    let mut names: Vec<String> = statements
        .iter()
        .filter_map(|statement| resolve_table_references(statement, true).ok())
        .flat_map(|(tables, _)| tables)
        .map(|table| table.table().to_owned())
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn sorted(folder: &Path) -> Result<Vec<fs_err::DirEntry>, Diagnostics> {
    let mut entries: Vec<fs_err::DirEntry> = fs_err::read_dir(folder)?.collect::<Result<_, _>>()?;
    entries.sort_by_key(fs_err::DirEntry::file_name);
    Ok(entries)
}

/// Names one circle among queries of which none can be first.
fn circle(waiting: &IndexMap<String, Query>) -> Diagnostic {
    let mut path: Vec<&str> = Vec::new();
    let mut at = waiting.keys().next().map_or("", String::as_str);
    while !path.contains(&at) {
        path.push(at);
        let next =
            waiting.get(at).and_then(|query| query.reads.iter().find(|read| waiting.contains_key(*read)));
        at = next.map_or(at, String::as_str);
    }
    let start = path.iter().position(|name| *name == at).unwrap_or(0);
    let mut steps: Vec<String> = path[start..].iter().map(|name| format!("`{name}`")).collect();
    steps.push(format!("`{at}`"));
    let file = waiting.get(at).map_or("queries", |query| query.file.as_str());
    if steps.len() == 2 {
        return Diagnostic::error(format!("the query {} selects from itself", steps[0]))
            .at(Place::file(file))
            .hint(
                "a query cannot have the name of a table that it selects from: give the file another name",
            );
    }
    Diagnostic::error(format!("queries select from each other in a circle: {}", steps.join(" → ")))
        .at(Place::file(file))
}
