//! `restudy material`: what became of a project of qualitative data, and a draft of how one is read.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;

use super::output::Output;
use super::wave::within;
use super::{Failure, study};
use crate::codebook::project::{Account, Fate, draft};
use crate::codebook::{Codebook, Material};
use crate::diagnostic::{Diagnostic, Place, count, visible};
use crate::publish::write_file;
use crate::sources::project::{Project, is_code_book};
use crate::study::Study;

/// A query of the account, for the report.
const QUERY: (&str, &str) = ("queries/facts/what_was_left_out.sql", include_str!("left_out.sql"));

/// The line of a template that prints it.
const LINE: &str = "{{ table(\"what_was_left_out\", columns={\"what\": \"What\", \"fate\": \"Fate\", \"why\": \"Why\", \"n\": \"Number\"}, caption=\"What the project of codings holds, and what became of it\") }}";

/// Tell what became of everything in a project of qualitative data, or draft how one is read
///
/// For each kind of thing: how many the project has, how many the study has of them, how many were left out, and why. The same
/// stands in SQL as `material_account`, coding by coding as `project_codings`. Writes nothing.
#[derive(Debug, Args)]
pub(super) struct Materials {
    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,

    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Lines that add up
    Text,
    /// A list of objects
    Json,
}

#[derive(Debug, Subcommand)]
enum Command {
    Draft(Draft),
}

/// Draft codebook/project.toml for a project: what each code, coder, case, variable and source is in the study
///
/// Where the study has no code frame, codebook/code-frame.toml is drafted too, from the project's code book. A `.qdc` file is
/// a code book alone. What only people can decide is left open; nothing is built before. For the report a query of the account is
/// written, queries/facts/what_was_left_out.sql.
#[derive(Debug, Args)]
struct Draft {
    /// The project (`.qdpx`) or code book (`.qdc`), in the study's folder
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Draft it anew where there is one; what was decided in it is lost
    #[arg(long)]
    anew: bool,
}

impl Materials {
    pub(super) fn run(&self, folder: Option<&Path>, output: &Output) -> Result<(), Failure> {
        let study = study(folder)?;
        match &self.command {
            Some(Command::Draft(command)) => command.run(&study, output),
            None => self.tell(&study, output),
        }
    }

    fn tell(&self, study: &Study, output: &Output) -> Result<(), Failure> {
        if study.sources.project.is_none() {
            let fault = Diagnostic::error("the study has no project of qualitative data");
            let hint = "name it in study.toml: `project = \"FILE.qdpx\"` in `[sources]`";
            return Err(Failure::Study(fault.at(Place::file("study.toml")).hint(hint).into()));
        }
        let codebook = Codebook::load(&study.root)?;
        let (material, warnings) = Material::read(study, &codebook)?;
        output.faults(&warnings);
        let account = material.project.map(|project| project.account).unwrap_or_default();
        let told = match self.format {
            Format::Text => text(&account),
            Format::Json => json(&account)?,
        };
        output.result(&told)?;
        Ok(())
    }
}

/// The account, kind by kind, each with its sum.
fn text(account: &Account) -> String {
    let mut out = visible(&account.file).into_owned();
    if !account.origin.is_empty() {
        out.push_str(&format!(", written by {}", visible(&account.origin)));
    }
    out.push_str(&format!(
        "\n{}; checked by the words of {}\n\n",
        account.positions,
        count(account.witnesses, "selection")
    ));
    let lines = account.lines();
    for (what, there) in account.kinds().filter(|(_, there)| *there > 0) {
        let number = |fate| account.number(what, fate);
        let repeats = match number(Fate::Repeats) {
            0 => String::new(),
            number => format!(" + {number} that repeat others"),
        };
        let (kept, left_out) = (number(Fate::Kept), number(Fate::LeftOut));
        out.push_str(&format!("{what}: {there} = {kept} kept{repeats} + {left_out} left out\n"));
        for line in lines.iter().filter(|line| line.what == what && !line.why.is_empty()) {
            out.push_str(&format!("  {:>6} {}: {}\n", line.number, line.fate.words(), visible(&line.why)));
        }
        if what == "codings" {
            out.push_str(&format!("         rows of the table `codings`: {}\n", account.rows));
        }
    }
    out
}

fn json(account: &Account) -> Result<String, Failure> {
    let lines = account.lines().into_iter().map(
        |line| json!({ "what": line.what, "fate": line.fate.words(), "why": line.why, "n": line.number }),
    );
    let lines: Vec<serde_json::Value> = lines.collect();
    let text = serde_json::to_string_pretty(&lines).map_err(std::io::Error::from)?;
    Ok(format!("{text}\n"))
}

impl Draft {
    fn run(&self, study: &Study, output: &Output) -> Result<(), Failure> {
        let file = within(study, &self.file)?;
        let codebook = Codebook::load(&study.root)?;
        let (project, warnings) = Project::read(&study.root, &file)?;
        output.faults(&warnings);
        let cases = match &study.sources.cases {
            // Where the cases are faulty, `check` says so.
            Some(_) => Material::cases(study).ok().and_then(|(cases, _)| cases),
            None => None,
        };
        let drafted = draft(&project, &codebook.code_frame, cases.as_ref());
        for (name, _) in &drafted.files {
            if !self.anew && study.root.join(name).exists() {
                let fault = Diagnostic::error(format!("{name} is there already"));
                let hint = "`--anew` drafts it anew; what was decided in it is lost";
                return Err(Failure::CommandLine(fault.hint(hint).into()));
            }
        }
        for (name, text) in &drafted.files {
            write_file(&study.root, name, text.as_bytes())?;
            output.result(&format!("{name} is drafted\n"))?;
        }
        let open = count(drafted.open, "thing");
        output.result(&format!("{open} left for you to decide; go through the rest, too\n"))?;
        let is_book = is_code_book(&file);
        let (name, query) = QUERY;
        if !is_book && !study.root.join(name).exists() {
            write_file(&study.root, name, query.as_bytes())?;
            output.result(&format!("{name} is written; in an appendix it is printed by\n  {LINE}\n"))?;
        }
        let key = if is_book { "codes" } else { "project" };
        let is_named =
            [&study.sources.project, &study.sources.codes].into_iter().flatten().any(|f| *f == file);
        if !is_named {
            output.result(&format!("next: in study.toml, `{key} = \"{file}\"` in `[sources]`\n"))?;
        }
        Ok(())
    }
}
