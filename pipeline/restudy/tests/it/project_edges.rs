//! Projects at the edges of what programs write: names that repeat, sources without a text, notes, many parts; and those that are
//! made to exhaust their reader.

use std::path::Path;
use std::time::{Duration, Instant};

use restudy::sources::project::Project;
use restudy::store::Tables;

use super::project::{adds_up, archive, restudy, said, small, sound};
use super::stages_data::{ingest, texts};

/// An id as the small project has them.
fn id(number: usize) -> String {
    format!("00000000-0000-4000-8000-{number:012}")
}

/// The small study with this project, and what was decided of it.
fn study(xml: &str, decided: &str) -> tempfile::TempDir {
    let study = small("project-codings-left-out");
    let (_, text) = sound();
    let bytes = archive(&[("project.qde", xml.as_bytes()), ("Sources/north.txt", &text)]);
    fs_err::write(study.path().join("material.qdpx"), bytes).unwrap();
    fs_err::write(study.path().join("codebook/project.toml"), decided).unwrap();
    study
}

fn read(xml: &str, decided: &str) -> (Tables, String) {
    let (tables, told) = ingest(study(xml, decided).path()).unwrap_or_else(|told| panic!("{told}"));
    (tables, told.to_string())
}

fn refused(xml: &str, decided: &str) -> String {
    ingest(study(xml, decided).path()).map(|_| ()).unwrap_err().to_string()
}

#[test]
fn a_draft_leaves_open_what_has_one_name() {
    let (xml, _) = sound();
    let xml = xml
        .replace("name=\"B\"", "name=\"A\"")
        .replace("name=\"Place\"", "name=\"\u{c9}l\u{e8}ves\"")
        .replace("name=\"north\"", "name=\"\u{6771}\u{4eac}\"")
        .replace("name=\"south\"", "name=\"\u{5927}\u{962a}\"")
        .replace("name=\"branch\"", "name=\"\u{5e74}\"");
    let study = study(&xml, "");
    let at = |name: &str| study.path().join(name);
    fs_err::remove_file(at("codebook/code-frame.toml")).unwrap();
    let draft = || {
        let mut command = restudy(study.path());
        said(command.args(["material", "draft", "--anew"]).arg(at("material.qdpx")), 0)
    };
    let told = draft();
    assert!(told.contains("3 things left for you"), "{told}");
    let drafted = fs_err::read_to_string(at("codebook/project.toml")).unwrap();
    assert!(drafted.contains("means = \"eleves/quiet\""), "{drafted}");
    for number in [1, 2] {
        assert!(drafted.contains(&format!("id = \"{}\"\n# means = \"A\"", id(number))), "{drafted}");
    }
    let told = ingest(study.path()).map(|_| ()).unwrap_err().to_string();
    assert!(told.contains("nothing is decided of the user"), "{told}");
    // Two coders of one name stay two, and so do two cases whose names have no letter of ASCII.
    let decided = drafted
        .replacen("# means = \"A\"", "means = \"first\"", 1)
        .replacen("# means = \"A\"", "means = \"second\"", 1)
        .replace("# means = \"\u{2026}\"", "means = \"branch\"");
    fs_err::write(at("codebook/project.toml"), decided).unwrap();
    let (tables, _) = ingest(study.path()).unwrap_or_else(|told| panic!("{told}"));
    adds_up(&tables, 7);
    assert_eq!(texts(&tables, "codings", "coder"), ["first", "second", "first"]);
    assert_eq!(texts(&tables, "cases", "case_id"), ["\u{6771}\u{4eac}", "\u{5927}\u{962a}"]);
    assert_eq!(texts(&tables, "documents", "document_id"), ["north-notes", "south-notes"]);
}

#[test]
fn a_draft_does_not_settle_what_no_words_tell() {
    let study = small("project-positions-untold");
    let warned = || ingest(study.path()).unwrap().1.to_string();
    assert!(warned().contains("no selection tells"));
    let told =
        said(restudy(study.path()).args(["material", "draft"]).arg(study.path().join("material.qdpx")), 0);
    assert!(told.contains("1 thing left for you"), "{told}");
    assert!(warned().contains("no selection tells"));
}

#[test]
fn cases_that_are_one_are_counted_as_such() {
    let (xml, _) = sound();
    let one = "[[case]]\nraw = \"south\"\nmeans = \"north\"\n[[variable]]\nraw = \"branch\"\nleave_out = \"differs\"\n";
    let (tables, _) = read(&xml, one);
    assert_eq!(texts(&tables, "cases", "case_id"), ["north"]);
    assert_eq!(account(&tables, "cases"), ["kept  1", "repeats means one case with another 1"]);
    assert_eq!(
        account(&tables, "values of variables"),
        ["kept  1", "left out their variable is left out: differs 2"]
    );
}

/// The lines of the account about `what`.
fn account(tables: &Tables, what: &str) -> Vec<String> {
    let column = |name| texts(tables, "material_account", name);
    let numbers = tables.get("material_account").unwrap().column_by_name("n").unwrap().clone();
    let numbers =
        datafusion::arrow::compute::cast(&numbers, &datafusion::arrow::datatypes::DataType::Utf8).unwrap();
    let numbers = datafusion::arrow::array::cast::AsArray::as_string::<i32>(&numbers);
    let rows = column("what").into_iter().zip(column("fate")).zip(column("why")).zip(numbers.iter());
    rows.filter(|(((of, _), _), _)| of == what)
        .map(|(((_, fate), why), n)| format!("{fate} {why} {}", n.unwrap()))
        .collect()
}

#[test]
fn values_beside_a_table_of_cases_are_counted() {
    let (xml, _) = sound();
    let study = study(&xml, "");
    let file = study.path().join("study.toml");
    let was = fs_err::read_to_string(&file).unwrap();
    fs_err::write(&file, was.replace("project = ", "cases = \"cases.csv\"\nproject = ")).unwrap();
    let (tables, _) = ingest(study.path()).unwrap_or_else(|told| panic!("{told}"));
    assert_eq!(account(&tables, "values of variables"), ["left out the study has a table of cases 3"]);
}

#[test]
fn notes_say_what_they_are_about() {
    let (xml, _) = sound();
    let note = |number: usize, title: &str| {
        format!(
            "<Note guid=\"{}\" name=\"{title}\"><PlainTextContent>Of it.</PlainTextContent></Note>",
            id(number)
        )
    };
    let reference = |number: usize| format!("<NoteRef targetGUID=\"{}\"/>", id(number));
    let notes =
        [note(51, "case"), note(52, "other"), note(53, "words"), note(54, "link"), note(55, "gone")].concat();
    let links =
        format!("<Links><Link guid=\"{}\" name=\"leads to\">{}</Link></Links>", id(60), reference(54));
    let case = |name: &str| format!("name=\"{name}\">\n      <VariableValue>");
    let xml = xml
        .replace(&case("north"), &format!("name=\"north\">{}<VariableValue>", reference(51)))
        .replace(&case("south"), &format!("name=\"south\">{}<VariableValue>", reference(52)))
        .replace("endPosition=\"14\">", &format!("endPosition=\"14\">{}", reference(53)))
        .replace("<PictureSelection", &format!("{}<PictureSelection", reference(55)))
        .replace("</Project>", &format!("<Notes>{notes}</Notes>{links}</Project>"));
    let (tables, _) = read(&xml, "");
    let column = |name| texts(&tables, "notes", name);
    assert_eq!(column("about"), ["case", "case", "selection", "link", "document"]);
    assert_eq!(column("case_id")[..2], ["north", "south"]);
    assert_eq!(column("selection_id")[2], id(31));
    assert_eq!(column("document_id")[2], "north-notes");
    assert_eq!(column("name")[3], "leads to");
    assert_eq!(account(&tables, "notes"), ["kept  4", "kept what they are about is left out 1"]);
}

#[test]
fn a_source_that_is_left_out_needs_no_text() {
    let (xml, _) = sound();
    let left_out = "[[source]]\nraw = \"south-notes\"\nleave_out = \"only its formatted text is there\"\n";
    let (before, rest) = xml.split_once("<PlainTextContent>").unwrap();
    let (_, after) = rest.split_once("</PlainTextContent>").unwrap();
    let rich = format!("{before}{after}");
    let elsewhere =
        rich.replace("name=\"south-notes\"", "name=\"south-notes\" plainTextPath=\"relative://s.txt\"");
    for (xml, what) in [(rich, "has no plain text"), (elsewhere, "lies outside the project")] {
        let told = refused(&xml, "");
        assert!(told.contains(what) && told.contains("or leave it out in codebook/project.toml"), "{told}");
        let (tables, _) = read(&xml, left_out);
        adds_up(&tables, 7);
        assert_eq!(texts(&tables, "documents", "document_id"), ["north-notes"]);
    }
}

#[test]
fn a_coder_may_be_that_of_the_selection() {
    let (xml, _) = sound();
    let by = format!(" creatingUser=\"{}\"", id(2));
    let xml = xml
        .replace(&format!("<Coding guid=\"{}\"{by}", id(42)), &format!("<Coding guid=\"{}\"", id(42)))
        .replace("endPosition=\"14\">", &format!("endPosition=\"14\"{by}>"));
    let (tables, _) = read(&xml, "");
    assert_eq!(texts(&tables, "project_codings", "coder")[1], "B");
    assert_eq!(texts(&tables, "project_codings", "why")[1], "coder: that of its selection");
    adds_up(&tables, 7);
}

#[test]
fn what_is_left_out_does_not_tell_how_positions_are_counted() {
    let text = "\u{1f600} first here.\nA third line is there.\n";
    let selection = |number: usize, name: &str, start: usize, end: usize| {
        format!(
            "<PlainTextSelection guid=\"s{number}\" name=\"{name}\" startPosition=\"{start}\" endPosition=\"{end}\">\
             <Coding guid=\"{number}\" creatingUser=\"u\"><CodeRef targetGUID=\"c\"/></Coding></PlainTextSelection>"
        )
    };
    let body = selection(1, "A third line is", 15, 30) + &selection(2, "", 14, 21);
    let xml = format!(
        "<Project xmlns=\"urn:QDA-XML:project:1.0\" name=\"p\"><Users><User guid=\"u\" name=\"A\"/></Users>\
         <CodeBook><Codes><Code guid=\"c\" name=\"Place\" isCodable=\"true\"/></Codes></CodeBook>\
         <Cases><Case guid=\"k\" name=\"north\"><SourceRef targetGUID=\"d\"/></Case></Cases>\
         <Sources><TextSource guid=\"d\" name=\"north\"><PlainTextContent>{text}</PlainTextContent>{body}</TextSource></Sources></Project>"
    );
    let (tables, told) = read(&xml, "");
    assert!(told.contains("found, and not declared"), "{told}");
    assert_eq!(texts(&tables, "project_codings", "excerpt")[1], "A thir");
    let (tables, told) = read(&xml, "[[coding]]\nid = \"1\"\nleave_out = \"one off\"\n");
    assert!(!told.contains("found, and not declared"), "{told}");
    assert_eq!(texts(&tables, "project_codings", "excerpt")[1], "A third");
}

#[test]
fn odd_elements_are_counted_and_not_refused() {
    let (xml, _) = sound();
    let inner = format!(
        "<Coding guid=\"{}\" creatingUser=\"{}\"><CodeRef targetGUID=\"{}\"/></Coding></Coding>",
        id(70),
        id(1),
        id(3)
    );
    let reversed = "<PlainTextSelection guid=\"r\" startPosition=\"9\" endPosition=\"2\"/></TextSource>";
    let xml = xml.replacen("</Coding>", &inner, 1).replacen("</TextSource>", reversed, 1);
    let (tables, _) = read(&xml, "");
    adds_up(&tables, 8);
    assert!(texts(&tables, "project_codings", "why").contains(&"given to another coding".to_owned()));
}

fn parsed(parts: &[(&str, &[u8])]) -> Result<Project, String> {
    Project::parse("p.qdpx", archive(parts)).map(|(project, _)| project).map_err(|told| told.to_string())
}

#[test]
fn a_project_may_have_many_parts_and_names_of_windows() {
    let (xml, text) = sound();
    let names: Vec<String> = (0..10_500).map(|number| format!("Sources\\{number}.docx")).collect();
    let mut parts: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
    parts.push(("project.qde", xml.as_bytes()));
    parts.push(("Sources\\north.txt", &text));
    let project = parsed(&parts).unwrap();
    assert!(project.documents[0].text.is_some());
}

#[test]
fn a_small_file_does_not_become_a_large_one() {
    let (xml, text) = sound();
    let begun = Instant::now();
    let named_twice =
        xml.replace("name=\"south-notes\"", "name=\"south-notes\" plainTextPath=\"internal://north.txt\"");
    let (before, rest) = named_twice.split_once("<PlainTextContent>").unwrap();
    let named_twice = format!("{before}{}", rest.split_once("</PlainTextContent>").unwrap().1);
    let told = refused(&named_twice, "");
    assert!(told.contains("two sources have the text `internal://north.txt`"), "{told}");
    let long = xml.replace("name=\"Place\"", &format!("name=\"{}\"", "x".repeat(500_000)));
    let told = parsed(&[("project.qde", long.as_bytes()), ("north.txt", &text)]).unwrap_err();
    assert!(told.contains("a name of 500000 characters"), "{told}");
    let open: String = (0..5)
        .map(|at| format!("<Code guid=\"deep{at}\" name=\"{}\" isCodable=\"true\">", "x".repeat(900)))
        .collect();
    let deep = xml.replace("<Codes>", &format!("<Codes>{open}{}", "</Code>".repeat(5)));
    let told = parsed(&[("project.qde", deep.as_bytes()), ("north.txt", &text)]).unwrap_err();
    assert!(told.contains("a code and those above it have names of"), "{told}");
    let area = format!("{}b", "a".repeat(30_000));
    let xml = format!(
        "<Project xmlns=\"urn:QDA-XML:project:1.0\" name=\"p\"><Users><User guid=\"u\" name=\"A\"/></Users>\
         <CodeBook><Codes><Code guid=\"c\" name=\"Place\" isCodable=\"true\"/></Codes></CodeBook>\
         <Cases><Case guid=\"k\" name=\"north\"><SourceRef targetGUID=\"d\"/></Case></Cases>\
         <Sources><PDFSource guid=\"d\" name=\"north\"><PDFSelection guid=\"s\" page=\"0\">\
         <Coding guid=\"1\" creatingUser=\"u\"><CodeRef targetGUID=\"c\"/></Coding>\
         <Representation><PlainTextContent>{area}</PlainTextContent></Representation></PDFSelection>\
         <Representation><PlainTextContent>{}</PlainTextContent></Representation></PDFSource></Sources></Project>",
        "a".repeat(60_000)
    );
    let (tables, _) = read(&xml, "");
    assert_eq!(texts(&tables, "project_codings", "fate"), ["left out"]);
    assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", begun.elapsed());
}

#[test]
fn sources_may_be_many() {
    const MANY: usize = 3_000;
    let (mut cases, mut sources) = (String::new(), String::new());
    for number in 0..MANY {
        cases.push_str(&format!(
            "<Case guid=\"k{number}\" name=\"case {number}\"><SourceRef targetGUID=\"d{number}\"/></Case>"
        ));
        sources.push_str(&format!(
            "<TextSource guid=\"d{number}\" name=\"source {number}\"><PlainTextContent>Here.</PlainTextContent></TextSource>"
        ));
    }
    let xml = format!(
        "<Project xmlns=\"urn:QDA-XML:project:1.0\" name=\"p\"><Users/><CodeBook><Codes/></CodeBook>\
         <Cases>{cases}</Cases><Sources>{sources}</Sources></Project>"
    );
    let begun = Instant::now();
    let (tables, _) = read(&xml, "");
    assert_eq!(texts(&tables, "documents", "document_id").len(), MANY);
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
}

#[test]
fn faults_of_the_project_and_of_what_was_decided_are_told_together() {
    let study = small("project-text-missing");
    let decided: &Path = &study.path().join("codebook/project.toml");
    fs_err::write(decided, "paragraf = \"lines\"\n").unwrap();
    fs_err::write(study.path().join("material.qdpx"), b"PK").unwrap();
    let told = ingest(study.path()).map(|_| ()).unwrap_err().to_string();
    assert!(told.contains("paragraf") && told.contains("damaged"), "{told}");
}
