//! A query without groups: all rows are one group.

use datafusion::arrow::array::{Array, ArrayRef};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::{Accumulator, EmitTo};

use super::Groups;

/// Sums of all rows, as the only group.
#[derive(Debug)]
pub(super) struct Single {
    groups: Box<dyn Groups>,
    /// The group of each row: 0, as often as the longest batch has rows.
    zeros: Vec<usize>,
}

impl Single {
    pub(super) fn new(groups: Box<dyn Groups>) -> Self {
        Single { groups, zeros: Vec::new() }
    }

    fn zeros(&mut self, rows: usize) {
        if self.zeros.len() < rows {
            self.zeros.resize(rows, 0);
        }
    }
}

impl Accumulator for Single {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let rows = values.first().map_or(0, |array| array.len());
        self.zeros(rows);
        self.groups.update_batch(values, &self.zeros[..rows], None, 1)
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        only(&self.groups.evaluate(EmitTo::All)?)
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.groups.size() + self.zeros.capacity() * size_of::<usize>()
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        self.groups.state(EmitTo::All)?.iter().map(only).collect()
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let rows = states.first().map_or(0, |array| array.len());
        self.zeros(rows);
        self.groups.merge_batch(states, &self.zeros[..rows], 1)
    }
}

/// The value of the only group; NULL where no row ever came.
fn only(values: &ArrayRef) -> Result<ScalarValue> {
    if values.is_empty() {
        return ScalarValue::try_from(values.data_type());
    }
    ScalarValue::try_from_array(values, 0)
}
