//! One wave as its files give it: its answers, chunk by chunk, its samples, its frame.
//!
//! In: the files of a wave. Out: [`OfWave`], when every row has been looked at and nothing is wrong; its answers can then be gone
//! through. An export of several chunks is read twice for that, so that nothing is written of one that turns out to be faulty.

use std::collections::HashSet;

use super::ingest::taken;
use crate::codebook::{Codebook, Frame, Intake, Responses};
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::sample::{self, Declared, Kept, Sample};
use crate::sources::{Export, Met, Nobody, Progress, RawTable, Rows, Standing};
use crate::study::{Study, Wave};
use crate::waves::Crosswalks;

/// What the files of one wave hold.
pub(super) struct OfWave {
    /// The wave.
    pub(super) id: String,
    /// Its samples; they may be taken out when all is made that needs them.
    pub(super) samples: Vec<Sample>,
    /// Who was invited, where that is known.
    pub(super) frame: Option<Frame>,
    answers: Answers,
    /// Columns of the export that designs use.
    others: HashSet<String>,
}

/// The answers of a wave: an export, and what is needed to read it.
struct Answers {
    export: Export,
    asked: Codebook,
    open: Option<RawTable>,
    rows: Rows,
    /// All of them, where the export is one chunk.
    only: Option<Box<Responses>>,
}

/// What has come of looking at every row of an export.
enum Looked {
    /// It is no table.
    NoTable,
    /// Some of its answers are faults.
    Faulty,
    /// It is sound.
    Sound { rows: Rows, kept: Kept, only: Option<Box<Responses>> },
}

impl OfWave {
    /// Reads the files of `wave`; what is wrong with them goes to `diagnostics`.
    pub(super) fn read(
        study: &Study,
        wave: &Wave,
        codebook: &Codebook,
        crosswalks: &Crosswalks,
        progress: &dyn Progress,
        diagnostics: &mut Diagnostics,
    ) -> Option<OfWave> {
        let asked = crosswalks.codebook(codebook, &wave.id);
        let mut met = Met::default();
        let export = taken(crosswalks.read(study, wave, codebook, &mut met, progress), diagnostics);
        let mut of_open = Diagnostics::new();
        let open = taken(open_codings(study, wave), &mut of_open);
        let declared = export.as_ref().map(|export| sample::declared(study, wave, codebook, export.first()));
        let read = export.as_ref().zip(declared.as_ref());
        let looked = match read {
            Some((export, declared)) => {
                let open = open.as_ref().and_then(Option::as_ref);
                let intake = Intake::new(&asked, &wave.id, open, &declared.headers);
                look(export, declared, intake, (met, of_open), progress, diagnostics)
            }
            None => {
                diagnostics.extend(of_open);
                Looked::NoTable
            }
        };
        let frame = taken(Frame::read(study, wave), diagnostics);
        let mut is_sound = frame.is_some();
        if let (Looked::Sound { rows, .. }, Some(Some(frame))) = (&looked, &frame) {
            let too_many = too_many(wave, rows.len(), frame);
            is_sound = too_many.is_none();
            diagnostics.extend(too_many);
        }
        let (export, declared) = (export?, declared?);
        let others = declared.headers.clone();
        let frame_of = frame.as_ref().and_then(Option::as_ref);
        let (rows, kept, only) = match looked {
            Looked::NoTable => return None,
            Looked::Faulty => {
                let none = Rows::default();
                taken(declared.samples(&Standing::new(&export, &none), None, frame_of), diagnostics);
                return None;
            }
            Looked::Sound { rows, kept, only } => (rows, kept, only),
        };
        // A frame that does not fit the answers is told once.
        let kept = Some(&kept).filter(|_| is_sound);
        let samples = declared.samples(&Standing::new(&export, &rows), kept, frame_of);
        let samples = taken(samples, diagnostics);
        let answers = Answers { export, asked, open: open?, rows, only };
        Some(OfWave { id: wave.id.clone(), samples: samples?, frame: frame?, answers, others })
    }

    /// How many respondents there are.
    pub(super) fn respondents(&self) -> usize {
        self.answers.rows.len()
    }

    /// Goes through the answers, chunk by chunk: each with the number of respondents before it.
    pub(super) fn each(
        &self,
        progress: &dyn Progress,
        mut take: impl FnMut(&Responses, usize) -> Result<(), Diagnostics>,
    ) -> Result<(), Diagnostics> {
        let Answers { export, asked, open, rows, only } = &self.answers;
        if let Some(only) = only {
            return take(only, 0);
        }
        let mut intake = Intake::again(asked, &self.id, open.as_ref(), &self.others);
        for number in 0..export.chunks() {
            let mut met = Met::default();
            let chunk = export.chunk(number, &mut met)?;
            let responses = intake.take(&chunk);
            let is_same = chunk.len() == rows.before(number + 1) - rows.before(number);
            if !is_same || met.has_errors() || intake.has_errors() {
                return Err(export.changed());
            }
            take(&responses, rows.before(number))?;
            export.done("writing", number, rows.before(number + 1), progress);
        }
        Ok(())
    }
}

/// Looks at every row of `export`, of which the faults `met` are known, and those of the codes of its open answers.
fn look(
    export: &Export,
    declared: &Declared<'_>,
    mut intake: Intake<'_>,
    (mut met, of_open): (Met, Diagnostics),
    progress: &dyn Progress,
    diagnostics: &mut Diagnostics,
) -> Looked {
    let (mut rows, mut kept, mut only) = (Rows::default(), declared.keeps(), None);
    for number in 0..export.chunks() {
        let chunk = match export.chunk(number, &mut met) {
            Ok(chunk) => chunk,
            Err(faults) => {
                diagnostics.extend(faults);
                return Looked::NoTable;
            }
        };
        rows.add(&chunk);
        export.done("checking", number, rows.len(), progress);
        // What is no table has no answers.
        if met.has_errors() {
            continue;
        }
        let responses = intake.take(&chunk);
        kept.take(&chunk, &responses);
        only = (export.chunks() == 1).then(|| Box::new(responses));
    }
    let is_table = !met.has_errors();
    diagnostics.extend(met.finish());
    diagnostics.extend(of_open);
    if !is_table {
        return Looked::NoTable;
    }
    let told = intake.finish(export.first());
    let is_sound = told.errors() == 0;
    diagnostics.extend(told);
    if is_sound { Looked::Sound { rows, kept, only } } else { Looked::Faulty }
}

/// The codes that were given to open answers, where somebody has coded them.
fn open_codings(study: &Study, wave: &Wave) -> Result<(Option<RawTable>, Diagnostics), Diagnostics> {
    match &wave.open_codings {
        Some(source) => RawTable::read(&study.root, source).map(|(table, told)| (Some(table), told)),
        None => Diagnostics::new().or(None),
    }
}

/// More people cannot have answered than were invited.
fn too_many(wave: &Wave, answered: usize, frame: &Frame) -> Option<Diagnostic> {
    let invited = frame.invited();
    i64::try_from(answered).is_ok_and(|answered| answered > invited).then(|| {
        Diagnostic::error(format!("{answered} people answered, and {invited} were invited"))
            .at(Place::file(&frame.file))
            .note(format!("the answers are those of {}", wave.responses.file))
            .hint("put everybody who was invited into the frame, or take out answers that came twice")
    })
}

/// What respondents of `wave` answered, and what should be looked at although it stands.
///
/// # Errors
/// Everything that is wrong with the export and the codes given to its open answers.
pub fn responses(
    study: &Study,
    wave: &Wave,
    codebook: &Codebook,
) -> Result<(Responses, Diagnostics), Diagnostics> {
    let (crosswalks, mut diagnostics) = Crosswalks::load(study, &Codebook::load(&study.root)?)?;
    let asked = crosswalks.codebook(codebook, &wave.id);
    let mut met = Met::default();
    let export = taken(crosswalks.read(study, wave, codebook, &mut met, &Nobody), &mut diagnostics);
    let mut of_open = Diagnostics::new();
    let open = taken(open_codings(study, wave), &mut of_open);
    let Some(export) = export else {
        diagnostics.extend(of_open);
        return Err(diagnostics);
    };
    let declared = sample::declared(study, wave, codebook, export.first());
    let open = open.as_ref().and_then(Option::as_ref);
    let mut intake = Intake::new(&asked, &wave.id, open, &declared.headers);
    let mut all: Option<Responses> = None;
    for number in 0..export.chunks() {
        let responses = intake.take(&*export.chunk(number, &mut met)?);
        match &mut all {
            Some(all) => all.append(responses),
            None => all = Some(responses),
        }
    }
    let is_table = !met.has_errors();
    diagnostics.extend(met.finish());
    diagnostics.extend(of_open);
    if is_table {
        diagnostics.extend(intake.finish(export.first()));
    }
    match all {
        Some(responses) => diagnostics.or(responses),
        None => Err(diagnostics),
    }
}
