//! The codebook as a Markdown document: a section for each question.

use super::text::{figure, kind, share_of};
use crate::codebook::{Asked, Counts, Entry};
use crate::diagnostic::count;
use crate::evidence::Unit;
use crate::evidence::printed::print;
use crate::study::Study;

/// The questions of `entries`, in a document of their own.
pub(super) fn document(study: &Study, entries: &[Entry]) -> String {
    let mut out = format!("# Codebook: {}\n", plain(&study.title));
    for wave in study.waves.iter().filter(|wave| entries.iter().any(|entry| entry.waves.contains(&wave.id))) {
        out.push_str(&format!(
            "\nWave {}: {}, {}.",
            plain(&wave.id),
            plain(&wave.title),
            plain(&wave.fieldwork)
        ));
        if !wave.notice.is_empty() {
            out.push_str(&format!(" {}", plain(&wave.notice)));
        }
        out.push('\n');
    }
    for entry in entries {
        section(entry, &mut out);
    }
    out
}

fn section(entry: &Entry, out: &mut String) {
    out.push_str(&format!("\n## {}\n\n{}\n\n", plain(&entry.label), plain(&entry.text)));
    let mut line = |head: &str, body: &str| out.push_str(&format!("- {head}: {body}\n"));
    line("question", &format!("`{}`, {}", entry.question, kind(entry)));
    line("asked of", &plain(entry.universe.as_deref().unwrap_or("everybody")));
    if let Some(set) = &entry.part_of {
        line("part of", &format!("`{set}`"));
    }
    if let Some(text) = &entry.coded_from {
        line("coded from", &format!("`{text}`"));
    }
    if let Some(unit) = &entry.unit {
        line("numbers", &plain(unit));
    }
    for asked in &entry.variables {
        variable(entry, asked, out);
    }
}

fn variable(entry: &Entry, asked: &Asked, out: &mut String) {
    let head = if asked.item.is_some() {
        format!("{} (`{}`)", plain(&asked.label), asked.variable)
    } else {
        format!("`{}`", asked.variable)
    };
    out.push_str(&format!("\n### {head}\n\nLevel: {}.", asked.level.word()));
    for counts in &asked.waves {
        out.push_str(&format!(" {}", told(counts)));
    }
    out.push('\n');
    if asked.answers.is_empty() || entry.waves.is_empty() {
        return;
    }
    let heads: Vec<String> =
        entry.waves.iter().map(|wave| format!(" n {0} | share {0} |", plain(wave))).collect();
    let in_export = asked.answers.iter().any(|answer| !answer.answer.is_empty());
    let (second, rule) = if in_export { (" in the export |", " --- |") } else { ("", "") };
    out.push_str(&format!("\n| answer |{second}{}\n", heads.concat()));
    out.push_str(&format!("| --- |{rule}{}\n", " ---: | ---: |".repeat(heads.len())));
    for (at, answer) in asked.answers.iter().enumerate() {
        out.push_str(&format!("| {} |", plain(&answer.label)));
        if in_export {
            out.push_str(&format!(" {} |", plain(&answer.answer)));
        }
        for counts in &asked.waves {
            let n = counts.counts.get(at).copied().unwrap_or_default();
            out.push_str(&format!(" {n} | {} |", print(share_of(n, counts.answered), Unit::Share, 0)));
        }
        out.push('\n');
    }
}

/// A wave's answers to a variable, in a sentence.
fn told(counts: &Counts) -> String {
    let mut parts =
        vec![format!("{} of {} answered", counts.answered, count(counts.respondents, "respondent"))];
    parts.extend(counts.missing.iter().map(|absent| format!("{} {}", absent.n, absent.reason)));
    if let Some(numbers) = &counts.numbers {
        parts.push(format!(
            "from {} to {}, mean {}, median {}, standard deviation {}",
            numbers.min,
            numbers.max,
            figure(Some(numbers.mean)),
            figure(Some(numbers.median)),
            figure(numbers.sd)
        ));
    }
    if let Some(times) = &counts.times {
        parts.push(format!("from {} to {}", times.first, times.last));
    }
    format!("{}: {}.", plain(&counts.wave), parts.join(", "))
}

/// Text of the study as plain words: nothing in it makes a heading, a table, a link or markup of its own.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in crate::diagnostic::visible(text).split_whitespace().collect::<Vec<_>>().join(" ").chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '&' | '~' | '!') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
