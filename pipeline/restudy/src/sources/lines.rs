//! Lines of delimited text, and where records and fields begin in them.

use ::csv::StringRecord;

use crate::diagnostic::Place;

/// The text of a table.
#[derive(Debug)]
pub(super) struct Lines {
    pub(super) text: String,
    starts: Vec<usize>,
    /// What stands between two cells: an ASCII character.
    pub(super) separator: u8,
    /// The byte at which each column's name begins.
    pub(super) name_starts: Vec<usize>,
}

impl Lines {
    pub(super) fn of(text: String, separator: u8) -> Lines {
        Lines { starts: line_starts(&text), text, separator, name_starts: Vec::new() }
    }

    /// The line and column of a byte.
    pub(super) fn place(&self, file: &str, byte: usize) -> Place {
        let line = self.line_of(byte);
        let line_start = self.starts[line - 1];
        let column = 1 + self.text.get(line_start..byte).map_or(0, |before| before.chars().count());
        Place::at(file, line, column)
    }

    /// The line of a byte, counted from 1.
    pub(super) fn line_of(&self, byte: usize) -> usize {
        self.starts.partition_point(|start| *start <= byte).max(1)
    }

    /// The byte at which a record begins. The reader notes where it stood before the record, which may be a line break
    /// that it had not taken yet.
    pub(super) fn start(&self, record: &StringRecord) -> usize {
        let noted = record.position().map_or(0, |p| usize::try_from(p.byte()).unwrap_or(usize::MAX));
        let rest = self.text.as_bytes().get(noted..).unwrap_or_default();
        noted + rest.iter().take_while(|b| matches!(b, b'\r' | b'\n')).count()
    }

    /// The bytes at which the fields of a record begin.
    pub(super) fn fields(&self, record: &StringRecord) -> impl Iterator<Item = usize> {
        let text = self.text.as_bytes();
        let next = |at: &usize| Some((Field::at(text, *at, self.separator).end + 1).min(text.len()));
        std::iter::successors(Some(self.start(record)), next)
    }

    /// The byte at which the cell in `column` of a record begins.
    pub(super) fn field(&self, record: &StringRecord, column: usize) -> Option<usize> {
        self.fields(record).nth(column)
    }
}

fn line_starts(text: &str) -> Vec<usize> {
    let bytes = text.as_bytes();
    let breaks = bytes.iter().enumerate().filter(|(i, b)| match b {
        b'\n' => true,
        b'\r' => bytes.get(i + 1) != Some(&b'\n'),
        _ => false,
    });
    std::iter::once(0).chain(breaks.map(|(i, _)| i + 1)).collect()
}

/// Whether the quotes of a field are sound.
pub(super) enum Quotes {
    Sound,
    Unclosed,
    TextBehind(usize),
}

/// A field as it stands in the text: up to `end`, where a separator, a line break or the end of the text stands.
pub(super) struct Field {
    pub(super) end: usize,
    pub(super) quotes: Quotes,
}

impl Field {
    pub(super) fn at(text: &[u8], start: usize, separator: u8) -> Field {
        let plain_end = |from: usize| {
            let rest = text.get(from..).unwrap_or_default();
            from + rest.iter().take_while(|b| **b != separator && !matches!(b, b'\r' | b'\n')).count()
        };
        if text.get(start) != Some(&b'"') {
            return Field { end: plain_end(start), quotes: Quotes::Sound };
        }
        let mut at = start + 1;
        loop {
            match text.get(at) {
                None => return Field { end: text.len(), quotes: Quotes::Unclosed },
                Some(b'"') if text.get(at + 1) == Some(&b'"') => at += 2,
                Some(b'"') => break,
                Some(_) => at += 1,
            }
        }
        let end = plain_end(at + 1);
        let quotes = if end == at + 1 { Quotes::Sound } else { Quotes::TextBehind(at + 1) };
        Field { end, quotes }
    }
}
