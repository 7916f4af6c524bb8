//! The designs of `designs.R`, by the names that they have there.

use std::collections::BTreeMap;
use std::path::Path;

use survey::calibration::{
    Calibrated, Calibration, Margin, RakeOptions, Trim, post_stratify, post_stratify_replicates, rake,
    rake_replicates, trim,
};
use survey::design::{Design, DesignBuilder};
use survey::replicates::Kind;
use survey::variance::{LonelyPsu, Replication};

use crate::table::Table;

pub(crate) struct Data {
    tables: BTreeMap<&'static str, Table>,
}

/// A stage by the names of its columns; an empty name is no column.
type Stage = (&'static str, &'static str, &'static str);

/// How the builder is told of a sample.
#[derive(Clone, Copy, Default)]
struct Sample {
    table: &'static str,
    weights: &'static str,
    stages: &'static [Stage],
    nested: bool,
    lonely: LonelyPsu,
}

/// Population totals of the categories of a column, in alphabetical order.
type Totals = (&'static str, &'static [f64]);

/// Each row's category, and the population's totals.
type Numbered = (Vec<u32>, Vec<(u32, f64)>);

impl Data {
    pub(crate) fn read() -> Data {
        let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/data");
        let mut tables: BTreeMap<&'static str, Table> = BTreeMap::new();
        for name in [
            "people",
            "schools",
            "pairs",
            "lonely",
            "waves",
            "pairs-jk1",
            "pairs-jkn",
            "pairs-brr",
            "pairs-fay",
            "pairs-bootstrap",
            "pairs-other",
        ] {
            tables.insert(name, Table::read(&here.join(format!("{name}.csv")), str::to_owned));
        }
        tables.insert("study", study());
        let waves = tables.get_mut("waves").expect("waves");
        let both = waves.texts("wave").iter().zip(waves.texts("stratum"));
        let strata = both.map(|(wave, stratum)| format!("{wave}.{stratum}")).collect();
        waves.set("wave and stratum", strata);
        let people = tables.get_mut("people").expect("people");
        let crossed = people.texts("sex").iter().zip(people.texts("group"));
        let crossed = crossed.map(|(sex, group)| format!("{sex} {group}")).collect();
        people.set("sex and group", crossed);
        Data { tables }
    }

    /// A design and the table that it is a sample of.
    pub(crate) fn design(&self, name: &str) -> (&Table, Design) {
        if let Some((sample, margins)) = calibrated(name) {
            let bounds = (name == "trimmed_raked").then_some(Trim { lower: 1.5, upper: 11.0, strict: false });
            return (&self.tables[sample.table], self.calibrate(sample, margins, bounds));
        }
        if let Some((sample, bounds)) = trimmed(name) {
            let before = self.build(sample, |builder| builder.build().expect("a design"));
            let (weights, _) = trim(before.weights(), &bounds).expect("weights");
            let design = self.build(sample, |builder| builder.weights(&weights).build().expect("a design"));
            return (&self.tables[sample.table], design);
        }
        if let Some((weights, margins)) = calibrated_replicates(name) {
            return (&self.tables["pairs"], self.calibrate_replicates(weights, margins));
        }
        if let Some((weights, replication)) = replicated(name) {
            return (&self.tables["pairs"], self.replicate(weights, replication));
        }
        if let Some((of, method)) = made(name) {
            let (table, design) = self.design(of);
            return (table, design.with_replicates(method).expect("replicates"));
        }
        let sample = sample(name);
        (&self.tables[sample.table], self.build(sample, |builder| builder.build().expect("a design")))
    }

    fn build(&self, sample: Sample, finish: impl FnOnce(DesignBuilder<'_>) -> Design) -> Design {
        let table = &self.tables[sample.table];
        let weights = (!sample.weights.is_empty()).then(|| table.numbers(sample.weights));
        let codes = |name: &str| (!name.is_empty()).then(|| table.codes(name));
        let stages: Vec<_> = sample
            .stages
            .iter()
            .map(|(strata, units, fpc)| {
                (codes(strata), codes(units), (!fpc.is_empty()).then(|| table.numbers(fpc)))
            })
            .collect();
        let mut builder = Design::builder(table.rows).nested(sample.nested).lonely(sample.lonely);
        if let Some(weights) = &weights {
            builder = builder.weights(weights);
        }
        for (strata, units, fpc) in &stages {
            builder = builder.stage(strata.as_deref(), units.as_deref(), fpc.as_deref());
        }
        finish(builder)
    }

    /// Post-strata for a single margin, raking for several after each other; a list of these steps.
    fn calibrate(&self, sample: Sample, steps: &[&[Totals]], trim: Option<Trim>) -> Design {
        let mut weights = self.build(sample, |builder| builder.build().expect("a design")).weights().to_vec();
        let mut calibration = Calibration::default();
        for margins in steps {
            let step = match self.margins(sample.table, margins).as_slice() {
                [(codes, totals)] => post_stratify(&weights, codes, totals),
                several => {
                    rake(&weights, &as_margins(several), &RakeOptions { trim, ..RakeOptions::default() })
                }
            };
            let Calibrated { weights: after, calibration: step, .. } = step.expect("weights");
            (weights, calibration) = (after, calibration.then(step));
        }
        self.build(sample, |builder| {
            builder.weights(&weights).calibrated(calibration).build().expect("a design")
        })
    }

    fn calibrate_replicates(&self, name: &str, margins: &[Totals]) -> Design {
        let (columns, replication) = replicated(name).expect("a name");
        let before = self.replicate(columns, replication);
        let (factors, replication) = before.replicates().expect("replicates");
        let count = replication.rscales.len();
        let rows = factors.chunks(count).zip(before.weights());
        let combined: Vec<f64> = rows.flat_map(|(row, w)| row.iter().map(move |factor| factor * w)).collect();
        let margins = self.margins("pairs", margins);
        let weights = before.weights();
        let (weights, combined) = match margins.as_slice() {
            [(codes, totals)] => (
                post_stratify(weights, codes, totals).expect("weights").weights,
                post_stratify_replicates(weights, &combined, count, codes, totals).expect("weights"),
            ),
            several => {
                let (margins, options) = (as_margins(several), RakeOptions::default());
                (
                    rake(weights, &margins, &options).expect("weights").weights,
                    rake_replicates(weights, &combined, count, &margins, &options).expect("weights"),
                )
            }
        };
        let builder = Design::builder(weights.len()).weights(&weights);
        builder.replicates(&combined, replication.clone(), true).build().expect("a design")
    }

    fn replicate(&self, weights: &str, replication: Replication) -> Design {
        let table = &self.tables[weights];
        let columns: Vec<Vec<f64>> =
            (1..=replication.rscales.len()).map(|i| table.numbers(&format!("r{i}"))).collect();
        assert_eq!(table.names().count(), columns.len(), "replicates of {weights}");
        let w = self.tables["pairs"].numbers("w");
        let combined = weights == "pairs-other";
        let factor = |row: usize| if combined { w[row] } else { 1.0 };
        let values: Vec<f64> = (0..table.rows)
            .flat_map(|row| columns.iter().map(move |column| column[row] * factor(row)))
            .collect();
        let builder = Design::builder(table.rows).weights(&w);
        builder.replicates(&values, replication, combined).build().expect("a design")
    }

    fn margins(&self, table: &str, margins: &[Totals]) -> Vec<Numbered> {
        let numbered = |totals: &[f64]| (0..).zip(totals.iter().copied()).collect();
        margins.iter().map(|(column, totals)| (self.tables[table].codes(column), numbered(totals))).collect()
    }
}

fn as_margins(margins: &[Numbered]) -> Vec<Margin<'_>> {
    margins.iter().map(|(categories, totals)| Margin { categories, totals }).collect()
}

/// The study's wave: columns by the number of their question, and the size of its frame.
fn study() -> Table {
    let wave = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/waves/2013");
    let question = |header: &str| header.split(' ').next().unwrap_or_default().to_owned();
    let mut table = Table::read(&wave.join("responses.synthetic.csv"), question);
    let frame = Table::read(&wave.join("frame.csv"), str::to_owned);
    let invited: f64 = frame.numbers("invited").iter().sum();
    table.set("invited", vec![invited.to_string(); table.rows]);
    let yes = |cell: &String| match cell.as_str() {
        "" => String::new(),
        answer => u8::from(answer == "Yes").to_string(),
    };
    let experience = table.texts("Q8").iter().map(yes).collect();
    table.set("experience", experience);
    table
}

fn sample(name: &str) -> Sample {
    let people = |weights, stages| Sample { table: "people", weights, stages, ..Sample::default() };
    let schools = |weights, stages| Sample { table: "schools", weights, stages, ..Sample::default() };
    let nested = |weights, stages| Sample { nested: true, ..schools(weights, stages) };
    let waves = |stages| Sample { table: "waves", weights: "w", stages, nested: true, ..Sample::default() };
    match name {
        "srs" => people("", &[]),
        "srs_fpc" => people("", &[("", "", "everybody")]),
        "weighted" => people("w", &[]),
        "zero" => people("w0", &[]),
        "relative" => people("relative", &[]),
        "strat" => people("w", &[("stratum", "", "")]),
        "strat_fpc" => people("", &[("stratum", "", "population")]),
        "strat_fraction" => people("", &[("stratum", "", "fraction")]),
        "strat_zero" => people("w0", &[("stratum", "", "population")]),
        "cluster" => schools("w", &[("", "school_id", "")]),
        "cluster_fpc" => schools("w", &[("", "school_id", "all_schools")]),
        "nested" => nested("w", &[("district", "school", "")]),
        "nested_fpc" => nested("w", &[("district", "school", "schools")]),
        "nested_zero" => nested("w0", &[("district", "school", "")]),
        "two_stage" => schools("", &[("district", "school_id", "schools"), ("", "class", "classes")]),
        "two_stage_weights" => nested("w", &[("district", "school", "schools"), ("", "class", "classes")]),
        "two_stage_fraction" => {
            schools("", &[("district", "school_id", "school_fraction"), ("", "class", "class_fraction")])
        }
        "two_stage_tracks" => {
            nested("w", &[("district", "school", "schools"), ("track", "class", "track_classes")])
        }
        "two_stage_plain" => schools("w", &[("district", "school_id", ""), ("", "class", "")]),
        "three_stage" => schools(
            "",
            &[("district", "school_id", "schools"), ("", "class", "classes"), ("", "pupil", "pupils")],
        ),
        "waves" => waves(&[("wave and stratum", "unit", "")]),
        "waves_fpc" => waves(&[("wave and stratum", "unit", "units")]),
        "study" => Sample { table: "study", stages: &[("", "", "invited")], ..Sample::default() },
        _ => lonely(name),
    }
}

fn lonely(name: &str) -> Sample {
    let (design, policy) = name.rsplit_once('_').unwrap_or_else(|| panic!("no design {name}"));
    let stages: &[Stage] = match design {
        "lonely" => &[("stratum", "unit", "")],
        "lonely_fpc" => &[("stratum", "unit", "units")],
        "lonely_stages" => &[("stratum", "unit", "units"), ("", "household", "households")],
        _ => panic!("no design {name}"),
    };
    let lonely = match policy {
        "certainty" | "remove" => LonelyPsu::Certainty,
        "adjust" => LonelyPsu::Adjust,
        "average" => LonelyPsu::Average,
        _ => panic!("no policy {policy}"),
    };
    Sample { table: "lonely", weights: "w", stages, lonely, ..Sample::default() }
}

fn calibrated(name: &str) -> Option<(Sample, &'static [&'static [Totals]])> {
    const SEX: Totals = ("sex", &[350.0, 306.0]);
    const AGE: Totals = ("age", &[256.0, 200.0, 200.0]);
    const GROUP: Totals = ("group", &[390.0, 266.0]);
    Some(match name {
        "post" => (sample("strat_fpc"), &[&[SEX]]),
        "post_zero" => (sample("strat_zero"), &[&[SEX]]),
        "post_crossed" => (sample("weighted"), &[&[("sex and group", &[210.0, 150.0, 180.0, 116.0])]]),
        "post_nested" => (sample("nested_fpc"), &[&[("sex", &[590.0, 520.0])]]),
        "post_two_stage" => (sample("two_stage"), &[&[("sex", &[1500.0, 1100.0])]]),
        "raked" | "trimmed_raked" => (sample("strat_fpc"), &[&[SEX, AGE]]),
        "raked_twice" => (sample("weighted"), &[&[GROUP], &[SEX, AGE]]),
        "raked_nested" => (sample("nested"), &[&[("sex", &[590.0, 520.0]), ("age", &[450.0, 310.0, 350.0])]]),
        _ => return None,
    })
}

fn trimmed(name: &str) -> Option<(Sample, Trim)> {
    Some(match name {
        "trimmed" => (sample("weighted"), Trim { lower: 2.0, upper: 10.0, strict: false }),
        "trimmed_strict" => (sample("nested"), Trim { lower: 2.0, upper: 18.0, strict: true }),
        _ => return None,
    })
}

fn calibrated_replicates(name: &str) -> Option<(&'static str, &'static [Totals])> {
    const SEX: Totals = ("sex", &[600.0, 540.0]);
    const AGE: Totals = ("age", &[460.0, 330.0, 350.0]);
    Some(match name {
        "post_jkn" => ("jkn", &[SEX]),
        "raked_jkn" => ("jkn", &[SEX, AGE]),
        "raked_fay" => ("fay", &[SEX, AGE]),
        _ => return None,
    })
}

fn replicated(name: &str) -> Option<(&'static str, Replication)> {
    let (kind, mse) = name.strip_suffix("_mse").map_or((name, false), |kind| (kind, true));
    let same = |scale: f64, each: f64, count: usize| Replication { scale, rscales: vec![each; count], mse };
    Some(match kind {
        "jk1" => ("pairs-jk1", same(11.0 / 12.0, 1.0, 12)),
        "jkn" => ("pairs-jkn", same(1.0, 0.5, 12)),
        "brr" => ("pairs-brr", same(1.0 / 8.0, 1.0, 8)),
        "fay" => ("pairs-fay", same(1.0 / (8.0 * 0.7 * 0.7), 1.0, 8)),
        "bootstrap" => ("pairs-bootstrap", same(1.0 / 19.0, 1.0, 20)),
        "other" => {
            let rscales = vec![0.2, 0.4, 0.0, 0.5, 0.1, 0.9, 0.3, 0.3, 0.0, 0.25];
            ("pairs-other", Replication { scale: 0.7, rscales, mse })
        }
        _ => return None,
    })
}

/// Replicates made of another design.
fn made(name: &str) -> Option<(&'static str, Kind)> {
    Some(match name {
        "made_jk1" => ("cluster", Kind::Jk1),
        "made_jkn" => ("nested", Kind::Jkn),
        "made_jkn_fpc" => ("nested_fpc", Kind::Jkn),
        _ => return None,
    })
}
