//! Replicates that leave one unit out.

use super::{ReplicateFault, Stratum, Units, by_unit};
use crate::variance::{LonelyPsu, Replication};

pub(super) fn unstratified(units: &Units) -> Result<(Vec<f64>, Replication), ReplicateFault> {
    match units.strata.as_slice() {
        [] => Err(ReplicateFault::WholePopulation),
        [stratum] if stratum.outside() == 0.0 => Err(ReplicateFault::WholePopulation),
        [stratum] if stratum.count == 1 => Err(ReplicateFault::LonelyPsu(stratum.number)),
        [stratum] => {
            let replicates = without_each(stratum, units.count);
            let scale = scale(stratum);
            let rscales = vec![1.0; replicates.len()];
            Ok((by_unit(units.count, &replicates), Replication { scale, rscales, mse: false }))
        }
        strata => Err(ReplicateFault::Stratified(strata.len())),
    }
}

pub(super) fn stratified(
    units: &Units,
    lonely: LonelyPsu,
) -> Result<(Vec<f64>, Replication), ReplicateFault> {
    let mut replicates = Vec::new();
    let mut rscales = Vec::new();
    let strata = units.strata.len() as f64;
    for stratum in units.strata.iter().filter(|stratum| stratum.outside() > 0.0) {
        match (stratum.count, lonely) {
            (1, LonelyPsu::Fail) => return Err(ReplicateFault::LonelyPsu(stratum.number)),
            (1, LonelyPsu::Certainty | LonelyPsu::Average) => {}
            // Without another stratum there is nothing to leave it out of.
            (1, LonelyPsu::Adjust) if units.strata.len() == 1 => {
                return Err(ReplicateFault::LonelyPsu(stratum.number));
            }
            (1, LonelyPsu::Adjust) => {
                let mut replicate = vec![strata / (strata - 1.0); units.count];
                replicate[stratum.first] = 0.0;
                replicates.push(replicate);
                rscales.push((strata - 1.0) / strata);
            }
            _ => {
                replicates.extend(without_each(stratum, units.count));
                rscales.resize(replicates.len(), scale(stratum));
            }
        }
    }
    if replicates.is_empty() {
        return Err(ReplicateFault::WholePopulation);
    }
    let scale = if lonely == LonelyPsu::Average { units.count as f64 / replicates.len() as f64 } else { 1.0 };
    Ok((by_unit(units.count, &replicates), Replication { scale, rscales, mse: false }))
}

fn scale(stratum: &Stratum) -> f64 {
    let n = stratum.count as f64;
    stratum.outside() * (n - 1.0) / n
}

/// For each unit of a stratum, the factors of all `units` without it.
fn without_each(stratum: &Stratum, units: usize) -> Vec<Vec<f64>> {
    let n = stratum.count as f64;
    let members = stratum.first..stratum.first + stratum.count;
    let without = |left_out| {
        let mut replicate = vec![1.0; units];
        replicate[members.clone()].fill(n / (n - 1.0));
        replicate[left_out] = 0.0;
        replicate
    };
    members.clone().map(without).collect()
}
