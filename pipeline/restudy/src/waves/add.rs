//! Takes a new wave in: compares its export with the codebook and the last wave, and drafts what people then decide.
//!
//! In: the study, the export and what else is known of the wave. Out: the text of its crosswalk and that of `study.toml` with
//! the wave in it; it writes nothing.

use std::collections::HashMap;

use super::block::{NewWave, days, with_wave};
use super::columns::columns;
use super::compare::compare;
use super::draft::{Draft, Drafting};
use super::load;
use super::model::{Crosswalks, Means};
use crate::codebook::Codebook;
use crate::diagnostic::Diagnostics;
use crate::sources::{Export, Met, Progress};
use crate::study::Study;

/// A new wave, drafted.
#[derive(Clone, Debug)]
pub struct Added {
    /// Its crosswalk.
    pub draft: Draft,
    /// The file of its crosswalk, relative to the study's folder.
    pub crosswalk: String,
    /// `study.toml` with the wave; none where it is there already.
    pub study: Option<String>,
    /// What should be looked at in the export.
    pub warnings: Diagnostics,
}

/// Drafts the wave `new` of `study`.
///
/// # Errors
/// The codebook, the crosswalks or the export cannot be read.
pub fn add(
    study: &Study,
    codebook: &Codebook,
    new: &NewWave,
    progress: &dyn Progress,
) -> Result<Added, Diagnostics> {
    let (crosswalks, _) = Crosswalks::with_new(study, codebook, Some(&new.id))?;
    let mut met = Met::default();
    let (export, mut warnings) =
        Export::open(&study.root, &new.found.source, study.at_once, &mut met, progress)?;
    let columns = columns(&export, &mut met, progress)?;
    warnings.extend(met.finish());
    let (columns, warnings) = warnings.or(columns)?;
    let known = study.waves.iter().position(|wave| wave.id == new.id);
    let earlier = study.waves.get(..known.unwrap_or(study.waves.len())).unwrap_or_default();
    let against = earlier.last().map(|wave| wave.id.as_str());
    let before = against.map(|wave| crosswalks.names(codebook, wave)).unwrap_or_default();
    let proposals = compare(codebook, columns, &before);
    let drafting = Drafting {
        codebook,
        wave: &new.id,
        against,
        file: &new.found.source.file,
        proposals: &proposals,
        before: &before,
    };
    let draft = drafting.draft();
    let days = days(codebook, &proposals);
    let text = known.is_none().then(|| with_wave(study, new, days.as_ref()));
    Ok(Added { draft, crosswalk: load::file(&new.id), study: text, warnings })
}

impl Crosswalks {
    /// The columns of the codebook that `wave` had, by their numbers, each with its name in the export.
    pub(super) fn names(&self, codebook: &Codebook, wave: &str) -> HashMap<usize, String> {
        let asked = self.codebook(codebook, wave).columns_of(wave);
        let columns = codebook.columns().into_iter().enumerate();
        let raws: Option<HashMap<&str, &str>> = self.of(wave).map(|crosswalk| {
            let means = crosswalk.columns.iter().filter_map(|column| match &column.means {
                Means::Variable(means) => Some((means.as_str(), column.raw.as_str())),
                _ => None,
            });
            means.collect()
        });
        let of_wave = columns.filter(|(_, column)| asked.iter().any(|asked| asked.means == column.means));
        of_wave
            .map(|(number, column)| {
                let raw = raws.as_ref().and_then(|raws| raws.get(column.means.as_str()).copied());
                (number, raw.unwrap_or(&column.header).to_owned())
            })
            .collect()
    }
}
