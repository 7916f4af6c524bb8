//! One claim held against what the data give and against the other printed figures.
//!
//! `impossible` and the slack of sums are arithmetic on printed figures alone (`survey::printed`); only then are the
//! data asked.

use survey::printed::PrintedPercent;

use super::claim::{Claim, Kind, Verdict};
use super::precision::{Precision, Range};
use super::printed::{capital, print};
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

/// The printed value, as text: `71%`, `three quarters`, `126`.
fn digits(claim: &Claim, value: f64) -> String {
    match (claim.statistic, &claim.precision) {
        (_, Precision::Words { words, .. }) => words.clone(),
        (Kind::Percent, _) => format!("{value}%"),
        (Kind::Points, _) => format!("±{value} points"),
        _ => print(Some(value), Unit::Count, 0),
    }
}

/// What was printed, as text: `71% (129)`, `51%`, `126`, `three quarters`, or the statement's words.
pub(super) fn printed(claim: &Claim) -> String {
    let Some(value) = claim.value.filter(|_| !claim.statistic.is_statement()) else {
        return [claim.precision.text(), claim.note.clone()]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(": ");
    };
    let digits = digits(claim, value);
    match (claim.count, claim.base) {
        // Whoever writes a share in words prints no numbers beside it.
        (None, _) if matches!(claim.precision, Precision::Words { .. }) => digits,
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
    let value = match claim.statistic {
        Kind::Percent => print(Some(estimate), Unit::Share, claim.precision.decimals().unwrap_or(0) + 1),
        Kind::Points => format!("±{} points", print(Some(estimate), Unit::Number, 2)),
        Kind::Count | Kind::Rank | Kind::Statement => {
            print(Some(estimate), Unit::Number, if estimate.fract() == 0.0 { 0 } else { 2 })
        }
    };
    match (claim.statistic, answer.n, answer.base) {
        (Kind::Percent, Some(n), Some(base)) => format!("{value} ({n} of {base})"),
        (Kind::Count, _, Some(base)) if claim.base.is_some() => format!("{value} of {base}"),
        _ => value,
    }
}

/// Why the printed figures alone cannot be right; `None` where they can.
///
/// `all` is the register; `respondents` the largest base that a claim may have, where it is known.
pub(super) fn impossible(
    claim: &Claim,
    all: &[Claim],
    relations: &Relations,
    respondents: Option<u64>,
) -> Option<String> {
    asked_of(claim, all, relations).or_else(|| alone(claim, respondents))
}

/// Whether a claim's own percentage, count and base allow each other.
fn alone(claim: &Claim, respondents: Option<u64>) -> Option<String> {
    let value = claim.value?;
    if let (Kind::Count, Some(base)) = (claim.statistic, claim.base)
        && value > base as f64
    {
        return Some(format!("{value} of {base} cannot be: the count is larger than its base."));
    }
    if claim.statistic != Kind::Percent {
        return None;
    }
    if !(0.0..=100.0).contains(&value) {
        return Some(format!("{value} is not a percentage between 0 and 100."));
    }
    let Some(percent) = PrintedPercent::new(value, claim.precision.decimals()?) else {
        return Some(format!("{value}% is not {}.", claim.precision.text()));
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
        (Some(n), None) if percent.bases(n, respondents.unwrap_or(u64::MAX)).is_none() => {
            let among = respondents.map_or_else(String::new, |largest| format!(" from 1 to {largest}"));
            let nearest = nearest_base(n, value);
            Some(format!(
                "no base{among} gives {value}% with a count of {n}: the nearest would be {nearest}."
            ))
        }
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
    let (answered, respondents) = (by_id(&relation.answered)?, by_id(relations.respondents.as_deref()?)?);
    let base = respondents.value.filter(|value| *value >= 0.0)?;
    let share = range(answered)?;
    let highest = (share.high / 100.0 * base).floor();
    let largest = if share.contains(highest * 100.0 / base) { highest } else { highest - 1.0 };
    let counted = claim.value?;
    (counted > largest).then(|| {
        format!(
            "{} people are said to have answered, but {}, and {} prints {} for those who gave that answer: of {} \
             respondents ({}) that is {largest} at most.",
            print(Some(counted), Unit::Count, 0),
            relation.because,
            answered.id,
            digits(answered, answered.value.unwrap_or_default()),
            print(Some(base), Unit::Count, 0),
            respondents.id
        )
    })
}

/// The values for which a claim may have been printed; `None` for one that prints none.
fn range(claim: &Claim) -> Option<Range> {
    claim.value.map(|value| claim.precision.range(claim.statistic, value))
}

/// What of a claim the data give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Given {
    /// The value, as exactly as it was printed; or that the statement holds.
    pub value: bool,
    /// The count beside it, where one was printed.
    pub count: bool,
    /// The base, where one was printed.
    pub base: bool,
}

impl Given {
    /// Whether the data give all that was printed.
    pub(super) fn all(self) -> bool {
        self.value && self.count && self.base
    }
}

/// What of a claim the data give; `None` where they give nothing to compare.
pub(super) fn given(claim: &Claim, answer: &Answer) -> Option<Given> {
    if claim.statistic.is_statement() {
        return answer.holds.map(|holds| Given { value: holds, count: true, base: true });
    }
    let (estimate, range) = (answer.estimate?, range(claim)?);
    let estimate = if claim.statistic == Kind::Percent { 100.0 * estimate } else { estimate };
    let same = |printed: Option<u64>, given: Option<u64>| printed.is_none() || printed == given;
    Some(Given {
        value: range.contains(estimate),
        count: same(claim.count, answer.n),
        base: same(claim.base, answer.base),
    })
}

/// Why a claim that was not reproduced differs: what of it, and from what.
fn difference(claim: &Claim, answer: &Answer, given: Given) -> String {
    if claim.statistic.is_statement() {
        return format!(
            "The data do not bear the statement: {}.",
            answer.shown.as_deref().unwrap_or("see the query")
        );
    }
    let value = digits(claim, claim.value.unwrap_or_default());
    let found = found(claim, answer);
    let mut reasons = vec![if given.value {
        format!("The data agree with the value ({found}).")
    } else {
        format!("Printed is {value}; the data give {found}.")
    }];
    let mut apart = |what: &str, same: bool, printed: Option<u64>, given: Option<u64>| {
        if let Some(printed) = printed.filter(|_| !same) {
            reasons.push(match given {
                Some(given) => format!("The printed {what} is {printed}; the data give {given}."),
                None => format!("The printed {what} is {printed}; the query gives none."),
            });
        }
    };
    apart("count", given.count, claim.count, answer.n);
    apart("base", given.base, claim.base, answer.base);
    if let (Some(n), None, Some(printed), Some(decimals)) =
        (claim.count, claim.base, claim.value, claim.precision.decimals())
        && let Some(bases) = PrintedPercent::new(printed, decimals).and_then(|p| p.bases(n, u64::MAX))
        && n > 0
    {
        let bases = if bases.start() == bases.end() {
            bases.start().to_string()
        } else {
            format!("{} to {}", bases.start(), bases.end())
        };
        reasons.push(format!("A count of {n} is {value} of a base of {bases}."));
    }
    reasons.join(" ")
}

/// Another printed figure that a claim cannot stand beside.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Conflict {
    /// What the other figure is, as a clause: `S24 prints 45% for the same measure (portfolios: …)`.
    pub says: String,
    /// The claims that it stands on.
    pub others: Vec<String>,
}

/// The printed figures that contradict a claim, in the order of the relations: no value may have been printed as both.
pub(super) fn conflicts(claim: &Claim, all: &[Claim], relations: &Relations) -> Vec<Conflict> {
    let by_id = |id: &str| all.iter().find(|claim| claim.id == id);
    let mut conflicts = Vec::new();
    for (other, measure) in others(claim, all, relations) {
        if let (Some(a), Some(b)) = (range(claim), range(other))
            && !a.meets(&b)
        {
            conflicts.push(Conflict {
                says: format!("{} ({measure})", prints(other)),
                others: vec![other.id.clone()],
            });
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
        let (Some(printed_total), Some(total_range)) = (total.value, range(total)) else { continue };
        let ranges = parts.iter().filter_map(|part| range(part));
        let Some(sum_range) = ranges.reduce(|sum, part| sum.plus(&part)) else { continue };
        if total_range.meets(&sum_range) {
            continue;
        }
        let sum: f64 = values.iter().sum();
        let ids: Vec<&str> = parts.iter().map(|part| part.id.as_str()).collect();
        let terms: Vec<String> = values.iter().map(f64::to_string).collect();
        let parts_say = format!("the printed parts {} make {} = {sum}", ids.join(" and "), terms.join(" + "));
        let others = if is_total {
            relation.parts.clone()
        } else {
            relation.parts.iter().chain([&relation.total]).filter(|id| **id != claim.id).cloned().collect()
        };
        let words = digits(total, printed_total);
        let says = if is_total {
            format!("{parts_say}, further from {words} than rounding explains")
        } else {
            format!("{parts_say}, and {} prints {words} for their total", total.id)
        };
        conflicts.push(Conflict { says, others });
    }
    conflicts
}

/// The other claims that print a value for the same measure, each with the measure.
fn others<'a>(
    claim: &'a Claim,
    all: &'a [Claim],
    relations: &'a Relations,
) -> impl Iterator<Item = (&'a Claim, &'a str)> {
    relations.same_measure.iter().filter(|relation| relation.claims.contains(&claim.id)).flat_map(
        |relation| {
            let others = relation.claims.iter().filter(|id| **id != claim.id);
            let found = others.filter_map(|id| all.iter().find(|other| other.id == *id));
            found.map(|other| (other, relation.measure.as_str()))
        },
    )
}

/// `S24 (section 4.4) prints 45% of 165 for the same measure`.
fn prints(other: &Claim) -> String {
    format!("{} (section {}) prints {} for the same measure", other.id, other.section, printed(other))
}

/// What is printed more exactly elsewhere for the same measure, and does not contradict the claim.
pub(super) fn remarks(claim: &Claim, all: &[Claim], relations: &Relations) -> Vec<String> {
    let finer = |other: &Claim| {
        let (Some(a), Some(b)) = (range(claim), range(other)) else { return false };
        claim.value != other.value && b.width() < a.width() && a.meets(&b)
    };
    others(claim, all, relations)
        .filter(|(other, _)| finer(other))
        .map(|(other, _)| format!("{}, and {} agrees with that.", prints(other), printed(claim)))
        .collect()
}

/// The verdict on a claim with its reason; `given` tells of every other claim what the data give of it (`None` also
/// where it is impossible).
pub(super) fn verdict(
    claim: &Claim,
    answer: &Answer,
    impossible: Option<String>,
    conflicts: &[Conflict],
    remarks: &[String],
    given_of: impl Fn(&str) -> Option<Given>,
) -> (Verdict, String) {
    if let Some(reason) = impossible {
        return (Verdict::Impossible, capital(&reason));
    }
    let Some(given) = given(claim, answer) else {
        let why = answer.shown.as_deref().unwrap_or("the study has nothing to compute it from");
        return (Verdict::Untestable, format!("{}.", capital(why.trim_end_matches('.'))));
    };
    if given.all() {
        let says: Vec<&str> = conflicts.iter().map(|conflict| conflict.says.as_str()).collect();
        let reason = match says[..] {
            [] => remarks.join(" "),
            _ => format!("The data give this value, but {}.", says.join("; and ")),
        };
        return (Verdict::Reproduced, reason);
    }
    let all_of = |conflict: &Conflict, holds: fn(Given) -> bool| {
        conflict.others.iter().all(|id| given_of(id).is_some_and(holds))
    };
    if !given.value
        && let Some(conflict) = conflicts.iter().find(|conflict| all_of(conflict, Given::all))
    {
        let reason = format!(
            "{}; the data give {}, which bears out {}.",
            capital(&conflict.says),
            found(claim, answer),
            conflict.others.join(" and ")
        );
        return (Verdict::Contradicted, reason);
    }
    let mut reason = difference(claim, answer, given);
    for conflict in conflicts {
        let beside = conflict.others.join(" and ");
        let and = if given.value || conflict.others.iter().any(|id| given_of(id).is_none()) {
            String::new()
        } else if all_of(conflict, |given| given.value) {
            format!("; the data give what {beside} prints, but not with its count or base")
        } else if conflict.others.len() == 1 {
            "; the data give neither".to_owned()
        } else {
            let missed = conflict.others.iter().filter(|id| !given_of(id).is_some_and(|given| given.value));
            format!("; nor do the data give {}", missed.cloned().collect::<Vec<_>>().join(" and "))
        };
        reason = format!("{reason} Besides, {}{and}.", conflict.says);
    }
    (Verdict::Differs, reason)
}

/// "1 claim", "3 claims".
pub(super) fn claims(n: usize) -> String {
    count(n, "claim")
}
