//! The register of published claims, as data.

use std::collections::HashMap;

use super::sheet::{Holding, Sheet, shown};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::sources::{Faults, RawTable};
use crate::study::Study;

/// Reads the register of published claims of `study`; values, counts and bases are numbers, the rest is text. None where the
/// study has no register.
///
/// # Errors
/// All faults of the file, among them a claim that stands twice.
pub fn claims(study: &Study) -> Result<(Option<Sheet>, Diagnostics), Diagnostics> {
    let Some(source) = &study.sources.claims else { return Ok((None, Diagnostics::new())) };
    let (table, mut diagnostics) = RawTable::read(&study.root, source)?;
    let mut faults = Faults::new(&table);
    let fields = [
        ("id", Holding::Name),
        ("section", Holding::Name),
        ("phase", Holding::Name),
        ("measure", Holding::Name),
        ("subgroup", Holding::Words),
        ("statistic", Holding::Name),
        ("value", Holding::MaybeNumber),
        ("count", Holding::MaybeCount),
        ("base", Holding::MaybeCount),
        ("precision", Holding::Words),
        ("note", Holding::Words),
    ];
    let sheet = Sheet::read(&table, &fields, &mut faults);
    let mut first: HashMap<&str, usize> = HashMap::new();
    for row in 0..sheet.rows() {
        let id = sheet.text("id", row);
        if let Some(before) = first.insert(id, row).filter(|_| !id.is_empty()) {
            let fault = Diagnostic::error(format!("claim `{}` stands twice", shown(id)));
            faults.cell(row, table.column("id").unwrap_or_default(), fault, |f| {
                f.note(format!("first {}", table.standing(before))).hint("rename or take out one of them")
            });
        }
    }
    diagnostics.extend(faults.finish());
    diagnostics.or(Some(sheet))
}
