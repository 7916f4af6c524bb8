//! `margin_of_error(share, n)`, `margin_of_error(share, n, population)` and `percent(share)`.
//!
//! In: numbers. Out: the margin as a share (0.07 is 7 points), at the session's confidence, with finite-population
//! correction where the population is given; NULL for an `n` of 0 or above the population. Or the share as it is printed,
//! `71%`: rounded as everywhere.

use std::sync::Arc;

use datafusion::arrow::array::{Array, AsArray, Float64Array, StringArray};
use datafusion::arrow::datatypes::{DataType, Float64Type, Int64Type};
use datafusion::common::{Result, exec_err};
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, TypeSignature, Volatility,
};
use survey::{proportion, rounding};

/// The function, at `confidence`.
pub(super) fn margin_of_error(confidence: f64) -> ScalarUDF {
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
