//! Calibrated weights: what calibration leaves of a linearised value.

/// How the weights of a sample were calibrated.
#[derive(Clone, Debug, PartialEq)]
pub struct Calibration {}

impl Calibration {
    /// Takes what the calibration variables explain out of the linearised values `z`: all rows of the sample, `m` values
    /// each, row by row, weights within.
    pub(crate) fn residuals(&self, _z: &mut [f64], _m: usize) {}
}
