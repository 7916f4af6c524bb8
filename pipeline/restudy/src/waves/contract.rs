//! The contract between waves: what a new wave may not change in silence.
//!
//! In: the exports of a wave and of the one that it is compared with, both with the codebook's own columns and answers, and the
//! crosswalk. Out: each breach that no row of the crosswalk explains, with its place and what to do.
//!
//! | rule | explained by |
//! | --- | --- |
//! | a name stands for another variable than before | `why` in its row |
//! | names differ in letter case alone | `how = "renamed"` |
//! | a label that nobody gave before, no accident | `new_answers` or `why` |
//! | the codes of a scale run in another order | `why` |
//! | answers from others than were asked, or none from some who were | `[[routing]]` |
//! | numbers of another size | `times` or `why` |
//! | a column that became empty | `why`, or `[[gone]]` and no row |

use std::collections::HashMap;

use super::codes::turned;
use super::held::{Held, held, is_no_accident, number};
use super::model::{Column, Crosswalk, Crosswalks, How, Means};
use crate::codebook::{self, Codebook, Kind, Question, Takes};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, count};
use crate::sources::{Faults, RawTable, shortened};

/// By how many times a number in the middle may differ.
const TIMES: f64 = 5.0;
/// How many numbers of each wave must be there to say so.
const NUMBERS: usize = 3;

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
    /// Its export with the codebook's columns and answers.
    pub(super) now: &'a RawTable,
    /// The other's.
    pub(super) before: &'a RawTable,
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
    /// All breaches.
    pub(super) fn breaches(&self) -> Diagnostics {
        let columns = self.codebook.columns_of(self.wave);
        let (now, before) =
            (held(self.codebook, &columns, self.now), held(self.codebook, &columns, self.before));
        let mut faults = Faults::new(self.now);
        self.names(&mut faults);
        for column in &columns {
            let (Some(now), Some(before)) = (now.get(&column.means), before.get(&column.means)) else {
                continue;
            };
            self.emptied(column, now, before, &mut faults);
            self.new_labels(column, now, before, &mut faults);
            self.unit(column, now, before, &mut faults);
            self.order(column, &mut faults);
        }
        for question in self.codebook.questions.iter().filter(|question| question.asked_in(self.wave)) {
            self.routing(question, &columns, &mut faults);
        }
        faults.finish()
    }

    fn crosswalk(&self) -> Option<&Crosswalk> {
        self.crosswalks.of(self.wave)
    }

    /// The row of the crosswalk about a column.
    fn row(&self, column: &codebook::Column) -> Option<&Column> {
        let rows = &self.crosswalk()?.columns;
        rows.iter().find(|row| row.means == Means::Variable(column.means.clone()))
    }

    /// Whether the row about a column says why it is as it is.
    fn is_explained(&self, column: &codebook::Column) -> bool {
        self.row(column).is_some_and(|row| row.how == How::New || !row.why.trim().is_empty())
    }

    /// Where a person decides about a column, in words: behind "say so".
    fn where_to(&self, column: &codebook::Column) -> String {
        match self.row(column) {
            Some(row) => format!("in its row, {}:{}", row.place.file, row.place.line.unwrap_or(1)),
            None => format!("in a crosswalk: `restudy wave add {}` drafts it", self.wave),
        }
    }

    /// Where the name of a column stands in the export.
    fn header(&self, column: &codebook::Column) -> Place {
        let at = self.now.column(&column.header);
        at.map_or_else(|| self.now.header_start(), |at| self.now.header_place(at))
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
        let at = self.now.column(&column.header);
        at.and_then(|at| self.now.written_name(at)).unwrap_or(&column.header)
    }

    fn new_labels(&self, column: &codebook::Column, now: &Held, before: &Held, faults: &mut Faults<'_>) {
        let Takes::Labels(set) = &column.takes else { return };
        if self.is_explained(column) || before.answered == 0 {
            return;
        }
        let Some(set) = self.codebook.set(set) else { return };
        for label in &set.labels {
            let given = now.labels.get(&label.label).copied().unwrap_or(0);
            let was_given = before.labels.contains_key(&label.label);
            let is_said = self.row(column).is_some_and(|row| row.new_answers.contains(&label.label));
            if was_given || is_said || !is_no_accident(given, now.answered, before.answered) {
                continue;
            }
            let message = format!("nobody answered `{}` to `{}` before", label.label, column.means);
            let fault = Diagnostic::error(message).at(self.header(column));
            faults.other(
                fault
                    .note(format!("{} now, none of {} in {}", count(given, "answer"), before.answered, self.against))
                    .hint(format!(
                        "if it was offered for the first time, write `new_answers = [{}]` and what is `comparable` {}",
                        super::draft::quoted(&label.label),
                        self.where_to(column)
                    )),
            );
        }
    }

    /// Numbers are of the size that they were.
    fn unit(&self, column: &codebook::Column, now: &Held, before: &Held, faults: &mut Faults<'_>) {
        let is_said = self.row(column).is_some_and(|row| row.times.is_some());
        if is_said || self.is_explained(column) || now.numbers.len().min(before.numbers.len()) < NUMBERS {
            return;
        }
        let (Some(one), Some(other)) = (now.median(), before.median()) else { return };
        let (less, more) = if one < other { (now, before) } else { (before, now) };
        let (Some(small), Some(large)) = (less.median(), more.median()) else { return };
        // Of one from each wave, nearly always the same wave's is the larger.
        let larger: usize = less.numbers.iter().map(|n| more.numbers.iter().filter(|m| *m > n).count()).sum();
        let pairs = less.numbers.len() * more.numbers.len();
        if small < 0.0 || large < TIMES * small || number(larger) < 0.95 * number(pairs) {
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
        let at = self.now.column(&column.header);
        let described = at.and_then(|at| self.now.described(at));
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

    /// Those are asked who were asked before.
    fn routing(&self, question: &Question, columns: &[codebook::Column], faults: &mut Faults<'_>) {
        let is_said =
            self.crosswalk().is_some_and(|c| c.routings.iter().any(|r| r.question == question.name));
        let is_whole = |kind| matches!(kind, Kind::Id | Kind::Timestamp | Kind::Text | Kind::Coded);
        if is_said || is_whole(question.kind) {
            return;
        }
        let own: Vec<&codebook::Column> = columns.iter().filter(|c| c.question == question.name).collect();
        if own.iter().any(|column| self.row(column).is_some_and(|row| row.how == How::New)) {
            return;
        }
        let answered = |table: &RawTable| -> Vec<bool> {
            let at: Vec<usize> = own.iter().filter_map(|column| table.column(&column.header)).collect();
            let says =
                |row, column| !table.cell(row, column).is_empty() && table.stated(row, column).is_none();
            (0..table.len()).map(|row| at.iter().any(|column| says(row, *column))).collect()
        };
        let (now, before) = (answered(self.now), answered(self.before));
        if let Some(universe) = &question.asked_if {
            self.widened(question, universe, &now, &before, faults);
        }
        let earlier = self.codebook.questions.iter().take_while(|q| q.name != question.name);
        for by in earlier.filter(|q| q.kind == Kind::Single && q.asked_in(self.wave)) {
            self.narrowed(question, by, &now, &before, faults);
        }
    }

    /// Answers from people whom the codebook says were not asked.
    fn widened(
        &self,
        question: &Question,
        universe: &codebook::Universe,
        now: &[bool],
        before: &[bool],
        faults: &mut Faults<'_>,
    ) {
        let outside = |table: &RawTable| {
            self.rows_with(table, &universe.variable, |label| !universe.is.contains(label))
        };
        let (of_now, of_before) = (outside(self.now), outside(self.before));
        let are = |rows: &[usize], answered: &[bool]| {
            rows.iter().filter(|row| answered.get(**row) == Some(&true)).count()
        };
        let (given, were) = (are(&of_now, now), are(&of_before, before));
        // One slip of a respondent is told as such; when most of those outside answer, the routing has changed.
        if given < NUMBERS || given * 2 < of_now.len() || were * 2 >= of_before.len().max(1) {
            return;
        }
        let message = format!("`{}` was put to others than before", question.name);
        let fault = Diagnostic::error(message).at(self.question_place(question));
        faults.other(
            fault
                .note(format!(
                    "{given} of {} answered for whom not {}; {were} of {} in {}",
                    of_now.len(),
                    universe.words(),
                    of_before.len(),
                    self.against
                ))
                .hint(self.routing_hint(question, None)),
        );
    }

    /// Nobody with a certain label answers, and people with that label did.
    fn narrowed(
        &self,
        question: &Question,
        by: &Question,
        now: &[bool],
        before: &[bool],
        faults: &mut Faults<'_>,
    ) {
        let Some(set) = by.values.as_deref().and_then(|set| self.codebook.set(set)) else { return };
        if !now.iter().any(|answered| *answered) {
            return;
        }
        for label in &set.labels {
            let with = |table: &RawTable| self.rows_with(table, &by.name, |other| *other == label.label);
            let (of_now, of_before) = (with(self.now), with(self.before));
            let is = |answered: &[bool], row: usize| answered.get(row) == Some(&true);
            let were = of_before.iter().filter(|row| is(before, **row)).count();
            if of_now.iter().any(|row| is(now, *row)) || !is_no_accident(were, of_before.len(), of_now.len())
            {
                continue;
            }
            let message =
                format!("`{}` was not put to those whose `{}` is `{}`", question.name, by.name, label.label);
            let fault = Diagnostic::error(message).at(self.question_place(question));
            faults.other(
                fault
                    .note(format!(
                        "none of {} answered; {were} of {} in {}",
                        of_now.len(),
                        of_before.len(),
                        self.against
                    ))
                    .hint(self.routing_hint(question, Some((by, &label.label)))),
            );
        }
    }

    /// The rows of `table` whose answer to the question `name` has a label that is `so`.
    fn rows_with(&self, table: &RawTable, name: &str, so: impl Fn(&String) -> bool) -> Vec<usize> {
        let question = self.codebook.question(name);
        let set = question.and_then(|q| q.values.as_deref()).and_then(|set| self.codebook.set(set));
        let header = question.and_then(|q| q.column.as_deref()).map(crate::sources::on_one_line);
        let (Some(set), Some(at)) = (set, header.and_then(|header| table.column(&header))) else {
            return Vec::new();
        };
        let of: HashMap<&str, bool> = set.labels.iter().map(|l| (l.answer.as_str(), so(&l.label))).collect();
        (0..table.len()).filter(|row| of.get(table.cell(*row, at)) == Some(&true)).collect()
    }

    fn question_place(&self, question: &Question) -> Place {
        let columns = self.codebook.columns_of(self.wave);
        let first = columns.iter().find(|column| column.question == question.name);
        first.map_or_else(|| self.now.header_start(), |column| self.header(column))
    }

    fn routing_hint(&self, question: &Question, without: Option<(&Question, &str)>) -> String {
        let file = match self.crosswalk() {
            Some(crosswalk) => crosswalk.file.clone(),
            None => format!("a crosswalk (`restudy wave add {}` drafts it)", self.wave),
        };
        let asked_if = match without {
            Some((by, label)) => {
                let set = by.values.as_deref().and_then(|set| self.codebook.set(set));
                let others = set.into_iter().flat_map(|set| &set.labels).filter(|other| other.label != label);
                let others: Vec<String> = others.map(|other| super::draft::quoted(&other.label)).collect();
                format!("`asked_if = {{ variable = \"{}\", is = [{}] }}`, ", by.name, others.join(", "))
            }
            None => "no `asked_if` if everybody was asked, ".to_owned(),
        };
        format!(
            "if that is so, add to {file}: `[[routing]]`, `question = \"{}\"`, {asked_if}`comparable = \"…\"`, `why = \"…\"`",
            question.name
        )
    }
}
