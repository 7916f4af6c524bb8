//! How published claims bear on each other: `relations.toml` as a value.

use serde::Deserialize;

use crate::diagnostic::{Diagnostic, Diagnostics, Place, nearest};

/// Relations between claims.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Relations {
    /// The claim that prints the number of respondents, if any does: no base that is not printed can be larger.
    pub respondents: Option<String>,
    /// Claims that print a value for one measure.
    #[serde(default)]
    pub same_measure: Vec<SameMeasure>,
    /// Totals and their parts.
    #[serde(default)]
    pub sum: Vec<Sum>,
    /// Counts of people who were asked only because of an answer to another question.
    #[serde(default)]
    pub asked_of: Vec<AskedOf>,
}

/// Claims that print a value for one and the same measure.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct SameMeasure {
    /// The claims.
    pub claims: Vec<String>,
    /// The measure, in words.
    pub measure: String,
}

/// A printed total, and the printed parts that make it up.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Sum {
    /// The claim that prints the total.
    pub total: String,
    /// The claims that print the parts.
    pub parts: Vec<String>,
}

/// A count of people who were asked only because they gave another answer.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct AskedOf {
    /// The claim that prints the count.
    pub claim: String,
    /// The claim that prints the percentage who gave the answer.
    pub answered: String,
    /// Why they were asked only then, in words.
    pub because: String,
}

impl Relations {
    /// Reads relations from the text of their `file`; every claim that they name must be among `claims`.
    ///
    /// # Errors
    /// It is not TOML of this shape, or names claims that the register does not have; all of those are told.
    pub fn parse(file: &str, text: &str, claims: &[&str]) -> Result<Relations, Diagnostics> {
        let relations: Relations = toml::from_str(text).map_err(|error| {
            let fault = Diagnostic::error(error.message().to_owned());
            match error.span() {
                Some(span) => fault.at(Place::span(file, text, span)),
                None => fault.at(Place::file(file)),
            }
        })?;
        let mut faults = Diagnostics::new();
        for id in relations.named() {
            if claims.contains(&id) {
                continue;
            }
            let quoted = format!("\"{id}\"");
            let place = match text.find(&quoted) {
                Some(start) => Place::span(file, text, start + 1..start + 1 + id.len()),
                None => Place::file(file),
            };
            let fault = Diagnostic::error(format!("the register has no claim `{id}`")).at(place);
            faults.push(match nearest(id, claims.iter().copied()) {
                Some(near) => fault.hint(format!("did you mean `{near}`?")),
                None => fault,
            });
        }
        if relations.respondents.is_none() && !relations.asked_of.is_empty() {
            faults.push(
                Diagnostic::error("`asked_of` wants to know how many respondents there were")
                    .at(Place::file(file))
                    .hint("name the claim that prints their number at the top of the file: `respondents = \"F08\"`"),
            );
        }
        faults.or(relations).map(|(relations, _)| relations)
    }

    fn named(&self) -> impl Iterator<Item = &str> {
        let same = self.same_measure.iter().flat_map(|relation| &relation.claims);
        let sums = self.sum.iter().flat_map(|relation| relation.parts.iter().chain([&relation.total]));
        let asked = self.asked_of.iter().flat_map(|r| [&r.claim, &r.answered]);
        same.chain(sums).chain(asked).chain(&self.respondents).map(String::as_str)
    }
}
