//! What an edition of the report knows of its wave, and of an edition that was built before it.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use super::make::BUILD;
use super::queries::Kept;
use crate::codebook::Codebook;
use crate::diagnostic::Diagnostics;
use crate::evidence::Evidence;
use crate::publish::Manifest;
use crate::queries::Catalogue;
use crate::report::edition::{Edition, OtherEdition};
use crate::report::numbers::{Judgement, Numbers};
use crate::report::results::Results;
use crate::study::{Study, Wave};
use crate::waves::Crosswalks;

/// The edition of `wave`, and the codebook as that wave met it. Beside it stands the last good build of it, or else of the
/// newest wave before it that has one.
pub(super) fn edition(study: &Study, wave: &Wave) -> Result<(Edition, Codebook), Diagnostics> {
    // The whole codebook: a section may ask for what only a later wave asked.
    let codebook = Codebook::load(&study.root)?;
    let (crosswalks, _) = Crosswalks::load(study, &codebook)?;
    let mut edition = Edition {
        wave: wave.id.clone(),
        waves: study.waves.iter().map(|wave| wave.id.clone()).collect(),
        ..Edition::default()
    };
    for variable in codebook.variables() {
        let asked = crosswalks.asked(&codebook, &variable, &wave.id);
        *edition.asked.entry(variable.question.clone()).or_default() |= asked;
        *edition.asked.entry(variable.name.clone()).or_default() |= asked;
    }
    let until: Vec<&Wave> = study.waves.iter().take_while(|other| other.id != wave.id).collect();
    let builds = std::iter::once(wave).chain(until.into_iter().rev());
    let built = builds.map(|wave| (wave, study.root.join(BUILD).join(&wave.id)));
    let built = built.into_iter().find(|(_, folder)| Manifest::read(folder).is_some());
    edition.other = built.map(|(other, folder)| {
        let name = match other.id == wave.id {
            true => "the last build".to_owned(),
            false => format!("the edition of {}", other.id),
        };
        let other = Built { study: study.clone(), wave: other.clone(), folder, name };
        Arc::new(other) as Arc<dyn OtherEdition>
    });
    Ok((edition, crosswalks.as_met(&codebook, &wave.id)))
}

/// An edition in its folder; it is only read when somebody asks for a value of it.
struct Built {
    study: Study,
    wave: Wave,
    folder: PathBuf,
    name: String,
}

impl OtherEdition for Built {
    fn judge(&self, condition: &str) -> Option<(String, Judgement)> {
        let manifest = Manifest::read(&self.folder)?;
        let catalogue = Catalogue::of(&self.study, &self.wave).ok()?;
        let kept = Kept::read(&self.folder, &manifest);
        let mut named: BTreeSet<&str> =
            condition.split(|c: char| !(c.is_alphanumeric() || c == '_')).collect();
        named.retain(|name| catalogue.get(name).is_some());
        let results = named.into_iter().filter_map(|name| kept.result(catalogue.get(name)?)).collect();
        let results = Results::new(Evidence::from_results(results, self.study.design.confidence));
        Some((self.name.clone(), results.judge(condition).ok()?))
    }
}
