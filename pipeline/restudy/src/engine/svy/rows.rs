//! The rows of a batch that are members of the sample.

use datafusion::arrow::array::{Array, BooleanArray};
use datafusion::common::Result;

use super::design::DesignBatch;
use super::faults::Faults;
use super::units::Units;

/// A member: its place in the batch, its group, its unit, and what it weighs.
#[derive(Clone, Copy)]
pub(super) struct Member {
    pub(super) row: usize,
    pub(super) group: usize,
    pub(super) unit: u32,
    pub(super) weight: f64,
}

/// Calls `each` for the rows that `filter` lets through and that weigh something; their units are added to `units`. Without a
/// design all weigh 1 and are of unit 0. Rows that cannot be members are noted among the faults.
#[inline(always)]
pub(super) fn members(
    mut design: Option<&mut DesignBatch<'_>>,
    units: &mut Units,
    groups: &[usize],
    filter: Option<&BooleanArray>,
    faults: &mut Faults,
    mut each: impl FnMut(Member, &mut Faults) -> Result<()>,
) -> Result<()> {
    let passes = |row: usize| filter.is_none_or(|filter| filter.is_valid(row) && filter.value(row));
    // `each` is called in one place, so that it becomes a part of the loop.
    for (row, &group) in groups.iter().enumerate() {
        if !passes(row) {
            continue;
        }
        let (mut unit, mut weight) = (0, 1.0);
        if let Some(design) = design.as_deref_mut() {
            if design.is_null(row) {
                design.lacking(row, faults);
                continue;
            }
            weight = design.weights[row];
            if !(weight > 0.0 && weight < f64::INFINITY) {
                if weight != 0.0 {
                    faults.weights.note(weight);
                }
                continue;
            }
            let Some(known) = design.unit(row, units)? else {
                faults.no_place += 1;
                continue;
            };
            unit = known;
        }
        each(Member { row, group, unit, weight }, faults)?;
    }
    Ok(())
}
