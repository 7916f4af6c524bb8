//! Values by number: each text and each float that occurs, once.

use std::collections::HashMap;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Float64Array};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Float64Type, Int32Type};
use datafusion::common::{Result, exec_err};

use super::codec::{Reader, Writer};
use super::index::Index;

/// A value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::engine) enum Atom<'a> {
    Number(f64),
    Text(&'a str),
}

/// The number of a value: even for floats, odd for texts.
pub(super) type Id = u32;

/// The number of no value.
pub(super) const NONE: Id = u32::MAX;

/// The places of values in their order, of floats and of texts.
pub(super) struct Places([Vec<u32>; 2]);

impl Places {
    /// The place of a value; that of no value is the last.
    pub(super) fn of(&self, id: Id) -> u32 {
        self.0[(id % 2) as usize].get((id / 2) as usize).copied().unwrap_or(u32::MAX)
    }
}

/// The values met so far.
#[derive(Debug, Default)]
pub(in crate::engine) struct Atoms {
    index: Index,
    numbers: Vec<f64>,
    texts: Vec<Arc<str>>,
    ids: HashMap<Arc<str>, Id>,
    bytes: usize,
}

impl Atoms {
    pub(super) fn number(&mut self, value: f64) -> Id {
        // −0 is 0.
        let value = value + 0.0;
        let (at, new) = self.index.slot(value.to_bits());
        if new {
            self.numbers.push(value);
        }
        at as Id * 2
    }

    pub(super) fn text(&mut self, text: &str) -> Id {
        if let Some(id) = self.ids.get(text) {
            return *id;
        }
        let id = self.texts.len() as Id * 2 + 1;
        let text: Arc<str> = Arc::from(text);
        self.bytes += text.len();
        self.texts.push(Arc::clone(&text));
        self.ids.insert(text, id);
        id
    }

    /// The value of a number that was given.
    pub(in crate::engine) fn atom(&self, id: Id) -> Atom<'_> {
        let at = (id / 2) as usize;
        if id.is_multiple_of(2) {
            Atom::Number(self.numbers.get(at).copied().unwrap_or(f64::NAN))
        } else {
            Atom::Text(self.texts.get(at).map_or("", |text| text))
        }
    }

    /// The places of all values in their order: numbers, then texts, each ascending.
    pub(super) fn places(&self) -> Places {
        let mut numbers: Vec<usize> = (0..self.numbers.len()).collect();
        numbers.sort_unstable_by(|a, b| self.numbers[*a].total_cmp(&self.numbers[*b]));
        let mut texts: Vec<usize> = (0..self.texts.len()).collect();
        texts.sort_unstable_by(|a, b| self.texts[*a].cmp(&self.texts[*b]));
        let mut places = Places([vec![0; numbers.len()], vec![0; texts.len()]]);
        let all = numbers.into_iter().map(|at| (0, at)).chain(texts.into_iter().map(|at| (1, at)));
        for (place, (kind, at)) in (0..).zip(all) {
            places.0[kind][at] = place;
        }
        places
    }

    /// The numbers of a column's values; [`NONE`] for NULL. Numbers and conditions are floats, unless `as_text`; all else is
    /// text.
    pub(super) fn ids(&mut self, array: &ArrayRef, as_text: bool) -> Result<Vec<Id>> {
        let given = array.data_type();
        if !as_text && (given.is_numeric() || matches!(given, DataType::Boolean | DataType::Null)) {
            let numbers = cast(array, &DataType::Float64)?;
            return Ok(self.ids_of_numbers(numbers.as_primitive::<Float64Type>()));
        }
        if let Some(dictionary) = array.as_dictionary_opt::<Int32Type>()
            && dictionary.values().data_type() == &DataType::Utf8
        {
            let texts = dictionary.values().as_string::<i32>();
            let known: Vec<Id> = texts.iter().map(|text| text.map_or(NONE, |text| self.text(text))).collect();
            let of = |key: Option<i32>| key.and_then(|key| known.get(key as usize)).copied().unwrap_or(NONE);
            return Ok(dictionary.keys().iter().map(of).collect());
        }
        let texts = cast(array, &DataType::Utf8)?;
        Ok(texts.as_string::<i32>().iter().map(|text| text.map_or(NONE, |text| self.text(text))).collect())
    }

    fn ids_of_numbers(&mut self, numbers: &Float64Array) -> Vec<Id> {
        let id = |value: Option<f64>| match value {
            // One NaN for all, which is told as a fault.
            Some(value) if value.is_nan() => self.number(f64::NAN),
            Some(value) => self.number(value),
            None => NONE,
        };
        numbers.iter().map(id).collect()
    }

    pub(super) fn write(&self, id: Id, to: &mut Writer) {
        match self.atom(id) {
            Atom::Number(number) => {
                to.integer(0);
                to.number(number);
            }
            Atom::Text(text) => {
                to.integer(1);
                to.text(text);
            }
        }
    }

    pub(super) fn read(&mut self, from: &mut Reader<'_>) -> Result<Id> {
        match from.integer()? {
            0 => Ok(self.number(from.number()?)),
            1 => Ok(self.text(from.text()?)),
            kind => exec_err!("a partial result has a value of the unknown kind {kind}"),
        }
    }

    /// Bytes on the heap.
    pub(super) fn size(&self) -> usize {
        let text = size_of::<Arc<str>>() * 3 + size_of::<Id>() + 16;
        self.index.size()
            + self.numbers.capacity() * size_of::<f64>()
            + self.texts.capacity() * text
            + self.bytes
    }
}
