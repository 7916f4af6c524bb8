//! Raking: iterative proportional fitting of weights to several margins.

use std::collections::HashMap;

use super::fault::CalibrationFault;
use super::margin::{Checked, Margin, check_replicates, check_weights};
use super::trimming::{Trim, trim};
use super::{Calibrated, Calibration, Groups, Report, Step};

/// When raking ends, and what follows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RakeOptions {
    /// Sweeps over all margins after which raking fails.
    pub max_iterations: u32,
    /// How near is near enough, as a share: see [`Until`].
    pub tolerance: f64,
    /// What must be near.
    pub until: Until,
    /// Bounds for the weights, applied once the margins are met; trimmed weights meet them no more, by what the report's
    /// `largest_difference` says.
    pub trim: Option<Trim>,
}

/// What ends raking.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Until {
    /// After a sweep, every category is within `tolerance` times the population of its total.
    #[default]
    MarginsMet,
    /// A sweep has changed no cell of the crossing of all margins by `tolerance` times the sum of the first weights or
    /// more. That is when R's `rake` stops (its `epsilon`, if below 1, is this tolerance; from 1 upwards it is not a
    /// share but the change itself). It tells nothing of margins that can't be met.
    TableStill,
}

impl Default for RakeOptions {
    fn default() -> Self {
        RakeOptions { max_iterations: 1000, tolerance: 1e-12, until: Until::default(), trim: None }
    }
}

/// Margins and the cells of their crossing: rows in one cell share a factor.
struct Table {
    margins: Vec<Checked>,
    /// Each row's cell.
    cells: Groups,
    /// For each margin, each cell's category.
    categories: Vec<Vec<u32>>,
}

/// Raked cells.
struct Raked {
    /// For each margin, each cell's factor after that margin in the last sweep.
    factors: Vec<Vec<f64>>,
    iterations: u32,
    largest_difference: f64,
}

/// Weights that meet every margin: the weights times, in turn, each margin's `T_g / Σ_g w_k`, until nothing changes
/// (Deming & Stephan, Annals of Mathematical Statistics 11, 1940; Deville, Särndal & Sautory, JASA 88, 1993).
///
/// # Errors
///
/// A category without total or respondents; totals not above 0; margins of different sums; margins that are not met
/// within the sweeps allowed; bounds that no weights can keep.
pub fn rake(
    weights: &[f64],
    margins: &[Margin],
    options: &RakeOptions,
) -> Result<Calibrated, CalibrationFault> {
    let table = Table::new(weights, margins, options)?;
    let raked = table.rake(&table.cells.sums(weights), options, None)?;
    let mut report =
        Report { iterations: raked.iterations, largest_difference: raked.largest_difference, trimmed: 0 };
    let mut steps = Vec::new();
    let mut after = weights.to_vec();
    for (margin, factors) in table.margins.iter().zip(&raked.factors) {
        after = table.weighted(weights, factors);
        steps.push((margin.groups.clone(), after.clone()));
    }
    if let Some(bounds) = &options.trim {
        let (trimmed, rows) = trim(&after, bounds)?;
        after = trimmed;
        report.trimmed = rows;
        report.largest_difference = table.largest_difference(&table.cells.sums(&after)).0;
    }
    Ok(Calibrated { weights: after, calibration: Calibration { steps: vec![Step::Raking(steps)] }, report })
}

/// Each of the replicates raked to the same margins, each until it meets them, and trimmed if the options say so (R stops
/// all replicates after as many sweeps as the weights themselves took). `replicate_weights` holds all `replicates`
/// weights of the first row, then those of the second; they are weights, not factors.
///
/// # Errors
///
/// As [`rake`], and a category that a replicate leaves empty.
pub fn rake_replicates(
    weights: &[f64],
    replicate_weights: &[f64],
    replicates: usize,
    margins: &[Margin],
    options: &RakeOptions,
) -> Result<Vec<f64>, CalibrationFault> {
    check_replicates(replicate_weights, weights.len(), replicates)?;
    let table = Table::new(weights, margins, options)?;
    let mut result = replicate_weights.to_vec();
    for replicate in 0..replicates {
        let column: Vec<f64> =
            replicate_weights.iter().skip(replicate).step_by(replicates).copied().collect();
        let raked = table.rake(&table.cells.sums(&column), options, Some(replicate))?;
        let mut after =
            raked.factors.last().map_or_else(|| column.clone(), |last| table.weighted(&column, last));
        if let Some(bounds) = &options.trim {
            after = trim(&after, bounds)?.0;
        }
        for (weight, raked) in result.iter_mut().skip(replicate).step_by(replicates).zip(after) {
            *weight = raked;
        }
    }
    Ok(result)
}

impl Table {
    fn new(weights: &[f64], margins: &[Margin], options: &RakeOptions) -> Result<Self, CalibrationFault> {
        check_weights(weights)?;
        if margins.is_empty() {
            return Err(CalibrationFault::NoCategories { margin: 0 });
        }
        let margins: Vec<Checked> = margins
            .iter()
            .enumerate()
            .map(|(number, margin)| Checked::new(number, weights, margin))
            .collect::<Result<_, _>>()?;
        let first = margins.first().map_or(0.0, Checked::population);
        for (number, margin) in margins.iter().enumerate().skip(1) {
            let sum = margin.population();
            if (sum - first).abs() > first * options.tolerance.max(1e-12) {
                return Err(CalibrationFault::Sums { margin: number, first, sum });
            }
        }
        let mut cells = Groups { of: vec![0; weights.len()], count: 1 };
        for margin in &margins {
            let mut numbers = HashMap::new();
            for (cell, group) in cells.of.iter_mut().zip(&margin.groups.of) {
                let next = numbers.len() as u32;
                *cell = *numbers.entry((*cell, *group)).or_insert(next);
            }
            cells.count = numbers.len();
        }
        let mut categories = vec![vec![0; cells.count]; margins.len()];
        for (categories, margin) in categories.iter_mut().zip(&margins) {
            for (cell, group) in cells.of.iter().zip(&margin.groups.of) {
                categories[*cell as usize] = *group;
            }
        }
        Ok(Table { margins, cells, categories })
    }

    /// Rakes the cells' sums of weights.
    fn rake(
        &self,
        start: &[f64],
        options: &RakeOptions,
        replicate: Option<usize>,
    ) -> Result<Raked, CalibrationFault> {
        let still = options.tolerance * start.iter().sum::<f64>();
        let mut factors = vec![1.0; start.len()];
        let mut stages = vec![Vec::new(); self.margins.len()];
        let mut before = start.to_vec();
        for iteration in 1..=options.max_iterations {
            for (number, (margin, categories)) in self.margins.iter().zip(&self.categories).enumerate() {
                let sums = sums(margin, categories, &weighted(start, &factors));
                margin.fits(number, &sums, replicate)?;
                let change = margin.factors(&sums);
                for (factor, category) in factors.iter_mut().zip(categories) {
                    *factor *= change[*category as usize];
                }
                stages[number].clone_from(&factors);
            }
            let now = weighted(start, &factors);
            let largest_difference = self.largest_difference(&now).0;
            let change =
                now.iter().zip(&before).map(|(now, before)| (now - before).abs()).fold(0.0, f64::max);
            let enough = match options.until {
                Until::MarginsMet => largest_difference <= options.tolerance,
                Until::TableStill => change < still,
            };
            if enough {
                return Ok(Raked { factors: stages, iterations: iteration, largest_difference });
            }
            before = now;
        }
        let (_, margin, group) = self.largest_difference(&before);
        let at = &self.margins[margin];
        Err(CalibrationFault::NotConverged {
            iterations: options.max_iterations,
            margin,
            category: at.categories[group],
            total: at.totals[group],
            found: sums(at, &self.categories[margin], &before)[group],
            replicate,
        })
    }

    /// The largest distance from a total, as a share of the population, with its margin and group.
    fn largest_difference(&self, cells: &[f64]) -> (f64, usize, usize) {
        let mut largest = (0.0, 0, 0);
        for (number, (margin, categories)) in self.margins.iter().zip(&self.categories).enumerate() {
            let (difference, group) = margin.largest_difference(&sums(margin, categories, cells));
            if difference > largest.0 {
                largest = (difference, number, group);
            }
        }
        largest
    }

    /// Rows' weights times the factors of their cells.
    fn weighted(&self, weights: &[f64], factors: &[f64]) -> Vec<f64> {
        weights.iter().zip(&self.cells.of).map(|(weight, cell)| weight * factors[*cell as usize]).collect()
    }
}

fn weighted(cells: &[f64], factors: &[f64]) -> Vec<f64> {
    cells.iter().zip(factors).map(|(cell, factor)| cell * factor).collect()
}

fn sums(margin: &Checked, categories: &[u32], cells: &[f64]) -> Vec<f64> {
    let mut sums = vec![0.0; margin.totals.len()];
    for (category, cell) in categories.iter().zip(cells) {
        sums[*category as usize] += cell;
    }
    sums
}
