//! Finds what a word of the command line means: a question, a variable, or all that mention it.

use super::Told;
use crate::cli::Failure;
use crate::codebook::{Asked, Entry};
use crate::diagnostic::{Diagnostic, count, nearest};

/// What was asked for.
pub(super) enum Found {
    /// Every question.
    All(Vec<Entry>),
    /// One question, with all or one of its variables.
    One(Box<Entry>),
    /// Questions with those of their variables that mention a word, and where they do.
    Mentions(Mentions),
}

/// What mentions a word.
pub(super) struct Mentions {
    /// The questions, each with the variables that mention the word; with all of them where the question itself does.
    pub(super) entries: Vec<Entry>,
    /// One for each question that mentions it itself, and for each variable of the others.
    pub(super) hits: Vec<Hit>,
}

/// A question or variable that mentions a word.
pub(super) struct Hit {
    /// Its name.
    pub(super) name: String,
    /// What it is about.
    pub(super) label: String,
    /// Of which kind its question is.
    pub(super) kind: &'static str,
    /// Where the word stands: `label`, `question`, `answers` …
    pub(super) places: Vec<&'static str>,
}

impl Found {
    /// The questions, as documents and JSON take them.
    pub(super) fn entries(&self) -> &[Entry] {
        match self {
            Found::All(entries) => entries,
            Found::One(entry) => std::slice::from_ref(&**entry),
            Found::Mentions(mentions) => &mentions.entries,
        }
    }

    /// How much was found.
    pub(super) fn told(&self) -> Told {
        match self {
            Found::All(entries) => Told { words: count(entries.len(), "question"), several: true },
            Found::One(entry) => Told { words: count(entry.variables.len(), "variable"), several: false },
            Found::Mentions(mentions) => {
                Told { words: format!("{} mention it", mentions.hits.len()), several: true }
            }
        }
    }
}

/// What `word` means among `entries`.
///
/// # Errors
/// It is the name of none and stands in none; the nearest names are told.
pub(super) fn found(word: &str, entries: Vec<Entry>) -> Result<Found, Failure> {
    let wanted = word.trim().to_lowercase();
    if let Some(entry) = entries.iter().find(|entry| entry.question == wanted) {
        return Ok(Found::One(Box::new(entry.clone())));
    }
    for entry in &entries {
        if let Some(asked) = entry.variables.iter().find(|asked| asked.variable == wanted) {
            let variables = vec![asked.clone()];
            return Ok(Found::One(Box::new(Entry { variables, ..entry.clone() })));
        }
    }
    let mut mentions = Mentions { entries: Vec::new(), hits: Vec::new() };
    for entry in &entries {
        mentions.look_at(entry, &wanted);
    }
    match mentions.hits.len() {
        0 => Err(nothing(word, &entries)),
        1 => Ok(Found::One(Box::new(mentions.entries.remove(0)))),
        _ => Ok(Found::Mentions(mentions)),
    }
}

impl Mentions {
    fn look_at(&mut self, entry: &Entry, wanted: &str) {
        let places = places_of_question(entry, wanted);
        if !places.is_empty() {
            let (name, label) = (entry.question.clone(), entry.label.clone());
            self.hits.push(Hit { name, label, kind: entry.kind.word(), places });
            self.entries.push(entry.clone());
            return;
        }
        let mut variables = Vec::new();
        for asked in &entry.variables {
            let places = places_of_variable(asked, wanted);
            if !places.is_empty() {
                let (name, label) = (asked.variable.clone(), asked.label.clone());
                self.hits.push(Hit { name, label, kind: entry.kind.word(), places });
                variables.push(asked.clone());
            }
        }
        if !variables.is_empty() {
            self.entries.push(Entry { variables, ..entry.clone() });
        }
    }
}

/// Where a question mentions `wanted` itself; an answer that all of its variables take is its own.
fn places_of_question(entry: &Entry, wanted: &str) -> Vec<&'static str> {
    let mut places = Vec::new();
    let has = |text: &str| text.to_lowercase().contains(wanted);
    let texts = [
        ("name", has(&entry.question)),
        ("label", has(&entry.label)),
        ("question", has(&entry.text)),
        ("asked of", entry.universe.as_deref().is_some_and(has)),
        (
            "answers",
            !entry.variables.is_empty() && entry.variables.iter().all(|v| answers_mention(v, wanted)),
        ),
    ];
    places.extend(texts.into_iter().filter(|(_, stands)| *stands).map(|(place, _)| place));
    places
}

fn places_of_variable(asked: &Asked, wanted: &str) -> Vec<&'static str> {
    let has = |text: &str| text.to_lowercase().contains(wanted);
    let texts = [
        ("name", has(&asked.variable)),
        ("label", has(&asked.label)),
        ("answers", answers_mention(asked, wanted)),
    ];
    texts.into_iter().filter(|(_, stands)| *stands).map(|(place, _)| place).collect()
}

fn answers_mention(asked: &Asked, wanted: &str) -> bool {
    asked
        .answers
        .iter()
        .any(|a| a.label.to_lowercase().contains(wanted) || a.answer.to_lowercase().contains(wanted))
}

fn nothing(word: &str, entries: &[Entry]) -> Failure {
    let names = entries.iter().flat_map(|entry| {
        std::iter::once(&entry.question).chain(entry.variables.iter().map(|v| &v.variable))
    });
    let words = entries.iter().flat_map(|entry| entry.label.split_whitespace());
    let mut fault = Diagnostic::error(format!("nothing in the codebook is called `{word}` or mentions it"));
    let near = nearest(word, names.map(String::as_str)).or_else(|| nearest(word, words));
    fault = match near {
        Some(near) => fault.hint(format!("did you mean `{near}`?")),
        None => fault.hint("`restudy codebook` lists every question"),
    };
    Failure::CommandLine(fault.into())
}
