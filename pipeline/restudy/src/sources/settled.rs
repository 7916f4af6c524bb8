//! What must be known to read a file, found in the file, to be written down in `study.toml`.
//!
//! In: a file of which nothing is declared yet, or not all. Out: a [`Source`] with every setting that is not plain, and in
//! words why each was chosen; what a file cannot tell beyond doubt is marked for somebody to look at. Of a long text the beginning
//! is looked at, but for its encoding.

use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::Path;

use ::csv::StringRecord;
use encoding_rs::WINDOWS_1252;
use fs_err::File;

use super::{decimal, delimited, encoding, header, workbook};
use crate::diagnostic::Diagnostics;
use crate::study::{Format, Header, Source};

/// How many bytes of a text are looked at, apart from its encoding.
const LOOKED_AT: u64 = 16 << 20;

/// A setting that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    /// What was found, in words.
    pub what: String,
    /// Whether the file leaves no doubt about it.
    pub certain: bool,
}

/// How `declared` is to be read, with what it does not say itself.
///
/// # Errors
/// The file cannot be read, or leaves a choice that only its owner can make: of separators, or of sheets.
pub fn settled(root: &Path, declared: &Source) -> Result<(Source, Vec<Settled>), Diagnostics> {
    let mut file = fs_err::File::open(super::within(root, &declared.file)?)
        .map_err(|e| super::unreadable(root, &declared.file, &e))?;
    let mut source = declared.clone();
    let mut said = Vec::new();
    let bytes = match source.format() {
        Format::Text => beginning(&mut file)?,
        _ => super::bytes(root, &declared.file)?,
    };
    super::kind::agrees(declared, &bytes)?;
    if source.format() == Format::Text {
        let text = text(&mut source, bytes.clone(), file, &mut said)?;
        if let Some(separator) = delimited::unlike_plain(&source, &text)? {
            source.separator = Some(char::from(separator));
            let what = format!("{}s stand between cells", delimited::separator_name(separator));
            said.push(Settled { what, certain: true });
        }
    }
    if let Some(word) = odd_word(&source, &bytes)? {
        source.encoding = Some(WINDOWS_1252);
        let what = format!(
            "it does not say its encoding: read as windows-1252, in which it has words like `{word}`"
        );
        said.push(Settled { what, certain: false });
    }
    if !source.format().is_data_file() && source.header.is_none() {
        let one = Source { header: Some(Header::Rows(1)), ..source.clone() };
        let (table, _) = match source.format() {
            Format::Workbook => workbook::read(&one, bytes.clone())?,
            _ => delimited::read(&one, bytes.clone())?,
        };
        let first: StringRecord = table.names.iter().map(String::as_str).collect();
        let rows: Vec<StringRecord> = std::iter::once(first).chain(table.rows).collect();
        if let Some((tool, header)) = header::recognised(&rows) {
            source.header = Some(header);
            said.push(Settled { what: format!("it is {tool}"), certain: true });
        } else if two_rows(&rows) {
            source.header = Some(Header::Rows(2));
            let what =
                "the second row, of words that stand nowhere below it, is read as a second row of the header";
            said.push(Settled { what: what.to_owned(), certain: false });
        }
    }
    if source.format() == Format::Text && source.decimal.is_none() {
        let (table, _) = delimited::read(&source, bytes)?;
        if let Some(name) = decimal::column(&table.rows).and_then(|column| table.names.get(column)) {
            source.decimal = Some(',');
            let what = format!("numbers have a decimal comma, as in `{}`", super::shortened(name));
            said.push(Settled { what, certain: false });
        }
    }
    Ok((source, said))
}

/// Words of a Stata file that does not say its encoding, as Windows-1252, if they are not UTF-8.
///
/// # Errors
/// The file is damaged.
pub fn odd_word(source: &Source, bytes: &[u8]) -> Result<Option<String>, Diagnostics> {
    match source.format() {
        Format::Stata => super::dta::odd_word(source, bytes),
        _ => Ok(None),
    }
}

/// The first whole rows of a text; all of it, if it is no longer than [`LOOKED_AT`].
fn beginning(file: &mut File) -> Result<Vec<u8>, Diagnostics> {
    let mut bytes = Vec::new();
    file.take(LOOKED_AT).read_to_end(&mut bytes)?;
    if file.metadata()?.len() <= LOOKED_AT {
        return Ok(bytes);
    }
    // In UTF-16 a line end has a 0 behind or before it.
    let is_little = bytes.starts_with(&[0xff, 0xfe]) || bytes.get(1) == Some(&0);
    let (mut is_quoted, mut whole) = (false, bytes.len());
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'"' => is_quoted = !is_quoted,
            b'\n' if !is_quoted => whole = at + 1 + usize::from(is_little),
            _ => {}
        }
    }
    bytes.truncate(whole);
    Ok(bytes)
}

/// The text with which `file` begins, with the encoding of it all.
fn text(
    source: &mut Source,
    bytes: Vec<u8>,
    mut file: File,
    said: &mut Vec<Settled>,
) -> Result<String, Diagnostics> {
    let may_be_utf8 = !bytes.contains(&0) && encoding_rs::Encoding::for_bom(&bytes).is_none();
    if source.encoding.is_none() && may_be_utf8 {
        file.seek(SeekFrom::Start(0))?;
        let mut sound = 0;
        let is_utf8 = encoding::is_utf8(&mut file, |piece| sound += piece.len())?;
        if !is_utf8 {
            source.encoding = Some(WINDOWS_1252);
            file.seek(SeekFrom::Start(u64::try_from(sound).unwrap_or_default()))?;
            let mut odd = Vec::new();
            file.take(LOOKED_AT).read_to_end(&mut odd)?;
            let (odd, ..) = WINDOWS_1252.decode(&odd);
            let mut words = odd.split(|c: char| !c.is_alphanumeric() && c != '’');
            let word = words.find(|word| !word.is_ascii());
            let word = word.map(|word| format!(", in which it has words like `{word}`"));
            let what = format!("it is not UTF-8: read as windows-1252{}", word.unwrap_or_default());
            said.push(Settled { what, certain: false });
        }
    }
    let (text, found) = encoding::decoded(source, bytes)?;
    if let Some(found) = found {
        source.encoding = Some(found);
        said.push(Settled { what: format!("its text is {}", found.name()), certain: true });
    }
    Ok(text)
}

/// Whether the first two rows name the columns: one of short codes, and one of words that no answer repeats.
fn two_rows(rows: &[StringRecord]) -> bool {
    const FEWEST: usize = 5;
    let [codes, words, body @ ..] = rows else { return false };
    let given: Vec<(usize, &str)> =
        words.iter().map(str::trim).enumerate().filter(|(_, w)| !w.is_empty()).collect();
    if body.len() < FEWEST || given.len() < 3 || 2 * given.len() < codes.len() {
        return false;
    }
    let is_code = |cell: &str| !cell.trim().contains(char::is_whitespace);
    let coded = codes.iter().filter(|cell| is_code(cell)).count();
    let in_words = given.iter().filter(|(_, word)| word.contains(char::is_whitespace)).count();
    let is_value = |word: &str| word.parse::<f64>().is_ok();
    let repeated = |(column, word): &(usize, &str)| {
        body.iter().any(|row| row.get(*column).is_some_and(|c| c.trim() == *word))
    };
    5 * coded >= 4 * codes.len()
        && 2 * in_words >= given.len()
        && !given.iter().any(|(_, word)| is_value(word))
        && !given.iter().any(repeated)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(name: &str, bytes: &[u8]) -> (String, Vec<bool>) {
        let folder = tempfile::tempdir().unwrap();
        fs_err::write(folder.path().join(name), bytes).unwrap();
        let (source, said) = settled(folder.path(), &Source::plain(name)).unwrap();
        (source.written(), said.iter().map(|said| said.certain).collect())
    }

    #[test]
    fn what_is_plain_needs_no_setting() {
        assert_eq!(found("t.csv", b"a,b\n1,2\n"), ("\"t.csv\"".to_owned(), vec![]));
        assert_eq!(found("t.tsv", b"a\tb\n1\t2\n").0, "\"t.tsv\"");
    }

    #[test]
    fn what_is_not_plain_is_written_down() {
        let (written, certain) = found("t.csv", b"name;city\nAnn;Orl\xe9ans\nBob;Bath\n");
        assert_eq!(written, "{ file = \"t.csv\", encoding = \"windows-1252\", separator = \";\" }");
        assert_eq!(certain, [false, true]);
        let utf16: Vec<u8> = "\u{feff}a\tb\n1\t2\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let (written, certain) = found("t.csv", &utf16);
        assert_eq!(written, "{ file = \"t.csv\", encoding = \"utf-16le\", separator = \"\\t\" }");
        assert_eq!(certain, [true, true]);
    }

    #[test]
    fn decimal_commas_are_a_guess() {
        let (written, certain) = found("t.csv", b"id;hours\n1;3,5\n2;4\n");
        assert_eq!(written, "{ file = \"t.csv\", separator = \";\", decimal = \",\" }");
        assert_eq!(certain, [true, false]);
        assert_eq!(found("t.csv", b"id,hours\n1,\"1,250\"\n").0, "\"t.csv\"", "thousands, perhaps");
    }

    #[test]
    fn two_rows_of_a_header_are_a_guess() {
        let body = "x,1,yes\n".repeat(5);
        let (written, certain) =
            found("t.csv", format!("id,s1_n,s2\n,How many?,Do you agree?\n{body}").as_bytes());
        assert_eq!((written.as_str(), certain), ("\"t.csv\"", vec![]), "two columns are too few to tell");
        let (written, certain) =
            found("t.csv", format!("q1,s1_n,s2\nYour name,How many?,Do you agree?\n{body}").as_bytes());
        assert_eq!((written.as_str(), certain), ("{ file = \"t.csv\", header = 2 }", vec![false]));
        let (written, _) = found("t.csv", format!("q1,s1_n,s2\nMy name,4,I do\n{body}").as_bytes());
        assert_eq!(written, "\"t.csv\"");
    }
}
