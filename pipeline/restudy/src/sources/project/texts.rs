//! The texts that lie in a project's archive, and how elements name them.
//!
//! In: parts of the archive, and paths such as `internal://NAME.txt`. Out: the text, or why there is none. However often a text
//! is named, it is held once; that of a source is the text of no other.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::xml::Element;
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::sources::shortened;

/// Parts of the archive that are text, by their names without a folder, in lower case.
#[derive(Debug)]
pub(super) struct Texts {
    file: String,
    parts: HashMap<String, Part>,
    /// Those that are the texts of sources.
    of_sources: HashSet<String>,
}

/// A part, by its name in the archive.
#[derive(Debug)]
struct Part {
    name: String,
    content: Content,
}

#[derive(Debug)]
enum Content {
    /// As it lies in the archive.
    Packed(Vec<u8>),
    Text(Arc<str>),
    Faulty(Diagnostics),
}

impl Texts {
    /// None yet, of the project `file`.
    pub(super) fn new(file: &str) -> Self {
        Texts { file: file.to_owned(), parts: HashMap::new(), of_sources: HashSet::new() }
    }

    /// Adds a part.
    pub(super) fn add(&mut self, part: &str, content: Vec<u8>) -> Result<(), Diagnostics> {
        let added = Part { name: part.to_owned(), content: Content::Packed(content) };
        match self.parts.insert(last(part), added) {
            None => Ok(()),
            Some(before) => {
                let message = format!("two parts of the project have one name: `{}`", shortened(part));
                let fault = Diagnostic::error(message).at(Place::file(&*self.file));
                let fault = fault.note(format!("the other is `{}`", shortened(&before.name)));
                Err(fault.hint("export it again: paths name texts by their file alone").into())
            }
        }
    }

    /// The text of `element`: what it holds itself, or what its path names; none where it has neither.
    ///
    /// # Errors
    /// The path leads out of the archive or to nothing, or the text is not UTF-8.
    pub(super) fn of(&mut self, element: &Element, place: Place) -> Result<Option<Arc<str>>, Diagnostics> {
        if let Some(content) = element.first("PlainTextContent") {
            return Ok(Some(content.text.as_str().into()));
        }
        let Some(path) = element.attribute("plainTextPath") else { return Ok(None) };
        let Some(name) = path.strip_prefix("internal://") else {
            let fault = Diagnostic::error(format!("the text `{}` lies outside the project", shortened(path)));
            let hint = "export the project with its sources inside: nothing outside the file is opened";
            return Err(fault.at(place).hint(hint).into());
        };
        match self.parts.get_mut(&last(name)) {
            Some(part) => part.text(&self.file).map(Some),
            None => {
                let fault =
                    Diagnostic::error(format!("the project does not hold the text `{}`", shortened(path)));
                Err(fault.at(place).hint("export it again, with its sources").into())
            }
        }
    }

    /// The text of the source that `element` holds.
    ///
    /// # Errors
    /// As for [`Texts::of`]; or another source has the same text.
    pub(super) fn of_source(
        &mut self,
        element: &Element,
        place: Place,
    ) -> Result<Option<Arc<str>>, Diagnostics> {
        let path = element.attribute("plainTextPath");
        let path = path.filter(|_| element.first("PlainTextContent").is_none());
        if let Some(path) = path
            && !self.of_sources.insert(last(path))
        {
            let message = format!("two sources have the text `{}`", shortened(path));
            let fault = Diagnostic::error(message).at(place);
            return Err(fault.hint("export the project again: each source has a text of its own").into());
        }
        self.of(element, place)
    }
}

impl Part {
    /// Its text, which is made once.
    fn text(&mut self, file: &str) -> Result<Arc<str>, Diagnostics> {
        if let Content::Packed(bytes) = &mut self.content {
            let read = super::text(&format!("{file}!{}", self.name), std::mem::take(bytes));
            self.content = match read {
                Ok(text) => Content::Text(text.into()),
                Err(faults) => Content::Faulty(faults),
            };
        }
        match &self.content {
            Content::Text(text) => Ok(Arc::clone(text)),
            Content::Faulty(faults) => Err(faults.clone()),
            Content::Packed(_) => Ok("".into()),
        }
    }
}

/// The name of a part without its folder, as it is compared.
fn last(path: &str) -> String {
    path.rsplit(['/', '\\']).next().unwrap_or(path).to_lowercase()
}
