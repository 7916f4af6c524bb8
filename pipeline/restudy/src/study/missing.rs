//! Why an answer is not there: the words that `study.toml` and the codebook use for it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The reason for a missing answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum MissingReason {
    /// The question was not put: by its universe, or by its wave.
    #[serde(rename = "not asked")]
    NotAsked,
    /// The question was put and left blank.
    #[serde(rename = "skipped")]
    Skipped,
    /// There was nothing to answer.
    #[serde(rename = "not applicable")]
    NotApplicable,
    /// The respondent said that they would not answer.
    #[serde(rename = "refused")]
    Refused,
}

impl MissingReason {
    /// All reasons.
    pub const ALL: [MissingReason; 4] = [
        MissingReason::NotAsked,
        MissingReason::Skipped,
        MissingReason::NotApplicable,
        MissingReason::Refused,
    ];

    /// The words of the reason.
    pub fn words(self) -> &'static str {
        match self {
            MissingReason::NotAsked => "not asked",
            MissingReason::Skipped => "skipped",
            MissingReason::NotApplicable => "not applicable",
            MissingReason::Refused => "refused",
        }
    }

    /// The reason that these words name.
    pub fn from_words(words: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.words() == words)
    }
}

impl fmt::Display for MissingReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words())
    }
}
