//! The study's results as the report reads them: the evidence, as it is.

use indexmap::IndexMap;

use crate::diagnostic::Diagnostic;
use crate::evidence::{Cell, Evidence, Reference, Statistic, Unit, guards, printed};
use crate::queries::{Column, ColumnKind, QueryResult};

use super::numbers::{CellView, Judgement, Misnamed, Numbers, ResultView, RowView};

/// Results and evidence of a wave.
pub struct Results {
    evidence: Evidence,
    views: IndexMap<String, ResultView>,
}

impl Results {
    /// The results of all queries.
    pub fn new(evidence: Evidence) -> Results {
        let views = evidence
            .results()
            .iter()
            .map(|result| (result.head.name.clone(), view(&evidence, result)))
            .collect();
        Results { evidence, views }
    }

    /// Titles of the queries by name.
    pub fn titles(&self) -> IndexMap<String, String> {
        self.views.iter().map(|(name, view)| (name.clone(), view.head.title.clone())).collect()
    }

    /// The evidence that they make.
    pub fn evidence(&self) -> &Evidence {
        &self.evidence
    }

    /// All statistics, in the order of the queries and their rows.
    pub fn statistics(&self) -> &[Statistic] {
        self.evidence.statistics()
    }

    /// The results, in the order in which they were computed.
    pub fn views(&self) -> impl Iterator<Item = &ResultView> {
        self.views.values()
    }
}

fn view(evidence: &Evidence, result: &QueryResult) -> ResultView {
    let cell = |row: usize, column: &Column| match column.kind {
        ColumnKind::Text => CellView::Text(result.text(row, &column.name)),
        ColumnKind::Boolean => CellView::Boolean(result.boolean(row, &column.name)),
        ColumnKind::Count => number(evidence, result, row, column, Unit::Count, 0),
        ColumnKind::Share => number(evidence, result, row, column, Unit::Share, 0),
        ColumnKind::Number { decimals } => number(evidence, result, row, column, Unit::Number, decimals),
    };
    let rows = (0..result.rows())
        .map(|row| {
            let cells = result.head.columns.iter().map(|column| cell(row, column)).collect();
            RowView { key: result.row_key(row), cells }
        })
        .collect();
    ResultView { head: result.head.clone(), rows }
}

/// The statistic in a cell. Results of checks and of claims are no evidence of their own: theirs have no id.
fn number(
    evidence: &Evidence,
    result: &QueryResult,
    row: usize,
    column: &Column,
    unit: Unit,
    decimals: u8,
) -> CellView {
    let known = evidence.at(&result.head.name, row, &column.name);
    CellView::Number(known.cloned().unwrap_or_else(|| {
        let value = result.number(row, &column.name);
        Statistic {
            id: String::new(),
            query: result.head.name.clone(),
            row: result.row_key(row),
            position: row + 1,
            column: column.name.clone(),
            value,
            n: None,
            base: None,
            lower: None,
            upper: None,
            interval: None,
            unit,
            decimals,
            printed: printed::print(value, unit, decimals),
        }
    }))
}

impl Numbers for Results {
    fn number(&self, reference: &str) -> Result<Statistic, Misnamed> {
        let statistic = self.evidence.statistic(reference)?;
        if statistic.value.is_none() {
            return Err(Misnamed::new(format!("`{reference}` has no value"))
                .hint("nobody answered: write the sentence without the number"));
        }
        Ok(statistic.clone())
    }

    fn text(&self, reference: &str) -> Result<String, Misnamed> {
        match self.evidence.cell(reference)? {
            Cell::Text(text) => Ok(text),
            Cell::Number(_) => {
                Err(Misnamed::new(format!("`{reference}` is a number")).hint("print it with `num(…)`"))
            }
            Cell::Boolean(_) => Err(Misnamed::new(format!("`{reference}` is true or false, and no text"))),
            Cell::Missing => Err(Misnamed::new(format!("`{reference}` has no value"))),
        }
    }

    fn printed(&self, statistic: &Statistic, format: &str) -> Result<String, Misnamed> {
        printed::as_form(statistic, Some(format).filter(|f| !f.is_empty())).map_err(Misnamed::new)
    }

    fn judge(&self, condition: &str) -> Result<Judgement, Misnamed> {
        let outcome = guards::evaluate(condition, &self.evidence)?;
        let origin = |reference: &str| {
            let query = Reference::parse(reference).ok()?.query;
            self.evidence.result(&query).ok().map(|result| format!(", by {}", result.file))
        };
        let values = outcome.values.into_iter().map(|(reference, value)| {
            let value = format!("{value}{}", origin(&reference).unwrap_or_default());
            (reference, value)
        });
        Ok(Judgement { holds: outcome.holds, values: values.collect() })
    }

    fn result(&self, query: &str) -> Result<ResultView, Misnamed> {
        self.evidence.result(query)?;
        self.views.get(query).cloned().ok_or_else(|| Misnamed::new(format!("there is no query `{query}`")))
    }
}

impl From<Diagnostic> for Misnamed {
    fn from(fault: Diagnostic) -> Self {
        Misnamed { message: fault.message, span: 0..0, notes: fault.notes, hints: fault.hints }
    }
}
