//! The parts of the archive: `project.qde`, and the texts and PDFs that it names.

use std::fmt::Write as _;

use indexmap::IndexMap;

use super::{Code, Extra, Made, paragraphs, pdf};
use crate::fault::Fault;

/// The parts by their names.
pub(super) fn parts(made: &Made) -> Result<Vec<(String, Vec<u8>)>, Fault> {
    let mut parts = vec![("project.qde".to_owned(), described(made)?.into_bytes())];
    for (number, row) in made.documents.rows.iter().enumerate() {
        let name = made.documents.cell(row, "document_id");
        let text = made.texts.get(name).cloned().unwrap_or_default();
        if is_pdf(made, name) {
            parts.push((format!("Sources/{}.pdf", guid("document", number)), pdf::page(name)));
        }
        parts.push((format!("Sources/{}.txt", guid("text", number)), text.into_bytes()));
    }
    Ok(parts)
}

fn is_pdf(made: &Made, document: &str) -> bool {
    made.recipe.project.pdfs.iter().any(|name| name == document)
}

/// The id of the thing `number` of a kind.
fn guid(kind: &str, number: usize) -> String {
    const KINDS: [&str; 11] = [
        "user",
        "code",
        "variable",
        "case",
        "document",
        "text",
        "selection",
        "coding",
        "note",
        "set",
        "link",
    ];
    let kind = KINDS.iter().position(|known| *known == kind).unwrap_or(KINDS.len());
    format!("5e1f{kind:04x}-0000-4000-8000-{number:012x}")
}

fn quoted(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// The elements of the project.
struct Qde<'a> {
    made: &'a Made,
    out: String,
    selections: usize,
    codings: usize,
}

fn described(made: &Made) -> Result<String, Fault> {
    let settings = &made.recipe.project;
    let mut qde = Qde { made, out: String::new(), selections: 0, codings: 0 };
    qde.line("<?xml version=\"1.0\" encoding=\"utf-8\"?>");
    qde.line(&format!(
        "<Project xmlns=\"urn:QDA-XML:project:1.0\" name=\"{}\" origin=\"{}\" creationDateTime=\"{}\">",
        quoted(&settings.name),
        quoted(&settings.origin),
        settings.created
    ));
    qde.users();
    qde.line("<CodeBook><Codes>");
    qde.codes(None);
    qde.line("</Codes></CodeBook>");
    qde.variables();
    qde.cases();
    qde.sources()?;
    qde.notes();
    qde.line(&format!(
        "<Links><Link guid=\"{}\" name=\"leads to\" direction=\"OneWay\" originGUID=\"{}\" targetGUID=\"{}\"/></Links>",
        guid("link", 0),
        guid("code", 0),
        guid("code", 1)
    ));
    qde.line(&format!(
        "<Sets><Set guid=\"{}\" name=\"Of the first day\"><MemberSource targetGUID=\"{}\"/></Set></Sets>",
        guid("set", 0),
        guid("document", 0)
    ));
    qde.line("</Project>");
    Ok(qde.out)
}

impl Qde<'_> {
    fn line(&mut self, text: &str) {
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn users(&mut self) {
        self.line("<Users>");
        for (number, (_, name)) in self.made.recipe.project.users.iter().enumerate() {
            self.line(&format!("<User guid=\"{}\" name=\"{}\"/>", guid("user", number), quoted(name)));
        }
        self.line("</Users>");
    }

    /// The codes below `above`, each with those below it.
    fn codes(&mut self, above: Option<&str>) {
        let made = self.made;
        for (number, code) in made.codes.iter().enumerate() {
            if code.path.rsplit_once('/').map(|(parent, _)| parent) != above {
                continue;
            }
            self.line(&format!(
                "<Code guid=\"{}\" name=\"{}\" isCodable=\"true\"><Description>{}</Description>",
                guid("code", number),
                quoted(&code.name),
                quoted(&code.definition)
            ));
            for note in
                made.recipe.note.iter().enumerate().filter(|(_, note)| note.code.as_ref() == Some(&code.path))
            {
                self.line(&format!("<NoteRef targetGUID=\"{}\"/>", guid("note", note.0)));
            }
            self.codes(Some(&code.path));
            self.line("</Code>");
        }
    }

    fn variables(&mut self) {
        self.line("<Variables>");
        for (number, (column, name)) in self.made.recipe.project.variables.iter().enumerate() {
            let kind = if column.ends_with("_on") { "Date" } else { "Text" };
            self.line(&format!(
                "<Variable guid=\"{}\" name=\"{}\" typeOfVariable=\"{kind}\"/>",
                guid("variable", number),
                quoted(name)
            ));
        }
        self.line("</Variables>");
    }

    /// The values that a row of `columns` has.
    fn values(&mut self, columns: &[String], row: &[String]) {
        for (number, (column, _)) in self.made.recipe.project.variables.iter().enumerate() {
            let at = columns.iter().position(|known| known == column);
            let value = at.and_then(|at| row.get(at)).filter(|value| !value.is_empty());
            let kind = if column.ends_with("_on") { "DateValue" } else { "TextValue" };
            if let Some(value) = value {
                self.line(&format!(
                    "<VariableValue><VariableRef targetGUID=\"{}\"/><{kind}>{}</{kind}></VariableValue>",
                    guid("variable", number),
                    quoted(value)
                ));
            }
        }
    }

    fn cases(&mut self) {
        let made = self.made;
        self.line("<Cases>");
        for (number, row) in made.cases.rows.iter().enumerate() {
            let name = made.cases.cell(row, &made.recipe.project.case_name);
            self.line(&format!("<Case guid=\"{}\" name=\"{}\">", guid("case", number), quoted(name)));
            self.values(&made.cases.columns, row);
            let id = made.cases.cell(row, "case_id");
            for (document, row) in made.documents.rows.iter().enumerate() {
                if made.documents.cell(row, "case_id") == id {
                    self.line(&format!("<SourceRef targetGUID=\"{}\"/>", guid("document", document)));
                }
            }
            self.line("</Case>");
        }
        self.line("</Cases>");
    }

    fn sources(&mut self) -> Result<(), Fault> {
        let made = self.made;
        self.line("<Sources>");
        for (number, row) in made.documents.rows.iter().enumerate() {
            let name = made.documents.cell(row, "document_id");
            let text = format!("plainTextPath=\"internal://{}.txt\"", guid("text", number));
            let id = guid("document", number);
            if is_pdf(made, name) {
                self.line(&format!("<PDFSource guid=\"{id}\" name=\"{name}\" path=\"internal://{id}.pdf\">"));
                for area in made.recipe.area.iter().filter(|area| area.name == name) {
                    self.area(area)?;
                }
                self.line(&format!("<Representation guid=\"{}\" {text}>", guid("text", number)));
                self.selections(name)?;
                self.line("</Representation>");
            } else {
                self.line(&format!("<TextSource guid=\"{id}\" name=\"{name}\" {text}>"));
                self.selections(name)?;
            }
            for whole in made.recipe.whole.iter().filter(|whole| whole.name == name) {
                self.coding(&whole.coder, &whole.code)?;
            }
            for note in
                made.recipe.note.iter().enumerate().filter(|(_, n)| n.document.as_deref() == Some(name))
            {
                self.line(&format!("<NoteRef targetGUID=\"{}\"/>", guid("note", note.0)));
            }
            self.values(&made.documents.columns, row);
            self.line(if is_pdf(made, name) { "</PDFSource>" } else { "</TextSource>" });
        }
        for (number, picture) in made.recipe.picture.iter().enumerate() {
            let id = guid("document", made.documents.rows.len() + number);
            self.line(&format!("<PictureSource guid=\"{id}\" name=\"{}\">", quoted(&picture.name)));
            let selection = self.selection();
            self.line(&format!(
                "<PictureSelection guid=\"{selection}\" firstX=\"10\" firstY=\"10\" secondX=\"90\" secondY=\"60\">"
            ));
            self.coding(&picture.coder, &picture.code)?;
            self.line("</PictureSelection></PictureSource>");
        }
        self.line("</Sources>");
        Ok(())
    }

    fn selection(&mut self) -> String {
        self.selections += 1;
        guid("selection", self.selections)
    }

    /// The paragraphs of a document that have codes: a selection for each coder.
    fn selections(&mut self, document: &str) -> Result<(), Fault> {
        let made = self.made;
        let text = made.texts.get(document).map(String::as_str).unwrap_or_default();
        let paragraphs = paragraphs::of(text);
        let mut given: IndexMap<(usize, &str), Vec<&str>> = IndexMap::new();
        for row in made.codings.rows.iter().filter(|row| made.codings.cell(row, "document_id") == document) {
            let number = made.codings.cell(row, "paragraph");
            let number =
                number.parse().map_err(|_| Fault::step(document, format!("paragraph `{number}`")))?;
            let coder = made.codings.cell(row, "coder");
            given.entry((number, coder)).or_default().push(made.codings.cell(row, "code"));
        }
        for ((number, coder), codes) in given {
            let (start, end) = number
                .checked_sub(1)
                .and_then(|index: usize| paragraphs.get(index))
                .ok_or_else(|| Fault::step(document, format!("there is no paragraph {number}")))?;
            let words: String = text.chars().skip(*start).take(end - start).collect();
            let words: Vec<&str> = words.split_whitespace().take(8).collect();
            let selection = self.selection();
            self.line(&format!(
                "<PlainTextSelection guid=\"{selection}\" name=\"{}...\" startPosition=\"{start}\" endPosition=\"{end}\">",
                quoted(&words.join(" "))
            ));
            for code in codes {
                self.coding(coder, code)?;
            }
            self.line("</PlainTextSelection>");
        }
        Ok(())
    }

    /// An area of a page; with words, if it says them.
    fn area(&mut self, area: &Extra) -> Result<(), Fault> {
        let selection = self.selection();
        self.line(&format!(
            "<PDFSelection guid=\"{selection}\" page=\"0\" firstX=\"72\" firstY=\"700\" secondX=\"400\" secondY=\"720\">"
        ));
        if !area.words.is_empty() {
            let text = self.selection();
            self.line(&format!(
                "<Representation guid=\"{text}\"><PlainTextContent>{}</PlainTextContent></Representation>",
                quoted(&area.words)
            ));
        }
        self.coding(&area.coder, &area.code)?;
        self.line("</PDFSelection>");
        Ok(())
    }

    fn coding(&mut self, coder: &str, code: &str) -> Result<(), Fault> {
        let settings = &self.made.recipe.project;
        let user = settings.users.iter().position(|(known, _)| known == coder);
        let user = user.ok_or_else(|| Fault::step("users", format!("there is no coder `{coder}`")))?;
        let is_code = |known: &Code| known.path == code;
        let number = self.made.codes.iter().position(is_code);
        let number = number.ok_or_else(|| Fault::step("codings", format!("there is no code `{code}`")))?;
        let _ = writeln!(
            self.out,
            "<Coding guid=\"{}\" creatingUser=\"{}\" creationDateTime=\"{}\"><CodeRef targetGUID=\"{}\"/></Coding>",
            guid("coding", self.codings),
            guid("user", user),
            settings.created,
            guid("code", number)
        );
        self.codings += 1;
        Ok(())
    }

    fn notes(&mut self) {
        let settings = &self.made.recipe.project;
        self.line("<Notes>");
        for (number, note) in self.made.recipe.note.iter().enumerate() {
            let author =
                settings.users.iter().position(|(known, _)| *known == note.author).unwrap_or_default();
            self.line(&format!(
                "<Note guid=\"{}\" name=\"{}\" creatingUser=\"{}\" creationDateTime=\"{}\"><PlainTextContent>{}</PlainTextContent></Note>",
                guid("note", number),
                quoted(&note.title),
                guid("user", author),
                settings.created,
                quoted(&note.text)
            ));
        }
        self.line("</Notes>");
    }
}
