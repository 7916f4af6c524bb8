//! The recipe of a wave: how many, of what, and what leans on what.

use std::path::Path;

use indexmap::IndexMap;
use serde::Deserialize;

use crate::codebook::{Question, read_toml};
use crate::fault::Fault;
use crate::layout::Layout;
use crate::variant::Variant;

/// Weights by name: of factors, or of labels.
pub(crate) type Weights = IndexMap<String, f64>;

/// Numbers of answers by label.
pub(crate) type Counts = IndexMap<String, Count>;

/// A recipe.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Recipe {
    /// Whether the counts are those of another wave, made to fit this one's size: then fewer are taken where fewer are there.
    #[serde(skip)]
    pub(crate) fitted: bool,
    /// The seed of all chance.
    pub(crate) seed: u64,
    /// Number of respondents.
    pub(crate) respondents: usize,
    /// The codebook's folder, from the recipe's.
    pub(crate) codebook: String,
    /// The folder to write to, from the recipe's.
    pub(crate) output: String,
    /// The file with open answers, from the recipe's folder.
    pub(crate) texts: Option<String>,
    /// When people answered.
    pub(crate) clock: Clock,
    /// What decides who answers.
    pub(crate) response: Response,
    /// What cannot be seen but leans on answers, in order.
    #[serde(default, rename = "factor")]
    pub(crate) factors: Vec<Factor>,
    /// Pages of the questionnaire, in order.
    #[serde(rename = "page")]
    pub(crate) pages: Vec<Page>,
    /// Answers, in the order in which they are decided.
    #[serde(rename = "step")]
    pub(crate) steps: Vec<Step>,
    /// Open answers.
    #[serde(default, rename = "text")]
    pub(crate) open: Vec<Open>,
    /// Questions that the codebook does not know yet.
    #[serde(default, rename = "question")]
    pub(crate) questions: Vec<Question>,
    /// Answers that the codebook does not know yet.
    #[serde(default, rename = "label")]
    pub(crate) labels: Vec<NewLabel>,
    /// The form of the export, where it is not the codebook's own.
    pub(crate) export: Option<Layout>,
}

/// An answer that the codebook does not know yet.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewLabel {
    /// The set that gets it.
    pub(crate) set: String,
    /// The label after which it stands.
    pub(crate) after: String,
    /// Its label.
    pub(crate) label: String,
    /// Its text in the export.
    pub(crate) answer: String,
}

/// When people answered, and how the tool numbers them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Clock {
    /// The question that holds the time of the first answer; other times are those of the last.
    pub(crate) started: String,
    /// First day, `2013-03-04`.
    pub(crate) first: String,
    /// Last day.
    pub(crate) last: String,
    /// Hours of the day, as a list to draw from: hours that stand there twice are twice as likely.
    pub(crate) hours: Vec<i64>,
    /// One answer in so many is given at a weekend.
    pub(crate) weekend_one_in: u64,
    /// Shortest and longest time for the whole questionnaire, in minutes.
    pub(crate) minutes: [i64; 2],
    /// The tool's first respondent number.
    pub(crate) first_id: u64,
    /// How far two successive numbers are apart, at most.
    pub(crate) id_step: u64,
}

/// What decides who answers.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Response {
    /// Factors that keep people answering, page after page.
    pub(crate) stay: Weights,
    /// Answers that keep people answering.
    #[serde(default)]
    pub(crate) effects: Vec<Effect>,
    /// Factors that make people answer a question of a page that they see.
    pub(crate) answer: Weights,
    /// Chance per question: a whole grid may be skipped.
    pub(crate) question_noise: f64,
    /// Chance per item.
    pub(crate) item_noise: f64,
}

/// Something unseen about a respondent, roughly standard normal, on top of parts of earlier factors.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Factor {
    /// Its name.
    pub(crate) name: String,
    /// Earlier factors that it holds a part of.
    #[serde(default)]
    pub(crate) from: Weights,
}

/// A page of the questionnaire.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Page {
    /// How many got so far.
    pub(crate) reached: usize,
    /// Its questions; the last page has none, and those who reach it have submitted.
    pub(crate) questions: Vec<String>,
}

/// A count, or all that are left.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Count {
    /// So many.
    Exactly(usize),
    /// `"rest"`: all that are left.
    Rest(String),
}

/// Answers to one question.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Step {
    /// The question.
    pub(crate) question: String,
    /// How many answer, when the counts do not say it.
    pub(crate) answered: Option<usize>,
    /// Counts over all respondents.
    #[serde(default)]
    pub(crate) counts: Counts,
    /// Counts by earlier answers; a respondent belongs to the first cell that fits.
    #[serde(default)]
    pub(crate) cells: Vec<Cell>,
    /// Counts of each item of a grid.
    #[serde(default)]
    pub(crate) items: IndexMap<String, Counts>,
    /// Of a multiple-response question: items that stand alone.
    #[serde(default)]
    pub(crate) alone: Vec<String>,
    /// Of a staged question: the stage that is decided first, and the variable whose cells it is counted in.
    pub(crate) first: Option<FirstStage>,
    /// Of a staged question: what each item is given.
    #[serde(default)]
    pub(crate) staged: IndexMap<String, Staged>,
    /// Of a question that asks for numbers.
    #[serde(default)]
    pub(crate) numbers: IndexMap<String, Numbers>,
    /// On a scale: factors that push the answer up.
    #[serde(default)]
    pub(crate) score: Weights,
    /// Without a scale: per label, factors that make it likelier.
    #[serde(default)]
    pub(crate) lean: IndexMap<String, Weights>,
    /// Earlier answers that make a label likelier, or push the answer up.
    #[serde(default)]
    pub(crate) effects: Vec<Effect>,
    /// How much the items of a grid share one respondent's habit.
    #[serde(default)]
    pub(crate) habit: f64,
}

/// Counts for those who gave certain earlier answers.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Cell {
    /// The earlier answers.
    #[serde(default, rename = "where")]
    pub(crate) condition: IndexMap<String, OneOrMore>,
    /// How many answer, when the counts do not say it.
    pub(crate) answered: Option<usize>,
    /// The counts.
    pub(crate) counts: Counts,
}

/// One label or several.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum OneOrMore {
    /// One.
    One(String),
    /// Several.
    More(Vec<String>),
}

impl OneOrMore {
    /// Whether the label is among them.
    pub(crate) fn has(&self, label: &str) -> bool {
        match self {
            Self::One(one) => one == label,
            Self::More(more) => more.iter().any(|one| one == label),
        }
    }
}

/// An earlier answer that pushes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Effect {
    /// The earlier variable; a `*` at the end means every variable that begins so, each adding its part.
    pub(crate) variable: String,
    /// Its labels that push.
    pub(crate) is: OneOrMore,
    /// The item that is pushed; none means all.
    pub(crate) item: Option<String>,
    /// The label that is pushed; none means the score on the scale.
    pub(crate) label: Option<String>,
    /// How strongly; below -50 means never.
    pub(crate) add: f64,
}

/// The stage that is decided first.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FirstStage {
    /// Its name.
    pub(crate) stage: String,
    /// The variable in whose cells it is counted.
    pub(crate) by: String,
}

/// What an item of a staged question is given.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Staged {
    /// How many say that it happens in some stage.
    pub(crate) happens: usize,
    /// How many tick the box for "does not happen".
    pub(crate) none: usize,
    /// How many tick the box for "do not know".
    pub(crate) unknown: usize,
    /// In the first stage, by the cells of the step's variable.
    pub(crate) first: IndexMap<String, usize>,
    /// In other stages.
    pub(crate) stages: IndexMap<String, usize>,
}

/// What an item that asks for a number is given.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Numbers {
    /// How many give it, of those who answer the question.
    pub(crate) answered: usize,
    /// Mean.
    #[serde(default)]
    pub(crate) mean: f64,
    /// Spread.
    #[serde(default)]
    pub(crate) spread: f64,
    /// People give round figures: the number is a multiple of this.
    pub(crate) unit: f64,
    /// Least.
    #[serde(default)]
    pub(crate) least: f64,
    /// Greatest.
    pub(crate) greatest: f64,
    /// Instead of mean and spread: what these items, decided before, leave of `greatest`.
    #[serde(default)]
    pub(crate) rest_of: Vec<String>,
    /// Who can give it.
    #[serde(default, rename = "where")]
    pub(crate) condition: IndexMap<String, OneOrMore>,
    /// Factors that push it up, each by so many spreads.
    #[serde(default)]
    pub(crate) score: Weights,
}

/// Answers to an open question.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Open {
    /// The question.
    pub(crate) question: String,
    /// The question that the answers are coded into: each respondent with one of its codes answers.
    pub(crate) coded: Option<String>,
    /// Texts by code; under `any` when nothing is coded: as many respondents answer as there are texts.
    pub(crate) texts: IndexMap<String, Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OpenFile {
    #[serde(rename = "text")]
    open: Vec<Open>,
}

/// Reads a recipe and the file of open answers that it names.
pub(crate) fn read(path: &Path) -> Result<Recipe, Fault> {
    let beside = |name: &str| path.parent().unwrap_or(Path::new(".")).join(name);
    let table: toml::Table = read_toml(path)?;
    let mut recipe: Recipe = if table.contains_key("like") {
        let variant: Variant = read_toml(path)?;
        let base = read(&beside(&variant.like))?;
        variant.of(base)?
    } else {
        read_toml(path)?
    };
    if let Some(texts) = &recipe.texts {
        let file: OpenFile = read_toml(&beside(texts))?;
        recipe.open.extend(file.open);
    }
    Ok(recipe)
}
