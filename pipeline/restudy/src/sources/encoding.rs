//! From bytes to text.
//!
//! In: the bytes of a file, and the encoding that was declared for it, if one was. Out: its text without a byte order
//! mark. UTF-8 is plain; UTF-16 is known by its mark or by its zeros, and said; any other encoding is taken only where
//! it is declared, because bytes do not tell Windows-1252 from its cousins.

use std::io::{BufRead, Read};

use encoding_rs::{DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::study::Source;

const RESAVE: &str = "save it again as UTF-8 (in Excel: Save As, `CSV UTF-8 (Comma delimited)`)";

/// The encoding of a file, as far as its beginning and what is declared of it say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Chosen {
    pub(super) encoding: &'static Encoding,
    /// Bytes of its byte order mark.
    pub(super) mark: usize,
    /// Whether it was found rather than declared, and is not plain.
    pub(super) is_found: bool,
}

/// The encoding of the file that begins with `head`.
///
/// # Errors
/// Another one is declared than its byte order mark says.
pub(super) fn chosen(source: &Source, head: &[u8]) -> Result<Chosen, Diagnostics> {
    let marked = Encoding::for_bom(head);
    match (source.encoding, marked) {
        (Some(declared), Some((found, _))) if declared != found => {
            let message = format!("the file is {}, not {}", found.name(), declared.name());
            let hint = format!("declare `encoding = \"{}\"`", found.name().to_lowercase());
            let fault = Diagnostic::error(message).at(Place::at(&*source.file, 1, 1));
            Err(fault.note("its byte order mark says so").hint(hint).into())
        }
        (Some(encoding), mark) => {
            Ok(Chosen { encoding, mark: mark.map_or(0, |(_, length)| length), is_found: false })
        }
        (None, Some((encoding, mark))) => Ok(Chosen { encoding, mark, is_found: encoding != UTF_8 }),
        (None, None) => Ok(match bare_utf16(head) {
            Some(encoding) => Chosen { encoding, mark: 0, is_found: true },
            None => Chosen { encoding: UTF_8, mark: 0, is_found: false },
        }),
    }
}

/// The text of a table, and its encoding where that was found rather than declared and is not plain.
pub(super) fn decoded(
    source: &Source,
    bytes: Vec<u8>,
) -> Result<(String, Option<&'static Encoding>), Diagnostics> {
    let chosen = chosen(source, &bytes)?;
    if chosen.encoding == UTF_8 && source.encoding.is_none() {
        return Ok((utf8(&source.file, bytes).map_err(declare)?, None));
    }
    let mut text = Vec::new();
    decode(chosen, source, bytes.get(chosen.mark..).unwrap_or_default(), |piece| {
        text.extend_from_slice(piece.as_bytes());
        Ok(())
    })?;
    let text = String::from_utf8(text).unwrap_or_default();
    Ok((text, chosen.is_found.then_some(chosen.encoding)))
}

/// The same faults of text in UTF-8, with advice for a table, whose encoding can be declared.
fn declare(faults: Diagnostics) -> Diagnostics {
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
}

/// Reads the text in `bytes`, which stand behind the byte order mark, and hands it on piece by piece.
///
/// # Errors
/// Bytes that are not text of the encoding; or what `piece` does not take.
pub(super) fn decode(
    chosen: Chosen,
    source: &Source,
    mut bytes: impl Read,
    mut piece: impl FnMut(&str) -> Result<(), Diagnostics>,
) -> Result<(), Diagnostics> {
    let mut decoder = chosen.encoding.new_decoder_without_bom_handling();
    let mut raw = vec![0; PIECE];
    let mut text = String::with_capacity(3 * PIECE);
    // Where the text has come to, for the place of a fault.
    let (mut before, mut line, mut column) = (0, 1, 1);
    loop {
        let length = bytes.read(&mut raw)?;
        let mut at = 0;
        loop {
            let rest = raw.get(at..length).unwrap_or_default();
            let (result, read) = decoder.decode_to_string_without_replacement(rest, &mut text, length == 0);
            at += read;
            let breaks = text.matches('\n').count();
            line += breaks;
            let behind = text.rsplit('\n').next().map_or(0, |line| line.chars().count());
            column = if breaks > 0 { 1 + behind } else { column + behind };
            if let DecoderResult::Malformed(..) = result {
                let byte = before + at;
                let fault = Diagnostic::error(format!("byte {byte} is not {} text", chosen.encoding.name()))
                    .at(Place::at(&*source.file, line, column));
                return Err(fault.hint("declare the encoding that it has, or save it again as UTF-8").into());
            }
            piece(&text)?;
            text.clear();
            if matches!(result, DecoderResult::InputEmpty) {
                break;
            }
        }
        before += length;
        if length == 0 {
            return Ok(());
        }
    }
}

/// How many bytes are decoded at once.
const PIECE: usize = 1 << 16;

/// Hands on the text in `bytes` piece by piece, if it is UTF-8; else says that it is not.
pub(super) fn is_utf8(mut bytes: impl Read, mut piece: impl FnMut(&[u8])) -> Result<bool, Diagnostics> {
    let mut raw = vec![0; PIECE];
    // The first bytes of a character whose others are not read yet.
    let mut begun = 0;
    loop {
        let length = bytes.read(raw.get_mut(begun..).unwrap_or_default())?;
        let read = raw.get(..begun + length).unwrap_or_default();
        let whole = match std::str::from_utf8(read) {
            Ok(_) => read.len(),
            Err(fault) if fault.error_len().is_some() || length == 0 => return Ok(false),
            Err(fault) => fault.valid_up_to(),
        };
        if length == 0 {
            return Ok(true);
        }
        piece(read.get(..whole).unwrap_or_default());
        begun = read.len() - whole;
        raw.copy_within(whole..whole + begun, 0);
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
        Err(error) => Err(not_utf8(file, error.as_bytes())?.into()),
    }
}

/// The fault of a table's `bytes` that are not UTF-8.
///
/// # Errors
/// They cannot be read.
pub(super) fn table_not_utf8(file: &str, bytes: impl BufRead) -> Result<Diagnostics, Diagnostics> {
    Ok(declare(not_utf8(file, bytes)?.into()))
}

/// The first byte that is not UTF-8, with its line, and how many lines more have one.
fn not_utf8(file: &str, mut bytes: impl BufRead) -> std::io::Result<Diagnostic> {
    let (mut before, mut number, mut more) = (0, 0, 0);
    let mut fault = None;
    let mut line = Vec::new();
    while bytes.read_until(b'\n', &mut line)? > 0 {
        number += 1;
        match (std::str::from_utf8(&line), &fault) {
            (Ok(_), _) => {}
            (Err(_), Some(_)) => more += 1,
            (Err(error), None) => {
                let at = error.valid_up_to();
                let column = 1 + String::from_utf8_lossy(line.get(..at).unwrap_or_default()).chars().count();
                let byte = line.get(at).copied().unwrap_or_default();
                let message = format!("byte {} (0x{byte:02x}) is not UTF-8 text", before + at + 1);
                fault = Some((
                    Diagnostic::error(message).at(Place::at(file, number, column)),
                    word_at(&line, at),
                ));
            }
        }
        before += line.len();
        line.clear();
    }
    let Some((mut fault, word)) = fault else {
        return Ok(Diagnostic::error("the file has changed while it was read").at(Place::file(file)));
    };
    if more > 0 {
        let lines = if more == 1 { "line has" } else { "lines have" };
        fault = fault.note(format!("{more} more {lines} the same fault"));
    }
    fault = fault.note(format!("as Windows-1252, the word there is `{word}`"));
    Ok(fault.hint(RESAVE))
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
