//! Loads the codebook: its files, checked, as a [`Codebook`].

use std::path::Path;

use toml::Spanned;

use super::code_frame::CodeFrame;
use super::definitions::{
    LabelEntry, LeftOutEntry, QuestionEntry, QuestionsFile, SetEntry, SetsFile, UniverseEntry,
};
use super::missing::MissingReason;
use super::model::{Codebook, Item, LeftOut, Question, Stage, ValueLabel, ValueSet};
use super::validate;
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::sources::on_one_line;
use crate::study::Definitions;

const SETS: &str = "codebook/value-labels.toml";
const QUESTIONS: &str = "codebook/questions";

impl Codebook {
    /// Reads `codebook/` in the study's folder `root`: value labels, questions (files in order of name), code frame.
    ///
    /// # Errors
    /// All that is wrong with it, each fault with its line.
    pub fn load(root: &Path) -> Result<Codebook, Diagnostics> {
        let mut diagnostics = Diagnostics::new();
        let sets = taken(Definitions::<SetsFile>::read(root, SETS), &mut diagnostics);
        let mut files = Vec::new();
        for name in question_files(root, &mut diagnostics) {
            files.extend(taken(Definitions::<QuestionsFile>::read(root, &name), &mut diagnostics));
        }
        let code_frame = taken(CodeFrame::load(root), &mut diagnostics).unwrap_or_default();
        let Some(sets) = sets else { return Err(diagnostics) };
        if diagnostics.errors() > 0 {
            return Err(diagnostics);
        }
        let codebook = Codebook {
            sets: sets.value.set.iter().map(|entry| value_set(entry, &sets)).collect(),
            questions: files
                .iter()
                .flat_map(|file| file.value.question.iter().map(|entry| question(entry, file)))
                .collect(),
            left_out: files.iter().flat_map(|file| &file.value.left_out).map(left_out).collect(),
            code_frame,
        };
        diagnostics.extend(validate::sets(&sets));
        diagnostics.extend(validate::questions(&codebook, &files));
        diagnostics.or(codebook).map(|(codebook, _)| codebook)
    }
}

fn taken<T>(result: Result<T, Diagnostics>, diagnostics: &mut Diagnostics) -> Option<T> {
    result.map_err(|faults| diagnostics.extend(faults)).ok()
}

/// The files of `codebook/questions`, in order of name, so that the order of the questions is the order of the files.
fn question_files(root: &Path, diagnostics: &mut Diagnostics) -> Vec<String> {
    let entries = match fs_err::read_dir(root.join(QUESTIONS)) {
        Ok(entries) => entries,
        Err(_) => {
            diagnostics.push(
                Diagnostic::error(format!("there is no folder `{QUESTIONS}`"))
                    .at(Place::file(QUESTIONS))
                    .hint("put the questions there, in one or more TOML files"),
            );
            return Vec::new();
        }
    };
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        // Hidden files are an editor's or a system's, never the study's.
        .filter(|name| name.ends_with(".toml") && !name.starts_with('.'))
        .map(|name| format!("{QUESTIONS}/{name}"))
        .collect();
    names.sort();
    names
}

fn text(spanned: &Option<Spanned<String>>) -> Option<String> {
    spanned.as_ref().map(|s| s.get_ref().clone())
}

fn left_out(entry: &LeftOutEntry) -> LeftOut {
    LeftOut { column: on_one_line(entry.column.get_ref()), why: entry.why.clone() }
}

fn value_set(entry: &SetEntry, file: &Definitions<SetsFile>) -> ValueSet {
    ValueSet {
        name: entry.name.get_ref().clone(),
        ordered: entry.ordered,
        labels: entry.labels.iter().map(value_label).collect(),
        place: file.place(entry.name.span()),
    }
}

fn value_label(entry: &LabelEntry) -> ValueLabel {
    ValueLabel {
        label: entry.label.get_ref().clone(),
        answer: entry.answer.get_ref().clone(),
        missing: entry.missing.as_ref().and_then(|m| MissingReason::from_words(m.get_ref())),
    }
}

fn question(entry: &QuestionEntry, file: &Definitions<QuestionsFile>) -> Question {
    Question {
        name: entry.name.get_ref().clone(),
        label: entry.label.clone(),
        text: entry.text.clone(),
        kind: entry.kind,
        values: text(&entry.values),
        column: text(&entry.column),
        asked_if: entry.asked_if.as_ref().map(UniverseEntry::universe),
        items: entry
            .items
            .iter()
            .map(|item| Item {
                name: item.name.get_ref().clone(),
                label: item.label.clone(),
                answer: text(&item.answer),
                column: text(&item.column),
                coded_from: text(&item.coded_from),
                waves: item.waves.clone(),
            })
            .collect(),
        stages: entry
            .stages
            .iter()
            .map(|stage| Stage {
                name: stage.name.get_ref().clone(),
                label: stage.label.clone(),
                answer: stage.answer.get_ref().clone(),
            })
            .collect(),
        none: entry.none.as_ref().map(value_label),
        unknown: entry.unknown.as_ref().map(value_label),
        coded_from: text(&entry.coded_from),
        part_of: text(&entry.part_of),
        unit: entry.unit.clone(),
        min: entry.min,
        max: entry.max,
        dates: entry.dates.as_ref().map(|dates| *dates.get_ref()),
        separator: text(&entry.separator),
        waves: entry.waves.clone(),
        place: file.place(entry.name.span()),
    }
}
