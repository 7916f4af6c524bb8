//! What is said of calls and rows that no estimate can be made of.

use super::{fault, sample};

#[test]
fn wrong_calls_are_told_in_words() {
    let batch = sample().batch();
    let faults: Vec<String> = [
        "select svy_prop(part, design) from t",
        "select svy_prop(part = 'north', part) from t",
        "select svy_prop(yes, design, 'wilsn') from t",
        "select svy_prop(yes, design, part) from t",
        "select svy_mean(part, design) from t",
        "select svy_mean(x, y) from t",
        "select svy_mean(x, svy_mean) from (select x, svy_mean(x) as svy_mean from t group by x)",
        "select svy_mean(x, named_struct('weight', 1.0)) from t",
        "select svy_mean() from t",
        "select svy_mean(x, design, design) from t",
        "select svy_ratio(x, design) from t",
        "select svy_mean(distinct x, design) from t",
        "select svy_mean(x, design order by y) from t",
        "select svy_mean(x, design) over (partition by part) from t",
        "select svy_prop(yes, design, 'clopper-pearson') from t",
        "select svy_prop(id, design) from t",
        "select svy_mean(y / 0.0, design) from t",
        "select svy_maen(y, design) from t",
        "select svy_quantile(x, 1.5, design) from t",
        "select svy_quantile(x, y, design) from t",
        "select svy_quantile(x, 'half', design) from t",
        "select svy_median(part, design) from t",
        "select svy_props(design) from t",
        "select svy_median(y / 0.0) from t",
    ]
    .into_iter()
    .map(|sql| format!("{sql}\n--- {}", fault(batch.clone(), sql)))
    .collect();
    insta::assert_snapshot!(faults.join("\n\n"));
}

#[test]
fn a_field_that_a_design_does_not_have_is_told_with_what_gives_it() {
    let batch = sample().batch();
    let faults: Vec<String> = [
        "select x\nfrom t -- design.stratum\nwhere design.stratum = 1",
        "select r.design.psu from t as r",
        "select two_stages.fpc2, 'fpc2' as name from t",
        "select Design['Sample'] from t",
        "select design.cluster from t",
        "select design.replicates, replicated.replicates from t",
        "select svy_prop(yes, design)['lwoer'] from t",
        "select (svy_prop(yes, design)).lower from t",
        "select d.stratum, s.stratum from (select two_stages as d, replicated as s from t)",
    ]
    .into_iter()
    .map(|sql| format!("{sql}\n--- {}", fault(batch.clone(), sql)))
    .collect();
    insta::assert_snapshot!(faults.join("\n\n"));
}
