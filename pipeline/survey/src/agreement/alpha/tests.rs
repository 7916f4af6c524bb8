//! Alpha held against Krippendorff's own examples, other software and its laws.

use proptest::prelude::*;

use super::*;

/// Units with the values that coders gave them; nominal, ordinal and interval alpha.
type Units = (&'static [&'static [f64]], [f64; 3]);

const X: f64 = f64::NAN;
const METRICS: [Metric; 3] = [Metric::Nominal, Metric::Ordinal, Metric::Interval];

include!("../../../tests/reference/alpha.rs");

fn coded(units: &[&[f64]]) -> Coded {
    let codings = units.iter().enumerate();
    Coded::from_codings(codings.flat_map(|(unit, values)| {
        values.iter().enumerate().map(move |(coder, value)| (unit, coder, *value))
    }))
    .expect("each unit once")
}

/// The example of Krippendorff (2011), section C: four observers, twelve units, values missing.
fn four_observers() -> Coded {
    coded(&[
        &[1.0, 1.0, X, 1.0],
        &[2.0, 2.0, 3.0, 2.0],
        &[3.0, 3.0, 3.0, 3.0],
        &[3.0, 3.0, 3.0, 3.0],
        &[2.0, 2.0, 2.0, 2.0],
        &[1.0, 2.0, 3.0, 4.0],
        &[4.0, 4.0, 4.0, 4.0],
        &[1.0, 1.0, 2.0, 1.0],
        &[2.0, 2.0, 2.0, 2.0],
        &[X, 5.0, 5.0, 5.0],
        &[X, X, 1.0, 1.0],
        &[X, 3.0, X, X],
    ])
}

#[test]
fn krippendorffs_own_examples() {
    let four = four_observers();
    for (metric, printed) in METRICS.into_iter().zip([0.743, 0.815, 0.849]) {
        let alpha = four.alpha(metric).expect("alpha");
        assert!((alpha.estimate - printed).abs() < 5e-4, "{metric:?}: {alpha:?}");
        assert_eq!((alpha.units, alpha.codings), (11, 40));
    }
    // Section A: two observers, ten binary units.
    let meg_and_owen = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0].into_iter().zip([1, 1, 1, 0, 0, 1, 0, 0, 0, 0]);
    let units: Vec<Vec<f64>> = meg_and_owen.map(|(a, b)| vec![a.into(), b.into()]).collect();
    let units: Vec<&[f64]> = units.iter().map(Vec::as_slice).collect();
    let alpha = coded(&units).alpha(Metric::Nominal).expect("alpha");
    assert!((alpha.estimate - 0.095).abs() < 5e-4, "{alpha:?}");
    // Section B: two observers, twelve units in five categories.
    let ben_and_gerry = "aabbdcccedda".bytes().zip("babbbccceddd".bytes());
    let units: Vec<Vec<f64>> = ben_and_gerry.map(|(a, b)| vec![a.into(), b.into()]).collect();
    let units: Vec<&[f64]> = units.iter().map(Vec::as_slice).collect();
    let alpha = coded(&units).alpha(Metric::Nominal).expect("alpha");
    assert!((alpha.estimate - 0.692).abs() < 5e-4, "{alpha:?}");
}

#[test]
fn alpha_agrees_with_the_package_krippendorff() {
    for (units, expected) in ALPHA {
        for (metric, alpha) in METRICS.into_iter().zip(expected) {
            let ours = coded(units).alpha(metric).expect("alpha").estimate;
            assert!((ours - alpha).abs() < 1e-10, "{metric:?}: {ours} is not {alpha}");
        }
    }
}

#[test]
fn the_bootstrap_agrees_with_resampling_units_elsewhere() {
    // 20,000 resamples of the eleven units by numpy (default_rng(1)), each given to the package krippendorff: standard
    // error, and the percentiles 2.5 and 97.5.
    let elsewhere = [(0.1449, 0.4143, 1.0), (0.1483, 0.4432, 1.0), (0.1507, 0.4316, 1.0)];
    for (metric, (standard_error, lower, upper)) in METRICS.into_iter().zip(elsewhere) {
        let resampled =
            four_observers().alpha_bootstrap(metric, 0.95, Bootstrap::default()).expect("an interval");
        assert!((resampled.standard_error - standard_error).abs() < 0.003, "{metric:?}: {resampled:?}");
        assert!(
            (resampled.lower - lower).abs() < 0.02 && resampled.upper == upper,
            "{metric:?}: {resampled:?}"
        );
        assert_eq!(resampled.replicates, 9999);
    }
}

#[test]
fn without_variation_there_is_no_alpha() {
    for metric in METRICS {
        assert_eq!(coded(&[&[1.0, 1.0], &[1.0, 1.0, 1.0]]).alpha(metric), None);
        assert_eq!(coded(&[&[1.0, X], &[X, 2.0]]).alpha(metric), None);
        assert_eq!(coded(&[]).alpha_bootstrap(metric, 0.95, Bootstrap::default()), None);
    }
    assert_eq!(coded(&[&[f64::INFINITY, 1.0]]).alpha(Metric::Interval), None);
}

#[test]
fn a_unit_coded_twice_by_one_coder_is_named() {
    let codings = [("u1", "ann", 1.0), ("u1", "bob", 1.0), ("u2", "ann", X), ("u1", "ann", 2.0)];
    assert_eq!(Coded::from_codings(codings), Err(CodedTwice { first: 0, second: 3 }));
    // A missing value is no coding.
    assert!(Coded::from_codings([("u2", "ann", X), ("u2", "ann", 2.0)]).is_ok());
}

proptest! {
    #[test]
    fn perfect_agreement_that_varies_is_1(
        units in prop::collection::vec((0_u8..6, 2_usize..5), 2..20),
    ) {
        let rows: Vec<Vec<f64>> = units.iter().map(|(value, coders)| vec![f64::from(*value) / 3.0; *coders]).collect();
        let rows: Vec<&[f64]> = rows.iter().map(Vec::as_slice).collect();
        let varies = units.iter().any(|(value, _)| *value != units[0].0);
        for metric in METRICS {
            prop_assert_eq!(coded(&rows).alpha(metric).map(|a| a.estimate), varies.then_some(1.0));
        }
    }

    #[test]
    fn order_of_rows_and_names_of_coders_do_not_matter(
        codings in prop::collection::btree_map((0_u8..12, 0_u8..4), 0_u8..5, 2..40),
    ) {
        let rows = codings.iter().map(|((unit, coder), value)| (*unit, *coder, f64::from(*value)));
        let other = codings.iter().rev().map(|((unit, coder), value)| (200 - *unit, 9 - *coder, f64::from(*value)));
        let (rows, other) = (Coded::from_codings(rows), Coded::from_codings(other));
        prop_assert_eq!(&rows, &other);
        let (rows, other) = (rows.expect("once"), other.expect("once"));
        let few = Bootstrap { replicates: 50, seed: 3 };
        for metric in METRICS {
            prop_assert_eq!(rows.alpha_bootstrap(metric, 0.9, few), other.alpha_bootstrap(metric, 0.9, few));
            if let Some(alpha) = rows.alpha(metric) {
                prop_assert!(alpha.estimate <= 1.0);
            }
        }
    }

    #[test]
    fn only_ranks_count_for_ordinal_and_only_ratios_of_distances_for_interval(
        units in prop::collection::vec(prop::collection::vec(0_u8..5, 2..4), 2..15),
    ) {
        let with = |map: fn(f64) -> f64| {
            let rows: Vec<Vec<f64>> = units.iter().map(|unit| unit.iter().map(|v| map(f64::from(*v))).collect()).collect();
            coded(&rows.iter().map(Vec::as_slice).collect::<Vec<_>>())
        };
        prop_assert_eq!(with(|v| v).alpha(Metric::Ordinal), with(|v| v.exp()).alpha(Metric::Ordinal));
        if let (Some(a), Some(b)) = (with(|v| v).alpha(Metric::Interval), with(|v| 7.0 - 3.0 * v).alpha(Metric::Interval)) {
            prop_assert!((a.estimate - b.estimate).abs() < 1e-9);
        }
    }
}
