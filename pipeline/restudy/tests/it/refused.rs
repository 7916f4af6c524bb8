//! What a typed question cannot do: read, write or exhaust what is not the study's. Each attempt is told why it is refused,
//! and ends with status 1.

use std::path::Path;
use std::process::Output;

use assert_cmd::Command;

use super::report_material::root;

fn ask(sql: &str) -> Output {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("restudy"));
    // Standard input, because no command line is as long as some of these.
    command.arg("--study").arg(root()).args(["ask", "-", "--memory", "512MiB", "--timeout", "3s", "--quiet"]);
    command.write_stdin(sql).output().unwrap()
}

/// What is said of an attempt: its first line and its hints.
fn refusal(sql: &str) -> String {
    let output = ask(sql);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{sql}\n{told}");
    assert!(output.stdout.is_empty(), "{sql} printed something");
    let said: Vec<&str> = told
        .lines()
        .map(str::trim_start)
        // What tables there are depends on what was built.
        .filter(|line| !line.starts_with("= note: tables:"))
        .filter(|line| {
            ["error:", "= help:", "= note:", "help:", "note:"].iter().any(|word| line.starts_with(word))
        })
        .collect();
    assert!(said.first().is_some_and(|first| first.starts_with("error:")), "{sql}\n{told}");
    said.join("\n")
}

fn transcript(attempts: &[&str]) -> String {
    attempts.iter().map(|sql| format!("> {sql}\n{}\n\n", refusal(sql))).collect()
}

#[test]
fn nothing_can_be_written_or_defined() {
    let file = Path::new("stolen.csv");
    insta::assert_snapshot!(transcript(&[
        "create table t (a int)",
        "create table t as select * from responses",
        "create view v as select * from responses",
        "create external table t stored as csv location '/etc/passwd'",
        "create schema s",
        "create database d",
        "create index i on responses (role)",
        "create function f() returns int return 1",
        "drop table responses",
        "drop view if exists v",
        "alter table responses add column a int",
        "insert into responses (wave) values ('1')",
        "insert into responses select * from responses",
        "update responses set wave = '1'",
        "delete from responses",
        "truncate table responses",
        "merge into responses using answers on true when matched then delete",
        "copy responses to 'stolen.csv'",
        "copy (select * from responses) to 'stolen.csv' stored as csv",
        "copy responses from '/etc/passwd'",
        "explain copy responses to 'stolen.csv'",
        "explain analyze copy responses to 'stolen.csv'",
        "explain analyze insert into responses select * from responses",
        "select * into stolen from responses",
        "with gone as (delete from responses) select 1",
        "select 1; drop table responses",
        "select 1 /* */; copy responses to 'stolen.csv' --",
    ]));
    assert!(!file.exists() && !root().join(file).exists());
}

#[test]
fn no_setting_can_be_changed_and_no_program_called() {
    insta::assert_snapshot!(transcript(&[
        "set datafusion.execution.batch_size = 1",
        "set datafusion.runtime.memory_limit = '100G'",
        "reset datafusion.execution.batch_size",
        "show all",
        "show tables",
        "begin",
        "commit",
        "prepare p as select 1",
        "execute p",
        "deallocate p",
        "use other",
        "vacuum",
        "call something()",
        "attach 'file.db' as other",
        "install httpfs",
        "load 'library.so'",
        "pragma database_list",
    ]));
}

#[test]
fn no_file_and_no_address_can_be_read() {
    insta::assert_snapshot!(transcript(&[
        "select * from '/etc/passwd'",
        "select * from 'fixtures/waves/2013/frame.csv'",
        "select * from \"build/2013/store/responses.parquet\"",
        "select * from 'file:///etc/passwd'",
        "select * from 'http://127.0.0.1/a.csv'",
        "select * from 's3://bucket/a.parquet'",
        "select * from read_csv('/etc/passwd')",
        "select * from read_parquet('a.parquet')",
        "select * from parquet_metadata('a.parquet')",
        "select * from glob('/*')",
        "select read_text('/etc/passwd')",
        "select pg_read_file('/etc/passwd')",
        "select * from information_schema.tables",
        "select * from pg_catalog.pg_class",
        "describe '/etc/passwd'",
    ]));
}

#[test]
fn nothing_can_be_exhausted() {
    let doubled = |rounds: usize| {
        let mut sql = "with t0 as (select cast(respondent_id as text) as s from responses)".to_owned();
        for round in 1..=rounds {
            sql += &format!(", t{round} as (select s || s || s || s as s from t{})", round - 1);
        }
        format!("{sql} select max(length(s)) as n from t{rounds}")
    };
    let grown = "with recursive t(s) as (select 'xxxxxxxxxxxxxxxx' union all select s || s from t where length(s) < 20000000000) \
                 select max(length(s)) as n from t";
    let replaced = "with a as (select replace('aaaaaaaaaaaaaaaaaaaa', 'a', 'aaaaaaaaaaaaaaaaaaaa') as s from responses), \
                    b as (select replace(s, 'a', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa') as s from a), \
                    c as (select replace(s, 'a', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa') as s from b) \
                    select max(length(replace(s, 'a', 'aaaaaaaaaaaaaaaaaaaaaaaa'))) as n from c";
    insta::assert_snapshot!(transcript(&[
        "select length(repeat('a', 2000000000)) as n",
        "select length(lpad('a', 2000000000)) as n",
        "select count(*) as n from generate_series(1, 100000000000)",
        "select range(1, 10000000000)",
        "select array_repeat('a', 1000000000)",
    ]));
    // Which of its bounds a question meets first depends on the machine.
    for sql in [
        doubled(16).as_str(),
        grown,
        replaced,
        "select count(*) as n from answers a, answers b, answers c, answers d",
        "select a.respondent_id from answers a, answers b, answers c, answers d order by b.answer, c.answer, d.answer, a.answer",
        "select string_agg(a.answer || b.answer || c.answer, '') as s from answers a, answers b, answers c",
        "select array_agg(a.answer) as s from answers a, answers b, answers c",
        "with recursive t(n) as (select 1 union all select n + 1 from t) select count(*) as n from t",
    ] {
        let told = refusal(sql);
        let bounds = ["needs more memory than it may take", "takes longer than it may"];
        assert!(bounds.iter().any(|bound| told.contains(bound)), "{sql}\n{told}");
    }
}

#[test]
fn groups_that_memory_does_not_hold_go_to_disk() {
    let sql = "explain analyze select count(*) as n from (select a.respondent_id || b.respondent_id || a.item as k, count(*) as m \
               from answers a, responses b group by k)";
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("restudy"));
    command.arg("--study").arg(root()).args(["ask", sql, "--memory", "200MiB", "--format", "csv"]);
    let output = command.output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let spilled = told.split("spill_count=").skip(1).any(|rest| !rest.starts_with('0'));
    assert!(spilled, "nothing went to disk: {told}");
}

#[test]
fn no_text_of_a_query_is_too_deep_or_too_long() {
    let deep = |open: &str, close: &str, times: usize| {
        format!("select {}1{} as n", open.repeat(times), close.repeat(times))
    };
    let attempts = [
        ("parentheses", deep("(", ")", 100_000)),
        ("negations", format!("select {} true as n", "not ".repeat(100_000))),
        ("calls", deep("abs(", ")", 20_000)),
        ("cases", deep("case when true then ", " end", 20_000)),
        ("selects", deep("(select ", ")", 20_000)),
        ("a long text", format!("select '{}' as s", "x".repeat(2 << 20))),
    ];
    for (what, sql) in attempts {
        assert!(refusal(&sql).starts_with("error:"), "{what}");
    }
    for (what, sql) in [
        ("sums", format!("select {}1 as n", "1 + ".repeat(20_000))),
        ("choices", format!("select {}true as n", "true or ".repeat(20_000))),
        ("unions", format!("{} select 1 as n", "select 1 as n union all ".repeat(3_000))),
    ] {
        assert!(refusal(&sql).contains("more than 1000 operators follow on each other"), "{what}");
    }
    let list = ask(&format!("select 1 in ({}1) as n", "1, ".repeat(50_000)));
    assert_eq!(list.status.code(), Some(0), "a list may be long: {}", String::from_utf8_lossy(&list.stderr));
}
