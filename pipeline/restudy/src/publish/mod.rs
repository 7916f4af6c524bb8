//! Artefacts of a build: a folder that is replaced whole, and a manifest that says what it was made from.
//!
//! In: files, as names and bytes. Out: `build/<wave>/`. A build that fails or is killed at any moment leaves the folder
//! as it was. A single file too is written whole or not at all. It knows the names of files and nothing of what is in them.

mod file;
mod folder;
mod manifest;

pub use file::write_whole;
pub use folder::{Fresh, write_file};
pub use manifest::{MANIFEST, Manifest, Tool, hash, hash_file};
