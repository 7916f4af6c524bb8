//! Weights that meet known population totals: post-stratification, raking, trimming, response classes.
//!
//! In: weights, each row's category, and the population's totals. Out: new weights, what a variance must know of how
//! they were made ([`Calibration`]), and a report. It knows no labels: margins and categories are numbers, and faults
//! name them by these.
//!
//! | function | weights meet |
//! | --- | --- |
//! | [`post_stratify`] | the total of every post-stratum |
//! | [`rake`] | the totals of several margins |
//! | [`nonresponse`] | the number invited in every response class |
//!
//! Estimates from calibrated weights vary less than their weights say: where a variable is explained by the
//! post-strata, its total is nearly known. The linearised variance therefore takes each row's distance from its
//! post-stratum's mean (Särndal, Swensson & Wretman, Model Assisted Survey Sampling, 1992, section 7.6; Lumley, Complex
//! Surveys, 2010, section 7.2). Replicate weights need no such thing if each replicate is calibrated alike.

mod fault;
mod margin;
mod of_design;
mod poststrata;
mod raking;
mod response;
#[cfg(test)]
mod tests;
mod trimming;

pub use fault::CalibrationFault;
pub use margin::Margin;
pub use poststrata::{post_stratify, post_stratify_replicates};
pub use raking::{RakeOptions, Until, rake, rake_replicates};
pub use response::{ResponseWeights, nonresponse};
pub use trimming::{Trim, trim};

/// How weights were calibrated, as far as a linearised variance needs it: steps in the order in which they were taken.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Calibration {
    steps: Vec<Step>,
}

/// Calibrated weights.
#[derive(Clone, Debug, PartialEq)]
pub struct Calibrated {
    /// The new weights.
    pub weights: Vec<f64>,
    /// What the variance needs.
    pub calibration: Calibration,
    /// What was done.
    pub report: Report,
}

/// What a calibration did to the weights.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Report {
    /// Sweeps over all margins; 1 for post-strata.
    pub iterations: u32,
    /// The largest distance of a weighted category from its total, as a share of the population. Trimming after raking
    /// widens it.
    pub largest_difference: f64,
    /// Rows whose weight was cut to a bound.
    pub trimmed: u64,
}

/// One calibration: groups and weights are as long as there are rows.
#[derive(Clone, Debug, PartialEq)]
enum Step {
    /// Post-strata: weights before and after.
    PostStrata { groups: Groups, before: Vec<f64>, after: Vec<f64> },
    /// Raking: each margin with the weights after it in the last sweep.
    Raking(Vec<(Groups, Vec<f64>)>),
}

/// Each row's group, numbered from 0.
#[derive(Clone, Debug, PartialEq)]
struct Groups {
    of: Vec<u32>,
    count: usize,
}

/// Sweeps that a raked variance makes over the margins. R's survey makes as many; each further one changes little, since
/// the averages converge as fast as the raking does.
const SWEEPS: usize = 10;

impl Calibration {
    /// Rows of the sample that was calibrated; `None` when nothing was.
    pub fn rows(&self) -> Option<usize> {
        Some(match self.steps.first()? {
            Step::PostStrata { after, .. } => after.len(),
            Step::Raking(margins) => margins.first()?.1.len(),
        })
    }

    /// This calibration, and then another one.
    #[must_use]
    pub fn then(mut self, later: Calibration) -> Self {
        self.steps.extend(later.steps);
        self
    }

    /// Takes from linearised values what the calibration explains. `z` holds `m` values for each row of the whole sample
    /// (0 outside a domain), row by row, each already times its weight.
    ///
    /// - Post-strata: `z_i − w_i · Σ_g d_k (z_k / w_k) / Σ_g d_k`, d the weights before and w those after, sums over
    ///   the row's post-stratum g: the distance from the post-stratum's weighted mean (Särndal et al. 1992, 7.6).
    /// - Raking: the same with plain averages of `z_k / w_k`, margin after margin, ten times: an iteration towards the
    ///   residual of the regression on all margins (Deville, Särndal & Sautory, JASA 88, 1993; what R's survey does).
    ///
    /// Rows without weight have no part.
    pub fn residuals(&self, z: &mut [f64], m: usize) {
        for step in &self.steps {
            match step {
                Step::PostStrata { groups, before, after } => groups.centre(z, m, before, after),
                Step::Raking(margins) => {
                    for _ in 0..SWEEPS {
                        for (groups, weights) in margins {
                            let ones: Vec<f64> =
                                weights.iter().map(|weight| if *weight > 0.0 { 1.0 } else { 0.0 }).collect();
                            groups.centre(z, m, &ones, weights);
                        }
                    }
                }
            }
        }
    }
}

impl Groups {
    /// `z_i − w_i · Σ a_k (z_k / w_k) / Σ a_k`, sums over the row's group, a the weights of the average.
    fn centre(&self, z: &mut [f64], m: usize, average: &[f64], weights: &[f64]) {
        if m == 0 {
            return;
        }
        let mut sums = vec![0.0; self.count * m];
        let mut masses = vec![0.0; self.count];
        for (((z, group), a), w) in z.chunks_exact(m).zip(&self.of).zip(average).zip(weights) {
            let group = *group as usize;
            masses[group] += a;
            if *w > 0.0 {
                for (sum, value) in sums[group * m..].iter_mut().zip(z) {
                    *sum += a * value / w;
                }
            }
        }
        for (((z, group), a), w) in z.chunks_exact_mut(m).zip(&self.of).zip(average).zip(weights) {
            let group = *group as usize;
            if *w > 0.0 && *a > 0.0 {
                for (value, sum) in z.iter_mut().zip(&sums[group * m..]) {
                    *value -= w * sum / masses[group];
                }
            }
        }
    }

    fn sums(&self, weights: &[f64]) -> Vec<f64> {
        let mut sums = vec![0.0; self.count];
        for (group, weight) in self.of.iter().zip(weights) {
            sums[*group as usize] += weight;
        }
        sums
    }
}
