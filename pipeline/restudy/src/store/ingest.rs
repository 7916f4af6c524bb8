//! From a study's files to its tables: reads every source, and tells all faults of all of them at once.

use std::collections::HashMap;

use datafusion::arrow::record_batch::RecordBatch;

use super::arrays::{self, Table};
use super::tables::{Tables, key};
use super::wave::OfWave;
use super::{codebook_tables, comparability, material_tables, response_tables, waves_table};
use crate::codebook::{self, Codebook, Material, Sheet};
use crate::diagnostic::Diagnostics;
use crate::study::design::COLUMN;
use crate::study::{Study, Wave};
use crate::waves::Crosswalks;

/// The tables of the edition of `wave`, which are about it and the waves before it, and what should be looked at although the
/// tables stand.
///
/// # Errors
/// Everything that is wrong with the codebook and the sources; there are no tables then.
pub fn ingest(study: &Study, wave: &Wave) -> Result<(Tables, Diagnostics), Diagnostics> {
    let codebook = Codebook::load(&study.root)?;
    let (crosswalks, mut diagnostics) = Crosswalks::load(study, &codebook)?;
    // Nothing that later waves brought, so that an edition stays as it is when they come.
    let codebook = crosswalks.edition(&codebook, &wave.id);
    let waves = study.edition(wave).iter();
    let waves: Vec<_> =
        waves.map(|wave| OfWave::read(study, wave, &codebook, &crosswalks, &mut diagnostics)).collect();
    let pilots = taken(codebook::pilots(study), &mut diagnostics);
    let material = taken(Material::read(study, &codebook), &mut diagnostics);
    let claims = taken(codebook::claims(study), &mut diagnostics);
    let waves: Option<Vec<OfWave>> = waves.into_iter().collect();
    let (Some(waves), Some(pilots), Some(material), Some(claims)) = (waves, pilots, material, claims) else {
        return Err(diagnostics);
    };
    let mut tables = Tables::new();
    let all: Vec<&str> = study.edition(wave).iter().map(|w| w.id.as_str()).collect();
    response_tables::add(&mut tables, &codebook, &waves)?;
    codebook_tables::add(&mut tables, &codebook, &all)?;
    waves_table::add(&mut tables, study.edition(wave), &waves)?;
    comparability::add(&mut tables, &codebook, &crosswalks, study.edition(wave))?;
    material_tables::add(&mut tables, &waves, pilots.as_ref(), &material)?;
    if let Some(claims) = &claims {
        tables.insert("claims", claims_table(claims)?);
    }
    tables.change(|batch| describe(batch, &codebook))?;
    diagnostics.or(tables)
}

/// All that is wrong with the codebook and the sources of the edition of `wave`, and what should be looked at; writes nothing.
pub fn check(study: &Study, wave: &Wave) -> Diagnostics {
    match ingest(study, wave) {
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
fn describe(batch: &RecordBatch, codebook: &Codebook) -> Result<RecordBatch, Diagnostics> {
    if batch.schema().field_with_name(COLUMN).is_err() {
        return Ok(batch.clone());
    }
    let json = serde_json::to_string(codebook).unwrap_or_default();
    let metadata = HashMap::from([(key::CODEBOOK.to_owned(), json)]);
    let schema = batch.schema().as_ref().clone().with_metadata(metadata);
    batch.clone().with_schema(std::sync::Arc::new(schema)).map_err(arrays::fault)
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
