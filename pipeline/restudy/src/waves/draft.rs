//! Drafts a crosswalk: what is beyond doubt is filled in, the rest is left open with its candidates in comments.
//!
//! In: proposals for the columns of an export. Out: the text of `codebook/waves/WAVE.toml`, and how much of it is open.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

use indexmap::IndexMap;

use super::codes::turned;
use super::compare::{Candidate, Proposal, label, labels, ticked};
use super::likeness::words;
use crate::codebook::{self, Codebook, Kind, Takes};
use crate::diagnostic::count;

/// A drafted crosswalk.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// Its text.
    pub text: String,
    /// Number of columns of the export.
    pub columns: usize,
    /// Number of those that are filled in.
    pub decided: usize,
    /// Those that are left open, by their names.
    pub open: Vec<String>,
    /// Answers that are left open, with the set or variable that they are of.
    pub open_answers: Vec<(String, String)>,
    /// Columns whose codes run otherwise than the labels of their scale.
    pub turned: Vec<String>,
    /// Variables that the export has, although the codebook says that the wave did not ask them.
    pub unasked: Vec<String>,
    /// What the last wave asked and no column was found for.
    pub missing: Vec<String>,
}

/// What is drafted, and from what.
pub(super) struct Drafting<'a> {
    pub(super) codebook: &'a Codebook,
    pub(super) wave: &'a str,
    pub(super) against: Option<&'a str>,
    pub(super) file: &'a str,
    pub(super) proposals: &'a [Proposal],
    /// Columns of the codebook that the last wave had, by number.
    pub(super) before: &'a HashMap<usize, String>,
}

/// Text as TOML has it.
pub(super) fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

impl Drafting<'_> {
    pub(super) fn draft(&self) -> Draft {
        let columns = self.codebook.columns();
        let mut draft = Draft { columns: self.proposals.len(), ..Draft::default() };
        let sure: Vec<(&Proposal, &codebook::Column)> = (self.proposals.iter())
            .filter(|proposal| proposal.sure)
            .filter_map(|proposal| Some((proposal, columns.get(proposal.candidates.first()?.column)?)))
            .collect();
        draft.text = self.head();
        self.ticks(&sure, &mut draft);
        self.sets(&sure, &mut draft);
        draft.text.push_str("\n# --- Columns of the export, in its order ---\n");
        for proposal in self.proposals {
            let decided = sure.iter().find(|(of, _)| of.raw == proposal.raw).map(|(_, column)| *column);
            match decided {
                Some(column) => self.decided(proposal, column, &mut draft),
                None => self.open(proposal, &columns, &mut draft),
            }
        }
        self.worded_anew(&mut draft);
        self.missing(&sure, &columns, &mut draft);
        draft
    }

    fn head(&self) -> String {
        let mut text = format!(
            "# How the export of {}, `{}`, is read.\n\
             # Drafted by `restudy wave add`, then decided by people: what was beyond doubt is filled in (look at it), and each\n\
             # OPEN is to be decided. Nothing is built before.\n\
             #\n\
             #   means       a variable of the codebook (`question`, `question__item`, …)\n\
             #   leave_out   or: why the column is not used\n\
             #   keep_as     or: the name by which a sample design in study.toml uses it (weights, strata, units)\n\
             #   how         same (if nothing is said), renamed, new\n\
             #   answers     raw answer = label, where they differ; \"\" is no answer\n\
             #   new_answers labels that were offered for the first time\n\
             #   comparable  yes, with care, no: with every earlier wave; the report prints `why`\n\n\
             wave = {}\n",
            self.wave,
            self.file,
            quoted(self.wave)
        );
        if let Some(against) = self.against {
            let _ = writeln!(text, "against = {}", quoted(against));
        }
        text
    }

    /// What stands in ticked cells.
    fn ticks(&self, sure: &[(&Proposal, &codebook::Column)], draft: &mut Draft) {
        let mut said: IndexMap<&str, usize> = IndexMap::new();
        for (proposal, column) in sure {
            let Takes::Tick(own) = &column.takes else { continue };
            let others = proposal.answers.iter().filter(|(answer, _)| answer != own);
            others.for_each(|(answer, n)| *said.entry(answer).or_default() += n);
        }
        for (name, is) in [("ticked", true), ("not_ticked", false)] {
            let of: Vec<String> = said
                .keys()
                .filter(|answer| ticked(answer) == Some(is))
                .map(|answer| quoted(answer))
                .collect();
            if !of.is_empty() {
                let _ = writeln!(draft.text, "{name} = [{}]", of.join(", "));
            }
        }
    }

    /// Answers by set of value labels.
    fn sets(&self, sure: &[(&Proposal, &codebook::Column)], draft: &mut Draft) {
        let mut said: IndexMap<&str, IndexMap<&str, usize>> = IndexMap::new();
        for (proposal, column) in sure {
            let Takes::Labels(set) = &column.takes else { continue };
            let of_set = said.entry(set).or_default();
            proposal.answers.iter().for_each(|(answer, n)| *of_set.entry(answer).or_default() += n);
        }
        for set in &self.codebook.sets {
            let Some(answers) = said.get(set.name.as_str()) else { continue };
            let known = |answer: &str| set.labels.iter().any(|label| label.answer == answer);
            let mut others: Vec<_> = answers.iter().filter(|(answer, _)| !known(answer)).collect();
            others.sort_by(|a, b| b.1.cmp(a.1).then_with(|| a.0.cmp(b.0)));
            if others.is_empty() {
                continue;
            }
            let _ = writeln!(draft.text, "\n[answers.{}]", set.name);
            // One label for two answers is a merge, which somebody must want.
            let given = set.labels.iter().filter(|label| answers.contains_key(label.answer.as_str()));
            let mut taken: HashSet<String> = given.map(|label| label.label.clone()).collect();
            for (answer, n) in others {
                let sure =
                    label(self.codebook, &set.name, answer).filter(|label| taken.insert(label.clone()));
                match sure {
                    Some(label) => {
                        let _ = writeln!(draft.text, "{} = {}", quoted(answer), quoted(&label));
                    }
                    None => {
                        draft.open_answers.push((set.name.clone(), (*answer).to_owned()));
                        let near: Vec<String> = (labels(self.codebook, &set.name, answer).iter().take(3))
                            .map(|(label, likeness)| format!("{} ({likeness:.2})", quoted(label)))
                            .collect();
                        let _ = write!(
                            draft.text,
                            "# OPEN: {} was given {}. Is it {}?\n\
                             # Or is it new? Then add its label to `{}` in codebook/value-labels.toml, and to `new_answers` below.\n\
                             # {} = {}\n",
                            quoted(answer),
                            times(*n),
                            near.join(" or "),
                            set.name,
                            quoted(answer),
                            near.first().map_or("\"\"", |first| first.split(" (").next().unwrap_or("\"\""))
                        );
                    }
                }
            }
        }
    }

    fn decided(&self, proposal: &Proposal, column: &codebook::Column, draft: &mut Draft) {
        draft.decided += 1;
        let Some(first) = proposal.candidates.first() else { return };
        let _ = write!(
            draft.text,
            "\n[[column]]\nraw = {}\nmeans = {}\n",
            quoted(&proposal.raw),
            quoted(&column.means)
        );
        let known = self.before.get(&first.column);
        if proposal.raw != column.header && known != Some(&proposal.raw) {
            let by_case = [Some(&column.header), known]
                .into_iter()
                .flatten()
                .any(|name| name.to_lowercase() == proposal.raw.to_lowercase());
            let note = match by_case {
                true => "in letter case alone".to_owned(),
                false => format!("likeness {:.2}: {}", first.name, known.unwrap_or(&column.header)),
            };
            let _ = writeln!(draft.text, "how = \"renamed\"    # {note}");
        } else if proposal.raw != column.header {
            let _ = writeln!(
                draft.text,
                "how = \"renamed\"    # as in {}",
                self.against.unwrap_or("the last wave")
            );
        }
        self.unasked(column, draft);
        self.scale(proposal, column, draft);
    }

    /// Leaves it to people to say that a question of other waves was asked in this one too.
    fn unasked(&self, column: &codebook::Column, draft: &mut Draft) {
        let Some((waves, place)) = column.waves_without(self.codebook, self.wave) else { return };
        let all: Vec<String> = waves.iter().map(String::as_str).chain([self.wave]).map(quoted).collect();
        draft.unasked.push(column.variable.clone());
        let _ = writeln!(
            draft.text,
            "# OPEN: by the codebook it was asked in {} alone. If this is the same question, write\n\
             # `waves = [{}]` in {place}; else leave the column out.",
            waves.join(", "),
            all.join(", ")
        );
    }

    /// Leaves it to people to say why the codes of a scale run otherwise than its labels.
    fn scale(&self, proposal: &Proposal, column: &codebook::Column, draft: &mut Draft) {
        let Takes::Labels(set) = &column.takes else { return };
        let Some(set) = self.codebook.set(set) else { return };
        let codes = proposal.codes.iter().map(|(code, label)| (code.as_str(), label.as_str()));
        if let Some(turned) = turned(set, codes) {
            let listed: Vec<String> = turned.iter().map(|(code, said)| format!("{code} {said}")).collect();
            draft.turned.push(proposal.raw.clone());
            let _ = writeln!(
                draft.text,
                "# OPEN: its codes run otherwise than the labels of `{}`: {}.\n\
                 # why = \"its labels decide, and mean what they meant\"",
                set.name,
                listed.join(", ")
            );
        }
    }

    fn open(&self, proposal: &Proposal, columns: &[codebook::Column], draft: &mut Draft) {
        draft.open.push(proposal.raw.clone());
        let doubt = proposal.doubt.as_deref().unwrap_or("nothing in the codebook is like it");
        let _ = write!(draft.text, "\n[[column]]\nraw = {}\n# OPEN: {doubt}\n", quoted(&proposal.raw));
        // What only one person said is theirs, and stays out of the file.
        if proposal.answers.first().is_some_and(|(_, n)| *n > 1) {
            let shown = proposal.answers.iter().filter(|(_, n)| *n > 1).take(4);
            let shown: Vec<String> = shown
                .map(|(answer, n)| format!("{} {n}", quoted(&crate::sources::shortened(answer))))
                .collect();
            let _ = writeln!(
                draft.text,
                "# answers: {}{}",
                shown.join(", "),
                if proposal.answers.len() > 4 { ", …" } else { "" }
            );
        }
        for candidate in &proposal.candidates {
            let Some(column) = columns.get(candidate.column) else { continue };
            let _ = writeln!(
                draft.text,
                "# means = {}    # {} (likeness {:.2}, answers {:.0} in 100)",
                quoted(&column.means),
                column.header,
                candidate.name,
                100.0 * candidate.answers
            );
        }
        let _ = writeln!(draft.text, "# leave_out = \"…\"");
        let is_like = proposal.candidates.first().is_some_and(Candidate::is_likely);
        if !is_like && !proposal.raw.contains(' ') {
            let _ = writeln!(
                draft.text,
                "# keep_as = {}    # if a sample design in study.toml uses it",
                quoted(&proposal.raw)
            );
        }
        // Where a column is much like a variable, nobody needs the draft of a new one.
        if is_like && !proposal.misnamed {
            return;
        }
        let name = self.name(proposal);
        let (kind, values) = self.kind(proposal);
        let _ = writeln!(
            draft.text,
            "# New? Put this into a file of codebook/questions, then write `means = {}` and `how = \"new\"` here:\n\
             #   [[question]]\n#   name = {}\n#   label = {}\n#   text = {}\n#   kind = {}{}\n#   column = {}\n#   waves = [{}]",
            quoted(&name),
            quoted(&name),
            quoted(&proposal.text),
            quoted(&proposal.text),
            quoted(kind.word()),
            values.map(|set| format!("\n#   values = {}", quoted(&set))).unwrap_or_default(),
            quoted(&format!("{} {}", self.wave, proposal.text)),
            quoted(self.wave)
        );
    }

    /// A name for a new question.
    fn name(&self, proposal: &Proposal) -> String {
        let parts = words(proposal.code.as_deref().unwrap_or(&proposal.text));
        let ascii = parts
            .into_iter()
            .map(|word| word.chars().filter(char::is_ascii_alphanumeric).collect::<String>());
        let name: Vec<String> = ascii.filter(|word| !word.is_empty()).take(4).collect();
        let name = name.join("_");
        let is_taken = self.codebook.question(&name).is_some();
        match name.starts_with(|c: char| c.is_ascii_lowercase()) && !is_taken {
            true => name,
            false => format!("q_{}_{name}", self.wave.to_lowercase().replace('-', "_"))
                .trim_end_matches('_')
                .to_owned(),
        }
    }

    /// What a new question may ask for, by its answers: a set of the codebook where one has them all.
    fn kind(&self, proposal: &Proposal) -> (Kind, Option<String>) {
        let fits = |set: &&codebook::ValueSet| {
            proposal.answers.iter().all(|(answer, _)| label(self.codebook, &set.name, answer).is_some())
        };
        match &proposal.answers[..] {
            [] => (Kind::Text, None),
            answers if answers.iter().all(|(answer, _)| codebook::is_time(answer)) => (Kind::Timestamp, None),
            _ => match self.codebook.sets.iter().find(fits) {
                Some(set) => (Kind::Single, Some(set.name.clone())),
                None => (Kind::Text, None),
            },
        }
    }

    /// Sets whose answers are left open: whether they mean what they meant is one decision for all variables.
    fn worded_anew(&self, draft: &mut Draft) {
        let mut sets: Vec<&str> = draft.open_answers.iter().map(|(set, _)| set.as_str()).collect();
        sets.dedup();
        let mut text = String::new();
        for set in sets {
            let _ = write!(
                text,
                "\n# [[changed]]\n# set = {}\n# comparable = \"with care\"\n# why = \"the answers are worded anew\"\n",
                quoted(set)
            );
        }
        if !text.is_empty() {
            draft
                .text
                .push_str("\n# --- If answers that are open above do not quite mean what they meant ---\n");
            draft.text.push_str(&text);
        }
    }

    /// What the last wave asked, and no column was found for.
    fn missing(
        &self,
        sure: &[(&Proposal, &codebook::Column)],
        columns: &[codebook::Column],
        draft: &mut Draft,
    ) {
        let found: HashSet<&str> = sure.iter().map(|(_, column)| column.means.as_str()).collect();
        // What an open column is much like is asked there.
        let asked: HashSet<usize> = (self.proposals.iter())
            .filter(|proposal| !proposal.sure && !proposal.misnamed)
            .filter_map(|proposal| proposal.candidates.first())
            .filter(|first| first.is_likely())
            .map(|first| first.column)
            .collect();
        let lost: Vec<&codebook::Column> = (columns.iter().enumerate())
            .filter(|(number, column)| {
                self.before.contains_key(number) && !found.contains(column.means.as_str())
            })
            .filter(|(number, _)| !asked.contains(number))
            .map(|(_, column)| column)
            .collect();
        if lost.is_empty() {
            return;
        }
        draft.text.push_str("\n# --- Asked before, and not found in this export ---\n");
        let mut told: HashSet<&str> = HashSet::new();
        for column in &lost {
            let of_question = columns.iter().filter(|c| c.question == column.question).count();
            let lost_of_question = lost.iter().filter(|c| c.question == column.question).count();
            let name = match of_question == lost_of_question {
                true => &column.question,
                false => &column.variable,
            };
            if !told.insert(name) {
                continue;
            }
            draft.missing.push(name.clone());
            let _ = write!(
                draft.text,
                "\n# OPEN: no column is like {} ({}). If it was not asked:\n\
                 # [[gone]]\n# variable = {}\n# why = \"the question was dropped\"\n",
                column.header,
                count(lost.iter().filter(|c| c.question == *name || c.variable == *name).count(), "column"),
                quoted(name),
            );
        }
    }
}

fn times(n: usize) -> String {
    if n == 1 { "once".to_owned() } else { format!("{n} times") }
}
