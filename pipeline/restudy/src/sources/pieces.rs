//! Delimited text that is too large to be held: looked at once from its beginning to its end, then read chunk by chunk.
//!
//! In: a file, and what is declared of it. Out: [`Pieces`], of which each can be read at any time, and read again.
//!
//! The first look settles what must be known of the whole: its encoding, its separator, its header, whether its quotes are
//! sound, and where it can be cut. Text that is not UTF-8 is decoded into a temporary file on the way, so that places in it can
//! be found again.

use std::io::{BufReader, Read as _, Seek as _, SeekFrom, Write as _};

use encoding_rs::UTF_8;
use fs_err::File;

use super::delimited::Form;
use super::encoding::{self, Chosen};
use super::scan::{Cut, Scan};
use super::{Met, Progress, RawTable, SoFar};
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::study::Source;

/// How much of the beginning is looked at to find what is not declared, if that has enough rows,
const HEAD: usize = 1 << 20;
/// and how much at most.
const LONGEST_HEAD: usize = 1 << 26;

/// A text in chunks.
#[derive(Debug)]
pub(super) struct Pieces {
    source: Source,
    form: Form,
    /// UTF-8.
    text: File,
    /// Where the text begins in the file, behind a byte order mark.
    start: u64,
    cuts: Vec<Cut>,
    /// Bytes of text.
    length: u64,
}

impl Pieces {
    /// Looks at `file`, to read it later in chunks of about `size` bytes. Warnings come along, and what is wrong with the header.
    /// None if its beginning holds nothing.
    ///
    /// # Errors
    /// It is not the text that it is said to be, or its quotes are not sound.
    pub(super) fn of(
        source: &Source,
        mut file: File,
        size: u64,
        progress: &dyn Progress,
    ) -> Result<Option<(Pieces, Diagnostics)>, Diagnostics> {
        let mut head = beginning(&mut file, HEAD)?;
        super::kind::agrees(source, &head)?;
        let chosen = encoding::chosen(source, &head)?;
        let found = chosen.is_found.then_some(chosen.encoding);
        let mark = u64::try_from(chosen.mark).unwrap_or_default();
        let (mut text, start) = match chosen.encoding == UTF_8 {
            true => (file, mark),
            false => (decoded(source, chosen, file)?, 0),
        };
        let mut longest = HEAD;
        let (form, told) = loop {
            text.seek(SeekFrom::Start(start))?;
            head = beginning(&mut text, longest)?;
            let is_whole = head.len() < longest;
            let words = words(&head);
            if words.trim().is_empty() {
                return Ok(None);
            }
            if is_whole || longest >= LONGEST_HEAD || super::delimited::has_rows_enough(words) {
                break Form::of(source, words, is_whole, found)?;
            }
            longest *= 2;
        };
        let of = text.metadata()?.len().saturating_sub(start);
        text.seek(SeekFrom::Start(start))?;
        let mut scan = Scan::new(&source.file, form.separator, size.max(1), form.height);
        let mut length = 0;
        let is_utf8 = encoding::is_utf8(&mut text, |piece| {
            length += u64::try_from(piece.len()).unwrap_or_default();
            scan.feed(piece);
            let file = &source.file;
            progress.come(SoFar { doing: "looking through", file, bytes: length, of, rows: None });
        })?;
        if !is_utf8 {
            return Err(not_utf8(source, chosen, text)?);
        }
        let cuts = scan.finish()?;
        Ok(Some((Pieces { source: source.clone(), form, text, start, cuts, length }, told)))
    }

    /// Number of chunks.
    pub(super) fn len(&self) -> usize {
        self.cuts.len()
    }

    /// Bytes of text up to the end of chunk `number`, and of all chunks.
    pub(super) fn until(&self, number: usize) -> (u64, u64) {
        (self.cuts.get(number + 1).map_or(self.length, |cut| cut.byte), self.length)
    }

    /// Chunk `number`; what is wrong with its rows is put to what was `met` in those before.
    ///
    /// # Errors
    /// The file cannot be read any more, or is not what it was.
    pub(super) fn read(&self, number: usize, met: &mut Met) -> Result<RawTable, Diagnostics> {
        let cut = self.cuts.get(number).copied().unwrap_or(Cut { byte: self.length, lines: 0, sum: 0 });
        let (end, _) = self.until(number);
        let mut bytes = vec![0; usize::try_from(end - cut.byte).unwrap_or_default()];
        let mut file = &self.text;
        file.seek(SeekFrom::Start(self.start + cut.byte))?;
        file.read_exact(&mut bytes).map_err(|_| self.changed())?;
        if crc32fast::hash(&bytes) != cut.sum {
            return Err(self.changed());
        }
        let text = String::from_utf8(bytes).map_err(|_| self.changed())?;
        let mut table = self.form.table(&self.source, text, cut.lines)?;
        table.check(met);
        Ok(table)
    }

    fn changed(&self) -> Diagnostics {
        let fault = Diagnostic::error("the file has changed while it was read");
        fault.at(Place::file(&*self.source.file)).hint("try again when it is no longer written to").into()
    }
}

/// The first bytes of a file, so many if it has them.
fn beginning(file: &mut File, length: usize) -> Result<Vec<u8>, Diagnostics> {
    let mut bytes = Vec::new();
    file.take(u64::try_from(length).unwrap_or(u64::MAX)).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Bytes as text up to where they are no UTF-8: a character may be cut.
fn words(bytes: &[u8]) -> &str {
    match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(fault) => bytes
            .get(..fault.valid_up_to())
            .and_then(|valid| std::str::from_utf8(valid).ok())
            .unwrap_or_default(),
    }
}

/// The text of `file` as UTF-8, in a file of its own that goes when it is closed.
fn decoded(source: &Source, chosen: Chosen, mut file: File) -> Result<File, Diagnostics> {
    file.seek(SeekFrom::Start(u64::try_from(chosen.mark).unwrap_or_default()))?;
    let within = std::env::temp_dir();
    let unwritten = |error: std::io::Error| -> Diagnostics {
        let fault = Diagnostic::error(format!(
            "the text of `{}` cannot be decoded into a file of its own",
            source.file
        ));
        fault
            .note(format!("{}: {error}", within.display()))
            .hint("free as many bytes as the file has there, or set TMPDIR to a folder on another disk")
            .into()
    };
    let text = tempfile::tempfile().map_err(unwritten)?;
    encoding::decode(chosen, source, file, |piece| (&text).write_all(piece.as_bytes()).map_err(unwritten))?;
    Ok(File::from_parts(text, &*source.file))
}

/// The fault of a text that should be UTF-8.
fn not_utf8(source: &Source, chosen: Chosen, mut text: File) -> Result<Diagnostics, Diagnostics> {
    text.seek(SeekFrom::Start(0))?;
    if source.encoding.is_none() {
        return encoding::table_not_utf8(&source.file, BufReader::new(text));
    }
    text.seek(SeekFrom::Start(u64::try_from(chosen.mark).unwrap_or_default()))?;
    match encoding::decode(chosen, source, text, |_| Ok(())) {
        Err(fault) => Ok(fault),
        Ok(()) => encoding::table_not_utf8(&source.file, std::io::empty()),
    }
}
