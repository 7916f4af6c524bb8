//! The columns of an export, before any tool has given them a form: whose they are, and what each respondent said.

use crate::calendar;
use crate::codebook::{Codebook, Item, Question, ValueSet};
use crate::export::Visit;
use crate::fault::Fault;
use crate::recipe::Clock;
use crate::wave::Wave;

/// A column of the export.
pub(crate) struct Column<'c> {
    /// The question.
    pub(crate) question: &'c Question,
    /// The item, of questions that have items.
    pub(crate) item: Option<&'c Item>,
    /// The box, of questions with boxes for each item: its name, and its text in the export.
    pub(crate) tick: Option<(&'c str, &'c str)>,
    /// What its cells are.
    pub(crate) holds: Holds<'c>,
    /// Whether an earlier answer opened the question for each respondent.
    pub(crate) opened: Vec<bool>,
    /// Whether each respondent said anything to the question, or to the item: what is not ticked may be an answer.
    pub(crate) answered: Vec<bool>,
    /// A cell for each respondent.
    pub(crate) cells: Vec<Option<String>>,
}

/// What the cells of a column are.
#[derive(Clone, Copy)]
pub(crate) enum Holds<'c> {
    /// Text, numbers, as they are written.
    Plain,
    /// Points in time.
    Time,
    /// Labels of a set.
    Labels(&'c ValueSet),
    /// Ticks: what stands there is the text of the box.
    Tick,
}

/// The columns of a question. What nobody was asked has none.
pub(crate) fn of<'c>(
    question: &'c Question,
    wave: &Wave,
    codebook: &'c Codebook,
    clock: &Clock,
    visits: &[Visit],
) -> Result<Vec<Column<'c>>, Fault> {
    if question.column.is_none() {
        return Ok(Vec::new());
    }
    let people = 0..wave.people;
    let said = |variable: &str| wave.answers.get(variable).cloned();
    let opened = opened(question, wave);
    let alone = |holds, cells: Vec<Option<String>>| {
        let answered = cells.iter().map(Option::is_some).collect();
        Column { question, item: None, tick: None, holds, opened: opened.clone(), answered, cells }
    };
    Ok(match question.kind.as_str() {
        "id" => vec![alone(Holds::Plain, people.map(|person| Some(visits[person].id.to_string())).collect())],
        "timestamp" if question.name == clock.started => {
            let started = |person: usize| Some(calendar::written(visits[person].started));
            vec![alone(Holds::Time, people.map(started).collect())]
        }
        // A questionnaire that was left before its end has no time of its last answer.
        "timestamp" => {
            let ended =
                |person: usize| wave.submitted[person].then(|| calendar::written(visits[person].ended));
            vec![alone(Holds::Time, people.map(ended).collect())]
        }
        "text" => said(&question.name).map(|cells| alone(Holds::Plain, cells)).into_iter().collect(),
        "single" => {
            let set = label_set(question, codebook)?;
            said(&question.name).map(|cells| alone(Holds::Labels(set), cells)).into_iter().collect()
        }
        _ => {
            let mut columns = Vec::new();
            for item in question.items.iter().filter(|item| item.answer.is_some()) {
                columns.extend(of_item(question, item, wave, codebook)?);
            }
            columns
        }
    })
}

/// The columns of an item: one, or one for each of its boxes.
fn of_item<'c>(
    question: &'c Question,
    item: &'c Item,
    wave: &Wave,
    codebook: &'c Codebook,
) -> Result<Vec<Column<'c>>, Fault> {
    let variable = format!("{}__{}", question.name, item.name);
    let Some(answers) = wave.answers.get(&variable) else { return Ok(Vec::new()) };
    let opened = opened(question, wave);
    let answered: Vec<bool> = answers.iter().map(Option::is_some).collect();
    let column = |tick, holds, cells| Column {
        question,
        item: Some(item),
        tick,
        holds,
        opened: opened.clone(),
        answered: answered.clone(),
        cells,
    };
    let ticked = |variable: &str, label: &str, text: &str| -> Vec<Option<String>> {
        (0..wave.people)
            .map(|person| (wave.answer(variable, person) == Some(label)).then(|| text.to_owned()))
            .collect()
    };
    Ok(match question.kind.as_str() {
        "grid" => vec![column(None, Holds::Labels(label_set(question, codebook)?), answers.clone())],
        "numbers" => vec![column(None, Holds::Plain, answers.clone())],
        "multiple" => {
            let text = item.answer.as_deref().unwrap_or_default();
            vec![column(None, Holds::Tick, ticked(&variable, "selected", text))]
        }
        _ => {
            let stages = question.stages.iter().map(|stage| {
                let cells = ticked(&format!("{variable}_{}", stage.name), "yes", &stage.answer);
                column(Some((&stage.name, &stage.answer)), Holds::Tick, cells)
            });
            let boxes = [("none", &question.none), ("unknown", &question.unknown)];
            let boxes = boxes.into_iter().filter_map(|(name, tick)| {
                let tick = tick.as_ref()?;
                let cells = ticked(&variable, &tick.label, &tick.answer);
                Some(column(Some((name, tick.answer.as_str())), Holds::Tick, cells))
            });
            stages.chain(boxes).collect()
        }
    })
}

/// For whom an earlier answer opens the question: everybody, where it does not depend on one.
fn opened(question: &Question, wave: &Wave) -> Vec<bool> {
    let opens = |person: usize| match &question.asked_if {
        Some(rule) => {
            wave.answer(&rule.variable, person).is_some_and(|label| rule.is.iter().any(|is| is == label))
        }
        None => true,
    };
    (0..wave.people).map(opens).collect()
}

fn label_set<'c>(question: &Question, codebook: &'c Codebook) -> Result<&'c ValueSet, Fault> {
    codebook.labels(question).ok_or_else(|| Fault::step(&question.name, "its labels are not in the codebook"))
}
