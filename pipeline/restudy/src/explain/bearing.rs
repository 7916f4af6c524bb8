//! What rests on a number: the queries and claims that come out differently when it is taken out of its result.

use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::arrow::array::{BooleanArray, RecordBatch};
use datafusion::arrow::compute::nullif;

use super::Bearing;
use crate::build::Evaluated;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::engine::{Sql, cell_text, column_index};
use crate::queries::{Catalogue, Purpose, Query, QueryResult};
use crate::study::Wave;

/// Asks every query again that selects from `result`, directly or not, with `column` of `row` made NULL.
///
/// # Errors
/// The tables cannot be put back as they were: never in practice.
pub(super) fn bearing(
    evaluated: &Evaluated,
    catalogue: &Catalogue,
    wave: &Wave,
    result: &QueryResult,
    row: usize,
    column: &str,
) -> Result<Bearing, Diagnostics> {
    let name = &result.head.name;
    let above: Vec<&Query> =
        catalogue.iter().filter(|query| catalogue.reaches(&query.head.name, name)).collect();
    let without = without(&result.batch, row, column)?;
    // What is compared is asked in the same way twice, so that nothing but the number makes a difference.
    let before = asked(evaluated, &above, name, &result.batch, wave)?;
    let after = asked(evaluated, &above, name, &without, wave)?;
    for query in std::iter::once(name).chain(above.iter().map(|query| &query.head.name)) {
        if let Ok(result) = evaluated.report.evidence().result(query) {
            evaluated.session.register(query, result.batch.clone())?;
        }
    }
    let mut bearing = Bearing::default();
    for query in above {
        let name = &query.head.name;
        match (before.get(name), after.get(name)) {
            (Some(before), Some(after)) if before == after => {}
            (Some(before), Some(after)) => {
                if query.head.purpose == Purpose::Claims {
                    let changed = changed_claims(before, after);
                    let findings = evaluated.findings.findings.iter();
                    bearing
                        .claims
                        .extend(findings.filter(|finding| changed.contains(&finding.claim.id)).cloned());
                } else {
                    bearing.queries.push(name.clone());
                }
            }
            _ => bearing.unknown.push(name.clone()),
        }
    }
    Ok(bearing)
}

/// The result with one cell made NULL.
fn without(batch: &RecordBatch, row: usize, column: &str) -> Result<RecordBatch, Diagnostics> {
    let fault = |e: datafusion::arrow::error::ArrowError| Diagnostics::from(Diagnostic::error(e.to_string()));
    let Some(at) = column_index(batch, column) else { return Ok(batch.clone()) };
    let taken: BooleanArray = (0..batch.num_rows()).map(|other| Some(other == row)).collect();
    let mut columns = batch.columns().to_vec();
    columns[at] = nullif(&columns[at], &taken).map_err(fault)?;
    RecordBatch::try_new(Arc::clone(&batch.schema()), columns).map_err(fault)
}

/// The results of `queries`, in their order, over `batch` as the result named `name`; those that cannot be asked are left out.
fn asked(
    evaluated: &Evaluated,
    queries: &[&Query],
    name: &str,
    batch: &RecordBatch,
    wave: &Wave,
) -> Result<BTreeMap<String, RecordBatch>, Diagnostics> {
    evaluated.session.register(name, batch.clone())?;
    let mut results = BTreeMap::new();
    for query in queries {
        let params = query.params(&wave.id)?;
        if let Ok(batch) = evaluated.session.run(Sql { file: &query.file, text: &query.sql }, &params) {
            evaluated.session.register(&query.head.name, batch.clone())?;
            results.insert(query.head.name.clone(), batch);
        }
    }
    Ok(results)
}

/// The claims whose rows differ.
fn changed_claims(before: &RecordBatch, after: &RecordBatch) -> Vec<String> {
    let (before, after) = (rows(before), rows(after));
    before.into_iter().filter(|(claim, row)| after.get(claim) != Some(row)).map(|(claim, _)| claim).collect()
}

/// The rows of a claims query as text, by claim.
fn rows(batch: &RecordBatch) -> BTreeMap<String, Vec<Option<String>>> {
    let Some(claim) = column_index(batch, "claim") else { return BTreeMap::new() };
    let row = |row: usize| (0..batch.num_columns()).map(|column| cell_text(batch, row, column)).collect();
    (0..batch.num_rows()).map(|at| (cell_text(batch, at, claim).unwrap_or_default(), row(at))).collect()
}
