//! The codebook on the terminal: a list of questions, what mentions a word, all that is known of one.

use super::find::Mentions;
use crate::answer::table;
use crate::codebook::{Asked, Counts, Entry, Level, MissingReason};
use crate::diagnostic::{count, visible};
use crate::evidence::Unit;
use crate::evidence::printed::{MISSING, print};

/// Columns of text where there is no terminal.
const WIDTH: usize = 100;

/// All questions, one a line.
pub(super) fn list(entries: &[Entry], width: Option<usize>) -> String {
    let mut heads = owned(&["question", "label", "kind", "asked of"]);
    let waves = waves(entries);
    heads.extend(waves.iter().map(|wave| format!("answered {wave}")));
    let row = |entry: &Entry| {
        let universe = entry.universe.as_deref().unwrap_or("everybody");
        let mut cells = vec![entry.question.clone(), entry.label.clone(), kind(entry), universe.to_owned()];
        cells.extend(waves.iter().map(|wave| answered(entry, wave)));
        cells
    };
    table(&heads, &entries.iter().map(row).collect::<Vec<_>>(), width)
}

/// What mentions a word, one a line.
pub(super) fn mentions(mentions: &Mentions, width: Option<usize>) -> String {
    let row = |hit: &super::find::Hit| {
        vec![hit.name.clone(), hit.label.clone(), hit.kind.to_owned(), hit.places.join(", ")]
    };
    let rows: Vec<Vec<String>> = mentions.hits.iter().map(row).collect();
    table(&owned(&["name", "label", "kind", "found in"]), &rows, width)
}

/// All that is known of a question, with the variables that `entry` has.
pub(super) fn entry(entry: &Entry, width: Option<usize>) -> String {
    let single = match &entry.variables[..] {
        [asked] => Some(asked),
        _ => None,
    };
    let name = single.map_or(&entry.question, |asked| &asked.variable);
    let mut out = format!("{}\n", visible(name));
    let mut line = |head: &str, body: &str| out.push_str(&hanging(head, body, width.unwrap_or(WIDTH)));
    line("label", &entry.label);
    line("question", &entry.text);
    match single.filter(|asked| asked.item.is_some()) {
        Some(item) => {
            line("item", &item.label);
            line(
                "kind",
                &format!(
                    "one of the {} of `{}` ({})",
                    count(entry.items, "item"),
                    entry.question,
                    entry.kind.word()
                ),
            );
        }
        None => line("kind", &kind(entry)),
    }
    if let Some(asked) = single {
        line("level", &level(asked));
    }
    line("asked of", entry.universe.as_deref().unwrap_or("everybody"));
    if let Some(set) = &entry.part_of {
        line("part of", set);
    }
    if let Some(text) = &entry.coded_from {
        line("coded from", text);
    }
    if let Some(unit) = &entry.unit {
        let range = match (entry.min, entry.max) {
            (Some(min), Some(max)) => format!("{unit}, from {min} to {max}"),
            (Some(min), None) => format!("{unit}, {min} or more"),
            (None, Some(max)) => format!("{unit}, {max} or less"),
            (None, None) => unit.clone(),
        };
        line("numbers", &range);
    }
    if let Some(column) = &entry.column {
        line("export", column);
    }
    for (wave, everybody) in everybody(entry) {
        out.push_str(&format!("\nwave {wave}, {}\n\n", count(everybody, "respondent")));
        let tables = match single {
            Some(asked) => vec![answers(asked, &wave, width)],
            None => alike(entry).iter().map(|asked| matrix(asked, &wave, width)).collect(),
        };
        out.push_str(&tables.join("\n"));
    }
    out
}

/// Waves that asked a question, with their respondents.
fn everybody(entry: &Entry) -> Vec<(String, usize)> {
    let first = entry.variables.first().map_or(&[][..], |asked| &asked.waves);
    first.iter().map(|counts| (counts.wave.clone(), counts.respondents)).collect()
}

/// The variables of a question in groups whose answers are the same, each a table of its own.
fn alike(entry: &Entry) -> Vec<Vec<&Asked>> {
    let mut groups: Vec<Vec<&Asked>> = Vec::new();
    for asked in &entry.variables {
        match groups.iter_mut().find(|group| group[0].value_set == asked.value_set) {
            Some(group) => group.push(asked),
            None => groups.push(vec![asked]),
        }
    }
    groups
}

/// The answers to a variable, one a line, and why others are missing.
fn answers(asked: &Asked, wave: &str, width: Option<usize>) -> String {
    let Some(counts) = counts_of(asked, wave) else { return String::new() };
    let share = |n: usize| print(share_of(n, counts.answered), Unit::Share, 0);
    let in_export = asked.answers.iter().any(|answer| !answer.answer.is_empty());
    let mut heads = owned(&["answer"]);
    if in_export {
        heads.extend(owned(&["in the export"]));
    }
    heads.extend(owned(&["n"]));
    if !asked.answers.is_empty() {
        heads.extend(owned(&["share of answered"]));
    }
    let row = |label: &str, text: &str, n: usize, share: String| {
        let mut cells = vec![label.to_owned()];
        if in_export {
            cells.push(text.to_owned());
        }
        cells.push(n.to_string());
        if !asked.answers.is_empty() {
            cells.push(share);
        }
        cells
    };
    let mut rows: Vec<Vec<String>> = Vec::new();
    for (answer, n) in asked.answers.iter().zip(&counts.counts) {
        rows.push(row(&answer.label, &answer.answer, *n, share(*n)));
    }
    rows.push(row("answered", "", counts.answered, String::new()));
    for absent in &counts.missing {
        rows.push(row(absent.reason.words(), "", absent.n, String::new()));
    }
    let mut text = table(&heads, &rows, width);
    if let Some(numbers) = &counts.numbers {
        text.push_str(&format!(
            "\nfrom {} to {}, mean {}, median {}, standard deviation {}\n",
            numbers.min,
            numbers.max,
            figure(Some(numbers.mean)),
            figure(Some(numbers.median)),
            figure(numbers.sd)
        ));
    }
    if let Some(times) = &counts.times {
        text.push_str(&format!("\nfrom {} to {}\n", times.first, times.last));
    }
    text
}

/// Variables that take the same answers, one a line, with a column for each answer and each reason for none.
fn matrix(group: &[&Asked], wave: &str, width: Option<usize>) -> String {
    let reasons: Vec<MissingReason> = MissingReason::ALL
        .into_iter()
        .filter(|reason| group.iter().any(|a| counts_of(a, wave).is_some_and(|c| c.missing_for(*reason) > 0)))
        .collect();
    let numeric = group.iter().any(|asked| asked.waves.iter().any(|counts| counts.numbers.is_some()));
    let mut heads = owned(&["item", "variable"]);
    heads.extend(group[0].answers.iter().map(|answer| answer.label.clone()));
    if numeric {
        heads.extend(owned(&["min", "median", "mean", "sd", "max"]));
    }
    heads.push("answered".to_owned());
    heads.extend(reasons.iter().map(|reason| reason.words().to_owned()));
    let row = |asked: &&Asked| {
        let mut cells = vec![asked.label.clone(), asked.variable.clone()];
        let Some(counts) = counts_of(asked, wave) else { return cells };
        cells.extend(counts.counts.iter().map(usize::to_string));
        if numeric {
            let of =
                |get: fn(&crate::codebook::Numbers) -> Option<f64>| counts.numbers.as_ref().and_then(get);
            let plain = |number: Option<f64>| number.map_or(MISSING.to_owned(), |n| n.to_string());
            cells.push(plain(of(|n| Some(n.min))));
            cells.push(figure(of(|n| Some(n.median))));
            cells.push(figure(of(|n| Some(n.mean))));
            cells.push(figure(of(|n| n.sd)));
            cells.push(plain(of(|n| Some(n.max))));
        }
        cells.push(counts.answered.to_string());
        cells.extend(reasons.iter().map(|reason| counts.missing_for(*reason).to_string()));
        cells
    };
    table(&heads, &group.iter().map(row).collect::<Vec<_>>(), width)
}

fn counts_of<'a>(asked: &'a Asked, wave: &str) -> Option<&'a Counts> {
    asked.waves.iter().find(|counts| counts.wave == wave)
}

pub(super) fn share_of(n: usize, base: usize) -> Option<f64> {
    (base > 0).then(|| n as f64 / base as f64)
}

/// A number that sums others up, with one decimal.
pub(super) fn figure(number: Option<f64>) -> String {
    print(number, Unit::Number, 1)
}

/// The kind of a question, with how many items it has.
pub(super) fn kind(entry: &Entry) -> String {
    match entry.items {
        0 => entry.kind.word().to_owned(),
        items => format!("{}, {}", entry.kind.word(), count(items, "item")),
    }
}

/// The level of measurement, with the set of labels.
fn level(asked: &Asked) -> String {
    let words = match asked.level {
        Level::Nominal => "nominal: labels without an order",
        Level::Ordinal => "ordinal: labels in the order in which they are listed",
        Level::Numeric => "numeric",
        Level::Text => "text",
    };
    match &asked.value_set {
        Some(set) => format!("{words} (`{set}`)"),
        None => words.to_owned(),
    }
}

/// The waves that asked any of the questions, in the order of the study.
pub(super) fn waves(entries: &[Entry]) -> Vec<String> {
    let mut waves: Vec<String> = Vec::new();
    for wave in entries.iter().flat_map(|entry| &entry.waves) {
        if !waves.contains(wave) {
            waves.push(wave.clone());
        }
    }
    waves
}

/// How many answered a question in a wave; of one with items, the least and the most that answered an item.
pub(super) fn answered(entry: &Entry, wave: &str) -> String {
    let answered = || entry.variables.iter().filter_map(|asked| Some(counts_of(asked, wave)?.answered));
    match (answered().min(), answered().max()) {
        (Some(least), Some(most)) if least == most => most.to_string(),
        (Some(least), Some(most)) => format!("{least} to {most}"),
        _ => MISSING.to_owned(),
    }
}

/// `body` beside its head, its lines under each other.
fn hanging(head: &str, body: &str, width: usize) -> String {
    const INDENT: usize = 14;
    let mut out = format!("  {head:<12}");
    let mut used = INDENT;
    for (i, word) in visible(body).split_whitespace().enumerate() {
        let length = word.chars().count();
        if i > 0 && used + 1 + length > width {
            out.push_str(&format!("\n{}", " ".repeat(INDENT)));
            used = INDENT;
        } else if i > 0 {
            out.push(' ');
            used += 1;
        }
        out.push_str(word);
        used += length;
    }
    out.push('\n');
    out
}

fn owned(heads: &[&str]) -> Vec<String> {
    heads.iter().map(|head| (*head).to_owned()).collect()
}
