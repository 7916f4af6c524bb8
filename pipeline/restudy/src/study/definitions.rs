//! Reads one TOML file of definitions, and tells its faults with line and caret.

use std::path::Path;

use serde::de::DeserializeOwned;

use crate::diagnostic::{Diagnostic, Diagnostics, Place};

/// A file of definitions: what it says, and its text, to point into.
#[derive(Clone, Debug)]
pub struct Definitions<T> {
    /// The file, relative to the study's folder.
    pub file: String,
    /// Its text.
    pub text: String,
    /// What it says.
    pub value: T,
}

impl<T: DeserializeOwned> Definitions<T> {
    /// Reads `file` in the study's folder `root`.
    ///
    /// # Errors
    /// The file cannot be read, is not TOML, or lacks or has too many fields; the place is told.
    pub fn read(root: &Path, file: &str) -> Result<Self, Diagnostics> {
        let text = fs_err::read_to_string(root.join(file)).map_err(|e| {
            let reason = match e.kind() {
                std::io::ErrorKind::NotFound => format!("there is no file `{file}`"),
                std::io::ErrorKind::InvalidData => format!("`{file}` is not UTF-8 text"),
                kind => format!("`{file}` cannot be read: {kind}"),
            };
            Diagnostics::from(Diagnostic::error(reason).at(Place::file(file)))
        })?;
        Self::parse(file, text)
    }

    /// Reads `text` as the content of `file`.
    ///
    /// # Errors
    /// The text is not TOML, or lacks or has too many fields; the place is told.
    pub fn parse(file: &str, text: String) -> Result<Self, Diagnostics> {
        match toml::from_str(&text) {
            Ok(value) => Ok(Definitions { file: file.to_owned(), text, value }),
            Err(error) => {
                let place = match error.span() {
                    Some(span) => Place::span(file, &text, span),
                    None => Place::file(file),
                };
                let message = error.message().lines().collect::<Vec<_>>().join("; ");
                Err(Diagnostic::error(message).at(place).into())
            }
        }
    }
}

impl<T> Definitions<T> {
    /// The place of a byte range of the text.
    pub fn place(&self, span: std::ops::Range<usize>) -> Place {
        Place::span(&*self.file, &self.text, span)
    }
}
