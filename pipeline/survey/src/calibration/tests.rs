//! Values of R's survey 4.1.1 are those that tests/reference/sample.R prints.

use proptest::prelude::*;

use super::*;
use crate::design::Design;
use crate::sample::{AGE, INSIDE, SEX, WEIGHT, X, full, jackknife, plain};

const SEXES: &[(u32, f64)] = &[(1, 480.0), (2, 430.0)];
const AGES: &[(u32, f64)] = &[(1, 300.0), (2, 320.0), (3, 290.0)];

fn margins() -> [Margin<'static>; 2] {
    [Margin { categories: SEX, totals: SEXES }, Margin { categories: AGE, totals: AGES }]
}

fn close(found: &[f64], expected: &[f64], tolerance: f64) {
    for (found, expected) in found.iter().zip(expected) {
        assert!((found / expected - 1.0).abs() < tolerance, "{found} is not {expected}");
    }
}

fn sum(weights: &[f64], categories: &[u32], category: u32) -> f64 {
    weights.iter().zip(categories).filter(|(_, c)| **c == category).map(|(w, _)| w).sum()
}

#[test]
fn post_strata_as_r_has_them() {
    // weights(postStratify(full, ~sex, sexes))
    let post = post_stratify(WEIGHT, SEX, SEXES).expect("weights");
    close(
        &post.weights,
        &[10.16949152542373, 26.82315112540193, 15.76271186440678, 30.25423728813559],
        1e-14,
    );
}

#[test]
fn raked_weights_as_r_has_them() {
    // weights(rake(full, list(~sex, ~age), list(sexes, ages), control = list(maxit = 200, epsilon = 1e-13)))
    let raked = rake(WEIGHT, &margins(), &RakeOptions::default()).expect("weights");
    close(
        &raked.weights,
        &[9.792458862264455, 19.862181493807082, 27.511694819934526, 29.132565115236762],
        1e-11,
    );
    assert!(raked.report.iterations > 3 && raked.report.largest_difference < 1e-12);
    // weights(rake(full, list(~sex, ~age), list(sexes, ages))): stops when no cell changes by 1 or more.
    let tolerance = 1.0 / WEIGHT.iter().sum::<f64>();
    let options =
        RakeOptions { max_iterations: 10, tolerance, until: Until::TableStill, ..RakeOptions::default() };
    let loose = rake(WEIGHT, &margins(), &options).expect("weights");
    close(
        &loose.weights,
        &[9.792490772002427, 19.862115071386206, 27.511779581868442, 29.13266004670722],
        1e-14,
    );
}

#[test]
fn trimmed_weights_as_r_has_them() {
    // weights(trimWeights(raked, upper = 32, lower = 12)), and with strict = TRUE
    let bounds = |strict| Some(Trim { lower: 12.0, upper: 32.0, strict });
    let trimmed = rake(WEIGHT, &margins(), &RakeOptions { trim: bounds(false), ..RakeOptions::default() })
        .expect("weights");
    close(&trimmed.weights, &[12.0, 21.41054111728929, 29.06005444341674, 30.68092473871897], 1e-11);
    assert!(trimmed.report.trimmed > 0 && trimmed.report.largest_difference > 1e-3);
    let strict = rake(WEIGHT, &margins(), &RakeOptions { trim: bounds(true), ..RakeOptions::default() })
        .expect("weights");
    close(
        &strict.weights,
        &[12.04431777180134, 21.45485888909064, 29.10437221521808, 30.7252425105203],
        1e-11,
    );
    assert!(strict.weights.iter().all(|weight| (12.0..=32.0).contains(weight)));
}

#[test]
fn what_cannot_be_met_is_named() {
    let weights = [1.0; 4];
    let post =
        |strata: &[u32], totals: &[(u32, f64)]| post_stratify(&weights, strata, totals).map(|c| c.weights);
    let two = [1, 1, 2, 2];
    assert_eq!(
        post(&two, &[(1, 5.0), (2, 6.0), (3, 7.0)]),
        Err(CalibrationFault::Empty { margin: 0, category: 3, total: 7.0, replicate: None })
    );
    assert_eq!(
        post(&two, &[(1, 5.0)]),
        Err(CalibrationFault::Unknown { margin: 0, category: 2, rows: 2, row: 2 })
    );
    assert_eq!(
        post(&two, &[(1, 5.0), (2, 0.0)]),
        Err(CalibrationFault::Total { margin: 0, category: 2, total: 0.0 })
    );
    assert_eq!(
        post(&two, &[(1, 5.0), (2, 1.0), (1, 5.0)]),
        Err(CalibrationFault::Repeated { margin: 0, category: 1 })
    );
    assert_eq!(post(&[1], &[(1, 5.0)]), Err(CalibrationFault::Length { margin: 0, rows: 4, found: 1 }));
    assert_eq!(post(&two, &[]), Err(CalibrationFault::NoCategories { margin: 0 }));
    assert_eq!(
        post_stratify(&[1.0, -1.0, 1.0, 1.0], &two, SEXES).map(|c| c.weights),
        Err(CalibrationFault::Weight { row: 1, weight: -1.0 })
    );
}

#[test]
fn margins_that_cannot_both_be_met() {
    let weights = [1.0; 4];
    let (a, b) = ([1, 1, 2, 2], [1, 1, 1, 2]);
    let options = RakeOptions { max_iterations: 200, ..RakeOptions::default() };
    let raked = |second: &[(u32, f64)]| {
        let margins = [
            Margin { categories: &a, totals: &[(1, 60.0), (2, 40.0)] },
            Margin { categories: &b, totals: second },
        ];
        rake(&weights, &margins, &options).map(|c| c.weights)
    };
    assert!(raked(&[(1, 70.0), (2, 30.0)]).is_ok());
    assert_eq!(
        raked(&[(1, 70.0), (2, 31.0)]),
        Err(CalibrationFault::Sums { margin: 1, first: 100.0, sum: 101.0 })
    );
    // Category 2 of b lies within category 2 of a, which is smaller: there is no solution.
    let fault = raked(&[(1, 50.0), (2, 50.0)]).expect_err("no convergence");
    assert!(
        matches!(fault, CalibrationFault::NotConverged { iterations: 200, margin: 0, replicate: None, .. }),
        "{fault}"
    );
    assert!(fault.to_string().contains("after 200 sweeps category"), "{fault}");
}

#[test]
fn bounds_that_no_weights_keep() {
    let bounds = |lower, upper, strict| Trim { lower, upper, strict };
    assert!(matches!(
        trim(&[1.0, 5.0], &bounds(4.0, 6.0, true)),
        Err(CalibrationFault::Bounds { mean: 3.0, .. })
    ));
    assert!(matches!(trim(&[1.0, 5.0], &bounds(2.0, 4.0, false)), Err(CalibrationFault::Bounds { .. })));
    assert_eq!(trim(&[1.0, 5.0], &bounds(0.0, 5.0, true)), Ok((vec![1.0, 5.0], 0)));
    assert_eq!(trim(&[1.0, 2.0, 6.0], &bounds(0.0, 5.0, false)), Ok((vec![1.5, 2.5, 5.0], 1)));
}

#[test]
fn replicates_meet_the_totals_too() {
    // Four rows, two replicates.
    let weights = [1.0, 1.0, 1.0, 1.0];
    let replicates = [2.0, 1.0, 0.0, 1.0, 1.0, 0.0, 1.0, 2.0];
    let strata = [1, 1, 2, 2];
    let totals = [(1, 10.0), (2, 20.0)];
    let post = post_stratify_replicates(&weights, &replicates, 2, &strata, &totals).expect("weights");
    assert_eq!(post, [10.0, 5.0, 0.0, 5.0, 10.0, 0.0, 10.0, 20.0]);
    let margins = [Margin { categories: &strata, totals: &totals }];
    let raked =
        rake_replicates(&weights, &replicates, 2, &margins, &RakeOptions::default()).expect("weights");
    close(&raked, &[10.0, 5.0], 1e-14);
    let fault = CalibrationFault::Empty { margin: 0, category: 2, total: 20.0, replicate: Some(1) };
    let emptied = [2.0, 1.0, 0.0, 1.0, 1.0, 0.0, 1.0, 0.0];
    assert_eq!(post_stratify_replicates(&weights, &emptied, 2, &strata, &totals), Err(fault.clone()));
    assert_eq!(rake_replicates(&weights, &emptied, 2, &margins, &RakeOptions::default()), Err(fault.clone()));
    assert!(fault.to_string().contains("no respondent (in replicate 1)"), "{fault}");
    assert_eq!(
        post_stratify_replicates(&weights, &emptied[1..], 2, &strata, &totals),
        Err(CalibrationFault::Replicates { rows: 4, replicates: 2, found: 7 })
    );
}

#[test]
fn response_classes() {
    // Class 1: 10 invited, 2 answered; class 2: 30 invited, 3 answered; class 9 is not in the frame.
    let classes = [1, 1, 2, 2, 2, 9];
    let weights = nonresponse(&classes, &[(1, 10), (2, 30)], None).expect("weights");
    assert_eq!(weights.factors, [5.0, 5.0, 10.0, 10.0, 10.0, 8.0]);
    assert_eq!((weights.overall, weights.overall_rows), (Some(8.0), 1));
    let weights = nonresponse(&classes, &[(1, 10), (2, 30)], Some(60)).expect("weights");
    assert_eq!(weights.factors, [5.0, 5.0, 10.0, 10.0, 10.0, 10.0]);
    assert_eq!(
        nonresponse(&classes, &[(1, 10), (3, 30)], None),
        Err(CalibrationFault::Empty { margin: 0, category: 3, total: 30.0, replicate: None })
    );
    assert_eq!(
        nonresponse(&classes, &[(2, 2)], None),
        Err(CalibrationFault::Invited { class: Some(2), invited: 2, respondents: 3 })
    );
    assert_eq!(
        nonresponse(&classes, &[(1, 2)], Some(5)),
        Err(CalibrationFault::Invited { class: None, invited: 5, respondents: 6 })
    );
    assert_eq!(nonresponse(&classes, &[], None), Err(CalibrationFault::NoRate { class: 1, rows: 2 }));
}

fn rows() -> impl Strategy<Value = Vec<(f64, u32, u32)>> {
    prop::collection::vec((0.1..50.0_f64, 1_u32..4, 1_u32..4), 12..80).prop_map(|mut rows| {
        // One row in each cell, so that every pair of margins can be met.
        rows.extend((1..4).flat_map(|a| (1..4).map(move |b| (1.0, a, b))));
        rows
    })
}

proptest! {
    #[test]
    fn post_stratified_totals_are_exact(rows in rows(), totals in prop::collection::vec(1.0..1e6_f64, 3)) {
        let weights: Vec<f64> = rows.iter().map(|r| r.0).collect();
        let strata: Vec<u32> = rows.iter().map(|r| r.1).collect();
        let totals: Vec<(u32, f64)> = (1..).zip(totals).collect();
        let post = post_stratify(&weights, &strata, &totals).expect("weights");
        for (category, total) in &totals {
            prop_assert!((sum(&post.weights, &strata, *category) / total - 1.0).abs() < 1e-12);
        }
        // A second time changes nothing.
        let again = post_stratify(&post.weights, &strata, &totals).expect("weights");
        for (once, twice) in post.weights.iter().zip(&again.weights) {
            prop_assert!((once / twice - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn raked_weights_meet_all_margins(
        rows in rows(),
        a in prop::collection::vec(1.0..10.0_f64, 3),
        b in prop::collection::vec(1.0..10.0_f64, 3),
    ) {
        let weights: Vec<f64> = rows.iter().map(|r| r.0).collect();
        let first: Vec<u32> = rows.iter().map(|r| r.1).collect();
        let second: Vec<u32> = rows.iter().map(|r| r.2).collect();
        let shares = |v: &[f64]| -> Vec<(u32, f64)> {
            let sum: f64 = v.iter().sum();
            (1..).zip(v.iter().map(|x| x / sum * 1000.0)).collect()
        };
        let (a, b) = (shares(&a), shares(&b));
        let margins = [Margin { categories: &first, totals: &a }, Margin { categories: &second, totals: &b }];
        let raked = rake(&weights, &margins, &RakeOptions::default()).expect("weights");
        for (categories, totals) in [(&first, &a), (&second, &b)] {
            for (category, total) in totals {
                prop_assert!((sum(&raked.weights, categories, *category) - total).abs() < 1e-8);
            }
        }
        // The order of margins and the scale of the weights don't matter.
        let scaled: Vec<f64> = weights.iter().map(|w| w * 7.0).collect();
        let other = rake(&scaled, &[margins[1], margins[0]], &RakeOptions::default()).expect("weights");
        for (one, other) in raked.weights.iter().zip(&other.weights) {
            prop_assert!((one / other - 1.0).abs() < 1e-7);
        }
    }

    #[test]
    fn trimming_keeps_the_sum(weights in prop::collection::vec(0.1..50.0_f64, 2..50), part in 0.2..0.9_f64) {
        let mean = weights.iter().sum::<f64>() / weights.len() as f64;
        let bounds = Trim { lower: mean * part, upper: mean / part, strict: true };
        let Ok((trimmed, _)) = trim(&weights, &bounds) else { return Ok(()) };
        prop_assert!((trimmed.iter().sum::<f64>() / weights.iter().sum::<f64>() - 1.0).abs() < 1e-10);
        prop_assert!(trimmed.iter().all(|w| (bounds.lower..=bounds.upper).contains(w)));
    }

    #[test]
    fn what_post_strata_explain_has_no_residual(rows in rows(), of_strata in prop::collection::vec(-9.0..9.0_f64, 3)) {
        let weights: Vec<f64> = rows.iter().map(|r| r.0).collect();
        let strata: Vec<u32> = rows.iter().map(|r| r.1).collect();
        let other: Vec<u32> = rows.iter().map(|r| r.2).collect();
        let totals = [(1, 10.0), (2, 20.0), (3, 30.0)];
        let post = post_stratify(&weights, &strata, &totals).expect("weights");
        let margins = [Margin { categories: &strata, totals: &totals }, Margin { categories: &other, totals: &totals }];
        let raked = rake(&weights, &margins, &RakeOptions::default()).expect("weights");
        for calibrated in [post, raked] {
            let mut z: Vec<f64> = calibrated
                .weights
                .iter()
                .zip(&strata)
                .flat_map(|(w, s)| [w * of_strata[*s as usize - 1], 0.0])
                .collect();
            calibrated.calibration.residuals(&mut z, 2);
            prop_assert!(z.iter().all(|z| z.abs() < 1e-6), "{z:?}");
        }
    }
}

/// R's mean of x with its standard error, and the total of x in the domain `inside` with its own.
fn agrees(design: &Design, expected: [f64; 4]) {
    let mean = design.mean(X, None, 0.95).expect("an estimate").expect("a base");
    let total = design.total(X, Some(INSIDE), 0.95).expect("an estimate").expect("a base");
    close(&[mean.estimate, mean.se, total.estimate, total.se], &expected, 1e-9);
}

#[test]
fn variances_of_calibrated_samples() {
    let post = full().post_stratified(SEX, SEXES).expect("weights");
    // svymean(~x, post, na.rm = TRUE), svytotal(~x, subset(post, inside), na.rm = TRUE), post <- postStratify(full, ~sex, sexes)
    agrees(&post, [10.465567476640098, 0.743841298016114, 5767.369066434138, 485.88844662363465]);
    // ... of postStratify(plain, ~sex, sexes)
    let alone = plain().post_stratified(SEX, SEXES).expect("weights");
    agrees(&alone, [10.465567476640098, 1.318895791331686, 5767.369066434138, 1184.1791521638133]);
    // ... of postStratify(post, ~age, ages)
    let twice = post.post_stratified(AGE, AGES).expect("weights");
    agrees(&twice, [10.686827840116115, 0.594299896240153, 6590.2919822267595, 514.0486467157479]);
    // ... of raked <- rake(full, list(~sex, ~age), list(sexes, ages), control = list(maxit = 200, epsilon = 1e-13))
    let (raked, _) = full().raked(&margins(), &RakeOptions::default()).expect("weights");
    agrees(&raked, [10.743272521558858, 0.6224819277721396, 6592.184684890695, 601.5672731225719]);
    // ... of postStratify(raked, ~sex, data.frame(sex = 1:2, Freq = c(500, 410)))
    let after = raked.post_stratified(SEX, &[(1, 500.0), (2, 410.0)]).expect("weights");
    agrees(&after, [10.670951254534751, 0.5827721796832616, 6601.84013673513, 535.5379026520216]);
    // ... of trimWeights(raked, upper = 32, lower = 12, strict = TRUE)
    let trim = Some(Trim { lower: 12.0, upper: 32.0, strict: true });
    let (trimmed, _) =
        full().raked(&margins(), &RakeOptions { trim, ..RakeOptions::default() }).expect("weights");
    agrees(&trimmed, [10.695687645438959, 0.6184203383087994, 6565.21952097905, 545.8565038359013]);
}

#[test]
fn variances_of_calibrated_replicates() {
    // jack <- as.svrepdesign(full, type = "JKn"); the same of postStratify(jack, ~sex, sexes)
    let post = jackknife().post_stratified(SEX, SEXES).expect("weights");
    agrees(&post, [10.4655674766401, 0.7711239950579792, 5767.369066434138, 505.1216043747369]);
    // ... of rake(jack, list(~sex, ~age), list(sexes, ages), control = list(maxit = 200, epsilon = 1e-13))
    let (raked, _) = jackknife().raked(&margins(), &RakeOptions::default()).expect("weights");
    agrees(&raked, [10.743272521558856, 0.6156983414210674, 6592.184684890694, 630.3204189842974]);
}

#[test]
fn a_variance_needs_all_calibrated_rows() {
    let post = full().post_stratified(SEX, SEXES).expect("weights");
    assert_eq!(post.calibration().and_then(Calibration::rows), Some(40));
    let variability = post.variability();
    let crate::variance::Variability::Stages { stages, lonely, calibration } = variability else { return };
    let part = [stages[0][..30].to_vec()];
    let part = crate::variance::Variability::Stages { stages: &part, lonely, calibration };
    assert!(matches!(
        part.degrees_of_freedom(&[true; 30], 30),
        Err(crate::error::SurveyError::Length { expected: 40, found: 30, .. })
    ));
}
