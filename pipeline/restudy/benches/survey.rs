//! Survey statistics in SQL on one million rows, against a plain `avg` in the same engine and R's `survey` on the same data.
//!
//! In: nothing. The sample is made here: 200 strata of 25 PSUs, rows in random order, unequal weights, 80 bootstrap replicates of
//! the PSUs. Out: the median of sixteen runs of each, in turns, half of them before R and half after, and their ratios.
//! `bench/survey.R` reads the same columns where R has the package `survey`. It is a program rather than a test: times are for
//! reading, not for passing.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::cast_precision_loss,
    reason = "a benchmark may stop where it stands"
)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use datafusion::arrow::array::{
    ArrayRef, DictionaryArray, Float64Array, Int32Array, RecordBatch, StringArray, StructArray, UInt32Array,
};
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use restudy::engine::{Params, Session, cell_text};
use restudy::sample::Entry;
use restudy::store::Tables;
use survey::replicates::{Kind, Made};
use survey::variance::{LonelyPsu, Replication, Stage};

const ROWS: usize = 1_000_000;
const STRATA: u32 = 200;
const PSUS: u32 = 25;
const GROUPS: usize = 10;
const REPLICATES: usize = 80;
/// Runs of each query before R, and after.
const RUNS: usize = 8;

/// The columns of the sample, one row per respondent.
struct Sample {
    psu: Vec<u32>,
    group: Vec<u32>,
    weight: Vec<f64>,
    x: Vec<f64>,
}

/// A stream of numbers that looks random: splitmix64 (Steele, Lea & Flood, OOPSLA 2014).
struct Stream(u64);

impl Stream {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Between 0 and 1.
    fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn below(&mut self, n: u64) -> u32 {
        u32::try_from(self.next() % n).expect("small")
    }
}

impl Sample {
    fn make() -> Sample {
        let mut stream = Stream(2013);
        let units = STRATA * PSUS;
        let level: Vec<f64> = (0..units).map(|_| stream.share()).collect();
        let mut sample = Sample { psu: vec![], group: vec![], weight: vec![], x: vec![] };
        for row in 0..ROWS {
            // Every PSU has members; which row is whose is chance.
            let psu = if row < units as usize { row as u32 } else { stream.below(u64::from(units)) };
            sample.psu.push(psu);
            sample.group.push(stream.below(GROUPS as u64));
            sample.weight.push(1.0 + 9.0 * stream.share());
            sample.x.push(50.0 + 10.0 * (level[psu as usize] + stream.share() + stream.share()));
        }
        sample
    }

    /// The column `design`, with the factors of the replicates where they are given.
    fn design(&self, replicates: Option<&Made>) -> ArrayRef {
        let text = |psu: u32| {
            let replicates = replicates.map(|Made { factors, replication }| {
                let of_psu = factors.chunks(REPLICATES).nth(psu as usize).expect("factors");
                (replication.clone(), of_psu.to_vec())
            });
            let (sample, stages, lonely) = ("2013/design", vec![stage(psu)], LonelyPsu::Fail);
            Some(Entry { sample, stages, unit_apart: false, lonely, replicates }.write())
        };
        let texts = Arc::new((0..STRATA * PSUS).map(text).collect::<StringArray>());
        let places = DictionaryArray::try_new(UInt32Array::from(self.psu.clone()), texts).expect("places");
        let columns: Vec<(Field, ArrayRef)> = vec![
            (
                Field::new("weight", DataType::Float64, false),
                Arc::new(Float64Array::from(self.weight.clone())),
            ),
            (Field::new_dictionary("place", DataType::UInt32, DataType::Utf8, false), Arc::new(places)),
        ];
        let (fields, arrays): (Vec<Field>, Vec<ArrayRef>) = columns.into_iter().unzip();
        Arc::new(StructArray::new(fields.into(), arrays, None))
    }

    fn table(&self, design: ArrayRef) -> RecordBatch {
        let names: Vec<String> = (0..GROUPS).map(|group| format!("group {group}")).collect();
        let keys = self.group.iter().map(|group| i32::try_from(*group).expect("small")).collect::<Vec<_>>();
        let groups = DictionaryArray::try_new(Int32Array::from(keys), Arc::new(StringArray::from(names)))
            .expect("groups");
        let schema = Schema::new(vec![
            Field::new_dictionary("g", DataType::Int32, DataType::Utf8, false),
            Field::new("x", DataType::Float64, true),
            Field::new("design", design.data_type().clone(), false),
        ]);
        let x = Arc::new(Float64Array::from(self.x.clone()));
        RecordBatch::try_new(Arc::new(schema), vec![Arc::new(groups), x, design]).expect("a table")
    }

    /// The columns as plain little-endian numbers, for R.
    fn write_plain(&self, folder: &Path, factors: &[f64]) {
        let whole = |values: &[u32]| values.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<u8>>();
        let real = |values: &[f64]| values.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<u8>>();
        for (name, bytes) in [
            ("psu", whole(&self.psu)),
            ("group", whole(&self.group)),
            ("weight", real(&self.weight)),
            ("x", real(&self.x)),
            ("factors", real(factors)),
        ] {
            fs_err::write(folder.join(name), bytes).expect("written");
        }
    }
}

/// The place of a PSU in the only stage.
fn stage(psu: u32) -> Stage {
    Stage { stratum: psu / PSUS, unit: psu, sampled: PSUS, population: f64::INFINITY }
}

/// A query that is run again and again: its times in milliseconds, and its first row.
struct Timed {
    sql: String,
    times: Vec<f64>,
    row: String,
}

impl Timed {
    fn new(sql: String) -> Timed {
        Timed { sql, times: Vec::new(), row: String::new() }
    }

    /// Runs queries in turns, so that a machine that is slow for a while is slow for all of them.
    fn run_in_turns(session: &Session, queries: &mut [Timed]) {
        for turn in 0..=RUNS {
            for timed in &mut *queries {
                let start = Instant::now();
                let batch =
                    session.query(&timed.sql, &Params::none()).unwrap_or_else(|faults| panic!("{faults}"));
                let cells = (0..batch.num_columns()).filter_map(|column| cell_text(&batch, 0, column));
                timed.row = cells.collect::<Vec<_>>().join("  ");
                // The first turn warms the disk.
                if turn > 0 {
                    timed.times.push(start.elapsed().as_secs_f64() * 1000.0);
                }
            }
        }
    }

    fn median(&self) -> f64 {
        median(self.times.clone())
    }

    /// By how many times it takes longer than `other`: the median of all turns.
    fn times(&self, other: &Timed) -> f64 {
        median(self.times.iter().zip(&other.times).map(|(own, other)| own / other).collect())
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    let sample = Sample::make();
    let units: Vec<Stage> = (0..STRATA * PSUS).map(stage).collect();
    let kind = Kind::Bootstrap { count: REPLICATES, seed: 2013 };
    let made = kind.make(&units, LonelyPsu::Fail).expect("replicates");
    let mut tables = Tables::new();
    tables.insert("stratified", sample.table(sample.design(None)));
    tables.insert("replicated", sample.table(sample.design(Some(&made))));
    let store = folder.path().join("store");
    tables.write(&store).expect("written");
    drop(tables);
    let paths: Vec<(String, PathBuf)> = ["stratified", "replicated"]
        .iter()
        .map(|name| ((*name).to_owned(), store.join(format!("{name}.parquet"))))
        .collect();
    let session = Session::open(&paths).expect("a session");

    println!(
        "{ROWS} rows, {STRATA} strata, {} PSUs, {GROUPS} groups; median of {} runs in turns, one core",
        STRATA * PSUS,
        2 * RUNS
    );
    let svy = |table: &str| {
        format!(
            "with means as (select g, svy_mean(x, design) as m from {table} group by g) \
             select g, m['estimate'] as mean, m['se'] as se from means order by g"
        )
    };
    let plain = "select g, avg(x) as mean from stratified group by g order by g";
    let mut timed = [plain.to_owned(), svy("stratified"), svy("replicated")].map(Timed::new);
    Timed::run_in_turns(&session, &mut timed);
    sample.write_plain(folder.path(), &made.factors);
    let told = ask_r(folder.path(), &made.replication);
    Timed::run_in_turns(&session, &mut timed);

    let [avg, linear, replicated] = &timed;
    println!("avg:                           {:8.1} ms", avg.median());
    for (name, timed) in [("svy_mean", linear), ("svy_mean, 80 replicates", replicated)] {
        let of_avg = timed.times(avg);
        println!(
            "{:<31}{:8.1} ms   {of_avg:.1} times avg   {}",
            format!("{name}:"),
            timed.median(),
            timed.row
        );
    }
    for line in told.lines() {
        let ours = match line.split_whitespace().next() {
            Some("linearised") => linear.median(),
            Some("replicates") => replicated.median(),
            _ => {
                println!("{line}");
                continue;
            }
        };
        let theirs = line.split_whitespace().nth(1).and_then(|s| s.parse::<f64>().ok()).unwrap_or(f64::NAN);
        println!("R survey, {line}   {:.0} times svy_mean", theirs / ours);
    }
}

/// What R tells of the columns in `folder`.
fn ask_r(folder: &Path, replication: &Replication) -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../bench/survey.R");
    let scale = replication.scale.to_string();
    let rscale = replication.rscales.first().copied().unwrap_or(1.0).to_string();
    let Ok(told) = Command::new("Rscript").arg(script).arg(folder).args([&scale, &rscale]).output() else {
        return "R is not here: no comparison with its package survey".to_owned();
    };
    eprint!("{}", String::from_utf8_lossy(&told.stderr));
    String::from_utf8_lossy(&told.stdout).into_owned()
}
