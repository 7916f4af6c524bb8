//! What of a wave's last build is out of date, and why, found out without doing any of it.
//!
//! In: a study and a wave. Out: a [`Status`]: step by step whether it stands, what has changed since, and what a build would do.
//!
//! - A step is out of date exactly where [`build`](super::build()) would do it again.
//! - Every reason names a thing: a file, an output, a program, an earlier step.
//! - It writes nothing into the study but what it remembers of large files.

use std::collections::BTreeSet;
use std::path::Path;

use indexmap::IndexMap;
use serde::Serialize;

use super::inputs::{Hashes, Inputs};
use super::make::{self, BUILD};
use super::program::Hashing;
use super::queries;
use super::seen::Seen;
use crate::diagnostic::Diagnostics;
use crate::publish::{MANIFEST, Manifest};
use crate::queries::Catalogue;
use crate::report::templates::FOLDER;
use crate::study::{Study, Wave};
use crate::typst::find;

/// How a wave's last build stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Status {
    /// The wave.
    pub wave: String,
    /// The folder of its build, relative to the study's.
    pub folder: String,
    /// Whether there is a build.
    pub built: bool,
    /// Whether a build would have nothing to do.
    pub up_to_date: bool,
    /// The steps, in their order.
    pub steps: Vec<Step>,
    /// What should be known although it makes nothing out of date.
    pub notes: Vec<String>,
}

/// A step of a build.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Its name.
    pub step: &'static str,
    /// Whether what it made stands.
    pub up_to_date: bool,
    /// Why not.
    pub reasons: Vec<String>,
    /// What a build would do.
    pub build: String,
}

/// How the last build of `wave` stands. `typst` is the Typst that a build would be told to use.
///
/// # Errors
/// A file of the study is there and cannot be read; or a head of a query is at fault.
pub fn status(study: &Study, wave: &Wave, typst: Option<&Path>) -> Result<Status, Diagnostics> {
    let builds = study.root.join(BUILD);
    let target = builds.join(&wave.id);
    let folder = format!("{BUILD}/{}", wave.id);
    let mut seen = Seen::read(&builds);
    let inputs = Inputs::of(study, wave, &mut seen)?;
    let Some(manifest) = Manifest::read(&target) else {
        let why = if target.exists() {
            format!("{folder}/{MANIFEST} is missing or cannot be read")
        } else {
            format!("there is no {folder}: the wave was never built here")
        };
        return Ok(unbuilt(&wave.id, folder, why));
    };
    let mut notes = Vec::new();
    let (sha, of_typst) = typst_now(typst, study, &manifest, &mut seen, &mut notes)?;
    let compared = Compared {
        study,
        manifest: &manifest,
        folder: &folder,
        changed: changes(&manifest.inputs, &inputs.all()),
        altered: altered(&manifest.outputs, &target, &mut seen),
        inputs: &inputs,
        program: program(&manifest),
    };
    let store = compared.store();
    let queries = compared.queries(&store, &target)?;
    let evidence = compared.evidence(&queries);
    let document = compared.document(&evidence);
    let pdf = compared.pdf(&document, of_typst);
    let mut steps = vec![store, queries, evidence, document, pdf];
    let pdf_key = make::pdf_key(study, wave, &inputs, &manifest.outputs, &sha);
    let up_to_date =
        make::stand(&manifest, &make::keys(&inputs, wave), &pdf_key) && compared.altered.is_empty();
    if !up_to_date {
        // A build that has anything to do works these out from what it has.
        for step in steps.iter_mut().filter(|step| step.up_to_date) {
            if matches!(step.step, "evidence" | "document") {
                step.build = "work it out again, from what stands".to_owned();
            }
        }
    }
    notes.extend(strangers(&manifest.outputs, &target, &folder)?);
    seen.remember();
    Ok(Status { wave: wave.id.clone(), folder, built: true, up_to_date, steps, notes })
}

/// A wave that has no build.
fn unbuilt(wave: &str, folder: String, why: String) -> Status {
    let step = |step| Step {
        step,
        up_to_date: false,
        reasons: if step == "store" { vec![why.clone()] } else { Vec::new() },
        build: "make it".to_owned(),
    };
    Status {
        wave: wave.to_owned(),
        folder,
        built: false,
        up_to_date: false,
        steps: ["store", "queries", "evidence", "document", "pdf"].map(step).into(),
        notes: Vec::new(),
    }
}

/// Which files differ, in the order of their names.
fn changes(then: &Hashes, now: &Hashes) -> IndexMap<String, &'static str> {
    let names: BTreeSet<&String> = then.keys().chain(now.keys()).collect();
    let how = |name: &String| match (then.get(name), now.get(name)) {
        (Some(_), None) => Some(REMOVED),
        (None, Some(_)) => Some("was added"),
        (then, now) => (then != now).then_some("was changed"),
    };
    names.into_iter().filter_map(|name| Some((name.clone(), how(name)?))).collect()
}

/// Which outputs are not as the build left them.
fn altered(outputs: &Hashes, target: &Path, seen: &mut Seen) -> IndexMap<String, &'static str> {
    let how = |name: &String, sha: &String, seen: &mut Seen| match seen.hash(&target.join(name)) {
        Ok(found) if found == *sha => None,
        Ok(_) => Some("was altered after the build"),
        Err(_) => Some("is not there any more"),
    };
    outputs.iter().filter_map(|(name, sha)| Some((name.clone(), how(name, sha, seen)?))).collect()
}

/// What differs of this program from the one that built.
fn program(manifest: &Manifest) -> Option<String> {
    let then = manifest.tools.get("restudy")?;
    if then.sha256 == env!("RESTUDY_SOURCES") {
        return None;
    }
    let now = env!("CARGO_PKG_VERSION");
    Some(if then.version == now {
        format!("it was built by another restudy {now}: the program's sources have changed")
    } else {
        format!("it was built by restudy {}, and this is {now}", then.version)
    })
}

/// The hash of the Typst that a build would use, and what differs from the one that set the report.
fn typst_now(
    named: Option<&Path>,
    study: &Study,
    manifest: &Manifest,
    seen: &mut Seen,
    notes: &mut Vec<String>,
) -> Result<(String, Option<String>), Diagnostics> {
    let then = manifest.tools.get("typst").cloned().unwrap_or_default();
    match find(named, &study.root) {
        Ok(now) => {
            let sha = Hashing::begin(&now.program, seen).sha(seen)?;
            let reason = (sha != then.sha256).then(|| {
                if now.version == then.version {
                    format!("it was set by another Typst {}", then.version)
                } else {
                    format!(
                        "it was set by Typst {}, and {} is {}",
                        then.version,
                        now.program.display(),
                        now.version
                    )
                }
            });
            Ok((sha, reason))
        }
        // What was set with a Typst may be up to date without one.
        Err(faults) => {
            notes.extend(faults.iter().map(|fault| fault.message.clone()));
            Ok((then.sha256, None))
        }
    }
}

/// Files in the build's folder that no build put there.
fn strangers(outputs: &Hashes, target: &Path, folder: &str) -> Result<Vec<String>, Diagnostics> {
    let mut found = Vec::new();
    let mut waiting = vec![(target.to_path_buf(), String::new())];
    while let Some((path, prefix)) = waiting.pop() {
        for entry in fs_err::read_dir(path)? {
            let entry = entry?;
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if entry.file_type()?.is_dir() {
                waiting.push((entry.path(), format!("{name}/")));
            } else if name != MANIFEST && !outputs.contains_key(&name) {
                found.push(name);
            }
        }
    }
    found.sort();
    let told = |name: String| {
        format!("{folder}/{name} is no part of the build: it goes when a build has something to do")
    };
    Ok(found.into_iter().map(told).collect())
}

/// What differs between the last build and what there is now.
struct Compared<'a> {
    study: &'a Study,
    manifest: &'a Manifest,
    /// The build's folder.
    folder: &'a str,
    /// Files that were changed, added or removed, each with which of the three.
    changed: IndexMap<String, &'static str>,
    /// Outputs that are not as the build left them, each with how.
    altered: IndexMap<String, &'static str>,
    inputs: &'a Inputs,
    /// What differs of the program itself.
    program: Option<String>,
}

impl Compared<'_> {
    /// Changed files that are in one of these parts of the inputs; or were, by the beginning of their names, where they are
    /// in none any more.
    fn changed_in(&self, parts: &[&Hashes], belonged: impl Fn(&str) -> bool) -> Vec<String> {
        let there = |name: &str| parts.iter().any(|part| part.contains_key(name));
        let gone = |how: &str, name: &str| how == REMOVED && belonged(name);
        let of_step = self.changed.iter().filter(|(name, how)| there(name) || gone(how, name));
        of_step.map(|(name, how)| format!("{name} {how}")).collect()
    }

    /// Outputs for whose names `of_step` holds, and that are not as the build left them.
    fn altered_where(&self, of_step: impl Fn(&str) -> bool) -> Vec<String> {
        let altered = self.altered.iter().filter(|(name, _)| of_step(name));
        altered.map(|(name, how)| format!("{}/{name} {how}", self.folder)).collect()
    }

    fn store(&self) -> Step {
        let mut reasons = self.changed_in(&[&self.inputs.sources, &self.inputs.claims], |name| {
            !is_query(name) && !is_template(name)
        });
        reasons.extend(self.program.clone());
        reasons.extend(self.altered_where(|name| name.starts_with("store/")));
        step("store", reasons, "make it again")
    }

    fn queries(&self, store: &Step, target: &Path) -> Result<Step, Diagnostics> {
        let mut reasons = self.changed_in(&[&self.inputs.queries], is_query);
        let kept = self.altered_where(is_kept);
        let build = if self.program.is_some() || !kept.is_empty() {
            "run all of them".to_owned()
        } else if !store.up_to_date {
            "run those that were changed, or whose tables come out otherwise".to_owned()
        } else if reasons.is_empty() {
            String::new()
        } else {
            self.to_be_run(target)?
        };
        if !store.up_to_date {
            reasons.push("the store is made again".to_owned());
        }
        reasons.extend(kept);
        Ok(step("queries", reasons, &build))
    }

    /// The queries that a build would run, in words; the store stands.
    fn to_be_run(&self, target: &Path) -> Result<String, Diagnostics> {
        let catalogue = Catalogue::of(self.study, self.study.wave(Some(&self.manifest.wave))?)?;
        let confidence = self.study.design.confidence;
        let keys = queries::keys(&catalogue, &target.join("store"), &self.manifest.wave, confidence)?;
        let changed = keys.iter().filter(|(name, key)| self.manifest.queries.get(*name) != Some(*key));
        let named: Vec<&str> = changed.map(|(name, _)| name.as_str()).collect();
        Ok(match named.len() {
            0 => "run none, and take over the results of those that are left".to_owned(),
            n => format!("run {n} of {}: {}", keys.len(), named.join(", ")),
        })
    }

    fn evidence(&self, queries: &Step) -> Step {
        let mut reasons = Vec::new();
        if !queries.up_to_date {
            reasons.push("the queries are out of date".to_owned());
        }
        let own = |name: &str| {
            (name.starts_with("results/") && !is_kept(name))
                || name == "evidence.csv"
                || name.starts_with("audit.")
        };
        reasons.extend(self.altered_where(own));
        step("evidence", reasons, "work it out again")
    }

    fn document(&self, evidence: &Step) -> Step {
        let mut reasons = self.changed_in(&[&self.inputs.templates], is_template);
        if !evidence.up_to_date {
            reasons.push("the evidence is out of date".to_owned());
        }
        reasons.extend(self.altered_where(|name| name.starts_with("document/") || name == make::USES));
        step("document", reasons, "write it again")
    }

    fn pdf(&self, document: &Step, typst: Option<String>) -> Step {
        let fonts = format!("{FOLDER}/{}/", self.study.report.fonts);
        let fonts = self.changed.iter().filter(|(name, _)| name.starts_with(&fonts));
        let mut reasons: Vec<String> = fonts.map(|(name, how)| format!("{name} {how}")).collect();
        reasons.extend(typst);
        reasons.extend(self.program.clone());
        reasons.extend(self.altered_where(|name| name == make::PDF));
        let build = if reasons.is_empty() {
            "set it again if the document comes out otherwise"
        } else {
            "set it again"
        };
        if !document.up_to_date {
            reasons.push("the document is out of date".to_owned());
        }
        step("pdf", reasons, build)
    }
}

/// What happened to a file that the last build read.
const REMOVED: &str = "was removed";

fn is_query(name: &str) -> bool {
    name.starts_with("queries/")
}

fn is_template(name: &str) -> bool {
    name.strip_prefix(FOLDER).is_some_and(|rest| rest.starts_with('/'))
}

/// Whether an output is a result that waits for the next build.
fn is_kept(name: &str) -> bool {
    name.strip_prefix(queries::KEPT).is_some_and(|rest| rest.starts_with('/'))
}

/// A step that is out of date for these reasons; up to date where there are none.
fn step(step: &'static str, reasons: Vec<String>, build: &str) -> Step {
    let up_to_date = reasons.is_empty();
    let build = if up_to_date { "nothing".to_owned() } else { build.to_owned() };
    Step { step, up_to_date, reasons, build }
}
