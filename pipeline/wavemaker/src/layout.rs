//! The form of an export that is not the codebook's own: which columns, under which names, in which words.
//!
//! In: the wave's columns. Out: columns with names. They stand in the order of the layout; a question that it does not name
//! is not in the export.

use indexmap::IndexMap;
use serde::Deserialize;

use crate::codebook::ValueSet;
use crate::columns::{Column, Holds};
use crate::fault::Fault;

/// The form of an export.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Layout {
    /// The file's name.
    pub(crate) file: String,
    /// What delimited text looks like; none for an SPSS file.
    pub(crate) text: Option<Delimited>,
    /// What an SPSS file looks like.
    pub(crate) spss: Option<Spss>,
    /// By set: what stands in the cell of a label, where it is not what the codebook says.
    #[serde(default)]
    pub(crate) answers: IndexMap<String, IndexMap<String, String>>,
    /// Questions in their order.
    #[serde(rename = "question")]
    pub(crate) questions: Vec<LaidOut>,
}

/// The look of delimited text with two rows of names: codes and texts.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Delimited {
    /// The encoding, by its name on the web.
    pub(crate) encoding: String,
    /// What stands between cells.
    pub(crate) separator: char,
    /// What stands in the cell of a box that was ticked.
    pub(crate) ticked: String,
}

/// The look of an SPSS file: items are numbered, answers are codes.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Spss {
    /// Sets whose codes run against their order.
    #[serde(default)]
    pub(crate) reversed: Vec<String>,
    /// When the file was written: `23 May 15`, `17:00:00`.
    pub(crate) written: [String; 2],
    /// Labels of the codes of a box: not ticked, ticked.
    pub(crate) boxes: [String; 2],
    /// Codes that stand for no answer, by what they say: `refused`, `not shown`, `no answer`.
    pub(crate) missing: IndexMap<String, Absent>,
    /// The strata that respondents were drawn from.
    pub(crate) strata: Strata,
}

/// A code that stands for no answer.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Absent {
    /// The code.
    pub(crate) code: i32,
    /// Its label.
    pub(crate) label: String,
}

/// The strata of a sample, and the columns that tell of them.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Strata {
    /// The column of the stratum: name, label.
    pub(crate) stratum: [String; 2],
    /// The column of the number of people in it.
    pub(crate) population: [String; 2],
    /// The column of the weight: people in the stratum, by respondents from it.
    pub(crate) weight: [String; 2],
    /// The strata.
    #[serde(rename = "of")]
    pub(crate) strata: Vec<Stratum>,
}

/// A stratum.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Stratum {
    /// Its label.
    pub(crate) label: String,
    /// How many people it has.
    pub(crate) population: usize,
    /// How many of them answered.
    pub(crate) respondents: usize,
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

/// A column under its name.
pub(crate) struct Named<'c> {
    /// Its code, which is short.
    pub(crate) code: String,
    /// Its text.
    pub(crate) text: String,
    /// What it holds.
    pub(crate) column: &'c Column<'c>,
}

impl Layout {
    /// The columns of the export.
    pub(crate) fn named<'c>(&self, columns: &'c [Column<'c>]) -> Result<Vec<Named<'c>>, Fault> {
        let mut named = Vec::new();
        for question in &self.questions {
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
            let left =
                |column: &&Column<'_>| column.item.is_none_or(|item| !question.without.contains(&item.name));
            named.extend(own.into_iter().filter(left).map(|column| Named {
                code: question.code(column, self.spss.is_some()),
                text: question.text_of(column),
                column,
            }));
        }
        Ok(named)
    }

    /// The export's text of a label.
    pub(crate) fn answer(&self, set: &ValueSet, label: &str) -> String {
        let other = self.answers.get(set.name()).and_then(|answers| answers.get(label));
        other.cloned().unwrap_or_else(|| set.answer(label))
    }
}

impl LaidOut {
    /// The code of a column: that of the question, the item's name or number, that of the box.
    fn code(&self, column: &Column<'_>, numbered: bool) -> String {
        let items = &column.question.items;
        let item = column.item.map(|item| match items.iter().position(|own| own.name == item.name) {
            Some(place) if numbered => (place + 1).to_string(),
            _ => item.name.clone(),
        });
        let tick = column.tick.map(|(name, _)| name.to_owned());
        let parts = [Some(self.code.clone()), item, tick];
        parts.into_iter().flatten().collect::<Vec<String>>().join("_")
    }

    /// The text of a column: that of the question, the item's, that of the box.
    fn text_of(&self, column: &Column<'_>) -> String {
        let item = column.item.map(|item| {
            let own = item.answer.as_deref().unwrap_or_default();
            self.items.get(&item.name).map_or(own, String::as_str)
        });
        let parts = [Some(self.text.as_str()), item, column.tick.map(|(_, text)| text)];
        parts.into_iter().flatten().collect::<Vec<&str>>().join(": ")
    }
}

/// Delimited text: codes, texts, and a row for each respondent, in this order of respondents.
pub(crate) fn rows(
    layout: &Layout,
    look: &Delimited,
    columns: &[Column<'_>],
    order: &[usize],
) -> Result<Vec<Vec<String>>, Fault> {
    let named = layout.named(columns)?;
    let cell = |column: &Column<'_>, person: usize| match (&column.cells[person], column.holds) {
        (None, _) => String::new(),
        (Some(_), Holds::Tick) => look.ticked.clone(),
        (Some(label), Holds::Labels(set)) => layout.answer(set, label),
        (Some(said), Holds::Plain | Holds::Time) => said.clone(),
    };
    let mut rows = vec![
        named.iter().map(|named| named.code.clone()).collect::<Vec<String>>(),
        named.iter().map(|named| named.text.clone()).collect(),
    ];
    rows.extend(order.iter().map(|person| named.iter().map(|named| cell(named.column, *person)).collect()));
    Ok(rows)
}
