//! Answers of an export of which its crosswalk decides nothing.
//!
//! In: the chunks of an export, read as the crosswalk says. Out: each answer that neither the codebook knows nor a row explains.

use std::collections::HashSet;

use indexmap::IndexMap;

use super::compare::labels;
use super::draft::quoted;
use super::model::Crosswalk;
use crate::codebook::{Codebook, Column, Takes};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::sources::{Faults, Met, RawTable, shortened};

/// How many answers of one kind are told apart.
const TOLD_APART: usize = 20;

/// The answers of an export that are looked at, and what was met of which nothing is decided.
#[derive(Debug)]
pub(super) struct Answers<'a> {
    crosswalk: &'a Crosswalk,
    codebook: &'a Codebook,
    columns: Vec<Known>,
    /// Unknown answers of each set or question.
    unknown: IndexMap<String, HashSet<String>>,
    met: Met,
}

/// A column whose answers are known.
#[derive(Debug)]
struct Known {
    at: usize,
    column: Column,
    /// The position in `unknown` of what they are answers of.
    of: usize,
    answers: HashSet<String>,
}

impl<'a> Answers<'a> {
    /// Nothing is met yet in an export of which `first` is the first chunk.
    pub(super) fn of(crosswalk: &'a Crosswalk, codebook: &'a Codebook, first: &RawTable) -> Answers<'a> {
        let all = codebook.columns();
        let mut unknown = IndexMap::new();
        let known = first.headers().enumerate().filter_map(|(at, header)| {
            let column = all.iter().find(|column| column.header == header)?.clone();
            let (of, answers) = match &column.takes {
                Takes::Labels(name) => {
                    let set = codebook.set(name).into_iter().flat_map(|set| &set.labels);
                    (name.clone(), set.map(|label| label.answer.clone()).collect())
                }
                Takes::Tick(answer) => (column.question.clone(), HashSet::from([answer.clone()])),
                Takes::Numbers | Takes::Times | Takes::Text => return None,
            };
            let entry = unknown.entry(of);
            let of = entry.index();
            entry.or_insert_with(HashSet::new);
            Some(Known { at, column, of, answers })
        });
        let columns = known.collect();
        Answers { crosswalk, codebook, columns, unknown, met: Met::default() }
    }

    /// Looks at `table`, the next chunk.
    pub(super) fn take(&mut self, table: &RawTable) {
        let mut faults = Faults::after(std::mem::take(&mut self.met), table);
        let each = (0..table.len()).flat_map(|row| self.columns.iter().map(move |known| (row, known)));
        for (row, Known { at, column, of, answers }) in each {
            let cell = table.cell(row, *at);
            if cell.is_empty() || answers.contains(cell) || table.stated(row, *at).is_some() {
                continue;
            }
            let Some((of, unknown)) = self.unknown.get_index_mut(*of) else { continue };
            if !unknown.contains(cell) && unknown.len() >= TOLD_APART {
                let message = format!("more answers to `{of}` of which nothing is decided");
                faults.cell(row, *at, Diagnostic::error(message), |fault| {
                    fault.hint("do these columns hold the answers to another question?")
                });
                continue;
            }
            unknown.insert(cell.to_owned());
            let message = format!("answer `{}` is not among those of `{of}`", shortened(cell));
            faults.cell(row, *at, Diagnostic::error(message), |fault| {
                fault.note(format!("here it is an answer to `{}`", column.means)).hint(hint(
                    self.crosswalk,
                    self.codebook,
                    &column.takes,
                    cell,
                ))
            });
        }
        self.met = faults.met();
    }

    /// Everything that was met.
    pub(super) fn finish(self) -> Diagnostics {
        self.met.finish()
    }
}

/// Where a person decides what `cell` is.
fn hint(crosswalk: &Crosswalk, codebook: &Codebook, takes: &Takes, cell: &str) -> String {
    let Takes::Labels(set) = takes else {
        return format!("write it under `ticked` or `not_ticked` at the head of {}", crosswalk.file);
    };
    let near: Vec<String> = (labels(codebook, set, cell).iter().take(3))
        .map(|(label, likeness)| format!("`{label}` ({likeness:.2})"))
        .collect();
    let place = match crosswalk.answers_at.get(set) {
        Some(place) => format!("under `[answers.{set}]`, {}:{}", place.file, place.line.unwrap_or(1)),
        None => format!("under a heading `[answers.{set}]` in {}", crosswalk.file),
    };
    format!(
        "is it {}? Write `{} = \"…\"` {place}; a new label is added to codebook/value-labels.toml first, and to the \
         column's `new_answers`",
        near.join(" or "),
        quoted(cell)
    )
}
