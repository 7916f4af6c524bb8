//! `restudy status`: every kind of change is told by its name, and it says "up to date" exactly where a build does.

use std::path::Path;

use super::cli::{pretender, restudy, text};
use super::small_study::{small_study, write};

fn with_typst(study: &Path, command: &str) -> assert_cmd::Command {
    let mut given = restudy(study);
    given.arg(command).arg("--typst").arg(study.join("typst"));
    given
}

/// What `status` prints; in whichever folder, by whichever restudy.
fn status(study: &Path) -> String {
    let told = with_typst(study, "status").assert().success().stderr("");
    text(&told.get_output().stdout).replace(&study.display().to_string(), "STUDY")
}

fn build(study: &Path) -> String {
    text(&with_typst(study, "build").assert().success().get_output().stderr)
}

/// What happens to a study, and what is told of it.
type Change = (&'static str, fn(&Path));

const CHANGES: [Change; 13] = [
    ("an answer", |study| {
        let file = study.join("responses.csv");
        let was = fs_err::read_to_string(&file).unwrap();
        fs_err::write(file, was.replace("10:00:00,Yes,Every week", "10:00:00,Yes,Every month")).unwrap();
    }),
    ("a definition", |study| {
        let file = study.join("study.toml");
        let was = fs_err::read_to_string(&file).unwrap();
        fs_err::write(file, was.replace("2020-06-01", "2020-07-01")).unwrap();
    }),
    ("a claim", |study| {
        let file = study.join("claims.csv");
        let was = fs_err::read_to_string(&file).unwrap();
        fs_err::write(file, was.replace("percent,67,2,3,", "percent,67,,,")).unwrap();
    }),
    ("a query changed", |study| {
        let file = study.join("queries/facts/borrowers.sql");
        let was = fs_err::read_to_string(&file).unwrap();
        fs_err::write(file, format!("{was}-- a remark\n")).unwrap();
    }),
    ("a query added", |study| {
        let sql = "-- How many.\n-- facts\n-- base: all\n-- columns: n count\n\nselect count(*) as n from responses\n";
        write(study, "queries/facts/readers.sql", sql);
    }),
    ("a query removed", |study| fs_err::remove_file(study.join("queries/facts/readers.sql")).unwrap()),
    ("a sentence", |study| {
        let file = study.join("report-templates/report.typ.jinja");
        let was = fs_err::read_to_string(&file).unwrap();
        fs_err::write(file, was.replace("a small library", "a very small library")).unwrap();
    }),
    ("a font", |study| write(study, "report-templates/fonts/README", "still none")),
    ("a table altered by hand", |study| write(study, "build/first/store/responses/first.parquet", "mine")),
    ("a result altered by hand", |study| write(study, "build/first/results/parquet/alone.parquet", "mine")),
    ("a page taken away by hand", |study| fs_err::remove_file(study.join("build/first/report.pdf")).unwrap()),
    ("another Typst", |study| pretender(&study.join("typst"), "echo '%PDF-1.7 another'")),
    ("another restudy", |study| {
        let file = study.join("build/first/manifest.json");
        let mut manifest: serde_json::Value = serde_json::from_slice(&fs_err::read(&file).unwrap()).unwrap();
        manifest["tools"]["restudy"]["version"] = "0.0.1".into();
        manifest["tools"]["restudy"]["sha256"] = "0".into();
        for step in ["store", "queries", "evidence", "document", "pdf"] {
            manifest["steps"][step] = "0".into();
        }
        fs_err::write(file, manifest.to_string()).unwrap();
    }),
];

#[test]
fn every_kind_of_change_is_told_by_its_name() {
    let study = small_study();
    let study = study.path();
    let mut told = format!("# never built\n\n{}", status(study));
    assert!(build(study).contains("report.pdf: "));
    told += &format!("\n# built\n\n{}", status(study));
    for (what, change) in CHANGES {
        change(study);
        told += &format!("\n# {what}\n\n{}", status(study));
        with_typst(study, "status").arg("--exit-code").assert().code(1);
        assert!(!build(study).contains("is up to date"), "after {what} there was something to do");
        assert!(status(study).starts_with("build/first is up to date"), "after {what}: {}", status(study));
        assert!(build(study).contains("is up to date"), "after {what} a build leaves nothing to do");
        with_typst(study, "status").arg("--exit-code").assert().success();
    }
    insta::assert_snapshot!(told);
}

#[test]
fn what_makes_nothing_out_of_date_is_noted() {
    let study = small_study();
    let study = study.path();
    build(study);
    write(study, "build/first/notes.txt", "mine");
    write(study, "queries/notes.md", "of a query that is to come");
    fs_err::remove_file(study.join("queries/notes.md")).unwrap();
    let told = status(study);
    assert!(told.starts_with("build/first is up to date"), "{told}");
    assert!(told.contains("note: build/first/notes.txt is no part of the build"), "{told}");
    // Without a Typst what was set with one still stands.
    fs_err::remove_file(study.join("typst")).unwrap();
    let told = status(study);
    assert!(told.starts_with("build/first is up to date") && told.contains("note: no Typst 0.15"), "{told}");
    let json = with_typst(study, "status").args(["--format", "json"]).assert().success();
    let json: serde_json::Value = serde_json::from_slice(&json.get_output().stdout).unwrap();
    assert_eq!(json["up_to_date"], true);
    assert_eq!(json["steps"].as_array().unwrap().len(), 5);
}

#[test]
fn a_build_that_was_not_finished_is_told() {
    let study = small_study();
    build(study.path());
    fs_err::write(study.path().join("build/first/manifest.json"), "{").unwrap();
    let told = status(study.path());
    assert!(told.contains("build/first/manifest.json is missing or cannot be read"), "{told}");
}
