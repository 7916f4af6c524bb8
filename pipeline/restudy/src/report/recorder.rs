//! What the templates used, in order, and what was wrong with it.
//!
//! A function of the template language never stops at a fault: it records it, at the place where the template names what
//! is at fault, and goes on, so that one run tells all of them.

use std::ops::Range;

use indexmap::IndexMap;

use crate::diagnostic::{Diagnostic, Place};
use crate::evidence::statistic::Statistic;

use super::glyphs::Cleaner;
use super::numbers::{Misnamed, ResultView};
use super::scan::{Kind, pieces, quoted};
use super::templates::{Templates, source_path};
use super::uses::{How, Use};

/// A figure or table that the report shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    /// Its result.
    pub result: ResultView,
    /// the name of a chart; none for a table.
    pub chart: Option<String>,
    /// Caption.
    pub caption: String,
    /// Whether it stands inside a table that has the name of another result.
    pub part: bool,
}

/// What the templates used.
#[derive(Debug, Default)]
pub struct Recorder {
    /// Numbers printed in prose, by id, in the order of their first use.
    pub used: IndexMap<String, Statistic>,
    /// Figures and tables, by query, in order.
    pub shown: IndexMap<String, Shown>,
    /// Conditions that read numbers, and figures and tables that show them.
    pub uses: Vec<Use>,
    /// What went wrong.
    pub faults: Vec<Diagnostic>,
    /// Makes text fit for the fonts.
    pub cleaner: Cleaner,
    calls: IndexMap<Call, usize>,
}

/// A call in a template: which function, with which first argument.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Call {
    /// The template that it stands in.
    pub template: String,
    /// What is called.
    pub function: &'static str,
    /// Its first argument: a reference, a condition, a query.
    pub words: String,
}

/// A call, and how many like it came before.
#[derive(Clone, Debug)]
pub struct Turn {
    call: Call,
    before: usize,
}

impl Recorder {
    /// Nothing recorded yet.
    pub fn new(cleaner: Cleaner) -> Recorder {
        Recorder { cleaner, ..Recorder::default() }
    }

    /// Counts a call, so that a fault is told at this one and not at another like it.
    pub fn called(&mut self, template: &str, function: &'static str, words: &str) -> Turn {
        let call = Call { template: template.to_owned(), function, words: words.to_owned() };
        let count = self.calls.entry(call.clone()).or_insert(0);
        *count += 1;
        Turn { call, before: *count - 1 }
    }

    /// Records that a call uses a number, or all numbers of a query.
    pub fn used_by(
        &mut self,
        turn: &Turn,
        templates: &Templates,
        how: How,
        (query, statistic): (&str, Option<&str>),
        words: &str,
    ) {
        let template = &turn.call.template;
        let source = templates.sources.get(template);
        let line = find(templates, turn)
            .zip(source)
            .map(|(at, source)| source[..at.start].matches('\n').count() + 1);
        let is_condition = matches!(how, How::Guard | How::Choice);
        self.uses.push(Use {
            how,
            query: query.to_owned(),
            statistic: statistic.map(str::to_owned),
            file: source_path(template),
            line,
            printed: if is_condition { turn.call.words.clone() } else { String::new() },
            words: words.to_owned(),
        });
    }

    /// Records a fault of a call.
    pub fn fault(&mut self, diagnostic: Diagnostic, templates: &Templates, turn: &Turn) {
        let template = &turn.call.template;
        let place = match (find(templates, turn), templates.sources.get(template)) {
            (Some(at), Some(source)) => Place::span(source_path(template), source, at),
            _ => Place::file(source_path(template)),
        };
        self.faults.push(diagnostic.at(place));
    }

    /// Records a reference or condition that says nothing.
    pub fn misnamed(&mut self, fault: Misnamed, templates: &Templates, turn: &Turn) {
        let Call { template, words, .. } = &turn.call;
        let span = find(templates, turn).map(|at| {
            let inner = (at.start + fault.span.start).min(at.end)..(at.start + fault.span.end).min(at.end);
            if inner.is_empty() { at } else { inner }
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
}

/// Where the first argument of a call stands, between its quotes. A call in a loop is told at its one place.
fn find(templates: &Templates, turn: &Turn) -> Option<Range<usize>> {
    let Call { template, function, words } = &turn.call;
    let source = templates.sources.get(template)?;
    let tags = pieces(source).into_iter().filter(|p| matches!(p.kind, Kind::Expression | Kind::Statement));
    let given = |at: &Range<usize>| {
        let before = source[..at.start - 1].trim_end();
        before
            .strip_suffix('(')
            .map(str::trim_end)
            .and_then(|b| b.strip_suffix(function))
            .is_some_and(|b| !b.ends_with(|c: char| c.is_alphanumeric() || c == '_'))
    };
    // Quotes inside a tag's string may be written with a backslash.
    let says = |at: &Range<usize>| {
        let text = &source[at.clone()];
        text == words || text.replace("\\\"", "\"").replace("\\'", "'") == *words
    };
    let found: Vec<Range<usize>> = tags
        .flat_map(|p| quoted(source, &p.span))
        .map(|text| text.span)
        .filter(|at| says(at) && given(at))
        .collect();
    found.get(turn.before).or(found.last()).cloned()
}
