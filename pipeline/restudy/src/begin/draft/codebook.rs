//! The codebook of a draft: questions and sets of value labels, with what was guessed about each.

use super::questions::{Drafted, Item, Question, Set};
use super::written::{quoted, remark};
use crate::codebook::Kind;

/// `codebook/value-labels.toml`.
pub(super) fn value_labels(drafted: &Drafted) -> String {
    let mut out = String::from(
        "# Sets of value labels, drafted from the export. `label` is what SQL, tables and charts see: shorten it as you like.\n\
         # `answer` is the text in the export, and must stay as it is. An ordered set lists its labels from the low end to the high end.\n\
         # `missing = \"refused\"` (or \"not applicable\") turns an answer into a missing value with that reason.\n",
    );
    for set in &drafted.sets {
        out.push('\n');
        out.push_str(&self::set(set));
    }
    out
}

fn set(set: &Set) -> String {
    let scale = if set.arranged.is_scale { "; a scale, as it seems" } else { "" };
    let mut out = format!("# Order: {}{scale}.\n[[set]]\nname = {}\n", set.arranged.why, quoted(&set.name));
    if set.arranged.is_scale {
        out.push_str("ordered = true\n");
    }
    out.push_str("labels = [\n");
    for answer in &set.arranged.answers {
        let words = quoted(&answer.words);
        let missing =
            answer.missing.map_or(String::new(), |why| format!(", missing = {}", quoted(why.words())));
        let guess = if answer.missing.is_some() { " # guessed: it counts as no answer" } else { "" };
        out.push_str(&format!("  {{ label = {words}, answer = {words}{missing} }},{guess}\n"));
    }
    out.push_str("]\n");
    out
}

/// `codebook/questions/01-questions.toml`.
pub(super) fn questions(drafted: &Drafted) -> String {
    let mut out = String::from(
        "# The questions, drafted from the export, in its order. `name` is what SQL calls the answers, `label` what tables and charts call\n\
         # the question, `text` the question as it was put, `column` the column of the export. What was guessed is said above each.\n\
         # Who was asked can be said too, for a question that was not put to everybody:\n\
         # asked_if = { variable = \"an_earlier_question\", is = [\"a label\"] }\n",
    );
    for question in &drafted.questions {
        out.push('\n');
        out.push_str(&self::question(question, &drafted.sets));
    }
    if !drafted.left_out.is_empty() {
        out.push_str("\n# Columns of the export that no question has. To use one, define its question and take it out here.\n");
    }
    for (column, why) in &drafted.left_out {
        out.push_str(&format!("\n[[left_out]]\ncolumn = {}\nwhy = {}\n", quoted(column), quoted(why)));
    }
    out
}

fn question(question: &Question, sets: &[Set]) -> String {
    let mut out = format!("# {}\n[[question]]\n", remark_of(&question.guess));
    let mut field = |name: &str, value: &str| out.push_str(&format!("{name} = {}\n", quoted(value)));
    field("name", &question.name);
    field("label", &question.label);
    field("text", &question.text);
    field("kind", question.kind.word());
    if let Some(set) = question.set.and_then(|set| sets.get(set)) {
        field("values", &set.name);
    }
    if let Some(column) = &question.column {
        field("column", column);
    }
    if let Some(dates) = question.dates {
        field("dates", dates.words());
    }
    if let Some(separator) = question.separator {
        field("separator", separator);
    }
    if let Some(of) = &question.part_of {
        field("part_of", of);
    }
    if !question.items.is_empty() {
        out.push_str("items = [\n");
        for item in &question.items {
            out.push_str(&self::item(item));
        }
        out.push_str("]\n");
    }
    if question.kind == Kind::Numbers {
        out.push_str("# unit = \"…\"\n");
    }
    out
}

fn item(item: &Item) -> String {
    let column =
        item.column.as_ref().map_or(String::new(), |column| format!(", column = {}", quoted(column)));
    let (name, label, answer) = (quoted(&item.name), quoted(&item.label), quoted(&item.answer));
    format!("  {{ name = {name}, label = {label}, answer = {answer}{column} }},\n")
}

/// A guess as one line of a comment, whole.
fn remark_of(guess: &str) -> String {
    guess.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What a question is about, as the title of a query.
pub(super) fn title(question: &Question) -> String {
    remark(&question.label).trim_end_matches('.').to_owned()
}
