//! What a template can call: numbers by name, guards, citations, figures, tables, boxes, appendices.
//!
//! Each call becomes a call of a theme function with its text as string literals and its results as JSON files; how it
//! looks is the theme's.

mod editions;
mod joint;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use minijinja::value::{Kwargs, Value};
use minijinja::{Environment, Error, ErrorKind, State};

use crate::diagnostic::Diagnostic;

use super::alt::Chart;
use super::edition::Edition;
use super::escape::{expression, literal};
use super::line_map::plain;
use super::numbers::{Judgement, Misnamed, Numbers};
use super::recorder::{Recorder, Shown, Turn};
use super::templates::Templates;
use super::uses::{How, as_read};

/// What the functions share.
#[derive(Clone)]
pub struct Calls {
    /// The evidence.
    pub numbers: Arc<dyn Numbers>,
    /// Sources, to find the place of a fault.
    pub templates: Arc<Templates>,
    /// The bibliography among the document's files.
    pub bibliography: String,
    /// The edition.
    pub edition: Arc<Edition>,
    /// Everything used, everything wrong.
    pub recorder: Arc<Mutex<Recorder>>,
}

type Called = Result<Value, Error>;

/// Lends the functions to an environment.
pub fn add_functions(environment: &mut Environment<'static>, calls: &Calls) {
    let c = calls.clone();
    environment.add_function(
        "num",
        move |state: &State<'_, '_>, reference: String, format: Option<String>| {
            c.num(state.name(), &reference, format.as_deref().unwrap_or(""))
        },
    );
    let c = calls.clone();
    environment.add_function("cell", move |state: &State<'_, '_>, reference: String| {
        c.cell(state.name(), &reference)
    });
    let c = calls.clone();
    environment.add_function("holds", move |state: &State<'_, '_>, condition: String| {
        c.holds(state.name(), &condition)
    });
    let c = calls.clone();
    environment.add_function("of_waves", move |state: &State<'_, '_>, waves: String| {
        c.of_waves(state.name(), &waves)
    });
    let c = calls.clone();
    environment
        .add_function("asked", move |state: &State<'_, '_>, name: String| c.asked(state.name(), &name));
    let c = calls.clone();
    environment.add_function("guard", move |state: &mut State<'_, '_>, condition: String, block: Kwargs| {
        c.guard(state, &condition, &block)
    });
    let c = calls.clone();
    environment.add_function("cited", move |state: &mut State<'_, '_>, keys: String, block: Kwargs| {
        c.cited(state, &keys, &block)
    });
    let c = calls.clone();
    environment.add_function("figure", move |state: &State<'_, '_>, query: String, settings: Kwargs| {
        c.figure(state.name(), &query, &settings)
    });
    let c = calls.clone();
    environment.add_function("table", move |state: &State<'_, '_>, query: String, settings: Kwargs| {
        c.table(state.name(), &query, &settings)
    });
    let c = calls.clone();
    environment.add_function(
        "joint_display",
        move |state: &mut State<'_, '_>, reading: String, block: Kwargs| {
            c.joint_display(state, &reading, &block)
        },
    );
    environment.add_function("box", |state: &mut State<'_, '_>, title: String, block: Kwargs| {
        wrapped(state, &block, &format!("#profile-box(title: {})", literal(&title)))
    });
    environment.add_function("recommendation", |state: &mut State<'_, '_>, number: u32, block: Kwargs| {
        wrapped(state, &block, &format!("#recommendation({number})"))
    });
    environment
        .add_function("notice", |state: &mut State<'_, '_>, block: Kwargs| wrapped(state, &block, "#notice"));
    let bibliography = format!("#bibliography({})", literal(&calls.bibliography));
    environment.add_function("bibliography", move || Value::from_safe_string(bibliography.clone()));
    for (name, written) in [
        ("audit_table", "#audit-table(json(\"data/audit.json\"))"),
        ("scorecard", "#scorecard(json(\"data/audit.json\"))"),
        ("evidence_table", "#evidence-table(json(\"data/evidence.json\"))"),
        ("codebook_table", "#codebook-table(json(\"data/codebook.json\"))"),
        ("figure_data_tables", "#data-tables(json(\"data/figures.json\"))"),
    ] {
        environment.add_function(name, move || Value::from_safe_string(written.to_owned()));
    }
}

impl Calls {
    fn recorder(&self) -> MutexGuard<'_, Recorder> {
        self.recorder.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn misnamed(&self, turn: &Turn, fault: Misnamed) -> Value {
        self.recorder().misnamed(fault, &self.templates, turn);
        Value::from_safe_string(String::new())
    }

    fn num(&self, template: &str, reference: &str, format: &str) -> Called {
        let turn = self.recorder().called(template, "num", reference);
        let found = self.numbers.number(reference).and_then(|s| Ok((self.numbers.printed(&s, format)?, s)));
        let (printed, mut statistic) = match found {
            Ok(found) => found,
            Err(fault) => return Ok(self.misnamed(&turn, fault)),
        };
        // The appendix shows the digits that the text shows; a number in words keeps its digits there.
        if printed.contains(|c: char| c.is_ascii_digit()) {
            statistic.printed.clone_from(&printed);
        }
        let mut recorder = self.recorder();
        let first = !recorder.used.contains_key(&statistic.id);
        let function = if first { "num-first" } else { "num" };
        let written = format!("#{function}({}, {});", literal(&statistic.id), literal(&printed));
        if first {
            recorder.used.insert(statistic.id.clone(), statistic);
        }
        Ok(Value::from_safe_string(written))
    }

    fn cell(&self, template: &str, reference: &str) -> Called {
        let turn = self.recorder().called(template, "cell", reference);
        Ok(match self.numbers.text(reference) {
            Ok(text) => Value::from(self.recorder().cleaner.clean(&text, || format!("`{reference}`"))),
            Err(fault) => self.misnamed(&turn, fault),
        })
    }

    /// Which of two wordings the data choose: each stands in a guard of its own, which proves it.
    fn holds(&self, template: &str, condition: &str) -> Called {
        let turn = self.recorder().called(template, "holds", condition);
        Ok(match self.numbers.judge(condition) {
            Ok(judgement) => {
                self.read_by(&turn, How::Choice, &judgement, "");
                Value::from(judgement.holds)
            }
            Err(fault) => {
                self.misnamed(&turn, fault);
                Value::from(false)
            }
        })
    }

    fn guard(&self, state: &mut State<'_, '_>, condition: &str, block: &Kwargs) -> Called {
        let turn = self.recorder().called(state.name(), "guard", condition);
        let sentence = content(state, block)?;
        match self.numbers.judge(condition) {
            Ok(judgement) if judgement.holds => {
                self.read_by(&turn, How::Guard, &judgement, &as_read(&sentence));
            }
            Ok(judgement) => {
                let mut fault = Diagnostic::error("the data do not bear out a sentence")
                    .note(format!("the sentence: {}", readable(&sentence)))
                    .note(format!("its condition: {condition}"));
                let other = self.edition.other.as_ref().and_then(|other| other.judge(condition));
                for (reference, value) in &judgement.values {
                    let before = other.as_ref().and_then(|(name, other)| {
                        let (_, value) = other.values.iter().find(|(known, _)| known == reference)?;
                        // Where it comes from has been said.
                        let value = value.split(", by ").next().unwrap_or(value);
                        Some(format!("; it was {value} in {name}"))
                    });
                    fault = fault.note(format!("{reference} is {value}{}", before.unwrap_or_default()));
                }
                fault = fault.hint("write what the data say now, and the condition that makes it true");
                self.recorder().fault(fault, &self.templates, &turn);
            }
            Err(fault) => {
                self.misnamed(&turn, fault);
            }
        }
        Ok(Value::from_safe_string(sentence))
    }

    /// Notes the numbers that a condition reads.
    fn read_by(&self, turn: &Turn, how: How, judgement: &Judgement, words: &str) {
        for (reference, _) in &judgement.values {
            if let Ok(statistic) = self.numbers.number(reference) {
                let number = (statistic.query.as_str(), Some(statistic.id.as_str()));
                self.recorder().used_by(turn, &self.templates, how, number, words);
            }
        }
    }

    fn cited(&self, state: &mut State<'_, '_>, keys: &str, block: &Kwargs) -> Called {
        let turn = self.recorder().called(state.name(), "cited", keys);
        let text = content(state, block)?;
        for key in keys.split(',').map(str::trim) {
            let cites = plain(&text).match_indices(&format!("@{key}")).any(|(i, found)| {
                let rest = &plain(&text)[i + found.len()..];
                !rest.starts_with(|c: char| c.is_alphanumeric() || c == '-' || c == '_')
            });
            if !cites {
                let fault = Diagnostic::error(format!("the passage does not cite `@{key}`"))
                    .note("figures from the literature stand beside the key of the work that prints them")
                    .hint(format!("write `@{key}` in the passage"));
                self.recorder().fault(fault, &self.templates, &turn);
            }
        }
        Ok(Value::from_safe_string(text))
    }

    fn figure(&self, template: &str, query: &str, settings: &Kwargs) -> Called {
        let turn = self.recorder().called(template, "figure", query);
        let name: String = settings.get("chart")?;
        let caption: String = settings.get("caption")?;
        let width: Option<String> = settings.get("width")?;
        settings.assert_all_used()?;
        let result = match self.numbers.result(query) {
            Ok(result) => result,
            Err(fault) => return Ok(self.misnamed(&turn, fault)),
        };
        if let Err(fault) = Chart::named(&name).and_then(|chart| chart.suits(&result)) {
            return Ok(self.misnamed(&turn, fault));
        }
        let width = match width {
            Some(width) if !is_length(&width) => {
                let fault =
                    Misnamed::new(format!("`{width}` is not a width")).hint("write it as `80%` or `12cm`");
                return Ok(self.misnamed(&turn, fault));
            }
            Some(width) => format!(", width: {width}"),
            None => String::new(),
        };
        if let Some(fault) = self
            .show(query, Shown { result, chart: Some(name.clone()), caption: caption.clone(), part: false })
        {
            return Ok(self.misnamed(&turn, fault));
        }
        self.recorder().used_by(&turn, &self.templates, How::Figure, (query, None), &caption);
        Ok(Value::from_safe_string(format!(
            "#chart-figure(json({}), chart: {}, caption: [{}], name: {}{width}) <fig-{query}>",
            literal(&format!("data/{query}.json")),
            literal(&name),
            expression(&caption),
            literal(query),
        )))
    }

    fn table(&self, template: &str, query: &str, settings: &Kwargs) -> Called {
        let turn = self.recorder().called(template, "table", query);
        let columns: Value = settings.get("columns")?;
        let caption: String = settings.get("caption")?;
        settings.assert_all_used()?;
        let result = match self.numbers.result(query) {
            Ok(result) => result,
            Err(fault) => return Ok(self.misnamed(&turn, fault)),
        };
        let mut pairs = String::new();
        for column in columns.try_iter()? {
            let head = columns.get_item(&column)?.to_string();
            let column = column.to_string();
            if result.column(&column).is_none() {
                let known: Vec<&str> = result.head.columns.iter().map(|c| c.name.as_str()).collect();
                let fault = Misnamed::new(format!("`{query}` has no column `{column}`"))
                    .hint(format!("its columns are {}", known.join(", ")));
                return Ok(self.misnamed(&turn, fault));
            }
            pairs.push_str(&format!("({}, {}), ", literal(&column), literal(&head)));
        }
        if let Some(fault) =
            self.show(query, Shown { result, chart: None, caption: caption.clone(), part: false })
        {
            return Ok(self.misnamed(&turn, fault));
        }
        self.recorder().used_by(&turn, &self.templates, How::Table, (query, None), &caption);
        Ok(Value::from_safe_string(format!(
            "#result-table(json({}), columns: ({pairs}), caption: [{}], name: {}) <tab-{query}>",
            literal(&format!("data/{query}.json")),
            expression(&caption),
            literal(query),
        )))
    }

    fn show(&self, query: &str, shown: Shown) -> Option<Misnamed> {
        let mut recorder = self.recorder();
        if recorder.shown.contains_key(query) {
            return Some(
                Misnamed::new(format!("`{query}` is shown twice"))
                    .hint("refer to it with `@fig-…` or `@tab-…`"),
            );
        }
        recorder.shown.insert(query.to_owned(), shown);
        None
    }
}

/// What a block of `{% call %}` holds.
fn content(state: &mut State<'_, '_>, block: &Kwargs) -> Result<String, Error> {
    let caller: Option<Value> = block.get("caller")?;
    block.assert_all_used()?;
    let caller = caller.ok_or_else(|| {
        Error::new(ErrorKind::MissingArgument, "it needs a block: {% call name(…) %}…{% endcall %}")
    })?;
    Ok(caller.call(state, &[])?.to_string())
}

fn wrapped(state: &mut State<'_, '_>, block: &Kwargs, call: &str) -> Called {
    Ok(Value::from_safe_string(format!("{call}[{}]", content(state, block)?)))
}

fn is_length(text: &str) -> bool {
    let unit = text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    unit.len() < text.len() && ["%", "cm", "mm", "pt", "em", "in"].contains(&unit)
}

/// A piece of the document as a reader sees it: numbers instead of the calls that print them.
pub fn readable(content: &str) -> String {
    let mut text = plain(content);
    for call in ["#num-first(\"", "#num(\""] {
        while let Some(start) = text.find(call) {
            let Some(end) = text[start..].find("\");").map(|e| start + e) else { break };
            let printed = text[start..end].rsplit(", \"").next().unwrap_or("").to_owned();
            text.replace_range(start..end + 3, &printed);
        }
    }
    while let Some(start) = text.find("#\"") {
        let Some(end) = text[start + 2..].find("\";").map(|e| start + 2 + e) else { break };
        let inner = text[start + 2..end].to_owned();
        text.replace_range(start..end + 2, &inner);
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
