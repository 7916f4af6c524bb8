//! `restudy ask`.

use std::collections::BTreeMap;
use std::path::Path;

use clap::{Args, ValueEnum};
use datafusion::arrow::array::RecordBatch;

use super::answer::{Digits, columns, json, text};
use super::limits::Within;
use super::output::Output;
use super::table::table;
use super::{Failure, study, wave};
use crate::ask::{Desk, Question, Saved};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::study::Study;

/// Ask one question in SQL
///
/// The study's tables, the results of its queries by their names, and `evidence` are there to select from, and nothing
/// else is. A struct, such as an estimate, is printed as one column for each of its fields; `restudy functions` lists the
/// statistics that SQL can compute.
#[derive(Debug, Args)]
pub(super) struct Ask {
    /// SQL; a file that ends in .sql; - for standard input; or @NAME for a query of the study, of which the beginning is
    /// enough
    #[arg(value_name = "SQL|FILE|-|@NAME")]
    question: String,

    /// What `$NAME` in the SQL stands for; can be given more than once
    #[arg(long = "param", value_name = "NAME=VALUE", value_parser = param)]
    params: Vec<(String, String)>,

    /// The wave, which is also `$wave` [default: the newest]
    #[arg(long, value_name = "WAVE")]
    wave: Option<String>,

    #[command(flatten)]
    within: Within,

    /// How to print the answer
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// Columns that line up; numbers with six digits
    Table,
    /// Comma-separated values (RFC 4180)
    Csv,
    /// An array of objects
    Json,
}

fn param(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => {
            Ok((name.trim().trim_start_matches('$').to_owned(), value.to_owned()))
        }
        _ => Err("a parameter is written NAME=VALUE".to_owned()),
    }
}

impl Ask {
    /// The parameters by name.
    fn given(&self) -> Result<BTreeMap<String, String>, Failure> {
        let mut given = BTreeMap::new();
        for (name, value) in &self.params {
            if given.insert(name.clone(), value.clone()).is_some() {
                let fault = Diagnostic::error(format!("the parameter `{name}` is given twice"));
                return Err(Failure::CommandLine(fault.into()));
            }
        }
        match (&self.wave, given.get("wave")) {
            (Some(wave), Some(other)) if wave != other => {
                let fault = Diagnostic::error(format!(
                    "`--wave {wave}` and `--param wave={other}` contradict each other"
                ));
                Err(Failure::CommandLine(fault.into()))
            }
            _ => Ok(given),
        }
    }

    fn question(&self, study: &Study) -> Result<Question, Failure> {
        let unreadable = |e: std::io::Error| Failure::CommandLine(Diagnostic::error(e.to_string()).into());
        let asked = self.question.as_str();
        if let Some(name) = asked.strip_prefix('@') {
            return Ok(Question::Saved(Saved::find(&study.root, name).map_err(Failure::CommandLine)?));
        }
        if asked == "-" {
            let text = std::io::read_to_string(std::io::stdin()).map_err(unreadable)?;
            return Ok(Question::Sql { file: "(standard input)".to_owned(), text });
        }
        if asked.to_lowercase().ends_with(".sql") {
            let text = fs_err::read_to_string(asked).map_err(unreadable)?;
            return Ok(Question::Sql { file: asked.to_owned(), text });
        }
        Ok(Question::typed(asked))
    }

    pub(super) fn run(&self, folder: Option<&Path>, output: &Output) -> Result<(), Failure> {
        let study = study(folder)?;
        let given = self.given()?;
        let wave = wave(&study, self.wave.as_deref().or(given.get("wave").map(String::as_str)))?;
        let mut desk = Desk::open(&study, wave, self.within.limits())?;
        let question = self.question(&study)?;
        let params = desk.params(&question, &given).map_err(Failure::CommandLine)?;
        desk.prepare(&question)?;
        if !desk.ground().is_built() {
            output.remark(&format!(
                "build/{} is not up to date, so this is worked out from the study's files (`restudy build` makes it quick)",
                wave.id
            ));
        }
        let watch = self.within.watch(desk.ground(), output);
        let batch = desk.answer(&question, &params)?.batch;
        drop(watch);
        let columns =
            columns(&batch).map_err(|fault| Diagnostics::from(Diagnostic::error(fault.to_string())))?;
        let heads: Vec<String> = columns.iter().map(|(head, _)| head.clone()).collect();
        let cells = |digits: Digits| -> Vec<Vec<String>> {
            let row = |row| columns.iter().map(|(_, array)| text(array, row, digits)).collect();
            (0..batch.num_rows()).map(row).collect()
        };
        match self.format {
            Format::Table => output.result(&table(&heads, &cells(Digits::Six), output.width()))?,
            Format::Csv => {
                let mut writer =
                    csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
                writer.write_record(&heads).map_err(std::io::Error::from)?;
                for row in cells(Digits::All) {
                    writer.write_record(row).map_err(std::io::Error::from)?;
                }
                let bytes = writer.into_inner().map_err(|e| e.into_error())?;
                output.result(&String::from_utf8_lossy(&bytes))?;
            }
            Format::Json => {
                let rows: Vec<serde_json::Value> =
                    (0..batch.num_rows()).map(|row| object(&batch, row)).collect();
                let text = serde_json::to_string_pretty(&rows).map_err(std::io::Error::from)?;
                output.result(&format!("{text}\n"))?;
            }
        }
        Ok(())
    }
}

fn object(batch: &RecordBatch, row: usize) -> serde_json::Value {
    let schema = batch.schema();
    let fields = schema.fields().iter().zip(batch.columns());
    serde_json::Value::Object(fields.map(|(field, array)| (field.name().clone(), json(array, row))).collect())
}
