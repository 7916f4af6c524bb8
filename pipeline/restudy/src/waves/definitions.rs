//! A crosswalk as it is written: names with their places, nothing checked.

use indexmap::IndexMap;
use serde::Deserialize;
use toml::Spanned;

use super::model::{Comparable, How};
use crate::codebook::UniverseEntry;

/// `codebook/waves/WAVE.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CrosswalkFile {
    pub(super) wave: Spanned<String>,
    pub(super) against: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) ticked: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) not_ticked: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) answers: IndexMap<Spanned<String>, IndexMap<Spanned<String>, Spanned<String>>>,
    #[serde(default)]
    pub(super) column: Vec<ColumnEntry>,
    #[serde(default)]
    pub(super) routing: Vec<RoutingEntry>,
    #[serde(default)]
    pub(super) changed: Vec<ChangedEntry>,
    #[serde(default)]
    pub(super) gone: Vec<GoneEntry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ColumnEntry {
    pub(super) raw: Spanned<String>,
    pub(super) means: Option<Spanned<String>>,
    pub(super) leave_out: Option<Spanned<String>>,
    pub(super) keep_as: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) how: How,
    #[serde(default)]
    pub(super) answers: IndexMap<Spanned<String>, Spanned<String>>,
    #[serde(default)]
    pub(super) new_answers: Vec<Spanned<String>>,
    pub(super) times: Option<Spanned<f64>>,
    pub(super) comparable: Option<Comparable>,
    #[serde(default)]
    pub(super) why: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RoutingEntry {
    pub(super) question: Spanned<String>,
    pub(super) asked_if: Option<UniverseEntry>,
    pub(super) comparable: Comparable,
    pub(super) why: Spanned<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ChangedEntry {
    pub(super) set: Option<Spanned<String>>,
    pub(super) variable: Option<Spanned<String>>,
    pub(super) comparable: Spanned<Comparable>,
    pub(super) why: Spanned<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GoneEntry {
    pub(super) variable: Spanned<String>,
    pub(super) why: Spanned<String>,
}
