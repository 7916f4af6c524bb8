//! A crosswalk as a value.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::codebook::Universe;
use crate::diagnostic::Place;

/// The crosswalks of a study, by wave.
#[derive(Clone, Debug, Default)]
pub struct Crosswalks {
    /// All waves of the study, oldest first.
    pub waves: Vec<String>,
    /// The crosswalks of those that have one.
    pub(super) by_wave: IndexMap<String, Crosswalk>,
}

/// How the export of a wave is read.
#[derive(Clone, Debug)]
pub struct Crosswalk {
    /// The wave.
    pub wave: String,
    /// The wave with which it was compared.
    pub against: Option<String>,
    /// Columns of the export.
    pub columns: Vec<Column>,
    /// Answers of sets of value labels, by set: the label by what the export says.
    pub answers: IndexMap<String, IndexMap<String, String>>,
    /// Where the answers of each set stand.
    pub(super) answers_at: IndexMap<String, Place>,
    /// What stands in a cell that was ticked.
    pub ticked: Vec<String>,
    /// What stands in a cell that was not, beside nothing.
    pub not_ticked: Vec<String>,
    /// Questions that were put to others than the codebook says.
    pub routings: Vec<Routing>,
    /// What has changed in several variables at once.
    pub changed: Vec<Changed>,
    /// Variables that were asked before, and not in this wave.
    pub gone: Vec<Gone>,
    /// Its file.
    pub file: String,
}

/// A column of the export.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its name in the export, on one line.
    pub raw: String,
    /// What it means.
    pub means: Means,
    /// How it is known to mean that.
    pub how: How,
    /// Labels by what the export says, where it says other than the codebook, or the set's own answers.
    pub answers: IndexMap<String, String>,
    /// Labels that this wave offered for the first time.
    pub new_answers: Vec<String>,
    /// By what its numbers are multiplied to be in the codebook's unit.
    pub times: Option<f64>,
    /// Whether its answers can be compared with those of every earlier wave, where that is said.
    pub comparable: Option<Comparable>,
    /// Why, or what else there is to know.
    pub why: String,
    /// Where it is decided.
    pub place: Place,
}

/// What a raw column means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Means {
    /// Nobody has decided.
    Open,
    /// A variable, or a label of one: see `codebook::Column::means`.
    Variable(String),
    /// Nothing for the codebook: it keeps this name, for a sample design to use.
    Kept(String),
    /// Nothing for this study, for this reason.
    LeftOut(String),
}

/// How a column is known to mean what it does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum How {
    /// It has the name that the codebook gives it.
    #[default]
    Same,
    /// It has another name.
    Renamed,
    /// It was not asked before.
    New,
}

/// Whether answers of two waves can be compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Comparable {
    /// They can.
    #[default]
    #[serde(rename = "yes")]
    Yes,
    /// They can, by somebody who knows what has changed.
    #[serde(rename = "with care")]
    WithCare,
    /// They cannot.
    #[serde(rename = "no")]
    No,
}

impl Comparable {
    /// The words for it: `yes`, `with care`, `no`.
    pub fn words(self) -> &'static str {
        match self {
            Comparable::Yes => "yes",
            Comparable::WithCare => "with care",
            Comparable::No => "no",
        }
    }
}

/// A question that was put to others than the codebook says.
#[derive(Clone, Debug)]
pub struct Routing {
    /// The question.
    pub question: String,
    /// Who was asked; everybody if not set.
    pub asked_if: Option<Universe>,
    /// Whether its answers can be compared with those of every earlier wave.
    pub comparable: Comparable,
    /// Why.
    pub why: String,
    /// Where it is decided.
    pub place: Place,
}

/// What has changed in all variables of a question, or of a set of value labels.
#[derive(Clone, Debug)]
pub struct Changed {
    /// The set; none if it is about a question or a variable.
    pub set: Option<String>,
    /// The question or variable.
    pub variable: Option<String>,
    /// Whether answers can be compared with those of every earlier wave.
    pub comparable: Comparable,
    /// Why.
    pub why: String,
}

/// A variable that was asked before, and not in this wave.
#[derive(Clone, Debug)]
pub struct Gone {
    /// The variable, or a question with all its variables.
    pub variable: String,
    /// Why.
    pub why: String,
    /// Where it is decided.
    pub place: Place,
}

impl Crosswalks {
    /// The crosswalk of `wave`, if it has one.
    pub fn of(&self, wave: &str) -> Option<&Crosswalk> {
        self.by_wave.get(wave)
    }

    /// The wave before `wave`.
    pub fn before(&self, wave: &str) -> Option<&str> {
        let at = self.waves.iter().position(|w| w == wave)?;
        Some(self.waves.get(at.checked_sub(1)?)?.as_str())
    }
}
