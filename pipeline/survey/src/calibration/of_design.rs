//! Calibration of a whole sample, with its replicates if it has them.

use super::{
    Calibrated, CalibrationFault, Margin, RakeOptions, Report, post_stratify, post_stratify_replicates, rake,
    rake_replicates,
};
use crate::design::Design;

impl Design {
    /// The same sample with weights that meet the population's totals in each post-stratum: [`post_stratify`].
    ///
    /// Variances then come from distances to post-strata's means, or from replicates that each meet the totals.
    ///
    /// # Errors
    /// As [`post_stratify`] and [`post_stratify_replicates`].
    pub fn post_stratified(&self, strata: &[u32], totals: &[(u32, f64)]) -> Result<Design, CalibrationFault> {
        let calibrated = post_stratify(self.weights(), strata, totals)?;
        self.calibrated(calibrated, |weights, replicates, count| {
            post_stratify_replicates(weights, replicates, count, strata, totals)
        })
    }

    /// The same sample with raked weights, and what raking did: [`rake`].
    ///
    /// # Errors
    /// As [`rake`] and [`rake_replicates`].
    pub fn raked(
        &self,
        margins: &[Margin],
        options: &RakeOptions,
    ) -> Result<(Design, Report), CalibrationFault> {
        let calibrated = rake(self.weights(), margins, options)?;
        let report = calibrated.report;
        let design = self.calibrated(calibrated, |weights, replicates, count| {
            rake_replicates(weights, replicates, count, margins, options)
        })?;
        Ok((design, report))
    }

    /// The sample with its new weights; `replicates` makes new replicate weights of weights and old ones.
    fn calibrated(
        &self,
        calibrated: Calibrated,
        replicates: impl Fn(&[f64], &[f64], usize) -> Result<Vec<f64>, CalibrationFault>,
    ) -> Result<Design, CalibrationFault> {
        let Calibrated { weights, calibration, .. } = calibrated;
        let factors = match self.replicates() {
            None => None,
            Some((factors, replication)) => {
                let count = replication.rscales.len().max(1);
                let times = |factors: &[f64], by: &dyn Fn(f64) -> f64, weights: &[f64]| -> Vec<f64> {
                    factors
                        .chunks(count)
                        .zip(weights)
                        .flat_map(|(row, w)| row.iter().map(|f| f * by(*w)))
                        .collect()
                };
                let old = times(factors, &|w| w, self.weights());
                let new = replicates(self.weights(), &old, count)?;
                Some(times(&new, &|w| if w == 0.0 { 0.0 } else { 1.0 / w }, &weights))
            }
        };
        let calibration = self.calibration().cloned().unwrap_or_default().then(calibration);
        Ok(self.reweighted(weights, calibration, factors))
    }
}
