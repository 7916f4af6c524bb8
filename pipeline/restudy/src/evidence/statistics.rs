//! Makes statistics from results: one per numeric cell.

use std::collections::BTreeSet;

use survey::proportion::wilson;

use super::printed::print;
use super::statistic::{Statistic, Unit};
use crate::queries::{ColumnKind, Purpose, QueryResult};

/// All statistics of a result, row by row; none for claims and checks, which are about other people's numbers or about
/// faults.
pub(super) fn statistics(result: &QueryResult, confidence: f64) -> Vec<Statistic> {
    if matches!(result.head.purpose, Purpose::Claims | Purpose::Check) {
        return Vec::new();
    }
    let mut taken = BTreeSet::new();
    let mut statistics = Vec::new();
    for row in 0..result.rows() {
        let row_slug = row_slug(result, row, &mut taken);
        for column in &result.head.columns {
            let (unit, decimals) = match column.kind {
                ColumnKind::Count => (Unit::Count, 0),
                ColumnKind::Share => (Unit::Share, 0),
                ColumnKind::Number { decimals } => (Unit::Number, decimals),
                ColumnKind::Text | ColumnKind::Boolean => continue,
            };
            let value = result.number(row, &column.name);
            let (n, base) = (result.count(row, "n"), result.count(row, "base"));
            let interval = interval(result, row, &column.name, column.kind, confidence);
            let id = [&result.head.name, &row_slug, &column.name]
                .into_iter()
                .filter(|part| !part.is_empty())
                .map(String::as_str)
                .collect::<Vec<_>>()
                .join("/");
            statistics.push(Statistic {
                id,
                query: result.head.name.clone(),
                row: result.row_key(row),
                position: row + 1,
                column: column.name.clone(),
                value,
                n,
                base,
                lower: interval.as_ref().map(|i| i.0),
                upper: interval.as_ref().map(|i| i.1),
                interval: interval.map(|i| i.2),
                unit,
                decimals,
                printed: print(value, unit, decimals),
            });
        }
    }
    statistics
}

/// Ends of a statistic's interval, with its method: what the query gives under the number's own name (`weighted_lower` and
/// `weighted_upper` beside `weighted`) or beside it, Wilson's for a share that is `n / base`; none where the numbers are
/// not about a sample.
fn interval(
    result: &QueryResult,
    row: usize,
    column: &str,
    kind: ColumnKind,
    confidence: f64,
) -> Option<(f64, f64, String)> {
    if !result.head.sampled {
        return None;
    }
    let level = format!("{}%", survey::rounding::half_away(confidence * 100.0, 1));
    let value = result.number(row, column)?;
    let is_end = ["lower", "upper"]
        .iter()
        .any(|end| column.strip_suffix(end).is_some_and(|c| c.is_empty() || c.ends_with('_')));
    if is_end || kind == ColumnKind::Count {
        return None;
    }
    let given = |lower: &str, upper: &str| {
        let ends = (result.number(row, lower)?, result.number(row, upper)?);
        Some((ends.0, ends.1, format!("{level} interval, as the query gives it")))
    };
    if let Some(own) = given(&format!("{column}_lower"), &format!("{column}_upper")) {
        return Some(own);
    }
    match kind {
        // Beside several numbers the ends belong to the one that they enclose.
        ColumnKind::Number { .. } => {
            given("lower", "upper").filter(|(lower, upper, _)| (*lower..=*upper).contains(&value))
        }
        ColumnKind::Share => {
            let (n, base) = (result.count(row, "n")?, result.count(row, "base")?);
            // Another share beside `n` and `base` is not theirs.
            if base == 0 || (value - n as f64 / base as f64).abs() > 1e-9 {
                return None;
            }
            let interval = wilson(n, base, confidence)?;
            Some((interval.lower, interval.upper, format!("{level} interval (Wilson)")))
        }
        _ => None,
    }
}

/// The row's part of an id: the key values' slugs joined by a full stop; with the row's position where another row has
/// the same.
fn row_slug(result: &QueryResult, row: usize, taken: &mut BTreeSet<String>) -> String {
    if result.head.key.is_empty() {
        return String::new();
    }
    let parts: Vec<String> =
        result.head.key.iter().map(|column| slug(&result.text(row, column).unwrap_or_default())).collect();
    let mut slug = parts.join(".");
    if !taken.insert(slug.clone()) {
        slug = format!("{slug}-{}", row + 1);
        taken.insert(slug.clone());
    }
    slug
}

/// Small letters and digits, everything else a single `-`.
fn slug(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars().flat_map(char::to_lowercase) {
        if c.is_alphanumeric() {
            out.push(c);
        } else if !out.ends_with('-') && !out.is_empty() {
            out.push('-');
        }
    }
    let slug = out.trim_end_matches('-');
    if slug.is_empty() { "row".to_owned() } else { slug.to_owned() }
}
