//! Reads the export of a wave as its crosswalk says.

use std::collections::{HashMap, HashSet};

use super::compare::{compare, labels};
use super::contract::{Contract, case_twins};
use super::draft::quoted;
use super::model::{Column, Crosswalk, Crosswalks, Means};
use crate::codebook::{self, Codebook, Takes};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, nearest};
use crate::sources::{Export, Faults, Met, Progress, RawTable, Reading, shortened};
use crate::study::{Study, Wave};

/// How `answers` call a box that was ticked.
pub(super) const TICKED: &str = "selected";
/// How they call one that was not.
pub(super) const NOT_TICKED: &str = "not selected";

impl Crosswalks {
    /// The codebook as `wave` asked it: without what is gone, and put to those to whom it was put.
    pub fn codebook(&self, codebook: &Codebook, wave: &str) -> Codebook {
        let mut asked = codebook.clone();
        for question in &mut asked.questions {
            if let Some(crosswalk) = self.of(wave) {
                *question = crosswalk.asked_as(question);
            }
            if self.gone(&question.name, &question.name, wave) {
                question.waves = Some(Vec::new());
            }
            let name = question.name.clone();
            for item in &mut question.items {
                if self.gone(&name, &format!("{name}__{}", item.name), wave) {
                    item.waves = Some(Vec::new());
                }
            }
        }
        asked
    }

    /// The export of `wave`, with the codebook's own columns and answers, held to the contract between waves. What is wrong with
    /// its rows is put to `met`.
    ///
    /// # Errors
    /// The export cannot be read, its crosswalk leaves something open, or it breaks the contract.
    pub fn read(
        &self,
        study: &Study,
        wave: &Wave,
        codebook: &Codebook,
        met: &mut Met,
        progress: &dyn Progress,
    ) -> Result<(Export, Diagnostics), Diagnostics> {
        let asked = self.codebook(codebook, &wave.id);
        let is_alone = self.of(&wave.id).is_none() && self.against(&wave.id).is_none();
        let at_once = if is_alone { study.at_once } else { u64::MAX };
        let (export, mut told) = Export::open(&study.root, &wave.responses, at_once, met, progress)?;
        if is_alone && export.chunks() > 1 {
            return told.or(export);
        }
        let raw = export.into_first();
        told.extend(std::mem::take(met).finish());
        if told.errors() > 0 {
            return Err(told);
        }
        let twins = case_twins(&raw);
        let now = match self.of(&wave.id) {
            None => raw,
            Some(crosswalk) => match crosswalk.apply(&asked, raw) {
                Ok(table) => table,
                Err(faults) => {
                    told.extend(faults);
                    return Err(told);
                }
            },
        };
        // What is wrong with the other wave is told with that wave.
        let against = self.against(&wave.id).and_then(|id| study.waves.iter().find(|wave| wave.id == id));
        if let Some((other, before)) =
            against.and_then(|other| Some((other, self.unheld(study, other, codebook)?)))
        {
            let contract = Contract {
                crosswalks: self,
                codebook: &asked,
                wave: &wave.id,
                against: &other.id,
                twins: &twins,
                now: &now,
                before: &before,
            };
            told.extend(contract.breaches());
        }
        told.or(Export::of(now))
    }

    /// The wave with which `wave` is compared: what its crosswalk says, or the one before it.
    fn against(&self, wave: &str) -> Option<&str> {
        let said = self.of(wave).and_then(|crosswalk| crosswalk.against.as_deref());
        said.or_else(|| self.before(wave))
    }

    /// The export of `wave`, as it is read, if it can be.
    fn unheld(&self, study: &Study, wave: &Wave, codebook: &Codebook) -> Option<RawTable> {
        let (table, _) = RawTable::read(&study.root, &wave.responses).ok()?;
        match self.of(&wave.id) {
            None => Some(table),
            Some(crosswalk) => crosswalk.apply(&self.codebook(codebook, &wave.id), table).ok(),
        }
    }
}

impl Crosswalk {
    /// `table`, the export, with the columns and answers of `codebook`, as the wave asked it.
    ///
    /// # Errors
    /// Columns and answers of which nothing is decided, decisions about columns that are not there, and variables that no
    /// column means.
    pub fn apply(&self, codebook: &Codebook, table: RawTable) -> Result<RawTable, Diagnostics> {
        let known = codebook.columns();
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
                    let words = self.words(codebook, of, row);
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
        told.or(table).map(|(table, _)| table)
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
                let hint = "write what it `means`, or `leave_out = \"why\"`";
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
            let name = if all { &column.question } else { &column.variable };
            let fault = Diagnostic::error(format!("no column of the export means `{name}`"));
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
