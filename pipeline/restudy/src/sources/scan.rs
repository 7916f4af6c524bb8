//! One look at every byte of delimited text, before it is read: whether its quotes are sound, and where it can be cut.
//!
//! In: the bytes, in pieces of any size. Out: the faults of quotes, with their places; and the [`Cut`]s, each at the beginning of
//! a record, by which the text falls into chunks of the size that is asked for, with the checksum of each.
//!
//! A quote that is never closed would swallow the rest of the file; one that is closed too early, or opened in a cell that has
//! lost its closing quote, shows as text behind a closing quote.

use crc32fast::Hasher;

use crate::diagnostic::{Diagnostic, Diagnostics, Folded, Place};

/// The beginning of a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cut {
    /// Bytes of text before it.
    pub(super) byte: u64,
    /// Lines before it.
    pub(super) lines: usize,
    /// The checksum of the chunk (CRC-32), by which it is known again.
    pub(super) sum: u32,
}

/// How far the look has come.
#[derive(Debug)]
pub(super) struct Scan<'a> {
    file: &'a str,
    separator: u8,
    /// A chunk is cut behind the record in which it reaches so many bytes,
    size: u64,
    /// and the first one behind the header: so many records.
    header: usize,
    state: State,
    byte: u64,
    line: usize,
    /// Characters of the line.
    characters: usize,
    /// Whether the last byte was a carriage return, and whether it ended a record.
    returned: Option<bool>,
    /// Where the last quoted cell was opened.
    opened: (usize, usize),
    records: usize,
    /// Whether the record has nothing in it so far.
    is_blank: bool,
    cuts: Vec<Cut>,
    /// The checksum of the last chunk, as far as it has been looked at.
    sum: Hasher,
    faults: Folded,
}

/// What the next byte belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// It begins a cell.
    Start,
    /// A cell without quotes, or what stands behind a closing quote.
    Plain,
    /// A quoted cell.
    Quoted,
    /// It stands behind a quote within a quoted cell, which closes it or is the first of two.
    Closing,
}

impl<'a> Scan<'a> {
    pub(super) fn new(file: &'a str, separator: u8, size: u64, header: usize) -> Self {
        Scan {
            file,
            separator,
            size,
            header,
            state: State::Start,
            byte: 0,
            line: 1,
            characters: 0,
            returned: None,
            opened: (1, 1),
            records: 0,
            is_blank: true,
            cuts: vec![Cut { byte: 0, lines: 0, sum: 0 }],
            sum: Hasher::new(),
            faults: Folded::new("line"),
        }
    }

    /// Looks at the next piece.
    pub(super) fn feed(&mut self, piece: &[u8]) {
        let (start, known) = (self.byte, self.cuts.len());
        for byte in piece {
            self.next(*byte);
        }
        let mut rest = piece;
        let mut from = start;
        for cut in known..self.cuts.len() {
            let end = self.cuts[cut].byte;
            let (chunk, behind) = rest.split_at(usize::try_from(end - from).unwrap_or(rest.len()));
            self.sum.update(chunk);
            self.cuts[cut - 1].sum = std::mem::take(&mut self.sum).finalize();
            (rest, from) = (behind, end);
        }
        self.sum.update(rest);
    }

    fn next(&mut self, byte: u8) {
        if let Some(ended) = self.returned.take_if(|_| byte != b'\n') {
            self.new_line(ended);
        }
        if byte & 0xc0 != 0x80 {
            self.characters += 1;
        }
        let ends = byte == self.separator || matches!(byte, b'\r' | b'\n');
        let before = self.state;
        self.state = match before {
            State::Quoted if byte == b'"' => State::Closing,
            State::Quoted => State::Quoted,
            State::Closing if byte == b'"' => State::Quoted,
            _ if ends => State::Start,
            State::Start if byte == b'"' => {
                self.opened = (self.line, self.characters);
                State::Quoted
            }
            State::Start | State::Plain => State::Plain,
            State::Closing => {
                self.text_behind();
                State::Plain
            }
        };
        self.byte += 1;
        self.is_blank &= byte == self.separator || byte == b'"' || byte.is_ascii_whitespace();
        match byte {
            b'\n' => {
                let ended = self.returned.take().unwrap_or(self.state == State::Start);
                self.new_line(ended);
            }
            b'\r' => self.returned = Some(self.state == State::Start),
            _ => {}
        }
    }

    /// A line ends before the byte that is looked at next, and a record with it if that is `ended`.
    fn new_line(&mut self, ended: bool) {
        self.line += 1;
        self.characters = 0;
        if !ended {
            return;
        }
        // A line of blank cells is no record.
        self.records += usize::from(!self.is_blank);
        self.is_blank = true;
        let last = self.cuts.last().map_or(0, |cut| cut.byte);
        if self.records >= self.header && self.byte - last >= self.size {
            self.cuts.push(Cut { byte: self.byte, lines: self.line - 1, sum: 0 });
        }
    }

    fn text_behind(&mut self) {
        let opened = self.opened.0;
        self.tell((self.line, self.characters), "text stands behind a closing quote", |f| {
            f.note(format!("the quote was opened on line {opened}"))
                .hint("a quote within a quoted cell is written twice; look also for a quote never closed")
        });
    }

    /// Tells what is wrong with the quotes at this line and character.
    fn tell(
        &mut self,
        (line, column): (usize, usize),
        what: &str,
        more: impl FnOnce(Diagnostic) -> Diagnostic,
    ) {
        let place = || Place::at(self.file, line, column);
        self.faults.add(None, line, Diagnostic::error(what), place, more);
    }

    /// The chunks that the text falls into.
    ///
    /// # Errors
    /// Quotes that are not sound.
    pub(super) fn finish(mut self) -> Result<Vec<Cut>, Diagnostics> {
        if self.state == State::Quoted {
            self.tell(self.opened, "a quote is opened here and never closed", |f| {
                f.hint(
                    "close the quote at the end of the cell; a quote within a quoted cell is written twice",
                )
            });
        }
        if self.cuts.len() > 1 && self.cuts.last().is_some_and(|cut| cut.byte == self.byte) {
            self.cuts.pop();
        } else if let Some(last) = self.cuts.last_mut() {
            last.sum = self.sum.finalize();
        }
        let cuts = self.cuts;
        self.faults.finish().or(cuts).map(|(cuts, _)| cuts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(text: &str, size: u64, header: usize) -> Vec<&str> {
        let mut scan = Scan::new("t.csv", b',', size, header);
        scan.feed(text.as_bytes());
        let cuts = scan.finish().unwrap();
        let line_breaks = |text: &str| text.matches('\n').count();
        let ends = cuts.iter().skip(1).map(|cut| cut.byte as usize).chain([text.len()]);
        let found = cuts.iter().zip(ends).map(|(cut, end)| {
            let start = cut.byte as usize;
            assert_eq!(cut.lines, line_breaks(&text[..start]));
            assert_eq!(cut.sum, crc32fast::hash(&text.as_bytes()[start..end]));
            &text[start..end]
        });
        found.collect()
    }

    #[test]
    fn chunks_begin_where_records_do() {
        assert_eq!(pieces("a,b\n1,2\n3,4\n", 1, 1), ["a,b\n", "1,2\n", "3,4\n"]);
        assert_eq!(pieces("a,b\r\n1,2\r\n3,4", 1, 2), ["a,b\r\n1,2\r\n", "3,4"]);
        assert_eq!(pieces("a\n\n1,\"x\n,y\"\n2\n", 1, 1), ["a\n", "\n", "1,\"x\n,y\"\n", "2\n"]);
        assert_eq!(pieces("\n\r\na\n1\n2\n", 1, 1), ["\n\r\na\n", "1\n", "2\n"]);
        assert_eq!(pieces("a\n12\n34\n5\n", 5, 1), ["a\n12\n", "34\n5\n"]);
        assert_eq!(pieces("", 1, 1), [""]);
        assert_eq!(pieces(" ,\n\"\",\na,b\n1,2\n", 1, 1), [" ,\n\"\",\na,b\n", "1,2\n"]);
    }

    #[test]
    fn checksums_do_not_depend_on_pieces() {
        let text = "a,b\r1,2\r\n3,\"4\n\"\n5,6";
        let cuts = |length: usize| {
            let mut scan = Scan::new("t.csv", b',', 1, 1);
            text.as_bytes().chunks(length).for_each(|piece| scan.feed(piece));
            scan.finish().unwrap()
        };
        for length in 1..text.len() {
            assert_eq!(cuts(length), cuts(text.len()));
        }
        assert_eq!(cuts(3).last().unwrap().sum, crc32fast::hash(b"5,6"));
    }

    #[test]
    fn single_returns_end_lines_too() {
        let mut scan = Scan::new("t.csv", b',', 1, 1);
        scan.feed(b"a,b\r1,\"\r\"\r");
        let cuts = scan.finish().unwrap();
        assert_eq!(cuts.iter().map(|cut| (cut.byte, cut.lines)).collect::<Vec<_>>(), [(0, 0), (4, 1)]);
    }

    #[test]
    fn quotes_that_are_not_sound_are_told_wherever_the_pieces_end() {
        let text = "a,é\n\"x\"\"\",\"é\n\" z,1\n3,\"4\n";
        for length in 1..text.len() {
            let mut scan = Scan::new("t.csv", b',', 1, 1);
            text.as_bytes().chunks(length).for_each(|piece| scan.feed(piece));
            let told = scan.finish().unwrap_err().to_string();
            assert!(
                told.contains("text stands behind a closing quote") && told.contains("t.csv:3:2"),
                "{told}"
            );
            assert!(told.contains("opened on line 2"), "{told}");
            assert!(told.contains("never closed") && told.contains("t.csv:4:3"), "{told}");
        }
    }
}
