//! `restudy shell`.

mod asker;
mod describe;
mod editor;
mod files;
mod help;
mod history;
mod known;
mod paint;
mod settings;
mod sitting;
mod stamp;

use std::io::{BufReader, IsTerminal as _, stdin};
use std::path::Path;

use clap::Args;

use self::editor::{Editor, Read};
use self::settings::Settings;
use self::sitting::{Next, Sitting, TYPED};
use super::limits::Within;
use super::output::Output;
use super::{Failure, interrupts, study, wave};
use crate::answer::Format;
use crate::shell::{Script, entries};
use crate::study::Study;

/// Ask one question after the other, at a prompt
///
/// A statement may have many lines and ends with `;`. Tab completes tables, columns, functions, and labels in quotes. `\?`
/// lists what else there is, such as `\d` for the tables and `\save` to keep a query. Ctrl-C stops a query, and `\q` or
/// Ctrl-D ends the shell.
///
/// In a pipe (`restudy shell < questions.sql`) there is no prompt, and the last statement needs no `;`. After one that fails the next
/// is asked all the same; the exit status is 1 where any failed.
#[derive(Debug, Args)]
pub(super) struct Shell {
    /// The wave to begin with [default: the newest]
    #[arg(long, value_name = "WAVE")]
    wave: Option<String>,

    #[command(flatten)]
    within: Within,

    /// How to print answers, to begin with
    #[arg(long, value_enum, value_name = "FORMAT")]
    format: Option<Format>,
}

impl Shell {
    pub(super) fn run(&self, folder: Option<&Path>, output: &Output) -> Result<(), Failure> {
        let study = study(folder)?;
        let wave = wave(&study, self.wave.as_deref())?;
        let mut settings = Settings::new(&wave.id, &self.within, output);
        if let Some(format) = self.format {
            settings.set_format(format.name()).map_err(|fault| Failure::CommandLine(fault.into()))?;
        }
        let mut sitting = Sitting::new(&study, settings, output)?;
        if stdin().is_terminal() {
            return talk(&study, &mut sitting, output);
        }
        let failed = sitting.script(Script::new(BufReader::new(stdin())), "(standard input)")?;
        if failed { Err(Failure::Told) } else { Ok(()) }
    }
}

/// Reads entries from the terminal until somebody has had enough.
fn talk(study: &Study, sitting: &mut Sitting<'_>, output: &Output) -> Result<(), Failure> {
    let _outliving = interrupts::outlive()?;
    let mut editor = Editor::open(study, sitting.known(), output)?;
    output.say(&format!("{}. `\\?` lists what there is to type.", sitting.wave_title()));
    loop {
        sitting.prepare()?;
        let text = match editor.read(&format!("{}> ", sitting.wave())) {
            Read::Text(text) => text,
            Read::Cleared => continue,
            Read::Ended => return Ok(()),
            Read::Failed(error) => return Err(error.into()),
        };
        for entry in entries(&text).0 {
            match sitting.carry_out(&entry, TYPED, &mut |question, said| editor.ask(question, said))? {
                Next::Goes => {}
                Next::Stopped => break,
                Next::Ends => return Ok(()),
            }
        }
    }
}
