//! Which answers a wave could give: those of the codebook, but for what a later wave offered first.

use std::collections::BTreeSet;

use super::model::{Crosswalk, Crosswalks, Means};
use crate::codebook::Codebook;

impl Crosswalks {
    /// The codebook as `wave` met it: [`Crosswalks::codebook`], without the items that it was not asked and the labels that
    /// later waves were the first to offer. It is what a reader of that wave's report should see.
    pub fn as_met(&self, codebook: &Codebook, wave: &str) -> Codebook {
        let mut met = self.codebook(codebook, wave);
        for question in &mut met.questions {
            question.items.retain(|item| item.asked_in(wave));
        }
        self.drop_later_labels(codebook, &mut met, wave);
        met
    }

    /// Takes the labels out of `of` that only waves after `wave` offered.
    pub(super) fn drop_later_labels(&self, codebook: &Codebook, of: &mut Codebook, wave: &str) {
        let at = self.waves.iter().position(|known| known == wave).map_or(self.waves.len(), |at| at + 1);
        let (until, later) = self.waves.split_at(at);
        let offered = |waves: &[String]| -> BTreeSet<(String, String)> {
            waves.iter().filter_map(|wave| self.of(wave)).flat_map(|own| own.offers(codebook)).collect()
        };
        let (before, after) = (offered(until), offered(later));
        for set in &mut of.sets {
            set.labels.retain(|label| {
                let known = (set.name.clone(), label.label.clone());
                !after.contains(&known) || before.contains(&known)
            });
        }
    }
}

impl Crosswalk {
    /// Labels that the wave offered for the first time, each with its set.
    fn offers<'c>(&'c self, codebook: &'c Codebook) -> impl Iterator<Item = (String, String)> + 'c {
        self.columns.iter().flat_map(|column| {
            let set = match &column.means {
                Means::Variable(variable) => {
                    let question =
                        variable.split_once("__").map_or(variable.as_str(), |(question, _)| question);
                    codebook.question(question).and_then(|question| question.values.clone())
                }
                _ => None,
            };
            set.into_iter()
                .flat_map(|set| column.new_answers.iter().map(move |label| (set.clone(), label.clone())))
        })
    }
}
