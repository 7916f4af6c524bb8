//! Ten rows, and what R 4.2.2 with survey 4.1.1 says of them:
//!
//! ```r
//! s <- svydesign(ids = ~psu, strata = ~stratum, weights = ~w, data = d)
//! m <- svymean(~x, s, na.rm = TRUE); c(coef(m), SE(m), confint(m, df = degf(s)))
//! ```

use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, DictionaryArray, Float64Array, RecordBatch, StringArray,
    StructArray,
};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Fields, Float64Type, UInt32Type};
use survey::design::Design;
use survey::variance::LonelyPsu;

use super::{ask, column, fault};
use crate::sample::Entry;

const STRATUM: [u32; 10] = [1, 1, 1, 1, 1, 1, 2, 2, 2, 2];
const PSU: [u32; 10] = [1, 1, 2, 2, 3, 3, 4, 4, 5, 5];
const WEIGHT: [f64; 10] = [2.0, 2.0, 3.0, 3.0, 1.0, 1.0, 4.0, 4.0, 2.5, 2.5];

fn design(psu: &[u32; 10], lonely: LonelyPsu) -> Design {
    let design = Design::builder(10).weights(&WEIGHT).stage(Some(&STRATUM), Some(psu), None);
    design.lonely(lonely).build().expect("a design")
}

fn table(design: &ArrayRef) -> RecordBatch {
    table_of("first", design)
}

fn table_of(sample: &str, design: &ArrayRef) -> RecordBatch {
    let x = [3.0, 5.0, f64::NAN, 2.0, 8.0, 1.0, 4.0, 4.0, 9.0, 7.0].map(|x| Some(x).filter(|x| !x.is_nan()));
    let yes = [Some(true), Some(false), Some(true), Some(true), Some(false), Some(false), Some(true), None];
    let yes = yes.into_iter().chain([Some(false), Some(true)]);
    RecordBatch::try_from_iter_with_nullable([
        ("x", Arc::new(Float64Array::from(x.to_vec())) as ArrayRef, true),
        ("y", Arc::new(Float64Array::from_iter_values((1..=10).map(f64::from))), true),
        ("g", Arc::new(StringArray::from(["a", "b"].repeat(5))), true),
        ("yes", Arc::new(yes.collect::<BooleanArray>()), true),
        ("sample", Arc::new(StringArray::from(vec![sample; 10])), true),
        ("design", Arc::clone(design), true),
    ])
    .expect("a batch")
}

fn numbers(design: &ArrayRef, call: &str, fields: &[&str]) -> Vec<f64> {
    let parts: Vec<String> = fields.iter().map(|field| format!("e['{field}']")).collect();
    let sql = format!("select {} from (select {call} as e from t)", parts.join(", "));
    let batch = ask(vec![vec![table(design)]], 8192, &sql).unwrap_or_else(|fault| panic!("{call}: {fault}"));
    batch.columns().iter().map(|column| column.as_primitive::<Float64Type>().value(0)).collect()
}

#[test]
fn values_are_those_of_r() {
    let design = column(&design(&PSU, LonelyPsu::Fail));
    let symmetric = ["estimate", "se", "lower", "upper", "df"];
    for (call, fields, wanted) in [
        (
            "svy_mean(x, design)",
            &symmetric[..],
            &[4.681818181818182, 1.048850363119334, 1.3439082189135818, 8.019728144722782, 3.0][..],
        ),
        (
            "svy_total(y, design)",
            &symmetric[..],
            &[145.5, 18.200274723201296, 87.57860295199959, 203.42139704800041, 3.0],
        ),
        (
            "svy_mean(x, design) filter (where g = 'a')",
            &symmetric[..],
            &[5.526315789473684, 1.7066769521358356, 0.09490802883613458, 10.957723550111233, 3.0],
        ),
        (
            "svy_ratio(y, x, design)",
            &symmetric[..],
            &[1.325242718446602, 0.28026465881008217, 0.43331549051485707, 2.217169946378347, 3.0],
        ),
        ("svy_prop(yes, design)", &symmetric[..1], &[0.6904761904761905]),
        ("svy_prop(yes, design)", &symmetric[2..4], &[0.13960187404570548, 0.9684246384870452]),
        ("svy_median(y, design)", &symmetric[..4], &[7.0, 0.9426710499464521, 4.0, 10.0]),
        (
            "svy_chisq(g, yes, design)",
            &["f", "ndf", "ddf", "p_value"],
            &[0.03193977877515607, 1.0, 3.0, 0.869547803699507],
        ),
        ("svy_mean(y, design)", &["deff"], &[0.7566509892483677]),
        // Each b is one more than its a.
        ("svy_diff(y, g = 'a', design)", &symmetric[..2], &[-1.0, 0.0]),
    ] {
        for (found, wanted) in numbers(&design, call, fields).into_iter().zip(wanted) {
            assert!((found - wanted).abs() < 1e-9 * wanted.abs().max(1.0), "{call}: {found} is not {wanted}");
        }
    }
}

#[test]
fn a_lonely_unit_never_passes_silently() {
    // Stratum 2 has one unit.
    let psu = [1, 1, 2, 2, 3, 3, 4, 4, 4, 4];
    let told = fault(table(&column(&design(&psu, LonelyPsu::Fail))), "select svy_mean(x, design) from t");
    assert!(told.starts_with("error: stratum 1 has only one sampled unit at stage 1"), "{told}");
    assert!(told.contains("lonely_psu") && told.contains("design_strata"), "{told}");
    for policy in [LonelyPsu::Certainty, LonelyPsu::Adjust, LonelyPsu::Average] {
        let lonely = design(&psu, policy);
        let x = [3.0, 5.0, f64::NAN, 2.0, 8.0, 1.0, 4.0, 4.0, 9.0, 7.0];
        let wanted = lonely.mean(&x, None, 0.95).expect("an estimate").expect("a base");
        let found = numbers(&column(&lonely), "svy_mean(x, design)", &["se", "df"]);
        assert!((found[0] - wanted.se).abs() < 1e-12 && found[1] == 2.0, "{policy:?}: {found:?}");
    }
    // One unit of the domain is not one unit of the sample: its stratum has others.
    assert!(
        numbers(&column(&design(&PSU, LonelyPsu::Fail)), "svy_mean(y, design) filter (where y = 1)", &["df"])
            [0]
            == 0.0
    );
}

/// A design with one of its parts changed, and NULL in the row `absent`.
fn changed(part: &str, to: ArrayRef, absent: Option<usize>) -> ArrayRef {
    let plain = column(&design(&PSU, LonelyPsu::Fail));
    let plain = plain.as_struct();
    let (at, _) = plain.fields().find(part).expect(part);
    let nullable = |name: &str| name == part && to.null_count() > 0;
    let fields =
        plain.fields().iter().map(|field| field.as_ref().clone().with_nullable(nullable(field.name())));
    let fields: Fields = fields.collect();
    let mut parts = plain.columns().to_vec();
    parts[at] = to;
    let nulls = absent.map(|absent| (0..10).map(|row| row != absent).collect());
    Arc::new(StructArray::try_new(fields, parts, nulls).expect("a struct"))
}

/// A design whose places are changed.
fn moved(change: impl Fn(&mut Entry<'_>)) -> ArrayRef {
    let plain = column(&design(&PSU, LonelyPsu::Fail));
    let places = cast(plain.as_struct().column_by_name("place").expect("places"), &DataType::Utf8);
    let places = places.expect("texts");
    let texts = places.as_string::<i32>().iter().flatten().map(|text| {
        let mut entry = Entry::read(text).expect("a place");
        change(&mut entry);
        entry.write()
    });
    let texts: Vec<String> = texts.collect();
    let places: DictionaryArray<UInt32Type> = texts.iter().map(String::as_str).collect();
    changed("place", Arc::new(places), None)
}

fn weighing(weights: [f64; 10], absent: Option<usize>) -> ArrayRef {
    changed("weight", Arc::new(Float64Array::from(weights.to_vec())), absent)
}

#[test]
fn bad_weights_are_counted() {
    let told = |weights: [f64; 10], absent, sql: &str| {
        let told = fault(table(&weighing(weights, absent)), sql);
        told.lines().next().unwrap_or_default().to_owned()
    };
    let mut bad = WEIGHT;
    (bad[2], bad[5]) = (-1.0, f64::NAN);
    let mean = "select svy_mean(x, design) from t";
    assert_eq!(
        told(bad, None, mean),
        "error: the weight in `design` of `svy_mean` is negative or not a number in 2 rows, first -1"
    );
    (bad[2], bad[5]) = (2.0, f64::INFINITY);
    let median = "select g, svy_median(x, design) from t group by g";
    assert_eq!(
        told(bad, None, median),
        "error: the weight in `design` of `svy_median` is negative or not a number in 1 row, first inf"
    );
    assert_eq!(
        told(WEIGHT, Some(3), mean),
        "error: `design` of `svy_mean` is NULL in 1 row: an outer join gives rows that are not in the sample"
    );
    let weights: Float64Array = (0..10).map(|row| (row % 4 != 1).then_some(1.0)).collect();
    let told = fault(table(&changed("weight", Arc::new(weights), None)), mean);
    assert!(told.starts_with("error: the weight in `design` of `svy_mean` is NULL in 3 rows\n"), "{told}");
    // Rows that the filter keeps out may be anything.
    let batch = table(&weighing(bad, Some(3)));
    let sql = "select svy_mean(x, design) filter (where y <> 4 and y <> 6) from t";
    assert_eq!(ask(vec![vec![batch]], 8192, sql).map(|batch| batch.num_rows()).ok(), Some(1));
}

#[test]
fn two_designs_in_one_group_are_told_apart() {
    // A unit's place is read when a group meets it.
    let mixed = |other: &ArrayRef, groups: &str| {
        let (a, b) = (table(&column(&design(&PSU, LonelyPsu::Fail))), table_of("second", other));
        let rows = datafusion::arrow::compute::concat_batches(&a.schema(), [&a, &b]).expect("rows");
        let sql = format!("select svy_mean(x, design) from t {groups}");
        fault(rows, &sql).lines().next().unwrap_or_default().to_owned()
    };
    let adjusted = |entry: &mut Entry<'_>| entry.lonely = LonelyPsu::Adjust;
    assert_eq!(
        mixed(&moved(adjusted), "group by sample"),
        "error: unit 0 is of two designs: rows of both are mixed"
    );
    let in_others = |entry: &mut Entry<'_>| entry.stages[0].stratum = 2 - entry.stages[0].stratum;
    assert_eq!(
        mixed(&moved(in_others), "group by sample"),
        "error: unit 0 of the design has two places in the sample, in stratum 0 and in stratum 2: rows of two designs are mixed"
    );
    let other = moved(|entry| {
        adjusted(entry);
        entry.stages[0].unit += 100;
    });
    assert_eq!(
        mixed(&other, ""),
        "error: `svy_mean` has rows of two designs in one group (their lonely_psu differs): take one wave, or one design, at a time"
    );
}

#[test]
fn a_place_that_is_none_and_one_that_is_not_known_are_told() {
    let table = |places: Vec<Option<&str>>| {
        let places: DictionaryArray<UInt32Type> = places.into_iter().collect();
        table(&changed("place", Arc::new(places), None))
    };
    let told = |places| fault(table(places), "select svy_mean(x, design) from t");
    let mut places = vec![Some("{\"sample\":\"2013/design\"}"); 10];
    let bad = told(places.clone());
    assert!(
        bad.starts_with(
            "error: the design's `place` is no place in a sample: {\"sample\":\"2013/design\"}\n"
        ),
        "{bad}"
    );
    // The number of the unit stands nowhere.
    places.fill(Some(
        "{\"sample\":\"w/design\",\"stages\":[{\"stratum\":0,\"unit\":null,\"units\":9,\"fpc\":null}],\"lonely\":\"fail\"}",
    ));
    places[3] = None;
    let bad = told(places);
    assert!(
        bad.starts_with(
            "error: a stratum or unit in `design` of `svy_mean` is NULL in 10 rows: where `design` has"
        ),
        "{bad}"
    );
}
