//! What the report says beyond counts, held against R (4.2.2, `survey` 4.1.1) and against plain loops over the study's files.

use std::collections::{BTreeMap, BTreeSet};

use super::engine_study::results;
use super::report_material::root;

/// A number of a query's result; `row` is the text of its first key column.
fn number(query: &str, row: &str, column: &str) -> f64 {
    let result = results().iter().find(|r| r.head.name == query).expect("a query");
    let key = &result.head.key[0];
    let at = (0..result.rows()).find(|at| result.text(*at, key).as_deref() == Some(row)).expect("a row");
    result.number(at, column).expect("a number")
}

fn near(found: f64, wanted: f64) {
    assert!((found / wanted - 1.0).abs() < 1e-9, "{found} is not {wanted}");
}

#[test]
fn figure_5_is_tested_as_r_tests_it() {
    // svychisq(~employers + does, statistic = "F") on svydesign(~1, fpc = 3570), those who answered.
    for (activity, f, ndf, ddf, p) in [
        ("visits to STEM employers", 2.932_363_139_878, 3.0, 468.0, 0.033_183_886_360_6),
        (
            "number of activities",
            1.606_626_906_057,
            8.996_371_613_884,
            1_484.401_316_290_895,
            0.108_070_859_674,
        ),
    ] {
        for (column, wanted) in [("f", f), ("ndf", ndf), ("ddf", ddf), ("p_value", p)] {
            near(number("employers_ks4_tests", activity, column), wanted);
        }
    }
}

#[test]
fn holms_p_values_step_down_and_never_cross() {
    let result = results().iter().find(|r| r.head.name == "employers_ks4_tests").expect("a query");
    let mut pairs: Vec<(f64, f64)> = (0..result.rows())
        .filter_map(|row| result.number(row, "p_value").zip(result.number(row, "p_holm")))
        .collect();
    assert_eq!(pairs.len(), 8);
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut least: f64 = 0.0;
    for (step, (p, holm)) in pairs.iter().enumerate() {
        least = least.max((p * (8 - step) as f64).min(1.0));
        near(*holm, least);
    }
}

#[test]
fn headline_shares_are_weighted_as_r_weighs_them() {
    // svyciprop(method = "logit", df = 189) and svymean(deff = TRUE), strata and populations as `design_strata` has them.
    for (headline, share, lower, upper, deff) in [
        ("a science club", 0.720_955_957_686_7, 0.654_026_196_551, 0.779_307_005_48, 0.966_470_782_074_9),
        (
            "careers database: aware of it and use it",
            0.166_784_750_849_8,
            0.103_603_186_65,
            0.257_431_626_392,
            1.502_683_083_362_5,
        ),
    ] {
        for (column, wanted) in
            [("weighted", share), ("weighted_lower", lower), ("weighted_upper", upper), ("deff", deff)]
        {
            near(number("weighted_headlines", headline, column), wanted);
        }
    }
}

/// Rows of a file of the case studies.
fn rows(file: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(root().join("fixtures/cases").join(file)).expect("a file");
    reader.deserialize().map(|row| row.expect("a row")).collect()
}

#[test]
fn coders_take_as_many_decisions_as_a_plain_loop_counts() {
    let mut given: BTreeMap<(String, String, String), BTreeSet<String>> = BTreeMap::new();
    let mut coders: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for mut row in rows("codings.synthetic.csv") {
        let mut take = |name: &str| row.remove(name).expect("a column");
        let (document, coder) = (take("document_id"), take("coder"));
        coders.entry(document.clone()).or_default().insert(coder.clone());
        given.entry((document, take("paragraph"), take("code"))).or_default().insert(coder);
    }
    let school_of: BTreeMap<String, String> = rows("documents.synthetic.csv")
        .into_iter()
        .map(|row| (row["document_id"].clone(), row["case_id"].clone()))
        .collect();
    // Of each school that two people coded: its passages, and the codes that one of them used.
    let mut passages: BTreeMap<&str, u64> = BTreeMap::new();
    let mut codes: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for document in coders.iter().filter(|(_, coders)| coders.len() == 2).map(|(document, _)| document) {
        let text = fs_err::read_to_string(root().join(format!("fixtures/cases/texts/{document}.txt")))
            .expect("a text");
        *passages.entry(&school_of[document]).or_default() += text.trim().split("\n\n").count() as u64;
        let used = given.keys().filter(|(d, ..)| d == document).map(|(.., code)| code.as_str());
        codes.entry(&school_of[document]).or_default().extend(used);
    }
    let decisions: u64 =
        passages.iter().map(|(school, passages)| passages * codes[school].len() as u64).sum();
    let twice = |document: &String| coders[document].len() == 2;
    let one: Vec<&BTreeSet<String>> = given
        .iter()
        .filter(|((document, ..), coders)| twice(document) && coders.len() == 1)
        .map(|(_, c)| c)
        .collect();
    let both =
        given.iter().filter(|((document, ..), coders)| twice(document) && coders.len() == 2).count() as f64;
    let (all, apart) = (decisions as f64, one.len() as f64);
    let found = |column: &str| number("coder_reliability", "all double-coded schools", column);
    assert_eq!((found("base"), found("n")), (all, all - apart));
    // Cohen (1960): agreement beyond that of two people who give codes at random, each as often as these did.
    let first = one.iter().filter(|coders| coders.contains("AM")).count() as f64;
    let (a, b) = ((both + first) / all, (both + apart - first) / all);
    let chance = a * b + (1.0 - a) * (1.0 - b);
    near(found("kappa"), ((all - apart) / all - chance) / (1.0 - chance));
    // Krippendorff (2011), nominal, two coders and no gaps: all values from one pot.
    let pot = 2.0 * all;
    let ones = 2.0 * both + apart;
    let expected = 2.0 * ones * (pot - ones) / (pot * (pot - 1.0));
    near(found("alpha"), 1.0 - apart / all / expected);
}
