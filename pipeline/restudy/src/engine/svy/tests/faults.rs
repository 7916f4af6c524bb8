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
