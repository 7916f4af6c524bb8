//! Loads the crosswalks: the files of `codebook/waves`.
//!
//! In: the study and its codebook. Out: the [`Crosswalks`], each held against the codebook and against those before it.

use std::path::Path;

use indexmap::IndexMap;

use super::check::Check;
use super::definitions::CrosswalkFile;
use super::model::Crosswalks;
use crate::codebook::Codebook;
use crate::diagnostic::{Diagnostic, Diagnostics, Place, nearest};
use crate::study::{Definitions, Study};

/// The folder of crosswalks.
const FOLDER: &str = "codebook/waves";

/// The crosswalk of `wave`, relative to the study's folder.
pub(super) fn file(wave: &str) -> String {
    format!("{FOLDER}/{wave}.toml")
}

impl Crosswalks {
    /// Reads the crosswalks of the waves of `study`; a wave without one is read as it stands.
    ///
    /// # Errors
    /// All that is wrong with them, each fault with its line. What is left open in them is no fault here.
    pub fn load(study: &Study, codebook: &Codebook) -> Result<(Crosswalks, Diagnostics), Diagnostics> {
        Crosswalks::with_new(study, codebook, None)
    }

    /// The same, where there may be a crosswalk of a wave `new`, which `study` does not have yet.
    pub(super) fn with_new(
        study: &Study,
        codebook: &Codebook,
        new: Option<&str>,
    ) -> Result<(Crosswalks, Diagnostics), Diagnostics> {
        let waves: Vec<String> = study.waves.iter().map(|wave| wave.id.clone()).collect();
        let known: Vec<&str> = waves.iter().map(String::as_str).chain(new).collect();
        let mut told = of_no_wave(&study.root, &known)?;
        let mut crosswalks = Crosswalks { waves: waves.clone(), by_wave: IndexMap::new() };
        // What a crosswalk may say depends on those before it: behind one that is at fault it is not known.
        let mut is_known = true;
        for (number, wave) in waves.iter().enumerate() {
            let file = file(wave);
            let read = match study.root.join(&file).try_exists()? {
                false => Ok(None),
                true => Definitions::<CrosswalkFile>::read(&study.root, &file)
                    .and_then(|file| Check::new(codebook, &file).crosswalk(&study.waves[..number], wave))
                    .map(Some),
            };
            match read {
                Ok(crosswalk) => {
                    crosswalks.by_wave.extend(crosswalk.map(|crosswalk| (wave.clone(), crosswalk)));
                    if is_known {
                        told.extend(crosswalks.held_to_earlier(codebook, wave));
                    }
                }
                Err(faults) => {
                    is_known = false;
                    told.extend(faults);
                }
            }
        }
        told.or(crosswalks)
    }
}

/// Files of crosswalks that no wave has: one that is misspelt would be passed over.
fn of_no_wave(root: &Path, waves: &[&str]) -> Result<Diagnostics, Diagnostics> {
    let mut told = Diagnostics::new();
    let folder = root.join(FOLDER);
    if !folder.try_exists()? {
        return Ok(told);
    }
    let mut names: Vec<String> = Vec::new();
    for entry in fs_err::read_dir(folder)? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    for name in names.iter().filter(|name| !name.starts_with('.')) {
        let Some(wave) = name.strip_suffix(".toml").filter(|wave| !waves.contains(wave)) else { continue };
        let fault = Diagnostic::error(format!("there is no wave `{wave}`, and this is its crosswalk"));
        let hint = match nearest(wave, waves.iter().copied()) {
            Some(near) => {
                format!("is it that of `{near}`? Then rename the file; else add the wave, or delete it")
            }
            None => "rename the file, add the wave to study.toml, or delete the file".to_owned(),
        };
        told.push(fault.at(Place::file(format!("{FOLDER}/{name}"))).hint(hint));
    }
    Ok(told)
}
