//! `restudy ask`.

use std::collections::BTreeMap;
use std::path::Path;

use clap::{Args, ValueEnum};
use datafusion::arrow::array::RecordBatch;

use super::output::Output;
use super::table::table;
use super::{Failure, study, wave};
use crate::build::evaluate;
use crate::diagnostic::Diagnostic;
use crate::engine::{Sql, cell_text};

/// Ask one question in SQL
///
/// The study's tables, the results of its queries by their names, and `evidence` are there to select from. `$wave` is
/// the wave.
#[derive(Debug, Args)]
pub(super) struct Ask {
    /// SQL, a file that ends in .sql, or @NAME for a query of the study
    #[arg(value_name = "SQL|FILE|@NAME")]
    question: String,

    /// The wave [default: the newest]
    #[arg(long, value_name = "WAVE")]
    wave: Option<String>,

    /// How to print the answer
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// Columns that line up
    Table,
    /// Comma-separated values (RFC 4180)
    Csv,
    /// An array of objects
    Json,
}

impl Ask {
    pub(super) fn run(&self, folder: Option<&Path>, output: &Output) -> Result<(), Failure> {
        let study = study(folder)?;
        let wave = wave(&study, self.wave.as_deref())?;
        let evaluated = evaluate(&study, wave)?;
        let params = BTreeMap::from([("wave".to_owned(), wave.id.clone())]);
        let batch = if let Some(name) = self.question.strip_prefix('@') {
            match evaluated.results().iter().find(|r| r.head.name == name) {
                Some(result) => result.batch.clone(),
                None => {
                    let known = evaluated.results().iter().map(|r| r.head.name.as_str());
                    let mut fault = Diagnostic::error(format!("the study has no query `{name}`"));
                    if let Some(near) = crate::diagnostic::nearest(name, known) {
                        fault = fault.hint(format!("did you mean `@{near}`?"));
                    }
                    return Err(Failure::CommandLine(fault.into()));
                }
            }
        } else if self.question.ends_with(".sql") {
            let text = fs_err::read_to_string(&self.question)
                .map_err(|e| Failure::CommandLine(Diagnostic::error(e.to_string()).into()))?;
            evaluated.session.run(Sql { file: &self.question, text: &text }, &params)?
        } else {
            evaluated.session.query(&self.question, &params)?
        };
        let heads: Vec<String> = batch.schema().fields().iter().map(|f| f.name().clone()).collect();
        match self.format {
            Format::Table => {
                let rows =
                    cells(&batch).into_iter().map(|r| r.into_iter().map(Option::unwrap_or_default).collect());
                output.result(&table(&heads, &rows.collect::<Vec<_>>(), output.width()))?;
            }
            Format::Csv => {
                let mut writer =
                    csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
                writer.write_record(&heads).map_err(std::io::Error::from)?;
                for row in cells(&batch) {
                    let row = row.into_iter().map(Option::unwrap_or_default);
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

fn cells(batch: &RecordBatch) -> Vec<Vec<Option<String>>> {
    (0..batch.num_rows())
        .map(|row| (0..batch.num_columns()).map(|c| cell_text(batch, row, c)).collect())
        .collect()
}

fn object(batch: &RecordBatch, row: usize) -> serde_json::Value {
    let schema = batch.schema();
    let fields = schema.fields().iter().enumerate().map(|(c, field)| {
        let text = cell_text(batch, row, c);
        let value = match text {
            None => serde_json::Value::Null,
            Some(text) if field.data_type().is_numeric() || text == "true" || text == "false" => {
                serde_json::from_str(&text).unwrap_or(serde_json::Value::String(text))
            }
            Some(text) => serde_json::Value::String(text),
        };
        (field.name().clone(), value)
    });
    serde_json::Value::Object(fields.collect())
}
