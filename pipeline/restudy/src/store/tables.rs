//! The tables of a wave, in memory.

use std::collections::BTreeMap;

use datafusion::arrow::record_batch::RecordBatch;

use crate::study::{Source, Study, Wave};

/// Keys of metadata: what a field says of its variable, and what the file says of the study.
pub mod key {
    /// What the variable is about.
    pub const LABEL: &str = "restudy.label";
    /// The question to which the variable belongs.
    pub const QUESTION: &str = "restudy.question";
    /// Level of measurement: `nominal`, `ordinal`, `numeric` or `text`.
    pub const LEVEL: &str = "restudy.level";
    /// The variable's labels, in scale order, as a JSON list.
    pub const LABELS: &str = "restudy.labels";
    /// `true` where the labels are a scale; not there otherwise.
    pub const ORDERED: &str = "restudy.ordered";
    /// The whole codebook as JSON (of the file, not of a field).
    pub const CODEBOOK: &str = "restudy.codebook";
}

/// The table that has a row for each respondent.
pub const RESPONSES: &str = "responses";

/// The column that names a respondent, wherever a table has one.
pub const RESPONDENT: &str = "respondent_id";

/// The files of the study that a table is made from: names relative to its folder, or what the names begin with; none for
/// a table that the store does not make.
pub fn sources<'a>(table: &str, study: &'a Study, wave: &'a Wave) -> Vec<&'a str> {
    let from = &study.sources;
    match table {
        RESPONSES | "answers" | "missing" => vec![&wave.responses.file, &wave.open_codings.file, "codebook/"],
        "design_strata" => vec!["study.toml", &wave.responses.file, &wave.frame.file],
        "variables" | "value_labels" => vec!["codebook/"],
        "codes" => vec!["codebook/code-frame.toml"],
        "frame" => vec![&wave.frame.file],
        "pilots" => of(&[&from.pilots]),
        "cases" => of(&[&from.cases]),
        "documents" => of(&[&from.documents]),
        "segments" => of(&[&from.documents]).into_iter().chain(from.texts.as_deref()).collect(),
        "codings" => of(&[&from.documents, &from.codings]).into_iter().chain(from.texts.as_deref()).collect(),
        "claims" => of(&[&from.claims]),
        _ => Vec::new(),
    }
}

/// The files of those that are there.
fn of<'a>(sources: &[&'a Option<Source>]) -> Vec<&'a str> {
    sources.iter().filter_map(|source| Some(source.as_ref()?.file.as_str())).collect()
}

/// The tables of a wave by name, one batch each.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tables(BTreeMap<String, RecordBatch>);

impl Tables {
    /// No tables yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The table `name`.
    pub fn get(&self, name: &str) -> Option<&RecordBatch> {
        self.0.get(name)
    }

    /// All tables, in order of name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &RecordBatch)> {
        self.0.iter().map(|(name, batch)| (name.as_str(), batch))
    }

    /// Adds a table.
    pub fn insert(&mut self, name: impl Into<String>, batch: RecordBatch) {
        self.0.insert(name.into(), batch);
    }
}
