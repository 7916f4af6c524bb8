//! Documents: plain text in paragraphs that know their places.
//!
//! In: a text file. Out: a [`Text`] whose [`Paragraph`]s are numbered from 1 and know where they begin and end, in
//! characters, so that a coding can point at one. A paragraph ends at an empty line, or with its line where that is declared; its
//! own line breaks become spaces in `words`, while the offsets are those of the file.

use std::path::Path;

use serde::Deserialize;

use crate::diagnostic::{Diagnostic, Diagnostics, Place};

/// What parts the paragraphs of a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub enum Parting {
    /// Empty lines.
    #[default]
    #[serde(rename = "empty lines")]
    EmptyLines,
    /// Line ends: each line is a paragraph.
    #[serde(rename = "lines")]
    Lines,
}

/// A document's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// The file, relative to the study's folder.
    pub file: String,
    /// Its paragraphs, in order.
    pub paragraphs: Vec<Paragraph>,
}

/// A paragraph of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paragraph {
    /// Its number in the document, from 1.
    pub number: usize,
    /// First line, from 1.
    pub line: usize,
    /// Where it begins, in characters from the beginning of the text.
    pub start: usize,
    /// Where it ends, in characters from the beginning of the text; the character there is no longer part of it.
    pub end: usize,
    /// Its words, on one line, without control characters.
    pub words: String,
}

impl Text {
    /// Reads `file` in the study's folder `root`; warnings come along.
    ///
    /// # Errors
    /// The file is not there, is not UTF-8, or has no paragraph.
    pub fn read(root: &Path, file: &str) -> Result<(Text, Diagnostics), Diagnostics> {
        Text::parse(file, super::bytes(root, file)?)
    }

    /// Reads `bytes` as the text in `file`; warnings come along.
    ///
    /// # Errors
    /// The bytes are not UTF-8, or hold no paragraph.
    pub fn parse(file: &str, bytes: Vec<u8>) -> Result<(Text, Diagnostics), Diagnostics> {
        let text = super::encoding::utf8(file, bytes)?;
        Text::of(file, &text, Parting::EmptyLines)
    }

    /// The paragraphs of `text`, which is that of `file`; warnings come along.
    ///
    /// # Errors
    /// There is no paragraph.
    pub fn of(file: &str, text: &str, parting: Parting) -> Result<(Text, Diagnostics), Diagnostics> {
        let mut diagnostics = Diagnostics::new();
        let mut paragraphs: Vec<Paragraph> = Vec::new();
        let mut open: Option<Paragraph> = None;
        let mut offset = 0;
        for (index, raw) in parting.lines(text).enumerate() {
            let line = raw.trim();
            let start = offset + raw.chars().take_while(|c| c.is_whitespace()).count();
            offset += raw.chars().count();
            if line.is_empty() {
                paragraphs.extend(open.take());
                continue;
            }
            if let Some((column, control)) = raw.trim_end().chars().enumerate().find(|(_, c)| unwanted(*c)) {
                diagnostics.push(
                    Diagnostic::warning(format!(
                        "control character U+{:04X} is left out",
                        u32::from(control)
                    ))
                    .at(Place::at(file, index + 1, column + 1)),
                );
            }
            let kept = line.chars().filter(|c| !unwanted(*c));
            let words: String = kept.map(|c| if c == '\r' { ' ' } else { c }).collect();
            let end = start + line.chars().count();
            match &mut open {
                Some(paragraph) => {
                    paragraph.words.push(' ');
                    paragraph.words.push_str(&words);
                    paragraph.end = end;
                }
                None => {
                    let number = paragraphs.len() + 1;
                    open = Some(Paragraph { number, line: index + 1, start, end, words });
                }
            }
            if parting == Parting::Lines {
                paragraphs.extend(open.take());
            }
        }
        paragraphs.extend(open.take());
        if paragraphs.is_empty() {
            diagnostics.push(Diagnostic::error("the document is empty").at(Place::at(file, 1, 1)));
        }
        diagnostics.or(Text { file: file.to_owned(), paragraphs })
    }
}

impl Parting {
    /// The lines of `text`, each with its end. A carriage return ends one too, where no line feed follows it: old programs of the
    /// Mac write no other.
    pub(crate) fn lines(self, text: &str) -> impl Iterator<Item = &str> {
        let mut ends = Vec::new();
        let mut returns = 0;
        for (at, c) in text.char_indices() {
            if c == '\r' {
                returns += 1;
                continue;
            }
            if c != '\n' {
                ends.extend((0..returns).rev().map(|behind| at - behind));
            }
            returns = 0;
            if self.ends_line(c) {
                ends.push(at + c.len_utf8());
            }
        }
        ends.extend((0..returns).rev().map(|behind| text.len() - behind));
        ends.push(text.len());
        let mut from = 0;
        ends.into_iter().filter_map(move |end| {
            let line = text.get(std::mem::replace(&mut from, end)..end)?;
            (!line.is_empty()).then_some(line)
        })
    }

    /// Whether `c` ends a line. Programs for qualitative data also write the separators of Unicode.
    fn ends_line(self, c: char) -> bool {
        c == '\n' || self == Parting::Lines && matches!(c, '\u{2028}' | '\u{2029}')
    }
}

fn unwanted(c: char) -> bool {
    c.is_control() && !matches!(c, '\t' | '\r')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_cut_the_paragraph_out_of_the_text() {
        let text = "First, é.\r\nstill first\r\n\r\n  Second\n";
        let (read, _) = Text::parse("t.txt", text.as_bytes().to_vec()).unwrap();
        let cut = |p: &Paragraph| text.chars().skip(p.start).take(p.end - p.start).collect::<String>();
        assert_eq!(read.paragraphs.len(), 2);
        assert_eq!(cut(&read.paragraphs[0]), "First, é.\r\nstill first");
        assert_eq!(read.paragraphs[0].words, "First, é. still first");
        assert_eq!(cut(&read.paragraphs[1]), "Second");
        assert_eq!((read.paragraphs[1].number, read.paragraphs[1].line), (2, 4));
    }

    #[test]
    fn each_line_is_a_paragraph_where_that_is_said() {
        let text = "First.\u{2029}Second, é.\r\n\r\n Third";
        let (read, _) = Text::of("t.txt", text, Parting::Lines).unwrap();
        let found: Vec<(&str, usize)> = read.paragraphs.iter().map(|p| (p.words.as_str(), p.start)).collect();
        assert_eq!(found, [("First.", 0), ("Second, é.", 7), ("Third", 22)]);
        assert_eq!(Text::of("t.txt", text, Parting::EmptyLines).unwrap().0.paragraphs.len(), 2);
    }

    #[test]
    fn a_carriage_return_alone_ends_a_line() {
        let read = |text: &str, parting| {
            let (read, _) = Text::of("t.txt", text, parting).unwrap();
            let found = read.paragraphs.into_iter().map(|p| (p.words, p.start, p.line));
            found.collect::<Vec<_>>()
        };
        let of = |words: &str, start, line| (words.to_owned(), start, line);
        let text = "First.\rstill\r\rSecond.\r";
        assert_eq!(read(text, Parting::EmptyLines), [of("First. still", 0, 1), of("Second.", 14, 4)]);
        assert_eq!(read(text, Parting::Lines), [of("First.", 0, 1), of("still", 7, 2), of("Second.", 14, 4)]);
        // Text that was turned into line ends of Windows twice has no more lines for that.
        assert_eq!(read("a\r\r\nb\r\r\n", Parting::EmptyLines), [of("a b", 0, 1)]);
    }
}
