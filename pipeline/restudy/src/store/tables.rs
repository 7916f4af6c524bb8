//! The tables of a wave's edition, in memory.

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
    /// What a column of text can hold that is no variable, as a JSON list.
    pub const VALUES: &str = "restudy.values";
    /// `true` where the labels are a scale; not there otherwise.
    pub const ORDERED: &str = "restudy.ordered";
    /// The whole codebook as JSON (of the file, not of a field).
    pub const CODEBOOK: &str = "restudy.codebook";
}

/// The table that has a row for each respondent.
pub const RESPONSES: &str = "responses";

/// The column that names a respondent, wherever a table has one.
pub const RESPONDENT: &str = "respondent_id";

/// Tables that a project of qualitative data gives.
const OF_PROJECT: [&str; 7] =
    ["cases", "documents", "segments", "codings", "project_codings", "notes", "material_account"];

/// The files of the study that a table is made from: names relative to its folder, or what the names begin with; none for
/// a table that the store does not make.
pub fn sources<'a>(table: &str, study: &'a Study, wave: &'a Wave) -> Vec<&'a str> {
    let (from, waves) = (&study.sources, study.edition(wave));
    if let Some(project) = from.project.as_deref().filter(|_| OF_PROJECT.contains(&table)) {
        let cases = from.cases.as_ref().map(|cases| cases.file.as_str());
        return match (table, cases) {
            ("cases", Some(cases)) => vec![cases],
            (_, cases) => [project, "codebook/project.toml"].into_iter().chain(cases).collect(),
        };
    }
    match table {
        RESPONSES | "answers" | "missing" | "changes" | "waves" => {
            let read =
                waves.iter().flat_map(|wave| std::iter::once(&wave.responses).chain(&wave.open_codings));
            read.map(|source| source.file.as_str()).chain(["codebook/"]).collect()
        }
        "design_strata" => {
            let read = waves.iter().flat_map(|wave| std::iter::once(&wave.responses).chain(&wave.frame));
            std::iter::once("study.toml").chain(read.map(|source| source.file.as_str())).collect()
        }
        "comparability" => vec!["study.toml", "codebook/"],
        "variables" | "value_labels" => vec!["codebook/"],
        "codes" => vec!["codebook/code-frame.toml"],
        "frame" => waves.iter().flat_map(|wave| &wave.frame).map(|source| source.file.as_str()).collect(),
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

/// The tables of a wave's edition by name, one batch each.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tables(BTreeMap<String, Table>);

/// A table, and how many of its rows are of each wave, wave by wave; of no wave where its rows are of none.
#[derive(Clone, Debug, PartialEq)]
struct Table {
    batch: RecordBatch,
    waves: Vec<(String, usize)>,
}

impl Tables {
    /// No tables yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The table `name`.
    pub fn get(&self, name: &str) -> Option<&RecordBatch> {
        self.0.get(name).map(|table| &table.batch)
    }

    /// All tables, in order of name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &RecordBatch)> {
        self.0.iter().map(|(name, table)| (name.as_str(), &table.batch))
    }

    /// The table `name` in the parts that are written apart: one for each wave with its rows, in the order of the waves, or one
    /// of no wave.
    pub fn parts(&self, name: &str) -> Vec<(Option<&str>, RecordBatch)> {
        let Some(table) = self.0.get(name) else { return Vec::new() };
        if table.waves.is_empty() {
            return vec![(None, table.batch.clone())];
        }
        let mut parts = Vec::new();
        let mut before = 0;
        for (wave, rows) in &table.waves {
            parts.push((Some(wave.as_str()), table.batch.slice(before, *rows)));
            before += rows;
        }
        parts
    }

    /// Adds a table.
    pub fn insert(&mut self, name: impl Into<String>, batch: RecordBatch) {
        self.0.insert(name.into(), Table { batch, waves: Vec::new() });
    }

    /// Adds a table whose rows stand wave by wave, so many of each.
    pub(super) fn insert_by_wave(
        &mut self,
        name: impl Into<String>,
        batch: RecordBatch,
        waves: Vec<(String, usize)>,
    ) {
        self.0.insert(name.into(), Table { batch, waves });
    }
}
