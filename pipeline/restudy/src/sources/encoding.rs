//! From bytes to text.
//!
//! In: the bytes of a file, and the encoding that was declared for it, if one was. Out: its text without a byte order
//! mark. UTF-8 is plain; UTF-16 is known by its mark or by its zeros, and said; any other encoding is taken only where
//! it is declared, because bytes do not tell Windows-1252 from its cousins.

use encoding_rs::{DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::study::Source;

const RESAVE: &str = "save it again as UTF-8 (in Excel: Save As, `CSV UTF-8 (Comma delimited)`)";

/// The text of a table, and its encoding where that was found rather than declared and is not plain.
pub(super) fn decoded(
    source: &Source,
    bytes: Vec<u8>,
) -> Result<(String, Option<&'static Encoding>), Diagnostics> {
    let marked = Encoding::for_bom(&bytes);
    match (source.encoding, marked) {
        (Some(declared), Some((found, _))) if declared != found => {
            let message = format!("the file is {}, not {}", found.name(), declared.name());
            let hint = format!("declare `encoding = \"{}\"`", found.name().to_lowercase());
            let fault = Diagnostic::error(message).at(Place::at(&*source.file, 1, 1));
            Err(fault.note("its byte order mark says so").hint(hint).into())
        }
        (Some(encoding), mark) => {
            let length = mark.map_or(0, |(_, length)| length);
            Ok((by(encoding, source, bytes.get(length..).unwrap_or_default())?, None))
        }
        (None, Some((found, length))) if found != UTF_8 => {
            Ok((by(found, source, bytes.get(length..).unwrap_or_default())?, Some(found)))
        }
        (None, _) => match bare_utf16(&bytes) {
            Some(found) => Ok((by(found, source, &bytes)?, Some(found))),
            None => Ok((plain(source, bytes)?, None)),
        },
    }
}

/// Text in UTF-8, which need not be declared.
fn plain(source: &Source, bytes: Vec<u8>) -> Result<String, Diagnostics> {
    utf8(&source.file, bytes).map_err(|faults| {
        let mut told = Diagnostics::new();
        told.extend(faults.into_iter().map(|mut fault| {
            fault.hints = vec![
                "declare its encoding in study.toml: `{ file = \"…\", encoding = \"windows-1252\" }` if it comes \
                 from Excel in Western Europe; or save it again as UTF-8"
                    .to_owned(),
            ];
            fault
        }));
        told
    })
}

/// `bytes` as `encoding` has them.
fn by(encoding: &'static Encoding, source: &Source, bytes: &[u8]) -> Result<String, Diagnostics> {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut text = String::new();
    let mut at = 0;
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        text.reserve(rest.len().max(64));
        let (result, read) = decoder.decode_to_string_without_replacement(rest, &mut text, true);
        at += read;
        match result {
            DecoderResult::InputEmpty => return Ok(text),
            DecoderResult::OutputFull => {}
            DecoderResult::Malformed(..) => {
                let line = 1 + text.matches('\n').count();
                let column = 1 + text.rsplit('\n').next().map_or(0, |line| line.chars().count());
                let fault = Diagnostic::error(format!("byte {at} is not {} text", encoding.name()))
                    .at(Place::at(&*source.file, line, column));
                return Err(fault.hint("declare the encoding that it has, or save it again as UTF-8").into());
            }
        }
    }
}

/// `bytes` as UTF-8 text without its byte order mark.
///
/// # Errors
/// The bytes are not UTF-8: the first bad byte is told with its line, and how many lines more have one.
pub(super) fn utf8(file: &str, bytes: Vec<u8>) -> Result<String, Diagnostics> {
    let marked = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    if marked || bare_utf16(&bytes).is_some() {
        let mut fault = Diagnostic::error("the file is UTF-16, not UTF-8").at(Place::at(file, 1, 1));
        if !marked {
            fault = fault.note("nearly every other byte is 0, and there is no byte order mark");
        }
        return Err(fault.hint(RESAVE).into());
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
            let byte = bytes.get(at).copied().unwrap_or_default();
            let message = format!("byte {} (0x{byte:02x}) is not UTF-8 text", at + 1);
            let mut fault = Diagnostic::error(message).at(Place::at(file, line, column));
            if more > 0 {
                let lines = if more == 1 { "line has" } else { "lines have" };
                fault = fault.note(format!("{more} more {lines} the same fault"));
            }
            fault = fault.note(format!("as Windows-1252, the word there is `{}`", word_at(bytes, at)));
            Err(fault.hint(RESAVE).into())
        }
    }
}

/// The word round a byte, read as Windows-1252: what somebody who knows the file can judge.
fn word_at(bytes: &[u8], at: usize) -> String {
    const LONGEST: usize = 20;
    let ends = |b: &u8| b.is_ascii_whitespace() || b.is_ascii_punctuation();
    let before = bytes[..at].iter().rev().take(LONGEST).take_while(|b| !ends(b)).count();
    let behind = bytes[at..].iter().take(LONGEST).take_while(|b| !ends(b)).count();
    WINDOWS_1252.decode_without_bom_handling(&bytes[at - before..at + behind]).0.into_owned()
}

/// The UTF-16 in which `bytes` begin like Latin text: of each two bytes one is 0, and always the same one.
fn bare_utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    const LOOKED_AT: usize = 1000;
    const FEWEST: usize = 4;
    let pairs = bytes.chunks_exact(2).take(LOOKED_AT);
    let (all, first, second) = pairs.fold((0, 0, 0), |(all, first, second), pair| {
        (all + 1, first + usize::from(pair[0] == 0), second + usize::from(pair[1] == 0))
    });
    let is = all >= FEWEST && first.min(second) == 0 && 4 * first.max(second) >= 3 * all;
    is.then_some(if first > second { UTF_16BE } else { UTF_16LE })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "ID,Café\n1,Œuvre\n";

    fn utf16(mark: &str, big: bool) -> Vec<u8> {
        let units = mark.encode_utf16().chain(TEXT.encode_utf16());
        units.flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    }

    #[test]
    fn utf16_is_known_with_and_without_a_mark() {
        let source = Source::plain("t.csv");
        for (big, encoding) in [(false, UTF_16LE), (true, UTF_16BE)] {
            for mark in ["", "\u{feff}"] {
                let read = decoded(&source, utf16(mark, big)).unwrap();
                assert_eq!(read, (TEXT.to_owned(), Some(encoding)));
            }
            let told = utf8("t.txt", utf16("", big)).unwrap_err().to_string();
            assert!(told.contains("UTF-16, not UTF-8") && told.contains("save it again"), "{told}");
        }
        assert!(utf8("t.csv", b"a,b\n1,x\0y\n\0".to_vec()).is_ok());
    }

    #[test]
    fn other_encodings_are_declared_and_never_guessed() {
        let (bytes, ..) = WINDOWS_1252.encode(TEXT);
        let told = decoded(&Source::plain("t.csv"), bytes.to_vec()).unwrap_err().to_string();
        assert!(told.contains("the word there is `Café`") && told.contains("declare its encoding"), "{told}");
        let declared = |encoding| Source { encoding: Some(encoding), ..Source::plain("t.csv") };
        let read = decoded(&declared(WINDOWS_1252), bytes.to_vec()).unwrap();
        assert_eq!(read, (TEXT.to_owned(), None));
        let told = decoded(&declared(UTF_16LE), b"abc".to_vec()).unwrap_err().to_string();
        assert!(told.contains("is not UTF-16LE text") && told.contains("t.csv:1:"), "{told}");
        let told = decoded(&declared(UTF_16LE), utf16("\u{feff}", true)).unwrap_err().to_string();
        assert!(told.contains("UTF-16BE, not UTF-16LE"), "{told}");
    }
}
