//! Reads the cells of an export in the light of the codebook.
//!
//! In: a chunk of the raw export, the codebook. Out: the answers in it as far as they are read cell by cell; what follows from
//! several cells, or from other chunks, is settled by those that call.

use std::collections::HashMap;

use super::expected::Target;
use super::missing::{Missing, MissingReason};
use super::model::{Codebook, Kind, Question, ValueLabel};
use super::sheet::{Values, number, shown};
use super::staged;
use super::timestamp::{self, Dates};
use super::together;
use super::variables::{Holds, Variable};
use crate::diagnostic::{Diagnostic, Place, nearest};
use crate::sources::{Faults, RawTable};

/// The answers of a wave, or of a chunk of it: one column per variable, in the order of the codebook, and every missing answer with its reason.
#[derive(Clone, Debug)]
pub struct Responses {
    /// The wave.
    pub wave: String,
    /// The respondents, in the order of the file.
    pub respondents: Vec<String>,
    /// The variables.
    pub variables: Vec<Variable>,
    /// Their columns; rows are respondents.
    pub columns: Vec<Values>,
    /// Missing answers, by variable and row.
    pub missing: Vec<Missing>,
}

impl Responses {
    /// Adds those of the next chunk.
    pub fn append(&mut self, next: Responses) {
        let before = self.respondents.len();
        self.respondents.extend(next.respondents);
        self.columns.iter_mut().zip(next.columns).for_each(|(own, next)| own.append(next));
        self.missing.extend(next.missing.into_iter().map(|m| Missing { row: before + m.row, ..m }));
    }
}

/// An answer that a question with labels takes: the number of its label, or why it is none.
struct Known<'a> {
    answer: &'a str,
    label: u32,
    missing: Option<MissingReason>,
}

/// The answers as far as they are read.
pub(super) struct Reader<'a> {
    pub(super) codebook: &'a Codebook,
    pub(super) table: &'a RawTable,
    pub(super) faults: Faults<'a>,
    /// Respondents by row.
    pub(super) respondents: Vec<String>,
    pub(super) columns: Vec<Values>,
    pub(super) wave: &'a str,
    pub(super) variables: Vec<Variable>,
    by_name: HashMap<String, usize>,
    /// Raw columns of each question: what they answer, and where they stand.
    pub(super) raw: Vec<Vec<(Target, usize)>>,
    /// Reasons that respondents gave themselves, by variable and row.
    pub(super) stated: HashMap<(usize, usize), MissingReason>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(
        codebook: &'a Codebook,
        wave: &'a str,
        table: &'a RawTable,
        faults: Faults<'a>,
    ) -> Self {
        let variables = codebook.variables();
        let rows = table.len();
        let columns = variables.iter().map(|variable| match variable.holds {
            Holds::Labels => Values::Labels(vec![None; rows]),
            Holds::Text => Values::Text(vec![None; rows]),
            Holds::Number => Values::Number(vec![None; rows]),
            Holds::Timestamp => Values::Timestamp(vec![None; rows]),
        });
        Reader {
            codebook,
            table,
            faults,
            respondents: vec![String::new(); rows],
            columns: columns.collect(),
            wave,
            by_name: variables.iter().enumerate().map(|(i, v)| (v.name.clone(), i)).collect(),
            variables,
            raw: vec![Vec::new(); codebook.questions.len()],
            stated: HashMap::new(),
        }
    }

    /// Reads all cells of one question.
    pub(super) fn question(&mut self, number: usize) {
        let codebook = self.codebook;
        let question = &codebook.questions[number];
        if question.kind == Kind::Staged {
            staged::read(self, number);
            return;
        }
        if let Some(separator) = &question.separator {
            together::read(self, number, separator);
            return;
        }
        let known = self.known(question);
        for (target, column) in self.raw[number].clone() {
            let Some(variable) = self.variable_of(question, target) else { continue };
            for row in 0..self.table.len() {
                let cell = self.table.cell(row, column);
                if !cell.is_empty() && !self.is_missing(question, &[variable], row, column) {
                    self.cell(question, &known, target, variable, (row, column), cell);
                }
            }
        }
    }

    fn cell(
        &mut self,
        question: &Question,
        known: &[Known<'_>],
        target: Target,
        variable: usize,
        (row, column): (usize, usize),
        cell: &str,
    ) {
        match question.kind {
            Kind::Id | Kind::Text => self.set_text(variable, row, cell),
            Kind::Timestamp => match timestamp::seconds(cell, question.dates) {
                Some(seconds) => {
                    if let Values::Timestamp(values) = &mut self.columns[variable] {
                        values[row] = Some(seconds);
                    }
                }
                None => self.wrong(variable, row, column, cell, "is not a time", |f| {
                    let orders = Dates::ALL.into_iter().filter(|dates| dates.is_time(cell));
                    let orders: Vec<String> =
                        orders.map(|dates| format!("`dates = \"{}\"`", dates.words())).collect();
                    match (orders.is_empty(), question.dates) {
                        (false, None) => f.hint(format!(
                            "say with the question in what order its dates are: {}",
                            orders.join(" or ")
                        )),
                        (false, Some(_)) => f.hint(format!("is it {}?", orders.join(" or "))),
                        (true, _) => f.hint("write it like `2013-03-18 14:05:09`"),
                    }
                }),
            },
            Kind::Numbers => {
                let code = self.table.code(row, column);
                self.number(question, variable, (row, column), code);
            }
            Kind::Multiple => {
                let answer = match target {
                    Target::Item(item) => question.items.get(item).and_then(|i| i.answer.as_deref()),
                    _ => None,
                };
                if answer == Some(cell) {
                    self.set_label(variable, row, 0);
                } else {
                    self.unknown_answer(
                        variable,
                        row,
                        column,
                        cell,
                        &answer.into_iter().collect::<Vec<_>>(),
                        "",
                    );
                }
            }
            Kind::Single | Kind::Grid => self.labelled(question, known, variable, (row, column), cell),
            Kind::Staged | Kind::Coded => {}
        }
    }

    fn number(&mut self, question: &Question, variable: usize, (row, column): (usize, usize), cell: &str) {
        let Some(value) = number(cell) else {
            return self.wrong(variable, row, column, cell, "is not a number", |f| {
                f.hint(match number(&cell.replacen(',', ".", 1)) {
                    Some(_) => "if commas stand before decimals, declare it with the file: `decimal = \",\"`",
                    None => "write digits only, with a point for decimals and no unit",
                })
            });
        };
        if question.min.is_some_and(|min| value < min) || question.max.is_some_and(|max| value > max) {
            return self.wrong(variable, row, column, cell, "is out of range", |f| {
                let end = |end: Option<f64>| end.map_or("any".to_owned(), |end| end.to_string());
                let (min, max) = (end(question.min), end(question.max));
                f.note(format!("`{}` takes numbers from {min} to {max}", question.name))
                    .hint("correct it, or leave the cell blank")
            });
        }
        if let Values::Number(values) = &mut self.columns[variable] {
            values[row] = Some(value);
        }
    }

    /// The answers that a question with labels takes.
    fn known(&self, question: &Question) -> Vec<Known<'a>> {
        let set = question.values.as_deref().and_then(|name| self.codebook.set(name));
        let is_closed = matches!(question.kind, Kind::Single | Kind::Grid);
        let Some(set) = set.filter(|_| is_closed) else { return Vec::new() };
        let number = |label: &ValueLabel| set.answers().position(|l| l.label == label.label);
        let known = set.labels.iter().map(|label| Known {
            answer: &label.answer,
            label: number(label).and_then(|n| u32::try_from(n).ok()).unwrap_or(0),
            missing: label.missing,
        });
        known.collect()
    }

    fn labelled(
        &mut self,
        question: &Question,
        known: &[Known<'_>],
        variable: usize,
        (row, column): (usize, usize),
        cell: &str,
    ) {
        match known.iter().find(|known| known.answer == cell) {
            Some(Known { missing: Some(reason), .. }) => {
                self.stated.insert((variable, row), *reason);
            }
            Some(Known { label, .. }) => self.set_label(variable, row, *label),
            None => {
                let set = question.values.as_deref().and_then(|name| self.codebook.set(name));
                let Some(set) = set else { return };
                let answers: Vec<&str> = set.labels.iter().map(|l| l.answer.as_str()).collect();
                let add = format!("add it to `{}` at {}", set.name, told(&set.place));
                self.unknown_answer(variable, row, column, cell, &answers, &add);
            }
        }
    }

    /// Whether the export itself calls the cell at `row` and `column` missing; `variables` then are so, for the reason that
    /// was declared. An answer that the codebook knows is one, whatever the export calls it.
    pub(super) fn is_missing(
        &mut self,
        question: &Question,
        variables: &[usize],
        row: usize,
        column: usize,
    ) -> bool {
        let Some(stated) = self.table.stated(row, column) else { return false };
        let cell = self.table.cell(row, column);
        let set = question.values.as_deref().and_then(|name| self.codebook.set(name));
        let is_closed = matches!(question.kind, Kind::Single | Kind::Grid);
        if is_closed && set.is_some_and(|set| set.labels.iter().any(|label| label.answer == cell)) {
            return false;
        }
        if let Some(reason) = stated.reason {
            self.stated.extend(variables.iter().map(|variable| ((*variable, row), reason)));
            return true;
        }
        let name = variables.first().map_or(&question.name, |variable| &self.variables[*variable].name);
        let message = format!("`{}` in `{name}` stands for no answer, for no declared reason", shown(cell));
        let hint = format!(
            "declare it with the file in study.toml: `missing = {{ \"{}\" = \"{}\" }}`",
            shown(stated.code),
            MissingReason::Refused
        );
        self.faults.cell(row, column, Diagnostic::error(message), |f| {
            let reasons: Vec<String> =
                MissingReason::ALL.iter().map(|reason| format!("`{reason}`")).collect();
            f.note(format!("the export calls it missing; the reasons are {}", reasons.join(", "))).hint(hint)
        });
        true
    }

    /// Tells an answer that the codebook does not know, with the nearest that it knows.
    pub(super) fn unknown_answer(
        &mut self,
        variable: usize,
        row: usize,
        column: usize,
        cell: &str,
        known: &[&str],
        otherwise: &str,
    ) {
        self.wrong(variable, row, column, cell, "is not in the codebook", |f| {
            let near = nearest(cell, known.iter().copied());
            match (near, known, otherwise) {
                (Some(near), _, "") => f.hint(format!("did you mean `{near}`?")),
                (Some(near), _, otherwise) => f.hint(format!("did you mean `{near}`? Else {otherwise}")),
                (None, [only], _) => {
                    f.hint(format!("write `{only}` where it was ticked, else leave it blank"))
                }
                (None, _, otherwise) => {
                    let listed: Vec<String> = known.iter().map(|k| format!("`{k}`")).collect();
                    f.note(format!("it knows {}", listed.join(", "))).hint(otherwise.to_owned())
                }
            }
        });
    }

    /// Tells an answer that cannot stand.
    fn wrong(
        &mut self,
        variable: usize,
        row: usize,
        column: usize,
        cell: &str,
        how: &str,
        more: impl FnOnce(Diagnostic) -> Diagnostic,
    ) {
        let told_of = &self.variables[variable];
        let of_all = self.codebook.question(&told_of.question).is_some_and(|q| q.separator.is_some());
        let name = if of_all { &told_of.question } else { &told_of.name };
        let fault = Diagnostic::error(format!("answer `{}` to `{name}` {how}", shown(cell)));
        self.faults.cell(row, column, fault, more);
    }

    fn variable_of(&self, question: &Question, target: Target) -> Option<usize> {
        match target {
            Target::Whole => self.variable(&question.name),
            Target::Item(item) => {
                self.variable(&format!("{}__{}", question.name, question.items.get(item)?.name))
            }
            _ => None,
        }
    }

    pub(super) fn variable(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    pub(super) fn raw_columns(&self, number: usize) -> &[(Target, usize)] {
        &self.raw[number]
    }

    pub(super) fn set_label(&mut self, variable: usize, row: usize, label: u32) {
        if let Values::Labels(values) = &mut self.columns[variable] {
            values[row] = Some(label);
        }
    }

    pub(super) fn label(&self, variable: usize, row: usize) -> Option<&str> {
        let Values::Labels(values) = &self.columns[variable] else { return None };
        let number = values.get(row).copied().flatten()?;
        self.variables[variable].labels.get(usize::try_from(number).ok()?).map(String::as_str)
    }

    /// Whether the export has a column of the question named `name`.
    pub(super) fn has_column(&self, name: &str) -> bool {
        let number = self.codebook.questions.iter().position(|q| q.name == name);
        number.is_some_and(|number| !self.raw[number].is_empty())
    }

    pub(super) fn has_text(&self, question: &str, row: usize) -> bool {
        self.variable(question).is_some_and(|variable| self.columns[variable].is_some(row))
    }

    pub(super) fn set_text(&mut self, variable: usize, row: usize, text: &str) {
        if let Values::Text(values) = &mut self.columns[variable] {
            values[row] = Some(text.to_owned());
        }
    }
}

/// A place as part of a sentence.
pub(super) fn told(place: &Place) -> String {
    Place { excerpt: None, column: None, ..place.clone() }.to_string()
}
