//! Projects of qualitative data: they give what tables give, every coding has a fate, and a draft of one can be read.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use datafusion::arrow::array::cast::AsArray as _;
use datafusion::arrow::datatypes::Int64Type;
use proptest::prelude::*;
use restudy::sources::project::Project;
use restudy::store::Tables;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::report_material::root;
use super::stages_data::{ingest, overlay, texts};

const TABLES: &str =
    "cases = \"cases.csv\"\ndocuments = \"documents.csv\"\ntexts = \"texts\"\ncodings = \"codings.csv\"\n";

/// The small study, with the project and the decisions of the folder `name` of `fixtures/faulty`.
pub(super) fn small(name: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    overlay(&root().join("fixtures/faulty/base"), folder.path());
    overlay(&root().join("fixtures/faulty").join(name), folder.path());
    folder
}

/// This study, with its case studies from the project in place of the tables.
fn with_the_project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    overlay(&root().join("codebook"), &folder.path().join("codebook"));
    overlay(&root().join("fixtures/waves/2013"), &folder.path().join("fixtures/waves/2013"));
    for (from, to) in [
        ("fixtures/cases/project.synthetic.qdpx", "material.qdpx"),
        ("fixtures/cases/project.toml", "codebook/project.toml"),
    ] {
        fs_err::copy(root().join(from), folder.path().join(to)).unwrap();
    }
    let study = fs_err::read_to_string(root().join("study.toml")).unwrap();
    let is_source = |line: &str| {
        ["cases", "documents", "texts", "codings", "pilots", "claims", "claim_relations"]
            .iter()
            .any(|name| line.starts_with(&format!("{name} = ")))
    };
    let kept: Vec<&str> = study.lines().filter(|line| !is_source(line)).collect();
    let study = kept.join("\n").replace("[sources]", "[sources]\nproject = \"material.qdpx\"");
    fs_err::write(folder.path().join("study.toml"), study).unwrap();
    folder
}

/// The rows of a table as text, in order of what they hold.
pub(super) fn rows(tables: &Tables, table: &str) -> Vec<Vec<(String, String)>> {
    let names: Vec<String> =
        tables.get(table).unwrap().schema().fields().iter().map(|field| field.name().clone()).collect();
    let columns: Vec<Vec<String>> = names.iter().map(|name| texts(tables, table, name)).collect();
    let mut rows: Vec<Vec<(String, String)>> = (0..tables.get(table).unwrap().num_rows())
        .map(|row| {
            names.iter().zip(&columns).map(|(name, cells)| (name.clone(), cells[row].clone())).collect()
        })
        .collect();
    rows.sort();
    rows
}

/// Numbers of the account, by kind and fate.
fn account(tables: &Tables) -> BTreeMap<(String, String), i64> {
    let numbers = tables.get("material_account").unwrap().column_by_name("n").unwrap().clone();
    let numbers = numbers.as_primitive::<Int64Type>().values().to_vec();
    let kinds = texts(tables, "material_account", "what");
    let fates = texts(tables, "material_account", "fate");
    let mut account = BTreeMap::new();
    for ((what, fate), number) in kinds.into_iter().zip(fates).zip(numbers) {
        *account.entry((what, fate)).or_default() += number;
    }
    account
}

/// The law: each coding of the file has one fate, the account counts them, and those that are kept give all rows.
pub(super) fn adds_up(tables: &Tables, in_file: usize) {
    let fates = texts(tables, "project_codings", "fate");
    assert_eq!(fates.len(), in_file, "each coding of the file has a row");
    let account = account(tables);
    for fate in ["kept", "repeats", "left out"] {
        let counted = account.get(&("codings".to_owned(), fate.to_owned())).copied().unwrap_or_default();
        assert_eq!(
            fates.iter().filter(|of| *of == fate).count(),
            usize::try_from(counted).unwrap(),
            "{fate}"
        );
    }
    for (fate, why) in fates.iter().zip(texts(tables, "project_codings", "why")) {
        assert!(fate != "left out" || !why.is_empty(), "a coding is left out, and nothing says why");
    }
    let rows = rows(tables, "codings");
    let mut once = rows.clone();
    once.dedup();
    assert_eq!(rows, once, "no code is given twice to a paragraph by one coder");
    assert!(!fates.iter().any(|fate| fate == "kept") || !rows.is_empty());
}

#[test]
fn a_project_gives_the_tables_that_tables_give() {
    let study = with_the_project();
    let (of_project, warnings) = ingest(study.path()).unwrap();
    let (of_tables, _) = ingest(&root()).unwrap();
    for table in ["cases", "documents", "segments", "codings", "codes"] {
        let schema = |tables: &Tables| tables.get(table).unwrap().schema();
        assert_eq!(schema(&of_project), schema(&of_tables), "{table}");
        assert_eq!(rows(&of_project, table), rows(&of_tables, table), "{table}");
    }
    let codings = rows(&of_tables, "codings").len();
    adds_up(&of_project, codings + 4);
    let told = warnings.to_string();
    assert!(told.contains("3 of 365 codings are left out"), "{told}");
    let notes: Vec<String> = texts(&of_project, "notes", "text");
    assert_eq!(notes.len(), 2);
    assert_eq!(texts(&of_project, "notes", "about"), ["code", "document"]);
    assert_eq!(texts(&of_project, "notes", "code")[0], "leadership/drive/headteacher");
}

pub(super) fn restudy(study: &Path) -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("restudy"));
    command.arg("--study").arg(study);
    command
}

pub(super) fn said(command: &mut Command, code: i32) -> String {
    let told = command.assert().code(code);
    String::from_utf8(told.get_output().stdout.clone()).unwrap()
}

#[test]
fn the_account_is_told() {
    let study = with_the_project();
    insta::assert_snapshot!(said(restudy(study.path()).arg("material"), 0));
    let json = said(restudy(study.path()).args(["material", "--format", "json"]), 0);
    let lines: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(lines[0]["what"], "codings");
    let told = restudy(&root()).arg("material").assert().code(1).stdout("");
    let told = String::from_utf8_lossy(&told.get_output().stderr).into_owned();
    assert!(told.contains("no project of qualitative data"), "{told}");
}

#[test]
fn a_draft_of_a_project_can_be_read() {
    let study = small("project-codings-left-out");
    let at = |name: &str| -> PathBuf { study.path().join(name) };
    fs_err::remove_file(at("codebook/code-frame.toml")).unwrap();
    let file = at("material.qdpx");
    let draft = |anew: &[&str], code| {
        let mut command = restudy(study.path());
        said(command.args(["material", "draft"]).arg(&file).args(anew), code)
    };
    insta::assert_snapshot!(draft(&[], 0));
    insta::assert_snapshot!(fs_err::read_to_string(at("codebook/project.toml")).unwrap());
    insta::assert_snapshot!(fs_err::read_to_string(at("codebook/code-frame.toml")).unwrap());
    let (tables, _) = ingest(study.path()).unwrap();
    adds_up(&tables, 7);
    assert_eq!(texts(&tables, "codings", "code"), ["place/quiet", "place", "place"]);
    let query = fs_err::read_to_string(at("queries/facts/what_was_left_out.sql")).unwrap();
    assert!(query.contains("from material_account"));
    assert_eq!(draft(&[], 2), "", "what was decided is not lost");
    draft(&["--anew"], 0);
}

#[test]
fn selections_touch_paragraphs() {
    let study = tempfile::tempdir().unwrap();
    // From within the first paragraph to within the third; the same again; white space; a code on what it has already.
    let selections = [(3, 36), (3, 36), (14, 16), (16, 20)];
    let tables = written(study.path(), "A quiet house.\n\nFew come.\n\nThe rest stay.\n", &selections, "").0;
    assert_eq!(texts(&tables, "codings", "segment_id"), ["north:1", "north:2", "north:3"]);
    assert_eq!(texts(&tables, "project_codings", "fate"), ["kept", "repeats", "left out", "repeats"]);
    assert_eq!(texts(&tables, "project_codings", "why")[2], "given to white space");
    assert_eq!(texts(&tables, "project_codings", "excerpt")[0], "uiet house. Few come. The rest");
    let lines = "A quiet house.\nFew come.\nThe rest stay.\nAnd read.\n";
    let (tables, _) = written(study.path(), lines, &[(15, 24)], "paragraphs = \"lines\"\n");
    assert_eq!(texts(&tables, "codings", "segment_id"), ["north:2"]);
}

#[test]
fn a_selection_may_have_a_title() {
    let study = small("project-words-elsewhere");
    assert!(ingest(study.path()).is_err());
    let decided =
        "[[coding]]\nid = \"{00000000-0000-4000-8000-000000000031}\"\nat_its_positions = \"a title\"\n";
    fs_err::write(study.path().join("codebook/project.toml"), decided).unwrap();
    let (tables, _) = ingest(study.path()).unwrap();
    assert_eq!(texts(&tables, "project_codings", "excerpt")[0], "Few come, and");
    adds_up(&tables, 3);
}

#[test]
fn groups_of_documents_may_be_cases() {
    let study = small("project-codings-left-out");
    let (xml, text) = sound();
    let (before, rest) = xml.split_once("  <Cases>").unwrap();
    let (_, after) = rest.split_once("</Cases>\n").unwrap();
    let ids = ["11", "12"].map(|number| format!("00000000-0000-4000-8000-0000000000{number}"));
    let set = |name: &str, id: &str| {
        format!("<Set guid=\"{name}\" name=\"{name}\"><MemberSource targetGUID=\"{id}\"/></Set>")
    };
    let sets = format!("<Sets>{}{}</Sets></Project>", set("Group N", &ids[0]), set("Group S", &ids[1]));
    let xml = format!("{before}{after}").replace("</Project>", &sets);
    let bytes = archive(&[("project.qde", xml.as_bytes()), ("Sources/north.txt", &text)]);
    fs_err::write(study.path().join("material.qdpx"), bytes).unwrap();
    let decide = |text: &str| {
        fs_err::write(study.path().join("codebook/project.toml"), text).unwrap();
        ingest(study.path())
    };
    let told = decide("").unwrap_err().to_string();
    assert!(told.contains("which case the source `north-notes` is about"), "{told}");
    let groups =
        "[[set]]\nraw = \"Group N\"\nmeans = \"north\"\n[[set]]\nraw = \"Group S\"\nmeans = \"south\"\n";
    let sources = "[[source]]\nraw = \"north-notes\"\ncase = \"north\"\n[[source]]\nraw = \"south-notes\"\ncase = \"south\"\n";
    for decided in [groups, sources] {
        let (tables, _) = decide(decided).unwrap();
        assert_eq!(texts(&tables, "cases", "case_id"), ["north", "south"]);
        assert_eq!(texts(&tables, "documents", "case_id"), ["north", "south"]);
        adds_up(&tables, 7);
    }
}

/// The small study in `folder`, with a project of one text and these selections of it; its tables and what was told.
pub(super) fn written(
    folder: &Path,
    text: &str,
    selections: &[(usize, usize)],
    decided: &str,
) -> (Tables, String) {
    let elsewhere = "<Coding guid=\"w\" creatingUser=\"u\"><CodeRef targetGUID=\"c\"/></Coding>";
    let mut body = String::new();
    for (number, (start, end)) in selections.iter().enumerate() {
        body.push_str(&format!(
            "<PlainTextSelection guid=\"s{number}\" startPosition=\"{start}\" endPosition=\"{end}\">{}</PlainTextSelection>",
            elsewhere.replace("\"w\"", &format!("\"{number}\""))
        ));
    }
    let xml = format!(
        "<Project xmlns=\"urn:QDA-XML:project:1.0\" name=\"p\"><Users><User guid=\"u\" name=\"A\"/></Users>\
         <CodeBook><Codes><Code guid=\"c\" name=\"Place\" isCodable=\"true\"/></Codes></CodeBook>\
         <Cases><Case guid=\"k\" name=\"north\"><SourceRef targetGUID=\"d\"/></Case></Cases>\
         <Sources><TextSource guid=\"d\" name=\"north\" plainTextPath=\"internal://t.txt\">{body}</TextSource></Sources></Project>"
    );
    overlay(&root().join("fixtures/faulty/base"), folder);
    let study = folder.join("study.toml");
    let was = fs_err::read_to_string(&study).unwrap();
    fs_err::write(&study, was.replace(TABLES, "project = \"p.qdpx\"\n")).unwrap();
    fs_err::write(folder.join("codebook/project.toml"), decided).unwrap();
    fs_err::write(
        folder.join("p.qdpx"),
        archive(&[("project.qde", xml.as_bytes()), ("t.txt", text.as_bytes())]),
    )
    .unwrap();
    let (tables, warnings) = ingest(folder).unwrap();
    (tables, warnings.to_string())
}

pub(super) fn archive(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        out.start_file(*name, SimpleFileOptions::default()).unwrap();
        out.write_all(bytes).unwrap();
    }
    out.finish().unwrap().into_inner()
}

/// A sound project of the small study: its description and its text.
pub(super) fn sound() -> (String, Vec<u8>) {
    let bytes = fs_err::read(root().join("fixtures/faulty/project-codings-left-out/material.qdpx")).unwrap();
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut xml = String::new();
    std::io::Read::read_to_string(&mut archive.by_name("project.qde").unwrap(), &mut xml).unwrap();
    let mut text = Vec::new();
    std::io::Read::read_to_end(&mut archive.by_name("sources/north.txt").unwrap(), &mut text).unwrap();
    (xml, text)
}

#[test]
fn a_project_may_be_utf_16() {
    let (xml, text) = sound();
    let parsed = |xml: &[u8]| {
        let bytes = archive(&[("project.qde", xml), ("north.txt", &text)]);
        let (project, warnings) = Project::parse("p.qdpx", bytes).unwrap();
        assert!(warnings.is_empty(), "{warnings}");
        format!("{project:?}")
    };
    let declared = xml.replace("utf-8", "utf-16");
    let units: Vec<u8> = declared.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(parsed(&[&[0xff, 0xfe][..], &units].concat()), parsed(xml.as_bytes()));
    assert_eq!(parsed(&[&[0xef, 0xbb, 0xbf][..], xml.as_bytes()].concat()), parsed(xml.as_bytes()));
}

fn has_places(file: &str, bytes: Vec<u8>) -> Result<(), TestCaseError> {
    let told = match Project::parse(file, bytes) {
        Ok((project, warnings)) => {
            prop_assert!(project.codings.len() == project.codings_in_file);
            warnings
        }
        Err(faults) => {
            prop_assert!(faults.errors() > 0);
            faults
        }
    };
    for fault in told.iter() {
        prop_assert!(fault.place.is_some(), "no place: {}", fault.message);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever is selected, each coding has one fate.
    #[test]
    fn codings_in_are_codings_kept_and_left_out(
        text in "[a-zé😀 \n]{1,40}x",
        ends in proptest::collection::vec((0usize..42, 0usize..42), 0..12),
    ) {
        let length = text.chars().count();
        let selections: Vec<(usize, usize)> = ends
            .iter()
            .map(|(a, b)| (*a.min(b), *a.max(b)))
            .map(|(start, end)| (start.min(length), end.min(length)))
            .collect();
        let study = tempfile::tempdir().unwrap();
        let (tables, _) = written(study.path(), &text, &selections, "positions = { unit = \"code points\" }\n");
        adds_up(&tables, selections.len());
    }

    /// Whatever happens to the bytes, there is a project or a fault with its place.
    #[test]
    fn damaged_projects_are_told(edits in proptest::collection::vec((0usize..6000, 0usize..9, any::<u8>()), 1..5), whole: bool) {
        let (xml, text) = sound();
        let damage = |bytes: Vec<u8>| {
            let mut bytes = bytes;
            for (at, taken, put) in &edits {
                let at = at % (bytes.len() + 1);
                let end = (at + taken).min(bytes.len());
                bytes.splice(at..end, [*put]);
            }
            bytes
        };
        if whole {
            has_places("p.qdpx", damage(archive(&[("project.qde", xml.as_bytes()), ("north.txt", &text)])))?;
        } else {
            let xml = damage(xml.into_bytes());
            has_places("p.qdc", xml.clone())?;
            has_places("p.qdpx", archive(&[("project.qde", &xml), ("north.txt", &text)]))?;
        }
    }
}
