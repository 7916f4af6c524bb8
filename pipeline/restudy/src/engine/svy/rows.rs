//! The rows of a batch that are members of the sample.

use std::ops::Range;

use datafusion::arrow::array::{Array, BooleanArray};
use datafusion::common::Result;

use super::design::DesignBatch;
use super::faults::Faults;
use super::slots::NONE;
use super::units::Units;

/// As many rows as fit the processor's nearest cache, with what is kept of each.
pub(super) const CHUNK: usize = 128;

/// Rows `0..rows` by [`CHUNK`].
pub(super) fn chunks(rows: usize) -> impl Iterator<Item = Range<usize>> {
    (0..rows).step_by(CHUNK).map(move |start| start..rows.min(start + CHUNK))
}

/// The unit of each of `rows` rows, to `units`; [`NONE`] of those that `filter` does not let through, that weigh nothing, or that
/// cannot be members, which is noted among the faults. Units are added to those that are `known`. Without a design all rows are
/// of unit 0.
pub(super) fn units_of_rows(
    mut design: Option<&mut DesignBatch<'_>>,
    known: &mut Units,
    rows: usize,
    filter: Option<&BooleanArray>,
    faults: &mut Faults,
    units: &mut Vec<u32>,
) -> Result<()> {
    let passes = |row: usize| filter.is_none_or(|filter| filter.is_valid(row) && filter.value(row));
    units.clear();
    for chunk in chunks(rows) {
        let Some(design) = design.as_deref_mut() else {
            units.extend(chunk.map(|row| if passes(row) { 0 } else { NONE }));
            continue;
        };
        if filter.is_none() && design.known_units(chunk.clone(), units) {
            continue;
        }
        for row in chunk {
            let unit = if passes(row) { design.unit(row, known, faults)? } else { None };
            units.push(unit.unwrap_or(NONE));
        }
    }
    Ok(())
}
