//! Drafts a study from an export: its codebook, its first queries, a first report.
//!
//! In: the table of an export, and where it came from. Out: the files of a study that builds as it is. What the draft had
//! to guess stands in comments where it was guessed, for a person to settle; it drops no answer and changes none.
//!
//! It knows what survey tools write ([`tools`]), and no study.

mod answers;
mod codebook;
mod columns;
mod groups;
mod names;
mod queries;
mod questions;
mod report;
mod settings;
mod tools;
mod written;

use super::File;
use crate::sources::{RawTable, Settled};
use crate::study::Source;

pub use settings::reasons;

/// An export, as it was read.
#[derive(Debug)]
pub struct Export<'a> {
    /// Its file, by the name that it has in the study, and how it is read.
    pub source: &'a Source,
    /// What of that was found rather than declared.
    pub settled: &'a [Settled],
    /// What it holds.
    pub table: &'a RawTable,
    /// The day on which the file was last changed: the report's date where no answer has one.
    pub changed: Option<String>,
}

/// What was drafted.
#[derive(Debug)]
pub struct Draft {
    /// The files, without the export.
    pub files: Vec<File>,
    /// The study's first wave.
    pub wave: String,
    /// How many questions were drafted.
    pub questions: usize,
    /// How many columns were left out.
    pub left_out: usize,
    /// How many questions the report shows, and how many more it could show.
    pub shown: (usize, usize),
}

/// The study of `export`.
pub fn draft(export: &Export<'_>) -> Draft {
    let drafted = questions::drafted(export.table);
    let settings = settings::Settings::of(export, &drafted);
    let shown = queries::shown(&drafted);
    let further = drafted.further(&shown);
    let mut files = vec![
        ("README.md".to_owned(), settings.readme()),
        (".gitignore".to_owned(), "/build/\n".to_owned()),
        ("study.toml".to_owned(), settings.study()),
        ("codebook/value-labels.toml".to_owned(), codebook::value_labels(&drafted)),
        ("codebook/questions/01-questions.toml".to_owned(), codebook::questions(&drafted)),
        ("report-templates/report.typ.jinja".to_owned(), report::template(&shown, further)),
        ("report-templates/references.bib".to_owned(), String::new()),
        ("queries/facts/answered.sql".to_owned(), queries::answered()),
    ];
    files.extend(shown.iter().map(|shown| (shown.file.clone(), shown.sql.clone())));
    Draft {
        files: files.into_iter().map(|(name, text)| (name, text.into_bytes())).collect(),
        wave: settings.wave.clone(),
        questions: drafted.questions.len(),
        left_out: drafted.left_out.len(),
        shown: (shown.len(), further),
    }
}
