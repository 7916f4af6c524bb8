//! DuckDB, another program altogether, reads our Parquet: labels as text, times as times, the same counts.
//!
//! Needs Python's `duckdb` package; where it is not installed the test says so and passes.

use std::path::Path;
use std::process::Command;

use restudy::store;
use restudy::study::Study;

const SCRIPT: &str = r#"
import sys
import duckdb
folder = sys.argv[1]
def rows(sql):
    return duckdb.sql(sql.replace("FROM ", f"FROM '{folder}/", 1).replace(";", ".parquet'", 1)).fetchall()
print(rows("SELECT count(*) FROM responses;")[0][0])
print(rows("SELECT count(*) FROM answers;")[0][0])
print(sorted(rows("SELECT rooms__reading, count(*) FROM responses; GROUP BY 1")))
print(rows("SELECT visits__alone, typeof(visits__alone), typeof(started_at), typeof(design) FROM responses; WHERE respondent_id = 'r1'")[0])
print(rows("SELECT sum(design.weight), max(design.fpc), count(design.stratum) FROM responses;")[0])
print(rows("SELECT cast(started_at AS VARCHAR) FROM responses; WHERE respondent_id = 'r3'")[0][0])
kept = duckdb.sql(f"SELECT decode(value) FROM parquet_kv_metadata('{folder}/responses.parquet') WHERE decode(key) = 'restudy.codebook'").fetchall()
print("How often do you come?" in kept[0][0])
"#;

#[test]
fn duckdb_reads_our_parquet() {
    let there = Command::new("python3").args(["-c", "import duckdb"]).output();
    if !there.is_ok_and(|output| output.status.success()) {
        println!("skipped: Python's duckdb is not installed");
        return;
    }
    let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/faulty/base");
    let study = Study::load(&base).unwrap();
    let (tables, _) = store::ingest(&study, study.wave(None).unwrap()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("store");
    tables.write(&dir).unwrap();
    let output = Command::new("python3").args(["-c", SCRIPT]).arg(&dir).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let told = String::from_utf8_lossy(&output.stdout).replace("\r\n", "\n");
    let expected = [
        "4",
        "23",
        "[('do not know', 1), ('happens', 2), ('not used', 1)]",
        "('weekly', 'VARCHAR', 'TIMESTAMP', 'STRUCT(weight DOUBLE, stratum VARCHAR, psu VARCHAR, fpc DOUBLE)')",
        "(4.0, 120.0, 0)",
        "2020-03-02 09:15:00",
        "True",
    ];
    assert_eq!(told.lines().collect::<Vec<_>>(), expected);
}
