//! The texts that lie in a project's archive, and how elements name them.
//!
//! In: parts of the archive, and paths such as `internal://NAME.txt`. Out: the text, or why there is none.

use std::collections::HashMap;

use super::xml::Element;
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::sources::shortened;

/// Parts of the archive that are text, by their names without a folder, in lower case.
#[derive(Debug)]
pub(super) struct Texts {
    file: String,
    parts: HashMap<String, (String, Vec<u8>)>,
}

impl Texts {
    /// None yet, of the project `file`.
    pub(super) fn new(file: &str) -> Self {
        Texts { file: file.to_owned(), parts: HashMap::new() }
    }

    /// Adds a part.
    pub(super) fn add(&mut self, part: &str, content: Vec<u8>) -> Result<(), Diagnostics> {
        let name = part.rsplit('/').next().unwrap_or(part).to_lowercase();
        match self.parts.insert(name, (part.to_owned(), content)) {
            None => Ok(()),
            Some((before, _)) => {
                let message = format!("two parts of the project have one name: `{}`", shortened(part));
                let fault = Diagnostic::error(message).at(Place::file(&*self.file));
                let fault = fault.note(format!("the other is `{}`", shortened(&before)));
                Err(fault.hint("export it again: paths name texts by their file alone").into())
            }
        }
    }

    /// The text of `element`: what it holds itself, or what its path names; none where it has neither.
    ///
    /// # Errors
    /// The path leads out of the archive or to nothing, or the text is not UTF-8.
    pub(super) fn of(&self, element: &Element, place: Place) -> Result<Option<String>, Diagnostics> {
        if let Some(content) = element.first("PlainTextContent") {
            return Ok(Some(content.text.clone()));
        }
        let Some(path) = element.attribute("plainTextPath") else { return Ok(None) };
        let Some(name) = path.strip_prefix("internal://") else {
            let fault = Diagnostic::error(format!("the text `{}` lies outside the project", shortened(path)));
            let hint = "export the project with its sources inside: nothing outside the file is opened";
            return Err(fault.at(place).hint(hint).into());
        };
        let wanted = name.rsplit('/').next().unwrap_or(name).to_lowercase();
        match self.parts.get(&wanted) {
            Some((part, content)) => super::text(&format!("{}!{part}", self.file), content.clone()).map(Some),
            None => {
                let fault =
                    Diagnostic::error(format!("the project does not hold the text `{}`", shortened(path)));
                Err(fault.at(place).hint("export it again, with its sources").into())
            }
        }
    }
}
