//! Applies the codes that coders gave to open answers.
//!
//! In: a table `respondent_id,question,code`, where `question` is the question coded *into*: a coded question (the code
//! is a label) or a multiple-response set (the code is an item that only coders give).

use std::collections::HashMap;

use super::answers::Reader;
use super::model::{Kind, Question};
use super::sheet::{Holding, Sheet, shown};
use crate::diagnostic::{Diagnostic, nearest};
use crate::sources::{Faults, RawTable};

/// A code that a question takes: its name in the table, the variable and label that it sets, the text it stands for.
struct Code<'a> {
    name: &'a str,
    variable: usize,
    label: u32,
    text: &'a str,
}

/// Applies `open` to the answers read so far.
pub(super) fn apply(reader: &mut Reader<'_>, open: &RawTable, faults: &mut Faults<'_>) {
    let fields = [("respondent_id", Holding::Name), ("question", Holding::Name), ("code", Holding::Name)];
    let sheet = Sheet::read(open, &fields, faults);
    let column = |name: &str| open.column(name).unwrap_or_default();
    let rows: HashMap<String, usize> =
        reader.respondents.iter().enumerate().map(|(row, id)| (id.clone(), row)).collect();
    let codebook = reader.codebook;
    let questions: Vec<&Question> = codebook.questions.iter().filter(|q| is_coded(q)).collect();
    let mut given: HashMap<(usize, usize), usize> = HashMap::new();
    // Without respondents or without the text's column nothing can be coded: that is told already.
    let lines = if rows.is_empty() { 0 } else { sheet.rows() };
    for line in 0..lines {
        let (id, question, code) =
            (sheet.text("respondent_id", line), sheet.text("question", line), sheet.text("code", line));
        if id.is_empty() || question.is_empty() || code.is_empty() {
            continue;
        }
        let Some(question) = questions.iter().find(|q| q.name == question) else {
            let fault = Diagnostic::error(format!("`{}` is no question that is coded", shown(question)));
            faults.cell(line, column("question"), fault, |f| {
                let near = nearest(question, questions.iter().map(|q| q.name.as_str()));
                near.map_or_else(|| f.clone(), |near| f.clone().hint(format!("did you mean `{near}`?")))
            });
            continue;
        };
        let codes = codes(reader, question);
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
        let Some(row) = rows.get(id).copied() else {
            let fault =
                Diagnostic::error(format!("a code is given to respondent `{}`, who is not there", shown(id)));
            let file = reader.table.file.clone();
            faults.cell(line, column("respondent_id"), fault, |f| {
                f.hint(format!("correct the number, or take the row out; the respondents are in {file}"))
            });
            continue;
        };
        if !reader.has_column(code.text) {
            continue;
        }
        if !reader.has_text(code.text, row) {
            let fault = Diagnostic::error(format!(
                "a code is given to the answer of respondent `{}` to `{}`, which is blank",
                shown(id),
                code.text
            ));
            faults.cell(line, column("respondent_id"), fault, |f| f.hint("take the row out"));
            continue;
        }
        if let Some(before) = given.insert((code.variable, row), line) {
            let fault = Diagnostic::error(format!(
                "respondent `{}` is coded twice in `{}`",
                shown(id),
                question.name
            ));
            let before = open.standing(before);
            faults.cell(line, column("respondent_id"), fault, |f| {
                f.note(format!("first {before}")).hint("take out one of the two rows")
            });
            continue;
        }
        reader.set_label(code.variable, row, code.label);
    }
}

/// Warns of open answers that nobody coded.
pub(super) fn uncoded(reader: &mut Reader<'_>, open: Option<&RawTable>) {
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
                reader.faults.cell(row, column, fault, |f| {
                    let to = open.map_or("the open codings", |open| open.file.as_str());
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
