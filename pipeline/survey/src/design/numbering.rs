//! Numbers strata and units so that each is unique in its stage, counts the units of each stratum, and checks the
//! populations.

use std::collections::BTreeMap;

use super::StageColumns;
use super::fault::{DesignFault, length, none};
use crate::variance::Stage;

/// The places of all rows in all stages; one stage of single rows where none is given.
pub(super) fn stages(
    rows: usize,
    columns: &[StageColumns<'_>],
    nested: bool,
) -> Result<Vec<Vec<Stage>>, DesignFault> {
    if u32::try_from(rows).is_err() {
        return Err(DesignFault::TooManyRows(rows));
    }
    let plain = [StageColumns { strata: None, units: None, fpc: None }];
    let columns = if columns.is_empty() { &plain } else { columns };
    let mut stages: Vec<Vec<Stage>> = Vec::with_capacity(columns.len());
    for (i, columns) in columns.iter().enumerate() {
        // The units of the stage before, in which strata and units of this one lie.
        let parents: Vec<u32> = match stages.last() {
            Some(stage) => stage.iter().map(|place| place.unit).collect(),
            None => vec![0; rows],
        };
        stages.push(stage(i + 1, columns, &parents, nested)?);
    }
    Ok(stages)
}

fn stage(
    number: usize,
    columns: &StageColumns<'_>,
    parents: &[u32],
    nested: bool,
) -> Result<Vec<Stage>, DesignFault> {
    let rows = parents.len();
    let StageColumns { strata, units, fpc } = *columns;
    length("the strata", rows, strata.map_or(rows, <[u32]>::len))?;
    length("the units", rows, units.map_or(rows, <[u32]>::len))?;
    length("the population", rows, fpc.map_or(rows, <[f64]>::len))?;

    let stratum = |row: usize| strata.map_or(0, |strata| strata[row]);
    let strata = numbers((0..rows).map(|row| (parents[row], stratum(row))));
    let unit = |row: usize| units.map_or(row as u32, |units| units[row]);
    let units = numbers((0..rows).map(|row| (parents[row], if nested { strata[row] } else { 0 }, unit(row))));

    let home = first_of(&units, &strata);
    let strays = |row: usize| home[units[row] as usize] != strata[row];
    none((0..rows).map(strays)).map_err(|rows| DesignFault::UnitInTwoStrata {
        stage: number,
        unit: unit(rows.first),
        rows,
    })?;

    let mut sampled = vec![0_u32; home.len()];
    home.iter().for_each(|&stratum| sampled[stratum as usize] += 1);
    let populations = match fpc {
        Some(fpc) => populations(number, fpc, &strata, &sampled)?,
        None => vec![f64::INFINITY; rows],
    };
    Ok((0..rows)
        .map(|row| Stage {
            stratum: strata[row],
            unit: units[row],
            sampled: sampled[strata[row] as usize],
            population: populations[row],
        })
        .collect())
}

/// Units in the population of each row's stratum, from sizes or sampling fractions.
fn populations(stage: usize, fpc: &[f64], strata: &[u32], sampled: &[u32]) -> Result<Vec<f64>, DesignFault> {
    none(fpc.iter().map(|&value| value.is_nan() || value <= 0.0))
        .map_err(|rows| DesignFault::Population { stage, rows })?;
    let sizes = fpc.iter().any(|&value| value > 1.0);
    if sizes {
        none(fpc.iter().map(|&value| value < 1.0))
            .map_err(|rows| DesignFault::PopulationMixed { stage, rows })?;
    }
    let first = first_of(strata, fpc);
    none(fpc.iter().zip(strata).map(|(&value, &stratum)| value != first[stratum as usize]))
        .map_err(|rows| DesignFault::PopulationVaries { stage, rows })?;
    let of = |row: usize| {
        let sampled = f64::from(sampled[strata[row] as usize]);
        if sizes { fpc[row] } else { sampled / fpc[row] }
    };
    // A size that is a sum of weights may lack its last digits.
    let too_small = |row: usize| of(row) < f64::from(sampled[strata[row] as usize]) * (1.0 - 1e-9);
    none((0..fpc.len()).map(too_small)).map_err(|rows| DesignFault::PopulationTooSmall {
        stage,
        sampled: sampled[strata[rows.first] as usize],
        population: of(rows.first),
        rows,
    })?;
    Ok((0..fpc.len()).map(|row| of(row).max(f64::from(sampled[strata[row] as usize]))).collect())
}

/// Numbers of keys, from 0 in the order of the keys, so that the order of rows does not matter.
fn numbers<K: Ord + Copy>(keys: impl Iterator<Item = K> + Clone) -> Vec<u32> {
    let mut number: BTreeMap<K, u32> = keys.clone().map(|key| (key, 0)).collect();
    number.values_mut().zip(0..).for_each(|(value, i)| *value = i);
    keys.map(|key| number[&key]).collect()
}

/// For each group, numbered from 0, the value of its first row.
fn first_of<V: Copy>(groups: &[u32], values: &[V]) -> Vec<V> {
    let mut first = BTreeMap::new();
    for (&group, &value) in groups.iter().zip(values) {
        first.entry(group).or_insert(value);
    }
    first.into_values().collect()
}
