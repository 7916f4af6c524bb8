//! The shell in a pipe: what it prints where, what it keeps, and how it ends.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use super::cli::{copy_all, copy_of_the_study, files, pretender, restudy, text};

/// A study of one's own, built, so that questions are answered at once. What sets the pages is not asked here. It is built
/// once and copied.
pub(super) fn built_study() -> tempfile::TempDir {
    static BUILT: LazyLock<PathBuf> = LazyLock::new(|| {
        let built = Path::new(env!("CARGO_TARGET_TMPDIR")).join("built-study");
        if built.exists() {
            fs_err::remove_dir_all(&built).unwrap();
        }
        copy_all(copy_of_the_study().path(), &built);
        let typst = built.join(".tools/typst/bin/typst");
        pretender(&typst, "echo '%PDF-1.7'");
        restudy(&built).args(["build", "--quiet", "--typst"]).arg(&typst).assert().success();
        built
    });
    let study = tempfile::tempdir().unwrap();
    copy_all(&BUILT, study.path());
    study
}

/// What a script says: standard output and standard error, and its status.
fn said(study: &Path, arguments: &[&str], script: &str) -> String {
    let mut command = restudy(study);
    let output =
        command.arg("shell").args(arguments).current_dir(study).write_stdin(script).output().unwrap();
    let status = output.status.code().unwrap();
    format!("{}\n--- talk\n{}\n--- status {status}\n", text(&output.stdout), text(&output.stderr))
}

#[test]
fn a_script_is_carried_out_to_its_end_whatever_fails() {
    let study = built_study();
    fs_err::write(
        study.path().join("more.sql"),
        "select 'from a file' as here;\n\nselect rol from responses;\n",
    )
    .unwrap();
    let script = "-- Who there is; and who not.\nselect role, count(*) as n from responses where wave = $wave\n  \
                  and role <> 'it''s; nobody' group by role /* ; */ order by n desc, role limit 2;\n\
                  select 1 as one; select onne from (select 1 as one);\n\\f csv\n@coordinator_subj\n\\f cvs\n\\nothing\n\
                  \\i more.sql\n\\i none.sql\n\\w\n\\w 1066\nselect 2\n\\f json\nselect 'no end' as last";
    insta::assert_snapshot!(said(study.path(), &[], script));
}

#[test]
fn tables_and_columns_are_described() {
    let study = built_study();
    let script = "\\d frame\n\\d stem_support_offered\n\\d respnses\n\\?\n\\f\n";
    insta::assert_snapshot!(said(study.path(), &[], script));
    let tables = said(study.path(), &[], "\\d\n");
    let told: Vec<String> =
        tables.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    for line in ["frame 6 a group of people invited", "stem_support_offered 10 What schools offer "] {
        assert!(told.iter().any(|told| told.starts_with(line)), "{line} in\n{tables}");
    }
    let columns = said(study.path(), &[], "\\d responses");
    let employers = columns.lines().find(|line| line.starts_with("employers ")).unwrap();
    assert!(employers.contains("none | "), "{employers}");
}

#[test]
fn a_query_that_takes_too_much_does_not_end_the_shell() {
    let study = built_study();
    // A text of 10⁹ letters, of which the engine counts none.
    let ten = "'aaaaaaaaaa'";
    let long = (0..8).fold(ten.to_owned(), |text, _| format!("replace({text}, 'a', {ten})"));
    let endless = "select count(*) from answers a, answers b, answers c, answers d";
    let large = format!("select length({long}) as n");
    for (limit, sql, told) in [
        (["--timeout", "300ms"], endless, "the question takes longer than it may, 0.3 s"),
        (["--memory", "200MiB"], &large, "the question needs more memory than it may take, 200MiB"),
    ] {
        let script = format!("{sql};\nselect 'still here' as answer;\n");
        let said = said(study.path(), &[&limit[..], &["--format", "csv"]].concat(), &script);
        assert!(said.starts_with("answer\r\nstill here\r\n") && said.ends_with("--- status 1\n"), "{said}");
        assert!(said.contains(told), "{said}");
    }
}

#[test]
fn a_query_is_kept_as_a_file_that_the_study_can_build() {
    let study = built_study();
    let script = "select school_type, employers, count(*) as n from responses\nwhere employers is not null and wave = $wave\n\
                  group by school_type, employers\norder by school_type, employers;\n\\save employers_by_type\n\
                  -- Questions that nobody was asked, by wave.\nselect v.variable, v.waves from variables v order by v.variable;\n\
                  \\save asked_when\n\
                  select s.item, s.share, s.share > 0.5 as most from stem_support_offered s order by s.share desc, s.item;\n\
                  \\save support_again What support schools offer, and whether most do\n\
                  select count(*) as respondents, avg(cast(started_at as bigint)) as moment from responses;\n\\save how_many\n\
                  with given as (select role, count(*) as n from responses group by role)\nselect role, n, sum(n) over () as base,\n\
                  cast(n as double) / sum(n) over () as share from given order by share desc, role;\n\\save roles\n";
    let before = files(study.path());
    let told = said(study.path(), &["--format", "csv"], script);
    assert!(told.ends_with("--- status 0\n"), "{told}");
    let mut kept = String::new();
    for (file, bytes) in files(study.path()) {
        if !before.iter().any(|(known, _)| *known == file) {
            kept += &format!("=== {}\n{}\n", file.display(), text(&bytes));
        }
    }
    insta::assert_snapshot!(kept);
    restudy(study.path()).arg("check").assert().success();
    let told =
        said(study.path(), &["--format", "csv"], "select n from roles order by n desc limit 1;@how_m\n");
    assert!(told.starts_with("n\r\n"), "{told}");
}

#[test]
fn what_would_break_the_build_is_not_kept() {
    let study = built_study();
    let before = files(study.path());
    let save = |sql: &str| {
        let told = said(study.path(), &["--format", "csv"], &format!("{sql};\n\\save kept\n"));
        let (_, talk) = told.split_once("--- talk\n").unwrap();
        assert!(talk.ends_with("--- status 1\n"), "{sql}\n{talk}");
        format!("> {sql}\n{}\n", talk.trim_end_matches("--- status 1\n").trim_end())
    };
    let transcript: Vec<String> = [
        "select role, count(*) as n from responses group by role",
        "select role, count(*) as n from responses group by role order by n desc",
        "select role, count(*) from responses group by role order by role",
        "select respondent_id, role from responses order by role",
        "select role from responses order by role",
        "select svy_prop(role = 'head of science', design) as p from responses",
        "select impact_reach, count(*) as n from responses group by impact_reach order by impact_reach",
        "select role, random() as x from responses group by role order by role",
        "select respondent_id from responses limit 3",
        "explain select 1",
        "select role, 2 as n, 4 as base, 0.4 as share from responses group by role order by role",
    ]
    .into_iter()
    .map(save)
    .collect();
    insta::assert_snapshot!(transcript.join("\n"));
    let taken = "select 1 as one;\n\\save stem_support_offered\n\\save responses\n\\save Large\n\\save ../../one\n\\save\n\
                 @how\n@respondents_by_role\n\\save again\n";
    insta::assert_snapshot!(said(study.path(), &["--format", "csv"], taken));
    assert!(files(study.path()) == before, "something was written");
}
