//! `restudy audit`.

use std::path::Path;

use clap::{Args, ValueEnum};

use super::output::Output;
use super::{Failure, study, wave};
use crate::answer::table;
use crate::build::evaluate;
use crate::diagnostic::Diagnostic;
use crate::evidence::Finding;

/// Hold the published claims against the data
///
/// Each claim has a verdict: reproduced, differs, impossible, contradicted or untestable. The exit status is 1 when a
/// claim differs from the data, or when no query answers for it.
#[derive(Debug, Args)]
pub(super) struct Audit {
    /// The wave [default: the one that the claims are about]
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
        let about = study.sources.claims_wave.as_deref();
        let wave = wave(&study, self.wave.as_deref().or(about))?;
        if let Some(about) = about.filter(|about| *about != wave.id) {
            let fault = Diagnostic::error(format!("no published claims are about wave `{}`", wave.id));
            return Err(Failure::CommandLine(fault.note(format!("they are about wave `{about}`")).into()));
        }
        let evaluated = evaluate(&study, wave)?;
        let findings = &evaluated.findings;
        match self.format {
            Format::Json => output.result(&findings.to_json()?)?,
            Format::Table => {
                let text = printed(&findings.findings, output.width());
                output.result(&format!("{text}\n{}\n", findings.scorecard()))?;
            }
        }
        match findings.differing() {
            Some(message) => Err(Failure::Study(Diagnostic::error(message).into())),
            None => Ok(()),
        }
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
                f.verdict.word().to_owned(),
                f.reason.clone(),
            ]
        })
        .collect();
    table(&heads, &rows, width)
}
