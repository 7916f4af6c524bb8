//! The columns that a raw export must have for a codebook.

use super::model::{Codebook, Kind, Question};
use super::variables::Variable;
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
        Kind::Grid | Kind::Multiple | Kind::Numbers if !question.items.is_empty() => {
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
        asked.flat_map(|(number, question)| of_question(number, question)).collect()
    }
}
