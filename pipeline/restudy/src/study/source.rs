//! Tables as `study.toml` names them: a file, and how it is to be read where that is not plain.
//!
//! In: `"answers.csv"`, or `{ file = "answers.csv", encoding = "windows-1252", separator = ";", header = 2 }`. Out: a
//! [`Source`]. It opens no file: what a file's ending says of its [`Format`] is all that is known of it here.

use std::fmt;

use encoding_rs::Encoding;
use indexmap::IndexMap;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::MissingReason;

/// The file of a table, and what is declared about it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Source {
    /// The file, relative to the study's folder.
    pub file: String,
    /// The encoding of its text.
    pub encoding: Option<&'static Encoding>,
    /// What stands between its cells.
    pub separator: Option<char>,
    /// What stands before the decimals of its numbers, if that is not a point.
    pub decimal: Option<char>,
    /// The rows that name its columns.
    pub header: Option<Header>,
    /// The sheet of a workbook.
    pub sheet: Option<String>,
    /// The cells of the sheet.
    pub range: Option<CellRange>,
    /// What columns are called by.
    pub names: Names,
    /// Why answers are missing, by the code that the file calls missing, or by its label.
    pub missing: IndexMap<String, MissingReason>,
}

/// What a file is, by its ending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Delimited text.
    Text,
    /// A workbook of Excel or OpenDocument.
    Workbook,
    /// A system file of SPSS.
    Spss,
    /// A data file of Stata.
    Stata,
}

/// What the columns of a data file are called by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Names {
    /// Their names.
    #[default]
    Names,
    /// Their labels, which are the questions as a rule; a column without a label by its name.
    Labels,
}

/// The rows that name the columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Header {
    /// So many rows, whose cells make up a name together: `Question [Answer]`.
    Rows(usize),
    /// Three rows: names, questions, import ids.
    Qualtrics,
    /// Two rows: questions, and their answers.
    SurveyMonkey,
}

/// Cells of a sheet, rows and columns counted from 0, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CellRange {
    /// First row and column.
    pub from: (u32, u32),
    /// Last row and column.
    pub to: (u32, u32),
}

/// What `study.toml` may say of a file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Declared {
    file: String,
    #[serde(default, deserialize_with = "encoding")]
    encoding: Option<&'static Encoding>,
    #[serde(default, deserialize_with = "separator")]
    separator: Option<char>,
    #[serde(default, deserialize_with = "decimal")]
    decimal: Option<char>,
    header: Option<Header>,
    sheet: Option<String>,
    range: Option<CellRange>,
    names: Option<Names>,
    #[serde(default)]
    missing: IndexMap<String, MissingReason>,
}

impl Source {
    /// A file of which nothing is declared.
    pub fn plain(file: impl Into<String>) -> Self {
        Source { file: file.into(), ..Source::default() }
    }

    /// What the file is, by its ending.
    pub fn format(&self) -> Format {
        let ending = self.file.rsplit_once('.').map_or("", |(_, ending)| ending).to_ascii_lowercase();
        match ending.as_str() {
            "xlsx" | "xlsm" | "ods" => Format::Workbook,
            "sav" | "zsav" => Format::Spss,
            "dta" => Format::Stata,
            _ => Format::Text,
        }
    }

    /// The source as `study.toml` writes it: its file, or that and its settings.
    pub fn written(&self) -> String {
        let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
        let header = self.header.map(|header| match header {
            Header::Rows(rows) => rows.to_string(),
            Header::Qualtrics => quoted("qualtrics"),
            Header::SurveyMonkey => quoted("surveymonkey"),
        });
        let missing =
            self.missing.iter().map(|(code, why)| format!("{} = {}", quoted(code), quoted(why.words())));
        let missing: Vec<String> = missing.collect();
        let settings = [
            ("encoding", self.encoding.map(|encoding| quoted(&encoding.name().to_lowercase()))),
            ("separator", self.separator.map(|separator| quoted(&separator.to_string()))),
            ("decimal", self.decimal.map(|mark| quoted(&mark.to_string()))),
            ("header", header),
            ("sheet", self.sheet.as_deref().map(quoted)),
            ("range", self.range.map(|range| quoted(&range.to_string()))),
            ("names", (self.names == Names::Labels).then(|| quoted("labels"))),
            ("missing", (!missing.is_empty()).then(|| format!("{{ {} }}", missing.join(", ")))),
        ];
        let file = quoted(&self.file);
        let set: Vec<String> =
            settings.into_iter().filter_map(|(name, value)| Some(format!("{name} = {}", value?))).collect();
        if set.is_empty() { file } else { format!("{{ file = {file}, {} }}", set.join(", ")) }
    }

    /// Settings that say nothing about a file of this format.
    pub(super) fn idle(&self) -> Vec<&'static str> {
        let settings = [
            ("encoding", self.encoding.is_some(), &[Format::Text, Format::Spss, Format::Stata][..]),
            ("separator", self.separator.is_some(), &[Format::Text]),
            ("decimal", self.decimal.is_some(), &[Format::Text]),
            ("header", self.header.is_some(), &[Format::Text, Format::Workbook]),
            ("sheet", self.sheet.is_some(), &[Format::Workbook]),
            ("range", self.range.is_some(), &[Format::Workbook]),
            ("names", self.names != Names::Names, &[Format::Spss, Format::Stata]),
            ("missing", !self.missing.is_empty(), &[Format::Spss, Format::Stata]),
        ];
        let format = self.format();
        let idle = settings.into_iter().filter(|(_, set, of)| *set && !of.contains(&format));
        idle.map(|(name, ..)| name).collect()
    }
}

impl Format {
    /// The format in words, with its article.
    pub fn words(self) -> &'static str {
        match self {
            Format::Text => "a text file",
            Format::Workbook => "a workbook",
            Format::Spss => "an SPSS file",
            Format::Stata => "a Stata file",
        }
    }

    /// Whether such a file has variables and codes, rather than rows of text.
    pub fn is_data_file(self) -> bool {
        matches!(self, Format::Spss | Format::Stata)
    }
}

impl CellRange {
    /// The cells that `A3:F200` names.
    pub fn of(text: &str) -> Option<CellRange> {
        let (from, to) = text.split_once(':')?;
        let (from, to) = (corner(from)?, corner(to)?);
        (from.0 <= to.0 && from.1 <= to.1).then_some(CellRange { from, to })
    }
}

impl fmt::Display for CellRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letters = |column: u32| {
            let (mut letters, mut rest) = (String::new(), column + 1);
            while rest > 0 {
                letters.insert(0, char::from(b'A' + u8::try_from((rest - 1) % 26).unwrap_or(0)));
                rest = (rest - 1) / 26;
            }
            letters
        };
        let corner = |at: (u32, u32)| format!("{}{}", letters(at.1), at.0 + 1);
        write!(f, "{}:{}", corner(self.from), corner(self.to))
    }
}

/// Row and column of `C412`, both from 0.
fn corner(text: &str) -> Option<(u32, u32)> {
    const COLUMNS: u32 = 16_384;
    const ROWS: u32 = 1_048_576;
    let digits = text.find(|c: char| c.is_ascii_digit())?;
    let (letters, digits) = text.split_at(digits);
    if letters.is_empty() || letters.len() > 3 || !letters.bytes().all(|b| b.is_ascii_alphabetic()) {
        return None;
    }
    let place = |b: u8| u32::from(b.to_ascii_uppercase() - b'A') + 1;
    let column = letters.bytes().fold(0, |column, letter| column * 26 + place(letter));
    let row: u32 = digits.parse().ok()?;
    ((1..=ROWS).contains(&row) && column <= COLUMNS).then(|| (row - 1, column - 1))
}

/// A source is its file alone, or a table of settings.
struct FileOrSettings;

impl<'de> Visitor<'de> for FileOrSettings {
    type Value = Source;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a file, or `{ file = \"…\", … }`")
    }

    fn visit_str<E: Error>(self, file: &str) -> Result<Source, E> {
        Ok(Source::plain(file))
    }

    fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<Source, M::Error> {
        let declared = Declared::deserialize(MapAccessDeserializer::new(map))?;
        Ok(Source {
            file: declared.file,
            encoding: declared.encoding,
            separator: declared.separator,
            decimal: declared.decimal,
            header: declared.header,
            sheet: declared.sheet,
            range: declared.range,
            names: declared.names.unwrap_or_default(),
            missing: declared.missing,
        })
    }
}

impl<'de> Deserialize<'de> for Source {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FileOrSettings)
    }
}

fn encoding<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<&'static Encoding>, D::Error> {
    let name = String::deserialize(deserializer)?;
    // "replacement" stands for encodings that are never decoded.
    let known = Encoding::for_label_no_replacement(name.as_bytes());
    known.map(Some).ok_or_else(|| {
        D::Error::custom(format!(
            "`{name}` is no encoding that is known: write `utf-8`, `utf-16le`, `windows-1252` or the like"
        ))
    })
}

fn separator<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<char>, D::Error> {
    let text = String::deserialize(deserializer)?;
    match text.as_str() {
        "," | ";" | "\t" | "|" => Ok(text.chars().next()),
        _ => Err(D::Error::custom(format!(
            "`{text}` cannot separate cells: write `,`, `;`, `|`, or `\\t` for a tab"
        ))),
    }
}

fn decimal<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<char>, D::Error> {
    let text = String::deserialize(deserializer)?;
    match text.as_str() {
        "," | "." => Ok(text.chars().next()),
        _ => Err(D::Error::custom(format!(
            "`{text}` cannot stand before decimals: write `,`, or `.` for a point"
        ))),
    }
}

/// A number of rows, or the name of a tool.
struct RowsOrTool;

impl Visitor<'_> for RowsOrTool {
    type Value = Header;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number of rows from 1 to 5, `qualtrics` or `surveymonkey`")
    }

    fn visit_i64<E: Error>(self, rows: i64) -> Result<Header, E> {
        match usize::try_from(rows) {
            Ok(rows @ 1..=5) => Ok(Header::Rows(rows)),
            _ => Err(E::custom("a header has from 1 to 5 rows")),
        }
    }

    fn visit_str<E: Error>(self, tool: &str) -> Result<Header, E> {
        match tool {
            "qualtrics" => Ok(Header::Qualtrics),
            "surveymonkey" => Ok(Header::SurveyMonkey),
            _ => Err(E::unknown_variant(tool, &["qualtrics", "surveymonkey"])),
        }
    }
}

impl<'de> Deserialize<'de> for Header {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RowsOrTool)
    }
}

impl<'de> Deserialize<'de> for CellRange {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        CellRange::of(&text)
            .ok_or_else(|| D::Error::custom(format!("`{text}` names no cells: write them like `A3:F200`")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_written_as_it_is_read() {
        #[derive(Deserialize)]
        struct Said {
            responses: Source,
        }
        for written in [
            "\"a \\\"b\\\".csv\"",
            "{ file = \"a.csv\", encoding = \"windows-1252\", separator = \"\\t\", header = 2 }",
            "{ file = \"a.csv\", separator = \";\", decimal = \",\" }",
            "{ file = \"a.xlsx\", header = \"qualtrics\", sheet = \"Answers\", range = \"B3:AA200\" }",
            "{ file = \"a.dta\", encoding = \"windows-1252\", missing = { \".a\" = \"refused\" } }",
            "{ file = \"a.sav\", names = \"labels\", missing = { \"-9\" = \"refused\", \"Not shown\" = \"not asked\" } }",
        ] {
            let said: Said = toml::from_str(&format!("responses = {written}")).unwrap();
            let again: Said = toml::from_str(&format!("responses = {}", said.responses.written())).unwrap();
            assert_eq!(again.responses, said.responses);
            if !written.contains('\'') && !written.starts_with('"') {
                assert_eq!(said.responses.written(), written);
            }
        }
    }

    #[test]
    fn ranges_are_counted_from_0() {
        assert_eq!(CellRange::of("A3:F200"), Some(CellRange { from: (2, 0), to: (199, 5) }));
        assert_eq!(CellRange::of("aa1:XFD1048576").map(|range| range.to), Some((1_048_575, 16_383)));
        for text in ["", "A3", "A3:", "F1:A3", "A0:B2", "A1:XFE2", "1A:2B", "A-1:B2", "AAAAAAAAAAA1:B2"] {
            assert_eq!(CellRange::of(text), None, "{text}");
        }
    }
}
