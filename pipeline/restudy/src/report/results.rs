//! The study's results as the report reads them: the evidence, with its text fit for the report's fonts.

use indexmap::IndexMap;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::evidence::{Cell, Evidence, Finding, Findings, Reference, Statistic, Unit, guards, printed};
use crate::queries::{Column, ColumnKind, QueryResult};

use super::glyphs::Glyphs;
use super::numbers::{CellView, Judgement, Misnamed, Numbers, ResultView, RowView};

/// Findings whose text the report's fonts can print; what had to be replaced is told.
pub fn printable(findings: Findings, glyphs: &Glyphs, faults: &mut Diagnostics) -> Findings {
    let mut clean = |mut finding: Finding| {
        let id = finding.claim.id.clone();
        let claim = &mut finding.claim;
        for text in [
            &mut claim.section,
            &mut claim.measure,
            &mut claim.subgroup,
            &mut claim.note,
            &mut finding.printed,
            &mut finding.found,
            &mut finding.reason,
        ] {
            *text = glyphs.clean(text, || format!("the claim `{id}`"), faults);
        }
        finding
    };
    Findings { findings: findings.findings.into_iter().map(&mut clean).collect(), ..findings }
}

/// Results and evidence of a wave.
pub struct Results {
    evidence: Evidence,
    glyphs: Glyphs,
    views: IndexMap<String, ResultView>,
}

impl Results {
    /// The results of all queries, their text cleaned of what no font has; each such text is told as a warning.
    pub fn new(evidence: Evidence, glyphs: &Glyphs, faults: &mut Diagnostics) -> Results {
        let views = evidence
            .results()
            .iter()
            .map(|result| (result.head.name.clone(), view(&evidence, result, glyphs, faults)))
            .collect();
        Results { evidence, glyphs: glyphs.clone(), views }
    }

    /// Titles of the queries by name.
    pub fn titles(&self) -> IndexMap<String, String> {
        self.views.iter().map(|(name, view)| (name.clone(), view.head.title.clone())).collect()
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

fn view(evidence: &Evidence, result: &QueryResult, glyphs: &Glyphs, faults: &mut Diagnostics) -> ResultView {
    let name = &result.head.name;
    let cell = |row: usize, key: &str, column: &Column, faults: &mut Diagnostics| match column.kind {
        ColumnKind::Text => CellView::Text(result.text(row, &column.name).map(|text| {
            let from = || format!("`{name}`, row {} (`{key}`), column `{}`", row + 1, column.name);
            glyphs.clean(&text, from, faults)
        })),
        ColumnKind::Boolean => CellView::Boolean(result.boolean(row, &column.name)),
        ColumnKind::Count => number(evidence, result, row, column, Unit::Count, 0),
        ColumnKind::Share => number(evidence, result, row, column, Unit::Share, 0),
        ColumnKind::Number { decimals } => number(evidence, result, row, column, Unit::Number, decimals),
    };
    let rows = (0..result.rows())
        .map(|row| {
            let key = result.row_key(row);
            let cells = result.head.columns.iter().map(|column| cell(row, &key, column, faults)).collect();
            RowView { key: glyphs.printable(&key).0, cells }
        })
        .collect();
    let mut head = result.head.clone();
    for text in [&mut head.title, &mut head.base] {
        *text = glyphs.clean(text, || format!("the head of {}", result.file), faults);
    }
    ResultView { head, rows }
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
        Ok(Statistic { row: self.glyphs.printable(&statistic.row).0, ..statistic.clone() })
    }

    fn text(&self, reference: &str) -> Result<String, Misnamed> {
        match self.evidence.cell(reference)? {
            // What cannot be printed has been told with the result.
            Cell::Text(text) => Ok(self.glyphs.printable(&text).0),
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
