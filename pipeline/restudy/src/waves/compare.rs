//! Compares an export with the codebook: which raw column may mean what.
//!
//! In: the columns of the export, the codebook, and under which names the columns were known in the last wave. Out: a [`Proposal`] for
//! each raw column: what is beyond doubt, or the candidates.

use std::collections::{HashMap, HashSet};

use super::columns::RawColumn;
use super::items::by_block;
use super::likeness::{Weights, of_answers, plain, words};
use crate::codebook::{self, Codebook, Takes};

/// Likeness from which a name leaves no doubt, if nothing else speaks against it.
pub(super) const SURE: f64 = 0.72;
/// Likeness from which two texts may be the same question in other words.
const NEARLY: f64 = 0.6;
/// By how much it must be more like than anything else.
const AHEAD: f64 = 0.04;
/// Share of respondents whose answers must be known.
pub(super) const KNOWN: f64 = 0.5;
/// Likeness from which an answer leaves no doubt.
const SURE_ANSWER: f64 = 0.75;
/// Likeness from which it may be another answer in new words.
const WORDED_ANEW: f64 = 0.4;
/// By how much it must be more like than the next.
const AHEAD_ANSWER: f64 = 0.1;
/// How many candidates are kept.
const CANDIDATES: usize = 3;

/// What is known of a raw column.
#[derive(Clone, Debug)]
pub(super) struct Proposal {
    /// Its name in the export.
    pub(super) raw: String,
    /// Its text: what it asks.
    pub(super) text: String,
    /// Its code, where it has one beside the text.
    pub(super) code: Option<String>,
    /// Different answers, and how many gave them; most frequent first.
    pub(super) answers: Vec<(String, usize)>,
    /// Its codes and their labels, where the file has some.
    pub(super) codes: Vec<(String, String)>,
    /// First and last day, if it holds points of time.
    pub(super) days: Option<(String, String)>,
    /// What it may mean, the likeliest first: the number in `codebook.columns()`.
    pub(super) candidates: Vec<Candidate>,
    /// Whether the first candidate is beyond doubt.
    pub(super) sure: bool,
    /// Whether it has the name of a variable that its text is not like.
    pub(super) misnamed: bool,
    /// What speaks against it.
    pub(super) doubt: Option<String>,
}

/// What a raw column may mean.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    /// The column of the codebook, by number.
    pub(super) column: usize,
    /// How alike the names are.
    pub(super) name: f64,
    /// Share of respondents whose answers are known there.
    pub(super) answers: f64,
}

impl Candidate {
    /// Whether the column may well be it: by its name, or because nothing else holds such answers.
    pub(super) fn is_likely(&self) -> bool {
        const LIKELY: f64 = 0.4;
        self.name >= LIKELY || self.name <= 0.0
    }

    /// All in all.
    fn rank(&self) -> f64 {
        0.8 * self.name + 0.2 * self.answers
    }
}

/// A column of the codebook, as it may be called.
struct Known {
    texts: Vec<Vec<String>>,
    name: String,
}

/// Compares the columns `raw` of an export with those that `codebook` names; `before` are those of the last wave, by their numbers,
/// with the names under which it had them.
pub(super) fn compare(
    codebook: &Codebook,
    raw: Vec<RawColumn>,
    before: &HashMap<usize, String>,
) -> Vec<Proposal> {
    let columns = codebook.columns();
    let texts: Vec<Vec<String>> = columns.iter().map(|column| texts(codebook, column)).collect();
    let weights = Weights::among(texts.iter().filter_map(|texts| texts.first()).map(String::as_str));
    let known: Vec<Known> = (columns.iter().zip(&texts).enumerate())
        .map(|(number, (column, texts))| Known {
            texts: texts.iter().chain(before.get(&number)).map(|text| words(text)).collect(),
            name: words(&column.variable).join(""),
        })
        .collect();
    let mut proposals: Vec<Proposal> = (raw.into_iter())
        .map(|raw| {
            let (code, text) = parts(&raw.name, raw.label.as_deref());
            let answers = raw.answers;
            let asked = words(&text);
            let of_code: Vec<String> = code.as_deref().map(words).unwrap_or_default();
            let mut candidates: Vec<Candidate> = (known.iter().enumerate())
                .map(|(number, known)| {
                    let likeness = known.texts.iter().map(|text| weights.likeness(&asked, text));
                    let name = likeness.fold(0.0, f64::max);
                    let by_code = !of_code.is_empty() && known.name.ends_with(&of_code.join(""));
                    let name = if by_code { (name + 0.03).min(1.0) } else { name };
                    Candidate { column: number, name, answers: 0.0 }
                })
                .filter(|candidate| candidate.name >= 0.2)
                .collect();
            candidates.sort_by(|a, b| b.name.total_cmp(&a.name));
            candidates.truncate(4 * CANDIDATES);
            // Only one kind of column may hold such answers: then they are a hint even where the name is none.
            let times = columns.iter().enumerate().filter(|(_, c)| c.takes == Takes::Times);
            if candidates.is_empty() && share(&answers, codebook::is_time) > 0.9 {
                candidates.extend(times.map(|(column, _)| Candidate { column, name: 0.0, answers: 0.0 }));
            }
            for candidate in &mut candidates {
                if let Some(of) = columns.get(candidate.column) {
                    candidate.answers = fitting(codebook, &of.takes, &answers);
                }
            }
            candidates.sort_by(|a, b| b.rank().total_cmp(&a.rank()));
            Proposal {
                raw: raw.name,
                text,
                code,
                answers,
                codes: raw.codes,
                days: raw.days,
                candidates,
                sure: false,
                misnamed: false,
                doubt: None,
            }
        })
        .collect();
    settle(&columns, before, &mut proposals);
    by_block(codebook, &columns, &mut proposals);
    let taken: HashSet<usize> = (proposals.iter().filter(|proposal| proposal.sure))
        .filter_map(|proposal| Some(proposal.candidates.first()?.column))
        .collect();
    for proposal in &mut proposals {
        if !proposal.sure {
            // What another column means beyond doubt is only of interest where the name was used again.
            proposal.candidates.sort_by_key(|candidate| taken.contains(&candidate.column));
        }
        proposal.candidates.truncate(CANDIDATES);
    }
    proposals
}

/// Finds out what is beyond doubt.
fn settle(columns: &[codebook::Column], before: &HashMap<usize, String>, proposals: &mut [Proposal]) {
    // By column of the codebook: the name that is most like it.
    let mut best: HashMap<usize, (f64, usize)> = HashMap::new();
    for (number, proposal) in proposals.iter().enumerate() {
        for candidate in &proposal.candidates {
            let entry = best.entry(candidate.column).or_insert((candidate.name, number));
            if candidate.name > entry.0 {
                *entry = (candidate.name, number);
            }
        }
    }
    for (number, proposal) in proposals.iter_mut().enumerate() {
        let Some(first) = proposal.candidates.first().cloned() else { continue };
        let own = columns.get(first.column);
        let is_of = |name: &str, column: usize| {
            columns.get(column).is_some_and(|c| c.header == name)
                || before.get(&column).is_some_and(|known| known == name)
        };
        // Others that are about as like, and are not much more like some other raw column.
        let rival = proposal.candidates.iter().skip(1).find(|other| {
            let taken =
                best.get(&other.column).is_some_and(|(name, of)| *of != number && *name > other.name + AHEAD);
            other.name + AHEAD > first.name && !taken
        });
        let is_best = best.get(&first.column).is_some_and(|(_, of)| *of == number);
        let plain_code = proposal.code.as_deref().map(|code| words(code).join(""));
        let named_like = columns.iter().enumerate().find(|(_, column)| {
            plain_code.as_ref().is_some_and(|code| *code == words(&column.variable).join(""))
        });
        let wrongly_named = named_like.filter(|(column, _)| {
            let name = proposal.candidates.iter().find(|c| c.column == *column).map_or(0.0, |c| c.name);
            *column != first.column || name < NEARLY
        });
        proposal.misnamed = wrongly_named.is_some();
        let describe = |column: &codebook::Column| format!("`{}`", column.means);
        proposal.doubt = if let Some((_, named)) = wrongly_named {
            Some(format!("its name is that of {}, its text is not", describe(named)))
        } else if first.name < SURE {
            Some("no name is much like it".to_owned())
        } else if first.answers < KNOWN && !proposal.answers.is_empty() {
            let is_same = own.is_some_and(|_| is_of(&proposal.raw, first.column));
            let name = own.map(describe).unwrap_or_default();
            Some(match is_same {
                true => format!("it has the name of {name}, and other answers"),
                false => format!("it is named like {name}, and has other answers"),
            })
        } else if let Some(rival) = rival {
            let names = [own, columns.get(rival.column)].into_iter().flatten().map(describe);
            Some(format!("it is as much like {}", names.collect::<Vec<_>>().join(" as like ")))
        } else if !is_best {
            Some("another column is more like it".to_owned())
        } else {
            None
        };
        proposal.sure = proposal.doubt.is_none();
    }
}

/// Texts by which a column of the codebook may be called.
fn texts(codebook: &Codebook, column: &codebook::Column) -> Vec<String> {
    let mut texts = vec![without_number(&column.header).to_owned()];
    let Some(question) = codebook.question(&column.question) else { return texts };
    let item = question.items.iter().find(|item| column.item.as_ref() == Some(&item.name));
    let rest = match (&column.takes, item) {
        // What stands behind the item in the header: the box that is ticked.
        (Takes::Tick(answer), Some(_)) if question.kind == codebook::Kind::Staged => answer.clone(),
        _ => String::new(),
    };
    let of_item: Vec<&str> = item
        .into_iter()
        .flat_map(|item| [item.answer.as_deref(), Some(item.label.as_str())])
        .flatten()
        .collect();
    for of_question in [question.label.as_str(), question.text.as_str()] {
        if of_item.is_empty() {
            texts.push(of_question.to_owned());
        }
        texts.extend(of_item.iter().map(|item| format!("{of_question} {item} {rest}")));
    }
    if of_item.is_empty() {
        texts.push(question.name.clone());
    }
    texts
}

/// A name without the number of its question: `Q12 Year` is `Year`.
fn without_number(name: &str) -> &str {
    match name.split_once([' ', ':']) {
        Some((number, rest)) if is_code(number) && number.chars().any(|c| c.is_ascii_digit()) => rest.trim(),
        _ => name,
    }
}

fn is_code(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
    text.chars().all(plain) && text.starts_with(|c: char| c.is_ascii_alphabetic())
}

/// The code and the text in the name of a raw column: `s2_role [Your role]`, `s2_role: Your role`, or a name with a label.
fn parts(header: &str, label: Option<&str>) -> (Option<String>, String) {
    let label = label.map(str::trim).filter(|label| !label.is_empty());
    if let Some(label) = label {
        return (Some(header.to_owned()), label.to_owned());
    }
    if let Some((code, rest)) = header.split_once([' ', ':'])
        && is_code(code)
        && (code.contains('_')
            || code.chars().any(|c| c.is_ascii_digit())
            || rest.trim().starts_with('[') && code.chars().all(|c| c.is_ascii_lowercase()))
    {
        let rest = rest.trim().trim_start_matches(':').trim();
        let whole = rest.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        let text = whole.filter(|whole| !whole.contains('[')).unwrap_or(rest);
        return (Some(code.to_owned()), text.to_owned());
    }
    (None, header.to_owned())
}

/// The share of answers that are `so`.
fn share(answers: &[(String, usize)], so: impl Fn(&str) -> bool) -> f64 {
    let number = |n: usize| f64::from(u32::try_from(n).unwrap_or(u32::MAX));
    let all: usize = answers.iter().map(|(_, n)| n).sum();
    let are: usize = answers.iter().filter(|(answer, _)| so(answer)).map(|(_, n)| n).sum();
    if all == 0 { 1.0 } else { number(are) / number(all) }
}

/// The share of answers that a column of the codebook may take, if they are spelled anew.
fn fitting(codebook: &Codebook, takes: &Takes, answers: &[(String, usize)]) -> f64 {
    let is_number = |text: &str| text.parse::<f64>().is_ok();
    match takes {
        // As many answers as the set has, in other words: they are decided answer by answer.
        Takes::Labels(set) => {
            let number = codebook.set(set).map_or(0, |set| set.labels.len());
            let known = share(answers, |answer| label(codebook, set, answer).is_some());
            let is_like = |answer: &str| {
                labels(codebook, set, answer).first().is_some_and(|(_, like)| *like >= WORDED_ANEW)
            };
            let as_many = answers.len() > 1 && answers.len() <= number && share(answers, is_like) >= KNOWN;
            if as_many { known.max(KNOWN) } else { known }
        }
        Takes::Tick(own) => {
            if answers.len() > 2 {
                return 0.0;
            }
            share(answers, |answer| plain(answer) == plain(own) || ticked(answer).is_some())
        }
        Takes::Numbers => share(answers, is_number),
        Takes::Times => share(answers, codebook::is_time),
        // Free text repeats itself seldom; what could as well be ticked or counted is none.
        Takes::Text => match answers {
            [] => 1.0,
            [(_, n)] if *n > 1 => 0.0,
            _ => 1.0,
        },
    }
}

/// What `answer` is among the labels of a set, if that is beyond doubt.
pub(super) fn label(codebook: &Codebook, set: &str, answer: &str) -> Option<String> {
    let candidates = labels(codebook, set, answer);
    let (first, likeness) = candidates.first()?;
    let next = candidates.get(1).map_or(0.0, |(_, likeness)| *likeness);
    (*likeness >= SURE_ANSWER && (next + AHEAD_ANSWER <= *likeness || *likeness >= 1.0))
        .then(|| first.clone())
}

/// The labels of a set, the one first that is most like `answer`.
pub(super) fn labels(codebook: &Codebook, set: &str, answer: &str) -> Vec<(String, f64)> {
    let set = codebook.set(set);
    let mut labels: Vec<(String, f64)> = (set.into_iter().flat_map(|set| &set.labels))
        .map(|label| {
            let likeness = of_answers(answer, &label.answer).max(of_answers(answer, &label.label));
            (label.label.clone(), likeness)
        })
        .collect();
    labels.sort_by(|a, b| b.1.total_cmp(&a.1));
    labels
}

/// Whether a cell with this answer was ticked, where it says so.
pub(super) fn ticked(answer: &str) -> Option<bool> {
    match plain(answer).as_str() {
        "x" | "1" | "yes" | "true" | "ticked" | "checked" | "selected" | "quoted" => Some(true),
        "0" | "no" | "false" | "not ticked" | "unchecked" | "not selected" | "not quoted" => Some(false),
        "" => Some(false),
        _ => None,
    }
}
