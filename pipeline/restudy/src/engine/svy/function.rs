//! The functions `svy_…`: their arguments, and what keeps their sums.

use datafusion::arrow::datatypes::{DataType, Fields};
use datafusion::common::Result;
use survey::interval::Method;

use super::cells::Cells;
use super::estimates::{Difference, OfOne, Ratio};
use super::result::{estimate_fields, numbers_type};
use super::sums::Sums;
use super::tables::{CHI_SQUARED, ChiSquared, Proportions, Quantile, proportions_type};
use crate::engine::aggregate::{Argument, Call, Choice, Function, Groups, Kind, Shape};

/// A design-based function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::engine) enum Svy {
    Mean,
    Total,
    Proportion,
    Ratio,
    Difference,
    Quantile,
    Median,
    Proportions,
    ChiSquared,
}

impl Svy {
    /// All of them.
    pub(in crate::engine) const ALL: [Svy; 9] = [
        Svy::Mean,
        Svy::Total,
        Svy::Proportion,
        Svy::Proportions,
        Svy::Ratio,
        Svy::Difference,
        Svy::Quantile,
        Svy::Median,
        Svy::ChiSquared,
    ];
}

/// Methods for the interval of a proportion.
const METHODS: [(&str, Method); 5] = [
    ("logit", Method::Logit),
    ("korn-graubard", Method::KornGraubard),
    ("wilson", Method::Wilson),
    ("wald", Method::Wald),
    ("clopper-pearson", Method::ClopperPearson),
];

const X: Argument = Argument { name: "x", kind: Kind::Number };
const Y: Argument = Argument { name: "y", kind: Kind::Number };
const CONDITION: Argument = Argument { name: "condition", kind: Kind::Condition };
const P: Argument = Argument { name: "p", kind: Kind::Probability };
const CATEGORY: Argument = Argument { name: "category", kind: Kind::Category };
const ROW: Argument = Argument { name: "row", kind: Kind::Category };
const COLUMN: Argument = Argument { name: "column", kind: Kind::Category };

impl Function for Svy {
    fn name(self) -> &'static str {
        match self {
            Svy::Mean => "svy_mean",
            Svy::Total => "svy_total",
            Svy::Proportion => "svy_prop",
            Svy::Ratio => "svy_ratio",
            Svy::Difference => "svy_diff",
            Svy::Quantile => "svy_quantile",
            Svy::Median => "svy_median",
            Svy::Proportions => "svy_props",
            Svy::ChiSquared => "svy_chisq",
        }
    }

    fn shape(self) -> &'static Shape {
        const WORDS: [&str; 5] = [METHODS[0].0, METHODS[1].0, METHODS[2].0, METHODS[3].0, METHODS[4].0];
        const METHOD: Choice = Choice { name: "method", words: &WORDS };
        match self {
            Svy::Mean | Svy::Total | Svy::Median => &Shape { leading: &[X], design: true, choices: &[] },
            Svy::Proportion => &Shape { leading: &[CONDITION], design: true, choices: &[METHOD] },
            Svy::Ratio => &Shape { leading: &[Y, X], design: true, choices: &[] },
            Svy::Difference => &Shape { leading: &[X, CONDITION], design: true, choices: &[] },
            Svy::Quantile => &Shape { leading: &[X, P], design: true, choices: &[] },
            Svy::Proportions => &Shape { leading: &[CATEGORY], design: true, choices: &[] },
            Svy::ChiSquared => &Shape { leading: &[ROW, COLUMN], design: true, choices: &[] },
        }
    }

    fn result(self) -> DataType {
        match self {
            Svy::Proportions => proportions_type(),
            Svy::ChiSquared => numbers_type(&CHI_SQUARED),
            _ => DataType::Struct(Fields::from(estimate_fields())),
        }
    }

    fn start(self, call: &Call) -> Result<Box<dyn Groups>> {
        let (name, shape) = (self.name(), self.shape());
        let one = |of: OfOne| Box::new(Sums::new(name, shape, of, call)) as Box<dyn Groups>;
        Ok(match self {
            Svy::Mean => one(OfOne::Mean),
            Svy::Total => one(OfOne::Total),
            Svy::Proportion => one(OfOne::Proportion(method(call))),
            Svy::Ratio => Box::new(Sums::new(name, shape, Ratio, call)),
            Svy::Difference => Box::new(Sums::new(name, shape, Difference, call)),
            Svy::Quantile | Svy::Median => {
                let p = call.constant.unwrap_or(0.5);
                Box::new(Cells::new(name, shape, Quantile(name, p), call))
            }
            Svy::Proportions => Box::new(Cells::new(name, shape, Proportions, call)),
            Svy::ChiSquared => Box::new(Cells::new(name, shape, ChiSquared, call)),
        })
    }
}

/// The method that a call asks for: logit with a design, else Wilson's.
fn method(call: &Call) -> Method {
    let asked = METHODS.iter().find(|(word, _)| call.words.contains(word)).map(|(_, method)| *method);
    asked.unwrap_or(if call.design.is_some() { Method::Logit } else { Method::Wilson })
}
