//! Reads the export of a wave as its crosswalk says, and holds it to the wave before.
//!
//! In: the study, a wave, the codebook. Out: its export with the codebook's own columns and answers; or what its crosswalk leaves
//! open, or what breaks the contract between waves.

use super::contract::{Contract, case_twins};
use super::held::{self, Given};
use super::model::{Crosswalks, Means};
use crate::codebook::{Codebook, Takes};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::sources::{Export, Faults, Met, Progress, RawTable, shortened};
use crate::study::{Study, Wave};

impl Crosswalks {
    /// The codebook as `wave` asked it: without what is gone, and put to those to whom it was put.
    pub fn codebook(&self, codebook: &Codebook, wave: &str) -> Codebook {
        let mut asked = codebook.clone();
        for question in &mut asked.questions {
            if let Some(crosswalk) = self.of(wave) {
                *question = crosswalk.asked_as(question);
            }
            let gone = |item: Option<&str>| self.gone(question, item, wave).is_some();
            let all_gone = gone(None);
            let items: Vec<bool> = question.items.iter().map(|item| gone(Some(&item.name))).collect();
            if all_gone {
                question.waves = Some(Vec::new());
            }
            for (item, _) in question.items.iter_mut().zip(items).filter(|(_, gone)| *gone) {
                item.waves = Some(Vec::new());
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
            None => {
                let again = self.there_again(codebook, &wave.id, &raw);
                if !again.is_empty() {
                    told.extend(again);
                    return Err(told);
                }
                raw
            }
            // What is decided is held to the contract although something else is open, so that all is told at once.
            Some(crosswalk) => {
                let (table, open) = crosswalk.apply(&asked, raw);
                told.extend(open);
                table
            }
        };
        // What is wrong with the other wave is told with that wave.
        let against = self.against(&wave.id).and_then(|id| study.waves.iter().find(|wave| wave.id == id));
        if let Some((other, before)) =
            against.and_then(|other| Some((other, self.unheld(study, other, codebook)?)))
        {
            let earlier = || self.given_before(study, codebook, &wave.id, &other.id);
            let contract = Contract {
                crosswalks: self,
                codebook: &asked,
                wave: &wave.id,
                against: &other.id,
                twins: &twins,
                now: &now,
                before: &before,
                earlier: &earlier,
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

    /// The labels of each set that somebody gave in a wave before `wave`, beside `except`, or that such a wave offered anew.
    fn given_before(&self, study: &Study, codebook: &Codebook, wave: &str, except: &str) -> Given {
        let columns = codebook.columns();
        let mut given = Given::new();
        let earlier = self.waves.iter().take_while(|other| *other != wave);
        for row in earlier.filter_map(|wave| self.of(wave)).flat_map(|crosswalk| &crosswalk.columns) {
            let of = columns.iter().find(|column| row.means == Means::Variable(column.means.clone()));
            if let Some(Takes::Labels(set)) = of.map(|column| &column.takes) {
                given.entry(set.clone()).or_default().extend(row.new_answers.iter().cloned());
            }
        }
        for other in study.waves.iter().take_while(|other| other.id != wave) {
            let table = if other.id == except { None } else { self.unheld(study, other, codebook) };
            for (set, labels) in table.map(|table| held::given(codebook, &table)).unwrap_or_default() {
                given.entry(set).or_default().extend(labels);
            }
        }
        given
    }

    /// Columns of an export without a crosswalk whose variables are gone since an earlier wave.
    fn there_again(&self, codebook: &Codebook, wave: &str, raw: &RawTable) -> Diagnostics {
        let mut faults = Faults::new(raw);
        for column in codebook.columns() {
            let (Some(at), Some(question)) =
                (raw.column(&column.header), codebook.question(&column.question))
            else {
                continue;
            };
            let Some((by, gone)) = self.gone(question, column.item.as_deref(), wave) else { continue };
            let message = format!("column `{}` is there again", shortened(&column.header));
            faults.header("that are there again", at, Diagnostic::error(message), |fault| {
                fault.note(format!("`{}` is gone since {}: {}", gone.variable, by.wave, gone.why)).hint(
                    format!(
                        "a row of a crosswalk brings it back: `restudy wave add {wave} {} --anew` drafts one",
                        raw.file
                    ),
                )
            });
        }
        faults.finish()
    }

    /// The export of `wave`, as it is read, if it can be.
    fn unheld(&self, study: &Study, wave: &Wave, codebook: &Codebook) -> Option<RawTable> {
        let (table, _) = RawTable::read(&study.root, &wave.responses).ok()?;
        match self.of(&wave.id) {
            None => Some(table),
            Some(crosswalk) => {
                let (table, open) = crosswalk.apply(&self.codebook(codebook, &wave.id), table);
                open.is_empty().then_some(table)
            }
        }
    }
}
