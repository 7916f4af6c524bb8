//! Tests of evidence: statistics, references, guards, verdicts.

use proptest::prelude::*;

use super::guards::evaluate;
use super::relations::Relations;
use super::verdict::Answer;
use super::verdict::Given;
use super::{Cell, Claim, Evidence, Kind, Precision, audit, printed, verdict};
use crate::engine::{Params, Session};
use crate::queries::{Query, QueryResult};

fn result(name: &str, columns: &str, key: &str, sql: &str) -> QueryResult {
    let key = if key.is_empty() { String::new() } else { format!("-- key: {key}\n-- order: {key}\n") };
    let text = format!("-- Title.\n-- facts\n-- base: all\n-- columns: {columns}\n{key}{sql}");
    let query = Query::read(name, "facts", &format!("queries/facts/{name}.sql"), text)
        .unwrap_or_else(|f| panic!("{f}"));
    query.run(&Session::open(&[]).expect("a session"), &Params::none()).unwrap_or_else(|f| panic!("{f}"))
}

fn evidence() -> Evidence {
    let results = vec![
        result(
            "stem_support_offered",
            "item text, n count, base count, share share",
            "item",
            "select * from (values ('science club', 129, 182, 129 / 182.0), ('STEM club', 99, 183, 99 / 183.0),
             ('nobody asked', 0, 0, null)) as t (item, n, base, share) order by share desc nulls last, item",
        ),
        result(
            "employers_by_ks4_activity",
            "activity text, employers text, n count, base count, share share",
            "activity, employers",
            "select 'STEM careers fair' as activity, 'none' as employers, 7 as n, 46 as base, 7 / 46.0 as share
             order by activity, employers",
        ),
        result("fieldwork", "invited count, margin number1", "", "select 3570 as invited, 6.99 as margin"),
        result(
            "association",
            "gamma number2, lower number2, upper number2, n count, strong boolean, note text",
            "",
            "select 0.4 as gamma, 0.2 as lower, 0.6 as upper, 150 as n, true as strong, cast(null as text) as note",
        ),
    ];
    Evidence::from_results(results, 0.95)
}

#[test]
fn every_number_is_a_statistic() {
    let evidence = evidence();
    let told: Vec<String> = evidence
        .statistics()
        .iter()
        .map(|s| {
            let interval = match (s.lower, s.upper, &s.interval) {
                (Some(lower), Some(upper), Some(words)) => format!(" [{lower:.4}, {upper:.4}] {words}"),
                _ => String::new(),
            };
            format!("{} = {}{interval}", s.id, s.printed)
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn ends_that_bear_a_numbers_name_are_its_own() {
    let results = vec![result(
        "weighed",
        "n count, base count, share share, weighted share, weighted_lower share, weighted_upper share, change number1",
        "",
        "select 40 as n, 80 as base, 0.5 as share, 0.51 as weighted, 0.45 as weighted_lower, 0.57 as weighted_upper, 1.0 as change",
    )];
    let evidence = Evidence::from_results(results, 0.95);
    let ends = |column: &str| {
        let statistic = evidence.statistic(&format!("weighed.{column}")).expect("a statistic");
        (statistic.lower, statistic.upper, statistic.interval.clone())
    };
    assert_eq!(
        ends("weighted"),
        (Some(0.45), Some(0.57), Some("95% interval, as the query gives it".into()))
    );
    assert_eq!(ends("share").2.as_deref(), Some("95% interval (Wilson)"));
    for column in ["weighted_lower", "weighted_upper", "change", "n"] {
        assert_eq!(ends(column), (None, None, None), "{column}");
    }
}

#[test]
fn references_find_numbers() {
    let evidence = evidence();
    for (reference, printed) in [
        ("stem_support_offered[science club].share", "71%"),
        ("stem_support_offered[#2].n", "99"),
        ("employers_by_ks4_activity[STEM careers fair / none].share", "15%"),
        ("fieldwork.invited", "3,570"),
        ("fieldwork.margin", "7.0"),
        ("stem_support_offered[nobody asked].share", "–"),
    ] {
        assert_eq!(
            evidence.statistic(reference).unwrap_or_else(|f| panic!("{f:?}")).printed,
            printed,
            "{reference}"
        );
    }
    assert_eq!(evidence.cell("stem_support_offered[#1].item"), Ok(Cell::Text("science club".to_owned())));
    assert_eq!(evidence.cell("association.note"), Ok(Cell::Missing));
    let share = evidence.by_id("stem_support_offered/science-club/share").expect("a statistic");
    assert_eq!(printed::as_form(share, Some("words")).as_deref(), Ok("just over seven in ten"));
    assert_eq!(printed::as_form(share, Some("percent1")).as_deref(), Ok("70.9%"));
    assert!(printed::as_form(share, Some("loud")).is_err());
}

#[test]
fn references_that_name_nothing_say_what_there_is() {
    let evidence = evidence();
    let faults: Vec<String> = [
        "stem_suport_offered[science club].share",
        "stem_support_offered[science klub].share",
        "stem_support_offered[science club].shares",
        "stem_support_offered[#4].share",
        "stem_support_offered.share",
        "stem_support_offered[science club].item",
        "71%",
    ]
    .into_iter()
    .map(|reference| match evidence.statistic(reference) {
        Ok(_) => panic!("{reference}"),
        Err(fault) => crate::diagnostic::render(&fault, false),
    })
    .collect();
    insta::assert_snapshot!(faults.join("\n\n"));
}

#[test]
fn guards_hold_or_not() {
    let evidence = evidence();
    for (condition, holds) in [
        ("stem_support_offered[science club].share > 0.5", true),
        (
            "stem_support_offered[science club].share > 0.5 and stem_support_offered[#1].item == 'STEM club'",
            false,
        ),
        ("stem_support_offered[science club].n - stem_support_offered[STEM club].n == 30", true),
        ("not (fieldwork.invited < 1000 or fieldwork.margin >= 7)", true),
        ("0.4 <= association.gamma and association.strong", true),
        ("fieldwork.invited / 2 * 3 + 1 == 5356", true),
        ("1 - 2 - 3 == -4 and 2 + 3 * 4 == 14", true),
        ("1 == 2 and 1 == 1 or 1 == 1", true),
        ("stem_support_offered[#1].item != \"STEM club\"", true),
    ] {
        let outcome = evaluate(condition, &evidence).unwrap_or_else(|f| panic!("{condition}: {f:?}"));
        assert_eq!(outcome.holds, holds, "{condition}");
    }
    let outcome = evaluate("fieldwork.margin < 7 and stem_support_offered[#1].share > 0.5", &evidence)
        .expect("an outcome");
    assert_eq!(
        outcome.values,
        [
            ("fieldwork.margin".to_owned(), "6.99 (7.0)".to_owned()),
            ("stem_support_offered[#1].share".to_owned(), "0.7088 (71%)".to_owned())
        ]
    );
}

#[test]
fn guards_that_cannot_be_worked_out_are_faults() {
    let evidence = evidence();
    let faults: Vec<String> = [
        "stem_support_offered[nobody asked].share < 0.5",
        "stem_support_offered[science club].share",
        "stem_support_offered[#1].item > 3",
        "fieldwork.invited >",
        "fieldwork.invited > 3 fieldwork.margin",
        "(fieldwork.invited > 3",
        "fieldwork > 3",
        "1 / 0 > 3",
        "fieldwork.invited > 1 or nowhere.n > 1",
        "'a < 3",
        "fieldwork.invited and 3",
        "1 % 2",
        "",
    ]
    .into_iter()
    .map(|condition| match evaluate(condition, &evidence) {
        Ok(outcome) => panic!("{condition}: {outcome:?}"),
        Err(fault) => format!("{condition}\n--- {}", crate::diagnostic::render(&fault, false)),
    })
    .collect();
    insta::assert_snapshot!(faults.join("\n\n"));
}

#[test]
fn evidence_is_a_table() {
    let session = Session::open(&[]).expect("a session");
    evidence().register(&session).expect("registered");
    // Every column by its bare name: none of them is a word that SQL takes for something else.
    let sql = "select printed, id, query, row, position, column, value, n, base, lower, upper, interval_method, unit,
        decimals from evidence where id = 'stem_support_offered/stem-club/share' and row = 'STEM club'";
    let batch = session.query(sql, &Params::none()).expect("a result");
    assert_eq!(crate::engine::cell_text(&batch, 0, 0).as_deref(), Some("54%"));
}

fn claim(id: &str, statistic: &str, value: f64, count: Option<u64>, base: Option<u64>) -> Claim {
    Claim {
        id: id.to_owned(),
        section: "1".to_owned(),
        phase: "survey".to_owned(),
        measure: "something".to_owned(),
        subgroup: "all".to_owned(),
        statistic: Kind::named(statistic).expect("a statistic"),
        value: Some(value),
        count,
        base,
        precision: if statistic == "percent" { Precision::Rounded(1.0) } else { Precision::Exact },
        note: String::new(),
    }
}

#[test]
fn printed_figures_alone_can_be_impossible() {
    let none = Relations::default();
    let why = |claim: &Claim| verdict::impossible(claim, std::slice::from_ref(claim), &none, Some(196));
    // 53% with a count of 80 wants a base of 150 to 152: possible with 196 respondents, not with 149.
    let clubs = claim("S16", "percent", 53.0, Some(80), None);
    assert_eq!(why(&clubs), None);
    assert!(verdict::impossible(&clubs, &[], &none, Some(149)).is_some_and(|why| why.contains("151")));
    assert_eq!(why(&claim("a", "percent", 40.0, Some(51), Some(126))), None);
    assert!(why(&claim("a", "percent", 41.0, Some(51), Some(126))).is_some_and(|why| why.contains("40.5%")));
    assert_eq!(verdict::impossible(&clubs, &[], &none, None), None);
    assert!(verdict::impossible(&claim("a", "percent", 53.0, Some(1), None), &[], &none, None).is_some());
    assert!(why(&claim("a", "percent", 53.0, None, Some(10))).is_some());
    assert!(why(&claim("a", "percent", 120.0, None, None)).is_some());
    assert!(why(&claim("a", "count", 10.0, None, Some(9))).is_some());
}

#[test]
fn more_cannot_answer_than_were_asked() {
    let relations = Relations::parse(
        "relations.toml",
        "respondents = 'F08'\n[[asked_of]]\nclaim = 'S54'\nanswered = 'S43'\nbecause = 'only they were asked'",
        &["S54", "S43", "F08"],
    )
    .expect("relations");
    let all = |counted: f64| {
        vec![
            claim("F08", "count", 196.0, None, None),
            claim("S43", "percent", 48.0, None, None),
            claim("S54", "count", counted, None, None),
        ]
    };
    // 94 or 95 of 196 round to 48%.
    for (counted, impossible) in [(126.0, true), (96.0, true), (95.0, false)] {
        let all = all(counted);
        assert_eq!(
            verdict::impossible(&all[2], &all, &relations, Some(196)).is_some(),
            impossible,
            "{counted}"
        );
    }
    let unknown = Relations::parse("relations.toml", "[[sum]]\ntotal = \"S1\"\nparts = [\"S43\"]", &["S43"]);
    assert!(unknown.expect_err("a fault").to_string().contains("no claim `S1`"));
    let text = "[[asked_of]]\nclaim = 'S54'\nanswered = 'S43'\nbecause = 'so'";
    let faults = Relations::parse("relations.toml", text, &["S54", "S43"]).expect_err("a fault");
    assert!(faults.to_string().contains("how many respondents"), "{faults}");
}

#[test]
fn verdicts_in_their_order() {
    use super::Verdict::{Contradicted, Differs, Impossible, Reproduced, Untestable};
    let relations = Relations::parse(
        "relations.toml",
        "[[same_measure]]\nclaims = ['A', 'B']\nmeasure = 'm'\n[[sum]]\ntotal = 'T'\nparts = ['P', 'Q']",
        &["A", "B", "T", "P", "Q"],
    )
    .expect("relations");
    let all = [
        claim("A", "percent", 42.0, None, None),
        claim("B", "percent", 45.0, None, None),
        claim("T", "percent", 75.0, None, None),
        claim("P", "percent", 55.0, None, None),
        claim("Q", "percent", 18.0, None, None),
    ];
    let judge = |id: &str, estimate: Option<f64>, others: bool, impossible: Option<String>| {
        let claim = all.iter().find(|claim| claim.id == id).expect("a claim");
        let answer = Answer { estimate, ..Answer::default() };
        let conflicts = verdict::conflicts(claim, &all, &relations);
        let given = |_: &str| Some(Given { value: others, count: true, base: true });
        verdict::verdict(claim, &answer, impossible, &conflicts, &[], given).0
    };
    assert_eq!(judge("A", Some(0.448), true, None), Contradicted);
    assert_eq!(judge("A", Some(0.30), false, None), Differs);
    assert_eq!(judge("B", Some(0.448), false, None), Reproduced);
    assert_eq!(judge("T", Some(0.73), true, None), Contradicted);
    assert_eq!(judge("A", None, true, None), Untestable);
    assert_eq!(judge("A", Some(0.42), true, Some("no".to_owned())), Impossible);
    // A half may have been rounded either way; a hair beyond it may not.
    assert_eq!(judge("A", Some(0.425), false, None), Reproduced);
    assert_eq!(judge("A", Some(0.4251), false, None), Differs);
    // 74 beside 55 + 18 is within what rounding explains (up to 1.5); 75 is not.
    let near = [claim("T", "percent", 74.0, None, None), all[3].clone(), all[4].clone()];
    assert_eq!(verdict::conflicts(&near[0], &near, &relations), []);
}

/// A claims query whose rows are `('F01', estimate, n, base, holds)`.
fn answers(name: &str, rows: &str) -> QueryResult {
    let text = format!(
        "-- Title.\n-- claims\n-- columns: claim text, estimate number4, n count, base count, holds boolean, shown text\n\
         -- key: claim\n-- order: claim\n\
         select claim, cast(estimate as double) as estimate, cast(n as bigint) as n, cast(base as bigint) as base,\n\
         cast(holds as boolean) as holds, cast(null as text) as shown\n\
         from (values {rows}) as t (claim, estimate, n, base, holds) order by claim"
    );
    let query = Query::read(name, "claims", &format!("queries/claims/{name}.sql"), text).expect("a query");
    query.run(&Session::open(&[]).expect("a session"), &Params::none()).unwrap_or_else(|f| panic!("{f}"))
}

#[test]
fn every_claim_wants_one_answer() {
    let claims = [claim("F01", "count", 1.0, None, None), claim("F02", "count", 2.0, None, None)];
    let good = [answers("a", "('F01', 1.0, null, null, null), ('F02', 3.0, null, null, null)")];
    let findings = audit::audit(&claims, &good, &Relations::default()).expect("findings");
    assert_eq!(findings.counts.len(), 5);
    assert_eq!(findings.scorecard(), "2 claims: 1 reproduced, 1 differs");
    assert_eq!(findings.differing().as_deref(), Some("1 claim differs from the data: F02"));
    insta::assert_snapshot!("findings", findings.to_csv().expect("csv"));
    let bad = [
        answers("a", "('F01', 1.0, null, null, null), ('F2', 3.0, null, null, null)"),
        answers("b", "('F01', 1.0, null, null, null)"),
    ];
    let faults = audit::audit(&claims, &bad, &Relations::default()).expect_err("faults");
    insta::assert_snapshot!(faults.to_string());
}

#[test]
fn numbers_and_statements_are_answered_each_in_their_own_way() {
    let rank =
        Claim { precision: Precision::Statement("first".to_owned()), ..claim("R", "rank", 1.0, None, None) };
    let claims = [claim("F01", "percent", 40.0, None, None), rank];
    // A number that is far off does not become right because a query says that it holds.
    let bad = [answers("a", "('F01', 0.9, null, null, true), ('R', 1.0, null, null, null)")];
    let faults = audit::audit(&claims, &bad, &Relations::default()).expect_err("faults");
    insta::assert_snapshot!(faults.to_string());
    let good = [answers("a", "('F01', 0.4, null, null, null), ('R', null, null, null, true)")];
    let findings = audit::audit(&claims, &good, &Relations::default()).expect("findings");
    assert_eq!((findings.count(super::Verdict::Reproduced), findings.differing()), (2, None));
}

#[test]
fn the_register_is_read_strictly() {
    let register = |rows: &str| {
        let sql = format!(
            "select id, '1' as section, 'survey' as phase, 'm' as measure, 'all' as subgroup, statistic,
             cast(value as double) as value, cast(null as bigint) as count, cast(null as bigint) as base, precision,
             '' as note from (values {rows}) as t (id, statistic, value, precision)"
        );
        let batch = Session::open(&[]).expect("a session").query(&sql, &Params::none()).expect("a register");
        audit::claims("claims.csv", &batch)
    };
    let rows =
        "('A', 'percentage', 40, 'exact'), ('B', 'percent', 40, 'rounded'), ('C', 'count', null, 'exact'),
        ('D', 'percent', 40, 'one half'), ('E', 'percent', 75, 'three quarters'), ('F', 'rank', 1, 'first')";
    insta::assert_snapshot!(register(rows).expect_err("faults").to_string());
    let claims =
        register("('E', 'percent', 75, 'three quarters'), ('F', 'rank', 1, 'first')").expect("claims");
    assert_eq!(verdict::printed(&Claim { base: Some(196), ..claims[0].clone() }), "three quarters");
    let json = serde_json::to_value(&claims[0]).expect("json");
    assert_eq!((&json["statistic"], &json["precision"]), (&"percent".into(), &"three quarters".into()));
}

#[test]
fn reasons_tell_value_count_and_base_apart() {
    let relations = Relations::parse(
        "relations.toml",
        "[[same_measure]]\nclaims = ['A', 'B']\nmeasure = 'm'",
        &["A", "B"],
    )
    .expect("relations");
    let reasons = |a: Claim, b: Claim, rows: &str| {
        let findings = audit::audit(&[a, b], &[answers("a", rows)], &relations).expect("findings");
        let told =
            findings.findings.iter().map(|f| format!("{} {}: {}", f.claim.id, f.verdict.word(), f.reason));
        told.collect::<Vec<_>>().join("\n")
    };
    let percent = |id: &str, value: f64, count, base| claim(id, "percent", value, count, base);
    let half = |id: &str| Claim {
        precision: Precision::Words { words: "one half".to_owned(), share: 0.5 },
        ..percent(id, 50.0, None, None)
    };
    let told = [
        // The value is right, the count is not; A is not contradicted.
        reasons(
            percent("A", 53.0, Some(80), None),
            percent("B", 60.0, None, None),
            "('A', 0.53, 53, 100, null), ('B', 0.53, 53, 100, null)",
        ),
        // The data give what B prints, but from another base: not "neither".
        reasons(
            percent("A", 42.0, None, None),
            percent("B", 45.0, None, Some(165)),
            "('A', 0.45, 45, 100, null), ('B', 0.45, 45, 100, null)",
        ),
        reasons(
            percent("A", 42.0, None, None),
            percent("B", 45.0, None, None),
            "('A', 0.3, 30, 100, null), ('B', 0.3, 30, 100, null)",
        ),
        // 51% is near enough to one half, 58% is not.
        reasons(
            half("A"),
            percent("B", 51.0, None, None),
            "('A', 0.509, 83, 163, null), ('B', 0.509, 83, 163, null)",
        ),
        reasons(
            half("A"),
            percent("B", 58.0, None, None),
            "('A', 0.578, 96, 166, null), ('B', 0.578, 96, 166, null)",
        ),
        // No base is given where one was printed.
        reasons(
            percent("A", 42.0, None, Some(50)),
            percent("B", 42.0, None, None),
            "('A', 0.42, null, null, null), ('B', 0.42, null, null, null)",
        ),
    ];
    insta::assert_snapshot!(told.join("\n\n"));
}

#[test]
fn huge_printed_numbers_are_judged_at_once() {
    let relations = Relations::parse("relations.toml", "respondents = 'F08'", &["F08"]).expect("relations");
    let claims = [
        claim("F08", "count", 9e18, None, None),
        claim("A", "percent", 53.0, Some(4_000_000_000_000_000_000), None),
        claim("B", "percent", 53.0, None, Some(8_000_000_000_000_000_000)),
    ];
    let rows = "('F08', 2.0, null, null, null), ('A', 0.5, 1, 2, null), ('B', 0.5, 1, 2, null)";
    let findings = audit::audit(&claims, &[answers("a", rows)], &relations).expect("findings");
    assert_eq!(findings.count(super::Verdict::Differs), 3);
}

proptest! {
    #[test]
    fn no_condition_makes_it_panic(condition in "[a-z#0-9.'\\[\\]()<>=!+*/ \\-é]{0,40}") {
        let _ = evaluate(&condition, &Evidence::default());
    }

    #[test]
    fn no_reference_makes_it_panic(reference in "\\PC{0,40}") {
        let _ = Evidence::default().cell(&reference);
    }
}
