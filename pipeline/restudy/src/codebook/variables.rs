//! The variables that a codebook defines, in order: the columns of `responses`.

use serde::Serialize;

use super::model::{Codebook, Kind, Question};

/// What a variable's column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Holds {
    /// One of its labels.
    Labels,
    /// Text.
    Text,
    /// A number.
    Number,
    /// A point in time, in seconds since 1970.
    Timestamp,
}

/// Level of measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Labels without an order.
    Nominal,
    /// Labels with an order.
    Ordinal,
    /// Numbers, and points in time.
    Numeric,
    /// Free text, and names.
    Text,
}

impl Level {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Level::Nominal => "nominal",
            Level::Ordinal => "ordinal",
            Level::Numeric => "numeric",
            Level::Text => "text",
        }
    }
}

/// A variable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Variable {
    /// Name of the column.
    pub name: String,
    /// Name of the question.
    pub question: String,
    /// Name of the item, where the question has items.
    pub item: Option<String>,
    /// Name of the stage, where the variable is about one.
    pub stage: Option<String>,
    /// What it is about.
    pub label: String,
    /// What its column holds.
    pub holds: Holds,
    /// Level of measurement.
    pub level: Level,
    /// The set of its labels.
    pub value_set: Option<String>,
    /// Its labels, in order, without those that only say why an answer is missing.
    pub labels: Vec<String>,
}

impl Variable {
    /// Whether its labels are a scale.
    pub fn ordered(&self) -> bool {
        self.level == Level::Ordinal
    }
}

/// The set of labels of items of a multiple-response question.
pub(super) const SELECTION: &str = "selection";
/// Label of an item that was ticked.
pub(super) const SELECTED: &str = "selected";
/// Label of an item that was not ticked by somebody who ticked another.
pub(super) const NOT_SELECTED: &str = "not selected";
/// Label of an item of a staged question that was ticked for some stage.
pub(super) const HAPPENS: &str = "happens";

impl Codebook {
    /// The variables, in the order of the questions and their items.
    pub fn variables(&self) -> Vec<Variable> {
        self.questions.iter().flat_map(|q| self.variables_of(q)).collect()
    }

    fn variables_of(&self, question: &Question) -> Vec<Variable> {
        let whole = |holds, level| Variable {
            name: question.name.clone(),
            question: question.name.clone(),
            item: None,
            stage: None,
            label: question.label.clone(),
            holds,
            level,
            value_set: None,
            labels: Vec::new(),
        };
        let of_item = |holds, level, item: &super::Item| Variable {
            name: format!("{}__{}", question.name, item.name),
            item: Some(item.name.clone()),
            label: item.label.clone(),
            ..whole(holds, level)
        };
        let items = question.items.iter();
        match question.kind {
            Kind::Id | Kind::Text => vec![whole(Holds::Text, Level::Text)],
            Kind::Timestamp => vec![whole(Holds::Timestamp, Level::Numeric)],
            Kind::Single | Kind::Coded => vec![self.labelled(whole(Holds::Labels, Level::Nominal), question)],
            Kind::Grid => {
                items.map(|i| self.labelled(of_item(Holds::Labels, Level::Nominal, i), question)).collect()
            }
            Kind::Multiple => items
                .map(|i| Variable {
                    value_set: Some(SELECTION.to_owned()),
                    labels: vec![SELECTED.to_owned(), NOT_SELECTED.to_owned()],
                    ..of_item(Holds::Labels, Level::Nominal, i)
                })
                .collect(),
            Kind::Numbers if question.items.is_empty() => vec![whole(Holds::Number, Level::Numeric)],
            Kind::Numbers => items.map(|i| of_item(Holds::Number, Level::Numeric, i)).collect(),
            Kind::Staged => items
                .flat_map(|item| {
                    let at_all = Variable {
                        value_set: Some(happens_set(question)),
                        labels: happens_labels(question),
                        ..of_item(Holds::Labels, Level::Nominal, item)
                    };
                    let by_stage = question.stages.iter().map(|stage| {
                        let of_item = of_item(Holds::Labels, Level::Nominal, item);
                        let of_stage = Variable {
                            name: format!("{}_{}", of_item.name, stage.name),
                            stage: Some(stage.name.clone()),
                            label: format!("{}: {}", item.label, stage.label),
                            ..of_item
                        };
                        self.labelled(of_stage, question)
                    });
                    std::iter::once(at_all).chain(by_stage).collect::<Vec<_>>()
                })
                .collect(),
        }
    }

    fn labelled(&self, variable: Variable, question: &Question) -> Variable {
        let Some(set) = question.values.as_deref().and_then(|name| self.set(name)) else { return variable };
        Variable {
            level: if set.ordered { Level::Ordinal } else { Level::Nominal },
            value_set: Some(set.name.clone()),
            labels: set.answers().map(|l| l.label.clone()).collect(),
            ..variable
        }
    }
}

/// The set of labels that say of an item of a staged question whether it happens at all.
pub(super) fn happens_set(question: &Question) -> String {
    format!("{}__at_all", question.name)
}

fn happens_labels(question: &Question) -> Vec<String> {
    let told = question.none.iter().chain(&question.unknown).map(|l| l.label.clone());
    std::iter::once(HAPPENS.to_owned()).chain(told).collect()
}

impl Codebook {
    /// Every set of labels as rows of `value_labels`: those of the files, and those that come with a kind of question.
    pub fn label_sets(&self) -> Vec<super::ValueSet> {
        let own = |name: String, labels: Vec<super::ValueLabel>| super::ValueSet {
            name,
            ordered: false,
            labels,
            place: crate::diagnostic::Place::file("codebook"),
        };
        let plain =
            |label: &str| super::ValueLabel { label: label.to_owned(), answer: String::new(), missing: None };
        let mut sets = self.sets.clone();
        if self.questions.iter().any(|q| q.kind == Kind::Multiple) {
            sets.push(own(SELECTION.to_owned(), vec![plain(SELECTED), plain(NOT_SELECTED)]));
        }
        for question in self.questions.iter().filter(|q| q.kind == Kind::Staged) {
            let told = question.none.iter().chain(&question.unknown).cloned();
            sets.push(own(happens_set(question), std::iter::once(plain(HAPPENS)).chain(told).collect()));
        }
        sets
    }
}
