//! A sample row by row: its weights, its stages or replicates, checked once; and estimates straight from columns.
//!
//! In: columns of one length. Out: a [`Design`], or the [`DesignFault`] that says which rows contradict each other; then
//! estimates of any column over all rows or a domain of them.
//!
//! ```
//! use survey::design::Design;
//!
//! // Two schools of five, and all pupils of each.
//! let school = [1, 1, 2, 2, 2];
//! let design = Design::builder(5).stage(None, Some(&school), Some(&[5.0; 5])).build()?;
//! assert_eq!(design.weights(), [2.5; 5]);
//!
//! let marks = [2.0, 3.0, 1.0, 2.0, f64::NAN];
//! let mean = design.mean(&marks, None, 0.95)?.unwrap();
//! assert_eq!((mean.estimate, mean.n, mean.df), (2.0, 4, 1.0));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod estimates;
mod fault;
#[cfg(test)]
mod laws;
mod numbering;
#[cfg(test)]
mod tests;

pub use fault::{DesignFault, Rows};

use crate::calibration::Calibration;
use crate::replicates::{Kind, Made, ReplicateFault};
use crate::variance::{LonelyPsu, Replication, Stage, Variability};

/// A sample: one weight and one place per row, or replicate weights.
#[derive(Clone, Debug, PartialEq)]
pub struct Design {
    weights: Vec<f64>,
    stages: Vec<Vec<Stage>>,
    lonely: LonelyPsu,
    calibration: Option<Calibration>,
    replicates: Option<(Vec<f64>, Replication)>,
}

impl Design {
    /// Starts the description of a sample of as many `rows`.
    ///
    /// Without a [`DesignBuilder::stage`] every row is a unit of its own, in one stratum.
    pub fn builder(rows: usize) -> DesignBuilder<'static> {
        DesignBuilder {
            rows,
            weights: None,
            stages: Vec::new(),
            nested: false,
            lonely: LonelyPsu::default(),
            calibration: None,
            replicates: None,
        }
    }

    /// The same sample with replicate weights made from its first stage, which its variances then come from.
    ///
    /// Weights that are to be calibrated are calibrated afterwards, so that each replicate is calibrated alike.
    ///
    /// # Errors
    /// [`ReplicateFault`] where the strata do not allow it.
    pub fn with_replicates(&self, kind: Kind) -> Result<Design, ReplicateFault> {
        let first = self.stages.first().map_or(&[][..], Vec::as_slice);
        let Made { factors, replication } = kind.make(first, self.lonely)?;
        Ok(Design { replicates: Some((factors, replication)), ..self.clone() })
    }

    /// The weight of each row.
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// The place of each row in each stage of the sample, the first stage first; at least one.
    pub fn stages(&self) -> &[Vec<Stage>] {
        &self.stages
    }

    /// What a lonely unit contributes to a variance.
    pub fn lonely(&self) -> LonelyPsu {
        self.lonely
    }

    /// Rows times replicates, row by row: replicate weight divided by weight; and how they make a variance.
    pub fn replicates(&self) -> Option<(&[f64], &Replication)> {
        self.replicates.as_ref().map(|(factors, replication)| (factors.as_slice(), replication))
    }

    /// How the weights were calibrated, if they were.
    pub fn calibration(&self) -> Option<&Calibration> {
        self.calibration.as_ref()
    }

    /// The same sample with other weights of the same rows, and, if it has replicates, with other factors.
    pub(crate) fn reweighted(
        &self,
        weights: Vec<f64>,
        calibration: Calibration,
        factors: Option<Vec<f64>>,
    ) -> Design {
        let replication = self.replicates.as_ref().map(|(_, replication)| replication.clone());
        Design {
            weights,
            stages: self.stages.clone(),
            lonely: self.lonely,
            calibration: Some(calibration),
            replicates: factors.zip(replication),
        }
    }

    /// Where variances come from: the replicates, if there are any, else the stages.
    pub fn variability(&self) -> Variability<'_> {
        match &self.replicates {
            Some((factors, replication)) => Variability::Replicates { factors, replication },
            None => Variability::Stages {
                stages: &self.stages,
                lonely: self.lonely,
                calibration: self.calibration.as_ref(),
            },
        }
    }
}

/// One stage, as the caller has it.
#[derive(Clone, Copy, Debug)]
struct StageColumns<'a> {
    strata: Option<&'a [u32]>,
    units: Option<&'a [u32]>,
    fpc: Option<&'a [f64]>,
}

/// Replicate weights, as the caller has them.
#[derive(Clone, Debug)]
struct ReplicateColumns<'a> {
    weights: &'a [f64],
    replication: Replication,
    combined: bool,
}

/// The description of a sample, before it is checked.
#[derive(Clone, Debug)]
pub struct DesignBuilder<'a> {
    rows: usize,
    weights: Option<&'a [f64]>,
    stages: Vec<StageColumns<'a>>,
    nested: bool,
    lonely: LonelyPsu,
    calibration: Option<Calibration>,
    replicates: Option<ReplicateColumns<'a>>,
}

impl<'a> DesignBuilder<'a> {
    /// The weight of each row, 0 or more; rows with weight 0 are not members of any domain.
    ///
    /// Without them a row's weight is the product of population / sampled units over all stages, or 1 where no stage has a
    /// finite-population correction.
    pub fn weights<'b>(self, weights: &'b [f64]) -> DesignBuilder<'b>
    where
        'a: 'b,
    {
        DesignBuilder { weights: Some(weights), ..self }
    }

    /// The next stage of the sample, the first one first.
    ///
    /// `strata` are numbers of strata (none: one stratum; from the second stage on within each earlier unit), `units` numbers
    /// of sampling units (none: each row is one; from the second stage on unique within each earlier unit), and `fpc` the
    /// units that the population has in the row's stratum, or, if none is above 1, the share of them that was sampled. A
    /// second stage counts only where the first has `fpc` (see [`crate::variance`]).
    pub fn stage<'b>(
        self,
        strata: Option<&'b [u32]>,
        units: Option<&'b [u32]>,
        fpc: Option<&'b [f64]>,
    ) -> DesignBuilder<'b>
    where
        'a: 'b,
    {
        let mut stages: Vec<StageColumns<'b>> = self.stages;
        stages.push(StageColumns { strata, units, fpc });
        DesignBuilder { stages, ..self }
    }

    /// Whether numbers of units start anew in each stratum, so that unit 1 of stratum 1 is another than unit 1 of stratum 2.
    pub fn nested(self, nested: bool) -> Self {
        DesignBuilder { nested, ..self }
    }

    /// What a stratum with one sampled unit contributes to the variance.
    pub fn lonely(self, lonely: LonelyPsu) -> Self {
        DesignBuilder { lonely, ..self }
    }

    /// How the weights given were calibrated, which makes variances smaller.
    pub fn calibrated(self, calibration: Calibration) -> Self {
        DesignBuilder { calibration: Some(calibration), ..self }
    }

    /// Replicate weights, from which variances are then computed: rows times replicates, row by row, as many replicates as
    /// `replication.rscales`. `combined` where they contain the weight, and are not factors of it.
    pub fn replicates<'b>(
        self,
        weights: &'b [f64],
        replication: Replication,
        combined: bool,
    ) -> DesignBuilder<'b>
    where
        'a: 'b,
    {
        DesignBuilder { replicates: Some(ReplicateColumns { weights, replication, combined }), ..self }
    }

    /// Checks and numbers the sample.
    ///
    /// # Errors
    /// The first [`DesignFault`].
    pub fn build(self) -> Result<Design, DesignFault> {
        let stages = numbering::stages(self.rows, &self.stages, self.nested)?;
        let weights = match self.weights {
            Some(weights) => {
                fault::length("the weights", self.rows, weights.len())?;
                fault::none(weights.iter().map(|w| !(*w >= 0.0 && w.is_finite())))
                    .map_err(DesignFault::Weight)?;
                weights.to_vec()
            }
            None => inverse_probabilities(self.rows, &stages)?,
        };
        let replicates = self.replicates.map(|columns| factors(columns, &weights)).transpose()?;
        let (lonely, calibration) = (self.lonely, self.calibration);
        Ok(Design { weights, stages, lonely, calibration, replicates })
    }
}

/// Weights from the stages: population over sampled units.
fn inverse_probabilities(rows: usize, stages: &[Vec<Stage>]) -> Result<Vec<f64>, DesignFault> {
    if stages.iter().flatten().all(|place| place.population.is_infinite()) {
        return Ok(vec![1.0; rows]);
    }
    let mut weights = vec![1.0; rows];
    for (i, stage) in stages.iter().enumerate() {
        fault::none(stage.iter().map(|place| place.population.is_infinite()))
            .map_err(|rows| DesignFault::NoWeight { stage: i + 1, rows })?;
        weights
            .iter_mut()
            .zip(stage)
            .for_each(|(w, place)| *w *= place.population / f64::from(place.sampled));
    }
    Ok(weights)
}

/// Replicate weights as factors of the weights.
fn factors(columns: ReplicateColumns<'_>, weights: &[f64]) -> Result<(Vec<f64>, Replication), DesignFault> {
    let ReplicateColumns { weights: replicates, replication, combined } = columns;
    let count = replication.rscales.len();
    if count == 0 {
        return Err(DesignFault::NoReplicates);
    }
    fault::length("the table of replicate weights", weights.len() * count, replicates.len())?;
    let sensible = |value: &f64| *value >= 0.0 && value.is_finite();
    if !sensible(&replication.scale) || !replication.rscales.iter().all(sensible) {
        return Err(DesignFault::Scales);
    }
    fault::none(replicates.chunks(count).map(|row| !row.iter().all(|w| w.is_finite())))
        .map_err(DesignFault::ReplicateWeight)?;
    if !combined {
        return Ok((replicates.to_vec(), replication));
    }
    let rows = || replicates.chunks(count).zip(weights);
    fault::none(rows().map(|(row, &w)| w == 0.0 && row.iter().any(|r| *r != 0.0)))
        .map_err(DesignFault::ReplicateOfZero)?;
    let factors =
        rows().flat_map(|(row, &w)| row.iter().map(move |r| if w == 0.0 { 0.0 } else { r / w })).collect();
    Ok((factors, replication))
}
