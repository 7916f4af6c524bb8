//! One wave as its files give it: its answers, its samples, its frame.

use super::ingest::taken;
use crate::codebook::{self, Codebook, Frame, Responses};
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::sample::{self, Sample};
use crate::sources::RawTable;
use crate::study::{Study, Wave};
use crate::waves::Crosswalks;

/// What the files of one wave hold.
pub(super) struct OfWave {
    pub(super) responses: Responses,
    pub(super) samples: Vec<Sample>,
    /// Who was invited, where that is known.
    pub(super) frame: Option<Frame>,
}

impl OfWave {
    /// Reads the files of `wave`; what is wrong with them goes to `diagnostics`.
    pub(super) fn read(
        study: &Study,
        wave: &Wave,
        codebook: &Codebook,
        crosswalks: &Crosswalks,
        diagnostics: &mut Diagnostics,
    ) -> Option<OfWave> {
        let asked = crosswalks.codebook(codebook, &wave.id);
        let table = taken(crosswalks.read(study, wave, codebook), diagnostics);
        let open = taken(open_codings(study, wave), diagnostics);
        let declared = table.as_ref().map(|table| sample::declared(study, wave, codebook, table));
        let read = table.as_ref().zip(declared.as_ref()).map(|(table, declared)| {
            codebook::read(&asked, &wave.id, table, open.flatten().as_ref(), &declared.headers)
        });
        let responses = read.and_then(|read| taken(read, diagnostics));
        let frame = taken(Frame::read(study, wave), diagnostics);
        let of_frame = responses.as_ref().zip(frame.as_ref());
        let is_sound = of_frame.is_some_and(|(responses, frame)| {
            let too_many = frame.as_ref().and_then(|frame| too_many(wave, responses, frame));
            let is_sound = too_many.is_none();
            diagnostics.extend(too_many);
            is_sound
        });
        // A frame that does not fit the answers is told once.
        let samples = table.as_ref().zip(declared).and_then(|(table, declared)| {
            let responses = responses.as_ref().filter(|_| is_sound);
            let frame = frame.as_ref().and_then(Option::as_ref);
            taken(declared.samples(table, responses, frame), diagnostics)
        });
        Some(OfWave { responses: responses?, samples: samples?, frame: frame? })
    }
}

/// The codes that were given to open answers, where somebody has coded them.
fn open_codings(study: &Study, wave: &Wave) -> Result<(Option<RawTable>, Diagnostics), Diagnostics> {
    match &wave.open_codings {
        Some(source) => RawTable::read(&study.root, source).map(|(table, told)| (Some(table), told)),
        None => Diagnostics::new().or(None),
    }
}

/// More people cannot have answered than were invited.
fn too_many(wave: &Wave, responses: &Responses, frame: &Frame) -> Option<Diagnostic> {
    let (answered, invited) = (responses.respondents.len(), frame.invited());
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
    let table = taken(crosswalks.read(study, wave, codebook), &mut diagnostics);
    let open = taken(open_codings(study, wave), &mut diagnostics);
    let read = table.map(|table| {
        let declared = sample::declared(study, wave, codebook, &table);
        codebook::read(&asked, &wave.id, &table, open.flatten().as_ref(), &declared.headers)
    });
    match read.and_then(|read| taken(read, &mut diagnostics)) {
        Some(responses) => diagnostics.or(responses),
        None => Err(diagnostics),
    }
}
