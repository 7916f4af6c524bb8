//! `waves`: the waves of an edition, and how many answered in each.

use super::arrays::Table;
use super::tables::Tables;
use super::wave::OfWave;
use crate::codebook::Values;
use crate::diagnostic::Diagnostics;
use crate::study::Wave;

/// Adds the table; `waves` are in their order, and `read` is what each holds.
pub(super) fn add(tables: &mut Tables, waves: &[Wave], read: &[OfWave]) -> Result<(), Diagnostics> {
    let invited = read.iter().map(|wave| wave.frame.as_ref().map(|frame| frame.invited()));
    let invited = Values::Integer(invited.collect());
    let mut table = Table::new();
    table
        .text("wave", waves.iter().map(|wave| wave.id.as_str()))
        .text("title", waves.iter().map(|wave| wave.title.as_str()))
        .text("fieldwork", waves.iter().map(|wave| wave.fieldwork.as_str()))
        .text("published", waves.iter().map(|wave| wave.published.as_str()))
        .values("invited", &invited)?
        .integers("respondents", read.iter().map(|wave| wave.respondents()))
        .integers("position", 1..=waves.len());
    tables.insert("waves", table.batch()?);
    Ok(())
}
