//! New waves: the draft of their crosswalk, the contract between waves, and what is comparable.

use std::path::Path;

use restudy::codebook::Codebook;
use restudy::diagnostic::Diagnostics;
use restudy::store::{self, Tables};
use restudy::study::Study;
use restudy::waves::{Comparable, Crosswalks};

use super::cli::{copy_all, copy_of_the_study, restudy, text};
use super::report_material::root;
use super::stages_data::{ingest, texts};

/// The study as it was when there was one wave: nothing of later ones but their files.
pub(crate) fn study_of_2013() -> tempfile::TempDir {
    let study = copy_of_the_study();
    let file = study.path().join("study.toml");
    let was = fs_err::read_to_string(&file).unwrap();
    let mut kept = String::new();
    let mut waves = 0;
    let mut skips = false;
    for line in was.split_inclusive('\n') {
        if line.starts_with("[[wave]]") {
            waves += 1;
            skips = waves > 1;
        } else if skips
            && (line.starts_with('[') && !line.starts_with("[wave") || line.starts_with("# How the sample"))
        {
            skips = false;
        }
        if !skips && !line.starts_with("claims_wave") {
            kept.push_str(line);
        }
    }
    fs_err::write(&file, kept).unwrap();
    let codebook = study.path().join("codebook");
    let _ = fs_err::remove_dir_all(codebook.join("waves"));
    let _ = fs_err::remove_file(codebook.join("questions/09-later.toml"));
    change(study.path(), "codebook/value-labels.toml", |text| {
        let later =
            |line: &&str| !line.contains("\"many small\"") && !line.contains("\"marketing or sales\"");
        text.split_inclusive('\n').filter(later).collect()
    });
    study
}

pub(crate) fn change(study: &Path, file: &str, change: impl FnOnce(String) -> String) {
    let path = study.join(file);
    let text = fs_err::read_to_string(&path).unwrap();
    fs_err::write(&path, change(text)).unwrap();
}

pub(crate) fn replace(study: &Path, file: &str, pairs: &[(&str, &str)]) {
    change(study, file, |mut text| {
        for (from, to) in pairs {
            assert!(text.contains(from), "{file} has no {from}:\n{text}");
            text = text.replacen(from, to, 1);
        }
        text
    });
}

/// `restudy wave add` of a wave of the fixtures, with its frame and codes: what is said.
pub(crate) fn add(study: &Path, wave: &str, file: &str) -> String {
    let folder = study.join("fixtures/waves").join(wave);
    let mut command = restudy(study);
    command.args(["wave", "add", wave]).arg(folder.join(file));
    command.arg("--frame").arg(folder.join("frame.synthetic.csv"));
    command.arg("--open-codings").arg(folder.join("open-codings.synthetic.csv"));
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    text(&output.stdout)
}

fn of_wave(study: &Path, wave: &str) -> Result<(Tables, Diagnostics), Diagnostics> {
    let study = Study::load(study)?;
    store::ingest(&study, study.wave(Some(wave))?)
}

/// The lines of a draft that people have to look at.
fn open_parts(draft: &str) -> String {
    let parts = draft.split("\n\n").filter(|part| part.contains("OPEN:"));
    parts.collect::<Vec<_>>().join("\n\n")
}

/// Decides what the draft of 2014 leaves open, as fixtures/README.md says.
pub(crate) fn decide_2014(study: &Path) {
    let row = |raw: &str, said: &str| (format!("raw = \"{raw}\"\n"), format!("raw = \"{raw}\"\n{said}\n"));
    let rows = [
        row("completed", "means = \"submitted_at\"\nhow = \"renamed\""),
        row(
            "s1_employers [STEM employers in the area]",
            "means = \"employers\"\nhow = \"renamed\"\nnew_answers = [\"many small\"]\ncomparable = \"no\"\nwhy = \"an answer more\"",
        ),
        row(
            "careers_learning_enterprise [Career-related learning: Contact with the local enterprise partnership]",
            "leave_out = \"another question under the name of an old item\"",
        ),
        row(
            "s5_plan [School publishes a plan of its careers guidance]",
            "means = \"careers_plan\"\nhow = \"new\"",
        ),
        row("s9_comments [Anything to add?]", "means = \"comments\"\nhow = \"renamed\""),
        row(
            "s4_kind [Kind of employment before teaching]",
            "new_answers = [\"marketing or sales\"]\ncomparable = \"with care\"\nwhy = \"two answers became one\"",
        ),
    ];
    let rows: Vec<(&str, &str)> = rows.iter().map(|(from, to)| (from.as_str(), to.as_str())).collect();
    let crosswalk = "codebook/waves/2014.toml";
    replace(study, crosswalk, &rows);
    replace(
        study,
        crosswalk,
        &[
            ("# \"Other\" = \"other school or college\"", "\"Other\" = \"other school or college\""),
            ("# \"Do not know it\" = \"not aware\"", "\"Do not know it\" = \"not aware\""),
            ("# \"Know it, do not use it\" =", "\"Know it, do not use it\" ="),
            ("# \"Know it and use it\" =", "\"Know it and use it\" ="),
            ("# \"Marketing or sales\" = \"marketing\"", "\"Marketing or sales\" = \"marketing or sales\""),
            (
                "# [[changed]]\n# set = \"awareness\"\n# comparable = \"with care\"\n# why =",
                "[[changed]]\nset = \"awareness\"\ncomparable = \"with care\"\nwhy =",
            ),
            (
                "# [[gone]]\n# variable = \"matrix_awareness\"\n# why =",
                "[[gone]]\nvariable = \"matrix_awareness\"\nwhy =",
            ),
            (
                "# [[gone]]\n# variable = \"careers_learning__enterprise\"\n# why =",
                "[[gone]]\nvariable = \"careers_learning__enterprise\"\nwhy =",
            ),
        ],
    );
    replace(
        study,
        "codebook/value-labels.toml",
        &[
            (
                "  { label = \"some major\",",
                "  { label = \"many small\", answer = \"There are many small STEM employers\" },\n  { label = \"some major\",",
            ),
            (
                "  { label = \"farming\",",
                "  { label = \"marketing or sales\", answer = \"Marketing or sales\" },\n  { label = \"farming\",",
            ),
        ],
    );
    let question = "[[question]]\nname = \"careers_plan\"\nlabel = \"School publishes a plan\"\ntext = \"Does it?\"\n\
                    kind = \"single\"\nvalues = \"yes_no_unknown\"\ncolumn = \"Plan\"\nwaves = [\"2014\", \"2015\"]\n";
    fs_err::write(study.join("codebook/questions/09-later.toml"), question).unwrap();
}

/// Decides what the draft of 2015 leaves open, but for the scale that runs the other way in it.
pub(crate) fn decide_2015(study: &Path) {
    let row = |raw: &str, said: &str| (format!("raw = \"{raw}\"\n"), format!("raw = \"{raw}\"\n{said}\n"));
    let rows = [
        row("StartOfInterview", "means = \"started_at\"\nhow = \"renamed\""),
        row("EndOfInterview", "means = \"submitted_at\"\nhow = \"renamed\""),
        row("REGION", "keep_as = \"REGION\""),
        row("REGION_N", "keep_as = \"REGION_N\""),
        row("WEIGHT", "keep_as = \"WEIGHT\""),
    ];
    let rows: Vec<(&str, &str)> = rows.iter().map(|(from, to)| (from.as_str(), to.as_str())).collect();
    replace(study, "codebook/waves/2015.toml", &rows);
    let design = "[wave.design]\nweight = \"WEIGHT\"\nstrata = \"REGION\"\nfpc = \"REGION_N\"\n\n# How the sample was drawn";
    replace(study, "study.toml", &[("# How the sample was drawn", design)]);
}

/// How many gave `answer` to `variable`, and how many answered it, in `wave`.
fn share(tables: &Tables, wave: &str, variable: &str, answer: &str) -> (usize, usize) {
    let of_wave = texts(tables, "responses", "wave");
    let answers = texts(tables, "responses", variable);
    let given = of_wave.iter().zip(&answers).filter(|(of, given)| *of == wave && *given != "-");
    let given: Vec<&String> = given.map(|(_, given)| given).collect();
    (given.iter().filter(|given| **given == answer).count(), given.len())
}

#[test]
fn the_export_of_another_tool_is_drafted_decided_and_read() {
    let study = study_of_2013();
    let study = study.path();
    let before = fs_err::read_to_string(study.join("study.toml")).unwrap();
    let (edition, _) = of_wave(study, "2013").unwrap_or_else(|e| panic!("{e}"));
    let said = add(study, "2014", "responses.synthetic.csv");
    insta::assert_snapshot!("wave_add_2014", said);
    let draft = fs_err::read_to_string(study.join("codebook/waves/2014.toml")).unwrap();
    insta::assert_snapshot!("wave_2014_open", open_parts(&draft));
    let after = fs_err::read_to_string(study.join("study.toml")).unwrap();
    let added: Vec<&str> = after.lines().filter(|line| !before.contains(line)).collect();
    insta::assert_snapshot!("wave_2014_in_study", added.join("\n"));
    assert!(before.lines().all(|line| after.contains(line)), "study.toml has lost a line");
    // Nothing is built before all is decided.
    let told = of_wave(study, "2014").unwrap_err().to_string();
    for open in ["column `completed` is left open", "answer `Know it and use it`", "means `matrix_awareness`"]
    {
        assert!(told.contains(open), "{open}:\n{told}");
    }
    decide_2014(study);
    let (tables, warnings) = of_wave(study, "2014").unwrap_or_else(|e| panic!("{e}"));
    assert!(warnings.is_empty(), "{warnings}");
    // The shares that the recipe names.
    assert_eq!(share(&tables, "2014", "stem_support__girls", "yes"), (87, 189));
    assert_eq!(share(&tables, "2014", "employers", "many small").0, 26);
    assert_eq!(share(&tables, "2014", "employed_as", "marketing or sales").0, 4);
    assert_eq!(share(&tables, "2014", "stem_career__visits_from", "happens").0, 128);
    assert_eq!(share(&tables, "2014", "matrix_awareness", "not aware"), (0, 0));
    // The edition of 2013 does not see that another wave has come.
    let (again, _) = of_wave(study, "2013").unwrap_or_else(|e| panic!("{e}"));
    let whole = |tables: &Tables| -> Vec<String> {
        tables.iter().map(|(name, batch)| format!("{name} {:?}", batch.columns())).collect()
    };
    assert_eq!(whole(&edition), whole(&again));
    let study = Study::load(study).unwrap();
    let codebook = Codebook::load(&study.root).unwrap();
    let (crosswalks, _) = Crosswalks::load(&study, &codebook).unwrap();
    let flag = |name: &str| {
        let variable = codebook.variables().into_iter().find(|variable| variable.name == name).unwrap();
        let comparability = crosswalks.comparability(&codebook, &variable, "2013", "2014");
        assert_eq!(comparability, crosswalks.comparability(&codebook, &variable, "2014", "2013"));
        (comparability.comparable, comparability.why)
    };
    assert_eq!(flag("role"), (Comparable::Yes, String::new()));
    assert_eq!(flag("employers"), (Comparable::No, "2014: an answer more".to_owned()));
    assert_eq!(flag("employed_as").0, Comparable::WithCare);
    assert_eq!(
        flag("web_resources__ucas"),
        (Comparable::WithCare, "2014: the answers are worded anew".to_owned())
    );
    assert_eq!(
        flag("matrix_awareness"),
        (Comparable::No, "not asked in 2014: the question was dropped".to_owned())
    );
    assert_eq!(flag("careers_learning__enterprise").0, Comparable::No);
    assert_eq!(flag("careers_learning__mentoring").0, Comparable::Yes);
    assert_eq!(flag("careers_plan"), (Comparable::No, "not asked in 2013".to_owned()));
}

#[test]
fn an_spss_file_is_drafted_and_its_turned_scale_is_left_to_people() {
    let study = study_of_2013();
    let study = study.path();
    add(study, "2014", "responses.synthetic.csv");
    decide_2014(study);
    let said = add(study, "2015", "responses.synthetic.sav");
    insta::assert_snapshot!("wave_add_2015", said);
    decide_2015(study);
    let told = of_wave(study, "2015").unwrap_err();
    assert_eq!(told.errors(), 7, "{told}");
    assert!(told.to_string().contains("the codes of `purposes__university` run in another order"), "{told}");
    change(study, "codebook/waves/2015.toml", |text| {
        text.replace("# why = \"its labels", "why = \"its labels")
    });
    let (tables, warnings) = of_wave(study, "2015").unwrap_or_else(|e| panic!("{e}"));
    assert!(warnings.is_empty(), "{warnings}");
    assert_eq!(share(&tables, "2015", "stem_support__engineering_club", "yes"), (25, 169));
    assert_eq!(share(&tables, "2015", "cpd_modes__network", "selected"), (11, 137));
    // What is gone stays gone, and is not said again.
    assert_eq!(share(&tables, "2015", "matrix_awareness", "not aware"), (0, 0));
    let list = restudy(study).args(["wave", "list"]).output().unwrap();
    insta::assert_snapshot!("wave_list", text(&list.stdout));
}

/// Release 117 does not say its encoding: the draft guesses it, and says so.
#[test]
fn a_stata_file_is_drafted_with_its_encoding() {
    let study = tempfile::tempdir().unwrap();
    let faulty = root().join("fixtures/faulty");
    copy_all(&faulty.join("base"), study.path());
    let export = study.path().join("second.dta");
    fs_err::copy(faulty.join("dta-encoding-not-said/responses.dta"), &export).unwrap();
    let added = restudy(study.path()).args(["wave", "add", "second"]).arg(&export).output().unwrap();
    let (said, told) = (text(&added.stdout), text(&added.stderr));
    assert!(added.status.success(), "{told}");
    assert!(format!("{said}{told}").contains("14 columns, 14 decided, 0 open"), "{said}{told}");
    let settings = fs_err::read_to_string(study.path().join("study.toml")).unwrap();
    assert!(settings.contains("it has words like `Ouvrir à midi` (look at it)"), "{settings}");
    let responses = "responses = { file = \"second.dta\", encoding = \"windows-1252\" }";
    assert!(settings.contains(responses), "{settings}");
}

/// What each rule of the contract says can be said, and then it passes.
#[test]
fn a_row_that_explains_a_breach_lets_it_pass() {
    let row = |means: &str, said: &str| {
        (format!("means = \"{means}\"\n"), format!("means = \"{means}\"\n{said}\n"))
    };
    let end = |said: &str| ("# end\n".to_owned(), format!("# end\n\n{said}\n"));
    let explained = [
        ("wave-name-used-again", row("visits__alone", "why = \"the items changed places\"")),
        ("wave-renamed-in-letter-case", row("visits__alone", "how = \"renamed\"")),
        (
            "wave-columns-alike-but-for-case",
            ("score of the tool\"\n".to_owned(), "score\"\nwhy = \"both are meant\"\n".to_owned()),
        ),
        (
            "wave-label-never-given-before",
            row(
                "visits__alone",
                "new_answers = [\"fortnightly\"]\ncomparable = \"with care\"\nwhy = \"offered now\"",
            ),
        ),
        ("wave-scale-turned-round", row("visits__alone", "why = \"labels decide\"")),
        (
            "wave-universe-widened",
            end("[[routing]]\nquestion = \"kinds\"\ncomparable = \"no\"\nwhy = \"put to everybody\""),
        ),
        (
            "wave-universe-narrowed",
            end(
                "[[routing]]\nquestion = \"visits\"\nasked_if = { variable = \"borrows\", is = [\"no\", \"refused\"] }\n\
                 comparable = \"no\"\nwhy = \"put to those who do not borrow\"",
            ),
        ),
        ("wave-unit-changed", row("books__own", "times = 0.1\ncomparable = \"yes\"")),
        ("wave-unit-changed", row("books__own", "why = \"readers have more books\"")),
        ("wave-column-became-empty", row("visits__family", "why = \"nobody brought their family\"")),
        ("wave-answer-never-seen", row("visits__alone", "answers = { \"Now and then\" = \"monthly\" }")),
        ("wave-answer-never-seen", end("[answers.how_often]\n\"Now and then\" = \"\"")),
        (
            "wave-column-left-open",
            ("raw = \"wish_text\"\n".to_owned(), "raw = \"wish_text\"\nmeans = \"wish\"\n".to_owned()),
        ),
        (
            "wave-column-not-in-the-crosswalk",
            end("[[column]]\nraw = \"Q7 Parking\"\nleave_out = \"not about reading\""),
        ),
        ("wave-called-new-and-asked-before", ("how = \"new\"\n".to_owned(), String::new())),
        (
            "wave-universe-back-in-silence",
            end("[[routing]]\nquestion = \"kinds\"\nasked_if = { variable = \"borrows\", is = [\"yes\"] }\n\
                 comparable = \"no\"\nwhy = \"put to borrowers alone again\""),
        ),
        (
            "wave-merge-not-said",
            row("visits__alone", "comparable = \"with care\"\nwhy = \"two answers became one\""),
        ),
        (
            "wave-label-of-one-never-given-before",
            row("visits__alone", "why = \"offered before, and not chosen\""),
        ),
        (
            "wave-label-of-one-never-given-before",
            row(
                "visits__alone",
                "new_answers = [\"fortnightly\"]\ncomparable = \"with care\"\nwhy = \"offered now\"",
            ),
        ),
        (
            "wave-question-of-another-wave",
            ("means = \"wish\"\n".to_owned(), "leave_out = \"empty\"\n".to_owned()),
        ),
        ("wave-variable-without-a-column", end("[[gone]]\nvariable = \"books\"\nwhy = \"nobody knew\"")),
    ];
    for (folder, (from, to)) in explained {
        let study = tempfile::tempdir().unwrap();
        copy_all(&root().join("fixtures/faulty/base"), study.path());
        copy_all(&root().join("fixtures/faulty").join(folder), study.path());
        let crosswalk = "codebook/waves/second.toml";
        change(study.path(), crosswalk, |text| format!("{text}\n# end\n"));
        let told = ingest(study.path()).map(|_| ()).unwrap_err();
        assert_eq!(told.iter().count(), 1, "{folder}: {told}");
        replace(study.path(), crosswalk, &[(&from, &to)]);
        let (_, warnings) = ingest(study.path()).unwrap_or_else(|e| panic!("{folder}: {e}"));
        assert!(warnings.is_empty(), "{folder}: {warnings}");
    }
}

#[test]
fn an_item_of_a_later_wave_was_not_asked_before() {
    let study = tempfile::tempdir().unwrap();
    copy_all(&root().join("fixtures/faulty/base"), study.path());
    let item = "  { name = \"maps\",";
    let later = "  { name = \"music\", label = \"music\", answer = \"Music\", waves = [\"later\"] },\n  { name = \"maps\",";
    replace(study.path(), "codebook/questions/01-readers.toml", &[(item, later)]);
    let (tables, _) = ingest(study.path()).unwrap_or_else(|e| panic!("{e}"));
    let reasons = texts(&tables, "missing", "variable").into_iter().zip(texts(&tables, "missing", "reason"));
    let reasons: Vec<String> =
        reasons.filter(|(of, _)| of == "kinds__music").map(|(_, reason)| reason).collect();
    assert_eq!(reasons, ["not asked"; 4]);
}

#[test]
fn a_wave_that_cannot_be_added_changes_nothing() {
    let study = study_of_2013();
    let study = study.path();
    let export = "fixtures/waves/2014/responses.synthetic.csv";
    let frame = study.join("fixtures/waves/2014/frame.synthetic.csv");
    let outside = tempfile::NamedTempFile::new().unwrap();
    let was = super::cli::files(study);
    let refused = |arguments: &[&str], file: &Path| {
        let mut command = restudy(study);
        command
            .args(["wave", "add"])
            .args(arguments)
            .arg(file)
            .arg("--frame")
            .arg(&frame)
            .arg("--open-codings")
            .arg(&frame);
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", text(&output.stderr));
        assert!(output.stdout.is_empty());
        text(&output.stderr)
    };
    let here = study.join(export);
    assert!(refused(&["2013"], &here).contains("wave `2013` is there already"));
    assert!(refused(&["2014"], outside.path()).contains("is not in the study's folder"));
    assert!(refused(&["2014"], Path::new("nowhere.csv")).contains("there is no file nowhere.csv"));
    assert!(refused(&["20/14"], &here).contains("cannot be the id of a wave"));
    assert!(refused(&["2014", "--published", "soon"], &here).contains("`soon` is not a date"));
    let untold = refused(&["2014", "--fieldwork", ""], &here);
    assert!(untold.contains("`--title`, `--fieldwork`, `--published` and `--notice` say"), "{untold}");
    assert_eq!(super::cli::files(study), was);
    // Twice is once, unless it is wanted.
    add(study, "2014", "responses.synthetic.csv");
    let once = super::cli::files(study);
    assert!(refused(&["2014"], &here).contains("`--anew` drafts its crosswalk anew"));
    assert_eq!(super::cli::files(study), once);
    // What study.toml says is not changed by a draft; who says something else is told so.
    let told = refused(&["2014", "--anew", "--title", "Another"], &here);
    for option in ["--open-codings is `fixtures/waves/2014/frame", "--title is `Another`"] {
        assert!(told.contains(option), "{option}: {told}");
    }
    let file = study.join("fixtures/waves/2013/responses.synthetic.csv");
    assert!(refused(&["2014", "--anew"], &file).contains("FILE is `fixtures/waves/2013/responses"));
    assert_eq!(super::cli::files(study), once);
    let mut command = restudy(study);
    command.args(["wave", "add", "2014", "--anew"]).arg(&here);
    assert_eq!(command.output().unwrap().status.code(), Some(0));
    assert_eq!(super::cli::files(study), once, "the same export gives the same draft");
}

#[test]
fn columns_in_another_order_mean_the_same_and_a_name_with_other_answers_is_left_open() {
    let study = study_of_2013();
    let study = study.path();
    let export = "fixtures/waves/2013/responses.synthetic.csv";
    let text = fs_err::read_to_string(study.join(export)).unwrap();
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut changed = csv::Writer::from_writer(Vec::new());
    for record in reader.records().map(Result::unwrap) {
        writer.write_record(record.iter().rev()).unwrap();
        let other = record.iter().enumerate().map(|(column, cell)| match (column, cell) {
            (4, "" | "Q2 Type of school") => cell.to_owned(),
            (4, _) => format!("by {}", if cell.len() % 2 == 0 { "bus" } else { "bicycle" }),
            _ => cell.to_owned(),
        });
        changed.write_record(other).unwrap();
    }
    let frame = fs_err::read_to_string(study.join("fixtures/waves/2013/frame.csv")).unwrap();
    for (wave, bytes) in [("turned", writer.into_inner().unwrap()), ("bus", changed.into_inner().unwrap())] {
        let folder = study.join("fixtures/waves").join(wave);
        fs_err::create_dir_all(&folder).unwrap();
        fs_err::write(folder.join("responses.csv"), bytes).unwrap();
        fs_err::write(folder.join("frame.synthetic.csv"), frame.replace("2013", wave)).unwrap();
        let codings = study.join("fixtures/waves/2013/open-codings.synthetic.csv");
        fs_err::copy(codings, folder.join("open-codings.synthetic.csv")).unwrap();
    }
    let said = add(study, "turned", "responses.csv");
    assert!(
        said.contains("136 columns, 136 decided, 0 open; 0 answers open; 0 of the last wave not found"),
        "{said}"
    );
    let (tables, _) = of_wave(study, "turned").unwrap_or_else(|e| panic!("{e}"));
    for variable in ["respondent_id", "role", "stem_career__fair_ks4", "web_resources__icould", "comments"] {
        let answers = texts(&tables, "responses", variable);
        assert_eq!(answers[..196], answers[196..], "{variable}");
    }
    let said = add(study, "bus", "responses.csv");
    assert!(said.contains("135 decided, 1 open"), "{said}");
    let draft = fs_err::read_to_string(study.join("codebook/waves/bus.toml")).unwrap();
    assert!(draft.contains("# OPEN: it has the name of `school_type`, and other answers"), "{draft}");
}
