//! `responses`, `answers` and `missing`: what respondents said, wide and long, and what they did not say; and
//! `design_strata`, of which sample they are.

use std::collections::HashMap;

use datafusion::arrow::array::{ArrayRef, UInt64Array};
use datafusion::arrow::compute::take;

use super::arrays::{self, Table};
use super::design_column;
use super::tables::{Tables, key};
use super::wave::OfWave;
use crate::codebook::{Codebook, Holds, Kind, Responses, Values, Variable};
use crate::diagnostic::Diagnostics;

/// A sample's column: its name, its values, and whether some respondents are in no such sample.
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

/// Adds the tables, wave by wave.
pub(super) fn add(tables: &mut Tables, codebook: &Codebook, waves: &[OfWave]) -> Result<(), Diagnostics> {
    let designs = designs(waves)?;
    let responses: Vec<&Responses> = waves.iter().map(|wave| &wave.responses).collect();
    let by_wave = |rows: &dyn Fn(&Responses) -> usize| -> Vec<(String, usize)> {
        responses.iter().map(|of_wave| (of_wave.wave.clone(), rows(of_wave))).collect()
    };
    let wide = wide(&responses, &designs)?.batch()?;
    tables.insert_by_wave("responses", wide, by_wave(&|of_wave| of_wave.respondents.len()));
    let answers: Vec<Vec<Answer<'_>>> = responses.iter().map(|of_wave| answers(codebook, of_wave)).collect();
    let long = long(&responses, &answers, &designs)?.batch()?;
    let of_waves = responses.iter().zip(&answers);
    let of_waves = of_waves.map(|(of_wave, answers)| (of_wave.wave.clone(), answers.len()));
    tables.insert_by_wave("answers", long, of_waves.collect());
    tables.insert_by_wave("missing", missing(&responses).batch()?, by_wave(&|of_wave| of_wave.missing.len()));
    let (mut strata, of_waves) = design_column::strata(waves);
    tables.insert_by_wave("design_strata", strata.batch()?, of_waves);
    Ok(())
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

fn wide(waves: &[&Responses], designs: &[Design]) -> Result<Table, Diagnostics> {
    let mut table = Table::new();
    table.text("wave", waves.iter().flat_map(|wave| wave.respondents.iter().map(|_| wave.wave.as_str())));
    let variables = waves.first().map_or(&[][..], |wave| &wave.variables);
    for (number, variable) in variables.iter().enumerate() {
        let parts: Vec<&Values> = waves.iter().filter_map(|wave| wave.columns.get(number)).collect();
        let array = arrays::array(&parts, &variable.labels)?;
        table.array_with(&variable.name, array, metadata(variable));
    }
    for design in designs {
        design.put(&mut table, design.values.clone());
    }
    Ok(table)
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
    stage: Option<&'a str>,
    item_label: &'a str,
    answer: &'a str,
}

/// All of a wave.
fn answers<'a>(codebook: &'a Codebook, responses: &'a Responses) -> Vec<Answer<'a>> {
    let mut answers: Vec<Answer<'_>> = Vec::new();
    for (variable, values) in responses.variables.iter().zip(&responses.columns) {
        let (Some(item), Values::Labels(values)) = (&variable.item, values) else { continue };
        let Some(question) = codebook.question(&variable.question) else { continue };
        if !matches!(question.kind, Kind::Grid | Kind::Multiple | Kind::Staged) {
            continue;
        }
        let item_label = question.items.iter().find(|i| i.name == *item).map_or("", |i| i.label.as_str());
        let stage = variable.stage.as_ref();
        let stage = stage.and_then(|name| question.stages.iter().find(|s| s.name == *name));
        for (row, label) in values.iter().enumerate() {
            let answer = label.and_then(|l| variable.labels.get(usize::try_from(l).ok()?));
            if let Some(answer) = answer {
                let stage = stage.map(|s| s.label.as_str());
                answers.push(Answer { row, variable, stage, item_label, answer });
            }
        }
    }
    answers
}

/// One row per answer; `answers` are those of each wave.
fn long(waves: &[&Responses], answers: &[Vec<Answer<'_>>], designs: &[Design]) -> Result<Table, Diagnostics> {
    let mut rows: Vec<Option<u64>> = Vec::new();
    let mut before = 0;
    for (wave, answers) in waves.iter().zip(answers) {
        rows.extend(answers.iter().map(|answer| u64::try_from(before + answer.row).ok()));
        before += wave.respondents.len();
    }
    let rows = UInt64Array::from(rows);
    let all = || waves.iter().zip(answers).flat_map(|(wave, answers)| answers.iter().map(move |a| (wave, a)));
    let mut table = Table::new();
    table
        .text("wave", all().map(|(wave, _)| wave.wave.as_str()))
        .text("respondent_id", all().map(|(wave, a)| wave.respondents[a.row].as_str()))
        .text("question", all().map(|(_, a)| a.variable.question.as_str()))
        .maybe_text("item", all().map(|(_, a)| a.variable.item.as_deref()))
        .text("item_label", all().map(|(_, a)| a.item_label))
        .maybe_text("stage", all().map(|(_, a)| a.stage))
        .text("answer", all().map(|(_, a)| a.answer));
    for design in designs {
        design.put(&mut table, take(&design.values, &rows, None).map_err(arrays::fault)?);
    }
    Ok(table)
}

fn missing(waves: &[&Responses]) -> Table {
    let all = || waves.iter().flat_map(|wave| wave.missing.iter().map(move |m| (wave, m)));
    let variables = || all().map(|(wave, m)| &wave.variables[m.variable]);
    let mut table = Table::new();
    table
        .text("wave", all().map(|(wave, _)| wave.wave.as_str()))
        .text("respondent_id", all().map(|(wave, m)| wave.respondents[m.row].as_str()))
        .text("variable", variables().map(|variable| variable.name.as_str()))
        .text("question", variables().map(|variable| variable.question.as_str()))
        .maybe_text("item", variables().map(|variable| variable.item.as_deref()))
        .text("reason", all().map(|(_, m)| m.reason.words()));
    table
}
