//! The questions that an export answers, with the sets of their answers and the columns that are no question's.

use super::answers::{Answer, Arranged, arranged};
use super::columns::{Column, Holds, MOST_LABELS};
use super::groups::{Part, parts};
use super::names::Given;
use crate::codebook::{Dates, Kind, in_iso};
use crate::sources::RawTable;

/// A question.
#[derive(Clone, Debug)]
pub(super) struct Question {
    pub(super) name: String,
    /// What it is about, in few words.
    pub(super) label: String,
    /// The question as it stands in the export.
    pub(super) text: String,
    pub(super) kind: Kind,
    /// The column, or what the columns of its items begin with.
    pub(super) column: Option<String>,
    /// The number of its set of answers.
    pub(super) set: Option<usize>,
    pub(super) items: Vec<Item>,
    /// The question whose answers it goes on with.
    pub(super) part_of: Option<String>,
    /// What was guessed.
    pub(super) guess: String,
    /// The order of day and month in its times.
    pub(super) dates: Option<Dates>,
    /// Of items that are boxes: what a column says where one was ticked.
    pub(super) ticked: Option<String>,
    /// What stands between the answers in a cell.
    pub(super) separator: Option<&'static str>,
    /// The first and the last of its times.
    pub(super) between: Option<(String, String)>,
    /// Whether somebody gave an answer that counts.
    pub(super) is_answered: bool,
}

/// An item of a question.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) name: String,
    pub(super) label: String,
    pub(super) answer: String,
    /// Its column, where that is not `question [answer]`.
    pub(super) column: Option<String>,
}

/// A set of answers.
#[derive(Clone, Debug)]
pub(super) struct Set {
    pub(super) name: String,
    pub(super) arranged: Arranged,
}

/// What an export holds.
#[derive(Debug, Default)]
pub(super) struct Drafted {
    pub(super) questions: Vec<Question>,
    pub(super) sets: Vec<Set>,
    /// Columns that are left out, and why.
    pub(super) left_out: Vec<(String, String)>,
    pub(super) respondents: usize,
    /// A column that seems to hold weights.
    pub(super) weights: Option<String>,
    given: Given,
    sets_given: Given,
}

/// What the table holds.
pub(super) fn drafted(table: &RawTable) -> Drafted {
    let headers: Vec<String> = table.headers().map(str::to_owned).collect();
    let columns = headers.iter().enumerate().map(|(number, header)| Column::of(table, number, header));
    let columns: Vec<Column> = columns.collect();
    let mut drafted = Drafted { respondents: table.len(), ..Drafted::default() };
    let id = columns.iter().find(|column| column.holds == Holds::Id);
    drafted.id(id);
    for part in parts(&columns) {
        match part {
            Part::One(number) if id.is_some_and(|id| id.number == number) => {}
            Part::One(number) => drafted.one(&columns[number]),
            Part::Items { stem, text, items } => {
                let members: Vec<(String, &Column)> =
                    items.into_iter().map(|(words, number)| (words, &columns[number])).collect();
                drafted.several(&stem, &text, &members);
            }
        }
    }
    drafted
}

impl Drafted {
    /// How many questions with labels or numbers beyond those that are shown.
    pub(super) fn further(&self, shown: &[super::queries::Shown]) -> usize {
        self.questions.iter().filter(|q| super::queries::is_shown(q, self.respondents)).count() - shown.len()
    }

    fn id(&mut self, column: Option<&Column>) {
        let guess = match column {
            Some(column) => format!("`{}` tells respondents apart: no two rows have the same.", column.header),
            None => "No column tells respondents apart: they are counted in the order of the file, so a file that is sorted \
                     anew gives them other numbers. Name the column, if there is one: `column = \"…\"`."
                .to_owned(),
        };
        self.questions.push(Question {
            name: "respondent_id".to_owned(),
            label: "Respondent number".to_owned(),
            text: "Number given by the survey tool".to_owned(),
            column: column.map(|column| column.header.clone()),
            guess,
            ..Question::of(Kind::Id)
        });
    }

    fn one(&mut self, column: &Column) {
        let of = |n: usize| crate::diagnostic::count(n, "answer");
        let different = |n: usize| crate::diagnostic::count(n, "different answer");
        let given = column.answers.iter().filter(|(_, n)| *n > 0).count();
        let (kind, guess) = match column.holds {
            Holds::Nothing => return self.leave_out(column, "nobody answered it"),
            Holds::Personal => {
                return self.leave_out(column, "it may tell who somebody is (guessed from its name)");
            }
            Holds::OfTool => {
                return self.leave_out(column, "it is about the survey tool (guessed from its name)");
            }
            Holds::Weights => {
                self.weights.get_or_insert_with(|| column.header.clone());
                return self.leave_out(
                    column,
                    "it seems to hold weights (guessed from its name): see `[design]` in study.toml",
                );
            }
            Holds::Times => (Kind::Timestamp, times(column)),
            Holds::Together => {
                let ticked = column.together.as_ref().map_or(0, |(_, given)| given.len());
                (Kind::Multiple, format!("Cells hold several answers; {} in all.", different(ticked)))
            }
            Holds::Numbers => {
                let numbers = column.answers.iter().filter_map(|(words, _)| words.parse::<f64>().ok());
                let (low, high) =
                    numbers.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), n| (l.min(n), h.max(n)));
                let range = if low <= high {
                    format!(", from {low} to {high}: say with `min` and `max` what is allowed")
                } else {
                    String::new()
                };
                (
                    Kind::Numbers,
                    format!(
                        "All {} are numbers{range}. Codes for answers in words want `kind = \"single\"`.",
                        of(column.answered)
                    ),
                )
            }
            Holds::Labels => (
                Kind::Single,
                format!(
                    "{} among {}: a set to choose from, not free text.",
                    different(given),
                    column.answered
                ),
            ),
            Holds::Id | Holds::Text => {
                (Kind::Text, format!("{} among {}: free text.", different(given), column.answered))
            }
        };
        let name = self.given.name(&column.code, &column.label, "question");
        let set = (kind == Kind::Single).then(|| self.set(&name, &[column]));
        let between = (kind == Kind::Timestamp).then(|| {
            let times = column.answers.iter().filter_map(|(time, _)| in_iso(time, column.dates));
            let mut times: Vec<String> = times.collect();
            times.sort();
            Some((times.first()?.clone(), times.last()?.clone()))
        });
        self.questions.push(Question {
            label: short(&column.label),
            text: column.label.clone(),
            column: Some(column.header.clone()),
            set,
            guess,
            dates: column.dates.filter(|_| kind == Kind::Timestamp),
            separator: column
                .together
                .as_ref()
                .map(|(separator, _)| *separator)
                .filter(|_| kind == Kind::Multiple),
            items: if kind == Kind::Multiple { ticked(column) } else { Vec::new() },
            between: between.flatten(),
            is_answered: column.counts(),
            name,
            ..Question::of(kind)
        });
    }

    /// Columns that may be the items of one question: ticks, labels of one set, or numbers; else each is a question.
    fn several(&mut self, stem: &str, text: &str, members: &[(String, &Column)]) {
        let is_other = |(words, column): &&(String, &Column)| {
            words.to_lowercase().starts_with("other") && column.holds == Holds::Text
        };
        let own: Vec<&(String, &Column)> = members.iter().filter(|member| !is_other(member)).collect();
        let others: Vec<&(String, &Column)> = members.iter().filter(is_other).collect();
        let answered: Vec<&&(String, &Column)> =
            own.iter().filter(|(_, c)| c.holds != Holds::Nothing).collect();
        let all = |is: &dyn Fn(&Column) -> bool| {
            !answered.is_empty() && answered.iter().all(|(_, column)| is(column))
        };
        let mut different: Vec<&str> = Vec::new();
        for (words, n) in answered.iter().flat_map(|(_, column)| &column.answers) {
            if *n > 0 && !different.contains(&words.as_str()) {
                different.push(words);
            }
        }
        let is_labels = |c: &Column| {
            c.holds == Holds::Labels
                || c.tick().is_some()
                || c.holds == Holds::Text && c.answers.len() <= MOST_LABELS
        };
        let boxes = answered.first().and_then(|(_, column)| column.boxes());
        let boxes = boxes.filter(|boxes| all(&|column| column.boxes() == Some(*boxes)));
        let (kind, guess) = if let Some((ticked, not)) = boxes {
            let guess = format!(
                "Each column says `{ticked}` or `{not}`: the boxes of one question, of which people tick those that apply."
            );
            (Kind::Grid, guess)
        } else if all(&|column| column.tick().is_some()) {
            let guess = "Each column holds one answer or none: ticks. A blank of somebody who ticked another is \"not selected\".";
            (Kind::Multiple, guess.to_owned())
        } else if all(&|column| column.holds == Holds::Numbers) {
            (Kind::Numbers, "All answers are numbers.".to_owned())
        } else if all(&is_labels) && different.len() <= MOST_LABELS {
            (
                Kind::Grid,
                format!(
                    "{} different answers in {} columns: one set for all items.",
                    different.len(),
                    own.len()
                ),
            )
        } else {
            for (_, column) in members {
                self.one(column);
            }
            return;
        };
        let name = self.given.name(stem, text, "question");
        let columns: Vec<&Column> = own.iter().map(|(_, column)| *column).collect();
        let set = (kind == Kind::Grid).then(|| self.set(&name, &columns));
        let mut given = Given::default();
        let items = own.iter().map(|(words, column)| {
            let answer = match kind {
                Kind::Multiple => column.tick().unwrap_or(words).to_owned(),
                _ => words.clone(),
            };
            let plain = format!("{stem} [{answer}]");
            Item {
                name: given.name(words, "", "item"),
                label: short(words),
                column: (plain != column.header).then(|| column.header.clone()),
                answer,
            }
        });
        let mut items: Vec<Item> = items.collect();
        // Two items of one label would be one in a result.
        for at in 1..items.len() {
            if items[..at].iter().any(|before| before.label == items[at].label) {
                items[at].label = format!("{} ({})", items[at].label, items[at].name);
            }
        }
        let column = items.iter().any(|item| item.column.is_none()).then(|| stem.to_owned());
        let question = Question {
            label: short(text),
            text: text.to_owned(),
            is_answered: columns.iter().any(|column| column.counts()),
            column,
            set,
            items,
            ticked: boxes.map(|(ticked, _)| ticked.to_owned()),
            guess,
            name,
            ..Question::of(kind)
        };
        let part_of = (kind == Kind::Multiple).then(|| question.name.clone());
        self.questions.push(question);
        for (_, column) in others {
            self.one(column);
            if let Some(last) = self.questions.last_mut() {
                last.part_of.clone_from(&part_of);
            }
        }
    }

    fn leave_out(&mut self, column: &Column, why: &str) {
        self.left_out.push((column.header.clone(), why.to_owned()));
    }

    /// The number of the set of the answers in `columns`: one that is there already, if it has the same answers.
    fn set(&mut self, name: &str, columns: &[&Column]) -> usize {
        let mut given: Vec<(String, usize)> = Vec::new();
        for (words, n) in columns.iter().flat_map(|column| &column.answers) {
            match given.iter_mut().find(|(known, _)| known == words) {
                Some((_, of_it)) => *of_it += n,
                None => given.push((words.clone(), *n)),
            }
        }
        let is_labelled = columns.iter().all(|column| column.is_labelled);
        let arranged = arranged(&given, is_labelled, columns.iter().any(|column| column.is_ordinal));
        let sorted = |answers: &[Answer]| {
            let mut words: Vec<String> = answers.iter().map(|answer| answer.words.clone()).collect();
            words.sort();
            words
        };
        let words = sorted(&arranged.answers);
        if let Some(at) = self.sets.iter().position(|set| sorted(&set.arranged.answers) == words) {
            return at;
        }
        let name = if words == ["No", "Yes"] { "yes_no" } else { name };
        let name = self.sets_given.name(name, "", "answers");
        self.sets.push(Set { name, arranged });
        self.sets.len() - 1
    }
}

/// What is said of a column of times.
fn times(column: &Column) -> String {
    let all = |dates: Dates| column.answers.iter().all(|(time, _)| dates.is_time(time));
    let either = Dates::ALL.into_iter().all(all);
    match column.dates {
        None => "Every cell is a point in time.".to_owned(),
        Some(_) if !either => "Every cell is a point in time, with dates in one order alone.".to_owned(),
        Some(dates) => format!(
            "Every cell is a point in time. No date tells day from month: {} is a guess.",
            dates.words()
        ),
    }
}

/// The items that stand together in the cells of a column, what more people ticked first.
fn ticked(column: &Column) -> Vec<Item> {
    let mut given = Given::default();
    let mut answers = column.together.clone().map_or_else(Vec::new, |(_, answers)| answers);
    answers.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let items = answers.into_iter().map(|(answer, _)| Item {
        name: given.name(&answer, "", "item"),
        label: short(&answer),
        answer,
        column: None,
    });
    items.collect()
}

impl Question {
    fn of(kind: Kind) -> Question {
        Question {
            name: String::new(),
            label: String::new(),
            text: String::new(),
            kind,
            column: None,
            set: None,
            items: Vec::new(),
            part_of: None,
            guess: String::new(),
            dates: None,
            ticked: None,
            separator: None,
            between: None,
            is_answered: false,
        }
    }
}

/// A text without the number of its question: `Q1 Your role`, `12. Your role`.
fn without_number(text: &str) -> &str {
    let Some((number, words)) = text.trim().split_once(char::is_whitespace) else { return text };
    let digits = number.trim_start_matches(['Q', 'q']).trim_end_matches(['.', ':', ')']);
    let is_marked = digits.len() < number.len();
    let is_number = !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit());
    if is_marked && is_number { words.trim() } else { text }
}

/// A text as a label: on one line, without its question's number, cut at a word where it is long.
fn short(text: &str) -> String {
    const LONGEST: usize = 80;
    let words: Vec<&str> = without_number(text).split_whitespace().collect();
    let flat = words.join(" ");
    if flat.chars().count() <= LONGEST {
        return flat;
    }
    let mut cut = String::new();
    for word in words {
        if cut.chars().count() + word.chars().count() + 2 > LONGEST {
            break;
        }
        if !cut.is_empty() {
            cut.push(' ');
        }
        cut.push_str(word);
    }
    if cut.is_empty() { flat.chars().take(LONGEST - 1).chain(['…']).collect() } else { format!("{cut}…") }
}
