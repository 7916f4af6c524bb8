//! The slots of a group as a domain of the sample, as the estimates of the crate `survey` take it.

use datafusion::common::{Result, exec_err};
use survey::variance::{LonelyPsu, Replication, Stage, Variability};

use super::design::{Kind, Units};
use super::slots::OfUnit;
use super::twofold::Twofold;

/// A group with a design: each element is a unit of the last stage.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    stages: Vec<Vec<Stage>>,
    lonely: LonelyPsu,
    factors: Vec<f64>,
    replication: Option<Replication>,
    /// Per element, rows of the group.
    pub(super) rows: Vec<u64>,
    /// Rows that answered.
    pub(super) n: u64,
}

impl Gathered {
    /// The domain of `slots`, which are in the order of their units.
    pub(super) fn new<const K: usize>(slots: &[OfUnit<K>], units: &Units, function: &str) -> Result<Self> {
        let mut gathered = Gathered::default();
        let mut kind: Option<u32> = None;
        for slot in slots {
            let Some(unit) = units.get(slot.unit) else {
                return exec_err!("unit {} of the design is not known", slot.unit);
            };
            if let Some(kind) = kind.filter(|kind| *kind != unit.kind) {
                return exec_err!(
                    "`{function}` has rows of two designs in one group ({}): take one wave, or one design, at a time",
                    two_kinds(units.kind(kind), units.kind(unit.kind))
                );
            }
            kind = Some(unit.kind);
            gathered.stages.resize_with(unit.places.len(), Vec::new);
            gathered.stages.iter_mut().zip(unit.places).for_each(|(stage, place)| stage.push(*place));
            gathered.factors.extend(unit.factors);
            gathered.rows.push(slot.rows);
            gathered.n += slot.n;
        }
        match kind.and_then(|kind| units.kind(kind)) {
            Some(Kind::Stages(lonely)) => gathered.lonely = *lonely,
            Some(Kind::Replicates(replication)) => gathered.replication = Some(replication.clone()),
            None => {}
        }
        Ok(gathered)
    }

    /// Where variances come from.
    pub(super) fn variability(&self) -> Variability<'_> {
        match &self.replication {
            Some(replication) => Variability::Replicates { factors: &self.factors, replication },
            None => Variability::Stages { stages: &self.stages, lonely: self.lonely, calibration: None },
        }
    }
}

fn two_kinds(a: Option<&Kind>, b: Option<&Kind>) -> &'static str {
    match (a, b) {
        (Some(Kind::Stages(_)), Some(Kind::Stages(_))) => "their lonely_psu differs",
        (Some(Kind::Replicates(_)), Some(Kind::Replicates(_))) => {
            "their replicate weights are not made alike"
        }
        _ => "one with replicate weights, one without",
    }
}

/// The totals of the sums of all slots.
pub(super) fn totals<const K: usize>(slots: &[OfUnit<K>]) -> [Twofold; K] {
    let mut totals = [Twofold::default(); K];
    for slot in slots {
        totals.iter_mut().zip(slot.sums).for_each(|(total, sum)| total.merge(sum));
    }
    totals
}
