//! Values of R's survey 4.1.1 are those that tests/reference/sample.R prints.

use proptest::prelude::*;

use super::*;
use crate::sample::{INSIDE, SEX, WEIGHT, X, full, jackknife, near, plain};

/// p, then R's quantile, lower and upper end, and standard error.
type Row = (f64, f64, f64, f64, f64);

fn agrees(design: &Design, domain: Option<&[bool]>, rows: &[Row]) {
    for &(p, quantile, lower, upper, se) in rows {
        let found = design.quantile(X, p, domain, 0.95).expect("an estimate").expect("a base");
        assert_eq!((found.estimate, found.lower, found.upper), (quantile, lower, upper), "at {p}: {found:?}");
        assert!(near(found.se, se, 1e-9), "at {p}: {found:?}");
    }
}

#[test]
fn clusters_in_strata() {
    // svyquantile(~x, full, c(0.1, 0.25, 0.5, 0.75, 0.9), na.rm = TRUE)
    agrees(
        &full(),
        None,
        &[
            (0.1, 2.0, 2.0, 4.0, 0.4336505666809931),
            (0.25, 4.0, 3.0, 8.0, 1.084126416702483),
            (0.5, 9.0, 5.0, 15.0, 2.168252833404966),
            (0.75, 16.0, 15.0, 22.0, 1.517776983383476),
            (0.9, 22.0, 18.0, 25.0, 1.517776983383476),
        ],
    );
    // svyquantile(~x, subset(full, inside), c(0.25, 0.5, 0.75), na.rm = TRUE)
    agrees(
        &full(),
        Some(INSIDE),
        &[
            (0.25, 4.0, 2.0, 8.0, 1.300951700042979),
            (0.5, 13.0, 5.0, 16.0, 2.385078116745462),
            (0.75, 16.0, 14.0, 25.0, 2.385078116745462),
        ],
    );
}

#[test]
fn rows_alone() {
    // svyquantile(~x, plain, c(0.3, 0.5), na.rm = TRUE)
    agrees(
        &plain(),
        None,
        &[(0.3, 4.0, 2.0, 9.0, 1.725758272697409), (0.5, 9.0, 5.0, 15.0, 2.465368960996299)],
    );
}

#[test]
fn replicates() {
    // svyquantile(~x, jack, c(0.25, 0.5, 0.75), na.rm = TRUE), and of subset(jack, inside)
    agrees(
        &jackknife(),
        None,
        &[
            (0.25, 4.0, 3.0, 8.0, 1.084126416702483),
            (0.5, 9.0, 5.0, 15.0, 2.168252833404966),
            (0.75, 16.0, 15.0, 22.0, 1.517776983383476),
        ],
    );
    agrees(
        &jackknife(),
        Some(INSIDE),
        &[(0.5, 13.0, 5.0, 16.0, 2.385078116745462), (0.75, 16.0, 14.0, 25.0, 2.385078116745462)],
    );
}

#[test]
fn post_strata() {
    // svyquantile(~x, subset(postStratify(full, ~sex, sexes), inside), c(0.4, 0.5), na.rm = TRUE)
    let post = full().post_stratified(SEX, &[(1, 480.0), (2, 430.0)]).expect("weights");
    agrees(
        &post,
        Some(INSIDE),
        &[(0.4, 8.0, 5.0, 14.0, 1.951427550064469), (0.5, 13.0, 5.0, 16.0, 2.385078116745462)],
    );
}

fn of(values: &[f64], weights: &[f64], p: f64) -> Option<Estimate> {
    let design = Design::builder(values.len()).weights(weights).build().expect("a design");
    design.quantile(values, p, None, 0.95).expect("an estimate")
}

#[test]
fn a_share_that_is_hit_takes_the_value_that_hits_it() {
    // R's qrule_math(1:3, c(1, 1, 1), 0.1) is 2: it never looks at the first value alone.
    let at = |p| of(&[3.0, 1.0, 2.0], &[1.0; 3], p).map(|q| q.estimate);
    assert_eq!([at(0.0), at(0.1), at(1.0 / 3.0), at(0.34), at(1.0)], [1.0, 1.0, 1.0, 2.0, 3.0].map(Some));
    // Weights of N/n whose sums are rounded: R's qrule_math(1:10, rep(1234.7 / 10, 10), 0.3) may be 3 or 4.
    let values: Vec<f64> = (1..=10).map(f64::from).collect();
    for population in 1000..2000 {
        let weights = [f64::from(population) / 10.0 + 0.07; 10];
        assert_eq!(of(&values, &weights, 0.3).map(|q| q.estimate), Some(3.0));
    }
}

#[test]
fn an_end_beyond_the_answers_is_infinite() {
    let values: Vec<f64> = (1..=10).map(f64::from).collect();
    let low = of(&values, &[1.0; 10], 0.1).expect("a base");
    assert_eq!((low.estimate, low.lower, low.se), (1.0, f64::NEG_INFINITY, f64::INFINITY));
    assert!(low.upper.is_finite());
    let high = of(&values, &[1.0; 10], 1.0).expect("a base");
    assert_eq!((high.estimate, high.lower, high.upper, high.se), (10.0, 10.0, 10.0, 0.0));
    // Two strata of one unit each leave no degrees of freedom.
    let lonely = Design::builder(2)
        .stage(Some(&[1, 2]), None, None)
        .lonely(crate::variance::LonelyPsu::Certainty)
        .build()
        .expect("a design");
    let found = lonely.quantile(&[4.0, 5.0], 0.5, None, 0.95).expect("an estimate").expect("a base");
    assert_eq!((found.estimate, found.df), (4.0, 0.0));
    assert_eq!((found.lower, found.upper, found.se), (f64::NEG_INFINITY, f64::INFINITY, f64::INFINITY));
}

#[test]
fn nothing_answered_and_wrong_input() {
    assert_eq!(of(&[f64::NAN; 3], &[1.0; 3], 0.5), None);
    assert_eq!(of(&[1.0, 2.0], &[0.0; 2], 0.5), None);
    let two = Design::builder(2).build().expect("a design");
    assert_eq!(two.quantile(&[1.0, 2.0], 1.5, None, 0.95), Err(SurveyError::Probability(1.5)));
    assert_eq!(two.quantile(&[1.0, 2.0], 0.5, None, 1.5), Err(SurveyError::Confidence(1.5)));
    let found = two.quantile(&[1.0], 0.5, None, 0.95);
    assert_eq!(found, Err(SurveyError::Length { what: "a column", expected: 2, found: 1 }));
    // −0 is 0.
    assert_eq!(of(&[-0.0, 0.0, 1.0], &[1.0; 3], 0.6).map(|q| q.estimate), Some(0.0));
}

proptest! {
    #[test]
    fn scale_and_order_of_rows_do_not_matter(
        rows in prop::collection::vec((0_u8..12, 0.1..9.0_f64), 2..40),
        p in 0.0..=1.0_f64,
        factor in 0.01..100.0_f64,
    ) {
        let values: Vec<f64> = rows.iter().map(|r| f64::from(r.0)).collect();
        let weights: Vec<f64> = rows.iter().map(|r| r.1).collect();
        let found = of(&values, &weights, p).expect("a base");
        let mirrored: Vec<f64> = values.iter().rev().copied().collect();
        let scaled: Vec<f64> = weights.iter().rev().map(|w| w * factor).collect();
        let other = of(&mirrored, &scaled, p).expect("a base");
        prop_assert_eq!((found.estimate, found.n), (other.estimate, other.n));
        prop_assert!(found.lower <= found.estimate && found.estimate <= found.upper);
        // It is the smallest value that p of the weights do not exceed.
        let up_to = |x: f64| values.iter().zip(&weights).filter(|(v, _)| **v <= x).map(|(_, w)| w).sum::<f64>();
        let all: f64 = weights.iter().sum();
        prop_assert!(up_to(found.estimate) >= p * all - 1e-9);
        prop_assert!(up_to(found.estimate - 0.5) < p * all + 1e-9);
    }

    #[test]
    fn rows_outside_the_domain_do_not_matter(p in 0.05..0.95_f64, outside in 0.0..50.0_f64) {
        // In a sample with replacement, and in one of which the domain is all.
        let values: Vec<f64> =
            X.iter().zip(INSIDE).map(|(x, inside)| if *inside { *x } else { outside }).collect();
        let design = full();
        let one = design.quantile(&values, p, Some(INSIDE), 0.95);
        prop_assert_eq!(one, design.quantile(X, p, Some(INSIDE), 0.95));
        let all = vec![true; WEIGHT.len()];
        prop_assert_eq!(design.quantile(X, p, Some(&all), 0.95), design.quantile(X, p, None, 0.95));
    }

    #[test]
    fn merged_elements_are_the_rows_they_came_from(p in 0.05..0.95_f64) {
        // Elements are PSUs; values that a PSU has twice are there once, or in parts.
        let design = full();
        let of_psu = crate::sample::PSU.iter().map(|psu| psu - 1);
        let mut merged = std::collections::BTreeMap::<(u32, u64), (f64, u64)>::new();
        for ((psu, x), w) in of_psu.zip(X).zip(WEIGHT) {
            if !x.is_nan() {
                let entry = merged.entry((psu, x.to_bits())).or_default();
                *entry = (entry.0 + w, entry.1 + 1);
            }
        }
        let first: Vec<usize> =
            (1..=11).filter_map(|psu| crate::sample::PSU.iter().position(|p| *p == psu)).collect();
        let stages = [first.iter().map(|row| design.stages()[0][*row]).collect::<Vec<_>>()];
        let values = Values {
            variability: Variability::Stages {
                stages: &stages,
                lonely: design.lonely(),
                calibration: None,
            },
            elements: 11,
            value: &merged.keys().map(|k| f64::from_bits(k.1)).collect::<Vec<_>>(),
            element: &merged.keys().map(|k| k.0).collect::<Vec<_>>(),
            weight: &merged.values().map(|v| v.0).collect::<Vec<_>>(),
            count: &merged.values().map(|v| v.1).collect::<Vec<_>>(),
        };
        let merged = quantile(&values, p, 0.95).expect("an estimate").expect("a base");
        let rows = design.quantile(X, p, None, 0.95).expect("an estimate").expect("a base");
        prop_assert_eq!((merged.estimate, merged.lower, merged.upper), (rows.estimate, rows.lower, rows.upper));
        prop_assert_eq!((merged.n, merged.df), (rows.n, rows.df));
    }
}
