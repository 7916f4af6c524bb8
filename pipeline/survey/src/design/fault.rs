//! What is wrong with the description of a sample.

use std::fmt;

use thiserror::Error;

/// The rows that a fault concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rows {
    /// How many they are.
    pub count: usize,
    /// The first of them, counted from 0.
    pub first: usize,
}

/// "3 rows, the first is row 17": counted from 1.
impl fmt::Display for Rows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.count {
            1 => write!(f, "1 row: row {}", self.first + 1),
            count => write!(f, "{count} rows, the first is row {}", self.first + 1),
        }
    }
}

/// What is wrong with the description of a sample. Stages count from 1.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum DesignFault {
    /// A column is not as long as there are rows.
    #[error("{what} has {found} values where {expected} are needed")]
    Length {
        /// Which column.
        what: &'static str,
        /// Values needed.
        expected: usize,
        /// Values found.
        found: usize,
    },
    /// More rows than can be numbered.
    #[error("{0} rows are more than can be numbered")]
    TooManyRows(usize),
    /// A weight is negative, infinite or NaN.
    #[error("a weight must be 0 or more ({0})")]
    Weight(Rows),
    /// Weights were not given, and do not follow from this stage.
    #[error("without weights every stage needs the size of its population; stage {stage} lacks it ({rows})")]
    NoWeight {
        /// Stage without it.
        stage: usize,
        /// Rows without it.
        rows: Rows,
    },
    /// A unit has rows in two strata, and units are not nested.
    #[error(
        "unit {unit} of stage {stage} has rows in two strata ({rows}); if numbers of units start anew in each stratum, \
         declare them nested"
    )]
    UnitInTwoStrata {
        /// Stage of the unit.
        stage: usize,
        /// The first such unit, by the caller's number.
        unit: u32,
        /// Rows outside the stratum of their unit's first row.
        rows: Rows,
    },
    /// A population size is 0, negative or NaN.
    #[error("the population of stage {stage} must be above 0 ({rows})")]
    Population {
        /// Stage.
        stage: usize,
        /// Rows with such a size.
        rows: Rows,
    },
    /// Some values are population sizes, and others can only be sampling fractions.
    #[error(
        "the population of stage {stage} must be sizes or sampling fractions, not both: some are below 1 ({rows})"
    )]
    PopulationMixed {
        /// Stage.
        stage: usize,
        /// Rows with a value below 1.
        rows: Rows,
    },
    /// One stratum has two population sizes.
    #[error("the population of stage {stage} differs within a stratum ({rows})")]
    PopulationVaries {
        /// Stage.
        stage: usize,
        /// Rows that differ from the first row of their stratum.
        rows: Rows,
    },
    /// More units were sampled than the population has.
    #[error(
        "stage {stage} has {sampled} sampled units in a stratum whose population is {population} ({rows})"
    )]
    PopulationTooSmall {
        /// Stage.
        stage: usize,
        /// Units sampled in the stratum of the first row concerned.
        sampled: u32,
        /// Population of that stratum.
        population: f64,
        /// Rows of all such strata.
        rows: Rows,
    },
    /// There are no replicates.
    #[error("there are no replicate weights")]
    NoReplicates,
    /// A factor of the replicates is negative, infinite or NaN.
    #[error("the scales of replicates must be 0 or more")]
    Scales,
    /// A replicate weight is infinite or NaN.
    #[error("a replicate weight is not a number ({0})")]
    ReplicateWeight(Rows),
    /// A row has weight 0 but a replicate weight.
    #[error("a row of weight 0 has replicate weights other than 0 ({0})")]
    ReplicateOfZero(Rows),
}

/// The rows for which something is `wrong`, as an error.
pub(super) fn none(wrong: impl Iterator<Item = bool>) -> Result<(), Rows> {
    let mut rows = wrong.enumerate().filter(|(_, wrong)| *wrong).map(|(row, _)| row);
    match rows.next() {
        None => Ok(()),
        Some(first) => Err(Rows { count: 1 + rows.count(), first }),
    }
}

pub(super) fn length(what: &'static str, expected: usize, found: usize) -> Result<(), DesignFault> {
    if expected == found { Ok(()) } else { Err(DesignFault::Length { what, expected, found }) }
}
