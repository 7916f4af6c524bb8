//! The study's results as the report reads them: the evidence, with its text fit for the report's fonts.

use indexmap::IndexMap;

use crate::diagnostic::{Diagnostics, nearest};
use crate::evidence::Evidence;
use crate::evidence::statistic::Statistic;
use crate::queries::{ColumnKind, QueryResult};

use super::glyphs::Glyphs;
use super::numbers::{CellView, Judgement, Misnamed, Numbers, ResultView, RowView};

/// Results and evidence of a wave.
pub struct Results {
    evidence: Evidence,
    views: IndexMap<String, ResultView>,
}

impl Results {
    /// The results of all queries, their text cleaned of what no font has; each such text is told as a warning.
    pub fn new(evidence: Evidence, results: &[QueryResult], glyphs: &Glyphs, faults: &mut Diagnostics) -> Results {
        let views = results
            .iter()
            .map(|result| (result.head.name.clone(), view(&evidence, result, glyphs, faults)))
            .collect();
        Results { evidence, views }
    }

    /// Titles of the queries by name.
    pub fn titles(&self) -> IndexMap<String, String> {
        self.views.iter().map(|(name, view)| (name.clone(), view.head.title.clone())).collect()
    }

    /// The results, in the order in which they were computed.
    pub fn views(&self) -> impl Iterator<Item = &ResultView> {
        self.views.values()
    }
}

impl Results {
    /// All statistics, in the order of the queries and their rows.
    pub fn statistics(&self) -> &[Statistic] {
        self.evidence.statistics()
    }
}

fn view(evidence: &Evidence, result: &QueryResult, glyphs: &Glyphs, faults: &mut Diagnostics) -> ResultView {
    let _ = evidence;
    let rows = (0..result.rows())
        .map(|row| {
            let key = result.row_key(row);
            let cells = result
                .head
                .columns
                .iter()
                .map(|column| match column.kind {
                    ColumnKind::Text => CellView::Text(result.text(row, &column.name).map(|text| {
                        let from = || format!("`{}`, row {} (`{key}`), column `{}`", result.head.name, row + 1, column.name);
                        glyphs.clean(&text, from, faults)
                    })),
                    ColumnKind::Boolean => CellView::Boolean(result.boolean(row, &column.name)),
                    ColumnKind::Count | ColumnKind::Share | ColumnKind::Number { .. } => todo!(),
                })
                .collect();
            RowView { key: glyphs.printable(&key).0, cells }
        })
        .collect();
    ResultView { head: result.head.clone(), rows }
}

impl Numbers for Results {
    fn number(&self, reference: &str) -> Result<Statistic, Misnamed> { todo!() }
    fn text(&self, reference: &str) -> Result<String, Misnamed> { todo!() }
    fn printed(&self, statistic: &Statistic, format: &str) -> Result<String, Misnamed> { todo!() }
    fn judge(&self, condition: &str) -> Result<Judgement, Misnamed> { todo!() }

    fn result(&self, query: &str) -> Result<ResultView, Misnamed> {
        self.views.get(query).cloned().ok_or_else(|| {
            let fault = Misnamed::new(format!("there is no query `{query}`"));
            match nearest(query, self.views.keys().map(String::as_str)) {
                Some(near) => fault.hint(format!("did you mean `{near}`?")),
                None => fault,
            }
        })
    }
}
