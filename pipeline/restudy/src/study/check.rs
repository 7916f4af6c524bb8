//! Whether a study's definitions make sense, beyond their spelling.

use std::collections::{BTreeMap, HashSet};
use std::path::{Component, Path};

use serde::Deserialize;
use toml::Spanned;

use super::{Definitions, Study};
use crate::diagnostic::{Diagnostic, Diagnostics};

/// The definitions that are checked, with their places.
#[derive(Debug, Deserialize)]
struct Placed {
    sources: BTreeMap<String, Spanned<String>>,
    wave: Vec<PlacedWave>,
    design: PlacedDesign,
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
    published: Spanned<String>,
    responses: Spanned<String>,
    open_codings: Spanned<String>,
    frame: Spanned<String>,
}

#[derive(Debug, Deserialize)]
struct PlacedDesign {
    kind: Spanned<String>,
    population: Spanned<String>,
    confidence: Spanned<f64>,
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
        if !is_date(published) {
            let hint = "write it like `2013-08-01`";
            fault(format!("`{published}` is not a date"), wave.published.span(), hint);
        }
    }
    let waves = placed.value.wave.iter().flat_map(|w| [&w.responses, &w.open_codings, &w.frame]);
    let report = &placed.value.report;
    let of_report = [&report.template, &report.fonts, &report.bibliography];
    let mut paths: Vec<&Spanned<String>> =
        placed.value.sources.values().chain(of_report).chain(waves).collect();
    paths.sort_by_key(|path| path.span().start);
    for path in paths.into_iter().filter(|path| leads_out(path.get_ref())) {
        let message = format!("`{}` leads out of the study's folder", path.get_ref());
        let hint = "put it into the folder, and write its path from there: a study is reproduced from its own folder";
        fault(message, path.span(), hint);
    }
    let design = &placed.value.design;
    let known =
        [(&design.kind, "simple random", "kind of design"), (&design.population, "frame", "population")];
    for (given, known, what) in known {
        if given.get_ref() != known {
            let message = format!("`{}` is not a {what} that restudy knows", given.get_ref());
            fault(message, given.span(), &format!("the one it knows is `{known}`"));
        }
    }
    let confidence = *design.confidence.get_ref();
    if !(confidence > 0.0 && confidence < 1.0) {
        let message = format!("a level of confidence of {confidence} is not between 0 and 1");
        fault(message, design.confidence.span(), "for intervals of 95%, write 0.95");
    }
    Ok(diagnostics)
}

/// Whether a path is none within a folder, as it is written; nothing is looked up.
fn leads_out(path: &str) -> bool {
    let written = Path::new(path);
    let within = |part: Component<'_>| matches!(part, Component::Normal(_) | Component::CurDir);
    path.is_empty() || !written.components().all(within)
}

fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let number = |part: &str, digits: usize, upto: u32| {
        part.len() == digits && part.parse::<u32>().is_ok_and(|n| (1..=upto).contains(&n))
    };
    matches!(parts[..], [year, month, day] if number(year, 4, 9999) && number(month, 2, 12) && number(day, 2, 31))
}
