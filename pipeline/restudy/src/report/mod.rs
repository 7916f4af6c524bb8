//! Evidence and templates to one Typst document.
//!
//! In: the study's templates, its evidence, its audit, its codebook. Out: a [`Document`]: the generated `report.typ`,
//! every file that it reads, and the map from its lines to the templates'. Or all faults: numbers typed by hand,
//! sentences that the data do not bear, citations of nothing, names that mean nothing.
//!
//! The steps: [`templates`] reads, [`lint`] looks, [`environment`] and [`functions`] fill in, [`data`] writes what the
//! theme reads. It knows nothing of how a page looks, and runs no program.

pub mod alt;
pub mod codebook;
pub mod data;
pub mod edition;
pub mod environment;
pub mod escape;
pub mod functions;
pub mod glyphs;
pub mod line_map;
pub mod lint;
pub mod numbers;
pub mod quantifiers;
pub mod recorder;
pub mod results;
pub mod scan;
pub mod templates;
pub mod uses;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use indexmap::IndexMap;
use minijinja::context;

use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::evidence::Findings;
use crate::study::{Study, Wave};

use edition::Edition;
use escape::literal;
use functions::{Calls, add_functions};
use glyphs::{Cleaner, Glyphs};
use line_map::{LineMap, Marks};
use numbers::Numbers;
use recorder::Recorder;
use templates::{FOLDER, Templates, source_path};
use uses::Use;

/// Name of the generated document among its files.
pub const DOCUMENT: &str = "report.typ";

/// What must hold of every page, whatever the templates say: checked by Typst itself as it lays the report out.
pub(crate) const CHECKS: &str = include_str!("checks.typ");

/// What a report is made of.
pub struct Material<'a> {
    /// The study.
    pub study: &'a Study,
    /// The wave that it is about.
    pub wave: &'a Wave,
    /// Templates, of all editions.
    pub templates: Arc<Templates>,
    /// The edition.
    pub edition: Arc<Edition>,
    /// Evidence.
    pub numbers: Arc<dyn Numbers>,
    /// Titles of queries by name.
    pub titles: IndexMap<String, String>,
    /// The audit.
    pub findings: &'a Findings,
    /// The codebook, as the theme prints it.
    pub codebook: serde_json::Value,
    /// Ordered sets of labels.
    pub scales: IndexMap<String, Vec<String>>,
    /// What the report's fonts can print.
    pub glyphs: &'a Glyphs,
}

/// A document, ready for Typst.
#[derive(Clone, Debug)]
pub struct Document {
    /// Its files by their names relative to the document's folder, [`DOCUMENT`] among them.
    pub files: IndexMap<String, Vec<u8>>,
    /// Which template line wrote which line of [`DOCUMENT`].
    pub lines: LineMap,
    /// Numbers printed in prose.
    pub numbers: usize,
    /// Figures.
    pub figures: usize,
    /// Tables.
    pub tables: usize,
    /// Where each number is used.
    pub uses: Vec<Use>,
    /// What should be looked at: text that the fonts could not print as it is.
    pub warnings: Diagnostics,
}

/// Reads the templates for numbers, quantifiers and citations that nothing answers for.
///
/// # Errors
/// Those faults, all of them.
pub fn check(study: &Study, templates: &Templates) -> Result<(), Diagnostics> {
    let mut faults = Diagnostics::new();
    let name = &study.report.bibliography;
    let keys = match templates.plain.get(name).map(|b| std::str::from_utf8(b)) {
        Some(Ok(text)) => lint::citation_keys(&source_path(name), text).unwrap_or_else(|e| {
            faults.extend(e);
            BTreeSet::new()
        }),
        _ => {
            faults.push(
                Diagnostic::error(format!("the bibliography {FOLDER}/{name} is missing or is not text"))
                    .at(Place::file("study.toml")),
            );
            BTreeSet::new()
        }
    };
    faults.extend(lint::lint(templates, &keys, &study.report.counted));
    faults.extend(edition::check(templates, &study.wave_ids(), &study.report.template));
    let mut environment = environment::environment();
    if let Err(e) = environment::add_templates(&mut environment, templates, &mut Marks::default()) {
        faults.extend(e);
    }
    if !templates.sources.contains_key(&study.report.template) {
        faults.push(
            Diagnostic::error(format!("there is no template `{}`", study.report.template))
                .at(Place::file("study.toml"))
                .hint(format!("it belongs in {FOLDER}/")),
        );
    }
    faults.or(()).map(|((), _)| ())
}

/// Writes the document.
///
/// # Errors
/// All faults of the templates that could be found together.
pub fn write(material: &Material<'_>) -> Result<Document, Diagnostics> {
    let mut faults = Diagnostics::new();
    if let Err(e) = check(material.study, &material.templates) {
        faults.extend(e);
    }
    let recorder = Arc::new(Mutex::new(Recorder::new(Cleaner::new(material.glyphs))));
    let templates = Arc::new(material.edition.templates(&material.templates));
    let rendered = render(material, &templates, &recorder);
    let mut recorder = recorder.lock().unwrap_or_else(PoisonError::into_inner);
    faults.extend(std::mem::take(&mut recorder.faults));
    let (source, lines) = match rendered {
        Ok(rendered) => rendered,
        Err(e) => {
            // A template that does not parse has been told by the check.
            faults.extend(e);
            let mut told = Diagnostics::new();
            let mut seen = Vec::new();
            for fault in faults {
                if !seen.contains(&fault) {
                    seen.push(fault.clone());
                    told.push(fault);
                }
            }
            return Err(told);
        }
    };
    faults.extend(unshown(&templates, &recorder, &source));
    let mut uses = uses::in_text(&source, &lines);
    uses.append(&mut recorder.uses);
    let mut cleaner = std::mem::take(&mut recorder.cleaner);
    let (files, mut warnings) = faults.or(files(material, &recorder, source, &mut cleaner)?)?;
    warnings.extend(cleaner.told);
    let figures = recorder.shown.values().filter(|s| s.chart.is_some()).count();
    let tables = recorder.shown.values().filter(|s| s.chart.is_none() && !s.part).count();
    Ok(Document { files, lines, numbers: recorder.used.len(), figures, tables, uses, warnings })
}

fn render(
    material: &Material<'_>,
    templates: &Arc<Templates>,
    recorder: &Arc<Mutex<Recorder>>,
) -> Result<(String, LineMap), Diagnostics> {
    let mut marks = Marks::default();
    let mut environment = environment::environment();
    let calls = Calls {
        numbers: Arc::clone(&material.numbers),
        templates: Arc::clone(templates),
        edition: Arc::clone(&material.edition),
        bibliography: material.study.report.bibliography.clone(),
        recorder: Arc::clone(recorder),
    };
    add_functions(&mut environment, &calls);
    environment::add_templates(&mut environment, templates, &mut marks)?;
    let (study, wave) = (material.study, material.wave);
    // Text of the study is fit for the fonts before a template can print it.
    let fit = |text: &str| {
        let mut recorder = recorder.lock().unwrap_or_else(PoisonError::into_inner);
        recorder.cleaner.clean(text, || "study.toml".to_owned())
    };
    let values = context! {
        study => context! {
            title => fit(&study.title), subtitle => fit(&study.subtitle), author => fit(&study.author),
            language => fit(&study.language), region => fit(&study.region), respondents => fit(&study.respondents),
        },
        wave => context! {
            id => fit(&wave.id), title => fit(&wave.title), fieldwork => fit(&wave.fieldwork), published => fit(&wave.published),
            synthetic => wave.synthetic, notice => fit(&wave.notice),
        },
    };
    let told = |e: minijinja::Error| Diagnostics::from(environment::diagnostic(&e, templates));
    let template = environment.get_template(&study.report.template).map_err(told)?;
    let marked = template.render(values).map_err(told)?;
    Ok(marks.take_out(&marked))
}

/// References to figures and tables that the report does not show; `written` is what the templates came to, in which those of
/// choices that were not taken do not stand.
fn unshown(templates: &Templates, recorder: &Recorder, written: &str) -> Diagnostics {
    let mut faults = Diagnostics::new();
    for (name, source) in &templates.sources {
        for at in lint::drawn_references(source) {
            let reference = &source[at.clone()];
            let query = &reference["@fig-".len()..];
            let is_chart = reference.starts_with("@fig-");
            let stands = lint::drawn_references(written).into_iter().any(|at| written[at] == *reference);
            if stands && recorder.shown.get(query).is_none_or(|s| s.part || s.chart.is_some() != is_chart) {
                faults.push(
                    Diagnostic::error(format!("`{reference}` refers to nothing that the report shows"))
                        .at(Place::span(source_path(name), source, at)),
                );
            }
        }
    }
    faults
}

fn files(
    material: &Material<'_>,
    recorder: &Recorder,
    mut source: String,
    cleaner: &mut Cleaner,
) -> Result<IndexMap<String, Vec<u8>>, Diagnostics> {
    let mut files = IndexMap::new();
    // The one way to Typst for all that it reads as data.
    let mut json = |name: &str, mut value: serde_json::Value| {
        cleaner.clean_all(&mut value, &format!("`{name}`"));
        let mut text = serde_json::to_string_pretty(&value).map_err(|e| Diagnostic::error(e.to_string()))?;
        text.push('\n');
        Ok::<_, Diagnostics>(text.into_bytes())
    };
    let figures = data::figures(recorder, &material.scales);
    source.push_str("\n\n");
    for (name, value) in &figures {
        files.insert(format!("data/{name}.json"), json(name, value.clone())?);
        let result = &recorder.shown[name].result;
        if !result.rows.is_empty() {
            files.insert(format!("data/{name}.csv"), data::result_csv(result)?);
            source.push_str(&attachment(&format!("{name}.csv"), &result.head.title));
        }
    }
    if material.findings.total > 0 {
        files.insert("data/audit.csv".into(), material.findings.to_csv()?.into_bytes());
        source.push_str(&attachment("audit.csv", "Published claims against the data"));
    }
    source.push_str(CHECKS);
    let all: Vec<serde_json::Value> = figures.into_iter().map(|(_, value)| value).collect();
    let title_of = |query: &str| material.titles.get(query).cloned().unwrap_or_default();
    files.insert("data/figures.json".into(), json("figures", serde_json::Value::Array(all))?);
    files.insert("data/evidence.json".into(), json("evidence", data::evidence(recorder, title_of))?);
    files.insert(
        "data/audit.json".into(),
        json(
            "audit",
            serde_json::to_value(material.findings).map_err(|e| Diagnostic::error(e.to_string()))?,
        )?,
    );
    files.insert("data/codebook.json".into(), json("codebook", material.codebook.clone())?);
    files.insert("data/meta.json".into(), json("study.toml", data::meta(material.study, material.wave))?);
    for (name, bytes) in &material.templates.plain {
        files.insert(name.clone(), bytes.clone());
    }
    files.insert(DOCUMENT.into(), source.into_bytes());
    files.sort_keys();
    Ok(files)
}

fn attachment(file: &str, title: &str) -> String {
    format!(
        "#pdf.attach({}, relationship: \"data\", mime-type: \"text/csv\", description: {})\n",
        literal(&format!("data/{file}")),
        literal(title)
    )
}
