//! Whether a study's definitions make sense, beyond their spelling.

use std::collections::{BTreeMap, HashSet};
use std::path::{Component, Path};

use serde::Deserialize;
use toml::Spanned;

use super::{Definitions, Source, Study, check_design};
use crate::diagnostic::{Diagnostic, Diagnostics};

/// Sources that mean something only beside another.
const NEEDED: [(&str, &str); 6] = [
    ("documents", "cases"),
    ("documents", "texts"),
    ("texts", "documents"),
    ("codings", "documents"),
    ("claim_relations", "claims"),
    ("claims_wave", "claims"),
];

/// Sources that a project of qualitative data takes the place of.
const GIVEN_BY_PROJECT: [&str; 4] = ["documents", "texts", "codings", "codes"];

/// The definitions that are checked, with their places.
#[derive(Debug, Deserialize)]
struct Placed {
    #[serde(default)]
    sources: BTreeMap<Spanned<String>, Spanned<Source>>,
    wave: Vec<PlacedWave>,
    design: Option<PlacedDesign>,
    #[serde(default)]
    designs: BTreeMap<Spanned<String>, PlacedDesign>,
    report: PlacedReport,
}

#[derive(Debug, Deserialize)]
struct PlacedReport {
    template: Spanned<String>,
    fonts: Spanned<String>,
    bibliography: Spanned<String>,
}

#[derive(Debug, Deserialize)]
struct PlacedWave {
    id: Spanned<String>,
    fieldwork: Spanned<String>,
    published: Spanned<String>,
    responses: Spanned<Source>,
    open_codings: Option<Spanned<Source>>,
    frame: Option<Spanned<Source>>,
    design: Option<PlacedDesign>,
    #[serde(default)]
    designs: BTreeMap<Spanned<String>, PlacedDesign>,
}

#[derive(Debug, Deserialize)]
struct PlacedDesign {
    confidence: Option<Spanned<f64>>,
}

/// What is wrong with the definitions in `file`.
pub(super) fn check(file: &Definitions<Study>) -> Result<Diagnostics, Diagnostics> {
    let placed: Definitions<Placed> = Definitions::parse(&file.file, file.text.clone())?;
    let mut diagnostics = Diagnostics::new();
    let mut fault = |message: String, at: std::ops::Range<usize>, hint: &str| {
        diagnostics.push(Diagnostic::error(message).at(file.place(at)).hint(hint));
    };
    let mut ids = HashSet::new();
    for wave in &placed.value.wave {
        let (id, published) = (wave.id.get_ref(), wave.published.get_ref());
        if !ids.insert(id) {
            fault(format!("wave `{id}` is defined twice"), wave.id.span(), "give each wave an id of its own");
        }
        if id.is_empty() || !id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_') {
            let hint = "write letters, digits, `-` and `_` only: it becomes the name of a folder";
            fault(format!("`{id}` cannot be the id of a wave"), wave.id.span(), hint);
        }
        if wave.fieldwork.get_ref().trim().is_empty() {
            let hint = "write it in words, like `March to May 2013`";
            fault(
                format!("nothing says when the answers of wave `{id}` were collected"),
                wave.fieldwork.span(),
                hint,
            );
        }
        if !is_date(published) {
            let hint = "write it like `2013-08-01`";
            fault(format!("`{published}` is not a date"), wave.published.span(), hint);
        }
    }
    let of_waves = placed
        .value
        .wave
        .iter()
        .flat_map(|w| [&w.responses].into_iter().chain(&w.open_codings).chain(&w.frame));
    let sources: Vec<&Spanned<Source>> = placed.value.sources.values().chain(of_waves).collect();
    let report = &placed.value.report;
    let of_report = [&report.template, &report.fonts, &report.bibliography].into_iter();
    let of_report = of_report.map(|path| (path.get_ref(), path.span()));
    let paths = sources.iter().map(|source| (&source.get_ref().file, source.span())).chain(of_report);
    for (path, at) in paths.filter(|(path, _)| leads_out(path)) {
        let message = format!("`{path}` leads out of the study's folder");
        let hint = "put it into the folder, and write its path from there: a study is reproduced from its own folder";
        fault(message, at, hint);
    }
    for source in sources {
        let file = source.get_ref();
        for setting in file.idle() {
            let message =
                format!("`{setting}` says nothing about {}: `{}`", file.format().words(), file.file);
            fault(message, source.span(), "take it out here, or name the file that it is about");
        }
    }
    let given = |name: &str| placed.value.sources.keys().find(|given| given.get_ref() == name);
    for (name, needed) in NEEDED {
        if let Some(name) = given(name)
            && given(needed).is_none()
        {
            let hint = format!("add `{needed}` to `[sources]`, or take it out here");
            fault(format!("`{}` says nothing without `{needed}`", name.get_ref()), name.span(), &hint);
        }
    }
    for name in GIVEN_BY_PROJECT {
        if let Some(name) = given(name).filter(|_| given("project").is_some()) {
            let message = format!("`{}` is given by `project` already", name.get_ref());
            fault(message, name.span(), "keep one of them: the project, or the tables");
        }
    }
    let known = file.value.wave_ids();
    match (
        &file.value.sources.claims_wave,
        given("claims"),
        placed.value.sources.iter().find(|(name, _)| name.get_ref() == "claims_wave"),
    ) {
        (Some(about), _, Some((_, at))) if !known.contains(&about.as_str()) => {
            let hint = format!("write one of {}", known.join(", "));
            fault(format!("there is no wave `{about}`"), at.span(), &hint);
        }
        (None, Some(claims), _) if known.len() > 1 => {
            let hint = format!(
                "say which wave they are about: `claims_wave = \"{}\"`",
                known.first().unwrap_or(&"")
            );
            fault("the published claims are about no wave".to_owned(), claims.span(), &hint);
        }
        _ => {}
    }
    let confidence = |design: &Option<PlacedDesign>| design.as_ref().and_then(|d| d.confidence.clone());
    if let Some(level) = confidence(&placed.value.design)
        && !(*level.get_ref() > 0.0 && *level.get_ref() < 1.0)
    {
        let message = format!("a level of confidence of {} is not between 0 and 1", level.get_ref());
        fault(message, level.span(), "for intervals of 95%, write 0.95");
    }
    let waves = &placed.value.wave;
    let others = placed.value.designs.iter().chain(waves.iter().flat_map(|wave| &wave.designs));
    for (name, _) in others.clone() {
        if !is_part_of_a_name(name.get_ref()) {
            let message = format!("`{}` cannot be the name of a design", name.get_ref());
            let hint = "write lower-case letters, digits and single `_`: it becomes the column `design_NAME`";
            fault(message, name.span(), hint);
        }
    }
    let others = others.filter_map(|(_, design)| design.confidence.clone());
    for level in others.chain(waves.iter().filter_map(|wave| confidence(&wave.design))) {
        let hint = "set it in `[design]`: it is one for the whole study";
        fault("this design takes no `confidence`".to_owned(), level.span(), hint);
    }
    let study = &file.value;
    let own = study.waves.iter().flat_map(|wave| wave.design.iter().chain(wave.designs.values()));
    for design in std::iter::once(&study.design).chain(study.designs.values()).chain(own) {
        diagnostics.extend(check_design::check(design, &|span| file.place(span)));
    }
    let mut all: Vec<Diagnostic> = diagnostics.into_iter().collect();
    all.sort_by_key(|fault| fault.place.as_ref().map(|place| (place.line, place.column)));
    let mut diagnostics = Diagnostics::new();
    diagnostics.extend(all);
    Ok(diagnostics)
}

/// Whether a path is none within a folder, as it is written; nothing is looked up.
fn leads_out(path: &str) -> bool {
    let written = Path::new(path);
    let within = |part: Component<'_>| matches!(part, Component::Normal(_) | Component::CurDir);
    path.is_empty() || !written.components().all(within)
}

/// Whether `name` can follow `design_` in the name of a column.
fn is_part_of_a_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    !name.is_empty() && name.chars().all(plain) && !name.starts_with('_') && !name.ends_with('_')
}

fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let number = |part: &str, digits: usize, upto: u32| {
        part.len() == digits && part.parse::<u32>().is_ok_and(|n| (1..=upto).contains(&n))
    };
    matches!(parts[..], [year, month, day] if number(year, 4, 9999) && number(month, 2, 12) && number(day, 2, 31))
}
