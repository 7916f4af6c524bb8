//! Which chart suits an answer, and why one that was asked for does not.

use super::Chart;
use super::plot::Plot;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::queries::ColumnKind;
use crate::report::alt::sums;

/// Categories beyond which a chart is no longer the first choice, and rows beyond which nobody could read it.
const COMFORTABLE: usize = 40;
const READABLE: usize = 400;

/// Rows beyond which a table is no drawing any more.
const TABLE: usize = 2_000;

/// Series that marks can tell apart, and that fit beside each other.
const SERIES: usize = 6;
const BESIDE: usize = 10;

/// Characters that a label may have: of a category, of a series.
const LABELS: [usize; 2] = [120, 50];

/// The chart that suits the answer, and why, in words.
pub(super) fn chosen(plot: &Plot) -> (Chart, String) {
    let suggested = suggested(plot).and_then(|chart| match unfit(chart, plot) {
        None => Ok(chart),
        Some(fault) => Err(fault.message),
    });
    match (suggested, plot.drawn()) {
        (Ok(chart), Some(column)) => {
            let by =
                plot.result.head.key.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(" and ");
            (chart, format!("drawn as {}: `{}` by {by}", chart.words(), column.name))
        }
        (Err(why), _) => (Chart::Table, format!("drawn as a table: {why}")),
        (Ok(_), None) => (Chart::Table, "drawn as a table".to_owned()),
    }
}

/// The chart that suits the columns, or why none does; whether it suits the rows too is not asked yet.
fn suggested(plot: &Plot) -> Result<Chart, String> {
    let Some(column) = plot.drawn() else { return Err("it has no number to draw".to_owned()) };
    let rivals = plot.rivals();
    if !rivals.is_empty() {
        let all = [&[column.name.as_str()], rivals.as_slice()].concat().join("`, `");
        return Err(format!(
            "a chart draws one column, and there are `{all}`; say `--chart` to draw the first"
        ));
    }
    let rows = plot.result.rows.len();
    if plot.distinct(0) > COMFORTABLE && !plot.runs_along {
        return Err(format!("it has {} categories", plot.distinct(0)));
    }
    let keys = plot.result.head.key.len();
    // Two texts of which one alone tells the rows apart are not crossed.
    let crossed = keys == 2 && rows > plot.distinct(0).max(plot.distinct(1));
    match (keys, column.kind) {
        (1 | 2, _) if plot.runs_along && plot.distinct(0) > 1 => Ok(Chart::Line),
        (1, ColumnKind::Number { .. }) if plot.is_ordered() => Ok(Chart::Line),
        (2, ColumnKind::Share) if crossed && makes_wholes(plot) => Ok(Chart::Stacked),
        (1, ColumnKind::Number { .. }) => Ok(Chart::Dot),
        (2, ColumnKind::Number { .. }) if crossed => Ok(Chart::Dot),
        (1, _) => Ok(Chart::Bar),
        (2, _) if crossed => Ok(Chart::Bar),
        (0, _) => Err("it has no column of text".to_owned()),
        (2, _) => Err("its columns of text are not crossed".to_owned()),
        (many, _) => Err(format!("it has {many} columns of text")),
    }
}

/// Whether the shares of each category make up a whole, of several answers.
fn makes_wholes(plot: &Plot) -> bool {
    plot.distinct(1) > 1 && sums(&plot.result).iter().all(|sum| (0.98..=1.02).contains(sum))
}

/// Whether the chart can show the answer.
///
/// # Errors
/// It cannot: why, and what it would need.
pub(super) fn fits(chart: Chart, plot: &Plot) -> Result<(), Diagnostics> {
    unfit(chart, plot).map_or(Ok(()), |fault| Err(fault.into()))
}

/// What is wrong with the chart for the answer, if anything is.
fn unfit(chart: Chart, plot: &Plot) -> Option<Diagnostic> {
    let rows = plot.result.rows.len();
    let cannot = |why: String| Diagnostic::error(format!("{} cannot show this answer: {why}", chart.words()));
    if rows == 0 {
        return Some(cannot("it has no rows".to_owned()).hint("look at it with `--format table`"));
    }
    if chart == Chart::Table {
        let fault = cannot(format!("it has {rows} rows, and a drawing no more than {TABLE}"));
        let hint = "ask for less, or write `xlsx`, `csv` or `parquet`, which hold all of it";
        return (rows > TABLE).then(|| fault.hint(hint));
    }
    let keys = &plot.result.head.key;
    let Some(column) = plot.drawn() else {
        return Some(cannot("it has no number to draw".to_owned()).hint(needs(chart)));
    };
    let wanted = if chart == Chart::Stacked { 2..=2 } else { 1..=2 };
    if !wanted.contains(&keys.len()) {
        let texts = match plot.texts.as_slice() {
            [] => "it has no column of text".to_owned(),
            [one] => format!("it has one column of text, `{one}`"),
            texts => format!("it has {} columns of text, `{}`", texts.len(), texts.join("`, `")),
        };
        return Some(cannot(texts).hint(needs(chart)));
    }
    if chart == Chart::Stacked && column.kind != ColumnKind::Share {
        return Some(cannot("it has no share".to_owned()).hint(needs(chart)));
    }
    if matches!(chart, Chart::Bar | Chart::Stacked) && plot.least() < 0.0 {
        return Some(
            cannot(format!("bars begin at 0, and `{}` has values below it", column.name))
                .hint("`--chart dot` draws them"),
        );
    }
    if let Some((first, second, key)) = plot.repeated() {
        let by = keys.join("` and `");
        return Some(
            cannot(format!("rows {first} and {second} have the same `{by}`: {key}"))
                .hint("`group by` the columns that tell rows apart, and select no other texts"),
        );
    }
    if chart == Chart::Stacked && sums(&plot.result).iter().any(|sum| *sum > 1.02) {
        return Some(
            cannot("the shares of a category come to more than 100%".to_owned())
                .hint("`--chart bar` draws them side by side"),
        );
    }
    let most = if matches!(chart, Chart::Dot | Chart::Line) { SERIES } else { BESIDE };
    if plot.distinct(1) > most {
        return Some(
            cannot(format!("`{}` has {} values, and {most} can be told apart", keys[1], plot.distinct(1)))
                .hint("leave some out, or draw `--chart table`"),
        );
    }
    for (position, (key, most)) in keys.iter().zip(LABELS).enumerate() {
        let longest = plot.longest(position);
        if longest > most {
            return Some(
                cannot(format!("a label of `{key}` has {longest} characters, and there is room for {most}"))
                    .hint("select a shorter text, or draw `--chart table`"),
            );
        }
    }
    if chart == Chart::Line && plot.distinct(0) < 2 {
        return Some(
            cannot(format!("`{}` has one value, and a line runs from one to another", keys[0]))
                .hint("`--chart dot` draws one point"),
        );
    }
    if rows > READABLE {
        return Some(
            cannot(format!("it has {rows} rows, and nobody could read more than {READABLE}"))
                .hint("ask for less: `group by`, `limit`"),
        );
    }
    None
}

/// What a chart is made of, as advice.
fn needs(chart: Chart) -> &'static str {
    match chart {
        Chart::Bar => {
            "a bar chart needs one or two columns of text and a share or count (or another number) that is never below 0"
        }
        Chart::Stacked => {
            "a stacked bar chart needs two columns of text and a share, whose parts make up a whole"
        }
        Chart::Dot => "a dot chart needs one or two columns of text and a number",
        Chart::Line => {
            "a line chart needs a first column that it runs along (years, ages, a scale), at most one column of text, and a number"
        }
        Chart::Table => "a table takes any columns",
    }
}
