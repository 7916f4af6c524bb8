//! Replicates that draw units with replacement.

use super::{ReplicateFault, Units, by_unit};
use crate::variance::Replication;

pub(super) fn rescaled(
    units: &Units,
    count: usize,
    seed: u64,
) -> Result<(Vec<f64>, Replication), ReplicateFault> {
    if count < 2 {
        return Err(ReplicateFault::TooFew);
    }
    if let Some(stratum) = units.strata.iter().find(|stratum| stratum.count == 1) {
        return Err(ReplicateFault::LonelyPsu(stratum.number));
    }
    let mut random = SplitMix(seed);
    let replicates: Vec<Vec<f64>> = (0..count)
        .map(|_| {
            let mut replicate = vec![0.0; units.count];
            for stratum in &units.strata {
                let n = stratum.count as f64;
                for _ in 1..stratum.count {
                    replicate[stratum.first + random.below(stratum.count)] += n / (n - 1.0);
                }
            }
            replicate
        })
        .collect();
    let scale = 1.0 / (count as f64 - 1.0);
    Ok((by_unit(units.count, &replicates), Replication { scale, rscales: vec![1.0; count], mse: false }))
}

/// Random numbers of a fixed sequence (Steele, Lea & Flood, Fast Splittable Pseudorandom Number Generators, 2014).
struct SplitMix(u64);

impl SplitMix {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from 0 to below `n`, all as likely (Lemire, ACM Transactions on Modeling and Computer Simulation 29, 2019).
    fn below(&mut self, n: usize) -> usize {
        let n = n as u64;
        loop {
            let product = u128::from(self.next()) * u128::from(n);
            if product as u64 >= n.wrapping_neg() % n {
                return (product >> 64) as usize;
            }
        }
    }
}
