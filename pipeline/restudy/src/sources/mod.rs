//! Sources: files as they arrive, read into raw tables and texts that know their places.
//!
//! In: a file (delimited text, a workbook, an SPSS or Stata file, a document, a project of qualitative data). Out: a [`RawTable`]
//! of cells, a [`Text`] of paragraphs, or a [`project::Project`]; each can tell where it stands in its file. A file that
//! cannot be read is told with all of its faults. Exports of respondents, which may be large, are an [`Export`], read in chunks
//! of rows.
//!
//! It knows no codebook: what a cell means, and whether it may say so, is decided later on the path.

mod archive;
mod binary;
mod calendar;
mod decimal;
mod decoding;
mod delimited;
mod described;
mod dta;
mod encoding;
mod export;
mod faults;
mod header;
mod kind;
mod lines;
mod pieces;
mod progress;
pub mod project;
mod reading;
mod sav;
mod scan;
mod settled;
mod table;
mod texts;
mod workbook;

pub use calendar::{date as day, months};
pub use described::{Described, Measure, MissingValues};
pub use export::{Chunk, Export, Rows, Standing};
pub use faults::{Faults, Met, Stands, by_place};
pub use progress::{Nobody, Progress, SoFar};
pub use reading::Reading;
pub use settled::{Settled, odd_word, settled};
pub use table::{RawTable, Stated};
pub use texts::{Paragraph, Parting, Text};

use std::path::{Path, PathBuf};

use crate::diagnostic::{Diagnostic, Diagnostics, Place};

/// The bytes of `file` in the study's folder `root`.
///
/// # Errors
/// The file cannot be read, or is a link that leads out of the folder; the message says why, the hint where it is named.
pub fn bytes(root: &Path, file: &str) -> Result<Vec<u8>, Diagnostics> {
    fs_err::read(within(root, file)?).map_err(|e| unreadable(root, file, &e))
}

/// The file `file` in the study's folder `root`, to be read piece by piece.
///
/// # Errors
/// As for [`bytes`].
fn open(root: &Path, file: &str) -> Result<fs_err::File, Diagnostics> {
    fs_err::File::open(within(root, file)?).map_err(|e| unreadable(root, file, &e))
}

/// The path of `file` in the study's folder `root`.
///
/// # Errors
/// It is a link that leads out of the folder.
fn within(root: &Path, file: &str) -> Result<PathBuf, Diagnostics> {
    let path = root.join(file);
    if let (Ok(folder), Ok(target)) = (root.canonicalize(), path.canonicalize())
        && !target.starts_with(folder)
    {
        let fault = Diagnostic::error(format!("`{file}` is a link that leads out of the study's folder"));
        let place = named_in_study(root, file).unwrap_or_else(|| Place::file(file));
        let hint = "put the file itself there: a study is reproduced from its own folder";
        return Err(fault.at(place).hint(hint).into());
    }
    Ok(path)
}

/// The fault of a file that cannot be read.
fn unreadable(root: &Path, file: &str, error: &std::io::Error) -> Diagnostics {
    let reason = match error.kind() {
        std::io::ErrorKind::NotFound => format!("there is no file `{file}`"),
        std::io::ErrorKind::PermissionDenied => format!("`{file}` may not be read by this user"),
        kind => format!("`{file}` cannot be read: {kind}"),
    };
    let fault = Diagnostic::error(reason);
    match named_in_study(root, file) {
        Some(place) => fault.at(place).hint("put it there, or change its path here"),
        None => {
            fault.at(Place::file(file)).hint("put it there, or take its name out of the list that names it")
        }
    }
    .into()
}

/// Where study.toml names `file`.
fn named_in_study(root: &Path, file: &str) -> Option<Place> {
    let text = fs_err::read_to_string(root.join("study.toml")).ok()?;
    let quoted = format!("\"{file}\"");
    let at = text.find(&quoted)?;
    Some(Place::span("study.toml", &text, at..at + quoted.len()))
}

/// A name or value as a message shows it: line breaks and tabs as signs, and cut where it is long.
pub(crate) fn shortened(text: &str) -> String {
    const LONGEST: usize = 80;
    let seen = |c: char| match c {
        '\n' | '\r' => '⏎',
        '\t' => '⇥',
        c if c.is_control() => ' ',
        c => c,
    };
    let flat: String = text.replace("\r\n", "\n").chars().map(seen).take(LONGEST + 1).collect();
    if flat.chars().count() <= LONGEST {
        flat
    } else {
        flat.chars().take(LONGEST - 1).chain(std::iter::once('…')).collect()
    }
}

/// A name without space around it, and with one space where it has white space: tools break long names into lines, and
/// double or harden their spaces.
pub(crate) fn on_one_line(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}
