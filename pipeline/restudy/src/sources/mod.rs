//! Sources: files as they arrive, read into raw columns and texts that know their places.
//!
//! In: a file. Out: a [`RawTable`] of cells, or a [`Text`] of paragraphs; every cell and paragraph can tell where it
//! stands in its file. A file that cannot be read as a table is told with all of its faults.
//!
//! It knows no codebook: what a cell means, and whether it may say so, is decided later on the path.

mod csv;
mod faults;
mod texts;

pub use csv::RawTable;
pub(crate) use csv::{on_one_line, shortened};
pub use faults::Faults;
pub use texts::{Paragraph, Text};

use std::path::Path;

use crate::diagnostic::{Diagnostic, Diagnostics, Place};

/// The bytes of `file` in the study's folder `root`.
///
/// # Errors
/// The file cannot be read, or is a link that leads out of the folder; the message says why, the hint where it is named.
pub fn bytes(root: &Path, file: &str) -> Result<Vec<u8>, Diagnostics> {
    let path = root.join(file);
    if let (Ok(folder), Ok(target)) = (root.canonicalize(), path.canonicalize())
        && !target.starts_with(folder)
    {
        let fault = Diagnostic::error(format!("`{file}` is a link that leads out of the study's folder"));
        let place = named_in_study(root, file).unwrap_or_else(|| Place::file(file));
        let hint = "put the file itself there: a study is reproduced from its own folder";
        return Err(fault.at(place).hint(hint).into());
    }
    fs_err::read(path).map_err(|e| {
        let reason = match e.kind() {
            std::io::ErrorKind::NotFound => format!("there is no file `{file}`"),
            std::io::ErrorKind::PermissionDenied => format!("`{file}` may not be read by this user"),
            kind => format!("`{file}` cannot be read: {kind}"),
        };
        let fault = Diagnostic::error(reason);
        match named_in_study(root, file) {
            Some(place) => fault.at(place).hint("put it there, or change its path here"),
            None => fault
                .at(Place::file(file))
                .hint("put it there, or take its name out of the list that names it"),
        }
        .into()
    })
}

/// Where study.toml names `file`.
fn named_in_study(root: &Path, file: &str) -> Option<Place> {
    let text = fs_err::read_to_string(root.join("study.toml")).ok()?;
    let quoted = format!("\"{file}\"");
    let at = text.find(&quoted)?;
    Some(Place::span("study.toml", &text, at..at + quoted.len()))
}

/// `bytes` as UTF-8 text without its byte order mark.
///
/// # Errors
/// The bytes are not UTF-8: the first bad byte is told with its line, and how many lines more have one.
pub fn utf8(file: &str, bytes: Vec<u8>) -> Result<String, Diagnostics> {
    const RESAVE: &str = "save it again as UTF-8 (in Excel: Save As, `CSV UTF-8 (Comma delimited)`)";
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(Diagnostic::error("the file is UTF-16, not UTF-8")
            .at(Place::at(file, 1, 1))
            .hint(RESAVE)
            .into());
    }
    if is_bare_utf16(&bytes) {
        return Err(Diagnostic::error("the file is UTF-16, not UTF-8")
            .at(Place::at(file, 1, 1))
            .note("nearly every other byte is 0, and there is no byte order mark")
            .hint(RESAVE)
            .into());
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(match text.strip_prefix('\u{feff}') {
            Some(rest) => rest.to_owned(),
            None => text,
        }),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let bytes = error.as_bytes();
            let line = 1 + bytes[..at].iter().filter(|b| **b == b'\n').count();
            let line_start = bytes[..at].iter().rposition(|b| *b == b'\n').map_or(0, |i| i + 1);
            let column = 1 + String::from_utf8_lossy(&bytes[line_start..at]).chars().count();
            let more = bytes
                .split(|b| *b == b'\n')
                .skip(line)
                .filter(|line| std::str::from_utf8(line).is_err())
                .count();
            let mut diagnostic = Diagnostic::error(format!(
                "byte {} (0x{:02x}) is not UTF-8 text",
                at + 1,
                bytes.get(at).copied().unwrap_or_default()
            ))
            .at(Place::at(file, line, column));
            if more > 0 {
                diagnostic = diagnostic.note(format!(
                    "{} more {} the same fault",
                    more,
                    if more == 1 { "line has" } else { "lines have" }
                ));
            }
            Err(diagnostic.hint(RESAVE).into())
        }
    }
}

/// Whether `bytes` begin like Latin text in UTF-16: of each two bytes one is 0, and always the same one.
fn is_bare_utf16(bytes: &[u8]) -> bool {
    const LOOKED_AT: usize = 1000;
    const FEWEST: usize = 4;
    let pairs = bytes.chunks_exact(2).take(LOOKED_AT);
    let (all, first, second) = pairs.fold((0, 0, 0), |(all, first, second), pair| {
        (all + 1, first + usize::from(pair[0] == 0), second + usize::from(pair[1] == 0))
    });
    all >= FEWEST && first.min(second) == 0 && 4 * first.max(second) >= 3 * all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf16_without_a_byte_order_mark_is_known() {
        let text = "ID,Café\n1,Œuvre\n";
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for bytes in [little, big] {
            let told = utf8("t.csv", bytes).unwrap_err().to_string();
            assert!(told.contains("UTF-16, not UTF-8") && told.contains("save it again"), "{told}");
        }
        assert!(utf8("t.csv", b"a,b\n1,x\0y\n\0".to_vec()).is_ok());
    }
}
