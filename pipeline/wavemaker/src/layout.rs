//! The form of an export that is not the codebook's own: two rows of names, other words, another encoding.
//!
//! In: the wave's columns. Out: rows of cells. Columns stand in the order of the layout; a question that it does not name
//! is not in the export.

use indexmap::IndexMap;
use serde::Deserialize;

use crate::columns::{Column, Holds};
use crate::fault::Fault;

/// The form of an export.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Layout {
    /// The file's name.
    pub(crate) file: String,
    /// The encoding, by its name on the web.
    pub(crate) encoding: String,
    /// What stands between cells.
    pub(crate) separator: char,
    /// What stands in the cell of a box that was ticked.
    pub(crate) ticked: String,
    /// By set: what stands in the cell of a label, where it is not what the codebook says.
    #[serde(default)]
    pub(crate) answers: IndexMap<String, IndexMap<String, String>>,
    /// Questions in their order.
    #[serde(rename = "question")]
    pub(crate) questions: Vec<LaidOut>,
}

/// How the columns of a question are named.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LaidOut {
    /// The question.
    pub(crate) name: String,
    /// What its columns' codes begin with.
    pub(crate) code: String,
    /// What its columns' texts begin with; none for what the tool itself recorded.
    #[serde(default)]
    pub(crate) text: String,
    /// Texts of items, where they are not what the codebook says.
    #[serde(default)]
    pub(crate) items: IndexMap<String, String>,
    /// Items that are not in the export.
    #[serde(default)]
    pub(crate) without: Vec<String>,
}

/// The rows of the export: codes, texts, and one for each respondent, in this order of respondents.
pub(crate) fn rows(
    layout: &Layout,
    columns: &[Column<'_>],
    order: &[usize],
) -> Result<Vec<Vec<String>>, Fault> {
    let mut rows = vec![Vec::new(); order.len() + 2];
    for question in &layout.questions {
        let own: Vec<&Column<'_>> =
            columns.iter().filter(|column| column.question.name == question.name).collect();
        if own.is_empty() {
            return Err(Fault::step(&question.name, "the export should hold it, but nobody was asked"));
        }
        let known =
            |name: &String| own.iter().any(|column| column.item.is_some_and(|item| item.name == *name));
        if let Some(name) = question.items.keys().chain(&question.without).find(|name| !known(name)) {
            return Err(Fault::step(&question.name, format!("it has no item `{name}` to lay out")));
        }
        for column in own {
            if column.item.is_some_and(|item| question.without.contains(&item.name)) {
                continue;
            }
            rows[0].push(question.code(column));
            rows[1].push(question.heading(column));
            for (row, person) in rows.iter_mut().skip(2).zip(order) {
                row.push(layout.cell(column, *person));
            }
        }
    }
    Ok(rows)
}

impl Layout {
    /// What stands in a respondent's cell.
    fn cell(&self, column: &Column<'_>, person: usize) -> String {
        let Some(said) = &column.cells[person] else { return String::new() };
        match column.holds {
            Holds::Plain | Holds::Time => said.clone(),
            Holds::Tick => self.ticked.clone(),
            Holds::Labels(set) => {
                let other = self.answers.get(set.name()).and_then(|answers| answers.get(said));
                other.cloned().unwrap_or_else(|| set.answer(said))
            }
        }
    }
}

impl LaidOut {
    /// The code of a column: that of the question, the item's name, that of the box.
    fn code(&self, column: &Column<'_>) -> String {
        let mut code = self.code.clone();
        for part in [column.item.map(|item| item.name.as_str()), column.tick.map(|(name, _)| name)] {
            if let Some(part) = part {
                code.push('_');
                code.push_str(part);
            }
        }
        code
    }

    /// The text of a column: that of the question, the item's, that of the box.
    fn heading(&self, column: &Column<'_>) -> String {
        let item = column.item.map(|item| {
            let own = item.answer.as_deref().unwrap_or_default();
            self.items.get(&item.name).map_or(own, String::as_str)
        });
        let parts = [Some(self.text.as_str()), item, column.tick.map(|(_, text)| text)];
        parts.into_iter().flatten().collect::<Vec<&str>>().join(": ")
    }
}
