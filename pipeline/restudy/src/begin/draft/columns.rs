//! What a column of an export holds, as far as its cells show.

use std::collections::HashMap;

use super::answers::missing;
use super::tools::{Known, known};
use crate::codebook::{Dates, answers_in, in_iso, is_number};
use crate::sources::RawTable;

/// Different answers of the longest set that is drafted.
pub(super) const MOST_LABELS: usize = 15;

/// A column of an export.
#[derive(Clone, Debug)]
pub(super) struct Column {
    /// Where it stands, from 0.
    pub(super) number: usize,
    /// Its name.
    pub(super) header: String,
    /// What of its name names it: the code, where the name is a code and its words.
    pub(super) code: String,
    /// What the file says that it is about; its name where it says nothing.
    pub(super) label: String,
    /// Different answers with how many gave each, in the order of the file's labels, else of the answers.
    pub(super) answers: Vec<(String, usize)>,
    /// How many cells hold an answer.
    pub(super) answered: usize,
    /// Whether the file itself has labels for its answers.
    pub(super) is_labelled: bool,
    /// Whether the file says that these are in an order.
    pub(super) is_ordinal: bool,
    /// The order of day and month in its times, where they do not begin with the year.
    pub(super) dates: Option<Dates>,
    /// What stands between the answers in its cells, with each answer that was ticked and how often.
    pub(super) together: Option<(&'static str, Vec<(String, usize)>)>,
    /// What it holds.
    pub(super) holds: Holds,
}

/// What the cells of a column hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holds {
    /// Nothing.
    Nothing,
    /// A number for each respondent, no two the same, under a name that only such a column has.
    Id,
    /// It may tell who somebody is.
    Personal,
    /// It is about the tool.
    OfTool,
    /// Numbers above 0 under a name that only weights have.
    Weights,
    /// Points in time.
    Times,
    /// Several answers in one cell.
    Together,
    /// Numbers that are the same when they are written again: `00123` and a number of twenty digits are words.
    Numbers,
    /// A few answers, again and again.
    Labels,
    /// Words.
    Text,
}

/// Whether a number keeps all its digits as a number: it has none ahead that say nothing, and not more than one can hold.
fn stays_the_same(number: &str) -> bool {
    const MOST_DIGITS: usize = 15;
    let digits = number.trim_start_matches('-');
    let mut ahead = digits.bytes();
    let is_padded = ahead.next() == Some(b'0') && ahead.next().is_some_and(|b| b.is_ascii_digit());
    let whole = digits.bytes().take_while(u8::is_ascii_digit).count();
    !is_padded && whole <= MOST_DIGITS
}

impl Column {
    /// The column `number` of `table`.
    pub(super) fn of(table: &RawTable, number: usize, header: &str) -> Column {
        let described = table.described(number);
        let labels: Vec<String> = described
            .map(|described| described.value_labels.values().map(|label| label.trim().to_owned()).collect())
            .unwrap_or_default();
        let mut answers: Vec<(String, usize)> = Vec::new();
        let mut standing: HashMap<String, usize> = HashMap::new();
        for label in labels.iter().filter(|label| !label.is_empty()) {
            if !standing.contains_key(label) {
                standing.insert(label.clone(), answers.len());
                answers.push((label.clone(), 0));
            }
        }
        let (mut answered, mut numbers) = (0, true);
        for row in (0..table.len()).filter(|row| table.stated(*row, number).is_none()) {
            let (cell, code) = (table.cell(row, number), table.code(row, number));
            if cell.is_empty() {
                continue;
            }
            answered += 1;
            numbers &= is_number(code) && stays_the_same(code);
            match standing.get(cell) {
                Some(at) => answers[*at].1 += 1,
                None => {
                    standing.insert(cell.to_owned(), answers.len());
                    answers.push((cell.to_owned(), 1));
                }
            }
        }
        // Labels of what is no answer are no answers.
        let stands_for_none = |label: &str| {
            described.is_some_and(|described| {
                let codes = described.value_labels.iter().filter(|(_, l)| l.trim() == label);
                codes.clone().count() > 0 && codes.clone().all(|(code, _)| described.missing.has(code))
            })
        };
        answers.retain(|(answer, n)| *n > 0 || !stands_for_none(answer));
        let given = answers.iter().filter(|(_, n)| *n > 0).count();
        let labelled = answers.iter().filter(|(answer, n)| *n > 0 && labels.contains(answer)).count();
        let is_labelled = !labels.is_empty() && (2 * labelled > given || !numbers);
        let label = described.map(|described| described.label.trim()).filter(|label| !label.is_empty());
        let is_ordinal = described.is_some_and(|d| d.measure == Some(crate::sources::Measure::Ordinal));
        let unique = answered == table.len() && given == answered;
        let short = answers.iter().all(|(answer, _)| answer.chars().count() <= 100);
        let repeated =
            given <= MOST_LABELS && short && (answered >= 2 * given || given <= 3 && answered > given);
        let written_so =
            |dates: Option<Dates>| answers.iter().all(|(answer, _)| in_iso(answer, dates).is_some());
        let orders: Vec<Option<Dates>> = match answered {
            0 => Vec::new(),
            _ => [None, Some(Dates::DayFirst), Some(Dates::MonthFirst)]
                .into_iter()
                .filter(|o| written_so(*o))
                .collect(),
        };
        let in_halves = answers.iter().any(|(answer, _)| answer.to_ascii_uppercase().contains('M'));
        let dates = match orders[..] {
            // In either order: where the clock has twelve hours, the month stands first as a rule.
            [Some(day_first), Some(month_first)] => Some(if in_halves { month_first } else { day_first }),
            [only] => only,
            _ => None,
        };
        let times = !orders.is_empty();
        let together = if is_labelled || numbers || times { None } else { together(&answers) };
        let holds = match known(header) {
            _ if answered == 0 => Holds::Nothing,
            Some(Known::Id) if unique => Holds::Id,
            Some(Known::Personal) => Holds::Personal,
            Some(Known::OfTool) => Holds::OfTool,
            Some(Known::Weight)
                if numbers && answers.iter().all(|(n, _)| n.parse().is_ok_and(|n: f64| n > 0.0)) =>
            {
                Holds::Weights
            }
            _ if is_labelled && answers.len() <= 4 * MOST_LABELS => Holds::Labels,
            _ if times => Holds::Times,
            _ if numbers => Holds::Numbers,
            _ if together.is_some() => Holds::Together,
            _ if repeated => Holds::Labels,
            _ => Holds::Text,
        };
        // A header of two rows, `s1_role [Your role]`, is a code and its words.
        let in_brackets = header.strip_suffix(']').and_then(|header| header.split_once(" ["));
        let is_code = |code: &str| !code.contains(char::is_whitespace);
        let in_brackets = in_brackets.filter(|(code, words)| is_code(code) && words.contains(' '));
        let code = in_brackets.map_or(header, |(code, _)| code).to_owned();
        let label = label.or(in_brackets.map(|(_, words)| words.trim()));
        let (header, label) = (header.to_owned(), label.unwrap_or(header).to_owned());
        Column {
            number,
            header,
            code,
            label,
            answers,
            answered,
            is_labelled,
            is_ordinal,
            dates,
            together,
            holds,
        }
    }

    /// Whether somebody gave an answer that counts.
    pub(super) fn counts(&self) -> bool {
        self.answers.iter().any(|(words, n)| *n > 0 && missing(words).is_none())
    }

    /// The only answer that anybody gave, if there is only one, and it is in words.
    pub(super) fn tick(&self) -> Option<&str> {
        let mut given = self.answers.iter().filter(|(_, n)| *n > 0);
        match (given.next(), given.next()) {
            (Some((tick, _)), None) if !self.is_labelled && !is_number(tick) => Some(tick),
            _ => None,
        }
    }

    /// What it says of a box that was ticked, and of one that was not, if it says nothing else.
    pub(super) fn boxes(&self) -> Option<(&str, &str)> {
        let [(one, _), (other, _)] = self.answers.as_slice() else { return None };
        let either = [(one, other), (other, one)].into_iter();
        let mut either = either.map(|(ticked, not)| (ticked.as_str(), not.as_str()));
        either.find(|(ticked, not)| self.holds == Holds::Labels && are_of_boxes(ticked, not))
    }
}

/// Whether `ticked` and `not` are what tools say of boxes: `Selected` and `Not selected`, `Checked` and `Unchecked`.
fn are_of_boxes(ticked: &str, not: &str) -> bool {
    const TICKED: [&str; 6] = ["selected", "ticked", "checked", "mentioned", "chosen", "marked"];
    let (ticked, not) = (ticked.to_lowercase(), not.to_lowercase());
    let word = not.strip_prefix("not ").or_else(|| not.strip_prefix("un"));
    word.is_some_and(|word| TICKED.contains(&word) && (ticked == word || ticked == "yes"))
}

/// The answers that stand together in cells, and what stands between them: `;`, or a comma where that leaves but a few
/// answers, each of them given again and again.
fn together(cells: &[(String, usize)]) -> Option<(&'static str, Vec<(String, usize)>)> {
    [";", ","].into_iter().find_map(|separator| {
        let mut given: Vec<(String, usize)> = Vec::new();
        let (mut ticks, mut several) = (0, 0);
        for (cell, n) in cells {
            let answers = answers_in(cell, separator, &[]);
            ticks += n * answers.len();
            several += if answers.len() > 1 { *n } else { 0 };
            for answer in answers {
                let is_full = given.len() > MOST_LABELS;
                match given.iter_mut().find(|(known, _)| known == answer) {
                    Some((_, of_it)) => *of_it += n,
                    None if is_full => return None,
                    None => given.push((answer.to_owned(), *n)),
                }
            }
        }
        let answered: usize = cells.iter().map(|(_, n)| n).sum();
        let ends = separator == ";" && cells.iter().all(|(cell, _)| cell.ends_with(separator));
        let is_few = given.len() > 1
            && given.len() <= MOST_LABELS
            && given.iter().all(|(a, _)| a.chars().count() <= 80);
        let again = ticks >= 2 * given.len() && (ends || given.iter().all(|(_, n)| *n > 1));
        let parts = several > 0 && (ends || 5 * several >= answered && cells.len() > 2);
        (is_few && parts && again).then_some((separator, given))
    })
}
