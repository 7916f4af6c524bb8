//! Functions of counts and shares that are at hand: `margin_of_error`, `wilson`, `clopper_pearson`, `percent`, `grim`; and
//! `significance_level`.
//!
//! In: numbers. Out: a number, an interval, a text or a truth; NULL where there is nothing to compute from. Intervals, margins
//! and the level of tests are at the session's confidence.

use std::sync::Arc;

use datafusion::arrow::array::{Array, AsArray, BooleanArray, Float64Array, StringArray};
use datafusion::arrow::datatypes::{DataType, Float64Type, Int64Type};
use datafusion::common::{Result, ScalarValue, exec_err};
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, TypeSignature, Volatility,
    create_udf,
};
use survey::printed::{Halves, PrintedMean};
use survey::{proportion, rounding};

use super::documented::FunctionDoc;
use super::svy::result::{Whole, numbers, numbers_type};

pub(super) const DOCS: &[FunctionDoc] = &[
    FunctionDoc {
        name: "margin_of_error",
        arguments: "share, n [, population]",
        summary: "how far chance may move a share of n, as a share",
        result: "a number: 0.07 is 7 points; NULL for an n of 0 or above the population",
        example: "select percent(margin_of_error(0.5, count(*))) as margin from responses",
        method: "z √(p(1−p)/n), times √((N−n)/(N−1)) where the population is given",
        source: "Cochran, Sampling Techniques, 3rd ed. 1977, sections 2.6 and 3.3",
        r: None,
    },
    FunctionDoc {
        name: "wilson",
        arguments: "n, base",
        summary: "a share of plain counts with Wilson's interval",
        result: "a struct of `estimate`, `lower`, `upper`; NULL for a base of 0 or below n",
        example: "select wilson(129, 182)['lower'] as at_least",
        method: "the shares that a score test does not reject",
        source: "Wilson, JASA 22, 1927, p. 209",
        r: Some("prop.test(n, base, correct = FALSE)"),
    },
    FunctionDoc {
        name: "clopper_pearson",
        arguments: "n, base",
        summary: "a share of plain counts with Clopper and Pearson's exact interval",
        result: "as wilson",
        example: "select clopper_pearson(0, 31)['upper'] as at_most",
        method: "the shares that an exact test at half the level on each side does not reject; it covers at least its confidence",
        source: "Clopper & Pearson, Biometrika 26, 1934, p. 404",
        r: Some("binom.test(n, base)"),
    },
    FunctionDoc {
        name: "significance_level",
        arguments: "",
        summary: "the level of tests that goes with the study's intervals",
        result: "a number: 0.05 where `confidence` is 0.95",
        example: "select significance_level() as level",
        method: "1 less `confidence` of `[design]`; a difference is told where p is below it",
        source: "this program",
        r: None,
    },
    FunctionDoc {
        name: "percent",
        arguments: "share",
        summary: "a share as it is printed",
        result: "text: 71%",
        example: "select percent(0.285) as printed",
        method: "rounded to whole per cents, halves away from 0",
        source: "this program",
        r: None,
    },
    FunctionDoc {
        name: "grim",
        arguments: "mean, n [, decimals]",
        summary: "whether whole-number answers of n people can have a printed mean",
        result: "true or false; NULL for an n of 0",
        example: "select grim(3.46, 28) as possible, grim(3.47, 28) as impossible",
        method: "whether any whole sum over n is printed so, halves rounded either way; the mean is printed with 2 decimals unless said",
        source: "Brown & Heathers, Social Psychological and Personality Science 8, 2017, p. 363",
        r: None,
    },
];

/// What `confidence` leaves of 1, without the dust of the subtraction.
pub fn significance_level(confidence: f64) -> f64 {
    rounding::half_away(1.0 - confidence, 9)
}

/// The functions, at `confidence`.
pub(super) fn scalars(confidence: f64) -> [ScalarUDF; 5] {
    let counts = || Signature::exact(vec![DataType::Int64, DataType::Int64], Volatility::Immutable);
    let interval = |exact: bool| {
        ScalarUDF::from(OfCounts { signature: counts(), exact, confidence: confidence.to_bits() })
    };
    let two = vec![DataType::Float64, DataType::Int64];
    let three = vec![DataType::Float64, DataType::Int64, DataType::Int64];
    let either = vec![TypeSignature::Exact(two), TypeSignature::Exact(three)];
    let grim = Grim { signature: Signature::one_of(either, Volatility::Immutable) };
    let level = ColumnarValue::Scalar(ScalarValue::Float64(Some(significance_level(confidence))));
    [
        margin_of_error(confidence),
        interval(false),
        interval(true),
        ScalarUDF::from(grim),
        create_udf(
            "significance_level",
            vec![],
            DataType::Float64,
            Volatility::Immutable,
            Arc::new(move |_| Ok(level.clone())),
        ),
    ]
}

/// The function, at `confidence`.
fn margin_of_error(confidence: f64) -> ScalarUDF {
    let two = vec![DataType::Float64, DataType::Int64];
    let three = vec![DataType::Float64, DataType::Int64, DataType::Int64];
    let either = vec![TypeSignature::Exact(two), TypeSignature::Exact(three)];
    let signature = Signature::one_of(either, Volatility::Immutable);
    ScalarUDF::from(MarginOfError { signature, confidence: confidence.to_bits() })
}

/// The function.
pub(super) fn percent() -> ScalarUDF {
    let signature = Signature::exact(vec![DataType::Float64], Volatility::Immutable);
    ScalarUDF::from(Percent { signature })
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct MarginOfError {
    signature: Signature,
    /// Bits of the confidence: equality and hash are asked for, which floats do not have.
    confidence: u64,
}

impl ScalarUDFImpl for MarginOfError {
    fn name(&self) -> &str {
        "margin_of_error"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arguments: &[DataType]) -> Result<DataType> {
        Ok(DataType::Float64)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(&args.args)?;
        let [shares, counts, populations @ ..] = arrays.as_slice() else {
            return exec_err!("`margin_of_error` wants a share and the number of those who answered");
        };
        let (shares, counts) = (shares.as_primitive::<Float64Type>(), counts.as_primitive::<Int64Type>());
        let populations = populations.first().map(|array| array.as_primitive::<Int64Type>());
        let confidence = f64::from_bits(self.confidence);
        let margins = shares.iter().zip(counts.iter()).enumerate().map(|(row, (share, n))| {
            let (share, n) = (share?, u64::try_from(n?).ok()?);
            match populations {
                None => proportion::margin_of_error(share, n, confidence),
                Some(populations) => {
                    let population = populations.is_valid(row).then(|| populations.value(row))?;
                    proportion::margin_of_error_fpc(share, n, u64::try_from(population).ok()?, confidence)
                }
            }
        });
        Ok(ColumnarValue::Array(Arc::new(margins.collect::<Float64Array>())))
    }
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Percent {
    signature: Signature,
}

impl ScalarUDFImpl for Percent {
    fn name(&self) -> &str {
        "percent"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arguments: &[DataType]) -> Result<DataType> {
        Ok(DataType::Utf8)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(&args.args)?;
        let [shares] = arrays.as_slice() else { return exec_err!("`percent` wants a share") };
        let shares = shares.as_primitive::<Float64Type>().iter();
        let printed = shares.map(|share| Some(format!("{}%", rounding::fixed(share? * 100.0, 0))));
        Ok(ColumnarValue::Array(Arc::new(printed.collect::<StringArray>())))
    }
}

/// `wilson(n, base)`, or `clopper_pearson(n, base)`, which is exact.
#[derive(Debug, PartialEq, Eq, Hash)]
struct OfCounts {
    signature: Signature,
    exact: bool,
    /// Bits of the confidence: equality and hash are asked for, which floats do not have.
    confidence: u64,
}

/// The fields of a share of counts.
const SHARE: [(&str, Whole); 3] = [("estimate", false), ("lower", false), ("upper", false)];

impl ScalarUDFImpl for OfCounts {
    fn name(&self) -> &str {
        if self.exact { "clopper_pearson" } else { "wilson" }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arguments: &[DataType]) -> Result<DataType> {
        Ok(numbers_type(&SHARE))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(&args.args)?;
        let [counts, bases] = arrays.as_slice() else {
            return exec_err!("`{}` wants a count and its base", self.name());
        };
        let confidence = f64::from_bits(self.confidence);
        let pairs = counts.as_primitive::<Int64Type>().iter().zip(bases.as_primitive::<Int64Type>());
        let of = |(n, base): (Option<i64>, Option<i64>)| {
            let (n, base) = (u64::try_from(n?).ok()?, u64::try_from(base?).ok()?);
            let interval = if self.exact {
                proportion::clopper_pearson(n, base, confidence)
            } else {
                proportion::wilson(n, base, confidence)
            }?;
            Some([n as f64 / base as f64, interval.lower, interval.upper].map(Some))
        };
        Ok(ColumnarValue::Array(numbers(&SHARE, &pairs.map(of).collect::<Vec<_>>())?))
    }
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Grim {
    signature: Signature,
}

impl ScalarUDFImpl for Grim {
    fn name(&self) -> &str {
        "grim"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arguments: &[DataType]) -> Result<DataType> {
        Ok(DataType::Boolean)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(&args.args)?;
        let [means, counts, decimals @ ..] = arrays.as_slice() else {
            return exec_err!("`grim` wants a mean and how many answered");
        };
        let (means, counts) = (means.as_primitive::<Float64Type>(), counts.as_primitive::<Int64Type>());
        let decimals = decimals.first().map(|array| array.as_primitive::<Int64Type>());
        let possible = means.iter().zip(counts.iter()).enumerate().map(|(row, (mean, n))| {
            let digits = match decimals {
                Some(decimals) if decimals.is_null(row) => return Ok(None),
                Some(decimals) => decimals.value(row),
                None => 2,
            };
            let (Some(mean), Some(n)) = (mean, n.and_then(|n| u64::try_from(n).ok()).filter(|n| *n > 0))
            else {
                return Ok(None);
            };
            match u8::try_from(digits).ok().and_then(|digits| PrintedMean::new(mean, digits)) {
                Some(printed) => Ok(Some(printed.sums(n, 1, Halves::Either).is_some())),
                None => exec_err!("`grim`: {mean} is no mean printed with {digits} decimals"),
            }
        });
        Ok(ColumnarValue::Array(Arc::new(possible.collect::<Result<BooleanArray>>()?)))
    }
}
