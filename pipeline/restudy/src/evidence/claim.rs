//! A published claim: a number (or statement) that somebody printed, and what the data say of it.

use serde::Serialize;

/// A row of the claims register, as it was read.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Claim {
    /// Name in the register: `S13`.
    pub id: String,
    /// Section of the source report.
    pub section: String,
    /// Fieldwork, survey or case study.
    pub phase: String,
    /// What was measured.
    pub measure: String,
    /// In whom.
    pub subgroup: String,
    /// `count`, `percent`, `percentage points`, `rank` or `statement`.
    pub statistic: String,
    /// Printed value; none for statements.
    pub value: Option<f64>,
    /// Printed count beside a percentage.
    pub count: Option<u64>,
    /// Printed base.
    pub base: Option<u64>,
    /// How it was printed: `exact`, `rounded to 1`, `one half` …
    pub precision: String,
    /// The register's note.
    pub note: String,
}

/// What the audit says of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The data give a value that rounds to the printed one, or bear the statement.
    Reproduced,
    /// The data give another value.
    Differs,
    /// No base can give the printed percentage and count, or the printed base cannot be.
    Impossible,
    /// The report prints two values for one measure, and the data give the other.
    Contradicted,
    /// There is nothing to compute it from.
    Untestable,
}

/// A claim with its verdict.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    /// What was claimed.
    pub claim: Claim,
    /// The verdict.
    pub verdict: Verdict,
    /// What was printed, as text.
    pub printed: String,
    /// What the data give, as text.
    pub found: String,
    /// Query that gave it.
    pub query: String,
    /// Why the verdict is not `reproduced`, or what a reader should know although it is.
    pub reason: String,
}
