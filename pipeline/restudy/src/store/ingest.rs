//! From a study's files to its tables: reads every source, and tells all faults of all of them at once.

use std::collections::HashMap;

use datafusion::arrow::record_batch::RecordBatch;

use super::arrays::{self, Table};
use super::tables::{Tables, key};
use super::{codebook_tables, material_tables, response_tables};
use crate::codebook::{self, Codebook, Fieldwork, Material, Responses, Sheet};
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::sample;
use crate::sources::RawTable;
use crate::study::design::COLUMN;
use crate::study::{Study, Wave};
use crate::waves::Crosswalks;

/// The tables of `wave`, and what should be looked at although the tables stand.
///
/// # Errors
/// Everything that is wrong with the codebook and the sources; there are no tables then.
pub fn ingest(study: &Study, wave: &Wave) -> Result<(Tables, Diagnostics), Diagnostics> {
    let codebook = Codebook::load(&study.root)?;
    let (crosswalks, mut diagnostics) = Crosswalks::load(study, &codebook)?;
    let codebook = crosswalks.edition(&codebook, &wave.id);
    let asked = crosswalks.codebook(&codebook, &wave.id);
    let table = taken(crosswalks.read(study, wave, &codebook), &mut diagnostics);
    let open = taken(RawTable::read(&study.root, &wave.open_codings), &mut diagnostics);
    let declared = table.as_ref().map(|table| sample::declared(study, wave, &codebook, table));
    let read = table
        .as_ref()
        .zip(declared.as_ref())
        .map(|(table, declared)| codebook::read(&asked, &wave.id, table, open.as_ref(), &declared.headers));
    let responses = read.and_then(|read| taken(read, &mut diagnostics));
    let fieldwork = taken(Fieldwork::read(study, wave), &mut diagnostics);
    let mut sound = true;
    if let (Some(responses), Some(fieldwork)) = (&responses, &fieldwork) {
        let (answered, invited) = (responses.respondents.len(), fieldwork.invited());
        if i64::try_from(answered).is_ok_and(|answered| answered > invited) {
            sound = false;
            diagnostics.push(
                Diagnostic::error(format!("{answered} people answered, and {invited} were invited"))
                    .at(Place::file(&wave.frame.file))
                    .note(format!("the answers are those of {}", wave.responses.file))
                    .hint(
                        "put everybody who was invited into the frame, or take out answers that came twice",
                    ),
            );
        }
    }
    // A frame that does not fit the answers is told once.
    let samples = table.as_ref().zip(declared).and_then(|(table, declared)| {
        let fieldwork = fieldwork.as_ref().filter(|_| sound);
        taken(declared.samples(table, responses.as_ref(), fieldwork), &mut diagnostics)
    });
    let material = taken(Material::read(study, &codebook), &mut diagnostics);
    let claims = taken(codebook::claims(study), &mut diagnostics);
    let (Some(responses), Some(samples), Some(fieldwork), Some(material), Some(claims)) =
        (responses, samples, fieldwork, material, claims)
    else {
        return Err(diagnostics);
    };
    let mut tables = Tables::new();
    let waves: Vec<&str> = study.waves.iter().map(|w| w.id.as_str()).collect();
    response_tables::add(&mut tables, &codebook, &responses, &samples)?;
    codebook_tables::add(&mut tables, &codebook, &waves)?;
    material_tables::add(&mut tables, &fieldwork, &material)?;
    if let Some(claims) = &claims {
        tables.insert("claims", claims_table(claims)?);
    }
    let described = tables.iter().map(|(name, batch)| Ok((name.to_owned(), describe(batch, &codebook)?)));
    let described: Vec<(String, RecordBatch)> = described.collect::<Result<_, Diagnostics>>()?;
    let mut tables = Tables::new();
    for (name, batch) in described {
        tables.insert(name, batch);
    }
    diagnostics.or(tables)
}

/// What respondents of `wave` answered, and what should be looked at although it stands.
///
/// # Errors
/// Everything that is wrong with the export and the codes given to its open answers.
pub fn responses(
    study: &Study,
    wave: &Wave,
    codebook: &Codebook,
) -> Result<(Responses, Diagnostics), Diagnostics> {
    let (crosswalks, mut diagnostics) = Crosswalks::load(study, codebook)?;
    let asked = crosswalks.codebook(codebook, &wave.id);
    let table = taken(crosswalks.read(study, wave, codebook), &mut diagnostics);
    let open = taken(RawTable::read(&study.root, &wave.open_codings), &mut diagnostics);
    let read = table.map(|table| {
        let declared = sample::declared(study, wave, codebook, &table);
        codebook::read(&asked, &wave.id, &table, open.as_ref(), &declared.headers)
    });
    match read.and_then(|read| taken(read, &mut diagnostics)) {
        Some(responses) => diagnostics.or(responses),
        None => Err(diagnostics),
    }
}

/// All that is wrong with the codebook and the sources of `wave`, and what should be looked at; writes nothing.
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

fn taken<T>(result: Result<(T, Diagnostics), Diagnostics>, diagnostics: &mut Diagnostics) -> Option<T> {
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
