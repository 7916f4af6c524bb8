//! The audit: what the data say of every published claim.
//!
//! In: the register (the table `claims`), the results of the claims queries, and the relations between claims. Out:
//! [`Findings`], one for every claim, in the register's order.
//!
//! - Every claim has exactly one row in exactly one claims query; one without, a row without a claim, and a claim with
//!   two are errors.
//! - Numbers are answered by `estimate`, orders and statements by `holds`; anything else is an error.
//! - `impossible` is found without data, then `reproduced`, `contradicted`, `differs`, `untestable`, in this order.

use std::collections::BTreeMap;

use datafusion::arrow::array::RecordBatch;
use serde::Serialize;

use super::claim::{Claim, Finding, Kind, Verdict};
use super::precision::Precision;
use super::relations::Relations;
use super::verdict::{self, Answer, Given, conflicts, given, impossible, remarks};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, nearest};
use crate::engine::{cell_text, column_index, number};
use crate::queries::{Purpose, QueryResult};

/// What the data say of every claim.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Findings {
    /// How many claims have each verdict; all five are there.
    pub counts: BTreeMap<Verdict, usize>,
    /// Number of claims.
    pub total: usize,
    /// One finding per claim, in the register's order.
    pub findings: Vec<Finding>,
}

const VERDICTS: [Verdict; 5] =
    [Verdict::Reproduced, Verdict::Differs, Verdict::Impossible, Verdict::Contradicted, Verdict::Untestable];

/// Reads the register, which stands in `file`, from a batch of the table `claims`.
///
/// # Errors
/// A column is missing, a claim is of an unknown kind or precision, or a number has no value; all of those are told.
pub fn claims(file: &str, register: &RecordBatch) -> Result<Vec<Claim>, Diagnostics> {
    const COLUMNS: [&str; 11] = [
        "id",
        "section",
        "phase",
        "measure",
        "subgroup",
        "statistic",
        "value",
        "count",
        "base",
        "precision",
        "note",
    ];
    let mut faults = Diagnostics::new();
    let mut at = BTreeMap::new();
    for name in COLUMNS {
        match column_index(register, name) {
            Some(index) => {
                at.insert(name, index);
            }
            None => faults.push(Diagnostic::error(format!("the register of claims has no column `{name}`"))),
        }
    }
    let ((), _) = faults.or(())?;
    let text = |row: usize, name: &str| cell_text(register, row, at[name]).unwrap_or_default();
    let whole = |row: usize, name: &str| number(register, row, at[name]).map(|value| value as u64);
    let mut faults = Diagnostics::new();
    let mut claims = Vec::new();
    for row in 0..register.num_rows() {
        let id = text(row, "id");
        let (word, value) = (text(row, "statistic"), number(register, row, at["value"]));
        let mut fault = |message: String| {
            let message = format!("claim `{id}`: {message}");
            faults.push(Diagnostic::error(message).at(Place::file(file)));
        };
        let Some(statistic) = Kind::named(&word) else {
            let words = Kind::ALL.map(Kind::word).join(", ");
            fault(format!("`{word}` is no statistic; there are {words}"));
            continue;
        };
        let precision = match Precision::parse(statistic, &text(row, "precision")) {
            Ok(precision) => precision,
            Err(why) => {
                fault(why);
                continue;
            }
        };
        match (&precision, value) {
            (_, None) if !statistic.is_statement() => {
                fault(format!("a {} wants a value", statistic.word()));
            }
            (Precision::Words { words, share }, Some(value)) if (100.0 * share - value).abs() > 0.5 => {
                fault(format!("`{words}` is not the value {value}"));
            }
            _ => {}
        }
        claims.push(Claim {
            section: text(row, "section"),
            phase: text(row, "phase"),
            measure: text(row, "measure"),
            subgroup: text(row, "subgroup"),
            statistic,
            value,
            count: whole(row, "count"),
            base: whole(row, "base"),
            precision,
            note: text(row, "note"),
            id,
        });
    }
    faults.or(claims).map(|(claims, _)| claims)
}

/// The findings on all `claims`, from the `results` of the claims queries among them.
///
/// # Errors
/// A claim has no row in a claims query, or two; a row has no claim, or answers a claim in the way of another kind.
pub fn audit(
    claims: &[Claim],
    results: &[QueryResult],
    relations: &Relations,
) -> Result<Findings, Diagnostics> {
    let answers = answers(claims, results)?;
    let respondents = respondents(claims, relations);
    let impossible: BTreeMap<&str, String> = claims
        .iter()
        .filter_map(|claim| Some((claim.id.as_str(), impossible(claim, claims, relations, respondents)?)))
        .collect();
    let givens: BTreeMap<&str, Given> = claims
        .iter()
        .filter(|claim| !impossible.contains_key(claim.id.as_str()))
        .filter_map(|claim| Some((claim.id.as_str(), given(claim, answers.get(claim.id.as_str())?)?)))
        .collect();
    let mut counts: BTreeMap<Verdict, usize> = VERDICTS.into_iter().map(|verdict| (verdict, 0)).collect();
    let findings: Vec<Finding> = claims
        .iter()
        .filter_map(|claim| Some((claim, answers.get(claim.id.as_str())?)))
        .map(|(claim, answer)| {
            let conflicts = conflicts(claim, claims, relations);
            let (verdict, reason) = verdict::verdict(
                claim,
                answer,
                impossible.get(claim.id.as_str()).cloned(),
                &conflicts,
                &remarks(claim, claims, relations),
                |id| givens.get(id).copied(),
            );
            *counts.entry(verdict).or_default() += 1;
            Finding {
                claim: claim.clone(),
                verdict,
                printed: verdict::printed(claim),
                found: verdict::found(claim, answer),
                query: answer.query.clone(),
                reason,
            }
        })
        .collect();
    Ok(Findings { counts, total: findings.len(), findings })
}

/// The largest base that a claim may have: the printed number of respondents, where the relations name it.
fn respondents(claims: &[Claim], relations: &Relations) -> Option<u64> {
    let id = relations.respondents.as_ref()?;
    let printed = claims.iter().find(|claim| claim.id == *id)?.value?;
    (printed >= 1.0).then_some(printed as u64)
}

/// What is wrong with the way in which a row answers a claim.
fn misfit(claim: &Claim, answer: &Answer) -> Option<String> {
    let (kind, wanted, given) = match (claim.statistic.is_statement(), answer.holds, answer.estimate) {
        (true, _, Some(_)) => ("is answered by `holds`", "holds", "estimate"),
        (false, Some(_), _) => ("is answered by `estimate`", "estimate", "holds"),
        _ => return None,
    };
    let word = claim.statistic.word();
    Some(format!(
        "`{}` gives `{given}` for the claim `{}`, but a {word} {kind}: fill `{wanted}`, leave `{given}` NULL",
        answer.query, claim.id
    ))
}

fn answers(claims: &[Claim], results: &[QueryResult]) -> Result<BTreeMap<String, Answer>, Diagnostics> {
    let mut faults = Diagnostics::new();
    let mut answers: BTreeMap<String, Answer> = BTreeMap::new();
    for result in results.iter().filter(|result| result.head.purpose == Purpose::Claims) {
        for row in 0..result.rows() {
            let Some(id) = result.text(row, "claim") else { continue };
            let Some(claim) = claims.iter().find(|claim| claim.id == id) else {
                let fault =
                    Diagnostic::error(format!("row `{id}` is about a claim that the register does not have"))
                        .at(Place::file(&result.file));
                faults.push(match nearest(&id, claims.iter().map(|claim| claim.id.as_str())) {
                    Some(near) => fault.hint(format!("did you mean `{near}`?")),
                    None => fault,
                });
                continue;
            };
            let answer = Answer {
                estimate: result.number(row, "estimate"),
                n: result.count(row, "n"),
                base: result.count(row, "base"),
                holds: result.boolean(row, "holds"),
                shown: result.text(row, "shown"),
                query: result.head.name.clone(),
            };
            if let Some(message) = misfit(claim, &answer) {
                faults.push(Diagnostic::error(message).at(Place::file(&result.file)));
            }
            if let Some(first) = answers.insert(id.clone(), answer) {
                faults.push(
                    Diagnostic::error(format!("the claim `{id}` is answered twice"))
                        .at(Place::file(&result.file))
                        .note(format!("the other answer is in `{}`", first.query)),
                );
            }
        }
    }
    let silent: Vec<&str> =
        claims.iter().map(|claim| claim.id.as_str()).filter(|id| !answers.contains_key(*id)).collect();
    if !silent.is_empty() {
        faults.push(
            Diagnostic::error(format!("no query answers {} of the register", verdict::claims(silent.len())))
                .note(format!("without an answer: {}", silent.join(", ")))
                .hint("write a row for each in a query of `queries/claims`; `estimate` and `holds` may be NULL where \
                       there is nothing to compute it from"),
        );
    }
    faults.or(answers).map(|(answers, _)| answers)
}

impl Findings {
    /// How many claims have this verdict.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.counts.get(&verdict).copied().unwrap_or(0)
    }

    /// The finding on a claim.
    pub fn get(&self, id: &str) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.claim.id == id)
    }

    /// Tells that claims differ, with their names; `None` where none does.
    pub fn differing(&self) -> Option<String> {
        let ids: Vec<&str> = self
            .findings
            .iter()
            .filter(|finding| finding.verdict == Verdict::Differs)
            .map(|finding| finding.claim.id.as_str())
            .collect();
        let differ = if ids.len() == 1 { "differs" } else { "differ" };
        (!ids.is_empty())
            .then(|| format!("{} {differ} from the data: {}", verdict::claims(ids.len()), ids.join(", ")))
    }

    /// The scorecard in a line: `114 claims: 109 reproduced, 4 contradicted`.
    pub fn scorecard(&self) -> String {
        let counts = self.counts.iter().filter(|(_, n)| **n > 0);
        let verdicts: Vec<String> = counts.map(|(verdict, n)| format!("{n} {}", verdict.word())).collect();
        format!("{}: {}", verdict::claims(self.total), verdicts.join(", "))
    }

    /// The findings as CSV (RFC 4180) with a header, one line per claim.
    ///
    /// # Errors
    /// Never in practice: writing to memory does not fail.
    pub fn to_csv(&self) -> Result<String, Diagnostics> {
        let fault = |error: &dyn std::fmt::Display| Diagnostics::from(Diagnostic::error(error.to_string()));
        let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
        writer
            .write_record([
                "claim", "section", "phase", "measure", "subgroup", "verdict", "printed", "found", "query",
                "reason",
            ])
            .map_err(|e| fault(&e))?;
        for finding in &self.findings {
            let claim = &finding.claim;
            writer
                .write_record([
                    &claim.id,
                    &claim.section,
                    &claim.phase,
                    &claim.measure,
                    &claim.subgroup,
                    finding.verdict.word(),
                    &finding.printed,
                    &finding.found,
                    &finding.query,
                    &finding.reason,
                ])
                .map_err(|e| fault(&e))?;
        }
        let bytes = writer.into_inner().map_err(|e| fault(&e))?;
        String::from_utf8(bytes).map_err(|e| fault(&e))
    }

    /// The findings as JSON: `{"counts": {…}, "total": …, "findings": […]}`.
    ///
    /// # Errors
    /// Never in practice: all keys are text and all numbers finite.
    pub fn to_json(&self) -> Result<String, Diagnostics> {
        serde_json::to_string_pretty(self)
            .map(|json| json + "\n")
            .map_err(|error| Diagnostic::error(error.to_string()).into())
    }
}

impl Verdict {
    /// The verdict as a word.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Reproduced => "reproduced",
            Verdict::Differs => "differs",
            Verdict::Impossible => "impossible",
            Verdict::Contradicted => "contradicted",
            Verdict::Untestable => "untestable",
        }
    }
}
