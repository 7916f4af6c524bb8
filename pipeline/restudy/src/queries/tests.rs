//! Tests of queries: heads, promises, order of running.

use proptest::prelude::*;

use super::{Catalogue, ColumnKind, Purpose, Query, parse};
use crate::engine::{Params, Session};

const HEAD: &str = "-- What there is.\n-- facts\n-- params: wave\n-- base: all\n-- columns: item text, n count,\n--   base count, share share\n-- key: item\n-- order: item\n";

fn query(name: &str, text: &str) -> Query {
    Query::read(name, "facts", &format!("queries/facts/{name}.sql"), text.to_owned())
        .unwrap_or_else(|faults| panic!("{faults}"))
}

fn run(text: &str) -> Result<super::QueryResult, String> {
    let session = Session::open(&[]).expect("a session");
    let params = Params::none().with("wave", "2013");
    query("a", text).run(&session, &params).map_err(|faults| faults.to_string())
}

#[test]
fn a_head_is_read() {
    let head = parse("a", "facts", "a.sql", &format!("{HEAD}\n-- a comment: not the head\nselect 1"))
        .expect("a head");
    assert_eq!(head.title, "What there is.");
    assert_eq!(head.purpose, Purpose::Facts);
    let params: Vec<&str> = head.params.iter().map(|param| param.name.as_str()).collect();
    assert_eq!(params, ["wave"]);
    let columns: Vec<(&str, ColumnKind)> = head.columns.iter().map(|c| (c.name.as_str(), c.kind)).collect();
    assert_eq!(
        columns,
        [
            ("item", ColumnKind::Text),
            ("n", ColumnKind::Count),
            ("base", ColumnKind::Count),
            ("share", ColumnKind::Share)
        ]
    );
    assert_eq!(head.key, ["item"]);
    assert!(head.sampled);
    let cases = HEAD.replace("-- key", "-- interval: none\n-- key");
    assert!(!parse("a", "facts", "a.sql", &cases).expect("a head").sampled);
}

#[test]
fn all_faults_of_a_head_come_together() {
    let text = "-- figure: one\n-- colums: item\n-- columns: item text, n cont, item text, share share, x\n-- key: itm\n-- interval: wide\nselect 1";
    let faults = parse("a", "facts", "queries/facts/a.sql", text).expect_err("faults");
    insta::assert_snapshot!(faults.to_string());
}

#[test]
fn promises_are_held_against_the_result() {
    let faults: Vec<String> = [
        "select 'a' as item, 1 as n, 2 as base, 0.5 as shre order by item",
        "select 'a' as item, 1.5 as n, 2 as base, '50%' as share order by item",
        "select * from (values ('a', 3, 2, 1.5), ('a', 1, 2, 0.5)) as t (item, n, base, share) order by item",
        "select * from (values ('a', 1, 2, 0.5)) as t (item, n, base, share)",
        "select * from (values ('a', 1, 2, 0.5)) as t (item, n, base, share) order by share desc, n",
        "select * from (select * from (values ('a', 1, 2, 0.5)) as t (item, n, base, share) limit 1) order by item",
        "select cast(null as text) as item, 1 as n, 2 as base, 0.5 as share order by item",
        "select * from (values ('a', 1, 2, 0.4), ('b', 0, 0, 0.0), ('c', 1, 3, null), ('d', null, 3, 0.1), ('e', 0, 0, null)) as t (item, n, base, share) order by item",
    ]
    .into_iter()
    .map(|sql| format!("{sql}\n--- {}", run(&format!("{HEAD}\n{sql}\n")).expect_err(sql)))
    .collect();
    insta::assert_snapshot!(faults.join("\n\n"));
}

#[test]
fn chance_decides_nothing() {
    let of = |share: &str| {
        format!(
            "select item, 1 as n, 2 as base, {share} as share from (values ('a'), ('b')) as t (item)\norder by item"
        )
    };
    let fed = |from: &str| format!("select item, 1 as n, 2 as base, 0.5 as share\nfrom {from} order by item");
    let t = "(values ('a', 1), ('b', 2)) as t (item, x)";
    let faults: Vec<String> = [
        of("random() * 0"),
        of("case when now() is null then 0.4 else 0.5 end"),
        of("case when current_timestamp is null then 0.4 else 0.5 end"),
        of("case when current_date is null then 0.4 else 0.5 end"),
        of("case when current_time is null then 0.4 else 0.5 end"),
        of("case when uuid() = '' then 0.4 else 0.5 end"),
        of("case when rank() over (order by item) = row_number() over () then 0.5 else 0.5 end"),
        of("case when lag(item) over (partition by item) is null then 0.5 else 0.5 end"),
        of("case when sum(1) over (rows 1 preceding) > 0 then 0.5 else 0.5 end"),
        of("(select random() * 0 + 0.5)"),
        fed(&format!("(select first_value(item) as item from {t}) as u")),
        fed(&format!("(select string_agg(item, ', ') as item from {t}) as u")),
        fed(&format!("(select array_agg(item order by x)[1] || array_agg(item)[1] as item from {t}) as u")),
        fed(&format!("(select distinct on (x) item from {t}) as u")),
        fed(&format!("(select item from {t} limit 1) as u")),
        fed(&format!(
            "(select item from (select item from {t} order by item) as v group by item limit 1) as u"
        )),
    ]
    .into_iter()
    .map(|sql| format!("{sql}\n--- {}", run(&format!("{HEAD}\n{sql}\n")).expect_err(&sql)))
    .collect();
    insta::assert_snapshot!(faults.join("\n\n"));
    for sql in [
        of("case when row_number() over (partition by item order by item) > 0 then 0.5 end"),
        of("case when count(*) over (partition by item) > 0 then 0.5 end"),
        fed(&format!("(select string_agg(item, ', ' order by item) as item from {t}) as u")),
        fed(&format!("(select array_agg(item order by x)[1] as item from {t}) as u")),
        fed(&format!("(select item from {t} order by x limit 1) as u")),
        fed(&format!("(select distinct on (x) item from {t} order by x, item) as u")),
    ] {
        run(&format!("{HEAD}\n{sql}")).unwrap_or_else(|faults| panic!("{sql}\n{faults}"));
    }
}

#[test]
fn a_good_result_has_the_promised_types() {
    for sql in [
        "select 'b' as item, 1 as n, 2 as base, 0.5 as share order by share, item",
        "with t as (select 'b' as thing) select thing as item, 1 as n, 2 as base, 0.5 as share from t order by thing",
        "with t as (select 'b' as thing) select thing as item, null as n, 2 as base, null as share from t order by item",
        "select upper('b') as item, 1 as n, 2 as base, 0.5 as share order by upper('b')",
    ] {
        let result = run(&format!("{HEAD}\n{sql}")).unwrap_or_else(|faults| panic!("{sql}\n{faults}"));
        assert_eq!(result.find_row("b").or(result.find_row("B")), Some(0), "{sql}");
        assert_eq!(result.count(0, "base"), Some(2));
    }
}

#[test]
fn queries_come_after_those_they_read() {
    let a = query("a", &format!("{HEAD}\nselect item, n, base, share from b order by item"));
    let b = query(
        "b",
        &format!(
            "{HEAD}\nwith c as (select 1) select item, n, base, share from d join evidence order by item"
        ),
    );
    let d = query("d", &format!("{HEAD}\nselect 'a' as item, 1 as n, 2 as base, 0.5 as share order by item"));
    let catalogue = Catalogue::in_order(vec![a.clone(), b.clone(), d.clone()]).expect("an order");
    assert_eq!(catalogue.names().collect::<Vec<_>>(), ["d", "b", "a"]);
    assert!(catalogue.reaches("a", "evidence") && !catalogue.reaches("d", "evidence"));
    let circular = query("d", &format!("{HEAD}\nselect item from a"));
    let faults = Catalogue::in_order(vec![a, b, circular]).expect_err("a circle").to_string();
    assert!(faults.contains("`a` → `b` → `d` → `a`"), "{faults}");
    let itself = Catalogue::in_order(vec![query("d", &format!("{HEAD}\nselect item from d"))]);
    assert!(itself.expect_err("a circle").to_string().contains("selects from itself"));
}

#[test]
fn a_folder_of_queries_is_loaded_with_all_its_faults() {
    let dir = tempfile::tempdir().expect("a folder");
    let write = |path: &str, text: &str| {
        let path = dir.path().join("queries").join(path);
        fs_err::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs_err::write(path, text).expect("written");
    };
    write("facts/twice.sql", &format!("{HEAD}\nselect 1"));
    write("claims/twice.sql", &format!("{}\nselect 1", HEAD.replace("-- facts", "-- claims")));
    write("figures/misplaced.sql", &format!("{HEAD}\nselect 1"));
    write("facts/Large.sql", &format!("{HEAD}\nselect 1"));
    write("loose.sql", "select 1");
    write("facts/notes.md", "not a query");
    write("facts/.kept.sql.swp", "not a query");
    write("facts/LARGE.SQL", "select 1");
    write("facts/fig.sql.txt", "select 1");
    write("facts/more/inside.sql", "select 1");
    write("list.txt", "not a query");
    write("explore/marked.sql", &format!("\u{feff}{}\nselect 1", HEAD.replace("-- facts", "-- explore")));
    write("explore/marked_badly.sql", "\u{feff}-- Title.\n-- explore\n-- columns: a txt\nselect 1");
    let faults = Catalogue::load(dir.path()).expect_err("faults").to_string();
    insta::assert_snapshot!(faults);
}

#[test]
fn a_fault_in_one_query_is_told_once() {
    let session = Session::open(&[]).expect("a session");
    let broken = query("b", &format!("{HEAD}\nselect nothing"));
    let after = query("a", &format!("{HEAD}\nselect item, n, base, share from b order by item"));
    let catalogue = Catalogue::in_order(vec![after, broken]).expect("an order");
    let faults = catalogue.run_all(&session, "2013").expect_err("faults");
    assert_eq!(faults.errors(), 1, "{faults}");
}

#[test]
fn no_query_stands_in_the_place_of_a_table() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut tables = crate::store::Tables::new();
    let session = Session::open(&[]).expect("a session");
    tables.insert("pilots", session.query("select 1 as school", &Params::none()).expect("a batch"));
    tables.write(&dir.path().join("store")).expect("written");
    let store = crate::store::Store::open(&dir.path().join("store")).expect("a store").tables();
    let session = Session::open(&store).expect("a session");
    let sql = format!("{HEAD}\nselect 'a' as item, 1 as n, 2 as base, 0.5 as share order by item");
    let catalogue = Catalogue::in_order(vec![query("pilots", &sql)]).expect("an order");
    let faults = catalogue.run_all(&session, "2013").expect_err("faults").to_string();
    assert!(faults.contains("queries/facts/pilots.sql") && faults.contains("name of a table"), "{faults}");
    let file = "queries/facts/evidence.sql";
    let faults = Query::read("evidence", "facts", file, sql).expect_err("faults").to_string();
    assert!(faults.contains(file), "{faults}");
}

proptest! {
    #[test]
    fn no_head_makes_it_panic(text in "(-- ?(figure|columns|key|base|order|facts|é)?:? ?[a-z0-9 ,:é]{0,20}\n?){0,6}\\PC{0,20}") {
        let _ = parse("a", "facts", "a.sql", &text);
    }
}
