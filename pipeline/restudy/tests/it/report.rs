//! The report: what templates become, and what they are told when they are wrong.

use proptest::prelude::*;

use restudy::evidence::claim::{Claim, Finding, Kind, Verdict};
use restudy::evidence::{Findings, Precision};
use restudy::queries::head::Purpose;

use super::report_material::{
    Written, document, document_in, document_of, no_findings, root, shares, study, templates, text, typst,
    written,
};
use restudy::report::Document;
use restudy::report::escape::{expression, literal};
use restudy::report::glyphs::{Cleaner, Glyphs};
use restudy::report::lint::citation_keys;
use restudy::typst::{Home, Job, compile, find, timestamp};

fn faults(body: &str) -> Vec<String> {
    document(body).unwrap_err().into_iter().map(|d| d.message).collect()
}

#[test]
fn numbers_are_linked_and_kept_in_order() {
    let made = document(
        "{{ num(\"offers[girls].share\") }} and {{ num(\"offers[science club].share\", \"words\") }}; again {{ num(\"offers[girls].share\") }}.",
    )
    .unwrap();
    assert!(text(&made).contains(
        "#num-first(\"offers/girls/share\", \"9%\"); and #num-first(\"offers/science-club/share\", \"about two thirds\");; again #num(\"offers/girls/share\", \"9%\");."
    ));
    let evidence: serde_json::Value = serde_json::from_slice(&made.files["data/evidence.json"]).unwrap();
    let ids: Vec<_> = evidence.as_array().unwrap().iter().map(|e| e["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["offers/girls/share", "offers/science-club/share"]);
    assert_eq!(evidence[0]["title"], "Offers of schools.");
}

#[test]
fn all_faults_are_told_at_once() {
    let told = faults(
        "It is 53%. Most agree @nobody2013.\n\
         {{ num(\"offers[boys].share\") }} {{ num(\"offers[girls].share\", \"roman\") }}\n\
         {{ figure(\"offers\", chart=\"pie\", caption=\"x\") }}\n\
         {% call cited(\"wellcome2012\") %}No key.{% endcall %}\n\
         #eval(\"1\")",
    );
    assert_eq!(
        told,
        [
            "the number `53%` is typed, not named",
            "nothing shows that `Most` is true",
            "`@nobody2013` refers to nothing",
            "`eval` has no place in a report",
            "there is no `offers[boys].share`",
            "there is no format `roman`",
            "there is no chart `pie`",
            "the passage does not cite `@wellcome2012`",
        ]
    );
}

#[test]
fn a_wrong_name_in_many_places_is_one_fault() {
    let told = document("{{ num(\"offers[boys].share\") }}\n{{ num(\"offers[boys].share\") }}").unwrap_err();
    assert_eq!(told.errors(), 1);
    let told = told.to_string();
    assert!(told.contains("report.typ.jinja:7:9"), "{told}");
    assert!(told.contains("also at report-templates/report.typ.jinja:8:9"), "{told}");
}

#[test]
fn a_fault_is_told_at_its_own_call() {
    let told = |body: &str| document(body).unwrap_err().to_string();
    let good = "{{ num(\"offers[girls].share\") }}";
    // Not inside the longer name that begins with it …
    let one = told(&format!("{good}\n{{{{ num(\"offers[girls].sh\") }}}}"));
    assert!(one.contains("report.typ.jinja:8:9"), "{one}");
    // … nor at the call before it that was right, nor in words that look the same.
    let one =
        told(&format!("{good} \"offers[girls].share\"\n{{{{ num(\"offers[girls].share\", \"roman\") }}}}"));
    assert!(one.contains("report.typ.jinja:8:9"), "{one}");
    let figure = "{{ figure(\"offers\", chart=\"bars\", caption=\"Offers\") }}";
    let one = told(&format!("{figure}\n\n{figure}"));
    assert!(one.contains("shown twice") && one.contains("report.typ.jinja:9:12"), "{one}");
}

#[test]
fn text_in_tags_is_read_too() {
    for body in
        ["{{ \"53%\" }}", "{{ \"half\" | upper }}", "{{ (\"53%\") }}", "{% set x = wave.id ~ \" most\" %}"]
    {
        assert_eq!(faults(body).len(), 1, "{body}");
    }
    assert_eq!(faults("{% set x = \"53% of them, most\" %}").len(), 2);
    assert_eq!(faults("{{ \"53% of them\" }}{% set x = \"most\" %}").len(), 2);
    assert_eq!(faults("{{ figure(\"offers\", chart=\"bars\", caption=\"Most of all\") }}").len(), 1);
}

#[test]
fn data_cannot_become_markup() {
    for body in
        ["{{ cell(\"providers[#2].provider\") | safe }}", "{{ [cell(\"providers[#2].provider\")] | tojson }}"]
    {
        assert!(faults(body)[0].contains("filter"), "{:?}", faults(body));
    }
    let told = faults("{% autoescape false %}{{ cell(\"providers[#2].provider\") }}{% endautoescape %}");
    assert_eq!(told, ["`autoescape` has no place in a report"]);
}

#[test]
fn a_fault_shows_its_line() {
    let told = document("One.\n\nThere are 12 per cent.").unwrap_err().to_string();
    assert!(told.contains("report-templates/report.typ.jinja:9:11"), "{told}");
    assert!(told.contains("^^^^^^^^^^^"), "{told}");
}

#[test]
fn a_guard_that_fails_shows_sentence_condition_and_values() {
    let told = document(
        "{% call guard(\"offers[girls].share > 0.5\") %}Most ({{ num(\"offers[girls].share\") }}) do.{% endcall %}",
    )
    .unwrap_err()
    .to_string();
    for part in [
        "the sentence: Most (9%) do.",
        "its condition: offers[girls].share > 0.5",
        "offers[girls].share is 0.09 (9%)",
    ] {
        assert!(told.contains(part), "{part} in {told}");
    }
    assert!(document("{% call guard(\"offers[girls].share > 0.05\") %}Most do.{% endcall %}").is_ok());
}

#[test]
fn data_choose_between_two_wordings() {
    let body = |condition: &str| {
        format!(
            "{{% if holds(\"{condition}\") %}}{{% call guard(\"offers[girls].share > 0.5\") %}}Most do.{{% endcall %}}\
             {{% else %}}{{% call guard(\"offers[girls].share > 0.05\") %}}At least some do.{{% endcall %}}{{% endif %}}"
        )
    };
    let made = document(&body("offers[girls].share > 0.5")).unwrap();
    assert!(text(&made).contains("At least some do.") && !text(&made).contains("Most do."));
    // A branch that the data do not bear out is a fault, whichever condition chose it.
    assert_eq!(faults(&body("offers[girls].share > 0.01")), ["the data do not bear out a sentence"]);
    // Each branch is read, whether it is chosen or not; a condition that means nothing is told.
    assert_eq!(faults("{% if holds(\"offers[girls].share > 0.5\") %}Most do.{% endif %}").len(), 1);
    assert_eq!(faults("{% if holds(\"offers[boys].share > 0.5\") %}x{% endif %}").len(), 1);
}

#[test]
fn templates_that_do_not_parse_are_told_at_their_line() {
    let told = document("One.\n{{ num(\"offers[girls].share\" }}").unwrap_err().to_string();
    assert!(told.contains("report-templates/report.typ.jinja:8:"), "{told}");
    let told = document("{{ nobody }}").unwrap_err().to_string();
    assert!(told.contains("undefined value") && told.contains("report.typ.jinja:7:"), "{told}");
    let told = document("{{ 53 }}").unwrap_err().to_string();
    assert!(told.contains("a number is printed by its name"), "{told}");
}

#[test]
fn the_bibliography_is_read() {
    assert!(citation_keys("a.bib", "@book{k, title={x}}").unwrap().contains("k"));
    assert!(citation_keys("a.bib", "@book{k, title={x}").unwrap_err().to_string().contains("a.bib:1:"));
}

#[test]
fn the_bibliography_is_the_one_that_the_study_names() {
    let mut study = study();
    study.report.bibliography = "works/other.bib".into();
    let mut templates = templates("@wellcome2012 {{ bibliography() }}");
    let works = templates.plain.shift_remove("references.bib").unwrap();
    templates.plain.insert("works/other.bib".into(), works);
    let made = document_in(&study, templates, written(), &no_findings()).unwrap();
    assert!(text(&made).contains("#bibliography(\"works/other.bib\")"));
}

#[test]
fn charts_say_what_they_show() {
    let made = document(
        "{{ figure(\"offers\", chart=\"bars\", caption=\"Offers\") }}\n{{ figure(\"stages\", chart=\"stacked\", caption=\"Stages\") }}\n@fig-offers",
    )
    .unwrap();
    let json = |name: &str| -> serde_json::Value { serde_json::from_slice(&made.files[name]).unwrap() };
    assert_eq!(
        json("data/offers.json")["alt"],
        "Bar chart: Offers of schools. 3 categories; “science club” is highest with 71%, followed by “maths club” with 40%; “girls” is lowest with 9%. Number in the base: 100."
    );
    assert_eq!(
        json("data/stages.json")["alt"],
        "Stacked bar chart: Offers of schools. 2 categories, divided among “yes” and “no”. The most frequent answer is “yes” in 1 of them, “no” in 1. At the top, for “fair”, it is “yes” with 67%; at the bottom, for “talk”, “no” with 75%. Number in each base: 80 to 90."
    );
    assert_eq!(json("data/stages.json")["scales"]["answer"], serde_json::json!(["no", "yes"]));
    assert_eq!(json("data/offers.json")["rows"][0]["share_printed"], "71%");
    assert!(made.files["data/offers.csv"].starts_with(b"item,n,base,share\r\nscience club,71,100,0.71\r\n"));
}

#[test]
fn a_joint_display_lays_results_of_the_same_themes_together() {
    let fact =
        |name: &str, key: &[&str], rows: &[(&[&str], u64, u64)]| shares(name, Purpose::Facts, key, rows);
    let results = || {
        let mut trends = fact("trends", &["theme"], &[(&["clubs"], 1, 2)]);
        trends.head.columns[1].name = "lower".into();
        trends.head.columns[2].name = "upper".into();
        Written(vec![
            fact("reading", &["theme"], &[(&["clubs"], 1, 2)]),
            fact("visits", &["theme", "place"], &[(&["clubs", "town"], 2, 3)]),
            fact("answers", &["theme", "group"], &[(&["clubs", "small"], 20, 40)]),
            fact("others", &["item", "group"], &[(&["clubs", "small"], 20, 40)]),
            trends,
        ])
    };
    let made = |[cases, survey, trends]: [&str; 3]| {
        let call = format!(
            "{{% call joint_display(\"reading\", cases=\"{cases}\", survey=\"{survey}\", trends=\"{trends}\", \
             heads=[\"Visits\", \"*Survey*\"], caption=\"Both\") %}}Read it.{{% endcall %}}\n@tab-reading"
        );
        document_of(templates(&call), results(), &no_findings())
    };
    let document = made(["visits", "answers", "trends"]).unwrap();
    assert!(text(&document).contains(
        "#joint-display(json(\"data/reading.json\"), cases: json(\"data/visits.json\"), \
         survey: json(\"data/answers.json\"), trends: json(\"data/trends.json\"), \
         heads: ([#\"Visits\";], [#\"*Survey*\";], ), caption: [#\"Both\";], name: \"reading\")[Read it.] <tab-reading>"
    ));
    assert_eq!((document.figures, document.tables), (0, 1));
    for (queries, told) in [
        (["reading", "answers", "trends"], "the cases are counted by theme and group"),
        (["visits", "reading", "trends"], "the survey's shares are by theme and group"),
        (["visits", "others", "trends"], "the same: `theme`"),
        (["visits", "answers", "reading"], "a trend is one number for each theme"),
        (["nothing", "answers", "trends"], "nothing"),
    ] {
        let fault = made(queries).unwrap_err().to_string();
        assert!(fault.contains(told) && fault.contains("report.typ.jinja:7:"), "{fault}");
    }
}

#[test]
fn figures_that_are_not_shown_cannot_be_referred_to() {
    assert_eq!(faults("@fig-offers"), ["`@fig-offers` refers to nothing that the report shows"]);
}

/// Reads a Typst string literal as Typst does.
fn unquoted(literal: &str) -> Option<String> {
    let inner = literal.strip_prefix('"')?.strip_suffix('"')?;
    let mut out = String::new();
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => return None,
            '\\' => match chars.next()? {
                'n' => out.push('\n'),
                't' => out.push('\t'),
                'u' => {
                    let code: String = chars.by_ref().skip(1).take_while(|c| *c != '}').collect();
                    out.push(char::from_u32(u32::from_str_radix(&code, 16).ok()?)?);
                }
                c @ ('"' | '\\') => out.push(c),
                _ => return None,
            },
            c if c.is_control() => return None,
            c => out.push(c),
        }
    }
    Some(out)
}

proptest! {
    #[test]
    fn a_literal_says_what_the_text_said(text in any::<String>()) {
        prop_assert_eq!(unquoted(&literal(&text)), Some(text));
    }

    #[test]
    fn a_value_that_a_template_prints_is_one_expression(text in any::<String>()) {
        let mut environment = restudy::report::environment::environment();
        environment.add_template("a.typ.jinja", "<{{ x }}>").unwrap();
        let printed = environment.get_template("a.typ.jinja").unwrap().render(minijinja::context! { x => text.clone() }).unwrap();
        let inner = printed.strip_prefix("<#").and_then(|p| p.strip_suffix(";>"));
        prop_assert_eq!(inner.and_then(unquoted), Some(text));
    }

    #[test]
    fn marks_leave_no_trace(words in "[a-z {}%#\n\"']{0,60}") {
        let mut marks = restudy::report::line_map::Marks::default();
        let marked = marks.add("t", &words);
        prop_assert_eq!(marks.take_out(&marked).0, words);
    }

    #[test]
    fn the_scanner_covers_every_character(words in "[a-z {}%#\n\"']{0,60}") {
        let covered: String =
            restudy::report::scan::pieces(&words).into_iter().map(|p| words[p.span].to_owned()).collect();
        prop_assert_eq!(covered, words);
    }
}

/// Writes a document and compiles it; nothing where Typst is not there.
fn compiled(made: &Document) -> Option<Result<Vec<u8>, String>> {
    let typst = typst()?;
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in &made.files {
        let path = folder.path().join(name);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(path, bytes).unwrap();
    }
    let job = Job {
        root: folder.path(),
        document: "report.typ",
        fonts: &root().join("report-templates/theme/fonts"),
        date: timestamp("2013-08-01").unwrap(),
        limit: std::time::Duration::from_secs(60),
    };
    let sources = templates("");
    let home = Home { lines: &made.lines, templates: &sources };
    Some(match compile(&typst, &job, &home) {
        Ok((pdf, _)) => Ok(pdf),
        Err(e) => Err(e.to_string()),
    })
}

const WHOLE: &str = "{{ num(\"offers[girls].share\") }} of schools @wellcome2012, @fig-offers, @tab-providers.\n\n\
    {{ figure(\"offers\", chart=\"bars\", caption=\"Offers\") }}\n\n\
    {{ table(\"providers\", columns={\"provider\": \"Provider\", \"share\": \"Share\"}, caption=\"Providers\") }}\n\n\
    {% call box(\"A #school\") %}\n- one\n- two\n{% endcall %}\n\
    {% call recommendation(1) %}Do it.{% endcall %}\n{% call notice() %}{{ wave.notice }}{% endcall %}\n\
    {{ cell(\"providers[school #1 *own*].provider\") }}\n{{ scorecard() }} {{ audit_table() }} {{ evidence_table() }}\n\
    {{ codebook_table() }} {{ figure_data_tables() }}\n\n{{ bibliography() }}";

#[test]
fn a_whole_document_compiles_to_the_same_bytes() {
    let made = document(WHOLE).unwrap();
    let Some(first) = compiled(&made) else { return };
    let first = first.unwrap_or_else(|e| panic!("{e}"));
    assert!(first.starts_with(b"%PDF-1.7"));
    assert!(compiled(&made) == Some(Ok(first)));
}

#[test]
fn typst_is_told_at_the_template_line() {
    let made = document("One.\n\n{% if true %}\n#nobody\n{% endif %}").unwrap();
    let Some(told) = compiled(&made) else { return };
    let told = told.unwrap_err();
    assert!(told.contains("report-templates/report.typ.jinja:10:1") && told.contains("nobody"), "{told}");
}

#[test]
fn a_figure_without_words_and_a_table_without_header_are_refused() {
    for body in ["#figure(rect(), kind: image, supplement: [F], caption: [x])", "#table(columns: 2)[a][b]"] {
        let Some(told) = compiled(&document(body).unwrap()) else { return };
        let told = told.unwrap_err();
        assert!(told.contains("no words for those") || told.contains("no header row"), "{told}");
    }
}

#[test]
fn nasty_text_prints_itself() {
    let nasty = "#panic(\"x\") $ * _ @key <l> ` [ ] \\ // /* \" ' - = + 1. ~ --- http://x.y #[";
    let numbers = Written(vec![shares("providers", Purpose::Table(1), &["provider"], &[(&[nasty], 1, 2)])]);
    // What follows a value is never taken for its arguments.
    let body = "{{ cell(\"providers[#1].provider\") }}(a)[b].c\n\n\
        {{ table(\"providers\", columns={\"provider\": \"P\"}, caption=\"*P* #x\") }}";
    let made = document_of(templates(body), numbers, &no_findings()).unwrap();
    assert!(text(&made).contains(&expression(nasty)));
    let Some(made) = compiled(&made) else { return };
    assert!(made.is_ok(), "{made:?}");
}

#[test]
fn characters_without_a_glyph_are_replaced_and_told() {
    let glyphs = Glyphs::read(&root().join("report-templates/theme/fonts")).unwrap();
    assert_eq!(glyphs.printable("café – “ok” £5"), ("café – “ok” £5".to_owned(), vec![]));
    let mut cleaner = Cleaner::new(&glyphs);
    let clean = cleaner.clean("fine 👍🏽\u{1}, 日本", || "row 3".to_owned());
    assert_eq!(clean, "fine [?], [?]");
    let told = cleaner.told.to_string();
    for part in [
        "warning: no font of the report has U+1F44D, U+1F3FD, U+65E5, U+672C",
        "in row 3",
        "printed as `fine [?], [?]`",
    ] {
        assert!(told.contains(part), "{part} in {told}");
    }
}

#[test]
fn whatever_the_data_say_is_printed_somehow_and_attached_as_it_is() {
    let odd = "日本 👍 \u{1b}[31m \u{F8E0} x";
    let numbers = || Written(vec![shares("providers", Purpose::Figure(1), &["provider"], &[(&[odd], 1, 2)])]);
    let body = "{{ cell(\"providers[#1].provider\") }} {{ num(\"providers[#1].share\") }}\n\n\
        {{ figure(\"providers\", chart=\"bars\", caption=\"P\") }}\n\n{{ evidence_table() }}";
    let finding = Finding {
        claim: Claim {
            id: "S1".into(),
            section: odd.into(),
            phase: odd.into(),
            measure: odd.into(),
            subgroup: odd.into(),
            statistic: Kind::Statement,
            value: None,
            count: None,
            base: None,
            precision: Precision::Exact,
            note: odd.into(),
        },
        verdict: Verdict::Reproduced,
        printed: odd.into(),
        found: odd.into(),
        query: "providers".into(),
        reason: odd.into(),
    };
    let findings = Findings { findings: vec![finding], total: 1, ..no_findings() };
    let made = document_of(templates(body), numbers(), &findings).unwrap();
    for (name, bytes) in &made.files {
        // An id is compared, never printed.
        let text: String = String::from_utf8_lossy(bytes)
            .split_inclusive('\n')
            .filter(|line| !line.trim_start().starts_with("\"id\": "))
            .collect();
        if name.ends_with(".json") {
            assert!(!text.contains(['日', '👍', '\u{F8E0}']) && !text.contains("\\u001b"), "{name}: {text}");
        } else if name.ends_with(".csv") {
            assert!(text.contains(odd), "{name}: {text}");
        }
    }
    let told: Vec<String> = made.warnings.iter().map(|w| w.message.clone()).collect();
    assert_eq!(told.len(), 1, "{told:?}");
    let Some(made) = compiled(&made) else { return };
    assert!(made.is_ok(), "{made:?}");
}

/// A program that says it is Typst, and does as `script` says.
#[cfg(unix)]
fn pretender(folder: &std::path::Path, version: &str, script: &str) -> std::path::PathBuf {
    use std::os::unix::fs::PermissionsExt as _;
    let program = folder.join(format!("typst-{version}"));
    let text = format!(
        "#!/bin/sh\nif [ \"$1\" = --version ]; then echo 'typst {version} (x)'; exit; fi\n{script}\n"
    );
    fs_err::write(&program, text).unwrap();
    fs_err::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    program
}

#[cfg(unix)]
#[test]
fn the_wrong_typst_is_refused_and_a_slow_one_is_stopped() {
    let folder = tempfile::tempdir().unwrap();
    for (version, judged) in [("0.14.2", "too old"), ("0.16.0", "newer than this program knows")] {
        let told = find(Some(&pretender(folder.path(), version, "")), &root()).unwrap_err().to_string();
        assert!(told.contains(version) && told.contains(judged) && told.contains("RESTUDY_TYPST"), "{told}");
    }
    let run = |version: &str, script: &str| {
        let typst = find(Some(&pretender(folder.path(), version, script)), &root()).unwrap();
        let job = Job {
            root: folder.path(),
            document: "report.typ",
            fonts: folder.path(),
            date: 0,
            limit: std::time::Duration::from_millis(200),
        };
        let (lines, templates) = (Default::default(), Default::default());
        compile(&typst, &job, &Home { lines: &lines, templates: &templates }).unwrap_err().to_string()
    };
    let started = std::time::Instant::now();
    assert!(run("0.15.8", "sleep 20").contains("took longer than"));
    assert!(started.elapsed().as_secs() < 10);
    assert!(run("0.15.9", "exit 3").contains("without saying why"));
    let told = run("0.15.7", "echo no");
    assert!(
        told.contains("reports success, and has not made a PDF") && told.contains("gave 3 bytes"),
        "{told}"
    );
    // Its time to compute is bounded too, should nobody be left to stop it.
    if cfg!(target_os = "linux") {
        let told = run("0.15.5", "until [ $(ulimit -t) != unlimited ]; do :; done; echo bounded >&2; exit 1");
        assert!(told.contains("bounded"), "{told}");
    }
    // One that never tells its version is not waited for.
    let silent = folder.path().join("typst-silent");
    fs_err::copy(pretender(folder.path(), "0.15.6", ""), &silent).unwrap();
    fs_err::write(&silent, "#!/bin/sh\nexec sleep 60\n").unwrap();
    let started = std::time::Instant::now();
    let told = find(Some(&silent), &root()).unwrap_err().to_string();
    assert!(told.contains("does not tell its version within 5 seconds"), "{told}");
    assert!(started.elapsed().as_secs() < 20);
}

#[cfg(unix)]
#[test]
fn symbolic_links_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let templates = folder.path().join("report-templates");
    fs_err::create_dir(&templates).unwrap();
    std::os::unix::fs::symlink("/etc/hostname", templates.join("a.typ")).unwrap();
    let told = restudy::report::templates::Templates::read(folder.path()).unwrap_err().to_string();
    assert!(
        told.contains("a symbolic link among the templates") && told.contains("report-templates/a.typ"),
        "{told}"
    );
}
