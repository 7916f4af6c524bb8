//! Values of R's survey 4.1.1 are those that tests/reference/sample.R prints.

use proptest::prelude::*;

use super::*;
use crate::sample::{AGE, INSIDE, SEX, VIEW, WEIGHT, X, categories, full, jackknife, near, plain};

/// R's `svychisq` with `statistic = "F"`: F, ndf, ddf, p; with `statistic = "Chisq"`: X², df, p; and the rows that it
/// scales X² to.
struct Expected([f64; 4], [f64; 3], f64);

fn agrees(found: Option<Independence>, expected: &Expected) {
    let found = found.expect("a test");
    let Expected([f, ndf, ddf, p], [chisq, df, chisq_p], rows) = *expected;
    for (found, expected) in [
        (found.f, f),
        (found.ndf, ndf),
        (found.ddf, ddf),
        (found.p_value.unwrap_or(f64::NAN), p),
        (found.chisq * rows / found.n as f64, chisq),
        (found.df, df),
        (found.chisq_p_value, chisq_p),
    ] {
        assert!(near(found, expected, 1e-10), "{found} is not {expected}");
    }
}

fn bands() -> Vec<Option<u32>> {
    X.iter().map(|x| (!x.is_nan()).then_some(*x as u32 / 10)).collect()
}

#[test]
fn clusters_in_strata() {
    let (sex, age, view) = (categories(SEX), categories(AGE), categories(VIEW));
    // svychisq(~age + view, full)
    agrees(
        full().chisq(&age, &view, None).expect("a test"),
        &Expected(
            [0.4457251123386068, 3.2429361790209184, 25.943489432167347, 0.7367656984257116],
            [1.7816939042253779, 6.0, 0.8484674790534349],
            40.0,
        ),
    );
    // svychisq(~sex + age, full)
    agrees(
        full().chisq(&sex, &age, None).expect("a test"),
        &Expected(
            [0.2143642815336059, 1.8572582789952554, 14.858066231962043, 0.7939429482318106],
            [0.4205065953133018, 2.0, 0.8070543364763106],
            40.0,
        ),
    );
    // svychisq(~sex + view, subset(full, inside))
    agrees(
        full().chisq(&sex, &view, Some(INSIDE)).expect("a test"),
        &Expected(
            [0.9286316609712025, 2.606530610905667, 20.852244887245337, 0.4330906714460926],
            [1.7663941739731277, 3.0, 0.4258271205806174],
            INSIDE.iter().filter(|inside| **inside).count() as f64,
        ),
    );
}

#[test]
fn rows_alone() {
    // svychisq(~age + view, plain)
    agrees(
        plain().chisq(&categories(AGE), &categories(VIEW), None).expect("a test"),
        &Expected(
            [0.2767689146716578, 5.881836425784855, 229.39162060560935, 0.9453124656127295],
            [1.7816939042253779, 6.0, 0.9481212885967716],
            40.0,
        ),
    );
}

#[test]
fn replicates_and_empty_cells() {
    // svychisq(~band + view, jack), d$band <- d$x %/% 10: two of 12 cells are empty.
    agrees(
        jackknife().chisq(&bands(), &categories(VIEW), None).expect("a test"),
        &Expected(
            [2.4843496650703463, 3.9935132757672664, 31.94810620613813, 0.06339493815255835],
            [13.282948754767968, 6.0, 0.02099977022435405],
            40.0,
        ),
    );
    // svychisq(~sex + age, subset(jack, inside))
    agrees(
        jackknife().chisq(&categories(SEX), &categories(AGE), Some(INSIDE)).expect("a test"),
        &Expected(
            [0.09088003691032064, 1.7649746165615647, 14.119796932492518, 0.8925362291067068],
            [0.1810557174228902, 2.0, 0.9131272458947441],
            INSIDE.iter().filter(|inside| **inside).count() as f64,
        ),
    );
}

#[test]
fn post_strata() {
    // svychisq(~view + age, postStratify(full, ~sex, sexes))
    let post = full().post_stratified(SEX, &[(1, 480.0), (2, 430.0)]).expect("weights");
    agrees(
        post.chisq(&categories(VIEW), &categories(AGE), None).expect("a test"),
        &Expected(
            [0.4237339163753624, 3.075029263787275, 24.6002341102982, 0.7422969352392045],
            [1.626489199661733, 6.0, 0.8636921807471106],
            40.0,
        ),
    );
}

#[test]
fn a_simple_random_sample_of_a_two_by_two_table() {
    // With equal weights and replacement λ is n/(n−1) times a function of the table, and X² is the textbook's:
    // 100 (20·40 − 10·30)² / (30·70·50·50) = 4.7619, V = √(X²/100).
    let of = |a: u32, b: u32, times: usize| vec![(Some(a), Some(b)); times];
    let rows = [of(1, 1, 20), of(1, 2, 10), of(2, 1, 30), of(2, 2, 40)].concat();
    let (a, b): (Vec<_>, Vec<_>) = rows.into_iter().unzip();
    let design = Design::builder(100).build().expect("a design");
    let test = design.chisq(&a, &b, None).expect("a test").expect("a test");
    assert!(near(test.chisq, 100.0 / 21.0, 1e-12) && near(test.cramers_v, (1.0_f64 / 21.0).sqrt(), 1e-12));
    assert_eq!((test.n, test.df), (100, 1.0));
    assert!(near(test.ndf, 1.0, 1e-12) && near(test.ddf, 99.0, 1e-12), "{test:?}");
}

#[test]
fn tables_that_say_nothing() {
    let design = Design::builder(6).build().expect("a design");
    let a = categories(&[1, 1, 2, 2, 3, 3]);
    assert_eq!(design.chisq(&a, &categories(&[1; 6]), None), Ok(None));
    assert_eq!(design.chisq(&a, &categories(&[0; 6]), None), Ok(None));
    // A diagonal of 3 by 3 has 3 cells for 4 contrasts.
    let fault = design.chisq(&a, &a, None).expect_err("too few cells");
    assert_eq!(fault, SurveyError::EmptyCells { empty: 6, cells: 9 });
    // A census has no variance.
    let census = Design::builder(6).stage(None, None, Some(&[6.0; 6])).build().expect("a design");
    let b = categories(&[1, 2, 1, 2, 2, 2]);
    assert_eq!(census.chisq(&a, &b, None), Ok(None));
    assert!(matches!(design.chisq(&a[1..], &b, None), Err(SurveyError::Length { .. })));
}

proptest! {
    #[test]
    fn scale_of_weights_and_names_of_categories_do_not_matter(factor in 0.01..100.0_f64, add in 0_u32..9) {
        let (age, view) = (categories(AGE), categories(VIEW));
        let test = full().chisq(&age, &view, None).expect("a test").expect("a test");
        let weights: Vec<f64> = WEIGHT.iter().map(|w| w * factor).collect();
        let design = Design::builder(WEIGHT.len())
            .weights(&weights)
            .stage(Some(crate::sample::STRATUM), Some(crate::sample::PSU), Some(crate::sample::PSUS))
            .build()
            .expect("a design");
        let renamed: Vec<Option<u32>> = view.iter().map(|v| v.map(|v| 40 + add - v * 7)).collect();
        let other = design.chisq(&renamed, &age, None).expect("a test").expect("a test");
        for (one, other) in [
            (test.f, other.f),
            (test.ndf, other.ndf),
            (test.ddf, other.ddf),
            (test.chisq, other.chisq),
            (test.cramers_v, other.cramers_v),
        ] {
            prop_assert!(near(one, other, 1e-9), "{one} {other}");
        }
        prop_assert!((0.0..=1.0).contains(&test.cramers_v));
    }

    #[test]
    fn a_domain_of_all_is_the_whole(rows in prop::collection::vec((1_u32..4, 1_u32..4, 0.1..9.0_f64), 20..60)) {
        let a: Vec<Option<u32>> = rows.iter().map(|r| Some(r.0)).collect();
        let b: Vec<Option<u32>> = rows.iter().map(|r| Some(r.1)).collect();
        let weights: Vec<f64> = rows.iter().map(|r| r.2).collect();
        let design = Design::builder(rows.len()).weights(&weights).build().expect("a design");
        let whole = design.chisq(&a, &b, None);
        prop_assert_eq!(&whole, &design.chisq(&a, &b, Some(&vec![true; rows.len()])));
        if let Ok(Some(test)) = whole {
            let m = test.df;
            prop_assert!(test.ndf > 0.0 && test.ndf <= m * (1.0 + 1e-9), "{test:?}");
            prop_assert!(test.p_value.is_some_and(|p| (0.0..=1.0).contains(&p)));
        }
    }
}
