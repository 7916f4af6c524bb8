//! A sample as the column `design`, and its strata as the table `design_strata`.
//!
//! A row of `design` holds all that an estimate needs of its respondent: which sample it is of, the weight, the place in each
//! stage of the sample, and the replicate factors where there are some. Numbers of strata and units are unique in their stage
//! of their sample; the sample, `WAVE/COLUMN`, tells those of two waves apart where they meet.

use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, BinaryArray, DictionaryArray, Float64Array, Int32Array, StringArray, StructArray,
    UInt32Array, new_null_array,
};
use datafusion::arrow::compute::concat;
use datafusion::arrow::datatypes::{DataType, Field, Fields, Int32Type, UInt32Type};
use survey::variance::Stage;

use super::arrays::{self, Table};
use super::wave::OfWave;
use crate::diagnostic::Diagnostics;
use crate::sample::{Replicates, Sample};
use crate::study::design::LONELY;

/// The field of the replicate factors.
pub(super) const REPLICATES: &str = "replicates";

/// The column `name` of all waves, in which each respondent has the place that their wave's sample of that name gives them.
/// Waves may differ in their stages and in whether they have replicate weights: all rows have the fields of all of them, NULL
/// where their own sample has none.
pub(super) fn column(waves: &[OfWave], name: &str) -> Result<ArrayRef, Diagnostics> {
    let of = |wave: &OfWave| wave.samples.iter().find(|sample| sample.column == name).cloned();
    let samples: Vec<Option<Sample>> = waves.iter().map(of).collect();
    let known = || samples.iter().flatten();
    let shape = Shape {
        stages: known().map(|sample| sample.stages.len()).max().unwrap_or_default(),
        in_all: known().map(|sample| sample.stages.len()).min().unwrap_or_default(),
        some_replicates: known().any(|sample| sample.replicates.is_some()),
        all_replicates: known().all(|sample| sample.replicates.is_some()),
    };
    let mut parts: Vec<Option<ArrayRef>> = Vec::new();
    for (wave, sample) in waves.iter().zip(&samples) {
        let of_sample = |sample| of_wave(&wave.id, sample, shape);
        parts.push(sample.as_ref().map(of_sample).transpose()?);
    }
    let kind = parts.iter().flatten().next().map_or(DataType::Null, |part| part.data_type().clone());
    let parts = parts.into_iter().zip(waves);
    let parts: Vec<ArrayRef> =
        parts.map(|(part, wave)| part.unwrap_or_else(|| new_null_array(&kind, wave.respondents()))).collect();
    match &parts[..] {
        [only] => Ok(only.clone()),
        parts => {
            let parts: Vec<&dyn Array> = parts.iter().map(AsRef::as_ref).collect();
            concat(&parts).map_err(arrays::fault)
        }
    }
}

/// Which fields a column has.
#[derive(Clone, Copy)]
struct Shape {
    stages: usize,
    /// How many of the stages all waves have.
    in_all: usize,
    some_replicates: bool,
    all_replicates: bool,
}

/// The part of the column that is of one wave.
fn of_wave(wave: &str, sample: &Sample, shape: Shape) -> Result<ArrayRef, Diagnostics> {
    let rows = sample.weights.len();
    let mut fields: Vec<(String, ArrayRef, bool)> = Vec::new();
    let name = format!("{wave}/{}", sample.column);
    fields.push(("sample".to_owned(), word(&name, rows)?, false));
    fields.push(("weight".to_owned(), Arc::new(Float64Array::from(sample.weights.clone())), false));
    for index in 0..shape.stages {
        let stage = sample.stages.get(index);
        let numbers = |of: fn(&Stage) -> u32| -> ArrayRef {
            Arc::new(match stage {
                Some(stage) => stage.iter().map(of).collect::<UInt32Array>(),
                None => UInt32Array::new_null(rows),
            })
        };
        let populations: ArrayRef = Arc::new(match stage {
            Some(stage) => {
                let populations = stage.iter().map(|place| Some(place.population).filter(|p| p.is_finite()));
                populations.collect::<Float64Array>()
            }
            None => Float64Array::new_null(rows),
        });
        let names = match index {
            0 => ["stratum", "psu", "psus", "fpc"].map(str::to_owned),
            later => ["stratum", "unit", "units", "fpc"].map(|name| format!("{name}{}", later + 1)),
        };
        let columns = [numbers(|p| p.stratum), numbers(|p| p.unit), numbers(|p| p.sampled), populations];
        let some = index >= shape.in_all;
        let nullable = [some, some, some, true];
        fields.extend(
            names.into_iter().zip(columns).zip(nullable).map(|((name, array), null)| (name, array, null)),
        );
    }
    let lonely = LONELY.into_iter().find(|(_, policy)| *policy == sample.lonely).map_or("", |(word, _)| word);
    fields.push(("lonely".to_owned(), word(lonely, rows)?, false));
    if shape.some_replicates {
        let patterns = match &sample.replicates {
            Some(replicates) => patterns(sample, replicates)?,
            None => no_patterns(rows)?,
        };
        fields.push((REPLICATES.to_owned(), patterns, !shape.all_replicates));
    }
    let described: Fields =
        fields.iter().map(|(name, array, null)| Field::new(name, array.data_type().clone(), *null)).collect();
    let arrays = fields.into_iter().map(|(_, array, _)| array).collect();
    Ok(Arc::new(StructArray::try_new(described, arrays, None).map_err(arrays::fault)?))
}

/// A word, the same in every row.
fn word(word: &str, rows: usize) -> Result<ArrayRef, Diagnostics> {
    let keys = Int32Array::from(vec![0; rows]);
    let words = Arc::new(StringArray::from(vec![word]));
    Ok(Arc::new(DictionaryArray::<Int32Type>::try_new(keys, words).map_err(arrays::fault)?))
}

/// The replicate factors of each row's first-stage unit, once for each unit, behind what makes a variance of them: little
/// endian numbers of 64 bits, which are the scale, 1 or 0 for squares around the estimate or around the mean, the factor
/// of each replicate's square, and the factors.
fn patterns(sample: &Sample, replicates: &Replicates) -> Result<ArrayRef, Diagnostics> {
    let replication = &replicates.replication;
    let mut head = vec![replication.scale, if replication.mse { 1.0 } else { 0.0 }];
    head.extend(&replication.rscales);
    let bytes = |factors: &Vec<f64>| -> Vec<u8> {
        head.iter().chain(factors).flat_map(|n| n.to_le_bytes()).collect()
    };
    let values = BinaryArray::from_iter_values(replicates.factors.iter().map(bytes));
    let units = sample.stages.iter().take(1).flatten().map(|place| place.unit);
    let keys = units.collect::<UInt32Array>();
    Ok(Arc::new(DictionaryArray::<UInt32Type>::try_new(keys, Arc::new(values)).map_err(arrays::fault)?))
}

/// Rows without replicate factors.
fn no_patterns(rows: usize) -> Result<ArrayRef, Diagnostics> {
    let values = Arc::new(BinaryArray::from_iter_values(std::iter::empty::<&[u8]>()));
    let keys = UInt32Array::new_null(rows);
    Ok(Arc::new(DictionaryArray::<UInt32Type>::try_new(keys, values).map_err(arrays::fault)?))
}

/// The strata of all samples, and how many of them each wave has.
pub(super) fn strata(waves: &[OfWave]) -> (Table, Vec<(String, usize)>) {
    struct Stratum<'a> {
        wave: &'a str,
        design: &'a str,
        number: u32,
        label: &'a str,
        psus: u32,
        population: Option<f64>,
        respondents: usize,
        weight: f64,
    }
    let mut strata: Vec<Stratum<'_>> = Vec::new();
    for (wave, sample) in waves.iter().flat_map(|wave| wave.samples.iter().map(|sample| (&wave.id, sample))) {
        let mut of_sample: BTreeMap<u32, Stratum<'_>> = BTreeMap::new();
        for (place, weight) in sample.stages.iter().take(1).flatten().zip(&sample.weights) {
            let label = usize::try_from(place.stratum).ok().and_then(|number| sample.strata.get(number));
            let stratum = of_sample.entry(place.stratum).or_insert(Stratum {
                wave,
                design: &sample.column,
                number: place.stratum,
                label: label.map_or("", String::as_str),
                psus: place.sampled,
                population: Some(place.population).filter(|population| population.is_finite()),
                respondents: 0,
                weight: 0.0,
            });
            stratum.respondents += 1;
            stratum.weight += weight;
        }
        strata.extend(of_sample.into_values());
    }
    let mut table = Table::new();
    table
        .text("wave", strata.iter().map(|s| s.wave))
        .text("design", strata.iter().map(|s| s.design))
        .array("stratum", Arc::new(strata.iter().map(|s| s.number).collect::<UInt32Array>()))
        .text("label", strata.iter().map(|s| s.label))
        .integers("psus", strata.iter().map(|s| usize::try_from(s.psus).unwrap_or_default()))
        .array("population", Arc::new(strata.iter().map(|s| s.population).collect::<Float64Array>()))
        .integers("respondents", strata.iter().map(|s| s.respondents))
        .array("weight", Arc::new(strata.iter().map(|s| s.weight).collect::<Float64Array>()));
    let of = |wave: &str| strata.iter().filter(|stratum| stratum.wave == wave).count();
    let waves = waves.iter().map(|wave| &wave.id).map(|wave| (wave.clone(), of(wave)));
    (table, waves.collect())
}
