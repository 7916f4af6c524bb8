//! Sources, codebook and store: studies in, tables out, or everything that is wrong with them.

use std::path::{Path, PathBuf};

use restudy::diagnostic::Diagnostics;
use restudy::store::{self, Store, Tables, parts};
use restudy::study::Study;

/// The folder of the study that this repository holds.
fn study_root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn faulty() -> PathBuf {
    study_root().join("fixtures/faulty")
}

pub(super) fn ingest(root: &Path) -> Result<(Tables, Diagnostics), Diagnostics> {
    let study = Study::load(root)?;
    store::ingest(&study, study.wave(None)?)
}

/// Copies the files of `from` into `to`, over those that are there.
pub(crate) fn overlay(from: &Path, to: &Path) {
    fs_err::create_dir_all(to).unwrap();
    for entry in fs_err::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            overlay(&path, &target);
        } else {
            fs_err::copy(&path, &target).unwrap();
        }
    }
}

fn text(tables: &Tables, table: &str, column: &str) -> Vec<Option<String>> {
    use datafusion::arrow::array::{Array, cast::AsArray};
    use datafusion::arrow::compute::cast;
    use datafusion::arrow::datatypes::DataType;
    let array = tables.get(table).unwrap().column_by_name(column).unwrap();
    let array = cast(array, &DataType::Utf8).unwrap();
    let array = array.as_string::<i32>();
    (0..array.len()).map(|i| array.is_valid(i).then(|| array.value(i).to_owned())).collect()
}

pub(super) fn texts(tables: &Tables, table: &str, column: &str) -> Vec<String> {
    text(tables, table, column).into_iter().map(|v| v.unwrap_or("-".to_owned())).collect()
}

#[test]
fn every_faulty_study_is_told_as_expected() {
    let write = std::env::var("RESTUDY_EXPECTED").is_ok_and(|v| v == "write");
    let mut folders: Vec<PathBuf> =
        fs_err::read_dir(faulty()).unwrap().map(|e| e.unwrap().path()).filter(|p| p.is_dir()).collect();
    folders.sort();
    assert!(folders.len() > 50);
    let mut wrong = Vec::new();
    for folder in folders.iter().filter(|f| !f.ends_with("base")) {
        let study = tempfile::tempdir().unwrap();
        overlay(&faulty().join("base"), study.path());
        overlay(folder, study.path());
        let told = match ingest(study.path()) {
            Ok((_, warnings)) => warnings,
            Err(faults) => {
                assert!(faults.errors() > 0, "{}: refused without an error", folder.display());
                faults
            }
        };
        for fault in told.iter() {
            assert!(fault.place.is_some(), "{}: no place: {}", folder.display(), fault.message);
        }
        assert!(!told.is_empty(), "{}: nothing is told", folder.display());
        let told = format!("{told}\n");
        let expected = folder.join("expected.txt");
        if write {
            fs_err::write(&expected, &told).unwrap();
        } else if fs_err::read_to_string(&expected).unwrap_or_default() != told {
            wrong.push(format!("{}:\n{told}", folder.display()));
        }
    }
    assert!(wrong.is_empty(), "not as expected:\n{}", wrong.join("\n"));
}

#[test]
fn a_sound_study_gives_typed_labelled_answers_and_a_reason_for_every_missing_one() {
    let (tables, warnings) = ingest(&faulty().join("base")).unwrap();
    assert!(warnings.is_empty(), "{warnings}");
    assert_eq!(texts(&tables, "responses", "borrows"), ["yes", "no", "yes", "-"]);
    assert_eq!(texts(&tables, "responses", "visits__alone"), ["weekly", "never", "monthly", "-"]);
    // Who wrote a text beside the set has answered the set; who was not asked, or ticked nothing, has not.
    assert_eq!(texts(&tables, "responses", "kinds__novels"), ["selected", "-", "not selected", "-"]);
    assert_eq!(texts(&tables, "responses", "kinds__maps"), ["not selected", "-", "selected", "-"]);
    assert_eq!(
        texts(&tables, "responses", "rooms__reading"),
        ["happens", "not used", "happens", "do not know"]
    );
    assert_eq!(texts(&tables, "responses", "rooms__reading_day"), ["yes", "no", "no", "do not know"]);
    assert_eq!(texts(&tables, "responses", "books__own"), ["2.0", "-", "10.5", "0.0"]);
    assert_eq!(texts(&tables, "responses", "wish_coded"), ["longer hours", "-", "more books", "-"]);
    assert_eq!(texts(&tables, "responses", "started_at")[0], "2020-03-01T10:00:00");

    let reasons: Vec<(String, String, String)> = texts(&tables, "missing", "variable")
        .into_iter()
        .zip(texts(&tables, "missing", "respondent_id"))
        .zip(texts(&tables, "missing", "reason"))
        .map(|((variable, respondent), reason)| (variable, respondent, reason))
        .collect();
    let reason = |variable: &str, respondent: &str| {
        let found: Vec<&str> = reasons
            .iter()
            .filter(|(v, r, _)| v == variable && r == respondent)
            .map(|(_, _, reason)| reason.as_str())
            .collect();
        assert!(found.len() <= 1);
        found.first().copied().unwrap_or("answered").to_owned()
    };
    assert_eq!(reason("borrows", "r4"), "refused");
    assert_eq!(reason("borrows", "r1"), "answered");
    assert_eq!(reason("kinds__novels", "r2"), "not asked");
    assert_eq!(reason("kinds_other", "r1"), "not applicable");
    assert_eq!(reason("kinds_other", "r2"), "not asked");
    assert_eq!(reason("visits__family", "r3"), "skipped");
    assert_eq!(reason("wish_coded", "r2"), "skipped");
    // An answer is there, or it is missing for one reason: never both, never neither.
    let schema = tables.get("responses").unwrap().schema();
    let variables = schema.fields().iter().filter(|f| f.metadata().contains_key("restudy.question"));
    for variable in variables {
        for (row, value) in text(&tables, "responses", variable.name()).iter().enumerate() {
            let told = reason(variable.name(), &format!("r{}", row + 1));
            assert_eq!(value.is_some(), told == "answered", "{} of r{}", variable.name(), row + 1);
        }
    }
    // 2 grid items of 3 readers, 3 items of a set of 2 readers, an item at all and at 2 stages of 4 readers.
    assert_eq!(texts(&tables, "answers", "answer").len(), 5 + 6 + 12);
    assert_eq!(texts(&tables, "segments", "excerpt")[1], "Few come, and those who come stay.");
    assert_eq!(texts(&tables, "codings", "segment_id"), ["north-notes:1", "north-notes:1", "south-notes:1"]);
}

#[test]
fn fields_tell_what_they_mean() {
    let (tables, _) = ingest(&faulty().join("base")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("store");
    tables.write(&dir).unwrap();
    for tables in [tables, Store::open(&dir).unwrap().read().unwrap()] {
        let schema = tables.get("responses").unwrap().schema();
        let metadata = schema.field_with_name("visits__alone").unwrap().metadata();
        assert_eq!(metadata["restudy.label"], "alone");
        assert_eq!(metadata["restudy.question"], "visits");
        assert_eq!(metadata["restudy.level"], "ordinal");
        assert_eq!(metadata["restudy.labels"], r#"["never","monthly","weekly"]"#);
        assert_eq!(metadata["restudy.ordered"], "true");
        let metadata = schema.field_with_name("borrows").unwrap().metadata();
        assert_eq!(metadata["restudy.labels"], r#"["yes","no"]"#);
        assert!(!metadata.contains_key("restudy.ordered"));
        assert!(schema.metadata()["restudy.codebook"].contains("How often do you come?"));
    }
}

/// Whether a column holds a sample design, which is no text.
fn is_design(column: &str) -> bool {
    column == "design" || column == "design_nonresponse"
}

/// Every table, with its dictionaries written out: Parquet keeps their values and not their order.
fn plain(tables: &Tables) -> Vec<(String, Vec<Vec<Option<String>>>)> {
    let columns = |name: &str| {
        let schema = tables.get(name).unwrap().schema();
        let fields = schema.fields().iter().filter(|f| !is_design(f.name()));
        fields.map(|f| text(tables, name, f.name())).collect()
    };
    tables.iter().map(|(name, _)| (name.to_owned(), columns(name))).collect()
}

#[test]
fn parquet_out_and_in_is_the_same_and_the_same_bytes_each_time() {
    for root in [study_root(), faulty().join("base")] {
        let folder = tempfile::tempdir().unwrap();
        let (first, second) = (folder.path().join("a/store"), folder.path().join("store"));
        let (tables, _) = ingest(&root).unwrap_or_else(|e| panic!("{e}"));
        tables.write(&first).unwrap();
        let (again, _) = ingest(&root).unwrap();
        again.write(&second).unwrap();
        let read = Store::open(&first).unwrap().read().unwrap();
        assert_eq!(plain(&tables), plain(&read));
        for table in ["responses", "answers"] {
            let schema = tables.get(table).unwrap().schema();
            for field in schema.fields().iter().filter(|f| is_design(f.name())) {
                let design = |t: &Tables| t.get(table).unwrap().column_by_name(field.name()).unwrap().clone();
                assert_eq!(&design(&tables), &design(&read));
            }
        }
        let tables = Store::open(&first).unwrap().tables();
        assert_eq!(tables.len(), 16);
        for ((name, one), (_, other)) in tables.iter().zip(Store::open(&second).unwrap().tables()) {
            for (one, other) in parts(one).unwrap().iter().zip(parts(&other).unwrap()) {
                assert!(fs_err::read(one).unwrap() == fs_err::read(other).unwrap(), "{name} differs");
            }
        }
    }
}

#[test]
fn a_store_is_replaced_whole() {
    let (tables, _) = ingest(&faulty().join("base")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("store");
    fs_err::create_dir(&dir).unwrap();
    fs_err::write(dir.join("of_yesterday.parquet"), "x").unwrap();
    tables.write(&dir).unwrap();
    assert!(!dir.join("of_yesterday.parquet").exists());
    assert_eq!(fs_err::read_dir(folder.path()).unwrap().count(), 1, "something is left beside the store");
}

#[cfg(target_os = "linux")]
#[test]
fn what_a_killed_write_left_is_taken_away() {
    let (tables, _) = ingest(&faulty().join("base")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut ended = std::process::Command::new("true").spawn().unwrap();
    ended.wait().unwrap();
    let left = [format!(".store-new-{}-x", ended.id()), format!(".store-old-{}-x", ended.id())];
    let kept = [format!(".store-new-{}-x", std::process::id()), ".store-of-somebody".to_owned()];
    for name in left.iter().chain(&kept) {
        fs_err::create_dir(folder.path().join(name)).unwrap();
        fs_err::write(folder.path().join(name).join("half.parquet"), "x").unwrap();
    }
    let there = |name: &String| folder.path().join(name).exists();
    tables.write(&folder.path().join("store")).unwrap();
    // There was no store: the folder that was one is kept until there is.
    assert!(!there(&left[0]) && there(&left[1]));
    tables.write(&folder.path().join("store")).unwrap();
    assert!(!left.iter().any(there) && kept.iter().all(there));
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_out_of_the_study_is_refused() {
    let outside = tempfile::tempdir().unwrap();
    fs_err::copy(faulty().join("base/cases.csv"), outside.path().join("cases.csv")).unwrap();
    let study = changed("study.toml", |text| text);
    fs_err::remove_file(study.path().join("cases.csv")).unwrap();
    std::os::unix::fs::symlink(outside.path().join("cases.csv"), study.path().join("cases.csv")).unwrap();
    let told = ingest(study.path()).unwrap_err().to_string();
    assert!(told.contains("`cases.csv` is a link that leads out of the study's folder"), "{told}");
    assert!(told.contains("study.toml:9:9"), "{told}");
    // A link within the folder is as good as the file.
    fs_err::remove_file(study.path().join("cases.csv")).unwrap();
    fs_err::copy(faulty().join("base/cases.csv"), study.path().join("schools.csv")).unwrap();
    std::os::unix::fs::symlink("schools.csv", study.path().join("cases.csv")).unwrap();
    ingest(study.path()).unwrap_or_else(|e| panic!("{e}"));
}

#[test]
fn the_study_of_this_repository_is_sound() {
    let (tables, warnings) = ingest(&study_root()).unwrap_or_else(|e| panic!("{e}"));
    assert!(warnings.is_empty(), "{warnings}");
    let rows = |name: &str| tables.get(name).unwrap().num_rows();
    // What the source report prints of its fieldwork: respondents, case-study schools; and our register's length.
    assert_eq!((rows("responses"), rows("cases"), rows("claims")), (196, 9, 114));
}

#[test]
fn a_question_of_another_wave_needs_no_column_and_was_not_asked() {
    let study = tempfile::tempdir().unwrap();
    overlay(&faulty().join("base"), study.path());
    let questions = study.path().join("codebook/questions/02-later.toml");
    let later = "[[question]]\nname = \"lends\"\nlabel = \"Lends\"\ntext = \"Do you lend?\"\nkind = \"single\"\n\
                 values = \"yes_no\"\ncolumn = \"Q9 Lends\"\nwaves = [\"second\"]\n";
    fs_err::write(questions, later).unwrap();
    let (tables, _) = ingest(study.path()).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(texts(&tables, "responses", "lends"), ["-"; 4]);
    let reasons = texts(&tables, "missing", "variable").into_iter().zip(texts(&tables, "missing", "reason"));
    let reasons: Vec<String> = reasons.filter(|(v, _)| v == "lends").map(|(_, reason)| reason).collect();
    assert_eq!(reasons, ["not asked"; 4]);
}

/// Respondents in another order are the same respondents.
#[test]
fn the_order_of_rows_changes_nothing_but_the_order() {
    let study = tempfile::tempdir().unwrap();
    overlay(&faulty().join("base"), study.path());
    let file = study.path().join("responses.csv");
    let text = fs_err::read_to_string(&file).unwrap();
    let mut lines: Vec<&str> = text.lines().collect();
    lines[1..].reverse();
    fs_err::write(&file, lines.join("\r\n")).unwrap();
    let (one, _) = ingest(&faulty().join("base")).unwrap();
    let (other, _) = ingest(study.path()).unwrap();
    let sorted = |tables: &Tables| {
        let names = ["responses", "answers", "missing"];
        names.map(|name| {
            let schema = tables.get(name).unwrap().schema();
            let fields = schema.fields().iter().filter(|f| !is_design(f.name()));
            let columns: Vec<Vec<String>> = fields.map(|f| texts(tables, name, f.name())).collect();
            let mut rows: Vec<Vec<&String>> =
                (0..columns[0].len()).map(|row| columns.iter().map(|c| &c[row]).collect()).collect();
            rows.sort();
            format!("{rows:?}")
        })
    };
    assert_eq!(sorted(&one), sorted(&other));
}

/// The small study with `change` made to the text of one of its files.
fn changed(file: &str, change: impl FnOnce(String) -> String) -> tempfile::TempDir {
    let study = tempfile::tempdir().unwrap();
    overlay(&faulty().join("base"), study.path());
    let file = study.path().join(file);
    let text = fs_err::read_to_string(&file).unwrap();
    fs_err::write(&file, change(text)).unwrap();
    study
}

#[test]
fn names_of_columns_may_be_broken_into_lines() {
    let study = changed("responses.csv", |text| {
        text.replacen("Q2 Visits [With family]", "\"Q2 Visits\n [With  family]\"", 1)
    });
    let (tables, _) = ingest(study.path()).unwrap_or_else(|e| panic!("{e}"));
    let (sound, _) = ingest(&faulty().join("base")).unwrap();
    assert_eq!(plain(&tables), plain(&sound));
}

#[test]
fn very_many_unknown_columns_are_told_in_part() {
    let study = changed("responses.csv", |text| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        for column in 0..20_000 {
            lines[0].push_str(&format!(",Q9 Other question [{column}]"));
        }
        lines[1..].iter_mut().for_each(|line| line.push_str(&",".repeat(20_000)));
        lines.join("\n")
    });
    let told = ingest(study.path()).unwrap_err();
    assert_eq!(told.iter().count(), 21);
    assert!(told.to_string().contains("more columns that are not in the codebook: 19980"), "{told}");
}
