//! A published claim: a number (or statement) that somebody printed, and what the data say of it.

use serde::Serialize;

use super::precision::Precision;

/// What kind of statistic a claim prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A number of people or things.
    Count,
    /// A share in per cent.
    Percent,
    /// A distance between shares, in per cent.
    #[serde(rename = "percentage points")]
    Points,
    /// A place in an order.
    Rank,
    /// Something said in words.
    Statement,
}

impl Kind {
    /// All of them.
    pub const ALL: [Kind; 5] = [Kind::Count, Kind::Percent, Kind::Points, Kind::Rank, Kind::Statement];

    /// The register's word for it.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Count => "count",
            Kind::Percent => "percent",
            Kind::Points => "percentage points",
            Kind::Rank => "rank",
            Kind::Statement => "statement",
        }
    }

    /// The kind that the register's word names.
    pub fn named(word: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// Whether such a claim holds or not, rather than being near a number.
    pub fn is_statement(self) -> bool {
        matches!(self, Kind::Rank | Kind::Statement)
    }
}

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
    /// What kind of statistic it prints.
    pub statistic: Kind,
    /// Printed value; none for statements.
    pub value: Option<f64>,
    /// Printed count beside a percentage.
    pub count: Option<u64>,
    /// Printed base.
    pub base: Option<u64>,
    /// How it was printed: exact, rounded, in words.
    pub precision: Precision,
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
