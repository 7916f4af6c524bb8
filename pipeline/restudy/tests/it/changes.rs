//! What changed between waves: the table `changes`, `restudy wave compare`, and warnings of comparisons in vain.

use std::collections::BTreeSet;
use std::path::Path;

use datafusion::arrow::array::cast::AsArray;
use datafusion::arrow::datatypes::Float64Type;
use restudy::changes::changes;
use restudy::engine::{Params, Session};
use restudy::store;
use restudy::study::Study;

use super::cli::{restudy, text};
use super::pooled;
use super::waves::{add, change, decide_2014, decide_2015, study_of_2013};

/// Status, standard output and standard error.
fn run(study: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = restudy(study).args(arguments).output().unwrap();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

/// The answers that `wave compare` says have changed, by their variables.
fn found(study: &Path, from: &str, to: &str) -> BTreeSet<String> {
    let (status, out, told) = run(study, &["wave", "compare", from, to, "--changed", "--format", "csv"]);
    assert_eq!(status, Some(0), "{told}");
    let mut rows = csv::Reader::from_reader(out.as_bytes());
    let name = |row: csv::StringRecord| {
        let (_, variable) = row[0].rsplit_once('(').unwrap();
        format!("{} {}", variable.trim_end_matches(')'), &row[1])
    };
    rows.records().map(|row| name(row.unwrap())).collect()
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// What the recipes of the fixtures change, and fixtures/README.md lists, is found; and nothing else is claimed.
#[test]
fn the_changes_that_were_made_are_found_and_no_others() {
    let study = study_of_2013();
    let study = study.path();
    add(study, "2014", "responses.synthetic.csv");
    decide_2014(study);
    assert_eq!(
        found(study, "2013", "2014"),
        set(&[
            "stem_support__girls yes",
            "stem_support__girls no",
            "careers_learning__mock_interviews Key Stage 4 only",
            "careers_learning__mock_interviews not done",
            "cpd_modes__webinar selected",
            "web_resources__careers_service aware and used",
            "web_resources__careers_service aware, not used",
        ])
    );
    add(study, "2015", "responses.synthetic.sav");
    decide_2015(study);
    change(study, "codebook/waves/2015.toml", |text| {
        text.replace("# why = \"its labels", "why = \"its labels")
    });
    assert_eq!(
        found(study, "2014", "2015"),
        set(&[
            "web_resources__apprenticeships aware and used",
            "web_resources__apprenticeships aware, not used",
            "stem_support__engineering_club yes",
            "stem_support__engineering_club no",
            "cpd_modes__network selected",
        ])
    );
}

#[test]
fn a_comparison_tells_who_answered_and_what_has_no_part_in_it() {
    let study = study_of_2013();
    let study = study.path();
    add(study, "2014", "responses.synthetic.csv");
    decide_2014(study);
    let (status, summary, _) = run(study, &["wave", "compare", "2013", "2014"]);
    assert_eq!(status, Some(0));
    insta::assert_snapshot!("wave_compare_2014", summary);
    let (status, out, _) = run(study, &["wave", "compare", "2013", "2014", "--all"]);
    assert_eq!(status, Some(0));
    let lines: Vec<&str> = out.lines().collect();
    let line = |part: &str| lines.iter().find(|line| line.contains(part)).unwrap().to_string();
    assert!(
        line("people who answered  ").contains("196.00") && line("people who answered  ").contains("212.00")
    );
    assert!(line("(employers)").contains(" no ") && line("(employers)").contains("2014: an answer more"));
    assert!(line("(careers_plan)").contains("not asked in 2013"));
    // What one of the waves may not have offered is shown, and not tested.
    assert!(
        line("marketing or sales").contains("with care") && !line("marketing or sales").contains("1.0000")
    );
    assert!(out.contains("tests by design, of which 7 stand after Holm's correction"), "{out}");
    for (arguments, said) in [
        (["2014", "2013"], "`restudy wave compare 2013 2014`"),
        (["2014", "2014"], "a wave cannot be compared with itself"),
        (["2013", "2015"], "there is no wave `2015`"),
    ] {
        let (status, _, told) = run(study, &["wave", "compare", arguments[0], arguments[1]]);
        assert!(status == Some(2) && told.contains(said), "{status:?} {told}");
    }
    // The whole edition stands with its chapter; a query that compares in vain is warned of, at its place.
    let query = "-- STEM employers, wave by wave.\n-- explore\n-- columns: wave text, employers text, n count\n-- key: wave, employers\n\
                 -- order: wave, then employers\n\nselect\n  wave,\n  employers,\n  count(*) as n\nfrom responses\n\
                 where employers is not null\ngroup by\n  wave,\n  employers\norder by\n  wave,\n  employers\n";
    fs_err::write(study.join("queries/explore/employers_by_wave.sql"), query).unwrap();
    let (status, _, told) = run(study, &["check", "--wave", "2014"]);
    assert_eq!(status, Some(0), "{told}");
    assert_eq!(told.matches("cannot be compared between 2013 and 2014").count(), 1, "{told}");
    assert!(told.contains("queries/explore/employers_by_wave.sql:9:3"), "{told}");
    // Labels that one of the waves alone has are labels all the same.
    assert!(!told.contains("has no label"), "{told}");
    let sql = "select wave from responses where employers in ('many small', 'some small', 'few')";
    let (_, _, told) = run(study, &["ask", sql, "--wave", "2014"]);
    assert!(told.matches("has no label").count() == 1 && told.contains("no label `few`"), "{told}");
    // So is one that sets the results of two queries side by side, each of one wave.
    let query = |name: &str, head: &str, sql: &str| {
        let text = format!(
            "-- STEM employers, {name}.\n-- explore\n{head}-- key: employers\n-- order: employers\n\n{sql}\norder by employers\n"
        );
        fs_err::write(study.join(format!("queries/explore/employers_{name}.sql")), text).unwrap();
    };
    fs_err::remove_file(study.join("queries/explore/employers_by_wave.sql")).unwrap();
    let of_wave = |wave: &str| {
        format!(
            "select employers, count(*) as n\nfrom responses\nwhere wave = {wave} and employers is not null\ngroup by employers"
        )
    };
    query("then", "-- columns: employers text, n count\n", &of_wave("'2013'"));
    query("now", "-- params: wave\n-- columns: employers text, n count\n", &of_wave("$wave"));
    let beside = "select employers_now.employers, employers_now.n, employers_then.n as before\nfrom employers_now\n\
                  inner join employers_then\n  on employers_then.employers = employers_now.employers";
    query("beside", "-- columns: employers text, n count, before count\n", beside);
    let (status, _, told) = run(study, &["check", "--wave", "2014"]);
    assert_eq!(status, Some(0), "{told}");
    assert_eq!(told.matches("cannot be compared between 2013 and 2014").count(), 1, "{told}");
    assert!(told.contains("queries/explore/employers_beside.sql:7:22"), "{told}");
    assert!(told.contains("with `employers_now`, `employers_then`, from which it selects"), "{told}");
}

/// The table's differences and tests are those of `svy_diff` over both waves together.
#[test]
fn a_change_is_what_svy_diff_says() {
    let study = pooled::with_frame();
    let export = study.path().join("second.csv");
    let second = fs_err::read_to_string(&export).unwrap();
    fs_err::write(&export, second.replacen(",No,", ",Yes,", 1).replacen(",10.5,", ",2.5,", 1)).unwrap();
    let (session, _folder) = pooled::asked_of(study.path(), "second");
    let loaded = Study::load(study.path()).unwrap();
    let (table, warnings) = changes(&loaded, loaded.wave(Some("second")).unwrap(), &session).unwrap();
    assert!(warnings.is_empty(), "{warnings}");
    session.register("changed", table).unwrap();
    for (variable, answer, value) in [
        (
            "borrows",
            "answer = 'yes'",
            "case when borrows = 'yes' then 1.0 when borrows is not null then 0.0 end",
        ),
        ("books__own", "answer is null", "books__own"),
    ] {
        let sql = format!(
            "with both as (select svy_diff({value}, wave = 'second', design) as d from responses)
            select difference, d['estimate'], se, d['se'], lower, d['lower'], upper, d['upper'], df, d['df']
            from changed cross join both where variable = '{variable}' and {answer}"
        );
        let row = numbers(&session, &sql);
        assert_eq!(row.len(), 10, "{variable}");
        for pair in row.chunks(2) {
            assert!((pair[0] - pair[1]).abs() < 1e-9, "{variable}: {row:?}");
        }
    }
}

/// The numbers of the one row that `sql` gives.
fn numbers(session: &Session, sql: &str) -> Vec<f64> {
    let batch = session.query(sql, &Params::none()).unwrap_or_else(|faults| panic!("{faults}"));
    assert_eq!(batch.num_rows(), 1);
    batch.columns().iter().map(|column| column.as_primitive::<Float64Type>().value(0)).collect()
}

#[test]
fn one_wave_has_no_changes() {
    let study = pooled::with_frame();
    let loaded = Study::load(study.path()).unwrap();
    let first = loaded.wave(Some("first")).unwrap();
    let (tables, _) = store::ingest(&loaded, first).unwrap();
    let (session, _folder) = pooled::asked_of(study.path(), "first");
    let (table, _) = changes(&loaded, first, &session).unwrap();
    assert_eq!((table.num_rows(), tables.get("comparability").unwrap().num_rows()), (0, 0));
}
