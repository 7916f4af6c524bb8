//! Quantiles, shares of all categories, and the test of independence.

use datafusion::arrow::array::{Array, AsArray, RecordBatch};
use datafusion::arrow::datatypes::{Float64Type, Int64Type};
use survey::design::Design;
use survey::interval::Method;

use super::values::{read, same};
use super::{Sample, result, sample};

/// Categories of the rows, by their label's place in the alphabet.
fn parts(s: &Sample) -> Vec<Option<usize>> {
    s.group.iter().map(|part| ["east", "north", "south"].iter().position(|known| known == part)).collect()
}

fn numbers(batch: &RecordBatch, column: usize) -> Vec<Option<f64>> {
    let found = batch.column(column).as_struct();
    let value = |array: &datafusion::arrow::array::ArrayRef| match array.as_primitive_opt::<Float64Type>() {
        Some(array) => array.is_valid(0).then(|| array.value(0)),
        None => array.is_valid(0).then(|| array.as_primitive::<Int64Type>().value(0) as f64),
    };
    found.columns().iter().map(value).collect()
}

#[test]
fn quantiles_are_those_of_the_rows() {
    let s = sample();
    for (name, design) in s.designs() {
        let sql = format!(
            "select svy_quantile(x, 0.25, {name}), svy_median(y, {name}), svy_median(x, {name}) filter (where part = 'north') from t"
        );
        let batch = result(&sql);
        same(name, read(&batch, 0, 0), design.quantile(&s.x(), 0.25, None, 0.95));
        same(name, read(&batch, 0, 1), design.quantile(&s.y, 0.5, None, 0.95));
        // Units without a row of the domain are not at hand, which changes nothing but for replicates.
        same(name, read(&batch, 0, 2), design.quantile(&s.x(), 0.5, Some(&s.in_group("north")), 0.95));
    }
    let plain = Design::builder(60).build().expect("a design");
    let batch = result("select svy_quantile(x, 0.75), svy_median(y) from t");
    same("plain", read(&batch, 0, 0), plain.quantile(&s.x(), 0.75, None, 0.95));
    same("plain", read(&batch, 0, 1), plain.quantile(&s.y, 0.5, None, 0.95));
}

#[test]
fn shares_of_categories_are_those_of_the_rows() {
    let s = sample();
    for (name, design) in s.designs() {
        let batch = result(&format!(
            "select p.category, p from (select unnest(svy_props(part, {name})) as p from t)"
        ));
        let labels: Vec<&str> = batch.column(0).as_string::<i32>().iter().flatten().collect();
        assert_eq!(labels, ["east", "north", "south"]);
        let wanted = design.proportions(&parts(&s), 3, None, Method::Logit, 0.95);
        let wanted = wanted.expect("estimates").expect("a base").estimates;
        for (row, wanted) in wanted.into_iter().enumerate() {
            let one = result(&format!(
                "select named_struct('estimate', p['estimate'], 'se', p['se'], 'lower', p['lower'], 'upper', p['upper'], 'n', p['n'],
                 'base', p['base'], 'df', p['df'], 'deff', p['deff']) from
                 (select svy_props(part, {name})[{}] as p from t)",
                row + 1
            ));
            same(name, read(&one, 0, 0), Ok(Some(wanted)));
        }
    }
    let batch = result(
        "select svy_props(yes)[2]['category'], svy_props(yes)[2]['lower'], svy_prop(yes)['lower'] from t",
    );
    assert_eq!(batch.column(0).as_string::<i32>().value(0), "true");
    let lower = |column: usize| batch.column(column).as_primitive::<Float64Type>().value(0);
    assert_eq!(lower(1), lower(2));
    assert!(result("select svy_props(part) from t where id < 0").column(0).is_null(0));
}

#[test]
fn the_test_of_independence_is_that_of_the_rows() {
    let s = sample();
    let yes: Vec<Option<u32>> = s.yes.iter().map(|yes| yes.map(u32::from)).collect();
    let parts: Vec<Option<u32>> = parts(&s).into_iter().map(|part| part.map(|part| part as u32)).collect();
    let plain = Design::builder(60).build().expect("a design");
    let designs = s.designs().into_iter().map(|(name, design)| (format!(", {name}"), design));
    for (name, design) in designs.chain([(String::new(), &plain)]) {
        let batch = result(&format!("select svy_chisq(yes, part{name}) from t"));
        let i = design.chisq(&yes, &parts, None).expect("a test").expect("a table");
        let wanted = [
            Some(i.f),
            Some(i.ndf),
            Some(i.ddf),
            i.p_value,
            Some(i.chisq),
            Some(i.cramers_v),
            Some(i.n as f64),
        ];
        for (found, wanted) in numbers(&batch, 0).into_iter().zip(wanted) {
            let (found, wanted) = (found.expect("a value"), wanted.expect("a value"));
            assert!((found - wanted).abs() <= 1e-9 * wanted.abs(), "{name}: {found} is not {wanted}");
        }
    }
    assert!(result("select svy_chisq(yes, part, design) from t where yes").column(0).is_null(0));
}
