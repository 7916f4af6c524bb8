//! Which template line wrote which line of the generated document.
//!
//! Before a template is handed to the engine, a mark of private-use characters goes before the first thing that each
//! line prints, and never into a tag; it travels through blocks, calls and includes. Afterwards the marks are read and taken out.

use indexmap::IndexMap;

use super::scan::{Kind, pieces};

/// A mark is `OPEN`, the number of its line in hexadecimal with the sixteen characters from `DIGIT`, `CLOSE`.
const OPEN: char = '\u{F8E0}';
const CLOSE: char = '\u{F8E1}';
const DIGIT: u32 = 0xF8D0;

/// A line of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Name of the template.
    pub template: String,
    /// Line in it, counted from 1.
    pub line: usize,
}

/// Lines of templates by the numbers of their marks.
#[derive(Clone, Debug, Default)]
pub struct Marks(Vec<Origin>);

impl Marks {
    /// `source` with a mark at every line that prints something.
    pub fn add(&mut self, template: &str, source: &str) -> String {
        let mut out = String::with_capacity(source.len() * 5 / 4);
        let mut line = 1;
        let mut marked = 0;
        for piece in pieces(source) {
            let text = &source[piece.span];
            // A call that prints is marked too, before its tag; one that takes in the blanks before it is let be.
            if piece.kind == Kind::Expression && marked < line && !text.starts_with("{{-") {
                self.push(template, line, &mut out);
                marked = line;
            }
            for c in text.chars() {
                if piece.kind == Kind::Literal && !c.is_whitespace() && marked < line {
                    self.push(template, line, &mut out);
                    marked = line;
                }
                out.push(c);
                if c == '\n' {
                    line += 1;
                }
            }
        }
        out
    }

    fn push(&mut self, template: &str, line: usize, out: &mut String) {
        let number = self.0.len();
        self.0.push(Origin { template: template.to_owned(), line });
        out.push(OPEN);
        for digit in format!("{number:x}").chars().filter_map(|c| c.to_digit(16)) {
            out.extend(char::from_u32(DIGIT + digit));
        }
        out.push(CLOSE);
    }

    /// `marked` without its marks, and the map that they made.
    pub fn take_out(&self, marked: &str) -> (String, LineMap) {
        let mut text = String::with_capacity(marked.len());
        let mut lines = IndexMap::new();
        let mut line = 1;
        let mut number: Option<usize> = None;
        for c in marked.chars() {
            match (c, number) {
                (OPEN, _) => number = Some(0),
                (CLOSE, Some(n)) => {
                    if let Some(origin) = self.0.get(n) {
                        lines.entry(line).or_insert_with(|| origin.clone());
                    }
                    number = None;
                }
                (c, Some(n)) => {
                    let digit = (c as u32).wrapping_sub(DIGIT);
                    number = if digit < 16 { n.checked_mul(16).map(|n| n + digit as usize) } else { None };
                }
                (c, None) => {
                    text.push(c);
                    if c == '\n' {
                        line += 1;
                    }
                }
            }
        }
        (text, LineMap { lines, written: line })
    }
}

/// `text` without any marks.
pub fn plain(text: &str) -> String {
    Marks::default().take_out(text).0
}

/// Lines of the generated document and the template lines that wrote them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineMap {
    lines: IndexMap<usize, Origin>,
    /// Number of lines that templates wrote; what follows is not theirs.
    written: usize,
}

impl LineMap {
    /// The template line that wrote `line` of the document, or the nearest marked line above it; nothing for lines that
    /// no template wrote.
    pub fn origin(&self, line: usize) -> Option<&Origin> {
        if line > self.written {
            return None;
        }
        (1..=line).rev().find_map(|l| self.lines.get(&l))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_go_out_as_they_came_in() {
        let source = "= Title\n\n  {{ x }} and\n{% if y %}\ntext\n{% endif %}";
        let mut marks = Marks::default();
        let marked = marks.add("a.typ.jinja", source);
        let (text, map) = marks.take_out(&marked);
        assert_eq!(text, source);
        let line = |n| map.origin(n).map(|o| o.line);
        assert_eq!((line(1), line(3), line(5)), (Some(1), Some(3), Some(5)));
    }

    #[test]
    fn lines_without_a_mark_belong_to_the_one_above() {
        let mut marks = Marks::default();
        let marked = marks.add("a.typ.jinja", "one\n\n{{ many }}\n");
        let map = marks.take_out(&marked.replace("{{ many }}", "1\n2")).1;
        assert_eq!((map.origin(2).map(|o| o.line), map.origin(4).map(|o| o.line)), (Some(1), Some(3)));
        assert_eq!(LineMap::default().origin(3), None);
    }
}
