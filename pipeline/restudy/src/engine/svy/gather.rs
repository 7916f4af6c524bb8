//! The units of a group as a domain of the sample, as the estimates of the crate `survey` take it.

use datafusion::common::{Result, exec_err};
use survey::variance::{LonelyPsu, Replication, Stage, Variability};

use super::units::{Kind, Unit, Units};

/// A group with a design: each element is a unit of the last stage.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    /// True for each element.
    members: Vec<bool>,
    stages: Vec<Vec<Stage>>,
    lonely: LonelyPsu,
    factors: Vec<f64>,
    replication: Option<Replication>,
}

impl Gathered {
    /// The domain of rows of `of_group`, which are in the order of [`Units::in_order`]. Samples of two waves are independent: no
    /// stratum and no unit is of both.
    pub(super) fn new(of_group: &[u32], units: &Units, function: &str) -> Result<Self> {
        let mut gathered = Gathered { members: vec![true; of_group.len()], ..Gathered::default() };
        let (mut kind, mut sample): (Option<u32>, Option<&str>) = (None, None);
        // Numbers of strata and units that other samples use, in each stage.
        let mut used: Vec<(u32, u32)> = Vec::new();
        for &number in of_group {
            let Some(unit) = units.get(number) else {
                return exec_err!("unit {number} of the design is not known");
            };
            if let Some(kind) = kind.filter(|kind| *kind != unit.kind) {
                return exec_err!(
                    "`{function}` has rows of two designs in one group ({}): take one wave, or one design, at a time",
                    two_kinds(units.kind(kind), units.kind(unit.kind))
                );
            }
            kind = Some(unit.kind);
            if sample.is_some_and(|sample| sample != unit.sample) {
                apart(sample.unwrap_or_default(), &unit, units, function)?;
                gathered.stages.iter().zip(&mut used).for_each(|(stage, used)| *used = after(stage));
            }
            let places = unit.places();
            if !gathered.stages.is_empty() && gathered.stages.len() != places.len() {
                let (a, b) = (gathered.stages.len(), places.len());
                return exec_err!(
                    "`{function}` has rows of two designs in one group (of {a} and of {b} stages): take one wave, or one design, at a time"
                );
            }
            sample = Some(unit.sample);
            if gathered.stages.is_empty() {
                gathered.stages.resize_with(places.len(), || Vec::with_capacity(of_group.len()));
                used.resize(places.len(), (0, 0));
            }
            for ((stage, place), (strata, of_units)) in gathered.stages.iter_mut().zip(places).zip(&used) {
                let (stratum, unit) = (place.stratum.checked_add(*strata), place.unit.checked_add(*of_units));
                let (Some(stratum), Some(unit)) = (stratum, unit) else {
                    return exec_err!("`{function}` has more units in one group than can be numbered");
                };
                stage.push(Stage { stratum, unit, ..place });
            }
            gathered.factors.extend(unit.factors);
        }
        match kind.and_then(|kind| units.kind(kind)) {
            Some(Kind::Stages(lonely)) => gathered.lonely = *lonely,
            Some(Kind::Replicates(replication)) => gathered.replication = Some(replication.clone()),
            None => {}
        }
        Ok(gathered)
    }

    /// That all elements are members of the domain.
    pub(super) fn members(&self) -> &[bool] {
        &self.members
    }

    /// Where variances come from.
    pub(super) fn variability(&self) -> Variability<'_> {
        match &self.replication {
            Some(replication) => Variability::Replicates { factors: &self.factors, replication },
            None => Variability::Stages { stages: &self.stages, lonely: self.lonely, calibration: None },
        }
    }
}

/// That a unit may follow those of another sample in one group: waves may, but not two designs of one wave, and not
/// replicates, of which those of one wave have nothing to do with those of another.
fn apart(sample: &str, unit: &Unit<'_>, units: &Units, function: &str) -> Result<()> {
    let [(wave, design), (other, other_design)] =
        [sample, unit.sample].map(|name| name.rsplit_once('/').unwrap_or((name, "")));
    if wave == other {
        return exec_err!(
            "`{function}` has rows of two designs in one group (`{design}` and `{other_design}` of wave {wave}): take one design at a \
             time"
        );
    }
    if let Some(Kind::Replicates(_)) = units.kind(unit.kind) {
        return exec_err!(
            "`{function}` has rows of two waves in one group ({wave} and {other}), and replicate weights of one wave say nothing of \
             those of another: take one wave at a time"
        );
    }
    Ok(())
}

/// The first numbers above those of all strata and units.
fn after(stage: &[Stage]) -> (u32, u32) {
    stage.iter().fold((0, 0), |(strata, units), place| {
        (strata.max(place.stratum.saturating_add(1)), units.max(place.unit.saturating_add(1)))
    })
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
