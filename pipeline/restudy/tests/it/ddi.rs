//! The DDI export: held against the rules of the DDI-Codebook 2.5 schema, and against the export of the survey tool.
//!
//! The rules below say, in our own words, what the schema says of each element that the export uses: which elements stand in it,
//! in which order and how often, and which values its attributes take. Where `RESTUDY_DDI_SCHEMA` names the schema itself
//! (`codebook.xsd`, beside the files that it imports), `xmllint` judges too.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use quick_xml::Reader;
use quick_xml::escape::unescape;
use quick_xml::events::Event;

use super::cli::{restudy, text};
use super::report_material::root;

/// An element: its name, what stands in it in order (`?` at most one, `*` any number, `+` at least one, else exactly one), and
/// its attributes with the values that they take (none: any). `#` stands for text.
type Rule = (&'static str, &'static [&'static str], &'static [(&'static str, &'static [&'static str])]);

const ANY: &[&str] = &[];
const YES: &[&str] = &["Y", "N"];

const RULES: [Rule; 53] = [
    (
        "codeBook",
        &["docDscr*", "stdyDscr+", "fileDscr*", "dataDscr*", "otherMat*"],
        &[
            ("xmlns", &["ddi:codebook:2_5"]),
            ("xmlns:xsi", ANY),
            ("xsi:schemaLocation", ANY),
            ("version", &["2.5"]),
            ("xml:lang", ANY),
        ],
    ),
    ("docDscr", &["citation?", "guide*", "docStatus*", "docSrc*", "controlledVocabUsed*", "notes*"], &[]),
    (
        "stdyDscr",
        &[
            "citation+",
            "studyAuthorization*",
            "stdyInfo*",
            "studyDevelopment*",
            "method*",
            "dataAccs*",
            "othrStdyMat*",
            "notes*",
        ],
        &[],
    ),
    (
        "citation",
        &[
            "titlStmt",
            "rspStmt?",
            "prodStmt?",
            "distStmt?",
            "serStmt*",
            "verStmt*",
            "biblCit*",
            "holdings*",
            "notes*",
        ],
        &[],
    ),
    ("titlStmt", &["titl", "subTitl*", "altTitl*", "parTitl*", "IDNo*"], &[]),
    ("titl", &["#"], &[]),
    ("subTitl", &["#"], &[]),
    ("rspStmt", &["AuthEnty*", "othId*"], &[]),
    ("AuthEnty", &["#"], &[("affiliation", ANY)]),
    (
        "prodStmt",
        &["producer*", "copyright*", "prodDate*", "prodPlac*", "software*", "fundAg*", "grantNo*"],
        &[],
    ),
    ("prodDate", &["#"], &[("date", ANY)]),
    ("software", &["#"], &[("date", ANY), ("version", ANY)]),
    ("serStmt", &["serName*", "serInfo*", "notes*"], &[]),
    ("serName", &["#"], &[("abbr", ANY)]),
    ("notes", &["#"], &[("type", ANY), ("subject", ANY), ("level", ANY), ("resp", ANY), ("sdatrefs", ANY)]),
    (
        "stdyInfo",
        &[
            "studyBudget*",
            "subject*",
            "abstract*",
            "sumDscr*",
            "qualityStatement?",
            "notes*",
            "exPostEvaluation*",
        ],
        &[],
    ),
    (
        "sumDscr",
        &[
            "timePrd*",
            "collDate*",
            "nation*",
            "geogCover*",
            "geogUnit*",
            "geoBndBox?",
            "boundPoly*",
            "anlyUnit*",
            "universe*",
            "dataKind*",
        ],
        &[],
    ),
    ("collDate", &["#"], &[("date", ANY), ("event", &["start", "end", "single"]), ("cycle", ANY)]),
    ("universe", &["#"], &[("level", ANY), ("clusion", &["I", "E"])]),
    ("dataKind", &["#"], &[("type", ANY)]),
    (
        "method",
        &["dataColl*", "notes*", "anlyInfo?", "stdyClas*", "dataProcessing*", "codingInstructions*"],
        &[],
    ),
    (
        "dataColl",
        &[
            "timeMeth*",
            "dataCollector*",
            "collectorTraining*",
            "frequenc*",
            "sampProc*",
            "sampleFrame*",
            "targetSampleSize*",
            "deviat*",
            "collMode*",
            "resInstru*",
            "instrumentDevelopment*",
            "sources?",
            "collSitu*",
            "actMin*",
            "ConOps*",
            "weight*",
            "cleanOps*",
        ],
        &[],
    ),
    ("sampProc", &["#"], &[]),
    ("weight", &["#"], &[]),
    ("anlyInfo", &["respRate*", "EstSmpErr*", "dataAppr*"], &[]),
    ("respRate", &["#"], &[]),
    (
        "fileDscr",
        &["fileTxt*", "locMap?", "notes*"],
        &[("URI", ANY), ("sdatrefs", ANY), ("methrefs", ANY), ("pubrefs", ANY), ("access", ANY)],
    ),
    (
        "fileTxt",
        &[
            "fileName*",
            "fileCitation?",
            "dataFingerprint*",
            "fileCont?",
            "fileStrc?",
            "dimensns?",
            "fileType*",
            "format*",
            "filePlac*",
            "dataChck*",
            "ProcStat*",
            "dataMsng*",
            "software*",
            "verStmt*",
        ],
        &[],
    ),
    ("fileName", &["#"], &[]),
    ("fileCont", &["#"], &[]),
    ("dimensns", &["caseQnty*", "varQnty*", "logRecL*", "recPrCas*", "recNumTot*"], &[]),
    ("caseQnty", &["#"], &[]),
    ("varQnty", &["#"], &[]),
    ("fileType", &["#"], &[("charset", ANY)]),
    ("dataDscr", &["varGrp*", "nCubeGrp*", "var*", "nCube*", "notes*"], &[]),
    (
        "varGrp",
        &["labl*", "txt*", "concept*", "defntn*", "universe*", "notes*"],
        &[
            (
                "type",
                &[
                    "section",
                    "multipleResp",
                    "grid",
                    "display",
                    "repetition",
                    "subject",
                    "version",
                    "iteration",
                    "analysis",
                    "pragmatic",
                    "record",
                    "file",
                    "randomized",
                    "other",
                ],
            ),
            ("var", ANY),
            ("varGrp", ANY),
            ("name", ANY),
        ],
    ),
    ("labl", &["#"], &[("level", ANY), ("vendor", ANY), ("country", ANY), ("sdatrefs", ANY)]),
    ("txt", &["#"], &[("level", ANY), ("sdatrefs", ANY)]),
    (
        "var",
        &[
            "location*",
            "labl*",
            "imputation*",
            "security*",
            "embargo*",
            "respUnit*",
            "anlysUnit*",
            "qstn*",
            "valrng*",
            "invalrng*",
            "undocCod*",
            "universe*",
            "TotlResp*",
            "sumStat*",
            "txt*",
            "stdCatgry*",
            "catgryGrp*",
            "catgry*",
            "codInstr*",
            "verStmt*",
            "concept*",
            "derivation?",
            "varFormat?",
            "geoMap*",
            "catLevel*",
            "notes*",
        ],
        &[
            ("name", ANY),
            ("wgt", &["wgt", "not-wgt"]),
            ("wgt-var", ANY),
            ("weight", ANY),
            ("files", ANY),
            ("intrvl", &["contin", "discrete"]),
            ("nature", &["nominal", "ordinal", "interval", "ratio", "percent", "other"]),
            ("measUnit", ANY),
        ],
    ),
    // Its parts may stand in any order; we have one.
    ("qstn", &["preQTxt*", "qstnLit*", "postQTxt*", "forward*", "backward*", "ivuInstr*"], &[("seqNo", ANY)]),
    ("preQTxt", &["#"], &[]),
    ("qstnLit", &["#"], &[("sdatrefs", ANY)]),
    ("valrng", &["range+", "key*", "notes*"], &[]),
    (
        "range",
        &[],
        &[
            ("UNITS", &["INT", "REAL"]),
            ("min", ANY),
            ("minExclusive", ANY),
            ("max", ANY),
            ("maxExclusive", ANY),
        ],
    ),
    (
        "sumStat",
        &["#"],
        &[
            ("wgtd", &["wgtd", "not-wgtd"]),
            ("type", &["mean", "medn", "mode", "vald", "invd", "min", "max", "stdev", "other"]),
        ],
    ),
    (
        "catgry",
        &["catValu?", "labl*", "txt*", "catStat*", "mrow?"],
        &[("missing", YES), ("missType", ANY), ("country", ANY), ("excls", &["true", "false"])],
    ),
    ("catValu", &["#"], &[]),
    (
        "catStat",
        &["#"],
        &[("type", &["freq", "percent", "crosstab", "other"]), ("wgtd", &["wgtd", "not-wgtd"])],
    ),
    (
        "varFormat",
        &[],
        &[
            ("type", &["character", "numeric"]),
            ("formatname", ANY),
            ("schema", &["SAS", "SPSS", "IBM", "ANSI", "ISO", "XML-Data", "other"]),
            ("category", &["date", "time", "currency", "other"]),
        ],
    ),
    ("subject", &["keyword*", "topcClas*"], &[]),
    ("concept", &["#"], &[("vocab", ANY), ("vocabURI", ANY)]),
    ("abstract", &["#"], &[("date", ANY)]),
    ("verStmt", &["version*", "verResp*", "notes*"], &[]),
];

/// What attributes refer to identifiers.
const REFERENCES: [&str; 4] = ["var", "files", "wgt-var", "weight"];

#[derive(Clone, Debug, Default)]
struct Element {
    name: String,
    attributes: BTreeMap<String, String>,
    text: String,
    children: Vec<Element>,
}

impl Element {
    fn attribute(&self, name: &str) -> &str {
        self.attributes.get(name).map_or("", String::as_str)
    }

    fn children<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    fn all(&self) -> Vec<&Element> {
        std::iter::once(self).chain(self.children.iter().flat_map(Element::all)).collect()
    }
}

fn read(xml: &str) -> Element {
    let mut reader = Reader::from_str(xml);
    let mut open = vec![Element::default()];
    let begun = |start: &quick_xml::events::BytesStart<'_>| Element {
        name: start.name().as_ref().to_owned(),
        attributes: start
            .attributes()
            .map(Result::unwrap)
            .map(|a| (a.key.as_ref().to_owned(), unescape(&a.value).unwrap().into_owned()))
            .collect(),
        ..Element::default()
    };
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) => open.push(begun(&start)),
            Event::Empty(start) => open.last_mut().unwrap().children.push(begun(&start)),
            Event::End(_) => {
                let done = open.pop().unwrap();
                open.last_mut().unwrap().children.push(done);
            }
            Event::Text(text) => open.last_mut().unwrap().text.push_str(&text),
            Event::GeneralRef(entity) => {
                let resolved = unescape(&format!("&{};", &*entity)).unwrap().into_owned();
                open.last_mut().unwrap().text.push_str(&resolved);
            }
            Event::Eof => return open.pop().unwrap().children.pop().unwrap(),
            _ => {}
        }
    }
}

/// Everything in which an element breaks the rules.
fn faults(element: &Element) -> Vec<String> {
    let mut faults = Vec::new();
    for element in element.all() {
        let name = &element.name;
        let Some((_, inside, attributes)) = RULES.iter().find(|rule| rule.0 == name) else {
            faults.push(format!("no rule for {name}"));
            continue;
        };
        let with_text = inside.contains(&"#");
        if !with_text && !element.text.trim().is_empty() {
            faults.push(format!("{name} holds text"));
        }
        let mut rest = &element.children[..];
        for wanted in inside.iter().filter(|wanted| **wanted != "#") {
            let (wanted, most) = match wanted.strip_suffix(['?', '*', '+']) {
                Some(plain) => (plain, if wanted.ends_with('?') { 1 } else { usize::MAX }),
                None => (*wanted, 1),
            };
            let n = rest.iter().take_while(|child| child.name == wanted).count();
            let least =
                usize::from(inside.contains(&wanted) || inside.contains(&format!("{wanted}+").as_str()));
            if n < least || n > most {
                faults.push(format!("{name} has {n} of {wanted}"));
            }
            rest = &rest[n..];
        }
        if let Some(child) = rest.first() {
            faults.push(format!("{} has no place in {name}, or stands too late", child.name));
        }
        for (attribute, value) in element.attributes.iter().filter(|(attribute, _)| *attribute != "ID") {
            match attributes.iter().find(|(known, _)| known == attribute) {
                None => faults.push(format!("{name} has no attribute {attribute}")),
                Some((_, values)) if !values.is_empty() && !values.contains(&value.as_str()) => {
                    faults.push(format!("{name} {attribute} is not `{value}`"));
                }
                Some(_) => {}
            }
        }
    }
    let mut ids = BTreeSet::new();
    for id in element.all().iter().filter_map(|element| element.attributes.get("ID")) {
        let is_name = id.starts_with(|c: char| c.is_alphabetic() || c == '_')
            && id.chars().all(|c| c.is_alphanumeric() || ['_', '-', '.'].contains(&c));
        if !is_name || !ids.insert(id.clone()) {
            faults.push(format!("`{id}` is no identifier, or stands twice"));
        }
    }
    for element in element.all() {
        for reference in REFERENCES.iter().filter_map(|name| element.attributes.get(*name)) {
            faults.extend(
                reference.split(' ').filter(|id| !ids.contains(*id)).map(|id| format!("there is no `{id}`")),
            );
        }
        let date =
            element.attributes.get("date").filter(|date| date.len() != 10 || date.matches('-').count() != 2);
        faults.extend(date.map(|date| format!("`{date}` is no date")));
    }
    faults
}

fn exported(study: &Path) -> String {
    let told = restudy(study).args(["codebook", "--format", "ddi"]).assert().success().stderr("");
    text(&told.get_output().stdout)
}

/// The schema itself judges, where it is at hand.
fn judged_by_the_schema(xml: &str) {
    let Some(schema) = std::env::var_os("RESTUDY_DDI_SCHEMA") else {
        eprintln!("not held against the schema itself: RESTUDY_DDI_SCHEMA does not name it");
        return;
    };
    let file = tempfile::NamedTempFile::new().unwrap();
    fs_err::write(file.path(), xml).unwrap();
    let mut xmllint = std::process::Command::new("xmllint");
    let judged =
        xmllint.args(["--nonet", "--noout", "--schema"]).arg(schema).arg(file.path()).output().unwrap();
    assert!(judged.status.success(), "{}", text(&judged.stderr));
}

#[test]
fn the_export_keeps_the_rules_of_the_schema() {
    for study in [root(), root().join("fixtures/faulty/base")] {
        let xml = exported(&study);
        assert_eq!(faults(&read(&xml)), Vec::<String>::new());
        judged_by_the_schema(&xml);
        assert_eq!(exported(&study), xml, "the same study gives the same bytes");
    }
}

#[test]
fn what_breaks_the_rules_is_found() {
    let told = |xml: &str| faults(&read(xml));
    assert_eq!(told("<var name='a' ID='V'><labl>x</labl></var>"), Vec::<String>::new());
    assert_eq!(
        told("<var><universe>x</universe><labl>x</labl></var>"),
        ["labl has no place in var, or stands too late"]
    );
    assert_eq!(told("<titlStmt><subTitl>x</subTitl></titlStmt>"), ["titlStmt has 0 of titl"]);
    assert_eq!(told("<fileTxt><fileCont/><fileCont/></fileTxt>"), ["fileTxt has 2 of fileCont"]);
    assert_eq!(told("<catgry missing='yes' much='1'>x</catgry>").len(), 3);
    assert_eq!(told("<var ID='1'/>"), ["`1` is no identifier, or stands twice"]);
    assert_eq!(told("<varGrp var='A B'><labl ID='A'>x</labl></varGrp>"), ["there is no `B`"]);
}

#[test]
fn the_export_of_the_small_study_is_as_it_was() {
    insta::assert_snapshot!(exported(&root().join("fixtures/faulty/base")));
}

/// Frequencies are those of a plain loop over the export of the survey tool; with the missing they are everybody.
#[test]
fn frequencies_are_those_of_the_export() {
    let document = read(&exported(&root()));
    let variables: BTreeMap<&str, &Element> = document
        .all()
        .into_iter()
        .filter(|e| e.name == "var")
        .map(|var| (var.attribute("name"), var))
        .collect();
    let of = |variable: &str, label: &str| -> usize {
        let categories = variables[variable].children("catgry");
        let matches = |category: &&Element| {
            category.children("catValu").chain(category.children("labl")).any(|value| value.text == label)
        };
        let found = categories.into_iter().find(matches).unwrap();
        found.children("catStat").next().unwrap().text.parse().unwrap()
    };
    let mut reader =
        csv::Reader::from_path(root().join("fixtures/waves/2013/responses.synthetic.csv")).unwrap();
    let heads = reader.headers().unwrap().clone();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let in_export = |column: &str, text: &str| {
        let at = heads.iter().position(|head| head == column).unwrap();
        rows.iter().filter(|row| &row[at] == text).count()
    };
    assert_eq!(
        of("employers", "none"),
        in_export("Q5 Local STEM employers", "There are no STEM employers nearby")
    );
    assert_eq!(
        of("stem_support__girls", "I don't know"),
        in_export("Q6 STEM support [STEM activities for girls]", "I don't know")
    );
    assert_eq!(
        of("stem_support__girls", "skipped"),
        in_export("Q6 STEM support [STEM activities for girls]", "")
    );
    assert_eq!(
        of("employed_before", "refused"),
        in_export("Q13 Employment before teaching", "Prefer not to say")
    );
    assert_eq!(
        of("cpd_modes__webinar", "selected"),
        in_export("Q23 Training modes [Live online session]", "Live online session")
    );
    let blank = in_export("Q14 Kind of employment", "");
    assert_eq!(of("employed_as", "not asked") + of("employed_as", "skipped"), blank);
    let statistic = |variable: &str, kind: &str| -> f64 {
        let of_kind = |s: &&Element| s.attribute("type") == kind;
        variables[variable].children("sumStat").find(of_kind).unwrap().text.parse().unwrap()
    };
    let at = heads.iter().position(|head| head == "Q21 Destinations [Apprenticeship]").unwrap();
    let numbers: Vec<f64> = rows.iter().filter_map(|row| row[at].parse().ok()).collect();
    let mean = numbers.iter().sum::<f64>() / numbers.len() as f64;
    assert_eq!(statistic("destinations__apprenticeship", "vald"), numbers.len() as f64);
    assert!((statistic("destinations__apprenticeship", "mean") - mean).abs() < 1e-12);
    let asked: Vec<&&Element> =
        variables.values().filter(|var| var.children("sumStat").next().is_some()).collect();
    assert!(asked.len() > 100);
    for var in asked {
        let (name, counted) = (var.attribute("name"), var.children("catgry"));
        let n = |c: &Element| c.children("catStat").next().unwrap().text.parse::<f64>().unwrap();
        let (missing, given): (Vec<&Element>, Vec<&Element>) =
            counted.partition(|c| c.attribute("missing") == "Y");
        assert_eq!(missing.iter().map(|c| n(c)).sum::<f64>(), statistic(name, "invd"), "{name}");
        assert_eq!(statistic(name, "vald") + statistic(name, "invd"), rows.len() as f64, "{name}");
        if !given.is_empty() {
            assert_eq!(given.iter().map(|c| n(c)).sum::<f64>(), statistic(name, "vald"), "{name}");
        }
    }
}
