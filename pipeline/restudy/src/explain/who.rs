//! Whom a count counts.
//!
//! A query is asked again over tables in which one respondent is missing, for each in turn: those without whom the count is
//! smaller are those whom it counts. Where there are too many respondents for that, it is asked of each of them alone.
//! Both are done in one run ([`crate::engine::Versions`]).
//!
//! - A list stands only where it adds up: over everybody the query must give what it gave, and the parts of all respondents
//!   must sum to the count. Else there is no list, and the reason is told.
//! - A respondent who counts more than once (as many answers as they gave) is listed with how often.

use std::collections::BTreeMap;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Float64Type};
use datafusion::logical_expr::LogicalPlan;
use serde::Serialize;

use crate::diagnostic::Diagnostics;
use crate::engine::{Params, Session, Sql, VERSION, Versions, cell_text, column_index, number};
use crate::queries::{Catalogue, ColumnKind, EVIDENCE, Query, QueryResult, WavesRead};
use crate::store::{RESPONDENT, RESPONSES};
use crate::study::Wave;

/// How many pairs of a respondent and a row are compared at most, to leave each respondent out in turn: some seconds' work.
pub const PAIRS: f64 = 2e8;

/// A count of a row, and whom it counts.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Counted {
    /// The column that holds the count.
    pub column: String,
    /// The count.
    pub count: u64,
    /// Whom it counts, or why that is not known.
    #[serde(flatten)]
    pub who: Who,
}

/// Whom a count counts.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// These respondents.
    Listed {
        /// How they were found.
        method: Method,
        /// They, in the order of their names.
        respondents: Vec<Respondent>,
    },
    /// Nobody knows.
    Unknown {
        /// Why.
        reason: String,
    },
}

/// A respondent whom a count counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Respondent {
    /// Their name in the study's tables.
    pub respondent_id: String,
    /// How often they count.
    pub times: u64,
}

/// How it was found whom a count counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Each respondent was left out in turn.
    LeftOut,
    /// Each respondent was asked of alone.
    Alone,
}

impl Method {
    /// The method, in words.
    pub fn words(self) -> &'static str {
        match self {
            Method::LeftOut => {
                "the query was asked again without each respondent in turn: without these the count is smaller"
            }
            Method::Alone => {
                "the query was asked of each respondent alone: of these it counts, and they add up"
            }
        }
    }
}

/// Whom the counts in `columns` of a row count.
///
/// # Errors
/// The store cannot be asked.
pub fn counted(
    session: &Session,
    catalogue: &Catalogue,
    wave: &Wave,
    result: &QueryResult,
    row: usize,
    columns: &[&str],
) -> Result<Vec<Counted>, Diagnostics> {
    let totals: Vec<(&str, u64)> =
        columns.iter().filter_map(|column| Some((*column, result.count(row, column)?))).collect();
    let parts = match catalogue.get(&result.head.name) {
        _ if totals.is_empty() => return Ok(Vec::new()),
        Some(query) => parts(session, catalogue, query, wave, PAIRS)?,
        None => Err("it is no query of the study".to_owned()),
    };
    let found = |(column, count): (&str, u64)| {
        let listed = parts
            .as_ref()
            .map_err(Clone::clone)
            .and_then(|parts| Ok((parts.method, parts.of(result, row, column, count)?)));
        let who = match listed {
            Ok((method, respondents)) => Who::Listed { method, respondents },
            Err(reason) => Who::Unknown { reason },
        };
        Counted { column: column.to_owned(), count, who }
    };
    Ok(totals.into_iter().map(found).collect())
}

/// The rows of a query over the versions of its tables.
pub struct Parts {
    method: Method,
    respondents: Vec<String>,
    /// Rows of the batch by version and key.
    rows: BTreeMap<(String, String), usize>,
    batch: RecordBatch,
}

/// Asks `query` over all versions of its tables, each without one respondent where that takes no more than `pairs` pairs; or says
/// why it cannot be asked so.
///
/// # Errors
/// The store cannot be asked.
pub fn parts(
    session: &Session,
    catalogue: &Catalogue,
    query: &Query,
    wave: &Wave,
    pairs: f64,
) -> Result<Result<Parts, String>, Diagnostics> {
    let name = &query.head.name;
    if catalogue.reaches(name, EVIDENCE) {
        return Ok(Err(format!("`{name}` selects from `{EVIDENCE}`, which is made of all results")));
    }
    let plan =
        |query: &Query| session.plan(Sql { file: &query.file, text: &query.sql }, &query.params(&wave.id)?);
    let mut read: BTreeMap<String, LogicalPlan> = BTreeMap::new();
    for other in catalogue.iter().filter(|other| catalogue.reaches(name, &other.head.name)) {
        read.insert(other.head.name.clone(), plan(other)?);
    }
    let asked = plan(query)?;
    if WavesRead::by(std::iter::once(&asked).chain(read.values())).are_several() && share_names(session)? {
        return Ok(Err(format!(
            "`{name}` reads several waves, and respondents of different waves have the same `{RESPONDENT}`"
        )));
    }
    let listed = session.query(
        &format!("select distinct {RESPONDENT} from {RESPONSES} order by {RESPONDENT}"),
        &Params::none(),
    )?;
    let respondents: Vec<String> =
        (0..listed.num_rows()).filter_map(|row| cell_text(&listed, row, 0)).collect();
    let (versions, method) = if respondents.len() as f64 * rows_read(session, catalogue, name)? <= pairs {
        (Versions::LeftOut, Method::LeftOut)
    } else {
        (Versions::Alone, Method::Alone)
    };
    let mut names: Vec<&str> = respondents.iter().map(String::as_str).collect();
    if versions == Versions::LeftOut {
        names.push("");
    }
    let counts = query.head.columns.iter().filter(|column| column.kind == ColumnKind::Count);
    let columns: Vec<&str> =
        query.head.key.iter().chain(counts.map(|column| &column.name)).map(String::as_str).collect();
    let batch = match session.versions(&asked, &columns, &read, versions, (RESPONDENT, &names)) {
        Ok(Some(batch)) => batch,
        Ok(None) => return Ok(Err(format!("`{name}` reads no table of respondents"))),
        Err(reason) => {
            return Ok(Err(format!("`{name}` cannot be asked respondent by respondent: {reason}")));
        }
    };
    Ok(Ok(Parts::new(method, respondents, batch, &query.head.key)))
}

/// Whether some name of a respondent stands in more than one wave: those are different people.
fn share_names(session: &Session) -> Result<bool, Diagnostics> {
    let sql = format!(
        "select count(distinct concat(wave, '|', {RESPONDENT})) - count(distinct {RESPONDENT}) from {RESPONSES}"
    );
    let shared = session.query(&sql, &Params::none())?;
    Ok(number(&shared, 0, 0).unwrap_or_default() > 0.0)
}

/// How many rows of tables with respondents a query reads, directly or not, at most.
fn rows_read(session: &Session, catalogue: &Catalogue, name: &str) -> Result<f64, Diagnostics> {
    let mut rows: f64 = 0.0;
    for table in session.tables().into_iter().filter(|table| session.is_stored(table)) {
        if catalogue.reaches(name, &table) {
            let counted = session.query(&format!("select count(*) from \"{table}\""), &Params::none())?;
            rows = rows.max(number(&counted, 0, 0).unwrap_or_default());
        }
    }
    Ok(rows)
}

impl Parts {
    fn new(method: Method, respondents: Vec<String>, batch: RecordBatch, key: &[String]) -> Parts {
        let version = column_index(&batch, VERSION).unwrap_or_default();
        let keys: Vec<usize> = key.iter().filter_map(|column| column_index(&batch, column)).collect();
        let named = |row: usize| {
            let values: Vec<String> =
                keys.iter().map(|column| cell_text(&batch, row, *column).unwrap_or_default()).collect();
            ((cell_text(&batch, row, version).unwrap_or_default(), values.join(" / ")), row)
        };
        let rows = (0..batch.num_rows()).map(named).collect();
        Parts { method, respondents, rows, batch }
    }

    /// The respondents whom `column` of a row counts.
    ///
    /// # Errors
    /// They cannot be told one by one; why, in words.
    pub fn of(
        &self,
        result: &QueryResult,
        row: usize,
        column: &str,
        count: u64,
    ) -> Result<Vec<Respondent>, String> {
        let key = result.row_key(row);
        let values = column_index(&self.batch, column)
            .and_then(|at| cast(self.batch.column(at), &DataType::Float64).ok())
            .ok_or_else(|| format!("`{column}` is no number"))?;
        let value = |version: &str| {
            let at = self.rows.get(&(version.to_owned(), key.clone()))?;
            Some(value_at(&values, *at))
        };
        if self.method == Method::LeftOut && value("") != Some(count as f64) {
            return Err("asked over everybody in this way, the query gives something else".to_owned());
        }
        // The last to be counted in a row takes the row along, and counted once in all that it counted.
        let last = result.count(row, "n").unwrap_or(count) == 1;
        let mut members = Vec::new();
        let mut sum = 0.0;
        for respondent in &self.respondents {
            let part = match (self.method, value(respondent)) {
                (Method::Alone, part) => part.unwrap_or(0.0),
                (Method::LeftOut, Some(rest)) => count as f64 - rest,
                (Method::LeftOut, None) if last => 1.0,
                (Method::LeftOut, None) => {
                    return Err(format!("without respondent {respondent} the row itself is gone"));
                }
            };
            if part < 0.0 || part.fract() != 0.0 {
                return Err(format!("without respondent {respondent} it is not a smaller count"));
            }
            sum += part;
            if part > 0.0 {
                members.push(Respondent { respondent_id: respondent.clone(), times: part as u64 });
            }
        }
        if sum == 0.0 && count > 0 {
            return Err(
                "no single respondent makes a difference: it counts something else, or reads what was counted before".to_owned()
            );
        }
        if sum != count as f64 {
            return Err(format!("the parts of single respondents add up to {sum}, not to {count}"));
        }
        Ok(members)
    }
}

fn value_at(values: &ArrayRef, row: usize) -> f64 {
    if values.is_null(row) { 0.0 } else { values.as_primitive::<Float64Type>().value(row) }
}
