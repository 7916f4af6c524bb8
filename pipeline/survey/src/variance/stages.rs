//! The covariance of linearised estimates over the stages of the sample.
//!
//! In the first stage, `Σ_h (1 − n_h/N_h) n_h/(n_h−1) Σ_i (z_hi − z̄_h)(z_hi − z̄_h)ᵀ` over the units i of the strata h; then,
//! within each unit, the same of the next stage, times n_h/N_h (Särndal, Swensson & Wretman 1992, section 4.3.2; Lumley,
//! Complex Surveys, 2010, section 3.2). Without a finite-population correction n_h/N_h is 0 and the first stage is all.

use super::{LonelyPsu, Stage};
use crate::error::SurveyError;
use crate::sums::column_sums;

/// Below this share outside the sample a stratum was taken whole.
const WHOLE: f64 = 1e-7;

/// The covariance matrix of `m` estimates with linearised values `z`, over the elements that are `members`.
pub(super) fn covariance(
    stages: &[Vec<Stage>],
    lonely: LonelyPsu,
    z: &[f64],
    m: usize,
    members: &[bool],
) -> Result<Vec<f64>, SurveyError> {
    let place = |element: usize| {
        stages.iter().filter_map(move |stage| stage.get(element)).map(|s| (s.stratum, s.unit))
    };
    let mut order: Vec<usize> = (0..members.len()).filter(|&e| members[e]).collect();
    order.sort_by(|&a, &b| place(a).cmp(place(b)));
    let mut sum = vec![0.0; m * m];
    Walk { stages, lonely, z, m }.stage(0, &order, 1.0, &mut sum)?;
    Ok(sum)
}

struct Walk<'a> {
    stages: &'a [Vec<Stage>],
    lonely: LonelyPsu,
    z: &'a [f64],
    m: usize,
}

impl Walk<'_> {
    /// Adds `factor` times the variance of one stage and those below it to `sum`: over elements in the order of their
    /// places, which share all earlier units.
    fn stage(
        &self,
        stage: usize,
        elements: &[usize],
        factor: f64,
        sum: &mut [f64],
    ) -> Result<(), SurveyError> {
        let Some(places) = self.stages.get(stage) else { return Ok(()) };
        let (mut strata, mut counted) = (0_u32, 0_u32);
        let mut lonely = None;
        let mut here = vec![0.0; self.m * self.m];
        for stratum in elements.chunk_by(|&a, &b| places[a].stratum == places[b].stratum) {
            let units: Vec<&[usize]> = stratum.chunk_by(|&a, &b| places[a].unit == places[b].unit).collect();
            let Stage { stratum: number, sampled, population, .. } = places[stratum[0]];
            if units.len() > sampled as usize {
                let found = units.len();
                return Err(SurveyError::TooManyUnits { stage: stage + 1, stratum: number, sampled, found });
            }
            if population.is_nan() || population < f64::from(sampled) * (1.0 - 1e-9) {
                let (stage, stratum) = (stage + 1, number);
                return Err(SurveyError::PopulationTooSmall { stage, stratum, sampled, population });
            }
            strata += 1;
            if self.stratum(&units, sampled, population, &mut here) {
                counted += 1;
            } else {
                lonely = Some(SurveyError::LonelyPsu { stage: stage + 1, stratum: number });
                if self.lonely == LonelyPsu::Fail {
                    break;
                }
            }
            let share = f64::from(sampled) / population;
            if share > 0.0 {
                for unit in units {
                    self.stage(stage + 1, unit, factor * share, sum)?;
                }
            }
        }
        if let Some(lonely) = lonely
            && (self.lonely == LonelyPsu::Fail || counted == 0)
        {
            return Err(lonely);
        }
        let factor = if strata == counted { factor } else { factor * f64::from(strata) / f64::from(counted) };
        sum.iter_mut().zip(here).for_each(|(sum, here)| *sum += factor * here);
        Ok(())
    }

    /// Adds what one stratum contributes; false where nothing can be said of it.
    fn stratum(&self, units: &[&[usize]], sampled: u32, population: f64, sum: &mut [f64]) -> bool {
        let n = f64::from(sampled);
        let outside = if population.is_infinite() { 1.0 } else { (population - n) / population };
        if outside < WHOLE {
            return true;
        }
        if sampled < 2 {
            match self.lonely {
                LonelyPsu::Fail | LonelyPsu::Average => return false,
                LonelyPsu::Certainty => return true,
                LonelyPsu::Adjust => {}
            }
        }
        let m = self.m;
        let mut totals = Vec::with_capacity(units.len() * m);
        for unit in units {
            match unit {
                [one] => totals.extend_from_slice(&self.z[one * m..][..m]),
                many => totals.extend(column_sums(many.iter().map(|&e| &self.z[e * m..][..m]), m)),
            }
        }
        let (mean, scale) = if sampled < 2 {
            (vec![0.0; m], outside)
        } else {
            let sums = column_sums(totals.chunks(m), m);
            (sums.iter().map(|sum| sum / n).collect(), outside * n / (n - 1.0))
        };
        // Sampled units without a member are zeros.
        let empty = if sampled < 2 { 0.0 } else { n - units.len() as f64 };
        for a in 0..m {
            for b in 0..m {
                let products = totals.chunks(m).map(|unit| (unit[a] - mean[a]) * (unit[b] - mean[b]));
                sum[a * m + b] += scale * (products.sum::<f64>() + empty * mean[a] * mean[b]);
            }
        }
        true
    }
}

/// First-stage units of the elements that are `members`, less their strata.
pub(super) fn degrees_of_freedom(stages: &[Vec<Stage>], members: &[bool]) -> f64 {
    let Some(first) = stages.first() else { return 0.0 };
    let mut places: Vec<(u32, u32)> =
        first.iter().zip(members).filter(|(_, is)| **is).map(|(s, _)| (s.stratum, s.unit)).collect();
    places.sort_unstable();
    places.dedup();
    let units = places.len();
    places.dedup_by_key(|place| place.0);
    units as f64 - places.len() as f64
}
