//! Replicate weights: read from the export, or made from strata and units; each pattern of factors is kept once.

use std::collections::HashMap;

use survey::design::Design as Checked;
use survey::replicates::{Kind as Making, ReplicateFault};
use survey::variance::{Replication, Stage};
use toml::Spanned;

use super::columns::Named;
use super::kept::{BLANK, WRONG};
use super::rules;
use super::values::Reader;
use crate::diagnostic::{Diagnostic, count};
use crate::sources::shortened;
use crate::study::design::{Method, Numbers, Replicates};

/// How many bootstrap replicates are made where the design does not say, and from which seed.
const BOOTSTRAP: (u32, u64) = (500, 1);

/// How far two factors may lie apart that are one: what dividing printed weights leaves, relative to them.
const SAME: f64 = 64.0 * f64::EPSILON;

/// The replicate weights of the export: factors, row by row, and how they make a variance. Without `weights`, which then
/// have faults of their own, only those of the replicates are told.
pub(super) fn of_columns(
    reader: &mut Reader<'_>,
    declared: &Spanned<Replicates>,
    named: &Named,
    weights: Option<&[f64]>,
) -> Option<(Vec<f64>, Replication)> {
    let (columns, replicates) = (&named.replicates, declared.get_ref());
    let replication = replication(reader, replicates, columns.len());
    let mut table = Vec::with_capacity(reader.rows() * columns.len());
    let mut sound = true;
    let kept: Vec<&[f64]> = columns.iter().map(|column| reader.kept.numbers(column)).collect();
    for row in 0..reader.rows() {
        let numbers = kept.iter().map(|column| column.get(row).copied().unwrap_or(BLANK));
        let start = table.len();
        table.extend(numbers);
        let numbers = table.get(start..).unwrap_or_default();
        let filled = numbers.iter().filter(|number| **number != BLANK).count();
        let blank = numbers.iter().position(|number| *number == BLANK);
        let wrong = numbers.iter().position(|number| *number == WRONG);
        sound &= blank.is_none() && wrong.is_none();
        if let Some(blank) = blank {
            let name = shortened(&columns[blank].name);
            let blanks = match columns.len() - filled {
                1 => format!("`{name}` is blank"),
                blanks => format!("`{name}` and {} more are blank", blanks - 1),
            };
            let message = format!("a row has {filled} of {} replicate weights: {blanks}", columns.len());
            reader.cell(row, &columns[blank], Diagnostic::error(message), |f| {
                f.hint("every respondent has all replicate weights; one who is left out of a replicate has 0 there")
            });
        }
        if let Some(wrong) = wrong {
            let name = shortened(&columns[wrong].name);
            let fault = Diagnostic::error(format!("a replicate weight in `{name}` is not a number"));
            let shown = reader.kept.wrong(&columns[wrong]);
            reader.cell(row, &columns[wrong], fault, |f| {
                f.note(format!("the first is `{shown}`")).hint("write digits, with a point for decimals")
            });
        }
    }
    let replication = replication.filter(|_| sound)?;
    let combined = replicates.combined.as_ref().is_none_or(|combined| *combined.get_ref());
    let even = vec![1.0; reader.rows()];
    let builder = Checked::builder(reader.rows()).weights(weights.unwrap_or(&even));
    let checked = builder.replicates(&table, replication, combined).build();
    let checked =
        checked.map_err(|fault| rules::tell(reader, named, fault)).ok().filter(|_| weights.is_some())?;
    checked.replicates().map(|(factors, replication)| (factors.to_vec(), replication.clone()))
}

/// How `number` replicates of the export make a variance.
#[expect(clippy::cast_precision_loss, reason = "no export has 2^53 columns")]
fn replication(reader: &mut Reader<'_>, declared: &Replicates, number: usize) -> Option<Replication> {
    let rscales = match declared.rscales.as_ref().map(|rscales| (rscales.get_ref(), rscales.span())) {
        None => vec![1.0; number],
        Some((Numbers::One(one), _)) => vec![*one; number],
        Some((Numbers::Many(many), at)) if many.len() != number => {
            let message = format!(
                "`rscales` has {}, and there are {}",
                count(many.len(), "number"),
                count(number, "replicate")
            );
            reader.defined(
                at,
                Diagnostic::error(message).hint("write one for each column, or one number for all"),
            );
            return None;
        }
        Some((Numbers::Many(many), _)) => many.clone(),
    };
    let n = number as f64;
    let rho = declared.rho.as_ref().map_or(0.0, |rho| *rho.get_ref());
    let usual = match declared.method() {
        Method::Jk1 => (n - 1.0) / n,
        Method::Brr => 1.0 / n,
        Method::Fay => 1.0 / (n * (1.0 - rho).powi(2)),
        Method::Bootstrap => 1.0 / (n - 1.0),
        Method::SuccessiveDifference => 4.0 / n,
        Method::Jkn | Method::Jk2 | Method::Other => 1.0,
    };
    let scale = declared.scale.as_ref().map_or(usual, |scale| *scale.get_ref());
    Some(Replication { scale, rscales, mse: declared.mse })
}

/// Replicates that are made from the first stage of a sample, whose strata are called `strata`.
pub(super) fn made(
    reader: &mut Reader<'_>,
    declared: &Spanned<Replicates>,
    sample: &Checked,
    strata: &[String],
) -> Option<(Vec<f64>, Replication)> {
    let replicates = declared.get_ref();
    let rho = replicates.rho.as_ref().map_or(0.0, |rho| *rho.get_ref());
    let making = match replicates.method() {
        Method::Jk1 => Making::Jk1,
        Method::Jkn => Making::Jkn,
        Method::Brr => Making::Brr { rho: 0.0 },
        Method::Fay => Making::Brr { rho },
        Method::Bootstrap => {
            let count = replicates.count.as_ref().map_or(BOOTSTRAP.0, |count| *count.get_ref());
            let seed = replicates.seed.as_ref().map_or(BOOTSTRAP.1, |seed| *seed.get_ref());
            Making::Bootstrap { count: usize::try_from(count).unwrap_or_default(), seed }
        }
        Method::Jk2 | Method::SuccessiveDifference | Method::Other => return None,
    };
    match sample.with_replicates(making) {
        Ok(made) => made.replicates().map(|(factors, replication)| {
            (factors.to_vec(), Replication { mse: replicates.mse, ..replication.clone() })
        }),
        Err(fault) => {
            let at = replicates.method.as_ref().map_or(declared.span(), Spanned::span);
            let method = replicates.method().word();
            let name = |number: u32| {
                let label = usize::try_from(number).ok().and_then(|number| strata.get(number));
                format!("`{}`", label.map_or_else(String::new, |label| shortened(label)))
            };
            let (what, hint) = match fault {
                ReplicateFault::Stratified(n) => (format!("the sample has {n} strata"), "write `JKn`"),
                ReplicateFault::LonelyPsu(stratum) => (
                    format!("stratum {} has only one sampled unit", name(stratum)),
                    "merge it with a similar stratum in the export",
                ),
                ReplicateFault::OddUnits { stratum, units } => (
                    format!(
                        "stratum {} has {} where half-samples need pairs",
                        name(stratum),
                        count(units, "unit")
                    ),
                    "write `JKn` or `bootstrap`, which take any number of units",
                ),
                ReplicateFault::WholePopulation => {
                    ("every stratum was taken whole".to_owned(), "no sample, no replicates: take them out")
                }
                other => (other.to_string(), "correct it here"),
            };
            let fault = Diagnostic::error(format!("{method} replicates cannot be made: {what}"));
            reader.defined(at, fault.hint(hint));
            None
        }
    }
}

/// The factors of each first-stage unit, `count` of them. Where `factors` (row by row) differ within units, or the units
/// are the respondents themselves (`own`), the rows are put into new units, with the same factors in all their rows.
pub(super) fn by_unit(first: &mut [Stage], factors: &[f64], count: usize, own: bool) -> Vec<Vec<f64>> {
    let row = |row: usize| &factors[row * count..(row + 1) * count];
    let same = |a: usize, b: usize| {
        row(a).iter().zip(row(b)).all(|(a, b)| (a - b).abs() <= SAME * a.abs().max(b.abs()))
    };
    let mut first_row: HashMap<u32, usize> = HashMap::new();
    for (index, place) in first.iter().enumerate() {
        first_row.entry(place.unit).or_insert(index);
    }
    let agree = first.iter().enumerate().all(|(index, place)| same(index, first_row[&place.unit]));
    if !agree || own {
        renumber(first, |bucket, index| bucket.iter().copied().find(|other| own && same(*other, index)), row);
        first_row = HashMap::new();
        for (index, place) in first.iter().enumerate() {
            first_row.entry(place.unit).or_insert(index);
        }
    }
    let mut units: Vec<(u32, usize)> = first_row.into_iter().collect();
    units.sort_unstable();
    units.into_iter().map(|(_, index)| row(index).to_vec()).collect()
}

/// Numbers the units anew, in the order of their first rows: a row joins the unit of the row that `like` finds among those
/// of its stratum with nearly its factors, else it is a unit of its own.
fn renumber<'a>(
    first: &mut [Stage],
    like: impl Fn(&[usize], usize) -> Option<usize>,
    row: impl Fn(usize) -> &'a [f64],
) {
    // Factors cut to half their digits: those that are the same fall together, but for a few at the edges.
    let nearly =
        |factors: &[f64]| -> Vec<u64> { factors.iter().map(|f| (f.to_bits() + (1 << 25)) >> 26).collect() };
    let mut buckets: HashMap<(u32, Vec<u64>), Vec<usize>> = HashMap::new();
    let mut sampled: HashMap<u32, u32> = HashMap::new();
    let mut next = 0;
    for index in 0..first.len() {
        let stratum = first[index].stratum;
        let bucket = buckets.entry((stratum, nearly(row(index)))).or_default();
        first[index].unit = match like(bucket, index) {
            Some(other) => first[other].unit,
            None => {
                bucket.push(index);
                *sampled.entry(stratum).or_default() += 1;
                next += 1;
                next - 1
            }
        };
    }
    for place in first.iter_mut() {
        place.sampled = sampled.get(&place.stratum).copied().unwrap_or_default();
        place.population = f64::INFINITY;
    }
}
