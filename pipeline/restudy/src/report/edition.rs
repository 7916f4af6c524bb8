//! Which edition of the report is being made: the wave that it is about, among the waves of the study.
//!
//! A template whose first line is `{# waves: from 2014 #}` is only in the editions of these waves; a sentence is, in
//! `{% if of_waves("2013") %}…{% endif %}`. `{% if asked("careers_plan") %}` says whether the wave asked a question at all.

use std::ops::Range;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::diagnostic::{Diagnostic, Diagnostics, Place, nearest};
use crate::study::ForWaves;

use super::numbers::{Judgement, Misnamed};
use super::scan::{Kind, inner, pieces};
use super::templates::{Templates, source_path};

/// What an edition knows of its wave.
#[derive(Clone, Default)]
pub struct Edition {
    /// The wave.
    pub wave: String,
    /// The waves of the study, oldest first.
    pub waves: Vec<String>,
    /// Questions and variables of the codebook, and whether the wave asked them.
    pub asked: IndexMap<String, bool>,
    /// Another edition, whose values are told where a condition does not hold.
    pub other: Option<Arc<dyn OtherEdition>>,
}

/// An edition that was built before.
pub trait OtherEdition: Send + Sync {
    /// What it is called, and what a condition came to in it; none where it has no such values.
    fn judge(&self, condition: &str) -> Option<(String, Judgement)>;
}

impl Edition {
    /// Whether the wave is among those that `text` names.
    pub(super) fn is_of(&self, text: &str) -> Result<bool, Misnamed> {
        let known: Vec<&str> = self.waves.iter().map(String::as_str).collect();
        match ForWaves::parse(text, &known) {
            Ok(waves) => Ok(waves.has(&self.wave)),
            Err(fault) => {
                Err(Misnamed { notes: fault.notes, hints: fault.hints, ..Misnamed::new(fault.message) })
            }
        }
    }

    /// Whether the wave asked a question or a variable.
    pub(super) fn has_asked(&self, name: &str) -> Result<bool, Misnamed> {
        self.asked.get(name).copied().ok_or_else(|| {
            let fault = Misnamed::new(format!("the codebook has no question and no variable `{name}`"));
            match nearest(name, self.asked.keys().map(String::as_str)) {
                Some(near) => fault.hint(format!("did you mean `{near}`?")),
                None => fault.hint("`restudy codebook` lists them"),
            }
        })
    }

    /// The templates as this edition has them: of those that are for other waves nothing is left.
    pub(super) fn templates(&self, all: &Templates) -> Templates {
        let mut own = all.clone();
        for (name, source) in &mut own.sources {
            let known: Vec<&str> = self.waves.iter().map(String::as_str).collect();
            let waves = declared(&source_path(name), source).map(|(said, _)| ForWaves::parse(said, &known));
            if let Some(Ok(waves)) = waves
                && !waves.has(&self.wave)
            {
                source.clear();
            }
        }
        own
    }
}

/// Templates that are for waves which the study does not have, or say so where nothing reads it.
pub(super) fn check(templates: &Templates, waves: &[&str], report: &str) -> Diagnostics {
    let mut faults = Diagnostics::new();
    for (name, source) in &templates.sources {
        let file = source_path(name);
        match declared(&file, source) {
            Some((_, place)) if name == report => faults.push(
                Diagnostic::error("the report itself cannot be for some waves only")
                    .at(place)
                    .hint("write the line at the top of the sections that it includes"),
            ),
            Some((said, place)) => {
                if let Err(fault) = ForWaves::parse(said, waves) {
                    faults.push(fault.at(place));
                }
            }
            None => {}
        }
        for piece in pieces(source).into_iter().skip(1).filter(|piece| piece.kind == Kind::Comment) {
            if said_in(source, &piece.span).is_some() {
                faults.push(
                    Diagnostic::error("only the first line of a template says which waves it is for")
                        .at(Place::span(&file, source, piece.span))
                        .hint("for a part of it: {% if of_waves(\"from 2014\") %}…{% endif %}"),
                );
            }
        }
    }
    faults
}

/// The waves that a template says it is for, and where.
fn declared<'s>(file: &str, source: &'s str) -> Option<(&'s str, Place)> {
    let first = pieces(source).into_iter().next().filter(|piece| piece.kind == Kind::Comment)?;
    let said = said_in(source, &first.span)?;
    Some((said, Place::span(file, source, first.span)))
}

fn said_in<'s>(source: &'s str, comment: &Range<usize>) -> Option<&'s str> {
    inner(&source[comment.clone()]).trim_matches('#').trim().strip_prefix("waves:").map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn templates(sources: &[(&str, &str)]) -> Templates {
        let sources = sources.iter().map(|(name, source)| ((*name).into(), (*source).into())).collect();
        Templates { sources, ..Templates::default() }
    }

    fn edition(wave: &str) -> Edition {
        let waves = ["2013", "2014", "2015"].map(str::to_owned).to_vec();
        Edition { wave: wave.into(), waves, ..Edition::default() }
    }

    #[test]
    fn an_edition_has_the_templates_of_its_wave() {
        let all = templates(&[
            ("always.typ.jinja", "{# Words. #}\nwords"),
            ("first.typ.jinja", "{# waves: 2013 #}\nfirst"),
            ("later.typ.jinja", "{# waves: from 2014 #}\nlater"),
        ]);
        let left = |wave: &str| -> Vec<String> {
            let own = edition(wave).templates(&all);
            own.sources.into_iter().filter(|(_, source)| !source.is_empty()).map(|(name, _)| name).collect()
        };
        assert_eq!(left("2013"), ["always.typ.jinja", "first.typ.jinja"]);
        assert_eq!(left("2015"), ["always.typ.jinja", "later.typ.jinja"]);
    }

    #[test]
    fn waves_that_are_not_there_or_said_too_late_are_faults() {
        let all = templates(&[
            ("report.typ.jinja", "{# waves: 2013 #}\nall"),
            ("typo.typ.jinja", "{# waves: 2031 #}\nwords"),
            ("late.typ.jinja", "words\n{# waves: 2013 #}\nwords"),
        ]);
        let told: Vec<String> =
            check(&all, &["2013", "2014"], "report.typ.jinja").into_iter().map(|f| f.message).collect();
        assert_eq!(
            told,
            [
                "the report itself cannot be for some waves only",
                "there is no wave `2031`",
                "only the first line of a template says which waves it is for",
            ]
        );
    }

    #[test]
    fn a_question_that_the_codebook_does_not_know_is_a_fault() {
        let asked = [("careers_plan".to_owned(), false)].into_iter().collect();
        let edition = Edition { asked, ..edition("2013") };
        assert_eq!(edition.has_asked("careers_plan").ok(), Some(false));
        let fault = edition.has_asked("career_plan").expect_err("a fault");
        assert_eq!(fault.hints, ["did you mean `careers_plan`?"]);
    }
}
