//! What a build was made from, with what, and what came of it: every file with its SHA-256.

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
        let whole =
            |name: &str, sha: &str| fs_err::read(folder.join(name)).is_ok_and(|bytes| hash(&bytes) == sha);
        wanted.peek().is_some() && wanted.all(|(name, sha)| whole(name, sha))
    }
}

/// SHA-256 in hexadecimal.
pub fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
