//! Post-stratification.

use super::fault::CalibrationFault;
use super::margin::{Checked, Margin, check_replicates, check_weights};
use super::{Calibrated, Calibration, Report, Step};

/// Weights that meet the population's total in each post-stratum: `w_i = d_i · T_g / Σ_g d_k` (Särndal et al. 1992,
/// section 7.6; Holt & Smith, JRSS A 142, 1979).
///
/// # Errors
///
/// Post-strata that have no total, or no respondents; totals that are not above 0.
pub fn post_stratify(
    weights: &[f64],
    strata: &[u32],
    totals: &[(u32, f64)],
) -> Result<Calibrated, CalibrationFault> {
    check_weights(weights)?;
    let Checked { groups, totals, .. } = Checked::new(0, weights, &Margin { categories: strata, totals })?;
    let sums = groups.sums(weights);
    let after: Vec<f64> = weights
        .iter()
        .zip(&groups.of)
        .map(|(weight, group)| weight * totals[*group as usize] / sums[*group as usize])
        .collect();
    let step = Step::PostStrata { groups, before: weights.to_vec(), after: after.clone() };
    let report = Report { iterations: 1, largest_difference: 0.0, trimmed: 0 };
    Ok(Calibrated { weights: after, calibration: Calibration { steps: vec![step] }, report })
}

/// Each of the replicates post-stratified to the same totals. `replicate_weights` holds all `replicates` weights of the
/// first row, then those of the second; they are the weights with which a replicate's estimate is made, not factors.
///
/// # Errors
///
/// As [`post_stratify`], and a post-stratum that a replicate leaves empty.
pub fn post_stratify_replicates(
    weights: &[f64],
    replicate_weights: &[f64],
    replicates: usize,
    strata: &[u32],
    totals: &[(u32, f64)],
) -> Result<Vec<f64>, CalibrationFault> {
    check_weights(weights)?;
    check_replicates(replicate_weights, weights.len(), replicates)?;
    let checked = Checked::new(0, weights, &Margin { categories: strata, totals })?;
    let mut result = replicate_weights.to_vec();
    for replicate in 0..replicates {
        let column: Vec<f64> =
            replicate_weights.iter().skip(replicate).step_by(replicates).copied().collect();
        let sums = checked.groups.sums(&column);
        checked.fits(0, &sums, Some(replicate))?;
        let factors = checked.factors(&sums);
        for (weight, group) in result.iter_mut().skip(replicate).step_by(replicates).zip(&checked.groups.of) {
            *weight *= factors[*group as usize];
        }
    }
    Ok(result)
}
