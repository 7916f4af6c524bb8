//! `frame`, `pilots`, `cases`, `documents`, `segments` and `codings`: the fieldwork and the case studies as tables.

use super::arrays::Table;
use super::tables::Tables;
use crate::codebook::{Documents, Fieldwork, Material, Segment};
use crate::diagnostic::Diagnostics;

/// Adds the tables whose sources the study has.
pub(super) fn add(
    tables: &mut Tables,
    fieldwork: &Fieldwork,
    material: &Material,
) -> Result<(), Diagnostics> {
    let documents = material.documents.as_ref();
    for (name, sheet) in [
        ("frame", Some(&fieldwork.frame)),
        ("pilots", fieldwork.pilots.as_ref()),
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
