//! `restudy ask`.

use std::collections::BTreeMap;
use std::path::Path;

use clap::Args;

use super::output::Output;
use super::printing::Printing;
use super::{Failure, study, wave};
use crate::answer::Answer;
use crate::build::evaluate;
use crate::diagnostic::Diagnostic;
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

    #[command(flatten)]
    printing: Printing,
}

impl Ask {
    pub(super) fn run(&self, folder: Option<&Path>, output: &Output) -> Result<(), Failure> {
        self.printing.chosen(output)?;
        let study = study(folder)?;
        let wave = wave(&study, self.wave.as_deref())?;
        let evaluated = evaluate(&study, wave)?;
        let params = BTreeMap::from([("wave".to_owned(), wave.id.clone())]);
        let answer = if let Some(name) = self.question.strip_prefix('@') {
            match evaluated.results().iter().find(|r| r.head.name == name) {
                Some(result) => {
                    let sql = fs_err::read_to_string(study.root.join(&result.file))?;
                    Answer::of_query(&result.head, result.batch.clone()).asked(sql)
                }
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
            let batch = evaluated.session.run(Sql { file: &self.question, text: &sql }, &params)?;
            Answer::new(batch).asked(sql)
        } else {
            Answer::new(evaluated.session.query(&self.question, &params)?).asked(&self.question)
        };
        self.printing.print(&answer, &study, wave, output)
    }
}
