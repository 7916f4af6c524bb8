//! The rules of a sample that are broken, with the names and places of the study.
//!
//! In: a [`DesignFault`] of `survey`, which knows rows and stages. Out: a diagnostic at the first cell concerned, with the
//! column and the number of rows; or in study.toml.

use survey::design::{DesignFault, Rows};

use super::columns::{Column, Named, Population};
use super::values::Reader;
use crate::diagnostic::{Diagnostic, count};
use crate::sources::shortened;

/// Tells the fault.
pub(super) fn tell(reader: &mut Reader<'_>, named: &Named, fault: DesignFault) {
    match fault {
        DesignFault::Weight(rows) => {
            let Some(column) = &named.weight else { return };
            let message = format!("a weight in `{}` is below 0", shortened(&column.name));
            let hint = "a weight says for how many a respondent stands; write 0 for one whom no estimate is to count";
            cells(reader, column, rows, message, None, hint);
        }
        DesignFault::NoWeight { stage, .. } => {
            let message = format!("neither weights, nor the population of stage {stage}");
            let at = named.populations.first().map(Population::at);
            let at = at.or(named.units.first().map(|column| column.at.clone())).unwrap_or_default();
            let hint = "name the column of the weights, or in `fpc` the population of every stage";
            reader.defined(at, Diagnostic::error(message).hint(hint));
        }
        DesignFault::UnitInTwoStrata { stage, rows, .. } => {
            let Some(column) = named.units.get(stage - 1) else { return };
            let unit = reader.kept.shown(column, rows.first);
            let message = format!("unit `{unit}` of `{}` is in two strata", shortened(&column.name));
            let stratum = named.strata.get(stage - 1).and_then(Option::as_ref);
            let note = stratum.map(|stratum| {
                let here = reader.kept.labels(column).nth(rows.first);
                let first = reader.kept.labels(column).position(|label| Some(label) == here);
                let first = first.unwrap_or_default();
                let [first, here] = [first, rows.first].map(|row| reader.kept.shown(stratum, row));
                format!(
                    "`{}` is `{first}` where the unit stands first, and `{here}` here",
                    shortened(&stratum.name)
                )
            });
            let hint = "correct it; if numbers of units are used again in other strata, add `nested = true` to the design";
            cells(reader, column, rows, message, note, hint);
        }
        DesignFault::Population { stage, rows } => {
            let hint = "write how many units the population has, or which share of them was sampled";
            population(reader, named, stage, rows, "is not above 0", None, hint);
        }
        DesignFault::PopulationMixed { stage, rows } => {
            let hint = "write numbers of units in all rows, or the share that was sampled in all rows";
            let what = "is a fraction, where others are numbers of units";
            population(reader, named, stage, rows, what, None, hint);
        }
        DesignFault::PopulationVaries { stage, rows } => {
            let stratum = stratum(reader, named, stage, rows.first);
            let what = format!("is not the same in all rows of {stratum}");
            let hint = "write for every respondent how many units the whole stratum has";
            population(reader, named, stage, rows, &what, None, hint);
        }
        DesignFault::PopulationTooSmall { stage, sampled, population: size, rows } => {
            let stratum = stratum(reader, named, stage, rows.first);
            let sampled = count(usize::try_from(sampled).unwrap_or_default(), "unit");
            let note = format!("{sampled} in the sample, {size} in the population");
            let what = format!("is smaller than the sample in {stratum}");
            let hint = "correct it; it counts units of its own stage, not people";
            population(reader, named, stage, rows, &what, Some(note), hint);
        }
        DesignFault::ReplicateOfZero(rows) => {
            let Some(column) = named.replicates.first() else { return };
            let message = "a replicate weight is not 0, and the weight is".to_owned();
            let hint = "write 0 into the replicate weights too, or correct the weight";
            cells(reader, column, rows, message, None, hint);
        }
        // What is left cannot come from the columns of an export: lengths, and numbers that are read as finite.
        other => reader.defined(0..0, Diagnostic::error(format!("the sample cannot be used: {other}"))),
    }
}

/// A fault of the cells of `column`.
fn cells(
    reader: &mut Reader<'_>,
    column: &Column,
    rows: Rows,
    message: String,
    note: Option<String>,
    hint: &str,
) {
    let more = (rows.count > 1).then(|| format!("{} rows have this fault; this is the first", rows.count));
    let fault = Diagnostic { times: rows.count, ..Diagnostic::error(message) };
    reader.cell(rows.first, column, fault, |f| {
        more.into_iter().chain(note).fold(f, Diagnostic::note).hint(hint)
    });
}

/// A fault of a population: of the cells of its column, or of the frame.
fn population(
    reader: &mut Reader<'_>,
    named: &Named,
    stage: usize,
    rows: Rows,
    what: &str,
    note: Option<String>,
    hint: &str,
) {
    match named.populations.get(stage - 1) {
        Some(Population::Column(column)) => {
            let message = format!("a population in `{}` {what}", shortened(&column.name));
            cells(reader, column, rows, message, note, hint);
        }
        Some(Population::Frame(at)) => {
            let fault = Diagnostic::error(format!("the population that the frame counts {what}"));
            reader.defined(at.clone(), note.into_iter().fold(fault, Diagnostic::note).hint(hint));
        }
        None => {}
    }
}

/// The stratum of `row` at `stage`, in words.
fn stratum(reader: &Reader<'_>, named: &Named, stage: usize, row: usize) -> String {
    let labels: Vec<String> =
        [named.units.get(stage.wrapping_sub(2)), named.strata.get(stage - 1).and_then(Option::as_ref)]
            .into_iter()
            .flatten()
            .map(|column| format!("`{}`", reader.kept.shown(column, row)))
            .collect();
    if labels.is_empty() { "the whole".to_owned() } else { format!("stratum {}", labels.join(" / ")) }
}
