//! Tests of the engine: scale order, gamma, faults and what is refused.

mod functions;
mod labels;

use std::collections::HashMap;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, DictionaryArray, Int64Array, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{DataType, Field, Int32Type, Schema};
use datafusion::arrow::util::pretty::pretty_format_batches;

use super::shelf::Shelf;
use super::{Bounds, Params, Session, Sql, cell_text};

fn params() -> Params {
    Params::none().with("wave", "2013")
}

/// Five schools; `employers` is a dictionary with an ordered scale whose order is not that of the alphabet.
fn session() -> Session {
    let session = Session::open(&[]).expect("a session");
    let labels: DictionaryArray<Int32Type> =
        vec![Some("some small"), Some("none"), None, Some("dominate"), Some("none")].into_iter().collect();
    let scale = HashMap::from([
        ("restudy.ordered".to_owned(), "true".to_owned()),
        ("restudy.labels".to_owned(), r#"["none","some small","some major","dominate"]"#.to_owned()),
    ]);
    let schema = Schema::new(vec![
        Field::new("wave", DataType::Utf8, false),
        Field::new("school", DataType::Int64, false),
        Field::new("employers", labels_type(), true).with_metadata(scale),
    ]);
    let columns: Vec<ArrayRef> = vec![
        Arc::new(StringArray::from(vec!["2013"; 5])),
        Arc::new(Int64Array::from(vec![1, 2, 3, 4, 5])),
        Arc::new(labels),
    ];
    let batch = RecordBatch::try_new(Arc::new(schema), columns).expect("a batch");
    session.register("responses", batch).expect("registered");
    session
}

fn labels_type() -> DataType {
    DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
}

fn column(sql: &str) -> Vec<String> {
    let batch = session().query(sql, &params()).unwrap_or_else(|faults| panic!("{sql}\n{faults}"));
    (0..batch.num_rows()).map(|row| cell_text(&batch, row, 0).unwrap_or_else(|| "NULL".to_owned())).collect()
}

fn fault(sql: &str) -> String {
    let sql = Sql { file: "queries/facts/a.sql", text: sql };
    match session().run(sql, &params()) {
        Ok(batch) => panic!("no fault: {}", pretty_format_batches(&[batch]).expect("a table")),
        Err(faults) => faults.to_string(),
    }
}

#[test]
fn labels_sort_in_scale_order_wherever_they_come_from() {
    let scale = ["none", "some small", "dominate", "NULL"];
    for sql in [
        "select distinct employers from responses order by employers",
        "select employers from responses group by employers order by employers",
        "select employers, count(*) as n from responses group by employers order by employers, n",
        "with step as (select employers as presence from responses group by employers)
         select presence from step order by presence",
        "select employers from responses where school < 3 union
         select employers from responses where school > 2 order by employers",
        "select employers from (select employers, row_number() over (partition by employers order by school) as at
         from responses) where at = 1 order by employers",
    ] {
        assert_eq!(column(sql), scale, "{sql}");
    }
    assert_eq!(
        column(
            "select distinct employers from responses where employers is not null order by employers desc"
        ),
        ["dominate", "some small", "none"]
    );
    assert_eq!(
        column(
            "select first_value(employers) over (order by employers, school) as first from responses limit 1"
        ),
        ["none"]
    );
}

#[test]
fn results_keep_the_scale_for_queries_that_select_from_them() {
    let session = session();
    let first = session
        .query("select employers, count(*) as n from responses group by employers", &params())
        .expect("a result");
    session.register("presence", first).expect("registered");
    let batch =
        session.query("select employers from presence order by employers", &params()).expect("a result");
    assert_eq!(cell_text(&batch, 0, 0).as_deref(), Some("none"));
}

#[test]
fn gamma_is_an_aggregate_like_others() {
    // Agresti's income and satisfaction (see pipeline/survey): gamma 0.2211.
    let mut rows = Vec::new();
    for (x, counts) in [[1, 3, 10, 6], [2, 3, 10, 7], [1, 6, 14, 12], [0, 1, 9, 11]].iter().enumerate() {
        for (y, count) in counts.iter().enumerate() {
            rows.extend(vec![format!("({x}, {y})"); *count]);
        }
    }
    let sql = format!(
        "select cast(round(g['gamma'], 4) as text) || ' ' || cast(g['n'] as text) as a
         from (select gamma(x, y) as g from (values {}) as pairs (x, y))",
        rows.join(", ")
    );
    assert_eq!(column(&sql), ["0.2211 96"]);
    assert_eq!(
        column("select gamma(school, school)['gamma'] as g from responses where school < 2"),
        ["NULL"]
    );
}

#[test]
fn the_other_statistics_are_those_of_the_survey_crate() {
    let pairs: Vec<(f64, f64)> = (0..60).map(|i| (f64::from(i % 4), f64::from((i * i) % 5))).collect();
    let rows: Vec<String> = pairs.iter().map(|(x, y)| format!("({x}, {y})")).collect();
    let tau = survey::association::Crosstab::from_pairs(pairs).tau_b(0.95).expect("an association");
    let sql = "select t['tau_b'], t['lower'], t['upper'], t['n'] from (select tau_b(x, y) as t from (values";
    let batch = session().query(&format!("{sql} {}) as pairs (x, y))", rows.join(", ")), &params());
    let batch = batch.unwrap_or_else(|faults| panic!("{faults}"));
    let found: Vec<Option<f64>> = (0..4).map(|column| super::number(&batch, 0, column)).collect();
    assert_eq!(found, [Some(tau.estimate), Some(tau.lower), Some(tau.upper), Some(60.0)]);

    let sql =
        "select margin_of_error(0.5, count(*)), margin_of_error(0.5, 5, 50), margin_of_error(0.5, 5, 4),
               margin_of_error(null, 5), percent(0.285), percent(null) from responses";
    for confidence in [0.95, 0.8] {
        let session = session().with_confidence(confidence);
        let batch = session.query(sql, &params()).unwrap_or_else(|faults| panic!("{faults}"));
        let found: Vec<Option<f64>> = (0..4).map(|column| super::number(&batch, 0, column)).collect();
        let plain = survey::proportion::margin_of_error(0.5, 5, confidence);
        let corrected = survey::proportion::margin_of_error_fpc(0.5, 5, 50, confidence);
        assert!(plain.is_some() && corrected < plain);
        assert_eq!(found, [plain, corrected, None, None]);
        assert_eq!(cell_text(&batch, 0, 4).as_deref(), Some("29%"));
        assert_eq!(cell_text(&batch, 0, 5), None);
        let level = session.query("select significance_level()", &params());
        let level = level.unwrap_or_else(|faults| panic!("{faults}"));
        assert_eq!(cell_text(&level, 0, 0), Some(format!("{}", if confidence == 0.8 { 0.2 } else { 0.05 })));
    }
}

#[test]
fn partial_states_merge_to_the_same_result() {
    let rows: Vec<(i64, i64)> = (0..300).map(|i| (i % 7, (i * i) % 11)).collect();
    let batch = |rows: &[(i64, i64)]| {
        let x: ArrayRef = Arc::new(rows.iter().map(|r| r.0).collect::<Int64Array>());
        let y: ArrayRef = Arc::new(rows.iter().map(|r| r.1).collect::<Int64Array>());
        RecordBatch::try_from_iter([("x", x), ("y", y)]).expect("a batch")
    };
    let result = |partitions: usize, parts: Vec<Vec<RecordBatch>>| {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let context =
            super::context(partitions, Bounds::STUDY, &Arc::new(Shelf::keeping(0))).expect("a context");
        super::aggregates(0.95).into_iter().for_each(|function| context.register_udaf(function));
        let table = super::MemTable::try_new(parts[0][0].schema(), parts).expect("a table");
        context.register_table("pairs", Arc::new(table)).expect("registered");
        let sql =
            "select x % 2 as half, gamma(x, y) as g, count(*) as n from pairs group by x % 2 order by half";
        let batches = runtime.block_on(async { context.sql(sql).await.expect("a plan").collect().await });
        pretty_format_batches(&batches.expect("a result")).expect("a table").to_string()
    };
    let whole = result(1, vec![vec![batch(&rows)]]);
    let parts = rows.chunks(50).map(|part| vec![batch(part)]).collect();
    assert_eq!(whole, result(4, parts));
}

#[test]
fn parameters_are_values_and_never_sql() {
    let count = "select count(*) as n from responses where wave = $wave";
    assert_eq!(column(count), ["5"]);
    let hostile = Params::none().with("wave", "x' or '1' = '1");
    let batch = session().query(count, &hostile).expect("a result");
    assert_eq!(cell_text(&batch, 0, 0).as_deref(), Some("0"));
}

#[test]
fn faults_name_their_place_and_what_would_be_right() {
    let faults: Vec<String> = [
        "-- Title.\n\nselect\n  employer\nfrom responses\n",
        "select school from respones",
        "select school\nfrom responses\nwhere wave == $wave and and school = 1",
        "select school form responses",
        "select count(*) from responses where wave = $year",
        "select rond(school) from responses",
        "select a.school from responses as a join responses as b on a.school = b.school where wave = '2013'",
        "select employers, school from responses group by employers",
        "select cuont(*) as n from responses",
        "select employers from responses order by -- schol\n  schol",
        "select a1 from (select 1 as b1, 2 as b2, 3 as b3, 4 as b4, 5 as b5, 6 as b6, 7 as b7, 8 as b8, 9 as b9, 1 as c1, 2 as c2, 3 as c3, 4 as c4, 1 as a2)",
        "select 1 / 0",
        "select cast('x' as bigint) as n",
        "select 1; select 2",
        "",
    ]
    .into_iter()
    .map(|sql| format!("{}\n--- {}", sql.trim(), fault(sql)))
    .collect();
    insta::assert_snapshot!(faults.join("\n\n"));
}

#[test]
fn nothing_but_queries_runs() {
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("out.csv");
    for sql in [
        format!("copy responses to '{}'", file.display()),
        format!("explain analyze copy responses to '{}'", file.display()),
        "drop table responses".to_owned(),
        "create table x as select 1".to_owned(),
        "insert into responses select * from responses".to_owned(),
        "set datafusion.execution.target_partitions = 4".to_owned(),
        "create external table x stored as csv location '/etc/passwd'".to_owned(),
        "select * from '/etc/passwd'".to_owned(),
        "select repeat('a', 2000000000)".to_owned(),
        "select * from generate_series(1, 1000000000)".to_owned(),
    ] {
        assert!(session().query(&sql, &params()).is_err(), "{sql}");
    }
    assert!(!file.exists());
}

#[test]
fn a_missing_file_is_told_by_name() {
    let tables = [("responses".to_owned(), "nowhere/responses.parquet".into())];
    let session = Session::open(&tables).expect("a session");
    let Err(faults) = session.query("select 1 from responses", &Params::none()) else { panic!("read") };
    assert!(faults.to_string().contains("cannot read the table `responses`"), "{faults}");
    assert!(faults.to_string().contains("nowhere/responses.parquet"), "{faults}");
}

#[test]
fn every_function_of_restudy_is_documented_and_nothing_else() {
    let plain =
        datafusion::execution::session_state::SessionStateBuilder::new().with_default_features().build();
    let session = session();
    let state = session.context.state();
    let mut registered: Vec<String> = state.table_functions().keys().cloned().collect();
    let added = |name: &&String| {
        !plain.scalar_functions().contains_key(*name) && !plain.aggregate_functions().contains_key(*name)
    };
    registered.extend(state.scalar_functions().keys().filter(added).cloned());
    registered.extend(state.aggregate_functions().keys().filter(added).cloned());
    registered.sort_unstable();
    let mut documented: Vec<&str> = super::documented::functions().iter().map(|doc| doc.name).collect();
    documented.sort_unstable();
    assert_eq!(registered, documented);
}

#[test]
fn table_functions_give_few_rows() {
    let rows = |sql: &str| {
        let batch = session().query(sql, &params()).unwrap_or_else(|faults| panic!("{sql}\n{faults}"));
        (0..batch.num_rows())
            .map(|row| (super::number(&batch, row, 0), super::number(&batch, row, 1)))
            .collect::<Vec<_>>()
    };
    assert_eq!(rows("select * from counts_of(48, 196)"), [(Some(94.0), Some(95.0))]);
    assert_eq!(rows("select * from bases_of(53.3, 80, 196, 1)"), [(Some(150.0), Some(150.0))]);
    assert_eq!(rows("select * from bases_of(53, 80, 149)"), []);
    let documented = rows("select count(*), count(distinct name) from functions()");
    let count = super::documented::functions().len() as f64;
    assert_eq!(documented, [(Some(count), Some(count))]);
}
