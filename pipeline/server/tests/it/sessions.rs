//! What a driver that speaks the binary protocol gets: types, parameters, portals, errors with their places, transactions, cancels.

use std::time::Duration;

use futures::StreamExt as _;
use tokio_postgres::error::ErrorPosition;
use tokio_postgres::types::Type;
use tokio_postgres::{NoTls, SimpleQueryMessage};

use super::server::{Server, connect, fault};

/// A query that never ends by itself, and gives way.
const ENDLESS: &str =
    "with recursive t(n) as (select 1 union all select n + 1 from t) select count(*) from t";

#[tokio::test(flavor = "multi_thread")]
async fn values_have_the_types_that_drivers_read() {
    let server = Server::shared();
    let client = server.client().await;
    let row = client
        .query_one(
            "select true, 6::smallint, 7::int, 8::bigint, 1.5::real, 0.1::double precision, 'é日本', null, \
             arrow_cast(9, 'UInt64'), employers, [1, null, 3], ['a', null] \
             from responses where employers is not null order by respondent_id limit 1",
            &[],
        )
        .await
        .unwrap();
    let types: Vec<&str> = row.columns().iter().map(|column| column.type_().name()).collect();
    assert_eq!(types.join(" "), "bool int2 int4 int8 float4 float8 text text int8 text _int8 _text");
    assert!(row.get::<_, bool>(0));
    assert_eq!((row.get::<_, i16>(1), row.get::<_, i32>(2), row.get::<_, i64>(3)), (6, 7, 8));
    assert_eq!((row.get::<_, f32>(4), row.get::<_, f64>(5)), (1.5, 0.1));
    assert_eq!(row.get::<_, &str>(6), "é日本");
    assert_eq!(row.get::<_, Option<&str>>(7), None);
    assert_eq!(row.get::<_, i64>(8), 9);
    assert_eq!(row.get::<_, Vec<Option<i64>>>(10), [Some(1), None, Some(3)]);
    assert_eq!(row.get::<_, Vec<Option<&str>>>(11), [Some("a"), None]);
}

#[tokio::test(flavor = "multi_thread")]
async fn text_is_as_postgresql_writes_it() {
    let server = Server::shared();
    let client = server.client().await;
    let sql = "select min(started_at), date '2013-03-04', timestamp '2013-03-04 05:06:07.25', true, 0.1, null, ['a', 'b c', null], \
               svy_prop(employers = 'none', design) from responses";
    let answer = client.simple_query(sql).await.unwrap();
    let row = answer
        .iter()
        .find_map(|m| if let SimpleQueryMessage::Row(row) = m { Some(row) } else { None })
        .unwrap();
    let cells: Vec<&str> = (0..row.len() - 1).map(|cell| row.get(cell).unwrap_or("NULL")).collect();
    assert_eq!(
        cells.join(" | "),
        "2013-03-04 07:08:52 | 2013-03-04 | 2013-03-04 05:06:07.250 | t | 0.1 | NULL | {a,\"b c\",NULL}"
    );
    // An estimate is JSON, its fields in the order of the struct.
    let estimate: serde_json::Value = serde_json::from_str(row.get(7).unwrap()).unwrap();
    let fields: Vec<&String> = estimate.as_object().unwrap().keys().collect();
    assert_eq!(fields, ["estimate", "se", "lower", "upper", "n", "base", "df", "deff"]);
    assert_eq!(estimate["n"], 22);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_table_can_be_read_whole() {
    let server = Server::shared();
    let client = server.client().await;
    let tables = client
        .query(
            "select table_name from information_schema.tables where table_schema = 'public' order by 1",
            &[],
        )
        .await
        .unwrap();
    let tables: Vec<String> = tables.iter().map(|row| row.get(0)).collect();
    for table in ["responses", "answers", "missing", "evidence", "claims", "codings", "stem_support_offered"]
    {
        assert!(tables.iter().any(|name| name == table), "{table} is not there");
    }
    for table in &tables {
        let counted: i64 =
            client.query_one(&format!("select count(*) from \"{table}\""), &[]).await.unwrap().get(0);
        let binary = client.query(&format!("select * from \"{table}\""), &[]).await.unwrap();
        let text = client.simple_query(&format!("select * from \"{table}\"")).await.unwrap();
        let text = text.iter().filter(|m| matches!(m, SimpleQueryMessage::Row(_))).count();
        assert_eq!((binary.len(), text), (usize::try_from(counted).unwrap(), text), "{table}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_are_those_of_the_study() {
    let server = Server::shared();
    let client = server.client().await;
    // Labels sort in the order of their scale, not of the alphabet.
    let rows = client.query("select employers from responses where employers is not null group by employers order by employers", &[]).await.unwrap();
    let labels: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    let alphabet = {
        let mut sorted = labels.clone();
        sorted.sort();
        sorted
    };
    assert_eq!(labels.first().map(String::as_str), Some("none"));
    assert_ne!(labels, alphabet);
    // A result of the study's own query is a table, the same as the query would give.
    let printed: String = client
        .query_one(
            "select printed from evidence where query = 'stem_support_offered' order by id limit 1",
            &[],
        )
        .await
        .unwrap()
        .get(0);
    assert!(!printed.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn parameters_are_values_and_never_sql() {
    let server = Server::shared();
    let client = server.client().await;
    let count = client.prepare("select count(*) from responses where school_type = $1").await.unwrap();
    assert_eq!(count.params(), [Type::TEXT]);
    for (value, expected) in [("academy", 78i64), ("' or true --", 0), ("académie", 0)] {
        assert_eq!(client.query_one(&count, &[&value]).await.unwrap().get::<_, i64>(0), expected, "{value}");
    }
    let row = client
        .query_one(
            "select $1::int8 + 1, $2::text, $3::float8 * 2, $4::bool, $5::text is null",
            &[&41i64, &"é", &1.5f64, &true, &None::<&str>],
        )
        .await
        .unwrap();
    assert_eq!((row.get::<_, i64>(0), row.get::<_, &str>(1), row.get::<_, f64>(2)), (42, "é", 3.0));
    assert!(row.get::<_, bool>(3) && row.get::<_, bool>(4));
    let some = ["none", "some small"].map(str::to_owned).to_vec();
    let one =
        client.query_one("select count(*) from responses where employers = any($1)", &[&some]).await.unwrap();
    assert!(one.get::<_, i64>(0) > 22);
    // Nothing is a value too, and takes no other's place.
    let row = client.query_one("select $1::text is null, $2::text", &[&None::<&str>, &"x"]).await.unwrap();
    assert_eq!((row.get::<_, bool>(0), row.get::<_, &str>(1)), (true, "x"));
    let named = client.prepare("select count(*) from responses where wave = $wave").await.unwrap_err();
    assert_eq!(fault(&named), "ERROR 42P02: there is no parameter `$wave`: they are $1, $2 and so on");
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_come_a_few_at_a_time_where_the_client_asks() {
    let server = Server::shared();
    let mut client = server.client().await;
    let transaction = client.transaction().await.unwrap();
    let portal =
        transaction.bind("select respondent_id from responses order by respondent_id", &[]).await.unwrap();
    let mut all: Vec<String> = Vec::new();
    loop {
        let rows = transaction.query_portal(&portal, 50).await.unwrap();
        all.extend(rows.iter().map(|row| row.get::<_, String>(0)));
        if rows.len() < 50 {
            break;
        }
    }
    assert_eq!(all.len(), 196);
    assert!(all.is_sorted());
    assert!(transaction.query_portal(&portal, 50).await.unwrap().is_empty());
    transaction.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_result_larger_than_the_memory_streams_through() {
    let server = Server::start(&["--memory", "192MiB"]);
    let client = server.client().await;
    // Each row holds 2 kB, made as it is read; all of them together are more than the memory.
    let answers: i64 = client.query_one("select count(*) from answers", &[]).await.unwrap().get(0);
    let long = vec!["a.respondent_id"; 200].join(", ");
    let sql = format!("select c.case_id, concat({long}) from cases c cross join answers a");
    let mut rows = std::pin::pin!(client.query_raw(&sql, std::iter::empty::<i32>()).await.unwrap());
    let (mut count, mut bytes) = (0, 0usize);
    while let Some(row) = rows.next().await {
        let row = row.unwrap_or_else(|told| panic!("after {count} rows: {}", fault(&told)));
        count += 1;
        bytes += row.get::<_, &str>(1).len();
    }
    assert_eq!(count, 9 * answers);
    assert!(bytes > 250_000_000, "{bytes} bytes");
    drop(server);
}

#[tokio::test(flavor = "multi_thread")]
async fn faults_have_a_code_a_place_and_advice() {
    let server = Server::shared();
    let client = server.client().await;
    let cases = [
        ("select empoyers from responses", "42703", Some(8), "did you mean `employers`?"),
        ("select 'é日本',\n  empoyers from responses", "42703", Some(17), "did you mean `employers`?"),
        ("select * from responces", "42P01", Some(15), "did you mean `responses`?"),
        ("select svy_maen(1.0, design) from responses", "42883", Some(8), "did you mean `svy_mean`?"),
        ("select count(*) frm responses", "42601", Some(21), ""),
        ("select 1 / (n - n) from stem_support_offered", "22012", None, "nullif"),
        ("select 'x'::int", "22P02", Some(9), ""),
    ];
    for (sql, code, position, advice) in cases {
        let told = client.simple_query(sql).await.unwrap_err();
        let told = told.as_db_error().unwrap_or_else(|| panic!("{sql}: {told}"));
        assert_eq!(told.code().code(), code, "{sql}: {}", told.message());
        let at = match told.position() {
            Some(ErrorPosition::Original(at)) => Some(*at),
            _ => None,
        };
        assert_eq!(at, position, "{sql}: {}", told.message());
        assert!(told.hint().unwrap_or_default().contains(advice), "{sql}: {:?}", told.hint());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn transactions_change_nothing_and_fail_as_they_should() {
    let server = Server::shared();
    let client = server.client().await;
    client.batch_execute("begin; select 1; commit; start transaction read only; end").await.unwrap();
    client.batch_execute("begin; select 1; commit").await.unwrap();
    client.batch_execute("abort").await.unwrap();
    client.batch_execute("begin").await.unwrap();
    client.batch_execute("savepoint s").await.unwrap();
    assert!(client.batch_execute("select nope").await.is_err());
    let told = client.batch_execute("select 1").await.unwrap_err();
    assert_eq!(fault(&told), "ERROR 25P02: the transaction has failed: nothing is answered until it ends");
    client.batch_execute("rollback to savepoint s").await.unwrap();
    client.batch_execute("select 1").await.unwrap();
    client.batch_execute("rollback").await.unwrap();
    client.batch_execute("select 1").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_are_kept_where_they_are_harmless() {
    let server = Server::shared();
    let client = server.client().await;
    let show =
        async |name: &str| -> String { client.query_one(&format!("show {name}"), &[]).await.unwrap().get(0) };
    for (set, name, value) in [
        ("set application_name = 'test'", "application_name", "test"),
        ("set extra_float_digits = -3", "extra_float_digits", "-3"),
        ("set time zone 'Europe/London'", "timezone", "Europe/London"),
        ("set session characteristics as transaction read only", "transaction_read_only", "on"),
        ("set names 'UTF8'", "client_encoding", "UTF8"),
        ("set statement_timeout to 1500", "statement_timeout", "1500ms"),
        ("set datestyle to iso, dmy", "datestyle", "ISO, DMY"),
        ("reset datestyle", "datestyle", "ISO, YMD"),
        ("reset all", "application_name", ""),
        ("discard all", "statement_timeout", "0"),
    ] {
        client.batch_execute(set).await.unwrap_or_else(|told| panic!("{set}: {}", fault(&told)));
        assert_eq!(show(name).await, value, "{set}");
    }
    assert!(client.query("show all", &[]).await.unwrap().len() > 20);
    let mut config = server.config();
    config.options("-c statement_timeout=2s --application-name=by\\ options");
    let client = connect(&config).await.unwrap();
    assert_eq!(client.query_one("show application_name", &[]).await.unwrap().get::<_, &str>(0), "by options");
    assert_eq!(client.query_one("show statement_timeout", &[]).await.unwrap().get::<_, &str>(0), "2000ms");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_that_takes_too_long_ends_and_the_session_lives_on() {
    let server = Server::shared();
    let client = server.client().await;
    client.batch_execute("set statement_timeout = '200ms'").await.unwrap();
    for _ in 0..2 {
        let told = client.query(ENDLESS, &[]).await.unwrap_err();
        assert_eq!(fault(&told), "ERROR 57014: the statement took longer than the 200 ms that it may take");
        assert_eq!(client.query_one("select 1::int8", &[]).await.unwrap().get::<_, i64>(0), 1);
    }
    // A client cannot give itself more than the server allows.
    let strict = Server::start(&["--timeout", "300ms"]);
    let client = strict.client().await;
    client.batch_execute("set statement_timeout = 0").await.unwrap();
    let told = client.query(ENDLESS, &[]).await.unwrap_err();
    assert_eq!(fault(&told), "ERROR 57014: the statement took longer than the 300 ms that it may take");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_can_cancel_its_own_statement_and_nobody_elses() {
    let server = Server::shared();
    let client = server.client().await;
    let cancel = client.cancel_token();
    let asked = tokio::spawn(async move {
        let told = client.query(ENDLESS, &[]).await.unwrap_err();
        let after: i64 = client.query_one("select 1::int8", &[]).await.unwrap().get(0);
        (fault(&told), after)
    });
    // Until the statement has begun a cancel is for nothing, so it is asked for until it has an effect.
    while !asked.is_finished() {
        cancel.cancel_query(NoTls).await.unwrap();
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let (told, after) = asked.await.unwrap();
    assert_eq!(told, "ERROR 57014: the statement was cancelled, as its client asked");
    assert_eq!(after, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_client_goes_so_does_its_statement() {
    let server = Server::start(&["--timeout", "10min", "--max-connections", "1"]);
    let (client, connection) = server.config().connect(NoTls).await.unwrap();
    let connection = tokio::spawn(connection);
    let asked = tokio::spawn(async move { client.query(ENDLESS, &[]).await });
    server.says("begins a session");
    connection.abort();
    let _ = connection.await;
    asked.abort();
    server.says("ended after");
    // Its place is free again, which it would not be for ten minutes if its statement went on.
    let next = server.client().await;
    assert_eq!(next.query_one("select 1::int8", &[]).await.unwrap().get::<_, i64>(0), 1);
}
