//! A chart in words, for those who cannot see it: what it is, how much it holds, and what it says.
//!
//! In: a result and the kind of chart. Out: one paragraph, made from the same numbers as the chart. Labels stand in quotes,
//! because they may hold commas and conjunctions; a share of fewer than ten says of how many; one that has an interval is
//! followed by it.

use crate::evidence::printed::print;
use crate::evidence::statistic::{Statistic, Unit};
use crate::queries::head::ColumnKind;

use super::numbers::{CellView, Misnamed, ResultView, RowView};
use crossed::{Crossed, Kind};

mod crossed;

/// The kinds of chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chart {
    /// One bar for each category.
    Bars,
    /// Bars of 100%, divided among the answers.
    Stacked,
    /// Several bars for each category.
    Grouped,
}

impl Chart {
    /// The chart of this name.
    ///
    /// # Errors
    /// There is none.
    pub fn named(name: &str) -> Result<Chart, Misnamed> {
        match name {
            "bars" => Ok(Chart::Bars),
            "stacked" => Ok(Chart::Stacked),
            "grouped" => Ok(Chart::Grouped),
            _ => Err(Misnamed::new(format!("there is no chart `{name}`"))
                .hint("charts are: bars, stacked, grouped")),
        }
    }

    /// Whether the chart can show the result.
    ///
    /// # Errors
    /// It has no share, or not as many key columns as the chart needs.
    pub fn suits(self, result: &ResultView) -> Result<(), Misnamed> {
        let needed = if self == Chart::Bars { 1 } else { 2 };
        let query = &result.head.name;
        if share_column(result).is_none() {
            return Err(Misnamed::new(format!("`{query}` has no share for a chart to show")));
        }
        if result.head.key.len() != needed {
            return Err(Misnamed::new(format!(
                "the chart needs {needed} key columns, and `{query}` has {}",
                result.head.key.len()
            ))
            .hint("bars take one key column; stacked and grouped take two"));
        }
        Ok(())
    }
}

/// A share of fewer than this many says of how many it is: one answer more or less would move it far.
const SMALL: u64 = 10;

/// The chart of `result` in words.
pub fn alt(result: &ResultView, chart: Chart) -> String {
    let Some(share) = share_column(result) else { return result.head.title.clone() };
    let title = result.head.title.trim_end_matches('.');
    if chart == Chart::Bars {
        let fine = intervals(result, share, "and as fine lines");
        return said(&["Bar chart: ", title, ". ", &bars(result, share), " ", &bases(result), &fine]);
    }
    let Some(table) = Crossed::new(result, share) else { return title.to_owned() };
    // What does not make up a whole is never drawn as one.
    let stacked = chart == Chart::Stacked && table.fits_a_whole();
    let name = if stacked { "Stacked" } else { "Grouped" };
    let told = match (chart, table.kind()) {
        _ if table.cells.is_empty() => "It has no values.".to_owned(),
        (Chart::Stacked, _) if stacked => table.parts("divided among"),
        (_, Kind::Parts) => table.parts("with bars for"),
        (_, Kind::Groups) => table.groups(),
        (_, Kind::Overlapping) => table.overlapping(),
    };
    let bases = if table.kind() == Kind::Groups { table.bases_of_groups() } else { bases(result) };
    // Inside a stacked bar no line could show an interval honestly: the theme draws those at its ends.
    let how = if stacked {
        "and as fine lines for the answers at the two ends of the bars"
    } else {
        "and as fine lines"
    };
    let fine = intervals(result, share, how);
    said(&[name, " bar chart: ", title, ". ", &told, " ", &bases, &fine])
}

fn said(parts: &[&str]) -> String {
    parts.concat().trim_end().to_owned()
}

/// What the brackets hold: ` In brackets, and as fine lines: 95% interval (Wilson).`; nothing where no share has an interval.
fn intervals(result: &ResultView, share: usize, how: &str) -> String {
    let mut methods = result.rows.iter().filter_map(|row| value(row, share)?.1.interval.as_deref());
    methods.next().map_or_else(String::new, |method| format!(" In brackets, {how}: {method}."))
}

fn share_column(result: &ResultView) -> Option<usize> {
    result.head.columns.iter().position(|c| c.kind == ColumnKind::Share)
}

/// The statistic of a numeric cell that has a value.
fn value(row: &RowView, column: usize) -> Option<(f64, &Statistic)> {
    match row.cells.get(column) {
        Some(CellView::Number(s)) => s.value.map(|v| (v, s)),
        _ => None,
    }
}

/// `71%`, or `100% of 3` where the base is small; then its interval: `71% (64% to 77%)`.
fn told(statistic: &Statistic) -> String {
    let mut told = match statistic.base {
        Some(base) if base < SMALL => format!("{} of {base}", statistic.printed),
        _ => statistic.printed.clone(),
    };
    if let (Some(lower), Some(upper)) = (statistic.lower, statistic.upper) {
        let end = |share: f64| print(Some(share), Unit::Share, 0);
        told += &format!(" ({} to {})", end(lower), end(upper));
    }
    told
}

fn bars(result: &ResultView, share: usize) -> String {
    let mut rows: Vec<_> = result
        .rows
        .iter()
        .filter_map(|r| value(r, share).map(|(v, s)| (format!("“{}”", r.key), v, told(s))))
        .collect();
    // Stable: of equal bars the one that is drawn first is named.
    rows.sort_by(|a, b| b.1.total_cmp(&a.1));
    match rows.as_slice() {
        [] => "It has no values.".to_owned(),
        [(only, _, printed)] => format!("One category: {only}, {printed}."),
        [(most, _, high), middle @ .., (least, _, low)] => {
            let next = match middle {
                [(next, _, printed), ..] => format!(", followed by {next} with {printed}"),
                [] => String::new(),
            };
            format!(
                "{} categories; {most} is highest with {high}{next}; {least} is lowest with {low}.",
                rows.len()
            )
        }
    }
}

/// `165 to 182`, or `165`.
fn range(bases: impl Iterator<Item = u64> + Clone) -> Option<String> {
    match (bases.clone().min()?, bases.max()?) {
        (low, high) if low == high => Some(low.to_string()),
        (low, high) => Some(format!("{low} to {high}")),
    }
}

/// How many the shares are of: `Number in each base: 165 to 182.`
fn bases(result: &ResultView) -> String {
    let bases = result.rows.iter().flat_map(|r| &r.cells).filter_map(|c| match c {
        CellView::Number(s) => s.base,
        _ => None,
    });
    range(bases).map_or_else(String::new, |range| {
        format!("Number in {} base: {range}.", if range.contains(' ') { "each" } else { "the" })
    })
}

#[cfg(test)]
mod tests;
