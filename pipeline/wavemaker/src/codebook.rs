//! The parts of a codebook that a maker of rows needs: column headers, items, answer texts, and who is asked what.

use std::path::{Path, PathBuf};

use indexmap::IndexMap;
use serde::Deserialize;

use crate::fault::Fault;
use crate::recipe::NewLabel;

/// A study's codebook.
#[derive(Debug)]
pub(crate) struct Codebook {
    /// Questions in the order of the questionnaire.
    pub(crate) questions: Vec<Question>,
    /// Sets of value labels by name.
    pub(crate) sets: IndexMap<String, ValueSet>,
}

/// A question.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Question {
    /// Its name, and that of its variable.
    pub(crate) name: String,
    /// `id`, `timestamp`, `single`, `grid`, `multiple`, `staged`, `numbers`, `text` or `coded`.
    pub(crate) kind: String,
    /// The set of its labels.
    pub(crate) values: Option<String>,
    /// Header in the export; none for coded answers.
    pub(crate) column: Option<String>,
    /// Its items.
    #[serde(default)]
    pub(crate) items: Vec<Item>,
    /// Stages in which an item may take place.
    #[serde(default)]
    pub(crate) stages: Vec<Stage>,
    /// The box for "does not happen".
    pub(crate) none: Option<Tick>,
    /// The box for "do not know".
    pub(crate) unknown: Option<Tick>,
    /// Who is asked.
    pub(crate) asked_if: Option<AskedIf>,
    /// Of a coded question: the open question whose answers were coded.
    pub(crate) coded_from: Option<String>,
}

/// An item of a question.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Item {
    /// Its name.
    pub(crate) name: String,
    /// Its text in the export; none for an item that open answers were coded into.
    pub(crate) answer: Option<String>,
}

/// A stage in which an item takes place.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Stage {
    /// Its name.
    pub(crate) name: String,
    /// Its text in the export.
    pub(crate) answer: String,
}

/// A box that stands apart from the stages.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Tick {
    /// Its label.
    pub(crate) label: String,
    /// Its text in the export.
    pub(crate) answer: String,
}

/// A condition on an earlier answer.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct AskedIf {
    /// The earlier variable.
    pub(crate) variable: String,
    /// The labels that open the question.
    pub(crate) is: Vec<String>,
}

/// A set of labels.
#[derive(Debug, Deserialize)]
pub(crate) struct ValueSet {
    name: String,
    /// Whether the labels form a scale.
    #[serde(default)]
    pub(crate) ordered: bool,
    /// The labels.
    pub(crate) labels: Vec<ValueLabel>,
}

/// A label and its text in the export.
#[derive(Debug, Deserialize)]
pub(crate) struct ValueLabel {
    /// The label that queries see.
    pub(crate) label: String,
    /// The answer in the export.
    pub(crate) answer: String,
    /// Why nothing is known, if the answer says so.
    pub(crate) missing: Option<String>,
}

impl Codebook {
    /// The question of a name.
    pub(crate) fn question(&self, name: &str) -> Option<&Question> {
        self.questions.iter().find(|question| question.name == name)
    }

    /// The codebook with what a recipe adds to it. What it knows already stays as it is.
    pub(crate) fn with(mut self, questions: &[Question], labels: &[NewLabel]) -> Result<Self, Fault> {
        for question in questions {
            if self.question(&question.name).is_none() {
                self.questions.push(question.clone());
            }
        }
        for new in labels {
            let unknown = |what: &str, name: &str| {
                Fault::step(format!("label {}", new.label), format!("the codebook has no {what} `{name}`"))
            };
            let set = self.sets.get_mut(&new.set).ok_or_else(|| unknown("set", &new.set))?;
            if set.labels.iter().any(|known| known.label == new.label) {
                continue;
            }
            let after = set.labels.iter().position(|known| known.label == new.after);
            let after = after.ok_or_else(|| unknown("label", &new.after))?;
            let label = ValueLabel { label: new.label.clone(), answer: new.answer.clone(), missing: None };
            set.labels.insert(after + 1, label);
        }
        Ok(self)
    }

    /// The labels of a question's set.
    pub(crate) fn labels(&self, question: &Question) -> Option<&ValueSet> {
        self.sets.get(question.values.as_deref()?)
    }
}

impl ValueSet {
    /// Its name.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The export's text of a label.
    pub(crate) fn answer(&self, label: &str) -> String {
        let known = self.labels.iter().find(|known| known.label == label);
        known.map(|known| known.answer.clone()).unwrap_or_default()
    }
}

#[derive(Deserialize)]
struct QuestionFile {
    question: Vec<Question>,
}

#[derive(Deserialize)]
struct SetFile {
    set: Vec<ValueSet>,
}

/// Reads `value-labels.toml` and `questions/*.toml`, the latter in the order of their names.
pub(crate) fn read(folder: &Path) -> Result<Codebook, Fault> {
    let sets: SetFile = read_toml(&folder.join("value-labels.toml"))?;
    let place = folder.join("questions");
    let listing = fs_err::read_dir(&place)?;
    let mut files: Vec<PathBuf> = Vec::new();
    for entry in listing {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            files.push(path);
        }
    }
    files.sort();
    let mut questions = Vec::new();
    for file in files {
        questions.extend(read_toml::<QuestionFile>(&file)?.question);
    }
    let sets = sets.set.into_iter().map(|set| (set.name.clone(), set)).collect();
    Ok(Codebook { questions, sets })
}

/// Reads one TOML file.
pub(crate) fn read_toml<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, Fault> {
    let text = fs_err::read_to_string(path)?;
    toml::from_str(&text).map_err(|error| Fault::form(path, error))
}
