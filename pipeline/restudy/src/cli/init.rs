//! `restudy init`.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use clap::Args;

use super::Failure;
use super::output::Output;
use crate::begin::{self, Export, Theme};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, count};
use crate::sources::{RawTable, settled};
use crate::study::Source;

/// Begin a study: a folder that builds at once, to be changed bit by bit
///
/// Without `--from` it is an example with made-up answers, whose files explain themselves. With it the study is drafted from
/// an export: codebook, queries and a report. What had to be guessed is marked so in the files.
#[derive(Debug, Args)]
pub(super) struct Init {
    /// The study's folder, which is not there yet or empty
    #[arg(value_name = "DIR")]
    folder: PathBuf,

    /// The export to draft it from: text, a workbook, an SPSS or Stata file. As study.toml names it, where it must be told more:
    /// `{ file = "answers.xlsx", sheet = "Answers" }`
    #[arg(long, value_name = "FILE")]
    from: Option<String>,
}

impl Init {
    pub(super) fn run(&self, theme: &Theme, output: &Output) -> Result<(), Failure> {
        begin::is_free(&self.folder).map_err(Failure::CommandLine)?;
        let what = match &self.from {
            None => {
                begin::write(&self.folder, &begin::example(), theme)?;
                "a study of forty made-up answers".to_owned()
            }
            Some(from) => self.draft(from, theme, output)?,
        };
        let folder = self.folder.display();
        output.say(&format!("{folder} is {what}"));
        output.say(&format!("next: {} build --study {folder}", called()));
        Ok(())
    }

    fn draft(&self, from: &str, theme: &Theme, output: &Output) -> Result<String, Failure> {
        let declared = declared(from).map_err(Failure::CommandLine)?;
        let path = Path::new(&declared.file);
        if !path.is_file() {
            let what = if path.exists() { "is no file" } else { "is not there" };
            let fault = Diagnostic::error(format!("`{}` {what}", declared.file));
            let hint = "name the export by its path from this folder";
            return Err(Failure::CommandLine(fault.at(Place::file("--from")).hint(hint).into()));
        }
        let (Some(name), Some(parent)) = (path.file_name().and_then(|name| name.to_str()), path.parent())
        else {
            let fault = Diagnostic::error(format!("the name of `{}` is no text", declared.file));
            return Err(Failure::CommandLine(fault.into()));
        };
        let here = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
        let within = |file: String| Source { file, ..declared.clone() };
        let (mut source, found) = settled(here, &within(name.to_owned()))?;
        let (mut table, mut told) = RawTable::read(here, &source)?;
        if table.is_empty() {
            let fault =
                Diagnostic::error("the file has a header and no respondents").at(table.header_start());
            return Err(Failure::Study(fault.hint("export the answers too").into()));
        }
        let reasons = begin::reasons(&table);
        if !reasons.is_empty() {
            source.missing.extend(reasons);
            (table, told) = RawTable::read(here, &source)?;
        }
        output.faults(&told);
        source.file = format!("data/{name}");
        let changed = fs_err::metadata(path).and_then(|found| found.modified()).ok().and_then(day);
        let draft = begin::draft(&Export { source: &source, settled: &found, table: &table, changed });
        let mut files = draft.files;
        files.push((source.file.clone(), fs_err::read(path)?));
        begin::write(&self.folder, &files, theme)?;
        let (shown, further) = draft.shown;
        if further > 0 {
            let questions = count(shown, "question");
            output.say(&format!(
                "the report shows the first {questions}; {further} more can be shown in the same way"
            ));
        }
        let guessed = found.iter().filter(|found| !found.certain).count();
        if guessed > 0 {
            output.say(&format!("study.toml says what was guessed about {name}"));
        }
        let (questions, left_out) = (count(draft.questions, "question"), count(draft.left_out, "column"));
        let answers = count(table.len(), "respondent");
        Ok(format!("a draft: {answers}, {questions}, {left_out} left out"))
    }
}

/// How the program is called from here: by its name where the PATH has it, else by its path.
fn called() -> String {
    let Some(program) = std::env::current_exe().ok() else { return "restudy".to_owned() };
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let is_own = |folder: PathBuf| folder.join("restudy").canonicalize().is_ok_and(|found| found == program);
    if std::env::split_paths(&folders).any(is_own) {
        return "restudy".to_owned();
    }
    let here = std::env::current_dir().unwrap_or_default();
    program.strip_prefix(here).unwrap_or(&program).display().to_string()
}

/// What the command line says of an export: its file, or a table of settings.
fn declared(from: &str) -> Result<Source, Diagnostics> {
    #[derive(serde::Deserialize)]
    struct Said {
        responses: Source,
    }
    if !from.trim_start().starts_with('{') {
        return Ok(Source::plain(from));
    }
    let said: Result<Said, _> = toml::from_str(&format!("responses = {from}"));
    said.map(|said| said.responses).map_err(|fault| {
        let fault = Diagnostic::error(fault.message().to_owned()).at(Place::file("--from"));
        fault.hint("write it as study.toml does: `{ file = \"answers.csv\", separator = \";\" }`").into()
    })
}

/// The day of a moment, as `2026-03-09`.
fn day(moment: SystemTime) -> Option<String> {
    let seconds = moment.duration_since(SystemTime::UNIX_EPOCH).ok()?.as_secs();
    crate::sources::day(i64::try_from(seconds / 86_400).ok()?)
}
