//! Association of two variables, and agreement of coders: aggregates of plain counts.
//!
//! In: two columns of values (of coders, three). Out: a struct of the coefficient, its interval, and how many rows it
//! rests on. Rows in which one value is NULL do not count, and all others count alike: there is no design here.
//!
//! Coefficients of order (`gamma`, `tau_b`, `spearman`) take numbers, of which only the order counts: for labels,
//! `scale_position(label, set)`. The others take any values, and their order does not count.

mod agreement;
mod docs;
mod of_two;

use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;

use super::aggregate::{Argument, Call, Choice, Function, Groups, Kind, Shape};
use super::svy::cells::Cells;
use super::svy::result::numbers_type;
use agreement::{Alpha, Kappa, PercentAgreement};
pub(super) use docs::DOCS;
use of_two::{ChiSquared, Fisher, Ordinal, Spearman};

/// A function of plain counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Association {
    Gamma,
    TauB,
    Spearman,
    ChiSquared,
    Fisher,
    PercentAgreement,
    Kappa,
    Alpha,
}

impl Association {
    /// All of them.
    pub(super) const ALL: [Association; 8] = [
        Association::Gamma,
        Association::TauB,
        Association::Spearman,
        Association::ChiSquared,
        Association::Fisher,
        Association::PercentAgreement,
        Association::Kappa,
        Association::Alpha,
    ];
}

const X: Argument = Argument { name: "x", kind: Kind::Number };
const Y: Argument = Argument { name: "y", kind: Kind::Number };
const ROW: Argument = Argument { name: "row", kind: Kind::Category };
const COLUMN: Argument = Argument { name: "column", kind: Kind::Category };
const A: Argument = Argument { name: "a", kind: Kind::Value };
const B: Argument = Argument { name: "b", kind: Kind::Value };
const UNIT: Argument = Argument { name: "unit", kind: Kind::Category };
const CODER: Argument = Argument { name: "coder", kind: Kind::Category };
const VALUE: Argument = Argument { name: "value", kind: Kind::Value };

const WEIGHTS: Choice = Choice { name: "weights", words: &agreement::WEIGHTS };
const INTERVAL: Choice = Choice { name: "interval", words: &agreement::INTERVALS };
const LEVEL: Choice = Choice { name: "level", words: &agreement::LEVELS };

impl Function for Association {
    fn name(self) -> &'static str {
        match self {
            Association::Gamma => "gamma",
            Association::TauB => "tau_b",
            Association::Spearman => "spearman",
            Association::ChiSquared => "chisq_test",
            Association::Fisher => "fisher_test",
            Association::PercentAgreement => "percent_agreement",
            Association::Kappa => "cohen_kappa",
            Association::Alpha => "krippendorff_alpha",
        }
    }

    fn shape(self) -> &'static Shape {
        match self {
            Association::Gamma | Association::TauB | Association::Spearman => {
                &Shape { leading: &[X, Y], design: false, choices: &[] }
            }
            Association::ChiSquared | Association::Fisher => {
                &Shape { leading: &[ROW, COLUMN], design: false, choices: &[] }
            }
            Association::PercentAgreement => &Shape { leading: &[A, B], design: false, choices: &[INTERVAL] },
            Association::Kappa => &Shape { leading: &[A, B], design: false, choices: &[WEIGHTS, INTERVAL] },
            Association::Alpha => &Shape { leading: &[UNIT, CODER, VALUE], design: false, choices: &[LEVEL] },
        }
    }

    fn result(self) -> DataType {
        match self {
            Association::Gamma => numbers_type(&of_two::GAMMA),
            Association::TauB => numbers_type(&of_two::TAU_B),
            Association::Spearman => numbers_type(&of_two::SPEARMAN),
            Association::ChiSquared => numbers_type(&of_two::CHI_SQUARED),
            Association::Fisher => numbers_type(&of_two::FISHER),
            Association::PercentAgreement | Association::Kappa => numbers_type(&agreement::AGREEMENT),
            Association::Alpha => numbers_type(&agreement::ALPHA),
        }
    }

    fn start(self, call: &Call) -> Result<Box<dyn Groups>> {
        let (name, shape) = (self.name(), self.shape());
        Ok(match self {
            Association::Gamma => Box::new(Cells::new(name, shape, Ordinal::Gamma, call)),
            Association::TauB => Box::new(Cells::new(name, shape, Ordinal::TauB, call)),
            Association::Spearman => Box::new(Cells::new(name, shape, Spearman, call)),
            Association::ChiSquared => Box::new(Cells::new(name, shape, ChiSquared, call)),
            Association::Fisher => Box::new(Cells::new(name, shape, Fisher, call)),
            Association::PercentAgreement => Box::new(Cells::new(name, shape, PercentAgreement, call)),
            Association::Kappa => Box::new(Cells::new(name, shape, Kappa, call)),
            Association::Alpha => Box::new(Cells::new(name, shape, Alpha, call)),
        })
    }
}
