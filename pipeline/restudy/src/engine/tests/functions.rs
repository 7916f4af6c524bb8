//! Tests of the functions of plain counts, and of what is said of wrong calls.

use super::{fault, params, session};
use crate::engine::{boolean, is_null, number};

#[test]
fn agreement_and_association_are_those_of_the_survey_crate() {
    let pairs: Vec<(u8, u8)> =
        (0..80_u8).map(|i| (i % 3, if i % 5 == 0 { (i + 1) % 3 } else { i % 3 })).collect();
    let rows: Vec<String> =
        pairs.iter().enumerate().map(|(at, (a, b))| format!("({at}, {a}, {b})")).collect();
    let from = format!("from (values {}) as t (unit, a, b)", rows.join(", "));
    let floats = || pairs.iter().map(|(a, b)| (f64::from(*a), f64::from(*b)));
    let one = |call: &str, field: &str| {
        let sql = format!("select {call}['{field}'] {from}");
        let batch = session().query(&sql, &params()).unwrap_or_else(|faults| panic!("{call}\n{faults}"));
        number(&batch, 0, 0)
    };
    let paired = survey::agreement::Paired::from_pairs(floats());
    let percent = paired.percent_agreement(0.95).expect("an agreement");
    assert_eq!(one("percent_agreement(a, b)", "estimate"), Some(percent.estimate));
    for (call, weights) in [
        ("cohen_kappa(a, b)", survey::agreement::Weights::Same),
        ("cohen_kappa(cast(a as text), cast(b as text))", survey::agreement::Weights::Same),
        ("cohen_kappa(a, b, 'linear')", survey::agreement::Weights::Linear),
        ("cohen_kappa(a, b, 'quadratic')", survey::agreement::Weights::Quadratic),
    ] {
        let kappa = paired.kappa(weights, 0.95).expect("a kappa");
        assert_eq!(
            (one(call, "estimate"), one(call, "lower")),
            (Some(kappa.estimate), Some(kappa.lower)),
            "{call}"
        );
    }
    let resampled = |call: &str| ["se", "lower", "upper"].map(|field| one(call, field));
    let of = |r: Option<survey::bootstrap::Resampled>| {
        let found = r.expect("an interval");
        [found.standard_error, found.lower, found.upper].map(Some)
    };
    let bootstrap = survey::bootstrap::Bootstrap::default();
    assert_eq!(
        resampled("percent_agreement(a, b, 'bootstrap')"),
        of(paired.percent_agreement_bootstrap(0.95, bootstrap))
    );
    for (call, weights) in [
        ("cohen_kappa(a, b, 'bootstrap')", survey::agreement::Weights::Same),
        ("cohen_kappa(a, b, 'quadratic', 'bootstrap')", survey::agreement::Weights::Quadratic),
        ("cohen_kappa(a, b, 'bootstrap', 'quadratic')", survey::agreement::Weights::Quadratic),
    ] {
        assert_eq!(resampled(call), of(paired.kappa_bootstrap(weights, 0.95, bootstrap)), "{call}");
        assert_eq!(one(call, "estimate"), paired.kappa(weights, 0.95).map(|kappa| kappa.estimate), "{call}");
        assert_ne!(resampled(call)[1], paired.kappa(weights, 0.95).map(|kappa| kappa.lower), "{call}");
    }
    let large = "cohen_kappa(a, b, 'large-sample')";
    assert_eq!(resampled(large), resampled("cohen_kappa(a, b)"));
    let table = survey::association::Crosstab::from_pairs(floats());
    let test = table.chi_squared().expect("a test");
    assert_eq!(one("chisq_test(a, b)", "chisq"), Some(test.statistic));
    assert_eq!(one("chisq_test(a, b)", "lower"), table.cramers_v(0.95).map(|v| v.lower));
    let fisher = table.fisher().expect("a small table");
    assert_eq!((one("fisher_test(a, b)", "p_value"), one("fisher_test(a, b)", "odds_ratio")), (fisher, None));
    assert!(one("fisher_test(a > 1, b > 1)", "odds_ratio").is_some_and(|odds| odds > 1.0));
    let rho = survey::association::spearman(floats().map(|pair| (pair, 1)), 0.95).expect("a rho");
    assert_eq!(one("spearman(a, b)", "estimate"), Some(rho.estimate));
    let codings = |name: &str, level: &str| {
        let long = format!(
            "with t as (select unit, a, b {from}), long as (select unit, 'x' as coder, a as value from t union all select unit, 'y', b from t)
             select krippendorff_alpha(unit, coder, {name}{level})['estimate'] from long"
        );
        let batch = session().query(&long, &params()).unwrap_or_else(|faults| panic!("{long}\n{faults}"));
        number(&batch, 0, 0)
    };
    let long =
        pairs.iter().enumerate().flat_map(|(at, (a, b))| [(at, 0, f64::from(*a)), (at, 1, f64::from(*b))]);
    let coded = survey::agreement::Coded::from_codings(long).expect("codings");
    for (level, metric) in
        [("", survey::agreement::Metric::Nominal), (", 'interval'", survey::agreement::Metric::Interval)]
    {
        assert_eq!(codings("value", level), coded.alpha(metric).map(|alpha| alpha.estimate));
    }
    assert_eq!(
        codings("cast(value as text)", ""),
        coded.alpha(survey::agreement::Metric::Nominal).map(|alpha| alpha.estimate)
    );
}

#[test]
fn shares_of_counts_and_printed_means() {
    let sql = "select wilson(3, 10)['lower'], clopper_pearson(3, 10)['upper'], wilson(3, 0), grim(3.46, 28), grim(3.47, 28), grim(3.5, 28, 1)";
    let batch = session().query(sql, &params()).unwrap_or_else(|faults| panic!("{faults}"));
    let interval = survey::proportion::wilson(3, 10, 0.95).expect("an interval");
    assert_eq!(number(&batch, 0, 0), Some(interval.lower));
    let interval = survey::proportion::clopper_pearson(3, 10, 0.95).expect("an interval");
    assert_eq!(number(&batch, 0, 1), Some(interval.upper));
    assert!(is_null(&batch, 0, 2));
    assert_eq!([3, 4, 5].map(|column| boolean(&batch, 0, column)), [Some(true), Some(false), Some(true)]);
}

#[test]
fn wrong_calls_of_the_other_functions_are_told_in_words() {
    let faults: Vec<String> = [
        "select gamma(employers, school) from responses",
        "select gamma(school, school, school) from responses",
        "select cohen_kappa(employers, employers, 'linear') from responses",
        "select cohen_kappa(employers, school) from responses",
        "select cohen_kappa(school, school, 'squared') from responses",
        "select cohen_kappa(school, school, 'linear', 'quadratic') from responses",
        "select cohen_kappa(school, school, 'linear', 'bootstrap', 'bootstrap') from responses",
        "select percent_agreement(school, school, 'bootstap') from responses",
        "select krippendorff_alpha(school, wave, employers, 'ordinal') from responses",
        "select krippendorff_alpha(wave, wave, employers) from responses",
        "select percent_agreement(school) from responses",
        "select grim(3.476, 28)",
        "select * from counts_of(48)",
        "select * from counts_of(48, 1.5)",
        "select * from counts_of(148, 196)",
        "select c.* from responses, lateral counts_of(48, school) as c",
        "select * from counts_off(48, 196)",
        "select * from functions(1)",
        "select gamma(distinct school, school) from responses",
    ]
    .into_iter()
    .map(|sql| format!("{sql}\n--- {}", fault(sql)))
    .collect();
    insta::assert_snapshot!(faults.join("\n\n"));
}
