//! The units of the sample that were met so far, numbered 0, 1, 2 … in the order in which they were met.
//!
//! In: places in the sample as text, as the column `design` holds them, and the number of a unit where it stands apart. Out: a
//! unit's number, and by that its sample, its place in each stage, and how variances come about; and the order of units that
//! does not depend on how their rows came.
//!
//! - Units of two samples (two waves, or two designs of one) are never one, whatever their numbers.
//! - A place is read once, when it is first met, and held against what is known of its unit: a unit with two places is a fault
//!   in whatever order and part its rows come.

use std::sync::Arc;

use datafusion::common::{HashMap, Result, exec_err};
use survey::variance::{LonelyPsu, Replication, Stage};

use super::codec::{Reader, Writer};
use super::index::Index;
use super::place::read_place;
use crate::sample::Entry;

/// How variances come about: the same for all units of one sample.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    /// From the stages of the sample.
    Stages(LonelyPsu),
    /// From replicate weights.
    Replicates(Replication),
}

/// A place that was met: that of one unit, or of all units whose numbers stand apart.
#[derive(Debug)]
struct Place {
    text: Arc<str>,
    sample: u32,
    stages: Vec<Stage>,
    unit_apart: bool,
    kind: u32,
    /// Replicate factors.
    factors: Vec<f64>,
}

/// The place of a unit, and its number at the last stage of its sample.
#[derive(Clone, Copy, Debug)]
struct Known {
    place: u32,
    number: u32,
}

/// A unit.
pub(super) struct Unit<'a> {
    pub(super) sample: &'a str,
    /// The number of its kind.
    pub(super) kind: u32,
    pub(super) factors: &'a [f64],
    stages: &'a [Stage],
    number: u32,
}

impl Unit<'_> {
    /// Its place in each stage.
    pub(super) fn places(&self) -> impl ExactSizeIterator<Item = Stage> {
        let last = self.stages.len().saturating_sub(1);
        let of = move |(stage, place): (usize, &Stage)| match stage == last {
            true => Stage { unit: self.number, ..*place },
            false => *place,
        };
        self.stages.iter().enumerate().map(of)
    }
}

/// The units met so far.
#[derive(Debug, Default)]
pub(super) struct Units {
    /// The names of the samples, in the order in which they were met.
    samples: Vec<String>,
    kinds: Vec<Kind>,
    places: Vec<Place>,
    /// The number of each place.
    by_text: HashMap<Arc<str>, u32>,
    units: Vec<Known>,
    /// The number of each sample's units, by their number in it.
    index: Index,
}

impl Units {
    /// The number of the place that `text` says.
    pub(super) fn place(&mut self, text: &str) -> Result<u32> {
        if let Some(place) = self.by_text.get(text) {
            return Ok(*place);
        }
        let Entry { sample, stages, unit_apart, lonely, replicates } = read_place(text)?;
        let sample = number(&mut self.samples, |known| known == sample, || sample.to_owned());
        let (kind, factors) = match replicates {
            Some((replication, factors)) => (Kind::Replicates(replication), factors),
            None => (Kind::Stages(lonely), Vec::new()),
        };
        let kind = number(&mut self.kinds, |known| *known == kind, || kind.clone());
        let (place, text) = (self.places.len() as u32, Arc::<str>::from(text));
        self.places.push(Place { text: Arc::clone(&text), sample, stages, unit_apart, kind, factors });
        self.by_text.insert(text, place);
        Ok(place)
    }

    /// Whether a place is of many units, whose numbers stand apart.
    pub(super) fn is_apart(&self, place: u32) -> bool {
        self.places.get(place as usize).is_some_and(|place| place.unit_apart)
    }

    /// The number of the unit at a place; of one that stands apart, by its number `apart`.
    pub(super) fn unit(&mut self, place: u32, apart: u32) -> Result<u32> {
        let Some(new) = self.places.get(place as usize) else {
            return exec_err!("place {place} is not known");
        };
        let own = new.stages.last().map_or(0, |stage| stage.unit);
        let number = if new.unit_apart { apart } else { own };
        let (at, is_new) = self.index.slot(u64::from(new.sample) << 32 | u64::from(number));
        if is_new {
            self.units.push(Known { place, number });
        } else if self.units[at].place != place {
            self.same(at as u32, &Known { place, number })?;
        }
        Ok(at as u32)
    }

    /// That a unit is the one that is known: the same place, though not in the same words.
    fn same(&self, unit: u32, other: &Known) -> Result<()> {
        let (Some(a), Some(b)) = (self.get(unit), self.described(other)) else { return Ok(()) };
        for (a, b) in a.places().zip(b.places()) {
            if a != b {
                let (one, two) = (a.stratum.min(b.stratum), a.stratum.max(b.stratum));
                return exec_err!(
                    "unit {} of the design has two places in the sample, in stratum {one} and in stratum {two}: rows of two designs \
                     are mixed",
                    a.unit
                );
            }
        }
        if a.stages.len() != b.stages.len() || a.kind != b.kind || a.factors != b.factors {
            return exec_err!("unit {} is of two designs: rows of both are mixed", other.number);
        }
        Ok(())
    }

    /// A unit that is known.
    pub(super) fn get(&self, unit: u32) -> Option<Unit<'_>> {
        self.described(self.units.get(unit as usize)?)
    }

    fn described(&self, known: &Known) -> Option<Unit<'_>> {
        let Place { sample, stages, kind, factors, .. } = self.places.get(known.place as usize)?;
        let sample = self.samples.get(*sample as usize).map_or("", String::as_str);
        Some(Unit { sample, kind: *kind, factors, stages, number: known.number })
    }

    /// The units in the order of their samples' names and of their numbers in them; where there is no design, the unit 0 that
    /// all rows are of.
    pub(super) fn in_order(&self) -> Vec<u32> {
        if self.units.is_empty() {
            return vec![0];
        }
        let mut order: Vec<u32> = (0..).take(self.units.len()).collect();
        let by_number = |unit: &u32| {
            let Known { place, number } = self.units[*unit as usize];
            let sample = self.places.get(place as usize).map_or(0, |place| place.sample);
            (self.samples.get(sample as usize), number)
        };
        if !order.is_sorted_by_key(by_number) {
            order.sort_unstable_by_key(by_number);
        }
        order
    }

    /// How many there are; where there is no design, the one that all rows are of.
    pub(super) fn count(&self) -> usize {
        self.units.len().max(1)
    }

    /// A kind by its number.
    pub(super) fn kind(&self, number: u32) -> Option<&Kind> {
        self.kinds.get(number as usize)
    }

    /// Bytes on the heap.
    pub(super) fn size(&self) -> usize {
        let place = self.places.last().map_or(0, |place| {
            place.text.len()
                + place.stages.capacity() * size_of::<Stage>()
                + place.factors.capacity() * size_of::<f64>()
        });
        self.index.size()
            + self.units.capacity() * size_of::<Known>()
            + self.places.capacity() * size_of::<Place>()
            + self.by_text.capacity() * size_of::<(Arc<str>, u32)>()
            + self.places.len() * place
    }

    /// Writes a known unit.
    pub(super) fn write(&self, unit: u32, to: &mut Writer) {
        let Some(Known { place, number }) = self.units.get(unit as usize) else { return };
        to.text(self.places.get(*place as usize).map_or("", |place| &place.text));
        to.integer((*number).into());
    }

    /// Notes a unit that was written; gives its number here.
    pub(super) fn read(&mut self, from: &mut Reader<'_>) -> Result<u32> {
        let place = self.place(from.text()?)?;
        self.unit(place, from.short()?)
    }
}

/// The number of a value among those that are known, to which it is added.
fn number<T>(known: &mut Vec<T>, is: impl Fn(&T) -> bool, new: impl FnOnce() -> T) -> u32 {
    let at = known.iter().position(is).unwrap_or_else(|| {
        known.push(new());
        known.len() - 1
    });
    at as u32
}
