//! The command line: what it prints where, and how it ends. The whole path from data to PDF is tried here once.

use std::path::{Path, PathBuf};

use assert_cmd::Command;

use super::report_material::{root, typst};

pub(super) fn restudy(folder: &Path) -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("restudy"));
    command.arg("--study").arg(folder);
    command
}

pub(super) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The study's files in a folder of their own: what a build reads, and nothing else.
pub(super) fn copy_of_the_study() -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    for part in ["study.toml", "codebook", "queries", "report-templates", "fixtures"] {
        copy_all(&root().join(part), &copy.path().join(part));
    }
    copy
}

pub(super) fn copy_all(from: &Path, to: &Path) {
    if from.is_dir() {
        fs_err::create_dir_all(to).unwrap();
        for entry in fs_err::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            copy_all(&entry.path(), &to.join(entry.file_name()));
        }
    } else {
        fs_err::copy(from, to).unwrap();
    }
}

/// Every file below a folder, by name.
pub(super) fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut out = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in fs_err::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                out.push((path.strip_prefix(folder).unwrap().to_path_buf(), fs_err::read(&path).unwrap()));
            }
        }
    }
    out.sort();
    out
}

/// A command that finds the Typst of this repository, wherever the study is.
fn plain_building(folder: &Path) -> std::process::Command {
    let mut command = std::process::Command::new(assert_cmd::cargo::cargo_bin!("restudy"));
    command.arg("--study").arg(folder).arg("build");
    if let Some(typst) = typst() {
        command.arg("--typst").arg(typst.program);
    }
    command
}

fn building(folder: &Path) -> Command {
    Command::from_std(plain_building(folder))
}

#[test]
fn what_is_asked_wrongly_ends_with_2() {
    let nothing = tempfile::tempdir().unwrap();
    restudy(nothing.path()).arg("check").assert().code(2).stdout("");
    restudy(&root()).args(["check", "--wave", "1066"]).assert().code(2).stdout("");
    restudy(&root()).arg("brew").assert().code(2).stdout("");
}

#[test]
fn help_names_every_command() {
    let told = restudy(&root()).arg("--help").assert().success();
    let told = text(&told.get_output().stdout);
    for command in [
        "build",
        "check",
        "audit",
        "ask",
        "shell",
        "serve",
        "functions",
        "codebook",
        "explain",
        "status",
        "material",
    ] {
        assert!(told.contains(command), "{told}");
    }
}

#[test]
fn a_fault_of_the_study_ends_with_1() {
    let copy = tempfile::tempdir().unwrap();
    fs_err::write(copy.path().join("study.toml"), "title = 3\n").unwrap();
    let told = restudy(copy.path()).arg("check").assert().code(1).stdout("");
    assert!(text(&told.get_output().stderr).contains("study.toml:1:9"));
}

#[test]
fn the_study_is_in_order() {
    restudy(&root()).arg("check").assert().success().stdout("");
}

#[test]
fn every_claim_has_a_verdict() {
    let told = restudy(&root()).args(["audit", "--format", "json"]).assert().success().stderr("");
    let audit: serde_json::Value = serde_json::from_slice(&told.get_output().stdout).unwrap();
    assert_eq!(audit["total"], 114);
    assert!(audit["counts"]["reproduced"].as_u64().unwrap() >= 105, "{}", audit["counts"]);
    let told = restudy(&root()).arg("audit").assert().success();
    assert!(text(&told.get_output().stdout).contains("114 claims: "));
}

#[test]
fn a_claim_that_differs_fails_the_audit_and_is_told_by_the_check() {
    let copy = copy_of_the_study();
    let register = copy.path().join("fixtures/claims/published-claims.csv");
    let claims = fs_err::read_to_string(&register).unwrap();
    fs_err::write(
        &register,
        claims.replace(
            "S13,2.2,survey,school has a science club,answered the item,percent,71,129,,",
            "S13,2.2,survey,school has a science club,answered the item,percent,61,,,",
        ),
    )
    .unwrap();
    let told = restudy(copy.path()).arg("audit").assert().code(1);
    let told = told.get_output();
    assert!(text(&told.stdout).contains("1 differs"), "{}", text(&told.stdout));
    assert!(text(&told.stderr).contains("1 claim differs from the data: S13"), "{}", text(&told.stderr));
    let told = restudy(copy.path()).arg("check").assert().success();
    let told = text(&told.get_output().stderr);
    assert!(told.contains("warning: 1 claim differs from the data: S13"), "{told}");
}

#[test]
fn a_label_that_no_column_has_is_warned_of() {
    let share = "select svy_prop(promotes_careers_learning = 'Yes', design) as promotes from responses";
    let told = restudy(&root()).args(["ask", share, "--format", "csv"]).assert().success();
    let told = text(&told.get_output().stderr);
    insta::assert_snapshot!("no_such_label", told);
    let study = copy_of_the_study();
    let query = "-- Respondents by employers.\n-- explore\n-- columns: n count\n\n\
                 select count(*) as n\nfrom responses\nwhere employers = 'some large'\n";
    fs_err::write(study.path().join("queries/explore/by_employers.sql"), query).unwrap();
    let told = restudy(study.path()).arg("check").assert().success();
    let told = text(&told.get_output().stderr);
    assert_eq!(told.matches("warning:").count(), 1, "{told}");
    assert!(told.contains("queries/explore/by_employers.sql:7:19"), "{told}");
}

#[test]
fn questions_are_answered_in_three_forms() {
    let ask = |format: &str| {
        let sql = "select role, invited from frame where wave = $wave order by invited desc limit 1";
        let told = restudy(&root()).args(["ask", sql, "--format", format]).assert().success().stderr("");
        text(&told.get_output().stdout)
    };
    assert_eq!(ask("csv"), "role,invited\r\nhead of science,2302\r\n");
    assert_eq!(ask("json"), "[\n  {\n    \"role\": \"head of science\",\n    \"invited\": 2302\n  }\n]\n");
    assert!(ask("table").contains("head of science     2302"));
    restudy(&root()).args(["ask", "drop table frame"]).assert().code(1).stdout("");
    restudy(&root()).args(["ask", "@nothing"]).assert().code(2).stdout("");
}

#[test]
fn structs_are_printed_by_their_fields() {
    let ask = |sql: &str, format: &str| {
        let told = restudy(&root()).args(["ask", sql, "--format", format]).assert().success().stderr("");
        text(&told.get_output().stdout)
    };
    let sql = "select wilson(1, 3) as share, wilson(1, 0) as none, array[named_struct('a', 1)] as list";
    let table = ask(sql, "table");
    let heads: Vec<&str> = table.lines().next().unwrap().split_whitespace().collect();
    assert_eq!(
        heads,
        ["share.estimate", "share.lower", "share.upper", "none.estimate", "none.lower", "none.upper", "list"]
    );
    assert!(table.contains("33.3%  ") && table.contains("[{\"a\":1}]"), "{table}");
    let csv = ask(sql, "csv");
    assert!(csv.contains("\r\n0.3333333333333333,") && csv.ends_with(",,,,\"[{\"\"a\"\":1}]\"\r\n"), "{csv}");
    let json: serde_json::Value = serde_json::from_str(&ask(sql, "json")).unwrap();
    assert_eq!(json[0]["share"]["estimate"].as_f64(), Some(1.0 / 3.0));
    assert!(json[0]["none"].is_null());
    assert_eq!(json[0]["list"], serde_json::json!([{"a": 1}]));
}

#[test]
fn functions_are_listed_and_explained() {
    let nowhere = tempfile::tempdir().unwrap();
    let functions = |arguments: &[&str]| {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("restudy"));
        let told = command.current_dir(nowhere.path()).arg("functions").args(arguments).assert();
        text(&told.success().stderr("").get_output().stdout)
    };
    assert!(functions(&[]).contains("svy_mean(x [, design])"));
    assert!(functions(&["svy_mean"]).contains("  in R      svymean("));
    let woodruff = functions(&["Woodruff"]);
    assert!(woodruff.contains("svy_quantile") && !woodruff.contains("svy_mean"), "{woodruff}");
    let json: serde_json::Value = serde_json::from_str(&functions(&["gamma", "--format", "json"])).unwrap();
    assert_eq!((json[0]["name"].as_str(), json[0]["r"].is_null()), (Some("gamma"), true));
    assert!(functions(&["--format", "markdown"]).starts_with("# Functions\n"));
    let wrong = restudy(nowhere.path()).args(["functions", "svy_maen"]).assert().code(2).stdout("");
    assert!(text(&wrong.get_output().stderr).contains("did you mean `svy_mean`?"));
}

#[test]
fn a_report_is_built_once_and_again_only_when_something_changes() {
    if typst().is_none() {
        return;
    }
    let (one, two) = (copy_of_the_study(), copy_of_the_study());
    let built = building(one.path()).assert().success().stdout("");
    assert!(text(&built.get_output().stderr).contains("report.pdf"));
    building(two.path()).args(["--quiet"]).assert().success().stdout("").stderr("");
    let first = files(&one.path().join("build/2013"));
    assert!(first.iter().map(|f| &f.0).eq(files(&two.path().join("build/2013")).iter().map(|f| &f.0)));
    for (a, b) in first.iter().zip(files(&two.path().join("build/2013"))) {
        assert!(a.1 == b.1, "{} is not the same in another folder", a.0.display());
    }
    let again = building(one.path()).assert().success();
    assert!(text(&again.get_output().stderr).contains("up to date"));

    // A sentence that the data do not bear stops the build, and the last good report stays.
    let template = one.path().join("report-templates/sections/00-foreword.typ.jinja");
    let was = fs_err::read_to_string(&template).unwrap();
    fs_err::write(&template, format!("{was}\n\nMost of them agree, 12% do not.\n")).unwrap();
    let told = building(one.path()).assert().code(1).stdout("");
    let told = text(&told.get_output().stderr);
    assert!(told.contains("`Most`") && told.contains("`12%`"), "{told}");
    assert!(files(&one.path().join("build/2013")) == first);

    // Nor does a build that is killed, at whatever moment, harm it.
    for moment in [20, 300, 900] {
        fs_err::write(&template, format!("{was}\n\nKilled after {moment}.\n")).unwrap();
        let mut child = plain_building(one.path()).stderr(std::process::Stdio::null()).spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(moment));
        if child.try_wait().unwrap().is_some() {
            // This machine is quicker than that.
            break;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(files(&one.path().join("build/2013")) == first, "killed after {moment} ms");
    }

    // A change of words reaches the document and the PDF, and not the data.
    fs_err::write(&template, format!("{was}\n\nA word more.\n")).unwrap();
    let told = building(one.path()).arg("--verbose").assert().success();
    let told = text(&told.get_output().stderr);
    assert!(told.lines().any(|l| l.contains("store") && l.contains("unchanged")), "{told}");
    assert!(!told.lines().any(|l| l.contains("pdf") && l.contains("unchanged")), "{told}");
    // What a killed build leaves behind is gone.
    assert!(!one.path().join("build/.2013.new").exists());
}

/// A program that says it is Typst 0.15, and makes something that begins as a PDF does.
#[cfg(unix)]
pub(super) fn pretender(program: &Path, makes: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    let script = format!("#!/bin/sh\ncase $1 in --version) echo 'typst 0.15.1 (x)';; *) {makes};; esac\n");
    fs_err::create_dir_all(program.parent().unwrap()).unwrap();
    fs_err::write(program, script).unwrap();
    fs_err::set_permissions(program, std::fs::Permissions::from_mode(0o755)).unwrap();
}

#[cfg(unix)]
#[test]
fn a_typst_with_a_relative_name_is_found_from_the_study() {
    let study = copy_of_the_study();
    pretender(&study.path().join(".tools/typst/bin/typst"), "echo '%PDF-1.7'");
    let build = || {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("restudy"));
        command.arg("build").current_dir(study.path()).env("PATH", study.path()).env_remove("RESTUDY_TYPST");
        command
    };
    build().assert().success();
    for name in ["tools/typst", "./other/typst"] {
        pretender(&study.path().join(name), "echo '%PDF-1.7'");
        fs_err::remove_dir_all(study.path().join("build")).unwrap();
        build().args(["--typst", name]).assert().success();
        fs_err::remove_dir_all(study.path().join("build")).unwrap();
        build().env("RESTUDY_TYPST", name).assert().success();
    }
}

#[cfg(unix)]
#[test]
fn another_typst_of_the_same_version_sets_the_report_again() {
    let study = copy_of_the_study();
    let program = study.path().join("typst");
    let build = || {
        let mut command = restudy(study.path());
        let told = command.args(["build", "--verbose", "--typst"]).arg(&program).assert().success();
        text(&told.get_output().stderr)
    };
    let pdf = || fs_err::read_to_string(study.path().join("build/2013/report.pdf")).unwrap();
    pretender(&program, "echo '%PDF-1.7 one'");
    build();
    assert!(build().contains("up to date"));
    pretender(&program, "echo '%PDF-1.7 another'");
    let told = build();
    assert!(told.lines().any(|l| l.contains("store") && l.contains("unchanged")), "{told}");
    assert_eq!(pdf(), "%PDF-1.7 another\n");
    // The same Typst on a document that comes out the same makes the same PDF.
    let template = study.path().join("report-templates/sections/00-foreword.typ.jinja");
    let was = fs_err::read_to_string(&template).unwrap();
    fs_err::write(&template, format!("{{# a remark #}}{was}")).unwrap();
    let told = build();
    assert!(told.lines().any(|l| l.contains("pdf") && l.contains("unchanged")), "{told}");
}

#[cfg(unix)]
#[test]
fn warnings_are_told_as_long_as_what_they_are_about_stays() {
    let study = copy_of_the_study();
    let program = study.path().join("typst");
    pretender(&program, "echo 'warning: strange' >&2; echo '%PDF-1.7'");
    let cases = study.path().join("fixtures/cases/cases.csv");
    let was = fs_err::read_to_string(&cases).unwrap();
    fs_err::write(&cases, was.replacen("Warrington", "Warrington \u{1F680}", 1)).unwrap();
    let build = || {
        let told = restudy(study.path()).args(["build", "--typst"]).arg(&program).assert().success();
        text(&told.get_output().stderr)
    };
    for again in ["reproduced", "up to date"] {
        let told = build();
        for part in [again, "warning: Typst: strange", "warning: no font of the report has U+1F680"] {
            assert!(told.contains(part), "{part} in {told}");
        }
    }
    // Nor does a Typst that fails keep them from being told.
    pretender(&program, "echo 'error: broken' >&2; exit 1");
    let told = restudy(study.path()).args(["build", "--typst"]).arg(&program).assert().code(1);
    let told = text(&told.get_output().stderr);
    for part in ["error: Typst: broken", "warning: no font of the report has U+1F680"] {
        assert!(told.contains(part), "{part} in {told}");
    }
}

#[test]
fn a_character_that_no_font_has_does_not_stop_the_build() {
    if typst().is_none() {
        return;
    }
    let study = copy_of_the_study();
    let cases = study.path().join("fixtures/cases/cases.csv");
    let was = fs_err::read_to_string(&cases).unwrap();
    fs_err::write(&cases, was.replacen("Warrington", "Warrington \u{1F680}", 1)).unwrap();
    let told = building(study.path()).assert().success();
    let told = text(&told.get_output().stderr);
    for part in [
        "warning: no font of the report has U+1F680",
        "`case_study_schools`, row ",
        "column `location`",
        "Warrington [?]",
    ] {
        assert!(told.contains(part), "{part} in {told}");
    }
    // Only what is printed is changed: the tables that are kept and attached say what the data say.
    for kept in ["results/case_study_schools.csv", "document/data/case_study_schools.csv"] {
        let kept = fs_err::read_to_string(study.path().join("build/2013").join(kept)).unwrap();
        assert!(kept.contains("Warrington \u{1F680}"), "{kept}");
    }
}

#[test]
fn a_head_without_parameters_takes_none_away() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("question.sql");
    fs_err::write(
        &file,
        "\u{feff}-- base: all\nselect count(*) as n from responses where wave = $wave and role = $x",
    )
    .unwrap();
    let told = restudy(&root())
        .arg("ask")
        .arg(&file)
        .args(["--param", "x=senior leader", "--format", "csv"])
        .assert();
    told.success().stdout("n\r\n3\r\n");
}

#[test]
fn a_time_that_no_calendar_has_is_not_printed() {
    for format in ["table", "csv", "json", "xlsx"] {
        let asked = ["ask", "select arrow_cast(2000000000, 'Date32') as e", "--format", format];
        let told = restudy(&root()).args(asked).assert().code(1).stdout("");
        let told = text(&told.get_output().stderr);
        assert!(told.contains("row 1 of `e` holds a time that no calendar has"), "{format}: {told}");
    }
}

#[cfg(unix)]
#[test]
fn what_a_question_reaches_is_bounded_and_leaves_nothing_behind() {
    let study = copy_of_the_study();
    let slow = "-- Slow.\n-- explore\n-- base: all\n-- columns: n count\nselect count(*) as n from answers a, answers b, answers c\n";
    fs_err::write(study.path().join("queries/explore/slow.sql"), slow).unwrap();
    let temporary = tempfile::tempdir().unwrap();
    let asked = ["ask", "select * from slow", "--timeout", "2s"];
    let told = restudy(study.path()).args(asked).env("TMPDIR", temporary.path()).assert().code(1).stdout("");
    let told = text(&told.get_output().stderr);
    assert!(told.contains("takes longer than it may"), "{told}");
    assert_eq!(fs_err::read_dir(temporary.path()).unwrap().count(), 0);
}
