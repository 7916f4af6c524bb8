//! `responses`, `answers` and `missing`: what respondents said, wide and long, and what they did not say; and
//! `design_strata`, of which sample they are.
//!
//! In: the waves of an edition. Out: the tables in batches, one for each chunk of a wave's answers, all of the same columns and
//! types. Only the columns of designs are made of all rows at once: a few bytes a row.

use std::collections::HashMap;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, StringArray, UInt64Array};
use datafusion::arrow::compute::take;
use datafusion::arrow::record_batch::RecordBatch;

use super::arrays::{self, Table};
use super::design_column;
use super::tables::{Tables, key};
use super::wave::OfWave;
use crate::codebook::{Codebook, Holds, Kind, Responses, Values, Variable};
use crate::diagnostic::Diagnostics;

/// What all batches have in common.
pub(super) struct ResponseTables<'a> {
    codebook: &'a Codebook,
    variables: Vec<Variable>,
    /// The labels of each variable: one array that all batches share.
    labels: Vec<ArrayRef>,
    asked: Asked,
    designs: Vec<Design>,
}

/// What the columns of the table `answers` can hold, in the order of the codebook.
#[derive(Default)]
struct Asked {
    questions: Vec<String>,
    items: Vec<String>,
    item_labels: Vec<String>,
    stages: Vec<String>,
    answers: Vec<String>,
}

impl Asked {
    fn of(codebook: &Codebook, variables: &[Variable]) -> Asked {
        let mut asked = Asked::default();
        let add = |to: &mut Vec<String>, text: &str| {
            if !to.iter().any(|known| known == text) {
                to.push(text.to_owned());
            }
        };
        for variable in variables.iter().filter(|variable| variable.holds == Holds::Labels) {
            let Some(Item { name, label, stage }) = item(codebook, variable) else { continue };
            add(&mut asked.questions, &variable.question);
            add(&mut asked.items, name);
            add(&mut asked.item_labels, label);
            stage.iter().for_each(|stage| add(&mut asked.stages, stage));
            variable.labels.iter().for_each(|label| add(&mut asked.answers, label));
        }
        asked
    }
}

/// A sample's column: its name, its values for all rows of all waves, and whether some respondents are in no such sample.
struct Design {
    name: String,
    values: ArrayRef,
    nullable: bool,
}

impl Design {
    /// Puts the column into `table`.
    fn put(&self, table: &mut Table, values: ArrayRef) {
        if self.nullable {
            table.array(&self.name, values)
        } else {
            table.required(&self.name, values)
        };
    }
}

impl<'a> ResponseTables<'a> {
    /// Of the samples of `waves` columns are made, and the table `design_strata`; the samples are then given up.
    pub(super) fn of(
        tables: &mut Tables,
        codebook: &'a Codebook,
        waves: &mut [OfWave],
    ) -> Result<Self, Diagnostics> {
        let (mut strata, of_waves) = design_column::strata(waves);
        tables.insert_by_wave("design_strata", strata.batch()?, of_waves);
        let designs = designs(waves)?;
        waves.iter_mut().for_each(|wave| wave.samples = Vec::new());
        let variables = codebook.variables();
        let labels = |variable: &Variable| -> ArrayRef {
            Arc::new(variable.labels.iter().map(|label| Some(label.as_str())).collect::<StringArray>())
        };
        let labels = variables.iter().map(labels).collect();
        let asked = Asked::of(codebook, &variables);
        Ok(ResponseTables { codebook, variables, labels, asked, designs })
    }

    /// The batches of a chunk of `wave`, before which there are so many respondents in all waves, each with the name of its table.
    pub(super) fn batches(
        &self,
        responses: &Responses,
        before: usize,
    ) -> Result<[(&'static str, RecordBatch); 3], Diagnostics> {
        Ok([
            ("responses", self.wide(responses, before)?.batch()?),
            ("answers", self.long(responses, before)?.batch()?),
            ("missing", missing(responses).batch()?),
        ])
    }

    fn wide(&self, responses: &Responses, before: usize) -> Result<Table, Diagnostics> {
        let respondents = &responses.respondents;
        let mut table = Table::new();
        table.text("wave", respondents.iter().map(|_| responses.wave.as_str()));
        for ((variable, values), labels) in self.variables.iter().zip(&responses.columns).zip(&self.labels) {
            table.array_with(&variable.name, arrays::array(values, labels)?, metadata(variable));
        }
        for design in &self.designs {
            design.put(&mut table, design.values.slice(before, respondents.len()));
        }
        Ok(table)
    }

    /// One row per answer.
    fn long(&self, responses: &Responses, before: usize) -> Result<Table, Diagnostics> {
        let answers = answers(self.codebook, responses);
        let rows = answers.iter().map(|answer| u64::try_from(before + answer.row).ok());
        let rows: UInt64Array = rows.collect();
        let respondent = |answer: &Answer<'_>| responses.respondents.get(answer.row).map(String::as_str);
        let mut table = Table::new();
        table
            .text("wave", answers.iter().map(|_| responses.wave.as_str()))
            .text("respondent_id", answers.iter().map(|a| respondent(a).unwrap_or_default()))
            .one_of(
                "question",
                answers.iter().map(|a| Some(a.variable.question.as_str())),
                &self.asked.questions,
            )
            .one_of("item", answers.iter().map(|a| Some(a.item.name)), &self.asked.items)
            .one_of("item_label", answers.iter().map(|a| Some(a.item.label)), &self.asked.item_labels)
            .one_of("stage", answers.iter().map(|a| a.item.stage), &self.asked.stages)
            .one_of("answer", answers.iter().map(|a| Some(a.answer)), &self.asked.answers);
        for design in &self.designs {
            design.put(&mut table, take(&design.values, &rows, None).map_err(arrays::fault)?);
        }
        Ok(table)
    }
}

/// The columns of all samples of all waves, in the order in which waves name them.
fn designs(waves: &[OfWave]) -> Result<Vec<Design>, Diagnostics> {
    let mut names: Vec<&str> = Vec::new();
    for sample in waves.iter().flat_map(|wave| &wave.samples) {
        if !names.contains(&sample.column.as_str()) {
            names.push(&sample.column);
        }
    }
    let design = |name: &str| {
        let of = |wave: &&OfWave| wave.samples.iter().any(|sample| sample.column == name);
        let nullable = !waves.iter().all(|wave| of(&wave));
        Ok(Design { name: name.to_owned(), values: design_column::column(waves, name)?, nullable })
    };
    names.into_iter().map(design).collect()
}

fn metadata(variable: &Variable) -> HashMap<String, String> {
    let mut metadata = HashMap::from([
        (key::LABEL.to_owned(), variable.label.clone()),
        (key::QUESTION.to_owned(), variable.question.clone()),
        (key::LEVEL.to_owned(), variable.level.word().to_owned()),
    ]);
    if variable.holds == Holds::Labels {
        metadata.insert(key::LABELS.to_owned(), serde_json::json!(variable.labels).to_string());
    }
    if variable.ordered() {
        metadata.insert(key::ORDERED.to_owned(), "true".to_owned());
    }
    metadata
}

/// An answer to an item of a question with labels.
struct Answer<'a> {
    row: usize,
    variable: &'a Variable,
    item: Item<'a>,
    answer: &'a str,
}

/// What a variable asks within its question: its item, and the stage of schooling.
#[derive(Clone, Copy)]
struct Item<'a> {
    name: &'a str,
    label: &'a str,
    stage: Option<&'a str>,
}

/// The item of a variable; nothing where its question has none.
fn item<'a>(codebook: &'a Codebook, variable: &'a Variable) -> Option<Item<'a>> {
    let name = variable.item.as_deref()?;
    let question = codebook.question(&variable.question)?;
    if !matches!(question.kind, Kind::Grid | Kind::Multiple | Kind::Staged) {
        return None;
    }
    let label = question.items.iter().find(|item| item.name == name).map_or("", |item| item.label.as_str());
    let stage = variable.stage.as_ref();
    let stage = stage.and_then(|name| question.stages.iter().find(|stage| stage.name == *name));
    Some(Item { name, label, stage: stage.map(|stage| stage.label.as_str()) })
}

/// All of a chunk.
fn answers<'a>(codebook: &'a Codebook, responses: &'a Responses) -> Vec<Answer<'a>> {
    let mut answers: Vec<Answer<'_>> = Vec::new();
    for (variable, values) in responses.variables.iter().zip(&responses.columns) {
        let Values::Labels(values) = values else { continue };
        let Some(item) = item(codebook, variable) else { continue };
        for (row, label) in values.iter().enumerate() {
            let answer = label.and_then(|l| variable.labels.get(usize::try_from(l).ok()?));
            if let Some(answer) = answer {
                answers.push(Answer { row, variable, item, answer });
            }
        }
    }
    answers
}

fn missing(responses: &Responses) -> Table {
    let all = || responses.missing.iter().filter_map(|m| Some((m, responses.variables.get(m.variable)?)));
    let respondent = |row: usize| responses.respondents.get(row).map_or("", String::as_str);
    let mut table = Table::new();
    table
        .text("wave", all().map(|_| responses.wave.as_str()))
        .text("respondent_id", all().map(|(m, _)| respondent(m.row)))
        .text("variable", all().map(|(_, variable)| variable.name.as_str()))
        .text("question", all().map(|(_, variable)| variable.question.as_str()))
        .maybe_text("item", all().map(|(_, variable)| variable.item.as_deref()))
        .text("reason", all().map(|(m, _)| m.reason.words()));
    table
}
