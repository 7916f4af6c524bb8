//! Rows of two samples in one query: two waves, numbered alike, or two designs of one.

use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, Float64Array, RecordBatch, StringArray, StructArray,
};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Field, Fields, Float64Type};
use survey::design::Design;
use survey::replicates::Kind;

use super::{ask, column_of};

const ROWS: usize = 12;

/// Two strata of three units; the second wave has other strata under the same numbers.
fn strata(wave: u32) -> Vec<u32> {
    (0..ROWS as u32).map(|row| if wave == 0 { row / 6 } else { row / 2 % 2 }).collect()
}

fn units() -> Vec<u32> {
    (0..ROWS as u32).map(|row| row / 2).collect()
}

fn weights(wave: u32) -> Vec<f64> {
    (0..ROWS).map(|row| 1.0 + (row * 5 % 7) as f64 + f64::from(wave)).collect()
}

fn values(wave: u32) -> Vec<f64> {
    (0..ROWS).map(|row| (row * row % 11) as f64 + 3.0 * f64::from(wave)).collect()
}

fn design(wave: u32) -> Design {
    let (strata, units, weights) = (strata(wave), units(), weights(wave));
    Design::builder(ROWS)
        .weights(&weights)
        .stage(Some(&strata), Some(&units), None)
        .build()
        .expect("a design")
}

/// Both waves as one sample, as R would be told of them: no stratum and no unit is of both.
fn pooled() -> Design {
    let both = |of: &dyn Fn(u32) -> Vec<u32>| -> Vec<u32> {
        of(0).into_iter().chain(of(1).into_iter().map(|number| number + 100)).collect()
    };
    let weights = [weights(0), weights(1)].concat();
    let (strata, units) = (both(&strata), both(&|_| units()));
    Design::builder(2 * ROWS)
        .weights(&weights)
        .stage(Some(&strata), Some(&units), None)
        .build()
        .expect("a design")
}

fn rows(wave: &str, x: Vec<f64>, design: ArrayRef) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable([
        ("wave", Arc::new(StringArray::from(vec![wave; ROWS])) as ArrayRef, false),
        ("x", Arc::new(Float64Array::from(x)), true),
        ("design", design, true),
    ])
    .expect("a batch")
}

fn waves() -> [RecordBatch; 2] {
    [("2013", 0), ("2016", 1)]
        .map(|(wave, at)| rows(wave, values(at), column_of(&format!("{wave}/design"), &design(at))))
}

/// The rows in one part, one after the other, in turn, and in parts of their own.
fn arrangements([a, b]: &[RecordBatch; 2]) -> Vec<Vec<Vec<RecordBatch>>> {
    let one = |at: usize| [a.slice(at, 1), b.slice(at, 1)];
    vec![
        vec![vec![a.clone(), b.clone()]],
        vec![vec![b.clone(), a.clone()]],
        vec![(0..ROWS).rev().flat_map(one).collect()],
        vec![vec![a.clone()], vec![b.clone()]],
        vec![vec![b.slice(3, 9), a.slice(0, 7)], vec![a.slice(7, 5)], vec![b.slice(0, 3)]],
    ]
}

#[test]
fn a_difference_of_waves_is_that_of_two_samples() {
    let (x, second) =
        ([values(0), values(1)].concat(), (0..2 * ROWS).map(|row| Some(row >= ROWS)).collect::<Vec<_>>());
    let wanted = pooled().difference(&x, &second, None, 0.95).expect("an estimate").expect("a base");
    let median = pooled().quantile(&x, 0.5, None, 0.95).expect("an estimate").expect("a base");
    let sql = "select e['estimate'], e['se'], e['df'], m['lower'], m['upper'], s from (select
        svy_diff(x, wave = '2016', design) as e, svy_median(x, design) as m,
        svy_props(cast(x as text), design)[1]['se'] as s from t)";
    let mut first: Option<RecordBatch> = None;
    for partitions in arrangements(&waves()) {
        for batch_size in [3, 8192] {
            let found = ask(partitions.clone(), batch_size, sql).unwrap_or_else(|fault| panic!("{fault}"));
            let wanted = [wanted.estimate, wanted.se, wanted.df, median.lower, median.upper];
            for (column, wanted) in found.columns().iter().zip(wanted) {
                let found = column.as_primitive::<Float64Type>().value(0);
                assert!((found - wanted).abs() < 1e-12 * wanted.abs().max(1.0), "{found} is not {wanted}");
            }
            assert_eq!(first.get_or_insert_with(|| found.clone()), &found);
        }
    }
}

#[test]
fn each_wave_of_a_group_by_is_the_wave_alone() {
    let sql = "select svy_mean(x, design) as e from t group by wave order by wave";
    for partitions in arrangements(&waves()) {
        let both = ask(partitions, 3, sql).unwrap_or_else(|fault| panic!("{fault}"));
        for (at, wave) in waves().into_iter().enumerate() {
            let alone = ask(vec![vec![wave]], 8192, sql).unwrap_or_else(|fault| panic!("{fault}"));
            assert_eq!(both.column(0).slice(at, 1).to_data(), alone.column(0).to_data());
        }
    }
}

/// What is said of both tables, the same however their rows come.
fn told(tables: &[RecordBatch; 2], sql: &str) -> String {
    let all: Vec<String> = arrangements(tables)
        .into_iter()
        .map(|partitions| match ask(partitions, 3, sql) {
            Ok(found) => panic!("no fault: {found:?}"),
            Err(fault) => fault.strip_backtrace(),
        })
        .collect();
    let first = all[0].clone();
    assert!(all.iter().all(|told| *told == first), "{all:#?}");
    first.trim_start_matches("Execution error: ").to_owned()
}

#[test]
fn what_cannot_be_pooled_is_told_whatever_the_order_of_rows() {
    let table = |sample: &str, design: &Design| rows("2013", values(0), column_of(sample, design));
    let [jackknife, other] = [0, 1].map(|at| design(at).with_replicates(Kind::Jkn).expect("replicates"));
    assert_eq!(
        told(
            &[table("2013/design", &jackknife), table("2016/design", &other)],
            "select svy_diff(x, wave = '2016', design) from t"
        ),
        "`svy_diff` has rows of two waves in one group (2013 and 2016), and replicate weights of one wave say nothing of those of \
         another: take one wave at a time"
    );
    assert_eq!(
        told(
            &[table("2013/design", &design(0)), table("2013/design_b", &design(1))],
            "select svy_median(x, design) from t"
        ),
        "`svy_median` has rows of two designs in one group (`design` and `design_b` of wave 2013): take one design at a time"
    );
}

#[test]
fn a_unit_with_two_places_is_told_in_one_part_and_in_many() {
    let table = |design: &Design| rows("2013", values(0), column_of("2013/design", design));
    // The same sample by its name, and units of it that are in other strata.
    let mixed = [table(&design(0)), table(&design(1))];
    for sql in ["select svy_mean(x, design) from t", "select svy_chisq(x > 3, x > 5, design) from t"] {
        for partitions in arrangements(&mixed) {
            let fault = ask(partitions, 3, sql).expect_err("a fault").strip_backtrace();
            assert!(fault.contains("of the design has two places in the sample"), "{fault}");
        }
    }
}

#[test]
fn a_dictionary_that_is_not_shared_gives_the_same_bits() {
    let plain = |batch: &RecordBatch| {
        let (design, kind) = (batch.column(2).as_struct(), DataType::Utf8);
        let mut columns = design.columns().to_vec();
        columns[1] = cast(&columns[1], &kind).expect("texts");
        let fields = design.fields().iter().zip(&columns);
        let fields: Fields =
            fields.map(|(field, array)| Field::new(field.name(), array.data_type().clone(), false)).collect();
        let design = StructArray::try_new(fields, columns, None).expect("a struct");
        let [wave, x] = [0, 1].map(|column| batch.column(column).clone());
        let columns = [("wave", wave, false), ("x", x, true), ("design", Arc::new(design), true)];
        RecordBatch::try_from_iter_with_nullable(columns).expect("a batch")
    };
    let sql = "select svy_diff(x, wave = '2016', design), svy_median(x, design) from t";
    let wanted = ask(vec![waves().to_vec()], 8192, sql).unwrap_or_else(|fault| panic!("{fault}"));
    let waves = waves().map(|wave| plain(&wave));
    for partitions in arrangements(&waves) {
        let found = ask(partitions, 3, sql).unwrap_or_else(|fault| panic!("{fault}"));
        assert_eq!(found, wanted);
    }
}
