//! The `[[wave]]` block of a new wave, and where it goes in `study.toml`: behind the last wave, all else as it stands.
//!
//! In: what is known of the wave. Out: the new text of `study.toml`. What was found or taken over is said in comments.

use super::compare::Proposal;
use super::draft::quoted;
use super::found::Found;
use crate::codebook::{Codebook, Kind};
use crate::sources::months;
use crate::study::{Source, Study, Wave};

/// What is known of a new wave.
#[derive(Clone, Debug)]
pub struct NewWave {
    /// Its name.
    pub id: String,
    /// Its export.
    pub found: Found,
    /// Its sampling frame.
    pub frame: Option<String>,
    /// Codes given to open answers.
    pub open_codings: Option<String>,
    /// Title, if it is known.
    pub title: Option<String>,
    /// When the answers were collected, in words, if it is known.
    pub fieldwork: Option<String>,
    /// Date on the report, if it is known.
    pub published: Option<String>,
    /// What readers must know about the data, if it is known.
    pub notice: Option<String>,
}

/// First and last day of the answers, if a column of the export tells.
pub(super) fn days(codebook: &Codebook, proposals: &[Proposal]) -> Option<(String, String)> {
    let columns = codebook.columns();
    let is_time = |proposal: &&Proposal| {
        let first = proposal.candidates.first().filter(|_| proposal.sure);
        let column = first.and_then(|first| columns.get(first.column));
        column
            .and_then(|column| codebook.question(&column.question))
            .is_some_and(|q| q.kind == Kind::Timestamp)
    };
    let sure: Vec<&Proposal> = proposals.iter().filter(is_time).collect();
    let of: Vec<&Proposal> = if sure.is_empty() { proposals.iter().collect() } else { sure };
    let days = || of.iter().filter_map(|proposal| proposal.days.as_ref());
    let first = days().map(|(first, _)| first).min()?;
    let last = days().map(|(_, last)| last).max()?;
    Some((first.clone(), last.clone()))
}

/// `study.toml` with the new wave; `days` are the first and last of its answers.
pub(super) fn with_wave(study: &Study, new: &NewWave, days: Option<&(String, String)>) -> String {
    let last = study.waves.last();
    let block = block(new, last, days);
    let text = with_claims_wave(study);
    let at = end_of_last_wave(&text);
    let (before, after) = text.split_at(at);
    let before = before.trim_end_matches('\n');
    let after = after.trim_start_matches('\n');
    let rest = if after.is_empty() { String::new() } else { format!("\n{after}") };
    format!("{before}\n\n{block}{rest}")
}

/// The text of `study.toml`, which says which wave the published claims are about: with one wave it need not, with two it must.
fn with_claims_wave(study: &Study) -> String {
    let ([only], None) = (&study.waves[..], &study.sources.claims_wave) else { return study.text.clone() };
    let is_claims = |line: &str| {
        line.trim_start().strip_prefix("claims").is_some_and(|rest| rest.trim_start().starts_with('='))
    };
    let mut text = String::new();
    for line in study.text.split_inclusive('\n') {
        text.push_str(line);
        if is_claims(line) {
            text.push_str(&format!("claims_wave = {}    # the only wave that there was\n", quoted(&only.id)));
        }
    }
    text
}

/// The byte behind the last line of the last wave's tables, comments that lead on to what follows not among them.
fn end_of_last_wave(text: &str) -> usize {
    let (mut at, mut end) = (0, None);
    let mut within = false;
    for line in text.split_inclusive('\n') {
        if line.starts_with('[') {
            within = ["[[wave]]", "[wave.", "[[wave."].iter().any(|wave| line.starts_with(wave));
        }
        at += line.len();
        let says = line.trim();
        if within && !says.is_empty() && !says.starts_with('#') {
            end = Some(at);
        }
    }
    end.unwrap_or(text.len())
}

fn block(new: &NewWave, last: Option<&Wave>, days: Option<&(String, String)>) -> String {
    let mut lines = vec!["[[wave]]".to_owned(), format!("id = {}", quoted(&new.id))];
    let mut say = |name: &str, value: String, comment: &str| {
        let comment = if comment.is_empty() { String::new() } else { format!("    # {comment}") };
        lines.push(format!("{name} = {value}{comment}"));
    };
    let of_last = last.map(|wave| wave.id.as_str()).unwrap_or_default();
    let like_last = last.map(|wave| wave.title.replace(of_last, &new.id)).filter(|t| t.contains(&new.id));
    match &new.title {
        Some(title) => say("title", quoted(title), ""),
        None => {
            let title = like_last.unwrap_or_else(|| format!("Wave {}", new.id));
            say("title", quoted(&title), &format!("made after that of {of_last}: look at it"));
        }
    }
    let of_days = days.and_then(|(first, last)| Some((months(first, last)?, first, last)));
    match (&new.fieldwork, of_days) {
        (Some(fieldwork), _) => say("fieldwork", quoted(fieldwork), ""),
        (None, Some((months, first, last))) => {
            say("fieldwork", quoted(&months), &format!("answers came from {first} to {last}"));
        }
        (None, None) => say("fieldwork", quoted(""), "OPEN: when the answers were collected, in words"),
    }
    match (&new.published, days) {
        (Some(date), _) => say("published", quoted(date), ""),
        (None, Some((_, last))) => {
            say("published", quoted(last), "the day of the last answer: write the report's date")
        }
        (None, None) => say("published", quoted(""), "OPEN: write the report's date"),
    }
    let synthetic = last.is_some_and(|wave| wave.synthetic);
    say(
        "synthetic",
        synthetic.to_string(),
        &format!("as in {of_last}: whether the data were made rather than collected"),
    );
    match (&new.notice, last) {
        (Some(notice), _) => say("notice", quoted(notice), ""),
        (None, Some(wave)) => say("notice", quoted(&wave.notice), &format!("as in {of_last}: look at it")),
        (None, None) => say("notice", quoted(""), "what readers must know about the data"),
    }
    for said in &new.found.said {
        lines.push(format!("# found in the export: {said}"));
    }
    lines.push(format!("responses = {}", new.found.source.written()));
    for (name, file) in [("open_codings", &new.open_codings), ("frame", &new.frame)] {
        lines.extend(file.as_ref().map(|file| format!("{name} = {}", Source::plain(file).written())));
    }
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wave_goes_behind_the_others_and_before_what_follows() {
        let end = |text: &str| end_of_last_wave(text);
        let waves = "[[wave]]\nid = \"1\"\n\n[wave.design]\nfpc = \"frame\"\n";
        assert_eq!(end(waves), waves.len());
        assert_eq!(end(&format!("{waves}\n# About the sample.\n[design]\nfpc = 1\n")), waves.len());
        assert_eq!(end(&format!("title = \"t\"\n\n{waves}# for ever\n")), waves.len() + 13);
        assert_eq!(end("title = \"t\"\n"), 12);
        assert_eq!(end(&format!("{waves}[report]\ncounted = [\n  \"a\",\n]\n")), waves.len());
    }
}
