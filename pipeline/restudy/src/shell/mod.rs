//! What stands behind the prompt: what was typed, cut into entries; the names that can be typed; the commands.
//!
//! In: text as it is typed, and the names of a study. Out: plain values. It knows no terminal, and runs no SQL that anybody
//! typed.
//!
//! - [`pieces()`] cuts a text as the engine's parser does; [`entries`] and [`Script`] find what is complete.
//! - [`Command`] is what begins with a backslash.
//! - [`Names`] is what a study lets one type; [`complete()`] and [`arguments`] say what of it may stand at the cursor.

mod command;
mod complete;
mod entry;
mod names;
mod pieces;
mod scope;

pub use command::{Command, USAGE, Usage};
pub use complete::{Candidate, Completion, arguments, complete};
pub use entry::{Entry, EntryKind, Script, entries, saved_call};
pub use names::{Column, Names, Table};
pub use pieces::{Kind, Piece, pieces};
pub use scope::is_keyword;

#[cfg(test)]
mod tests;
