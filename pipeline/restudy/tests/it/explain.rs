//! `restudy explain`: whom a number counts, held against plain loops over the export; and what else it tells.

use std::collections::{BTreeMap, BTreeSet};

use restudy::build::{Evaluated, evaluate};
use restudy::engine::{Params, Session, Sql, VERSION, Versions, cell_text, column_index};
use restudy::explain::who::{PAIRS, Who, counted, parts};
use restudy::queries::{Catalogue, ColumnKind, Purpose, QueryResult};
use restudy::study::Study;

use super::cli::{restudy, text};
use super::pooled;
use super::report_material::root;
use super::small_study::small_study;

struct Study2013 {
    study: Study,
    evaluated: Evaluated,
    catalogue: Catalogue,
}

impl Study2013 {
    fn load() -> Study2013 {
        let study = Study::load(&root()).unwrap();
        let evaluated = evaluate(&study, study.wave(None).unwrap()).unwrap();
        let catalogue = Catalogue::of(&study, study.wave(None).unwrap()).unwrap();
        Study2013 { study, evaluated, catalogue }
    }

    fn result(&self, query: &str) -> &QueryResult {
        self.evaluated.report.evidence().result(query).unwrap()
    }

    /// Whom `column` of the row named `key` counts, by name; each of them once.
    fn who(&self, query: &str, key: &str, column: &str) -> BTreeSet<String> {
        let result = self.result(query);
        let row = result.find_row(key).unwrap();
        let wave = self.study.wave(None).unwrap();
        let counted =
            counted(&self.evaluated.session, &self.catalogue, wave, result, row, &[column]).unwrap();
        let Who::Listed { respondents, .. } = &counted[0].who else { panic!("{:?}", counted[0].who) };
        assert!(respondents.iter().all(|r| r.times == 1));
        let names: BTreeSet<String> = respondents.iter().map(|r| r.respondent_id.clone()).collect();
        assert_eq!(names.len() as u64, result.count(row, column).unwrap());
        names
    }
}

/// The export, row by row: cells by the names of their columns.
fn export() -> Vec<BTreeMap<String, String>> {
    let mut reader =
        csv::Reader::from_path(root().join("fixtures/waves/2013/responses.synthetic.csv")).unwrap();
    let heads = reader.headers().unwrap().clone();
    let row =
        |row: csv::StringRecord| heads.iter().map(str::to_owned).zip(row.iter().map(str::to_owned)).collect();
    reader.records().map(|record| row(record.unwrap())).collect()
}

/// The respondents whose row in the export `counts`.
fn in_export(counts: impl Fn(&BTreeMap<String, String>) -> bool) -> BTreeSet<String> {
    export().into_iter().filter(|row| counts(row)).map(|row| row["Respondent ID"].clone()).collect()
}

#[test]
fn who_counts_is_who_counts_in_the_export() {
    let study = Study2013::load();
    let club = "Q6 STEM support [Science club]";
    assert_eq!(study.who("stem_support_offered", "science club", "n"), in_export(|row| row[club] == "Yes"));
    assert_eq!(
        study.who("stem_support_offered", "science club", "base"),
        in_export(|row| !row[club].is_empty())
    );
    let science = |row: &BTreeMap<String, String>| row["Q1 Your role"] == "Head of science";
    let before = |row: &BTreeMap<String, String>| row["Q13 Employment before teaching"].clone();
    assert_eq!(
        study.who("employed_before_by_role", "head of science", "n"),
        in_export(|row| science(row) && before(row) == "Yes")
    );
    assert_eq!(
        study.who("employed_before_by_role", "head of science", "base"),
        in_export(|row| science(row) && ["Yes", "No"].contains(&before(row).as_str()))
    );
    // The base is a window's sum over all rows, the activity that of another table, and the query selects from a query.
    let fair = "Q10 STEM career activities [STEM careers fair] [KS4]";
    let dominate = "STEM employers dominate the local economy";
    assert_eq!(
        study.who("employers_by_ks4_activity", "STEM careers fair / dominate", "n"),
        in_export(|row| row[fair] == "KS4" && row["Q5 Local STEM employers"] == dominate)
    );
    assert_eq!(
        study.who("employers_by_ks4_activity", "STEM careers fair / none", "base"),
        in_export(|row| row[fair] == "KS4" && !row["Q5 Local STEM employers"].is_empty())
    );
    assert_eq!(
        study.who("respondents_by_role", "geography teacher", "base"),
        in_export(|row| !row["Q1 Your role"].is_empty())
    );
    let technology = "Head of design & technology or technology";
    assert_eq!(
        study.who("respondent_claims", "S12", "n"),
        in_export(|row| science(row) || row["Q1 Your role"] == technology)
    );
}

/// A mean has neither `n` nor base: whatever its row counts says of whom it is.
#[test]
fn the_counts_of_a_row_say_of_whom_its_mean_is() {
    let study = Study::load(&root()).unwrap();
    let wave = study.wave(None).unwrap();
    let explained =
        restudy::explain::explain(&study, wave, "ks4_activities_per_school[none].mean_activities");
    let counted = explained.unwrap().counted;
    assert_eq!((counted.len(), counted[0].column.as_str()), (1, "schools"));
    let Who::Listed { respondents, .. } = &counted[0].who else { panic!("{:?}", counted[0].who) };
    let listed: BTreeSet<String> = respondents.iter().map(|r| r.respondent_id.clone()).collect();
    // Who answered an item on activities has ticked something in it.
    let without_employers = in_export(|row| {
        row["Q5 Local STEM employers"] == "There are no STEM employers nearby"
            && row.iter().any(|(column, cell)| column.starts_with("Q10 ") && !cell.is_empty())
    });
    assert_eq!(listed, without_employers);
}

/// Every count of the study's own queries that have an `n`: how many lists stand, and why the others do not.
#[test]
fn every_list_has_as_many_as_its_count() {
    let study = Study2013::load();
    let wave = study.study.wave(None).unwrap();
    let mut told: BTreeMap<String, usize> = BTreeMap::new();
    let is_own = |result: &&QueryResult| {
        !matches!(result.head.purpose, Purpose::Check | Purpose::Explore) && result.column("n").is_some()
    };
    for result in study.evaluated.results().iter().filter(is_own) {
        let name = &result.head.name;
        let query = study.catalogue.get(name).unwrap();
        let parts = parts(&study.evaluated.session, &study.catalogue, query, wave, PAIRS).unwrap();
        let counts = result.head.columns.iter().filter(|column| column.kind == ColumnKind::Count);
        for column in counts {
            for row in 0..result.rows() {
                let Some(count) = result.count(row, &column.name) else { continue };
                let listed =
                    parts.as_ref().map_err(Clone::clone).and_then(|p| p.of(result, row, &column.name, count));
                let how = match listed {
                    Ok(respondents) => {
                        assert_eq!(
                            respondents.iter().map(|r| r.times).sum::<u64>(),
                            count,
                            "{name} {}",
                            column.name
                        );
                        "listed".to_owned()
                    }
                    Err(reason) => reason,
                };
                *told.entry(format!("{name}.{}: {how}", column.name)).or_default() += 1;
            }
        }
    }
    let (listed, others): (Vec<_>, Vec<_>) = told.iter().partition(|(how, _)| how.ends_with(": listed"));
    let lists: usize = listed.iter().map(|(_, n)| *n).sum();
    let others: Vec<String> = others.iter().map(|(how, n)| format!("{n:>4}  {how}")).collect();
    insta::assert_snapshot!(format!("{lists} lists in {} columns\n\n{}", listed.len(), others.join("\n")));
}

/// The tables of the study, with everybody but `without`, and the results of `queries` over them in their order.
fn asked_without(study: &Study2013, without: &str, queries: &[&str]) -> Vec<Vec<String>> {
    let session = Session::open(&study.evaluated.tables().unwrap()).unwrap().with_confidence(0.95);
    let all = &study.evaluated.session;
    for table in ["responses", "answers", "missing"] {
        let sql = format!("select * from {table} where respondent_id <> '{without}'");
        session.register(table, all.query(&sql, &Params::none()).unwrap()).unwrap();
    }
    let mut rows = Vec::new();
    for name in queries {
        let query = study.catalogue.get(name).unwrap();
        let params = query.params("2013").unwrap();
        let batch = session.run(Sql { file: &query.file, text: &query.sql }, &params).unwrap();
        session.register(name, batch.clone()).unwrap();
        let cell = |row, column| cell_text(&batch, row, column).unwrap_or_default();
        let row =
            |row| (0..batch.num_columns()).map(|column| cell(row, column)).collect::<Vec<_>>().join(" | ");
        rows.push((0..batch.num_rows()).map(row).collect());
    }
    rows
}

/// The respondents are left out one by one by hand, some of them: the rows are those that one run gave for all of them.
#[test]
fn leaving_out_by_hand_gives_the_same_rows() {
    let study = Study2013::load();
    for queries in [
        &["ks4_activity_by_employers", "joint_themes", "joint_survey"][..],
        &["employers_ks4_association", "employers_ks4_tests", "joint_themes", "joint_trends"],
        &["answered_by_question"],
        &["weighted_headlines"],
    ] {
        let name = queries[queries.len() - 1];
        let query = study.catalogue.get(name).unwrap();
        let session = &study.evaluated.session;
        let plan = |name: &str| {
            let query = study.catalogue.get(name).unwrap();
            session.plan(Sql { file: &query.file, text: &query.sql }, &query.params("2013").unwrap()).unwrap()
        };
        let read = queries.iter().map(|name| ((*name).to_owned(), plan(name))).collect();
        let ids: Vec<String> = export().iter().step_by(70).map(|row| row["Respondent ID"].clone()).collect();
        let names: Vec<&str> = ids.iter().map(String::as_str).collect();
        let columns: Vec<&str> = query.head.columns.iter().map(|column| column.name.as_str()).collect();
        let of = ("respondent_id", &names[..]);
        let batch = session.versions(&plan(name), &columns, &read, Versions::LeftOut, of).unwrap().unwrap();
        let version = column_index(&batch, VERSION).unwrap();
        for id in &ids {
            let cell = |row, column| cell_text(&batch, row, column).unwrap_or_default();
            let columns = query.head.columns.len();
            let mut rows: Vec<String> = (0..batch.num_rows())
                .filter(|row| cell(*row, version) == *id)
                .map(|row| (0..columns).map(|column| cell(row, column)).collect::<Vec<_>>().join(" | "))
                .collect();
            let mut by_hand = asked_without(&study, id, queries).pop().unwrap();
            rows.sort();
            by_hand.sort();
            assert_eq!(rows, by_hand, "{name} without {id}");
        }
    }
}

/// Where there are too many respondents to leave each out, the query is asked of each alone: the same people where it adds up,
/// and no list where it does not.
#[test]
fn asked_of_each_alone_the_same_people_count() {
    let study = Study2013::load();
    let wave = study.study.wave(None).unwrap();
    let of = |name: &str, pairs: f64, key: &str, column: &str| {
        let (result, query) = (study.result(name), study.catalogue.get(name).unwrap());
        let parts = parts(&study.evaluated.session, &study.catalogue, query, wave, pairs).unwrap().unwrap();
        let row = result.find_row(key).unwrap();
        parts.of(result, row, column, result.count(row, column).unwrap())
    };
    for (name, key, column) in [
        ("stem_support_offered", "science club", "n"),
        ("stem_support_offered", "science club", "base"),
        ("employers_by_ks4_activity", "STEM careers fair / dominate", "n"),
        ("joint_survey", "a broad programme / none", "n"),
        ("joint_survey", "a broad programme / none", "base"),
        ("answered_by_question", "employed_as", "base"),
    ] {
        let alone = of(name, 0.0, key, column).unwrap();
        assert_eq!(alone, of(name, PAIRS, key, column).unwrap(), "{name} {key} {column}");
        assert!(!alone.is_empty());
    }
    // The base is a sum over all rows, and of a person alone there is but their own row.
    let told = of("respondents_by_role", 0.0, "geography teacher", "base").unwrap_err();
    assert_eq!(told, "the parts of single respondents add up to 2, not to 196");
}

#[test]
fn a_build_says_where_each_number_is_used() {
    let study = small_study();
    let typst = study.path().join("typst");
    restudy(study.path()).args(["build", "--quiet", "--typst"]).arg(typst).assert().success().stderr("");
    let uses = fs_err::read_to_string(study.path().join("build/first/uses.csv")).unwrap();
    insta::assert_snapshot!(uses.replace('\r', ""));
}

/// What is printed, without hashes, which change with every word of the study.
fn printed(arguments: &[&str], study: &std::path::Path) -> String {
    let told = restudy(study).arg("explain").args(arguments).assert().success().stderr("");
    let told = text(&told.get_output().stdout);
    let words = told.split('\n').map(|line| {
        let word = line.trim_start().split("  ").next().unwrap_or_default();
        let is_hash = word.len() == 64 && word.chars().all(|c| c.is_ascii_hexdigit());
        if is_hash { line.replace(word, "<hash>") } else { line.to_owned() }
    });
    words.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_number_of_the_small_study_is_explained() {
    let study = small_study();
    let told = [
        printed(&["borrowers/yes/share"], study.path()),
        printed(&["borrowers[yes].n"], study.path()),
        printed(&["alone[#3].share"], study.path()),
        printed(&["c2"], study.path()),
    ];
    insta::assert_snapshot!(told.join("\n==========\n\n"));
    let csv = printed(&["C1", "--format", "csv"], study.path());
    assert_eq!(csv, "respondent_id,n,base\r\nr1,1,1\r\nr2,0,1\r\nr3,1,1\r\n");
    let json: serde_json::Value =
        serde_json::from_str(&printed(&["borrowers/yes/share", "--format", "json"], study.path())).unwrap();
    assert_eq!(json["statistic"]["printed"], "67%");
    assert_eq!(json["counted"][0]["listed"]["method"], "left_out");
    assert_eq!(json["counted"][0]["listed"]["respondents"][1]["respondent_id"], "r3");
    assert_eq!(json["bearing"]["claims"][0]["claim"]["id"], "C1");
    let out = study.path().join("who.csv");
    let mut command = restudy(study.path());
    command.args(["explain", "C1", "--format", "csv", "--out"]).arg(&out).assert().success().stdout("");
    assert_eq!(fs_err::read_to_string(out).unwrap(), csv);
}

#[test]
fn a_number_of_the_study_is_explained() {
    insta::assert_snapshot!(printed(&["stem_support_offered[science club].share"], &root()));
}

#[test]
fn what_is_not_there_is_told_with_what_is() {
    let study = small_study();
    let told = |folder: &std::path::Path, id: &str, code: i32| {
        let told = restudy(folder).args(["explain", id, "--format", "csv"]).assert().code(code).stdout("");
        text(&told.get_output().stderr)
    };
    let small = |id: &str, code: i32| told(study.path(), id, code);
    assert!(small("borrowers/yse/share", 2).contains("did you mean `borrowers/yes/share`?"));
    assert!(small("S999", 2).contains("`S999` is the name of no number and of no claim"));
    assert!(small("borrowers[perhaps].share", 2).contains("rows are named by answer: [yes], [no]"));
    assert!(small("borrowers[yes].shares", 2).contains("did you mean `share`?"));
    assert!(small("C2", 1).contains("nobody is counted in it"));
    assert!(told(&root(), "case_study_findings[careers].n", 1).contains("reads no table of respondents"));
}

/// Two waves may give the same number to two people: who is meant is not guessed.
#[test]
fn respondents_of_several_waves_with_the_same_numbers_are_not_listed() {
    let study = pooled::with_frame();
    let folder = study.path().join("queries/explore");
    fs_err::create_dir_all(&folder).unwrap();
    for (name, condition) in
        [("both", "borrows is not null"), ("one", "borrows is not null and wave = $wave")]
    {
        let params = if name == "one" { "-- params: wave\n" } else { "" };
        let sql = format!(
            "-- Who borrows.\n-- explore\n{params}-- columns: borrows text, n count\n-- key: borrows\n-- order: borrows\n\n\
             select borrows, count(*) as n\nfrom responses\nwhere {condition}\ngroup by borrows\norder by borrows\n"
        );
        fs_err::write(folder.join(format!("{name}.sql")), sql).unwrap();
    }
    let (session, _store) = pooled::asked_of(study.path(), "second");
    let loaded = Study::load(study.path()).unwrap();
    let catalogue = Catalogue::load(&loaded.root).unwrap_or_else(|e| panic!("{e}"));
    let wave = loaded.wave(Some("second")).unwrap();
    let parts = |name: &str| parts(&session, &catalogue, catalogue.get(name).unwrap(), wave, PAIRS).unwrap();
    assert!(parts("one").is_ok());
    let reason = parts("both").err().unwrap();
    assert!(reason.contains("respondents of different waves have the same `respondent_id`"), "{reason}");
}
