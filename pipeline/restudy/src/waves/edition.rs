//! The codebook as the edition of a wave knows it: nothing that only later waves brought.
//!
//! In: the codebook, and what the crosswalks call new. Out: a codebook without questions, items and labels of later waves, so
//! that an edition stays as it is when later waves come.

use super::model::Crosswalks;
use crate::codebook::Codebook;
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
    /// The codebook without what was asked or offered only after `wave`.
    pub fn edition(&self, codebook: &Codebook, wave: &str) -> Codebook {
        let Some(at) = self.waves.iter().position(|w| w == wave) else { return codebook.clone() };
        let (known, later) = self.waves.split_at(at + 1);
        let in_time = |waves: &Option<Vec<String>>| {
            waves.as_ref().is_none_or(|waves| {
                !later.iter().any(|w| waves.contains(w)) || known.iter().any(|w| waves.contains(w))
            })
        };
        let mut edition = codebook.clone();
        edition.questions.retain(|question| in_time(&question.waves));
        for question in &mut edition.questions {
            question.items.retain(|item| in_time(&item.waves));
        }
        self.drop_later_labels(codebook, &mut edition, wave);
        edition
    }
}
