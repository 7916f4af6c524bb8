//! An answer as the report sees a result: key columns, kinds, numbers with their intervals.
//!
//! In: an answer. Out: a [`Plot`]. What a query's head promises is taken as it is. Of other answers the key is what tells rows
//! apart: the columns of text; or a first column of whole numbers or times that other numbers follow, which is what they run
//! along (years, ages, days). An estimate, a struct with `estimate`, `lower` and `upper`, becomes one number with its interval.

use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Float64Array, RecordBatch, StringArray,
};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Field, Float64Type, Schema};
use indexmap::IndexMap;

use super::super::cells::{Cells, Digits};
use super::super::columns::{self, Kind, columns};
use super::super::title::{by, title};
use super::super::{Answer, Origin};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::engine::scale_of;
use crate::evidence::Evidence;
use crate::queries::{Column, ColumnKind, Purpose, QueryHead, QueryResult};
use crate::report::alt::{drawn, is_beside};
use crate::report::numbers::{CellView, ResultView};
use crate::report::results::Results;

/// Stands where a key has no value.
const NO_ANSWER: &str = "no answer";

/// What can be drawn.
pub(super) struct Plot {
    /// The result.
    pub(super) result: ResultView,
    /// Labels of the key columns that are scales, in scale order.
    pub(super) scales: IndexMap<String, Vec<String>>,
    /// Whether the first key column is what the numbers run along: numbers, times, waves.
    pub(super) runs_along: bool,
    /// Names of the columns of text, before any was taken for a key.
    pub(super) texts: Vec<String>,
}

/// A column on its way into the result.
struct Part {
    name: String,
    kind: Kind,
    source: columns::Column,
}

impl Plot {
    /// The answer, ready to be drawn.
    ///
    /// # Errors
    /// A column is of a type that has no text.
    pub(super) fn new(answer: &Answer, origin: &Origin) -> Result<Plot, Diagnostics> {
        let known = columns(answer)?;
        let title = title(answer, &known).trim_end_matches('.').to_owned();
        let parts = parts(known);
        let texts: Vec<String> =
            (parts.iter().filter(|part| is_text(part.kind)).map(|part| part.name.clone())).collect();
        let (key, along) = match answer.key.as_slice() {
            [] => key(&parts, answer.rows())?,
            key => (key.to_vec(), key.first().is_some_and(|first| runs_along(&parts, first))),
        };
        let mut scales = IndexMap::new();
        let mut fields = Vec::new();
        let mut arrays = Vec::new();
        let mut promised = Vec::new();
        for part in &parts {
            let is_key = key.contains(&part.name);
            if is_key && let Some(labels) = scale(answer, &part.source) {
                scales.insert(part.name.clone(), labels);
            }
            let (kind, array) = part.values(is_key)?;
            promised.push(Column { name: part.name.clone(), kind });
            fields.push(Field::new(&part.name, array.data_type().clone(), true));
            arrays.push(array);
        }
        let batch = RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)
            .map_err(|fault| Diagnostic::error(fault.to_string()))?;
        let head = QueryHead {
            name: "answer".to_owned(),
            title,
            purpose: Purpose::Explore,
            params: Vec::new(),
            base: answer.base.clone().unwrap_or_default(),
            columns: promised,
            key,
            order: String::new(),
            sampled: answer.sampled,
        };
        let result = QueryResult { head, file: String::new(), sha: String::new(), batch };
        let results = Results::new(Evidence::from_results(vec![result], origin.confidence));
        let result = results.views().next().cloned();
        let mut result = result.ok_or_else(|| Diagnostic::error("the answer has no result to draw"))?;
        if let (None, Some(column)) = (&answer.title, drawn(&result)) {
            // A chart without a title of its own is called after what it draws.
            result.head.title = by(&result.head.columns[column].name, &result.head.key);
        }
        Ok(Plot { result, scales, runs_along: along, texts })
    }

    /// The column that a chart draws.
    pub(super) fn drawn(&self) -> Option<&Column> {
        drawn(&self.result).map(|column| &self.result.head.columns[column])
    }

    /// Whether the first key column is an ordered scale.
    pub(super) fn is_ordered(&self) -> bool {
        self.result.head.key.first().is_some_and(|key| self.scales.contains_key(key))
    }

    /// The least of the numbers that a chart draws; 0 where there is none.
    pub(super) fn least(&self) -> f64 {
        let Some(at) = drawn(&self.result) else { return 0.0 };
        let value = |cell: &CellView| match cell {
            CellView::Number(statistic) => statistic.value,
            _ => None,
        };
        self.result.rows.iter().filter_map(|row| value(&row.cells[at])).fold(0.0, f64::min)
    }

    /// Further columns of the kind that a chart draws, which it would leave out.
    pub(super) fn rivals(&self) -> Vec<&str> {
        let Some(drawn) = self.drawn() else { return Vec::new() };
        let same = |kind: ColumnKind| std::mem::discriminant(&kind) == std::mem::discriminant(&drawn.kind);
        let columns = &self.result.head.columns;
        let others = columns.iter().filter(|column| column.name != drawn.name && same(column.kind));
        let others = others.filter(|c| !self.result.head.key.contains(&c.name) && !is_beside(&c.name));
        others.map(|column| column.name.as_str()).collect()
    }

    /// The labels of a key column, in the order of the rows.
    fn labels(&self, key: usize) -> Vec<String> {
        let at = self.result.head.key.get(key).and_then(|name| self.result.column(name));
        at.map_or_else(Vec::new, |at| self.result.rows.iter().map(|row| row.cells[at].shown()).collect())
    }

    /// How many different values a key column has.
    pub(super) fn distinct(&self, key: usize) -> usize {
        let mut seen = self.labels(key);
        seen.sort_unstable();
        seen.dedup();
        seen.len()
    }

    /// How many characters the longest label of a key column has.
    pub(super) fn longest(&self, key: usize) -> usize {
        self.labels(key).iter().map(|label| label.chars().count()).max().unwrap_or(0)
    }

    /// Two rows, counted from 1, that have the same key, and the key.
    pub(super) fn repeated(&self) -> Option<(usize, usize, &str)> {
        let mut seen: IndexMap<&str, usize> = IndexMap::new();
        self.result.rows.iter().enumerate().find_map(|(row, view)| {
            seen.insert(&view.key, row + 1).map(|first| (first, row + 1, view.key.as_str()))
        })
    }
}

/// The columns under the names that the evidence looks for.
fn parts(known: Vec<columns::Column>) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    let estimates: Vec<Vec<String>> = known
        .iter()
        .filter_map(|column| match column.path.split_last() {
            Some((part, owner)) if part == "estimate" && !owner.is_empty() => Some(owner.to_vec()),
            _ => None,
        })
        .collect();
    let plain: Vec<String> = known.iter().filter(|c| c.path.len() == 1).map(columns::Column::head).collect();
    for column in known {
        let (last, owner) = match column.path.split_last() {
            Some((last, owner)) => (last.clone(), owner.to_vec()),
            None => continue,
        };
        let name = if !estimates.contains(&owner) {
            column.head()
        } else if last == "estimate" {
            owner.join(".")
        } else if ["n", "base"].contains(&last.as_str()) && estimates.len() == 1 && !plain.contains(&last) {
            last
        } else {
            format!("{}_{last}", owner.join("."))
        };
        parts.push(Part { name, kind: column.kind, source: column });
    }
    parts
}

fn is_text(kind: Kind) -> bool {
    matches!(kind, Kind::Text | Kind::Boolean)
}

/// The key of an answer of which nobody has said it, and whether its first column is what the numbers run along.
fn key(parts: &[Part], rows: usize) -> Result<(Vec<String>, bool), Diagnostics> {
    let texts: Vec<&Part> = parts.iter().filter(|part| is_text(part.kind)).collect();
    let names = |parts: &[&Part]| parts.iter().map(|part| part.name.clone()).collect::<Vec<_>>();
    if let Some(first) = parts.first()
        && runs_along(parts, &first.name)
        && rows > 1
    {
        let series: Vec<&Part> = texts.into_iter().filter(|part| part.name != first.name).collect();
        return Ok((names(&[&[first][..], &series].concat()), true));
    }
    // A text that tells all rows apart needs no other beside it.
    if let [first, _, ..] = texts.as_slice()
        && rows > 1
        && first.is_distinct(rows)?
    {
        return Ok((names(&[first]), false));
    }
    Ok((names(&texts), false))
}

/// Whether a column is what the numbers of the answer run along: whole numbers that no head calls counts, times, or texts that
/// are all years or days.
fn runs_along(parts: &[Part], name: &str) -> bool {
    let Some(at) = parts.iter().position(|part| part.name == name) else { return false };
    let part = &parts[at];
    let numbers_follow = parts.iter().skip(at + 1).any(|part| part.kind.is_number());
    let whole = part.kind == Kind::Whole { counts: false } && !["n", "base", "count"].contains(&name);
    let time = matches!(
        part.source.array.data_type(),
        DataType::Date32 | DataType::Date64 | DataType::Timestamp(..)
    );
    numbers_follow && at == 0 && (whole || time || part.holds_times())
}

impl Part {
    /// The values as the evidence reads them, with their kind.
    fn values(&self, is_key: bool) -> Result<(ColumnKind, ArrayRef), Diagnostics> {
        let source = &self.source;
        if is_key || self.kind == Kind::Text {
            let cells = Cells::new(source, Digits::All)?;
            let truth = source.array.as_boolean_opt();
            let text = |row: usize| match (cells.text(row), truth) {
                (None, _) => is_key.then(|| NO_ANSWER.to_owned()),
                (Some(_), Some(truths)) => Some(if truths.value(row) { "yes" } else { "no" }.to_owned()),
                (text, None) => text,
            };
            let texts: StringArray = (0..source.array.len()).map(text).collect();
            return Ok((ColumnKind::Text, Arc::new(texts)));
        }
        if let Some(truths) = source.array.as_boolean_opt() {
            let truths: BooleanArray =
                (0..truths.len()).map(|row| (!source.is_null(row)).then(|| truths.value(row))).collect();
            return Ok((ColumnKind::Boolean, Arc::new(truths)));
        }
        let floats = self.floats();
        let kind = match self.kind {
            Kind::Share => ColumnKind::Share,
            Kind::Number { decimals: Some(decimals) } => ColumnKind::Number { decimals },
            Kind::Whole { .. } => ColumnKind::Count,
            _ => ColumnKind::Number { decimals: decimals(&floats) },
        };
        let array: ArrayRef = Arc::new(floats);
        if kind == ColumnKind::Count
            && let Ok(whole) = cast(&array, &DataType::Int64)
        {
            return Ok((kind, whole));
        }
        Ok((kind, array))
    }

    /// The numbers, NULL where there is none.
    fn floats(&self) -> Float64Array {
        let floats = self.source.floats();
        let floats = floats.as_ref().map(|floats| floats.as_primitive::<Float64Type>());
        let of = |row: usize| {
            let value = floats.filter(|_| !self.source.is_null(row))?.value(row);
            value.is_finite().then_some(value)
        };
        (0..self.source.array.len()).map(of).collect()
    }

    /// Whether all values that there are differ.
    fn is_distinct(&self, rows: usize) -> Result<bool, Diagnostics> {
        let cells = Cells::new(&self.source, Digits::All)?;
        let mut seen: Vec<Option<String>> = (0..rows).map(|row| cells.text(row)).collect();
        seen.sort_unstable();
        let all = seen.len();
        seen.dedup();
        Ok(seen.len() == all)
    }

    /// Whether it is text in which every value is a year, a month or a day, as names of waves often are.
    fn holds_times(&self) -> bool {
        let Ok(cells) = Cells::new(&self.source, Digits::All) else { return false };
        let time = |text: String| {
            let parts: Vec<&str> = text.split('-').collect();
            let digits = |part: &&str| part.bytes().all(|digit| digit.is_ascii_digit());
            let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
            parts.iter().all(digits) && matches!(lengths.as_slice(), [4] | [4, 2] | [4, 2, 2])
        };
        let rows = self.source.array.len();
        self.kind == Kind::Text && rows > 0 && (0..rows).all(|row| cells.text(row).is_some_and(time))
    }
}

/// Decimals that show three digits of the largest of some numbers; none where all are whole.
fn decimals(values: &Float64Array) -> u8 {
    let most = values.iter().flatten().map(f64::abs).fold(0.0, f64::max);
    if most == 0.0 || values.iter().flatten().all(|value| value.fract() == 0.0) {
        return 0;
    }
    (2.0 - most.log10().floor()).clamp(0.0, 6.0) as u8
}

/// The labels of a column that is an ordered scale, low end first.
fn scale(answer: &Answer, column: &columns::Column) -> Option<Vec<String>> {
    let [name] = column.path.as_slice() else { return None };
    scale_of(answer.batch.schema().field_with_name(name).ok()?)
}
