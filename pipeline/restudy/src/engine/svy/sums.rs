//! Aggregates that keep a few sums per unit: means, totals, proportions, ratios, differences.
//!
//! In: batches of rows with the numbers of their groups. Out: one struct per group. Of each row only the weight, the key of its
//! place in the sample and the values are read.

use std::ops::Range;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Float64Array};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Float64Type};
use datafusion::common::Result;
use datafusion::logical_expr::{EmitTo, GroupsAccumulator};

use super::codec::{Reader, Writer};
use super::design::{DesignBatch, Dictionaries};
use super::estimates::{Estimator, OfOne, OfTwo, of_group};
use super::faults::{Bad, Faults};
use super::result::estimates;
use super::rows::members;
use super::slots::{NONE, OfUnit, Slots};
use super::twofold::{Column, Twofold};
use super::units::Units;
use crate::engine::aggregate::{Call, Shape};

/// How a function reads its rows.
pub(super) trait Reads<const K: usize>: Estimator<K> {
    /// Its arguments, downcast once per batch.
    type Columns;

    fn columns(self, values: &[ArrayRef]) -> Result<Self::Columns>;

    /// The values of a row; `None` where it did not answer. What cannot be a value is noted.
    fn values(self, columns: &Self::Columns, row: usize, faults: &mut Faults) -> Option<(f64, f64)>;

    /// The values of rows as they stand in the columns; `None` where some did not answer, or have what cannot be a value.
    fn all_values(self, columns: &Self::Columns, rows: Range<usize>) -> Option<(&[f64], &[f64])>;

    /// What rows add to the sums, from their weights and values.
    fn terms(self, weights: &[f64], first: &[f64], second: &[f64], terms: &mut [Column; K]);
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

    /// The values of rows that all have one that `is` right.
    fn all(&self, rows: Range<usize>, is: impl Fn(f64) -> bool) -> Option<&[f64]> {
        let values = self.0.values().get(rows).filter(|_| self.0.null_count() == 0)?;
        // Without an end before the last, so that many are looked at at once.
        values.iter().fold(true, |all, value| all & is(*value)).then_some(values)
    }

    /// The same of a condition: a value other than 0 and 1 is noted.
    #[inline(always)]
    pub(super) fn condition(&self, row: usize, bad: &mut Bad) -> Option<f64> {
        let value = self.get(row, bad)?;
        if !is_condition(value) {
            bad.note(value);
            return None;
        }
        Some(value)
    }
}

fn is_condition(value: f64) -> bool {
    // Without a branch.
    (value == 0.0) | (value == 1.0)
}

impl Reads<3> for OfOne {
    type Columns = Numbers;

    fn columns(self, values: &[ArrayRef]) -> Result<Numbers> {
        Numbers::new(&values[0])
    }

    #[inline(always)]
    fn values(self, x: &Numbers, row: usize, faults: &mut Faults) -> Option<(f64, f64)> {
        let x = match self {
            OfOne::Proportion(_) => x.condition(row, &mut faults.conditions),
            OfOne::Mean | OfOne::Total => x.get(row, &mut faults.values[0]),
        };
        Some((x?, 0.0))
    }

    fn all_values(self, x: &Numbers, rows: Range<usize>) -> Option<(&[f64], &[f64])> {
        let x = match self {
            OfOne::Proportion(_) => x.all(rows, is_condition),
            OfOne::Mean | OfOne::Total => x.all(rows, f64::is_finite),
        };
        Some((x?, &[]))
    }

    fn terms(self, weights: &[f64], x: &[f64], _: &[f64], [weight, first, second]: &mut [Column; 3]) {
        weight.fill(weights.iter().copied());
        if let OfOne::Proportion(_) = self {
            first.fill(weights.iter().zip(x).map(|(w, x)| w * x));
            second.fill(x.iter().copied());
        } else {
            first.fill_products(weights, x);
            second.fill_times(first, x);
        }
    }
}

impl Reads<6> for OfTwo {
    type Columns = (Numbers, Numbers);

    fn columns(self, values: &[ArrayRef]) -> Result<Self::Columns> {
        Ok((Numbers::new(&values[0])?, Numbers::new(&values[1])?))
    }

    #[inline(always)]
    fn values(self, columns: &Self::Columns, row: usize, faults: &mut Faults) -> Option<(f64, f64)> {
        let first = columns.0.get(row, &mut faults.values[0]);
        let second = match self {
            OfTwo::Ratio => columns.1.get(row, &mut faults.values[1]),
            OfTwo::Difference => columns.1.condition(row, &mut faults.conditions),
        };
        Some((first?, second?))
    }

    fn all_values(self, columns: &Self::Columns, rows: Range<usize>) -> Option<(&[f64], &[f64])> {
        let first = columns.0.all(rows.clone(), f64::is_finite)?;
        let second = match self {
            OfTwo::Ratio => columns.1.all(rows, f64::is_finite),
            OfTwo::Difference => columns.1.all(rows, is_condition),
        };
        Some((first, second?))
    }

    fn terms(self, weights: &[f64], first: &[f64], second: &[f64], terms: &mut [Column; 6]) {
        let [a0, a1, a2, b0, b1, b2] = terms;
        match self {
            OfTwo::Ratio => {
                let (weight, y, x, yy, xy, xx) = (a0, a1, a2, b0, b1, b2);
                weight.fill(weights.iter().copied());
                y.fill_products(weights, first);
                yy.fill_times(y, first);
                x.fill_products(weights, second);
                xx.fill_times(x, second);
                xy.fill_times(x, first);
            }
            OfTwo::Difference => {
                // On the side that it is not of, a row weighs 0.
                a0.fill(weights.iter().zip(second).map(|(w, side)| w * side));
                b0.fill(weights.iter().zip(second).map(|(w, side)| w * (1.0 - side)));
                for (weight, sum, square) in [(a0, a1, a2), (b0, b1, b2)] {
                    sum.fill_times(weight, first);
                    square.fill_times(sum, first);
                }
            }
        }
    }
}

/// Rows that are added together: their slots, weights and values where some rows are left out, and what they add to the sums.
#[derive(Debug)]
struct Chunk<const K: usize> {
    slots: Vec<u32>,
    weights: Vec<f64>,
    first: Vec<f64>,
    second: Vec<f64>,
    terms: [Column; K],
}

/// As many rows as fit the processor's nearest cache, their slots too.
const CHUNK: usize = 256;

/// The weights of rows without a design.
const ONES: &[f64] = &[1.0; CHUNK];

impl<const K: usize> Default for Chunk<K> {
    fn default() -> Self {
        let terms = std::array::from_fn(|_| Column::default());
        Chunk { slots: vec![], weights: vec![], first: vec![], second: vec![], terms }
    }
}

impl<const K: usize> Chunk<K> {
    fn clear(&mut self) {
        self.slots.clear();
        self.weights.clear();
        self.first.clear();
        self.second.clear();
    }

    fn push(&mut self, slot: u32, weight: f64, (first, second): (f64, f64)) {
        self.slots.push(slot);
        self.weights.push(weight);
        self.first.push(first);
        self.second.push(second);
    }

    /// Adds the rows that were pushed.
    fn add(&mut self, estimator: impl Reads<K>, slots: &mut Slots<K>) {
        estimator.terms(&self.weights, &self.first, &self.second, &mut self.terms);
        add_up(&self.slots, &self.terms, slots);
    }

    fn size(&self) -> usize {
        let values = self.weights.capacity() + self.first.capacity() + self.second.capacity();
        self.slots.capacity() * size_of::<u32>()
            + values * size_of::<f64>()
            + self.terms.iter().map(Column::size).sum::<usize>()
    }
}

/// Adds the terms of each row to the sums of its slot.
fn add_up<const K: usize>(of_rows: &[u32], terms: &[Column; K], slots: &mut Slots<K>) {
    let terms = terms.each_ref().map(|column| column.parts(of_rows.len()));
    for (row, &slot) in of_rows.iter().enumerate() {
        let slot = slots.get_mut(slot as usize);
        slot.n += 1;
        for (sum, (high, low)) in slot.sums.iter_mut().zip(terms) {
            sum.merge(Twofold { high: high[row], low: low[row] });
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
    dictionaries: Dictionaries,
    faults: Faults,
    /// The slot of each row of a batch.
    of_rows: Vec<u32>,
    chunk: Chunk<K>,
}

impl<const K: usize, E: Reads<K>> Sums<K, E> {
    pub(super) fn new(function: &'static str, shape: &'static Shape, estimator: E, call: &Call) -> Self {
        Sums {
            function,
            shape,
            estimator,
            call: call.clone(),
            slots: Slots::default(),
            units: Units::default(),
            dictionaries: Dictionaries::default(),
            faults: Faults::default(),
            of_rows: Vec::new(),
            chunk: Chunk::default(),
        }
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
        let Sums { slots, units, dictionaries, estimator, faults, of_rows, chunk, .. } = self;
        let design = self.call.design.map(|design| DesignBatch::new(&values[design], dictionaries));
        let mut design = design.transpose()?;
        of_rows.clear();
        of_rows.resize(groups.len(), NONE);
        members(design.as_mut(), units, groups, filter, faults, |member, _| {
            let (slot, _) = slots.number(member.group, member.unit);
            of_rows[member.row] = slot as u32;
            Ok(())
        })?;
        for (rows, start) in of_rows.chunks(CHUNK).zip((0..).step_by(CHUNK)) {
            let range = start..start + rows.len();
            let weights = design.as_ref().and_then(|design| design.weights.get(range.clone()));
            let weights = weights.unwrap_or(&ONES[..rows.len()]);
            // So short a loop that the processor fetches the slots of many rows at once, which may lie anywhere in memory.
            for &slot in rows.iter().filter(|slot| **slot != NONE) {
                slots.get_mut(slot as usize).rows += 1;
            }
            if !rows.contains(&NONE)
                && let Some((first, second)) = estimator.all_values(&columns, range.clone())
            {
                estimator.terms(weights, first, second, &mut chunk.terms);
                add_up(rows, &chunk.terms, slots);
                continue;
            }
            chunk.clear();
            for ((row, &slot), &weight) in
                range.zip(rows).zip(weights).filter(|((_, slot), _)| **slot != NONE)
            {
                if let Some(values) = estimator.values(&columns, row, faults) {
                    chunk.push(slot, weight, values);
                }
            }
            chunk.add(*estimator, slots);
        }
        Ok(())
    }

    fn evaluate(&mut self, emit: EmitTo) -> Result<ArrayRef> {
        self.faults.check(self.function, self.shape, &self.call)?;
        let units = self.call.design.map(|_| &self.units);
        let of = |slots: &Vec<OfUnit<K>>| {
            of_group(self.estimator, slots, units, self.function, self.call.confidence)
        };
        let found = self.slots.take(emit, &self.units.in_order());
        let found = found.iter().map(of).collect::<Result<Vec<_>>>()?;
        estimates(&found)
    }

    fn state(&mut self, emit: EmitTo) -> Result<Vec<ArrayRef>> {
        self.faults.check(self.function, self.shape, &self.call)?;
        let units = self.call.design.map(|_| &self.units);
        let groups = self.slots.take(emit, &self.units.in_order());
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
            self.slots.read_group(group, self.call.design.map(|_| &mut self.units), from).map(|_| ())
        })
    }

    fn convert_to_state(&self, values: &[ArrayRef], filter: Option<&BooleanArray>) -> Result<Vec<ArrayRef>> {
        let mut each = Sums::<K, E>::new(self.function, self.shape, self.estimator, &self.call);
        let rows: Vec<usize> = (0..values[0].len()).collect();
        each.update_batch(values, &rows, filter, rows.len())?;
        each.state(EmitTo::All)
    }

    fn size(&self) -> usize {
        size_of_val(self)
            + self.slots.size()
            + self.units.size()
            + self.dictionaries.size()
            + self.of_rows.capacity() * size_of::<u32>()
            + self.chunk.size()
    }
}
