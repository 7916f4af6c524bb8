//! `responses`, `answers` and `missing`: what respondents said, wide and long, and what they did not say; and
//! `design_strata`, of which sample they are.

use std::collections::HashMap;

use datafusion::arrow::array::{ArrayRef, UInt64Array};
use datafusion::arrow::compute::take;

use super::arrays::{self, Table};
use super::design_column;
use super::tables::{Tables, key};
use crate::codebook::{Codebook, Holds, Kind, Responses, Values, Variable};
use crate::diagnostic::Diagnostics;
use crate::sample::Sample;

/// A sample's column: its name and values.
type Design = (String, ArrayRef);

/// Adds the tables.
pub(super) fn add(
    tables: &mut Tables,
    codebook: &Codebook,
    responses: &Responses,
    samples: &[Sample],
) -> Result<(), Diagnostics> {
    let designs = samples.iter().map(|s| Ok((s.column.clone(), design_column::column(&responses.wave, s)?)));
    let designs: Vec<Design> = designs.collect::<Result<_, Diagnostics>>()?;
    tables.insert("responses", wide(responses, &designs)?.batch()?);
    tables.insert("answers", long(codebook, responses, &designs)?.batch()?);
    tables.insert("design_strata", design_column::strata(&responses.wave, samples).batch()?);
    tables.insert("missing", missing(responses).batch()?);
    Ok(())
}

fn wide(responses: &Responses, designs: &[Design]) -> Result<Table, Diagnostics> {
    let mut table = Table::new();
    table.text("wave", responses.respondents.iter().map(|_| responses.wave.as_str()));
    for (variable, values) in responses.variables.iter().zip(&responses.columns) {
        let array = arrays::array(values, &variable.labels)?;
        table.array_with(&variable.name, array, metadata(variable));
    }
    for (name, design) in designs {
        table.required(name, design.clone());
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

/// One row per answer to an item of a question with labels.
fn long(codebook: &Codebook, responses: &Responses, designs: &[Design]) -> Result<Table, Diagnostics> {
    struct Answer<'a> {
        row: usize,
        variable: &'a Variable,
        stage: Option<&'a str>,
        item_label: &'a str,
        answer: &'a str,
    }
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
    let rows: UInt64Array = answers.iter().map(|a| u64::try_from(a.row).ok()).collect();
    let mut table = Table::new();
    table
        .text("wave", answers.iter().map(|_| responses.wave.as_str()))
        .text("respondent_id", answers.iter().map(|a| responses.respondents[a.row].as_str()))
        .text("question", answers.iter().map(|a| a.variable.question.as_str()))
        .maybe_text("item", answers.iter().map(|a| a.variable.item.as_deref()))
        .text("item_label", answers.iter().map(|a| a.item_label))
        .maybe_text("stage", answers.iter().map(|a| a.stage))
        .text("answer", answers.iter().map(|a| a.answer));
    for (name, design) in designs {
        table.required(name, take(design, &rows, None).map_err(arrays::fault)?);
    }
    Ok(table)
}

fn missing(responses: &Responses) -> Table {
    let missing = &responses.missing;
    let variable = |m: &crate::codebook::Missing| &responses.variables[m.variable];
    let mut table = Table::new();
    table
        .text("wave", missing.iter().map(|_| responses.wave.as_str()))
        .text("respondent_id", missing.iter().map(|m| responses.respondents[m.row].as_str()))
        .text("variable", missing.iter().map(|m| variable(m).name.as_str()))
        .text("question", missing.iter().map(|m| variable(m).question.as_str()))
        .maybe_text("item", missing.iter().map(|m| variable(m).item.as_deref()))
        .text("reason", missing.iter().map(|m| m.reason.words()));
    table
}
