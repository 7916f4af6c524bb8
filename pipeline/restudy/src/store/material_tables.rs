//! `frame`, `pilots`, `cases`, `documents`, `segments` and `codings`: the fieldwork and the case studies as tables.

use super::arrays::Table;
use super::tables::Tables;
use super::wave::OfWave;
use crate::codebook::{Documents, Material, Segment, Sheet, Values};
use crate::diagnostic::Diagnostics;

/// Adds the tables whose sources the study has.
pub(super) fn add(
    tables: &mut Tables,
    waves: &[OfWave],
    pilots: Option<&Sheet>,
    material: &Material,
) -> Result<(), Diagnostics> {
    frame(tables, waves)?;
    let documents = material.documents.as_ref();
    for (name, sheet) in [
        ("pilots", pilots),
        ("cases", material.cases.as_ref()),
        ("documents", documents.map(|documents| &documents.list)),
    ] {
        if let Some(sheet) = sheet {
            tables.insert(name, Table::new().sheet(sheet)?.batch()?);
        }
    }
    if let Some(documents) = documents {
        tables.insert("segments", segments(documents).batch()?);
        tables.insert("codings", codings(documents).batch()?);
    }
    Ok(())
}

/// The frames of all waves that have one, with the columns of all of them: a wave whose frame lacks a column has NULL there.
fn frame(tables: &mut Tables, waves: &[OfWave]) -> Result<(), Diagnostics> {
    let frames = || waves.iter().filter_map(|wave| Some((&wave.id, &wave.frame.as_ref()?.sheet)));
    let mut columns: Vec<(&str, &Values)> = Vec::new();
    for (name, values) in frames().flat_map(|(_, sheet)| &sheet.columns) {
        if columns.iter().all(|(known, _)| known != name) {
            columns.push((name, values));
        }
    }
    if columns.is_empty() {
        return Ok(());
    }
    let mut table = Table::new();
    for (name, kind) in columns {
        let mut all = kind.blank(0);
        for (_, sheet) in frames() {
            all.append(match sheet.column(name) {
                Some(values) => values.clone(),
                None => kind.blank(sheet.rows()),
            });
        }
        table.values(name, &all)?;
    }
    let waves = frames().map(|(wave, sheet)| (wave.clone(), sheet.rows())).collect();
    tables.insert_by_wave("frame", table.batch()?, waves);
    Ok(())
}

fn segment_id(segment: &Segment) -> String {
    format!("{}:{}", segment.document, segment.paragraph)
}

fn segments(documents: &Documents) -> Table {
    let segments = &documents.segments;
    let ids: Vec<String> = segments.iter().map(segment_id).collect();
    let mut table = Table::new();
    table
        .text("segment_id", ids.iter().map(String::as_str))
        .text("document_id", segments.iter().map(|s| s.document.as_str()))
        .text("case_id", segments.iter().map(|s| s.case.as_str()))
        .integers("paragraph", segments.iter().map(|s| s.paragraph))
        .integers("start", segments.iter().map(|s| s.start))
        .integers("end", segments.iter().map(|s| s.end))
        .text("excerpt", segments.iter().map(|s| s.excerpt.as_str()));
    table
}

fn codings(documents: &Documents) -> Table {
    let rows: Vec<_> =
        documents.codings.iter().filter_map(|c| Some((c, documents.segments.get(c.segment)?))).collect();
    let ids: Vec<String> = rows.iter().map(|(_, s)| segment_id(s)).collect();
    let mut table = Table::new();
    table
        .text("segment_id", ids.iter().map(String::as_str))
        .text("document_id", rows.iter().map(|(_, s)| s.document.as_str()))
        .text("case_id", rows.iter().map(|(_, s)| s.case.as_str()))
        .text("coder", rows.iter().map(|(c, _)| c.coder.as_str()))
        .text("code", rows.iter().map(|(c, _)| c.code.as_str()));
    table
}
