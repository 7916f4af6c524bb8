//! One use of the shell: entries carried out one after another.
//!
//! In: entries. Out: answers, each from a process of its own (see `asker`), and talk. It runs no SQL itself, and does not
//! know whether anybody sits at the other end.

use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::sync::Arc;

use super::asker::{Asker, Outcome};
use super::known::{Known, Reading};
use super::settings::Settings;
use super::{describe, help};
use crate::answer::Format;
use crate::cli::output::Output;
use crate::cli::{Failure, pager};
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::shell::{Command, Entry, EntryKind, Names, Script, saved_call};
use crate::study::Study;

/// What SQL that was typed at the prompt is called.
pub(super) const TYPED: &str = "(SQL)";

/// Files may include files, and by mistake each other.
const DEEPEST: usize = 16;

/// Finds out what an entry wants to know besides, from a question and an answer that may do already; nothing where somebody
/// thinks better of it.
type Asks<'a> = &'a mut dyn FnMut(&str, &str) -> Option<String>;

/// What comes after an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// The next entry.
    Goes,
    /// Nothing of what was typed together with it: somebody stopped it.
    Stopped,
    /// Nothing.
    Ends,
}

/// The last query that worked.
#[derive(Debug)]
enum Last {
    Typed(String),
    Saved(String),
}

/// A use of the shell.
#[derive(Debug)]
pub(super) struct Sitting<'a> {
    study: &'a Study,
    output: &'a Output,
    settings: Settings,
    asker: Asker,
    reading: Reading,
    last: Option<Last>,
    /// What was said of a query that could not be kept as it was.
    title: Option<String>,
    failed: bool,
    /// Whether the last thing printed was a table, in a place where no prompt follows it.
    after_table: bool,
    at_prompt: bool,
    depth: usize,
}

impl<'a> Sitting<'a> {
    pub(super) fn new(
        study: &'a Study,
        settings: Settings,
        output: &'a Output,
    ) -> Result<Sitting<'a>, Failure> {
        Ok(Sitting {
            study,
            output,
            settings,
            asker: Asker::new(study)?,
            reading: Reading::new(study),
            last: None,
            title: None,
            failed: false,
            after_table: false,
            at_prompt: false,
            depth: 0,
        })
    }

    pub(super) fn wave(&self) -> &str {
        &self.settings.wave
    }

    pub(super) fn wave_title(&self) -> &str {
        self.study.waves.iter().find(|wave| wave.id == self.settings.wave).map_or("", |wave| &wave.title)
    }

    /// The names that may be typed, as far as they are known.
    pub(super) fn known(&self) -> Known {
        self.reading.known()
    }

    /// Gets ready for the next entry while somebody is typing it.
    pub(super) fn prepare(&mut self) -> Result<(), Failure> {
        self.at_prompt = true;
        self.reading.begin(&self.settings.wave);
        let arguments = self.arguments(TYPED);
        Ok(self.asker.warm(&arguments)?)
    }

    /// Carries out all entries of `script`; whether any failed.
    pub(super) fn script(&mut self, mut script: Script<impl BufRead>, source: &str) -> Result<bool, Failure> {
        self.entries(&mut script, source)?;
        Ok(self.failed)
    }

    fn entries(&mut self, script: &mut Script<impl BufRead>, source: &str) -> Result<Next, Failure> {
        loop {
            let entry = match script.next_entry() {
                Ok(Some(entry)) => entry,
                Ok(None) => return Ok(Next::Goes),
                Err(error) => {
                    let fault = Diagnostic::error(format!("the text cannot be read: {error}"));
                    self.fault(fault.at(Place::file(source)));
                    return Ok(Next::Goes);
                }
            };
            let next = self.carry_out(&entry, source, &mut |_, said| Some(said.to_owned()))?;
            if next != Next::Goes {
                return Ok(next);
            }
        }
    }

    /// Carries out an entry that stands in `source`.
    pub(super) fn carry_out(&mut self, entry: &Entry, source: &str, asks: Asks<'_>) -> Result<Next, Failure> {
        match entry.kind {
            EntryKind::Statement => {
                self.part()?;
                let arguments = self.arguments(source);
                let outcome = self.asker.ask(&arguments, &entry.in_place())?;
                Ok(self.after(outcome, Last::Typed(entry.text.clone())))
            }
            EntryKind::Saved => {
                let (name, params) = saved_call(&entry.text);
                let mut arguments: Vec<OsString> = vec!["ask".into(), name.into()];
                for param in &params {
                    arguments.extend(["--param".into(), param.into()]);
                }
                arguments.extend(self.settings.arguments());
                self.part()?;
                let outcome = self.asker.run(&arguments)?;
                Ok(self.after(outcome, Last::Saved(name.to_owned())))
            }
            EntryKind::Unfinished => {
                let fault = Diagnostic::error("this statement is not finished, and was not asked")
                    .at(Place {
                        excerpt: entry.text.lines().next().map(str::to_owned),
                        ..place(entry, source)
                    })
                    .hint("end it with `;`");
                self.fault(fault);
                Ok(Next::Goes)
            }
            EntryKind::Command => match Command::parse(&entry.text) {
                Ok(command) => self.command(command, asks),
                Err(faults) => {
                    for fault in faults {
                        self.fault(fault.at(place(entry, source)));
                    }
                    Ok(Next::Goes)
                }
            },
        }
    }

    fn after(&mut self, outcome: Outcome, asked: Last) -> Next {
        match outcome {
            Outcome::Answered => {
                self.last = Some(asked);
                self.after_table = self.settings.shows_tables();
                return Next::Goes;
            }
            // The query has said why.
            Outcome::Failed => {}
            Outcome::Stopped => {
                self.failed = true;
                self.output.say("\nstopped");
                return Next::Stopped;
            }
            Outcome::Ended(signal) => self.fault(
                Diagnostic::error(format!("the system ended the query (signal {signal})"))
                    .hint("it may have needed more memory than there is: ask for less at once"),
            ),
        }
        self.failed = true;
        Next::Goes
    }

    fn command(&mut self, command: Command, asks: Asks<'_>) -> Result<Next, Failure> {
        let width = self.output.width();
        match command {
            Command::Quit => return Ok(Next::Ends),
            Command::Help => self.print(&help::help(width))?,
            Command::Describe(table) => {
                let Some(names) = self.names() else { return Ok(Next::Goes) };
                match table.map(|name| describe::columns(&names, &name, width)) {
                    None => self.print(&describe::tables(&names, width))?,
                    Some(Ok(text)) => self.print(&text)?,
                    Some(Err(faults)) => self.faults(&faults),
                }
            }
            Command::Include(file) => return self.include(&file),
            Command::Out(file) => {
                let set = self.settings.set_out(file);
                self.told(set);
            }
            Command::Timing(given) => {
                let timing = &mut self.settings.timing;
                *timing = given.unwrap_or(!*timing);
                self.output.say(if *timing { "timing is on" } else { "timing is off" });
            }
            Command::Format(None) => {
                let text = chosen(&formats(), self.settings.shown().name());
                self.print(&text)?;
            }
            Command::Format(Some(name)) => {
                let set = self.settings.set_format(&name);
                self.told(set);
            }
            Command::Wave(None) => {
                let waves: Vec<String> = self.study.waves.iter().map(|wave| wave.id.clone()).collect();
                let text = chosen(&waves, &self.settings.wave);
                self.print(&text)?;
            }
            Command::Wave(Some(id)) => match self.study.wave(Some(&id)) {
                Ok(wave) => self.settings.wave = wave.id.clone(),
                Err(faults) => self.faults(&faults),
            },
            Command::Save { name, title } => return self.save(&name, title, asks),
        }
        Ok(Next::Goes)
    }

    /// Carries out what is in `file`.
    fn include(&mut self, file: &Path) -> Result<Next, Failure> {
        let source = file.display().to_string();
        if self.depth == DEEPEST {
            self.fault(Diagnostic::error(format!(
                "files include each other, {DEEPEST} deep: `{source}` is left out"
            )));
            return Ok(Next::Goes);
        }
        let opened = match fs_err::File::open(file) {
            Ok(opened) => opened,
            Err(error) => {
                self.fault(Diagnostic::error(error.to_string()));
                return Ok(Next::Goes);
            }
        };
        self.depth += 1;
        let next = self.entries(&mut Script::new(BufReader::new(opened)), &source);
        self.depth -= 1;
        // `\q` in a file ends the file.
        next.map(|next| if next == Next::Ends { Next::Goes } else { next })
    }

    fn told(&mut self, done: Result<(), Diagnostics>) {
        if let Err(faults) = done {
            self.faults(&faults);
        }
    }

    /// Keeps the last query that worked as a file of the study.
    fn save(&mut self, name: &str, title: Option<String>, asks: Asks<'_>) -> Result<Next, Failure> {
        let sql = match &self.last {
            Some(Last::Typed(sql)) => sql.clone(),
            Some(Last::Saved(last)) => {
                let fault =
                    Diagnostic::error(format!("the last query is `{last}`, which the study has already"));
                self.fault(fault);
                return Ok(Next::Goes);
            }
            None => {
                self.fault(Diagnostic::error("no query has worked yet that could be saved"));
                return Ok(Next::Goes);
            }
        };
        let title = match title {
            Some(title) => title,
            None => {
                let said = self.title.take().unwrap_or_default();
                match asks("what it answers, in a sentence (Enter: make one of its columns): ", &said) {
                    Some(title) => title,
                    None => return Ok(Next::Goes),
                }
            }
        };
        let mut arguments: Vec<OsString> = vec!["ask".into(), "-".into(), "--save".into(), name.into()];
        if !title.trim().is_empty() {
            arguments.extend(["--title".into(), title.trim().into()]);
        }
        arguments.extend(self.settings.asking());
        match self.asker.ask(&arguments, &sql)? {
            Outcome::Answered => {}
            Outcome::Stopped => return Ok(Next::Stopped),
            Outcome::Failed | Outcome::Ended(_) => {
                self.failed = true;
                self.title = Some(title);
            }
        }
        Ok(Next::Goes)
    }

    /// What a process that asks SQL standing in `source` is started with.
    fn arguments(&self, source: &str) -> Vec<OsString> {
        let mut arguments: Vec<OsString> = vec!["ask".into(), "-".into(), "--prompted".into(), source.into()];
        arguments.extend(self.settings.arguments());
        arguments
    }

    /// Prints something as an answer is printed.
    fn print(&mut self, text: &str) -> Result<(), Failure> {
        self.part()?;
        pager::show(text.as_bytes(), self.output)?;
        self.after_table = true;
        Ok(())
    }

    /// Leaves a line between two tables, where there is no prompt between them.
    fn part(&mut self) -> Result<(), Failure> {
        if std::mem::take(&mut self.after_table) && !self.at_prompt {
            self.output.result("\n")?;
        }
        Ok(())
    }

    /// The names as they are now; faults are told.
    fn names(&mut self) -> Option<Arc<Names>> {
        match self.reading.wait(&self.settings.wave) {
            Ok(names) => Some(names),
            Err(faults) => {
                self.faults(&faults);
                None
            }
        }
    }

    fn fault(&mut self, fault: Diagnostic) {
        self.faults(&fault.into());
    }

    fn faults(&mut self, faults: &Diagnostics) {
        self.failed = true;
        self.output.faults(faults);
    }
}

/// The names of the formats of answers.
pub(super) fn formats() -> Vec<String> {
    Format::ALL.map(|format| format.name().to_owned()).to_vec()
}

/// All names, one a line, with a mark before the one that is chosen.
fn chosen(names: &[String], chosen: &str) -> String {
    names.iter().map(|name| format!("{} {name}\n", if name == chosen { "*" } else { " " })).collect()
}

fn place(entry: &Entry, source: &str) -> Place {
    Place {
        excerpt: Some(entry.text.clone()),
        length: entry.text.chars().count(),
        ..Place::at(source, entry.line, entry.column)
    }
}
