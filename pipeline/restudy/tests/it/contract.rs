//! The contract between waves, over more than two of them, and what is comparable because of it.

use std::path::Path;

use restudy::codebook::Codebook;
use restudy::study::Study;
use restudy::waves::{Comparable, Crosswalks};

use super::cli::{copy_all, restudy, text};
use super::report_material::root;
use super::stages_data::{ingest, texts};
use super::waves::{change, replace};

const CROSSWALK: &str = "codebook/waves/second.toml";
const QUESTIONS: &str = "codebook/questions/01-readers.toml";

/// A small study with two waves, of which nothing is to be said.
fn two_waves() -> tempfile::TempDir {
    let study = tempfile::tempdir().unwrap();
    copy_all(&root().join("fixtures/faulty/base"), study.path());
    copy_all(&root().join("fixtures/faulty/wave-called-new-and-asked-before"), study.path());
    replace(study.path(), CROSSWALK, &[("how = \"new\"\n", "")]);
    study
}

/// Adds the wave `third`, which has the export and the crosswalk of the second.
fn add_a_third(study: &Path) {
    change(study, "study.toml", |text| {
        let (head, rest) = text.split_once("[[wave]]\nid = \"second\"").unwrap();
        let (second, tail) = rest.split_once("[design]").unwrap();
        let third = second.replace("-2.csv", "-3.csv");
        format!("{head}[[wave]]\nid = \"second\"{second}[[wave]]\nid = \"third\"{third}[design]{tail}")
    });
    for file in ["responses", "open-codings", "frame"] {
        let text = fs_err::read_to_string(study.join(format!("{file}-2.csv"))).unwrap();
        fs_err::write(study.join(format!("{file}-3.csv")), text.replace("second", "third")).unwrap();
    }
    let text = fs_err::read_to_string(study.join(CROSSWALK)).unwrap();
    let text = text.replace("\"second\"", "\"third\"").replace("\"first\"", "\"second\"");
    fs_err::write(study.join("codebook/waves/third.toml"), text).unwrap();
}

/// How far `variable` can be compared between two waves, and why.
fn flag(study: &Path, variable: &str, from: &str, to: &str) -> (Comparable, String) {
    let study = Study::load(study).unwrap();
    let codebook = Codebook::load(&study.root).unwrap();
    let (crosswalks, _) = Crosswalks::load(&study, &codebook).unwrap_or_else(|e| panic!("{e}"));
    let variables = codebook.variables();
    let variable = variables.iter().find(|known| known.name == variable).unwrap();
    let found = crosswalks.comparability(&codebook, variable, from, to);
    (found.comparable, found.why)
}

fn yes() -> (Comparable, String) {
    (Comparable::Yes, String::new())
}

#[test]
fn what_is_said_of_an_item_is_not_said_of_one_that_begins_alike() {
    let study = two_waves();
    let study = study.path();
    let item = "  { name = \"family\",";
    let longer =
        format!("  {{ name = \"alone_long\", label = \"long\", answer = \"Alone, for long\" }},\n{item}");
    replace(study, QUESTIONS, &[(item, &longer)]);
    let row = "[[column]]\nraw = \"Q2 Visits [With family]\"";
    let said = "[[column]]\nraw = \"Q2 Visits [Alone, for long]\"\nmeans = \"visits__alone_long\"\ncomparable = \"no\"\n\
                why = \"longer now\"\n\n";
    replace(study, CROSSWALK, &[(row, &format!("{said}{row}"))]);
    assert_eq!(
        flag(study, "visits__alone_long", "first", "second"),
        (Comparable::No, "second: longer now".into())
    );
    assert_eq!(flag(study, "visits__alone", "first", "second"), yes());
    // Nor does its column bring the other back.
    add_a_third(study);
    let gone = "\n[[gone]]\nvariable = \"visits__alone\"\nwhy = \"nobody came alone\"\n";
    change(study, CROSSWALK, |text| {
        text.replace("means = \"visits__alone\"", "leave_out = \"empty\"") + gone
    });
    change(study, "codebook/waves/third.toml", |text| {
        text.replace("means = \"visits__alone\"", "leave_out = \"empty\"")
    });
    let told = (Comparable::No, "not asked since second: nobody came alone".to_owned());
    assert_eq!(flag(study, "visits__alone", "first", "third"), told);
    assert_eq!(flag(study, "visits__alone_long", "second", "third").0, Comparable::No);
}

#[test]
fn what_is_said_of_a_stage_and_of_a_text_holds_for_what_is_made_of_them() {
    let study = two_waves();
    let study = study.path();
    let no = |why: &str| format!("\ncomparable = \"no\"\nwhy = \"{why}\"\n");
    let (stage, text) = ("means = \"rooms__reading: not used\"\n", "means = \"kinds_other\"\n");
    replace(
        study,
        CROSSWALK,
        &[
            (stage, &format!("{}{}", stage.trim_end(), no("offered first"))),
            (text, &format!("{}{}", text.trim_end(), no("a longer box"))),
        ],
    );
    for variable in ["rooms__reading", "rooms__reading_day"] {
        assert_eq!(
            flag(study, variable, "first", "second"),
            (Comparable::No, "second: offered first".into())
        );
    }
    // Maps are coded from the text beside the items.
    assert_eq!(
        flag(study, "kinds__maps", "first", "second"),
        (Comparable::No, "second: a longer box".into())
    );
    assert_eq!(flag(study, "kinds__novels", "first", "second"), yes());
}

#[test]
fn a_question_that_was_put_to_others_and_back_is_compared_as_the_crosswalks_say() {
    let study = two_waves();
    let study = study.path();
    add_a_third(study);
    let routing = |asked_if: &str, comparable: &str| {
        format!(
            "\n[[routing]]\nquestion = \"kinds\"\n{asked_if}comparable = \"{comparable}\"\nwhy = \"{comparable}, we think\"\n"
        )
    };
    change(study, CROSSWALK, |text| text + &routing("", "no"));
    let told = ingest(study).map(|_| ()).unwrap_err().to_string();
    assert!(told.contains("`kinds` is put to others than in second, and nothing says so"), "{told}");
    let back = "asked_if = { variable = \"borrows\", is = [\"yes\"] }\n";
    change(study, "codebook/waves/third.toml", |text| text + &routing(back, "with care"));
    ingest(study).unwrap_or_else(|e| panic!("{e}"));
    let of = |from: &str, to: &str| flag(study, "kinds__novels", from, to);
    assert_eq!(of("first", "second"), (Comparable::No, "second: no, we think".into()));
    assert_eq!(of("second", "third"), (Comparable::WithCare, "third: with care, we think".into()));
    assert_eq!(of("first", "third").0, Comparable::No);
}

#[test]
fn a_label_that_an_earlier_wave_gave_is_not_new() {
    let study = two_waves();
    let study = study.path();
    add_a_third(study);
    change(study, "responses-2.csv", |text| text.replace("Every week", "Every month"));
    ingest(study).unwrap_or_else(|e| panic!("{e}"));
    // Where no wave gave it, it is.
    change(study, "responses.csv", |text| text.replace("Every week", "Every month"));
    let told = ingest(study).map(|_| ()).unwrap_err().to_string();
    assert!(told.contains("nobody answered `weekly` to `visits__alone` before"), "{told}");
}

#[test]
fn a_new_item_does_not_keep_its_question_from_the_contract() {
    let study = two_waves();
    let study = study.path();
    let item = "  { name = \"travel\",";
    let new = format!(
        "  {{ name = \"poems\", label = \"poems\", answer = \"Poems\", waves = [\"second\"] }},\n{item}"
    );
    replace(study, QUESTIONS, &[(item, &new)]);
    let row = "[[column]]\nraw = \"Q3 Kinds [Other]\"";
    let said = "[[column]]\nraw = \"Poems\"\nmeans = \"kinds__poems\"\nhow = \"new\"\n\n";
    replace(study, CROSSWALK, &[(row, &format!("{said}{row}"))]);
    change(study, "responses-2.csv", |text| {
        text.lines()
            .map(|line| format!("{line},{}\n", if line.starts_with("ID") { "Poems" } else { "" }))
            .collect()
    });
    ingest(study).unwrap_or_else(|e| panic!("{e}"));
    // The same answers from those whom the codebook says were not asked.
    change(study, "responses-2.csv", |text| {
        text.replace(",No,Never,Every month,,", ",No,Never,Every month,Novels,")
    });
    change(study, "responses-2.csv", |text| text.replace(",No,Never,Never,,", ",No,Never,Never,Novels,"));
    let told = ingest(study).map(|_| ()).unwrap_err().to_string();
    assert!(told.contains("`kinds` was put to others than before"), "{told}");
}

#[test]
fn labels_of_a_question_that_only_later_waves_ask_are_not_in_earlier_editions() {
    let study = two_waves();
    let study = study.path();
    let set = "\n[[set]]\nname = \"shelves\"\nlabels = [{ label = \"open\", answer = \"Open\" }, { label = \"shut\", answer = \"Shut\" }]\n";
    change(study, "codebook/value-labels.toml", |text| text + set);
    let question = "\n[[question]]\nname = \"shelves\"\nlabel = \"Shelves\"\ntext = \"Open or shut?\"\nkind = \"single\"\n\
                    values = \"shelves\"\ncolumn = \"Shelves\"\nwaves = [\"second\"]\n";
    change(study, QUESTIONS, |text| text + question);
    change(study, CROSSWALK, |text| {
        text + "\n[[column]]\nraw = \"Shelves\"\nmeans = \"shelves\"\nhow = \"new\"\n"
    });
    change(study, "responses-2.csv", |text| {
        text.lines()
            .map(|line| format!("{line},{}\n", if line.starts_with("ID") { "Shelves" } else { "Open" }))
            .collect()
    });
    let sets = |wave: &str| {
        let study = Study::load(study).unwrap();
        let (tables, _) = restudy::store::ingest(&study, study.wave(Some(wave)).unwrap()).unwrap();
        texts(&tables, "value_labels", "value_set")
    };
    assert!(sets("second").contains(&"shelves".to_owned()));
    assert!(!sets("first").contains(&"shelves".to_owned()));
    assert!(sets("first").contains(&"wishes".to_owned()));
}

#[test]
fn what_is_open_does_not_keep_back_what_else_is_wrong() {
    let study = two_waves();
    let study = study.path();
    change(study, CROSSWALK, |text| text.replace("means = \"wish\"\n", ""));
    let breach = root().join("fixtures/faulty/wave-unit-changed/responses-2.csv");
    fs_err::copy(breach, study.join("responses-2.csv")).unwrap();
    let told = ingest(study).map(|_| ()).unwrap_err().to_string();
    for what in ["column `Q6 Wish` is left open", "the numbers of `books__own` are of another size"] {
        assert!(told.contains(what), "{told}");
    }
    let list = restudy(study).args(["wave", "list"]).output().unwrap();
    assert!(text(&list.stdout).contains("not read   2 faults; `restudy check --wave second` tells more"));
}

#[test]
fn a_draft_says_where_the_codebook_has_to_name_the_wave() {
    let study = tempfile::tempdir().unwrap();
    let study = study.path();
    copy_all(&root().join("fixtures/faulty/base"), study);
    let asked = "column = \"Q6 Wish\"\n";
    replace(study, QUESTIONS, &[(asked, &format!("{asked}waves = [\"first\"]\n"))]);
    let export = study.join("responses-2.csv");
    fs_err::copy(study.join("responses.csv"), &export).unwrap();
    let added = restudy(study).args(["wave", "add", "second"]).arg(&export).output().unwrap();
    let said = text(&added.stdout);
    assert!(said.contains("open waves    wish (the codebook says that other waves asked it)"), "{said}");
    let draft = fs_err::read_to_string(study.join(CROSSWALK)).unwrap();
    assert!(draft.contains("by the codebook it was asked in first alone"), "{draft}");
    assert!(
        draft.contains("# `waves = [\"first\", \"second\"]` in codebook/questions/01-readers.toml:"),
        "{draft}"
    );
}
