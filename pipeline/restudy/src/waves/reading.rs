//! Reads the export of a wave as its crosswalk says.

use std::collections::HashMap;

use super::model::{Column, Crosswalk, Crosswalks, Means};
use crate::codebook::{self, Codebook, Takes};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::sources::{Faults, RawTable, Reading, shortened};
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

    /// The export of `wave`, with the codebook's own columns and answers.
    ///
    /// # Errors
    /// The export cannot be read, or its crosswalk leaves something open.
    pub fn read(
        &self,
        study: &Study,
        wave: &Wave,
        codebook: &Codebook,
    ) -> Result<(RawTable, Diagnostics), Diagnostics> {
        let (table, mut told) = RawTable::read(&study.root, &wave.responses)?;
        let Some(crosswalk) = self.of(&wave.id) else { return Ok((table, told)) };
        match crosswalk.apply(codebook, table) {
            Ok(table) => Ok((table, told)),
            Err(faults) => {
                told.extend(faults);
                Err(told)
            }
        }
    }
}

impl Crosswalk {
    /// `table`, the export, with the codebook's own columns and answers.
    ///
    /// # Errors
    /// Columns of which nothing is decided, and decisions about columns that are not there.
    pub fn apply(&self, codebook: &Codebook, table: RawTable) -> Result<RawTable, Diagnostics> {
        let known = codebook.columns();
        let mut faults = Faults::new(&table);
        let rows: HashMap<&str, &Column> = self.columns.iter().map(|c| (c.raw.as_str(), c)).collect();
        let mut readings = Vec::new();
        for (column, header) in table.headers().enumerate() {
            match rows.get(header).map(|row| (*row, &row.means)) {
                None => {
                    let fault =
                        Diagnostic::error(format!("nothing is decided about column `{}`", shortened(header)));
                    faults.header("of which nothing is decided", column, fault, |fault| {
                        fault.hint(format!("give it a row in {}, or draft that file anew", self.file))
                    });
                }
                Some((row, Means::Open)) => {
                    let fault = Diagnostic::error(format!("column `{}` is left open", shortened(header)));
                    faults.other(
                        fault.at(row.place.clone()).hint("write what it `means`, or `leave_out = \"why\"`"),
                    );
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
            let near = crate::diagnostic::nearest(&row.raw, table.headers());
            faults.other(fault.at(row.place.clone()).hint(match near {
                Some(near) => format!("is it the column `{}`?", shortened(near)),
                None => {
                    "take the row out; if the variable was not asked, list it under `[[gone]]`".to_owned()
                }
            }));
        }
        faults.finish().or(())?;
        Ok(table.read_as(&readings))
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
