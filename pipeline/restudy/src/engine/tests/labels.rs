//! Texts that are compared with a coded column and are none of its labels.

use super::super::labels::unknown_labels;
use super::{Sql, params, session};

fn told(sql: &str) -> String {
    let sql = Sql { file: "queries/facts/a.sql", text: sql };
    let plan = session().plan(sql, &params()).unwrap_or_else(|faults| panic!("{faults}"));
    unknown_labels(&plan, sql).to_string()
}

#[test]
fn a_slip_of_the_pen_is_told_at_its_place() {
    insta::assert_snapshot!(told("select count(*) as n\nfrom responses\nwhere employers = 'Some small'"));
}

#[test]
fn what_is_no_label_is_found_wherever_it_is_compared() {
    for sql in [
        "select count(*) filter (where employers <> 'few') as n from responses",
        "select svy_prop(employers in ('none', 'few')) as s from responses",
        "select case employers when 'few' then 1 else 0 end as n from responses",
        "select 'few' = cast(r.employers as varchar) as n from responses as r",
        "select employers is distinct from 'few' as n from responses",
        "with step as (select employers as presence from responses group by employers)
         select * from step where presence = 'few'",
        "select r.school from responses as r left join responses as other on other.school > r.school
         where other.employers = 'few'",
        "with one as (select employers from responses where school = 1),
         both as (select employers from one union all select employers from responses)
         select * from both where employers = 'few'",
        "select school from responses where school in (select school from responses where employers = 'few')",
        "select sum(case when employers = 'few' then 1 else 0 end) over (order by school) as n from responses",
    ] {
        assert_eq!(told(sql).matches("has no label `few`").count(), 1, "{sql}\n{}", told(sql));
    }
}

#[test]
fn labels_and_what_is_computed_are_passed_over() {
    for sql in [
        "select count(*) as n from responses where employers in ('none', 'dominate') and wave = '2014'",
        "select count(*) as n from responses where upper(employers) = 'NONE'",
        "select coalesce(employers, 'nothing said') = 'nothing said' as n from responses",
        "with step as (select case when employers = 'none' then 'few' else 'many' end as e from responses)
         select count(*) as n from step where e = 'few'",
        "select count(*) as n from responses where employers like 'some %'",
        "with rows as (select employers, count(*) as n from responses group by employers
         union all select 'all schools', count(*) from responses) select n from rows where employers = 'all schools'",
        "with rows as (select lag(employers, 1, 'start') over (order by school) as before from responses)
         select count(*) as n from rows where before = 'start'",
        "select count(*) as n from responses where employers = $wave or employers is null",
    ] {
        let told = told(sql);
        let of_parameter = sql.contains("$wave");
        assert_eq!(told.contains("has no label `2013`"), of_parameter, "{sql}\n{told}");
        assert_eq!(told.is_empty(), !of_parameter, "{sql}\n{told}");
    }
}

#[test]
fn many_are_told_in_few_words() {
    let texts: Vec<String> = (0..3000).map(|text| format!("'none of them {text}'")).collect();
    let told =
        told(&format!("select count(*) as n\nfrom responses\nwhere employers in ({})", texts.join(", ")));
    assert_eq!(told.matches("warning:").count(), 8, "{told}");
    assert!(told.contains("so it is with 2992 more texts"), "{told}");
}

#[test]
fn what_stands_in_several_places_is_told_at_the_column() {
    let told =
        told("select 'few' as heading, count(*) as n -- 'few'\nfrom responses\nwhere employers = 'few'");
    assert!(told.contains("queries/facts/a.sql:3:7"), "{told}");
}

#[test]
fn a_result_says_where_its_rows_come_from_elsewhere_too() {
    let session = session();
    let result = "select employers, count(*) as n from responses group by employers";
    let totals = "select 'all schools', count(*) from responses";
    let told = |sql: &str| {
        let batch = session.query(sql, &params()).unwrap_or_else(|faults| panic!("{faults}"));
        session.register("result", batch).expect("registered");
        let sql = "select n from result where employers = 'all schools'";
        let sql = Sql { file: "queries/facts/a.sql", text: sql };
        unknown_labels(&session.plan(sql, &params()).expect("a plan"), sql).iter().count()
    };
    assert_eq!([told(result), told(&format!("{result} union all {totals}"))], [1, 0]);
}
