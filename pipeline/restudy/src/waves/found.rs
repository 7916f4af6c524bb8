//! Finds how a new export is to be read: what its file tells of itself, and why answers are missing in it.
//!
//! In: a file. Out: a [`Source`] that reads it, and what was found beyond the plain, in words: it is written down, not kept.

use std::path::Path;

use indexmap::IndexMap;

use crate::diagnostic::Diagnostics;
use crate::sources::{self, RawTable};
use crate::study::{Header, MissingReason, Source};

/// How a file is read, and what that was found by.
#[derive(Clone, Debug)]
pub struct Found {
    /// The settings.
    pub source: Source,
    /// What was found, in words.
    pub said: Vec<String>,
}

/// Finds the settings of `file` in the study's folder `root`; `header` says how many rows its header has, if that is known.
///
/// # Errors
/// The file cannot be read, by any of the settings that it may have.
pub fn settings(root: &Path, file: &str, header: Option<usize>) -> Result<Found, Diagnostics> {
    let declared = Source { header: header.map(Header::Rows), ..Source::plain(file) };
    let (mut source, settled) = sources::settled(root, &declared)?;
    let mut said: Vec<String> = (settled.into_iter())
        .map(|found| if found.certain { found.what } else { format!("{} (look at it)", found.what) })
        .collect();
    if source.format().is_data_file() {
        let (table, _) = RawTable::read(root, &source)?;
        missing_codes(&table, &mut source, &mut said);
    }
    Ok(Found { source, said })
}

/// Finds why answers are missing in an SPSS or Stata file: what it calls missing, by the labels of the codes.
fn missing_codes(table: &RawTable, source: &mut Source, said: &mut Vec<String>) {
    let mut labels: IndexMap<String, Option<String>> = IndexMap::new();
    for column in 0..table.headers().count() {
        let Some(described) = table.described(column) else { continue };
        let known = described.value_labels.iter().filter(|(code, _)| described.missing.has(code));
        for (code, label) in known {
            labels.insert(code.clone(), Some(label.trim().to_owned()));
        }
        for code in described.missing.codes.iter().filter(|code| !described.value_labels.contains_key(*code))
        {
            labels.entry(code.clone()).or_insert(None);
        }
    }
    labels.sort_keys();
    for (code, label) in labels {
        let reason = label.as_deref().and_then(MissingReason::of_label);
        let called = label.map(|label| format!(", `{label}`")).unwrap_or_default();
        match reason {
            Some(reason) => {
                said.push(format!("it calls {code}{called}, missing: taken as `{reason}`; look at it"));
                source.missing.insert(code, reason);
            }
            None => {
                let reasons: Vec<String> =
                    MissingReason::ALL.iter().map(|reason| format!("`{reason}`")).collect();
                said.push(format!(
                    "OPEN: it calls {code}{called}, missing: add to `missing` below why, one of {}",
                    reasons.join(", ")
                ));
            }
        }
    }
}
