//! The functions against the row-level estimates of the crate `survey`, and what changes nothing.

mod faults;
mod rows_of_r;
mod tables;
mod values;
mod waves;

use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, BooleanArray, DictionaryArray, Float64Array, Int64Array, RecordBatch, StringArray,
    StructArray, UInt32Array,
};
use datafusion::arrow::compute::concat_batches;
use datafusion::arrow::datatypes::{Field, Int32Type, UInt32Type};
use datafusion::common::DataFusionError;
use datafusion::datasource::MemTable;
use survey::design::Design;
use survey::variance::{LonelyPsu, Stage};

use crate::engine::shelf::Shelf;
use crate::engine::{Bounds, Session, aggregates, context};
use crate::sample::Entry;

/// A sample of 60 rows in 4 strata of 3 units, drawn in two stages.
pub(super) struct Sample {
    pub(super) x: Vec<Option<f64>>,
    pub(super) y: Vec<f64>,
    pub(super) yes: Vec<Option<bool>>,
    pub(super) group: Vec<&'static str>,
    pub(super) one_stage: Design,
    pub(super) two_stages: Design,
    pub(super) replicates: Design,
}

pub(super) fn sample() -> Sample {
    let rows: Vec<u32> = (0..60).collect();
    // Not a multiple of anything: chance without a generator.
    let mix = |row: u32, by: u32| (row * row * 7 + row * by + 3) % 101;
    let x =
        rows.iter().map(|&r| (mix(r, 13) % 9 != 0).then(|| f64::from(mix(r, 13)) / 7.0 + 1990.0)).collect();
    let y = rows.iter().map(|&r| f64::from(mix(r, 29)) / 3.0).collect();
    let yes = rows.iter().map(|&r| (mix(r, 5) % 8 != 0).then_some(mix(r, 5) % 3 == 0)).collect();
    let group = rows.iter().map(|&r| ["north", "south", "east"][(mix(r, 17) % 3) as usize]).collect();
    let strata: Vec<u32> = rows.iter().map(|r| r / 15).collect();
    let units: Vec<u32> = rows.iter().map(|r| r / 5).collect();
    let weights: Vec<f64> =
        rows.iter().map(|&r| if r == 7 { 0.0 } else { 1.0 + f64::from(mix(r, 3)) / 10.0 }).collect();
    let (first, second) = (vec![9.0; 60], vec![20.0; 60]);
    let build = |fpc: Option<&[f64]>| {
        let design = Design::builder(60).weights(&weights).stage(Some(&strata), Some(&units), fpc);
        let second = fpc.is_some().then_some(&second[..]);
        let design = if second.is_some() { design.stage(None, None, second) } else { design };
        design.lonely(LonelyPsu::Adjust).build().expect("a design")
    };
    let (one_stage, two_stages) = (build(None), build(Some(&first)));
    let replicates = one_stage.with_replicates(survey::replicates::Kind::Jkn).expect("replicates");
    Sample { x, y, yes, group, one_stage, two_stages, replicates }
}

impl Sample {
    /// Values with NaN for NULL.
    pub(super) fn x(&self) -> Vec<f64> {
        self.x.iter().map(|x| x.unwrap_or(f64::NAN)).collect()
    }

    pub(super) fn yes(&self) -> Vec<f64> {
        self.yes.iter().map(|yes| yes.map_or(f64::NAN, |yes| f64::from(u8::from(yes)))).collect()
    }

    /// The designs by their columns.
    pub(super) fn designs(&self) -> [(&'static str, &Design); 3] {
        [("design", &self.one_stage), ("two_stages", &self.two_stages), ("replicated", &self.replicates)]
    }

    pub(super) fn in_group(&self, group: &str) -> Vec<bool> {
        self.group.iter().map(|of| *of == group).collect()
    }

    /// The rows as a table.
    pub(super) fn batch(&self) -> RecordBatch {
        let group: DictionaryArray<Int32Type> = self.group.iter().copied().map(Some).collect();
        RecordBatch::try_from_iter_with_nullable([
            ("id", Arc::new(Int64Array::from_iter_values(0..60)) as ArrayRef, false),
            ("x", Arc::new(Float64Array::from(self.x.clone())), true),
            ("y", Arc::new(Float64Array::from(self.y.clone())), true),
            ("yes", Arc::new(BooleanArray::from(self.yes.clone())), true),
            ("part", Arc::new(group), true),
            ("design", column(&self.one_stage), false),
            ("two_stages", column(&self.two_stages), false),
            ("replicated", column(&self.replicates), false),
        ])
        .expect("a batch")
    }
}

/// A design as the store makes a column of it.
pub(super) fn column(design: &Design) -> ArrayRef {
    column_of("2013/design", design)
}

/// The same of another sample. Rows of a unit have entries of their own with the same text; where every row is a unit, its
/// number stands apart.
pub(super) fn column_of(sample: &str, design: &Design) -> ArrayRef {
    let rows = design.weights().len();
    let mut units: Vec<u32> =
        design.stages().last().expect("a stage").iter().map(|stage| stage.unit).collect();
    let numbers = Arc::new(UInt32Array::from(units.clone()));
    units.sort_unstable();
    units.dedup();
    let unit_apart = units.len() == rows && design.replicates().is_none();
    let text = |row: usize| {
        let mut stages: Vec<Stage> = design.stages().iter().map(|stage| stage[row]).collect();
        if unit_apart {
            stages.last_mut().expect("a stage").unit = 0;
        }
        let replicates = design.replicates().map(|(factors, replication)| {
            let factors = factors.chunks(replication.rscales.len()).nth(row).expect("factors");
            (replication.clone(), factors.to_vec())
        });
        Entry { sample, stages, unit_apart, lonely: design.lonely(), replicates }.write()
    };
    let texts: StringArray = (0..rows).map(|row| Some(text(row))).collect();
    let keys = UInt32Array::from_iter_values(0..rows as u32);
    let places = DictionaryArray::<UInt32Type>::try_new(keys, Arc::new(texts)).expect("places");
    let mut columns: Vec<(&str, ArrayRef)> = vec![
        ("weight", Arc::new(Float64Array::from(design.weights().to_vec()))),
        ("place", Arc::new(places)),
    ];
    if unit_apart {
        columns.push(("unit", numbers));
    }
    let field = |(name, array): (&str, ArrayRef)| {
        (Arc::new(Field::new(name, array.data_type().clone(), false)), array)
    };
    Arc::new(StructArray::from(columns.into_iter().map(field).collect::<Vec<_>>()))
}

/// The result of `sql` over the table `t` in so many partitions, each as batches.
pub(super) fn ask(
    partitions: Vec<Vec<RecordBatch>>,
    batch_size: usize,
    sql: &str,
) -> Result<RecordBatch, DataFusionError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let context = context(partitions.len(), Bounds::STUDY, &Arc::new(Shelf::keeping(0))).expect("a context");
    context
        .state_ref()
        .write()
        .config_mut()
        .options_mut()
        .set("datafusion.execution.batch_size", &batch_size.to_string())?;
    aggregates(0.95).into_iter().for_each(|function| context.register_udaf(function));
    let table = MemTable::try_new(partitions[0][0].schema(), partitions).expect("a table");
    context.register_table("t", Arc::new(table)).expect("registered");
    let batches = runtime.block_on(async { context.sql(sql).await?.collect().await })?;
    Ok(concat_batches(&batches[0].schema(), &batches).expect("one batch"))
}

/// The same over the sample, in one partition.
pub(super) fn result(sql: &str) -> RecordBatch {
    ask(vec![vec![sample().batch()]], 8192, sql).unwrap_or_else(|fault| panic!("{sql}\n{fault}"))
}

/// What a session says of a query over the sample.
pub(super) fn fault(batch: RecordBatch, sql: &str) -> String {
    let session = Session::open(&[]).expect("a session");
    session.register("t", batch).expect("registered");
    match session.query(sql, &crate::engine::Params::none()) {
        Ok(_) => panic!("no fault: {sql}"),
        Err(faults) => faults.to_string(),
    }
}
