//! Replicates that draw units with replacement.

use super::{ReplicateFault, Units, by_unit};
use crate::bootstrap::Chance;
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
    let mut chance = Chance::from_seed(seed);
    let replicates: Vec<Vec<f64>> = (0..count)
        .map(|_| {
            let mut replicate = vec![0.0; units.count];
            for stratum in &units.strata {
                let n = stratum.count as f64;
                for _ in 1..stratum.count {
                    let unit = chance.below(u32::try_from(stratum.count).unwrap_or(u32::MAX)) as usize;
                    replicate[stratum.first + unit] += n / (n - 1.0);
                }
            }
            replicate
        })
        .collect();
    let scale = 1.0 / (count as f64 - 1.0);
    Ok((by_unit(units.count, &replicates), Replication { scale, rscales: vec![1.0; count], mse: false }))
}
