//! Which chart suits an answer, and why one that was asked for does not.

use super::Chart;
use super::plot::Plot;
use crate::diagnostic::Diagnostic;
use crate::queries::ColumnKind;
use crate::report::alt::sums;

/// Rows beyond which a chart is no longer the first choice, and beyond which nobody could read it.
const COMFORTABLE: usize = 60;
const READABLE: usize = 400;

/// Rows beyond which a table is no drawing any more.
const TABLE: usize = 2_000;

/// Series that marks can tell apart.
const SERIES: usize = 6;

/// The chart that suits the answer, and why, in words.
pub(super) fn chosen(plot: &Plot) -> (Chart, String) {
    let chart = suggested(plot);
    match (chart, plot.drawn()) {
        (Some(chart), Some(column)) if fits(chart, plot).is_ok() => {
            let by =
                plot.result.head.key.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(" and ");
            (chart, format!("drawn as {}: `{}` by {by}", chart.words(), column.name))
        }
        _ => (Chart::Table, "drawn as a table: no chart suits these columns and rows".to_owned()),
    }
}

/// The chart that suits the columns; whether it suits the rows too is not asked yet.
fn suggested(plot: &Plot) -> Option<Chart> {
    let kind = plot.drawn()?.kind;
    let keys = plot.result.head.key.len();
    if plot.result.rows.len() > COMFORTABLE && !plot.runs_along {
        return None;
    }
    match (keys, kind) {
        (1 | 2, _) if plot.runs_along && plot.distinct(0) > 1 => Some(Chart::Line),
        (1, ColumnKind::Number { .. }) if plot.is_ordered() => Some(Chart::Line),
        (2, ColumnKind::Share) if makes_wholes(plot) => Some(Chart::Stacked),
        (1 | 2, ColumnKind::Number { .. }) => Some(Chart::Dot),
        (1 | 2, _) => Some(Chart::Bar),
        _ => None,
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
pub(super) fn fits(chart: Chart, plot: &Plot) -> Result<(), Diagnostic> {
    let rows = plot.result.rows.len();
    let cannot = |why: String| Diagnostic::error(format!("{} cannot show this answer: {why}", chart.words()));
    if chart == Chart::Table {
        return if rows <= TABLE {
            Ok(())
        } else {
            Err(cannot(format!("it has {rows} rows, and a drawing no more than {TABLE}"))
                .hint("ask for less, or write `xlsx`, `csv` or `parquet`, which hold all of it"))
        };
    }
    if rows == 0 {
        return Err(cannot("it has no rows".to_owned()).hint("look at it with `--format table`"));
    }
    let keys = &plot.result.head.key;
    let Some(column) = plot.drawn() else {
        return Err(cannot("it has no number to draw".to_owned()).hint(needs(chart)));
    };
    let wanted = if chart == Chart::Stacked { 2..=2 } else { 1..=2 };
    if !wanted.contains(&keys.len()) {
        let texts = match plot.texts.as_slice() {
            [] => "it has no column of text".to_owned(),
            [one] => format!("it has one column of text, `{one}`"),
            texts => format!("it has {} columns of text, `{}`", texts.len(), texts.join("`, `")),
        };
        return Err(cannot(texts).hint(needs(chart)));
    }
    if chart == Chart::Stacked && column.kind != ColumnKind::Share {
        return Err(cannot("it has no share".to_owned()).hint(needs(chart)));
    }
    if matches!(chart, Chart::Bar | Chart::Stacked) && plot.least() < 0.0 {
        return Err(cannot(format!("bars begin at 0, and `{}` has values below it", column.name))
            .hint("`--chart dot` draws them"));
    }
    if let Some((first, second, key)) = plot.repeated() {
        let by = keys.join("` and `");
        return Err(cannot(format!("rows {first} and {second} have the same `{by}`: {key}"))
            .hint("`group by` the columns that tell rows apart, and select no other texts"));
    }
    if chart == Chart::Stacked && sums(&plot.result).iter().any(|sum| *sum > 1.02) {
        return Err(cannot("the shares of a category come to more than 100%".to_owned())
            .hint("`--chart bar` draws them side by side"));
    }
    let marked = matches!(chart, Chart::Dot | Chart::Line);
    if marked && plot.distinct(1) > SERIES {
        return Err(cannot(format!(
            "`{}` has {} values, and {SERIES} can be told apart",
            keys[1],
            plot.distinct(1)
        ))
        .hint("leave some out, or draw `--chart bar`"));
    }
    if chart == Chart::Line && plot.distinct(0) < 2 {
        return Err(cannot(format!("`{}` has one value, and a line runs from one to another", keys[0]))
            .hint("`--chart dot` draws one point"));
    }
    if rows > READABLE {
        return Err(cannot(format!("it has {rows} rows, and nobody could read more than {READABLE}"))
            .hint("ask for less: `group by`, `limit`"));
    }
    Ok(())
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
