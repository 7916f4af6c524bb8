//! `comparability`: which variables can be compared between which waves.

use super::arrays::Table;
use super::tables::Tables;
use crate::codebook::{Codebook, Variable};
use crate::diagnostic::Diagnostics;
use crate::study::Wave;
use crate::waves::Crosswalks;

/// Adds the table: a row for each pair of `waves`, which are in their order, and each variable that one of them asked.
pub(super) fn add(
    tables: &mut Tables,
    codebook: &Codebook,
    crosswalks: &Crosswalks,
    waves: &[Wave],
) -> Result<(), Diagnostics> {
    let variables = codebook.variables();
    let mut rows = Vec::new();
    for (at, to) in waves.iter().enumerate() {
        for from in waves.iter().take(at) {
            let asked = |variable: &&Variable| {
                [from, to].iter().any(|wave| crosswalks.asked(codebook, variable, &wave.id))
            };
            for variable in variables.iter().filter(asked) {
                let found = crosswalks.comparability(codebook, variable, &from.id, &to.id);
                rows.push((variable.name.as_str(), from.id.as_str(), to.id.as_str(), found));
            }
        }
    }
    let mut table = Table::new();
    table
        .text("variable", rows.iter().map(|(variable, _, _, _)| *variable))
        .text("from_wave", rows.iter().map(|(_, from, _, _)| *from))
        .text("to_wave", rows.iter().map(|(_, _, to, _)| *to))
        .text("comparable", rows.iter().map(|(_, _, _, found)| found.comparable.words()))
        .maybe_text(
            "why",
            rows.iter().map(|(_, _, _, found)| Some(found.why.as_str()).filter(|why| !why.is_empty())),
        );
    tables.insert("comparability", table.batch()?);
    Ok(())
}
