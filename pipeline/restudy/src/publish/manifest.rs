//! What a build was made from, with what, and what came of it: every file with its SHA-256.

use std::io::Read as _;
use std::path::Path;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::diagnostic::{Diagnostic, Diagnostics};

/// Name of the manifest in a build's folder.
pub const MANIFEST: &str = "manifest.json";

/// A build in hashes. It holds no time and no place, so that the same study gives the same manifest.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The study's title.
    pub study: String,
    /// The wave.
    pub wave: String,
    /// Programs by name: version and hash.
    pub tools: IndexMap<String, Tool>,
    /// Keys of the steps: a hash of all that a step depends on.
    pub steps: IndexMap<String, String>,
    /// Keys of the queries, each a hash of the query and of all that it reads.
    pub queries: IndexMap<String, String>,
    /// The study's files that the build read: definitions, data, queries, templates, fonts.
    pub inputs: IndexMap<String, String>,
    /// The files that the build made.
    pub outputs: IndexMap<String, String>,
    /// What should be looked at, by the step that found it: told again by a build that takes over what the step made.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub warnings: IndexMap<String, Diagnostics>,
}

/// A program that took part.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tool {
    /// Its version.
    pub version: String,
    /// SHA-256 of the program, or of its sources for the one that is running.
    pub sha256: String,
}

impl Manifest {
    /// The manifest of the build in `folder`; nothing if there is none, or none that can be read.
    pub fn read(folder: &Path) -> Option<Manifest> {
        serde_json::from_slice(&fs_err::read(folder.join(MANIFEST)).ok()?).ok()
    }

    /// What a step found when it made what the build holds.
    pub fn warnings_of(&self, step: &str) -> Diagnostics {
        self.warnings.get(step).cloned().unwrap_or_default()
    }

    /// The manifest as text.
    ///
    /// # Errors
    /// Never in practice: all its parts are text.
    pub fn to_text(&self) -> Result<String, Diagnostics> {
        let mut text = serde_json::to_string_pretty(self).map_err(|e| Diagnostic::error(e.to_string()))?;
        text.push('\n');
        Ok(text)
    }

    /// Whether every output of the build is in `folder`, with the bytes that it was made with.
    pub fn outputs_are_whole(&self, folder: &Path) -> bool {
        self.are_whole(folder, "")
    }

    /// The same of the outputs whose names begin with `prefix`; false where there are none.
    pub fn are_whole(&self, folder: &Path, prefix: &str) -> bool {
        let mut wanted = self.outputs.iter().filter(|(name, _)| name.starts_with(prefix)).peekable();
        let whole = |name: &str, sha: &str| hash_file(&folder.join(name)).is_ok_and(|found| found == sha);
        wanted.peek().is_some() && wanted.all(|(name, sha)| whole(name, sha))
    }
}

/// SHA-256 in hexadecimal.
pub fn hash(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

/// SHA-256 of a file that is too large to be held in memory for it.
///
/// # Errors
/// The file cannot be read.
pub fn hash_file(path: &Path) -> std::io::Result<String> {
    let mut file = fs_err::File::open(path)?;
    let mut hash = Sha256::new();
    let mut part = vec![0; 1 << 16];
    loop {
        match file.read(&mut part)? {
            0 => return Ok(hexadecimal(&hash.finalize())),
            length => hash.update(&part[..length]),
        }
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_of_the_standard() {
        // FIPS 180-2, appendix B.1.
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(hash(b"abc"), abc);
        let file = tempfile::NamedTempFile::new().unwrap();
        fs_err::write(file.path(), "abc").unwrap();
        assert_eq!(hash_file(file.path()).unwrap(), abc);
    }
}
