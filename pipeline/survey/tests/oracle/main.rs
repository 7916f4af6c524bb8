//! This crate against R's `survey` package: every value of `oracle/expected.csv`, computed from the same data.
//!
//! `oracle/README.md` says how the values were made. This needs no R.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test that stops has failed")]

mod computed;
mod designs;
mod table;

use std::collections::BTreeMap;
use std::path::Path;

use computed::Case;
use designs::Data;
use table::Table;

/// A row of `expected.csv`.
pub(crate) struct Expected {
    id: String,
    design: String,
    domain: String,
    statistic: String,
    x: String,
    y: String,
    quantity: String,
    value: f64,
    call: String,
}

/// How far a value may be from R's, as a share of it.
fn tolerance(quantity: &str) -> f64 {
    match quantity {
        "estimate" | "se" | "deff" => 1e-9,
        "base" => 0.0,
        covariance if covariance.starts_with("covariance") => 1e-9,
        _ => 1e-7,
    }
}

/// What counts as 0 beside numbers of the size of 1.
const NOTHING: f64 = 1e-16;

#[test]
fn agrees_with_r() {
    let expected = expected();
    let data = Data::read();
    let mut designs = BTreeMap::new();
    let mut worst = BTreeMap::<&str, f64>::new();
    let mut faults = Vec::new();
    for row in &expected {
        let (table, design) = designs.entry(row.design.as_str()).or_insert_with_key(|name| data.design(name));
        let case = Case { design, table, domain: table.domain(&row.domain) };
        let fault = match case.value(row) {
            Ok(value) if row.value.is_nan() && !value.is_finite() => continue,
            Ok(value) => {
                let difference = (value - row.value).abs();
                let relative = if difference <= NOTHING { 0.0 } else { difference / row.value.abs() };
                if relative <= tolerance(&row.quantity) {
                    let worst = worst.entry(row.quantity.split(' ').next().expect("a word")).or_default();
                    *worst = worst.max(relative);
                    continue;
                }
                format!("{value}, relative difference {relative:.1e}")
            }
            Err(why) => why,
        };
        let Expected { id, design, domain, quantity, value, call, .. } = row;
        faults.push(format!("{id}: {quantity} of {design} [{domain}] {call}\n    R: {value}, here: {fault}"));
    }
    assert!(expected.len() >= 150, "only {} values", expected.len());
    let worst: Vec<String> =
        worst.iter().map(|(quantity, worst)| format!("{quantity} {worst:.1e}")).collect();
    println!("{} values; largest relative differences: {}", expected.len(), worst.join(", "));
    assert!(
        faults.is_empty(),
        "{} of {} values are not R's:\n{}",
        faults.len(),
        expected.len(),
        faults.join("\n")
    );
}

fn expected() -> Vec<Expected> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/expected.csv");
    let table = Table::read(&path, str::to_owned);
    let text = |column: &str, row: usize| table.texts(column)[row].clone();
    let row = |row: usize| Expected {
        id: text("id", row),
        design: text("design", row),
        domain: text("domain", row),
        statistic: text("statistic", row),
        x: text("x", row),
        y: text("y", row),
        quantity: text("quantity", row),
        value: text("value", row).parse().expect("a number"),
        call: text("call", row),
    };
    (0..table.rows).map(row).collect()
}
