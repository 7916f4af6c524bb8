//! A chart in words, for those who cannot see it: what it is, how much it holds, and what it says.
//!
//! In: a result and the kind of chart. Out: one paragraph, made from the same numbers as the chart.

use crate::queries::head::ColumnKind;

use super::numbers::{CellView, Misnamed, ResultView, RowView};

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

/// The chart of `result` in words.
pub fn alt(result: &ResultView, chart: Chart) -> String {
    let Some(share) = share_column(result) else { return result.head.title.clone() };
    let title = result.head.title.trim_end_matches('.');
    let bases = bases(result);
    match chart {
        Chart::Bars => format!("Bar chart: {title}. {}{bases}", bars(result, share)),
        Chart::Stacked => {
            format!("Stacked bar chart: {title}. {}{bases}", stacked(result, share, "divided among"))
        }
        Chart::Grouped => {
            format!("Grouped bar chart: {title}. {}{bases}", stacked(result, share, "each with bars for"))
        }
    }
}

fn share_column(result: &ResultView) -> Option<usize> {
    result.head.columns.iter().position(|c| c.kind == ColumnKind::Share)
}

/// The value and the printed form of a numeric cell that has a value.
fn value(row: &RowView, column: usize) -> Option<(f64, &str)> {
    match row.cells.get(column) {
        Some(CellView::Number(s)) => s.value.map(|v| (v, s.printed.as_str())),
        _ => None,
    }
}

fn bars(result: &ResultView, share: usize) -> String {
    let mut rows: Vec<_> =
        result.rows.iter().filter_map(|r| value(r, share).map(|v| (r.key.as_str(), v))).collect();
    // Stable: of equal bars the one that is drawn first is named.
    rows.sort_by(|a, b| b.1.0.total_cmp(&a.1.0));
    match rows.as_slice() {
        [] => "It has no values.".to_owned(),
        [(only, (_, printed))] => format!("One category: {only}, {printed}."),
        [(most, (_, high)), middle @ .., (least, (_, low))] => {
            let next = match middle {
                [(next, (_, printed)), ..] => format!(", followed by {next} with {printed}"),
                [] => String::new(),
            };
            format!(
                "{} categories; {most} is highest with {high}{next}; {least} is lowest with {low}.",
                rows.len()
            )
        }
    }
}

fn stacked(result: &ResultView, share: usize, how: &str) -> String {
    let [category, series] = result.head.key.as_slice() else { return String::new() };
    let (Some(category), Some(series)) = (result.column(category), result.column(series)) else {
        return String::new();
    };
    let mut categories: Vec<String> = Vec::new();
    let mut answers: Vec<String> = Vec::new();
    for row in &result.rows {
        for (list, column) in [(&mut categories, category), (&mut answers, series)] {
            let shown = row.cells[column].shown();
            if !list.contains(&shown) {
                list.push(shown);
            }
        }
    }
    let leading = |name: &String| {
        let rows = result.rows.iter().filter(|r| r.cells[category].shown() == *name);
        rows.filter_map(|r| value(r, share).map(|v| (r.cells[series].shown(), v)))
            .reduce(|best, next| if next.1.0 > best.1.0 { next } else { best })
            .map_or(format!("{name} has no values"), |(answer, (_, printed))| {
                format!("for {name} the leading answer is “{answer}” with {printed}")
            })
    };
    let said = match categories.as_slice() {
        [] => return "It has no values.".to_owned(),
        [only] => leading(only),
        [first, .., last] => format!("{}; {}", leading(first), leading(last)),
    };
    let mut said = said;
    if let Some(first) = said.get(..1) {
        said = format!("{}{}", first.to_uppercase(), &said[1..]);
    }
    format!("{} categories, {how} {}. {said}.", categories.len(), list(&answers))
}

/// `“yes”, “no” and “do not know”`: in quotes, because a label may hold commas and conjunctions.
fn list(labels: &[String]) -> String {
    let labels: Vec<String> = labels.iter().map(|label| format!("“{label}”")).collect();
    match labels.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [init @ .., last] => format!("{} and {last}", init.join(", ")),
    }
}

/// How many answered, as ` Answered by 165 to 182.`
fn bases(result: &ResultView) -> String {
    let bases = result.rows.iter().flat_map(|r| &r.cells).filter_map(|c| match c {
        CellView::Number(s) => s.base,
        _ => None,
    });
    match (bases.clone().min(), bases.max()) {
        (Some(low), Some(high)) if low == high => format!(" Answered by {low}."),
        (Some(low), Some(high)) => format!(" Answered by {low} to {high}."),
        _ => String::new(),
    }
}
