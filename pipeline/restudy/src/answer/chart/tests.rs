//! Which chart is chosen, and what is said of one that cannot show an answer.

use super::choose::{chosen, fits};
use super::plot::Plot;
use super::*;
use crate::answer::{Answer, Origin};
use crate::engine::{Params, Session};
use crate::report::numbers::CellView;

fn plot(sql: &str) -> Plot {
    let batch = Session::open(&[]).unwrap().query(sql, &Params::none()).unwrap();
    let origin = Origin {
        study: "A study".into(),
        author: String::new(),
        language: "en".into(),
        region: "GB".into(),
        wave: "2013".into(),
        wave_title: "A wave".into(),
        published: "2013-08-01".into(),
        synthetic: false,
        notice: String::new(),
        confidence: 0.95,
    };
    Plot::new(&Answer::new(batch), &origin).unwrap()
}

fn why_not(chart: Chart, sql: &str) -> String {
    fits(chart, &plot(sql)).map_or_else(|faults| faults.to_string(), |()| "it fits".into())
}

const ROLES: &str = "select * from (values ('head', 0.2, 40), ('engineer', 0.7, 10)) as t(role, share, base)";
const CROSSED: &str = "select * from (values ('a', 'yes', 0.2), ('a', 'no', 0.8), ('b', 'yes', 0.5), ('b', 'no', 0.5)) \
                       as t(item, answer, share)";
const OVERLAPPING: &str = "select * from (values ('a', 'x', 0.7), ('a', 'y', 0.8), ('b', 'x', 0.5), ('b', 'y', 0.5)) as t(item, stage, share)";
const YEARS: &str = "select * from (values (2009, 0.2), (2013, 0.4)) as t(year, share)";
const WAVES: &str = "select * from (values ('2013', 'x', 0.2), ('2014', 'x', 0.4)) as t(wave, type, share)";
const MEANS: &str =
    "select * from (values ('a', 3.5, 3.0, 4.0), ('b', -1.0, -2.0, 0.5)) as t(activity, gamma, lower, upper)";
const COUNTS: &str = "select * from (values ('a', 12), ('b', 900)) as t(school_type, n)";
const ONE: &str = "select 12 as n, 3.5 as mean";
const TEXTS: &str = "select * from (values ('a', 'b', 'c', 1), ('a', 'b', 'd', 2)) as t(x, y, z, n)";

#[test]
fn the_chart_that_suits_is_chosen_and_explained() {
    let told: Vec<String> = [ROLES, CROSSED, OVERLAPPING, YEARS, WAVES, MEANS, COUNTS, ONE, TEXTS]
        .map(|sql| chosen(&plot(sql)).1)
        .to_vec();
    insta::assert_snapshot!(told.join("\n"), @r"
    drawn as a bar chart: `share` by `role`
    drawn as a stacked bar chart: `share` by `item` and `answer`
    drawn as a bar chart: `share` by `item` and `stage`
    drawn as a line chart: `share` by `year`
    drawn as a line chart: `share` by `wave` and `type`
    drawn as a dot chart: `gamma` by `activity`
    drawn as a bar chart: `n` by `school_type`
    drawn as a table: it has no column of text
    drawn as a table: it has 3 columns of text
    ");
}

#[test]
fn a_chart_that_cannot_show_an_answer_says_why() {
    let none = "select * from (values ('a', 1)) as t(x, n) where n > 1";
    let twice = "select * from (values ('a', 0.5), ('a', 0.6)) as t(role, share)";
    let many = "select * from (values ('a'),('b'),('c'),('d'),('e'),('f'),('g')) as t(s) cross join (values (1.5), (2.5)) as u(m) where m < 2";
    let series = many.replace("select *", "select 'x' as place, s, m");
    let told = [
        why_not(Chart::Stacked, ROLES),
        why_not(Chart::Stacked, OVERLAPPING),
        why_not(Chart::Stacked, "select * from (values ('a', 'x', 3)) as t(i, j, n)"),
        why_not(Chart::Bar, MEANS),
        why_not(Chart::Bar, ONE),
        why_not(Chart::Dot, TEXTS),
        why_not(Chart::Line, "select * from (values ('a', 0.5)) as t(role, share)"),
        why_not(Chart::Bar, none),
        why_not(Chart::Bar, twice),
        why_not(Chart::Dot, &series),
        why_not(Chart::Bar, "select * from (values ('a', 'b')) as t(x, y)"),
        why_not(Chart::Table, TEXTS),
    ];
    insta::assert_snapshot!(told.join("\n\n"));
}

#[test]
fn numbers_keep_their_intervals_and_missing_ones_stay_missing() {
    let plot = plot(
        "select * from (values ('a', 20, 40, 0.5), ('b', 0, 0, null), (null, 1, 4, 0.25)) as t(role, n, base, share)",
    );
    let share = |row: usize| match &plot.result.rows[row].cells[3] {
        CellView::Number(statistic) => statistic.clone(),
        other => panic!("{other:?}"),
    };
    let wilson = survey::proportion::wilson(20, 40, 0.95).unwrap();
    assert_eq!((share(0).lower, share(0).upper), (Some(wilson.lower), Some(wilson.upper)));
    assert_eq!((share(1).value, share(1).lower, share(1).printed.as_str()), (None, None, "–"));
    assert_eq!(plot.result.rows[2].key, "no answer");
}

#[test]
fn an_estimate_is_one_number_with_its_interval() {
    let plot = plot("select 'a' as role, wilson(20, 40) as share union all select 'b', wilson(1, 0)");
    let names: Vec<&str> = plot.result.head.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["role", "share", "share_lower", "share_upper"]);
    let CellView::Number(estimate) = &plot.result.rows[0].cells[1] else { panic!("no number") };
    assert_eq!(estimate.printed, "50%");
    assert!(estimate.lower.is_some_and(|lower| (0.35..0.36).contains(&lower)), "{:?}", estimate.lower);
    assert_eq!(chosen(&plot).0, Chart::Bar);
}
