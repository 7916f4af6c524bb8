//! Editions: the tables of a wave and of those before it, wave by wave in files of their own.

use std::path::Path;

use datafusion::arrow::util::pretty::pretty_format_batches;
use restudy::diagnostic::Diagnostics;
use restudy::engine::{Params, Session};
use restudy::store::{self, Store, Tables, parts};
use restudy::study::Study;

use crate::stages_data::overlay;

fn base() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/faulty/base")
}

/// The small study with a second wave, which has what `more` says beside its responses; its readers are those of the first,
/// with `columns` after their own.
pub(crate) fn two_waves(more: &str, columns: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    overlay(&base(), folder.path());
    let definitions = folder.path().join("study.toml");
    let text = fs_err::read_to_string(&definitions).unwrap();
    let wave = format!(
        "[[wave]]\nid = \"second\"\ntitle = \"Second wave\"\nfieldwork = \"autumn\"\npublished = \"2021-06-01\"\n\
         synthetic = true\nnotice = \"Invented.\"\nresponses = \"second.csv\"\n{more}\n[report]\n"
    );
    let text =
        text.replace("claims = \"claims.csv\"\n", "claims = \"claims.csv\"\nclaims_wave = \"first\"\n");
    fs_err::write(definitions, text.replace("[report]\n", &wave)).unwrap();
    let export = fs_err::read_to_string(folder.path().join("responses.csv")).unwrap();
    let more = columns.iter().copied().chain(std::iter::repeat(""));
    let rows = export.lines().zip(more).map(|(line, more)| match more {
        "" => format!("{line}\n"),
        more => format!("{line},{more}\n"),
    });
    fs_err::write(folder.path().join("second.csv"), rows.collect::<String>()).unwrap();
    folder
}

/// The tables of the edition of `wave`.
fn edition(root: &Path, wave: &str) -> Result<(Tables, Diagnostics), Diagnostics> {
    let study = Study::load(root)?;
    store::ingest(&study, study.wave(Some(wave))?)
}

/// They, where they can be asked.
pub(crate) fn asked_of(root: &Path, wave: &str) -> (Session, tempfile::TempDir) {
    let (tables, _) = edition(root, wave).unwrap_or_else(|faults| panic!("{faults}"));
    let folder = tempfile::tempdir().unwrap();
    tables.write(&folder.path().join("store")).unwrap();
    let session = Session::open(&Store::open(&folder.path().join("store")).unwrap().tables()).unwrap();
    (session, folder)
}

fn asked(session: &Session, sql: &str) -> String {
    let batch = session.query(sql, &Params::none()).unwrap_or_else(|faults| panic!("{faults}"));
    pretty_format_batches(&[batch]).unwrap().to_string()
}

const FRAME: &str = "frame = \"second-frame.csv\"\n";

pub(crate) fn with_frame() -> tempfile::TempDir {
    let study = two_waves(FRAME, &[]);
    let frame = fs_err::read_to_string(study.path().join("frame.csv")).unwrap();
    let mut lines = frame.lines();
    let mut second = format!("{},note\n", lines.next().unwrap());
    lines.for_each(|line| second += &format!("{},by post\n", line.replace("first", "second")));
    fs_err::write(study.path().join("second-frame.csv"), second).unwrap();
    study
}

#[test]
fn an_edition_holds_its_wave_and_those_before_it() {
    let study = with_frame();
    let (first, _first) = asked_of(study.path(), "first");
    let (second, folder) = asked_of(study.path(), "second");
    for table in ["responses", "answers", "missing", "frame", "design_strata"] {
        let alone = asked(&first, &format!("select wave, count(*) as rows from {table} group by wave"));
        assert!(alone.contains("| first") && !alone.contains("| second"), "{alone}");
        let both = asked(
            &second,
            &format!("select wave, count(*) as rows from {table} group by wave order by wave"),
        );
        assert!(both.contains("| first") && both.contains("| second"), "{table}: {both}");
    }
    // What only one frame has is NULL in the other.
    let notes = asked(&second, "select wave, min(note) as note from frame group by wave order by wave");
    insta::assert_snapshot!(notes, @r"
    +--------+---------+
    | wave   | note    |
    +--------+---------+
    | first  |         |
    | second | by post |
    +--------+---------+
    ");
    // Labels are in the order of their scale over all waves, and each wave's file says the same of them.
    let visits = asked(
        &second,
        "select visits__alone, count(*) as n from responses group by visits__alone order by visits__alone",
    );
    let weekly = visits.find("weekly").unwrap();
    assert!(visits.find("never").unwrap() < weekly, "{visits}");
    let files = parts(&folder.path().join("store/responses")).unwrap();
    assert_eq!(
        files.iter().map(|file| file.file_name().unwrap()).collect::<Vec<_>>(),
        ["first.parquet", "second.parquet"]
    );
}

/// A wave that comes later changes nothing of what was written of one before it.
#[test]
fn the_files_of_a_wave_are_the_same_in_every_edition() {
    let study = with_frame();
    let (_, first) = asked_of(study.path(), "first");
    let (_, second) = asked_of(study.path(), "second");
    for table in ["responses", "answers", "missing", "design_strata"] {
        let file = format!("store/{table}/first.parquet");
        let [one, other] = [&first, &second].map(|folder| fs_err::read(folder.path().join(&file)).unwrap());
        assert!(one == other, "{table} differs");
    }
    let read = Store::open(&second.path().join("store")).unwrap().read().unwrap();
    let named: Vec<Option<&str>> = read.parts("responses").into_iter().map(|(wave, _)| wave).collect();
    assert_eq!(named, [Some("first"), Some("second")]);
}

#[test]
fn a_wave_needs_neither_frame_nor_codes_of_open_answers() {
    let study = two_waves("design = {}\n", &[]);
    let (_, told) = edition(study.path(), "second").unwrap_or_else(|faults| panic!("{faults}"));
    assert!(told.to_string().contains("add its code to the open codings"), "{told}");
    let (session, _folder) = asked_of(study.path(), "second");
    let frames = asked(&session, "select distinct wave from frame");
    assert!(frames.contains("first") && !frames.contains("second"), "{frames}");
    let study = two_waves("", &[]);
    let told = edition(study.path(), "second").unwrap_err().to_string();
    assert!(told.contains("the population is that of the frame, and wave `second` has none"), "{told}");
    assert!(told.contains("study.toml:") && told.contains("[wave.design]"), "{told}");
}

/// The second wave is a sample of classes in schools with a lonely unit, the first of all who were invited.
const TWO_STAGES: &str = "[wave.design]\nstrata = [\"Region\"]\nunits = [\"School\", \"Class\"]\n\
                          fpc = [\"Schools in region\", \"Classes in school\"]\nnested = true\n";
const PLACES: [&str; 5] = [
    "Region,School,Class,Schools in region,Classes in school",
    "south,1,a,10,4",
    "south,1,b,10,4",
    "south,2,a,10,3",
    "south,2,b,10,3",
];

#[test]
fn waves_of_different_samples_share_the_column_and_keep_their_own_estimates() {
    let estimates =
        "select wave, svy_mean(case when borrows = 'yes' then 1.0 else 0.0 end, design) as e, count(*) as n
        from responses group by wave order by wave";
    let pooled = two_waves(TWO_STAGES, &PLACES);
    let (session, _folder) = asked_of(pooled.path(), "second");
    let both = asked(&session, estimates);
    // The same wave as the only one of its study.
    let alone = two_waves(TWO_STAGES, &PLACES);
    let definitions = alone.path().join("study.toml");
    let text = fs_err::read_to_string(&definitions).unwrap();
    let text = text.replace("claims_wave = \"first\"\n", "");
    let (before, rest) = text.split_once("[[wave]]\nid = \"first\"").unwrap();
    let (first, second) = rest.split_once("[[wave]]").unwrap();
    let shared = &first[first.find("[design]").unwrap()..];
    fs_err::write(&definitions, format!("{before}[[wave]]{second}\n{shared}")).unwrap();
    let (session, _alone) = asked_of(alone.path(), "second");
    let second = asked(&session, estimates);
    let row = |told: &str| told.lines().find(|line| line.contains("second")).unwrap().replace(' ', "");
    assert_eq!(row(&both), row(&second));
    let (session, _first) = asked_of(pooled.path(), "first");
    let first = asked(&session, estimates);
    let row = |told: &str| told.lines().find(|line| line.contains("first")).unwrap().replace(' ', "");
    assert_eq!(row(&both), row(&first));
}

/// Waves that meet in one group are independent samples: the variance of their difference is the sum of their variances.
#[test]
fn a_difference_between_waves_has_the_variances_of_both() {
    let study = with_frame();
    let (session, _folder) = asked_of(study.path(), "second");
    let yes = "case when borrows = 'yes' then 1.0 else 0.0 end";
    let sql = format!(
        "with each as (select wave, svy_mean({yes}, design) as e from responses group by wave),
        both as (select svy_diff({yes}, wave = 'second', design) as d from responses)
        select round(sqrt(sum(power(each.e.se, 2))) - max(both.d.se), 12) as off, count(*) as n
        from each cross join both"
    );
    let told = asked(&session, &sql);
    assert!(told.contains("| 0.0 | 2 |"), "{told}");
}
