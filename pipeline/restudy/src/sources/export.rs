//! An export of respondents, read in chunks of rows.
//!
//! In: a file, and how it is to be read. Out: an [`Export`], whose chunks are tables one after the other; a row keeps its place
//! in the file ([`Standing`]) when its chunk is gone.
//!
//! - Of delimited text no more than two chunks are held: the first, whose header and cells tell what the file is, and the one
//!   that is worked on. A file that is no larger than a chunk is one chunk, and so is any workbook or data file.
//! - A chunk can be read again, and is then the same.
//! - Once it is said how columns are read ([`Export::read_as`]), every chunk is read so.

use std::cell::RefCell;
use std::ops::Deref;
use std::path::Path;

use super::pieces::Pieces;
use super::{Met, Progress, RawTable, Reading, SoFar, Stands};
use crate::diagnostic::{Diagnostics, Place};
use crate::study::{Format, Source};

/// An export.
#[derive(Debug)]
pub struct Export {
    first: RawTable,
    /// The whole, where there is more than the first chunk.
    pieces: Option<Pieces>,
    /// How columns are read, where not as they stand.
    readings: Option<Vec<Reading>>,
}

/// A chunk of an export.
#[derive(Debug)]
pub enum Chunk<'a> {
    /// The first.
    First(&'a RawTable),
    /// A later one.
    Later(Box<RawTable>),
}

impl Deref for Chunk<'_> {
    type Target = RawTable;

    fn deref(&self) -> &RawTable {
        match self {
            Chunk::First(table) => table,
            Chunk::Later(table) => table,
        }
    }
}

impl Export {
    /// Opens the export that is `source` in the study's folder `root`, to be read in chunks of about `size` bytes. What is wrong
    /// with the header and the rows of the first chunk is put to `met`; warnings about the whole come along.
    ///
    /// # Errors
    /// The file is not there, or is no table.
    pub fn open(
        root: &Path,
        source: &Source,
        size: u64,
        met: &mut Met,
        progress: &dyn Progress,
    ) -> Result<(Export, Diagnostics), Diagnostics> {
        let file = fs_err::File::open(super::within(root, &source.file)?);
        let file = file.map_err(|e| super::unreadable(root, &source.file, &e))?;
        let is_large = file.metadata()?.len() > size;
        if source.format() == Format::Text
            && is_large
            && let Some((pieces, told)) = Pieces::of(source, file, size, progress)?
        {
            let first = pieces.read(0, met)?;
            let pieces = (pieces.len() > 1).then_some(pieces);
            return Ok((Export { pieces, ..Export::of(first) }, told));
        }
        let (mut first, told) = RawTable::unchecked(source, super::bytes(root, &source.file)?)?;
        first.check(met);
        Ok((Export::of(first), told))
    }

    /// A table as an export of one chunk.
    pub fn of(table: RawTable) -> Export {
        Export { first: table, pieces: None, readings: None }
    }

    /// The same with the columns of `readings` alone, which are told by where they stand in the file: see
    /// [`RawTable::read_as`].
    #[must_use]
    pub fn read_as(self, readings: Vec<Reading>) -> Export {
        Export { first: self.first.read_as(&readings), readings: Some(readings), ..self }
    }

    /// The first chunk.
    pub fn first(&self) -> &RawTable {
        &self.first
    }

    /// Number of chunks, at least one.
    pub fn chunks(&self) -> usize {
        self.pieces.as_ref().map_or(1, Pieces::len)
    }

    /// The fault of a file that is not what it was when it was looked at first.
    pub fn changed(&self) -> Diagnostics {
        super::pieces::changed(&self.first.file)
    }

    /// Tells that chunk `number` is done, and `rows` with it.
    pub fn done(&self, doing: &'static str, number: usize, rows: usize, progress: &dyn Progress) {
        if let Some(pieces) = &self.pieces {
            let (bytes, of) = pieces.until(number);
            progress.come(SoFar { doing, file: &self.first.file, bytes, of, rows: Some(rows) });
        }
    }

    /// Chunk `number`; what is wrong with its rows is put to what was `met` in those before. Of the first that is known since it
    /// was opened.
    ///
    /// # Errors
    /// The file cannot be read any more, or is not what it was.
    pub fn chunk(&self, number: usize, met: &mut Met) -> Result<Chunk<'_>, Diagnostics> {
        self.chunk_seen(number, met, |_| ())
    }

    /// The same; a later chunk than the first is shown to `see` as it stands in the file, before it is read as is said.
    ///
    /// # Errors
    /// As for [`Export::chunk`].
    pub fn chunk_seen(
        &self,
        number: usize,
        met: &mut Met,
        see: impl FnOnce(&RawTable),
    ) -> Result<Chunk<'_>, Diagnostics> {
        let Some(pieces) = self.pieces.as_ref().filter(|_| number > 0) else {
            return Ok(Chunk::First(&self.first));
        };
        let table = pieces.read(number, met)?;
        see(&table);
        Ok(Chunk::Later(Box::new(match &self.readings {
            Some(readings) => table.read_as(readings),
            None => table,
        })))
    }
}

/// The rows of an export, chunk by chunk.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    /// The number of each in the file.
    lines: Vec<u32>,
    /// Rows before each chunk.
    before: Vec<usize>,
}

impl Rows {
    /// Adds those of the next chunk.
    pub fn add(&mut self, chunk: &RawTable) {
        self.before.push(self.lines.len());
        let lines = (0..chunk.len()).map(|row| u32::try_from(chunk.line(row)).unwrap_or(u32::MAX));
        self.lines.extend(lines);
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Rows of the chunks before `number`.
    pub fn before(&self, number: usize) -> usize {
        self.before.get(number).copied().unwrap_or(self.lines.len())
    }

    /// The number of `row` in the file.
    pub fn line(&self, row: usize) -> usize {
        self.lines.get(row).and_then(|line| usize::try_from(*line).ok()).unwrap_or_default()
    }
}

/// Where the rows of a whole export stand, whichever chunk they are in.
#[derive(Debug)]
pub struct Standing<'a> {
    export: &'a Export,
    rows: &'a Rows,
    /// The chunk that was read again last, and its number.
    again: RefCell<Option<(usize, RawTable)>>,
}

impl<'a> Standing<'a> {
    /// `rows` are all rows of `export`.
    pub fn new(export: &'a Export, rows: &'a Rows) -> Self {
        Standing { export, rows, again: RefCell::new(None) }
    }
}

impl Stands for Standing<'_> {
    fn unit(&self) -> &'static str {
        self.export.first.unit()
    }

    fn line(&self, row: usize) -> usize {
        self.rows.line(row)
    }

    fn place(&self, row: usize, column: usize) -> Place {
        let number = self.rows.before.partition_point(|before| *before <= row).saturating_sub(1);
        let within = row - self.rows.before(number);
        if number == 0 {
            return self.export.first.place(within, column);
        }
        let mut again = self.again.borrow_mut();
        if again.as_ref().is_none_or(|(read, _)| *read != number) {
            *again = match self.export.chunk(number, &mut Met::default()) {
                Ok(Chunk::Later(table)) => Some((number, *table)),
                _ => None,
            };
        }
        match &*again {
            Some((_, table)) => table.place(within, column),
            None => Place::at(&*self.export.first.file, self.line(row), 1),
        }
    }

    fn header_place(&self, column: usize) -> Place {
        self.export.first.header_place(column)
    }
}
