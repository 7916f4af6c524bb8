//! Holds the rows of a crosswalk, one for each column of an export, against the codebook.
//!
//! In: a `[[column]]`. Out: a [`Column`]; what is wrong with it goes to the other faults of the [`Check`].

use std::collections::HashMap;
use std::ops::Range;

use indexmap::IndexMap;
use toml::Spanned;

use super::check::Check;
use super::definitions::ColumnEntry;
use super::merges;
use super::model::{Column, Comparable, How, Means};
use crate::codebook::{self, Takes};
use crate::diagnostic::nearest;
use crate::sources::on_one_line;

impl Check<'_> {
    /// What a row says of its column.
    pub(super) fn column(&mut self, entry: &ColumnEntry) -> Column {
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
        if let Some(name) = &entry.keep_as {
            self.kept(name);
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
        let turned = takes.as_ref().and_then(|takes| self.reads_otherwise(takes, &all));
        let changed = [
            merged.map(|_| "merges answers".to_owned()),
            turned.map(|(answer, label)| format!("reads the codebook's answer `{answer}` as `{label}`")),
            (!entry.new_answers.is_empty() && !labels.is_empty()).then(|| "has new answers".to_owned()),
            entry.times.as_ref().map(|_| "is in another unit".to_owned()),
        ];
        if let Some(what) = changed.into_iter().flatten().next()
            && is_variable
            && entry.how != How::New
            && entry.comparable.is_none()
            && !self.is_changed(known.as_ref())
        {
            let message = format!("`{}` {what}, and nothing says whether it is comparable", raw.get_ref());
            let hint = match &takes {
                Some(Takes::Labels(set)) if turned.is_some() => format!(
                    "correct it under `[answers.{set}]` or in the row; if it is right, write `comparable` and `why`, or \
                     `[[changed]]` with `set = \"{set}\"`"
                ),
                _ => "write `comparable = \"yes\"`, `\"with care\"` or `\"no\"`, and `why`".to_owned(),
            };
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
        let names = column.names();
        self.file.value.changed.iter().any(|entry| {
            let of_set =
                entry.set.as_ref().is_some_and(|set| column.takes == Takes::Labels(set.get_ref().clone()));
            of_set || entry.variable.as_ref().is_some_and(|name| names.contains(name.get_ref()))
        })
    }

    /// One of `answers` that is the codebook's own for a label, and becomes another or none.
    fn reads_otherwise<'b>(
        &self,
        takes: &Takes,
        answers: &'b IndexMap<String, String>,
    ) -> Option<(&'b str, &'b str)> {
        let Takes::Labels(set) = takes else { return None };
        let labels = self.codebook.set(set).map_or(&[][..], |set| &set.labels);
        let is_otherwise =
            |raw: &str, said: &str| labels.iter().any(|own| own.answer == raw && own.label != said);
        answers
            .iter()
            .find(|(raw, said)| is_otherwise(raw, said))
            .map(|(raw, said)| (raw.as_str(), said.as_str()))
    }

    /// What a sample design uses has no name of a column of the codebook: it would be taken for that.
    fn kept(&mut self, name: &Spanned<String>) {
        let plain = on_one_line(name.get_ref());
        if let Some(column) = self.columns.iter().find(|column| column.header == plain) {
            let message = format!("`{plain}` is the column of `{}` in the codebook", column.variable);
            let hint = format!(
                "write `means = \"{}\"` if it is that; else keep it under another name",
                column.means
            );
            self.fault(message, name.span(), hint);
        }
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
    pub(super) fn twice(&mut self) {
        let written = &self.file.value;
        let (mut raws, mut means): (HashMap<String, _>, HashMap<&str, _>) = (HashMap::new(), HashMap::new());
        let mut kept: HashMap<&str, Range<usize>> = HashMap::new();
        for entry in &written.column {
            let raw = &entry.raw;
            let first = raws.insert(on_one_line(raw.get_ref()), raw.span());
            let meant = entry.means.as_ref().and_then(|m| Some((m, means.insert(m.get_ref(), m.span())?)));
            let again = entry.keep_as.as_ref().and_then(|k| Some((k, kept.insert(k.get_ref(), k.span())?)));
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
            if let Some((name, first)) = again {
                let hint = format!("the first is on line {}: give one of them another name", line(first));
                self.fault(format!("two columns are kept as `{}`", name.get_ref()), name.span(), hint);
            }
        }
    }
}
