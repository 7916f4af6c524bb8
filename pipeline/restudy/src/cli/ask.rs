//! `restudy ask`.

use std::collections::BTreeMap;
use std::path::Path;

use clap::{Args, ValueEnum};
use datafusion::arrow::array::RecordBatch;

use super::answer::{Digits, columns, json, text};
use super::output::Output;
use super::table::table;
use super::{Failure, study, wave};
use crate::build::evaluate;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::engine::Sql;

/// Ask one question in SQL
///
/// The study's tables, the results of its queries by their names, and `evidence` are there to select from. `$wave` is
/// the wave. A struct, such as an estimate, is printed as one column for each of its fields; `restudy functions` lists the
/// statistics that SQL can compute.
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
    /// Columns that line up; numbers with six digits
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
            let sql = fs_err::read_to_string(&self.question)
                .map_err(|e| Failure::CommandLine(Diagnostic::error(e.to_string()).into()))?;
            evaluated.session.run(Sql { file: &self.question, text: &sql }, &params)?
        } else {
            evaluated.session.query(&self.question, &params)?
        };
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
