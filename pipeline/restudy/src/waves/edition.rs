//! The codebook as the edition of a wave knows it: nothing that only later waves brought.
//!
//! In: the codebook, and what the crosswalks call new. Out: a codebook without questions, items, sets and labels of later
//! waves, so that an edition stays as it is when later waves come.

use super::model::{Crosswalk, Crosswalks, Means};
use crate::codebook::{Codebook, Takes};
use crate::diagnostic::Diagnostics;
use crate::study::Study;

/// The codebook of the edition of `wave`.
///
/// # Errors
/// All that is wrong with the codebook or the crosswalks.
pub fn edition(study: &Study, wave: &str) -> Result<Codebook, Diagnostics> {
    let codebook = Codebook::load(&study.root)?;
    let (crosswalks, _) = Crosswalks::load(study, &codebook)?;
    Ok(crosswalks.edition(&codebook, wave))
}

impl Crosswalks {
    /// The codebook of the edition of `wave`, without what that wave did not ask: what a reader of its report should see.
    pub fn as_met(&self, codebook: &Codebook, wave: &str) -> Codebook {
        let mut met = self.codebook(&self.edition(codebook, wave), wave);
        met.questions.retain(|question| question.asked_in(wave));
        for question in &mut met.questions {
            question.items.retain(|item| item.asked_in(wave));
        }
        met
    }

    /// The codebook without what was asked or offered only after `wave`.
    pub fn edition(&self, codebook: &Codebook, wave: &str) -> Codebook {
        let Some(at) = self.waves.iter().position(|w| w == wave) else { return codebook.clone() };
        let (known, later) = self.waves.split_at(at + 1);
        let in_time = |waves: &Option<Vec<String>>| {
            waves.as_ref().is_none_or(|waves| {
                !later.iter().any(|w| waves.contains(w)) || known.iter().any(|w| waves.contains(w))
            })
        };
        let columns = codebook.columns();
        let offered = |waves: &[String], set: &str, label: &str| {
            waves.iter().filter_map(|wave| self.of(wave)).any(|crosswalk: &Crosswalk| {
                crosswalk.columns.iter().any(|row| {
                    let of_set = columns.iter().any(|column| {
                        row.means == Means::Variable(column.means.clone())
                            && column.takes == Takes::Labels(set.to_owned())
                    });
                    of_set && row.new_answers.iter().any(|new| new == label)
                })
            })
        };
        let mut edition = codebook.clone();
        edition.questions.retain(|question| in_time(&question.waves));
        let uses = |of: &Codebook, set: &str| of.questions.iter().any(|q| q.values.as_deref() == Some(set));
        let known_sets: Vec<bool> = (codebook.sets.iter())
            .map(|set| uses(&edition, &set.name) || !uses(codebook, &set.name))
            .collect();
        let mut is_known = known_sets.into_iter();
        edition.sets.retain(|_| is_known.next().unwrap_or(true));
        for question in &mut edition.questions {
            question.items.retain(|item| in_time(&item.waves));
        }
        for set in &mut edition.sets {
            let name = set.name.clone();
            // What an earlier wave offered in another column of the set is no news.
            set.labels
                .retain(|label| offered(known, &name, &label.label) || !offered(later, &name, &label.label));
        }
        edition
    }
}
