//! Designs and estimates against R's survey (tests/reference/design.R).

use super::*;
use crate::error::SurveyError;
use crate::estimate::Estimate;
use crate::interval::Method;
use crate::replicates;

include!("../../tests/reference/design.rs");
include!("../../tests/reference/design_stages.rs");
include!("../../tests/reference/design_replicates.rs");

/// The sample under the name that design.R gives it.
fn design(name: &str) -> Design {
    let rows = X.len();
    let builder = Design::builder(rows).weights(&WEIGHT);
    let units = |fpc| builder.clone().stage(Some(&STRATUM), Some(&UNIT), fpc);
    let whole: Vec<f64> = STRATUM.iter().zip(N1).map(|(h, n)| if *h == 3 { 2.0 } else { n }).collect();
    let share: Vec<f64> =
        STRATUM.iter().zip(N1).map(|(h, n)| if h % 2 == 1 { 2.0 / n } else { 4.0 / n }).collect();
    let policy = |builder: DesignBuilder<'static>| {
        let policies = [LonelyPsu::Certainty, LonelyPsu::Adjust, LonelyPsu::Average];
        let index = ["certainty", "adjust", "average"].iter().position(|p| name.ends_with(p)).unwrap();
        builder.lonely(policies[index])
    };
    let built = match name {
        "equal" => Design::builder(rows).weights(&[10.0; X.len()]).build(),
        "simple" => builder.build(),
        "stratified" => builder.stage(Some(&STRATUM), None, None).build(),
        "clustered" | "jk1" => builder.stage(None, Some(&UNIT), None).build(),
        "nested" => builder.stage(Some(&STRATUM), Some(&PSU), None).nested(true).build(),
        "fpc" => Design::builder(rows).stage(Some(&STRATUM), Some(&UNIT), Some(&N1)).build(),
        "fraction" => builder.stage(Some(&STRATUM), Some(&UNIT), Some(&share)).build(),
        "two stages" => Design::builder(rows)
            .stage(Some(&STRATUM), Some(&UNIT), Some(&N1))
            .stage(None, Some(&SSU), Some(&N2))
            .build(),
        "two stages weighted" => units(Some(&N1)).stage(None, Some(&SSU), Some(&N2)).build(),
        "two stages without fpc" => units(None).stage(None, Some(&SSU), None).build(),
        "stratum taken whole" => units(Some(&whole)).stage(None, Some(&SSU), Some(&N2)).build(),
        "jkn" => units(Some(&N1)).build(),
        "jkn mse" => units(None).build(),
        "brr" | "fay" => builder.stage(Some(&STRATUM), Some(&PAIR), None).build(),
        lonely if lonely.starts_with("three stages") => policy(
            Design::builder(rows)
                .stage(Some(&STRATUM), Some(&UNIT), Some(&N1))
                .stage(None, Some(&SSU), Some(&N2))
                .stage(None, Some(&ROW), Some(&N3)),
        )
        .build(),
        lonely if lonely.starts_with("lonely fpc") => {
            policy(builder.stage(Some(&STRATUM), Some(&ONE), Some(&N1))).build()
        }
        lonely if lonely.starts_with("lonely") => {
            policy(builder.stage(Some(&STRATUM), Some(&ONE), None)).build()
        }
        other => panic!("no design {other}"),
    };
    let design = built.unwrap();
    match name {
        "jk1" => design.with_replicates(replicates::Kind::Jk1).unwrap(),
        "fay" | "brr" => {
            let rho = if name == "fay" { 0.3 } else { 0.0 };
            let scale = 1.0 / (FAY_REPLICATES as f64 * (1.0_f64 - rho).powi(2));
            let rscales = vec![1.0; FAY_REPLICATES];
            // The plain half-samples are Fay's with the kept part taken away.
            let weights: Vec<f64> = FAY_WEIGHTS
                .chunks(FAY_REPLICATES)
                .zip(WEIGHT)
                .flat_map(|(row, w)| {
                    row.iter()
                        .map(move |r| if rho > 0.0 { *r } else { 2.0 * f64::from(u8::from(*r > w)) * w })
                })
                .collect();
            Design::builder(rows)
                .weights(&WEIGHT)
                .replicates(&weights, Replication { scale, rscales, mse: false }, true)
                .build()
                .unwrap()
        }
        _ if name.contains("jkn") => {
            let mut design = design.with_replicates(replicates::Kind::Jkn).unwrap();
            design.replicates.as_mut().unwrap().1.mse = name.ends_with("mse");
            design
        }
        _ => design,
    }
}

fn close(a: f64, b: f64, relative: f64) -> bool {
    a == b || (a - b).abs() <= relative * a.abs().max(b.abs())
}

/// The estimate under the name that design.R gives it.
fn estimate(design: &Design, what: &str) -> Result<Option<Estimate>, SurveyError> {
    let (domain, what) = match what.strip_prefix("domain ") {
        Some(what) => (Some(&DOMAIN[..]), what),
        None => (None, what.strip_prefix("all ").unwrap()),
    };
    let share = |method| design.proportion(&YES, domain, method, 0.95);
    match what {
        "mean" => design.mean(&X, domain, 0.95),
        "total" => design.total(&X, domain, 0.95),
        "ratio" => design.ratio(&Y, &X, domain, 0.95),
        "difference" => design.difference(&X, &GROUP.map(Some), domain, 0.95),
        "logit" => share(Method::Logit),
        "beta" => share(Method::KornGraubard),
        "mean of yes" => share(Method::Wald),
        category => {
            let number: usize = category.strip_prefix("category ").unwrap().parse().unwrap();
            let all = design.proportions(&CATEGORY.map(Some), 3, domain, Method::Wald, 0.95)?;
            Ok(all.map(|all| all.estimates[number]))
        }
    }
}

#[test]
fn estimates_agree_with_r() {
    for &(name, what, expected) in OF_STAGES.iter().chain(&OF_REPLICATES) {
        let sample = design(name);
        if let Some(which) = what.strip_suffix(" covariance") {
            let domain = (which == "domain").then_some(&DOMAIN[..]);
            let all =
                sample.proportions(&CATEGORY.map(Some), 3, domain, Method::Wald, 0.95).unwrap().unwrap();
            for (found, expected) in [1, 2, 5].iter().map(|&i| all.covariance[i]).zip(expected) {
                assert!((found - expected).abs() < 1e-15, "{name}, {what}: {found} is not {expected}");
            }
            continue;
        }
        let found = estimate(&sample, what).unwrap().unwrap();
        let Estimate { estimate, se, lower, upper, df, deff, .. } = found;
        let values = [estimate, se, lower, upper, df, deff.unwrap_or(f64::NAN)];
        for (i, (found, expected)) in values.into_iter().zip(expected).enumerate() {
            // R has no design effect of ratios and differences here.
            assert!(
                close(found, expected, 1e-11) || i == 5 && expected.is_nan(),
                "{name}, {what}, value {i}: {found} is not {expected}"
            );
        }
    }
}

#[test]
fn deff_of_a_ratio_agrees_with_r() {
    // svyratio(~y, ~x, design, na.rm = TRUE, deff = TRUE), designs as in design.R
    for (name, expected) in [("clustered", 0.897_426_515_544_525), ("nested", 0.432_190_875_090_680)] {
        let ratio = estimate(&design(name), "all ratio").unwrap().unwrap();
        assert!(close(ratio.deff.unwrap(), expected, 1e-10), "{name}: {:?}", ratio.deff);
    }
}

fn rows_of(fault: Result<Design, DesignFault>) -> DesignFault {
    fault.expect_err("a fault")
}

#[test]
fn faults_say_which_rows() {
    let start = || Design::builder(4);
    let rows = |count, first| Rows { count, first };
    assert_eq!(
        rows_of(start().weights(&[1.0, -1.0, f64::NAN, 0.0]).build()),
        DesignFault::Weight(rows(2, 1))
    );
    assert!(matches!(
        rows_of(start().weights(&[1.0]).build()),
        DesignFault::Length { expected: 4, found: 1, .. }
    ));
    let twice = start().stage(Some(&[1, 1, 2, 2]), Some(&[7, 8, 8, 9]), None);
    assert_eq!(
        rows_of(twice.clone().build()),
        DesignFault::UnitInTwoStrata { stage: 1, unit: 8, rows: rows(1, 2) }
    );
    let nested = twice.nested(true).build().unwrap();
    assert_eq!(nested.stages()[0].iter().map(|place| place.unit).collect::<Vec<_>>(), [0, 1, 2, 3]);

    let fpc = |fpc: &[f64; 4]| rows_of(start().stage(Some(&[1, 1, 2, 2]), None, Some(fpc)).build());
    assert_eq!(fpc(&[5.0, 5.0, 0.0, 0.0]), DesignFault::Population { stage: 1, rows: rows(2, 2) });
    assert_eq!(fpc(&[5.0, 5.0, 0.5, 0.5]), DesignFault::PopulationMixed { stage: 1, rows: rows(2, 2) });
    assert_eq!(fpc(&[5.0, 6.0, 7.0, 7.0]), DesignFault::PopulationVaries { stage: 1, rows: rows(1, 1) });
    let small = DesignFault::PopulationTooSmall { stage: 1, sampled: 2, population: 1.5, rows: rows(2, 2) };
    assert_eq!(fpc(&[5.0, 5.0, 1.5, 1.5]), small);
    assert_eq!(
        small.to_string(),
        "stage 1 has 2 sampled units in a stratum whose population is 1.5 (2 rows, the first is row 3)"
    );
    let unweighted = start().stage(None, Some(&[1, 1, 2, 2]), Some(&[9.0; 4])).stage(None, None, None);
    assert_eq!(rows_of(unweighted.build()), DesignFault::NoWeight { stage: 2, rows: rows(4, 0) });

    let replicates = |weights: &[f64], scale, combined| {
        let replication = Replication { scale, rscales: vec![1.0; 2], mse: false };
        rows_of(start().weights(&[1.0, 0.0, 1.0, 1.0]).replicates(weights, replication, combined).build())
    };
    let ones = [1.0; 8];
    assert_eq!(replicates(&ones, 1.0, true), DesignFault::ReplicateOfZero(rows(1, 1)));
    assert_eq!(replicates(&ones, -1.0, false), DesignFault::Scales);
    assert!(matches!(replicates(&ones[..7], 1.0, false), DesignFault::Length { expected: 8, found: 7, .. }));
    let nan = [1.0, 1.0, 1.0, 1.0, 1.0, f64::NAN, 1.0, 1.0];
    assert_eq!(replicates(&nan, 1.0, false), DesignFault::ReplicateWeight(rows(1, 2)));
}

#[test]
fn replicates_need_fitting_strata() {
    use replicates::{Kind, ReplicateFault};
    let fault = |name: &str, method| design(name).with_replicates(method).expect_err("a fault");
    assert_eq!(fault("nested", Kind::Jk1), ReplicateFault::Stratified(4));
    assert_eq!(fault("lonely average", Kind::Brr { rho: 0.0 }), ReplicateFault::LonelyPsu(2));
    assert_eq!(fault("brr", Kind::Brr { rho: 1.0 }), ReplicateFault::Rho(1.0));
    assert_eq!(fault("brr", Kind::Bootstrap { count: 1, seed: 1 }), ReplicateFault::TooFew);
    assert!(matches!(fault("stratified", Kind::Brr { rho: 0.0 }), ReplicateFault::OddUnits { .. }));
    let census = Design::builder(3).stage(None, None, Some(&[3.0; 3])).build().unwrap();
    assert_eq!(census.with_replicates(Kind::Jkn), Err(ReplicateFault::WholePopulation));
}

#[test]
fn balanced_half_samples_give_the_linear_variance_of_a_total() {
    for rho in [0.0, 0.4] {
        let sample = Design::builder(X.len()).weights(&WEIGHT).stage(Some(&STRATUM), Some(&PAIR), None);
        let linear = sample.build().unwrap();
        let halves = linear.with_replicates(replicates::Kind::Brr { rho }).unwrap();
        let (a, b) = (
            estimate(&linear, "all total").unwrap().unwrap(),
            estimate(&halves, "all total").unwrap().unwrap(),
        );
        assert!(close(a.se, b.se, 1e-12) && a.estimate == b.estimate && a.df == b.df, "{a:?} {b:?}");
    }
}

#[test]
fn a_bootstrap_comes_near_the_linear_variance_and_repeats_itself() {
    let linear = design("nested");
    let bootstrap = replicates::Kind::Bootstrap { count: 4000, seed: 7 };
    let replicated = linear.with_replicates(bootstrap).unwrap();
    assert_eq!(replicated, linear.with_replicates(bootstrap).unwrap());
    let (a, b) = (
        estimate(&linear, "all total").unwrap().unwrap(),
        estimate(&replicated, "all total").unwrap().unwrap(),
    );
    assert!(close(a.se, b.se, 0.05) && a.df == b.df, "{a:?} {b:?}");
}

#[test]
fn without_a_base_there_is_no_estimate() {
    let nobody = [false; X.len()];
    for name in ["nested", "jkn", "two stages"] {
        let sample = design(name);
        assert_eq!(sample.mean(&X, Some(&nobody), 0.95), Ok(None));
        assert_eq!(sample.total(&[f64::NAN; X.len()], None, 0.95), Ok(None));
        assert_eq!(sample.proportion(&YES, Some(&nobody), Method::Logit, 0.95), Ok(None));
        assert_eq!(sample.ratio(&X, &[0.0; X.len()], None, 0.95), Ok(None));
        assert_eq!(sample.difference(&X, &[Some(true); X.len()], None, 0.95), Ok(None));
        assert_eq!(sample.proportions(&[None; X.len()], 3, None, Method::Logit, 0.95), Ok(None));
    }
    assert_eq!(Design::builder(0).build().unwrap().mean(&[], None, 0.95), Ok(None));
}

#[test]
fn what_cannot_be_estimated_is_an_error() {
    let sample = design("nested");
    let mut infinite = X;
    infinite[3] = f64::INFINITY;
    assert_eq!(sample.mean(&infinite, None, 0.95), Err(SurveyError::NotFinite));
    assert_eq!(sample.mean(&[1e308; X.len()], None, 0.95), Err(SurveyError::NotFinite));
    assert_eq!(sample.mean(&X, None, 95.0), Err(SurveyError::Confidence(95.0)));
    assert!(matches!(sample.mean(&X[1..], None, 0.95), Err(SurveyError::Length { found: 61, .. })));
    let counts = sample.proportion(&YES, None, Method::ClopperPearson, 0.95);
    assert_eq!(counts, Err(SurveyError::NotPlainCounts));
    let lonely = Design::builder(X.len()).stage(Some(&STRATUM), Some(&ONE), None).build().unwrap();
    assert_eq!(lonely.mean(&X, None, 0.95), Err(SurveyError::LonelyPsu { stage: 1, stratum: 2 }));
    let one = Design::builder(3).stage(None, Some(&[1; 3]), None).lonely(LonelyPsu::Average).build().unwrap();
    let error = one.mean(&[1.0, 2.0, 3.0], None, 0.95).expect_err("an error");
    assert_eq!(error, SurveyError::LonelyPsu { stage: 1, stratum: 0 });
}

#[test]
fn one_row_of_a_domain_gives_an_interval_without_ends() {
    let mut only = [false; X.len()];
    only[5] = true;
    let sample = design("nested");
    let mean = sample.mean(&X, Some(&only), 0.95).unwrap().unwrap();
    assert_eq!((mean.estimate, mean.se, mean.df, mean.deff), (X[5], 0.0, 0.0, None));
    assert_eq!((mean.lower, mean.upper), (f64::NEG_INFINITY, f64::INFINITY));
    for method in [Method::Logit, Method::KornGraubard, Method::Wilson] {
        let share = sample.proportion(&YES, Some(&only), method, 0.95).unwrap().unwrap();
        assert!(share.lower >= 0.0 && share.upper <= 1.0 && share.lower < share.upper, "{share:?}");
    }
}

#[test]
fn plain_counts_have_the_plain_intervals() {
    let sample = design("equal");
    let answered = YES.iter().filter(|x| !x.is_nan()).count() as u64;
    let yes = YES.iter().filter(|x| **x == 1.0).count() as u64;
    let wilson = crate::proportion::wilson(yes, answered, 0.95).unwrap();
    let exact = crate::proportion::clopper_pearson(yes, answered, 0.95).unwrap();
    // All rows answered: none lie outside the base.
    let all: Vec<f64> = YES.into_iter().filter(|x| !x.is_nan()).collect();
    let sample_of_all = Design::builder(all.len()).build().unwrap();
    let share = |method| sample_of_all.proportion(&all, None, method, 0.95).unwrap().unwrap();
    assert!(close(share(Method::Wilson).lower, wilson.lower, 1e-12));
    assert!(close(share(Method::Wilson).upper, wilson.upper, 1e-12));
    let found = sample.proportion(&YES, None, Method::ClopperPearson, 0.95).unwrap().unwrap();
    assert_eq!((found.lower, found.upper, found.n, found.base), (exact.lower, exact.upper, yes, answered));
}

#[test]
fn a_share_of_none_or_all_has_an_interval() {
    let sample = design("nested");
    for (values, p) in [([0.0; X.len()], 0.0), ([1.0; X.len()], 1.0)] {
        for method in [Method::Logit, Method::KornGraubard, Method::Wilson] {
            let share = sample.proportion(&values, None, method, 0.95).unwrap().unwrap();
            assert_eq!((share.estimate, share.se), (p, 0.0));
            assert!(share.lower <= p && p <= share.upper && share.upper - share.lower > 0.01, "{share:?}");
        }
    }
}

#[test]
fn relative_weights_have_the_design_effect_of_a_sample_with_replacement() {
    // svymean(~x, svydesign(~unit, data = d, weights = ~I(weight / mean(weight))), na.rm = TRUE, deff = "replace")
    let mean_weight = WEIGHT.iter().sum::<f64>() / WEIGHT.len() as f64;
    let relative = WEIGHT.map(|w| w / mean_weight);
    let sample = Design::builder(X.len()).weights(&relative).stage(None, Some(&UNIT), None).build().unwrap();
    let yes = CATEGORY.map(|c| f64::from(u8::from(c == 1)));
    let share = sample.proportion(&yes, None, Method::Wald, 0.95).unwrap().unwrap();
    assert!(close(share.deff.unwrap(), 0.051_902_004_051_874_46, 1e-10), "{share:?}");
}

#[test]
fn replicates_give_a_category_the_interval_that_it_has_alone() {
    let design = design("jkn");
    let category: Vec<Option<usize>> = X.iter().enumerate().map(|(row, _)| Some(row % 3)).collect();
    let all = design.proportions(&category, 3, None, Method::Logit, 0.95).unwrap().unwrap();
    for (number, of_all) in all.estimates.iter().enumerate() {
        let said: Vec<f64> = category.iter().map(|c| f64::from(u8::from(*c == Some(number)))).collect();
        let alone = design.proportion(&said, None, Method::Logit, 0.95).unwrap().unwrap();
        assert!(
            close(of_all.lower, alone.lower, 1e-12) && close(of_all.upper, alone.upper, 1e-12),
            "{number}"
        );
        let p = of_all.estimate;
        let odds = |share: f64| (share / (1.0 - share)).ln();
        let half = (odds(of_all.upper) - odds(of_all.lower)) / 2.0;
        let t = crate::distributions::t_two_sided(0.95, of_all.df).unwrap();
        assert!(!close(half, t * of_all.se / (p * (1.0 - p)), 1e-6), "the interval is that of linearisation");
    }
}
