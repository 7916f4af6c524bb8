//! The strata of the first stage: labels, classes of labels, and the populations that the frame gives them.
//!
//! In: the labels of the stratum variable; classes and rest as the design declares them; the frame. Out: each
//! respondent's stratum by its label, and each stratum's population.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use survey::calibration::{CalibrationFault, nonresponse};

use super::columns::Column;
use super::kept::Coded;
use super::values::Reader;
use crate::codebook::Frame;
use crate::diagnostic::{Diagnostic, Place, nearest};
use crate::sources::shortened;
use crate::study::design::Design;

/// The label of the one stratum of a sample without strata.
pub(super) const ALL: &str = "all";

/// The stratum of each respondent, by its label.
pub(super) fn of_respondents(reader: &mut Reader<'_>, design: &Design, column: &Column) -> Option<Coded> {
    if design.classes.is_empty() {
        return reader.all_labels(column, "stratum");
    }
    if !known_labels(reader, design, column) {
        return None;
    }
    let labels = reader.kept.labels(column);
    let class_of: BTreeMap<&str, &str> = (design.classes.iter())
        .flat_map(|(class, labels)| {
            labels.iter().map(|label| (label.get_ref().as_str(), class.get_ref().as_str()))
        })
        .collect();
    let rest = design.rest.as_ref().map(|rest| rest.get_ref().as_str());
    let class = |label: Option<&str>| label.and_then(|label| class_of.get(label).copied()).or(rest);
    let mut have_classes = true;
    for (row, label) in labels.clone().enumerate() {
        match class(label) {
            Some(_) => {}
            None => {
                have_classes = false;
                let (message, hint) = match label {
                    Some(label) => (
                        format!("`{}` is in no class of strata", shortened(label)),
                        "put it into a class in study.toml, or name a class for the `rest`",
                    ),
                    None => (
                        format!("no class of strata: `{}` is blank", shortened(&column.name)),
                        "name a class for the `rest` in study.toml",
                    ),
                };
                reader.cell(row, column, Diagnostic::error(message), |f| f.hint(hint));
            }
        }
    }
    have_classes.then(|| Coded::of(labels.filter_map(class)))
}

/// Whether the labels that classes name are labels of the variable.
fn known_labels(reader: &mut Reader<'_>, design: &Design, column: &Column) -> bool {
    let variable = reader.kept.variable(column);
    let known = variable.map_or_else(Vec::new, |variable| variable.labels.clone());
    let unknown = design.classes.values().flatten();
    let unknown = unknown.filter(|label| !known.is_empty() && !known.contains(label.get_ref()));
    let mut all_known = true;
    for label in unknown {
        let fault = Diagnostic::error(format!("`{}` is no label of `{}`", label.get_ref(), column.name));
        let near = nearest(label.get_ref(), known.iter().map(String::as_str));
        let near = near.map(|near| format!("did you mean `{near}`?"));
        let hint = near.unwrap_or_else(|| "write a label as codebook/value-labels.toml has it".to_owned());
        reader.defined(label.span(), fault.hint(hint));
        all_known = false;
    }
    all_known
}

/// Tells that a population is that of a frame, where the wave has none.
pub(super) fn no_frame(reader: &mut Reader<'_>, at: Range<usize>) {
    let wave = &reader.wave.id;
    let message = format!("the population is that of the frame, and wave `{wave}` has none");
    let hint = format!(
        "name its `frame` in study.toml, or give the wave a sample of its own: `[wave.design]` below `id = \"{wave}\"`"
    );
    reader.defined(at, Diagnostic::error(message).hint(hint));
}

/// The population of each respondent's stratum: those invited, by role where there are strata.
///
/// Nobody was invited as one of the rest: they were invited under a role of the frame, and nobody knows which. Their
/// population is their number at the overall rate, and the other strata's are lessened in proportion, so that the sum
/// stays the number of those invited.
pub(super) fn invited(
    reader: &mut Reader<'_>,
    design: &Design,
    strata: Option<&Coded>,
    (frame, at): (&Frame, Range<usize>),
) -> Option<Vec<f64>> {
    let all = people(frame.invited());
    let Some(strata) = strata else { return Some(vec![float(all); reader.rows()]) };
    let mut respondents: BTreeMap<&str, u32> = BTreeMap::new();
    for stratum in strata.iter() {
        *respondents.entry(stratum).or_default() += 1;
    }
    let sheet = &frame.sheet;
    let roles: BTreeMap<&str, u64> = (0..sheet.rows())
        .map(|row| (sheet.text("role", row), people(sheet.integer("invited", row).unwrap_or_default())))
        .collect();
    let named: BTreeSet<&str> = match design.classes.is_empty() {
        true => respondents.keys().copied().collect(),
        false => design.classes.keys().map(|class| class.get_ref().as_str()).collect(),
    };
    let mut in_frame = true;
    for stratum in named.iter().filter(|stratum| !roles.contains_key(*stratum)) {
        let own = design.classes.keys().find(|class| class.get_ref() == stratum);
        let fault = Diagnostic::error(format!("nobody was invited as `{}`", shortened(stratum)));
        let near = nearest(stratum, roles.keys().copied()).map(|near| format!("did you mean `{near}`?"));
        let hint = near.unwrap_or_else(|| "name classes as the frame names roles".to_owned());
        let at = own.map_or(at.clone(), toml::Spanned::span);
        reader.defined(at, fault.note(format!("the frame is {}", frame.file)).hint(hint));
        in_frame = false;
    }
    if !in_frame {
        return None;
    }
    let unheard = |(role, invited): &(&&str, &u64)| **invited > 0 && !respondents.contains_key(**role);
    let mut all_answered = true;
    for (role, invited) in roles.iter().filter(unheard) {
        let fault = Diagnostic::error(format!("nobody answered for `{}`", shortened(role)));
        let fault =
            fault.at(Place::file(&frame.file)).note(format!("{invited} were invited under this role"));
        let hint = "put the role together with a similar one, in the frame and in the classes of study.toml";
        reader.others.push(fault.hint(hint));
        all_answered = false;
    }
    if !all_answered {
        return None;
    }
    by_response(reader, strata, &respondents, &roles, all, at)
}

/// The population of each respondent's stratum from the rate at which it answered.
fn by_response(
    reader: &mut Reader<'_>,
    strata: &Coded,
    respondents: &BTreeMap<&str, u32>,
    roles: &BTreeMap<&str, u64>,
    all: u64,
    at: Range<usize>,
) -> Option<Vec<f64>> {
    let labels: Vec<&str> = respondents.keys().copied().collect();
    let numbers: BTreeMap<&str, u32> = labels.iter().copied().zip(0..).collect();
    let classes: Vec<u32> = strata.iter().filter_map(|label| numbers.get(label).copied()).collect();
    let counted = roles.iter().filter(|(_, invited)| **invited > 0);
    let invited: Vec<(u32, u64)> =
        counted.filter_map(|(role, invited)| Some((*numbers.get(role)?, *invited))).collect();
    match nonresponse(&classes, &invited, Some(all)) {
        Ok(weights) => {
            let of_rest = weights.overall.unwrap_or_default() * float(weights.overall_rows);
            let left = (float(all) - of_rest) / float(all);
            let population = |(label, factor): (&str, &f64)| {
                let class = factor * respondents.get(label).copied().map_or(0.0, f64::from);
                let counted = roles.get(label).is_some_and(|invited| *invited > 0);
                if counted { class * left } else { class }
            };
            Some(strata.iter().zip(&weights.factors).map(population).collect())
        }
        Err(fault) => {
            let told = match fault {
                CalibrationFault::Invited { class: Some(class), invited, respondents } => {
                    let label = usize::try_from(class).ok().and_then(|class| labels.get(class)).copied();
                    let message = format!(
                        "more people answered as `{}` than were invited",
                        shortened(label.unwrap_or_default())
                    );
                    Diagnostic::error(message)
                        .note(format!("{respondents} answered, {invited} were invited"))
                        .hint("correct the frame, or put the role together with a similar one")
                }
                other => Diagnostic::error(format!("the frame gives no weights: {other}")),
            };
            reader.defined(at, told);
            None
        }
    }
}

fn people(count: i64) -> u64 {
    u64::try_from(count).unwrap_or_default()
}

#[expect(clippy::cast_precision_loss, reason = "nobody invites 2^53 people")]
fn float(people: u64) -> f64 {
    people as f64
}
