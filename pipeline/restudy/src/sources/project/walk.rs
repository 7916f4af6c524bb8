//! A walk through all elements of a project that finds its codings and what its notes are about, wherever they stand.
//!
//! In: the elements. Out: a [`ProjectCoding`] for each element `Coding`, of whatever kind the thing is that it stands in.

use std::sync::Arc;

use super::model::{About, DocumentKind, GivenTo, ProjectCoding};
use super::read::{Reading, kind};
use super::texts::Texts;
use super::xml::Element;
use crate::sources::{on_one_line, shortened};

/// What the walk has come into.
#[derive(Clone, Debug)]
struct Within {
    /// What a code would be given to here.
    given_to: GivenTo,
    document: Option<usize>,
    /// Whether positions are those of the document's text.
    is_text: bool,
    is_pdf: bool,
    user: Option<usize>,
    selection: Arc<str>,
    words: Arc<[String]>,
    about: About,
}

/// The walk.
pub(super) struct Walk<'a, 'b> {
    reading: &'a mut Reading<'b>,
    texts: &'a mut Texts,
}

impl<'a, 'b> Walk<'a, 'b> {
    /// Walks through `root`.
    pub(super) fn through(reading: &'a mut Reading<'b>, root: &Element, texts: &'a mut Texts) {
        let nothing = About { what: "project", ..About::default() };
        let outside = Within {
            given_to: GivenTo::Other("something that is no source"),
            document: None,
            is_text: false,
            is_pdf: false,
            user: None,
            selection: "".into(),
            words: [].into(),
            about: nothing,
        };
        Walk { reading, texts }.all_in(root, &outside);
    }

    fn all_in(&mut self, element: &Element, within: &Within) {
        for child in &element.children {
            match child.name.as_str() {
                "Coding" => self.coding(child, within),
                "NoteRef" => self.note(child, within),
                _ => {
                    let within = self.entered(child, within);
                    self.all_in(child, &within);
                }
            }
        }
    }

    /// What the walk is in once it has entered `element`.
    fn entered(&mut self, element: &Element, before: &Within) -> Within {
        let mut within = before.clone();
        let other = |what| (GivenTo::Other(what), false);
        if let Some(kind) = kind(&element.name) {
            within.document = self.reading.document_at(element);
            within.is_pdf = kind == DocumentKind::Pdf;
            within.about.what = "document";
            within.about.document = within.document;
            within.given_to = GivenTo::Other("a whole document");
            within.is_text = kind == DocumentKind::Text;
            return within;
        }
        (within.given_to, within.is_text) = match element.name.as_str() {
            "PlainTextSelection" if before.is_text => (self.positions(element), true),
            "PlainTextSelection" => (before.given_to.clone(), false),
            "PDFSelection" => (self.area(element), false),
            "PictureSelection" => other("an area of a picture"),
            "AudioSelection" => other("a stretch of sound"),
            "VideoSelection" => other("a stretch of video"),
            "Transcript" | "TranscriptSelection" => other("a transcript of sound or video"),
            "TextDescription" => other("the description of a picture"),
            "Note" => other("a note"),
            // The text of a PDF; within an area of a page it is that of the area.
            "Representation" => (before.given_to.clone(), before.is_pdf && before.words.is_empty()),
            "Code" => {
                within.about.what = "code";
                within.about.code = self.reading.code_at(element);
                return within;
            }
            "Case" => {
                within.about.what = "case";
                within.about.case = self.reading.case_at(element);
                return within;
            }
            "Set" | "Link" => {
                within.about.what = if element.name == "Set" { "set" } else { "link" };
                within.about.name = element.attribute("name").map(|name| shortened(&on_one_line(name)));
                return within;
            }
            _ => return within,
        };
        if element.name.ends_with("Selection") {
            within.selection = self.reading.id(element).into();
            within.about.what = "selection";
            within.about.selection = Arc::clone(&within.selection);
            within.about.span = match within.given_to {
                GivenTo::Text { start, end } => Some((start, end)),
                _ => None,
            };
            within.user = self.reading.user(element);
            let said = element.first("Description").map(|said| said.text.as_str());
            let words = element.attribute("name").into_iter().chain(said);
            within.words = words.map(str::to_owned).collect();
            if element.name == "PDFSelection" {
                within.is_pdf = false;
            }
        }
        within
    }

    fn positions(&mut self, element: &Element) -> GivenTo {
        let position = |name: &str| element.attribute(name).unwrap_or_default();
        let (start, end) = (position("startPosition"), position("endPosition"));
        match (start.parse(), end.parse()) {
            (Ok(start), Ok(end)) if start <= end => GivenTo::Text { start, end },
            // Nothing depends on where a selection is that no code is given to.
            _ if element.count("Coding") == 0 => GivenTo::Other("a selection of no text"),
            (start_read, end_read) => {
                let message = match (start_read, end_read) {
                    (Ok::<u64, _>(_), Ok::<u64, _>(_)) => format!("a selection from {start} ends at {end}"),
                    _ => format!("`{}` to `{}` are no positions", shortened(start), shortened(end)),
                };
                self.reading.fault(element, message, "mend the selection in its program, and export again");
                GivenTo::Text { start: 0, end: 0 }
            }
        }
    }

    /// An area of a page, with its words where it has them.
    fn area(&mut self, element: &Element) -> GivenTo {
        let page = element.attribute("page").and_then(|page| page.parse().ok());
        let words = match element.first("Representation") {
            Some(representation) => self.reading.text(representation, self.texts),
            None => None,
        };
        match words.filter(|words| !words.trim().is_empty()) {
            Some(words) => GivenTo::Words { page, words },
            None => GivenTo::Other("an area of a page"),
        }
    }

    fn coding(&mut self, element: &Element, within: &Within) {
        let code = match element.first("CodeRef") {
            Some(reference) => self.reading.code(reference),
            None => {
                let message = "a coding names no code".to_owned();
                self.reading.fault(element, message, "export the project again");
                None
            }
        };
        let own = self.reading.user(element);
        let id = self.reading.id(element);
        let about = About { what: "coding", coding: Some(id.clone()), code, ..within.about.clone() };
        // A coding may have notes; what no program writes, a coding within it, is counted all the same.
        let inner = Within { about, given_to: GivenTo::Other("another coding"), ..within.clone() };
        self.all_in(element, &inner);
        let Some(code) = code else { return };
        let place = self.reading.place(element);
        self.reading.project.codings.push(ProjectCoding {
            id,
            selection: Arc::clone(&within.selection),
            code,
            user: own.or(within.user),
            is_user_of_selection: own.is_none() && within.user.is_some(),
            created: element.attribute("creationDateTime").unwrap_or_default().to_owned(),
            document: within.document,
            given_to: within.given_to.clone(),
            words: Arc::clone(&within.words),
            place,
        });
    }

    fn note(&mut self, reference: &Element, within: &Within) {
        let Some(note) = self.reading.note(reference) else { return };
        if let Some(note) = self.reading.project.notes.get_mut(note) {
            note.about.push(within.about.clone());
        }
    }
}
