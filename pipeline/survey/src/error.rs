//! Why an estimate cannot be made.

use thiserror::Error;

/// Why an estimate cannot be made of elements that are there.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum SurveyError {
    /// A stratum with one sampled unit, of more in the population, tells nothing about its variance.
    #[error(
        "stratum {stratum} has only one sampled unit at stage {stage}: its variance cannot be estimated; merge it with a \
         similar stratum, or choose how a lonely unit counts (certainty, adjust, average)"
    )]
    LonelyPsu {
        /// Stage, from 1.
        stage: usize,
        /// Number of the stratum.
        stratum: u32,
    },
    /// More units than were sampled.
    #[error(
        "stratum {stratum} at stage {stage} has {found} units, but {sampled} are said to be sampled in it"
    )]
    TooManyUnits {
        /// Stage, from 1.
        stage: usize,
        /// Number of the stratum.
        stratum: u32,
        /// Units that are said to be sampled.
        sampled: u32,
        /// Units among the elements.
        found: usize,
    },
    /// Fewer units in the population than were sampled.
    #[error(
        "stratum {stratum} at stage {stage} has {sampled} sampled units, but a population of {population}"
    )]
    PopulationTooSmall {
        /// Stage, from 1.
        stage: usize,
        /// Number of the stratum.
        stratum: u32,
        /// Units sampled.
        sampled: u32,
        /// Units of the population.
        population: f64,
    },
    /// Columns of one design are not equally long.
    #[error("{what} has {found} values where {expected} are needed")]
    Length {
        /// What is too long or too short.
        what: &'static str,
        /// Values needed.
        expected: usize,
        /// Values found.
        found: usize,
    },
    /// A sum is infinite or not a number.
    #[error("the values or their weights sum to no finite number: one of them is infinite, NaN or too large")]
    NotFinite,
    /// A category beyond the number of categories.
    #[error("category {category} does not exist: there are {count}, numbered from 0")]
    Category {
        /// The category.
        category: usize,
        /// Number of categories.
        count: usize,
    },
    /// A confidence outside its range.
    #[error("the confidence {0} is not between 0 and 1")]
    Confidence(f64),
    /// The estimate exists in no replicate.
    #[error("no replicate gives an estimate: its weights are 0 for all rows that answered")]
    NoReplicate,
    /// Clopper and Pearson's interval of weighted rows.
    #[error("the Clopper-Pearson interval is for plain counts: with weights that differ, use korn-graubard")]
    NotPlainCounts,
    /// A probability outside its range.
    #[error("the probability {0} of a quantile is not between 0 and 1")]
    Probability(f64),
    /// A table with too many empty cells for a test.
    #[error(
        "{empty} of the {cells} cells of the table are empty, too many for a test of independence; merge categories"
    )]
    EmptyCells {
        /// Cells that nobody is in.
        empty: usize,
        /// Cells of the table.
        cells: usize,
    },
}
