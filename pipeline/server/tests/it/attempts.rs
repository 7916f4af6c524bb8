//! Attempts to read, write or exhaust what a client should not: each is refused with a sentence, nothing is written, and the server
//! goes on answering.

use std::fmt::Write as _;

use super::raw::{Raw, first, message, startup};
use super::server::{Server, connect, fault};

/// Where attempts to write aim; nothing may ever be there.
const AIM: &str = "/tmp/restudy-attempt";

/// What each attempt is, and what it says.
fn statements() -> Vec<(&'static str, String)> {
    let aimed = |sql: &str| sql.replace("FILE", AIM);
    let nested = |open: &str, inner: &str, close: &str, n: usize| {
        format!("select {}{inner}{}", open.repeat(n), close.repeat(n))
    };
    let doubled = |first: &str, step: &str, n: usize| {
        let mut sql = format!("with t0 as ({first})");
        for i in 1..=n {
            let _ = write!(sql, ", t{i} as (select {step} as x from t{})", i - 1);
        }
        format!("{sql} select length(x) from t{n}")
    };
    let ids: Vec<String> = (0..140_000).map(|id| format!("'{id}'")).collect();
    vec![
        ("copy a table to a file", aimed("copy responses to 'FILE.csv'")),
        ("copy a query to a file", aimed("copy (select * from responses) to 'FILE.csv'")),
        ("copy a table to a program", "copy responses to program 'cat'".to_owned()),
        ("copy a table to the client", "copy responses to stdout".to_owned()),
        ("copy a file into a table", "copy responses from '/etc/passwd'".to_owned()),
        ("explain a copy", aimed("explain copy responses to 'FILE.csv'")),
        ("explain and run a copy", aimed("explain analyze copy responses to 'FILE.csv'")),
        ("explain verbose a copy", aimed("explain verbose copy (select 1) to 'FILE.csv'")),
        ("explain and run a query", "explain analyze select 1".to_owned()),
        ("explain an insert", "explain insert into cases select * from cases".to_owned()),
        ("a table over a file", "create external table t stored as csv location '/etc/passwd'".to_owned()),
        ("a table", "create table t as select * from responses".to_owned()),
        ("a temporary table", "create temp table t (a int)".to_owned()),
        ("a view", "create view v as select * from responses".to_owned()),
        ("a function", "create function f() returns int as 'select 1' language sql".to_owned()),
        ("a schema", "create schema s".to_owned()),
        ("a row", "insert into cases select * from cases".to_owned()),
        ("a row within a query", "with x as (insert into cases values (1) returning *) select * from x".to_owned()),
        ("a table out of a query", "select * into copied from cases".to_owned()),
        ("a change", "update cases set school = 'another'".to_owned()),
        ("a loss", "delete from responses".to_owned()),
        ("a loss of all", "truncate responses".to_owned()),
        ("a merge", "merge into cases using cases c on true when matched then delete".to_owned()),
        ("a table dropped", "drop table responses".to_owned()),
        ("a table altered", "alter table responses rename to r".to_owned()),
        ("locked rows", "select * from cases for update".to_owned()),
        ("a table locked", "lock table cases".to_owned()),
        ("a second statement", "select 1; drop table responses".to_owned()),
        ("a second statement after a comment", "select 1 /* ; */ ; -- x\n delete from responses".to_owned()),
        ("an engine's setting", "set datafusion.execution.batch_size = 1".to_owned()),
        ("an engine's setting, quoted", "set \"datafusion.runtime.memory_limit\" = '100G'".to_owned()),
        ("no time limit", "set statement_timeout = 'never'".to_owned()),
        ("writing allowed", "set transaction_read_only = off".to_owned()),
        ("another role", "set role postgres".to_owned()),
        ("another user", "set session authorization postgres".to_owned()),
        ("another encoding", "set client_encoding = 'LATIN1'".to_owned()),
        ("a server's setting", "show data_directory".to_owned()),
        ("a setting by function", "select set_config('search_path', 'x', false)".to_owned()),
        ("a file as a table", "select * from '/etc/passwd'".to_owned()),
        ("a file as a quoted table", "select * from \"/etc/passwd\"".to_owned()),
        ("an address as a table", "select * from 'http://127.0.0.1/x.parquet'".to_owned()),
        ("a file by csv", "select * from read_csv('/etc/passwd')".to_owned()),
        ("a file by parquet", "select * from read_parquet('/etc/passwd')".to_owned()),
        ("a file by PostgreSQL", "select pg_read_file('/etc/passwd')".to_owned()),
        ("a folder by PostgreSQL", "select pg_ls_dir('/')".to_owned()),
        ("a file as a large object", "select lo_import('/etc/passwd')".to_owned()),
        ("another database", "select * from dblink('host=127.0.0.1', 'select 1') as t(a int)".to_owned()),
        ("sleep", "select pg_sleep(100)".to_owned()),
        ("another session's end", "select pg_terminate_backend(1)".to_owned()),
        ("the server's settings read again", "select pg_reload_conf()".to_owned()),
        ("a program", "do $$ begin perform 1; end $$".to_owned()),
        ("a procedure", "call f()".to_owned()),
        ("a library", "load 'plpgsql'".to_owned()),
        ("a channel", "listen x".to_owned()),
        ("a message on a channel", "notify x".to_owned()),
        ("a statement prepared by SQL", "prepare p as select 1".to_owned()),
        ("a cursor", "declare c cursor for select 1".to_owned()),
        ("maintenance", "vacuum".to_owned()),
        ("a right", "grant all on responses to public".to_owned()),
        ("a text of 2 GB", "select length(repeat('a', 2000000000))".to_owned()),
        ("a text of 2 GB, padded", "select length(lpad('a', 2000000000))".to_owned()),
        ("a list of any length", "select range(1, 2000000000)".to_owned()),
        ("a series without an end", "select * from generate_series(1, 9223372036854775807)".to_owned()),
        ("a text that grows tenfold, nine times", doubled("select 'a' || respondent_id as x from responses", "concat(x, x, x, x, x, x, x, x, x, x)", 9)),
        ("a text that grows by its own length, squared", doubled("select 'aaaaaaaaaaaaaaaa' as x", "replace(x, 'a', x)", 6)),
        ("a list that grows tenfold", doubled("select array_agg(answer) as x from answers", "array_concat(x, x, x, x, x, x, x, x, x, x)", 5)),
        ("all pairs of pairs, sorted", "select a.answer from answers a, answers b, answers c order by a.answer || b.answer || c.answer".to_owned()),
        ("a query without an end", "with recursive t(n) as (select 1 union all select n + 1 from t) select count(*) from t".to_owned()),
        ("a query that doubles", "with recursive t(x) as (select 'abcdefghijklmnop' union all select x || x from t) select max(length(x)) from t".to_owned()),
        ("a pattern that explodes", "select 'a' ~ '((a{1,1000}){1,1000}){1,1000}'".to_owned()),
        ("brackets, deep", nested("(", "1", ")", 100_000)),
        ("calls, deep", nested("abs(", "1", ")", 20_000)),
        ("signs, deep", nested("- ", "1", "", 100_000)),
        ("lists, deep", nested("[", "1", "]", 20_000)),
        ("queries, deep", format!("select * from {}cases{}", "(select * from ".repeat(3000), ") x".repeat(3000))),
        ("a list of values too long to read", format!("select count(*) from responses where respondent_id in ({})", ids.join(", "))),
        ("a text too long to read", format!("select '{}'", "a".repeat(2 << 20))),
        ("an answer that no client could hold", "select a.answer from answers a, answers b, answers c, answers d".to_owned()),
        ("a parameter without a value", "select $1".to_owned()),
        ("division by nothing", "select 1 / 0".to_owned()),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn attempts_are_refused_and_the_server_answers_on() {
    let server = Server::start(&["--memory", "256MiB", "--timeout", "20s"]);
    let mut transcript = String::new();
    for (what, sql) in statements() {
        let client = server.client().await;
        if what == "a query without an end" {
            client.batch_execute("set statement_timeout = '300ms'").await.unwrap();
        }
        let answer = match client.simple_query(&sql).await {
            Ok(_) => "ANSWERED".to_owned(),
            Err(told) => fault(&told),
        };
        let after = match client.simple_query("select 1").await {
            Ok(_) => "",
            Err(_) => " (and the connection ends)",
        };
        let _ = writeln!(transcript, "{what}\n  {answer}{after}");
        let next = server.client().await;
        let rows = next.query("select count(*) from responses", &[]).await.unwrap();
        assert_eq!(rows[0].get::<_, i64>(0), 196, "after {what}");
    }
    insta::assert_snapshot!("attempts", transcript);
    let folder = fs_err::read_dir("/tmp").unwrap();
    let written: Vec<_> = folder
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_string_lossy().starts_with(AIM))
        .collect();
    assert!(written.is_empty(), "files were written: {written:?}");
    assert!(server.end());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_is_refused_of_prepared_statements() {
    let server = Server::shared();
    let client = server.client().await;
    for (what, sql) in statements().into_iter().filter(|(_, sql)| sql.len() < 1000) {
        // Settings are judged when they are set. What exhausts, and what a parameter would make whole, is no matter of preparing.
        if [
            "grows",
            "doubles",
            "pairs",
            "client could hold",
            "parameter",
            "division",
            "pattern",
            "without an end",
        ]
        .iter()
        .any(|w| what.contains(w))
        {
            continue;
        }
        let answer = match client.prepare(&sql).await {
            Ok(prepared) if sql.starts_with("set") || sql.starts_with("show") => {
                client.execute(&prepared, &[]).await.err()
            }
            Ok(_) => None,
            Err(told) => Some(told),
        };
        assert!(answer.is_some_and(|told| told.as_db_error().is_some()), "{what}: `{sql}` was prepared");
    }
    let two = client.prepare("select 1; select 2").await.unwrap_err();
    assert_eq!(fault(&two), "ERROR 42601: a prepared statement is one statement, and there are more");
    assert_eq!(client.query("select 1::int8", &[]).await.unwrap()[0].get::<_, i64>(0), 1);
}

/// What is said before there is a session, or in place of SQL.
fn conversations() -> Vec<(&'static str, Vec<u8>)> {
    let ready = startup(&["user", "anna", "database", "study"]);
    let after = |more: &[u8]| [&ready[..], more].concat();
    let mut long = message(b'Q', b"");
    long[1..5].copy_from_slice(&(17u32 << 20).to_be_bytes());
    let mut longest = message(b'Q', b"");
    longest[1..5].copy_from_slice(&u32::MAX.to_be_bytes());
    vec![
        ("nothing but a newline", b"\n\n\n\n\n\n\n\n".to_vec()),
        ("a web browser", b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".to_vec()),
        ("a first message of 2 GB", [&0x7fff_ffffu32.to_be_bytes()[..], b"abcd"].concat()),
        ("a first message of 10 kB", first(3 << 16, &vec![b'a'; 10_000])),
        ("a first message shorter than itself", 7u32.to_be_bytes().to_vec()),
        ("version 2 of the protocol", first(2 << 16, b"\0")),
        ("no user", startup(&["database", "study"])),
        ("settings without an end", first(3 << 16, b"user\0anna")),
        ("a setting that there is not", startup(&["user", "anna", "datafusion.execution.time_zone", "x"])),
        (
            "a setting that there is not, in options",
            startup(&["user", "anna", "options", "-c shared_buffers=1"]),
        ),
        ("options that are none", startup(&["user", "anna", "options", "--help"])),
        ("replication", startup(&["user", "anna", "replication", "database"])),
        (
            "GSSAPI, TLS and both again",
            [first(80_877_104, b""), first(80_877_103, b""), first(80_877_104, b"")].concat(),
        ),
        ("a cancel without a secret", first(80_877_102, &[0, 0, 0, 1])),
        ("a message of 17 MB", after(&long)),
        ("a message of 4 GB", after(&longest)),
        ("a letter that is no message", after(&message(b'?', b""))),
        ("a query that is cut off", after(&[b'Q', 0, 0, 0, 6, b's', b'x'])),
        ("a bind of more than it holds", after(&message(b'B', b"\0\0\0\0\x7f\xff"))),
        ("an execute of no portal", after(&[message(b'E', b"none\0\0\0\0\0"), message(b'S', b"")].concat())),
        (
            "a call of a function by number",
            after(&[message(b'F', &[0, 0, 0, 1, 0, 0, 0, 0, 0, 0]), message(b'Q', b"select 1\0")].concat()),
        ),
        (
            "rows for a copy that nobody began",
            after(&[message(b'd', b"x"), message(b'c', b""), message(b'Q', b"select 1\0")].concat()),
        ),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_protocol_is_refused_too() {
    let server = Server::shared();
    let mut transcript = String::new();
    for (what, bytes) in conversations() {
        let mut raw = Raw::connect(&server).await;
        raw.say(&bytes).await;
        if what.starts_with("GSSAPI") {
            let mut refusals = [0; 3];
            tokio::io::AsyncReadExt::read_exact(&mut raw.0, &mut refusals).await.unwrap();
            assert_eq!(&refusals, b"NNN");
        }
        let mut answer = raw.answer().await;
        // A session that has begun answers twice: that it has, and what was said to it.
        if answer.ends_with("(ready)") {
            let _ = write!(answer, " {}", raw.answer().await);
        }
        let _ = writeln!(transcript, "{what}\n  {answer}");
        assert!(connect(&server.config()).await.is_ok(), "after {what}");
    }
    insta::assert_snapshot!("conversations", transcript);
}
