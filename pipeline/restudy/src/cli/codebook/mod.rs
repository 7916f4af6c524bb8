//! `restudy codebook`.

mod find;
mod markdown;
mod text;

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use self::find::{Found, found};
use super::output::Output;
use super::{Failure, study, wave};
use crate::codebook::{Codebook, Responses};
use crate::ddi;
use crate::diagnostic::{Diagnostic, count};
use crate::publish::write_whole;
use crate::store;
use crate::study::{Study, Wave};
use crate::waves;

/// Tell what was asked, of whom, with what answers, and how many gave them
///
/// With the name of a question or variable: all that is known of it. With another word: what mentions it, be it in a name, a
/// label, the words of a question, or an answer. Alone: every question. Counts are of respondents, unweighted, wave by wave.
#[derive(Debug, Args)]
pub(super) struct Codebooks {
    /// A variable, a question, or words to look for
    #[arg(value_name = "WORD|VARIABLE")]
    words: Vec<String>,

    /// One wave only [default: all; for DDI the newest]
    #[arg(long, value_name = "WAVE")]
    wave: Option<String>,

    /// How to write it [default: as the ending of --out says, else text]
    #[arg(long, value_enum)]
    format: Option<Format>,

    /// Write it into this file
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Columns that line up
    Text,
    /// A document with a section for each question
    Markdown,
    /// An array with an object for each question
    Json,
    /// DDI-Codebook 2.5 (XML), as archives take it: the whole codebook, with the counts of one wave
    Ddi,
}

impl Codebooks {
    pub(super) fn run(&self, folder: Option<&Path>, output: &Output) -> Result<(), Failure> {
        let format = self.format()?;
        let word = Some(self.words.join(" ")).filter(|word| !word.trim().is_empty());
        let study = study(folder)?;
        let codebook = Codebook::load(&study.root)?;
        let (text, told) = if format == Format::Ddi {
            self.archived(word.as_deref(), &study, output)?
        } else {
            let waves: Vec<&Wave> = match &self.wave {
                Some(id) => vec![wave(&study, Some(id))?],
                None => study.waves.iter().collect(),
            };
            let entries = codebook.counted(&answers(&study, &codebook, &waves, output)?);
            let found = match &word {
                Some(word) => found(word, entries)?,
                None => Found::All(entries),
            };
            (written(format, &study, &found, output.width())?, found.told())
        };
        match &self.out {
            None => {
                output.result(&text)?;
                if word.is_some() && format == Format::Text && told.several {
                    output.say(&format!("{}; `restudy codebook NAME` tells all of one", told.words));
                }
            }
            Some(file) => {
                write_whole(file, text.as_bytes())?;
                output.say(&format!("{}: {}", file.display(), told.words));
            }
        }
        Ok(())
    }

    fn format(&self) -> Result<Format, Failure> {
        let (Some(file), None) = (&self.out, self.format) else {
            return Ok(self.format.unwrap_or(Format::Text));
        };
        match file.extension().and_then(|ending| ending.to_str()) {
            Some("txt") => Ok(Format::Text),
            Some("md") => Ok(Format::Markdown),
            Some("json") => Ok(Format::Json),
            Some("xml") => Ok(Format::Ddi),
            _ => Err(Failure::CommandLine(
                Diagnostic::error(format!("the name of {} does not say how to write it", file.display()))
                    .hint("end it in .txt, .md, .json or .xml, or give `--format`")
                    .into(),
            )),
        }
    }

    fn archived(
        &self,
        word: Option<&str>,
        study: &Study,
        output: &Output,
    ) -> Result<(String, Told), Failure> {
        if let Some(word) = word {
            return Err(Failure::CommandLine(
                Diagnostic::error(format!("DDI is written of the whole codebook, and not of `{word}`"))
                    .hint("leave the word out, or choose another `--format`")
                    .into(),
            ));
        }
        let wave = wave(study, self.wave.as_deref())?;
        let codebook = waves::edition(study, &wave.id)?;
        let answers = answers(study, &codebook, &[wave], output)?;
        let (tables, _) = store::ingest(study, wave)?;
        let entries = codebook.counted(&answers);
        let variables: usize = entries.iter().map(|entry| entry.variables.len()).sum();
        let text = ddi::codebook(&ddi::Material { study, wave, entries: &entries, tables: &tables })?;
        let words = format!("DDI-Codebook 2.5 of wave {}, {}", wave.id, count(variables, "variable"));
        Ok((text, Told { words, several: true }))
    }
}

/// What was found, for the person at the terminal.
struct Told {
    words: String,
    several: bool,
}

/// What respondents answered in each of `waves`.
fn answers(
    study: &Study,
    codebook: &Codebook,
    waves: &[&Wave],
    output: &Output,
) -> Result<Vec<Responses>, Failure> {
    let mut answers = Vec::new();
    for wave in waves {
        let (responses, warnings) = store::responses(study, wave, codebook)?;
        output.faults(&warnings);
        answers.push(responses);
    }
    Ok(answers)
}

fn written(format: Format, study: &Study, found: &Found, width: Option<usize>) -> Result<String, Failure> {
    Ok(match format {
        Format::Markdown => markdown::document(study, found.entries()),
        Format::Json => {
            let text = serde_json::to_string_pretty(found.entries()).map_err(std::io::Error::from)?;
            format!("{text}\n")
        }
        _ => match found {
            Found::All(entries) => text::list(entries, width),
            Found::One(entry) => text::entry(entry, width),
            Found::Mentions(mentions) => text::mentions(mentions, width),
        },
    })
}
