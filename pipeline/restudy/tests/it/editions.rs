//! Editions of a report: each wave has its own, from the same queries and templates.

use std::path::Path;

use super::cli::{restudy, text};
use super::small_study::{small_study, write};

const SECOND: &str = "
[[wave]]
id = \"second\"
title = \"Second wave\"
fieldwork = \"autumn\"
published = \"2021-06-01\"
synthetic = true
notice = \"Invented.\"
responses = \"responses-2.csv\"
open_codings = \"open-codings-2.csv\"
frame = \"frame-2.csv\"

[design]";

const LATER: &str = "-- How many came later.
-- facts
-- params: wave
-- waves: from second
-- base: all readers
-- columns: n count

select count(*) as n from responses where wave = $wave
";

/// The small study with a second wave, in which one reader less borrows.
fn two_waves() -> tempfile::TempDir {
    let folder = small_study();
    let study = folder.path();
    change(study, "study.toml", "\n[design]", SECOND);
    change(
        study,
        "study.toml",
        "claims = \"claims.csv\"",
        "claims = \"claims.csv\"\nclaims_wave = \"first\"",
    );
    change(
        study,
        "codebook/questions/01-readers.toml",
        "name = \"books\"",
        "name = \"books\"\nwaves = [\"first\"]",
    );
    let responses = fs_err::read_to_string(study.join("responses.csv")).unwrap();
    let second: Vec<String> = responses
        .lines()
        .map(|line| line.replace(",2,Open", ",Open").replace(",10.5,", ",").replace("know,0,", "know,"))
        .map(|line| line.replace(",Q5 Books [Own]", "").replace("2020-", "2021-"))
        .map(|line| line.replace("Not used,,,", "Not used,,"))
        .collect();
    write(study, "responses-2.csv", &format!("{}\n", second.join("\n")));
    let codings = fs_err::read_to_string(study.join("open-codings.csv")).unwrap();
    write(study, "open-codings-2.csv", &codings);
    let frame = fs_err::read_to_string(study.join("frame.csv")).unwrap();
    write(study, "frame-2.csv", &frame.replace("first,", "second,"));
    folder
}

fn change(study: &Path, file: &str, from: &str, to: &str) {
    let was = fs_err::read_to_string(study.join(file)).unwrap();
    assert!(was.contains(from), "{file} has no {from}");
    fs_err::write(study.join(file), was.replacen(from, to, 1)).unwrap();
}

/// The exit status of a command, and what it said.
fn run(study: &Path, arguments: &[&str]) -> (i32, String) {
    let mut command = restudy(study);
    command.args(arguments);
    if arguments[0] == "build" {
        command.arg("--typst").arg(study.join("typst"));
    }
    let output = command.output().unwrap();
    (output.status.code().unwrap(), text(&output.stdout) + &text(&output.stderr))
}

/// The document of a wave's edition.
fn document(study: &Path, wave: &str) -> String {
    fs_err::read_to_string(study.join(format!("build/{wave}/document/report.typ"))).unwrap()
}

#[test]
fn every_wave_has_an_edition_with_its_own_sections_sentences_queries_and_claims() {
    let folder = two_waves();
    let study = folder.path();
    write(study, "queries/facts/later.sql", LATER);
    write(
        study,
        "report-templates/claims.typ.jinja",
        "{# waves: first #}\n= Claims\n\n{{ audit_table() }}\n",
    );
    write(
        study,
        "report-templates/later.typ.jinja",
        "{# waves: from second #}\n= Later\n\nThey are {{ num(\"later.n\") }}.\n",
    );
    change(
        study,
        "report-templates/report.typ.jinja",
        "It is a small library.",
        "{% include \"claims.typ.jinja\" %}{% include \"later.typ.jinja\" %}\
         {% if asked(\"books\") %}Books were asked about.{% endif %}\
         {% if of_waves(\"until first\") %}It is a small library.{% else %}It has grown.{% endif %}",
    );
    let (status, said) = run(study, &["build", "--all"]);
    assert_eq!(status, 0, "{said}");
    let (first, second) = (document(study, "first"), document(study, "second"));
    for words in ["= Claims", "Books were asked about.", "It is a small library."] {
        assert!(first.contains(words) && !second.contains(words), "{words}");
    }
    for words in ["= Later", "It has grown."] {
        assert!(!first.contains(words) && second.contains(words), "{words}");
    }
    assert!(said.contains("of 2 claims reproduced"), "{said}");
    assert_eq!(said.matches("claims reproduced").count(), 1, "one edition has claims: {said}");
    let attached = "#pdf.attach(\"data/audit.csv\"";
    assert!(first.contains(attached) && !second.contains(attached), "an audit of nothing is not attached");
    let (status, said) = run(study, &["build"]);
    assert_eq!((status, said.contains("build/second/report.pdf is up to date")), (0, true), "{said}");

    let (status, said) = run(study, &["audit"]);
    assert!(status == 0 && said.contains("C1"), "{said}");
    let (status, said) = run(study, &["explain", "C1"]);
    assert!(status == 0 && said.contains("borrows books"), "{said}");
    let (status, said) = run(study, &["audit", "--wave", "second"]);
    assert!(status == 2 && said.contains("they are about wave `first`"), "{said}");
}

#[test]
fn a_sentence_that_a_wave_does_not_bear_out_stops_its_edition_and_tells_what_was() {
    let folder = two_waves();
    let study = folder.path();
    assert_eq!(run(study, &["build", "--wave", "first"]).0, 0);
    change(
        study,
        "responses-2.csv",
        "09:15:00,Yes,Every month,,,,\"Maps, old ones\"",
        "09:15:00,No,Every month,,,,",
    );
    change(study, "open-codings-2.csv", "r3,kinds,maps\n", "");
    let (status, said) = run(study, &["build", "--all"]);
    assert_eq!(status, 1, "{said}");
    assert!(said.contains("build/first/report.pdf"), "the other edition is made: {said}");
    assert!(said.contains("the data do not bear out a sentence"), "{said}");
    assert!(said.contains("More readers borrow than do not: 33%"), "{said}");
    assert!(said.contains("; it was 0.6667 (67%) in the edition of first"), "{said}");
    assert!(said.contains("the edition of second is at fault"), "{said}");
    assert!(!study.join("build/second").exists());
}

#[test]
fn a_query_cannot_select_from_one_that_is_for_other_waves() {
    let folder = two_waves();
    let study = folder.path();
    write(study, "queries/facts/later.sql", LATER);
    let reader = "-- Twice as many.\n-- facts\n-- params: wave\n-- base: all\n-- columns: n count\n\nselect 2 * n as n from later\n";
    write(study, "queries/facts/twice.sql", reader);
    let (status, said) = run(study, &["check", "--wave", "first"]);
    assert_eq!(status, 1, "{said}");
    assert!(said.contains("`twice` selects from `later`, which is not made for wave `first`"), "{said}");
    change(study, "queries/facts/later.sql", "from second", "from third");
    let (status, said) = run(study, &["check", "--all"]);
    assert!(status == 1 && said.contains("there is no wave `third`"), "{said}");
    assert!(said.contains("queries/facts/later.sql:4:11"), "{said}");
}

/// The crosswalk of the second wave: one more answer on the scale, all else the same.
fn crosswalk() -> String {
    let rows = [
        ("ID", "respondent_id"),
        ("Started", "started_at"),
        ("Q1 Borrows", "borrows"),
        ("Q2 Visits [Alone]", "visits__alone"),
        ("Q2 Visits [With family]", "visits__family"),
        ("Q3 Kinds [Novels]", "kinds__novels"),
        ("Q3 Kinds [Travel]", "kinds__travel"),
        ("Q3 Kinds [Other]", "kinds_other"),
        ("Q4 Rooms [Reading room] [Day]", "rooms__reading_day"),
        ("Q4 Rooms [Reading room] [Night]", "rooms__reading_night"),
        ("Q4 Rooms [Reading room] [Not used]", "rooms__reading: not used"),
        ("Q4 Rooms [Reading room] [Don't know]", "rooms__reading: do not know"),
        ("Q6 Wish", "wish"),
    ];
    let mut text = "wave = \"second\"\nticked = [\"Novels\", \"Travel\", \"Day\", \"Night\", \"Not used\", \"Don't know\"]\n".to_owned();
    for (raw, means) in rows {
        text.push_str(&format!("\n[[column]]\nraw = \"{raw}\"\nmeans = \"{means}\"\n"));
        if means == "visits__alone" {
            text.push_str(
                "new_answers = [\"daily\"]\ncomparable = \"with care\"\nwhy = \"one answer more\"\n",
            );
        }
    }
    text
}

#[test]
fn what_a_later_wave_adds_to_the_codebook_is_not_in_the_edition_of_an_earlier_one() {
    let with_codebook = |study: &Path| {
        change(
            study,
            "report-templates/report.typ.jinja",
            "= Readers",
            "= Readers\n\n{{ codebook_table() }}",
        );
    };
    let alone = small_study();
    with_codebook(alone.path());
    assert_eq!(run(alone.path(), &["build"]).0, 0);

    let folder = two_waves();
    let study = folder.path();
    with_codebook(study);
    write(study, "codebook/waves/second.toml", &crosswalk());
    change(
        study,
        "codebook/value-labels.toml",
        "  { label = \"weekly\", answer = \"Every week\" },",
        "  { label = \"weekly\", answer = \"Every week\" },\n  { label = \"daily\", answer = \"Every day\" },",
    );
    let (status, said) = run(study, &["build", "--all"]);
    assert_eq!(status, 0, "{said}");
    let printed = |study: &Path, wave: &str| {
        fs_err::read_to_string(study.join(format!("build/{wave}/document/data/codebook.json"))).unwrap()
    };
    assert_eq!(printed(study, "first"), printed(alone.path(), "first"));
    assert!(printed(study, "second").contains("daily"));
    assert!(!printed(study, "second").contains("Books at home"), "the second wave did not ask for them");
}
