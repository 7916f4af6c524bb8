//! The column `design`, one batch of it.
//!
//! In: a struct per row, as the store makes it: `weight`; `place`, a dictionary of places in the sample as text; and `unit`, the
//! number of the row's unit at the last stage, where its place leaves it out. Out: each row's weight, and the number of its
//! unit among the [`Units`] that are known.
//!
//! Of a place that a row has, only the key in the dictionary is looked at: batches of one file share its dictionary, and each
//! place in it is read once, when the first row has it.

use std::ops::Range;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, StringArray, StructArray, UInt32Array};
use datafusion::arrow::buffer::{NullBuffer, ScalarBuffer};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Float64Type, UInt32Type};
use datafusion::common::{Result, exec_err};

use super::faults::Faults;
use super::slots::NONE;
use super::units::Units;

/// A dictionary of places, and what is known of each.
#[derive(Debug)]
struct Dictionary {
    values: StringArray,
    /// The unit of each place; [`NONE`] where no row had it yet, [`APART`] where it is of many units.
    units: Vec<u32>,
    /// The number of each place that is of many units.
    places: Vec<u32>,
}

/// Many units.
const APART: u32 = u32::MAX - 1;

/// The dictionaries of the latest batches.
#[derive(Debug, Default)]
pub(super) struct Dictionaries(Vec<Dictionary>);

/// Dictionaries that are kept: files of as many waves may be read in turns.
const KEPT: usize = 8;

impl Dictionaries {
    /// What is known of the places in `values`.
    fn of(&mut self, values: &StringArray) -> &mut Dictionary {
        // An array that is kept keeps its memory: nothing else can be where it is.
        let place =
            |array: &StringArray| (array.value_offsets().as_ptr(), array.value_data().as_ptr(), array.len());
        let known = self.0.iter().position(|known| place(&known.values) == place(values));
        let at = known.unwrap_or_else(|| {
            if self.0.len() == KEPT {
                self.0.remove(0);
            }
            let units = vec![NONE; values.len()];
            self.0.push(Dictionary { values: values.clone(), units, places: Vec::new() });
            self.0.len() - 1
        });
        &mut self.0[at]
    }

    /// Bytes on the heap.
    pub(super) fn size(&self) -> usize {
        let numbers =
            |known: &Dictionary| (known.units.capacity() + known.places.capacity()) * size_of::<u32>();
        self.0.iter().map(|known| known.values.get_array_memory_size() + numbers(known)).sum()
    }
}

/// The column `design` of one batch, its parts looked up once.
pub(super) struct DesignBatch<'a> {
    /// Weights of the rows.
    pub(super) weights: ScalarBuffer<f64>,
    /// The rows' places, by their keys.
    keys: ScalarBuffer<u32>,
    dictionary: &'a mut Dictionary,
    /// Numbers of units that stand apart from their places.
    apart: Option<UInt32Array>,
    /// Rows that have no place in a sample.
    nulls: Option<NullBuffer>,
    /// Those of them that have no design at all, and those that have no weight.
    absent: [Option<NullBuffer>; 2],
}

impl<'a> DesignBatch<'a> {
    /// A batch whose type was found to be a design's.
    pub(super) fn new(array: &ArrayRef, known: &'a mut Dictionaries) -> Result<Self> {
        let Some(design) = array.as_struct_opt() else { return exec_err!("the design is no struct") };
        let Some(weights) = field(design, "weight")?.as_primitive_opt::<Float64Type>() else {
            return exec_err!("the design's `weight` is no number");
        };
        let kind = DataType::Dictionary(Box::new(DataType::UInt32), Box::new(DataType::Utf8));
        let places = cast(field(design, "place")?, &kind)?;
        let places = places.as_dictionary::<UInt32Type>();
        let apart = design.column_by_name("unit").and_then(|units| units.as_primitive_opt::<UInt32Type>());
        let absent = [design.nulls().cloned(), weights.nulls().cloned()];
        let nulls = NullBuffer::union(design.nulls(), weights.nulls());
        let nulls = NullBuffer::union(nulls.as_ref(), places.keys().nulls());
        Ok(DesignBatch {
            weights: weights.values().clone(),
            keys: places.keys().values().clone(),
            dictionary: known.of(places.values().as_string::<i32>()),
            apart: apart.cloned(),
            nulls: nulls.filter(|nulls| nulls.null_count() > 0),
            absent,
        })
    }

    /// Adds the units of rows that all are members of the sample, and whose units are all known, to `units`; otherwise nothing,
    /// and false.
    pub(super) fn known_units(&self, rows: Range<usize>, units: &mut Vec<u32>) -> bool {
        // Without an end before the last, and with comparisons alone, so that many are looked at at once.
        let weights = &self.weights[rows.clone()];
        let all = weights.iter().fold(true, |all, w| all & (*w > 0.0) & (*w <= f64::MAX));
        if self.nulls.is_some() || !all {
            return false;
        }
        let (before, known) = (units.len(), &self.dictionary.units);
        units.extend(self.keys[rows].iter().map(|key| known.get(*key as usize).copied().unwrap_or(NONE)));
        let all = units[before..].iter().fold(true, |all, unit| all & (*unit < APART));
        if !all {
            units.truncate(before);
        }
        all
    }

    /// The number of a row's unit among those that are known, to which it is added; `None` where the row weighs nothing, or, which
    /// is noted, has no place in a sample.
    pub(super) fn unit(&mut self, row: usize, known: &mut Units, faults: &mut Faults) -> Result<Option<u32>> {
        if self.nulls.as_ref().is_some_and(|nulls| nulls.is_null(row)) {
            self.lacking(row, faults);
            return Ok(None);
        }
        let weight = self.weights[row];
        if !(weight > 0.0 && weight < f64::INFINITY) {
            if weight != 0.0 {
                faults.weights.note(weight);
            }
            return Ok(None);
        }
        let key = self.keys[row] as usize;
        let unit = match self.dictionary.units.get(key) {
            Some(unit) if *unit < APART => Some(*unit),
            _ => self.meet(row, key, known)?,
        };
        if unit.is_none() {
            faults.no_place += 1;
        }
        Ok(unit)
    }

    /// Notes what a row lacks that has no place in a sample.
    fn lacking(&self, row: usize, faults: &mut Faults) {
        let [design, weight] =
            self.absent.each_ref().map(|nulls| nulls.as_ref().is_some_and(|n| n.is_null(row)));
        if design {
            faults.no_design += 1;
        } else if weight {
            faults.no_weight += 1;
        } else {
            faults.no_place += 1;
        }
    }

    fn meet(&mut self, row: usize, key: usize, known: &mut Units) -> Result<Option<u32>> {
        let Dictionary { values, units, places } = &mut *self.dictionary;
        if units.get(key) == Some(&NONE) && values.is_valid(key) {
            let place = known.place(values.value(key))?;
            if !known.is_apart(place) {
                let unit = known.unit(place, 0)?;
                units[key] = unit;
                return Ok(Some(unit));
            }
            places.resize(values.len(), NONE);
            (units[key], places[key]) = (APART, place);
        }
        let place = places.get(key).filter(|_| units.get(key) == Some(&APART));
        let number =
            self.apart.as_ref().filter(|numbers| numbers.is_valid(row)).map(|numbers| numbers.value(row));
        match place.zip(number) {
            Some((place, number)) => known.unit(*place, number).map(Some),
            None => Ok(None),
        }
    }
}

fn field<'a>(design: &'a StructArray, name: &str) -> Result<&'a ArrayRef> {
    match design.column_by_name(name) {
        Some(array) => Ok(array),
        None => exec_err!("the design has no `{name}`"),
    }
}
