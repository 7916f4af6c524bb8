//! DuckDB, another program altogether, reads our Parquet: labels as text, times as times, the same counts.
//!
//! Needs Python's `duckdb` package; where it is not installed the test says so and passes.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use restudy::store::{self, Tables};
use restudy::study::Study;

const SCRIPT: &str = r#"
import sys
import duckdb
folder = sys.argv[1]
def rows(sql):
    return duckdb.sql(sql.replace("FROM ", f"FROM '{folder}/", 1).replace(";", "/*.parquet'", 1)).fetchall()
print(rows("SELECT count(*) FROM responses;")[0][0])
print(rows("SELECT count(*) FROM answers;")[0][0])
print(sorted(rows("SELECT rooms__reading, count(*) FROM responses; GROUP BY 1")))
print(rows("SELECT visits__alone, typeof(visits__alone), typeof(started_at), typeof(design) FROM responses; WHERE respondent_id = 'r1'")[0])
print(rows("SELECT sum(design.weight), max(design.unit), max(design.place) FROM responses;")[0])
print(rows("SELECT cast(started_at AS VARCHAR) FROM responses; WHERE respondent_id = 'r3'")[0][0])
kept = duckdb.sql(f"SELECT decode(value) FROM parquet_kv_metadata('{folder}/responses/*.parquet') WHERE decode(key) = 'restudy.codebook'").fetchall()
print("How often do you come?" in kept[0][0])
"#;

/// The row count of every table, the counts of one variable's labels, and one sum.
const WHOLE_STUDY: &str = r#"
import sys, os
import duckdb
folder = sys.argv[1]
for name in sorted(os.listdir(folder)):
    table, *ending = name.rsplit(".", 1)
    files = name if ending else f"{name}/*.parquet"
    count = duckdb.sql(f"SELECT count(*) FROM '{folder}/{files}'").fetchall()[0][0]
    print(table, count)
for label, count in duckdb.sql(f"SELECT coalesce(role, '-'), count(*) FROM '{folder}/responses/*.parquet' GROUP BY 1 ORDER BY 1").fetchall():
    print(label, count)
print(duckdb.sql(f"SELECT sum(destinations__university) FROM '{folder}/responses/*.parquet'").fetchall()[0][0])
print(duckdb.sql(f"SELECT sum(invited) FROM '{folder}/frame/*.parquet'").fetchall()[0][0])
"#;

/// Whether Python has `duckdb`; says so where it has not.
fn duckdb_is_there() -> bool {
    let there = Command::new("python3").args(["-c", "import duckdb"]).output();
    let there = there.is_ok_and(|output| output.status.success());
    if !there {
        println!("skipped: Python's duckdb is not installed");
    }
    there
}

/// The tables of the study in `root`, and what DuckDB tells of them when it runs `script`.
fn asked(root: &Path, script: &str) -> (Tables, Vec<String>) {
    let study = Study::load(root).unwrap();
    let (tables, _) = store::ingest(&study, study.wave(None).unwrap()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("store");
    tables.write(&dir).unwrap();
    let output = Command::new("python3").args(["-c", script]).arg(&dir).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    (tables, String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect())
}

#[test]
fn duckdb_reads_our_parquet() {
    if !duckdb_is_there() {
        return;
    }
    let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/faulty/base");
    let (_, told) = asked(&base, SCRIPT);
    let expected = [
        "4",
        "23",
        "[('do not know', 1), ('happens', 2), ('not used', 1)]",
        "('weekly', 'VARCHAR', 'TIMESTAMP', 'STRUCT(weight DOUBLE, place VARCHAR, unit UINTEGER)')",
        r#"(120.0, 3, '{"sample":"first/design","stages":[{"stratum":0,"unit":null,"units":4,"fpc":120.0}],"lonely":"fail"}')"#,
        "2020-03-02 09:15:00",
        "True",
    ];
    assert_eq!(told, expected);
}

#[test]
fn duckdb_reads_the_whole_study() {
    if !duckdb_is_there() {
        return;
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let (tables, told) = asked(&root, WHOLE_STUDY);
    let mut expected: Vec<String> =
        tables.iter().map(|(name, batch)| format!("{name} {}", batch.num_rows())).collect();
    expected.sort();
    assert_eq!(expected.len(), 16);
    let mut roles = BTreeMap::new();
    for role in column(&tables, "responses", "role") {
        *roles.entry(role.unwrap_or("-".to_owned())).or_insert(0) += 1;
    }
    assert!(roles.len() > 2);
    expected.extend(roles.iter().map(|(role, count)| format!("{role} {count}")));
    let values = column(&tables, "responses", "destinations__university");
    let sum: f64 = values.iter().flatten().map(|v| v.parse::<f64>().unwrap()).sum();
    assert!(sum > 0.0);
    expected.push(format!("{sum:?}"));
    // Those invited, as the source report prints them.
    expected.push("3570".to_owned());
    assert_eq!(told, expected);
}

/// A column of ours, as text.
fn column(tables: &Tables, table: &str, name: &str) -> Vec<Option<String>> {
    use datafusion::arrow::array::cast::AsArray;
    use datafusion::arrow::compute::cast;
    use datafusion::arrow::datatypes::DataType;
    let array = tables.get(table).unwrap().column_by_name(name).unwrap();
    let array = cast(array, &DataType::Utf8).unwrap();
    array.as_string::<i32>().iter().map(|value| value.map(str::to_owned)).collect()
}
