//! The column `design`: one batch of it, and the units met so far.
//!
//! In: a struct per row, as the store makes it (`weight`, then `stratum`, `psu`, `psus`, `fpc`, further stages as `stratum2`,
//! `unit2`, `units2`, `fpc2`, then `lonely` and, of replicate weights, `replicates`). Out: for each unit of the last stage
//! its places in the sample, once, whichever row and group it is met in.

use datafusion::arrow::array::{Array, ArrayRef, AsArray, BinaryArray, StringArray, StructArray};
use datafusion::arrow::buffer::NullBuffer;
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{ArrowDictionaryKeyType, DataType, Float64Type, Int32Type, UInt32Type};
use datafusion::common::{Result, exec_err};
use survey::variance::{LonelyPsu, Replication, Stage};

use super::codec::{Reader, Writer};
use super::faults::Faults;
use super::index::Index;

/// Policies for a lonely unit, as the column says them.
const LONELY: [(&str, LonelyPsu); 4] = [
    ("fail", LonelyPsu::Fail),
    ("certainty", LonelyPsu::Certainty),
    ("adjust", LonelyPsu::Adjust),
    ("average", LonelyPsu::Average),
];

/// The names of a stage's four fields.
pub(super) fn stage_fields(stage: usize) -> [String; 4] {
    match stage {
        0 => ["stratum", "psu", "psus", "fpc"].map(str::to_owned),
        later => ["stratum", "unit", "units", "fpc"].map(|name| format!("{name}{}", later + 1)),
    }
}

/// The column `design` of one batch, its parts looked up once.
pub(super) struct DesignBatch<'a> {
    /// Weights of the rows.
    pub(super) weights: &'a [f64],
    /// Numbers of the rows' units at the last stage.
    pub(super) units: &'a [u32],
    /// Rows that have no place in a sample.
    pub(super) nulls: Option<NullBuffer>,
    /// Those of them that have no design at all, and those that have no weight.
    absent: [Option<NullBuffer>; 2],
    stages: Vec<StageBatch<'a>>,
    lonely: &'a ArrayRef,
    replicates: Option<&'a ArrayRef>,
}

struct StageBatch<'a> {
    strata: &'a [u32],
    units: &'a [u32],
    sampled: &'a [u32],
    population: &'a ArrayRef,
}

impl<'a> DesignBatch<'a> {
    /// A batch whose type was found to be a design's.
    pub(super) fn new(array: &'a ArrayRef) -> Result<Self> {
        let Some(design) = array.as_struct_opt() else { return exec_err!("the design is no struct") };
        let weights = field(design, "weight")?;
        let absent = [design.nulls().cloned(), weights.nulls().cloned()];
        let mut nulls = NullBuffer::union(design.nulls(), weights.nulls());
        let mut stages = Vec::new();
        loop {
            let [strata, units, sampled, population] = stage_fields(stages.len());
            if !stages.is_empty() && design.column_by_name(&strata).is_none() {
                break;
            }
            let mut numbers = |name: &str| -> Result<&'a [u32]> {
                let array = field(design, name)?;
                nulls = NullBuffer::union(nulls.as_ref(), array.nulls());
                match array.as_primitive_opt::<UInt32Type>() {
                    Some(array) => Ok(array.values()),
                    None => exec_err!("the design's `{name}` is no number"),
                }
            };
            let (strata, units, sampled) = (numbers(&strata)?, numbers(&units)?, numbers(&sampled)?);
            stages.push(StageBatch { strata, units, sampled, population: field(design, &population)? });
        }
        let Some(weights) = weights.as_primitive_opt::<Float64Type>() else {
            return exec_err!("the design's `weight` is no number");
        };
        Ok(DesignBatch {
            weights: weights.values(),
            units: stages.last().map_or(&[][..], |stage| stage.units),
            nulls: nulls.filter(|nulls| nulls.null_count() > 0),
            absent,
            stages,
            lonely: field(design, "lonely")?,
            replicates: design.column_by_name("replicates"),
        })
    }

    /// Notes what a row lacks that has no place in a sample.
    #[cold]
    pub(super) fn lacking(&self, row: usize, faults: &mut Faults) {
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

    /// The replicate factors of a row as bytes, where there are some.
    fn factors(&self, row: usize) -> Result<Option<&'a [u8]>> {
        let Some(array) = self.replicates else { return Ok(None) };
        Ok(binary(array, row)?.filter(|bytes| !bytes.is_empty()))
    }

    fn place(&self, stage: &StageBatch<'_>, row: usize) -> Stage {
        let population = stage.population.as_primitive::<Float64Type>();
        Stage {
            stratum: stage.strata[row],
            unit: stage.units[row],
            sampled: stage.sampled[row],
            population: if population.is_valid(row) { population.value(row) } else { f64::INFINITY },
        }
    }
}

fn field<'a>(design: &'a StructArray, name: &str) -> Result<&'a ArrayRef> {
    match design.column_by_name(name) {
        Some(array) => Ok(array),
        None => exec_err!("the design has no `{name}`"),
    }
}

/// How variances come about: the same for all units of one sample.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    /// From the stages of the sample.
    Stages(LonelyPsu),
    /// From replicate weights.
    Replicates(Replication),
}

/// A unit: its place in each stage, the number of its kind, and its replicate factors.
pub(super) struct Unit<'a> {
    pub(super) places: &'a [Stage],
    pub(super) kind: u32,
    pub(super) factors: &'a [f64],
}

/// The units met so far, by their number at the last stage.
#[derive(Debug, Default)]
pub(super) struct Units {
    index: Index,
    /// Stages of the sample.
    stages: usize,
    /// Units times stages.
    places: Vec<Stage>,
    /// For each unit, its kind and its pattern of replicate factors.
    kinds: Vec<(u32, u32)>,
    known_kinds: Vec<Kind>,
    /// First-stage unit to pattern.
    patterns: Index,
    factors: Vec<Vec<f64>>,
}

impl Units {
    /// Notes the unit of a row, unless it is known.
    pub(super) fn learn(&mut self, design: &DesignBatch<'_>, row: usize) -> Result<()> {
        let (unit, new) = self.index.slot(design.units[row].into());
        self.stages = design.stages.len();
        if !new {
            for (known, stage) in self.places[unit * self.stages..].iter().zip(&design.stages) {
                same_place(*known, design.place(stage, row))?;
            }
            let known = self.kinds.get(unit).and_then(|(kind, _)| self.kind(*kind));
            let same = match (known, design.factors(row)?) {
                (Some(Kind::Stages(known)), None) => *known == lonely(design.lonely, row)?,
                (Some(Kind::Replicates(_)), Some(_)) => true,
                _ => false,
            };
            if !same {
                return exec_err!("unit {} is of two designs: rows of both are mixed", design.units[row]);
            }
            return Ok(());
        }
        self.places.extend(design.stages.iter().map(|stage| design.place(stage, row)));
        let (kind, factors) = match design.factors(row)? {
            Some(bytes) => replication(bytes)?,
            None => (Kind::Stages(lonely(design.lonely, row)?), Vec::new()),
        };
        self.note_kind(kind, factors, design.stages.first().map_or(0, |stage| stage.units[row]))
    }

    fn note_kind(&mut self, kind: Kind, factors: Vec<f64>, psu: u32) -> Result<()> {
        let known = self.known_kinds.iter().position(|known| *known == kind);
        let kind = known.unwrap_or_else(|| {
            self.known_kinds.push(kind);
            self.known_kinds.len() - 1
        });
        let mut pattern = u32::MAX;
        if !factors.is_empty() {
            let (at, new) = self.patterns.slot(psu.into());
            pattern = at as u32;
            if new {
                self.factors.push(factors);
            } else if self.factors[at] != factors {
                return exec_err!("rows of unit {psu} of the design differ in their replicate weights");
            }
        }
        self.kinds.push((kind as u32, pattern));
        Ok(())
    }

    /// A unit that is known.
    pub(super) fn get(&self, unit: u32) -> Option<Unit<'_>> {
        let at = self.index.get(unit.into())?;
        let (kind, pattern) = *self.kinds.get(at)?;
        let factors = self.factors.get(pattern as usize).map_or(&[][..], Vec::as_slice);
        Some(Unit { places: &self.places[at * self.stages..][..self.stages], kind, factors })
    }

    /// A kind by its number.
    pub(super) fn kind(&self, number: u32) -> Option<&Kind> {
        self.known_kinds.get(number as usize)
    }

    /// Bytes on the heap.
    pub(super) fn size(&self) -> usize {
        self.index.size()
            + self.patterns.size()
            + self.places.capacity() * size_of::<Stage>()
            + self.kinds.capacity() * size_of::<(u32, u32)>()
            + self
                .factors
                .first()
                .map_or(0, |factors| factors.capacity() * size_of::<f64>() * self.factors.len())
            + self.factors.capacity() * size_of::<Vec<f64>>()
    }

    /// Writes a known unit.
    pub(super) fn write(&self, unit: u32, to: &mut Writer) {
        let Some(Unit { places, kind, factors }) = self.get(unit) else { return };
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

    /// Notes a unit that was written.
    pub(super) fn read(&mut self, unit: u32, from: &mut Reader<'_>) -> Result<()> {
        self.stages = from.short()? as usize;
        let mut places = Vec::with_capacity(self.stages);
        for _ in 0..self.stages {
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
        let (at, new) = self.index.slot(unit.into());
        if !new {
            let known = &self.places[at * self.stages..][..self.stages];
            return known.iter().zip(&places).try_for_each(|(known, place)| same_place(*known, *place));
        }
        let psu = places.first().map_or(0, |place| place.unit);
        self.places.extend(places);
        self.note_kind(kind, factors, psu)
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

fn lonely(array: &ArrayRef, row: usize) -> Result<LonelyPsu> {
    let plain;
    let (texts, at) = match array.as_dictionary_opt::<Int32Type>() {
        Some(dictionary) => (dictionary.values(), dictionary.key(row)),
        None => {
            plain = cast(&array.slice(row, 1), &DataType::Utf8)?;
            (&plain, Some(0))
        }
    };
    let word = match (texts.as_any().downcast_ref::<StringArray>(), at) {
        (Some(texts), Some(at)) if texts.is_valid(at) => texts.value(at),
        _ => "",
    };
    match LONELY.iter().find(|(known, _)| *known == word) {
        Some((_, policy)) => Ok(*policy),
        None => {
            exec_err!("the design's `lonely` is `{word}`, where fail, certainty, adjust or average is wanted")
        }
    }
}

/// The replicate factors of a row as bytes.
fn binary(array: &ArrayRef, row: usize) -> Result<Option<&[u8]>> {
    fn at<K: ArrowDictionaryKeyType>(array: &ArrayRef, row: usize) -> Option<Option<&[u8]>> {
        let dictionary = array.as_dictionary_opt::<K>()?;
        let values = dictionary.values().as_any().downcast_ref::<BinaryArray>()?;
        Some(dictionary.key(row).filter(|key| values.is_valid(*key)).map(|key| values.value(key)))
    }
    if let Some(plain) = array.as_binary_opt::<i32>() {
        return Ok(plain.is_valid(row).then(|| plain.value(row)));
    }
    match at::<UInt32Type>(array, row).or_else(|| at::<Int32Type>(array, row)) {
        Some(bytes) => Ok(bytes),
        None => exec_err!("the design's `replicates` are no bytes"),
    }
}

/// Scale, mse, the scales of R replicates, and R factors.
fn replication(bytes: &[u8]) -> Result<(Kind, Vec<f64>)> {
    let (numbers, rest) = bytes.as_chunks::<8>();
    let mut numbers: Vec<f64> = numbers.iter().map(|number| f64::from_le_bytes(*number)).collect();
    if !rest.is_empty() || numbers.len() < 4 || !numbers.len().is_multiple_of(2) {
        return exec_err!(
            "the design's `replicates` hold {} bytes, which is not 16 for each replicate and 16 more",
            bytes.len()
        );
    }
    let factors = numbers.split_off(1 + numbers.len() / 2);
    let replication =
        Replication { scale: numbers[0], mse: numbers[1] != 0.0, rscales: numbers.split_off(2) };
    Ok((Kind::Replicates(replication), factors))
}
