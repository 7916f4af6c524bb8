//! From a study's files to its tables: reads every source, and tells all faults of all of them at once.
//!
//! In: a study and a wave. Out: the tables of its edition, in memory ([`ingest`]) or in a folder ([`write`]). What is written is
//! made chunk by chunk, so that memory holds little more of a large export than a chunk.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::compute::concat_batches;
use datafusion::arrow::datatypes::Schema;

use super::arrays::{self, Table};
use super::response_tables::ResponseTables;
use super::tables::{Tables, key};
use super::wave::OfWave;
use super::write::Fresh;
use super::{codebook_tables, comparability, material_tables, waves_table};
use crate::codebook::{self, Codebook, Material, Sheet};
use crate::diagnostic::Diagnostics;
use crate::sources::{Nobody, Progress};
use crate::study::design::COLUMN;
use crate::study::{Study, Wave};
use crate::waves::Crosswalks;

/// The sources of an edition, read and found sound.
struct Edition {
    codebook: Codebook,
    waves: Vec<OfWave>,
    /// Tables that are not made of answers.
    tables: Tables,
}

impl Edition {
    /// Reads the sources of the edition of `wave`, which are about it and the waves before it.
    fn read(
        study: &Study,
        wave: &Wave,
        progress: &dyn Progress,
    ) -> Result<(Edition, Diagnostics), Diagnostics> {
        let codebook = Codebook::load(&study.root)?;
        let (crosswalks, mut diagnostics) = Crosswalks::load(study, &codebook)?;
        // Nothing that later waves brought, so that an edition stays as it is when they come.
        let codebook = crosswalks.edition(&codebook, &wave.id);
        let mut of_wave =
            |wave| OfWave::read(study, wave, &codebook, &crosswalks, progress, &mut diagnostics);
        let waves: Vec<Option<OfWave>> = study.edition(wave).iter().map(&mut of_wave).collect();
        let pilots = taken(codebook::pilots(study), &mut diagnostics);
        let material = taken(Material::read(study, &codebook), &mut diagnostics);
        let claims = taken(codebook::claims(study), &mut diagnostics);
        let waves: Option<Vec<OfWave>> = waves.into_iter().collect();
        let (Some(waves), Some(pilots), Some(material), Some(claims)) = (waves, pilots, material, claims)
        else {
            return Err(diagnostics);
        };
        let mut tables = Tables::new();
        let all: Vec<&str> = study.edition(wave).iter().map(|w| w.id.as_str()).collect();
        codebook_tables::add(&mut tables, &codebook, &all)?;
        waves_table::add(&mut tables, study.edition(wave), &waves)?;
        comparability::add(&mut tables, &codebook, &crosswalks, study.edition(wave))?;
        material_tables::add(&mut tables, &waves, pilots.as_ref(), &material)?;
        if let Some(claims) = &claims {
            tables.insert("claims", claims_table(claims)?);
        }
        diagnostics.or(Edition { codebook, waves, tables })
    }

    /// Goes through the tables of answers: each batch with its table and its wave, wave by wave and chunk by chunk. The other
    /// tables are complete then.
    fn each(
        &mut self,
        progress: &dyn Progress,
        mut take: impl FnMut(&'static str, &str, RecordBatch) -> Result<(), Diagnostics>,
    ) -> Result<(), Diagnostics> {
        let Edition { codebook, waves, tables } = self;
        let made = ResponseTables::of(tables, codebook, waves)?;
        let mut before_wave = 0;
        for wave in waves {
            wave.each(progress, |responses, before| {
                for (table, batch) in made.batches(responses, before_wave + before)? {
                    take(table, &wave.id, describe(batch, codebook)?)?;
                }
                Ok(())
            })?;
            before_wave += wave.respondents();
        }
        Ok(())
    }
}

/// The tables of the edition of `wave`, which are about it and the waves before it, and what should be looked at although the
/// tables stand.
///
/// # Errors
/// Everything that is wrong with the codebook and the sources; there are no tables then.
pub fn ingest(study: &Study, wave: &Wave) -> Result<(Tables, Diagnostics), Diagnostics> {
    let (mut edition, diagnostics) = Edition::read(study, wave, &Nobody)?;
    let mut batches: Vec<(&str, String, RecordBatch)> = Vec::new();
    edition.each(&Nobody, |table, wave, batch| {
        batches.push((table, wave.to_owned(), batch));
        Ok(())
    })?;
    let mut tables = edition.tables;
    for name in ["responses", "answers", "missing"] {
        let own: Vec<_> = batches.iter().filter(|(table, _, _)| *table == name).collect();
        let mut waves: Vec<(String, usize)> = Vec::new();
        for (_, wave, batch) in &own {
            match waves.last_mut().filter(|(last, _)| last == wave) {
                Some((_, rows)) => *rows += batch.num_rows(),
                None => waves.push((wave.clone(), batch.num_rows())),
            }
        }
        let all = match &own[..] {
            [] => continue,
            [(_, _, only)] => only.clone(),
            [(_, _, first), ..] => concat_batches(&first.schema(), own.iter().map(|(_, _, batch)| batch))
                .map_err(arrays::fault)?,
        };
        tables.insert_by_wave(name, all, waves);
    }
    Ok((tables, diagnostics))
}

/// Writes the same tables into the folder `dir`, which then holds these tables and nothing else: how many there are, and what
/// should be looked at although they stand.
///
/// # Errors
/// Everything that is wrong with the codebook and the sources, or a file cannot be written; `dir` is then what it was.
pub fn write(
    study: &Study,
    wave: &Wave,
    dir: &Path,
    progress: &dyn Progress,
) -> Result<(usize, Diagnostics), Diagnostics> {
    let (mut edition, diagnostics) = Edition::read(study, wave, progress)?;
    let mut fresh = Fresh::beside(dir)?;
    let mut names = std::collections::BTreeSet::new();
    edition.each(progress, |table, wave, batch| {
        names.insert(table);
        fresh.append(table, wave, &batch)
    })?;
    fresh.add(&edition.tables)?;
    fresh.swap(dir)?;
    Ok((names.len() + edition.tables.iter().count(), diagnostics))
}

/// All that is wrong with the codebook and the sources of the edition of `wave`, and what should be looked at; writes nothing.
pub fn check(study: &Study, wave: &Wave) -> Diagnostics {
    match Edition::read(study, wave, &Nobody) {
        Ok((_, warnings)) => warnings,
        Err(faults) => faults,
    }
}

/// The register of published claims as a table; none where the study has no register.
///
/// # Errors
/// All faults of the register's file.
pub fn claims(study: &Study) -> Result<(Option<RecordBatch>, Diagnostics), Diagnostics> {
    let (sheet, warnings) = codebook::claims(study)?;
    Ok((sheet.as_ref().map(claims_table).transpose()?, warnings))
}

fn claims_table(sheet: &Sheet) -> Result<RecordBatch, Diagnostics> {
    Table::new().sheet(sheet)?.batch()
}

/// The whole codebook goes with the responses, so that the file explains itself.
fn describe(batch: RecordBatch, codebook: &Codebook) -> Result<RecordBatch, Diagnostics> {
    if batch.schema_ref().field_with_name(COLUMN).is_err() {
        return Ok(batch);
    }
    let json = serde_json::to_string(codebook).unwrap_or_default();
    let metadata = HashMap::from([(key::CODEBOOK.to_owned(), json)]);
    let schema: Schema = batch.schema_ref().as_ref().clone().with_metadata(metadata);
    batch.with_schema(Arc::new(schema)).map_err(arrays::fault)
}

/// What was read, its warnings and faults put to the others.
pub(super) fn taken<T>(
    result: Result<(T, Diagnostics), Diagnostics>,
    diagnostics: &mut Diagnostics,
) -> Option<T> {
    match result {
        Ok((value, warnings)) => {
            diagnostics.extend(warnings);
            Some(value)
        }
        Err(faults) => {
            diagnostics.extend(faults);
            None
        }
    }
}
