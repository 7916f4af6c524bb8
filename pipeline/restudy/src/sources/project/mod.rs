//! Projects of qualitative data in the exchange format REFI-QDA 1.5: `.qdpx`, and `.qdc` for a code book alone.
//!
//! In: a file as NVivo, MAXQDA, ATLAS.ti and others export it. Out: a [`Project`], every coding of it with what it is given to,
//! or all that is wrong with the file. [`Positions`] say which words a selection is about.
//!
//! - Every element `Coding` becomes one [`ProjectCoding`], wherever it stands: none is lost on the way.
//! - Nothing is written to disk, and nothing outside the archive is opened.
//! - It knows no code frame and no case of the study: what a name means there is decided later.

mod counted;
mod ids;
mod model;
mod positions;
mod read;
mod texts;
mod walk;
mod xml;

use std::io::{BufReader, Cursor, Read, Seek};
use std::path::Path;

pub use counted::{Counted, Taken, in_words};
pub use ids::plain as plain_id;
pub use model::{
    About, Case, Document, DocumentKind, GivenTo, Note, Project, ProjectCode, ProjectCoding, Set, User,
    Value, Variable, VariableKind,
};
pub use positions::{LineEnds, Places, Positions, Unit, trimmed};

use super::archive::Kind;
use super::encoding;
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::study::Source;
use texts::Texts;

/// A project as an archive: its pictures, sound and formatted texts are not looked at.
const ARCHIVE: Kind = Kind {
    noun: "project",
    largest: 1 << 27,
    // A text and a formatted text for each of many respondents.
    most_parts: 200_000,
    smaller: "export it in parts, or leave out what is not coded",
    nobody: "no program for qualitative data writes this",
    looks_at: is_looked_at,
    may_be_thin: false,
};

/// Descriptions and texts; not what a Mac puts beside them when it packs an archive again.
fn is_looked_at(part: &str) -> bool {
    let name = part.to_ascii_lowercase();
    let is_wanted = [".qde", ".txt"].iter().any(|ending| name.ends_with(ending));
    is_wanted && !name.starts_with("__macosx/")
}

impl Project {
    /// Reads the project or code book `file` in the study's folder `root`; warnings come along.
    ///
    /// # Errors
    /// The file is not there, or is no project of REFI-QDA; all that is wrong with it.
    pub fn read(root: &Path, file: &str) -> Result<(Project, Diagnostics), Diagnostics> {
        Project::of(file, BufReader::new(super::open(root, file)?))
    }

    /// Reads `bytes` as the project or code book in `file`.
    ///
    /// # Errors
    /// As for [`Project::read`].
    pub fn parse(file: &str, bytes: Vec<u8>) -> Result<(Project, Diagnostics), Diagnostics> {
        Project::of(file, Cursor::new(bytes))
    }

    fn of(file: &str, mut reader: impl Read + Seek) -> Result<(Project, Diagnostics), Diagnostics> {
        let unreadable = |reason: std::io::Error| -> Diagnostics {
            let fault = Diagnostic::error("the file cannot be read").at(Place::file(file));
            fault.note(reason.to_string()).hint("copy it again from where it came").into()
        };
        let mut bytes = Vec::new();
        reader.by_ref().take(2).read_to_end(&mut bytes).map_err(unreadable)?;
        let is_archive = bytes == b"PK";
        match (is_code_book(file), is_archive) {
            (true, false) => {
                reader.take(ARCHIVE.largest).read_to_end(&mut bytes).map_err(unreadable)?;
                let root = xml::read(file, &text(file, bytes)?)?;
                read::code_book(file, file, &root)
            }
            (true, true) => Err(not_what_it_says(file, "an archive, and no code book", "name it `.qdpx`")),
            (false, true) => project(file, reader),
            (false, false) => {
                let hint = "export the project from its program as REFI-QDA project (`.qdpx`)";
                Err(not_what_it_says(file, "no project of REFI-QDA, which is an archive", hint))
            }
        }
    }
}

/// Whether the file of this name is a code book alone.
pub fn is_code_book(file: &str) -> bool {
    file.to_ascii_lowercase().ends_with(".qdc")
}

fn not_what_it_says(file: &str, what: &str, hint: &str) -> Diagnostics {
    Diagnostic::error(format!("the file is {what}")).at(Place::file(file)).hint(hint).into()
}

fn project(file: &str, reader: impl Read + Seek) -> Result<(Project, Diagnostics), Diagnostics> {
    let mut described: Vec<(String, Vec<u8>)> = Vec::new();
    let mut texts = Texts::new(file);
    ARCHIVE.look_through(file, reader, |part, content| {
        if part.to_ascii_lowercase().ends_with(".qde") {
            described.push((part.to_owned(), content));
            return Ok(());
        }
        texts.add(part, content)
    })?;
    let mut described = described.into_iter();
    let (Some((part, content)), None) = (described.next(), described.next()) else {
        let hint = "export the project from its program as REFI-QDA project (`.qdpx`)";
        return Err(not_what_it_says(file, "no project of REFI-QDA: it has not one `project.qde`", hint));
    };
    let within = format!("{file}!{part}");
    let root = xml::read(&within, &text(&within, content)?)?;
    read::project(file, &within, &root, texts)
}

/// The text of a file in UTF-8, or in UTF-16 with its mark.
fn text(file: &str, bytes: Vec<u8>) -> Result<String, Diagnostics> {
    let marked = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    let read = if marked {
        encoding::decoded(&Source::plain(file), bytes).map(|(text, _)| text)
    } else {
        encoding::utf8(file, bytes)
    };
    read.map_err(|faults| {
        let mut told = Diagnostics::new();
        told.extend(faults.into_iter().map(|mut fault| {
            fault.hints = vec!["export the project again: its texts are UTF-8".to_owned()];
            fault
        }));
        told
    })
}
