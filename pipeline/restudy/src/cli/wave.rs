//! `restudy wave`: a new wave in, the waves that there are, and two of them compared.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::compare::Compare;
use super::output::Output;
use super::{Failure, study};
use crate::codebook::Codebook;
use crate::diagnostic::{Diagnostic, Diagnostics, Severity, count, visible};
use crate::publish::write_whole;
use crate::sources::{Met, Nobody};
use crate::study::{Header, Source, Study, Wave};
use crate::waves::{self, Added, Comparable, Crosswalks, Means, NewWave};

/// Take in a new wave, list those that there are, or compare two
#[derive(Debug, Args)]
pub(super) struct Waves {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Add(Add),
    List(List),
    Compare(Compare),
}

/// Draft how the export of a new wave is read, and add the wave to study.toml
///
/// Compares the export with the codebook and the last wave, and writes codebook/waves/WAVE.toml: what is beyond doubt is filled
/// in, the rest is left open with its candidates. People decide that file; nothing is built before.
#[derive(Debug, Args)]
struct Add {
    /// What the wave is called: letters, digits, `-` and `_`
    #[arg(value_name = "WAVE")]
    wave: String,

    /// Its export, in the study's folder
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Its sampling frame
    #[arg(long, value_name = "FILE")]
    frame: Option<PathBuf>,

    /// The codes given to its open answers
    #[arg(long, value_name = "FILE")]
    open_codings: Option<PathBuf>,

    /// Its title [default: made after that of the last wave]
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,

    /// When the answers were collected, in words: "March to May 2014" [default: the months of the answers]
    #[arg(long, value_name = "TEXT")]
    fieldwork: Option<String>,

    /// The date on its report, like 2014-08-01 [default: the day of the last answer]
    #[arg(long, value_name = "DATE")]
    published: Option<String>,

    /// What readers must know about its data [default: as for the last wave]
    #[arg(long, value_name = "TEXT")]
    notice: Option<String>,

    /// How many rows name the columns [default: found in the file]
    #[arg(long, value_name = "ROWS", value_parser = clap::value_parser!(u8).range(1..=5))]
    header: Option<u8>,

    /// Draft the crosswalk anew where there is one; what was decided in it is lost
    #[arg(long)]
    anew: bool,
}

/// List the waves, with what is left open in them
#[derive(Debug, Args)]
struct List {}

impl Waves {
    pub(super) fn run(&self, folder: Option<&Path>, output: &Output) -> Result<(), Failure> {
        match &self.command {
            Command::Add(command) => command.run(folder, output),
            Command::List(List {}) => list(&study(folder)?, output),
            Command::Compare(command) => command.run(folder, output),
        }
    }
}

impl Add {
    fn run(&self, folder: Option<&Path>, output: &Output) -> Result<(), Failure> {
        let study = study(folder)?;
        let there = study.waves.iter().find(|wave| wave.id == self.wave);
        let crosswalk = study.root.join("codebook/waves").join(format!("{}.toml", self.wave));
        if !self.anew && (there.is_some() || crosswalk.exists()) {
            let fault = Diagnostic::error(format!("wave `{}` is there already", self.wave));
            let hint = "`--anew` drafts its crosswalk anew; what was decided in it is lost";
            return Err(Failure::CommandLine(fault.hint(hint).into()));
        }
        let codebook = Codebook::load(&study.root)?;
        let within = |file: &PathBuf| within(&study, file);
        let file = within(&self.file)?;
        let frame = self.frame.as_ref().map(within).transpose()?;
        let open_codings = self.open_codings.as_ref().map(within).transpose()?;
        if let Some(wave) = there {
            self.says_nothing_else(wave, &file, [frame.as_deref(), open_codings.as_deref()])?;
        }
        let found = match there {
            Some(wave) => waves::Found { source: wave.responses.clone(), said: Vec::new() },
            None => waves::settings(&study.root, &file, self.header.map(usize::from))?,
        };
        let new = NewWave {
            id: self.wave.clone(),
            found,
            frame,
            open_codings,
            title: self.title.clone(),
            fieldwork: self.fieldwork.clone(),
            published: self.published.clone(),
            notice: self.notice.clone(),
        };
        let added = waves::add(&study, &codebook, &new, output)?;
        if let Some(text) = &added.study {
            // The new study.toml is read before it is written, so that a wrong id or date is told and nothing is broken.
            Study::parse(&study.root, text.clone()).map_err(|faults| self.unsound(faults))?;
        }
        let path = study.root.join(&added.crosswalk);
        if let Some(folder) = path.parent() {
            fs_err::create_dir_all(folder)?;
        }
        write_whole(&path, added.draft.text.as_bytes())?;
        if let Some(text) = &added.study {
            write_whole(&study.root.join("study.toml"), text.as_bytes())?;
        }
        output.faults(&added.warnings);
        output.result(&summary(&added, &new))?;
        Ok(())
    }

    /// Of a wave that `study.toml` has, the command line says nothing else: only its crosswalk is drafted anew.
    fn says_nothing_else(
        &self,
        wave: &Wave,
        file: &str,
        [frame, open_codings]: [Option<&str>; 2],
    ) -> Result<(), Failure> {
        let of = |source: &Option<Source>| source.as_ref().map(|source| source.file.clone());
        let rows = match wave.responses.header {
            Some(Header::Rows(rows)) => Some(rows.to_string()),
            Some(_) => None,
            None => Some("1".to_owned()),
        };
        let (header, text) = (self.header.map(|rows| rows.to_string()), |text: &String| Some(text.clone()));
        let said = [
            ("FILE", Some(file), Some(wave.responses.file.clone())),
            ("--frame", frame, of(&wave.frame)),
            ("--open-codings", open_codings, of(&wave.open_codings)),
            ("--header", header.as_deref(), rows),
            ("--title", self.title.as_deref(), text(&wave.title)),
            ("--fieldwork", self.fieldwork.as_deref(), text(&wave.fieldwork)),
            ("--published", self.published.as_deref(), text(&wave.published)),
            ("--notice", self.notice.as_deref(), text(&wave.notice)),
        ];
        let mut told = Diagnostics::new();
        for (option, given, has) in said {
            let Some(given) = given.filter(|given| has.as_deref() != Some(*given)) else { continue };
            let has = has.map_or_else(|| "nothing".to_owned(), |has| format!("`{}`", visible(&has)));
            let message =
                format!("{option} is `{}`, and study.toml has {has} for wave `{}`", visible(given), wave.id);
            told.push(Diagnostic::error(message).hint(
                "`--anew` drafts the crosswalk of a wave that is there, and leaves study.toml as it is: change it there first",
            ));
        }
        if told.is_empty() { Ok(()) } else { Err(Failure::CommandLine(told)) }
    }

    /// What keeps the new `study.toml` from being one.
    fn unsound(&self, faults: Diagnostics) -> Failure {
        let mut told = Diagnostics::new();
        told.extend(faults.into_iter().map(|fault| {
            let fault = Diagnostic { place: None, ..fault };
            fault.note("study.toml would not be sound with the new wave, and was left as it is").hint(
                "`--title`, `--fieldwork`, `--published` and `--notice` say what the export does not tell",
            )
        }));
        Failure::CommandLine(told)
    }
}

/// `file`, which the command line names from the current folder, as the study names it.
pub(super) fn within(study: &Study, file: &PathBuf) -> Result<String, Failure> {
    let wrong = |message: String, hint: &str| {
        Failure::CommandLine(Diagnostic::error(message).hint(hint.to_owned()).into())
    };
    let Ok(path) = fs_err::canonicalize(file) else {
        return Err(wrong(format!("there is no file {}", file.display()), "name it from the current folder"));
    };
    let root = fs_err::canonicalize(&study.root)?;
    let Some(name) = path.strip_prefix(&root).ok().and_then(Path::to_str) else {
        let message = format!("{} is not in the study's folder", file.display());
        return Err(wrong(message, "copy it there first: a study is reproduced from its own folder"));
    };
    Ok(name.replace(std::path::MAIN_SEPARATOR, "/"))
}

fn summary(added: &Added, new: &NewWave) -> String {
    let draft = &added.draft;
    let mut text = String::new();
    for said in &new.found.said {
        text.push_str(&format!("found in {}: {}\n", new.found.source.file, visible(said)));
    }
    text.push_str(&format!(
        "{}: {}, {} decided, {} open; {} open; {} of the last wave not found\n",
        added.crosswalk,
        count(draft.columns, "column"),
        draft.decided,
        draft.open.len(),
        count(draft.open_answers.len(), "answer"),
        draft.missing.len()
    ));
    for name in &draft.open {
        text.push_str(&format!("  open column   {}\n", visible(name)));
    }
    for (set, answer) in &draft.open_answers {
        text.push_str(&format!("  open answer   {} ({set})\n", visible(answer)));
    }
    for name in &draft.turned {
        text.push_str(&format!(
            "  open scale    {} (its codes run otherwise than its labels)\n",
            visible(name)
        ));
    }
    for name in &draft.unasked {
        text.push_str(&format!("  open waves    {name} (the codebook says that other waves asked it)\n"));
    }
    for name in &draft.missing {
        text.push_str(&format!("  not found     {name}\n"));
    }
    if added.study.is_some() {
        text.push_str(&format!("study.toml: wave {} added behind the others; look at it\n", new.id));
    }
    let is_open = !(draft.open.is_empty()
        && draft.open_answers.is_empty()
        && draft.turned.is_empty()
        && draft.unasked.is_empty()
        && draft.missing.is_empty());
    let then = if is_open { "decide what is open in" } else { "look through" };
    text.push_str(&format!("next: {then} {}, then `restudy check --wave {}`\n", added.crosswalk, new.id));
    text
}

fn list(study: &Study, output: &Output) -> Result<(), Failure> {
    let codebook = Codebook::load(&study.root)?;
    let (crosswalks, warnings) = Crosswalks::load(study, &codebook)?;
    output.faults(&warnings);
    let mut text = String::new();
    for wave in &study.waves {
        text.push_str(&format!(
            "{}  {}\n  export     {}\n",
            wave.id,
            visible(&wave.title),
            wave.responses.file
        ));
        let before = crosswalks.before(&wave.id);
        let faults = faults(study, wave, &crosswalks, &codebook);
        if faults > 0 {
            let faults = count(faults, "fault");
            text.push_str(&format!("  not read   {faults}; `restudy check --wave {}` tells more\n", wave.id));
        }
        let Some(crosswalk) = crosswalks.of(&wave.id) else {
            text.push_str("  crosswalk  none: the export is read as it stands\n");
            continue;
        };
        let of = |means: fn(&Means) -> bool| crosswalk.columns.iter().filter(|c| means(&c.means)).count();
        text.push_str(&format!(
            "  crosswalk  {}: {} read, {} left out, {} open\n",
            crosswalk.file,
            count(of(|means| matches!(means, Means::Variable(_) | Means::Kept(_))), "column"),
            of(|means| matches!(means, Means::LeftOut(_))),
            of(|means| *means == Means::Open)
        ));
        let Some(before) = before else { continue };
        let mut flags = [0_usize; 3];
        for variable in codebook.variables() {
            if crosswalks.asked(&codebook, &variable, before)
                || crosswalks.asked(&codebook, &variable, &wave.id)
            {
                let flag = crosswalks.comparability(&codebook, &variable, before, &wave.id).comparable;
                let at = match flag {
                    Comparable::Yes => 0,
                    Comparable::WithCare => 1,
                    Comparable::No => 2,
                };
                flags[at] += 1;
            }
        }
        let [yes, care, no] = flags;
        text.push_str(&format!("  with {before}: {yes} variables comparable, {care} with care, {no} not\n"));
    }
    Ok(output.result(&text)?)
}

/// How many faults keep the export of a wave from being read.
fn faults(study: &Study, wave: &Wave, crosswalks: &Crosswalks, codebook: &Codebook) -> usize {
    let mut met = Met::default();
    let edition = crosswalks.edition(codebook, &wave.id);
    let read = crosswalks.read(study, wave, &edition, &mut met, &Nobody).and_then(|(export, _)| {
        // What is held to no crosswalk and to no other wave has been read to the end of its first chunk.
        (1..export.chunks()).try_for_each(|number| export.chunk(number, &mut met).map(|_| ()))
    });
    let told = read.map_or_else(|faults| faults, |()| met.finish());
    told.iter().filter(|fault| fault.severity == Severity::Error).count()
}
