//! The answers of a wave, taken in chunk by chunk.
//!
//! In: the chunks of an export in their order, the codes given to open answers, the codebook. Out: the [`Responses`] of each chunk;
//! at the end everything that is wrong with any of them. A respondent's number stands once in all chunks together.

use std::collections::HashSet;

use super::answers::{Reader, Responses};
use super::identities::Identities;
use super::model::{Codebook, Kind};
use super::open_codings::OpenCodings;
use super::sheet::shown;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::sources::{Faults, Met, RawTable, by_place};

/// An export in the light of the codebook, as far as it is taken in.
#[derive(Debug)]
pub struct Intake<'a> {
    codebook: &'a Codebook,
    wave: &'a str,
    others: &'a HashSet<String>,
    open: Option<OpenCodings<'a>>,
    met: Met,
    /// Open answers that nobody coded.
    uncoded: Met,
    /// Those met so far; none where it is known that all differ.
    identities: Option<Identities>,
    /// How many respondents there were.
    respondents: usize,
}

impl<'a> Intake<'a> {
    /// Of an export of `wave` nothing is taken in yet. `open` are the codes given to its open answers. Columns that are not in the
    /// codebook are faults, except `others`, which the study uses for something else.
    pub fn new(
        codebook: &'a Codebook,
        wave: &'a str,
        open: Option<&'a RawTable>,
        others: &'a HashSet<String>,
    ) -> Self {
        Intake {
            codebook,
            wave,
            others,
            open: open.map(OpenCodings::of),
            met: Met::default(),
            uncoded: Met::default(),
            identities: Some(Identities::default()),
            respondents: 0,
        }
    }

    /// The same of an export that has been taken in once and found sound.
    pub fn again(
        codebook: &'a Codebook,
        wave: &'a str,
        open: Option<&'a RawTable>,
        others: &'a HashSet<String>,
    ) -> Self {
        Intake { identities: None, ..Intake::new(codebook, wave, open, others) }
    }

    /// The answers in `table`, the next chunk. What is wrong with them is told at the end.
    pub fn take(&mut self, table: &RawTable) -> Responses {
        let faults = Faults::after(std::mem::take(&mut self.met), table);
        let mut reader = Reader::new(self.codebook, self.wave, table, faults);
        reader.match_headers(self.others);
        for number in 0..self.codebook.questions.len() {
            reader.question(number);
        }
        self.identify(&mut reader);
        if let Some(open) = &mut self.open {
            open.apply(&mut reader);
        }
        let mut uncoded = Faults::after(std::mem::take(&mut self.uncoded), table);
        super::open_codings::uncoded(&reader, self.open.as_ref().map(OpenCodings::file), &mut uncoded);
        self.uncoded = uncoded.met();
        for number in 0..self.codebook.questions.len() {
            reader.settle_selection(number);
        }
        for number in 0..self.codebook.questions.len() {
            reader.outside_universe(number);
        }
        self.respondents += table.len();
        let missing = reader.missing();
        self.met = reader.faults.met();
        Responses {
            wave: self.wave.to_owned(),
            respondents: reader.respondents,
            variables: reader.variables,
            columns: reader.columns,
            missing,
        }
    }

    /// Whether something is wrong with the chunks that were taken in so far.
    pub fn has_errors(&self) -> bool {
        self.met.has_errors()
    }

    /// Everything that is wrong with the chunks that were taken in, of which `first` was the first.
    pub fn finish(self, first: &RawTable) -> Diagnostics {
        let mut faults = Faults::after(self.met, first);
        if self.respondents == 0 {
            faults.other(
                Diagnostic::error("the file has a header and no respondents")
                    .at(first.header_start())
                    .hint("export the answers too"),
            );
        }
        let open = self.open.map(|open| open.finish(&first.file)).unwrap_or_default();
        // A code that does not fit is told already; that its text is then without a code follows from it.
        let uncoded = if open.is_empty() { self.uncoded.finish() } else { Diagnostics::new() };
        let mut diagnostics = by_place([uncoded, faults.finish()]);
        diagnostics.extend(open);
        diagnostics
    }

    /// Every respondent has a number, and no number stands twice.
    fn identify(&mut self, reader: &mut Reader<'_>) {
        let id = self.codebook.questions.iter().position(|q| q.kind == Kind::Id);
        let table = reader.table;
        let Some(column) = id.and_then(|q| reader.raw_columns(q).first()).map(|(_, column)| *column) else {
            if let Some(id) = id.filter(|id| self.codebook.questions[*id].column.is_none()) {
                self.count_respondents(id, reader);
            }
            return;
        };
        for row in 0..table.len() {
            let id = table.cell(row, column);
            reader.respondents[row] = id.to_owned();
            if id.is_empty() {
                let fault = Diagnostic::error("a respondent has no number");
                let hint = "give each respondent a number of their own";
                reader.faults.cell(row, column, fault, |f| f.hint(hint));
            } else if let Some(before) = self.identities.as_mut().and_then(|met| met.add(id, table.line(row)))
            {
                let fault = Diagnostic::error(format!("respondent `{}` stands twice", shown(id)));
                let before = table.standing_at(before);
                reader.faults.cell(row, column, fault, |f| {
                    f.note(format!("first {before}"))
                        .hint("take out the row that does not count, or give it a number of its own")
                });
            }
        }
    }

    /// Numbers the respondents of an export that has no numbers, in its order.
    fn count_respondents(&self, id: usize, reader: &mut Reader<'_>) {
        let Some(variable) = reader.variable(&self.codebook.questions[id].name) else { return };
        for row in 0..reader.table.len() {
            let number = (self.respondents + row + 1).to_string();
            reader.set_text(variable, row, &number);
            reader.respondents[row] = number;
        }
    }
}

/// Reads `table`, the whole export of `wave`: see [`Intake`].
///
/// # Errors
/// Everything in which the two tables do not fit the codebook. Nothing is guessed.
pub fn read(
    codebook: &Codebook,
    wave: &str,
    table: &RawTable,
    open: Option<&RawTable>,
    others: &HashSet<String>,
) -> Result<(Responses, Diagnostics), Diagnostics> {
    let mut intake = Intake::new(codebook, wave, open, others);
    let responses = intake.take(table);
    intake.finish(table).or(responses)
}
