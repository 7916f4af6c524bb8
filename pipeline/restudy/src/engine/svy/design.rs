//! The column `design`, one batch of it.
//!
//! In: a struct per row, as the store makes it (`sample`, `weight`, then `stratum`, `psu`, `psus`, `fpc`, further stages as
//! `stratum2`, `unit2`, `units2`, `fpc2`, then `lonely` and, of replicate weights, `replicates`). Where waves of different samples
//! share the column, a row has NULL for a stage that its own sample does not have. Out: each row's weight and unit, and its
//! unit's places among the [`Units`] that are known.
//!
//! - Units of two samples (two waves, or two designs of one) are never one, whatever their numbers.
//! - Each row is held against what is known of its unit, so that a unit with two places is a fault in whatever order and
//!   part its rows come.

use std::borrow::Cow;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, BinaryArray, DictionaryArray, Float64Array, StructArray,
};
use datafusion::arrow::buffer::NullBuffer;
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{ArrowDictionaryKeyType, DataType, Float64Type, Int32Type, UInt32Type};
use datafusion::common::{Result, exec_err};
use survey::variance::{LonelyPsu, Replication, Stage};

use super::faults::Faults;
use super::units::{Kind, LONELY, Units};

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
    /// Numbers of the rows' units at the last stage, no two samples' alike.
    pub(super) units: Cow<'a, [u32]>,
    /// Rows that have no place in a sample.
    pub(super) nulls: Option<NullBuffer>,
    /// Those of them that have no design at all, and those that have no weight.
    absent: [Option<NullBuffer>; 2],
    samples: Samples,
    /// A digest of each row's places and policy.
    marks: Vec<u32>,
    stages: Vec<StageBatch<'a>>,
    lonely: Words,
    replicates: Option<&'a ArrayRef>,
}

/// The samples of the rows, by number.
enum Samples {
    One(u32),
    Each(Vec<u32>),
}

/// A column of few distinct words.
struct Words(DictionaryArray<Int32Type>);

impl Words {
    fn new(array: &ArrayRef) -> Result<Self> {
        let kind = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
        Ok(Words(cast(array, &kind)?.as_dictionary::<Int32Type>().clone()))
    }

    /// Each word by its key.
    fn words(&self) -> impl Iterator<Item = &str> {
        self.0.values().as_string::<i32>().iter().map(Option::unwrap_or_default)
    }

    fn get(&self, row: usize) -> &str {
        let words = self.0.values().as_string::<i32>();
        self.0.key(row).filter(|key| words.is_valid(*key)).map_or("", |key| words.value(key))
    }

    /// For each row the number that its word has among `of`; one number for all where they have the same.
    fn numbers(&self, mut of: impl FnMut(&str) -> u32) -> Samples {
        let keys = self.0.keys();
        let numbers: Vec<u32> = self.words().map(&mut of).collect();
        let number = |key: Option<i32>| {
            key.and_then(|key| usize::try_from(key).ok())
                .and_then(|key| numbers.get(key))
                .copied()
                .unwrap_or(0)
        };
        let first = keys.iter().next().flatten();
        let same = keys.null_count() == 0 && keys.values().iter().all(|key| Some(*key) == first);
        if same { Samples::One(number(first)) } else { Samples::Each(keys.iter().map(number).collect()) }
    }
}

impl Samples {
    #[inline(always)]
    fn of(&self, row: usize) -> u32 {
        match self {
            Samples::One(number) => *number,
            Samples::Each(numbers) => numbers[row],
        }
    }
}

struct StageBatch<'a> {
    strata: &'a [u32],
    units: &'a [u32],
    sampled: &'a [u32],
    population: &'a Float64Array,
    /// Rows of samples without this stage, which is not the first.
    absent: Option<&'a NullBuffer>,
}

impl<'a> DesignBatch<'a> {
    /// A batch whose type was found to be a design's. Its samples are noted in `known`.
    pub(super) fn new(array: &'a ArrayRef, known: &mut Units) -> Result<Self> {
        let Some(design) = array.as_struct_opt() else { return exec_err!("the design is no struct") };
        let sample = Words::new(field(design, "sample")?)?;
        let weights = field(design, "weight")?;
        let absent = [design.nulls().cloned(), weights.nulls().cloned()];
        let mut nulls = NullBuffer::union(design.nulls(), weights.nulls());
        nulls = NullBuffer::union(nulls.as_ref(), sample.0.nulls());
        let mut stages = Vec::new();
        loop {
            let [strata, units, sampled, population] = stage_fields(stages.len());
            if !stages.is_empty() && design.column_by_name(&strata).is_none() {
                break;
            }
            let numbers = |name: &str| -> Result<(&'a [u32], Option<&'a NullBuffer>)> {
                match field(design, name)?.as_primitive_opt::<UInt32Type>() {
                    Some(array) => Ok((array.values(), array.nulls())),
                    None => exec_err!("the design's `{name}` is no number"),
                }
            };
            let [(strata, of_strata), (units, of_units), (sampled, of_sampled)] =
                [numbers(&strata)?, numbers(&units)?, numbers(&sampled)?];
            let absent =
                of_units.filter(|_| !stages.is_empty() && of_strata == of_units && of_units == of_sampled);
            if absent.is_none() {
                for lacking in [of_strata, of_units, of_sampled] {
                    nulls = NullBuffer::union(nulls.as_ref(), lacking);
                }
            }
            let Some(population) = field(design, &population)?.as_primitive_opt::<Float64Type>() else {
                return exec_err!("the design's `{population}` is no number");
            };
            stages.push(StageBatch { strata, units, sampled, population, absent });
        }
        let Some(weights) = weights.as_primitive_opt::<Float64Type>() else {
            return exec_err!("the design's `weight` is no number");
        };
        let samples = sample.numbers(|name| known.sample(name));
        let units = last_units(&stages);
        let units = match samples {
            Samples::One(0) => units,
            _ => (0..).zip(units.iter()).map(|(row, unit)| known.apart(samples.of(row), *unit)).collect(),
        };
        let lonely = Words::new(field(design, "lonely")?)?;
        Ok(DesignBatch {
            weights: weights.values(),
            units,
            nulls: nulls.filter(|nulls| nulls.null_count() > 0),
            absent,
            samples,
            marks: marks(&stages, &lonely),
            stages,
            lonely,
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
        let (stratum, unit, sampled) = (stage.strata[row], stage.units[row], stage.sampled[row]);
        Stage { stratum, unit, sampled, population: stage.population(row) }
    }

    /// Notes the unit of a row among those that are known, or holds the row against what is known of it.
    #[inline(always)]
    pub(super) fn meet(&self, row: usize, known: &mut Units) -> Result<()> {
        if known.is_marked(self.units[row], self.marks[row]) { Ok(()) } else { self.note(row, known) }
    }

    #[inline(never)]
    fn note(&self, row: usize, known: &mut Units) -> Result<()> {
        let (kind, factors) = match self.factors(row)? {
            Some(bytes) => replication(bytes)?,
            None => (Kind::Stages(self.lonely(row)?), Vec::new()),
        };
        let own = self.stages.iter().take(depth(&self.stages, row));
        let places = own.map(|stage| self.place(stage, row));
        known.note(self.samples.of(row), self.units[row], places, kind, factors)?;
        known.mark(self.units[row], self.marks[row]);
        Ok(())
    }

    fn lonely(&self, row: usize) -> Result<LonelyPsu> {
        let word = self.lonely.get(row);
        match LONELY.iter().find(|(known, _)| *known == word) {
            Some((_, policy)) => Ok(*policy),
            None => {
                exec_err!(
                    "the design's `lonely` is `{word}`, where fail, certainty, adjust or average is wanted"
                )
            }
        }
    }
}

/// How many stages the sample of a row has.
fn depth(stages: &[StageBatch<'_>], row: usize) -> usize {
    let absent = |stage: &StageBatch<'_>| stage.absent.is_some_and(|absent| absent.is_null(row));
    stages.iter().position(absent).unwrap_or(stages.len())
}

/// Each row's unit at the last stage of its sample.
fn last_units<'a>(stages: &[StageBatch<'a>]) -> Cow<'a, [u32]> {
    let Some(last) = stages.last() else { return Cow::Borrowed(&[]) };
    if stages.iter().all(|stage| stage.absent.is_none()) {
        return Cow::Borrowed(last.units);
    }
    let own =
        |row: usize| stages.get(depth(stages, row).saturating_sub(1)).map_or(0, |stage| stage.units[row]);
    (0..last.units.len()).map(own).collect()
}

impl StageBatch<'_> {
    #[inline(always)]
    fn population(&self, row: usize) -> f64 {
        if self.population.is_valid(row) { self.population.value(row) } else { f64::INFINITY }
    }
}

/// A digest of each row's places and policy, never 0: sums of products, which are worked out for many rows at once.
fn marks(stages: &[StageBatch<'_>], lonely: &Words) -> Vec<u32> {
    // Odd numbers without pattern: digits of the golden ratio, of e and of pi.
    const OF: [u32; 6] = [0x9E37_79B1, 0xB7E1_5163, 0x8AED_2A6B, 0x243F_6A89, 0x85A3_08D3, 0x1319_8A2F];
    let mut marks = vec![0_u32; stages.first().map_or(0, |stage| stage.units.len())];
    let product = |of: usize, value: u32| value.wrapping_mul(OF[of]);
    for stage in stages {
        let rows = marks.iter_mut().zip(stage.strata).zip(stage.units).zip(stage.sampled);
        for (((mark, stratum), unit), sampled) in rows {
            let places =
                product(1, *stratum).wrapping_add(product(2, *unit)).wrapping_add(product(3, *sampled));
            *mark = product(0, *mark).wrapping_add(places);
        }
        if stage.population.null_count() == 0 {
            for (mark, population) in marks.iter_mut().zip(stage.population.values()) {
                *mark = mark.wrapping_add(product(4, folded(*population)));
            }
        } else {
            for (row, mark) in marks.iter_mut().enumerate() {
                *mark = mark.wrapping_add(product(4, folded(stage.population(row))));
            }
        }
    }
    let policy =
        |word: &str| LONELY.iter().position(|(known, _)| *known == word).map_or(0, |at| at as u32 + 1);
    match lonely.numbers(policy) {
        Samples::One(policy) => {
            marks.iter_mut().for_each(|mark| *mark = mark.wrapping_add(product(5, policy)) | 1)
        }
        Samples::Each(policies) => {
            let rows = marks.iter_mut().zip(policies);
            rows.for_each(|(mark, policy)| *mark = mark.wrapping_add(product(5, policy)) | 1);
        }
    }
    marks
}

/// The bits of a number, one half laid over the other.
#[inline(always)]
fn folded(number: f64) -> u32 {
    let bits = number.to_bits();
    (bits >> 32) as u32 ^ bits as u32
}

fn field<'a>(design: &'a StructArray, name: &str) -> Result<&'a ArrayRef> {
    match design.column_by_name(name) {
        Some(array) => Ok(array),
        None => exec_err!("the design has no `{name}`"),
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
