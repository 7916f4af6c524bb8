//! Reads the export of a wave as its crosswalk says, and holds it to the wave before.
//!
//! In: the study, a wave, the codebook. Out: its export with the codebook's own columns and answers; or what its crosswalk leaves
//! open, or what breaks the contract between waves.

use super::contract::{Contract, Side, case_twins};
use super::held::{Given, Holding, of_sets};
use super::model::{Crosswalks, Means};
use super::opened::Opened;
use crate::codebook::{Codebook, Takes};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::sources::{Export, Faults, Met, Nobody, Progress, RawTable, shortened};
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
        let (export, mut told) = Export::open(&study.root, &wave.responses, study.at_once, met, progress)?;
        let crosswalk = self.of(&wave.id);
        // What is wrong with the other wave is told with that wave.
        let against = self.against(&wave.id).and_then(|id| study.waves.iter().find(|wave| wave.id == id));
        if crosswalk.is_none() && against.is_none() {
            return told.or(export);
        }
        let asked = self.codebook(codebook, &wave.id);
        let twins = case_twins(export.first());
        let again = match crosswalk {
            None => self.there_again(codebook, &wave.id, export.first()),
            Some(_) => Diagnostics::new(),
        };
        let mut opened = Opened::of(export, crosswalk, &asked, progress)?;
        let mut sides = against.and_then(|other| {
            let now = opened.first();
            let both = |before: &RawTable| {
                [Side::of(&asked, &wave.id, now, before), Side::of(&asked, &wave.id, before, now)]
            };
            let [now, before] =
                self.looked_through(study, other, codebook, progress, both, |[_, before], chunk| {
                    before.take(chunk)
                })?;
            Some((other, now, before))
        });
        let mut all_met = met.clone();
        opened.look_through(&mut all_met, progress, |chunk| {
            if let Some((_, now, _)) = &mut sides {
                now.take(chunk);
            }
        })?;
        if all_met.has_errors() {
            told.extend(all_met.finish());
            return Err(told);
        }
        if !again.is_empty() {
            told.extend(again);
            return Err(told);
        }
        // What is decided is held to the contract although something else is open, so that all is told at once.
        let (export, undecided) = opened.finish();
        told.extend(undecided);
        if let Some((other, now, before)) = sides {
            let earlier = || self.given_before(study, codebook, &wave.id, &other.id);
            let contract = Contract {
                crosswalks: self,
                codebook: &asked,
                wave: &wave.id,
                against: &other.id,
                twins: &twins,
                first: export.first(),
                earlier: &earlier,
            };
            told.extend(contract.breaches(now, before));
        }
        told.or(export)
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
        for other in
            study.waves.iter().take_while(|other| other.id != wave).filter(|other| other.id != except)
        {
            let holding = |first: &RawTable| Holding::of(codebook, &columns, first);
            let held = self.looked_through(study, other, codebook, &Nobody, holding, Holding::take);
            for (set, labels) in held.map(|held| of_sets(&columns, &held.finish())).unwrap_or_default() {
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

    /// What the export of `wave` holds, if it can be read and all of it is decided: `begin` sees its first rows, and `take` each chunk.
    fn looked_through<T>(
        &self,
        study: &Study,
        wave: &Wave,
        codebook: &Codebook,
        progress: &dyn Progress,
        begin: impl FnOnce(&RawTable) -> T,
        mut take: impl FnMut(&mut T, &RawTable),
    ) -> Option<T> {
        let mut met = Met::default();
        let (export, _) =
            Export::open(&study.root, &wave.responses, study.at_once, &mut met, progress).ok()?;
        let asked = self.codebook(codebook, &wave.id);
        let mut opened = Opened::of(export, self.of(&wave.id), &asked, progress).ok()?;
        let mut seen = begin(opened.first());
        opened.look_through(&mut met, progress, |chunk| take(&mut seen, chunk)).ok()?;
        let (_, undecided) = opened.finish();
        (!met.has_errors() && undecided.is_empty()).then_some(seen)
    }
}
