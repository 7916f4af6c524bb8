//! Tests of evidence: statistics, references, guards, verdicts.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::guards::evaluate;
use super::relations::Relations;
use super::verdict::Answer;
use super::{Cell, Claim, Evidence, audit, printed, verdict};
use crate::engine::Session;
use crate::queries::{Query, QueryResult};

fn result(name: &str, columns: &str, key: &str, sql: &str) -> QueryResult {
    let key = if key.is_empty() { String::new() } else { format!("-- key: {key}\n-- order: {key}\n") };
    let text = format!("-- Title.\n-- facts\n-- base: all\n-- columns: {columns}\n{key}{sql}");
    let query = Query::read(name, "facts", &format!("queries/facts/{name}.sql"), text)
        .unwrap_or_else(|f| panic!("{f}"));
    query.run(&Session::open(&[]).expect("a session"), &BTreeMap::new()).unwrap_or_else(|f| panic!("{f}"))
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
    let batch = session.query(sql, &BTreeMap::new()).expect("a result");
    assert_eq!(crate::engine::cell_text(&batch, 0, 0).as_deref(), Some("54%"));
}

fn claim(id: &str, statistic: &str, value: f64, count: Option<u64>, base: Option<u64>) -> Claim {
    Claim {
        id: id.to_owned(),
        section: "1".to_owned(),
        phase: "survey".to_owned(),
        measure: "something".to_owned(),
        subgroup: "all".to_owned(),
        statistic: statistic.to_owned(),
        value: Some(value),
        count,
        base,
        precision: if statistic == "percent" { "rounded to 1" } else { "exact" }.to_owned(),
        note: String::new(),
    }
}

#[test]
fn printed_figures_alone_can_be_impossible() {
    let none = Relations::default();
    let why = |claim: &Claim| verdict::impossible(claim, std::slice::from_ref(claim), &none, 196);
    // 53% with a count of 80 wants a base of 150 to 152: possible with 196 respondents, not with 149.
    let clubs = claim("S16", "percent", 53.0, Some(80), None);
    assert_eq!(why(&clubs), None);
    assert!(verdict::impossible(&clubs, &[], &none, 149).is_some_and(|why| why.contains("151")));
    assert_eq!(why(&claim("a", "percent", 40.0, Some(51), Some(126))), None);
    assert!(why(&claim("a", "percent", 41.0, Some(51), Some(126))).is_some_and(|why| why.contains("40.5%")));
    assert!(why(&claim("a", "percent", 53.0, None, Some(10))).is_some());
    assert!(why(&claim("a", "percent", 120.0, None, None)).is_some());
    assert!(why(&claim("a", "count", 10.0, None, Some(9))).is_some());
}

#[test]
fn more_cannot_answer_than_were_asked() {
    let relations = Relations::parse(
        "relations.toml",
        "[[asked_of]]\nclaim = 'S54'\nanswered = 'S43'\nrespondents = 'F08'\nbecause = 'only they were asked'",
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
        assert_eq!(verdict::impossible(&all[2], &all, &relations, 196).is_some(), impossible, "{counted}");
    }
    let unknown = Relations::parse("relations.toml", "[[sum]]\ntotal = \"S1\"\nparts = [\"S43\"]", &["S43"]);
    assert!(unknown.expect_err("a fault").to_string().contains("no claim `S1`"));
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
        verdict::verdict(claim, &answer, impossible, &conflicts, |_| others).0
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

#[test]
fn every_claim_wants_one_answer() {
    let sql = |rows: &str| {
        format!(
            "select claim, estimate, cast(null as bigint) as n, cast(null as bigint) as base, cast(null as boolean) as holds, cast(null as text) as shown from (values {rows}) as t (claim, estimate) order by claim"
        )
    };
    let answers = |name: &str, rows: &str| {
        let text = format!(
            "-- Title.\n-- claims\n-- columns: claim text, estimate number4, n count, base count, holds boolean, shown text\n-- key: claim\n-- order: claim\n{}",
            sql(rows)
        );
        let query =
            Query::read(name, "claims", &format!("queries/claims/{name}.sql"), text).expect("a query");
        query.run(&Session::open(&[]).expect("a session"), &BTreeMap::new()).unwrap_or_else(|f| panic!("{f}"))
    };
    let claims = [claim("F01", "count", 1.0, None, None), claim("F02", "count", 2.0, None, None)];
    let good = [answers("a", "('F01', 1.0), ('F02', 3.0)")];
    let findings = audit::audit(&claims, &good, &Relations::default()).expect("findings");
    assert_eq!(findings.counts.len(), 5);
    insta::assert_snapshot!("findings", findings.to_csv().expect("csv"));
    let bad = [answers("a", "('F01', 1.0), ('F2', 3.0)"), answers("b", "('F01', 1.0)")];
    let faults = audit::audit(&claims, &bad, &Relations::default()).expect_err("faults");
    insta::assert_snapshot!(faults.to_string());
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
