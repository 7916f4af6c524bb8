//! The strata of the first stage: labels, classes of labels, and the populations that the frame gives them.
//!
//! In: the labels of the stratum variable; classes and rest as the design declares them; the frame. Out: each
//! respondent's stratum by its label, and each stratum's population.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::columns::Column;
use super::values::Reader;
use crate::codebook::Fieldwork;
use crate::diagnostic::{Diagnostic, Place, nearest};
use crate::sources::shortened;
use crate::study::design::Design;

/// The label of the one stratum of a sample without strata.
pub(super) const ALL: &str = "all";

/// The stratum of each respondent, by its label.
pub(super) fn of_respondents(
    reader: &mut Reader<'_>,
    design: &Design,
    column: &Column,
) -> Option<Vec<String>> {
    if design.classes.is_empty() {
        return reader.all_labels(column, "stratum");
    }
    if !known_labels(reader, design, column) {
        return None;
    }
    let labels = reader.labels(column);
    let class_of: BTreeMap<&str, &str> = (design.classes.iter())
        .flat_map(|(class, labels)| {
            labels.iter().map(|label| (label.get_ref().as_str(), class.get_ref().as_str()))
        })
        .collect();
    let rest = design.rest.as_ref().map(|rest| rest.get_ref().as_str());
    let mut classes = Vec::with_capacity(labels.len());
    for (row, label) in labels.iter().enumerate() {
        match label.as_deref().and_then(|label| class_of.get(label).copied()).or(rest) {
            Some(class) => classes.push(class.to_owned()),
            None => {
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
    (classes.len() == labels.len()).then_some(classes)
}

/// Whether the labels that classes name are labels of the variable.
fn known_labels(reader: &mut Reader<'_>, design: &Design, column: &Column) -> bool {
    let variable = column.variable.and_then(|number| reader.responses.variables.get(number));
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

/// The population of each respondent's stratum: those invited, by role where there are strata.
///
/// Nobody was invited as one of the rest: they were invited under a role of the frame, and nobody knows which. Their
/// population is their number at the overall rate, and the other strata's are lessened in proportion, so that the sum
/// stays the number of those invited.
pub(super) fn invited(
    reader: &mut Reader<'_>,
    design: &Design,
    strata: Option<&[String]>,
    fieldwork: &Fieldwork,
    (frame, at): (&str, Range<usize>),
) -> Option<Vec<f64>> {
    let all = number(fieldwork.invited());
    let Some(strata) = strata else { return Some(vec![all; reader.rows()]) };
    let mut respondents: BTreeMap<&str, f64> = BTreeMap::new();
    for stratum in strata {
        *respondents.entry(stratum).or_default() += 1.0;
    }
    let rest = design.rest.as_ref().map(|rest| rest.get_ref().as_str());
    let sheet = &fieldwork.frame;
    let roles: BTreeMap<&str, f64> = (0..sheet.rows())
        .map(|row| (sheet.text("role", row), number(sheet.integer("invited", row).unwrap_or_default())))
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
        reader.defined(at, fault.note(format!("the frame is {frame}")).hint(hint));
        in_frame = false;
    }
    if !in_frame {
        return None;
    }
    let unheard = |(role, invited): &(&&str, &f64)| **invited > 0.0 && !respondents.contains_key(**role);
    let mut all_answered = true;
    for (role, invited) in roles.iter().filter(unheard) {
        let fault = Diagnostic::error(format!("nobody answered for `{}`", shortened(role)));
        let fault = fault.at(Place::file(frame)).note(format!("{invited} were invited under this role"));
        let hint = "put the role together with a similar one, in the frame and in the classes of study.toml";
        reader.others.push(fault.hint(hint));
        all_answered = false;
    }
    if !all_answered {
        return None;
    }
    let of_rest = rest
        .filter(|rest| !roles.contains_key(rest))
        .and_then(|rest| respondents.get(rest))
        .copied()
        .unwrap_or_default();
    let population_of_rest = of_rest * all / number(reader.rows());
    let left = (all - population_of_rest) / all;
    let population = |stratum: &String| match roles.get(stratum.as_str()) {
        Some(invited) => invited * left,
        None => population_of_rest,
    };
    Some(strata.iter().map(population).collect())
}

#[expect(clippy::cast_precision_loss, reason = "nobody invites 2^53 people")]
fn number(n: impl TryInto<i64>) -> f64 {
    n.try_into().unwrap_or_default() as f64
}
