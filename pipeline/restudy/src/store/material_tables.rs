//! `frame`, `pilots`, `cases`, `documents`, `segments` and `codings`: the fieldwork and the case studies as tables.

use super::arrays::Table;
use super::tables::Tables;
use crate::codebook::{Fieldwork, Material, Segment};
use crate::diagnostic::Diagnostics;

/// Adds the tables.
pub(super) fn add(
    tables: &mut Tables,
    fieldwork: &Fieldwork,
    material: &Material,
) -> Result<(), Diagnostics> {
    for (name, sheet) in [
        ("frame", &fieldwork.frame),
        ("pilots", &fieldwork.pilots),
        ("cases", &material.cases),
        ("documents", &material.documents),
    ] {
        tables.insert(name, Table::new().sheet(sheet)?.batch()?);
    }
    tables.insert("segments", segments(material).batch()?);
    tables.insert("codings", codings(material).batch()?);
    Ok(())
}

fn segment_id(segment: &Segment) -> String {
    format!("{}:{}", segment.document, segment.paragraph)
}

fn segments(material: &Material) -> Table {
    let segments = &material.segments;
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

fn codings(material: &Material) -> Table {
    let rows: Vec<_> =
        material.codings.iter().filter_map(|c| Some((c, material.segments.get(c.segment)?))).collect();
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
