//! `frame`, `pilots`, `cases`, `documents`, `segments` and `codings`: the fieldwork and the case studies as tables; and of a project
//! of qualitative data `project_codings`, `notes` and `material_account`.

use super::arrays::Table;
use super::tables::Tables;
use super::wave::OfWave;
use crate::codebook::project::{Account, CodingFate, NoteRow};
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
    if let Some(project) = &material.project {
        tables.insert("project_codings", project_codings(&project.fates).batch()?);
        tables.insert("notes", notes(&project.notes).batch()?);
        tables.insert("material_account", account(&project.account).batch()?);
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

fn project_codings(fates: &[CodingFate]) -> Table {
    let page = |fate: &CodingFate| fate.page.and_then(|page| usize::try_from(page).ok());
    let mut table = Table::new();
    table
        .text("coding_id", fates.iter().map(|f| f.id.as_str()))
        .text("source", fates.iter().map(|f| f.source.as_str()))
        .maybe_text("document_id", fates.iter().map(|f| f.document.as_deref()))
        .maybe_text("coder", fates.iter().map(|f| f.coder.as_deref()))
        .text("project_code", fates.iter().map(|f| f.named.as_str()))
        .maybe_text("code", fates.iter().map(|f| f.code.as_deref()))
        .maybe_integers("start", fates.iter().map(|f| f.span.as_ref().map(|span| span.start)))
        .maybe_integers("end", fates.iter().map(|f| f.span.as_ref().map(|span| span.end)))
        .maybe_integers("page", fates.iter().map(page))
        .text("excerpt", fates.iter().map(|f| f.words.as_str()))
        .text("created", fates.iter().map(|f| f.created.as_str()))
        .text("fate", fates.iter().map(|f| f.fate.words()))
        .text("why", fates.iter().map(|f| f.why.as_str()));
    table
}

fn notes(notes: &[NoteRow]) -> Table {
    let mut table = Table::new();
    table
        .text("note_id", notes.iter().map(|n| n.id.as_str()))
        .text("about", notes.iter().map(|n| n.about))
        .maybe_text("code", notes.iter().map(|n| n.code.as_deref()))
        .maybe_text("case_id", notes.iter().map(|n| n.case.as_deref()))
        .maybe_text("document_id", notes.iter().map(|n| n.document.as_deref()))
        .maybe_text("selection_id", notes.iter().map(|n| n.selection.as_deref()))
        .maybe_integers("start", notes.iter().map(|n| n.span.map(|(start, _)| start)))
        .maybe_integers("end", notes.iter().map(|n| n.span.map(|(_, end)| end)))
        .maybe_text("coding_id", notes.iter().map(|n| n.coding.as_deref()))
        .maybe_text("name", notes.iter().map(|n| n.name.as_deref()))
        .maybe_text("author", notes.iter().map(|n| n.author.as_deref()))
        .text("created", notes.iter().map(|n| n.created.as_str()))
        .text("title", notes.iter().map(|n| n.title.as_str()))
        .text("text", notes.iter().map(|n| &*n.text));
    table
}

fn account(account: &Account) -> Table {
    let lines = account.lines();
    let mut table = Table::new();
    table
        .text("what", lines.iter().map(|line| line.what))
        .text("fate", lines.iter().map(|line| line.fate.words()))
        .text("why", lines.iter().map(|line| line.why.as_str()))
        .integers("n", lines.iter().map(|line| line.number));
    table
}
