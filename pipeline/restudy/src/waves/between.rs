//! Holds a crosswalk against those before it: what it calls new, and to whom it says a question was put.
//!
//! In: the crosswalks, read one by one. Out: what a later one says or leaves out that those before it forbid.

use std::collections::BTreeSet;

use super::draft::quoted;
use super::model::{Crosswalks, How, Means};
use crate::codebook::{Codebook, Question, Universe};
use crate::diagnostic::{Diagnostic, Diagnostics, Place};

impl Crosswalks {
    /// What the crosswalk of `wave` says against those before it, or does not say.
    pub(super) fn held_to_earlier(&self, codebook: &Codebook, wave: &str) -> Diagnostics {
        let earlier: Vec<&String> = self.waves.iter().take_while(|other| *other != wave).collect();
        let mut asked: Vec<(&str, Codebook)> = Vec::new();
        for other in earlier.into_iter().rev() {
            asked.push((other, self.codebook(codebook, other)));
        }
        let mut told = Diagnostics::new();
        self.not_new(wave, &asked, &mut told);
        self.put_to_others(codebook, wave, &asked, &mut told);
        told
    }

    /// What is called new and was asked before. `asked` are the codebooks of the waves before, the last one first.
    fn not_new(&self, wave: &str, asked: &[(&str, Codebook)], told: &mut Diagnostics) {
        let rows = self.of(wave).into_iter().flat_map(|crosswalk| &crosswalk.columns);
        let new: Vec<_> = rows.filter(|row| row.how == How::New).collect();
        if new.is_empty() {
            return;
        }
        let columns = asked.iter().map(|(other, codebook)| (*other, codebook.columns_of(other)));
        let columns: Vec<_> = columns.collect();
        for row in new {
            let Means::Variable(means) = &row.means else { continue };
            let by = columns.iter().find(|(_, columns)| columns.iter().any(|column| column.means == *means));
            let Some((by, _)) = by else { continue };
            let fault = Diagnostic::error(format!("`{means}` is called new, and {by} asked it"));
            told.push(fault.at(row.place.clone()).hint(format!(
                "write `how = \"renamed\"`, or nothing where the name is as it was; what has changed is said by `comparable` and \
                 `why`. If {by} did not ask it, the `waves` of its question have to say so"
            )));
        }
    }

    /// Questions that were put to others than in the last wave that asked them, of which the crosswalk of `wave` says nothing.
    fn put_to_others(
        &self,
        codebook: &Codebook,
        wave: &str,
        asked: &[(&str, Codebook)],
        told: &mut Diagnostics,
    ) {
        for now in self.codebook(codebook, wave).questions.iter().filter(|question| question.asked_in(wave)) {
            let was = asked.iter().find_map(|(other, codebook)| {
                let question = codebook.question(&now.name).filter(|question| question.asked_in(other))?;
                Some((*other, question))
            });
            let Some((other, was)) = was.filter(|(_, was)| !is_same(was, now)) else { continue };
            let said = |wave: &str| {
                let routings = &self.of(wave)?.routings;
                routings.iter().find(|routing| routing.question == now.name)
            };
            if said(wave).is_some() {
                continue;
            }
            let message = format!("`{}` is put to others than in {other}, and nothing says so", now.name);
            let file = super::load::file(wave);
            let place = match (self.of(wave), said(other)) {
                (None, Some(routing)) => routing.place.clone(),
                _ => Place::file(&*file),
            };
            let by =
                said(other).map_or_else(|| "the codebook".to_owned(), |routing| routing.place.to_string());
            told.push(
                Diagnostic::error(message)
                    .at(place)
                    .note(format!("in {other} it was put {}, by {by}", to_whom(was.asked_if.as_ref())))
                    .note(format!("in {wave} it is put {}, by the codebook", to_whom(now.asked_if.as_ref())))
                    .hint(format!("add to {file}: {}", routing(&now.name, now.asked_if.as_ref()))),
            );
        }
    }
}

/// Whether two waves put a question to the same people.
fn is_same(one: &Question, other: &Question) -> bool {
    let of = |question: &Question| -> Option<(String, BTreeSet<String>)> {
        let universe = question.asked_if.clone()?;
        Some((universe.variable, universe.is.into_iter().collect()))
    };
    of(one) == of(other)
}

fn to_whom(asked_if: Option<&Universe>) -> String {
    asked_if
        .map_or_else(|| "to everybody".to_owned(), |universe| format!("to those whose {}", universe.words()))
}

/// What a crosswalk says of a question that was put to those, in one line.
pub(super) fn routing(question: &str, asked_if: Option<&Universe>) -> String {
    let asked_if = match asked_if {
        Some(universe) => {
            let labels: Vec<String> = universe.is.iter().map(|label| quoted(label)).collect();
            format!(
                "`asked_if = {{ variable = {}, is = [{}] }}`",
                quoted(&universe.variable),
                labels.join(", ")
            )
        }
        None => "no `asked_if` if everybody was asked".to_owned(),
    };
    format!(
        "`[[routing]]`, `question = {}`, {asked_if}, `comparable = \"…\"`, `why = \"…\"`",
        quoted(question)
    )
}
