//! The contract between waves: what a new wave may not change in silence.
//!
//! In: what the exports of a wave and of the one that it is compared with hold, both with the codebook's own columns and answers,
//! and the crosswalk. Out: each breach that no row of the crosswalk explains, with its place and what to do.
//!
//! | rule | explained by |
//! | --- | --- |
//! | a name stands for another variable than before | `why` in its row |
//! | names differ in letter case alone | `how = "renamed"` |
//! | a label that nobody gave before | `new_answers` or `why` |
//! | the codes of a scale run in another order | `why` |
//! | answers from others than were asked, or none from some who were | `[[routing]]` |
//! | numbers of another size | `times` or `why` |
//! | a column that became empty | `why`, or `[[gone]]` and no row |

use std::cell::LazyCell;
use std::collections::{HashMap, HashSet};

use super::codes::turned;
use super::held::{Given, Held, Holding, is_no_accident, of_sets};
use super::model::{Column, Crosswalk, Crosswalks, How, Means};
use super::routes::Routes;
use crate::codebook::{self, Codebook, Takes};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, count};
use crate::sources::{Faults, RawTable, shortened};

/// By how many times a number in the middle may differ.
const TIMES: f64 = 5.0;
/// How many numbers of each wave must be there to say so.
pub(super) const NUMBERS: usize = 3;

/// A wave that is held against the one before it.
pub(super) struct Contract<'a> {
    /// All crosswalks.
    pub(super) crosswalks: &'a Crosswalks,
    /// The codebook as this wave asked it.
    pub(super) codebook: &'a Codebook,
    /// The wave.
    pub(super) wave: &'a str,
    /// The wave with which it is compared.
    pub(super) against: &'a str,
    /// Columns of its export whose names differ in letter case alone.
    pub(super) twins: &'a [(String, String, Place)],
    /// The first rows of its export, with the codebook's columns.
    pub(super) first: &'a RawTable,
    /// The labels that somebody gave in any wave before the other one.
    pub(super) earlier: &'a dyn Fn() -> Given,
}

/// What one of two exports holds that are compared.
#[derive(Debug)]
pub(super) struct Side {
    holding: Holding,
    routes: Routes,
}

impl Side {
    /// Nothing is looked at yet of an export of which `first` is the first chunk, and `other` that of the other one.
    pub(super) fn of(codebook: &Codebook, wave: &str, first: &RawTable, other: &RawTable) -> Side {
        // What only one of the waves has says nothing of the other.
        let others: HashSet<&str> = other.headers().collect();
        let shared = first.headers().filter(|header| others.contains(header)).map(str::to_owned).collect();
        Side {
            holding: Holding::of(codebook, &codebook.columns(), first),
            routes: Routes::of(codebook, &codebook.columns_of(wave), &shared, first),
        }
    }

    /// Looks at `table`, the next chunk.
    pub(super) fn take(&mut self, table: &RawTable) {
        self.holding.take(table);
        self.routes.take(table);
    }
}

/// Columns of `table` whose names differ in letter case alone: the first, the second, and where that stands.
pub(super) fn case_twins(table: &RawTable) -> Vec<(String, String, Place)> {
    let mut first: HashMap<String, &str> = HashMap::new();
    let mut twins = Vec::new();
    for (column, name) in table.headers().enumerate() {
        if let Some(other) = first.insert(name.to_lowercase(), name) {
            twins.push((other.to_owned(), name.to_owned(), table.header_place(column)));
        }
    }
    twins
}

impl Contract<'_> {
    /// All breaches, by what the export of the wave holds and that of the other one.
    pub(super) fn breaches(&self, of_now: Side, of_before: Side) -> Diagnostics {
        let columns = self.codebook.columns_of(self.wave);
        let (now, before) = (of_now.holding.finish(), of_before.holding.finish());
        let given = of_sets(&self.codebook.columns(), &before);
        let earlier = LazyCell::new(|| (self.earlier)());
        let mut faults = Faults::new(self.first);
        self.names(&mut faults);
        for column in &columns {
            let Some(now) = now.get(&column.means) else { continue };
            let before = before.get(&column.means);
            self.new_labels(column, now, before, (&given, &earlier), &mut faults);
            let Some(before) = before else { continue };
            self.emptied(column, now, before, &mut faults);
            self.unit(column, now, before, &mut faults);
            self.order(column, &mut faults);
        }
        for question in self.codebook.questions.iter().filter(|question| question.asked_in(self.wave)) {
            self.routing(question, (&of_now.routes, &of_before.routes), &mut faults);
        }
        faults.finish()
    }

    pub(super) fn crosswalk(&self) -> Option<&Crosswalk> {
        self.crosswalks.of(self.wave)
    }

    /// The row of the crosswalk about a column.
    fn row(&self, column: &codebook::Column) -> Option<&Column> {
        let rows = &self.crosswalk()?.columns;
        rows.iter().find(|row| row.means == Means::Variable(column.means.clone()))
    }

    /// Whether the row about a column says why it is as it is.
    fn is_explained(&self, column: &codebook::Column) -> bool {
        self.row(column).is_some_and(|row| !row.why.trim().is_empty())
    }

    /// Where a person decides about a column, in words: behind "say so".
    fn where_to(&self, column: &codebook::Column) -> String {
        match self.row(column) {
            Some(row) => format!("in its row, {}:{}", row.place.file, row.place.line.unwrap_or(1)),
            None => format!("in a crosswalk: {}", self.draft()),
        }
    }

    /// How a crosswalk comes about where there is none, in words.
    pub(super) fn draft(&self) -> String {
        format!("`restudy wave add {} {} --anew` drafts it", self.wave, self.first.file)
    }

    /// Where the name of a column stands in the export.
    pub(super) fn header(&self, column: &codebook::Column) -> Place {
        let at = self.first.column(&column.header);
        at.map_or_else(|| self.first.header_start(), |at| self.first.header_place(at))
    }

    /// A name means what it meant, and differs from what it was by more than case.
    fn names(&self, faults: &mut Faults<'_>) {
        let columns = self.codebook.columns();
        let before = self.crosswalks.names(self.codebook, self.against);
        let meant: HashMap<&str, &str> = (before.iter())
            .filter_map(|(number, raw)| Some((raw.as_str(), columns.get(*number)?.means.as_str())))
            .collect();
        let by_case: HashMap<String, &str> = meant.keys().map(|raw| (raw.to_lowercase(), *raw)).collect();
        for row in self.crosswalk().into_iter().flat_map(|crosswalk| &crosswalk.columns) {
            let Means::Variable(means) = &row.means else { continue };
            match (meant.get(row.raw.as_str()), by_case.get(&row.raw.to_lowercase())) {
                (Some(was), _) if was != means && row.why.trim().is_empty() => {
                    let message = format!(
                        "column `{}` was `{was}` in {}, and is `{means}` now",
                        shortened(&row.raw),
                        self.against
                    );
                    let hint =
                        "if the name is used again for something else, say so in `why`; else correct `means`";
                    faults.other(Diagnostic::error(message).at(row.place.clone()).hint(hint));
                }
                (None, Some(was)) if row.how == How::Same => {
                    let message = format!(
                        "column `{}` was `{}` in {}: another letter case",
                        shortened(&row.raw),
                        shortened(was),
                        self.against
                    );
                    let hint = "write `how = \"renamed\"` if it is the same question";
                    faults.other(Diagnostic::error(message).at(row.place.clone()).hint(hint));
                }
                _ => {}
            }
        }
        for (other, name, place) in self.twins {
            let is_said = self.crosswalk().is_some_and(|crosswalk| {
                crosswalk.columns.iter().any(|row| row.raw == *name && !row.why.trim().is_empty())
            });
            if !is_said {
                let message = format!(
                    "columns `{}` and `{}` differ in letter case alone",
                    shortened(other),
                    shortened(name)
                );
                let fault = Diagnostic::error(message).at(place.clone());
                faults.other(fault.hint("if both are meant, say so in the `why` of the second one's row"));
            }
        }
    }

    fn emptied(&self, column: &codebook::Column, now: &Held, before: &Held, faults: &mut Faults<'_>) {
        if now.answered > 0
            || !is_no_accident(before.answered, before.of, now.of)
            || self.is_explained(column)
        {
            return;
        }
        let message = format!("column `{}` became empty", shortened(self.written(column)));
        let fault = Diagnostic::error(message).at(self.header(column));
        faults.other(
            fault
                .note(format!("`{}` had {} in {}", column.means, count(before.answered, "answer"), self.against))
                .hint(format!(
                    "export it again; if it was not asked, leave it out and list `{}` under `[[gone]]`; else say why {}",
                    column.variable,
                    self.where_to(column)
                )),
        );
    }

    /// The column's name in the export.
    fn written<'b>(&'b self, column: &'b codebook::Column) -> &'b str {
        let at = self.first.column(&column.header);
        at.and_then(|at| self.first.written_name(at)).unwrap_or(&column.header)
    }

    /// A label was given before: in this column, or at least in another with the same labels, in this wave's predecessor or in
    /// one before it.
    fn new_labels(
        &self,
        column: &codebook::Column,
        now: &Held,
        before: Option<&Held>,
        (given, earlier): (&Given, &LazyCell<Given, impl FnOnce() -> Given>),
        faults: &mut Faults<'_>,
    ) {
        let Takes::Labels(name) = &column.takes else { return };
        let (Some(set), Some(of_set)) = (self.codebook.set(name), given.get(name)) else { return };
        if self.is_explained(column) {
            return;
        }
        let before = before.filter(|before| before.answered > 0);
        for label in set.labels.iter().map(|label| &label.label) {
            let (n, was) = (now.given(label), before.map_or(0, |before| before.given(label)));
            let is_said = self.row(column).is_some_and(|row| row.new_answers.contains(label));
            if n == 0 || was > 0 || is_said {
                continue;
            }
            let is_chance = before.is_none_or(|before| !is_no_accident(n, now.answered, before.answered));
            let is_known =
                || of_set.contains(label) || earlier.get(name).is_some_and(|given| given.contains(label));
            if is_chance && is_known() {
                continue;
            }
            let message = format!("nobody answered `{label}` to `{}` before", column.means);
            let were = match before {
                Some(before) => format!("none of {}", before.answered),
                None => format!("none to a question with the labels `{name}`"),
            };
            let fault = Diagnostic::error(message).at(self.header(column));
            faults.other(fault.note(format!("{} now, {were} in {}", count(n, "answer"), self.against)).hint(format!(
                "if it was offered for the first time, write `new_answers = [{}]` and what is `comparable` {place}; if it was \
                 offered before and nobody chose it, say so in `why`",
                super::draft::quoted(label),
                place = self.where_to(column)
            )));
        }
    }

    /// Numbers are of the size that they were.
    fn unit(&self, column: &codebook::Column, now: &Held, before: &Held, faults: &mut Faults<'_>) {
        let is_said = self.row(column).is_some_and(|row| row.times.is_some());
        let (now, before) = (&now.numbers, &before.numbers);
        if is_said || self.is_explained(column) || now.len().min(before.len()) < NUMBERS {
            return;
        }
        let (Some(one), Some(other)) = (now.median(), before.median()) else { return };
        let (less, more) = if one < other { (now, before) } else { (before, now) };
        let (Some(small), Some(large)) = (less.median(), more.median()) else { return };
        // Of one from each wave, nearly always the same wave's is the larger.
        if small < 0.0 || large < TIMES * small || less.below(more) < 0.95 {
            return;
        }
        let message = format!("the numbers of `{}` are of another size", column.means);
        let fault = Diagnostic::error(message).at(self.header(column));
        faults.other(fault.note(format!("the middle one is {one}, and was {other} in {}", self.against)).hint(format!(
            "if the unit has changed, write `times = …` {}, which brings them to the codebook's; else say why",
            self.where_to(column)
        )));
    }

    /// Codes of a scale run as its labels do.
    fn order(&self, column: &codebook::Column, faults: &mut Faults<'_>) {
        let Takes::Labels(name) = &column.takes else { return };
        let Some(set) = self.codebook.set(name).filter(|_| !self.is_explained(column)) else { return };
        let at = self.first.column(&column.header);
        let described = at.and_then(|at| self.first.described(at));
        let labelled = described.into_iter().flat_map(|described| &described.value_labels);
        // Where the answers themselves begin with a number.
        let said = self.crosswalk().into_iter().flat_map(|crosswalk| {
            let of_row = self.row(column).into_iter().flat_map(|row| &row.answers);
            crosswalk.answers.get(name).into_iter().flatten().chain(of_row)
        });
        let codes = labelled.chain(said).map(|(code, said)| (code.as_str(), said.as_str()));
        let Some(turned) = turned(set, codes) else { return };
        let message =
            format!("the codes of `{}` run in another order than the labels of `{name}`", column.means);
        let listed: Vec<String> = turned.iter().map(|(code, said)| format!("{code} `{said}`")).collect();
        let fault = Diagnostic::error(message).at(self.header(column));
        faults.other(fault.note(format!("they are {}", listed.join(", "))).hint(format!(
            "labels decide, not codes; if that is right, say so in `why` {}",
            self.where_to(column)
        )));
    }
}
