//! Reads one export as its crosswalk says.
//!
//! In: a [`RawTable`], the codebook as the wave asked it. Out: the table with the codebook's columns and answers, or everything of
//! which the crosswalk decides nothing, or something that cannot be.

use std::collections::{HashMap, HashSet};

use super::compare::{compare, labels};
use super::draft::quoted;
use super::merges;
use super::model::{Changed, Column, Crosswalk, How, Means};
use crate::codebook::{self, Codebook, Takes};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, nearest};
use crate::sources::{Faults, RawTable, Reading, shortened};

/// How `answers` call a box that was ticked.
pub(super) const TICKED: &str = "selected";
/// How they call one that was not.
pub(super) const NOT_TICKED: &str = "not selected";

impl Crosswalk {
    /// `table`, the export, with the columns and answers of `codebook`, as the wave asked it, as far as that is decided; and what
    /// is not: columns and answers, decisions about columns that are not there, variables that no column means.
    pub fn apply(&self, codebook: &Codebook, table: RawTable) -> (RawTable, Diagnostics) {
        let known = codebook.columns();
        let asked = codebook.columns_of(&self.wave);
        let mut faults = Faults::new(&table);
        let rows: HashMap<&str, &Column> = self.columns.iter().map(|c| (c.raw.as_str(), c)).collect();
        let mut readings = Vec::new();
        let mut likely: HashSet<String> = HashSet::new();
        let mut proposals = None;
        for (column, header) in table.headers().enumerate() {
            let row = rows.get(header).copied();
            match row.map(|row| (row, &row.means)) {
                None | Some((_, Means::Open)) => {
                    let proposals =
                        proposals.get_or_insert_with(|| compare(codebook, &table, &HashMap::new()));
                    let candidates = proposals.get(column).map_or(&[][..], |proposal| &proposal.candidates);
                    let named: Vec<(&str, f64)> = candidates
                        .iter()
                        .filter_map(|candidate| {
                            Some((known.get(candidate.column)?.means.as_str(), candidate.name))
                        })
                        .collect();
                    likely.extend(named.first().map(|(means, _)| (*means).to_owned()));
                    self.open(column, header, row, &named, &mut faults);
                }
                Some((_, Means::LeftOut(_))) => {}
                Some((_, Means::Kept(name))) => {
                    readings.push(Reading { column, name: name.clone(), ..Reading::default() });
                }
                Some((row, Means::Variable(means))) => {
                    let Some(of) = known.iter().find(|known| known.means == *means) else { continue };
                    if !asked.contains(of) {
                        faults.other(self.not_asked(codebook, of, row));
                    }
                    let words = self.words(codebook, of, row);
                    if let Takes::Labels(set) = &of.takes
                        && let Some(set) =
                            codebook.set(set).filter(|_| !self.says_whether_comparable(of, row))
                    {
                        let merged = merges::met(set, &words, &table, column);
                        merged
                            .iter()
                            .for_each(|(label, answers)| faults.other(unsaid_merge(row, label, answers)));
                    }
                    readings.push(Reading { column, name: of.header.clone(), words, times: row.times });
                }
            }
        }
        for row in self.columns.iter().filter(|row| table.column(&row.raw).is_none()) {
            let fault = Diagnostic::error(format!("the export has no column `{}`", shortened(&row.raw)));
            let near = nearest(&row.raw, table.headers());
            faults.other(fault.at(row.place.clone()).hint(match near {
                Some(near) => format!("is it the column `{}`?", shortened(near)),
                None => {
                    "take the row out; if the variable was not asked, list it under `[[gone]]`".to_owned()
                }
            }));
        }
        self.unmeant(codebook, &likely, &mut faults);
        let mut told = faults.finish();
        let table = table.read_as(&readings);
        told.extend(self.unknown_answers(codebook, &known, &table));
        (table, told)
    }

    /// A column means what the codebook or the crosswalk itself says was not asked.
    fn not_asked(&self, codebook: &Codebook, of: &codebook::Column, row: &Column) -> Diagnostic {
        let (raw, variable) = (shortened(&row.raw), &of.variable);
        let names = of.names();
        if self.gone.iter().any(|gone| names.contains(&gone.variable)) {
            let message = format!("column `{raw}` means `{variable}`, which stands under `[[gone]]`");
            return Diagnostic::error(message).at(row.place.clone()).hint("take out one of the two");
        }
        let (waves, place) =
            of.waves_without(codebook, &self.wave).unwrap_or_else(|| (Vec::new(), Place::file(&*self.file)));
        let all: Vec<String> = waves.iter().chain([&self.wave]).map(|wave| quoted(wave)).collect();
        let message =
            format!("column `{raw}` means `{variable}`, which {} did not ask by the codebook", self.wave);
        Diagnostic::error(message)
            .at(row.place.clone())
            .note(format!("its `waves` are {} ({place})", waves.join(", ")))
            .hint(format!(
                "if it was asked, write `waves = [{}]` there; else leave the column out",
                all.join(", ")
            ))
    }

    /// Whether it is said of a column, or of what it belongs to, how far it can be compared with earlier waves.
    fn says_whether_comparable(&self, of: &codebook::Column, row: &Column) -> bool {
        let names = of.names();
        let speaks = |changed: &Changed| {
            let of_set = changed.set.as_ref().is_some_and(|set| of.takes == Takes::Labels(set.clone()));
            of_set || changed.variable.as_ref().is_some_and(|name| names.contains(name))
        };
        row.how == How::New || row.comparable.is_some() || self.changed.iter().any(speaks)
    }

    /// Tells a column of which nothing is decided, with what it may mean.
    fn open(
        &self,
        column: usize,
        header: &str,
        row: Option<&Column>,
        candidates: &[(&str, f64)],
        faults: &mut Faults<'_>,
    ) {
        let listed: Vec<String> =
            candidates.iter().map(|(means, likeness)| format!("`{means}` ({likeness:.2})")).collect();
        let note = match &listed[..] {
            [] => "nothing in the codebook is like it".to_owned(),
            _ => format!("most like it: {}", listed.join(", ")),
        };
        let what = if row.is_some() { "is left open" } else { "is not in the crosswalk" };
        let fault = Diagnostic::error(format!("column `{}` {what}", shortened(header)));
        match row {
            Some(row) => {
                let hint = "write what it `means`, `leave_out = \"why\"`, or `keep_as` for a sample design";
                faults.other(fault.at(row.place.clone()).note(note).hint(hint));
            }
            None => faults.header("that are not in the crosswalk", column, fault, |fault| {
                fault.note(note).hint(format!(
                    "give it a row in {}: `[[column]]`, `raw = {}`, and what it `means`",
                    self.file,
                    quoted(header)
                ))
            }),
        }
    }

    /// Tells what this wave should have asked, and no column means. Those in `likely` are told already.
    fn unmeant(&self, codebook: &Codebook, likely: &HashSet<String>, faults: &mut Faults<'_>) {
        let means: HashSet<&str> = (self.columns.iter())
            .filter_map(|column| match &column.means {
                Means::Variable(means) => Some(means.as_str()),
                _ => None,
            })
            .collect();
        let asked = codebook.columns_of(&self.wave);
        let unmeant: Vec<&codebook::Column> = asked
            .iter()
            .filter(|column| !means.contains(column.means.as_str()) && !likely.contains(&column.means))
            .collect();
        for column in &unmeant {
            let of_question = |c: &&codebook::Column| c.question == column.question;
            let all = asked.iter().filter(of_question).count()
                == unmeant.iter().copied().filter(of_question).count();
            let of_item = column.item.as_ref().map(|item| format!("{}__{item}", column.question));
            let name = of_item.as_ref().filter(|_| !all).unwrap_or(&column.question);
            let meaning = if all { &column.question } else { &column.means };
            let fault = Diagnostic::error(format!("no column of the export means `{meaning}`"));
            faults.other(fault.at(Place::file(&*self.file)).hint(format!(
                "if it was not asked, add `[[gone]]`, `variable = \"{name}\"`, `why = \"…\"`; else correct the row of its column"
            )));
        }
    }

    /// Answers that neither the codebook knows nor a row explains.
    fn unknown_answers(
        &self,
        codebook: &Codebook,
        known: &[codebook::Column],
        table: &RawTable,
    ) -> Diagnostics {
        const TOLD_APART: usize = 20;
        let mut faults = Faults::new(table);
        let mut met: HashMap<&str, HashSet<&str>> = HashMap::new();
        for (at, header) in table.headers().enumerate() {
            let Some(column) = known.iter().find(|column| column.header == header) else { continue };
            let (of, answers): (&str, HashSet<&str>) = match &column.takes {
                Takes::Labels(name) => {
                    let set = codebook.set(name).into_iter().flat_map(|set| &set.labels);
                    (name, set.map(|label| label.answer.as_str()).collect())
                }
                Takes::Tick(answer) => (&column.question, HashSet::from([answer.as_str()])),
                Takes::Numbers | Takes::Times | Takes::Text => continue,
            };
            let met = met.entry(of).or_default();
            for row in 0..table.len() {
                let cell = table.cell(row, at);
                if cell.is_empty() || answers.contains(cell) || table.stated(row, at).is_some() {
                    continue;
                }
                if met.len() >= TOLD_APART && !met.contains(cell) {
                    let fault =
                        Diagnostic::error(format!("more answers to `{of}` of which nothing is decided"));
                    faults.cell(row, at, fault, |f| {
                        f.hint("do these columns hold the answers to another question?")
                    });
                    continue;
                }
                met.insert(cell);
                let message = format!("answer `{}` is not among those of `{of}`", shortened(cell));
                faults.cell(row, at, Diagnostic::error(message), |fault| {
                    fault.note(format!("here it is an answer to `{}`", column.means)).hint(self.answer_hint(
                        codebook,
                        &column.takes,
                        cell,
                    ))
                });
            }
        }
        faults.finish()
    }

    fn answer_hint(&self, codebook: &Codebook, takes: &Takes, cell: &str) -> String {
        let Takes::Labels(set) = takes else {
            return format!("write it under `ticked` or `not_ticked` at the head of {}", self.file);
        };
        let near: Vec<String> = (labels(codebook, set, cell).iter().take(3))
            .map(|(label, likeness)| format!("`{label}` ({likeness:.2})"))
            .collect();
        let place = match self.answers_at.get(set) {
            Some(place) => format!("under `[answers.{set}]`, {}:{}", place.file, place.line.unwrap_or(1)),
            None => format!("under a heading `[answers.{set}]` in {}", self.file),
        };
        format!(
            "is it {}? Write `{} = \"…\"` {place}; a new label is added to codebook/value-labels.toml first, and to the \
             column's `new_answers`",
            near.join(" or "),
            quoted(cell)
        )
    }

    /// The codebook's answers, by what a column of the export says.
    pub(super) fn words(
        &self,
        codebook: &Codebook,
        of: &codebook::Column,
        row: &Column,
    ) -> HashMap<String, String> {
        let mut words = HashMap::new();
        match &of.takes {
            Takes::Labels(name) => {
                let labels = codebook.set(name).map_or(&[][..], |set| &set.labels);
                let said = self.answers.get(name).into_iter().flatten().chain(&row.answers);
                for (raw, label) in said {
                    let answer = labels.iter().find(|l| l.label == *label).map(|l| l.answer.clone());
                    words.insert(raw.clone(), answer.unwrap_or_default());
                }
            }
            Takes::Tick(answer) => {
                words.extend(self.ticked.iter().map(|raw| (raw.clone(), answer.clone())));
                words.extend(self.not_ticked.iter().map(|raw| (raw.clone(), String::new())));
                for (raw, label) in &row.answers {
                    let ticked = if label == TICKED { answer.clone() } else { String::new() };
                    words.insert(raw.clone(), ticked);
                }
            }
            Takes::Numbers | Takes::Times | Takes::Text => {
                words.extend(row.answers.iter().map(|(raw, said)| (raw.clone(), said.clone())));
            }
        }
        words
    }
}

/// Tells a label that several answers of the export become, of which nothing says whether that matters.
fn unsaid_merge(row: &Column, label: &str, answers: &str) -> Diagnostic {
    let message = format!(
        "`{}` merges answers into `{label}`, and nothing says whether it is comparable",
        shortened(&row.raw)
    );
    Diagnostic::error(message)
        .at(row.place.clone())
        .note(format!("the export has {answers}"))
        .hint("write `comparable = \"yes\"`, `\"with care\"` or `\"no\"`, and `why`; or give each answer its own label")
}
