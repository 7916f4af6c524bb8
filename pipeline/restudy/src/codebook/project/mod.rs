//! A project of REFI-QDA as a study's material: cases, documents, codings and notes, as a person decided that they are to be read.
//!
//! In: the project, `codebook/project.toml`, the code frame, and a table of cases where the study has one. Out: [`OfProject`],
//! which is what tables of cases, documents and codings give too, with an [`Account`] of what was left out; or all faults.
//!
//! - A code, a case or a source that the study does not know by its name is decided by a person, or refused.
//! - Every coding of the file is kept, repeats another, or is left out with a reason; together they are as many as there are.
//! - It never opens the project's pictures or sound.

mod account;
mod codings;
mod decide;
mod decisions;
mod definitions;
mod draft;
mod notes;
mod placed;
mod tables;

use std::collections::HashMap;

pub use account::{Account, Fate, Line};
pub use codings::CodingFate;
pub use draft::{Drafted, draft};
pub use notes::NoteRow;

use super::material::{Documents, Segment};
use super::model::Codebook;
use super::sheet::Sheet;
use crate::diagnostic::{Diagnostic, Diagnostics, Folded, Place, count};
use crate::sources::project::{Counted, Project, is_code_book};
use crate::sources::{Parting, Text, shortened};
use crate::study::Study;
use codings::{Placing, Written};
use definitions::FILE;

/// What a study has from a project.
#[derive(Clone, Debug, Default)]
pub struct OfProject {
    /// Every coding of the project, and what became of it.
    pub fates: Vec<CodingFate>,
    /// The notes.
    pub notes: Vec<NoteRow>,
    /// How much was kept and left out, and why.
    pub account: Account,
}

/// Reads the project `name` as the material of `study`, whose table of cases is `given`, if it has one. What is wrong goes to
/// `told`; there is nothing where the project cannot be read at all.
pub(super) fn read(
    study: &Study,
    name: &str,
    codebook: &Codebook,
    given: Option<&Sheet>,
    told: &mut Diagnostics,
) -> Option<(Sheet, Documents, OfProject)> {
    if is_code_book(name) {
        let fault = Diagnostic::error("the file is a code book, and no project").at(Place::file(name));
        told.push(
            fault.hint(format!("name it in study.toml as `codes = \"{name}\"`, in place of `project`")),
        );
        return None;
    }
    let project = taken(Project::read(&study.root, name), told);
    let file = taken(definitions::read(&study.root).map(|file| (file, Diagnostics::new())), told);
    let (project, file) = project.zip(file)?;
    let mut faults = Folded::new("line");
    let decisions = decisions::decide(&project, &file, &codebook.code_frame, given, &mut faults);
    let cases = match given {
        Some(given) => given.clone(),
        None => tables::cases(&project, &decisions, &file, &mut faults),
    };
    let (list, numbers) = tables::documents(&project, &decisions, &file, &cases, &mut faults);
    let counted = project.positions(file.value.positions, |coding| decisions.taken(coding));
    tell_positions(&project, &counted, &mut faults);
    let (segments, written) = written(&project, &list, &numbers, &counted, file.value.paragraphs, told);
    let mut account = Account::of(&project, &counted);
    account.there("codings", project.codings_in_file);
    let placing = Placing {
        project: &project,
        decisions: &decisions,
        counted: &counted,
        nobody: file.value.nobody.as_deref().filter(|name| !name.trim().is_empty()),
        documents: written,
        segments: &segments,
    };
    let (fates, codings) = placing.place(&mut account, &mut faults);
    tables::account(&project, &decisions, given.is_some(), &mut account);
    let notes = notes::notes(&placing, &fates, &mut account, &mut faults);
    let faults = faults.finish();
    let is_sound = faults.errors() == 0;
    told.extend(faults);
    if is_sound {
        tell_account(name, &account, told);
    }
    let documents = Documents { list, segments, codings };
    Some((cases, documents, OfProject { fates, notes, account }))
}

/// What was read, if it could be; what is wrong goes to `told`.
fn taken<T>(result: Result<(T, Diagnostics), Diagnostics>, told: &mut Diagnostics) -> Option<T> {
    match result {
        Ok((value, warnings)) => {
            told.extend(warnings);
            Some(value)
        }
        Err(faults) => {
            told.extend(faults);
            None
        }
    }
}

/// Reads the code book `name`, all of whose codes must be those of the study.
pub(super) fn read_codes(study: &Study, name: &str, codebook: &Codebook, told: &mut Diagnostics) {
    let read = Project::read(&study.root, name).and_then(|(book, warnings)| {
        let file = definitions::read(&study.root)?;
        let mut faults = Folded::new("line");
        decisions::codes(&book, &file, &codebook.code_frame, true, &mut faults);
        let mut all = warnings;
        all.extend(faults.finish());
        Ok(all)
    });
    match read {
        Ok(faults) | Err(faults) => told.extend(faults),
    }
}

/// The paragraphs of the documents that are kept, and the documents by their numbers in the project.
fn written<'a>(
    project: &'a Project,
    list: &'a Sheet,
    numbers: &[usize],
    counted: &Counted,
    parting: Parting,
    told: &mut Diagnostics,
) -> (Vec<Segment>, HashMap<usize, Written<'a>>) {
    let mut segments = Vec::new();
    let mut written = HashMap::new();
    for (row, number) in numbers.iter().enumerate() {
        let Some(document) = project.documents.get(*number) else { continue };
        let text = document.text.as_deref().unwrap_or_default();
        let name = list.text("document_id", row);
        let before = segments.len();
        let file = format!("{}!{}", project.file, shortened(&document.name));
        match Text::of(&file, text, parting) {
            Ok((read, warnings)) => {
                told.extend(warnings);
                told.extend(one_paragraph(&file, text, parting, &read));
                segments.extend(read.paragraphs.into_iter().map(|paragraph| Segment {
                    document: name.to_owned(),
                    case: list.text("case_id", row).to_owned(),
                    paragraph: paragraph.number,
                    start: paragraph.start,
                    end: paragraph.end,
                    excerpt: paragraph.words,
                }));
            }
            Err(faults) => told.extend(faults.into_iter().map(|fault| {
                fault.hint("give it a text in its program, or leave the source out in codebook/project.toml")
            })),
        }
        let text: Vec<char> = text.chars().collect();
        let places = counted.positions.of(&text);
        written.insert(*number, Written { name, text, places, segments: before..segments.len() });
    }
    (segments, written)
}

/// Many lines in one paragraph are what is left of a text whose paragraphs no empty line parts.
fn one_paragraph(file: &str, text: &str, parting: Parting, read: &Text) -> Option<Diagnostic> {
    const MANY: usize = 4;
    let lines = parting.lines(text).filter(|line| !line.trim().is_empty()).count();
    (read.paragraphs.len() == 1 && lines >= MANY).then(|| {
        let message = format!("all {lines} lines of the text are one paragraph");
        let fault = Diagnostic::warning(message).at(Place::at(file, 1, 1));
        fault.hint(format!("if each line is a paragraph, say so in {FILE}: `paragraphs = \"lines\"`"))
    })
}

fn tell_positions(project: &Project, counted: &Counted, faults: &mut Folded) {
    if counted.is_found {
        let message = "found, and not declared: how the project counts positions";
        let place = || Place::file(&*project.file);
        faults.add(None, 0, Diagnostic::warning(message), place, |fault| {
            fault
                .note(format!("so the words of {} stand there", count(counted.witnesses, "selection")))
                .hint(format!("settle it in {FILE}: `{}`", counted.positions.written()))
        });
    }
    for document in counted.untold.iter().filter_map(|number| project.documents.get(*number)) {
        let message =
            format!("no selection tells how positions in `{}` are counted", shortened(&document.name));
        let line = document.place.line.unwrap_or_default();
        faults.add(
            None,
            line,
            Diagnostic::warning(message),
            || document.place.clone(),
            |fault| {
                fault
                    .note("it has characters or line ends that programs count differently")
                    .hint(format!("settle it in {FILE}: `{}`", counted.positions.written()))
            },
        );
    }
}

/// Tells that codings are left out, and an account that does not add up.
fn tell_account(name: &str, account: &Account, told: &mut Diagnostics) {
    for what in account.astray() {
        let fault = Diagnostic::error(format!("the account of {what} does not add up")).at(Place::file(name));
        told.push(fault.hint("this is a fault of restudy itself, not of the study"));
    }
    let gone: Vec<Line> = account.lines().into_iter().filter(|line| line.what == "codings").collect();
    let left_out = account.number("codings", Fate::LeftOut);
    if left_out > 0 {
        let all: usize = gone.iter().map(|line| line.number).sum();
        let mut fault = Diagnostic::warning(format!("{left_out} of {} are left out", count(all, "coding")));
        for line in gone.iter().filter(|line| line.fate == Fate::LeftOut) {
            fault = fault.note(format!("{}: {}", line.number, line.why));
        }
        told.push(fault.at(Place::file(name)).hint("`restudy material` gives the whole account"));
    }
}
