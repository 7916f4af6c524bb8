//! Makes `build/<wave>/`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use indexmap::IndexMap;

use super::inputs::{Hashes, Inputs, key};
use super::program::Hashing;
use super::queries::{Kept, Ran};
use super::seen::Seen;
use super::steps::{self, Evaluated};
use super::{Done, Watch};
use crate::diagnostic::{Diagnostics, count};
use crate::evidence::Verdict;
use crate::publish::{Fresh, MANIFEST, Manifest, Tool, hash, hash_file, write_file};
use crate::report::templates::{FOLDER, Templates};
use crate::report::{DOCUMENT, Document, data};
use crate::study::{Study, Wave};
use crate::typst::{Home, Job, Typst, compile, find, timestamp};

/// Folder of a study's builds.
pub(super) const BUILD: &str = "build";

/// The report.
pub(super) const PDF: &str = "report.pdf";

/// Where the report uses each number.
pub(super) const USES: &str = "uses.csv";

/// How long Typst may take; a report of 60 pages takes about a second.
const LIMIT: Duration = Duration::from_secs(120);

/// A finished build.
#[derive(Debug)]
pub struct Built {
    /// The report.
    pub pdf: PathBuf,
    /// Whether there was nothing to do.
    pub unchanged: bool,
    /// What the build holds, in words.
    pub summary: String,
    /// What should be looked at although the report stands.
    pub warnings: Diagnostics,
}

/// Builds the report of a wave: does only what a change reaches.
///
/// # Errors
/// All faults that could be found together; the last good build is as it was.
pub fn build(
    study: &Study,
    wave: &Wave,
    typst: Option<&Path>,
    watch: &dyn Watch,
) -> Result<Built, Diagnostics> {
    let folder = study.root.join(BUILD);
    let target = folder.join(&wave.id);
    let mut seen = Seen::read(&folder);
    let inputs = Inputs::of(study, wave, &mut seen)?;
    let last = Manifest::read(&target).unwrap_or_default();
    let typst = find(typst, &study.root);
    // Typst is large: where its hash is not remembered, it is computed while the report is being made.
    let mut hashing = typst.as_ref().ok().map(|typst| Hashing::begin(&typst.program, &seen));
    let keys = keys(&inputs, wave);
    // The first build has nothing to compare with, and need not wait.
    let known = match hashing.take_if(|_| !last.steps.is_empty()) {
        Some(hashing) => hashing.sha(&mut seen)?,
        // Without a Typst nothing can be set, but what was set with one may still be up to date.
        None => last.tools.get("typst").map(|t| t.sha256.clone()).unwrap_or_default(),
    };
    if stand(&last, &keys, &pdf_key(study, wave, &inputs, &last.outputs, &known))
        && last.outputs_are_whole(&target)
    {
        seen.remember();
        let warnings = together(&last.warnings);
        return Ok(Built { pdf: target.join(PDF), unchanged: true, summary: String::new(), warnings });
    }
    let typst = typst?;
    let fresh = Fresh::begin(&folder, &wave.id)?;
    let making = Making {
        study,
        wave,
        inputs: &inputs,
        watch,
        last: &last,
        target: &target,
        keys: &keys,
        fresh: &fresh,
    };
    let mut warnings = IndexMap::from([("store".to_owned(), making.store()?)]);
    let computed =
        steps::compute(study, wave, &fresh.path().join("store"), &Kept::read(&target, &last), watch);
    let mut evaluated = after(&warnings, computed)?;
    making.results(&evaluated)?;
    warnings.insert("evidence".to_owned(), std::mem::take(&mut evaluated.warnings));
    let (templates, mut document) = after(&warnings, making.document(&evaluated))?;
    warnings.insert("document".to_owned(), std::mem::take(&mut document.warnings));
    let of_pdf = after(&warnings, making.pdf(&typst, &known, &templates, &document))?;
    warnings.insert("pdf".to_owned(), of_pdf);
    warnings.retain(|_, found| !found.is_empty());
    let all = together(&warnings);
    let mut summary = format!(
        "{} in the text, {}, {}",
        count(document.numbers, "number"),
        count(document.figures, "figure"),
        count(document.tables, "table")
    );
    if evaluated.findings.total > 0 {
        let (reproduced, total) = (evaluated.findings.count(Verdict::Reproduced), evaluated.findings.total);
        summary.push_str(&format!(", {reproduced} of {total} claims reproduced"));
    }
    let sha256 = match hashing {
        Some(hashing) => hashing.sha(&mut seen)?,
        None => known,
    };
    seen.remember();
    making.manifest(Tool { version: typst.version, sha256 }, &evaluated.ran, warnings)?;
    fresh.replace()?;
    Ok(Built { pdf: target.join(PDF), unchanged: false, summary, warnings: all })
}

fn together(warnings: &IndexMap<String, Diagnostics>) -> Diagnostics {
    let mut all = Diagnostics::new();
    all.extend(warnings.values().cloned().flatten());
    all
}

/// What came of a step; if it failed, its faults behind the warnings of the steps before it.
fn after<T>(
    warnings: &IndexMap<String, Diagnostics>,
    step: Result<T, Diagnostics>,
) -> Result<T, Diagnostics> {
    together(warnings).then(step).map(|(value, _)| value)
}

/// Keys of the steps before the last, in their order.
pub(super) fn keys(inputs: &Inputs, wave: &Wave) -> IndexMap<String, String> {
    let store = store_key(inputs, wave);
    let queries = queries_key(inputs, &store);
    let evidence = key(&["evidence", &queries], []);
    let document = key(&["document", &evidence], [&inputs.templates]);
    [("store", store), ("queries", queries), ("evidence", evidence), ("document", document)]
        .map(|(name, key)| (name.to_owned(), key))
        .into_iter()
        .collect()
}

/// Whether a build with these keys has nothing to do, its outputs being as it left them.
pub(super) fn stand(last: &Manifest, keys: &IndexMap<String, String>, pdf: &str) -> bool {
    keys.iter().all(|(step, key)| last.steps.get(step) == Some(key))
        && last.steps.get("pdf").is_some_and(|key| key == pdf)
}

/// Key of the PDF: the document and the fonts, which are all that Typst reads, its date, the program (which says how
/// Typst is called), and Typst itself.
pub(super) fn pdf_key(study: &Study, wave: &Wave, inputs: &Inputs, outputs: &Hashes, typst: &str) -> String {
    let fonts = format!("{FOLDER}/{}/", study.report.fonts);
    let below = |files: &Hashes, folder: &str| -> Hashes {
        files.iter().filter(|(n, _)| n.starts_with(folder)).map(|(n, h)| (n.clone(), h.clone())).collect()
    };
    key(
        &["pdf", env!("RESTUDY_SOURCES"), &wave.published, typst],
        [&below(outputs, "document/"), &below(&inputs.templates, &fonts)],
    )
}

/// Key of the results: the store and the queries.
pub(super) fn queries_key(inputs: &Inputs, store: &str) -> String {
    key(&["queries", store], [&inputs.queries])
}

/// Key of the store: its sources, its wave, the program.
pub(super) fn store_key(inputs: &Inputs, wave: &Wave) -> String {
    key(&["store", env!("RESTUDY_SOURCES"), &wave.id], [&inputs.sources, &inputs.claims])
}

/// A build under way.
struct Making<'a> {
    study: &'a Study,
    wave: &'a Wave,
    inputs: &'a Inputs,
    watch: &'a dyn Watch,
    /// The manifest of the last build.
    last: &'a Manifest,
    /// The last build.
    target: &'a Path,
    keys: &'a IndexMap<String, String>,
    fresh: &'a Fresh,
}

impl Making<'_> {
    /// Takes the outputs whose names begin with `prefix` over from the last build, if `step` would make them again
    /// byte for byte.
    fn reuse(&self, step: &str, prefix: &str) -> Result<usize, Diagnostics> {
        if self.last.steps.get(step).is_none_or(|key| Some(key) != self.keys.get(step)) {
            return Ok(0);
        }
        let wanted = self.last.outputs.iter().filter(|(name, _)| name.starts_with(prefix));
        let files: Vec<&String> = wanted.clone().map(|(name, _)| name).collect();
        for (name, sha) in wanted {
            // Somebody may have changed or removed it: make it again.
            if hash_file(&self.target.join(name)).ok().as_ref() != Some(sha) {
                return Ok(0);
            }
        }
        for name in &files {
            let path = self.fresh.path().join(name);
            if let Some(folder) = path.parent() {
                fs_err::create_dir_all(folder)?;
            }
            fs_err::copy(self.target.join(name), path)?;
        }
        let tables: BTreeSet<_> = files.iter().map(|name| name[prefix.len()..].split('/').next()).collect();
        Ok(tables.len())
    }

    fn store(&self) -> Result<Diagnostics, Diagnostics> {
        let started = Instant::now();
        self.watch.begin("store");
        let reused = self.reuse("store", "store/")?;
        let (tables, warnings) = match reused {
            0 => steps::write_store(self.study, self.wave, &self.fresh.path().join("store"), self.watch)?,
            tables => (tables, self.last.warnings_of("store")),
        };
        let made = count(tables, "table");
        self.watch.end(&Done { step: "store", made, took: started.elapsed(), reused: reused > 0 });
        Ok(warnings)
    }

    fn results(&self, evaluated: &Evaluated) -> Result<(), Diagnostics> {
        evaluated.ran.keep(self.fresh.path())?;
        for view in evaluated.report.views() {
            let name = format!("results/{}.csv", view.head.name);
            write_file(self.fresh.path(), &name, &data::result_csv(view)?)?;
        }
        let statistics = evaluated.report.statistics();
        write_file(self.fresh.path(), "evidence.csv", &data::evidence_csv(statistics)?)?;
        write_file(self.fresh.path(), "audit.csv", evaluated.findings.to_csv()?.as_bytes())?;
        write_file(self.fresh.path(), "audit.json", evaluated.findings.to_json()?.as_bytes())
    }

    fn document(&self, evaluated: &Evaluated) -> Result<(std::sync::Arc<Templates>, Document), Diagnostics> {
        let started = Instant::now();
        self.watch.begin("document");
        let (templates, document) = steps::write_document(self.study, self.wave, evaluated)?;
        for (name, bytes) in &document.files {
            write_file(self.fresh.path(), &format!("document/{name}"), bytes)?;
        }
        write_file(self.fresh.path(), USES, &data::uses_csv(&document.uses)?)?;
        let made = format!(
            "{}, {}, {}",
            count(document.numbers, "number"),
            count(document.figures, "figure"),
            count(document.tables, "table")
        );
        self.watch.end(&Done { step: "document", made, took: started.elapsed(), reused: false });
        Ok((templates, document))
    }

    fn pdf(
        &self,
        typst: &Typst,
        sha: &str,
        templates: &Templates,
        document: &Document,
    ) -> Result<Diagnostics, Diagnostics> {
        let started = Instant::now();
        self.watch.begin("pdf");
        let made = document.files.iter().map(|(name, bytes)| (format!("document/{name}"), hash(bytes)));
        let key = pdf_key(self.study, self.wave, self.inputs, &made.collect(), sha);
        let same = self.last.steps.get("pdf") == Some(&key);
        let old = fs_err::read(self.target.join(PDF)).ok();
        let old = old.filter(|bytes| same && self.last.outputs.get(PDF) == Some(&hash(bytes)));
        let reused = old.is_some();
        let mut warnings = self.last.warnings_of("pdf");
        let pdf = match old {
            Some(bytes) => bytes,
            None => {
                let job = Job {
                    root: &fs_err::canonicalize(self.fresh.path().join("document"))?,
                    document: DOCUMENT,
                    fonts: &fs_err::canonicalize(
                        self.study.root.join(FOLDER).join(&self.study.report.fonts),
                    )?,
                    date: timestamp(&self.wave.published)?,
                    limit: LIMIT,
                };
                let (pdf, told) = compile(typst, &job, &Home { lines: &document.lines, templates })?;
                warnings = told;
                pdf
            }
        };
        write_file(self.fresh.path(), PDF, &pdf)?;
        let made = format!("{PDF}, {} kB, by Typst {}", pdf.len().div_ceil(1000), typst.version);
        self.watch.end(&Done { step: "pdf", made, took: started.elapsed(), reused });
        Ok(warnings)
    }

    fn manifest(
        &self,
        typst: Tool,
        ran: &Ran,
        warnings: IndexMap<String, Diagnostics>,
    ) -> Result<(), Diagnostics> {
        let mut outputs = IndexMap::new();
        hashes(self.fresh.path(), "", &mut outputs)?;
        outputs.sort_keys();
        let mut steps = self.keys.clone();
        let pdf = pdf_key(self.study, self.wave, self.inputs, &outputs, &typst.sha256);
        steps.insert("pdf".to_owned(), pdf);
        let restudy =
            Tool { version: env!("CARGO_PKG_VERSION").into(), sha256: env!("RESTUDY_SOURCES").into() };
        let manifest = Manifest {
            study: self.study.title.clone(),
            wave: self.wave.id.clone(),
            tools: [("restudy".to_owned(), restudy), ("typst".to_owned(), typst)].into_iter().collect(),
            steps,
            queries: ran.keys.clone(),
            inputs: self.inputs.all(),
            outputs,
            warnings,
        };
        write_file(self.fresh.path(), MANIFEST, manifest.to_text()?.as_bytes())
    }
}

fn hashes(folder: &Path, prefix: &str, out: &mut IndexMap<String, String>) -> Result<(), Diagnostics> {
    for entry in fs_err::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            hashes(&entry.path(), &format!("{name}/"), out)?;
        } else {
            out.insert(name, hash_file(&entry.path())?);
        }
    }
    Ok(())
}
