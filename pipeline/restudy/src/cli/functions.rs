//! `restudy functions`.

use clap::{Args, ValueEnum};
use serde_json::{Map, Value};

use super::Failure;
use super::output::Output;
use crate::answer::table;
use crate::diagnostic::{Diagnostic, nearest};
use crate::engine::documented::{FunctionDoc, functions, markdown};

/// List the statistical functions of SQL, or explain one
///
/// With the name of a function: what it computes, how, and where that was published; with another word: the functions that
/// mention it.
#[derive(Debug, Args)]
pub(super) struct Functions {
    /// A function, or a word to look for
    #[arg(value_name = "NAME|WORD")]
    name: Option<String>,

    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Columns that line up; of one function all that is known
    Table,
    /// An array of objects
    Json,
    /// The page docs/functions.md, always of all functions
    Markdown,
}

impl Functions {
    pub(super) fn run(&self, output: &Output) -> Result<(), Failure> {
        if self.format == Format::Markdown {
            return Ok(output.result(&markdown())?);
        }
        let found = match &self.name {
            Some(name) => looked_up(name)?,
            None => functions(),
        };
        match (self.format, &found[..]) {
            (Format::Json, _) => {
                let entries: Vec<Value> = found.iter().map(|doc| object(doc)).collect();
                let text = serde_json::to_string_pretty(&entries).map_err(std::io::Error::from)?;
                output.result(&format!("{text}\n"))?;
            }
            (_, [doc]) if self.name.is_some() => output.result(&entry(doc))?,
            _ => {
                let rows: Vec<Vec<String>> =
                    found.iter().map(|doc| vec![doc.call(), doc.summary.to_owned()]).collect();
                output.result(&table(&["function", "what for"].map(str::to_owned), &rows, output.width()))?;
            }
        }
        Ok(())
    }
}

/// The function of that name, or those that mention the word.
fn looked_up(name: &str) -> Result<Vec<&'static FunctionDoc>, Failure> {
    let name = name.to_lowercase();
    let all = functions();
    if let Some(doc) = all.iter().find(|doc| doc.name == name) {
        return Ok(vec![doc]);
    }
    let mentions = |doc: &&FunctionDoc| {
        let entry = [doc.name, doc.summary, doc.result, doc.method, doc.source, doc.r.unwrap_or_default()];
        entry.iter().any(|text| text.to_lowercase().contains(&name))
    };
    let found: Vec<&FunctionDoc> = all.iter().copied().filter(mentions).collect();
    if found.is_empty() {
        let mut fault = Diagnostic::error(format!("no function is called `{name}` or mentions it"));
        if let Some(near) = nearest(&name, all.iter().map(|doc| doc.name)) {
            fault = fault.hint(format!("did you mean `{near}`?"));
        }
        return Err(Failure::CommandLine(fault.into()));
    }
    Ok(found)
}

/// All that is known of a function, as text.
fn entry(doc: &FunctionDoc) -> String {
    let indented = doc.example.replace('\n', "\n            ");
    let parts = [
        ("result", Some(doc.result)),
        ("method", Some(doc.method)),
        ("source", Some(doc.source)),
        ("in R", doc.r),
        ("example", Some(indented.as_str())),
    ];
    let mut text = format!("{}\n  {}\n\n", doc.call(), doc.summary);
    for (head, body) in parts {
        if let Some(body) = body {
            text += &format!("  {head:<10}{body}\n");
        }
    }
    text
}

fn object(doc: &FunctionDoc) -> Value {
    let text = |text: &str| Value::String(text.to_owned());
    let parts = [
        ("name", text(doc.name)),
        ("arguments", text(doc.arguments)),
        ("summary", text(doc.summary)),
        ("result", text(doc.result)),
        ("example", text(doc.example)),
        ("method", text(doc.method)),
        ("source", text(doc.source)),
        ("r", doc.r.map_or(Value::Null, text)),
    ];
    Value::Object(parts.into_iter().map(|(key, value)| (key.to_owned(), value)).collect::<Map<_, _>>())
}
