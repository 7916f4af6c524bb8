//! Holds one crosswalk against the codebook.
//!
//! In: what `codebook/waves/WAVE.toml` says. Out: a [`Crosswalk`], or all that is wrong with it, each fault with its line.

use std::collections::HashMap;
use std::ops::Range;

use indexmap::IndexMap;
use toml::Spanned;

use super::definitions::{ChangedEntry, ColumnEntry, CrosswalkFile, RoutingEntry};
use super::merges;
use super::model::{Changed, Column, Comparable, Crosswalk, Gone, How, Means, Routing};
use crate::codebook::{self, Codebook, Takes, UniverseEntry};
use crate::diagnostic::{Diagnostic, Diagnostics, nearest};
use crate::sources::on_one_line;
use crate::study::{Definitions, Wave};

/// A crosswalk that is being held against the codebook.
pub(super) struct Check<'a> {
    codebook: &'a Codebook,
    file: &'a Definitions<CrosswalkFile>,
    columns: Vec<codebook::Column>,
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
        let routings = written.routing.iter().filter_map(|entry| self.routing(entry)).collect();
        let changed = written.changed.iter().map(|entry| self.changed(entry)).collect();
        let mut gone = Vec::new();
        for entry in &written.gone {
            self.known_variable(&entry.variable, true);
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
            ticked: written.ticked.clone(),
            not_ticked: written.not_ticked.clone(),
            routings,
            changed,
            gone,
            file: self.file.file.clone(),
        };
        self.faults.or(crosswalk).map(|(crosswalk, _)| crosswalk)
    }

    fn fault(&mut self, message: String, at: Range<usize>, hint: String) {
        self.faults.push(Diagnostic::error(message).at(self.file.place(at)).hint(hint));
    }

    fn reason(&mut self, why: &str, at: Range<usize>) {
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
    fn labels(&self, takes: &Takes) -> Vec<String> {
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
    fn answers(
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

    fn known_label(&mut self, label: &Spanned<String>, labels: &[String]) {
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

    fn column(&mut self, entry: &ColumnEntry) -> Column {
        let raw = &entry.raw;
        let said = [&entry.means, &entry.leave_out, &entry.keep_as].into_iter().flatten().count();
        if said > 1 {
            let message = format!("`{}` is decided twice", raw.get_ref());
            self.fault(message, raw.span(), "keep one of `means`, `leave_out` and `keep_as`".to_owned());
        }
        let known = entry.means.as_ref().and_then(|means| self.known_column(means));
        let takes = known.as_ref().map(|column| column.takes.clone());
        let labels = takes.as_ref().map_or(Vec::new(), |takes| self.labels(takes));
        let answers = self.answers(&entry.answers, takes.as_ref());
        self.new_answers(entry, takes.as_ref());
        if let Some(times) = &entry.times {
            let is_number = matches!(takes, Some(Takes::Numbers) | None);
            let makes_sense = *times.get_ref() > 0.0 && times.get_ref().is_finite();
            if !is_number || !makes_sense {
                let hint = "`times` is greater than 0, and for columns of numbers".to_owned();
                self.fault(format!("`times = {}` makes no sense here", times.get_ref()), times.span(), hint);
            }
        }
        if let Some(why) = &entry.leave_out {
            self.reason(why.get_ref(), why.span());
        }
        let is_variable = entry.means.is_some();
        if entry.comparable.is_some_and(|comparable| comparable != Comparable::Yes)
            && entry.why.trim().is_empty()
        {
            let message = format!("`{}` is not comparable as it is, and nothing says why", raw.get_ref());
            self.fault(message, raw.span(), "write `why = \"…\"`: the report prints it".to_owned());
        }
        let of_set = match &takes {
            Some(Takes::Labels(set)) => {
                self.file.value.answers.iter().find(|(name, _)| name.get_ref() == set)
            }
            _ => None,
        };
        let of_set = of_set.into_iter().flat_map(|(_, answers)| answers);
        let mut all: IndexMap<String, String> =
            of_set.map(|(raw, label)| (raw.get_ref().clone(), label.get_ref().clone())).collect();
        all.extend(answers.clone());
        let merged = merges::listed(&all);
        let changed = [
            (merged.is_some(), "merges answers"),
            (!entry.new_answers.is_empty() && !labels.is_empty(), "has new answers"),
            (entry.times.is_some(), "is in another unit"),
        ];
        if let Some((_, what)) = changed.into_iter().find(|(is, _)| *is)
            && is_variable
            && entry.how != How::New
            && entry.comparable.is_none()
            && !self.is_changed(known.as_ref())
        {
            let message = format!("`{}` {what}, and nothing says whether it is comparable", raw.get_ref());
            let hint = "write `comparable = \"yes\"`, `\"with care\"` or `\"no\"`, and `why`".to_owned();
            self.fault(message, raw.span(), hint);
        }
        let text = |spanned: &Option<Spanned<String>>| spanned.as_ref().map(|s| s.get_ref().clone());
        let means = (text(&entry.means).map(Means::Variable))
            .or_else(|| text(&entry.leave_out).map(Means::LeftOut))
            .or_else(|| text(&entry.keep_as).map(Means::Kept));
        Column {
            raw: on_one_line(raw.get_ref()),
            means: means.unwrap_or(Means::Open),
            how: entry.how,
            answers,
            new_answers: entry.new_answers.iter().map(|label| label.get_ref().clone()).collect(),
            times: entry.times.as_ref().map(|times| *times.get_ref()),
            comparable: entry.comparable,
            why: entry.why.clone(),
            place: self.file.place(raw.span()),
        }
    }

    /// What was offered for the first time are labels of the column.
    fn new_answers(&mut self, entry: &ColumnEntry, takes: Option<&Takes>) {
        let Some(first) = entry.new_answers.first() else { return };
        match takes {
            Some(takes @ Takes::Labels(_)) => {
                let labels = self.labels(takes);
                entry.new_answers.iter().for_each(|label| self.known_label(label, &labels));
            }
            // What it means is told already.
            None if entry.means.is_some() => {}
            _ => {
                let message =
                    format!("`{}` has no labels, and `new_answers` are labels", entry.raw.get_ref());
                let hint = "take them out: only a column of a question with value labels has any".to_owned();
                self.fault(message, first.span(), hint);
            }
        }
    }

    /// Whether `[[changed]]` speaks of a column.
    fn is_changed(&self, column: Option<&codebook::Column>) -> bool {
        let Some(column) = column else { return false };
        let set = match &column.takes {
            Takes::Labels(set) => Some(set),
            _ => None,
        };
        self.file.value.changed.iter().any(|entry| {
            entry.set.as_ref().is_some_and(|of| Some(of.get_ref()) == set)
                || entry
                    .variable
                    .as_ref()
                    .is_some_and(|v| [&column.question, &column.variable].contains(&v.get_ref()))
        })
    }

    /// The column of the codebook that `means` names.
    fn known_column(&mut self, means: &Spanned<String>) -> Option<codebook::Column> {
        let found = self.columns.iter().find(|column| column.means == *means.get_ref()).cloned();
        if found.is_none() {
            let near = nearest(means.get_ref(), self.columns.iter().map(|column| column.means.as_str()));
            let hint = match near {
                Some(near) => {
                    format!("did you mean `{near}`? Else define its question in codebook/questions")
                }
                None => "define its question in codebook/questions, or write `leave_out = \"…\"`".to_owned(),
            };
            let message = format!("`{}` is no variable with a column of its own", means.get_ref());
            self.fault(message, means.span(), hint);
        }
        found
    }

    /// No column has two rows, and no two columns mean the same.
    fn twice(&mut self) {
        let written = &self.file.value;
        let (mut raws, mut means): (HashMap<String, _>, HashMap<&str, _>) = (HashMap::new(), HashMap::new());
        for entry in &written.column {
            let raw = &entry.raw;
            let first = raws.insert(on_one_line(raw.get_ref()), raw.span());
            let meant = entry.means.as_ref().and_then(|m| Some((m, means.insert(m.get_ref(), m.span())?)));
            let line = |span: Range<usize>| self.file.place(span).line.unwrap_or_default();
            if let Some(first) = first {
                let hint = format!("the first is on line {}: take out one of them", line(first));
                self.fault(format!("column `{}` has two rows", raw.get_ref()), raw.span(), hint);
            }
            if let Some((entry, first)) = meant {
                let hint = format!(
                    "the first is on line {}: one of them means something else, or is left out",
                    line(first)
                );
                self.fault(format!("two columns mean `{}`", entry.get_ref()), entry.span(), hint);
            }
        }
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
