//! The steps themselves, each a call into the stage that does the work.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use datafusion::arrow::array::RecordBatch;

use super::edition::edition;
use super::queries::{self, Kept, Ran};
use super::standing::Standing;
use super::{Done, Unwatched, Watch};
use crate::changes::{CHANGES, changes};
use crate::codebook::Codebook;
use crate::diagnostic::{Diagnostic, Diagnostics, Place, count};
use crate::engine::{Params, Session};
use crate::evidence::{Evidence, Findings, Relations, audit};
use crate::queries::{Catalogue, Purpose, QueryResult};
use crate::report::glyphs::Glyphs;
use crate::report::results::Results;
use crate::report::templates::{FOLDER, Templates};
use crate::report::{self, Document, Material, codebook};
use crate::store::{self, Store, add};
use crate::study::{Study, Wave};
use crate::waves;

/// Everything that a study's data and queries give.
pub struct Evaluated {
    /// The store's tables, the results and the evidence, to be asked.
    pub session: Session,
    /// Results of all queries.
    pub(super) ran: Ran,
    /// Results and evidence, as the report reads them.
    pub report: Arc<Results>,
    /// The audit.
    pub findings: Findings,
    /// The codebook.
    pub codebook: Codebook,
    /// What the report's fonts can print.
    pub glyphs: Glyphs,
    /// What should be looked at in the data although nothing is wrong.
    pub warnings: Diagnostics,
    store: PathBuf,
    /// The store, where it was made for this alone.
    _temporary: Option<TemporaryStore>,
}

impl Evaluated {
    /// Results of all queries, each after those that it selects from.
    pub fn results(&self) -> &[QueryResult] {
        &self.ran.results
    }

    /// The table of all statistics.
    pub fn evidence(&self) -> &RecordBatch {
        &self.ran.evidence
    }

    /// The store's tables, in order of name: name and file.
    ///
    /// # Errors
    /// Somebody has taken them away.
    pub fn tables(&self) -> Result<Vec<(String, PathBuf)>, Diagnostics> {
        Ok(Store::open(&self.store)?.tables())
    }
}

/// Reads the study's data into Parquet tables in `folder`: how many tables, and what should be looked at.
pub(super) fn write_store(
    study: &Study,
    wave: &Wave,
    folder: &Path,
    watch: &dyn Watch,
) -> Result<(usize, Diagnostics), Diagnostics> {
    let (tables, mut warnings) = store::write(study, wave, folder, watch)?;
    let session = Session::open(&Store::open(folder)?.tables())?.with_confidence(study.design.confidence);
    let (changed, of_samples) = changes(study, wave, &session)?;
    add(folder, CHANGES, &changed)?;
    warnings.extend(of_samples);
    Ok((tables + 1, warnings))
}

/// Queries, evidence and audit, over the store in `folder`; results that a change does not reach are taken from `kept`.
pub(super) fn compute(
    study: &Study,
    wave: &Wave,
    folder: &Path,
    kept: &Kept,
    watch: &dyn Watch,
) -> Result<Evaluated, Diagnostics> {
    let started = Instant::now();
    watch.begin("queries");
    let confidence = study.design.confidence;
    let catalogue = Catalogue::of(study, wave)?;
    let session = Session::open(&Store::open(folder)?.tables())?.with_confidence(confidence);
    let ran = queries::run(&catalogue, &session, folder, &wave.id, confidence, kept)?;
    let reused = ran.reused == ran.results.len();
    let mut made = count(ran.results.len(), "result");
    if ran.reused > 0 && !reused {
        made = format!("{made}, {} as before", ran.reused);
    }
    watch.end(&Done { step: "queries", made, took: started.elapsed(), reused });

    let started = Instant::now();
    watch.begin("evidence");
    let mut faults = checks(&ran.results);
    let findings = match audited(study, wave, &session, &ran.results) {
        Ok(findings) => faults.or(findings)?.0,
        Err(found) => {
            faults.extend(found);
            return Err(faults);
        }
    };
    let glyphs = Glyphs::read(&study.root.join(FOLDER).join(&study.report.fonts))?;
    let mut warnings = catalogue.unknown_labels(&session, &wave.id)?;
    if study.edition(wave).len() > 1 {
        warnings.extend(catalogue.compared(&session, &wave.id)?);
    }
    if let Some(message) = findings.differing() {
        warnings.push(Diagnostic::warning(message).hint("`restudy audit` tells why"));
    }
    let report = Results::new(Evidence::from_results(ran.results.clone(), confidence));
    let made =
        format!("{}, {} judged", count(report.statistics().len(), "number"), count(findings.total, "claim"));
    watch.end(&Done { step: "evidence", made, took: started.elapsed(), reused: false });
    Ok(Evaluated {
        session,
        ran,
        report: Arc::new(report),
        findings,
        codebook: waves::edition(study, &wave.id)?,
        glyphs,
        warnings,
        store: folder.to_path_buf(),
        _temporary: None,
    })
}

/// What the data say of each published claim; nothing where the study has no claims about this wave.
fn audited(
    study: &Study,
    wave: &Wave,
    session: &Session,
    results: &[QueryResult],
) -> Result<Findings, Diagnostics> {
    let claims = study.sources.claims.as_ref().filter(|_| study.claims_are_about(&wave.id));
    let Some(register) = claims else {
        return audit::audit(&[], results, &Relations::default());
    };
    let claims = audit::claims(&register.file, &session.query("select * from claims", &Params::none())?)?;
    let ids: Vec<&str> = claims.iter().map(|claim| claim.id.as_str()).collect();
    let relations = match &study.sources.claim_relations {
        Some(file) => Relations::parse(file, &fs_err::read_to_string(study.root.join(file))?, &ids)?,
        None => Relations::default(),
    };
    audit::audit(&claims, results, &relations)
}

/// A row of a query in `queries/checks/` is a fault of the data.
fn checks(results: &[QueryResult]) -> Diagnostics {
    let mut faults = Diagnostics::new();
    for result in results.iter().filter(|r| r.head.purpose == Purpose::Check && r.rows() > 0) {
        let title = result.head.title.trim_end_matches('.');
        let mut fault =
            Diagnostic::error(format!("a check fails for {}: {title}", count(result.rows(), "row")))
                .at(Place::file(&result.file));
        for row in 0..result.rows().min(5) {
            let cells = result.head.columns.iter().map(|c| {
                format!("{} {}", c.name, result.text(row, &c.name).unwrap_or_else(|| "–".to_owned()))
            });
            fault = fault.note(cells.collect::<Vec<_>>().join(", "));
        }
        if result.rows() > 5 {
            fault = fault.note(format!("and {}", count(result.rows() - 5, "more row")));
        }
        faults.push(fault);
    }
    faults
}

/// Fills in the templates.
///
/// # Errors
/// All faults of the templates that could be found together.
pub fn write_document(
    study: &Study,
    wave: &Wave,
    evaluated: &Evaluated,
) -> Result<(Arc<Templates>, Document), Diagnostics> {
    let templates = Arc::new(Templates::read(&study.root)?);
    let (edition, met) = edition(study, wave)?;
    let document = report::write(&Material {
        study,
        wave,
        templates: Arc::clone(&templates),
        edition: Arc::new(edition),
        numbers: Arc::clone(&evaluated.report) as Arc<dyn report::numbers::Numbers>,
        titles: evaluated.report.titles(),
        findings: &evaluated.findings,
        codebook: codebook::entries(&met, &wave.id),
        glyphs: &evaluated.glyphs,
        scales: codebook::scales(&met),
    })?;
    Ok((templates, document))
}

/// Everything that the data and queries of a wave give, without a build: over the store of the last build where that is
/// up to date, else over one that is made for this and thrown away.
///
/// # Errors
/// All faults of the data, or else of the queries.
pub fn evaluate(study: &Study, wave: &Wave) -> Result<Evaluated, Diagnostics> {
    let standing = Standing::of(study, wave)?;
    if let Some((built, manifest)) = standing.store()
        && manifest.are_whole(built, "store/")
    {
        let kept = Kept::read(built, manifest);
        let computed = compute(study, wave, &built.join("store"), &kept, &Unwatched);
        let (mut evaluated, mut warnings) = manifest.warnings_of("store").then(computed)?;
        warnings.extend(std::mem::take(&mut evaluated.warnings));
        return Ok(Evaluated { warnings, ..evaluated });
    }
    afresh(study, wave, &Unwatched)
}

/// The same, over a store that is made for this and thrown away.
fn afresh(study: &Study, wave: &Wave, watch: &dyn Watch) -> Result<Evaluated, Diagnostics> {
    let started = Instant::now();
    watch.begin("store");
    let mut store = temporary_store(study, wave, watch)?;
    let made = count(store.tables()?.len(), "table");
    watch.end(&Done { step: "store", made, took: started.elapsed(), reused: false });
    let of_store = std::mem::take(&mut store.warnings);
    let computed = compute(study, wave, &store.path, &Kept::default(), watch);
    let (mut evaluated, mut warnings) = of_store.then(computed)?;
    warnings.extend(std::mem::take(&mut evaluated.warnings));
    Ok(Evaluated { warnings, _temporary: Some(store), ..evaluated })
}

/// A store that goes when this value does.
#[derive(Debug)]
pub struct TemporaryStore {
    _folder: tempfile::TempDir,
    path: PathBuf,
    warnings: Diagnostics,
}

impl TemporaryStore {
    /// Its tables, in order of name: name and file.
    ///
    /// # Errors
    /// Somebody has taken them away.
    pub fn tables(&self) -> Result<Vec<(String, PathBuf)>, Diagnostics> {
        Ok(Store::open(&self.path)?.tables())
    }
}

/// The tables of a wave, made from its sources and nothing else.
///
/// # Errors
/// All faults of the data.
pub fn temporary_store(study: &Study, wave: &Wave, watch: &dyn Watch) -> Result<TemporaryStore, Diagnostics> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("store");
    let (_, warnings) = write_store(study, wave, &path, watch)?;
    Ok(TemporaryStore { _folder: folder, path, warnings })
}

/// Looks for everything that can be wrong with the study, without building: what is right, in words, and what should be
/// looked at.
///
/// # Errors
/// All faults that could be found together.
pub fn check(study: &Study, wave: &Wave, watch: &dyn Watch) -> Result<(String, Diagnostics), Diagnostics> {
    let mut faults = Diagnostics::new();
    // The templates are read even if the data are at fault: their own faults do not depend on them.
    let read = Templates::read(&study.root).and_then(|templates| report::check(study, &templates));
    let evaluated = match afresh(study, wave, watch) {
        Ok(evaluated) => evaluated,
        Err(found) => {
            faults.extend(found);
            faults.extend(read.err().into_iter().flatten());
            return Err(faults);
        }
    };
    let written = write_document(study, wave, &evaluated);
    let ((_, document), mut warnings) = evaluated.warnings.clone().then(written)?;
    warnings.extend(document.warnings);
    let summary = format!(
        "{}, {} judged, {} in the text",
        count(evaluated.results().len(), "query result"),
        count(evaluated.findings.total, "claim"),
        count(document.numbers, "number")
    );
    Ok((summary, warnings))
}
