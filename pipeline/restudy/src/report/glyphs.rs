//! Which characters the report's fonts can print.
//!
//! In: the study's font files. Out: text in which every character that no font has is replaced by a visible sign, and
//! control characters are gone. A respondent's emoji must not stop the build, nor vanish unseen.

use std::collections::BTreeSet;
use std::path::Path;

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

    /// `text` as it can be printed; what had to be replaced is told, with where the text comes from.
    pub fn clean(&self, text: &str, from: impl FnOnce() -> String, faults: &mut Diagnostics) -> String {
        let (clean, missing) = self.printable(text);
        if !missing.is_empty() {
            let codes: Vec<String> = missing.iter().map(|c| format!("U+{:04X}", *c as u32)).collect();
            faults.push(
                Diagnostic::warning(format!("no font of the report has {}", codes.join(", ")))
                    .note(format!("in {}", from()))
                    .note(format!("printed as `{clean}`"))
                    .hint("change the text, or add a font that has it to the report's fonts"),
            );
        }
        clean
    }

    fn has(&self, c: char) -> bool {
        self.0.is_empty() || self.0.contains(&(c as u32))
    }
}
