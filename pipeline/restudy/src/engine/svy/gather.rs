//! The slots of a group as a domain of the sample, as the estimates of the crate `survey` take it.

use datafusion::common::{Result, exec_err};
use survey::variance::{LonelyPsu, Replication, Stage, Variability};

use super::design::{Kind, Units};
use super::slots::Slot;
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
    /// Rows that said yes.
    pub(super) yes: u64,
}

impl Gathered {
    /// The domain of `slots`, which are in the order of their units.
    pub(super) fn new<const K: usize>(slots: &[Slot<K>], units: &Units, function: &str) -> Result<Self> {
        let mut gathered = Gathered::default();
        let mut kind: Option<&Kind> = None;
        for slot in slots {
            let unit = slot.unit();
            let Some((own, factors)) = units.kind(unit) else {
                return exec_err!("unit {unit} of the design is not known");
            };
            if kind.is_some_and(|kind| kind != own) {
                return exec_err!(
                    "`{function}` has rows of two designs in one group ({}): take one wave, or one design, at a time",
                    two_kinds(kind, own)
                );
            }
            kind = Some(own);
            let places = units.places(unit);
            gathered.stages.resize_with(places.len(), Vec::new);
            gathered.stages.iter_mut().zip(places).for_each(|(stage, place)| stage.push(*place));
            gathered.factors.extend(factors);
            gathered.rows.push(slot.rows);
            gathered.n += slot.n;
            gathered.yes += slot.yes;
        }
        match kind {
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

fn two_kinds(a: Option<&Kind>, b: &Kind) -> &'static str {
    match (a, b) {
        (Some(Kind::Stages(_)), Kind::Stages(_)) => "their lonely_psu differs",
        (Some(Kind::Replicates(_)), Kind::Replicates(_)) => "their replicate weights are not made alike",
        _ => "one with replicate weights, one without",
    }
}

/// The totals of the sums of all slots.
pub(super) fn totals<const K: usize>(slots: &[Slot<K>]) -> [Twofold; K] {
    let mut totals = [Twofold::default(); K];
    for slot in slots {
        totals.iter_mut().zip(slot.sums).for_each(|(total, sum)| total.merge(sum));
    }
    totals
}
