//! Rows that no estimate can be made of: counted while rows are read, told when the group is done.

use datafusion::common::{DataFusionError, Result, exec_err};
use survey::error::SurveyError;

use crate::engine::aggregate::{Call, Kind, Shape};

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
    /// Rows whose design has no weight.
    pub(super) no_weight: u64,
    /// Rows whose design lacks a stratum or a unit.
    pub(super) no_place: u64,
    /// Weights that are negative or no finite number.
    pub(super) weights: Bad,
    /// Values of each argument that are no finite number.
    pub(super) values: [Bad; 3],
    /// Values of a condition that are not 0 or 1.
    pub(super) conditions: Bad,
}

impl Faults {
    /// That nothing is wrong for `function`, which was called so with the arguments that `shape` names.
    pub(super) fn check(&self, function: &str, shape: &Shape, call: &Call) -> Result<()> {
        let design = call.called(call.design.unwrap_or(usize::MAX), "the design");
        if self.no_design > 0 {
            return exec_err!(
                "{design} of `{function}` is NULL in {}: an outer join gives rows that are not in the sample",
                in_rows(self.no_design)
            );
        }
        if self.no_weight > 0 {
            return exec_err!(
                "the weight in {design} of `{function}` is NULL in {}",
                in_rows(self.no_weight)
            );
        }
        if self.no_place > 0 {
            return exec_err!(
                "a stratum or unit in {design} of `{function}` is NULL in {}: where `design` has a `unit` beside its `place`, \
                 a `named_struct` needs it too: `'unit', design['unit']`",
                in_rows(self.no_place)
            );
        }
        if self.weights.rows > 0 {
            return exec_err!(
                "the weight in {design} of `{function}` is negative or not a number in {}, first {}",
                self.weights.in_rows(),
                self.weights.first
            );
        }
        for (argument, bad) in self.values.into_iter().enumerate() {
            if bad.rows > 0 {
                let name = shape.argument(argument);
                let of = format!("{name} of `{function}`");
                let called = call.called(argument, &of);
                let as_it = if called.starts_with(&of) { String::new() } else { format!(" as {of}") };
                return exec_err!(
                    "{called}{as_it} is not a finite number in {}, first {}",
                    bad.in_rows(),
                    bad.first
                );
            }
        }
        if self.conditions.rows > 0 {
            let at = shape.leading.iter().position(|argument| argument.kind == Kind::Condition);
            return exec_err!(
                "`{function}` wants a condition, or numbers that are 0 or 1: {} has other values in {}, first {}",
                call.called(at.unwrap_or_default(), "what it is given"),
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
