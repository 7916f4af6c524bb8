//! Values: of domains, of designs without and with stages and replicates, in any order of rows.

use datafusion::arrow::array::{Array, AsArray, RecordBatch, UInt64Array};
use datafusion::arrow::compute::take_record_batch;
use datafusion::arrow::datatypes::{Float64Type, Int64Type};
use survey::design::Design;
use survey::error::SurveyError;
use survey::estimate::Estimate;
use survey::interval::Method;

use super::{ask, result, sample};

/// Estimate, se, lower, upper, n, base, df, deff of a struct column.
pub(super) fn read(batch: &RecordBatch, row: usize, column: usize) -> Option<[Option<f64>; 8]> {
    let estimate = batch.column(column).as_struct();
    if estimate.is_null(row) {
        return None;
    }
    let mut found = [None; 8];
    for (found, array) in found.iter_mut().zip(estimate.columns()) {
        *found = match array.as_primitive_opt::<Float64Type>() {
            Some(array) => array.is_valid(row).then(|| array.value(row)),
            None => array.is_valid(row).then(|| array.as_primitive::<Int64Type>().value(row) as f64),
        };
    }
    Some(found)
}

pub(super) fn same(
    what: &str,
    found: Option<[Option<f64>; 8]>,
    wanted: Result<Option<Estimate>, SurveyError>,
) {
    let wanted = wanted.expect("an estimate");
    let Some(e) = wanted else {
        assert!(found.is_none(), "{what}: {found:?} where there is no base");
        return;
    };
    let wanted = [
        Some(e.estimate),
        Some(e.se),
        Some(e.lower),
        Some(e.upper),
        Some(e.n as f64),
        Some(e.base as f64),
        Some(e.df),
        e.deff,
    ];
    for (a, b) in found.unwrap_or_else(|| panic!("{what}: NULL, not {e:?}")).into_iter().zip(wanted) {
        let close = match (a, b) {
            (Some(a), Some(b)) => (a - b).abs() <= 1e-9 * b.abs().max(1e-3),
            (a, b) => a == b,
        };
        assert!(close, "{what}: {found:?} is not {wanted:?}");
    }
}

#[test]
fn estimates_are_those_of_the_rows() {
    let s = sample();
    for (name, design) in s.designs() {
        let sql = format!(
            "select svy_mean(x, {name}), svy_total(y, {name}), svy_prop(yes, {name}), svy_ratio(y, x, {name}), \
             svy_diff(x, yes, {name}), svy_prop(yes, {name}, 'korn-graubard'), svy_mean(yes, {name})"
        );
        let whole = result(&format!("{sql} from t"));
        let groups = result(&format!("{sql}, part from t group by part"));
        let filter = sql.replace("), svy", ") filter (where part = 'north'), svy");
        let filtered = result(&format!("{filter} filter (where part = 'north') from t"));
        let mut cases =
            vec![("all".to_owned(), whole, 0, None), ("filter".to_owned(), filtered, 0, Some("north"))];
        for row in 0..3 {
            let part = groups.column(7).as_dictionary::<datafusion::arrow::datatypes::Int32Type>();
            let part = part.values().as_string::<i32>().value(part.key(row).expect("a part")).to_owned();
            let part = *s.group.iter().find(|g| **g == part).expect("a group");
            cases.push((part.to_owned(), groups.clone(), row, Some(part)));
        }
        for (case, batch, row, part) in cases {
            let domain = part.map(|part| s.in_group(part));
            let domain = domain.as_deref();
            let what = |function: &str| format!("{function} by {name}, {case}");
            let found = |column| read(&batch, row, column);
            same(&what("mean"), found(0), design.mean(&s.x(), domain, 0.95));
            same(&what("total"), found(1), design.total(&s.y, domain, 0.95));
            same(&what("prop"), found(2), design.proportion(&s.yes(), domain, Method::Logit, 0.95));
            same(&what("ratio"), found(3), design.ratio(&s.y, &s.x(), domain, 0.95));
            same(&what("diff"), found(4), design.difference(&s.x(), &s.yes, domain, 0.95));
            same(&what("beta"), found(5), design.proportion(&s.yes(), domain, Method::KornGraubard, 0.95));
            same(&what("mean of a condition"), found(6), design.mean(&s.yes(), domain, 0.95));
        }
    }
}

#[test]
fn without_a_design_every_row_is_a_unit() {
    let s = sample();
    let design = Design::builder(60).build().expect("a design");
    let batch = result(
        "select svy_mean(x), svy_total(x), svy_ratio(y, x), svy_diff(x, yes), svy_prop(yes, 'logit') from t",
    );
    same("mean", read(&batch, 0, 0), design.mean(&s.x(), None, 0.95));
    same("total", read(&batch, 0, 1), design.total(&s.x(), None, 0.95));
    same("ratio", read(&batch, 0, 2), design.ratio(&s.y, &s.x(), None, 0.95));
    same("diff", read(&batch, 0, 3), design.difference(&s.x(), &s.yes, None, 0.95));
    same("prop", read(&batch, 0, 4), design.proportion(&s.yes(), None, Method::Logit, 0.95));
    let share = read(&result("select svy_prop(yes) from t"), 0, 0).expect("an estimate");
    let yes = s.yes.iter().filter(|yes| **yes == Some(true)).count() as u64;
    let base = s.yes.iter().flatten().count() as u64;
    let interval = survey::proportion::wilson(yes, base, 0.95).expect("an interval");
    assert_eq!(
        share[2..6],
        [Some(interval.lower), Some(interval.upper), Some(yes as f64), Some(base as f64)]
    );
}

#[test]
fn no_base_is_null_and_one_row_has_no_error() {
    let none = result("select svy_mean(x), svy_prop(yes, design), svy_mean(x, design) from t where id < 0");
    let null = result(
        "select svy_mean(x, design), svy_diff(x, true, design), svy_mean(null, design) from t where x is null",
    );
    for (batch, columns) in [(none, 3), (null, 3)] {
        assert_eq!(batch.num_rows(), 1);
        (0..columns).for_each(|column| assert!(batch.column(column).is_null(0), "{column}"));
    }
    let none = result("select part, svy_mean(x, design) filter (where id < 0) as m from t group by part");
    assert_eq!((none.num_rows(), none.column(1).null_count()), (3, 3));
    let one = read(&result("select svy_mean(y) from t where id = 1"), 0, 0).expect("an estimate");
    assert!(one[0].is_some());
    assert_eq!(one[1..], [None, None, None, Some(1.0), Some(1.0), Some(0.0), None]);
}

#[test]
fn values_far_from_0_keep_their_spread() {
    let batch = result(
        "select svy_mean(y, design), svy_mean(y + 1e9, design), svy_mean(y), svy_mean(y + 1e9) from t",
    );
    for pair in [0, 2] {
        let [near, far] = [pair, pair + 1].map(|c| read(&batch, 0, c).expect("an estimate"));
        for part in [1, 7] {
            let (near, far) = (near[part].expect("a value"), far[part].expect("a value"));
            assert!((near - far).abs() < 1e-6 * near, "{near} is not {far}");
        }
    }
}

#[test]
fn order_of_rows_batches_and_partitions_change_no_bit() {
    let batch = sample().batch();
    let rows = batch.num_rows() as u64;
    let functions = ["design", "two_stages", "replicated"].map(|name| {
        format!(
            "svy_mean(x, {name}), svy_total(y, {name}), svy_prop(yes, {name}), svy_ratio(y, x, {name}), svy_diff(x, yes, {name}), \
             svy_median(x, {name}), svy_props(yes, {name}), svy_chisq(yes, part, {name})"
        )
    });
    let plain = "svy_mean(x), svy_total(y), svy_prop(yes), svy_ratio(y, x), svy_diff(x, yes), svy_median(x), \
                 svy_props(part), svy_chisq(yes, part)";
    let functions = format!("{}, {plain}", functions.join(", "));
    for sql in [
        format!("select part, {functions} from t group by part order by part"),
        format!("select id % 29 as part, {functions} from t group by id % 29 order by part"),
        format!("select {functions} from t"),
        format!(
            "select part, id % 2 as odd, {functions} from t group by rollup (part, id % 2) order by part, odd"
        ),
    ] {
        let wanted =
            ask(vec![vec![batch.clone()]], 8192, &sql).unwrap_or_else(|fault| panic!("{sql}\n{fault}"));
        for partitions in [1_u64, 2, 3, 7] {
            for (step, size) in [(1_u64, 8192), (7, 5), (59, 1)] {
                let mut order: Vec<u64> = (0..rows).collect();
                order.sort_by_key(|row| (row * step) % 61);
                let shuffled = take_record_batch(&batch, &UInt64Array::from(order)).expect("rows");
                let part = |p: u64| {
                    let (start, end) = (rows * p / partitions, rows * (p + 1) / partitions);
                    shuffled.slice(start as usize, (end - start) as usize)
                };
                let parts = (0..partitions).map(|p| vec![part(p)]).collect();
                let found = ask(parts, size, &sql).unwrap_or_else(|fault| panic!("{sql}\n{fault}"));
                assert_eq!(wanted, found, "{partitions} partitions, batches of {size}: {sql}");
            }
        }
    }
}

#[test]
fn groups_leave_in_parts_and_rows_become_states() {
    use crate::engine::aggregate::{Call, Function};
    use crate::engine::svy::Svy;
    use datafusion::logical_expr::EmitTo;

    let batch = sample().batch();
    let values = |names: &[&str]| {
        names.iter().map(|name| batch.column_by_name(name).expect(name).clone()).collect::<Vec<_>>()
    };
    let groups: Vec<usize> = (0..60).map(|row| row % 5).collect();
    for (function, columns) in [
        (Svy::Mean, &["x", "replicated"][..]),
        (Svy::Ratio, &["x", "y", "replicated"]),
        (Svy::Difference, &["x", "yes", "replicated"]),
        (Svy::Median, &["x", "replicated"]),
        (Svy::Proportions, &["part", "replicated"]),
    ] {
        let design = Some(columns.len() - 1);
        let call = Call { given: vec![], design, words: vec![], constant: None, confidence: 0.95 };
        let values = values(columns);
        let started = || {
            let mut sums = function.start(&call).expect("sums");
            sums.update_batch(&values, &groups, None, 5).expect("rows");
            sums
        };
        let whole = started().evaluate(EmitTo::All).expect("all groups");
        assert_eq!(whole.len(), 5);
        let mut parts = started();
        assert!(parts.size() > 60 * 12 * 8);
        let first = parts.evaluate(EmitTo::First(2)).expect("two groups");
        let rest = parts.evaluate(EmitTo::All).expect("three groups");
        assert_eq!((&first, &rest), (&whole.slice(0, 2), &whole.slice(2, 3)));
        // Every row as a partial result of its own.
        let rows = started().convert_to_state(&values, None).expect("states");
        let mut merged = function.start(&call).expect("sums");
        merged.merge_batch(&rows, &groups, 5).expect("merged");
        let states = merged.state(EmitTo::First(3)).expect("states");
        let mut again = function.start(&call).expect("sums");
        again.merge_batch(&states, &[0, 1, 2], 3).expect("merged");
        again.merge_batch(&merged.state(EmitTo::All).expect("states"), &[3, 4], 5).expect("merged");
        assert_eq!(&again.evaluate(EmitTo::All).expect("all groups"), &whole);
    }
}
