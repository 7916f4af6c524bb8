//! Whether a codebook is sound: every name that it uses is defined, and none is defined twice.

use std::collections::HashMap;

use toml::Spanned;

use super::definitions::{QuestionEntry, QuestionsFile, SetEntry, SetsFile};
use super::expected;
use super::missing::MissingReason;
use super::model::{Codebook, Kind};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, nearest};
use crate::sources::on_one_line;
use crate::study::Definitions;

/// What is wrong with the sets of value labels.
pub(super) fn sets(file: &Definitions<SetsFile>) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    let mut seen = Seen::new("set");
    for set in &file.value.set {
        seen.name(set.name.get_ref(), file.place(set.name.span()), &mut diagnostics);
        set_labels(set, file, &mut diagnostics);
    }
    diagnostics
}

fn set_labels(set: &SetEntry, file: &Definitions<SetsFile>, diagnostics: &mut Diagnostics) {
    if set.labels.is_empty() {
        diagnostics.push(
            Diagnostic::error(format!("set `{}` has no labels", set.name.get_ref()))
                .at(file.place(set.name.span())),
        );
    }
    let (mut labels, mut answers) = (Seen::new("label"), Seen::new("answer"));
    for label in &set.labels {
        labels.name(label.label.get_ref(), file.place(label.label.span()), diagnostics);
        answers.name(label.answer.get_ref(), file.place(label.answer.span()), diagnostics);
        for text in [&label.label, &label.answer] {
            if text.get_ref().trim() != text.get_ref() || text.get_ref().is_empty() {
                diagnostics.push(
                    Diagnostic::error("a label or an answer is blank, or has space around it")
                        .at(file.place(text.span()))
                        .hint("take the space out; a blank cell is a missing answer and needs no label"),
                );
            }
        }
        if let Some(missing) = &label.missing
            && MissingReason::from_words(missing.get_ref()).is_none()
        {
            let words: Vec<String> = MissingReason::ALL.iter().map(|r| format!("`{r}`")).collect();
            diagnostics.push(
                Diagnostic::error(format!("`{}` is no reason for a missing answer", missing.get_ref()))
                    .at(file.place(missing.span()))
                    .hint(format!("write one of {}", words.join(", "))),
            );
        }
    }
}

/// What is wrong with the questions of a codebook that was read from `files`.
pub(super) fn questions(codebook: &Codebook, files: &[Definitions<QuestionsFile>]) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    let mut names = Seen::new("question");
    let mut number = 0;
    for file in files {
        for entry in &file.value.question {
            names.name(entry.name.get_ref(), file.place(entry.name.span()), &mut diagnostics);
            Check { codebook, file, entry, number, diagnostics: &mut diagnostics }.all();
            number += 1;
        }
    }
    let ids: Vec<_> = codebook.questions.iter().filter(|q| q.kind == Kind::Id).collect();
    if ids.len() != 1 || ids.iter().any(|q| q.name != "respondent_id") {
        let place = ids.last().map_or_else(|| Place::file("codebook/questions"), |q| q.place.clone());
        diagnostics.push(
            Diagnostic::error("the codebook must have one question of kind `id`, named `respondent_id`")
                .at(place)
                .hint("define the column that tells respondents apart"),
        );
    }
    let mut variables = Seen::new("variable");
    for variable in codebook.variables() {
        let place = codebook.question(&variable.question).map(|q| q.place.clone());
        let place = place.unwrap_or_else(|| Place::file("codebook/questions"));
        if matches!(variable.name.as_str(), "wave" | "design") {
            diagnostics.push(
                Diagnostic::error(format!("`{}` is a column that every wave has already", variable.name))
                    .at(place.clone())
                    .hint("give the question another name"),
            );
        }
        if variable.name != variable.question {
            variables.name(&variable.name, place, &mut diagnostics);
        }
    }
    let mut columns = Seen::new("raw column");
    for (number, question) in codebook.questions.iter().enumerate() {
        for expected in expected::of_question(number, question) {
            columns.name(&expected.header, question.place.clone(), &mut diagnostics);
        }
    }
    for file in files {
        for entry in &file.value.left_out {
            let place = file.place(entry.column.span());
            columns.name(&on_one_line(entry.column.get_ref()), place, &mut diagnostics);
        }
    }
    diagnostics
}

/// Names met so far, to tell the second of a kind.
struct Seen {
    what: &'static str,
    first: HashMap<String, Place>,
}

impl Seen {
    fn new(what: &'static str) -> Self {
        Seen { what, first: HashMap::new() }
    }

    fn name(&mut self, name: &str, place: Place, diagnostics: &mut Diagnostics) {
        if let Some(first) = self.first.get(name) {
            let first = Place { excerpt: None, ..first.clone() };
            diagnostics.push(
                Diagnostic::error(format!("{} `{name}` is defined twice", self.what))
                    .at(place)
                    .note(format!("first at {first}"))
                    .hint("rename or take out one of them"),
            );
        } else {
            self.first.insert(name.to_owned(), place);
        }
    }
}

/// The checks of one question.
struct Check<'a> {
    codebook: &'a Codebook,
    file: &'a Definitions<QuestionsFile>,
    entry: &'a QuestionEntry,
    number: usize,
    diagnostics: &'a mut Diagnostics,
}

impl Check<'_> {
    fn all(mut self) {
        self.spelling();
        self.fields();
        self.values();
        self.universe();
        self.references();
    }

    fn fault(&mut self, message: String, at: std::ops::Range<usize>, hint: Option<String>) {
        let mut fault = Diagnostic::error(message).at(self.file.place(at));
        fault.hints.extend(hint);
        self.diagnostics.push(fault);
    }

    fn spelling(&mut self) {
        let entry = self.entry;
        let names = std::iter::once(&entry.name)
            .chain(entry.items.iter().map(|i| &i.name))
            .chain(entry.stages.iter().map(|s| &s.name));
        for name in names {
            if !is_name(name.get_ref()) {
                let message = format!("`{}` cannot be the name of a variable", name.get_ref());
                let hint = "write lower-case letters, digits and single `_`, a letter first, at most 48";
                self.fault(message, name.span(), Some(hint.to_owned()));
            }
        }
        let mut items = Seen::new("item");
        for item in &entry.items {
            items.name(item.name.get_ref(), self.file.place(item.name.span()), self.diagnostics);
        }
    }

    /// Each kind of question has its own fields.
    fn fields(&mut self) {
        let entry = self.entry;
        let at = entry.name.span();
        let kind = entry.kind.word();
        let has_items = matches!(entry.kind, Kind::Grid | Kind::Multiple | Kind::Staged | Kind::Numbers);
        let has_values = matches!(entry.kind, Kind::Single | Kind::Grid | Kind::Staged | Kind::Coded);
        // A number may be one for the whole question; an item may have a column of its own; respondents may be counted.
        let may_be_whole = entry.kind == Kind::Numbers && entry.items.is_empty();
        let in_columns = entry.items.iter().all(|item| item.column.is_some() || item.coded_from.is_some());
        let is_told =
            entry.column.is_some() || entry.kind == Kind::Id || !entry.items.is_empty() && in_columns;
        let rules = [
            ("items", has_items && !may_be_whole, !entry.items.is_empty()),
            ("values", has_values, entry.values.is_some()),
            ("column", entry.kind != Kind::Coded, is_told),
            ("coded_from", entry.kind == Kind::Coded, entry.coded_from.is_some()),
            ("stages", entry.kind == Kind::Staged, !entry.stages.is_empty()),
            ("none", entry.kind == Kind::Staged, entry.none.is_some()),
            ("unknown", entry.kind == Kind::Staged, entry.unknown.is_some()),
        ];
        for (field, wanted, there) in rules {
            let name = entry.name.get_ref();
            if wanted && !there {
                self.fault(format!("question `{name}` of kind `{kind}` lacks `{field}`"), at.clone(), None);
            } else if there && !wanted {
                let message = format!("question `{name}` of kind `{kind}` takes no `{field}`");
                self.fault(message, at.clone(), Some(format!("take out `{field}`, or change the kind")));
            }
        }
        if let Some(dates) = entry.dates.as_ref().filter(|_| entry.kind != Kind::Timestamp) {
            let message = format!("a question of kind `{kind}` takes no `dates`");
            self.fault(message, dates.span(), Some("only a time has a day and a month".to_owned()));
        }
        if let Some(separator) = &entry.separator {
            let hint = if entry.kind != Kind::Multiple || entry.column.is_none() {
                Some("only a multiple-response question has several answers in the cells of its `column`")
            } else if separator.get_ref().trim().is_empty() {
                Some("write what stands between the answers, such as `;` or `,`")
            } else if entry.items.iter().any(|item| item.column.is_some()) {
                Some("its items stand in one column: take out the `column` of each")
            } else {
                None
            };
            if let Some(hint) = hint {
                let message = format!("`{}` can separate no answers here", separator.get_ref());
                self.fault(message, separator.span(), Some(hint.to_owned()));
            }
        }
        for item in &entry.items {
            if let Some(column) = &item.column
                && (entry.kind == Kind::Staged || item.answer.is_none())
            {
                let message = format!("item `{}` takes no `column`", item.name.get_ref());
                let hint =
                    "an item has a column of its own where it has an `answer`, and where it has one column";
                self.fault(message, column.span(), Some(hint.to_owned()));
            }
            if item.answer.is_none() == item.coded_from.is_none() {
                let message =
                    format!("item `{}` needs one of `answer` and `coded_from`", item.name.get_ref());
                let hint =
                    "`answer` is its text in the export; `coded_from` the text question it is coded from";
                self.fault(message, item.name.span(), Some(hint.to_owned()));
            }
        }
    }

    fn values(&mut self) {
        let Some(values) = &self.entry.values else { return };
        if self.codebook.set(values.get_ref()).is_none() {
            let near = nearest(values.get_ref(), self.codebook.sets.iter().map(|s| s.name.as_str()));
            let hint = match near {
                Some(near) => format!("did you mean `{near}`? Else define it in codebook/value-labels.toml"),
                None => "define it in codebook/value-labels.toml".to_owned(),
            };
            self.fault(
                format!("there is no set of value labels `{}`", values.get_ref()),
                values.span(),
                Some(hint),
            );
        } else if self.entry.kind == Kind::Staged {
            self.stage_labels(values);
        }
    }

    /// The labels of a staged question say yes, no and not known, in this order: the program sets them itself.
    fn stage_labels(&mut self, values: &Spanned<String>) {
        let labels = self.codebook.set(values.get_ref()).map_or(0, |set| set.answers().count());
        if labels != 3 {
            self.fault(
                format!("set `{}` has {labels} labels where a staged question needs 3", values.get_ref()),
                values.span(),
                Some("give it labels for yes, no and not known, in this order".to_owned()),
            );
        }
    }

    fn universe(&mut self) {
        let Some(universe) = &self.entry.asked_if else { return };
        let name = universe.variable.get_ref();
        let earlier = &self.codebook.questions[..self.number.min(self.codebook.questions.len())];
        let single: Vec<_> = earlier.iter().filter(|q| q.kind == Kind::Single).collect();
        let Some(asked) = single.iter().find(|q| q.name == *name) else {
            let near = nearest(name, single.iter().map(|q| q.name.as_str()));
            let message = format!("`asked_if` names `{name}`, which is no earlier question with one answer");
            self.fault(message, universe.variable.span(), near.map(|n| format!("did you mean `{n}`?")));
            return;
        };
        let Some(set) = asked.values.as_deref().and_then(|v| self.codebook.set(v)) else { return };
        for label in &universe.is {
            if !set.labels.iter().any(|l| l.label == *label.get_ref()) {
                let near = nearest(label.get_ref(), set.labels.iter().map(|l| l.label.as_str()));
                let message = format!("`{}` is no label of `{name}`", label.get_ref());
                self.fault(message, label.span(), near.map(|n| format!("did you mean `{n}`?")));
            }
        }
    }

    fn references(&mut self) {
        let entry = self.entry;
        let texts = entry.coded_from.iter().chain(entry.items.iter().filter_map(|i| i.coded_from.as_ref()));
        for text in texts {
            self.reference(text, Kind::Text, "`coded_from`");
        }
        if let Some(set) = &entry.part_of {
            if entry.kind != Kind::Text {
                let message = format!("a question of kind `{}` takes no `part_of`", entry.kind.word());
                let hint = "only a text belongs to a set of items; take `part_of` out, or change the kind";
                self.fault(message, set.span(), Some(hint.to_owned()));
            }
            self.reference(set, Kind::Multiple, "`part_of`");
        }
    }

    fn reference(&mut self, to: &Spanned<String>, kind: Kind, field: &str) {
        let of_kind: Vec<_> = self.codebook.questions.iter().filter(|q| q.kind == kind).collect();
        if !of_kind.iter().any(|q| q.name == *to.get_ref()) {
            let near = nearest(to.get_ref(), of_kind.iter().map(|q| q.name.as_str()));
            let message =
                format!("{field} names `{}`, which is no question of kind `{}`", to.get_ref(), kind.word());
            self.fault(message, to.span(), near.map(|n| format!("did you mean `{n}`?")));
        }
    }
}

/// Names end up as SQL columns, unquoted; `__` parts a question from its item.
fn is_name(name: &str) -> bool {
    name.len() <= 48
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && !name.contains("__")
        && !name.ends_with('_')
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}
