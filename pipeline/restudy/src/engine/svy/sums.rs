//! Aggregates that keep a few sums per unit: means, totals, proportions, ratios, differences.
//!
//! In: batches of rows with the numbers of their groups. Out: one struct per group. Of each row only the weight, the unit's
//! number and the values are read; its places in the sample only when its group meets the unit for the first time.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Float64Array};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Float64Type};
use datafusion::common::Result;
use datafusion::logical_expr::{EmitTo, GroupsAccumulator};

use super::codec::{Reader, Writer};
use super::design::{DesignBatch, Units};
use super::estimates::{Estimator, OfOne, OfTwo, of_group};
use super::faults::{Bad, Faults};
use super::result::estimates;
use super::rows::members;
use super::slots::{NONE, OfUnit, Slot, Slots};
use super::twofold::Twofold;
use crate::engine::aggregate::{Call, Shape};

/// How a function reads its rows.
pub(super) trait Reads<const K: usize>: Estimator<K> {
    /// Its arguments, downcast once per batch.
    type Columns;

    fn columns(self, values: &[ArrayRef]) -> Result<Self::Columns>;

    /// Adds a row that weighs `w` to its slot.
    fn add(self, columns: &Self::Columns, row: usize, w: f64, slot: &mut Slot<K>, faults: &mut Faults);
}

/// A column as numbers; of a condition, true is 1.
pub(super) struct Numbers(Float64Array);

impl Numbers {
    pub(super) fn new(array: &ArrayRef) -> Result<Self> {
        let array = if array.data_type() == &DataType::Float64 {
            Arc::clone(array)
        } else {
            cast(array, &DataType::Float64)?
        };
        Ok(Numbers(array.as_primitive::<Float64Type>().clone()))
    }

    /// The value of a row; `None` where it is NULL, or noted as no finite number.
    #[inline(always)]
    pub(super) fn get(&self, row: usize, bad: &mut Bad) -> Option<f64> {
        if self.0.null_count() > 0 && self.0.is_null(row) {
            return None;
        }
        let value = self.0.values()[row];
        if !value.is_finite() {
            bad.note(value);
            return None;
        }
        Some(value)
    }

    /// The same of a condition: a value other than 0 and 1 is noted.
    #[inline(always)]
    pub(super) fn condition(&self, row: usize, bad: &mut Bad) -> Option<f64> {
        let value = self.get(row, bad)?;
        if value != 0.0 && value != 1.0 {
            bad.note(value);
            return None;
        }
        Some(value)
    }
}

impl Reads<3> for OfOne {
    type Columns = Numbers;

    fn columns(self, values: &[ArrayRef]) -> Result<Numbers> {
        Numbers::new(&values[0])
    }

    #[inline(always)]
    fn add(self, x: &Numbers, row: usize, w: f64, slot: &mut Slot<3>, faults: &mut Faults) {
        if let OfOne::Proportion(_) = self {
            let Some(x) = x.condition(row, &mut faults.conditions) else { return };
            slot.n += 1;
            slot.sums[0].add(w);
            if x == 1.0 {
                slot.sums[1].add(w);
                slot.sums[2].add(1.0);
            }
            return;
        }
        let Some(x) = x.get(row, &mut faults.first) else { return };
        slot.n += 1;
        let [weight, first, second] = &mut slot.sums;
        weight.add(w);
        Twofold::add_powers(first, second, w, x);
    }
}

impl Reads<6> for OfTwo {
    type Columns = (Numbers, Numbers);

    fn columns(self, values: &[ArrayRef]) -> Result<Self::Columns> {
        Ok((Numbers::new(&values[0])?, Numbers::new(&values[1])?))
    }

    #[inline(always)]
    fn add(self, columns: &Self::Columns, row: usize, w: f64, slot: &mut Slot<6>, faults: &mut Faults) {
        let first = columns.0.get(row, &mut faults.first);
        match self {
            OfTwo::Ratio => {
                let (Some(y), Some(x)) = (first, columns.1.get(row, &mut faults.second)) else { return };
                slot.n += 1;
                let [weight, sum_y, sum_x, yy, xy, xx] = &mut slot.sums;
                weight.add(w);
                Twofold::add_powers(sum_y, yy, w, y);
                Twofold::add_powers(sum_x, xx, w, x);
                xy.add_product(w * x, y);
            }
            OfTwo::Difference => {
                let (Some(x), Some(side)) = (first, columns.1.condition(row, &mut faults.conditions)) else {
                    return;
                };
                slot.n += 1;
                let [a0, a1, a2, b0, b1, b2] = &mut slot.sums;
                let (weight, first, second) = if side == 1.0 { (a0, a1, a2) } else { (b0, b1, b2) };
                weight.add(w);
                Twofold::add_powers(first, second, w, x);
            }
        }
    }
}

/// The aggregate over groups.
#[derive(Debug)]
pub(super) struct Sums<const K: usize, E> {
    function: &'static str,
    shape: &'static Shape,
    estimator: E,
    call: Call,
    slots: Slots<K>,
    units: Units,
    faults: Faults,
    /// The slot of each row of a batch.
    of_rows: Vec<u32>,
}

impl<const K: usize, E: Reads<K>> Sums<K, E> {
    pub(super) fn new(function: &'static str, shape: &'static Shape, estimator: E, call: &Call) -> Self {
        let (slots, units, faults) = (Slots::default(), Units::default(), Faults::default());
        Sums { function, shape, estimator, call: call.clone(), slots, units, faults, of_rows: Vec::new() }
    }
}

impl<const K: usize, E: Reads<K>> GroupsAccumulator for Sums<K, E> {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        groups: &[usize],
        filter: Option<&BooleanArray>,
        count: usize,
    ) -> Result<()> {
        self.slots.expect(count);
        let columns = self.estimator.columns(values)?;
        let design = self.call.design.map(|design| DesignBatch::new(&values[design])).transpose()?;
        let Sums { slots, units, estimator, faults, of_rows, .. } = self;
        // Slots first, sums then: slots may lie anywhere in memory, and waiting for them one by one takes the most time.
        of_rows.clear();
        of_rows.resize(groups.len(), NONE);
        members(design.as_ref(), groups, filter, faults, |member, _| {
            let (slot, new) = slots.number(member.group, member.unit);
            if let (true, Some(design)) = (new, &design) {
                units.learn(design, member.row)?;
            }
            of_rows[member.row] = slot as u32;
            Ok(())
        })?;
        slots.fetch(of_rows);
        for (row, &slot) in of_rows.iter().enumerate().filter(|(_, slot)| **slot != NONE) {
            let weight = design.as_ref().map_or(1.0, |design| design.weights[row]);
            let slot = slots.get_mut(slot as usize);
            slot.rows += 1;
            estimator.add(&columns, row, weight, slot, faults);
        }
        Ok(())
    }

    fn evaluate(&mut self, emit: EmitTo) -> Result<ArrayRef> {
        self.faults.check(self.function, self.shape)?;
        let units = self.call.design.map(|_| &self.units);
        let of = |slots: &Vec<OfUnit<K>>| {
            of_group(self.estimator, slots, units, self.function, self.call.confidence)
        };
        let found = self.slots.take(emit).iter().map(of).collect::<Result<Vec<_>>>()?;
        estimates(&found)
    }

    fn state(&mut self, emit: EmitTo) -> Result<Vec<ArrayRef>> {
        self.faults.check(self.function, self.shape)?;
        let units = self.call.design.map(|_| &self.units);
        let groups = self.slots.take(emit);
        let states = groups.iter().map(|slots| {
            let mut to = Writer::default();
            Slots::write_group(slots, units, &mut to);
            to
        });
        Ok(vec![Writer::array(states)])
    }

    fn merge_batch(&mut self, states: &[ArrayRef], groups: &[usize], count: usize) -> Result<()> {
        self.slots.expect(count);
        Reader::each(&states[0], groups, |group, from| {
            self.slots.read_group(group, self.call.design.map(|_| &mut self.units), from)
        })
    }

    fn convert_to_state(&self, values: &[ArrayRef], filter: Option<&BooleanArray>) -> Result<Vec<ArrayRef>> {
        let mut each = Sums::<K, E>::new(self.function, self.shape, self.estimator, &self.call);
        let rows: Vec<usize> = (0..values[0].len()).collect();
        each.update_batch(values, &rows, filter, rows.len())?;
        each.state(EmitTo::All)
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.slots.size() + self.units.size() + self.of_rows.capacity() * size_of::<u32>()
    }
}
