//! Rows that no estimate can be made of: counted while rows are read, told when the group is done.

use datafusion::common::{DataFusionError, Result, exec_err};
use survey::error::SurveyError;

use crate::engine::aggregate::Shape;

/// How many rows have a bad value, and the first of them.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Bad {
    rows: u64,
    first: f64,
}

impl Bad {
    #[cold]
    pub(super) fn note(&mut self, value: f64) {
        if self.rows == 0 {
            self.first = value;
        }
        self.rows += 1;
    }

    fn in_rows(self) -> String {
        in_rows(self.rows)
    }
}

fn in_rows(rows: u64) -> String {
    if rows == 1 { "1 row".to_owned() } else { format!("{rows} rows") }
}

/// What is wrong with the rows read so far.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Faults {
    /// Rows whose design is NULL.
    pub(super) no_design: u64,
    /// Weights that are negative or no finite number.
    pub(super) weights: Bad,
    /// Values of the first argument that are no finite number.
    pub(super) first: Bad,
    /// Values of the second argument that are no finite number.
    pub(super) second: Bad,
    /// Values of a condition that are not 0 or 1.
    pub(super) conditions: Bad,
}

impl Faults {
    /// That nothing is wrong for `function`, whose arguments `shape` names.
    pub(super) fn check(&self, function: &str, shape: &Shape) -> Result<()> {
        if self.no_design > 0 {
            return exec_err!(
                "the design of `{function}` is NULL in {}: an outer join gives rows that are not in the sample",
                in_rows(self.no_design)
            );
        }
        if self.weights.rows > 0 {
            return exec_err!(
                "the weight in the design of `{function}` is negative or not a number in {}, first {}",
                self.weights.in_rows(),
                self.weights.first
            );
        }
        for (argument, bad) in [self.first, self.second].into_iter().enumerate() {
            if bad.rows > 0 {
                return exec_err!(
                    "{} of `{function}` is not a finite number in {}, first {}",
                    shape.argument(argument),
                    bad.in_rows(),
                    bad.first
                );
            }
        }
        if self.conditions.rows > 0 {
            let have = if self.conditions.rows == 1 { "has another value" } else { "have other values" };
            return exec_err!(
                "`{function}` wants a condition, or numbers that are 0 or 1: {} {have}, first {}",
                self.conditions.in_rows(),
                self.conditions.first
            );
        }
        Ok(())
    }
}

/// Why `function` gives no estimate, in words for whoever wrote the query.
pub(super) fn told(function: &str, error: &SurveyError) -> DataFusionError {
    let message = match error {
        SurveyError::LonelyPsu { stage, stratum } => format!(
            "stratum {stratum} has only one sampled unit at stage {stage}, so `{function}` cannot tell its variance: set \
             lonely_psu in [design] of study.toml, or merge the stratum with a similar one (the table design_strata lists \
             strata)"
        ),
        SurveyError::TooManyUnits { stage, stratum, sampled, found } => format!(
            "stratum {stratum} at stage {stage} has {found} units in `{function}`, but its design says that {sampled} were \
             sampled: rows of two samples are mixed"
        ),
        SurveyError::NotPlainCounts => format!(
            "the method clopper-pearson of `{function}` is for rows that weigh alike: use korn-graubard, or leave the design out"
        ),
        SurveyError::NotFinite => format!("the values of `{function}` add up to no finite number"),
        other => format!("`{function}`: {other}"),
    };
    DataFusionError::Execution(message)
}
