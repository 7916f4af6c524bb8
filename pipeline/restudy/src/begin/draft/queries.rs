//! The first queries: one for each question with a set of answers, or numbers.

use super::codebook::title;
use super::questions::{Drafted, Question};
use crate::codebook::Kind;

/// Questions that the first report shows: more would be a list, and no report.
const MOST: usize = 12;

/// Items of the largest grid that is drawn.
const MOST_ITEMS: usize = 20;

/// A question that the report shows.
#[derive(Clone, Debug)]
pub(super) struct Shown {
    /// Its query.
    pub(super) name: String,
    /// The query's file, and what it holds.
    pub(super) file: String,
    pub(super) sql: String,
    /// The question in a few words.
    pub(super) title: String,
    pub(super) how: How,
}

/// How a question is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum How {
    /// Bars of the answers, those that more people gave first.
    Answers,
    /// Bars of the answers in scale order, so many.
    Scale(usize),
    /// Bars of the items, of those who ticked any.
    Ticks,
    /// Bars of the items, of those of whom it is known whether they ticked them.
    Boxes,
    /// A stacked bar for each item.
    Grid,
    /// A mean with its interval.
    Mean,
    /// A table of means.
    Means,
}

/// Whether a question of so many respondents can be shown: without an answer there is no row, and one alone has no mean with an
/// interval.
pub(super) fn is_shown(question: &Question, respondents: usize) -> bool {
    question.is_answered
        && match question.kind {
            Kind::Single => true,
            Kind::Numbers => respondents > 1,
            Kind::Multiple | Kind::Grid => question.items.len() <= MOST_ITEMS,
            _ => false,
        }
}

/// The first questions that can be shown.
pub(super) fn shown(drafted: &Drafted) -> Vec<Shown> {
    let (mut figure, mut table) = (0, 0);
    let questions =
        drafted.questions.iter().filter(|question| is_shown(question, drafted.respondents)).take(MOST);
    let show = questions.map(|question| {
        let set = question.set.and_then(|set| drafted.sets.get(set));
        let how = match question.kind {
            Kind::Multiple => How::Ticks,
            Kind::Grid if question.ticked.is_some() => How::Boxes,
            Kind::Grid => How::Grid,
            Kind::Numbers if question.items.is_empty() => How::Mean,
            Kind::Numbers => How::Means,
            _ => {
                let answers =
                    set.map_or(0, |set| set.arranged.answers.iter().filter(|a| a.missing.is_none()).count());
                if set.is_some_and(|set| set.arranged.is_scale) { How::Scale(answers) } else { How::Answers }
            }
        };
        let set = set.map_or("", |set| set.name.as_str());
        let sql = match how {
            How::Answers => answers(question),
            How::Scale(_) => scale(question, set),
            How::Ticks => ticks(question, "respondents who ticked something in the question", "selected"),
            How::Boxes => ticks(
                question,
                "respondents who answered the item",
                question.ticked.as_deref().unwrap_or_default(),
            ),
            How::Grid => grid(question, set),
            How::Mean => mean(question),
            How::Means => means(question),
        };
        let (name, title) = (format!("{}_{}", question.name, ending(&how)), title(question));
        let purpose = match how {
            How::Mean => "facts".to_owned(),
            How::Means => {
                table += 1;
                format!("table: {table}")
            }
            _ => {
                figure += 1;
                format!("figure: {figure}")
            }
        };
        let folder = purpose.split(':').next().map_or("facts", |word| match word {
            "table" => "tables",
            "figure" => "figures",
            _ => "facts",
        });
        let stop = if title.ends_with(['?', '!']) { "" } else { "." };
        let sql = format!("-- {title}{stop}\n-- {purpose}\n-- params: wave\n{sql}");
        Shown { file: format!("queries/{folder}/{name}.sql"), name, sql, title, how }
    });
    show.collect()
}

fn ending(how: &How) -> &'static str {
    match how {
        How::Mean | How::Means => "means",
        _ => "shares",
    }
}

/// Who answered at all.
pub(super) fn answered() -> String {
    "-- How many people answered.\n-- facts\n-- params: wave\n-- base: everybody in the export\n-- columns: whom text, n count\n\
     -- key: whom\n-- order: whom\n\nselect 'all' as whom, count(*) as n\nfrom responses\nwhere wave = $wave\norder by whom\n"
        .to_owned()
}

fn answers(question: &Question) -> String {
    let name = &question.name;
    format!(
        "-- base: respondents who answered the question
-- columns: answer text, n count, base count, share share
-- key: answer
-- order: share descending, then answer

with counted as (
  select {name} as answer, count(*) as n
  from responses
  where wave = $wave
    and {name} is not null
  group by {name}
)

select
  answer,
  n,
  sum(n) over () as base,
  cast(n as double) / sum(n) over () as share
from counted
order by share desc, answer
"
    )
}

fn scale(question: &Question, set: &str) -> String {
    let name = &question.name;
    format!(
        "-- base: respondents who answered the question
-- columns: answer text, n count, base count, share share
-- key: answer
-- order: answer in scale order

with counted as (
  select {name} as answer, count(*) as n
  from responses
  where wave = $wave
    and {name} is not null
  group by {name}
),

everybody as (
  select sum(n) as base from counted
)

-- From the labels, so that an answer that nobody gave has a row of its own.
select
  value_labels.label as answer,
  coalesce(counted.n, 0) as n,
  everybody.base,
  cast(coalesce(counted.n, 0) as double) / everybody.base as share
from value_labels
cross join everybody
left join counted on counted.answer = value_labels.label
where value_labels.value_set = '{set}'
  and value_labels.missing is null
order by value_labels.position, answer
"
    )
}

fn ticks(question: &Question, base: &str, ticked: &str) -> String {
    let (name, ticked) = (&question.name, ticked.replace('\'', "''"));
    format!(
        "-- base: {base}
-- columns: item text, n count, base count, share share
-- key: item
-- order: share descending, then item

with counted as (
  select
    item_label as item,
    count(*) filter (where answer = '{ticked}') as n,
    count(*) as base
  from answers
  where wave = $wave
    and question = '{name}'
  group by item_label
)

select
  item,
  n,
  base,
  cast(n as double) / base as share
from counted
order by share desc, item
"
    )
}

fn grid(question: &Question, set: &str) -> String {
    let name = &question.name;
    format!(
        "-- base: respondents who answered the item
-- columns: item text, answer text, n count, base count, share share
-- key: item, answer
-- order: items as in the questionnaire; answers in the order of their labels

with given as (
  select item_label as item, answer, count(*) as n
  from answers
  where wave = $wave
    and question = '{name}'
  group by item_label, answer
),

items as (
  select given.item, sum(given.n) as base, min(variables.position) as position
  from given
  inner join variables
    on variables.label = given.item
    and variables.question = '{name}'
  group by given.item
),

-- Every answer that was offered has a row, also where nobody gave it.
offered as (
  select items.item, items.base, items.position, value_labels.label as answer, value_labels.position as step
  from items
  cross join value_labels
  where value_labels.value_set = '{set}'
    and value_labels.missing is null
)

select
  offered.item,
  offered.answer,
  coalesce(given.n, 0) as n,
  offered.base,
  cast(coalesce(given.n, 0) as double) / offered.base as share
from offered
left join given
  on given.item = offered.item
  and given.answer = offered.answer
order by offered.position, offered.item, offered.step, offered.answer
"
    )
}

fn mean(question: &Question) -> String {
    let name = &question.name;
    format!(
        "-- base: respondents who answered the question
-- columns: whom text, estimate number1, lower number1, upper number1, n count
-- key: whom
-- order: whom

with estimated as (
  select svy_mean({name}, design) as mean, count({name}) as n
  from responses
  where wave = $wave
)

select 'all' as whom, mean.estimate as estimate, mean.lower as lower, mean.upper as upper, n
from estimated
order by whom
"
    )
}

fn means(question: &Question) -> String {
    let row = |item: &super::questions::Item| {
        let column = format!("{}__{}", question.name, item.name);
        let label = item.label.replace('\'', "''");
        format!(
            "  select '{label}' as item, svy_mean({column}, design) as mean, count({column}) as n\n  from responses\n  where wave = $wave"
        )
    };
    let rows: Vec<String> = question.items.iter().map(row).collect();
    format!(
        "-- base: respondents who answered the item
-- columns: item text, estimate number1, lower number1, upper number1, n count
-- key: item
-- order: item

with estimated as (
{}
)

select item, mean.estimate as estimate, mean.lower as lower, mean.upper as upper, n
from estimated
order by item
",
        rows.join("\n  union all\n")
    )
}
