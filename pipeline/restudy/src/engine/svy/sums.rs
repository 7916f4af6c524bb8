//! Aggregates that keep a few sums per unit: means, totals, proportions, ratios, differences.
//!
//! In: batches of rows with the numbers of their groups. Out: one struct per group. Of each row only the weight, the key of its
//! place in the sample and the values are read.

use datafusion::arrow::array::{Array, ArrayRef, BooleanArray};
use datafusion::common::Result;
use datafusion::logical_expr::{EmitTo, GroupsAccumulator};

use super::added::{Added, Answered};
use super::codec::{Reader, Writer};
use super::design::{DesignBatch, Dictionaries};
use super::estimates::{OfEach, OfGroup};
use super::faults::Faults;
use super::reads::Reads;
use super::result::estimates;
use super::rows::{CHUNK, chunks, units_of_rows};
use super::slots::{NONE, OfUnits};
use super::twofold::Twofold;
use super::units::Units;
use crate::engine::aggregate::{Call, Shape};

/// The weights of rows without a design.
const ONES: &[f64] = &[1.0; CHUNK];

/// Rows that answered: their slots, groups, weights and values.
#[derive(Debug, Default)]
struct Answers {
    slots: Vec<u32>,
    groups: Vec<usize>,
    weights: Vec<f64>,
    first: Vec<f64>,
    second: Vec<f64>,
}

impl Answers {
    fn clear(&mut self) {
        self.slots.clear();
        self.groups.clear();
        self.weights.clear();
        self.first.clear();
        self.second.clear();
    }

    fn push(&mut self, slot: u32, group: usize, weight: f64, (first, second): (f64, f64)) {
        self.slots.push(slot);
        self.groups.push(group);
        self.weights.push(weight);
        self.first.push(first);
        self.second.push(second);
    }

    fn rows(&self) -> Answered<'_> {
        let values = [&self.first[..], &self.second];
        Answered { slots: &self.slots, groups: &self.groups, weights: &self.weights, values }
    }

    fn size(&self) -> usize {
        let values = self.weights.capacity() + self.first.capacity() + self.second.capacity();
        self.slots.capacity() * size_of::<u32>()
            + self.groups.capacity() * size_of::<usize>()
            + values * size_of::<f64>()
    }
}

/// The aggregate over groups.
#[derive(Debug)]
pub(super) struct Sums<const U: usize, const G: usize, E> {
    function: &'static str,
    shape: &'static Shape,
    estimator: E,
    call: Call,
    added: Added<U, G>,
    units: Units,
    dictionaries: Dictionaries,
    faults: Faults,
    /// The unit and the slot of each row of a batch.
    of_rows: [Vec<u32>; 2],
    answers: Answers,
}

impl<const U: usize, const G: usize, E: Reads<U, G>> Sums<U, G, E> {
    pub(super) fn new(function: &'static str, shape: &'static Shape, estimator: E, call: &Call) -> Self {
        Sums {
            function,
            shape,
            estimator,
            call: call.clone(),
            added: Added::default(),
            units: Units::default(),
            dictionaries: Dictionaries::default(),
            faults: Faults::default(),
            of_rows: [Vec::new(), Vec::new()],
            answers: Answers::default(),
        }
    }
}

impl<const U: usize, const G: usize, E: Reads<U, G>> GroupsAccumulator for Sums<U, G, E> {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        groups: &[usize],
        filter: Option<&BooleanArray>,
        count: usize,
    ) -> Result<()> {
        let columns = self.estimator.columns(values)?;
        let Sums {
            added,
            units,
            dictionaries,
            estimator,
            faults,
            of_rows: [of_units, of_slots],
            answers,
            ..
        } = self;
        let design = self.call.design.map(|design| DesignBatch::new(&values[design], dictionaries));
        let mut design = design.transpose()?;
        units_of_rows(design.as_mut(), units, groups.len(), filter, faults, of_units)?;
        added.expect(count, units.count());
        added.slots.numbers(groups, of_units, of_slots);
        of_slots.iter().take(CHUNK).for_each(|slot| added.slots.fetch(*slot));
        for range in chunks(groups.len()) {
            let (slots, groups) = (&of_slots[range.clone()], &groups[range.clone()]);
            let next = of_slots[range.end..].chunks(CHUNK).next().unwrap_or_default();
            let weights = design.as_ref().and_then(|design| design.weights.get(range.clone()));
            let weights = weights.unwrap_or(&ONES[..range.len()]);
            // Without an end before the last, so that many are looked at at once.
            let all = slots.iter().fold(true, |all, slot| all & (*slot != NONE));
            if all && let Some(values) = estimator.all_values(&columns, range.clone()) {
                added.add(*estimator, Answered { slots, groups, weights, values }, next);
                continue;
            }
            answers.clear();
            let members = range.zip(slots).zip(groups).zip(weights);
            for (((row, &slot), &group), &weight) in members.filter(|(((_, slot), _), _)| **slot != NONE) {
                match estimator.values(&columns, row, faults) {
                    Some(values) => answers.push(slot, group, weight, values),
                    None => added.add_silent(slot, group),
                }
            }
            added.add(*estimator, answers.rows(), next);
        }
        Ok(())
    }

    fn evaluate(&mut self, emit: EmitTo) -> Result<ArrayRef> {
        self.faults.check(self.function, self.shape, &self.call)?;
        let groups = self.added.take(emit, &self.units.in_order());
        let units = self.call.design.map(|_| &self.units);
        let mut of_group = OfEach::new(self.estimator, units, self.function, self.call.confidence);
        estimates(&groups.iter().map(|group| of_group.estimate(group)).collect::<Result<Vec<_>>>()?)
    }

    fn state(&mut self, emit: EmitTo) -> Result<Vec<ArrayRef>> {
        self.faults.check(self.function, self.shape, &self.call)?;
        let units = self.call.design.map(|_| &self.units);
        let groups = self.added.take(emit, &self.units.in_order());
        let states = groups.iter().map(|OfGroup { of_units, overall }| {
            let mut to = Writer::default();
            of_units.write(units, &mut to);
            to.integer(overall.n);
            to.integer(overall.silent);
            overall.sums.each().into_iter().for_each(|sum| to.twofold(sum));
            to
        });
        Ok(vec![Writer::array(states)])
    }

    fn merge_batch(&mut self, states: &[ArrayRef], groups: &[usize], count: usize) -> Result<()> {
        self.added.expect(count, 0);
        Reader::each(&states[0], groups, |group, from| {
            let of_units = OfUnits::read(self.call.design.map(|_| &mut self.units), from)?;
            self.added.expect(count, self.units.count());
            self.added.slots.merge(group, &of_units);
            let overall = &mut self.added.overall[group];
            overall.n += from.integer()?;
            overall.silent += from.integer()?;
            let mut sums = [Twofold::default(); G];
            for sum in &mut sums {
                *sum = from.twofold()?;
            }
            overall.sums.merge(&sums);
            Ok(())
        })
    }

    fn convert_to_state(&self, values: &[ArrayRef], filter: Option<&BooleanArray>) -> Result<Vec<ArrayRef>> {
        let mut each = Sums::<U, G, E>::new(self.function, self.shape, self.estimator, &self.call);
        let rows: Vec<usize> = (0..values[0].len()).collect();
        each.update_batch(values, &rows, filter, rows.len())?;
        each.state(EmitTo::All)
    }

    fn size(&self) -> usize {
        size_of_val(self)
            + self.added.size()
            + self.units.size()
            + self.dictionaries.size()
            + self.of_rows.iter().map(|rows| rows.capacity() * size_of::<u32>()).sum::<usize>()
            + self.answers.size()
    }
}
