//! Which characters the report's fonts can print.
//!
//! In: the study's font files. Out: text in which every character that no font has is replaced by a visible sign, and
//! control characters are gone. A respondent's emoji must not stop the build, nor vanish unseen.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use crate::diagnostic::{Diagnostic, Diagnostics};

use super::escape::without_controls;

/// Stands for a character that no font has.
const PLACEHOLDER: &str = "[?]";

/// The characters that the fonts have between them.
#[derive(Clone, Debug, Default)]
pub struct Glyphs(BTreeSet<u32>);

impl Glyphs {
    /// Reads the font files in `folder`; none gives a set that holds nothing and replaces nothing.
    ///
    /// # Errors
    /// The folder or a file cannot be read, or is not a font.
    pub fn read(folder: &Path) -> Result<Glyphs, Diagnostics> {
        let mut known = BTreeSet::new();
        let mut faults = Diagnostics::new();
        if !folder.is_dir() {
            return Ok(Glyphs::default());
        }
        for entry in fs_err::read_dir(folder)? {
            let path = entry?.path();
            if !path.extension().is_some_and(|e| e == "ttf" || e == "otf") {
                continue;
            }
            let bytes = fs_err::read(&path)?;
            match ttf_parser::Face::parse(&bytes, 0) {
                Ok(face) => {
                    let tables = face.tables().cmap.iter().flat_map(|cmap| cmap.subtables);
                    for table in tables.filter(|t| t.is_unicode()) {
                        table.codepoints(|c| {
                            known.insert(c);
                        });
                    }
                }
                Err(e) => faults.push(Diagnostic::error(format!("{} is not a font: {e}", path.display()))),
            }
        }
        faults.or(Glyphs(known)).map(|(glyphs, _)| glyphs)
    }

    /// `text` as it can be printed, and the characters that had to be replaced.
    pub fn printable(&self, text: &str) -> (String, Vec<char>) {
        let text = without_controls(text);
        let missing: Vec<char> = text.chars().filter(|c| !self.has(*c)).collect();
        if missing.is_empty() {
            return (text, missing);
        }
        let mut out = String::with_capacity(text.len());
        let mut last_replaced = false;
        for c in text.chars() {
            if self.has(c) {
                out.push(c);
                last_replaced = false;
            } else if !last_replaced {
                // An emoji is often a sequence of characters; one sign is enough for it.
                out.push_str(PLACEHOLDER);
                last_replaced = true;
            }
        }
        (out, missing)
    }

    fn has(&self, c: char) -> bool {
        self.0.is_empty() || self.0.contains(&(c as u32))
    }
}

/// Makes text fit for the report's fonts on its way to Typst, and keeps what had to be replaced, each text once.
///
/// Only what Typst prints goes through it: tables that are kept or attached carry the data as they are.
#[derive(Debug, Default)]
pub struct Cleaner {
    glyphs: Glyphs,
    seen: BTreeSet<String>,
    /// What had to be replaced.
    pub told: Diagnostics,
}

impl Cleaner {
    /// A cleaner for these fonts.
    pub fn new(glyphs: &Glyphs) -> Cleaner {
        Cleaner { glyphs: glyphs.clone(), ..Cleaner::default() }
    }

    /// `text` as it can be printed; what had to be replaced is told, with where the text comes from.
    pub fn clean(&mut self, text: &str, from: impl FnOnce() -> String) -> String {
        let (clean, missing) = self.glyphs.printable(text);
        if !missing.is_empty() && self.seen.insert(text.to_owned()) {
            let codes: Vec<String> = missing.iter().map(|c| format!("U+{:04X}", *c as u32)).collect();
            self.told.push(
                Diagnostic::warning(format!("no font of the report has {}", codes.join(", ")))
                    .note(format!("in {}", from()))
                    .note(format!("printed as `{clean}`"))
                    .hint("change the text, or add a font that has it to the report's fonts"),
            );
        }
        clean
    }

    /// The same for every text in a value that the theme reads; `from` says what the value is.
    pub fn clean_all(&mut self, value: &mut Value, from: &str) {
        match value {
            Value::String(text) => *text = self.clean(text, || from.to_owned()),
            Value::Array(items) => {
                for (i, item) in items.iter_mut().enumerate() {
                    self.clean_all(item, &format!("{from}, row {}", i + 1));
                }
            }
            Value::Object(fields) => {
                for (name, field) in fields {
                    match name.as_str() {
                        "rows" | "findings" | "claim" => self.clean_all(field, from),
                        // Joins a number to its entry, and is not printed.
                        "id" if from == "`evidence`" || from.starts_with("`evidence`, row") => {}
                        // Never printed: told where the same text is.
                        "alt" | "id" => {
                            if let Value::String(text) = field {
                                *text = self.glyphs.printable(text).0;
                            }
                        }
                        _ => self.clean_all(field, &format!("{from}, column `{name}`")),
                    }
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}
