//! A sample as the column `design`, and its strata as the table `design_strata`.
//!
//! A row of `design` holds all that an estimate needs of its respondent: the weight, and the place in the sample as an
//! [`Entry`], which rows of one unit share: the column `place` is a dictionary with an entry for each unit. Where units have few
//! rows each, such as respondents who were drawn one by one, an entry for each would be longer than the rows: their numbers
//! then stand in a column `unit`, and places are those of strata.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, DictionaryArray, Float64Array, StringArray, StructArray, UInt32Array,
};
use datafusion::arrow::buffer::NullBuffer;
use datafusion::arrow::datatypes::{Field, UInt32Type};
use survey::variance::Stage;

use super::arrays::{self, Table};
use super::wave::OfWave;
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::sample::{Entry, Sample};

/// The field of the places.
pub(super) const PLACE: &str = "place";

/// The column `name` of all waves, in which each respondent has the place that their wave's sample of that name gives them;
/// NULL where their wave has none.
pub(super) fn column(waves: &[OfWave], name: &str) -> Result<ArrayRef, Diagnostics> {
    let mut column = Column::default();
    for wave in waves {
        match wave.samples.iter().find(|sample| sample.column == name) {
            Some(sample) => column.add(&wave.id, sample),
            None => column.add_none(wave.respondents()),
        }
    }
    column.finish()
}

/// How many bytes the entries of a column may have, of all waves together: an array of text has less than 2 GiB.
const MOST: usize = 1 << 30;

/// The column in the making.
#[derive(Default)]
struct Column {
    known: Vec<bool>,
    weights: Vec<f64>,
    /// The entry of each row.
    keys: Vec<u32>,
    entries: Vec<String>,
    /// Bytes of the entries. Beyond [`MOST`] no more are made.
    bytes: usize,
    /// The numbers of units that stand apart.
    apart: Vec<Option<u32>>,
}

impl Column {
    /// Rows of a wave that has no such sample.
    fn add_none(&mut self, rows: usize) {
        let all = self.known.len() + rows;
        self.known.resize(all, false);
        self.weights.resize(all, 0.0);
        self.keys.resize(all, 0);
        self.apart.resize(all, None);
    }

    fn add(&mut self, wave: &str, sample: &Sample) {
        let rows = sample.weights.len();
        self.known.resize(self.known.len() + rows, true);
        self.weights.extend(&sample.weights);
        let name = format!("{wave}/{}", sample.column);
        let unit_apart = has_few_rows_each(sample);
        let mut known: HashMap<Vec<[u64; 4]>, u32> = HashMap::new();
        for row in 0..rows {
            let mut stages: Vec<Stage> =
                sample.stages.iter().filter_map(|stage| stage.get(row).copied()).collect();
            let last = stages.last_mut().filter(|_| unit_apart);
            self.apart.push(last.map(|last| std::mem::take(&mut last.unit)));
            let place = stages.iter().map(bits).collect();
            let key = *known.entry(place).or_insert_with(|| {
                let first = stages.first().map_or(0, |stage| stage.unit);
                let replicates = sample.replicates.as_ref().and_then(|replicates| {
                    let factors = replicates.factors.get(usize::try_from(first).ok()?)?;
                    Some((replicates.replication.clone(), factors.clone()))
                });
                let entry = Entry { sample: &name, stages, unit_apart, lonely: sample.lonely, replicates };
                let entry = if self.bytes > MOST { String::new() } else { entry.write() };
                self.bytes += entry.len();
                self.entries.push(entry);
                u32::try_from(self.entries.len() - 1).unwrap_or(u32::MAX)
            });
            self.keys.push(key);
        }
    }

    fn finish(self) -> Result<ArrayRef, Diagnostics> {
        if self.bytes > MOST {
            return Err(too_long());
        }
        let nulls = Some(NullBuffer::from(self.known)).filter(|nulls| nulls.null_count() > 0);
        let keys = UInt32Array::new(self.keys.into(), nulls.clone());
        let places = DictionaryArray::<UInt32Type>::try_new(keys, Arc::new(StringArray::from(self.entries)));
        let places = places.map_err(arrays::fault)?;
        let mut columns: Vec<(Field, ArrayRef)> = Vec::new();
        let mut add = |name: &str, array: ArrayRef, nullable: bool| {
            columns.push((Field::new(name, array.data_type().clone(), nullable), array));
        };
        add("weight", Arc::new(Float64Array::new(self.weights.into(), nulls.clone())), false);
        add(PLACE, Arc::new(places), false);
        if self.apart.iter().any(Option::is_some) {
            let some_have_none = self.apart.iter().any(Option::is_none);
            add("unit", Arc::new(UInt32Array::from(self.apart)), some_have_none);
        }
        let (fields, arrays): (Vec<Field>, Vec<ArrayRef>) = columns.into_iter().unzip();
        Ok(Arc::new(StructArray::try_new(fields.into(), arrays, nulls).map_err(arrays::fault)?))
    }
}

/// The fault of entries that are too long to be kept.
fn too_long() -> Diagnostics {
    Diagnostic::error("the places of respondents in the sample, with their replicate weights, are more than 1 GiB of text")
        .at(Place::file("study.toml"))
        .note("they are kept once for each unit, and where the design names no units, once for each set of replicate factors")
        .hint("name `units` in the design, so that its respondents share their factors, or give it fewer replicates")
        .into()
}

/// Whether there are fewer than two rows to a unit. Those with replicate factors have an entry each whatever it costs.
fn has_few_rows_each(sample: &Sample) -> bool {
    let mut units: Vec<u32> = sample.stages.last().into_iter().flatten().map(|place| place.unit).collect();
    let rows = units.len();
    units.sort_unstable();
    units.dedup();
    sample.replicates.is_none() && 2 * units.len() > rows
}

/// A place in a stage as bits that can be compared.
fn bits(place: &Stage) -> [u64; 4] {
    [place.stratum.into(), place.unit.into(), place.sampled.into(), place.population.to_bits()]
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
