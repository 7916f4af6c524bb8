//! Where the report uses each number: in a sentence, in a condition, in a figure or table.
//!
//! In: the document with its line map, and what the recorder noted of calls. Out: [`Use`]s, in the order of the document for
//! sentences, then in the order of the calls. It changes nothing of what is printed.

use serde::Serialize;

use super::functions::readable;
use super::line_map::LineMap;
use super::templates::source_path;

/// How a number is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum How {
    /// Printed in a sentence.
    Text,
    /// Read by the condition that a passage stands on.
    Guard,
    /// Read by the condition that chooses between two wordings.
    Choice,
    /// Drawn in a figure.
    Figure,
    /// Printed in a table.
    Table,
}

impl How {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            How::Text => "text",
            How::Guard => "guard",
            How::Choice => "choice",
            How::Figure => "figure",
            How::Table => "table",
        }
    }
}

/// One use of a number, or of all numbers of a query.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Use {
    /// How it is used.
    pub how: How,
    /// The query that gave it.
    pub query: String,
    /// The number; none where a figure or table shows all of the query.
    pub statistic: Option<String>,
    /// The template, relative to the study's folder.
    pub file: String,
    /// The line in it, counted from 1, where that is known.
    pub line: Option<usize>,
    /// As it is printed in a sentence; the condition that reads it.
    pub printed: String,
    /// The sentence, the passage, or the caption, as a reader sees it.
    pub words: String,
}

/// The numbers that the sentences of `document` print.
pub(super) fn in_text(document: &str, lines: &LineMap) -> Vec<Use> {
    let mut uses = Vec::new();
    for call in ["#num-first(", "#num("] {
        for (at, _) in document.match_indices(call) {
            let rest = &document[at + call.len()..];
            // Text of the data is a string of Typst: a quote in it is written with a backslash, and none opens here.
            let Some((id, rest)) = string(rest) else { continue };
            let Some((printed, _)) = rest.strip_prefix(", ").and_then(string) else { continue };
            let line = document[..at].matches('\n').count() + 1;
            let origin = lines.origin(line);
            let told = Use {
                how: How::Text,
                query: id.split('/').next().unwrap_or_default().to_owned(),
                statistic: Some(id),
                file: origin.map_or(String::new(), |origin| source_path(&origin.template)),
                line: origin.map(|origin| origin.line),
                printed,
                words: as_read(sentence(document, at)),
            };
            uses.push((at, told));
        }
    }
    uses.sort_by_key(|(at, _)| *at);
    uses.into_iter().map(|(_, told)| told).collect()
}

/// A passage as a reader sees it, without the marks that make it a heading or an item of a list.
pub(super) fn as_read(passage: &str) -> String {
    readable(passage).trim_start_matches(['=', '-', '+', ' ']).to_owned()
}

/// The string literal of Typst at the beginning of `text`, and what follows it.
fn string(text: &str) -> Option<(String, &str)> {
    let inner = text.strip_prefix('"')?;
    let mut out = String::new();
    let mut escaped = false;
    for (at, c) in inner.char_indices() {
        match c {
            '\\' if !escaped => escaped = true,
            '"' if !escaped => return Some((out, &inner[at + 1..])),
            c => {
                out.push(c);
                escaped = false;
            }
        }
    }
    None
}

/// The sentence around a place of the document: from the end of the one before it to its own, within a paragraph.
fn sentence(document: &str, at: usize) -> &str {
    let from = document[..at].rfind("\n\n").map_or(0, |end| end + 2);
    let to = document[at..].find("\n\n").map_or(document.len(), |end| at + end);
    let begins = ends_of_sentences(&document[from..at]).last().map_or(from, |end| from + end);
    let ends = ends_of_sentences(&document[at..to]).next().map_or(to, |end| at + end);
    document[begins..ends].trim()
}

/// Where sentences of a paragraph end: after a full stop, or the like, that a blank follows.
fn ends_of_sentences(text: &str) -> impl Iterator<Item = usize> {
    text.match_indices(['.', '!', '?'])
        .map(|(at, mark)| at + mark.len())
        .filter(|end| text[*end..].starts_with(char::is_whitespace) || text[*end..].starts_with("]("))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::line_map::Marks;

    #[test]
    fn numbers_are_found_in_their_sentences() {
        let source = "= Head\n\nOne is 1.5. Here is #num-first(\"a/b/c\", \"71%\"); of\nthem! And #num(\"a/d\", \"two\"); too.\n\n\
                      #\"#num(\\\"x\\\", \\\"y\\\");\"; is data.";
        let mut marks = Marks::default();
        let marked = marks.add("x.typ.jinja", source);
        let (text, lines) = marks.take_out(&marked);
        let uses = in_text(&text, &lines);
        assert_eq!(uses.iter().map(|u| u.line).collect::<Vec<_>>(), [Some(3), Some(4)]);
        let told: Vec<(&str, &str, &str)> = uses
            .iter()
            .map(|u| (u.statistic.as_deref().unwrap(), u.printed.as_str(), u.words.as_str()))
            .collect();
        assert_eq!(told, [("a/b/c", "71%", "Here is 71% of them!"), ("a/d", "two", "And two too.")]);
    }
}
