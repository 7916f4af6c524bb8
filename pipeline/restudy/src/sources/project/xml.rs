//! XML as a tree of elements that know where they stand.
//!
//! In: the text of a file. Out: its root [`Element`], or what is wrong with it, with line and column. Declared entities,
//! elements in elements without end, and more elements than a project has are refused: the tree is never larger than a few
//! times the text.

use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};

use crate::diagnostic::{Diagnostic, Diagnostics, Place};

/// How deep elements may stand in each other, and how many there may be.
const DEEPEST: usize = 200;
const MOST: usize = 1 << 22;

/// An element.
#[derive(Clone, Debug, Default)]
pub(super) struct Element {
    /// Its name, without a prefix.
    pub(super) name: String,
    prefix: Option<String>,
    /// Its attributes by name, in the order of the file.
    attributes: Vec<(String, String)>,
    /// The elements in it.
    pub(super) children: Vec<Element>,
    /// The text in it, without that of the elements in it.
    pub(super) text: String,
    /// Line and column, from 1.
    at: (usize, usize),
}

impl Element {
    /// The attribute `name`; none where it is blank.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    }

    /// The namespace that it declares for its own name.
    pub(super) fn namespace(&self) -> Option<&str> {
        let declared = match &self.prefix {
            Some(prefix) => format!("xmlns:{prefix}"),
            None => "xmlns".to_owned(),
        };
        self.attribute(&declared)
    }

    /// The elements in it that are called `name`.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The first element in it that is called `name`.
    pub(super) fn first(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    /// Elements called `name` in it, at any depth.
    pub(super) fn count(&self, name: &str) -> usize {
        self.children.iter().map(|child| usize::from(child.name == name) + child.count(name)).sum()
    }

    /// Where it stands in `file`.
    pub(super) fn place(&self, file: &str) -> Place {
        Place::at(file, self.at.0, self.at.1)
    }
}

/// Counts lines and columns, from one byte of a text to a later one.
struct Lines<'a> {
    text: &'a str,
    offset: usize,
    line: usize,
    column: usize,
}

impl Lines<'_> {
    fn at(&mut self, offset: u64) -> (usize, usize) {
        let offset = usize::try_from(offset).unwrap_or(usize::MAX).min(self.text.len());
        for c in self.text.get(self.offset..offset).unwrap_or_default().chars() {
            (self.line, self.column) =
                if c == '\n' { (self.line + 1, 1) } else { (self.line, self.column + 1) };
        }
        self.offset = self.offset.max(offset);
        (self.line, self.column)
    }
}

/// The root of the XML in `text`, which is that of `file`.
pub(super) fn read(file: &str, text: &str) -> Result<Element, Diagnostics> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    let mut lines = Lines { text, offset: 0, line: 1, column: 1 };
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    let mut met = 0;
    loop {
        let at = lines.at(reader.buffer_position());
        let refused = |message: &str, hint: &str| -> Diagnostics {
            Diagnostic::error(message).at(Place::at(file, at.0, at.1)).hint(hint).into()
        };
        let broken = |reason: String| -> Diagnostics {
            let fault = Diagnostic::error("the file is no XML that can be read");
            fault.at(Place::at(file, at.0, at.1)).note(reason).hint("export it again").into()
        };
        match reader.read_event().map_err(|reason| broken(reason.to_string()))? {
            Event::Start(start) => {
                met += 1;
                if open.len() >= DEEPEST || met > MOST {
                    let hint = "no program for qualitative data writes this: do not trust the file";
                    return Err(refused("the file has too many elements, or they are too deep", hint));
                }
                open.push(element(&start, at).map_err(broken)?);
            }
            Event::End(_) => {
                let Some(done) = open.pop() else { continue };
                match open.last_mut() {
                    Some(parent) => parent.children.push(done),
                    None if root.is_none() => root = Some(done),
                    None => return Err(broken("it has two roots".to_owned())),
                }
            }
            Event::Text(words) => add(&mut open, &words.xml10_content()),
            Event::CData(words) => add(&mut open, &words.xml10_content()),
            Event::GeneralRef(reference) => {
                let name = reference.xml10_content().into_owned();
                match reference.resolve_char_ref().map_err(|reason| broken(reason.to_string()))? {
                    Some(c) => add(&mut open, c.encode_utf8(&mut [0; 4])),
                    None => match resolve_predefined_entity(&name) {
                        Some(text) => add(&mut open, text),
                        None => return Err(broken(format!("it uses the entity `{name}`"))),
                    },
                }
            }
            Event::DocType(_) => {
                let hint = "no program for qualitative data writes this: do not trust the file";
                return Err(refused("the file declares entities", hint));
            }
            Event::Eof => break,
            _ => {}
        }
    }
    let (line, column) = lines.at(u64::MAX);
    let cut = |reason: String| {
        let fault =
            Diagnostic::error("the file is no XML that can be read").at(Place::at(file, line, column));
        Diagnostics::from(fault.note(reason).hint("export it again"))
    };
    match (open.last(), root) {
        (Some(open), _) => Err(cut(format!("it ends within `{}`", crate::sources::shortened(&open.name)))),
        (None, Some(root)) => Ok(root),
        (None, None) => Err(cut("it has no element".to_owned())),
    }
}

fn add(open: &mut [Element], text: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
    }
}

fn element(start: &BytesStart<'_>, at: (usize, usize)) -> Result<Element, String> {
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|reason| reason.to_string())?;
        let value =
            attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|reason| reason.to_string())?;
        attributes.push((attribute.key.as_ref().to_owned(), value.into_owned()));
    }
    let name = start.local_name().as_ref().to_owned();
    let prefix = start.name().prefix().map(|prefix| prefix.as_ref().to_owned());
    Ok(Element { name, prefix, attributes, at, ..Element::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_know_where_they_stand() {
        let text =
            "<?xml version=\"1.0\"?>\n<q:A xmlns:q=\"u\" n=\" 1 &amp; 2 \">\r\n é <B/>x&#233;&lt;</q:A>";
        let root = read("f", text).unwrap();
        assert_eq!(
            (root.name.as_str(), root.attribute("n"), root.attribute("m")),
            ("A", Some("1 & 2"), None)
        );
        assert_eq!(root.text, "\n é xé<");
        let place = root.children[0].place("f");
        assert_eq!((place.line, place.column), (Some(3), Some(4)));
    }

    #[test]
    fn what_is_no_xml_is_told_with_its_place() {
        let deep = format!("{}{}", "<a>".repeat(300), "</a>".repeat(300));
        for (text, told, at) in [
            ("<a>\n <b></c></a>", "no XML that can be read", "f:2:"),
            ("<a>\n <b>", "it ends within `b`", "f:2:5"),
            ("", "it has no element", "f:1:1"),
            ("<a/><b/>", "it has two roots", "f:1:"),
            ("<!DOCTYPE a [<!ENTITY x \"y\">]>\n<a>&x;</a>", "declares entities", "f:1:1"),
            ("<a>&x;</a>", "it uses the entity `x`", "f:1:4"),
            (&deep, "too deep", "f:1:601"),
        ] {
            let said = read("f", text).unwrap_err().to_string();
            assert!(said.contains(told) && said.contains(at), "{said}");
        }
    }
}
