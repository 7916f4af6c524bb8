//! What was asked, of whom, with which answers, and how many gave them: the codebook as people read it.
//!
//! In: a [`Codebook`] and the [`Responses`] of some waves. Out: one [`Entry`] for each question, in the order of the
//! questionnaire, with one [`Asked`] for each of its variables.
//!
//! - Counts are of respondents, unweighted; those who answered and those who did not, by reason, add up to all of them.
//! - A label that nobody chose is counted 0 and not left out.
//! - It rounds nothing and knows no layout.

use serde::Serialize;

use super::answers::Responses;
use super::missing::MissingReason;
use super::model::{Codebook, Kind, Question, Universe, ValueLabel};
use super::sheet::Values;
use super::timestamp;
use super::variables::{Level, Variable};

/// A question, with the counts of its answers.
#[derive(Clone, Debug, Serialize)]
pub struct Entry {
    /// Name.
    pub question: String,
    /// What it is about.
    pub label: String,
    /// The question as it was put.
    pub text: String,
    /// What it asks for.
    pub kind: Kind,
    /// Whom it was put to, in words; none where it was put to everybody.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub universe: Option<String>,
    /// The column of the raw export, or what the columns of its items begin with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// The text question whose answers were coded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coded_from: Option<String>,
    /// The multiple-response set to which a text belongs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part_of: Option<String>,
    /// What numbers count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Smallest number allowed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    /// Largest number allowed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
    /// How many items it has.
    #[serde(skip_serializing_if = "is_zero")]
    pub items: usize,
    /// The waves, of those that were read, that asked it.
    pub waves: Vec<String>,
    /// Its variables.
    pub variables: Vec<Asked>,
}

fn is_zero(n: &usize) -> bool {
    *n == 0
}

/// A variable, with the counts of its answers in each wave.
#[derive(Clone, Debug, Serialize)]
pub struct Asked {
    /// Name of the column in `responses`.
    pub variable: String,
    /// What it is about.
    pub label: String,
    /// The item, where the question has items.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    /// The stage, where the variable is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
    /// Level of measurement.
    pub level: Level,
    /// The set of its labels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value_set: Option<String>,
    /// Its labels, in order, without those that only say why an answer is missing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<Answer>,
    /// What each wave answered; nothing of waves that did not ask it.
    pub waves: Vec<Counts>,
}

/// An answer that a question takes.
#[derive(Clone, Debug, Serialize)]
pub struct Answer {
    /// What SQL, tables and charts see.
    pub label: String,
    /// The text in the survey tool's export; empty for labels that come with the kind of question.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub answer: String,
}

/// The answers of a wave to a variable, counted.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Counts {
    /// The wave.
    pub wave: String,
    /// Everybody in the wave.
    pub respondents: usize,
    /// Those who answered.
    pub answered: usize,
    /// How many gave each answer, in the order of the labels.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub counts: Vec<usize>,
    /// Those who did not answer, by reason; reasons that nobody had are left out.
    pub missing: Vec<Absent>,
    /// The numbers that were given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub numbers: Option<Numbers>,
    /// The points in time that were given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub times: Option<Times>,
}

/// The first and the last of some points in time, as `2013-03-18 14:05:09`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Times {
    /// The first.
    pub first: String,
    /// The last.
    pub last: String,
}

/// How many answers are missing for a reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Absent {
    /// Why.
    pub reason: MissingReason,
    /// How many.
    pub n: usize,
}

/// Numbers that respondents gave, summed up.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Numbers {
    /// Smallest.
    pub min: f64,
    /// Largest.
    pub max: f64,
    /// Mean.
    pub mean: f64,
    /// The middle one, or the mean of the middle two.
    pub median: f64,
    /// Standard deviation (divisor n - 1); none where there is one number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sd: Option<f64>,
}

impl Counts {
    /// How many answers are missing for `reason`.
    pub fn missing_for(&self, reason: MissingReason) -> usize {
        self.missing.iter().find(|absent| absent.reason == reason).map_or(0, |absent| absent.n)
    }
}

impl Codebook {
    /// Every question with the counts of its answers in `waves`.
    pub fn counted(&self, waves: &[Responses]) -> Vec<Entry> {
        let variables = self.variables();
        let sets = self.label_sets();
        let waves: Vec<(&Responses, Vec<Reasons>)> = waves.iter().map(|w| (w, reasons(w))).collect();
        let entry = |question: &Question| {
            let of_question = variables.iter().enumerate().filter(|(_, v)| v.question == question.name);
            let asking: Vec<_> = waves.iter().filter(|(w, _)| question.asked_in(&w.wave)).collect();
            let asked = |(number, variable): (usize, &Variable)| {
                let set = sets.iter().find(|set| Some(&set.name) == variable.value_set.as_ref());
                let answer = |l: &ValueLabel| Answer { label: l.label.clone(), answer: l.answer.clone() };
                Asked {
                    variable: variable.name.clone(),
                    label: variable.label.clone(),
                    item: variable.item.clone(),
                    stage: variable.stage.clone(),
                    level: variable.level,
                    value_set: variable.value_set.clone(),
                    answers: set.into_iter().flat_map(|set| set.answers()).map(answer).collect(),
                    waves: asking
                        .iter()
                        .map(|(wave, reasons)| counts(wave, number, reasons[number]))
                        .collect(),
                }
            };
            Entry {
                question: question.name.clone(),
                label: question.label.clone(),
                text: question.text.clone(),
                kind: question.kind,
                universe: self.asked_of(question),
                column: question.column.clone(),
                coded_from: question.coded_from.clone(),
                part_of: question.part_of.clone(),
                unit: question.unit.clone(),
                min: question.min,
                max: question.max,
                items: question.items.len(),
                waves: asking.iter().map(|(wave, _)| wave.wave.clone()).collect(),
                variables: of_question.map(asked).collect(),
            }
        };
        self.questions.iter().map(entry).collect()
    }

    /// Whom a question was put to, in words; nothing where it was put to everybody. A text that belongs to a set, and the
    /// codes of a text, are asked of those who were asked that.
    pub fn asked_of(&self, question: &Question) -> Option<String> {
        let by_other = question.part_of.as_ref().or(question.coded_from.as_ref());
        let inherited = || self.asked_of(self.question(by_other?)?);
        question.asked_if.as_ref().map(|universe| self.in_words(universe)).or_else(inherited)
    }

    /// A universe in words: `those who answered “yes” to: Work experience`.
    pub fn in_words(&self, universe: &Universe) -> String {
        let name = universe.variable.split("__").next().unwrap_or(&universe.variable);
        let about = self.question(name).map_or(universe.variable.as_str(), |q| q.label.as_str());
        let labels: Vec<String> = universe.is.iter().map(|l| format!("“{l}”")).collect();
        format!("those who answered {} to: {about}", labels.join(" or "))
    }
}

/// How many answers to a variable are missing, by reason in the order of [`MissingReason::ALL`].
type Reasons = [usize; MissingReason::ALL.len()];

/// The missing answers of `wave`, counted by variable.
fn reasons(wave: &Responses) -> Vec<Reasons> {
    let mut counted = vec![Reasons::default(); wave.variables.len()];
    for missing in &wave.missing {
        let reason = MissingReason::ALL.into_iter().position(|reason| reason == missing.reason);
        if let Some(count) = reason.and_then(|reason| counted.get_mut(missing.variable)?.get_mut(reason)) {
            *count += 1;
        }
    }
    counted
}

/// The answers of `wave` to its variable `number`.
fn counts(wave: &Responses, number: usize, reasons: Reasons) -> Counts {
    let respondents = wave.respondents.len();
    let (variable, values) = (&wave.variables[number], &wave.columns[number]);
    let missing = MissingReason::ALL.into_iter().zip(reasons).map(|(reason, n)| Absent { reason, n });
    let mut counted = Counts {
        wave: wave.wave.clone(),
        respondents,
        answered: (0..respondents).filter(|row| values.is_some(*row)).count(),
        counts: Vec::new(),
        missing: missing.filter(|absent| absent.n > 0).collect(),
        numbers: None,
        times: None,
    };
    match values {
        Values::Labels(labels) => {
            counted.counts = vec![0; variable.labels.len()];
            for label in labels.iter().flatten().filter_map(|l| usize::try_from(*l).ok()) {
                if let Some(count) = counted.counts.get_mut(label) {
                    *count += 1;
                }
            }
        }
        Values::Number(numbers) => counted.numbers = summed_up(numbers.iter().flatten().copied().collect()),
        Values::Timestamp(times) => {
            let given = || times.iter().flatten().copied();
            counted.times = given().min().zip(given().max()).map(|(first, last)| Times {
                first: timestamp::written(first),
                last: timestamp::written(last),
            });
        }
        Values::Text(_) | Values::Integer(_) => {}
    }
    counted
}

fn summed_up(mut numbers: Vec<f64>) -> Option<Numbers> {
    numbers.sort_by(f64::total_cmp);
    let (n, middle) = (numbers.len() as f64, numbers.len() / 2);
    let (min, max) = (*numbers.first()?, *numbers.last()?);
    let mean = numbers.iter().sum::<f64>() / n;
    let median =
        if numbers.len() % 2 == 1 { numbers[middle] } else { (numbers[middle - 1] + numbers[middle]) / 2.0 };
    let squares: f64 = numbers.iter().map(|x| (x - mean).powi(2)).sum();
    let sd = (numbers.len() > 1).then(|| (squares / (n - 1.0)).sqrt());
    Some(Numbers { min, max, mean, median, sd })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_summed_up_as_by_hand() {
        assert_eq!(summed_up(Vec::new()), None);
        let one = summed_up(vec![3.0]).unwrap();
        assert_eq!((one.min, one.max, one.mean, one.median, one.sd), (3.0, 3.0, 3.0, 3.0, None));
        // By hand: mean 4, squares 9 + 4 + 1 + 16 = 30, variance 10.
        let four = summed_up(vec![8.0, 1.0, 2.0, 5.0]).unwrap();
        assert_eq!((four.mean, four.median, four.sd), (4.0, 3.5, Some(10_f64.sqrt())));
    }
}
