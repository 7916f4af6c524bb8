//! The notes of a project as rows: one for each thing that a note is about.
//!
//! In: the notes, and what the things are that they are about. Out: [`NoteRow`]s; a note without a text is left out, one about
//! something that is left out is counted as such.

use std::collections::HashSet;
use std::sync::Arc;

use super::account::{Account, Fate};
use super::codings::{CodingFate, Placing};
use super::decide::Decision;
use crate::diagnostic::{Diagnostic, Folded, Place};
use crate::sources::project::About;

/// Bytes of the texts of all rows.
const MOST: usize = 1 << 29;

/// A note, and one thing that it is about.
#[derive(Clone, Debug, Default)]
pub struct NoteRow {
    /// Its id.
    pub id: String,
    /// What kind of thing it is about: a code, a document, a selection, a coding, a case, a set, a link, the project; nothing.
    pub about: &'static str,
    /// The code that it is about, as the study calls it.
    pub code: Option<String>,
    /// The case.
    pub case: Option<String>,
    /// The document.
    pub document: Option<String>,
    /// The selection, by its id.
    pub selection: Option<String>,
    /// Where the selection begins and ends, in characters from the beginning of the document.
    pub span: Option<(usize, usize)>,
    /// The coding, by its id.
    pub coding: Option<String>,
    /// The name of the set or link.
    pub name: Option<String>,
    /// Who wrote it.
    pub author: Option<String>,
    /// When, as the project says it.
    pub created: String,
    /// Its title.
    pub title: String,
    /// Its text.
    pub text: Arc<str>,
}

/// The notes that have a text, of a project whose codings have these `fates`.
pub(super) fn notes(
    placing: &Placing<'_>,
    fates: &[CodingFate],
    account: &mut Account,
    faults: &mut Folded,
) -> Vec<NoteRow> {
    let Placing { project, decisions, .. } = placing;
    let gone = fates.iter().filter(|fate| fate.fate == Fate::LeftOut);
    let gone: HashSet<&str> = gone.map(|fate| fate.id.as_str()).collect();
    let mut rows = Vec::new();
    let mut left = MOST;
    for note in &project.notes {
        let Some(text) = note.text.as_deref().map(str::trim).filter(|text| !text.is_empty()) else {
            account.add("notes", Fate::LeftOut, "without a plain text", 1);
            continue;
        };
        let number = note.about.len().max(1);
        let Some(still) = left.checked_sub(text.len().saturating_mul(number)) else {
            let message = format!("the notes hold more than {} MiB, once for each thing", MOST >> 20);
            let place = || Place::file(&*project.file);
            let hint = "export the project in parts";
            faults.add(None, 0, Diagnostic::error(message), place, |fault| fault.hint(hint));
            return rows;
        };
        left = still;
        let row = NoteRow {
            id: note.id.clone(),
            about: "nothing",
            author: kept(&decisions.users, note.user),
            created: note.created.clone(),
            title: note.title.clone(),
            text: text.into(),
            ..NoteRow::default()
        };
        let is_gone = |about: &About| {
            about.code.is_some_and(|_| kept(&decisions.codes, about.code).is_none())
                || about.case.is_some_and(|_| kept(&decisions.cases, about.case).is_none())
                || about.document.is_some_and(|_| kept(&decisions.documents, about.document).is_none())
                || about.coding.as_deref().is_some_and(|id| gone.contains(id))
        };
        let why = if note.about.iter().any(is_gone) { "what they are about is left out" } else { "" };
        account.add("notes", Fate::Kept, why, 1);
        rows.extend(
            note.about.iter().map(|about| NoteRow {
                about: about.what,
                code: kept(&decisions.codes, about.code),
                case: kept(&decisions.cases, about.case),
                document: kept(&decisions.documents, about.document),
                selection: Some(about.selection.to_string()).filter(|id| !id.is_empty()),
                span: about
                    .document
                    .zip(about.span)
                    .and_then(|(document, span)| placing.characters(document, span)),
                coding: about.coding.clone(),
                name: about.name.clone(),
                ..row.clone()
            }),
        );
        if note.about.is_empty() {
            rows.push(row);
        }
    }
    rows
}

fn kept(decisions: &[Decision], number: Option<usize>) -> Option<String> {
    decisions.get(number?).and_then(Decision::kept).map(str::to_owned)
}
