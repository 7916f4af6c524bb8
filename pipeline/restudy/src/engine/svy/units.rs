//! The units of the sample that were met so far.
//!
//! In: for each row's unit its sample and number, its places in each stage, and how variances come about. Out: the same of a
//! unit by its number, whichever rows and groups it was met in.

use datafusion::common::{Result, exec_err};
use survey::variance::{LonelyPsu, Replication, Stage};

use super::codec::{Reader, Writer};
use super::index::Index;

/// Policies for a lonely unit, as the column says them.
pub(super) const LONELY: [(&str, LonelyPsu); 4] = [
    ("fail", LonelyPsu::Fail),
    ("certainty", LonelyPsu::Certainty),
    ("adjust", LonelyPsu::Adjust),
    ("average", LonelyPsu::Average),
];

/// How variances come about: the same for all units of one sample.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    /// From the stages of the sample.
    Stages(LonelyPsu),
    /// From replicate weights.
    Replicates(Replication),
}

/// A unit: its sample, its place in each stage, the number of its kind, and its replicate factors.
pub(super) struct Unit<'a> {
    pub(super) sample: &'a str,
    pub(super) places: &'a [Stage],
    pub(super) kind: u32,
    pub(super) factors: &'a [f64],
}

/// What is known of a unit beside its places.
#[derive(Clone, Copy, Debug)]
struct Known {
    sample: u32,
    kind: u32,
    /// Its pattern of replicate factors.
    pattern: u32,
    /// Where its places begin, and how many there are.
    first: u32,
    stages: u32,
}

/// The units met so far, by their number at the last stage.
#[derive(Debug, Default)]
pub(super) struct Units {
    /// The names of the samples, in the order in which they were met.
    samples: Vec<String>,
    /// Numbers of the units of all samples but the first.
    others: Index,
    index: Index,
    /// The digest of each unit's places, by its number; 0 where it is not known.
    marks: Vec<u32>,
    places: Vec<Stage>,
    known: Vec<Known>,
    known_kinds: Vec<Kind>,
    /// Sample and first-stage unit to pattern.
    patterns: Index,
    factors: Vec<Vec<f64>>,
}

/// Units whose digests are kept: 16 MiB.
const MARKED: usize = 1 << 22;

impl Units {
    /// The number of a sample.
    pub(super) fn sample(&mut self, name: &str) -> u32 {
        let known = self.samples.iter().position(|known| known == name);
        known.unwrap_or_else(|| {
            self.samples.push(name.to_owned());
            self.samples.len() - 1
        }) as u32
    }

    /// A number for a unit that no unit of another sample has: its own in the first sample, from above in others.
    pub(super) fn apart(&mut self, sample: u32, unit: u32) -> u32 {
        if sample == 0 {
            return unit;
        }
        let (at, _) = self.others.slot(u64::from(sample) << 32 | u64::from(unit));
        u32::MAX - 1 - at as u32
    }

    /// Whether a unit is known with this digest of its places and policy.
    #[inline(always)]
    pub(super) fn is_marked(&self, unit: u32, mark: u32) -> bool {
        self.marks.get(unit as usize) == Some(&mark)
    }

    /// Keeps the digest of a unit, while there are not too many.
    pub(super) fn mark(&mut self, unit: u32, mark: u32) {
        let at = unit as usize;
        if at < MARKED {
            if self.marks.len() <= at {
                self.marks.resize((at + 1).next_power_of_two(), 0);
            }
            self.marks[at] = mark;
        }
    }

    /// Notes a unit, or that it is the one that is known.
    pub(super) fn note(
        &mut self,
        sample: u32,
        unit: u32,
        places: impl ExactSizeIterator<Item = Stage>,
        kind: Kind,
        factors: Vec<f64>,
    ) -> Result<()> {
        let (at, new) = self.index.slot(unit.into());
        if new {
            let (first, stages) = (self.places.len() as u32, places.len() as u32);
            self.places.extend(places);
            let psu = self.places.get(first as usize).map_or(0, |place| place.unit);
            let (kind, pattern) = self.note_kind(kind, factors, sample, psu)?;
            self.known.push(Known { sample, kind, pattern, first, stages });
            return Ok(());
        }
        let Some(known) = self.get(unit) else { return exec_err!("unit {unit} of the design is not known") };
        let as_many = known.places.len() == places.len();
        for (known, place) in known.places.iter().zip(places) {
            same_place(*known, place)?;
        }
        let same = as_many && self.known[at].sample == sample && self.kind(known.kind) == Some(&kind);
        if !same || known.factors != factors {
            let unit = known.places.last().map_or(unit, |place| place.unit);
            return exec_err!("unit {unit} is of two designs: rows of both are mixed");
        }
        Ok(())
    }

    /// The numbers of a kind and of a pattern of factors.
    fn note_kind(&mut self, kind: Kind, factors: Vec<f64>, sample: u32, psu: u32) -> Result<(u32, u32)> {
        let known = self.known_kinds.iter().position(|known| *known == kind);
        let kind = known.unwrap_or_else(|| {
            self.known_kinds.push(kind);
            self.known_kinds.len() - 1
        });
        let mut pattern = u32::MAX;
        if !factors.is_empty() {
            let (at, new) = self.patterns.slot(u64::from(sample) << 32 | u64::from(psu));
            pattern = at as u32;
            if new {
                self.factors.push(factors);
            } else if self.factors[at] != factors {
                return exec_err!("rows of unit {psu} of the design differ in their replicate weights");
            }
        }
        Ok((kind as u32, pattern))
    }

    /// A unit that is known.
    pub(super) fn get(&self, unit: u32) -> Option<Unit<'_>> {
        let Known { sample, kind, pattern, first, stages } = *self.known.get(self.index.get(unit.into())?)?;
        let factors = self.factors.get(pattern as usize).map_or(&[][..], Vec::as_slice);
        let sample = self.samples.get(sample as usize).map_or("", String::as_str);
        let places = &self.places[first as usize..][..stages as usize];
        Some(Unit { sample, places, kind, factors })
    }

    /// Whether there are units of more than one sample.
    pub(super) fn of_many_samples(&self) -> bool {
        self.samples.len() > 1
    }

    /// A kind by its number.
    pub(super) fn kind(&self, number: u32) -> Option<&Kind> {
        self.known_kinds.get(number as usize)
    }

    /// Bytes on the heap.
    pub(super) fn size(&self) -> usize {
        self.index.size()
            + self.others.size()
            + self.patterns.size()
            + self.marks.capacity() * size_of::<u32>()
            + self.places.capacity() * size_of::<Stage>()
            + self.known.capacity() * size_of::<Known>()
            + self
                .factors
                .first()
                .map_or(0, |factors| factors.capacity() * size_of::<f64>() * self.factors.len())
            + self.factors.capacity() * size_of::<Vec<f64>>()
    }

    /// Writes a known unit.
    pub(super) fn write(&self, unit: u32, to: &mut Writer) {
        let Some(Unit { sample, places, kind, factors }) = self.get(unit) else { return };
        to.text(sample);
        to.integer(places.len() as u64);
        for place in places {
            [place.stratum, place.unit, place.sampled]
                .into_iter()
                .for_each(|number| to.integer(number.into()));
            to.number(place.population);
        }
        match self.kind(kind) {
            Some(Kind::Replicates(replication)) => {
                to.integer(replication.rscales.len() as u64);
                to.number(replication.scale);
                to.number(f64::from(u8::from(replication.mse)));
                replication.rscales.iter().chain(factors).for_each(|value| to.number(*value));
            }
            Some(Kind::Stages(policy)) => {
                to.integer(0);
                to.integer(LONELY.iter().position(|(_, known)| known == policy).unwrap_or(0) as u64);
            }
            None => {}
        }
    }

    /// Notes a unit that was written; gives its number here.
    pub(super) fn read(&mut self, from: &mut Reader<'_>) -> Result<u32> {
        let sample = self.sample(from.text()?);
        let stages = from.short()? as usize;
        let mut places = Vec::with_capacity(stages);
        for _ in 0..stages {
            let [stratum, unit, sampled] = [from.short()?, from.short()?, from.short()?];
            places.push(Stage { stratum, unit, sampled, population: from.number()? });
        }
        let replicates = from.short()? as usize;
        let (kind, factors) = if replicates == 0 {
            let policy = LONELY.get(from.short()? as usize).map_or(LonelyPsu::Fail, |(_, policy)| *policy);
            (Kind::Stages(policy), Vec::new())
        } else {
            let (scale, mse) = (from.number()?, from.number()? != 0.0);
            let mut numbers = || (0..replicates).map(|_| from.number()).collect::<Result<Vec<f64>>>();
            let (rscales, factors) = (numbers()?, numbers()?);
            (Kind::Replicates(Replication { scale, rscales, mse }), factors)
        };
        let unit = self.apart(sample, places.last().map_or(0, |place| place.unit));
        self.note(sample, unit, places.into_iter(), kind, factors)?;
        Ok(unit)
    }
}

fn same_place(a: Stage, b: Stage) -> Result<()> {
    if a == b {
        return Ok(());
    }
    exec_err!(
        "unit {} of the design has two places in the sample, in stratum {} and in stratum {}: rows of two designs are mixed",
        a.unit,
        a.stratum,
        b.stratum
    )
}
