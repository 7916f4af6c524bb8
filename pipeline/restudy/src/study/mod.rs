//! The study: `study.toml` as a value.
//!
//! In: the study's folder. Out: a [`Study`], all paths still relative to the folder. It opens no source.

mod check;
mod check_design;
mod definitions;
pub mod design;
mod for_waves;
mod missing;
mod source;

pub use definitions::Definitions;
pub use design::Design;
pub use for_waves::ForWaves;
pub use missing::MissingReason;
pub use source::{CellRange, Format, Header, Names, Source};

use std::path::{Path, PathBuf};

use indexmap::IndexMap;
use serde::Deserialize;

use crate::diagnostic::{Diagnostic, Diagnostics, Place};

/// The file, in the study's folder.
const FILE: &str = "study.toml";

/// The definitions of a study, as `study.toml` gives them.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Study {
    /// The folder that holds `study.toml`; every other path of the study is relative to it.
    #[serde(skip)]
    pub root: PathBuf,
    /// The text of `study.toml`, to point into.
    #[serde(skip)]
    pub text: String,
    /// How many bytes of an export are read at once: what memory holds of it. No result depends on it.
    #[serde(skip, default = "at_once")]
    pub at_once: u64,
    /// Title of the study and its report.
    pub title: String,
    /// Second line of the title.
    pub subtitle: String,
    /// Who wrote it, or after whom.
    pub author: String,
    /// Language of the report (ISO 639-1).
    pub language: String,
    /// Region of the language (ISO 3166-1).
    pub region: String,
    /// Who the respondents are, in words.
    pub respondents: String,
    /// Sources that all waves share; a study may have none.
    #[serde(default)]
    pub sources: Sources,
    /// The waves, oldest first.
    #[serde(rename = "wave")]
    pub waves: Vec<Wave>,
    /// How the sample was drawn: the column `design`.
    #[serde(default)]
    pub design: Design,
    /// The same sample seen in other ways: the column `design_NAME` of each.
    #[serde(default)]
    pub designs: IndexMap<String, Design>,
    /// How the report is made.
    pub report: ReportSettings,
}

fn at_once() -> u64 {
    1 << 20
}

/// Sources that do not belong to one wave. A table whose source is not there is not there.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sources {
    /// Case-study schools.
    pub cases: Option<Source>,
    /// List of documents.
    pub documents: Option<Source>,
    /// Folder of the documents' texts.
    pub texts: Option<String>,
    /// Codings of segments.
    pub codings: Option<Source>,
    /// A project of qualitative data (`.qdpx`) that holds documents, codings and perhaps cases.
    pub project: Option<String>,
    /// A code book of such a program (`.qdc`), which the code frame is held against.
    pub codes: Option<String>,
    /// Places where the questionnaire was piloted.
    pub pilots: Option<Source>,
    /// Published claims.
    pub claims: Option<Source>,
    /// How published claims bear on each other (TOML).
    pub claim_relations: Option<String>,
    /// The wave that they are about; the only one if not set.
    pub claims_wave: Option<String>,
}

impl Sources {
    /// Those that are there: tables, and a folder or file of another kind, each by its name relative to the study's folder.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        let tables = [&self.cases, &self.documents, &self.codings, &self.pilots, &self.claims];
        let others = [&self.texts, &self.project, &self.codes, &self.claim_relations];
        let tables = tables.into_iter().flatten().map(|table| table.file.as_str());
        tables.chain(others.into_iter().flatten().map(String::as_str))
    }
}

/// One wave of the survey.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wave {
    /// Name of the wave, as `--wave` takes it.
    pub id: String,
    /// The wave in words.
    pub title: String,
    /// When the answers were collected, in words.
    pub fieldwork: String,
    /// Date on the report (ISO 8601); also the PDF's date, so that the clock never enters it.
    pub published: String,
    /// Whether the wave's data were made rather than collected.
    pub synthetic: bool,
    /// What readers must know about the data; printed in the front matter.
    pub notice: String,
    /// Survey responses.
    pub responses: Source,
    /// Codes given to open answers, where somebody has coded them.
    pub open_codings: Option<Source>,
    /// Sampling frame, where there is one.
    pub frame: Option<Source>,
    /// How the sample of this wave was drawn, where it is another than the study's.
    pub design: Option<Design>,
    /// The same for further designs: those of the same name are replaced.
    #[serde(default)]
    pub designs: IndexMap<String, Design>,
}

impl Wave {
    /// The files that are this wave's own.
    pub fn sources(&self) -> impl Iterator<Item = &Source> {
        std::iter::once(&self.responses).chain(&self.open_codings).chain(&self.frame)
    }
}

/// How the report is made.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportSettings {
    /// The template that gives the order of the sections, in `report-templates/`.
    pub template: String,
    /// Folder of font files, in `report-templates/`.
    pub fonts: String,
    /// Bibliography, in `report-templates/`.
    pub bibliography: String,
    /// What the study counts, in the plural and in lower case, beside respondents and people: a number typed before one
    /// of these is a number about its data.
    #[serde(default)]
    pub counted: Vec<String>,
}

impl Study {
    /// Reads `study.toml` in `root`.
    ///
    /// # Errors
    /// The file is missing, is not TOML, or lacks or has too many fields; the place is told.
    pub fn load(root: &Path) -> Result<Study, Diagnostics> {
        let file = Definitions::<Study>::read(root, FILE).map_err(|faults| {
            let mut told = Diagnostics::new();
            told.extend(faults.into_iter().map(|fault| match root.join(FILE).exists() {
                true => fault,
                false => fault.hint("run restudy in a study's folder, or name the folder with `--study`"),
            }));
            told
        })?;
        Self::checked(root, file)
    }

    /// The study that `text` would define, as the content of `study.toml` in `root`.
    ///
    /// # Errors
    /// As for [`Study::load`].
    pub fn parse(root: &Path, text: String) -> Result<Study, Diagnostics> {
        Self::checked(root, Definitions::parse(FILE, text)?)
    }

    fn checked(root: &Path, file: Definitions<Study>) -> Result<Study, Diagnostics> {
        let diagnostics = check::check(&file)?;
        let study = Study { root: root.to_path_buf(), text: file.text, ..file.value };
        diagnostics.or(study).map(|(study, _)| study)
    }

    /// The waves that an edition of `wave` is about: those before it, and itself. A wave that comes later changes none of it.
    pub fn edition(&self, wave: &Wave) -> &[Wave] {
        let at = self.waves.iter().position(|known| known.id == wave.id);
        at.and_then(|at| self.waves.get(..=at)).unwrap_or_default()
    }

    /// The designs of `wave` by the columns that hold them: `design` first, then `design_NAME` in the order of the
    /// names.
    pub fn designs(&self, wave: &Wave) -> Vec<(String, Design)> {
        let mut designs =
            vec![(design::COLUMN.to_owned(), wave.design.as_ref().unwrap_or(&self.design).clone())];
        let mut others = self.designs.clone();
        others.extend(wave.designs.clone());
        designs.extend(
            others.into_iter().map(|(name, of_name)| (format!("{}_{name}", design::COLUMN), of_name)),
        );
        designs
    }

    /// The ids of the waves, oldest first.
    pub fn wave_ids(&self) -> Vec<&str> {
        self.waves.iter().map(|wave| wave.id.as_str()).collect()
    }

    /// Whether the published claims are about `wave`.
    pub fn claims_are_about(&self, wave: &str) -> bool {
        self.sources.claims_wave.as_deref().is_none_or(|about| about == wave)
    }

    /// The place of a byte range of `study.toml`.
    pub fn place(&self, span: std::ops::Range<usize>) -> Place {
        Place::span(FILE, &self.text, span)
    }

    /// The wave named `id`, or the newest where none is named.
    ///
    /// # Errors
    /// There is no such wave; those that exist are told.
    pub fn wave(&self, id: Option<&str>) -> Result<&Wave, Diagnostics> {
        let known: Vec<&str> = self.waves.iter().map(|w| w.id.as_str()).collect();
        let found = match id {
            Some(id) => self.waves.iter().find(|w| w.id == id),
            None => self.waves.last(),
        };
        found.ok_or_else(|| {
            Diagnostic::error(match id {
                Some(id) => format!("there is no wave `{id}`"),
                None => "the study has no wave".to_owned(),
            })
            .at(Place::file(FILE))
            .note(format!("the waves are: {}", known.join(", ")))
            .into()
        })
    }
}
