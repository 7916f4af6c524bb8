//! One export, read as its crosswalk says and looked through.
//!
//! In: an [`Export`] as it stands, the crosswalk of its wave. Out: the same with the codebook's own columns and answers, each chunk
//! shown to whoever wants to see it; and everything of which the crosswalk decides nothing.

use super::answers::Answers;
use super::merges::Merging;
use super::model::Crosswalk;
use crate::codebook::Codebook;
use crate::diagnostic::Diagnostics;
use crate::sources::{Export, Faults, Met, Progress, RawTable, by_place};

/// An export that is read as its crosswalk says.
#[derive(Debug)]
pub(super) struct Opened<'a> {
    export: Export,
    merging: Vec<Merging>,
    answers: Option<Answers<'a>>,
    undecided: Diagnostics,
}

impl<'a> Opened<'a> {
    /// `export`, as it stands, of a wave that asked `codebook`.
    ///
    /// # Errors
    /// The file cannot be read any more, or is not what it was.
    pub(super) fn of(
        export: Export,
        crosswalk: Option<&'a Crosswalk>,
        codebook: &'a Codebook,
        progress: &dyn Progress,
    ) -> Result<Opened<'a>, Diagnostics> {
        let Some(crosswalk) = crosswalk else {
            return Ok(Opened { export, merging: Vec::new(), answers: None, undecided: Diagnostics::new() });
        };
        let mut applied = crosswalk.applied(codebook, &export, progress)?;
        // Its first chunk is not shown as it stands later on.
        applied.merging.iter_mut().for_each(|merging| merging.take(export.first()));
        let export = export.read_as(applied.readings);
        let answers = Answers::of(crosswalk, codebook, export.first());
        Ok(Opened { export, merging: applied.merging, answers: Some(answers), undecided: applied.undecided })
    }

    /// Its first chunk, with the codebook's columns.
    pub(super) fn first(&self) -> &RawTable {
        self.export.first()
    }

    /// Looks at every chunk, and shows it to `see`. What is wrong with the rows is put to `met`, which knows the first chunk already; once
    /// something is, no more is looked at.
    ///
    /// # Errors
    /// The file cannot be read any more, or is not what it was.
    pub(super) fn look_through(
        &mut self,
        met: &mut Met,
        progress: &dyn Progress,
        mut see: impl FnMut(&RawTable),
    ) -> Result<(), Diagnostics> {
        let mut rows = 0;
        for number in 0..self.export.chunks() {
            let as_it_stands = |raw: &RawTable| self.merging.iter_mut().for_each(|merging| merging.take(raw));
            let chunk = self.export.chunk_seen(number, met, as_it_stands)?;
            rows += chunk.len();
            self.export.done("comparing", number, rows, progress);
            if met.has_errors() {
                continue;
            }
            if let Some(answers) = &mut self.answers {
                answers.take(&chunk);
            }
            see(&chunk);
        }
        Ok(())
    }

    /// The export, and everything of which nothing is decided, of what was looked at.
    pub(super) fn finish(self) -> (Export, Diagnostics) {
        let mut merges = Faults::new(self.export.first());
        self.merging.iter().flat_map(Merging::faults).for_each(|fault| merges.other(fault));
        let mut undecided = by_place([self.undecided, merges.finish()]);
        undecided.extend(self.answers.map(Answers::finish).unwrap_or_default());
        (self.export, undecided)
    }
}
