//! The line editor: entries from a terminal, with history, completion and colour.
//!
//! In: keys. Out: the text of entries, each complete: Enter in the middle of a statement begins its next line.

use std::borrow::Cow;
use std::cell::Cell;
use std::io::{IsTerminal as _, stdout};
use std::path::PathBuf;

use anstream::{AutoStream, ColorChoice};
use rustyline::completion::{Completer, Pair};
use rustyline::error::ReadlineError;
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::{Hint, Hinter};
use rustyline::history::FileHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Behavior, ColorMode, CompletionType, Config, Context, Helper};

use super::known::Known;
use super::paint::{self, dim};
use super::sitting::formats;
use super::{files, history};
use crate::cli::output::Output;
use crate::shell::{Completion, arguments, complete, entries};
use crate::study::Study;

/// Entries that are remembered.
const REMEMBERED: usize = 5000;

/// More candidates are listed only to somebody who wants them.
const MANY: usize = 150;

/// What was typed.
#[derive(Debug)]
pub(super) enum Read {
    /// An entry, or several.
    Text(String),
    /// Ctrl-C: nothing.
    Cleared,
    /// Ctrl-D: nothing more.
    Ended,
    /// The terminal is gone.
    Failed(std::io::Error),
}

/// The editor.
pub(super) struct Editor {
    editor: rustyline::Editor<Line, FileHistory>,
    history: Option<PathBuf>,
}

impl Editor {
    /// An editor on the terminal.
    ///
    /// # Errors
    /// There is none.
    pub(super) fn open(study: &Study, known: Known, output: &Output) -> std::io::Result<Editor> {
        let colour = AutoStream::choice(&stdout()) != ColorChoice::Never;
        let config = Config::builder()
            .completion_type(CompletionType::List)
            .completion_prompt_limit(MANY)
            .completion_show_all_if_ambiguous(true)
            .color_mode(if colour { ColorMode::Enabled } else { ColorMode::Disabled })
            // Answers may go elsewhere; what is typed is shown on the terminal.
            .behavior(if stdout().is_terminal() { Behavior::Stdio } else { Behavior::PreferTerm })
            .max_history_size(REMEMBERED)
            .and_then(|builder| builder.history_ignore_dups(true))
            .map_err(error)?
            .build();
        let mut editor = rustyline::Editor::with_config(config).map_err(error)?;
        editor.set_helper(Some(Line { known, formats: formats(), colour, one_line: Cell::new(false) }));
        let mut history = history::file(&study.root);
        if let Some(file) = &history {
            let ready = file.parent().map_or(Ok(()), fs_err::create_dir_all);
            // Where nothing was kept yet there is nothing to load.
            let loaded = if file.exists() { editor.load_history(file).map_err(error) } else { Ok(()) };
            if let Err(error) = ready.and(loaded) {
                output.say(&format!("what is typed is not kept: {error}"));
                history = None;
            }
        }
        Ok(Editor { editor, history })
    }

    /// What is typed next.
    pub(super) fn read(&mut self, prompt: &str) -> Read {
        match self.editor.readline(prompt) {
            Ok(text) => {
                self.keep(&text);
                Read::Text(text)
            }
            Err(ReadlineError::Interrupted) => Read::Cleared,
            Err(ReadlineError::Eof) => Read::Ended,
            Err(other) => Read::Failed(error(other)),
        }
    }

    /// The answer to a question, which is one line; `said` is there to be changed. Nothing if somebody thinks better of it.
    pub(super) fn ask(&mut self, question: &str, said: &str) -> Option<String> {
        self.one_line(true);
        let answer = self.editor.readline_with_initial(question, (said, "")).ok();
        self.one_line(false);
        answer
    }

    fn one_line(&self, yes: bool) {
        if let Some(line) = self.editor.helper() {
            line.one_line.set(yes);
        }
    }

    /// Remembers an entry at once: whoever closes the window has said good-bye too.
    fn keep(&mut self, text: &str) {
        let kept = self.editor.add_history_entry(text.trim_end());
        if let (Ok(true), Some(file)) = (kept, &self.history) {
            // An entry that cannot be kept is still asked.
            let _ = self.editor.append_history(file);
        }
    }
}

fn error(error: ReadlineError) -> std::io::Error {
    match error {
        ReadlineError::Io(error) => error,
        other => std::io::Error::other(other.to_string()),
    }
}

/// The line being edited.
struct Line {
    known: Known,
    formats: Vec<String>,
    colour: bool,
    /// Whether it is the answer to a question rather than an entry.
    one_line: Cell<bool>,
}

impl Helper for Line {}

impl Completer for Line {
    type Candidate = Pair;

    fn complete(&self, line: &str, pos: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<Pair>)> {
        if self.one_line.get() {
            return Ok((pos, Vec::new()));
        }
        Ok(match complete(&self.known.names(), &self.formats, line, pos) {
            Completion::Names(start, found) => {
                let pair = |c: crate::shell::Candidate| Pair { display: c.shown, replacement: c.text };
                (start, found.into_iter().map(pair).collect())
            }
            Completion::File(start) => {
                let pair = |name: String| Pair { display: name.clone(), replacement: name };
                (start, files::beginning_with(&line[start..pos]).into_iter().map(pair).collect())
            }
        })
    }
}

/// A word beside the cursor that is not typed.
struct Aside(String);

impl Hint for Aside {
    fn display(&self) -> &str {
        &self.0
    }

    fn completion(&self) -> Option<&str> {
        None
    }
}

impl Hinter for Line {
    type Hint = Aside;

    fn hint(&self, line: &str, pos: usize, _: &Context<'_>) -> Option<Aside> {
        // Without colour nothing would tell it from what was typed.
        if !self.colour || self.one_line.get() || pos < line.len() {
            return None;
        }
        if line.ends_with('\n') {
            return Some(Aside("… `;` ends the statement".to_owned()));
        }
        arguments(&self.known.names(), line).map(Aside)
    }
}

impl Validator for Line {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        let typed = context.input();
        let complete = self.one_line.get() || entries(typed).1 == typed.len();
        Ok(if complete { ValidationResult::Valid(None) } else { ValidationResult::Incomplete })
    }
}

impl Highlighter for Line {
    fn highlight<'l>(&self, line: &'l str, _: usize) -> Cow<'l, str> {
        if self.one_line.get() {
            Cow::Borrowed(line)
        } else {
            Cow::Owned(paint::entry(line, &self.known.names()))
        }
    }

    fn highlight_prompt<'b, 's: 'b, 'p: 'b>(&'s self, prompt: &'p str, _: bool) -> Cow<'b, str> {
        Cow::Owned(paint::prompt(prompt))
    }

    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        Cow::Owned(dim(hint))
    }

    fn highlight_char(&self, _: &str, _: usize, kind: CmdKind) -> bool {
        kind != CmdKind::MoveCursor
    }
}
