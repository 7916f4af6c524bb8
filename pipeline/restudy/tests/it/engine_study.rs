//! The study of this repository, from its sources to the audit.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use datafusion::arrow::array::UInt64Array;
use datafusion::arrow::compute::take_record_batch;
use restudy::engine::{Params, Session};
use restudy::evidence::{Evidence, Findings, Relations, Verdict, audit};
use restudy::queries::{Catalogue, Purpose, QueryResult};
use restudy::store;
use restudy::study::Study;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The wave's tables as Parquet, made once for all tests of this file.
fn tables() -> &'static [(String, PathBuf)] {
    static STORE: OnceLock<(tempfile::TempDir, Vec<(String, PathBuf)>)> = OnceLock::new();
    &STORE
        .get_or_init(|| {
            let study = Study::load(&root()).expect("a study");
            let wave = study.wave(Some("2013")).expect("a wave");
            let (tables, _) = store::ingest(&study, wave).expect("tables");
            let folder = tempfile::tempdir().expect("a folder");
            let dir = folder.path().join("store");
            tables.write(&dir).expect("written");
            let tables = store::Store::open(&dir).expect("a store").tables();
            (folder, tables)
        })
        .1
}

fn session() -> Session {
    Session::open(tables()).expect("a session")
}

/// The queries that the wave 2013 is asked.
fn catalogue() -> Catalogue {
    let study = Study::load(&root()).expect("a study");
    let wave = study.wave(Some("2013")).expect("a wave");
    Catalogue::of(&study, wave).unwrap_or_else(|faults| panic!("{faults}"))
}

/// The results of all queries, worked out once for all tests of this file.
pub(super) fn results() -> &'static [QueryResult] {
    static RESULTS: OnceLock<Vec<QueryResult>> = OnceLock::new();
    RESULTS.get_or_init(|| {
        let session = session();
        let catalogue = catalogue();
        let mut results = catalogue.run_all(&session, "2013").unwrap_or_else(|faults| panic!("{faults}"));
        Evidence::from_results(results.clone(), 0.95).register(&session).expect("registered");
        let after = catalogue.run_on_evidence(&session, "2013");
        results.extend(after.unwrap_or_else(|faults| panic!("{faults}")));
        results
    })
}

fn findings() -> Findings {
    let register = session().query("select * from claims", &Params::none()).expect("claims");
    let claims = audit::claims("claims.csv", &register).expect("claims");
    let ids: Vec<&str> = claims.iter().map(|claim| claim.id.as_str()).collect();
    let file = "fixtures/claims/relations.toml";
    let text = fs_err::read_to_string(root().join(file)).expect("relations");
    let relations = Relations::parse(file, &text, &ids).expect("relations");
    audit::audit(&claims, results(), &relations).unwrap_or_else(|faults| panic!("{faults}"))
}

#[test]
fn every_claim_has_its_verdict() {
    let findings = findings();
    let mut told = String::new();
    for finding in
        findings.findings.iter().filter(|f| f.verdict != Verdict::Reproduced || !f.reason.is_empty())
    {
        told += &format!(
            "{} {}\n  printed: {}\n  found:   {}\n  {}\n",
            finding.claim.id,
            finding.verdict.word(),
            finding.printed,
            finding.found,
            finding.reason
        );
    }
    insta::assert_snapshot!(told);
    assert_eq!(findings.total, 114);
    let counts: Vec<usize> = findings.counts.values().copied().collect();
    // Reproduced, differs, impossible, contradicted, untestable.
    assert_eq!(counts, [109, 0, 1, 4, 0]);
}

#[test]
fn goldens() {
    use datafusion::arrow::util::pretty::pretty_format_batches;
    let mut told = String::new();
    for result in
        results().iter().filter(|r| matches!(r.head.purpose, Purpose::Figure(_) | Purpose::Table(2)))
    {
        let rows = pretty_format_batches(std::slice::from_ref(&result.batch)).expect("a table");
        told += &format!("{}: {}\n{rows}\n\n", result.head.name, result.head.title);
    }
    insta::assert_snapshot!(told);
}

/// The export as it came: the header, and the cells of each respondent.
fn export() -> (Vec<String>, Vec<Vec<String>>) {
    let path = root().join("fixtures/waves/2013/responses.synthetic.csv");
    let mut reader = csv::Reader::from_path(path).expect("the export");
    let header = reader.headers().expect("a header").iter().map(str::to_owned).collect();
    let rows = reader.records().map(|row| row.expect("a row").iter().map(str::to_owned).collect()).collect();
    (header, rows)
}

#[test]
fn figure_1_is_what_a_plain_loop_over_the_export_counts() {
    let (header, rows) = export();
    let results = results();
    let figure = results.iter().find(|r| r.head.name == "stem_support_offered").expect("figure 1");
    assert_eq!(figure.rows(), 10);
    let mut compared = 0;
    for row in 0..figure.rows() {
        let item = figure.text(row, "item").expect("an item").to_lowercase();
        let wanted = format!("q6 stem support [{item}]");
        let Some(column) = header.iter().position(|name| name.to_lowercase() == wanted) else { continue };
        let base = rows.iter().filter(|cells| !cells[column].is_empty()).count() as u64;
        let n = rows.iter().filter(|cells| cells[column] == "Yes").count() as u64;
        assert_eq!((figure.count(row, "n"), figure.count(row, "base")), (Some(n), Some(base)), "{item}");
        assert_eq!(figure.number(row, "share"), Some(n as f64 / base as f64), "{item}");
        compared += 1;
    }
    assert!(compared >= 5, "only {compared} items have the words of the export as label");
}

#[test]
fn figure_5_is_what_a_plain_loop_over_the_export_counts() {
    let (header, rows) = export();
    let at = |name: &str| header.iter().position(|column| column == name).expect(name);
    let (employers, fair) =
        (at("Q5 Local STEM employers"), at("Q10 STEM career activities [STEM careers fair] [KS4]"));
    let doing: Vec<&str> = rows
        .iter()
        .filter(|r| !r[fair].is_empty() && !r[employers].is_empty())
        .map(|r| r[employers].as_str())
        .collect();
    let results = results();
    let figure = results.iter().find(|r| r.head.name == "employers_by_ks4_activity").expect("figure 5");
    let labels = [
        ("none", "There are no STEM employers nearby"),
        ("some small", "There are some small STEM employers"),
        ("some major", "There are some major STEM employers"),
        ("dominate", "STEM employers dominate the local economy"),
    ];
    let mut positions = Vec::new();
    for (label, answer) in labels {
        let row = figure.find_row(&format!("STEM careers fair / {label}")).expect(label);
        positions.push(row);
        let n = doing.iter().filter(|given| **given == answer).count() as u64;
        assert_eq!(
            (figure.count(row, "n"), figure.count(row, "base")),
            (Some(n), Some(doing.len() as u64)),
            "{label}"
        );
    }
    assert!(positions.is_sorted(), "employers come in scale order");
}

#[test]
fn rows_in_another_order_change_nothing() {
    let usual = results();
    let session = session();
    for (name, _) in tables() {
        let batch = session.query(&format!("select * from {name}"), &Params::none()).expect("a table");
        let backwards = UInt64Array::from_iter_values((0..batch.num_rows() as u64).rev());
        let batch = take_record_batch(&batch, &backwards).expect("rows");
        session.register(name, batch).expect("registered");
    }
    let catalogue = catalogue();
    for result in catalogue.run_all(&session, "2013").unwrap_or_else(|faults| panic!("{faults}")) {
        let before = usual.iter().find(|r| r.head.name == result.head.name).expect("a result");
        assert_eq!(before.batch, result.batch, "{}", result.head.name);
    }
}

#[test]
fn nothing_about_the_case_studies_has_a_sampling_interval() {
    let catalogue = catalogue();
    let about_cases = |query: &str| {
        ["cases", "documents", "segments", "codings"].iter().any(|table| catalogue.reaches(query, table))
    };
    let evidence = Evidence::from_results(results().to_vec(), 0.95);
    let (cases, survey): (Vec<_>, Vec<_>) = evidence.statistics().iter().partition(|s| about_cases(&s.query));
    assert!(cases.len() > 100 && survey.iter().any(|statistic| statistic.interval.is_some()));
    for statistic in cases {
        assert_eq!(
            (statistic.lower, statistic.upper, &statistic.interval),
            (None, None, &None),
            "{}",
            statistic.id
        );
    }
}

#[test]
fn the_margin_follows_the_confidence_of_the_study() {
    let params = Params::none().with("wave", "2013");
    let catalogue = catalogue();
    for confidence in [0.95, 0.8] {
        let query = catalogue.get("fieldwork").expect("a query");
        let result = query.run(&session().with_confidence(confidence), &params).expect("a result");
        let plain = survey::proportion::margin_of_error(0.5, 196, confidence).expect("a margin");
        let corrected =
            survey::proportion::margin_of_error_fpc(0.5, 196, 3570, confidence).expect("a margin");
        assert_eq!(result.number(0, "margin"), Some(100.0 * plain));
        assert_eq!(result.number(0, "margin_fpc"), Some(100.0 * corrected));
    }
}

#[test]
fn a_tie_where_a_claim_cuts_off_is_not_decided_by_the_alphabet() {
    let session = session();
    for result in results() {
        session.register(&result.head.name, result.batch.clone()).expect("registered");
    }
    let claims = catalogue();
    let claims = claims.get("development_claims").expect("a query");
    let holds = |session: &Session| {
        let result = claims.run(session, &Params::none()).expect("a result");
        result.boolean(result.find_row("S63").expect("the claim"), "holds")
    };
    assert_eq!(holds(&session), Some(true));
    // The last by the alphabet rises to the second's share.
    let tied = "with second as (
                  select max(share) as share, (select max(item) from training_modes) as last from training_modes
                  where share < (select max(share) from training_modes)
                )
                select item, n, base, case when item = last then second.share else training_modes.share end as share
                from training_modes cross join second order by item";
    let batch = session.query(tied, &Params::none()).unwrap_or_else(|faults| panic!("{faults}"));
    session.register("training_modes", batch).expect("registered");
    assert_eq!(holds(&session), Some(false));
}

#[test]
fn the_example_of_every_function_can_be_asked() {
    let session = session();
    let mut told = String::new();
    for doc in restudy::engine::documented::functions() {
        let result = session.query(doc.example, &Params::none());
        match result {
            Ok(batch) if batch.num_rows() > 0 => {}
            Ok(_) => told += &format!("{}: no rows\n", doc.name),
            Err(faults) => told += &format!("{}: {faults}\n", doc.name),
        }
    }
    assert!(told.is_empty(), "{told}");
}

#[test]
fn the_page_of_functions_is_the_one_that_is_printed() {
    let page = root().join("docs/functions.md");
    let printed = restudy::engine::documented::markdown();
    if std::env::var("RESTUDY_EXPECTED").as_deref() == Ok("write") {
        fs_err::write(&page, &printed).unwrap();
    }
    let kept = fs_err::read_to_string(&page).unwrap_or_default();
    assert!(kept == printed, "docs/functions.md is not what `restudy functions --format markdown` prints");
}
