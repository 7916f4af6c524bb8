//! A population margin, held against the sample.

use std::collections::BTreeMap;

use super::Groups;
use super::fault::CalibrationFault;

/// The population by one categorical variable (or a crossing of several, numbered as one).
#[derive(Clone, Copy, Debug)]
pub struct Margin<'a> {
    /// Each row's category.
    pub categories: &'a [u32],
    /// The population's total of each category, in any order.
    pub totals: &'a [(u32, f64)],
}

/// A margin that has been checked: groups are numbered in ascending order of categories.
pub(super) struct Checked {
    pub(super) groups: Groups,
    pub(super) categories: Vec<u32>,
    pub(super) totals: Vec<f64>,
}

impl Checked {
    /// Checks margin number `margin` against the weights.
    pub(super) fn new(number: usize, weights: &[f64], margin: &Margin) -> Result<Self, CalibrationFault> {
        if margin.categories.len() != weights.len() {
            let (rows, found) = (weights.len(), margin.categories.len());
            return Err(CalibrationFault::Length { margin: number, rows, found });
        }
        if margin.totals.is_empty() {
            return Err(CalibrationFault::NoCategories { margin: number });
        }
        let mut totals = BTreeMap::new();
        for &(category, total) in margin.totals {
            if !(total > 0.0 && total.is_finite()) {
                return Err(CalibrationFault::Total { margin: number, category, total });
            }
            if totals.insert(category, total).is_some() {
                return Err(CalibrationFault::Repeated { margin: number, category });
            }
        }
        let categories: Vec<u32> = totals.keys().copied().collect();
        let totals: Vec<f64> = totals.into_values().collect();
        let mut of = Vec::with_capacity(weights.len());
        for (row, category) in margin.categories.iter().enumerate() {
            match categories.binary_search(category) {
                Ok(group) => of.push(group as u32),
                Err(_) => {
                    let rows = margin.categories.iter().filter(|other| *other == category).count() as u64;
                    return Err(CalibrationFault::Unknown { margin: number, category: *category, rows, row });
                }
            }
        }
        let groups = Groups { of, count: categories.len() };
        let checked = Checked { groups, categories, totals };
        checked.fits(number, &checked.groups.sums(weights), None)?;
        Ok(checked)
    }

    /// Refuses groups that the weights leave empty.
    pub(super) fn fits(
        &self,
        margin: usize,
        sums: &[f64],
        replicate: Option<usize>,
    ) -> Result<(), CalibrationFault> {
        match sums.iter().position(|sum| *sum <= 0.0) {
            None => Ok(()),
            Some(group) => Err(CalibrationFault::Empty {
                margin,
                category: self.categories[group],
                total: self.totals[group],
                replicate,
            }),
        }
    }

    /// The population.
    pub(super) fn population(&self) -> f64 {
        self.totals.iter().sum()
    }

    /// Factor of each group that makes its sum the total.
    pub(super) fn factors(&self, sums: &[f64]) -> Vec<f64> {
        self.totals.iter().zip(sums).map(|(total, sum)| total / sum).collect()
    }

    /// The largest distance of a sum from its total, as a share of the population, and its group.
    pub(super) fn largest_difference(&self, sums: &[f64]) -> (f64, usize) {
        let population = self.population();
        let mut largest = (0.0, 0);
        for (group, (total, sum)) in self.totals.iter().zip(sums).enumerate() {
            let difference = (total - sum).abs() / population;
            if difference > largest.0 {
                largest = (difference, group);
            }
        }
        largest
    }
}

/// Refuses weights below 0 and not finite.
pub(super) fn check_weights(weights: &[f64]) -> Result<(), CalibrationFault> {
    match weights.iter().position(|weight| !(*weight >= 0.0 && weight.is_finite())) {
        None => Ok(()),
        Some(row) => Err(CalibrationFault::Weight { row, weight: weights[row] }),
    }
}

/// Refuses a matrix that is not rows times replicates.
pub(super) fn check_replicates(
    matrix: &[f64],
    rows: usize,
    replicates: usize,
) -> Result<(), CalibrationFault> {
    if matrix.len() != rows * replicates {
        return Err(CalibrationFault::Replicates { rows, replicates, found: matrix.len() });
    }
    match matrix.iter().position(|weight| !weight.is_finite()) {
        None => Ok(()),
        Some(at) => Err(CalibrationFault::Weight { row: at / replicates.max(1), weight: matrix[at] }),
    }
}
