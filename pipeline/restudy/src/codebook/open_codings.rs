//! Applies the codes that coders gave to open answers.
//!
//! In: a table `respondent_id,question,code`, where `question` is the question coded *into*: a coded question (the code
//! is a label) or a multiple-response set (the code is an item that only coders give).

use std::collections::HashMap;

use super::answers::Reader;
use super::model::{Kind, Question};
use super::sheet::{Holding, Sheet, shown};
use crate::diagnostic::{Diagnostic, Diagnostics, nearest};
use crate::sources::{Faults, RawTable};

/// A code that a question takes: its name in the table, the variable and label that it sets, the text it stands for.
struct Code<'a> {
    name: &'a str,
    variable: usize,
    label: u32,
    text: &'a str,
}

/// The codes that were given, as far as they are applied.
#[derive(Debug)]
pub(super) struct OpenCodings<'a> {
    table: &'a RawTable,
    faults: Faults<'a>,
    sheet: Sheet,
    /// Codes whose respondents have not been met; none before the first chunk with respondents.
    pending: Option<Vec<Given>>,
}

/// A code that a line gives.
#[derive(Debug)]
struct Given {
    line: usize,
    question: String,
    variable: usize,
    label: u32,
    text: String,
}

impl<'a> OpenCodings<'a> {
    /// Those in `table`.
    pub(super) fn of(table: &'a RawTable) -> Self {
        let fields = [("respondent_id", Holding::Name), ("question", Holding::Name), ("code", Holding::Name)];
        let mut faults = Faults::new(table);
        let sheet = Sheet::read(table, &fields, &mut faults);
        OpenCodings { table, faults, sheet, pending: None }
    }

    /// The file.
    pub(super) fn file(&self) -> &str {
        &self.table.file
    }

    /// Applies the codes of the respondents in a chunk to their answers.
    pub(super) fn apply(&mut self, reader: &mut Reader<'_>) {
        // Without respondents nothing can be coded: that is told already.
        if reader.respondents.is_empty() {
            return;
        }
        let pending = match self.pending.take() {
            Some(pending) => pending,
            None => self.given(reader),
        };
        let rows: HashMap<&str, usize> =
            reader.respondents.iter().enumerate().map(|(row, id)| (id.as_str(), row)).collect();
        let mut coded: HashMap<(usize, usize), usize> = HashMap::new();
        let (mut others, mut labels) = (Vec::new(), Vec::new());
        for given in pending {
            let id = self.sheet.text("respondent_id", given.line);
            let Some(row) = rows.get(id).copied() else {
                others.push(given);
                continue;
            };
            let Given { line, question, variable, label, text } = given;
            let column = self.table.column("respondent_id").unwrap_or_default();
            // Without the text's column nothing can be coded: that is told already.
            if !reader.has_column(&text) {
                continue;
            }
            if !reader.has_text(&text, row) {
                let fault = Diagnostic::error(format!(
                    "a code is given to the answer of respondent `{}` to `{text}`, which is blank",
                    shown(id)
                ));
                self.faults.cell(line, column, fault, |f| f.hint("take the row out"));
                continue;
            }
            if let Some(before) = coded.insert((variable, row), line) {
                let fault =
                    Diagnostic::error(format!("respondent `{}` is coded twice in `{question}`", shown(id)));
                let before = self.table.standing(before);
                self.faults.cell(line, column, fault, |f| {
                    f.note(format!("first {before}")).hint("take out one of the two rows")
                });
                continue;
            }
            labels.push((variable, row, label));
        }
        for (variable, row, label) in labels {
            reader.set_label(variable, row, label);
        }
        self.pending = Some(others);
    }

    /// What is wrong with the codes; those that are still pending are given to nobody in `file`, the export.
    pub(super) fn finish(mut self, file: &str) -> Diagnostics {
        for given in self.pending.into_iter().flatten() {
            let id = self.sheet.text("respondent_id", given.line);
            let fault =
                Diagnostic::error(format!("a code is given to respondent `{}`, who is not there", shown(id)));
            let column = self.table.column("respondent_id").unwrap_or_default();
            self.faults.cell(given.line, column, fault, |f| {
                f.hint(format!("correct the number, or take the row out; the respondents are in {file}"))
            });
        }
        self.faults.finish()
    }

    /// All codes that are codes of a question that is coded.
    fn given(&mut self, reader: &Reader<'_>) -> Vec<Given> {
        let OpenCodings { table, faults, sheet, .. } = self;
        let column = |name: &str| table.column(name).unwrap_or_default();
        let codebook = reader.codebook;
        let questions = codebook.questions.iter().filter(|q| is_coded(q));
        let questions: Vec<(&Question, Vec<Code<'_>>)> = questions.map(|q| (q, codes(reader, q))).collect();
        let mut all = Vec::new();
        for line in 0..sheet.rows() {
            let (id, question, code) =
                (sheet.text("respondent_id", line), sheet.text("question", line), sheet.text("code", line));
            if id.is_empty() || question.is_empty() || code.is_empty() {
                continue;
            }
            let Some((question, codes)) = questions.iter().find(|(q, _)| q.name == question) else {
                let fault = Diagnostic::error(format!("`{}` is no question that is coded", shown(question)));
                faults.cell(line, column("question"), fault, |f| {
                    let near = nearest(question, questions.iter().map(|(q, _)| q.name.as_str()));
                    near.map_or_else(|| f.clone(), |near| f.clone().hint(format!("did you mean `{near}`?")))
                });
                continue;
            };
            let Some(code) = codes.iter().find(|c| c.name == code) else {
                let fault = Diagnostic::error(format!("`{}` is no code of `{}`", shown(code), question.name));
                faults.cell(line, column("code"), fault, |f| {
                    let near = nearest(code, codes.iter().map(|c| c.name));
                    let listed: Vec<String> = codes.iter().map(|c| format!("`{}`", c.name)).collect();
                    f.hint(match near {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => format!("its codes are {}", listed.join(", ")),
                    })
                });
                continue;
            };
            let (question, text) = (question.name.clone(), code.text.to_owned());
            all.push(Given { line, question, variable: code.variable, label: code.label, text });
        }
        all
    }
}

/// Warns of open answers that nobody coded.
pub(super) fn uncoded(reader: &Reader<'_>, open: Option<&str>, faults: &mut Faults<'_>) {
    let codebook = reader.codebook;
    for question in codebook.questions.iter().filter(|q| is_coded(q)) {
        let codes = codes(reader, question);
        let mut texts: Vec<&str> = codes.iter().map(|c| c.text).collect();
        texts.dedup();
        for text in texts {
            let number = codebook.questions.iter().position(|q| q.name == text);
            let Some(column) = number.and_then(|n| reader.raw_columns(n).first()).map(|(_, c)| *c) else {
                continue;
            };
            for row in 0..reader.table.len() {
                let coded = codes.iter().any(|c| c.text == text && reader.columns[c.variable].is_some(row));
                if coded || !reader.has_text(text, row) {
                    continue;
                }
                let fault =
                    Diagnostic::warning(format!("an answer to `{text}` has no code of `{}`", question.name));
                faults.cell(row, column, fault, |f| {
                    let to = open.unwrap_or("the open codings");
                    f.note("it counts as not applicable there").hint(format!("add its code to {to}"))
                });
            }
        }
    }
}

fn is_coded(question: &Question) -> bool {
    question.kind == Kind::Coded || question.items.iter().any(|item| item.coded_from.is_some())
}

fn codes<'a>(reader: &Reader<'a>, question: &'a Question) -> Vec<Code<'a>> {
    if question.kind == Kind::Coded {
        let set = question.values.as_deref().and_then(|name| reader.codebook.set(name));
        let (Some(set), Some(variable), Some(text)) =
            (set, reader.variable(&question.name), question.coded_from.as_deref())
        else {
            return Vec::new();
        };
        let numbered = set.answers().zip(0..);
        return numbered.map(|(l, label)| Code { name: &l.label, variable, label, text }).collect();
    }
    let items = question.items.iter().filter_map(|item| {
        let variable = reader.variable(&format!("{}__{}", question.name, item.name))?;
        Some(Code { name: &item.name, variable, label: 0, text: item.coded_from.as_deref()? })
    });
    items.collect()
}
