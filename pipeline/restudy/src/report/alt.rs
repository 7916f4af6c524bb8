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
mod lines;

/// The kinds of chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chart {
    /// One bar for each category.
    Bars,
    /// Bars of 100%, divided among the answers.
    Stacked,
    /// Several bars for each category.
    Grouped,
    /// A dot for each category, or several: for numbers whose axis need not begin at 0.
    Dots,
    /// Points joined by lines, from the left to the right of a scale, of time, of a number.
    Lines,
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
            "dots" => Ok(Chart::Dots),
            "lines" => Ok(Chart::Lines),
            _ => Err(Misnamed::new(format!("there is no chart `{name}`"))
                .hint("charts are: bars, stacked, grouped, dots, lines")),
        }
    }

    /// Its name in a template.
    pub fn name(self) -> &'static str {
        match self {
            Chart::Bars => "bars",
            Chart::Stacked => "stacked",
            Chart::Grouped => "grouped",
            Chart::Dots => "dots",
            Chart::Lines => "lines",
        }
    }

    /// Whether the chart can show the result.
    ///
    /// # Errors
    /// It has no number to draw (stacked bars want a share, bars none below 0), or not as many key columns as the chart needs.
    pub fn suits(self, result: &ResultView) -> Result<(), Misnamed> {
        let query = &result.head.name;
        let Some(drawn) = drawn(result) else {
            return Err(Misnamed::new(format!("`{query}` has no share or other number for a chart to show")));
        };
        let column = &result.head.columns[drawn];
        if self == Chart::Stacked && column.kind != ColumnKind::Share {
            return Err(Misnamed::new(format!(
                "`{query}` has no share, and stacked bars are shares of a whole"
            )));
        }
        let is_bars = matches!(self, Chart::Bars | Chart::Stacked | Chart::Grouped);
        if is_bars && result.rows.iter().any(|row| value(row, drawn).is_some_and(|(value, _)| value < 0.0)) {
            return Err(Misnamed::new(format!(
                "bars begin at 0, and `{}` of `{query}` has values below it",
                column.name
            ))
            .hint("draw it as dots"));
        }
        let (needed, words) = match self {
            Chart::Bars => (1..=1, "1 key column"),
            Chart::Stacked | Chart::Grouped => (2..=2, "2 key columns"),
            Chart::Dots | Chart::Lines => (1..=2, "1 or 2 key columns"),
        };
        if !needed.contains(&result.head.key.len()) {
            return Err(Misnamed::new(format!(
                "the chart needs {words}, and `{query}` has {}",
                result.head.key.len()
            ))
            .hint("bars take one key column; stacked and grouped take two; dots and lines one or two"));
        }
        Ok(())
    }
}

/// The column that a chart of the result draws: its first share; where it has none its first number that is neither a key nor
/// an end of an interval; else its first count that is no base.
pub fn drawn(result: &ResultView) -> Option<usize> {
    let first = |wanted: &dyn Fn(ColumnKind) -> bool| {
        result
            .head
            .columns
            .iter()
            .position(|c| wanted(c.kind) && !is_beside(&c.name) && !result.head.key.contains(&c.name))
    };
    first(&|kind| kind == ColumnKind::Share)
        .or_else(|| first(&|kind| matches!(kind, ColumnKind::Number { .. })))
        .or_else(|| first(&|kind| kind == ColumnKind::Count))
}

/// What the numbers that a chart draws come to, for each category of a result with two key columns.
pub fn sums(result: &ResultView) -> Vec<f64> {
    let table = drawn(result).and_then(|drawn| Crossed::new(result, drawn));
    table.map_or_else(Vec::new, |table| table.sums().collect())
}

/// Whether a column of this name says something of another number: its base, an end of its interval, its error.
pub fn is_beside(name: &str) -> bool {
    ["base", "lower", "upper", "se", "df", "deff"]
        .iter()
        .any(|end| name.strip_suffix(end).is_some_and(|owner| owner.is_empty() || owner.ends_with('_')))
}

/// A share of fewer than this many says of how many it is: one answer more or less would move it far.
const SMALL: u64 = 10;

/// The chart of `result` in words.
pub fn alt(result: &ResultView, chart: Chart) -> String {
    let Some(drawn) = drawn(result) else { return result.head.title.clone() };
    let title = result.head.title.trim_end_matches('.');
    let one_key = result.head.key.len() == 1;
    if one_key && matches!(chart, Chart::Bars | Chart::Dots) {
        let fine = intervals(result, drawn, "and as fine lines");
        let name = if chart == Chart::Bars { "Bar" } else { "Dot" };
        return said(name, title, [bars(result, drawn), missing(result, drawn), bases(result), fine]);
    }
    if chart == Chart::Lines {
        let fine = intervals(result, drawn, "and as fine lines");
        return said(
            "Line",
            title,
            [lines::told_of(result, drawn), missing(result, drawn), bases(result), fine],
        );
    }
    let Some(table) = Crossed::new(result, drawn) else { return title.to_owned() };
    // What does not make up a whole is never drawn as one.
    let stacked = chart == Chart::Stacked && table.fits_a_whole();
    let (name, marks) = match chart {
        Chart::Dots => ("Dot", "dots"),
        _ if stacked => ("Stacked bar", "bars"),
        _ => ("Grouped bar", "bars"),
    };
    let told = match (chart, table.kind()) {
        _ if table.cells.is_empty() => "It has no values.".to_owned(),
        (Chart::Stacked, _) if stacked => table.parts("divided among"),
        (_, Kind::Parts) => table.parts(&format!("with {marks} for")),
        (_, Kind::Groups) => table.groups(marks),
        (_, Kind::Overlapping) => table.overlapping(marks),
    };
    let bases = if table.kind() == Kind::Groups { table.bases_of_groups() } else { bases(result) };
    // Inside a stacked bar no line could show an interval honestly: the theme draws those at its ends.
    let how = if stacked {
        "and as fine lines for the answers at the two ends of the bars"
    } else {
        "and as fine lines"
    };
    let fine = intervals(result, drawn, how);
    said(name, title, [told, missing(result, drawn), bases, fine])
}

/// Rows without a value that are named; of more only the number is told.
const NAMED: usize = 5;

/// What has no value, and so no mark: `No value for “nobody”.`; nothing where there is none, or nothing else.
fn missing(result: &ResultView, drawn: usize) -> String {
    let without = result.rows.iter().filter(|row| value(row, drawn).is_none());
    let names: Vec<String> = without.map(|row| format!("“{}”", row.key)).collect();
    match names.len() {
        0 => String::new(),
        all if all == result.rows.len() => String::new(),
        few if few <= NAMED => format!("No value for {}.", names.join(", ")),
        many => format!("{many} of {} have no value.", result.rows.len()),
    }
}

/// `Bar chart: What schools do. 3 categories; … Number in each base: …`
fn said(name: &str, title: &str, sentences: [String; 4]) -> String {
    let sentences: Vec<String> = sentences.into_iter().filter(|sentence| !sentence.is_empty()).collect();
    format!("{name} chart: {title}. {}", sentences.join(" "))
}

/// What the brackets hold: `In brackets, and as fine lines: 95% interval (Wilson).`; nothing where no share has an interval.
fn intervals(result: &ResultView, share: usize, how: &str) -> String {
    let mut methods = result.rows.iter().filter_map(|row| value(row, share)?.1.interval.as_deref());
    methods.next().map_or_else(String::new, |method| format!("In brackets, {how}: {method}."))
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
        let decimals = if statistic.unit == Unit::Share { 0 } else { statistic.decimals };
        let end = |end: f64| print(Some(end), statistic.unit, decimals);
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
