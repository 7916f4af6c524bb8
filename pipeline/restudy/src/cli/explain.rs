//! `restudy explain`.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::output::Output;
use super::{Failure, study, wave};
use crate::answer::csv::guarded;
use crate::diagnostic::{Diagnostic, count, visible};
use crate::evidence::printed::MISSING;
use crate::evidence::{Finding, Statistic};
use crate::explain::who::{Counted, Respondent, Who};
use crate::explain::{About, Explained, Fault, explain};
use crate::publish::write_whole;
use crate::report::uses::{How, Use};

/// Tell where a printed number came from
///
/// The sentences, conditions, figures and tables of the report that use it; its query, with the row and what it selects from,
/// down to the study's files; the claims that rest on it; and the respondents whom it counts.
#[derive(Debug, Args)]
pub(super) struct Explain {
    /// A number, as `query/row/column` or `query[row].column`, or a published claim by its id
    #[arg(value_name = "ID")]
    id: String,

    /// The wave [default: the newest; for a claim, the one that claims are about]
    #[arg(long, value_name = "WAVE")]
    wave: Option<String>,

    /// How to write it
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,

    /// Write it into this file
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// All of it, with the first twenty respondents
    Text,
    /// All of it, with every respondent
    Json,
    /// The respondents: one a line, and how often each counts
    Csv,
}

/// How many respondents are named on the terminal.
const NAMED: usize = 20;

impl Explain {
    pub(super) fn run(&self, folder: Option<&Path>, output: &Output) -> Result<(), Failure> {
        let study = study(folder)?;
        let is_claim = !self.id.contains(['/', '[', '.']);
        let about = study.sources.claims_wave.as_deref().filter(|_| is_claim);
        let wave = wave(&study, self.wave.as_deref().or(about))?;
        let explained = explain(&study, wave, &self.id).map_err(|fault| match fault {
            Fault::Unknown(faults) => Failure::CommandLine(faults),
            Fault::Study(faults) => Failure::Study(faults),
        })?;
        let text = match self.format {
            Format::Text => text(&explained),
            Format::Json => {
                let text = serde_json::to_string_pretty(&explained).map_err(std::io::Error::from)?;
                format!("{text}\n")
            }
            Format::Csv => respondents(&explained)?,
        };
        match &self.out {
            None => output.result(&text)?,
            Some(file) => {
                write_whole(file, text.as_bytes())?;
                output.say(&format!("{} explains {}", file.display(), self.id));
            }
        }
        Ok(())
    }
}

fn text(explained: &Explained) -> String {
    let Explained { about, query, reads, sources, uses, bearing, counted } = explained;
    let mut out = String::new();
    match about {
        About::Statistic(statistic) => number(statistic, &mut out),
        About::Claim(finding) => claim(finding, &mut out),
    }
    line(&mut out, "asks", &query.title);
    line(&mut out, "for", &query.purpose);
    if !query.base.is_empty() {
        line(&mut out, "base", &query.base);
    }
    let row = if query.row.is_empty() {
        "the only row".to_owned()
    } else {
        format!("{}, row {} of {}", query.row, query.position, query.rows)
    };
    line(&mut out, "row", &row);
    let values = query
        .values
        .iter()
        .map(|(column, value)| format!("{column} {}", value.as_deref().unwrap_or(MISSING)));
    line(&mut out, "values", &values.collect::<Vec<_>>().join(", "));
    if let Some(bearing) = bearing {
        places(uses, &mut out);
        head(&mut out, "rests on it");
        for finding in &bearing.claims {
            let said = format!(
                "claim {}, {}: printed {}, {}",
                finding.claim.id,
                finding.verdict.word(),
                finding.printed,
                finding.claim.measure
            );
            item(&mut out, &said);
        }
        if !bearing.queries.is_empty() {
            item(&mut out, &format!("the results of {}", bearing.queries.join(", ")));
        }
        if !bearing.unknown.is_empty() {
            item(
                &mut out,
                &format!("perhaps more: without it these cannot be asked: {}", bearing.unknown.join(", ")),
            );
        }
        if bearing.claims.is_empty() && bearing.queries.is_empty() && bearing.unknown.is_empty() {
            item(&mut out, "no claim and no other query");
        }
    }
    head(&mut out, "who counts");
    if counted.is_empty() {
        item(&mut out, "nobody: the row has no count");
    }
    for counted in counted {
        people(counted, &mut out);
    }
    head(&mut out, "came from");
    for read in reads {
        let from = read.from.join(", ");
        match (&read.file, &read.sha256) {
            (Some(file), Some(_)) => item(&mut out, &format!("{file}, which selects from {from}")),
            _ => item(&mut out, &format!("the table `{}`, made from {from}", read.name)),
        }
    }
    head(&mut out, "SHA-256");
    for read in reads {
        if let (Some(file), Some(sha)) = (&read.file, &read.sha256) {
            item(&mut out, &format!("{sha}  {file}"));
        }
    }
    for source in sources {
        item(&mut out, &format!("{}  {}", source.sha256, source.file));
    }
    head(&mut out, &format!("the query, with $wave = '{}'", query.wave));
    for line in query.sql.lines() {
        out.push_str(format!("  {}", visible(line)).trim_end());
        out.push('\n');
    }
    out
}

fn number(statistic: &Statistic, out: &mut String) {
    out.push_str(&format!("{}\n", statistic.id));
    line(out, "printed", &statistic.printed);
    line(out, "value", &statistic.value.map_or(MISSING.to_owned(), |value| value.to_string()));
    match (statistic.n, statistic.base) {
        (Some(n), Some(base)) => line(out, "n", &format!("{n} of {base}")),
        (Some(n), None) => line(out, "n", &n.to_string()),
        (None, Some(base)) => line(out, "n", &format!("{MISSING} of {base}")),
        (None, None) => {}
    }
    if let (Some(lower), Some(upper), Some(interval)) =
        (statistic.lower, statistic.upper, &statistic.interval)
    {
        line(out, "interval", &format!("{lower} to {upper}: {interval}"));
    }
}

fn claim(finding: &Finding, out: &mut String) {
    let claim = &finding.claim;
    out.push_str(&format!("claim {}\n", visible(&claim.id)));
    line(out, "measure", &claim.measure);
    line(out, "in whom", &claim.subgroup);
    line(out, "section", &claim.section);
    line(out, "printed", &finding.printed);
    line(out, "found", &finding.found);
    line(out, "verdict", finding.verdict.word());
    if !finding.reason.is_empty() {
        line(out, "why", &finding.reason);
    }
}

/// Where the report uses it.
fn places(uses: &[Use], out: &mut String) {
    for (how, title) in [
        (How::Text, "printed in"),
        (How::Guard, "holds up"),
        (How::Choice, "chooses the words at"),
        (How::Figure, "drawn in"),
        (How::Table, "shown in"),
    ] {
        let of_kind: Vec<&Use> = uses.iter().filter(|u| u.how == how).collect();
        if of_kind.is_empty() {
            continue;
        }
        head(out, title);
        for u in of_kind {
            let place = match u.line {
                Some(line) => format!("{}:{line}", u.file),
                None => u.file.clone(),
            };
            let mut said = place;
            if how != How::Text && !u.printed.is_empty() {
                said.push_str(&format!("\n    if {}", u.printed));
            }
            if !u.words.is_empty() {
                said.push_str(&format!("\n    {}", u.words));
            }
            item(out, &said);
        }
    }
    if uses.is_empty() {
        head(out, "printed in");
        item(out, "nothing: neither a sentence, nor a condition, a figure or a table of the report uses it");
    }
}

fn people(counted: &Counted, out: &mut String) {
    let Counted { column, count: total, who } = counted;
    match who {
        Who::Unknown { reason } => item(out, &format!("{column} {total}: not told: {reason}")),
        Who::Listed { method, respondents } => {
            let mut named: Vec<String> = respondents.iter().take(NAMED).map(name).collect();
            if respondents.len() > NAMED {
                named.push(format!("and {} more", respondents.len() - NAMED));
            }
            let who = count(respondents.len(), "respondent");
            item(
                out,
                &format!("{column} {total}: {who}\n    {}\n    ({})", named.join(", "), method.words()),
            );
        }
    }
}

fn name(respondent: &Respondent) -> String {
    match respondent.times {
        1 => respondent.respondent_id.clone(),
        times => format!("{} ({times} times)", respondent.respondent_id),
    }
}

/// Every respondent whom one of the counts counts, with how often in each.
fn respondents(explained: &Explained) -> Result<String, Failure> {
    let mut lists: Vec<(&str, &[Respondent])> = Vec::new();
    for counted in &explained.counted {
        match &counted.who {
            Who::Listed { respondents, .. } => lists.push((&counted.column, respondents)),
            Who::Unknown { reason } => {
                let fault = format!("whom `{}` counts is not known: {reason}", counted.column);
                return Err(Failure::Study(
                    Diagnostic::error(fault).hint("`--format json` tells the rest").into(),
                ));
            }
        }
    }
    if lists.is_empty() {
        return Err(Failure::Study(
            Diagnostic::error("the row has no count, so nobody is counted in it").into(),
        ));
    }
    let mut ids: Vec<&str> =
        lists.iter().flat_map(|(_, list)| list.iter()).map(|r| r.respondent_id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let heads = std::iter::once("respondent_id").chain(lists.iter().map(|(column, _)| *column));
    writer.write_record(heads).map_err(std::io::Error::from)?;
    for id in ids {
        let times = lists
            .iter()
            .map(|(_, list)| list.iter().find(|r| r.respondent_id == id).map_or(0, |r| r.times).to_string());
        writer
            .write_record(std::iter::once(guarded(id).into_owned()).chain(times))
            .map_err(std::io::Error::from)?;
    }
    let bytes = writer.into_inner().map_err(|e| e.into_error())?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn line(out: &mut String, head: &str, body: &str) {
    out.push_str(format!("  {head:<10}{}", visible(body)).trim_end());
    out.push('\n');
}

fn head(out: &mut String, title: &str) {
    out.push_str(&format!("\n{title}\n"));
}

fn item(out: &mut String, text: &str) {
    out.push_str(&format!("  {}\n", visible(text)));
}
