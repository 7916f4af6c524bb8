//! `restudy audit`.

use std::path::Path;

use clap::{Args, ValueEnum};
use serde_json::json;

use super::output::Output;
use super::table::table;
use super::{Failure, study, wave};
use crate::build::evaluate;
use crate::diagnostic::count;
use crate::evidence::claim::Finding;
use crate::report::data;

/// Hold the published claims against the data
///
/// Each claim has a verdict: reproduced, differs, impossible, contradicted or untestable. A claim that no query answers
/// for is an error.
#[derive(Debug, Args)]
pub(super) struct Audit {
    /// The wave [default: the newest]
    #[arg(long, value_name = "WAVE")]
    wave: Option<String>,

    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// A table, and the scorecard under it
    Table,
    /// JSON, as audit.json
    Json,
}

impl Audit {
    pub(super) fn run(&self, folder: Option<&Path>, output: &Output) -> Result<(), Failure> {
        let study = study(folder)?;
        let wave = wave(&study, self.wave.as_deref())?;
        let evaluated = evaluate(&study, wave)?;
        let audit = data::audit(&evaluated.findings);
        match self.format {
            Format::Json => {
                let text = serde_json::to_string_pretty(&audit).map_err(std::io::Error::from)?;
                output.result(&format!("{text}\n"))?;
            }
            Format::Table => {
                let text = printed(&evaluated.findings, output.width());
                output.result(&format!("{text}\n{}\n", scorecard(&audit)))?;
            }
        }
        Ok(())
    }
}

fn printed(findings: &[Finding], width: Option<usize>) -> String {
    let heads = ["claim", "measure", "in whom", "printed", "found", "verdict", "why"].map(str::to_owned);
    let rows: Vec<Vec<String>> = findings
        .iter()
        .map(|f| {
            vec![
                f.claim.id.clone(),
                f.claim.measure.clone(),
                f.claim.subgroup.clone(),
                f.printed.clone(),
                f.found.clone(),
                json!(f.verdict).as_str().unwrap_or_default().to_owned(),
                f.reason.clone(),
            ]
        })
        .collect();
    table(&heads, &rows, width)
}

/// `114 claims: 108 reproduced, 3 differ …`, from the counts of audit.json.
pub(super) fn scorecard(audit: &serde_json::Value) -> String {
    let verdicts: Vec<String> = audit["counts"]
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(_, n)| n.as_u64() != Some(0))
        .map(|(verdict, n)| format!("{n} {verdict}"))
        .collect();
    let total = audit["total"].as_u64().and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
    format!("{}: {}", count(total, "claim"), verdicts.join(", "))
}
