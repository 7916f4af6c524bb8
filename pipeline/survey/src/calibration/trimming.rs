//! Bounds for weights.

use super::fault::CalibrationFault;

/// Bounds for weights. What is cut off is shared out evenly among the other rows, so that the sum stays.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trim {
    /// No weight below this; −∞: no bound.
    pub lower: f64,
    /// No weight above this; ∞: no bound.
    pub upper: f64,
    /// Whether to trim again until no weight lies outside: sharing out may lift others over the bound.
    pub strict: bool,
}

/// Rounds after which strict trimming gives up.
const ROUNDS: usize = 10_000;

/// Trims weights: those outside the bounds are set to them, and the sum of what was cut, divided by the number of rows
/// within the bounds, is added to each of these (Lumley 2010, section 7.4; as R's `trimWeights`). Gives the weights and
/// the number of rows that were cut.
///
/// # Errors
///
/// When there are no rows within the bounds to take over what is cut off, or a weight would fall below 0, or the mean of
/// the weights is out of bounds.
pub fn trim(weights: &[f64], bounds: &Trim) -> Result<(Vec<f64>, u64), CalibrationFault> {
    let Trim { lower, upper, strict } = *bounds;
    let mean = weights.iter().sum::<f64>() / weights.len() as f64;
    let fault = CalibrationFault::Bounds { lower, upper, mean };
    let mut trimmed = weights.to_vec();
    let mut cut = vec![false; weights.len()];
    let rows = |cut: &[bool]| cut.iter().filter(|cut| **cut).count() as u64;
    for _ in 0..ROUNDS {
        let outside: Vec<bool> = trimmed.iter().map(|weight| !(lower..=upper).contains(weight)).collect();
        let others = outside.iter().filter(|outside| !**outside).count();
        if others == outside.len() {
            return Ok((trimmed, rows(&cut)));
        }
        if others == 0 || !(lower..=upper).contains(&mean) {
            return Err(fault);
        }
        let mut surplus = 0.0;
        for ((weight, outside), cut) in trimmed.iter_mut().zip(&outside).zip(&mut cut) {
            if *outside {
                let bound = if *weight > upper { upper } else { lower };
                surplus += *weight - bound;
                *weight = bound;
                *cut = true;
            }
        }
        for (weight, outside) in trimmed.iter_mut().zip(&outside) {
            if !outside {
                *weight += surplus / others as f64;
            }
        }
        if !strict {
            return if trimmed.iter().any(|weight| *weight < 0.0) {
                Err(fault)
            } else {
                Ok((trimmed, rows(&cut)))
            };
        }
    }
    Err(fault)
}
