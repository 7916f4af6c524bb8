//! Reads questions that ask of each item at which stages it happens.
//!
//! An item that is ticked for a stage happens; one ticked as not happening, or as not known, cannot be ticked for a
//! stage too. Nothing ticked in an item's columns is a missing answer.

use super::answers::Reader;
use super::expected::Target;
use crate::diagnostic::Diagnostic;

/// Labels of the item-level variable, in order; see `variables`.
const HAPPENS: u32 = 0;
const DOES_NOT_HAPPEN: u32 = 1;
const NOT_KNOWN: u32 = 2;

/// Labels of the variable of a stage, in order; `validate` sees to it that there are three.
const YES: u32 = 0;
const NO: u32 = 1;

/// Reads all cells of question `number`.
pub(super) fn read(reader: &mut Reader<'_>, number: usize) {
    let codebook = reader.codebook;
    let question = &codebook.questions[number];
    let columns = reader.raw_columns(number).to_vec();
    for (item, described) in question.items.iter().enumerate() {
        let name = format!("{}__{}", question.name, described.name);
        let Some(at_all) = reader.variable(&name) else { continue };
        let stages: Vec<Option<usize>> =
            question.stages.iter().map(|s| reader.variable(&format!("{name}_{}", s.name))).collect();
        let all: Vec<usize> = std::iter::once(at_all).chain(stages.iter().copied().flatten()).collect();
        let of_item: Vec<(Target, usize)> =
            columns.iter().copied().filter(|(target, _)| target.item() == Some(item)).collect();
        for row in 0..reader.table.len() {
            let mut ticked: Vec<(Target, usize)> = Vec::new();
            for (target, column) in &of_item {
                let cell = reader.table.cell(row, *column);
                if cell.is_empty() || reader.is_missing(question, &all, row, *column) {
                    continue;
                }
                let answer = match target {
                    Target::Stage(_, stage) => question.stages.get(*stage).map(|s| s.answer.as_str()),
                    Target::None(_) => question.none.as_ref().map(|l| l.answer.as_str()),
                    Target::Unknown(_) => question.unknown.as_ref().map(|l| l.answer.as_str()),
                    Target::Whole | Target::Item(_) => None,
                };
                if answer == Some(cell) {
                    ticked.push((*target, *column));
                } else {
                    let known: Vec<&str> = answer.into_iter().collect();
                    reader.unknown_answer(at_all, row, *column, cell, &known, "");
                }
            }
            let alone =
                ticked.iter().find(|(target, _)| matches!(target, Target::None(_) | Target::Unknown(_)));
            match alone {
                Some((_, column)) if ticked.len() > 1 => {
                    let fault = Diagnostic::error(format!("answers to `{name}` exclude each other"));
                    let answer = reader.table.cell(row, *column).to_owned();
                    reader.faults.cell(row, *column, fault, |f| {
                        f.note(format!("`{answer}` is ticked, and {} too", another(ticked.len() - 1)))
                            .hint("leave the one that holds, and the others blank")
                    });
                }
                Some((target, _)) => {
                    let unknown = matches!(target, Target::Unknown(_));
                    reader.set_label(at_all, row, if unknown { NOT_KNOWN } else { DOES_NOT_HAPPEN });
                    for stage in stages.iter().flatten() {
                        reader.set_label(*stage, row, if unknown { NOT_KNOWN } else { NO });
                    }
                }
                None if ticked.is_empty() => {}
                None => {
                    reader.set_label(at_all, row, HAPPENS);
                    for (index, stage) in stages.iter().enumerate() {
                        let there = ticked.iter().any(|(t, _)| *t == Target::Stage(item, index));
                        if let Some(stage) = stage {
                            reader.set_label(*stage, row, if there { YES } else { NO });
                        }
                    }
                }
            }
        }
    }
}

fn another(n: usize) -> String {
    if n == 1 { "another answer is".to_owned() } else { format!("{n} other answers are") }
}
