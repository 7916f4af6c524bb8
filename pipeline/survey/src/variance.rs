//! The variance of an estimate: from the stages of the sample, or from replicate weights.
//!
//! In: elements (rows, or sums of rows that share their last unit) with their places in the sample, and for each the
//! linearised values of one or more estimates. Out: their covariance matrix and degrees of freedom.

use crate::calibration::Calibration;

/// The place of an element in one stage of the sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stage {
    /// Number of the stratum, unique in its stage over the whole sample.
    pub stratum: u32,
    /// Number of the sampling unit, unique in its stage over the whole sample.
    pub unit: u32,
    /// Units that were sampled in the stratum (at the second stage: in this stratum of this first-stage unit), whether or
    /// not one of their rows is at hand.
    pub sampled: u32,
    /// Units of the population in the stratum; infinite where there is no finite-population correction.
    pub population: f64,
}

/// What a stratum with one sampled unit contributes to the variance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum LonelyPsu {
    /// No estimate is made.
    #[default]
    Fail,
    /// Nothing: the unit was sure to be in the sample.
    Certainty,
    /// Its distance from the mean of all strata, which is 0 for linearised values.
    Adjust,
    /// The average of what the other strata contribute.
    Average,
}

/// How replicate estimates make a variance: `scale · Σ rscales_r (θ_r − centre)²`.
#[derive(Clone, Debug, PartialEq)]
pub struct Replication {
    /// Factor of the sum.
    pub scale: f64,
    /// Factor of each replicate.
    pub rscales: Vec<f64>,
    /// Whether the centre is the estimate itself; else it is the mean of the replicate estimates.
    pub mse: bool,
}

/// Where the variance comes from. Slices are as long as there are elements.
#[derive(Clone, Copy, Debug)]
pub enum Variability<'a> {
    /// Taylor linearisation over the stages of the sample.
    Stages {
        /// For each stage, the place of each element.
        stages: &'a [Vec<Stage>],
        /// What a lonely unit does.
        lonely: LonelyPsu,
        /// How the weights were calibrated; the elements must then be all rows of the sample.
        calibration: Option<&'a Calibration>,
    },
    /// Replicate weights.
    Replicates {
        /// Elements times replicates, row by row: replicate weight divided by weight.
        factors: &'a [f64],
        /// How the replicates make a variance.
        replication: &'a Replication,
    },
}
