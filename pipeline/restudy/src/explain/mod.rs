//! Where a printed number came from.
//!
//! In: a study, a wave, and the name of a number: its id in the evidence, a reference such as `query[row].column`, or a claim.
//! Out: an [`Explained`]: the query and what it selects from, down to the study's files with their hashes; the row; the
//! places where the report uses it; the claims that rest on it; and the respondents whom it counts.
//!
//! - Nothing is guessed. Who counts is found by asking the query again over other tables ([`who`]); what cannot be found so is
//!   not listed, and the reason is told.
//! - It builds nothing and writes nothing.

mod bearing;
mod lineage;
mod named;
pub mod who;

use serde::Serialize;

use crate::build::{Evaluated, evaluate, hashes, write_document};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::evidence::{Finding, Statistic};
use crate::queries::{Catalogue, ColumnKind, Purpose, QueryResult};
use crate::report::uses::Use;
use crate::study::{Study, Wave};

pub use lineage::Read;
use named::Named;
use who::Counted;

/// A number or a claim, explained.
#[derive(Clone, Debug, Serialize)]
pub struct Explained {
    /// What was asked about.
    #[serde(flatten)]
    pub about: About,
    /// The query that gives it.
    pub query: Asked,
    /// The query and all that it selects from, directly or not, each before what it selects from.
    pub reads: Vec<Read>,
    /// The study's files behind them, with their SHA-256.
    pub sources: Vec<Source>,
    /// Where the report uses it.
    pub uses: Vec<Use>,
    /// Queries and claims that come out differently without it; of a number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bearing: Option<Bearing>,
    /// Whom it counts.
    pub counted: Vec<Counted>,
}

/// What was asked about.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum About {
    /// A number of the evidence.
    Statistic(Box<Statistic>),
    /// A published claim, with what the data say of it.
    Claim(Box<Finding>),
}

/// The query that gives a number.
#[derive(Clone, Debug, Serialize)]
pub struct Asked {
    /// Its name.
    pub name: String,
    /// What it answers.
    pub title: String,
    /// What it is for: `figure 1`, `facts`.
    pub purpose: String,
    /// Whom its shares and counts are about.
    pub base: String,
    /// Its file, relative to the study's folder.
    pub file: String,
    /// SHA-256 of the file.
    pub sha256: String,
    /// The wave that stands for `$wave` in it.
    pub wave: String,
    /// The row's name; empty for a result of one row.
    pub row: String,
    /// Position of the row, counted from 1.
    pub position: usize,
    /// How many rows the result has.
    pub rows: usize,
    /// The values of the row, by column, unrounded.
    pub values: Vec<(String, Option<String>)>,
    /// The text of the file.
    pub sql: String,
}

/// A file of the study.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Source {
    /// Its name, relative to the study's folder.
    pub file: String,
    /// SHA-256.
    pub sha256: String,
}

/// What rests on a number.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Bearing {
    /// Queries whose results change when the number is taken out of its result.
    pub queries: Vec<String>,
    /// Claims whose row in their query changes then.
    pub claims: Vec<Finding>,
    /// Queries that cannot be asked without it.
    pub unknown: Vec<String>,
}

/// Why there is nothing to explain.
#[derive(Debug)]
pub enum Fault {
    /// The name is none.
    Unknown(Diagnostics),
    /// The study's content is at fault.
    Study(Diagnostics),
}

impl From<Diagnostics> for Fault {
    fn from(faults: Diagnostics) -> Self {
        Fault::Study(faults)
    }
}

/// Explains what `name` names.
///
/// # Errors
/// It names nothing, or the study has faults.
pub fn explain(study: &Study, wave: &Wave, name: &str) -> Result<Explained, Fault> {
    let evaluated = evaluate(study, wave)?;
    let named = named::named(name, &evaluated).map_err(Fault::Unknown)?;
    let (_, document) = write_document(study, wave, &evaluated)?;
    let catalogue = Catalogue::of(study, wave)?;
    let (result, row) = place(&evaluated, &named)?;
    let (query, head) = (&result.head.name, &result.head);
    let reads = lineage::reads(&catalogue, query, study, wave);
    let uses = match &named {
        Named::Statistic(statistic) => uses_of(document.uses, statistic),
        Named::Claim(_) => Vec::new(),
    };
    let bearing = match &named {
        Named::Statistic(statistic) => {
            Some(bearing::bearing(&evaluated, &catalogue, wave, result, row, &statistic.column)?)
        }
        Named::Claim(_) => None,
    };
    let columns = counts(result, &named);
    let counted = who::counted(&evaluated.session, &catalogue, wave, result, row, &columns)?;
    let values = head.columns.iter().map(|column| (column.name.clone(), result.text(row, &column.name)));
    Ok(Explained {
        query: Asked {
            name: query.clone(),
            title: head.title.clone(),
            purpose: purpose(&head.purpose),
            base: head.base.clone(),
            file: result.file.clone(),
            sha256: result.sha.clone(),
            wave: wave.id.clone(),
            row: result.row_key(row),
            position: row + 1,
            rows: result.rows(),
            values: values.collect(),
            sql: catalogue.get(query).map(|query| query.sql.clone()).unwrap_or_default(),
        },
        sources: lineage::sources(&reads, &hashes(study, wave)?),
        reads,
        uses,
        bearing,
        counted,
        about: match named {
            Named::Statistic(statistic) => About::Statistic(statistic),
            Named::Claim(finding) => About::Claim(finding),
        },
    })
}

/// The result and the row that give what is named.
fn place<'a>(evaluated: &'a Evaluated, named: &Named) -> Result<(&'a QueryResult, usize), Fault> {
    let evidence = evaluated.report.evidence();
    let found = match named {
        Named::Statistic(statistic) => {
            evidence.result(&statistic.query).map(|result| (result, Some(statistic.position - 1)))
        }
        Named::Claim(finding) => {
            let id = finding.claim.id.as_str();
            let row = |result: &QueryResult| {
                (0..result.rows()).find(|row| result.text(*row, "claim").as_deref() == Some(id))
            };
            evidence.result(&finding.query).map(|result| (result, row(result)))
        }
    };
    match found.map_err(|fault| Fault::Unknown(fault.into()))? {
        (result, Some(row)) => Ok((result, row)),
        (result, None) => {
            let fault = Diagnostic::error(format!("`{}` has no row for it", result.head.name));
            Err(Fault::Unknown(fault.into()))
        }
    }
}

/// The counts that say of whom a number is: itself, `n` and `base`, or else whatever its row counts.
fn counts<'a>(result: &'a QueryResult, named: &Named) -> Vec<&'a str> {
    let own = |column: &str| {
        ["n", "base"].contains(&column) || matches!(named, Named::Statistic(s) if s.column == column)
    };
    let all = result.head.columns.iter().map(|column| column.name.as_str());
    let all: Vec<&str> = all.filter(|column| is_count(result, column)).collect();
    let of_number: Vec<&str> = all.iter().copied().filter(|column| own(column)).collect();
    if of_number.is_empty() { all } else { of_number }
}

fn is_count(result: &QueryResult, column: &str) -> bool {
    result.column(column).is_some_and(|column| column.kind == ColumnKind::Count)
}

/// The uses of a number: by itself, or where a figure or table shows all of its query.
fn uses_of(uses: Vec<Use>, statistic: &Statistic) -> Vec<Use> {
    let used = |u: &Use| match &u.statistic {
        Some(id) => *id == statistic.id,
        None => u.query == statistic.query,
    };
    uses.into_iter().filter(used).collect()
}

fn purpose(purpose: &Purpose) -> String {
    match purpose {
        Purpose::Figure(number) => format!("figure {number}"),
        Purpose::Table(number) => format!("table {number}"),
        Purpose::Facts => "facts".to_owned(),
        Purpose::Claims => "claims".to_owned(),
        Purpose::Check => "check".to_owned(),
        Purpose::Explore => "explore".to_owned(),
    }
}
