//! New studies: the example and drafts of exports, which must build as they are, and what is left alone.

use std::path::{Path, PathBuf};

use assert_cmd::Command;

use super::cli::{files, restudy, text};
use super::report_material::{root, typst};

fn init(arguments: &[&str], here: &Path) -> std::process::Output {
    let program = assert_cmd::cargo::cargo_bin!("restudy");
    let mut command = Command::new(program);
    // As for a user who has installed it.
    command.env("PATH", program.parent().unwrap());
    command.current_dir(here).arg("init").args(arguments).output().unwrap()
}

/// A study drafted from `bytes`, which `restudy check` finds nothing wrong with.
fn drafted(name: &str, bytes: &[u8]) -> (tempfile::TempDir, PathBuf, String) {
    let folder = tempfile::tempdir().unwrap();
    fs_err::write(folder.path().join(name), bytes).unwrap();
    let begun = init(&["study", "--from", name], folder.path());
    let said = text(&begun.stderr);
    assert!(begun.status.success(), "{name}: {said}");
    let study = folder.path().join("study");
    let checked = restudy(&study).arg("check").output().unwrap();
    assert!(checked.status.success(), "{name}: {}", text(&checked.stderr));
    (folder, study, said)
}

/// The text files of a study that the draft made up, one after the other.
fn written(study: &Path) -> String {
    let ours = |name: &Path| !name.starts_with("report-templates/theme") && !name.starts_with("data");
    let all = files(study).into_iter().filter(|(name, bytes)| ours(name) && !bytes.is_empty());
    let shown = all.map(|(name, bytes)| format!("=== {}\n{}", name.display(), text(&bytes)));
    shown.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_example_builds_at_once_on_two_pages() {
    let folder = tempfile::tempdir().unwrap();
    let begun = init(&["new"], folder.path());
    assert!(begun.status.success(), "{}", text(&begun.stderr));
    assert!(begun.stdout.is_empty());
    let study = folder.path().join("new");
    let checked = restudy(&study).arg("check").output().unwrap();
    assert!(checked.status.success(), "{}", text(&checked.stderr));
    let asked = restudy(&study).args(["ask", "@what_would_help", "--format", "csv"]).output().unwrap();
    assert!(text(&asked.stdout).starts_with("way,item,n,base,share\r\n"), "{}", text(&asked.stderr));
    let Some(typst) = typst() else { return };
    let built = restudy(&study).arg("build").env("RESTUDY_TYPST", &typst.program).output().unwrap();
    assert!(built.status.success(), "{}", text(&built.stderr));
    let pdf = fs_err::read(study.join("build/2026/report.pdf")).unwrap();
    assert!(text(&pdf).contains("/Type/Pages/Count 2/"));
}

#[test]
fn a_new_study_has_the_whole_theme_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    init(&["new"], folder.path());
    let theme = root().join("report-templates/theme");
    let of_tree: Vec<_> = files(&theme).into_iter().filter(|(name, _)| !name.starts_with("sample")).collect();
    let of_study = files(&folder.path().join("new/report-templates/theme"));
    let names = |files: &[(PathBuf, Vec<u8>)]| files.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&of_study), names(&of_tree), "list the file in src/theme.rs");
    assert!(of_study == of_tree);
}

#[test]
fn a_folder_that_holds_anything_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    fs_err::write(folder.path().join("mine"), "x").unwrap();
    for (at, said) in [(".", "the folder is not empty"), ("mine", "a study needs a folder, and this is none")]
    {
        let begun = init(&[at], folder.path());
        assert_eq!(begun.status.code(), Some(2));
        assert!(text(&begun.stderr).contains(said), "{}", text(&begun.stderr));
    }
    // An export that cannot be read leaves nothing behind either.
    fs_err::write(folder.path().join("a.csv"), "a,b\n1,\"2\n").unwrap();
    fs_err::write(folder.path().join("none.csv"), "a,b\n").unwrap();
    for (from, code) in
        [("a.csv", 1), ("none.csv", 1), ("b.csv", 2), ("{ file = \"a.csv\", separtor = \";\" }", 2)]
    {
        let begun = init(&["new", "--from", from], folder.path());
        assert_eq!(begun.status.code(), Some(code), "{from}: {}", text(&begun.stderr));
    }
    let names: Vec<PathBuf> = files(folder.path()).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, [PathBuf::from("a.csv"), PathBuf::from("mine"), PathBuf::from("none.csv")]);
}

const CLUB: &str = "Timestamp,Email,Your age,How often do you come? [Alone],How often do you come? [With others],\
Which do you like? [Chess],Which do you like? [Go],Which do you like? [Other],Is the room warm enough?,A word to us
2026-01-05 10:00:00,a@example.org,34,Every week,Never,Chess,,,Yes,
2026-01-05 11:00:00,b@example.org,61,Never,Every month,,Go,,No,\"Open on \"\"Sundays\"\", please\"
2026-01-06 09:30:00,c@example.org,27,Every month,,Chess,Go,Bridge,Yes,
2026-02-07 20:15:00,d@example.org,45,Every week,Every week,,,,Prefer not to say,More tables.
2026-02-07 21:15:00,e@example.org,45,,Never,Chess,,,Yes,Thank you for the 3 rooms
2026-02-08 10:15:00,f@example.org,,Every week,Never,Chess,,,Yes,
";

#[test]
fn a_draft_says_what_it_guessed() {
    let (_folder, study, said) = drafted("the_chess_club.csv", CLUB.as_bytes());
    insta::assert_snapshot!("a_draft", format!("{said}\n{}", written(&study)));
}

#[test]
fn drafts_of_every_format_build() {
    let sources = root().join("pipeline/restudy/tests/sources");
    let waves = root().join("fixtures/waves");
    let exports = [
        waves.join("2013/responses.synthetic.csv"),
        waves.join("2014/responses.synthetic.csv"),
        waves.join("2015/responses.synthetic.sav"),
        sources.join("responses.ods"),
        sources.join("responses.xlsx"),
        sources.join("responses.zsav"),
        sources.join("plain.sav"),
        sources.join("release-118.dta"),
        sources.join("latin-117.dta"),
    ];
    for export in exports {
        let name = export.file_name().unwrap().to_str().unwrap().to_owned();
        drafted(&name, &fs_err::read(&export).unwrap());
    }
}

#[test]
fn what_a_stata_file_calls_missing_is_drafted() {
    let export = root().join("pipeline/restudy/tests/sources/missing.dta");
    let (_folder, study, _) = drafted("missing.dta", &fs_err::read(export).unwrap());
    let settings = fs_err::read_to_string(study.join("study.toml")).unwrap();
    assert!(
        settings.contains("\".a\" = \"skipped\", \".z\" = \"skipped\", \"Refused\" = \"refused\""),
        "{settings}"
    );
}

#[test]
fn weights_that_are_offered_can_be_taken() {
    let export = root().join("fixtures/waves/2015/responses.synthetic.sav");
    let (_folder, study, _) = drafted("answers.sav", &fs_err::read(export).unwrap());
    let file = study.join("study.toml");
    let said = fs_err::read_to_string(&file).unwrap();
    let taken = said.replace("# [design]", "[design]").replace("# weight = ", "weight = ");
    assert_ne!(said, taken);
    fs_err::write(&file, taken).unwrap();
    let checked = restudy(&study).arg("check").output().unwrap();
    assert!(checked.status.success(), "{}", text(&checked.stderr));
}

#[test]
fn an_export_with_decimal_commas_is_numbers_and_has_its_respondents() {
    let export = "Nr;Stunden;Zufrieden;Gewicht\n1;3,5;ja;0,8\n2;4;nein;1,25\n3;12,25;ja;1\n4;2;ja;0,95\n";
    let (_folder, study, said) = drafted("umfrage.csv", export.as_bytes());
    assert!(said.contains("study.toml says what was guessed"), "{said}");
    let settings = fs_err::read_to_string(study.join("study.toml")).unwrap();
    assert!(settings.contains("separator = \";\", decimal = \",\" }"), "{settings}");
    assert!(settings.contains("# weight = \"Gewicht\""), "{settings}");
    let questions = fs_err::read_to_string(study.join("codebook/questions/01-questions.toml")).unwrap();
    assert!(questions.contains("column = \"Nr\"") && questions.contains("from 2 to 12.25"), "{questions}");
    let question = "SELECT respondent_id, stunden FROM responses WHERE stunden > 3.4 ORDER BY stunden";
    let asked = restudy(&study).args(["ask", question, "--format", "csv"]).output().unwrap();
    assert_eq!(text(&asked.stdout), "respondent_id,stunden\r\n1,3.5\r\n2,4.0\r\n3,12.25\r\n");
}

#[test]
fn exports_of_survey_tools_are_known_for_what_they_are() {
    let mut told = String::new();
    for name in [
        "google-forms.csv",
        "limesurvey.csv",
        "microsoft-forms.xlsx",
        "qualtrics.csv",
        "spss.sav",
        "surveymonkey.csv",
    ] {
        let export = root().join("pipeline/restudy/tests/sources/tools").join(name);
        let (_folder, study, _) = drafted(name, &fs_err::read(export).unwrap());
        let said = fs_err::read_to_string(study.join("study.toml")).unwrap();
        let said = said.lines().filter(|line| line.starts_with("# found") || line.starts_with("responses"));
        let questions = fs_err::read_to_string(study.join("codebook/questions/01-questions.toml")).unwrap();
        let words = ["name", "kind", "column", "separator", "dates", "part_of", "  {", "[[left", "why"];
        let kept = questions.lines().filter(|line| words.iter().any(|word| line.starts_with(word)));
        let lines: Vec<&str> = said.chain(kept).collect();
        told.push_str(&format!("=== {name}\n{}\n\n", lines.join("\n")));
    }
    insta::assert_snapshot!("survey_tools", told);
}

#[test]
fn whatever_columns_say_their_draft_builds() {
    let long = "x".repeat(300);
    let tables = [
        "id,{{ num(\"a\") }},a \"quoted\" name,#let,50% of all?\n1,{% raw %},\\,#panic(),most\n2,{% raw %},\\,#panic(),most\n3,b,c,d,most\n"
            .to_owned(),
        "select,Order,wave,design,respondent_id,\u{5e74}\u{9f62}\n1,a,b,c,9,x\n2,a,b,c,9,y\n3,a,b,d,8,y\n".to_owned(),
        format!("Q [{long}],Q [{long}y],{long}\na,b,{long}\na,a,{long}\nb,a,{long}\n"),
        "a [b [c]],a [b [d]],x],[y\n1,2,3,4\n1,2,3,4\n".to_owned(),
        "q,q2,q_2,Q-2,q'2\n1.5,-3,007,1e5,\n2.5,4,008,x,\n".to_owned(),
        "Day,Empty,n\n2026-01-01,,1\n".to_owned(),
        "Are most of your friends readers?,Rank 1: most important,Would the majority of staff agree?\nYes,a,No\nNo,a,No\nYes,b,Yes\nYes,b,No\n"
            .to_owned(),
        "Your age,Your pay [now],Your pay [then]\n34,Prefer not to say,n/a\n61,Prefer not to say,n/a\n".to_owned(),
        "Income,Sex\nPrefer not to say,n/a\nPrefer not to say,\nPrefer not to say,n/a\n".to_owned(),
        "Exists,Interval,Struct,Any,Some,Current_date\na,1,a,a,a,2\nb,2,b,a,b,3\na,1,a,a,a,4\nb,2,b,b,b,5\n".to_owned(),
    ];
    for table in tables {
        drafted("t.csv", table.as_bytes());
    }
}

#[test]
fn digits_that_a_number_would_lose_are_kept() {
    let export = "Zip,Account,Visits\n00123,12345678901234567890,1\n04567,12345678901234567891,20\n00123,12345678901234567890,0\n";
    let (_folder, study, _) = drafted("zips.csv", export.as_bytes());
    let question = "SELECT zip, account, visits + 1 AS more FROM responses ORDER BY visits";
    let asked = restudy(&study).args(["ask", question, "--format", "csv"]).output().unwrap();
    let told = "00123,12345678901234567890,1.0\r\n00123,12345678901234567890,2.0\r\n04567,12345678901234567891,21.0\r\n";
    assert_eq!(text(&asked.stdout), format!("zip,account,more\r\n{told}"), "{}", text(&asked.stderr));
}
