//! Laws that hold for any sample.

use proptest::prelude::*;

use super::*;
use crate::interval::Method;
use crate::replicates;

fn close(a: f64, b: f64, relative: f64) -> bool {
    a == b || (a - b).abs() <= relative * a.abs().max(b.abs())
}

/// A sample of 2 or more units in each of some strata, with values.
fn samples() -> impl Strategy<Value = (Vec<u32>, Vec<u32>, Vec<f64>, Vec<f64>)> {
    let row = (0_u32..3, 0_u32..4, 0.1..50.0_f64, -20.0..80.0_f64);
    prop::collection::vec(row, 5..60).prop_map(|rows| {
        // Two units that every stratum has.
        let first = (0..6).map(|i| (i / 2, i % 2, 1.0 + f64::from(i), f64::from(i * i % 7)));
        let rows: Vec<_> = first.chain(rows).collect();
        let strata = rows.iter().map(|row| row.0).collect();
        let units = rows.iter().map(|row| row.0 * 10 + row.1).collect();
        (strata, units, rows.iter().map(|row| row.2).collect(), rows.iter().map(|row| row.3).collect())
    })
}

fn build(strata: &[u32], units: &[u32], weights: &[f64]) -> Design {
    Design::builder(strata.len()).weights(weights).stage(Some(strata), Some(units), None).build().unwrap()
}

proptest! {
    #[test]
    fn weights_times_a_constant_change_no_share((strata, units, weights, values) in samples(), factor in 0.01..100.0_f64) {
        let yes: Vec<f64> = values.iter().map(|x| f64::from(u8::from(*x > 30.0))).collect();
        let more: Vec<f64> = weights.iter().map(|w| w * factor).collect();
        let share = |weights| {
            build(&strata, &units, weights).proportion(&yes, None, Method::KornGraubard, 0.9).unwrap().unwrap()
        };
        let (a, b) = (share(&weights), share(&more));
        prop_assert!((a.estimate - b.estimate).abs() < 1e-12 && (a.se - b.se).abs() < 1e-12);
        prop_assert!((a.lower - b.lower).abs() < 1e-9 && (a.upper - b.upper).abs() < 1e-9);
    }

    #[test]
    fn the_order_of_rows_changes_nothing((strata, units, weights, values) in samples(), turn in 1_usize..50) {
        let turned = |column: &[f64]| {
            let mut column = column.to_vec();
            let by = turn % column.len();
            column.rotate_left(by);
            column.reverse();
            column
        };
        let numbers = |column: &[u32]| -> Vec<u32> {
            turned(&column.iter().map(|v| f64::from(*v)).collect::<Vec<_>>()).into_iter().map(|v| v as u32).collect()
        };
        let a = build(&strata, &units, &weights).mean(&values, None, 0.95).unwrap().unwrap();
        let b = build(&numbers(&strata), &numbers(&units), &turned(&weights));
        let b = b.mean(&turned(&values), None, 0.95).unwrap().unwrap();
        prop_assert!((a.estimate - b.estimate).abs() < 1e-12 && close(a.se, b.se, 1e-12) && a.df == b.df);
    }

    #[test]
    fn a_domain_of_all_is_all((strata, units, weights, values) in samples()) {
        let sample = build(&strata, &units, &weights);
        let all = vec![true; values.len()];
        prop_assert_eq!(sample.mean(&values, None, 0.95), sample.mean(&values, Some(&all), 0.95));
        prop_assert_eq!(sample.total(&values, None, 0.95), sample.total(&values, Some(&all), 0.95));
    }

    #[test]
    fn rows_of_weight_0_are_no_members((strata, units, weights, values) in samples(), some in 0_usize..5) {
        let zero = |row: usize| row > 5 && row % 5 == some;
        let weights: Vec<f64> = weights.iter().enumerate().map(|(i, w)| if zero(i) { 0.0 } else { *w }).collect();
        let others: Vec<bool> = (0..values.len()).map(|row| !zero(row)).collect();
        let sample = build(&strata, &units, &weights);
        prop_assert_eq!(sample.mean(&values, None, 0.95), sample.mean(&values, Some(&others), 0.95));
    }

    #[test]
    fn the_jackknife_of_a_mean_is_its_linear_variance_in_a_simple_sample(
        values in prop::collection::vec(-50.0..50.0_f64, 2..40),
    ) {
        let linear = Design::builder(values.len()).build().unwrap();
        let jackknife = linear.with_replicates(replicates::Kind::Jk1).unwrap();
        let (a, b) = (linear.mean(&values, None, 0.95).unwrap().unwrap(), jackknife.mean(&values, None, 0.95).unwrap().unwrap());
        prop_assert!((a.se - b.se).abs() <= 1e-11 * a.se.max(1.0) && a.df == b.df, "{:?} {:?}", a, b);
    }

    #[test]
    fn shares_of_categories_are_those_of_each_one((strata, units, weights, values) in samples()) {
        let sample = build(&strata, &units, &weights);
        let category: Vec<Option<usize>> = values.iter().map(|x| Some(usize::from(*x > 10.0) + usize::from(*x > 40.0))).collect();
        let all = sample.proportions(&category, 3, None, Method::Logit, 0.95).unwrap().unwrap();
        for (i, together) in all.estimates.iter().enumerate() {
            let yes: Vec<f64> = category.iter().map(|c| f64::from(u8::from(*c == Some(i)))).collect();
            let alone = sample.proportion(&yes, None, Method::Logit, 0.95).unwrap().unwrap();
            prop_assert!((together.estimate - alone.estimate).abs() < 1e-14 && (together.se - alone.se).abs() < 1e-12);
            prop_assert_eq!((together.n, together.base, together.df), (alone.n, alone.base, alone.df));
        }
        prop_assert!(all.covariance.iter().sum::<f64>().abs() < 1e-12);
    }
}
