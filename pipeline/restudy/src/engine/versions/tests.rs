//! What the versions of a query give is what the query gives over tables that are so.

use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use datafusion::logical_expr::LogicalPlan;

use super::{VERSION, Versions};
use crate::engine::{Params, Session, Sql, cell_text, column_index};

const UNITS: [&str; 5] = ["a", "b", "c", "d", "e"];

/// Answers of five people: who, question, answer, a number.
const ANSWERS: [(&str, &str, &str, Option<i64>); 9] = [
    ("a", "q", "yes", Some(1)),
    ("a", "r", "no", None),
    ("b", "q", "yes", Some(5)),
    ("b", "r", "yes", Some(2)),
    ("c", "q", "no", Some(3)),
    ("d", "q", "yes", None),
    ("d", "r", "no", Some(4)),
    ("d", "r", "no", Some(4)),
    ("e", "s", "no", Some(9)),
];

fn text(values: impl Iterator<Item = &'static str>) -> ArrayRef {
    Arc::new(values.map(Some).collect::<StringArray>())
}

/// A session whose tables hold the people for whom `holds` is true; `labels` is of no person.
fn session(holds: impl Fn(&str) -> bool) -> Session {
    let mut session = Session::open(&[]).unwrap();
    session.stored = ["responses", "answers", "labels"].map(str::to_owned).to_vec();
    let people: Vec<&str> = UNITS.into_iter().filter(|unit| holds(unit)).collect();
    let answers: Vec<_> = ANSWERS.iter().filter(|(unit, ..)| holds(unit)).collect();
    let kinds = people.iter().map(|unit| if "ab".contains(unit) { "x" } else { "y" });
    let responses = [("respondent_id", text(people.iter().copied())), ("kind", text(kinds))];
    let number: ArrayRef = Arc::new(answers.iter().map(|row| row.3).collect::<Int64Array>());
    let answers = [
        ("respondent_id", text(answers.iter().map(|row| row.0))),
        ("question", text(answers.iter().map(|row| row.1))),
        ("answer", text(answers.iter().map(|row| row.2))),
        ("number", number),
    ];
    let labels = [("label", text(["no", "perhaps", "yes"].into_iter()))];
    session.register("responses", RecordBatch::try_from_iter(responses).unwrap()).unwrap();
    session.register("answers", RecordBatch::try_from_iter(answers).unwrap()).unwrap();
    session.register("labels", RecordBatch::try_from_iter(labels).unwrap()).unwrap();
    session
}

/// The rows as text, in order of their text; without the column of versions.
fn rows(batch: &RecordBatch, of: Option<&str>) -> Vec<String> {
    let version = column_index(batch, VERSION);
    let row = |row: usize| {
        let columns = (0..batch.num_columns()).filter(|column| Some(*column) != version);
        columns
            .map(|column| cell_text(batch, row, column).unwrap_or("-".into()))
            .collect::<Vec<_>>()
            .join(" ")
    };
    let wanted =
        |row: &usize| of.is_none() || version.and_then(|v| cell_text(batch, *row, v)).as_deref() == of;
    let mut rows: Vec<String> = (0..batch.num_rows()).filter(wanted).map(row).collect();
    rows.sort();
    rows
}

/// Queries with every step that a plan may have.
const QUERIES: [&str; 17] = [
    "select question, count(*) filter (where answer = 'yes') as n, count(*) as base from answers group by question",
    "select count(*) as n, count(number) as m, sum(number) as total, max(number) as most from answers where answer = 'yes'",
    "select answer, count(*) as n, sum(count(*)) over () as base from answers group by answer",
    "select respondent_id, row_number() over (partition by question order by number desc, respondent_id) as place,
       rank() over (order by respondent_id) as rank from answers where number is not null",
    "select kind, count(distinct answers.respondent_id) as n from answers join responses using (respondent_id) group by kind",
    "select labels.label, coalesce(given.n, 0) as n from labels left join
       (select answer, count(*) as n from answers group by answer) as given on given.answer = labels.label",
    "select labels.label, given.n from (select answer, count(*) as n from answers group by answer) as given
       right join labels on given.answer = labels.label",
    "select r.kind, count(a.respondent_id) as n from responses r left join answers a
       on a.respondent_id = r.respondent_id and a.question = 'r' group by r.kind",
    "with everybody as (select count(*) as base from responses), counted as (select answer, count(*) as n from answers group by answer)
       select counted.answer, counted.n, everybody.base from counted cross join everybody",
    "select everybody.base, nobody.n from (select count(*) as base from responses) as everybody
       cross join (select count(*) as n from answers where question = 'none') as nobody",
    "select 'yes' as what, count(*) as n from answers where answer = 'yes' union all
       select 'people', count(*) from responses union all select 'labels', count(*) from labels",
    "select distinct question, answer from answers",
    "select question, n from (select question, count(*) as n from answers group by question) where n > 2",
    "select x.respondent_id, y.respondent_id as other from answers x join answers y on x.answer = y.answer and x.question < y.question",
    "select kind, n from (select kind, count(*) as n from responses group by kind)
       where kind in (select label from labels) or n >= 1 order by n, kind",
    "select max(n) as most, count(*) as questions from (select question, count(*) as n from answers group by question)",
    "select a.kind, b.n from (select distinct kind from responses) as a join
       (select kind, count(*) as n from responses group by kind) as b on a.kind = b.kind order by a.kind",
];

#[test]
fn every_version_is_what_the_query_gives_over_such_tables() {
    let all = session(|_| true);
    let none = BTreeMap::new();
    for sql in QUERIES {
        let plan = all.plan(Sql::typed(sql), &Params::none()).unwrap();
        let columns: Vec<&str> = plan.schema().fields().iter().map(|field| field.name().as_str()).collect();
        let mut names = UNITS.to_vec();
        let alone = all
            .versions(&plan, &columns, &none, Versions::Alone, ("respondent_id", &names))
            .unwrap()
            .unwrap();
        names.push("");
        let left_out = all
            .versions(&plan, &columns, &none, Versions::LeftOut, ("respondent_id", &names))
            .unwrap()
            .unwrap();
        for unit in UNITS {
            let given = session(|other| other != unit).query(sql, &Params::none()).unwrap();
            assert_eq!(rows(&left_out, Some(unit)), rows(&given, None), "without {unit}: {sql}");
            let given = session(|other| other == unit).query(sql, &Params::none()).unwrap();
            assert_eq!(rows(&alone, Some(unit)), rows(&given, None), "of {unit} alone: {sql}");
        }
        let given = all.query(sql, &Params::none()).unwrap();
        assert_eq!(rows(&left_out, Some("")), rows(&given, None), "of all: {sql}");
    }
}

#[test]
fn queries_that_are_read_are_multiplied_in_place_of_their_results() {
    let all = session(|_| true);
    let counted = "select answer, count(*) as n from answers group by answer";
    all.register("counted", all.query(counted, &Params::none()).unwrap()).unwrap();
    let plan = |sql| all.plan(Sql::typed(sql), &Params::none()).unwrap();
    let read: BTreeMap<String, LogicalPlan> = BTreeMap::from([("counted".to_owned(), plan(counted))]);
    let sql =
        "select sum(c.n) as n, max(d.n) as most from counted c join counted as d on c.answer <= d.answer";
    let batch =
        all.versions(&plan(sql), &["n", "most"], &read, Versions::LeftOut, ("respondent_id", &["b", ""]));
    let batch = batch.unwrap().unwrap();
    assert_eq!(rows(&batch, Some("")), ["14 5"]);
    // Without b, who said yes twice: yes 2, no 5.
    assert_eq!(rows(&batch, Some("b")), ["12 5"]);
}

#[test]
fn what_reads_nobody_has_no_versions_and_what_cannot_be_told_is_refused() {
    let all = session(|_| true);
    let versions = |sql: &str| {
        let plan = all.plan(Sql::typed(sql), &Params::none()).unwrap();
        all.versions(&plan, &[], &BTreeMap::new(), Versions::LeftOut, ("respondent_id", &["a", ""]))
    };
    for sql in [
        "select label from labels limit 1",
        "select count(*) from labels",
        "select * from (values (1), (2)) as v (x) where x > 1",
        "select label from labels where label in (select label from labels)",
    ] {
        assert_eq!(versions(sql), Ok(None), "{sql}");
    }
    let told: Vec<String> = [
        "select respondent_id from responses order by respondent_id limit 1",
        "select label from labels where label in (select answer from answers)",
        "select (select count(*) from responses) as n from labels",
        "select kind, count(*) from responses group by rollup (kind)",
        "select a.respondent_id from responses a full join answers b on a.respondent_id = b.respondent_id",
    ]
    .into_iter()
    .map(|sql| versions(sql).unwrap_err())
    .collect();
    insta::assert_snapshot!(told.join("\n"));
}
