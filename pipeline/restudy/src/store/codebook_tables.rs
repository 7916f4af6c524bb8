//! `variables`, `value_labels` and `codes`: the codebook as tables.

use super::arrays::Table;
use super::tables::Tables;
use crate::codebook::{Codebook, Question, Variable};
use crate::diagnostic::Diagnostics;

/// Adds the three tables; `waves` are all waves of the study.
pub(super) fn add(tables: &mut Tables, codebook: &Codebook, waves: &[&str]) -> Result<(), Diagnostics> {
    tables.insert("variables", variables(codebook, waves).batch()?);
    tables.insert("value_labels", value_labels(codebook).batch()?);
    tables.insert("codes", codes(codebook).batch()?);
    Ok(())
}

fn variables(codebook: &Codebook, waves: &[&str]) -> Table {
    let variables = codebook.variables();
    let rows: Vec<(&Variable, &Question)> =
        variables.iter().filter_map(|v| Some((v, codebook.question(&v.question)?))).collect();
    let asked: Vec<String> = rows
        .iter()
        .map(|(_, q)| waves.iter().copied().filter(|w| q.asked_in(w)).collect::<Vec<_>>().join(", "))
        .collect();
    let universes: Vec<Option<String>> = rows
        .iter()
        .map(|(_, q)| {
            let from = q.coded_from.as_deref().and_then(|text| codebook.question(text));
            let universe = q.asked_if.as_ref().or_else(|| from?.asked_if.as_ref());
            universe.map(|u| u.words().replace('`', ""))
        })
        .collect();
    let mut table = Table::new();
    table
        .text("variable", rows.iter().map(|(v, _)| v.name.as_str()))
        .text("question", rows.iter().map(|(v, _)| v.question.as_str()))
        .maybe_text("item", rows.iter().map(|(v, _)| v.item.as_deref()))
        .text("label", rows.iter().map(|(v, _)| v.label.as_str()))
        .text("question_text", rows.iter().map(|(_, q)| q.text.as_str()))
        .text("kind", rows.iter().map(|(_, q)| q.kind.word()))
        .text("level", rows.iter().map(|(v, _)| v.level.word()))
        .maybe_text("universe", universes.iter().map(Option::as_deref))
        .maybe_text("value_set", rows.iter().map(|(v, _)| v.value_set.as_deref()))
        .text("waves", asked.iter().map(String::as_str))
        .integers("position", 1..=rows.len());
    table
}

fn value_labels(codebook: &Codebook) -> Table {
    let sets = codebook.label_sets();
    let rows: Vec<_> =
        sets.iter().flat_map(|s| s.labels.iter().zip(1..).map(move |(l, n)| (s, l, n))).collect();
    let mut table = Table::new();
    table
        .text("value_set", rows.iter().map(|(s, _, _)| s.name.as_str()))
        .text("label", rows.iter().map(|(_, l, _)| l.label.as_str()))
        .integers("position", rows.iter().map(|(_, _, n)| *n))
        .maybe_text("answer", rows.iter().map(|(_, l, _)| Some(l.answer.as_str()).filter(|a| !a.is_empty())))
        .booleans("ordered", rows.iter().map(|(s, _, _)| s.ordered))
        .maybe_text("missing", rows.iter().map(|(_, l, _)| l.missing.map(|m| m.words())));
    table
}

fn codes(codebook: &Codebook) -> Table {
    let codes = &codebook.code_frame.codes;
    let mut table = Table::new();
    table
        .text("code", codes.iter().map(|c| c.path.as_str()))
        .maybe_text("parent", codes.iter().map(crate::codebook::Code::parent))
        .text("name", codes.iter().map(|c| c.name.as_str()))
        .text("definition", codes.iter().map(|c| c.definition.as_str()))
        .text("chapter", codes.iter().map(|c| c.chapter.as_str()));
    table
}
