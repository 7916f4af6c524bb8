//! Finds how a new export is to be read: encoding, separator, rows of the header.
//!
//! In: a file. Out: a [`Source`] that reads it, and what was found beyond the plain, in words: it is written down, not kept.

use std::path::Path;

use encoding_rs::WINDOWS_1252;
use indexmap::IndexMap;

use super::likeness::words;
use crate::diagnostic::Diagnostics;
use crate::sources::{self, RawTable};
use crate::study::{Format, Header, MissingReason, Source};

/// How a file is read, and what that was found by.
#[derive(Clone, Debug)]
pub struct Found {
    /// The settings.
    pub source: Source,
    /// What was found, in words.
    pub said: Vec<String>,
}

/// Finds the settings of `file` in the study's folder `root`; `header` says how many rows its header has, if that is known.
///
/// # Errors
/// The file cannot be read, by any of the settings that it may have.
pub fn settings(root: &Path, file: &str, header: Option<usize>) -> Result<Found, Diagnostics> {
    let mut source = Source { header: header.map(Header::Rows), ..Source::plain(file) };
    let mut said = Vec::new();
    let bytes = sources::bytes(root, file)?;
    if source.format() == Format::Text {
        if let Some(word) = not_utf8(&bytes) {
            source.encoding = Some(WINDOWS_1252);
            said.push(format!(
                "it is not UTF-8; as Windows-1252 it has words like `{word}`: are they right?"
            ));
        }
        if let Some((separator, name)) = separator(&bytes) {
            source.separator = Some(separator);
            said.push(format!("{name} stand between its cells"));
        }
    }
    if source.format().is_data_file() {
        if let Some(word) = sources::odd_word(&source, &bytes)? {
            source.encoding = Some(WINDOWS_1252);
            said.push(format!(
                "it does not say its encoding; as Windows-1252 it has words like `{word}`: are they right?"
            ));
        }
        let (table, _) = RawTable::parse(&source, bytes)?;
        missing_codes(&table, &mut source, &mut said);
        return Ok(Found { source, said });
    }
    if source.header.is_none() {
        let (table, _) = RawTable::parse(&source, bytes)?;
        if is_text_row(&table) {
            source.header = Some(Header::Rows(2));
            said.push(
                "its second row has the texts of the questions, and is read as part of the header".to_owned(),
            );
        }
    }
    Ok(Found { source, said })
}

/// A word of the text that is not UTF-8, read as Windows-1252; none if all of it is UTF-8, or UTF-16.
fn not_utf8(bytes: &[u8]) -> Option<String> {
    let is_utf16 = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    let at = std::str::from_utf8(bytes).err().filter(|_| !is_utf16)?.valid_up_to();
    let (text, ..) = WINDOWS_1252.decode(bytes.get(at.saturating_sub(40)..(at + 40).min(bytes.len()))?);
    let words = text.split(|c: char| c.is_whitespace() || matches!(c, ';' | ',' | '"' | '\t'));
    words.filter(|word| !word.is_ascii()).map(str::to_owned).next()
}

/// What stands between the cells, if it is no comma: what the first line has most of.
fn separator(bytes: &[u8]) -> Option<(char, &'static str)> {
    let line = bytes.split(|b| matches!(b, b'\n' | b'\r')).next()?;
    let count = |separator: u8| line.iter().filter(|b| **b == separator).count();
    let others = [(b';', ';', "semicolons"), (b'\t', '\t', "tabs"), (b'|', '|', "vertical bars")];
    let most = others.into_iter().max_by_key(|(byte, ..)| count(*byte))?;
    (count(most.0) > count(b',')).then_some((most.1, most.2))
}

/// Finds why answers are missing in an SPSS or Stata file: what it calls missing, by the labels of the codes.
fn missing_codes(table: &RawTable, source: &mut Source, said: &mut Vec<String>) {
    let mut labels: IndexMap<String, Option<String>> = IndexMap::new();
    for column in 0..table.headers().count() {
        let Some(described) = table.described(column) else { continue };
        let known = described.value_labels.iter().filter(|(code, _)| described.missing.has(code));
        for (code, label) in known {
            labels.insert(code.clone(), Some(label.trim().to_owned()));
        }
        for code in described.missing.codes.iter().filter(|code| !described.value_labels.contains_key(*code))
        {
            labels.entry(code.clone()).or_insert(None);
        }
    }
    labels.sort_keys();
    for (code, label) in labels {
        let own = label.as_deref().map(words).unwrap_or_default();
        let reason = reason(&own);
        let called = label.map(|label| format!(", `{label}`")).unwrap_or_default();
        match reason {
            Some(reason) => {
                said.push(format!("it calls {code}{called}, missing: taken as `{reason}`; look at it"));
                source.missing.insert(code, reason);
            }
            None => {
                let reasons: Vec<String> =
                    MissingReason::ALL.iter().map(|reason| format!("`{reason}`")).collect();
                said.push(format!(
                    "OPEN: it calls {code}{called}, missing: add to `missing` below why, one of {}",
                    reasons.join(", ")
                ));
            }
        }
    }
}

/// The reason that the label of a missing value names, in its own words or in those that tools use.
fn reason(label: &[String]) -> Option<MissingReason> {
    const OTHERS: [(&str, MissingReason); 7] = [
        ("not shown", MissingReason::NotAsked),
        ("not displayed", MissingReason::NotAsked),
        ("no answer", MissingReason::Skipped),
        ("not answered", MissingReason::Skipped),
        ("does not apply", MissingReason::NotApplicable),
        ("prefer not", MissingReason::Refused),
        ("refusal", MissingReason::Refused),
    ];
    let own = MissingReason::ALL.into_iter().map(|reason| (reason.words(), reason));
    let found = own.chain(OTHERS).find(|(said, _)| words(said).iter().all(|word| label.contains(word)));
    found.map(|(_, reason)| reason)
}

/// Whether the first row under the header is none of answers: its cells are blank where all others have something, and what
/// they say stands nowhere below.
fn is_text_row(table: &RawTable) -> bool {
    const FEWEST: usize = 3;
    const MANY: usize = 10;
    if table.len() < FEWEST {
        return false;
    }
    let columns = table.headers().count();
    let (mut texts, mut once) = (0_usize, 0_usize);
    let mut is_blank_id = false;
    for column in 0..columns {
        let cell = table.cell(0, column);
        let below = || (1..table.len()).map(|row| table.cell(row, column));
        if cell.is_empty() {
            is_blank_id |= below().all(|other| !other.is_empty());
        } else {
            texts += 1;
            once += usize::from(below().all(|other| other != cell));
        }
    }
    // A respondent's words may stand nowhere else, but hardly all of them.
    texts > 1 && once == texts && (is_blank_id || texts == columns && columns >= MANY)
}

/// A source as study.toml has it.
pub(super) fn written(source: &Source) -> String {
    use super::draft::quoted;
    let mut settings = vec![format!("file = {}", quoted(&source.file))];
    if let Some(encoding) = source.encoding {
        settings.push(format!("encoding = {}", quoted(&encoding.name().to_lowercase())));
    }
    if let Some(separator) = source.separator {
        settings.push(format!("separator = {}", quoted(&separator.to_string())));
    }
    if let Some(Header::Rows(rows)) = source.header {
        settings.push(format!("header = {rows}"));
    }
    if !source.missing.is_empty() {
        let reasons: Vec<String> = source
            .missing
            .iter()
            .map(|(code, reason)| format!("{} = {}", quoted(code), quoted(reason.words())))
            .collect();
        settings.push(format!("missing = {{ {} }}", reasons.join(", ")));
    }
    match &settings[..] {
        [_] => quoted(&source.file),
        _ => format!("{{ {} }}", settings.join(", ")),
    }
}
