//! The codebook as a value.

use serde::Serialize;

use super::code_frame::CodeFrame;
use super::missing::MissingReason;
use super::timestamp::Dates;
use crate::diagnostic::Place;

/// Everything that was asked, with its answers, and the codes for what was said freely.
#[derive(Clone, Debug, Serialize)]
pub struct Codebook {
    /// Sets of value labels.
    pub sets: Vec<ValueSet>,
    /// Questions, in the order in which they were put.
    pub questions: Vec<Question>,
    /// Columns of the raw export that nobody asks about.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<LeftOut>,
    /// Codes for segments of documents.
    pub code_frame: CodeFrame,
}

impl Codebook {
    /// The set of value labels named `name`.
    pub fn set(&self, name: &str) -> Option<&ValueSet> {
        self.sets.iter().find(|s| s.name == name)
    }

    /// The question named `name`.
    pub fn question(&self, name: &str) -> Option<&Question> {
        self.questions.iter().find(|q| q.name == name)
    }
}

/// A column of the raw export that is no question's.
#[derive(Clone, Debug, Serialize)]
pub struct LeftOut {
    /// Its name, on one line.
    pub column: String,
    /// Why it is left out.
    pub why: String,
}

/// A set of value labels: the answers that a question takes.
#[derive(Clone, Debug, Serialize)]
pub struct ValueSet {
    /// Name, as questions call it.
    pub name: String,
    /// Whether the labels are a scale, from its low end to its high end.
    pub ordered: bool,
    /// The labels, in order.
    pub labels: Vec<ValueLabel>,
    /// Where it is defined.
    #[serde(skip)]
    pub place: Place,
}

impl ValueSet {
    /// Labels of answers, in order; answers that only say why there is none are left out.
    pub fn answers(&self) -> impl Iterator<Item = &ValueLabel> {
        self.labels.iter().filter(|l| l.missing.is_none())
    }
}

/// A value label.
#[derive(Clone, Debug, Serialize)]
pub struct ValueLabel {
    /// What SQL, tables and charts see.
    pub label: String,
    /// The text in the survey tool's export.
    pub answer: String,
    /// Set where the answer counts as missing, for this reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing: Option<MissingReason>,
}

/// What a question asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// The respondent's number.
    Id,
    /// A point in time.
    Timestamp,
    /// One of a set of labels.
    Single,
    /// One of a set of labels for each item.
    Grid,
    /// Those items that apply.
    Multiple,
    /// For each item those stages that apply, or that it does not happen, or that it is not known.
    Staged,
    /// A number, or one for each item.
    Numbers,
    /// Free text.
    Text,
    /// A label that a coder gave to free text.
    Coded,
}

impl Kind {
    /// The word that the codebook's files use.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Id => "id",
            Kind::Timestamp => "timestamp",
            Kind::Single => "single",
            Kind::Grid => "grid",
            Kind::Multiple => "multiple",
            Kind::Staged => "staged",
            Kind::Numbers => "numbers",
            Kind::Text => "text",
            Kind::Coded => "coded",
        }
    }
}

/// A question, with its items where it has some.
#[derive(Clone, Debug, Serialize)]
pub struct Question {
    /// Name; variables are named after it.
    pub name: String,
    /// What it is about, in a few words.
    pub label: String,
    /// The question as it was put, in our words.
    pub text: String,
    /// What it asks for.
    pub kind: Kind,
    /// The set of value labels that it takes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub values: Option<String>,
    /// The column of the raw export, or what the columns of its items begin with. Without one the respondents' numbers are
    /// counted in the order of the export.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// Who was asked; everybody if not set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asked_if: Option<Universe>,
    /// Its items.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<Item>,
    /// The stages that each item is asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stages: Vec<Stage>,
    /// What says of an item that it happens at no stage.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub none: Option<ValueLabel>,
    /// What says of an item that it is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unknown: Option<ValueLabel>,
    /// The text question whose answers were coded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coded_from: Option<String>,
    /// The multiple-response set to which a text belongs: a text there counts as an answer to the set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part_of: Option<String>,
    /// What numbers count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Smallest number allowed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    /// Largest number allowed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
    /// The order of day and month in its times, where they do not begin with the year.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dates: Option<Dates>,
    /// What stands between the items that were ticked, where they are in one cell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub separator: Option<String>,
    /// The waves that asked it; all if not set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waves: Option<Vec<String>>,
    /// Where it is defined.
    #[serde(skip)]
    pub place: Place,
}

impl Question {
    /// Whether `wave` asked it.
    pub fn asked_in(&self, wave: &str) -> bool {
        self.waves.as_ref().is_none_or(|waves| waves.iter().any(|w| w == wave))
    }
}

/// Who was asked a question: those whose answer to an earlier one is among these labels.
#[derive(Clone, Debug, Serialize)]
pub struct Universe {
    /// The earlier variable.
    pub variable: String,
    /// Its labels that lead to the question.
    pub is: Vec<String>,
}

impl Universe {
    /// The universe in words: "`work_experience` is `yes` or `do not know`".
    pub fn words(&self) -> String {
        let labels: Vec<String> = self.is.iter().map(|l| format!("`{l}`")).collect();
        format!("`{}` is {}", self.variable, labels.join(" or "))
    }
}

/// An item of a question.
#[derive(Clone, Debug, Serialize)]
pub struct Item {
    /// Name; the variable is `question__item`.
    pub name: String,
    /// What SQL, tables and charts see.
    pub label: String,
    /// Its text in the survey tool's export; none for an item that only coders give.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    /// Its column of the raw export, where that is not called by the question and the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// The text question whose answers were coded into it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coded_from: Option<String>,
    /// The waves that asked it; all that asked the question if not set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waves: Option<Vec<String>>,
}

impl Item {
    /// Whether `wave` asked it, where it asked the question.
    pub fn asked_in(&self, wave: &str) -> bool {
        self.waves.as_ref().is_none_or(|waves| waves.iter().any(|w| w == wave))
    }
}

/// A stage of a staged question.
#[derive(Clone, Debug, Serialize)]
pub struct Stage {
    /// Name; the variable is `question__item_stage`.
    pub name: String,
    /// What SQL, tables and charts see.
    pub label: String,
    /// Its text in the survey tool's export.
    pub answer: String,
}
