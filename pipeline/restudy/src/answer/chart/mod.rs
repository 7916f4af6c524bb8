//! Answers drawn with the report's own theme: which chart suits, and the drawing.
//!
//! In: an answer, where it comes from, a kind of chart or none. Out: an SVG or a PDF, and why it is drawn as it is.
//!
//! - `plot` makes of the answer what the theme draws: a result with key columns, numbers with their intervals.
//! - `choose` finds the chart that suits it; what a chart that was asked for cannot show is refused, with what it would need.
//! - `drawing` writes the document and runs Typst; the PDF is accessible (PDF/UA) and carries its numbers, the SVG says in
//!   words what it shows.

mod choose;
mod drawing;
mod plot;
mod words;

pub use drawing::{Drawn, Press};

use crate::report::alt;

/// How an answer is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chart {
    /// Bars, side by side where there are two texts.
    Bar,
    /// Bars of 100%, divided among the answers.
    Stacked,
    /// Dots with their intervals.
    Dot,
    /// Points joined by lines.
    Line,
    /// A table.
    Table,
}

impl Chart {
    /// All kinds.
    pub const ALL: [Chart; 5] = [Chart::Bar, Chart::Stacked, Chart::Dot, Chart::Line, Chart::Table];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Chart::Bar => "bar",
            Chart::Stacked => "stacked",
            Chart::Dot => "dot",
            Chart::Line => "line",
            Chart::Table => "table",
        }
    }

    /// What it is, in words.
    fn words(self) -> &'static str {
        match self {
            Chart::Bar => "a bar chart",
            Chart::Stacked => "a stacked bar chart",
            Chart::Dot => "a dot chart",
            Chart::Line => "a line chart",
            Chart::Table => "a table",
        }
    }

    /// The theme's chart for it, by the number of key columns; none for a table.
    fn of_theme(self, keys: usize) -> Option<alt::Chart> {
        match self {
            Chart::Bar if keys > 1 => Some(alt::Chart::Grouped),
            Chart::Bar => Some(alt::Chart::Bars),
            Chart::Stacked => Some(alt::Chart::Stacked),
            Chart::Dot => Some(alt::Chart::Dots),
            Chart::Line => Some(alt::Chart::Lines),
            Chart::Table => None,
        }
    }
}

#[cfg(test)]
mod tests;
