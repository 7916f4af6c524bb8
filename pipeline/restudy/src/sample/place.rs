//! One design: each respondent's weight and place in the sample.
//!
//! In: a design with its columns. Out: a [`Sample`] as `survey::design` checked and numbered it, or the faults, which the
//! reader keeps: of cells with the lines of the export, of definitions with their place in study.toml.
//!
//! Stages, weights and replicates are checked one by one, so that the faults of all of them are told at once.

use std::collections::BTreeMap;

use survey::design::{Design as Checked, DesignBuilder};
use survey::variance::{LonelyPsu, Stage};

use super::columns::{Named, Population};
use super::kept::Coded;
use super::values::Reader;
use super::{Sample, replicates, rules, strata};
use crate::codebook::Frame;
use crate::diagnostic::{Diagnostic, Place, count};
use crate::sources::shortened;
use crate::study::Design;

/// How many strata a warning names.
const NAMED: usize = 6;

/// The sample of `design`, as the column `name` of the store; none where there is a fault.
pub(super) fn sample(
    reader: &mut Reader<'_>,
    name: &str,
    design: &Design,
    named: &Named,
    frame: Option<&Frame>,
) -> Option<Sample> {
    let rows = reader.rows();
    let weights = named.weight.as_ref().map(|column| reader.numbers(column, "weight"));
    let weights = weights.map(|weights| {
        let weights = weights?;
        let checked = Checked::builder(rows).weights(&weights).build();
        checked.map_err(|fault| rules::tell(reader, named, fault)).ok()?;
        Some(weights)
    });
    let given: Vec<Option<Given>> =
        (0..design.stages()).map(|stage| Given::read(reader, design, named, stage, frame)).collect();
    let given = given.into_iter().collect::<Option<Vec<Given>>>();
    let of_stages = given.and_then(|given| {
        let strata = given.first().map_or_else(Vec::new, Given::strata);
        let even = vec![1.0; rows];
        let mut builder = builder(rows, design, &given);
        // Without a column of weights, the populations must give them.
        if named.weight.is_some() {
            builder = builder.weights(&even);
        }
        let checked = builder.build().map_err(|fault| rules::tell(reader, named, fault)).ok()?;
        lonely(reader, design, named, checked.stages(), &strata);
        Some((checked, strata))
    });
    let weights = match weights {
        Some(weights) => weights,
        None => of_stages.as_ref().map(|(checked, _)| checked.weights().to_vec()),
    };
    let replicates = design.replicates.as_ref().map(|declared| {
        if declared.get_ref().columns.is_some() {
            return replicates::of_columns(reader, declared, named, weights.as_deref());
        }
        of_stages.as_ref().and_then(|(checked, strata)| replicates::made(reader, declared, checked, strata))
    });
    let (weights, (checked, strata)) = weights.zip(of_stages)?;
    let (mut stages, lonely) = (checked.stages().to_vec(), design.lonely());
    let replicates = match replicates {
        None => None,
        Some(read) => {
            let (factors, replication) = read?;
            stages.truncate(1);
            let own = named.units.is_empty();
            let factors = replicates::by_unit(stages.first_mut()?, &factors, replication.rscales.len(), own);
            Some(super::Replicates { factors, replication })
        }
    };
    Some(Sample { column: name.to_owned(), weights, stages, lonely, replicates, strata })
}

/// The description of a sample, without its weights.
fn builder<'a>(rows: usize, design: &Design, given: &'a [Given]) -> DesignBuilder<'a> {
    let start: DesignBuilder<'a> = Checked::builder(rows).nested(design.nested).lonely(design.lonely());
    given.iter().fold(start, |builder, stage| {
        let numbers = |coded: &'a Option<Coded>| coded.as_ref().map(|coded| &coded.numbers[..]);
        builder.stage(numbers(&stage.strata), numbers(&stage.units), stage.populations.as_deref())
    })
}

/// What the export and the frame say of one stage: a value per respondent.
struct Given {
    strata: Option<Coded>,
    units: Option<Coded>,
    populations: Option<Vec<f64>>,
}

impl Given {
    fn read(
        reader: &mut Reader<'_>,
        design: &Design,
        named: &Named,
        stage: usize,
        frame: Option<&Frame>,
    ) -> Option<Given> {
        let strata = match named.strata.get(stage).and_then(Option::as_ref) {
            None => Some(None),
            Some(column) if stage == 0 => strata::of_respondents(reader, design, column).map(Some),
            Some(column) => reader.all_labels(column, "stratum").map(Some),
        };
        let units = match named.units.get(stage) {
            None => Some(None),
            Some(column) => reader.all_labels(column, "unit").map(Some),
        };
        let populations = match named.populations.get(stage) {
            None => Some(None),
            Some(Population::Column(column)) => reader.numbers(column, "population").map(Some),
            Some(Population::Frame(at)) => match &strata {
                None => None,
                Some(strata) => match frame {
                    Some(frame) => {
                        strata::invited(reader, design, strata.as_ref(), (frame, at.clone())).map(Some)
                    }
                    None => {
                        strata::no_frame(reader, at.clone());
                        None
                    }
                },
            },
        };
        Some(Given { strata: strata?, units: units?, populations: populations? })
    }

    /// The labels of the strata, in the order of their numbers.
    fn strata(&self) -> Vec<String> {
        self.strata.as_ref().map_or_else(|| vec![strata::ALL.to_owned()], |strata| strata.labels.clone())
    }
}

/// Warns of strata with one sampled unit, where no estimate will be made for them.
fn lonely(reader: &mut Reader<'_>, design: &Design, named: &Named, stages: &[Vec<Stage>], labels: &[String]) {
    if design.lonely() != LonelyPsu::Fail || design.replicates.is_some() {
        return;
    }
    // A later stage adds to the variance where those before it have a population.
    let counted = stages.iter().position(|stage| stage.iter().any(|place| place.population.is_infinite()));
    let counted = counted.map_or(stages.len(), |first| first + 1);
    for (index, stage) in stages.iter().enumerate().take(counted) {
        let alone = |place: &&Stage| place.sampled == 1 && place.population > 1.0;
        let mut members: BTreeMap<u32, usize> = BTreeMap::new();
        stage.iter().filter(alone).for_each(|place| *members.entry(place.stratum).or_default() += 1);
        if members.is_empty() {
            continue;
        }
        let label = |number: u32| labels.get(usize::try_from(number).ok()?).filter(|_| index == 0);
        let named_ones = members.iter().filter_map(|(number, members)| Some((label(*number)?, members)));
        let listed: Vec<String> = named_ones
            .take(NAMED)
            .map(|(label, members)| format!("`{}` ({})", shortened(label), count(*members, "respondent")))
            .collect();
        let note = match members.len() - listed.len() {
            _ if listed.is_empty() => format!("they hold {}", count(members.values().sum(), "respondent")),
            0 => listed.join(", "),
            more => format!("{} and {more} more", listed.join(", ")),
        };
        let message = match members.len() {
            1 => format!("1 stratum of stage {} has only one sampled unit", index + 1),
            n => format!("{n} strata of stage {} have only one sampled unit each", index + 1),
        };
        let at = named.strata.get(index).and_then(Option::as_ref).or(named.units.get(index));
        let place =
            at.map_or_else(|| Place::file("study.toml"), |column| reader.study.place(column.at.clone()));
        let hint = "one unit tells nothing of a variance, so estimates that need it are refused: merge the stratum with a \
                    similar one, or say in `lonely_psu` how it counts";
        reader.others.push(Diagnostic::warning(message).at(place).note(note).hint(hint));
    }
}
