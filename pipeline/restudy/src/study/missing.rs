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

    /// The reason that the label of a missing value speaks of, in the words that tools and archives use, if it speaks of one.
    pub fn of_label(label: &str) -> Option<Self> {
        const SAID: [(MissingReason, &[&str]); 4] = [
            (MissingReason::Refused, &["refus", "prefer not", "declin", "rather not"]),
            (
                MissingReason::NotAsked,
                &[
                    "not asked",
                    "not shown",
                    "not displayed",
                    "filter",
                    "routed",
                    "skip pattern",
                    "not in wave",
                ],
            ),
            (MissingReason::NotApplicable, &["not applicable", "inapplicable", "n/a", "does not apply"]),
            (MissingReason::Skipped, &["skipped", "no answer", "not answered", "left blank"]),
        ];
        let label = label.to_lowercase();
        let speaks = |words: &[&str]| words.iter().any(|word| label.contains(word));
        SAID.into_iter().find(|(_, words)| speaks(words)).map(|(reason, _)| reason)
    }
}

impl fmt::Display for MissingReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words())
    }
}
