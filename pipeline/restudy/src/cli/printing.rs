//! Options that say how an answer is printed, and the printing: shared by all commands that answer with rows.
//!
//! In: an [`Answer`], the study and wave it comes from. Out: text on standard output, a page of it in a pager, or a file that
//! is written whole or not at all. What the command line gets wrong is told before anything is asked.

use std::path::{Path, PathBuf};

use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};

use super::output::Output;
use super::{Failure, pager};
use crate::answer::{Answer, Chart, Format, Origin, Press, Written, write};
use crate::diagnostic::{Diagnostic, count, visible};
use crate::publish::write_whole;
use crate::study::{Study, Wave};

/// How an answer is printed.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Printing")]
pub(super) struct Printing {
    /// How to print the answer [default: what the ending of --out says, else table]
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub(super) format: Option<Format>,

    /// Write to this file, whole or not at all; its ending says the format
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,

    /// What svg and pdf draw [default: what suits the columns; it is said on standard error]
    #[arg(long, value_enum, value_name = "CHART")]
    pub(super) chart: Option<Chart>,

    /// What the answer is called [default: the query's own title, or one made of the columns]
    #[arg(long, value_name = "TEXT")]
    pub(super) title: Option<String>,

    /// Print a long table to the terminal as it is, not in $PAGER or less
    #[arg(long)]
    pub(super) no_pager: bool,

    /// The Typst that draws svg and pdf [default: the one on the PATH, or the study's own in .tools/]
    #[arg(long, value_name = "PATH", env = "RESTUDY_TYPST", hide_env_values = true)]
    pub(super) typst: Option<PathBuf>,
}

impl Printing {
    /// The format that these options come to, so that a command can refuse before it asks.
    ///
    /// # Errors
    /// The ending of the file and the format contradict each other, the ending stands for no format, what is no text would go
    /// to a terminal, or a chart is asked for where nothing is drawn.
    pub(super) fn chosen(&self, output: &Output) -> Result<Format, Failure> {
        let wrong = |fault: Diagnostic| Failure::CommandLine(fault.into());
        let of_file = self.out.as_deref().map(|out| (out, Format::of_file(out)));
        let format = match (self.format, of_file) {
            (Some(format), Some((out, Some(other)))) if format != other => {
                return Err(wrong(
                    Diagnostic::error(format!(
                        "`--format {}` and the ending of {} contradict each other",
                        format.name(),
                        out.display()
                    ))
                    .note(endings())
                    .hint("leave `--format` out, or name the file so that it ends in what it holds"),
                ));
            }
            (Some(format), _) => format,
            (None, Some((_, Some(format)))) => format,
            (None, Some((out, None))) => {
                return Err(wrong(
                    Diagnostic::error(format!("the ending of {} stands for no format", out.display()))
                        .note(endings())
                        .hint("give the file one of these endings, or say `--format`"),
                ));
            }
            (None, None) => Format::Table,
        };
        if self.chart.is_some() && !format.is_drawn() {
            return Err(wrong(
                Diagnostic::error(format!(
                    "`--chart` draws, and the format `{}` is not drawn",
                    format.name()
                ))
                .hint("say `--out FILE.svg` or `--out FILE.pdf`"),
            ));
        }
        if format.is_binary() && self.out.is_none() && output.is_terminal() {
            return Err(wrong(
                Diagnostic::error(format!(
                    "`{}` is no text, and standard output is a terminal",
                    format.name()
                ))
                .hint(format!("say `--out FILE.{}`", format.endings().first().unwrap_or(&format.name()))),
            ));
        }
        Ok(format)
    }

    /// Prints an answer.
    ///
    /// # Errors
    /// As for [`Printing::chosen`]; the format cannot hold the answer, the chart cannot show it, or it cannot be written.
    pub(super) fn print(
        &self,
        answer: &Answer,
        study: &Study,
        wave: &Wave,
        output: &Output,
    ) -> Result<(), Failure> {
        let format = self.chosen(output)?;
        let titled = self.title.as_ref().map(|title| answer.clone().titled(title));
        let answer = titled.as_ref().unwrap_or(answer);
        let origin = Origin::of(study, wave);
        let width = if self.out.is_none() { output.width() } else { None };
        let written = if format.is_drawn() {
            let press = Press::of(study, self.typst.as_deref())?;
            let drawn = press.draw(answer, &origin, self.chart, format)?;
            if let Some(why) = drawn.why {
                output.say(&why);
            }
            drawn.written
        } else {
            write(answer, format, &origin, width)?
        };
        output.faults(&written.warnings);
        match &self.out {
            Some(out) => self.to_file(out, answer, &written, output),
            None if format == Format::Table && !self.no_pager => pager::show(&written.bytes, output),
            // What a value would do to a terminal is shown instead.
            None if output.is_terminal() => {
                Ok(output.result(&harmless(&String::from_utf8_lossy(&written.bytes)))?)
            }
            None => Ok(output.bytes(&written.bytes)?),
        }
    }

    /// An answer as a table for a reader, to be shown with others.
    ///
    /// # Errors
    /// The table cannot be made.
    pub(super) fn text(
        answer: &Answer,
        study: &Study,
        wave: &Wave,
        output: &Output,
    ) -> Result<String, Failure> {
        let written = write(answer, Format::Table, &Origin::of(study, wave), output.width())?;
        Ok(String::from_utf8_lossy(&written.bytes).into_owned())
    }

    /// Shows text, a page at a time where it is long.
    ///
    /// # Errors
    /// It cannot be written.
    pub(super) fn show(&self, text: &str, output: &Output) -> Result<(), Failure> {
        match self.no_pager {
            true => Ok(output.result(text)?),
            false => pager::show(text.as_bytes(), output),
        }
    }

    fn to_file(
        &self,
        out: &Path,
        answer: &Answer,
        written: &Written,
        output: &Output,
    ) -> Result<(), Failure> {
        write_whole(out, &written.bytes)?;
        let rows = count(answer.rows(), "row");
        output.say(&format!("wrote {}: {rows}, {}", out.display(), size(written.bytes.len())));
        Ok(())
    }
}

/// Lines of text with the signs made visible that would move or colour a terminal.
fn harmless(text: &str) -> String {
    text.lines().map(|line| format!("{}\n", visible(line))).collect()
}

/// The formats and their endings, in words.
fn endings() -> String {
    let each = Format::ALL.map(|format| {
        let endings: Vec<String> = format.endings().iter().map(|ending| format!(".{ending}")).collect();
        format!("{} ({})", format.name(), endings.join(", "))
    });
    format!("the formats and their endings are {}", each.join(", "))
}

/// A size as people read it: `847 bytes`, `8.4 kB`.
fn size(bytes: usize) -> String {
    match bytes {
        0..1_000 => count(bytes, "byte"),
        1_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}

impl ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Self] {
        &Format::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name()).help(match self {
            Format::Table => "Columns that line up and fit the terminal; shares as 28.5%, a missing value as –",
            Format::Csv => "Comma-separated values (RFC 4180), all digits; a text that a spreadsheet would run begins with '",
            Format::Json => "An array of objects, all digits",
            Format::Ndjson => "An object a line",
            Format::Markdown => "A table for a Markdown page, numbers as in table",
            Format::Parquet => "Parquet, with labels and scales",
            Format::Xlsx => "An Excel workbook: one table, and a sheet about it",
            Format::Svg => "A chart or table as the report draws it, for a page",
            Format::Pdf => "The same for print; accessible, with its numbers attached",
        }))
    }
}

impl ValueEnum for Chart {
    fn value_variants<'a>() -> &'a [Self] {
        &Chart::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name()).help(match self {
            Chart::Bar => "A bar for each category; of two columns of text, bars side by side",
            Chart::Stacked => "Bars of 100%: two columns of text and a share",
            Chart::Dot => "Dots with their intervals, for numbers of any size",
            Chart::Line => "Lines along the first column: years, ages, a scale",
            Chart::Table => "A table",
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_in_words() {
        assert_eq!([1, 999, 8_412, 12_345_678].map(size), ["1 byte", "999 bytes", "8.4 kB", "12.3 MB"]);
    }
}
