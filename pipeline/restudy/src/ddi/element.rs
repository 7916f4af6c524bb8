//! An element of XML, built from the inside and written in one piece.

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use crate::diagnostic::{Diagnostic, Diagnostics};

/// An element: its name, its attributes, and either text or other elements.
#[derive(Clone, Debug)]
pub(super) struct Element {
    name: &'static str,
    attributes: Vec<(&'static str, String)>,
    text: Option<String>,
    children: Vec<Element>,
}

impl Element {
    /// An empty element.
    pub(super) fn new(name: &'static str) -> Element {
        Element { name, attributes: Vec::new(), text: None, children: Vec::new() }
    }

    /// An element that holds text.
    pub(super) fn text(name: &'static str, text: &str) -> Element {
        Element { text: Some(fit(text)), ..Element::new(name) }
    }

    /// The same, with an attribute.
    #[must_use]
    pub(super) fn with(mut self, attribute: &'static str, value: &str) -> Element {
        self.attributes.push((attribute, fit(value)));
        self
    }

    /// The same, with one more element at the end.
    #[must_use]
    pub(super) fn child(mut self, child: Element) -> Element {
        self.children.push(child);
        self
    }

    /// The same, with more elements at the end.
    #[must_use]
    pub(super) fn children(mut self, children: impl IntoIterator<Item = Element>) -> Element {
        self.children.extend(children);
        self
    }

    /// The document whose root this is.
    ///
    /// # Errors
    /// Never in practice: memory can be written to, and what is written is text.
    pub(super) fn written(&self) -> Result<String, Diagnostics> {
        let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
        writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        self.write(&mut writer)?;
        let mut bytes = writer.into_inner();
        bytes.push(b'\n');
        String::from_utf8(bytes).map_err(|e| Diagnostic::error(e.to_string()).into())
    }

    fn write(&self, writer: &mut Writer<Vec<u8>>) -> std::io::Result<()> {
        let attributes = self.attributes.iter().map(|(name, value)| (*name, value.as_str()));
        let element = writer.create_element(self.name).with_attributes(attributes);
        match &self.text {
            Some(text) => element.write_text_content(BytesText::new(text))?,
            None if self.children.is_empty() => element.write_empty()?,
            None => element.write_inner_content(|writer| {
                self.children.iter().try_for_each(|child| child.write(writer))
            })?,
        };
        Ok(())
    }
}

/// `text` without the characters that XML 1.0 cannot hold, not even escaped; U+FFFD stands in their place.
fn fit(text: &str) -> String {
    let holds = |c: char| match c {
        '\t' | '\n' | '\r' => true,
        '\u{FFFE}' | '\u{FFFF}' => false,
        c => c >= ' ',
    };
    text.chars().map(|c| if holds(c) { c } else { '\u{FFFD}' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_text_whatever_is_in_it() {
        let root =
            Element::new("a").with("b", "\"<&>'\n\u{1}").child(Element::text("c", "]]> <d>&amp;\u{0}é"));
        let text = root.written().unwrap();
        assert_eq!(
            text,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<a b=\"&quot;&lt;&amp;&gt;&apos;&#10;\u{FFFD}\">\n  \
             <c>]]&gt; &lt;d&gt;&amp;amp;\u{FFFD}é</c>\n</a>\n"
        );
    }
}
