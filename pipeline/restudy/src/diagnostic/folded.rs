//! Many faults told as few: however many a file has, a page tells them, and a page of memory holds them.
//!
//! In: faults, one by one, as they are met. Out: [`Diagnostics`], in which
//!
//! - faults of one message are one, at the first place that has it, with the lines of some others in a note;
//! - of faults of one kind, which differ in a value alone, the first [`TOLD`] are told, and the others counted;
//! - a kind is told by column for the first [`TOLD`] columns that have it, and for all others together.
//!
//! Every diagnostic knows for how many faults it stands, so that the count of them all is true. What is kept does not grow with
//! the number of faults.

use std::collections::HashMap;

use indexmap::IndexMap;

use super::{Diagnostic, Diagnostics, Place, Severity};

/// How many faults of one kind are told one by one.
pub const TOLD: usize = 20;

/// How many further lines a note lists before it only counts them.
const LISTED: usize = 12;

/// The faults met so far.
#[derive(Clone, Debug)]
pub struct Folded {
    /// What the numbers of lines count: "line", "row", "case".
    unit: &'static str,
    told: IndexMap<String, Told>,
    shapes: HashMap<Shape, Shaped>,
    kinds: Vec<Kind>,
}

/// What all faults of a kind have in common: all of the message but what stands between its first and its last value.
type Shape = (Severity, String, String);

/// The kinds of one shape, by column, and the kind of all further columns.
#[derive(Clone, Debug, Default)]
struct Shaped {
    columns: HashMap<Option<usize>, usize>,
    others: Option<usize>,
}

/// A message that is told.
#[derive(Clone, Debug)]
struct Told {
    fault: Diagnostic,
    kind: usize,
    /// Further rows that have it: the first few, how many, and the last row that was counted.
    lines: Vec<usize>,
    rows: usize,
    last: usize,
}

/// The faults of a kind that are not told one by one.
#[derive(Clone, Debug, Default)]
struct Kind {
    told: usize,
    untold: usize,
    first: Option<Place>,
}

impl Folded {
    /// None yet; `unit` says what lines are called.
    pub fn new(unit: &'static str) -> Self {
        Folded { unit, told: IndexMap::new(), shapes: HashMap::new(), kinds: Vec::new() }
    }

    /// A fault of `column` on `line`. `place` and `more`, which adds notes and hints, are asked only where they are told.
    pub fn add(
        &mut self,
        column: Option<usize>,
        line: usize,
        fault: Diagnostic,
        place: impl FnOnce() -> Place,
        more: impl FnOnce(Diagnostic) -> Diagnostic,
    ) {
        if let Some(told) = self.told.get_mut(&fault.message) {
            told.again(line, fault.times);
            return;
        }
        let number = self.kind(shape(&fault), column);
        let kind = &mut self.kinds[number];
        if kind.told < TOLD {
            kind.told += 1;
            let message = fault.message.clone();
            let fault = more(fault.at(place()));
            self.told.insert(message, Told { fault, kind: number, lines: Vec::new(), rows: 0, last: line });
        } else {
            kind.untold += fault.times;
            if kind.first.is_none() {
                kind.first = Some(place());
            }
        }
    }

    /// Whether nothing is wrong so far.
    pub fn is_empty(&self) -> bool {
        self.told.is_empty()
    }

    /// Whether there is an error among them.
    pub fn has_errors(&self) -> bool {
        self.told.values().any(|told| told.fault.severity == Severity::Error)
    }

    /// The number of the kind that has this shape in this column.
    fn kind(&mut self, shape: Shape, column: Option<usize>) -> usize {
        let Folded { shapes, kinds, .. } = self;
        let shaped = shapes.entry(shape).or_default();
        if let Some(number) = shaped.columns.get(&column) {
            return *number;
        }
        let mut new = || {
            kinds.push(Kind::default());
            kinds.len() - 1
        };
        if shaped.columns.len() < TOLD {
            let number = new();
            shaped.columns.insert(column, number);
            return number;
        }
        *shaped.others.get_or_insert_with(new)
    }

    /// All of them, by place.
    pub fn finish(self) -> Diagnostics {
        let mut all: Vec<Diagnostic> = Vec::new();
        for (number, kind) in self.kinds.into_iter().enumerate() {
            let Some(first) = kind.first else { continue };
            let told = || self.told.values().filter(|told| told.kind == number);
            let messages: Vec<&str> = told().map(|told| told.fault.message.as_str()).collect();
            let of = kind.untold + told().map(|told| told.fault.times).sum::<usize>();
            let message = format!("{}: {} more, of {of}", in_common(&messages), kind.untold);
            let severity = told().next().map_or(Severity::Error, |told| told.fault.severity);
            let fault = Diagnostic { severity, times: kind.untold, ..Diagnostic::error(message) };
            let hint =
                "so many may have one cause: is this the right column, in the right file, exported whole?";
            all.push(fault.at(first).note("this is the first of those that are not told").hint(hint));
        }
        let unit = self.unit;
        all.extend(self.told.into_values().map(|told| told.finish(unit)));
        let key = |place: &Option<Place>| place.as_ref().map(|p| (p.line, p.column));
        all.sort_by_key(|fault| key(&fault.place));
        Diagnostics(all)
    }
}

impl Told {
    fn again(&mut self, line: usize, times: usize) {
        self.fault.times += times;
        if line == self.last {
            return;
        }
        self.last = line;
        self.rows += 1;
        if self.lines.len() < LISTED {
            self.lines.push(line);
        }
    }

    fn finish(self, unit: &str) -> Diagnostic {
        let mut fault = self.fault;
        let listed: Vec<String> = self.lines.iter().map(usize::to_string).collect();
        let listed = listed.join(", ");
        let note = match self.rows {
            0 => return fault,
            1 => format!("1 more row: {unit} {listed}"),
            n if n <= LISTED => format!("{n} more rows: {unit}s {listed}"),
            n => format!("{n} more rows: {unit}s {listed} and {} others", n - LISTED),
        };
        fault.notes.insert(0, note);
        fault
    }
}

/// The message without its values, which stand in backticks or are numbers. A value may hold anything, backticks too.
fn shape(fault: &Diagnostic) -> Shape {
    let is_value = |c: char| c == '`' || c.is_ascii_digit();
    let message = fault.message.as_str();
    let first = message.find(is_value).unwrap_or(message.len());
    let last = message.rfind(is_value).map_or(message.len(), |last| last + 1);
    (fault.severity, message[..first].to_owned(), message[last..].to_owned())
}

/// What messages have in common at their beginning and at their end, with a sign for what they have not.
fn in_common(messages: &[&str]) -> String {
    let Some((first, others)) = messages.split_first() else { return String::new() };
    let alike = |ahead: fn(&str, &str) -> usize| others.iter().map(|other| ahead(first, other)).min();
    let head =
        alike(|a, b| a.chars().zip(b.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum());
    let head = &first[..head.unwrap_or_default()];
    let is_open = |text: &str| text.matches('`').count() % 2 == 1;
    // A value is told or it is not: never by its first letters.
    let cut = if is_open(head) { head.rfind('`') } else { head.rfind(char::is_whitespace) };
    let head = &head[..cut.map_or(0, |cut| cut + head[cut..].chars().next().map_or(0, char::len_utf8))];
    let tail = alike(|a, b| {
        let backwards = a.chars().rev().zip(b.chars().rev());
        backwards.take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum()
    });
    let tail = &first[(first.len() - tail.unwrap_or_default()).max(head.len())..];
    let cut = if is_open(tail) { tail.find('`') } else { tail.find(char::is_whitespace) };
    format!("{head}…{}", &tail[cut.unwrap_or(tail.len())..])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `n` faults as `message` has them, the first on line 2, in a column each of `columns`.
    fn folded(n: usize, columns: usize, message: impl Fn(usize) -> Diagnostic) -> Vec<Diagnostic> {
        let mut folded = Folded::new("line");
        for row in 0..n {
            let column = row % columns;
            folded.add(Some(column), row + 2, message(row), || Place::at("f", row + 2, column + 1), |f| f);
        }
        let kept = folded.told.len() + folded.kinds.len() + folded.shapes.len();
        assert!(kept <= 2 + TOLD + 2 * TOLD * (TOLD + 1), "{kept} are kept of {n}");
        folded.finish().into_iter().collect()
    }

    #[test]
    fn twenty_of_a_kind_are_told_and_the_others_counted() {
        for (row_17, common, message) in [
            (
                "answer `a ` 17` to `b` is not a number",
                "answer `a ` …` to `b` is not a number",
                (|row| Diagnostic::error(format!("answer `a ` {row}` to `b` is not a number")))
                    as fn(usize) -> _,
            ),
            ("respondent `r17` stands twice", "respondent `…` stands twice", |row| {
                Diagnostic::error(format!("respondent `r{row}` stands twice"))
            }),
            ("row has 17 instead of 9 cells", "row has … instead of 9 cells", |row| {
                Diagnostic::error(format!("row has {row} instead of 9 cells"))
            }),
            ("`é17` is no code of `b`", "`…` is no code of `b`", |row| {
                Diagnostic::warning(format!("`é{row}` is no code of `b`"))
            }),
        ] {
            let told = folded(5_000, 1, message);
            assert_eq!(told.len(), TOLD + 1, "{common}");
            assert_eq!(told[17].message, row_17);
            assert_eq!(told[TOLD].message, format!("{common}: 4980 more, of 5000"));
            assert_eq!(told[TOLD].place, Some(Place::at("f", 22, 1)));
            assert_eq!(told[TOLD].severity, told[0].severity);
            assert_eq!(told.iter().map(|fault| fault.times).sum::<usize>(), 5_000);
            assert_eq!(
                folded(TOLD, 1, message).len(),
                TOLD,
                "nothing more is said where nothing is left out"
            );
        }
    }

    #[test]
    fn one_message_is_one_fault_with_some_of_its_lines() {
        let told = folded(5_000, 1, |_| Diagnostic::error("a respondent has no number"));
        let [only] = &told[..] else { panic!("{told:?}") };
        assert_eq!(only.times, 5_000);
        assert_eq!(
            only.notes,
            ["4999 more rows: lines 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14 and 4987 others"]
        );
    }

    #[test]
    fn a_kind_is_told_for_each_of_twenty_columns_and_then_for_all_others() {
        let told = folded(50_000, 100, |row| {
            Diagnostic::error(format!("answer `{row}` to `q{}` is wrong", row % 100))
        });
        assert_eq!(told.len(), (TOLD + 1) * (TOLD + 1));
        assert_eq!(told.iter().map(|fault| fault.times).sum::<usize>(), 50_000);
        let more = told.iter().filter(|fault| fault.message.contains(" more, of "));
        let mut more: Vec<&str> = more.map(|fault| fault.message.as_str()).collect();
        more.sort_unstable();
        assert_eq!(more[0], "answer `…` is wrong: 39980 more, of 40000");
        assert_eq!(more[1], "answer `…` to `q0` is wrong: 480 more, of 500");
    }
}
