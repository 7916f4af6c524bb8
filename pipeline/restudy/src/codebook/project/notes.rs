//! The notes of a project as rows: one for each thing that a note is about.
//!
//! In: the notes, and what the things are that they are about. Out: [`NoteRow`]s; a note without a text is left out.

use super::account::{Account, Fate};
use super::decide::Decision;
use super::decisions::Decisions;
use crate::sources::project::Project;

/// A note, and one thing that it is about.
#[derive(Clone, Debug)]
pub struct NoteRow {
    /// Its id.
    pub id: String,
    /// What kind of thing it is about: a code, a document, a selection, a coding, a case, the project; nothing.
    pub about: &'static str,
    /// The code that it is about, as the study calls it.
    pub code: Option<String>,
    /// The document.
    pub document: Option<String>,
    /// The coding, by its id.
    pub coding: Option<String>,
    /// Who wrote it.
    pub author: Option<String>,
    /// When, as the project says it.
    pub created: String,
    /// Its title.
    pub title: String,
    /// Its text.
    pub text: String,
}

/// The notes of `project` that have a text.
pub(super) fn notes(project: &Project, decisions: &Decisions, account: &mut Account) -> Vec<NoteRow> {
    let kept = |decisions: &[Decision], number: Option<usize>| -> Option<String> {
        decisions.get(number?).and_then(Decision::kept).map(str::to_owned)
    };
    let mut rows = Vec::new();
    for note in &project.notes {
        let Some(text) = note.text.as_deref().map(str::trim).filter(|text| !text.is_empty()) else {
            account.add("notes", Fate::LeftOut, "without a plain text", 1);
            continue;
        };
        account.add("notes", Fate::Kept, "", 1);
        let row = NoteRow {
            id: note.id.clone(),
            about: "nothing",
            code: None,
            document: None,
            coding: None,
            author: kept(&decisions.users, note.user),
            created: note.created.clone(),
            title: note.title.clone(),
            text: text.to_owned(),
        };
        let about = note.about.iter().map(|about| NoteRow {
            about: about.what,
            code: kept(&decisions.codes, about.code),
            document: kept(&decisions.documents, about.document),
            coding: about.coding.clone(),
            ..row.clone()
        });
        let before = rows.len();
        rows.extend(about);
        if rows.len() == before {
            rows.push(row);
        }
    }
    rows
}
