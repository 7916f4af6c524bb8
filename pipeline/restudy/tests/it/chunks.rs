//! An export that is read in chunks of rows is the same export: the same tables, the same faults with the same places, whatever
//! the size of a chunk.

use std::cell::Cell;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use encoding_rs::{UTF_16LE, WINDOWS_1252};
use restudy::diagnostic::Diagnostics;
use restudy::sources::{Nobody, Progress, SoFar};
use restudy::store::{self, Store, Tables};
use restudy::study::Study;

use super::cli::restudy;
use super::stages_data::{overlay, texts};
use super::waves::{add, decide_2014, replace, study_of_2013};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The study in `root`, whose exports are read in chunks of about so many bytes.
fn study(root: &Path, at_once: u64) -> Result<Study, Diagnostics> {
    Ok(Study { at_once, ..Study::load(root)? })
}

fn ingest(root: &Path, at_once: u64) -> Result<(Tables, Diagnostics), Diagnostics> {
    let study = study(root, at_once)?;
    store::ingest(&study, study.wave(None)?)
}

/// What is told of it, and whether there are tables.
fn told(root: &Path, at_once: u64) -> (bool, Diagnostics) {
    match ingest(root, at_once) {
        Ok((_, warnings)) => (true, warnings),
        Err(faults) => (false, faults),
    }
}

/// A study of a folder of `fixtures/faulty`.
fn faulty(name: &str) -> tempfile::TempDir {
    let study = tempfile::tempdir().unwrap();
    overlay(&root().join("fixtures/faulty/base"), study.path());
    overlay(&root().join("fixtures/faulty").join(name), study.path());
    study
}

/// The small study with this export.
fn with(responses: &[u8]) -> tempfile::TempDir {
    let study = faulty("base");
    fs_err::write(study.path().join("responses.csv"), responses).unwrap();
    study
}

fn export() -> String {
    fs_err::read_to_string(root().join("fixtures/faulty/base/responses.csv")).unwrap()
}

/// The rows of a table, in words; those of tables that stand variable by variable in their order.
fn rows(tables: &Tables, name: &str) -> Vec<Vec<String>> {
    let schema = tables.get(name).unwrap().schema();
    let is_plain = |name: &&String| !name.starts_with("design");
    let names: Vec<&String> = schema.fields().iter().map(|f| f.name()).filter(is_plain).collect();
    let columns: Vec<Vec<String>> = names.iter().map(|column| texts(tables, name, column)).collect();
    let count = columns.first().map_or(0, Vec::len);
    let mut rows: Vec<Vec<String>> =
        (0..count).map(|row| columns.iter().map(|column| column[row].clone()).collect()).collect();
    if ["answers", "missing"].contains(&name) {
        rows.sort();
    }
    rows
}

fn assert_same(one: &Tables, other: &Tables) {
    let names = |tables: &Tables| tables.iter().map(|(name, _)| name.to_owned()).collect::<Vec<_>>();
    assert_eq!(names(one), names(other));
    for name in names(one) {
        assert_eq!(one.get(&name).unwrap().schema(), other.get(&name).unwrap().schema(), "{name}");
        assert!(rows(one, &name) == rows(other, &name), "{name} differs");
    }
    let design = |tables: &Tables| tables.get("responses").unwrap().column_by_name("design").cloned();
    assert_eq!(&design(one), &design(other));
}

#[test]
fn of_every_faulty_study_the_same_is_told() {
    let folders = fs_err::read_dir(root().join("fixtures/faulty")).unwrap().map(|e| e.unwrap().path());
    let mut names: Vec<PathBuf> = folders.filter(|path| path.is_dir()).collect();
    names.sort();
    let mut others = Vec::new();
    for folder in names {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        let study = faulty(&name);
        let whole = told(study.path(), u64::MAX);
        for at_once in [1, 150] {
            let (is_sound, found) = told(study.path(), at_once);
            if (is_sound, &found) != (whole.0, &whole.1) {
                others.push(format!("{name} in chunks of {at_once}:\n{found}\ninstead of\n{}\n", whole.1));
            }
        }
    }
    assert!(others.is_empty(), "{}", others.join("\n"));
}

#[test]
fn of_sound_studies_the_same_tables_are_made() {
    let base = faulty("base");
    for (root, sizes) in [(base.path(), &[1, 90, 300][..]), (&root(), &[1, 9_000, 100_000])] {
        let (whole, _) = ingest(root, u64::MAX).unwrap_or_else(|told| panic!("{told}"));
        for at_once in sizes {
            let (tables, told) = ingest(root, *at_once).unwrap_or_else(|told| panic!("{told}"));
            assert!(told.is_empty(), "{told}");
            assert_same(&whole, &tables);
        }
    }
}

/// Writes another answer over one near the end of a file when its rows begin to be written.
#[derive(Debug)]
struct Changes {
    file: PathBuf,
    done: Cell<bool>,
}

impl Progress for Changes {
    fn come(&self, so_far: SoFar<'_>) {
        if so_far.doing == "writing" && !self.done.replace(true) {
            let text = fs_err::read_to_string(&self.file).unwrap();
            let at = text.rfind(",Yes,").unwrap();
            fs_err::write(&self.file, format!("{},Yeah{}", &text[..at], &text[at + 5..])).unwrap();
        }
    }
}

#[test]
fn an_export_that_changes_while_it_is_read_is_not_written() {
    let rows: Vec<String> = (5..100).map(|row| format!("r{row},,Yes{}\n", ",".repeat(11))).collect();
    let root = with(format!("{}{}", export(), rows.concat()).as_bytes());
    let study = study(root.path(), 500).unwrap();
    let dir = root.path().join("store");
    let changes = Changes { file: root.path().join("responses.csv"), done: Cell::new(false) };
    let told = store::write(&study, study.wave(None).unwrap(), &dir, &changes).unwrap_err().to_string();
    assert!(changes.done.get() && told.contains("the file has changed while it was read"), "{told}");
    assert!(!dir.exists());
}

#[test]
fn rows_of_separators_alone_are_no_respondents() {
    let text = format!("{}{}", export(), format!("{}\n", ",".repeat(13)).repeat(3));
    let (plain, _) =
        ingest(with(export().as_bytes()).path(), u64::MAX).unwrap_or_else(|told| panic!("{told}"));
    for at_once in [1, u64::MAX] {
        let (tables, told) =
            ingest(with(text.as_bytes()).path(), at_once).unwrap_or_else(|told| panic!("{told}"));
        assert!(told.is_empty(), "{told}");
        assert_same(&plain, &tables);
    }
}

/// Of a wave that is read as a crosswalk says, and held to the wave before.
#[test]
fn a_crosswalk_and_the_contract_see_every_chunk() {
    let study = study_of_2013();
    let root = study.path();
    add(root, "2014", "responses.synthetic.csv");
    let same = |what: &str| {
        let whole = told(root, u64::MAX);
        for at_once in [2_000, 30_000] {
            assert_eq!(told(root, at_once), whole, "{what}, in chunks of {at_once}");
        }
        whole
    };
    let (is_decided, open) = same("a draft");
    assert!(
        !is_decided
            && open
                .to_string()
                .contains("column `s5_plan [School publishes a plan of its careers guidance]` is left open"),
        "{open}"
    );
    decide_2014(root);
    let (is_decided, told) = same("what is decided");
    assert!(is_decided, "{told}");
    let (whole, _) = ingest(root, u64::MAX).unwrap_or_else(|told| panic!("{told}"));
    let (tables, _) = ingest(root, 9_000).unwrap_or_else(|told| panic!("{told}"));
    assert_same(&whole, &tables);
    let decided = "\"Other\" = \"other school or college\"";
    replace(root, "codebook/waves/2014.toml", &[(decided, "")]);
    let (_, told) = same("an answer that is not decided");
    assert!(told.to_string().contains("answer `Other` is not among those of `school_types`"), "{told}");
}

#[test]
fn what_is_written_chunk_by_chunk_is_what_memory_holds() {
    for at_once in [1, 20_000, u64::MAX] {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("store");
        let study = study(&root(), at_once).unwrap();
        let wave = study.wave(None).unwrap();
        let (tables, _) = store::ingest(&study, wave).unwrap();
        let (made, told) = store::write(&study, wave, &dir, &Nobody).unwrap();
        assert!(told.is_empty(), "{told}");
        let read = Store::open(&dir).unwrap().read().unwrap();
        assert_eq!(made, read.iter().count());
        assert_same(&tables, &read);
    }
}

#[test]
fn text_in_any_encoding_falls_into_chunks() {
    let text = export().replace("More books", "Bücher – “more”\nand more");
    let utf16: Vec<u8> = format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let (windows, _, _) = WINDOWS_1252.encode(&text);
    let (plain, _) = ingest(with(text.as_bytes()).path(), u64::MAX).unwrap_or_else(|told| panic!("{told}"));
    let setting = |encoding: &'static encoding_rs::Encoding| {
        format!(
            "responses = {{ file = \"responses.csv\", encoding = \"{}\" }}",
            encoding.name().to_lowercase()
        )
    };
    for (bytes, encoding) in [
        (text.as_bytes().to_vec(), None),
        (format!("\u{feff}{text}").into_bytes(), None),
        (utf16, Some(UTF_16LE)),
        (windows.into_owned(), Some(WINDOWS_1252)),
    ] {
        let study = with(&bytes);
        if let Some(encoding) = encoding {
            let file = study.path().join("study.toml");
            let settings = fs_err::read_to_string(&file).unwrap();
            let settings = settings.replace("responses = \"responses.csv\"", &setting(encoding));
            fs_err::write(file, settings).unwrap();
        }
        for at_once in [1, 100, 400] {
            let (tables, told) = ingest(study.path(), at_once).unwrap_or_else(|told| panic!("{told}"));
            assert!(told.is_empty(), "{told}");
            assert_same(&plain, &tables);
        }
    }
}

#[test]
fn a_respondent_stands_once_in_all_chunks_together() {
    let text = export();
    let row = text.lines().nth(1).unwrap().to_owned();
    let study = with(format!("{text}{row}\n").as_bytes());
    for at_once in [1, 100, u64::MAX] {
        let (is_sound, told) = told(study.path(), at_once);
        let told = told.to_string();
        assert!(!is_sound && told.contains("respondent `r1` stands twice"), "{told}");
        assert!(told.contains("first on line 2"), "{told}");
    }
}

/// 100,000 respondents, each with this in the cell of that number; their weights behind.
fn many(cell: usize, content: impl Fn(usize) -> String) -> tempfile::TempDir {
    let study = faulty("base");
    let change = |name: &str, change: &dyn Fn(&str) -> String| {
        let path = study.path().join(name);
        let text = fs_err::read_to_string(&path).unwrap();
        fs_err::write(path, change(&text)).unwrap();
    };
    change("study.toml", &|text| text.replace("fpc = \"frame\"", "weight = \"Weight\""));
    change("frame.csv", &|_| "wave,role,invited\nfirst,card holder,900000\n".to_owned());
    change("open-codings.csv", &|_| "respondent_id,question,code\n".to_owned());
    change("responses.csv", &|text| {
        let row = |row: usize| {
            let mut cells = vec![String::new(); 15];
            (cells[0], cells[2], cells[14]) = (format!("r{row}"), "Yes".to_owned(), "1".to_owned());
            cells[cell] = content(row);
            cells.join(",")
        };
        let rows: Vec<String> = (0..100_000).map(row).collect();
        format!("{},Weight\n{}\n", text.lines().next().unwrap(), rows.join("\n"))
    });
    study
}

#[test]
fn very_many_faults_are_told_in_part_from_wherever_they_stand() {
    let summary = |told: &Diagnostics| {
        let more = told.iter().find(|fault| fault.message.contains(" more, of "));
        (told.iter().count(), told.errors(), more.map(|fault| fault.message.clone()).unwrap_or_default())
    };
    let answers = many(2, |row| format!("perhaps {row}"));
    let weights = many(14, |row| if row < 70_000 { "1" } else { "heavy" }.to_owned());
    for at_once in [100_000, u64::MAX] {
        let (_, told) = self::told(answers.path(), at_once);
        let more = "answer `…` to `borrows` is not in the codebook: 99980 more, of 100000";
        assert_eq!(summary(&told), (21, 100_000, more.to_owned()));
        let (_, told) = self::told(weights.path(), at_once);
        assert_eq!(summary(&told), (1, 30_000, String::new()));
        let told = told.to_string();
        assert!(told.contains("responses.csv:70002:") && told.contains("the first is `heavy`"), "{told}");
    }
}

/// Text that is no table is told as such, wherever in the file it stops to be one.
#[test]
fn what_is_wrong_far_down_is_told_as_at_the_top() {
    let far = |end: &[u8]| {
        let mut bytes = export().into_bytes();
        for row in 5..3_000 {
            bytes.extend(format!("r{row},,Yes{}\n", ",".repeat(11)).bytes());
        }
        bytes.extend(end);
        with(&bytes)
    };
    for (end, message) in [
        (&b"r0,\"x\" y,No,,,,,,,,,,,\n"[..], "text stands behind a closing quote"),
        (b"r0,,No,,,,,,,,,,,\"\nr00,,,", "a quote is opened here and never closed"),
        (b"r0,,No,,,,,,,,,,,caf\xe9\n", "is not UTF-8 text"),
        (b"r0,,No\n", "row has 3 instead of 14 cells"),
        (b"r0,,No,,,,,,,,,,,a\x01b\n", "control character U+0001 in `Q6 Wish` is left out"),
    ] {
        let study = far(end);
        let whole = told(study.path(), u64::MAX).1.to_string();
        assert!(whole.contains(message) && whole.contains("responses.csv:3001:"), "{whole}");
        for at_once in [1, 3_000] {
            assert_eq!(told(study.path(), at_once).1.to_string(), whole);
        }
    }
}

#[test]
fn no_bar_is_drawn_in_a_pipe() {
    let long = "x".repeat(1 << 20);
    let rows: Vec<String> = (5..45).map(|row| format!("r{row},,Yes{}{long}\n", ",".repeat(11))).collect();
    let study = with(format!("{}{}", export(), rows.concat()).as_bytes());
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("restudy"));
    let output = command.arg("--study").arg(study.path()).args(["check", "--verbose"]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("  store "), "{said}");
    assert!(!said.contains(['\r', '\u{1b}']), "{said:?}");
}

/// `wave list` counts what is wrong in the whole of an export, also of one that is held to no other wave.
#[test]
fn the_list_of_waves_counts_faults_far_down() {
    let rows = (5..80_000).map(|row| format!("r{row},,Yes{}\n", ",".repeat(11)));
    let text = format!("{}{}r80000,too short\n", export(), rows.collect::<String>());
    assert!(text.len() > 1 << 20, "one chunk");
    let study = with(text.as_bytes());
    let list = restudy(study.path()).args(["wave", "list"]).output().unwrap();
    let list = String::from_utf8_lossy(&list.stdout).into_owned();
    assert!(list.contains("not read   1 fault; `restudy check --wave first` tells more"), "{list}");
}
