//! `restudy ask`.

use std::collections::BTreeMap;
use std::io::{ErrorKind, Read, stdin};
use std::path::Path;
use std::time::Instant;

use clap::Args;

use super::limits::Within;
use super::output::Output;
use super::printing::Printing;
use super::room::Room;
use super::{Failure, study, wave};
use crate::ask::{Desk, Question, Saved};
use crate::diagnostic::Diagnostic;
use crate::engine::{LONGEST, Params};
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

    #[command(flatten)]
    printing: Printing,

    /// Say how long the answer took
    #[arg(long)]
    timing: bool,

    /// Keep the question as queries/explore/NAME.sql, with a head, instead of answering it
    #[arg(long, value_name = "NAME", conflicts_with_all = ["format", "out", "chart", "timing"])]
    save: Option<String>,

    /// Asked by the shell ahead of time: what the SQL from standard input is called in faults. Nothing is said before there
    /// is any
    #[arg(long, value_name = "NAME", hide = true)]
    prompted: Option<String>,
}

fn param(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => {
            Ok((name.trim().trim_start_matches('$').to_owned(), value.to_owned()))
        }
        _ => Err("a parameter is written NAME=VALUE".to_owned()),
    }
}

/// The text of a question: no more of it than is ever read as one, without the mark that some editors put before it.
fn read(from: impl Read) -> std::io::Result<String> {
    let mut bytes = Vec::new();
    from.take(LONGEST as u64 + 1).read_to_end(&mut bytes)?;
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        // Cut in the middle of a sign; that it is too long is told by whoever reads it.
        Err(cut) if cut.as_bytes().len() > LONGEST => String::from_utf8_lossy(cut.as_bytes()).into_owned(),
        Err(_) => return Err(std::io::Error::new(ErrorKind::InvalidData, "the question is not UTF-8 text")),
    };
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
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
            let text = read(stdin()).map_err(unreadable)?;
            if self.prompted.is_some() && text.trim().is_empty() {
                return Err(Failure::Closed);
            }
            let file = self.prompted.as_deref().unwrap_or("(standard input)").to_owned();
            return Ok(Question::Sql { file, text });
        }
        if asked.to_lowercase().ends_with(".sql") {
            let text = fs_err::File::open(asked).and_then(read).map_err(unreadable)?;
            return Ok(Question::Sql { file: asked.to_owned(), text });
        }
        Ok(Question::typed(asked))
    }

    /// What was found; at a prompt, what is wrong is told when something is asked.
    fn held<T, E: Into<Failure>>(&self, found: Result<T, E>) -> Result<T, Failure> {
        found.map_err(|failure| match &self.prompted {
            Some(_) if read(stdin()).is_ok_and(|text| text.trim().is_empty()) => Failure::Closed,
            _ => failure.into(),
        })
    }

    pub(super) fn run(&self, folder: Option<&Path>, output: &Output) -> Result<(), Failure> {
        self.held(self.printing.chosen(output))?;
        let study = self.held(study(folder))?;
        let given = self.given()?;
        let wave = self.held(wave(&study, self.wave.as_deref().or(given.get("wave").map(String::as_str))))?;
        let mut desk = self.held(Desk::open(&study, wave, self.within.limits()))?;
        let question = self.question(&study)?;
        let started = Instant::now();
        let room = Room::begin()?;
        let watch = self.within.watch(&room, output);
        let params = desk.params(&question, &given).map_err(Failure::CommandLine)?;
        desk.prepare(&question)?;
        if !desk.ground().is_built() {
            output.remark(&format!(
                "build/{} is not up to date, so this is worked out from the study's files (`restudy build` makes it quick)",
                wave.id
            ));
        }
        if let Some(name) = &self.save {
            return self.save(name, &mut desk, &question, &params, output);
        }
        let answer = desk.answer(&question, &params)?;
        output.faults(&desk.warnings(&question, &params)?);
        watch.answered();
        if self.timing {
            output.say(&format!("{:.1} ms", started.elapsed().as_secs_f64() * 1000.0));
        }
        self.printing.print(&answer, &study, wave, output)
    }

    /// Keeps the question as a query of the study.
    fn save(
        &self,
        name: &str,
        desk: &mut Desk<'_>,
        question: &Question,
        params: &Params,
        output: &Output,
    ) -> Result<(), Failure> {
        let Question::Sql { text, .. } = question else {
            let fault = Diagnostic::error("a query of the study is kept already");
            return Err(Failure::CommandLine(fault.into()));
        };
        let query = desk.keep(name, self.printing.title.as_deref(), text, params)?;
        output.say(&format!("{}: {}", query.file, query.head.title));
        Ok(())
    }
}
