//! A query file for SQL that somebody typed: the head that its result can keep.
//!
//! In: a name, SQL, perhaps a title, and the session and queries of the study. Out: a [`Query`] that has been run under its
//! head like any other, so that it breaks no build; or what is to be changed before it can be kept.
//!
//! - Columns get the kinds that their types and values allow, and need names of their own.
//! - The key is what the query groups by, where it groups; else the fewest columns of its `order by` that tell the rows
//!   apart. Rows that `order by` leaves in ties are a fault, told with what to add.
//! - What a head says in words (title, base, order) is taken from the SQL, and is there to be made better by hand.

mod key;
mod words;

use std::io::Write as _;
use std::path::Path;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::{DataType, Field};
use datafusion::logical_expr::LogicalPlan;

use self::key::key;
use self::words::Drafting;
use super::catalogue::{Catalogue, Query, name_fault};
use super::head::Purpose;
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::engine::{Params, Session, Sql, number};

/// What is to be kept.
#[derive(Clone, Copy, Debug)]
pub struct Typed<'a> {
    /// The name of the query.
    pub name: &'a str,
    /// What it answers; made from the SQL where nobody says.
    pub title: Option<&'a str>,
    /// The SQL.
    pub sql: &'a str,
}

/// The query file of `typed`, which does not exist yet; its result has been checked with `params`.
///
/// # Errors
/// There is such a query or table already, or the result cannot keep what any head would have to promise.
pub fn draft(
    typed: Typed<'_>,
    session: &Session,
    catalogue: &Catalogue,
    params: &Params,
) -> Result<Query, Diagnostics> {
    if let Some(fault) = name_fault(typed.name) {
        return Err(fault.into());
    }
    let folder = Purpose::Explore.folder();
    let file = format!("queries/{folder}/{}.sql", typed.name);
    if let Some(other) = catalogue.get(typed.name) {
        let fault = Diagnostic::error(format!("there is a query `{}` already", typed.name));
        return Err(fault.at(Place::file(&other.file)).hint("choose another name").into());
    }
    let text = typed.sql.trim().trim_end_matches(';').trim_end();
    let sql = Sql::typed(text);
    let plan = session.plan(sql, params)?;
    if matches!(plan, LogicalPlan::Explain(_) | LogicalPlan::Analyze(_) | LogicalPlan::DescribeTable(_)) {
        return Err(Diagnostic::error("only a query with rows of the study can be kept").into());
    }
    let batch = session.execute(sql, plan.clone())?;
    let columns = columns(&batch)?;
    let key = key(&plan, &batch, &columns)?;
    let head = Drafting { typed, text, columns: &columns, key: &key, catalogue, params };
    let query = Query::read(typed.name, folder, &file, head.file())?;
    query.run(session, params)?;
    Catalogue::in_order(catalogue.iter().cloned().chain([query.clone()]).collect())?.held_against(session)?;
    Ok(query)
}

impl Query {
    /// Writes the query as a new file of the study in `root`.
    ///
    /// # Errors
    /// There is such a file already, which stays as it is; or the folder cannot be written to.
    pub fn write_new(&self, root: &Path) -> Result<(), Diagnostics> {
        let path = root.join(&self.file);
        let folder = path.parent().unwrap_or(root);
        fs_err::create_dir_all(folder)?;
        // Whole or not at all, and never in the place of another.
        let mut file = tempfile::Builder::new().prefix(".new-").tempfile_in(folder)?;
        file.write_all(self.sql.as_bytes())?;
        file.persist_noclobber(&path).map(|_| ()).map_err(|error| {
            let fault = match error.error.kind() {
                std::io::ErrorKind::AlreadyExists => Diagnostic::error("there is such a file already"),
                _ => Diagnostic::error(error.error.to_string()),
            };
            fault.at(Place::file(&self.file)).into()
        })
    }
}

/// A column with the word for its kind.
struct Kept {
    name: String,
    kind: &'static str,
}

/// The columns of a result.
///
/// # Errors
/// All columns that cannot be kept.
fn columns(batch: &RecordBatch) -> Result<Vec<Kept>, Diagnostics> {
    let mut faults = Diagnostics::new();
    let mut kept = Vec::new();
    for (at, field) in batch.schema().fields().iter().enumerate() {
        let name = field.name();
        if !name.chars().all(|c| c.is_alphanumeric() || c == '_') {
            faults.push(
                Diagnostic::error(format!("the column `{name}` has no name of its own"))
                    .hint(format!("write `{name} as …`")),
            );
            continue;
        }
        match kind(batch, at, field) {
            Ok(kind) => kept.push(Kept { name: name.clone(), kind }),
            Err(found) => faults.extend(found),
        }
    }
    faults.or(kept).map(|(kept, _)| kept)
}

fn kind(batch: &RecordBatch, at: usize, field: &Field) -> Result<&'static str, Diagnostics> {
    let name = field.name();
    let given = match field.data_type() {
        DataType::Dictionary(_, values) => values.as_ref(),
        other => other,
    };
    let all =
        |holds: fn(f64) -> bool| (0..batch.num_rows()).filter_map(|row| number(batch, row, at)).all(holds);
    let is_share = name == "share" || name.starts_with("share_") || name.ends_with("_share");
    Ok(match given {
        given if given.is_string() || given == &DataType::Null => "text",
        DataType::Boolean => "boolean",
        given if given.is_integer() && all(|value| value >= 0.0) => "count",
        given if given.is_integer() => "number0",
        given if given.is_numeric() && is_share && all(|value| (0.0..=1.0).contains(&value)) => "share",
        given if given.is_numeric() => "number",
        DataType::Struct(fields) => {
            let part = fields.first().map_or("…", |field| field.name());
            let fault =
                Diagnostic::error(format!("the column `{name}` has several fields, and a result has none"));
            return Err(fault
                .hint(format!("take each field that you want: `…['{part}'] as {name}_{part}`"))
                .into());
        }
        other => {
            let fault = Diagnostic::error(format!(
                "the column `{name}` is of the type {other}, which a result cannot have"
            ));
            return Err(fault.hint(format!("write `cast(… as text) as {name}`")).into());
        }
    })
}
