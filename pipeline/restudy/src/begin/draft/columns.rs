//! What a column of an export holds, as far as its cells show.

use std::collections::HashMap;

use super::tools::{Known, known};
use crate::codebook::{is_number, is_time};
use crate::sources::RawTable;

/// Different answers of the longest set that is drafted.
pub(super) const MOST_LABELS: usize = 15;

/// A column of an export.
#[derive(Clone, Debug)]
pub(super) struct Column {
    /// Where it stands, from 0.
    pub(super) number: usize,
    /// Its name.
    pub(super) header: String,
    /// What of its name names it: the code, where the name is a code and its words.
    pub(super) code: String,
    /// What the file says that it is about; its name where it says nothing.
    pub(super) label: String,
    /// Different answers with how many gave each, in the order of the file's labels, else of the answers.
    pub(super) answers: Vec<(String, usize)>,
    /// How many cells hold an answer.
    pub(super) answered: usize,
    /// Whether the file itself has labels for its answers.
    pub(super) is_labelled: bool,
    /// Whether the file says that these are in an order.
    pub(super) is_ordinal: bool,
    /// What it holds.
    pub(super) holds: Holds,
}

/// What the cells of a column hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holds {
    /// Nothing.
    Nothing,
    /// A number for each respondent, no two the same, under a name that only such a column has.
    Id,
    /// It may tell who somebody is.
    Personal,
    /// It is about the tool.
    OfTool,
    /// Points in time.
    Times,
    /// Numbers.
    Numbers,
    /// A few answers, again and again.
    Labels,
    /// Words.
    Text,
}

impl Column {
    /// The column `number` of `table`.
    pub(super) fn of(table: &RawTable, number: usize, header: &str) -> Column {
        let described = table.described(number);
        let labels: Vec<String> = described
            .map(|described| described.value_labels.values().map(|label| label.trim().to_owned()).collect())
            .unwrap_or_default();
        let mut answers: Vec<(String, usize)> = Vec::new();
        let mut standing: HashMap<String, usize> = HashMap::new();
        for label in labels.iter().filter(|label| !label.is_empty()) {
            if !standing.contains_key(label) {
                standing.insert(label.clone(), answers.len());
                answers.push((label.clone(), 0));
            }
        }
        let (mut answered, mut numbers, mut times) = (0, true, true);
        for row in (0..table.len()).filter(|row| table.stated(*row, number).is_none()) {
            let (cell, code) = (table.cell(row, number), table.code(row, number));
            if cell.is_empty() {
                continue;
            }
            answered += 1;
            numbers &= is_number(code);
            times &= is_time(cell);
            match standing.get(cell) {
                Some(at) => answers[*at].1 += 1,
                None => {
                    standing.insert(cell.to_owned(), answers.len());
                    answers.push((cell.to_owned(), 1));
                }
            }
        }
        // Labels of what is no answer are no answers.
        let stands_for_none = |label: &str| {
            described.is_some_and(|described| {
                let codes = described.value_labels.iter().filter(|(_, l)| l.trim() == label);
                codes.clone().count() > 0 && codes.clone().all(|(code, _)| described.missing.has(code))
            })
        };
        answers.retain(|(answer, n)| *n > 0 || !stands_for_none(answer));
        let given = answers.iter().filter(|(_, n)| *n > 0).count();
        let labelled = answers.iter().filter(|(answer, n)| *n > 0 && labels.contains(answer)).count();
        let is_labelled = !labels.is_empty() && (2 * labelled > given || !numbers);
        let label = described.map(|described| described.label.trim()).filter(|label| !label.is_empty());
        let is_ordinal = described.is_some_and(|d| d.measure == Some(crate::sources::Measure::Ordinal));
        let unique = answered == table.len() && given == answered;
        let short = answers.iter().all(|(answer, _)| answer.chars().count() <= 100);
        let repeated =
            given <= MOST_LABELS && short && (answered >= 2 * given || given <= 3 && answered > given);
        let holds = match known(header) {
            _ if answered == 0 => Holds::Nothing,
            Some(Known::Id) if unique => Holds::Id,
            Some(Known::Personal) => Holds::Personal,
            Some(Known::OfTool) => Holds::OfTool,
            _ if is_labelled && answers.len() <= 4 * MOST_LABELS => Holds::Labels,
            _ if times => Holds::Times,
            _ if numbers => Holds::Numbers,
            _ if repeated => Holds::Labels,
            _ => Holds::Text,
        };
        // A header of two rows, `s1_role [Your role]`, is a code and its words.
        let in_brackets = header.strip_suffix(']').and_then(|header| header.split_once(" ["));
        let is_code = |code: &str| !code.contains(char::is_whitespace);
        let in_brackets = in_brackets.filter(|(code, words)| is_code(code) && words.contains(' '));
        let code = in_brackets.map_or(header, |(code, _)| code).to_owned();
        let label = label.or(in_brackets.map(|(_, words)| words.trim()));
        let (header, label) = (header.to_owned(), label.unwrap_or(header).to_owned());
        Column { number, header, code, label, answers, answered, is_labelled, is_ordinal, holds }
    }

    /// The only answer that anybody gave, if there is only one, and it is in words.
    pub(super) fn tick(&self) -> Option<&str> {
        let mut given = self.answers.iter().filter(|(_, n)| *n > 0);
        match (given.next(), given.next()) {
            (Some((tick, _)), None) if !self.is_labelled && !is_number(tick) => Some(tick),
            _ => None,
        }
    }
}
