//! `restudy codebook`: what it finds, how it prints it, and that its counts are those of the export.

use super::cli::{restudy, text};
use super::report_material::root;

fn codebook(arguments: &[&str]) -> String {
    let told = restudy(&root()).arg("codebook").args(arguments).assert().success();
    text(&told.get_output().stdout)
}

#[test]
fn words_and_variables_are_found() {
    let told: Vec<String> = [
        &["employer"][..],
        &["employers"],
        &["local", "STEM", "employers"],
        &["stem_career__fair_ks4"],
        &["guidance_provider"],
        &["destinations"],
        &["impact_reach"],
        &["started_at"],
    ]
    .into_iter()
    .map(|arguments| format!("$ restudy codebook {}\n\n{}", arguments.join(" "), codebook(arguments)))
    .collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn every_question_is_listed_and_all_of_the_small_study_is_documented() {
    let base = root().join("fixtures/faulty/base");
    let told = |arguments: &[&str]| {
        let told = restudy(&base).arg("codebook").args(arguments).assert().success().stderr("");
        text(&told.get_output().stdout)
    };
    insta::assert_snapshot!(format!("{}\n{}", told(&[]), told(&["--format", "markdown"])));
    assert_eq!(codebook(&[]).lines().count(), 2 + 31);
}

#[test]
fn what_is_not_there_ends_with_2_and_the_nearest_name() {
    let told = |arguments: &[&str]| {
        let told = restudy(&root()).arg("codebook").args(arguments).assert().code(2).stdout("");
        text(&told.get_output().stderr)
    };
    assert!(told(&["stem_suport"]).contains("did you mean `stem_support`?"));
    assert!(told(&["xyzzy"]).contains("`restudy codebook` lists every question"));
    assert!(told(&["employers", "--format", "ddi"]).contains("DDI is written of the whole codebook"));
    assert!(told(&["--wave", "1066"]).contains("the waves are: 2013"));
    assert!(told(&["--out", "codebook.docx"]).contains("end it in .txt, .md, .json or .xml"));
}

#[test]
fn files_are_written_as_their_endings_say() {
    let folder = tempfile::tempdir().unwrap();
    for (name, begins) in [
        ("c.txt", "question "),
        ("c.md", "# Codebook: School organisation"),
        ("c.json", "[\n  {\n    \"question\": \"respondent_id\""),
        ("c.xml", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<codeBook "),
    ] {
        let file = folder.path().join(name);
        let told = restudy(&root()).args(["codebook", "--out"]).arg(&file).assert().success().stdout("");
        assert!(text(&told.get_output().stderr).contains(name));
        assert!(fs_err::read_to_string(file).unwrap().starts_with(begins), "{name}");
    }
}

/// Every answer of every single question and every grid, counted by a plain loop over the export.
#[test]
fn counts_are_those_of_the_export() {
    let mut reader =
        csv::Reader::from_path(root().join("fixtures/waves/2013/responses.synthetic.csv")).unwrap();
    let heads = reader.headers().unwrap().clone();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let questions: serde_json::Value = serde_json::from_str(&codebook(&["--format", "json"])).unwrap();
    let items: toml::Value = {
        let folder = root().join("codebook/questions");
        let mut texts: Vec<String> = Vec::new();
        for entry in fs_err::read_dir(folder).unwrap() {
            texts.push(fs_err::read_to_string(entry.unwrap().path()).unwrap());
        }
        toml::from_str(&texts.join("\n")).unwrap()
    };
    let mut compared = 0;
    for question in questions.as_array().unwrap() {
        let defined = items["question"].as_array().unwrap().iter();
        let defined =
            defined.into_iter().find(|q| q["name"].as_str() == question["question"].as_str()).unwrap();
        for variable in question["variables"].as_array().unwrap() {
            let column = question["column"].as_str().unwrap_or_default();
            let column = match question["kind"].as_str().unwrap() {
                "single" => column.to_owned(),
                "grid" => {
                    let named = |i: &&toml::Value| i["name"].as_str() == variable["item"].as_str();
                    let item = defined["items"].as_array().unwrap().iter().find(named).unwrap();
                    format!("{column} [{}]", item["answer"].as_str().unwrap())
                }
                _ => continue,
            };
            let at = heads.iter().position(|head| head == column).unwrap();
            let wave = &variable["waves"][0];
            assert_eq!(wave["respondents"], rows.len());
            let answers = variable["answers"].as_array().unwrap();
            for (answer, n) in answers.iter().zip(wave["counts"].as_array().unwrap()) {
                let text = answer["answer"].as_str().unwrap();
                assert_eq!(*n, rows.iter().filter(|row| &row[at] == text).count(), "{column}: {text}");
                compared += 1;
            }
            let missing =
                wave["missing"].as_array().unwrap().iter().map(|m| m["n"].as_u64().unwrap()).sum::<u64>();
            let given: Vec<&str> = answers.iter().map(|a| a["answer"].as_str().unwrap()).collect();
            assert_eq!(
                missing as usize,
                rows.iter().filter(|row| !given.contains(&&row[at])).count(),
                "{column}"
            );
        }
    }
    assert!(compared > 200, "{compared} answers");
}
