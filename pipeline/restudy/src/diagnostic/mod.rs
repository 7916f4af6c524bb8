//! What is wrong, where, and what to do about it.
//!
//! Every stage reports faults as [`Diagnostic`]s, gathered in a [`Diagnostics`] so that all problems of a file are told
//! at once. Facts (the message), place and advice are kept apart; only [`render`] draws them.
//!
//! It knows no stage and prints nothing: `cli` decides where a rendered diagnostic goes.

mod folded;
mod render;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use folded::{Folded, TOLD};
pub use render::{render, visible};

/// How bad a fault is: an error stops the work, a warning does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Severity {
    /// The result would be wrong or missing, so there is none.
    Error,
    /// The result stands, but somebody should look.
    Warning,
}

/// Where a fault is: a file, and within it as much as is known.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// The file, relative to the study's folder where it lies within it.
    pub file: String,
    /// Line, counted from 1 (for a table of respondents: the line of the file, not the number of the record).
    pub line: Option<usize>,
    /// Column in characters, counted from 1 (for delimited text: where the cell begins).
    pub column: Option<usize>,
    /// Length in characters of what is at fault, for the caret; 1 where unknown.
    pub length: usize,
    /// The line's text, where showing it helps and discloses nothing. Never set for files of respondents.
    pub excerpt: Option<String>,
    /// What the place is called in a file that has no lines: a cell of a workbook (`Answers!C412`), a case of a data file
    /// (`case 412, employers`). `line` and `column` then count rows and columns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<String>,
}

impl Place {
    /// A whole file.
    pub fn file(file: impl Into<String>) -> Self {
        Place { file: file.into(), line: None, column: None, length: 1, excerpt: None, within: None }
    }

    /// A line and a column of a file, both counted from 1.
    pub fn at(file: impl Into<String>, line: usize, column: usize) -> Self {
        Place {
            file: file.into(),
            line: Some(line),
            column: Some(column),
            length: 1,
            excerpt: None,
            within: None,
        }
    }

    /// A place in a file that has no lines, called `within`; places sort by `row` and `column`.
    pub fn within(
        file: impl Into<String>,
        within: impl Into<String>,
        row: Option<usize>,
        column: Option<usize>,
    ) -> Self {
        Place { line: row, column, within: Some(within.into()), ..Place::file(file) }
    }

    /// The place of byte range `span` in `text`, with its line as the excerpt.
    pub fn span(file: impl Into<String>, text: &str, span: std::ops::Range<usize>) -> Self {
        let start = floor_char_boundary(text, span.start);
        let end = floor_char_boundary(text, span.end.max(start));
        let line_start = text[..start].rfind('\n').map_or(0, |i| i + 1);
        let line_end = text[start..].find('\n').map_or(text.len(), |i| start + i);
        let line = text[..start].matches('\n').count() + 1;
        let column = text[line_start..start].chars().count() + 1;
        let length = text[start..end.min(line_end).max(start)].chars().count().max(1);
        let excerpt = text[line_start..line_end].trim_end_matches('\r').to_owned();
        Place {
            file: file.into(),
            line: Some(line),
            column: Some(column),
            length,
            excerpt: Some(excerpt),
            within: None,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(within) = &self.within {
            return write!(f, "[{within}]");
        }
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
            if let Some(column) = self.column {
                write!(f, ":{column}")?;
            }
        }
        Ok(())
    }
}

fn floor_char_boundary(text: &str, index: usize) -> usize {
    let mut index = index.min(text.len());
    while !text.is_char_boundary(index) {
        index -= 1;
    }
    index
}

/// One fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// Error or warning.
    pub severity: Severity,
    /// What is wrong: lower case, no full stop, names and values in backticks.
    pub message: String,
    /// Where.
    pub place: Option<Place>,
    /// Facts that help to understand it.
    pub notes: Vec<String>,
    /// What to do about it.
    pub hints: Vec<String>,
    /// For how many faults it stands: those of further rows are folded into it.
    #[serde(default = "once", skip_serializing_if = "is_once")]
    pub times: usize,
}

impl Diagnostic {
    /// An error with this message.
    pub fn error(message: impl Into<String>) -> Self {
        Diagnostic {
            severity: Severity::Error,
            message: message.into(),
            place: None,
            notes: Vec::new(),
            hints: Vec::new(),
            times: 1,
        }
    }

    /// A warning with this message.
    pub fn warning(message: impl Into<String>) -> Self {
        Diagnostic { severity: Severity::Warning, ..Diagnostic::error(message) }
    }

    /// The same fault, at this place.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    /// The same fault, with one more fact.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// The same fault, with one more piece of advice.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }
}

fn once() -> usize {
    1
}

fn is_once(times: &usize) -> bool {
    *times == 1
}

/// Faults found together. As an error type it holds at least one [`Severity::Error`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// No faults yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one fault.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    /// Adds all faults of another list.
    pub fn extend(&mut self, other: impl IntoIterator<Item = Diagnostic>) {
        self.0.extend(other);
    }

    /// The faults, in the order found.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.0.iter()
    }

    /// Whether there is no fault at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Number of errors, those that are folded into others too.
    pub fn errors(&self) -> usize {
        self.0.iter().filter(|d| d.severity == Severity::Error).map(|d| d.times).sum()
    }

    /// The value if there are no errors (warnings come along), else all faults.
    ///
    /// # Errors
    /// The faults themselves, when one of them is an error.
    pub fn or<T>(self, value: T) -> Result<(T, Diagnostics), Diagnostics> {
        if self.errors() > 0 { Err(self) } else { Ok((value, self)) }
    }

    /// What came of a later step, and these warnings of an earlier one; if the later one failed, its faults behind these.
    ///
    /// # Errors
    /// The faults of the later step, and what was told before.
    pub fn then<T>(mut self, later: Result<T, Diagnostics>) -> Result<(T, Diagnostics), Diagnostics> {
        match later {
            Ok(value) => Ok((value, self)),
            Err(faults) => {
                self.extend(faults);
                Err(self)
            }
        }
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Diagnostics(vec![diagnostic])
    }
}

impl From<std::io::Error> for Diagnostics {
    /// `fs-err` has already put the file's name into the message.
    fn from(error: std::io::Error) -> Self {
        Diagnostic::error(error.to_string()).into()
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, diagnostic) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str("\n\n")?;
            }
            f.write_str(&render(diagnostic, false))?;
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostics {}

/// "1 row", "3 rows": a count with its noun in the right number.
pub fn count(n: usize, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}

/// The candidate nearest to `name`, if one is near enough to be a likely slip.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|c| (strsim::normalized_damerau_levenshtein(&name.to_lowercase(), &c.to_lowercase()), c))
        .filter(|(likeness, _)| *likeness >= 0.6)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, c)| c)
}
