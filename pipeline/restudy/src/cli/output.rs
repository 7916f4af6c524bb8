//! What the program says, where, and in what colours.

use std::cell::{Cell, RefCell};
use std::io::{IsTerminal as _, Write as _, stderr, stdout};
use std::time::Duration;

use anstream::{AutoStream, ColorChoice};

use super::bar::Bar;
use crate::build::{Done, Watch};
use crate::diagnostic::{Diagnostics, count, render};
use crate::sources::{Progress, SoFar};

/// Standard output and standard error, and how much may be said.
#[derive(Debug)]
pub(super) struct Output {
    quiet: bool,
    verbose: bool,
    /// Whether a step's line is begun on the terminal and not ended.
    begun: Cell<bool>,
    /// What is shown of an export that is being read.
    bar: RefCell<Option<Bar>>,
}

impl Output {
    pub(super) fn new(quiet: bool, verbose: bool) -> Self {
        Output { quiet, verbose, begun: Cell::new(false), bar: RefCell::new(None) }
    }

    /// Whether only faults are told.
    pub(super) fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Writes a result, as it is.
    pub(super) fn result(&self, text: &str) -> std::io::Result<()> {
        self.bytes(text.as_bytes())
    }

    /// Writes a result that need not be text.
    pub(super) fn bytes(&self, bytes: &[u8]) -> std::io::Result<()> {
        let mut out = stdout().lock();
        out.write_all(bytes)?;
        out.flush()
    }

    /// Says something that is not a result.
    pub(super) fn say(&self, text: &str) {
        if !self.quiet {
            self.tell(text);
        }
    }

    /// Says something that only somebody who watches wants to know.
    pub(super) fn remark(&self, text: &str) {
        if self.shows_steps() {
            self.tell(text);
        }
    }

    /// Tells faults and how many there are.
    pub(super) fn faults(&self, faults: &Diagnostics) {
        self.end_line();
        let colour = AutoStream::choice(&stderr()) != ColorChoice::Never;
        for fault in faults.iter() {
            self.tell(&format!("{}\n", render(fault, colour)));
        }
        let errors = faults.errors();
        if errors > 1 {
            self.tell(&count(errors, "error"));
        }
    }

    /// Columns of the terminal; nothing in a pipe.
    pub(super) fn width(&self) -> Option<usize> {
        if !self.is_terminal() {
            return None;
        }
        Some(terminal_size::terminal_size().map_or(100, |(width, _)| usize::from(width.0).max(60)))
    }

    /// Lines of the terminal; nothing in a pipe.
    pub(super) fn height(&self) -> Option<usize> {
        let (_, height) = if self.is_terminal() { terminal_size::terminal_size()? } else { return None };
        Some(usize::from(height.0))
    }

    /// Whether results go to a terminal.
    pub(super) fn is_terminal(&self) -> bool {
        stdout().is_terminal()
    }

    fn tell(&self, text: &str) {
        // Nobody listens to what cannot be said.
        let _ = writeln!(anstream::stderr().lock(), "{text}");
    }

    fn end_line(&self) {
        self.bar.take();
        if self.begun.replace(false) {
            self.tell("");
        }
    }

    fn shows_steps(&self) -> bool {
        !self.quiet && (self.verbose || stderr().is_terminal())
    }
}

impl Watch for Output {
    fn begin(&self, step: &str) {
        if self.shows_steps() && stderr().is_terminal() {
            let _ = write!(anstream::stderr().lock(), "  {step:<10}");
            self.begun.set(true);
        }
    }

    fn end(&self, done: &Done) {
        self.bar.take();
        if self.shows_steps() {
            let begun = self.begun.replace(false);
            let name = if begun { String::new() } else { format!("  {:<10}", done.step) };
            let took = if done.reused { "unchanged".to_owned() } else { seconds(done.took) };
            self.tell(&format!("{name}{:<58} {took:>9}", done.made));
        }
    }
}

impl Progress for Output {
    fn come(&self, so_far: SoFar<'_>) {
        if !self.shows_steps() || !stderr().is_terminal() {
            return;
        }
        let mut bar = self.bar.borrow_mut();
        if bar.as_ref().is_none_or(|bar| !bar.is_about(&so_far)) {
            *bar = Bar::of(&so_far);
            // The bar is drawn over the name of the step.
            self.begun.set(self.begun.get() && bar.is_none());
        }
        if let Some(bar) = &*bar {
            bar.draw(&so_far);
        }
    }
}

/// A length of time as people read it: `0.3 s`.
pub(super) fn seconds(took: Duration) -> String {
    let seconds = took.as_secs_f64();
    if seconds < 0.1 { format!("{seconds:.2} s") } else { format!("{seconds:.1} s") }
}
