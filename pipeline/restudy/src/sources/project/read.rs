//! From the elements of a project to a [`Project`]: what has an id is found, what refers to it is held against that.
//!
//! In: the root element, and the texts of the archive. Out: the project, or all of its faults.

use std::sync::Arc;

use super::ids::{Ids, LONGEST_NAME};
use super::model::{
    Case, Document, DocumentKind, Project, ProjectCode, Set, User, Value, Variable, VariableKind,
};
use super::texts::Texts;
use super::walk::Walk;
use super::xml::Element;
use crate::diagnostic::{Diagnostic, Diagnostics, Folded, Place, nearest};
use crate::sources::{on_one_line, shortened};

/// What the namespaces of the formats begin with. Programs write several versions for code books, which are one format:
/// `1.0`, `1:0`, `0:4`.
const PROJECT: &str = "urn:QDA-XML:project:1";
const CODE_BOOK: &str = "urn:QDA-XML:codebook:";

/// Characters of the names of a code and those above it, and how many codes there may be.
const LONGEST_PATH: usize = 2_000;
const MOST_CODES: usize = 50_000;

/// What is read of a project: its elements by their ids, and the faults met so far.
pub(super) struct Reading<'a> {
    /// The file of the elements, within the archive.
    file: &'a str,
    pub(super) users: Ids,
    pub(super) codes: Ids,
    pub(super) variables: Ids,
    pub(super) documents: Ids,
    pub(super) cases: Ids,
    pub(super) notes: Ids,
    faults: Folded,
    pub(super) project: Project,
}

/// The project in `root`.
pub(super) fn project(
    file: &str,
    within: &str,
    root: &Element,
    mut texts: Texts,
) -> Result<(Project, Diagnostics), Diagnostics> {
    is_root(within, root, "Project", PROJECT)?;
    let mut reading = Reading::new(file, within);
    reading.project.origin = on_one_line(root.attribute("origin").unwrap_or_default());
    reading.project.codings_in_file = root.count("Coding");
    reading.users(root);
    for codes in root.first("CodeBook").iter().flat_map(|book| book.all("Codes")) {
        reading.codes(codes, &[]);
    }
    reading.variables(root);
    reading.documents(root, &mut texts);
    reading.cases(root);
    reading.note_texts(root, &mut texts);
    Walk::through(&mut reading, root, &mut texts);
    reading.sets(root);
    for (what, within, name) in [("links", "Links", "Link"), ("graphs", "Graphs", "Graph")] {
        let number = root.first(within).map_or(0, |element| element.all(name).count());
        reading.project.unread.push((what, number));
    }
    reading.finish()
}

/// The codes of the code book in `root`.
pub(super) fn code_book(
    file: &str,
    within: &str,
    root: &Element,
) -> Result<(Project, Diagnostics), Diagnostics> {
    is_root(within, root, "CodeBook", CODE_BOOK)?;
    let mut reading = Reading::new(file, within);
    reading.project.origin = on_one_line(root.attribute("origin").unwrap_or_default());
    for codes in root.all("Codes") {
        reading.codes(codes, &[]);
    }
    reading.project.unread.push(("sets", root.first("Sets").map_or(0, |sets| sets.all("Set").count())));
    reading.finish()
}

fn is_root(within: &str, root: &Element, name: &str, namespace: &str) -> Result<(), Diagnostics> {
    let said = root.namespace().unwrap_or_default();
    if root.name == name && said.starts_with(namespace) {
        return Ok(());
    }
    let message = format!("`{}` of `{}` is no root of REFI-QDA", shortened(&root.name), shortened(said));
    let fault = Diagnostic::error(message).at(root.place(within));
    let hint = "export it as REFI-QDA project (`.qdpx`) or REFI-QDA codebook (`.qdc`), and name it so";
    Err(fault.note(format!("the root is `{name}` of `{namespace}…`")).hint(hint).into())
}

impl<'a> Reading<'a> {
    fn new(file: &str, within: &'a str) -> Self {
        Reading {
            file: within,
            users: Ids::default(),
            codes: Ids::default(),
            variables: Ids::default(),
            documents: Ids::default(),
            cases: Ids::default(),
            notes: Ids::default(),
            faults: Folded::new("line"),
            project: Project { file: file.to_owned(), ..Project::default() },
        }
    }

    fn finish(self) -> Result<(Project, Diagnostics), Diagnostics> {
        self.faults.finish().or(self.project)
    }

    /// Where `element` stands.
    pub(super) fn place(&self, element: &Element) -> Place {
        element.place(self.file)
    }

    /// A fault of `element`.
    pub(super) fn fault(&mut self, element: &Element, message: String, hint: &str) {
        let place = element.place(self.file);
        let line = place.line.unwrap_or_default();
        self.faults.add(None, line, Diagnostic::error(message), || place, |fault| fault.hint(hint));
    }

    fn users(&mut self, root: &Element) {
        for element in root.first("Users").iter().flat_map(|users| users.all("User")) {
            let named = element.attribute("name").or(element.attribute("id")).unwrap_or_default();
            let name = self.of_length(element, "a name", on_one_line(named), LONGEST_NAME);
            let id = self.known(|r| &mut r.users, element, self.project.users.len());
            self.project.users.push(User { id, name, place: self.place(element) });
        }
    }

    fn codes(&mut self, within: &Element, above: &[String]) {
        for element in within.all("Code") {
            let mut path = above.to_vec();
            path.push(self.name(element));
            let length: usize = path.iter().map(|name| name.chars().count()).sum();
            let too_much = match length {
                _ if self.project.codes.len() >= MOST_CODES => Some(format!("more than {MOST_CODES} codes")),
                _ if length <= LONGEST_PATH => None,
                _ => Some(format!("a code and those above it have names of {length} characters")),
            };
            if let Some(message) = too_much {
                let hint = "no program for qualitative data writes this: do not trust the file";
                self.fault(element, message, hint);
                return;
            }
            let description = element.first("Description").map(|words| words.text.trim().to_owned());
            let id = self.known(|r| &mut r.codes, element, self.project.codes.len());
            self.project.codes.push(ProjectCode {
                id,
                path: path.clone(),
                description: description.unwrap_or_default(),
                place: self.place(element),
            });
            self.codes(element, &path);
        }
    }

    fn variables(&mut self, root: &Element) {
        const KINDS: [&str; 6] = ["Text", "Boolean", "Integer", "Float", "Date", "DateTime"];
        for element in root.first("Variables").iter().flat_map(|variables| variables.all("Variable")) {
            let kind = element.attribute("typeOfVariable").unwrap_or_default();
            if !KINDS.contains(&kind) {
                let message = format!("`{}` is no type of variable", shortened(kind));
                let near = nearest(kind, KINDS).map(|near| format!("did you mean `{near}`? "));
                let hint = format!("{}The types are {}", near.unwrap_or_default(), KINDS.join(", "));
                self.fault(element, message, &hint);
            }
            let kind = match kind {
                "Integer" => VariableKind::Integer,
                "Float" => VariableKind::Number,
                _ => VariableKind::Words,
            };
            let name = self.name(element);
            let id = self.known(|r| &mut r.variables, element, self.project.variables.len());
            self.project.variables.push(Variable { id, name, kind, place: self.place(element) });
        }
    }

    /// The values of variables that `element` has.
    fn values(&mut self, element: &Element) -> Vec<Value> {
        let mut values: Vec<Value> = Vec::new();
        for value in element.all("VariableValue") {
            let Some(reference) = value.first("VariableRef") else {
                self.fault(value, "a value is of no variable".to_owned(), "export the project again");
                continue;
            };
            let Some(variable) = self.referred(|r| &mut r.variables, reference, "variable") else { continue };
            let written = value.children.iter().find(|child| child.name.ends_with("Value"));
            let written = written.map(|written| written.text.trim().to_owned()).unwrap_or_default();
            let (name, kind) = match self.project.variables.get(variable) {
                Some(known) => (known.name.clone(), known.kind),
                None => continue,
            };
            let is_sound = written.is_empty()
                || match kind {
                    VariableKind::Words => true,
                    VariableKind::Integer => written.parse::<i64>().is_ok(),
                    VariableKind::Number => written.parse::<f64>().is_ok_and(f64::is_finite),
                };
            if !is_sound {
                let message = format!("`{}` is no value of `{}`", shortened(&written), shortened(&name));
                self.fault(value, message, "correct it in its program, or make the variable one of text");
            }
            if values.iter().any(|known| known.variable == variable) {
                let message = format!("`{}` has two values here", shortened(&name));
                self.fault(value, message, "leave one of them in its program");
                continue;
            }
            values.push(Value { variable, written, place: self.place(value) });
        }
        values
    }

    fn documents(&mut self, root: &Element, texts: &mut Texts) {
        for element in root.first("Sources").iter().flat_map(|sources| &sources.children) {
            let Some(kind) = kind(&element.name) else {
                let message = format!("`{}` is no kind of source", shortened(&element.name));
                self.fault(element, message, "export the project as REFI-QDA 1.5");
                continue;
            };
            let holder = match kind {
                DocumentKind::Text => Some(element),
                DocumentKind::Pdf => element.first("Representation"),
                _ => None,
            };
            let name = self.name(element);
            let place = self.place(element);
            let read = holder.map_or(Ok(None), |holder| texts.of_source(holder, place.clone()));
            let (text, mut unread) = match read {
                Ok(text) => (text, Vec::new()),
                Err(faults) => (None, faults.into_iter().collect()),
            };
            let has =
                element.attribute("plainTextPath").is_some() || element.first("PlainTextContent").is_some();
            if kind == DocumentKind::Text && !has {
                let fault = Diagnostic::error(format!("`{}` has no plain text", shortened(&name)));
                unread.push(fault.at(place.clone()).hint("export the project again, with its sources"));
            }
            let values = self.values(element);
            let id = self.known(|r| &mut r.documents, element, self.project.documents.len());
            self.project.documents.push(Document { id, name, kind, text, unread, values, place });
        }
    }

    /// The text of `element`; what is wrong with it is a fault.
    pub(super) fn text(&mut self, element: &Element, texts: &mut Texts) -> Option<Arc<str>> {
        match texts.of(element, self.place(element)) {
            Ok(text) => text,
            Err(faults) => {
                for fault in faults {
                    let place = fault.place.clone().unwrap_or_else(|| self.place(element));
                    let line = place.line.unwrap_or_default();
                    self.faults.add(None, line, fault, || place, |fault| fault);
                }
                None
            }
        }
    }

    fn cases(&mut self, root: &Element) {
        for element in root.first("Cases").iter().flat_map(|cases| cases.all("Case")) {
            let name = self.name(element);
            let values = self.values(element);
            let references: Vec<&Element> = element.all("SourceRef").collect();
            let documents = references.into_iter().filter_map(|reference| self.document(reference)).collect();
            // Nothing refers to a case by its id: one without is no fault.
            let id = self.id(element);
            self.cases.0.insert(id.clone(), self.project.cases.len());
            self.project.cases.push(Case {
                id,
                name,
                values,
                documents,
                selections: element.all("SelectionRef").count(),
                codes: element.all("CodeRef").count(),
                place: self.place(element),
            });
        }
    }

    /// Sets that hold sources; sets of codes and notes are only counted.
    fn sets(&mut self, root: &Element) {
        let mut others = 0;
        for element in root.first("Sets").iter().flat_map(|sets| sets.all("Set")) {
            let members: Vec<&Element> = element.all("MemberSource").collect();
            if members.is_empty() {
                others += 1;
                continue;
            }
            let documents = members.into_iter().filter_map(|member| self.document(member)).collect();
            let (id, name, place) = (self.id(element), self.name(element), self.place(element));
            self.project.sets.push(Set { id, name, documents, place });
        }
        self.project.unread.push(("sets of codes or notes", others));
    }

    fn note_texts(&mut self, root: &Element, texts: &mut Texts) {
        for element in root.first("Notes").iter().flat_map(|notes| notes.all("Note")) {
            let text = self.text(element, texts);
            let id = self.known(|r| &mut r.notes, element, self.project.notes.len());
            let user = self.user(element);
            self.project.notes.push(super::model::Note {
                id,
                title: on_one_line(element.attribute("name").unwrap_or_default()),
                text,
                user,
                created: element.attribute("creationDateTime").unwrap_or_default().to_owned(),
                about: Vec::new(),
            });
        }
    }
}

/// What the element of this name is, as a source.
pub(super) fn kind(name: &str) -> Option<DocumentKind> {
    Some(match name {
        "TextSource" => DocumentKind::Text,
        "PDFSource" => DocumentKind::Pdf,
        "PictureSource" => DocumentKind::Picture,
        "AudioSource" => DocumentKind::Audio,
        "VideoSource" => DocumentKind::Video,
        _ => return None,
    })
}
