//! How an answer is written: as text, as data for other programs, as a workbook, as a chart.
//!
//! In: an [`Answer`], rows with what is known about them, and for what leaves the terminal an [`Origin`], the study and wave
//! that they come from. Out: the bytes of one [`Format`].
//!
//! - A missing value is never an empty text and never 0: a dash for people, nothing or `null` for programs.
//! - Text stays text: no cell of a CSV file or a workbook runs as a formula ([`csv`] and [`xlsx`] say how).
//! - Nothing is left out and nothing is rounded but in print; what a format cannot hold is told, or refused.
//! - The same answer gives the same bytes: no clock enters.
//!
//! [`columns`] takes structs apart and decides what each column holds; [`cells`] and [`values`] read it; one file for each
//! format; [`chart`] chooses and draws. It knows no command line, no terminal and no SQL engine.

pub mod cells;
pub mod chart;
pub mod columns;
pub mod csv;
mod format;
mod json;
mod markdown;
mod origin;
mod parquet;
mod table;
mod text;
mod title;
pub mod values;
mod width;
pub mod xlsx;

use datafusion::arrow::array::RecordBatch;

pub use chart::{Chart, Press};
pub use format::Format;
pub use origin::Origin;
pub use table::{aligned, table};

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::queries::{Column, QueryHead};

/// Rows, and what is known about them.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The rows.
    pub batch: RecordBatch,
    /// What they answer.
    pub title: Option<String>,
    /// Whom they are about, in words.
    pub base: Option<String>,
    /// What a reader should know beside.
    pub notes: Vec<String>,
    /// The SQL that asked for them.
    pub sql: Option<String>,
    /// What the columns hold, as far as somebody has said so.
    promised: Vec<Column>,
    /// The columns that together name a row, where that is known.
    key: Vec<String>,
    /// Whether the numbers are about a sample, so that chance may have moved them.
    sampled: bool,
}

impl Answer {
    /// Rows of which nothing is known.
    pub fn new(batch: RecordBatch) -> Answer {
        Answer {
            batch,
            title: None,
            base: None,
            notes: Vec::new(),
            sql: None,
            promised: Vec::new(),
            key: Vec::new(),
            sampled: true,
        }
    }

    /// Rows of a query that has said what they are.
    pub fn of_query(head: &QueryHead, batch: RecordBatch) -> Answer {
        let told = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        Answer {
            title: told(&head.title),
            base: told(&head.base),
            promised: head.columns.clone(),
            key: head.key.clone(),
            sampled: head.sampled,
            ..Answer::new(batch)
        }
    }

    /// The same, asked in this SQL.
    #[must_use]
    pub fn asked(mut self, sql: impl Into<String>) -> Answer {
        self.sql = Some(sql.into());
        self
    }

    /// The same, under this title.
    #[must_use]
    pub fn titled(mut self, title: impl Into<String>) -> Answer {
        self.title = Some(title.into());
        self
    }

    /// The same, about these people or things.
    #[must_use]
    pub fn about(mut self, base: impl Into<String>) -> Answer {
        self.base = Some(base.into());
        self
    }

    /// The same, with one more thing to know.
    #[must_use]
    pub fn noted(mut self, note: impl Into<String>) -> Answer {
        self.notes.push(note.into());
        self
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.batch.num_rows()
    }
}

/// An answer that is written.
#[derive(Clone, Debug)]
pub struct Written {
    /// As a file holds it.
    pub bytes: Vec<u8>,
    /// What should be looked at although it is written.
    pub warnings: Diagnostics,
}

impl From<Vec<u8>> for Written {
    fn from(bytes: Vec<u8>) -> Self {
        Written { bytes, warnings: Diagnostics::new() }
    }
}

impl From<String> for Written {
    fn from(text: String) -> Self {
        text.into_bytes().into()
    }
}

/// An answer in a format that is not drawn; `width` is how many columns of a terminal a table may take.
///
/// # Errors
/// The format cannot hold the answer, or is one that [`Press::draw`] draws.
pub fn write(
    answer: &Answer,
    format: Format,
    origin: &Origin,
    width: Option<usize>,
) -> Result<Written, Diagnostics> {
    if format != Format::Parquet {
        columns::legible(&answer.batch)?;
    }
    match format {
        Format::Table => Ok(text::text(answer, width)?.into()),
        Format::Csv => Ok(csv::csv(answer)?.into()),
        Format::Json => Ok(json::json(answer)?.into()),
        Format::Ndjson => Ok(json::ndjson(answer)?.into()),
        Format::Markdown => Ok(markdown::markdown(answer)?.into()),
        Format::Parquet => Ok(parquet::parquet(answer, origin)?.into()),
        Format::Xlsx => xlsx::xlsx(answer, origin),
        Format::Svg | Format::Pdf => {
            Err(Diagnostic::error(format!("`{}` is drawn, not written", format.name())).into())
        }
    }
}
