//! What the templates used, in order, and what was wrong with it.
//!
//! A function of the template language never stops at a fault: it records it, at the place where the template names what
//! is at fault, and goes on, so that one run tells all of them.

use indexmap::IndexMap;

use crate::diagnostic::{Diagnostic, Place};
use crate::evidence::statistic::Statistic;

use super::glyphs::Cleaner;
use super::numbers::{Misnamed, ResultView};
use super::templates::{Templates, source_path};

/// A figure or table that the report shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    /// Its result.
    pub result: ResultView,
    /// `bars`, `stacked`, `grouped`; none for a table.
    pub chart: Option<String>,
    /// Caption.
    pub caption: String,
}

/// What the templates used.
#[derive(Debug, Default)]
pub struct Recorder {
    /// Numbers printed in prose, by id, in the order of their first use.
    pub used: IndexMap<String, Statistic>,
    /// Figures and tables, by query, in order.
    pub shown: IndexMap<String, Shown>,
    /// What went wrong.
    pub faults: Vec<Diagnostic>,
    /// Makes text fit for the fonts.
    pub cleaner: Cleaner,
    told: IndexMap<(String, String), usize>,
}

impl Recorder {
    /// Nothing recorded yet.
    pub fn new(cleaner: Cleaner) -> Recorder {
        Recorder { cleaner, ..Recorder::default() }
    }

    /// Records a fault where `words` stand in a template: at the first place not yet told.
    pub fn fault(&mut self, diagnostic: Diagnostic, templates: &Templates, template: &str, words: &str) {
        let at = self.find(templates, template, words);
        let place = match (at, templates.sources.get(template)) {
            (Some(at), Some(source)) => Place::span(source_path(template), source, at..at + words.len()),
            _ => Place::file(source_path(template)),
        };
        self.faults.push(diagnostic.at(place));
    }

    /// Records a reference or condition that says nothing.
    pub fn misnamed(&mut self, fault: Misnamed, templates: &Templates, template: &str, words: &str) {
        let span = self.find(templates, template, words).map(|at| {
            let inner = at + fault.span.start.min(words.len())..at + fault.span.end.min(words.len());
            if inner.is_empty() { at..at + words.len() } else { inner }
        });
        let mut diagnostic = Diagnostic::error(fault.message);
        diagnostic.notes = fault.notes;
        diagnostic.hints = fault.hints;
        let diagnostic = match (span, templates.sources.get(template)) {
            (Some(span), Some(source)) => diagnostic.at(Place::span(source_path(template), source, span)),
            _ => diagnostic.at(Place::file(source_path(template))).note(format!("in `{words}`")),
        };
        // The same name, wrong in many places, is one fault.
        let same = |f: &&mut Diagnostic| f.message == diagnostic.message && f.hints == diagnostic.hints;
        match (self.faults.iter_mut().find(same), &diagnostic.place) {
            (Some(first), Some(place)) if first.place != diagnostic.place => {
                first.notes.push(format!("also at {place}"));
            }
            (Some(_), _) => {}
            (None, _) => self.faults.push(diagnostic),
        }
    }

    fn find(&mut self, templates: &Templates, template: &str, words: &str) -> Option<usize> {
        let source = templates.sources.get(template)?;
        let told = self.told.entry((template.to_owned(), words.to_owned())).or_insert(0);
        *told += 1;
        let found = |text: &str| source.match_indices(text).map(|(i, _)| i).collect::<Vec<_>>();
        // Quotes inside a tag's string may be written with a backslash.
        let mut places = found(words);
        if places.is_empty() {
            places = found(&words.replace('"', "\\\""));
        }
        places.get(*told - 1).or(places.last()).copied()
    }
}
