//! One claim held against what the data give and against the other printed figures.
//!
//! `impossible` and the slack of sums are arithmetic on printed figures alone (`survey::printed`); only then are the
//! data asked.

use survey::printed::{PrintedPercent, runs};

use super::claim::{Claim, Verdict};
use super::printed::print;
use super::relations::Relations;
use super::statistic::Unit;
use crate::diagnostic::count;

/// What a claims query says of a claim.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Answer {
    pub estimate: Option<f64>,
    pub n: Option<u64>,
    pub base: Option<u64>,
    pub holds: Option<bool>,
    pub shown: Option<String>,
    pub query: String,
}

/// How a claim is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Measure {
    Count,
    Percent,
    Points,
    Statement,
}

fn measure(claim: &Claim) -> Measure {
    match claim.statistic.as_str() {
        "percent" => Measure::Percent,
        "percentage points" => Measure::Points,
        "rank" | "statement" => Measure::Statement,
        _ => Measure::Count,
    }
}

/// What was printed, as text: `71% (129)`, `51%`, `126`, or the statement's words.
pub(super) fn printed(claim: &Claim) -> String {
    let Some(value) = claim.value.filter(|_| measure(claim) != Measure::Statement) else {
        return [claim.precision.as_str(), claim.note.as_str()]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(": ");
    };
    let digits = match measure(claim) {
        Measure::Percent => format!("{value}%"),
        Measure::Points => format!("±{value} points"),
        Measure::Count | Measure::Statement => print(Some(value), Unit::Count, 0),
    };
    match (claim.count, claim.base) {
        (Some(n), Some(base)) => format!("{digits} ({n} of {base})"),
        (Some(n), None) => format!("{digits} (n = {n})"),
        (None, Some(base)) => format!("{digits} of {base}"),
        (None, None) => digits,
    }
}

/// What the data give, as text.
pub(super) fn found(claim: &Claim, answer: &Answer) -> String {
    let shown = answer.shown.clone().unwrap_or_default();
    let Some(estimate) = answer.estimate else { return shown };
    let value = match measure(claim) {
        Measure::Percent => print(Some(estimate), Unit::Share, 1),
        Measure::Points => format!("±{} points", print(Some(estimate), Unit::Number, 2)),
        Measure::Count | Measure::Statement => {
            print(Some(estimate), Unit::Number, if estimate.fract() == 0.0 { 0 } else { 2 })
        }
    };
    match (measure(claim), answer.n, answer.base) {
        (Measure::Percent, Some(n), Some(base)) => format!("{value} ({n} of {base})"),
        (Measure::Count, _, Some(base)) if claim.base.is_some() => format!("{value} of {base}"),
        _ => value,
    }
}

/// Why the printed figures alone cannot be right; `None` where they can.
///
/// `all` is the register; `respondents` the largest base that a survey claim may have.
pub(super) fn impossible(
    claim: &Claim,
    all: &[Claim],
    relations: &Relations,
    respondents: u64,
) -> Option<String> {
    asked_of(claim, all, relations).or_else(|| alone(claim, respondents))
}

/// Whether a claim's own percentage, count and base allow each other.
fn alone(claim: &Claim, respondents: u64) -> Option<String> {
    if let (Measure::Count, Some(value), Some(base)) = (measure(claim), claim.value, claim.base)
        && value > base as f64
    {
        return Some(format!("{value} of {base} cannot be: the count is larger than its base."));
    }
    if measure(claim) != Measure::Percent || !claim.precision.starts_with("rounded to 1") {
        return None;
    }
    let value = claim.value?;
    let Some(percent) = PrintedPercent::new(value, 0) else {
        return Some(format!("{value} is not a percentage between 0 and 100 in whole per cent."));
    };
    match (claim.count, claim.base) {
        (Some(n), Some(base)) if !percent.allows(n, base) => {
            let exact = if base == 0 {
                "nothing".to_owned()
            } else {
                print(Some(n as f64 / base as f64), Unit::Share, 1)
            };
            Some(format!("{n} of {base} is {exact} and does not round to the printed {value}%."))
        }
        (Some(n), None) if percent.bases(n, respondents).is_empty() => Some(format!(
            "no base from 1 to {respondents} gives {value}% with a count of {n}: the nearest would be {}.",
            nearest_base(n, value)
        )),
        (None, Some(base)) if percent.counts(base).is_none() => {
            Some(format!("no count out of {base} rounds to {value}%."))
        }
        _ => None,
    }
}

fn nearest_base(n: u64, value: f64) -> String {
    if value == 0.0 { "none".to_owned() } else { print(Some(n as f64 * 100.0 / value), Unit::Count, 0) }
}

/// Whether a claim counts more people than were asked.
fn asked_of(claim: &Claim, all: &[Claim], relations: &Relations) -> Option<String> {
    let relation = relations.asked_of.iter().find(|relation| relation.claim == claim.id)?;
    let by_id = |id: &str| all.iter().find(|claim| claim.id == id);
    let (answered, respondents) = (by_id(&relation.answered)?, by_id(&relation.respondents)?);
    let base = respondents.value.filter(|value| *value >= 0.0)? as u64;
    let share = answered.value?;
    let largest = PrintedPercent::new(share, 0)?.largest_count(base)?;
    let counted = claim.value?;
    (counted > largest as f64).then(|| {
        format!(
            "{} people are said to have answered, but {}, and {} prints {share}% for those who gave that answer: of {} \
             respondents ({}) that is {largest} at most.",
            print(Some(counted), Unit::Count, 0),
            relation.because,
            answered.id,
            print(Some(base as f64), Unit::Count, 0),
            respondents.id
        )
    })
}

/// Whether the data give what was printed; `None` where they give nothing to compare.
pub(super) fn reproduces(claim: &Claim, answer: &Answer) -> Option<bool> {
    if let Some(holds) = answer.holds {
        return Some(holds);
    }
    let estimate = answer.estimate?;
    let value = claim.value?;
    let same = |printed: Option<u64>, given: Option<u64>| printed.is_none() || printed == given;
    Some(match measure(claim) {
        // Half a point either way: an exact half may have been rounded up or to even.
        Measure::Percent => {
            (100.0 * estimate - value).abs() <= 0.5 + 1e-9
                && same(claim.count, answer.n)
                && same(claim.base, answer.base)
        }
        Measure::Points => (estimate - value).abs() <= 0.5 + 1e-9 && same(claim.base, answer.base),
        Measure::Count => {
            let exact = claim.precision != "rounded to 1";
            (estimate - value).abs() <= if exact { 1e-9 } else { 0.5 + 1e-9 }
                && same(claim.base, answer.base.or(claim.base))
        }
        Measure::Statement => return None,
    })
}

/// Why a claim that was not reproduced differs.
pub(super) fn difference(claim: &Claim, answer: &Answer) -> String {
    if answer.holds == Some(false) {
        return format!(
            "The data do not bear the statement: {}.",
            answer.shown.as_deref().unwrap_or("see the query")
        );
    }
    let found = found(claim, answer);
    let printed = printed(claim);
    let mut reason = format!("Printed is {printed}; the data give {found}.");
    if measure(claim) == Measure::Percent
        && let (Some(n), None, Some(value)) = (claim.count, claim.base, claim.value)
        && let Some(percent) = PrintedPercent::new(value, 0)
    {
        let bases: Vec<String> = runs(&percent.bases(n, 100_000))
            .iter()
            .map(|run| {
                if run.start() == run.end() {
                    run.start().to_string()
                } else {
                    format!("{} to {}", run.start(), run.end())
                }
            })
            .collect();
        reason = format!("{reason} A count of {n} is {value}% of a base of {}.", bases.join(" or "));
    }
    reason
}

/// Another printed figure that a claim cannot stand beside.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Conflict {
    /// What the other figure is, as a clause: `S24 prints 45% for the same measure (portfolios: …)`.
    pub says: String,
    /// The claims that it stands on.
    pub others: Vec<String>,
}

/// The printed figures that contradict a claim, in the order of the relations.
pub(super) fn conflicts(claim: &Claim, all: &[Claim], relations: &Relations) -> Vec<Conflict> {
    let by_id = |id: &str| all.iter().find(|claim| claim.id == id);
    let mut conflicts = Vec::new();
    for relation in relations.same_measure.iter().filter(|r| r.claims.contains(&claim.id)) {
        for other in relation.claims.iter().filter_map(|id| by_id(id)).filter(|other| other.id != claim.id) {
            if let (Some(a), Some(b)) = (claim.value, other.value)
                && a != b
            {
                conflicts.push(Conflict {
                    says: format!(
                        "{} (section {}) prints {} for the same measure ({})",
                        other.id,
                        other.section,
                        printed(other),
                        relation.measure
                    ),
                    others: vec![other.id.clone()],
                });
            }
        }
    }
    for relation in &relations.sum {
        let is_total = relation.total == claim.id;
        if !is_total && !relation.parts.contains(&claim.id) {
            continue;
        }
        let parts: Vec<&Claim> = relation.parts.iter().filter_map(|id| by_id(id)).collect();
        let values: Option<Vec<f64>> = parts.iter().map(|part| part.value).collect();
        let (Some(total), Some(values)) = (by_id(&relation.total), values) else { continue };
        let Some(printed_total) = total.value else { continue };
        let sum: f64 = values.iter().sum();
        // Every rounded figure may be off by half a unit; counts are exact.
        let rounded = |claim: &Claim| f64::from(u8::from(measure(claim) == Measure::Percent)) * 0.5;
        let slack: f64 = rounded(total) + parts.iter().map(|part| rounded(part)).sum::<f64>();
        if (printed_total - sum).abs() <= slack + 1e-9 {
            continue;
        }
        let ids: Vec<&str> = parts.iter().map(|part| part.id.as_str()).collect();
        let terms: Vec<String> = values.iter().map(f64::to_string).collect();
        let parts_say = format!("the printed parts {} make {} = {sum}", ids.join(" and "), terms.join(" + "));
        let others = if is_total {
            relation.parts.clone()
        } else {
            relation.parts.iter().chain([&relation.total]).filter(|id| **id != claim.id).cloned().collect()
        };
        let says = if is_total {
            format!("{parts_say}, further from {printed_total} than rounding explains")
        } else {
            format!("{parts_say}, and {} prints {printed_total} for their total", total.id)
        };
        conflicts.push(Conflict { says, others });
    }
    conflicts
}

/// The verdict on a claim with its reason; `reproduced` tells of every claim whether the data give it.
pub(super) fn verdict(
    claim: &Claim,
    answer: &Answer,
    impossible: Option<String>,
    conflicts: &[Conflict],
    reproduced: impl Fn(&str) -> bool,
) -> (Verdict, String) {
    if let Some(reason) = impossible {
        return (Verdict::Impossible, super::printed::capital(&reason));
    }
    let says: Vec<&str> = conflicts.iter().map(|conflict| conflict.says.as_str()).collect();
    match reproduces(claim, answer) {
        Some(true) if conflicts.is_empty() => (Verdict::Reproduced, String::new()),
        Some(true) => {
            (Verdict::Reproduced, format!("The data give this value, but {}.", says.join("; and ")))
        }
        Some(false) => {
            let given = conflicts.iter().find(|conflict| conflict.others.iter().all(|id| reproduced(id)));
            match given {
                Some(conflict) => {
                    let beside = conflict.others.join(" and ");
                    (
                        Verdict::Contradicted,
                        format!(
                            "{}; the data give {}, which bears out {beside}.",
                            super::printed::capital(&conflict.says),
                            found(claim, answer),
                        ),
                    )
                }
                None if !conflicts.is_empty() => (
                    Verdict::Differs,
                    format!(
                        "{} Besides, {}; the data give neither.",
                        difference(claim, answer),
                        says.join("; and ")
                    ),
                ),
                None => (Verdict::Differs, difference(claim, answer)),
            }
        }
        None => {
            let why = answer.shown.as_deref().unwrap_or("the study has nothing to compute it from");
            (Verdict::Untestable, format!("{}.", super::printed::capital(why.trim_end_matches('.'))))
        }
    }
}

/// "1 claim", "3 claims".
pub(super) fn claims(n: usize) -> String {
    count(n, "claim")
}
