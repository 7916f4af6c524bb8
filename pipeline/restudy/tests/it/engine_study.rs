//! The study of this repository, from its sources to the audit.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use restudy::engine::Session;
use restudy::evidence::{Evidence, Findings, Relations, Verdict, audit};
use restudy::queries::{Catalogue, QueryResult};
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

fn results() -> Vec<QueryResult> {
    let session = session();
    let catalogue = Catalogue::load(&root()).unwrap_or_else(|faults| panic!("{faults}"));
    let mut results = catalogue.run_all(&session, "2013").unwrap_or_else(|faults| panic!("{faults}"));
    let evidence = Evidence::from_results(results.clone(), 0.95);
    evidence.register(&session).expect("registered");
    results.extend(catalogue.run_on_evidence(&session, "2013").unwrap_or_else(|faults| panic!("{faults}")));
    results
}

fn findings() -> Findings {
    let register = session().query("select * from claims", &BTreeMap::new()).expect("claims");
    let claims = audit::claims(&register).expect("claims");
    let ids: Vec<&str> = claims.iter().map(|claim| claim.id.as_str()).collect();
    let file = "fixtures/claims/relations.toml";
    let text = fs_err::read_to_string(root().join(file)).expect("relations");
    let relations = Relations::parse(file, &text, &ids).expect("relations");
    audit::audit(&claims, &results(), &relations).unwrap_or_else(|faults| panic!("{faults}"))
}

#[test]
fn every_claim_has_its_verdict() {
    let findings = findings();
    let mut told = String::new();
    for finding in findings.findings.iter().filter(|f| f.verdict != Verdict::Reproduced || !f.reason.is_empty()) {
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
    assert_eq!(findings.count(Verdict::Reproduced), 108);
}
