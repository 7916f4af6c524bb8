//! The rows of a batch that are members of the sample.

use datafusion::arrow::array::{Array, BooleanArray};
use datafusion::common::Result;

use super::design::DesignBatch;
use super::faults::Faults;

/// A member: its place in the batch, its group, its unit, and what it weighs.
#[derive(Clone, Copy)]
pub(super) struct Member {
    pub(super) row: usize,
    pub(super) group: usize,
    pub(super) unit: u32,
    pub(super) weight: f64,
}

/// Calls `each` for the rows that `filter` lets through and that weigh something. Without a design all weigh 1 and are of
/// unit 0. Rows that cannot be members are noted among the faults.
#[inline(always)]
pub(super) fn members(
    design: Option<&DesignBatch<'_>>,
    groups: &[usize],
    filter: Option<&BooleanArray>,
    faults: &mut Faults,
    mut each: impl FnMut(Member, &mut Faults) -> Result<()>,
) -> Result<()> {
    let passes = |row: usize| filter.is_none_or(|filter| filter.is_valid(row) && filter.value(row));
    let nulls = design.and_then(|design| design.nulls.as_ref());
    let (weights, units) = design.map_or((&[][..], &[][..]), |design| (design.weights, &design.units));
    // `each` is called in one place, so that it becomes a part of the loop.
    for (row, &group) in groups.iter().enumerate() {
        if !passes(row) {
            continue;
        }
        let (unit, weight) = if design.is_none() {
            (0, 1.0)
        } else if nulls.is_some_and(|nulls| nulls.is_null(row)) {
            design.into_iter().for_each(|design| design.lacking(row, faults));
            continue;
        } else {
            (units[row], weights[row])
        };
        if weight > 0.0 && weight < f64::INFINITY {
            each(Member { row, group, unit, weight }, faults)?;
        } else if weight != 0.0 {
            faults.weights.note(weight);
        }
    }
    Ok(())
}
