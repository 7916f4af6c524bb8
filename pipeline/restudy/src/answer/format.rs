//! The formats, their names, and the endings of files that stand for them.

use std::path::Path;

/// A form in which an answer can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Columns that line up, for a terminal.
    Table,
    /// Comma-separated values (RFC 4180).
    Csv,
    /// A JSON array of objects.
    Json,
    /// JSON, one object a line.
    Ndjson,
    /// A table as GitHub's Markdown has it.
    Markdown,
    /// Parquet.
    Parquet,
    /// An Excel workbook.
    Xlsx,
    /// A drawing (SVG).
    Svg,
    /// A drawing (PDF).
    Pdf,
}

impl Format {
    /// All formats.
    pub const ALL: [Format; 9] = [
        Format::Table,
        Format::Csv,
        Format::Json,
        Format::Ndjson,
        Format::Markdown,
        Format::Parquet,
        Format::Xlsx,
        Format::Svg,
        Format::Pdf,
    ];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Format::Table => "table",
            Format::Csv => "csv",
            Format::Json => "json",
            Format::Ndjson => "ndjson",
            Format::Markdown => "markdown",
            Format::Parquet => "parquet",
            Format::Xlsx => "xlsx",
            Format::Svg => "svg",
            Format::Pdf => "pdf",
        }
    }

    /// Endings of the names of files that hold it; the first is the usual one.
    pub fn endings(self) -> &'static [&'static str] {
        match self {
            Format::Table => &["txt"],
            Format::Csv => &["csv"],
            Format::Json => &["json"],
            Format::Ndjson => &["ndjson", "jsonl"],
            Format::Markdown => &["md", "markdown"],
            Format::Parquet => &["parquet"],
            Format::Xlsx => &["xlsx"],
            Format::Svg => &["svg"],
            Format::Pdf => &["pdf"],
        }
    }

    /// The format that the ending of a file's name stands for.
    pub fn of_file(path: &Path) -> Option<Format> {
        let ending = path.extension()?.to_str()?.to_lowercase();
        Format::ALL.into_iter().find(|format| format.endings().contains(&ending.as_str()))
    }

    /// Whether it is no text, so that a terminal cannot show it.
    pub fn is_binary(self) -> bool {
        matches!(self, Format::Parquet | Format::Xlsx | Format::Pdf)
    }

    /// Whether it is drawn as a chart or table.
    pub fn is_drawn(self) -> bool {
        matches!(self, Format::Svg | Format::Pdf)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ending_stands_for_one_format() {
        for format in Format::ALL {
            for ending in format.endings() {
                assert_eq!(Format::of_file(Path::new(&format!("a.b/c.{ending}"))), Some(format));
            }
        }
        assert_eq!(Format::of_file(Path::new("A.XLSX")), Some(Format::Xlsx));
        for none in ["a", "a.doc", ".csv", "csv"] {
            assert_eq!(Format::of_file(Path::new(none)), None, "{none}");
        }
    }
}
