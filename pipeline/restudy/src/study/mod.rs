//! The study: `study.toml` as a value.
//!
//! In: the study's folder. Out: a [`Study`], all paths still relative to the folder. It opens no source.

mod check;
mod definitions;

pub use definitions::Definitions;

use std::path::{Path, PathBuf};

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
    /// Sources that all waves share.
    pub sources: Sources,
    /// The waves, oldest first.
    #[serde(rename = "wave")]
    pub waves: Vec<Wave>,
    /// How the sample was drawn.
    pub design: Design,
    /// How the report is made.
    pub report: ReportSettings,
}

/// Sources that do not belong to one wave.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sources {
    /// Case-study schools (CSV).
    pub cases: String,
    /// List of documents (CSV).
    pub documents: String,
    /// Folder of the documents' texts.
    pub texts: String,
    /// Codings of segments (CSV).
    pub codings: String,
    /// Places where the questionnaire was piloted (CSV).
    pub pilots: String,
    /// Published claims (CSV).
    pub claims: String,
    /// How published claims bear on each other (TOML).
    pub claim_relations: String,
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
    /// Survey responses (CSV).
    pub responses: String,
    /// Codes given to open answers (CSV).
    pub open_codings: String,
    /// Sampling frame (CSV).
    pub frame: String,
}

/// How the sample was drawn.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Design {
    /// Kind of design: `simple random` is the one known so far.
    pub kind: String,
    /// Where the size of the population comes from: `frame` is the sum of those invited.
    pub population: String,
    /// Level of confidence intervals, between 0 and 1.
    pub confidence: f64,
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
        let diagnostics = check::check(&file)?;
        let study = Study { root: root.to_path_buf(), ..file.value };
        diagnostics.or(study).map(|(study, _)| study)
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
