//! The options that say how an answer is printed: formats and files that fit, pipes, what is said and where.

use std::path::Path;

use assert_cmd::Command;

use super::report_material::{root, typst};

/// `restudy ask` of this repository's study, in another folder.
fn ask(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("restudy"));
    command
        .current_dir(folder)
        .arg("--study")
        .arg(fs_err::canonicalize(root()).unwrap())
        .arg("ask")
        .args(arguments);
    command
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// What is said of a command line that is wrong.
fn refused(arguments: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let told = ask(folder.path(), arguments).assert().code(2).stdout("");
    assert_eq!(fs_err::read_dir(folder.path()).unwrap().count(), 0, "{arguments:?}");
    text(&told.get_output().stderr)
}

const SQL: &str = "select role, invited from frame where wave = $wave order by invited desc, role limit 2";

#[test]
fn what_contradicts_itself_is_told_before_anything_is_asked() {
    let contradiction = refused(&["no sql at all", "--format", "csv", "--out", "a.xlsx"]);
    let unknown = refused(&["no sql at all", "--out", "answer.docx"]);
    let undrawn = refused(&["no sql at all", "--chart", "bar"]);
    insta::assert_snapshot!([contradiction, unknown, undrawn].join("\n"));
    assert!(refused(&[SQL, "--format", "excel"]).contains("possible values: table, csv, json, ndjson"));
}

#[test]
fn a_file_says_its_format_by_its_ending() {
    let folder = tempfile::tempdir().unwrap();
    for (name, begins) in [
        ("a.csv", &b"role,invited\r\n"[..]),
        ("a.json", b"[\n"),
        ("a.jsonl", b"{\"role\":"),
        ("a.md", b"| role | invited |\n| --- | ---: |\n"),
        ("a.txt", b"role"),
        ("a.parquet", b"PAR1"),
        ("a.XLSX", b"PK"),
    ] {
        let told = ask(folder.path(), &[SQL, "--out", name]).assert().success().stdout("");
        let said = text(&told.get_output().stderr);
        assert!(said.starts_with(&format!("wrote {name}: 2 rows, ")), "{said}");
        let written = fs_err::read(folder.path().join(name)).unwrap();
        assert!(written.starts_with(begins), "{name}");
        // The same again, over what is there.
        ask(folder.path(), &[SQL, "--out", name]).assert().success();
        assert_eq!(fs_err::read(folder.path().join(name)).unwrap(), written);
    }
    assert_eq!(fs_err::read_dir(folder.path()).unwrap().count(), 7);
    // With another ending, or none, the format is said.
    ask(folder.path(), &[SQL, "--format", "csv", "--out", "b"]).assert().success();
    assert_eq!(
        fs_err::read(folder.path().join("b")).unwrap(),
        fs_err::read(folder.path().join("a.csv")).unwrap()
    );
}

#[test]
fn a_pipe_takes_any_format_and_is_plain() {
    let folder = tempfile::tempdir().unwrap();
    let out = |arguments: &[&str]| {
        let told = ask(folder.path(), arguments).env("PAGER", "false").assert().success().stderr("");
        told.get_output().stdout.clone()
    };
    assert!(out(&[SQL, "--format", "parquet"]).starts_with(b"PAR1"));
    let table = text(&out(&[SQL]));
    assert!(table.ends_with("(2 rows)\n") && !table.contains('\u{1b}'), "{table}");
    let named = text(&out(&["@stem_support_offered"]));
    assert!(named.contains("(10 rows)\nBase: "), "{named}");
    assert!(named.lines().any(|line| line.starts_with("science club") && line.ends_with("70.9%")), "{named}");
    let titled = text(&out(&["select 1 as n", "--title", "How many"]));
    assert!(titled.starts_with("How many\n\nn\n"), "{titled}");
}

#[test]
fn what_cannot_be_written_leaves_what_was_there() {
    let folder = tempfile::tempdir().unwrap();
    fs_err::write(folder.path().join("a.csv"), "old").unwrap();
    let wrong =
        ask(folder.path(), &["select nothing from nowhere", "--out", "a.csv"]).assert().code(1).stdout("");
    assert!(text(&wrong.get_output().stderr).contains("nowhere"));
    let nowhere = ask(folder.path(), &[SQL, "--out", "no/folder.csv"]).assert().code(1).stdout("");
    assert!(text(&nowhere.get_output().stderr).contains("there is no folder no"));
    assert_eq!(fs_err::read_to_string(folder.path().join("a.csv")).unwrap(), "old");
    assert_eq!(fs_err::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_question_is_drawn_and_the_choice_is_explained() {
    let Some(typst) = typst() else { return };
    let folder = tempfile::tempdir().unwrap();
    let draw = |arguments: &[&str]| {
        let mut command = ask(folder.path(), arguments);
        command.arg("--typst").arg(&typst.program);
        command
    };
    let told = draw(&["@employed_before_by_role", "--out", "roles.svg"]).assert().success().stdout("");
    let said = text(&told.get_output().stderr);
    assert!(said.starts_with("drawn as a bar chart: `share` by `role`\nwrote roles.svg: "), "{said}");
    let told =
        draw(&["@employers_by_ks4_activity", "--out", "employers.pdf", "--chart", "dot"]).assert().success();
    let said = text(&told.get_output().stderr);
    assert!(said.starts_with("wrote employers.pdf: "), "{said}");
    assert!(fs_err::read(folder.path().join("employers.pdf")).unwrap().starts_with(b"%PDF-"));
    let refused =
        draw(&["select 1 as n", "--format", "svg", "--chart", "stacked"]).assert().code(1).stdout("");
    let said = text(&refused.get_output().stderr);
    assert!(said.contains("a stacked bar chart cannot show this answer: it has no column of text"), "{said}");
}
