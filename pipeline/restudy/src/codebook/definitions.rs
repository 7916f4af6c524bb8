//! The files of the codebook as they are written: names with their places, nothing checked.

use serde::Deserialize;
use toml::Spanned;

use super::model::{Kind, Universe};
use super::timestamp::Dates;

/// `value-labels.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SetsFile {
    #[serde(default)]
    pub(super) set: Vec<SetEntry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SetEntry {
    pub(super) name: Spanned<String>,
    #[serde(default)]
    pub(super) ordered: bool,
    pub(super) labels: Vec<LabelEntry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LabelEntry {
    pub(super) label: Spanned<String>,
    pub(super) answer: Spanned<String>,
    pub(super) missing: Option<Spanned<String>>,
}

/// A file of `questions/`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct QuestionsFile {
    #[serde(default)]
    pub(super) question: Vec<QuestionEntry>,
    #[serde(default)]
    pub(super) left_out: Vec<LeftOutEntry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LeftOutEntry {
    pub(super) column: Spanned<String>,
    pub(super) why: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct QuestionEntry {
    pub(super) name: Spanned<String>,
    pub(super) label: String,
    pub(super) text: String,
    pub(super) kind: Kind,
    pub(super) values: Option<Spanned<String>>,
    pub(super) column: Option<Spanned<String>>,
    pub(super) asked_if: Option<UniverseEntry>,
    #[serde(default)]
    pub(super) items: Vec<ItemEntry>,
    #[serde(default)]
    pub(super) stages: Vec<StageEntry>,
    pub(super) none: Option<LabelEntry>,
    pub(super) unknown: Option<LabelEntry>,
    pub(super) coded_from: Option<Spanned<String>>,
    pub(super) part_of: Option<Spanned<String>>,
    pub(super) unit: Option<String>,
    pub(super) min: Option<f64>,
    pub(super) max: Option<f64>,
    pub(super) waves: Option<Vec<String>>,
    pub(super) dates: Option<Spanned<Dates>>,
    pub(super) separator: Option<Spanned<String>>,
}

/// Who was asked, as codebook and crosswalks write it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UniverseEntry {
    pub(crate) variable: Spanned<String>,
    pub(crate) is: Vec<Spanned<String>>,
}

impl UniverseEntry {
    /// The same without its places.
    pub(crate) fn universe(&self) -> Universe {
        Universe {
            variable: self.variable.get_ref().clone(),
            is: self.is.iter().map(|label| label.get_ref().clone()).collect(),
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ItemEntry {
    pub(super) name: Spanned<String>,
    pub(super) label: String,
    pub(super) answer: Option<Spanned<String>>,
    pub(super) column: Option<Spanned<String>>,
    pub(super) coded_from: Option<Spanned<String>>,
    pub(super) waves: Option<Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StageEntry {
    pub(super) name: Spanned<String>,
    pub(super) label: String,
    pub(super) answer: Spanned<String>,
}
