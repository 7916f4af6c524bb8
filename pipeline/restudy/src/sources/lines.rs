//! Lines of delimited text, and where records and fields begin in them.

use ::csv::StringRecord;

use crate::diagnostic::Place;

/// The text of a table, or of a chunk of it.
#[derive(Debug)]
pub(super) struct Lines {
    pub(super) text: String,
    starts: Vec<usize>,
    /// How many lines of the file stand before the text.
    before: usize,
    /// What stands between two cells: an ASCII character.
    pub(super) separator: u8,
}

impl Lines {
    pub(super) fn of(text: String, separator: u8, before: usize) -> Lines {
        Lines { starts: line_starts(&text), text, before, separator }
    }

    /// The line and column of a byte.
    pub(super) fn place(&self, file: &str, byte: usize) -> Place {
        let line = self.line_within(byte);
        let line_start = self.starts.get(line - 1).copied().unwrap_or_default();
        let column = 1 + self.text.get(line_start..byte).map_or(0, |before| before.chars().count());
        Place::at(file, self.before + line, column)
    }

    /// The line of a byte, counted from 1.
    pub(super) fn line_of(&self, byte: usize) -> usize {
        self.before + self.line_within(byte)
    }

    fn line_within(&self, byte: usize) -> usize {
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
        let next = |at: &usize| Some((field_end(text, *at, self.separator) + 1).min(text.len()));
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

/// Where the field that begins at `start` ends: where a separator, a line break or the end of the text stands.
fn field_end(text: &[u8], start: usize, separator: u8) -> usize {
    let plain_end = |from: usize| {
        let rest = text.get(from..).unwrap_or_default();
        from + rest.iter().take_while(|b| **b != separator && !matches!(b, b'\r' | b'\n')).count()
    };
    if text.get(start) != Some(&b'"') {
        return plain_end(start);
    }
    let mut at = start + 1;
    loop {
        match text.get(at) {
            None => return text.len(),
            Some(b'"') if text.get(at + 1) == Some(&b'"') => at += 2,
            Some(b'"') => return plain_end(at + 1),
            Some(_) => at += 1,
        }
    }
}
