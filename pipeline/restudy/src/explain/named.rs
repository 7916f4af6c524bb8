//! What the name of a number means: an id of the evidence, a reference, a claim.

use crate::build::Evaluated;
use crate::diagnostic::{Diagnostic, nearest};
use crate::evidence::{Finding, Statistic};

/// What was named.
pub(super) enum Named {
    /// A number.
    Statistic(Box<Statistic>),
    /// A published claim.
    Claim(Box<Finding>),
}

/// What `name` names.
///
/// # Errors
/// It names nothing; the nearest names are told.
pub(super) fn named(name: &str, evaluated: &Evaluated) -> Result<Named, Diagnostic> {
    let name = name.trim();
    let evidence = evaluated.report.evidence();
    if let Some(statistic) = evidence.by_id(name) {
        return Ok(Named::Statistic(Box::new(statistic.clone())));
    }
    let findings = &evaluated.findings.findings;
    if let Some(finding) = findings.iter().find(|finding| finding.claim.id.eq_ignore_ascii_case(name)) {
        return Ok(Named::Claim(Box::new(finding.clone())));
    }
    if name.contains(['[', '.']) && !name.contains('/') {
        return evidence.statistic(name).map(|statistic| Named::Statistic(Box::new(statistic.clone())));
    }
    let fault = Diagnostic::error(format!("`{name}` is the name of no number and of no claim"));
    let ids = evidence.statistics().iter().map(|statistic| statistic.id.as_str());
    let claims = findings.iter().map(|finding| finding.claim.id.as_str());
    Err(match nearest(name, ids.chain(claims)) {
        Some(near) => fault.hint(format!("did you mean `{near}`?")),
        None => fault.hint(
            "name it as the report's appendix does (`query/row/column`), as `query[row].column`, or a claim by its id; \
             `restudy ask \"select id, printed from evidence\"` lists the numbers",
        ),
    })
}
