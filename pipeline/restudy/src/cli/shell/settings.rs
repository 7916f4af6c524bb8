//! What is said of all queries: their wave, where answers go, and in which form.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::answer::Format;
use crate::cli::limits::Within;
use crate::cli::output::Output;
use crate::diagnostic::{Diagnostic, nearest};

/// The settings.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    /// The wave.
    pub(super) wave: String,
    /// Whether each answer says how long it took.
    pub(super) timing: bool,
    /// What bounds each query, as a command takes it.
    within: Vec<OsString>,
    format: Option<Format>,
    out: Option<PathBuf>,
    /// Whether answers that go to no file are seen on a terminal.
    on_terminal: bool,
}

impl Settings {
    pub(super) fn new(wave: &str, within: &Within, output: &Output) -> Settings {
        let mut within = within.arguments();
        within.extend(output.is_quiet().then(|| "--quiet".into()));
        Settings {
            wave: wave.to_owned(),
            timing: false,
            within,
            format: None,
            out: None,
            on_terminal: output.is_terminal(),
        }
    }

    /// The same as arguments of `ask`.
    pub(super) fn arguments(&self) -> Vec<OsString> {
        let mut arguments = self.asking();
        arguments.extend(self.timing.then(|| "--timing".into()));
        match &self.out {
            Some(out) => {
                arguments.extend(["--out".into(), out.into()]);
                // Where the file's ending says the format, nothing else does.
                if let (None, Some(format)) = (Format::of_file(out), self.format) {
                    arguments.extend(["--format".into(), format.name().into()]);
                }
            }
            None => arguments.extend(["--format".into(), self.shown().name().into()]),
        }
        arguments
    }

    /// What `ask` must be told even where it prints no answer.
    pub(super) fn asking(&self) -> Vec<OsString> {
        let wave = ["--wave".into(), (&self.wave).into()];
        wave.into_iter().chain(self.within.iter().cloned()).collect()
    }

    /// The format of answers that go to no file.
    pub(super) fn shown(&self) -> Format {
        self.format.unwrap_or(Format::Table)
    }

    /// Whether answers are tables that people look at.
    pub(super) fn shows_tables(&self) -> bool {
        self.out.is_none() && self.shown() == Format::Table
    }

    /// Another format.
    ///
    /// # Errors
    /// There is no such format, or a terminal cannot show it.
    pub(super) fn set_format(&mut self, name: &str) -> Result<(), Diagnostic> {
        let known = Format::ALL.map(Format::name);
        let Some(format) = Format::ALL.into_iter().find(|format| format.name() == name) else {
            let fault = Diagnostic::error(format!("there is no format `{name}`"))
                .note(format!("formats: {}", known.join(", ")));
            return Err(match nearest(name, known) {
                Some(near) => fault.hint(format!("did you mean `{near}`?")),
                None => fault,
            });
        };
        if format.is_binary() && self.on_terminal {
            return Err(Diagnostic::error(format!("`{name}` is no text, which a terminal could show"))
                .hint(format!("write answers into a file: `\\o FILE.{name}`")));
        }
        self.format = Some(format);
        Ok(())
    }

    /// Each answer into `file`, or where they went before there was one.
    ///
    /// # Errors
    /// Nothing says in which form.
    pub(super) fn set_out(&mut self, file: Option<PathBuf>) -> Result<(), Diagnostic> {
        if let Some(file) = &file
            && Format::of_file(file).is_none()
            && self.format.is_none()
        {
            let fault = format!("the ending of {} stands for no format", file.display());
            let endings = Format::ALL.map(|format| format!(".{}", format.endings()[0]));
            return Err(Diagnostic::error(fault)
                .note(format!("the endings are {}", endings.join(", ")))
                .hint("give the file one of these endings, or say first which format: `\\f FORMAT`"));
        }
        self.out = file;
        Ok(())
    }
}
