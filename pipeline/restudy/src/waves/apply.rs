//! How the columns of an export are read as its crosswalk says.
//!
//! In: an export's header, the codebook as the wave asked it. Out: [`Applied`], with everything of which the crosswalk decides
//! nothing, or something that cannot be. Rows are looked at elsewhere.

use std::collections::{HashMap, HashSet};

use super::columns::columns;
use super::compare::compare;
use super::draft::quoted;
use super::merges::Merging;
use super::model::{Changed, Column, Crosswalk, How, Means};
use crate::codebook::{self, Codebook, Takes};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, nearest};
use crate::sources::{Export, Faults, Met, Progress, Reading, shortened};

/// How `answers` call a box that was ticked.
pub(super) const TICKED: &str = "selected";
/// How they call one that was not.
pub(super) const NOT_TICKED: &str = "not selected";

/// What a crosswalk makes of an export.
#[derive(Debug, Default)]
pub(super) struct Applied {
    /// How its columns are read.
    pub(super) readings: Vec<Reading>,
    /// Columns in which answers may become one although nothing says whether that matters.
    pub(super) merging: Vec<Merging>,
    /// What is decided wrongly, or not at all.
    pub(super) undecided: Diagnostics,
}

impl Crosswalk {
    /// How the columns of `export` are read, as the wave asked `codebook`, as far as that is decided; and what is not: columns,
    /// decisions about columns that are not there, variables that no column means.
    ///
    /// # Errors
    /// The file cannot be read any more, or is not what it was.
    pub(super) fn applied(
        &self,
        codebook: &Codebook,
        export: &Export,
        progress: &dyn Progress,
    ) -> Result<Applied, Diagnostics> {
        let known = codebook.columns();
        let asked = codebook.columns_of(&self.wave);
        let first = export.first();
        let mut faults = Faults::new(first);
        let rows: HashMap<&str, &Column> = self.columns.iter().map(|c| (c.raw.as_str(), c)).collect();
        let mut applied = Applied::default();
        let mut open = Vec::new();
        for (column, header) in first.headers().enumerate() {
            let row = rows.get(header).copied();
            match row.map(|row| (row, &row.means)) {
                None | Some((_, Means::Open)) => open.push((column, header, row)),
                Some((_, Means::LeftOut(_))) => {}
                Some((_, Means::Kept(name))) => {
                    applied.readings.push(Reading { column, name: name.clone(), ..Reading::default() });
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
                        applied.merging.push(Merging::of(set, &words, column, row));
                    }
                    applied.readings.push(Reading {
                        column,
                        name: of.header.clone(),
                        words,
                        times: row.times,
                    });
                }
            }
        }
        let likely = self.all_open(codebook, export, &open, &mut faults, progress)?;
        for row in self.columns.iter().filter(|row| first.column(&row.raw).is_none()) {
            let fault = Diagnostic::error(format!("the export has no column `{}`", shortened(&row.raw)));
            let near = nearest(&row.raw, first.headers());
            faults.other(fault.at(row.place.clone()).hint(match near {
                Some(near) => format!("is it the column `{}`?", shortened(near)),
                None => {
                    "take the row out; if the variable was not asked, list it under `[[gone]]`".to_owned()
                }
            }));
        }
        self.unmeant(codebook, &likely, &mut faults);
        applied.undecided = faults.finish();
        Ok(applied)
    }

    /// Tells the columns of which nothing is decided, each with the number and the name in the export and its row, if it has one.
    /// What they most likely mean.
    fn all_open(
        &self,
        codebook: &Codebook,
        export: &Export,
        open: &[(usize, &str, Option<&Column>)],
        faults: &mut Faults<'_>,
        progress: &dyn Progress,
    ) -> Result<HashSet<String>, Diagnostics> {
        let mut likely = HashSet::new();
        if open.is_empty() {
            return Ok(likely);
        }
        let known = codebook.columns();
        let raw = columns(export, &mut Met::default(), progress)?;
        let proposals = compare(codebook, raw, &HashMap::new());
        for (column, header, row) in open {
            let candidates = proposals.get(*column).map_or(&[][..], |proposal| &proposal.candidates);
            let named: Vec<(&str, f64)> = candidates
                .iter()
                .filter_map(|candidate| Some((known.get(candidate.column)?.means.as_str(), candidate.name)))
                .collect();
            likely.extend(named.first().map(|(means, _)| (*means).to_owned()));
            self.open(*column, header, *row, &named, faults);
        }
        Ok(likely)
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
