//! One design: each respondent's weight and place in the sample.
//!
//! In: a design with its columns. Out: a [`Sample`], or the faults, which the reader keeps: of cells with the lines of the
//! export, of definitions with their place in study.toml.

use survey::variance::{LonelyPsu, Stage};

use super::columns::{Column, Named, Population};
use super::numbered::{self, Broken, Given};
use super::values::Reader;
use super::{Sample, replicates, strata};
use crate::codebook::Fieldwork;
use crate::diagnostic::{Diagnostic, count};
use crate::sources::shortened;
use crate::study::Design;

/// How many strata a message names.
const NAMED: usize = 6;

/// The sample of `design`, as the column `name` of the store; none where there is a fault.
pub(super) fn sample(
    reader: &mut Reader<'_>,
    name: &str,
    design: &Design,
    named: &Named,
    frame: (&str, &Fieldwork),
) -> Option<Sample> {
    let weights = match &named.weight {
        None => Some(None),
        Some(column) => weights(reader, column).map(Some),
    };
    let given: Vec<Option<Given>> =
        (0..design.stages()).map(|stage| self::given(reader, design, named, stage, frame)).collect();
    let stages = given.into_iter().collect::<Option<Vec<Given>>>().and_then(|given| {
        let stages = numbered(reader, design, named, &given)?;
        let labels = labels(&given, &stages);
        lonely(reader, design, named, &stages, &labels);
        Some((stages, labels))
    });
    let weights = weights.zip(stages.as_ref()).map(|(weights, (stages, _))| {
        weights.unwrap_or_else(|| (0..reader.rows()).map(|row| from_populations(stages, row)).collect())
    });
    let (weights, (mut stages, strata)) = weights.zip(stages)?;
    let replicates = match &design.replicates {
        None => None,
        Some(declared) => Some(replicates::of(reader, declared, named, &weights, &mut stages, &strata)?),
    };
    Some(Sample { column: name.to_owned(), weights, stages, lonely: design.lonely(), replicates, strata })
}

/// The weights in `column`.
fn weights(reader: &mut Reader<'_>, column: &Column) -> Option<Vec<f64>> {
    let weights = reader.numbers(column, "weight")?;
    let below: Vec<usize> = (0..weights.len()).filter(|row| weights[*row] < 0.0).collect();
    for row in &below {
        let fault = Diagnostic::error(format!("a weight in `{}` is below 0", shortened(&column.name)));
        reader.cell(*row, column, fault, |f| {
            f.hint("a weight says for how many a respondent stands; write 0 for one whom no estimate is to count")
        });
    }
    if below.is_empty() && !weights.iter().any(|weight| *weight > 0.0) && !weights.is_empty() {
        let fault = Diagnostic::error(format!("all weights in `{}` are 0", shortened(&column.name)));
        reader.defined(column.at.clone(), fault.hint("name the column of the sampling weights"));
        return None;
    }
    below.is_empty().then_some(weights)
}

/// Population over sample, multiplied over the stages that have a population; 1 where none has.
fn from_populations(stages: &[Vec<Stage>], row: usize) -> f64 {
    let places = stages.iter().filter_map(|stage| stage.get(row)).filter(|place| place.population.is_finite());
    places.map(|place| place.population / f64::from(place.sampled)).product()
}

/// What the export and the frame say of one stage.
fn given(
    reader: &mut Reader<'_>,
    design: &Design,
    named: &Named,
    stage: usize,
    (frame, fieldwork): (&str, &Fieldwork),
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
            Some(strata) => {
                let frame = (frame, at.clone());
                strata::invited(reader, design, strata.as_deref(), fieldwork, frame).map(Some)
            }
        },
    };
    Some(Given { strata: strata?, units: units?, populations: populations? })
}

/// The places of all respondents in all stages.
fn numbered(reader: &mut Reader<'_>, design: &Design, named: &Named, given: &[Given]) -> Option<Vec<Vec<Stage>>> {
    let mut stages: Vec<Vec<Stage>> = Vec::new();
    let mut sound = true;
    for (index, given) in given.iter().enumerate() {
        let parents = stages.last().map(|stage| stage.iter().map(|place| place.unit).collect::<Vec<u32>>());
        match numbered::stage(given, parents.as_deref(), reader.rows(), design.nested) {
            Ok(stage) => stages.push(stage),
            Err(broken) => {
                broken.into_iter().for_each(|broken| tell(reader, named, index, broken));
                sound = false;
                // The units of the next stage can be told even so.
                stages.push(vec![Stage { stratum: 0, unit: 0, sampled: 1, population: f64::INFINITY }; reader.rows()]);
            }
        }
    }
    sound.then_some(stages)
}

/// Tells that the rule `broken` is broken in stage `index`.
fn tell(reader: &mut Reader<'_>, named: &Named, index: usize, broken: Broken) {
    let units = named.units.get(index).cloned();
    let populations = named.populations.get(index).cloned();
    let of = |stratum: &str| match stratum {
        "" => "the sample".to_owned(),
        stratum => format!("stratum `{}`", shortened(stratum)),
    };
    let (rows, message, note, hint) = match broken {
        Broken::InTwoStrata { unit, strata: [first, other], rows } => {
            let Some(column) = units else { return };
            let (unit, name) = (shortened(&unit), shortened(&column.name));
            let message = format!("unit `{unit}` of `{name}` is in the strata `{first}` and `{other}`");
            let hint = "correct it; if numbers of units are used again in other strata, write `nested = true` into the design";
            for row in rows {
                reader.cell(row, &column, Diagnostic::error(message.clone()), |f| f.hint(hint));
            }
            return;
        }
        Broken::Mixed { fractions: true, rows } => {
            (rows, "is a fraction, where others are numbers of units".to_owned(), None, "write one or the other in all rows")
        }
        Broken::Mixed { fractions: false, rows } => {
            (rows, "is a number of units, where others are fractions".to_owned(), None, "write one or the other in all rows")
        }
        Broken::NoPopulation { rows } => {
            (rows, "is not above 0".to_owned(), None, "write the number of units in the population, or the sampled fraction")
        }
        Broken::Varies { stratum, first, other, rows } => (
            rows,
            format!("is not the same in all rows of {}", of(&stratum)),
            Some(format!("it is {first} in the first row, and {other} here")),
            "write for each respondent the population of the stratum, not of the unit",
        ),
        Broken::TooSmall { stratum, sampled, population, rows } => (
            rows.into_iter().take(1).collect(),
            format!("is smaller than the sample in {}", of(&stratum)),
            Some(format!("{} in the sample, {population} in the population", count(usize::try_from(sampled).unwrap_or_default(), "unit"))),
            "correct it; a population counts the units of its own stage",
        ),
    };
    match populations {
        Some(Population::Column(column)) => {
            for row in rows {
                let fault = Diagnostic::error(format!("a population in `{}` {message}", shortened(&column.name)));
                reader.cell(row, &column, fault, |f| note.iter().fold(f, |f, note| f.note(note)).hint(hint));
            }
        }
        Some(Population::Frame(at)) => {
            let fault = Diagnostic::error(format!("the population that the frame counts {message}"));
            reader.defined(at, note.iter().fold(fault, |f, note| f.note(note)).hint(hint));
        }
        None => {}
    }
}

/// The labels of the first stage's strata, by number.
fn labels(given: &[Given], stages: &[Vec<Stage>]) -> Vec<String> {
    let of_rows = given.first().and_then(|given| given.strata.as_ref());
    let places = stages.first().map_or(&[][..], Vec::as_slice);
    let mut labels: Vec<String> = Vec::new();
    let mut known: Vec<(u32, &str)> =
        (places.iter().enumerate()).map(|(row, place)| (place.stratum, of_rows.map_or(strata::ALL, |rows| &rows[row]))).collect();
    known.sort_unstable();
    known.dedup();
    labels.extend(known.into_iter().map(|(_, label)| label.to_owned()));
    labels
}

/// Warns of strata with one sampled unit, where no estimate will be made for them.
fn lonely(reader: &mut Reader<'_>, design: &Design, named: &Named, stages: &[Vec<Stage>], labels: &[String]) {
    if design.lonely() != LonelyPsu::Fail || design.replicates.is_some() {
        return;
    }
    let corrected = stages.iter().flatten().all(|place| place.population.is_finite());
    for (index, stage) in stages.iter().enumerate().take(if corrected { stages.len() } else { 1 }) {
        let alone = |place: &&Stage| place.sampled == 1 && place.population > 1.0;
        let mut strata: Vec<u32> = stage.iter().filter(alone).map(|place| place.stratum).collect();
        let respondents = strata.len();
        strata.sort_unstable();
        strata.dedup();
        if strata.is_empty() {
            continue;
        }
        let mut listed: Vec<String> = Vec::new();
        for stratum in strata.iter().take(if index == 0 { NAMED } else { 0 }) {
            let members = stage.iter().filter(|place| place.stratum == *stratum).count();
            let label = labels.get(usize::try_from(*stratum).unwrap_or(usize::MAX)).map_or("", String::as_str);
            listed.push(format!("`{}` ({})", shortened(label), count(members, "respondent")));
        }
        let more = strata.len() - listed.len();
        let what = match (listed.is_empty(), more) {
            (true, _) => count(respondents, "respondent"),
            (false, 0) => listed.join(", "),
            (false, more) => format!("{} and {more} more", listed.join(", ")),
        };
        let verb = if strata.len() == 1 { "has" } else { "have" };
        let message = format!("{} of stage {} {verb} one sampled unit", strata_in_words(strata.len()), index + 1);
        let at = named.strata.get(index).and_then(Option::as_ref).or(named.units.get(index)).or(named.weight.as_ref());
        let fault = Diagnostic::warning(message)
            .note(what)
            .hint("one unit tells nothing of a variance, so estimates that need it are refused: merge the stratum with a similar one, or set `lonely_psu`");
        match at {
            Some(column) => reader.defined(column.at.clone(), fault),
            None => reader.others.push(fault.at(crate::diagnostic::Place::file("study.toml"))),
        }
    }
}

fn strata_in_words(n: usize) -> String {
    if n == 1 { "1 stratum".to_owned() } else { format!("{n} strata") }
}
