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
    pub(super) raw: Option<Spanned<String>>,
    /// Its id, where several are called so.
    pub(super) id: Option<Spanned<String>>,
    /// What the study calls it.
    pub(super) means: Option<Spanned<String>>,
    /// Why it is left out.
    pub(super) leave_out: Option<Spanned<String>>,
}

/// What a source of the project is.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SourceEntry {
    pub(super) raw: Option<Spanned<String>>,
    pub(super) id: Option<Spanned<String>>,
    pub(super) means: Option<Spanned<String>>,
    pub(super) leave_out: Option<Spanned<String>>,
    /// The case that it is about, where the project does not say.
    pub(super) case: Option<Spanned<String>>,
    /// What kind of document it is.
    pub(super) kind: Option<String>,
}

/// An entry that decides what something is.
pub(super) trait Decides {
    fn raw(&self) -> Option<&Spanned<String>>;
    fn id(&self) -> Option<&Spanned<String>>;
    fn means(&self) -> Option<&Spanned<String>>;
    fn leave_out(&self) -> Option<&Spanned<String>>;
    /// Whether it says something else, so that the name may stay as it is.
    fn says_more(&self) -> bool;
}

impl Decides for Entry {
    fn raw(&self) -> Option<&Spanned<String>> {
        self.raw.as_ref()
    }
    fn id(&self) -> Option<&Spanned<String>> {
        self.id.as_ref()
    }
    fn means(&self) -> Option<&Spanned<String>> {
        self.means.as_ref()
    }
    fn leave_out(&self) -> Option<&Spanned<String>> {
        self.leave_out.as_ref()
    }
    fn says_more(&self) -> bool {
        false
    }
}

impl Decides for SourceEntry {
    fn raw(&self) -> Option<&Spanned<String>> {
        self.raw.as_ref()
    }
    fn id(&self) -> Option<&Spanned<String>> {
        self.id.as_ref()
    }
    fn means(&self) -> Option<&Spanned<String>> {
        self.means.as_ref()
    }
    fn leave_out(&self) -> Option<&Spanned<String>> {
        self.leave_out.as_ref()
    }
    fn says_more(&self) -> bool {
        self.case.is_some() || self.kind.is_some()
    }
}

/// A coding, or a selection with all its codings, that is left out, or stands where its positions say whatever it is called.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CodingEntry {
    pub(super) id: Spanned<String>,
    pub(super) leave_out: Option<Spanned<String>>,
    pub(super) at_its_positions: Option<Spanned<String>>,
}

/// What was decided for the study in `root`; nothing where there is no file.
pub(super) fn read(root: &Path) -> Result<Definitions<Decided>, Diagnostics> {
    if root.join(FILE).exists() {
        return Definitions::read(root, FILE);
    }
    Definitions::parse(FILE, String::new())
}
