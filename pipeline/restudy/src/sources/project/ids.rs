//! Names and ids of the elements of a project: each has its own, none is longer than a program writes, and what is referred to is there.
//!
//! In: elements. Out: their ids, and the numbers of the things that ids name; what is missing or too long is a fault.

use std::collections::HashMap;

use super::read::Reading;
use super::xml::Element;
use crate::sources::{on_one_line, shortened};

/// Characters of the longest name, and of the longest id. They are kept with each thing that they are of: longer ones would make
/// much of a small file.
pub(super) const LONGEST_NAME: usize = 1_000;
const LONGEST_ID: usize = 100;

/// Numbers by id: that of an element, in lower case and without braces.
#[derive(Debug, Default)]
pub(super) struct Ids(pub(super) HashMap<String, usize>);

impl Reading<'_> {
    /// The name of `element`, which it must have.
    pub(super) fn name(&mut self, element: &Element) -> String {
        let name = on_one_line(element.attribute("name").unwrap_or_default());
        if name.is_empty() {
            let message = format!("a `{}` has no name", element.name);
            self.fault(element, message, "name it in its program, and export the project again");
        }
        self.of_length(element, "a name", name, LONGEST_NAME)
    }

    /// `text` if it is not longer than `most`, else nothing of it.
    pub(super) fn of_length(&mut self, element: &Element, what: &str, text: String, most: usize) -> String {
        let length = text.chars().count();
        if length <= most {
            return text;
        }
        let message = format!("{what} of {length} characters");
        let hint = format!("write {most} at most: no program for qualitative data writes so many");
        self.fault(element, message, &hint);
        String::new()
    }

    /// The id of `element`; empty where it has none.
    pub(super) fn id(&mut self, element: &Element) -> String {
        let id = plain(element.attribute("guid").unwrap_or_default());
        self.of_length(element, "an id", id, LONGEST_ID)
    }

    /// Notes that `element` is the thing `number` of its kind; its id.
    pub(super) fn known(
        &mut self,
        of: fn(&mut Self) -> &mut Ids,
        element: &Element,
        number: usize,
    ) -> String {
        if element.attribute("guid").is_none() {
            let message = format!("a `{}` has no `guid`", element.name);
            self.fault(element, message, "export the project again: everything in it has an id");
            return String::new();
        }
        let id = self.id(element);
        if of(self).0.insert(id.clone(), number).is_some() {
            let message = format!("two `{}` have the id `{}`", element.name, shortened(&id));
            self.fault(element, message, "export the project again: ids are used once");
        }
        id
    }

    /// The number of the thing that `reference` names.
    pub(super) fn referred(
        &mut self,
        of: fn(&mut Self) -> &mut Ids,
        reference: &Element,
        what: &str,
    ) -> Option<usize> {
        let Some(id) = reference.attribute("targetGUID").map(plain) else {
            let message = format!("a `{}` names nothing", reference.name);
            self.fault(reference, message, "export the project again");
            return None;
        };
        let found = of(self).0.get(&id).copied();
        if found.is_none() {
            let message = format!("there is no {what} with the id `{}`", shortened(&id));
            self.fault(reference, message, "export the project again: was it changed by hand?");
        }
        found
    }

    /// The code that `reference` names.
    pub(super) fn code(&mut self, reference: &Element) -> Option<usize> {
        self.referred(|r| &mut r.codes, reference, "code")
    }

    /// The document that `reference` names.
    pub(super) fn document(&mut self, reference: &Element) -> Option<usize> {
        self.referred(|r| &mut r.documents, reference, "source")
    }

    /// The note that `reference` names.
    pub(super) fn note(&mut self, reference: &Element) -> Option<usize> {
        self.referred(|r| &mut r.notes, reference, "note")
    }

    /// The document whose element this is.
    pub(super) fn document_at(&self, element: &Element) -> Option<usize> {
        self.documents.0.get(&plain(element.attribute("guid")?)).copied()
    }

    /// The number of the code whose element this is.
    pub(super) fn code_at(&self, element: &Element) -> Option<usize> {
        self.codes.0.get(&plain(element.attribute("guid")?)).copied()
    }

    /// The number of the case whose element this is.
    pub(super) fn case_at(&self, element: &Element) -> Option<usize> {
        self.cases.0.get(&plain(element.attribute("guid")?)).copied()
    }

    /// The user whom the attribute of `element` names; an id of nobody is a fault.
    pub(super) fn user(&mut self, element: &Element) -> Option<usize> {
        let id = plain(element.attribute("creatingUser")?);
        let found = self.users.0.get(&id).copied();
        if found.is_none() {
            let message = format!("there is no user with the id `{}`", shortened(&id));
            self.fault(element, message, "export the project again, with its users");
        }
        found
    }
}

/// An id as it is compared.
pub fn plain(id: &str) -> String {
    id.trim_matches(['{', '}']).to_ascii_lowercase()
}
