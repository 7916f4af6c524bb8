//! Runs the Typst command line, and brings its messages home.
//!
//! In: a folder with the generated document. Out: a PDF or an SVG, or diagnostics at the template lines that caused them.
//!
//! - No shell, no environment, no network, no system fonts, no packages; a time limit and a limit on memory.
//! - The same document gives the same bytes: the PDF's date is the wave's.

mod find;
mod messages;
mod run;

pub use find::{Typst, find};
pub use messages::{Home, diagnostics};
pub use run::{Job, compile, draw, timestamp};
