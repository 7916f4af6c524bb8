//! Holds one crosswalk against the codebook.
//!
//! In: what `codebook/waves/WAVE.toml` says. Out: a [`Crosswalk`], or all that is wrong with it, each fault with its line.

use std::ops::Range;

use indexmap::IndexMap;
use toml::Spanned;

use super::definitions::{ChangedEntry, CrosswalkFile, RoutingEntry};
use super::model::{Changed, Column, Crosswalk, Gone, Routing};
use crate::codebook::{self, Codebook, Takes, UniverseEntry};
use crate::diagnostic::{Diagnostic, Diagnostics, nearest};
use crate::study::{Definitions, Wave};

/// A crosswalk that is being held against the codebook.
pub(super) struct Check<'a> {
    pub(super) codebook: &'a Codebook,
    pub(super) file: &'a Definitions<CrosswalkFile>,
    /// All columns of the codebook.
    pub(super) columns: Vec<codebook::Column>,
    faults: Diagnostics,
}

impl<'a> Check<'a> {
    pub(super) fn new(codebook: &'a Codebook, file: &'a Definitions<CrosswalkFile>) -> Self {
        Check { codebook, file, columns: codebook.columns(), faults: Diagnostics::new() }
    }

    /// The crosswalk of `wave`, before which were the waves `earlier`.
    pub(super) fn crosswalk(mut self, earlier: &[Wave], wave: &str) -> Result<Crosswalk, Diagnostics> {
        let written = &self.file.value;
        if written.wave.get_ref() != wave {
            let message = format!("this is the crosswalk of wave `{}`", written.wave.get_ref());
            self.fault(message, written.wave.span(), format!("write `{wave}`, or rename the file"));
        }
        if let Some(against) = &written.against
            && !earlier.iter().any(|wave| wave.id == *against.get_ref())
        {
            let known: Vec<String> = earlier.iter().map(|wave| format!("`{}`", wave.id)).collect();
            let message = format!("`{}` is no wave before `{wave}`", against.get_ref());
            self.fault(message, against.span(), format!("name one of {}", known.join(", ")));
        }
        let answers = self.answers_of_sets();
        let columns: Vec<Column> = written.column.iter().map(|entry| self.column(entry)).collect();
        self.twice();
        self.ticks();
        let routings = written.routing.iter().filter_map(|entry| self.routing(entry)).collect();
        let changed = written.changed.iter().map(|entry| self.changed(entry)).collect();
        let mut gone = Vec::new();
        for entry in &written.gone {
            self.known_variable(&entry.variable, true);
            self.not_a_stage(&entry.variable);
            self.reason(entry.why.get_ref(), entry.why.span());
            let place = self.file.place(entry.variable.span());
            let (variable, why) = (entry.variable.get_ref().clone(), entry.why.get_ref().clone());
            gone.push(Gone { variable, why, place });
        }
        let crosswalk = Crosswalk {
            wave: wave.to_owned(),
            against: written.against.as_ref().map(|against| against.get_ref().clone()),
            columns,
            answers,
            answers_at: (written.answers.keys())
                .map(|set| (set.get_ref().clone(), self.file.place(set.span())))
                .collect(),
            ticked: trimmed(&written.ticked),
            not_ticked: trimmed(&written.not_ticked),
            routings,
            changed,
            gone,
            file: self.file.file.clone(),
        };
        self.faults.or(crosswalk).map(|(crosswalk, _)| crosswalk)
    }

    pub(super) fn fault(&mut self, message: String, at: Range<usize>, hint: String) {
        self.faults.push(Diagnostic::error(message).at(self.file.place(at)).hint(hint));
    }

    pub(super) fn reason(&mut self, why: &str, at: Range<usize>) {
        if why.trim().is_empty() {
            self.fault("no reason is given".to_owned(), at, "say why, in a few words".to_owned());
        }
    }

    fn answers_of_sets(&mut self) -> IndexMap<String, IndexMap<String, String>> {
        let mut sets = IndexMap::new();
        for (set, answers) in &self.file.value.answers {
            self.known_set(set);
            let takes = Takes::Labels(set.get_ref().clone());
            sets.insert(set.get_ref().clone(), self.answers(answers, Some(&takes)));
        }
        sets
    }

    /// Labels that a column may be said to hold; none where it takes anything.
    pub(super) fn labels(&self, takes: &Takes) -> Vec<String> {
        match takes {
            Takes::Labels(set) => {
                let set = self.codebook.set(set);
                set.into_iter().flat_map(|set| set.labels.iter().map(|label| label.label.clone())).collect()
            }
            Takes::Tick(_) => vec![super::apply::TICKED.to_owned(), super::apply::NOT_TICKED.to_owned()],
            Takes::Numbers | Takes::Times | Takes::Text => Vec::new(),
        }
    }

    /// Answers of the export, each with what it means; what differs in the space around it alone is one.
    pub(super) fn answers(
        &mut self,
        answers: &IndexMap<Spanned<String>, Spanned<String>>,
        takes: Option<&Takes>,
    ) -> IndexMap<String, String> {
        let labels = takes.map_or(Vec::new(), |takes| self.labels(takes));
        let mut said: IndexMap<String, String> = IndexMap::new();
        for (raw, label) in answers {
            if !label.get_ref().is_empty() {
                self.known_label(label, &labels);
                self.known_value(label, takes);
            }
            let answer = raw.get_ref().trim();
            if said.insert(answer.to_owned(), label.get_ref().clone()).is_some() {
                let message = format!("answer `{answer}` stands here twice");
                self.fault(
                    message,
                    raw.span(),
                    "take out one of them: space around it does not count".to_owned(),
                );
            }
        }
        said
    }

    /// What a column without labels is said to hold is something that it can hold.
    fn known_value(&mut self, value: &Spanned<String>, takes: Option<&Takes>) {
        let text = value.get_ref();
        let (is_one, what) = match takes {
            Some(Takes::Numbers) => (text.parse::<f64>().is_ok_and(f64::is_finite), "number"),
            Some(Takes::Times) => (codebook::is_time(text), "time"),
            _ => return,
        };
        if !is_one {
            let hint = format!("write a {what}, or \"\" for no answer");
            self.fault(format!("`{text}` is no {what}"), value.span(), hint);
        }
    }

    pub(super) fn known_label(&mut self, label: &Spanned<String>, labels: &[String]) {
        if labels.is_empty() || labels.contains(label.get_ref()) {
            return;
        }
        let hint = match nearest(label.get_ref(), labels.iter().map(String::as_str)) {
            Some(near) => {
                format!("did you mean `{near}`? A new label is added to codebook/value-labels.toml first")
            }
            None => {
                let listed: Vec<String> = labels.iter().map(|label| format!("`{label}`")).collect();
                format!(
                    "write one of {}, or \"\" for no answer; a new label is added to codebook/value-labels.toml first",
                    listed.join(", ")
                )
            }
        };
        self.fault(format!("there is no label `{}` here", label.get_ref()), label.span(), hint);
    }

    fn known_variable(&mut self, name: &Spanned<String>, or_question: bool) {
        let mut known: Vec<String> = self.codebook.questions.iter().map(|q| q.name.clone()).collect();
        if or_question {
            known.extend(self.codebook.variables().into_iter().map(|variable| variable.name));
        }
        if !known.contains(name.get_ref()) {
            let near = nearest(name.get_ref(), known.iter().map(String::as_str));
            let hint = near.map_or_else(
                || "name one of the codebook".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            let what = if or_question { "variable" } else { "question" };
            self.fault(format!("there is no {what} `{}`", name.get_ref()), name.span(), hint);
        }
    }

    /// What was not asked is an item as a whole: a stage of one cannot be gone.
    fn not_a_stage(&mut self, name: &Spanned<String>) {
        let variable =
            self.codebook.variables().into_iter().find(|variable| variable.name == *name.get_ref());
        let Some(variable) = variable.filter(|variable| variable.stage.is_some()) else { return };
        let item = format!("{}__{}", variable.question, variable.item.unwrap_or_default());
        let message = format!("`{}` is one stage of `{item}`", name.get_ref());
        self.fault(message, name.span(), format!("an item is gone as a whole: write `{item}`"));
    }

    /// No word stands both for a tick and for none.
    fn ticks(&mut self) {
        let written = &self.file.value;
        let is_tick = |word: &&Spanned<String>| {
            written.ticked.iter().any(|tick| tick.get_ref().trim() == word.get_ref().trim())
        };
        for word in written.not_ticked.iter().filter(is_tick) {
            let message = format!("`{}` stands under `ticked` and under `not_ticked`", word.get_ref());
            self.fault(message, word.span(), "take it out of one of them".to_owned());
        }
    }

    fn changed(&mut self, entry: &ChangedEntry) -> Changed {
        self.reason(entry.why.get_ref(), entry.why.span());
        match (&entry.set, &entry.variable) {
            (Some(set), None) => self.known_set(set),
            (None, Some(variable)) => self.known_variable(variable, true),
            _ => {
                let message = "`[[changed]]` is about nothing, or about two things".to_owned();
                self.fault(message, entry.comparable.span(), "name one `set` or one `variable`".to_owned());
            }
        }
        let text = |spanned: &Option<Spanned<String>>| spanned.as_ref().map(|s| s.get_ref().clone());
        Changed {
            set: text(&entry.set),
            variable: text(&entry.variable),
            comparable: *entry.comparable.get_ref(),
            why: entry.why.get_ref().clone(),
        }
    }

    fn known_set(&mut self, set: &Spanned<String>) {
        let known: Vec<&str> = self.codebook.sets.iter().map(|s| s.name.as_str()).collect();
        if known.contains(&set.get_ref().as_str()) {
            return;
        }
        let near = nearest(set.get_ref(), known.iter().copied());
        let hint = near.map_or_else(
            || "name a set of codebook/value-labels.toml".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        self.fault(format!("there is no set of value labels `{}`", set.get_ref()), set.span(), hint);
    }

    fn routing(&mut self, entry: &RoutingEntry) -> Option<Routing> {
        self.known_variable(&entry.question, false);
        self.reason(entry.why.get_ref(), entry.why.span());
        let question = self.codebook.question(entry.question.get_ref())?;
        if let Some(universe) = &entry.asked_if {
            let name = universe.variable.get_ref();
            let earlier = self.codebook.questions.iter().take_while(|q| q.name != question.name);
            let asked = earlier.filter(|q| q.kind == codebook::Kind::Single).find(|q| q.name == *name);
            match asked.and_then(|q| q.values.as_deref()) {
                None => {
                    let message = format!("`{name}` is no earlier question with one answer");
                    self.fault(message, universe.variable.span(), "name one".to_owned());
                }
                Some(set) => {
                    let labels = self.labels(&Takes::Labels(set.to_owned()));
                    universe.is.iter().for_each(|label| self.known_label(label, &labels));
                }
            }
        }
        Some(Routing {
            question: question.name.clone(),
            asked_if: entry.asked_if.as_ref().map(UniverseEntry::universe),
            comparable: entry.comparable,
            why: entry.why.get_ref().clone(),
            place: self.file.place(entry.question.span()),
        })
    }
}

/// Words without the space around them, which cells do not have either.
fn trimmed(words: &[Spanned<String>]) -> Vec<String> {
    words.iter().map(|word| word.get_ref().trim().to_owned()).collect()
}
