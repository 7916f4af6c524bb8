//! The columns that a raw export must have for a codebook.

use super::model::{Codebook, Item, Kind, Question};
use super::variables::Variable;
use crate::diagnostic::Place;
use crate::sources::on_one_line;

/// What a raw column answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// The question as a whole.
    Whole,
    /// An item.
    Item(usize),
    /// An item at a stage.
    Stage(usize, usize),
    /// That an item happens at no stage.
    None(usize),
    /// That an item is not known.
    Unknown(usize),
}

impl Target {
    /// The item that it is about.
    pub(super) fn item(self) -> Option<usize> {
        match self {
            Target::Whole => None,
            Target::Item(item) | Target::Stage(item, _) | Target::None(item) | Target::Unknown(item) => {
                Some(item)
            }
        }
    }
}

/// A column of the raw export, as the codebook describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name in the header, on one line.
    pub header: String,
    /// What it means: its variable; `variable: label` where it is ticked for one label of a variable with several columns.
    pub means: String,
    /// The variable.
    pub variable: String,
    /// The question.
    pub question: String,
    /// The item, where the question has items.
    pub item: Option<String>,
    /// What its cells hold.
    pub takes: Takes,
}

impl Column {
    /// The names under which something is said of it: those of its question, its item and its variable.
    pub fn names(&self) -> Vec<String> {
        let item = self.item.as_ref().map(|item| format!("{}__{item}", self.question));
        [self.question.clone(), self.variable.clone()].into_iter().chain(item).collect()
    }

    /// The waves that asked its question or its item, and where that is said, if `wave` is not among them.
    pub fn waves_without(&self, codebook: &Codebook, wave: &str) -> Option<(Vec<String>, Place)> {
        let question = codebook.question(&self.question)?;
        let item = question.items.iter().find(|item| self.item.as_ref() == Some(&item.name));
        let said = [question.waves.as_ref(), item.and_then(|item| item.waves.as_ref())];
        let without = said.into_iter().flatten().find(|waves| !waves.iter().any(|other| other == wave))?;
        Some((without.clone(), question.place.clone()))
    }
}

/// What the cells of a raw column hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Takes {
    /// Answers of this set.
    Labels(String),
    /// This answer where it was ticked.
    Tick(String),
    /// Numbers.
    Numbers,
    /// Points in time.
    Times,
    /// Text.
    Text,
}

/// A column that the codebook names.
#[derive(Clone, Debug)]
pub(super) struct Expected {
    /// Its name in the header, on one line.
    pub(super) header: String,
    /// The question, by its number.
    pub(super) question: usize,
    /// What of the question it answers.
    pub(super) target: Target,
}

/// All columns of one question, in the order of its items.
pub(super) fn of_question(number: usize, question: &Question) -> Vec<Expected> {
    let column = question.column.as_deref().unwrap_or_default();
    let expected =
        |header: String, target| Expected { header: on_one_line(&header), question: number, target };
    let items = question.items.iter().enumerate().filter_map(|(i, item)| Some((i, item.answer.as_ref()?)));
    match question.kind {
        Kind::Grid | Kind::Multiple | Kind::Numbers
            if !question.items.is_empty() && question.separator.is_none() =>
        {
            let header = |i: usize, answer: &str| match &question.items[i].column {
                Some(own) => own.clone(),
                None => format!("{column} [{answer}]"),
            };
            items.map(|(i, answer)| expected(header(i, answer), Target::Item(i))).collect()
        }
        Kind::Staged => items
            .flat_map(|(i, answer)| {
                let head = format!("{column} [{answer}]");
                let stages = question.stages.iter().enumerate().map({
                    let head = head.clone();
                    move |(s, stage)| (format!("{head} [{}]", stage.answer), Target::Stage(i, s))
                });
                let none = question.none.iter().map(|l| (format!("{head} [{}]", l.answer), Target::None(i)));
                let unknown =
                    question.unknown.iter().map(|l| (format!("{head} [{}]", l.answer), Target::Unknown(i)));
                stages
                    .chain(none)
                    .chain(unknown)
                    .map(|(header, target)| expected(header, target))
                    .collect::<Vec<_>>()
            })
            .collect(),
        Kind::Coded => Vec::new(),
        _ if column.is_empty() => Vec::new(),
        _ => vec![expected(column.to_owned(), Target::Whole)],
    }
}

impl Codebook {
    /// The name of the column of the raw export that holds the answers of `variable`; none where coders gave them, or
    /// where they are in several columns.
    pub fn header_of(&self, variable: &Variable) -> Option<String> {
        let number = self.questions.iter().position(|question| question.name == variable.question)?;
        let question = &self.questions[number];
        let target = match &variable.item {
            None => Target::Whole,
            Some(item) => Target::Item(question.items.iter().position(|i| i.name == *item)?),
        };
        of_question(number, question).into_iter().find(|e| e.target == target).map(|e| e.header)
    }

    /// All columns that the raw export of `wave` must have.
    pub(super) fn expected(&self, wave: &str) -> Vec<Expected> {
        let asked = self.questions.iter().enumerate().filter(|(_, q)| q.asked_in(wave));
        let columns = asked.flat_map(|(number, question)| of_question(number, question));
        columns.filter(|e| self.item_of(e).is_none_or(|item| item.asked_in(wave))).collect()
    }

    fn item_of(&self, expected: &Expected) -> Option<&Item> {
        self.questions.get(expected.question)?.items.get(expected.target.item()?)
    }

    /// All columns that the codebook names, whatever the wave.
    pub fn columns(&self) -> Vec<Column> {
        let questions = self.questions.iter().enumerate();
        let expected = questions.flat_map(|(number, question)| of_question(number, question));
        expected.filter_map(|expected| self.column(expected)).collect()
    }

    /// Those of them that the export of `wave` must have.
    pub fn columns_of(&self, wave: &str) -> Vec<Column> {
        self.expected(wave).into_iter().filter_map(|expected| self.column(expected)).collect()
    }

    fn column(&self, expected: Expected) -> Option<Column> {
        let question = self.questions.get(expected.question)?;
        let item = self.item_of(&expected);
        let ticks = |answer: &str| Takes::Tick(answer.to_owned());
        let plain = match question.kind {
            Kind::Numbers => Takes::Numbers,
            Kind::Timestamp => Takes::Times,
            Kind::Single | Kind::Grid => Takes::Labels(question.values.clone()?),
            _ => Takes::Text,
        };
        let (stage, label, takes) = match expected.target {
            Target::Item(_) if question.kind == Kind::Multiple => (None, None, ticks(item?.answer.as_ref()?)),
            Target::Whole | Target::Item(_) => (None, None, plain),
            Target::Stage(_, stage) => {
                let stage = question.stages.get(stage)?;
                (Some(&stage.name), None, ticks(&stage.answer))
            }
            Target::None(_) => (None, question.none.as_ref(), ticks(&question.none.as_ref()?.answer)),
            Target::Unknown(_) => {
                (None, question.unknown.as_ref(), ticks(&question.unknown.as_ref()?.answer))
            }
        };
        let mut variable = question.name.clone();
        for (between, part) in [("__", item.map(|item| &item.name)), ("_", stage)] {
            if let Some(part) = part {
                variable = format!("{variable}{between}{part}");
            }
        }
        let means = label.map_or_else(|| variable.clone(), |label| format!("{variable}: {}", label.label));
        let (question, item) = (question.name.clone(), item.map(|item| item.name.clone()));
        Some(Column { header: expected.header, means, variable, question, item, takes })
    }
}
