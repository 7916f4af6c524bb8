//! Bootstrap intervals that are the same on every machine.
//!
//! In: how many units there are, and what a resample of them gives. Out: the standard error and the percentile interval.
//!
//! - Units are drawn with replacement, as many as there are (Efron & Tibshirani, An Introduction to the Bootstrap, 1993,
//!   chapters 6 and 13).
//! - Chance is ChaCha with 8 rounds under a fixed seed, hence the same units are drawn whenever there are as many. The
//!   caller must number the units in an order of their content, not of their rows.
//! - It knows nothing of what is estimated.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// How often to resample, and from which seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bootstrap {
    /// Number of resamples.
    pub replicates: u32,
    /// Where the stream of chance starts.
    pub seed: u64,
}

impl Default for Bootstrap {
    /// 9999 replicates, so that the 250th from both ends bound 95%: 1 more than their number gives whole places. With
    /// 1999, chance still moves the ends of a wide interval by one or two hundredths. Seed 1.
    fn default() -> Self {
        Bootstrap { replicates: 9999, seed: 1 }
    }
}

/// What resampling says of an estimate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Resampled {
    /// Standard deviation of the replicates.
    pub standard_error: f64,
    /// Lower end of the percentile interval.
    pub lower: f64,
    /// Upper end of the percentile interval.
    pub upper: f64,
    /// Replicates that gave an estimate; those that gave none (nothing varied in them) count for nothing.
    pub replicates: u32,
}

impl Bootstrap {
    /// Percentile interval of `statistic`, which is given how often each kind of unit was drawn. `kinds` says how many
    /// units there are of each kind: units of one kind are alike to the statistic.
    ///
    /// With B replicates in ascending order and `k = ⌊(B + 1)(1 − confidence)/2⌋`, at least 1, the interval is from the
    /// k-th to the (B + 1 − k)-th (Efron & Tibshirani 1993, section 12.5, p. 160). Time: units times replicates.
    ///
    /// `None` when the confidence is not between 0 and 1, there are fewer than 2 units or more than 2³², or fewer than 2
    /// replicates give an estimate.
    pub fn percentile(
        self,
        kinds: &[u64],
        confidence: f64,
        mut statistic: impl FnMut(&[u64]) -> Option<f64>,
    ) -> Option<Resampled> {
        if !(confidence > 0.0 && confidence < 1.0) {
            return None;
        }
        let units =
            u32::try_from(kinds.iter().try_fold(0_u64, |sum, count| sum.checked_add(*count))?).ok()?;
        if units < 2 {
            return None;
        }
        let mut kind_of = Vec::with_capacity(units as usize);
        for (kind, count) in kinds.iter().enumerate() {
            kind_of.extend(std::iter::repeat_n(kind, usize::try_from(*count).ok()?));
        }
        let mut chance = self.chance();
        let mut drawn = vec![0_u64; kinds.len()];
        let mut estimates = Vec::with_capacity(self.replicates as usize);
        for _ in 0..self.replicates {
            drawn.fill(0);
            for _ in 0..units {
                drawn[kind_of[below(&mut chance, units) as usize]] += 1;
            }
            estimates.extend(statistic(&drawn));
        }
        summary(estimates, confidence)
    }

    fn chance(self) -> ChaCha8Rng {
        let mut bytes = [0_u8; 32];
        bytes[..8].copy_from_slice(&self.seed.to_le_bytes());
        ChaCha8Rng::from_seed(bytes)
    }
}

/// A whole number below `limit`; none is likelier than another by more than one part in 2³².
fn below(chance: &mut ChaCha8Rng, limit: u32) -> u32 {
    ((u128::from(chance.next_u64()) * u128::from(limit)) >> 64) as u32
}

fn summary(mut estimates: Vec<f64>, confidence: f64) -> Option<Resampled> {
    let count = estimates.len();
    if count < 2 {
        return None;
    }
    estimates.sort_unstable_by(f64::total_cmp);
    let mean = estimates.iter().sum::<f64>() / count as f64;
    let squares: f64 = estimates.iter().map(|estimate| (estimate - mean).powi(2)).sum();
    // The slack keeps a place that is whole (2000 · 0.025) from falling to the one before it.
    let place = ((count as f64 + 1.0) * (1.0 - confidence) / 2.0 + 1e-9).floor().max(1.0) as usize;
    Some(Resampled {
        standard_error: (squares / (count as f64 - 1.0)).sqrt(),
        lower: estimates[place - 1],
        upper: estimates[count - place],
        replicates: u32::try_from(count).ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_those_of_the_definition() {
        let summary = summary((1..=1999).map(f64::from).collect(), 0.95).expect("a summary");
        assert_eq!((summary.lower, summary.upper), (50.0, 1950.0));
        assert!((summary.standard_error - 577.2059).abs() < 1e-3);
        assert_eq!(super::summary(vec![1.0], 0.95), None);
    }

    #[test]
    fn a_share_varies_as_the_binomial_does() {
        // √(0.3 · 0.7 / 200) = 0.0324
        let resampled = Bootstrap::default()
            .percentile(&[60, 140], 0.95, |drawn| Some(drawn[0] as f64 / 200.0))
            .expect("an interval");
        assert!((resampled.standard_error - 0.0324).abs() < 0.0015, "{resampled:?}");
        assert!((resampled.lower - 0.2365).abs() < 0.01 && (resampled.upper - 0.3635).abs() < 0.01);
        assert_eq!(resampled.replicates, 9999);
    }

    #[test]
    fn the_stream_is_fixed() {
        let mut chance = Bootstrap { replicates: 1, seed: 7 }.chance();
        let drawn: Vec<u32> = (0..6).map(|_| below(&mut chance, 1000)).collect();
        assert_eq!(drawn, [764, 465, 5, 301, 386, 336]);
    }

    #[test]
    fn too_few_units_have_no_interval() {
        let bootstrap = Bootstrap::default();
        assert_eq!(bootstrap.percentile(&[1], 0.95, |_| Some(1.0)), None);
        assert_eq!(bootstrap.percentile(&[], 0.95, |_| Some(1.0)), None);
        assert_eq!(bootstrap.percentile(&[5, 5], 1.0, |_| Some(1.0)), None);
        assert_eq!(bootstrap.percentile(&[5, 5], 0.95, |_| None), None);
    }
}
