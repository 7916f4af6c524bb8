//! The names of the study, read beside the prompt, so that the prompt is there at once.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{Builder, JoinHandle};

use super::stamp::{LookedAt, Stamp};
use crate::ask::{Desk, Limits};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::queries::Catalogue;
use crate::shell::Names;
use crate::study::Study;

/// Plans of queries are deep trees.
const STACK: usize = 16 << 20;

/// The names that are known so far; all clones are one.
#[derive(Clone, Debug, Default)]
pub(super) struct Known(Arc<Mutex<Arc<Names>>>);

impl Known {
    /// The names; none where they have not been read yet.
    pub(super) fn names(&self) -> Arc<Names> {
        // What is in it is replaced whole, so nobody can leave it half changed.
        Arc::clone(&self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn replace(&self, names: Names) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(names);
    }
}

type Work = JoinHandle<Result<Names, Diagnostics>>;

/// Reads the names, again when something has changed.
#[derive(Debug)]
pub(super) struct Reading {
    known: Known,
    files: LookedAt,
    study: Study,
    /// What is being read, and of what wave and files.
    work: Option<Work>,
    of: Option<(String, Stamp)>,
}

impl Reading {
    pub(super) fn new(study: &Study) -> Reading {
        Reading {
            known: Known::default(),
            files: LookedAt::of(study),
            study: study.clone(),
            work: None,
            of: None,
        }
    }

    pub(super) fn known(&self) -> Known {
        self.known.clone()
    }

    /// Begins to read the names of a wave, unless they are known or being read.
    pub(super) fn begin(&mut self, wave: &str) {
        if self.work.as_ref().is_some_and(|work| !work.is_finished()) {
            return;
        }
        let of = Some((wave.to_owned(), self.files.stamp()));
        if self.of == of {
            return;
        }
        let (study, wave, known) = (self.study.clone(), wave.to_owned(), self.known.clone());
        let work = move || {
            let names = read(&study, &wave)?;
            known.replace(names.clone());
            Ok(names)
        };
        // Without the thread nothing can be completed; `wait` says why.
        self.work = Builder::new().stack_size(STACK).spawn(work).ok();
        self.of = of;
    }

    /// The names of a wave as they are now.
    ///
    /// # Errors
    /// The study is at fault.
    pub(super) fn wait(&mut self, wave: &str) -> Result<Arc<Names>, Diagnostics> {
        // What went wrong is tried again, and told if it still does.
        let _ = self.finish();
        self.begin(wave);
        self.finish()?;
        Ok(self.known.names())
    }

    fn finish(&mut self) -> Result<(), Diagnostics> {
        let Some(work) = self.work.take() else { return Ok(()) };
        let done = work.join().map_err(|_| Diagnostic::error("the names of the study could not be read"));
        if let Err(faults) = done.map_err(Diagnostics::from).flatten() {
            self.of = None;
            return Err(faults);
        }
        Ok(())
    }
}

fn read(study: &Study, wave: &str) -> Result<Names, Diagnostics> {
    let limits = Limits { memory: Limits::MEMORY, time: None };
    let wave = study.wave(Some(wave))?;
    let mut desk = Desk::open(study, wave, limits)?;
    Names::read(desk.whole()?, study, &Catalogue::of(study, wave)?)
}
