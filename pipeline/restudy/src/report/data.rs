//! The files that the document reads beside its text: JSON for the theme, CSV to attach.

use indexmap::IndexMap;
use serde_json::{Value, json};

use crate::diagnostic::Diagnostics;
use crate::evidence::printed::print;
use crate::evidence::statistic::Statistic;
use crate::queries::head::{ColumnKind, Purpose};
use crate::study::{Study, Wave};

use super::alt::{Chart, alt, drawn};
use super::numbers::{CellView, ResultView};
use super::recorder::{Recorder, Shown};
use super::uses::Use;

/// Who and what the report is.
pub fn meta(study: &Study, wave: &Wave) -> Value {
    json!({
        "title": study.title,
        "subtitle": study.subtitle,
        "author": study.author,
        "language": study.language,
        "region": study.region,
        "wave": {
            "id": wave.id,
            "title": wave.title,
            "fieldwork": wave.fieldwork,
            "published": wave.published,
            "synthetic": wave.synthetic,
            "notice": wave.notice,
            "reproduces": study.sources.claims.is_some() && study.claims_are_about(&wave.id),
        },
    })
}

/// A result for a chart or a table of the theme.
pub fn figure(name: &str, shown: &Shown, scales: &IndexMap<String, Vec<String>>) -> Value {
    let result = &shown.result;
    let number = match result.head.purpose {
        Purpose::Figure(n) | Purpose::Table(n) => json!(n),
        _ => Value::Null,
    };
    let words = shown.chart.as_deref().and_then(|c| Chart::named(c).ok()).map(|c| alt(result, c));
    // A chart draws one column: its interval and its id are the row's. In a table they are those of the first share.
    let drawn = match shown.chart {
        Some(_) => drawn(result),
        None => result.head.columns.iter().position(|c| c.kind == ColumnKind::Share),
    };
    let measure = shown.chart.as_ref().and(drawn).map(|column| &result.head.columns[column].name);
    let ordered: IndexMap<&String, &Vec<String>> =
        result.head.key.iter().filter_map(|k| scale_of(result, k, scales).map(|s| (k, s))).collect();
    json!({
        "query": name,
        "number": number,
        "kind": if shown.chart.is_some() { "figure" } else { "table" },
        "title": result.head.title,
        "caption": shown.caption,
        "base": result.head.base,
        "columns": result.head.columns.iter().map(|c| json!({"name": c.name, "kind": kind(c.kind)})).collect::<Vec<_>>(),
        "key": result.head.key,
        "scales": ordered,
        "measure": measure,
        "alt": words,
        "rows": result.rows.iter().map(|r| row(result, &r.cells, drawn)).collect::<Vec<_>>(),
    })
}

/// The ordered scale whose labels a key column holds.
fn scale_of<'a>(
    result: &ResultView,
    column: &str,
    scales: &'a IndexMap<String, Vec<String>>,
) -> Option<&'a Vec<String>> {
    let at = result.column(column)?;
    let seen: Vec<String> = result.rows.iter().map(|r| r.cells[at].shown()).collect();
    // Where several scales hold all the labels, the shortest says most about the order.
    scales.values().filter(|s| seen.iter().all(|l| s.contains(l))).min_by_key(|s| s.len())
}

fn kind(kind: ColumnKind) -> &'static str {
    match kind {
        ColumnKind::Text => "text",
        ColumnKind::Count => "count",
        ColumnKind::Share => "share",
        ColumnKind::Number { .. } => "number",
        ColumnKind::Boolean => "boolean",
    }
}

fn row(result: &ResultView, cells: &[CellView], drawn: Option<usize>) -> Value {
    let mut out = serde_json::Map::new();
    for (position, (column, cell)) in result.head.columns.iter().zip(cells).enumerate() {
        match cell {
            CellView::Text(text) => out.insert(column.name.clone(), json!(text)),
            CellView::Boolean(truth) => out.insert(column.name.clone(), json!(truth)),
            CellView::Number(s) => out.insert(column.name.clone(), number(s)),
        };
        if let CellView::Boolean(Some(_)) = cell {
            out.insert(format!("{}_printed", column.name), json!(cell.shown()));
        }
        if let CellView::Number(s) = cell {
            out.insert(format!("{}_printed", column.name), json!(s.printed));
            if let (Some(lower), Some(upper)) = (s.lower, s.upper) {
                for (end, value) in [("lower", lower), ("upper", upper)] {
                    let printed = print(Some(value), s.unit, s.decimals);
                    out.insert(format!("{}_{end}", column.name), json!(value));
                    out.insert(format!("{}_{end}_printed", column.name), json!(printed));
                }
                out.entry("interval").or_insert(json!(s.interval));
            }
            if drawn == Some(position) {
                out.insert("lower".into(), json!(s.lower));
                out.insert("upper".into(), json!(s.upper));
                out.insert("id".into(), json!(s.id));
            }
        }
    }
    Value::Object(out)
}

fn number(s: &Statistic) -> Value {
    match s.value {
        // Counts are whole in JSON too, so that the theme prints 165 and not 165.0.
        Some(v)
            if v.fract() == 0.0
                && v.abs() < 9e15
                && s.decimals == 0
                && s.unit == crate::evidence::statistic::Unit::Count =>
        {
            json!(v as i64)
        }
        Some(v) => json!(v),
        None => Value::Null,
    }
}

/// All figures and tables that the report shows, in order.
pub fn figures(recorder: &Recorder, scales: &IndexMap<String, Vec<String>>) -> Vec<(String, Value)> {
    recorder.shown.iter().map(|(name, shown)| (name.clone(), figure(name, shown, scales))).collect()
}

/// The numbers that the prose prints, in the order of their first use.
pub fn evidence(recorder: &Recorder, title_of: impl Fn(&str) -> String) -> Value {
    let entry = |s: &Statistic| {
        json!({
            "id": s.id, "query": s.query, "title": title_of(&s.query), "row": s.row, "column": s.column,
            "printed": s.printed, "value": s.value, "n": s.n, "base": s.base,
            "lower": s.lower, "upper": s.upper, "interval": s.interval,
        })
    };
    Value::Array(recorder.used.values().map(entry).collect())
}

/// A result as comma-separated text (RFC 4180), values unrounded.
pub fn result_csv(result: &ResultView) -> Result<Vec<u8>, Diagnostics> {
    let mut writer = writer();
    let write = |w: &mut csv::Writer<Vec<u8>>| -> Result<(), csv::Error> {
        w.write_record(result.head.columns.iter().map(|c| c.name.as_str()))?;
        for row in &result.rows {
            w.write_record(row.cells.iter().map(|cell| match cell {
                CellView::Number(s) => s.value.map_or_else(String::new, |v| v.to_string()),
                CellView::Boolean(truth) => truth.map_or_else(String::new, |t| t.to_string()),
                CellView::Text(text) => text.clone().unwrap_or_default(),
            }))?;
        }
        Ok(())
    };
    written(write(&mut writer), writer)
}

/// Statistics as comma-separated text.
pub fn evidence_csv<'a>(statistics: impl IntoIterator<Item = &'a Statistic>) -> Result<Vec<u8>, Diagnostics> {
    let mut writer = writer();
    let write = |w: &mut csv::Writer<Vec<u8>>| -> Result<(), csv::Error> {
        w.write_record([
            "id", "query", "row", "position", "column", "printed", "value", "n", "base", "lower", "upper",
            "interval", "unit", "decimals",
        ])?;
        let number = |v: Option<f64>| v.map_or_else(String::new, |v| v.to_string());
        let whole = |v: Option<u64>| v.map_or_else(String::new, |v| v.to_string());
        for s in statistics {
            w.write_record([
                s.id.clone(),
                s.query.clone(),
                s.row.clone(),
                s.position.to_string(),
                s.column.clone(),
                s.printed.clone(),
                number(s.value),
                whole(s.n),
                whole(s.base),
                number(s.lower),
                number(s.upper),
                s.interval.clone().unwrap_or_default(),
                json!(s.unit).as_str().unwrap_or_default().to_owned(),
                s.decimals.to_string(),
            ])?;
        }
        Ok(())
    };
    written(write(&mut writer), writer)
}

/// Where the report uses each number, as comma-separated text.
pub fn uses_csv(uses: &[Use]) -> Result<Vec<u8>, Diagnostics> {
    let mut writer = writer();
    let write = |w: &mut csv::Writer<Vec<u8>>| -> Result<(), csv::Error> {
        w.write_record(["how", "query", "id", "file", "line", "printed", "words"])?;
        for u in uses {
            let line = u.line.map_or_else(String::new, |line| line.to_string());
            let id = u.statistic.as_deref().unwrap_or_default();
            w.write_record([u.how.word(), &u.query, id, &u.file, &line, &u.printed, &u.words])?;
        }
        Ok(())
    };
    written(write(&mut writer), writer)
}

fn writer() -> csv::Writer<Vec<u8>> {
    csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new())
}

fn written(result: Result<(), csv::Error>, writer: csv::Writer<Vec<u8>>) -> Result<Vec<u8>, Diagnostics> {
    let fault = |e: String| Diagnostics::from(crate::diagnostic::Diagnostic::error(e));
    result.map_err(|e| fault(e.to_string()))?;
    writer.into_inner().map_err(|e| fault(e.to_string()))
}
