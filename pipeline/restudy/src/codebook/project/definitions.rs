//! `codebook/project.toml` as it is written: what a person decided of a project, names with their places, nothing checked.

use std::path::Path;

use serde::Deserialize;
use toml::Spanned;

use crate::diagnostic::Diagnostics;
use crate::sources::Parting;
use crate::sources::project::Positions;
use crate::study::Definitions;

/// The file, in the study's folder.
pub(super) const FILE: &str = "codebook/project.toml";

/// What was decided.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Decided {
    /// How positions are counted.
    pub(super) positions: Option<Positions>,
    /// What parts paragraphs.
    #[serde(default)]
    pub(super) paragraphs: Parting,
    /// The coder of codings that name no user.
    pub(super) nobody: Option<String>,
    #[serde(default)]
    pub(super) code: Vec<Entry>,
    #[serde(default)]
    pub(super) user: Vec<Entry>,
    #[serde(default)]
    pub(super) case: Vec<Entry>,
    /// Sets of sources that are about one case.
    #[serde(default)]
    pub(super) set: Vec<Entry>,
    #[serde(default)]
    pub(super) variable: Vec<Entry>,
    #[serde(default)]
    pub(super) source: Vec<SourceEntry>,
    #[serde(default)]
    pub(super) coding: Vec<CodingEntry>,
}

/// What something of the project is.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    /// Its name in the project.
    pub(super) raw: Spanned<String>,
    /// What the study calls it.
    pub(super) means: Option<Spanned<String>>,
    /// Why it is left out.
    pub(super) leave_out: Option<Spanned<String>>,
}

/// What a source of the project is.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SourceEntry {
    pub(super) raw: Spanned<String>,
    pub(super) means: Option<Spanned<String>>,
    pub(super) leave_out: Option<Spanned<String>>,
    /// The case that it is about, where the project does not say.
    pub(super) case: Option<Spanned<String>>,
    /// What kind of document it is.
    pub(super) kind: Option<String>,
}

/// A coding, or a selection with all its codings, that is left out, or stands where its positions say whatever it is called.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CodingEntry {
    pub(super) id: Spanned<String>,
    pub(super) leave_out: Option<Spanned<String>>,
    pub(super) at_its_positions: Option<Spanned<String>>,
}

impl SourceEntry {
    /// What is said of it as of anything else; a case or a kind alone leaves its name as it is.
    pub(super) fn plain(&self) -> Option<Entry> {
        let says_more = self.case.is_some() || self.kind.is_some();
        let is_said = self.means.is_some() || self.leave_out.is_some();
        (is_said || !says_more).then(|| Entry {
            raw: self.raw.clone(),
            means: self.means.clone(),
            leave_out: self.leave_out.clone(),
        })
    }
}

/// What was decided for the study in `root`; nothing where there is no file.
pub(super) fn read(root: &Path) -> Result<Definitions<Decided>, Diagnostics> {
    if root.join(FILE).exists() {
        return Definitions::read(root, FILE);
    }
    Definitions::parse(FILE, String::new())
}
