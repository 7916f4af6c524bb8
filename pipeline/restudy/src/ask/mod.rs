//! Questions that somebody types: SQL over a study's tables, within bounds.
//!
//! In: a study, a wave, SQL or the name of a saved query, parameters. Out: an [`Answer`], or what is wrong with the question.
//!
//! - SQL reads the study's tables and nothing else; what [`Limits`] allow, [`Watch`] enforces.
//! - Only what a question names is made ready: over an up-to-date build that is one Parquet file, and no other is opened.
//! - What is out of date is made again for this question and thrown away; no answer is ever written into the study.
//! - It knows no terminal: how an answer looks is somebody else's.

mod ground;
mod saved;
mod watch;

use std::collections::BTreeMap;

pub use ground::Ground;
pub use saved::Saved;
pub use watch::{Limits, Reached, Watch, memory};

use crate::answer::Answer;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::engine::{Params, Session, Sql, is_readable, unknown_labels, without_comments, words};
use crate::queries::{Catalogue, Incomparable, Param, Query, Typed, draft, glance, reads};
use crate::study::{Study, Wave};

/// A question, found but not yet asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// SQL, and where it stands.
    Sql {
        /// Its file, or words such as `(SQL)`.
        file: String,
        /// The text.
        text: String,
    },
    /// A query of the study.
    Saved(Saved),
}

impl Question {
    /// SQL that stands in no file.
    pub fn typed(text: impl Into<String>) -> Question {
        Question::Sql { file: "(SQL)".to_owned(), text: text.into() }
    }
}

/// Asks questions of one wave, one after the other.
pub struct Desk<'a> {
    study: &'a Study,
    wave: &'a Wave,
    ground: Ground<'a>,
}

impl<'a> Desk<'a> {
    /// A desk for questions about `wave`, each within the limits on memory; a [`Watch`] sees to the rest.
    ///
    /// # Errors
    /// A file of the study is there and cannot be read.
    pub fn open(study: &'a Study, wave: &'a Wave, limits: Limits) -> Result<Desk<'a>, Diagnostics> {
        Ok(Desk { study, wave, ground: Ground::open(study, wave, limits)? })
    }

    /// What the tables are made from.
    pub fn ground(&self) -> &Ground<'a> {
        &self.ground
    }

    /// Makes ready what the question reads, so that a watch can begin with the question itself.
    ///
    /// # Errors
    /// What it reads has to be made again, and cannot be: all faults of the data, or of the queries.
    pub fn prepare(&mut self, question: &Question) -> Result<(), Diagnostics> {
        match question {
            Question::Sql { file, text } => {
                is_readable(Sql { file, text })?;
                self.ground.reach(&reads(text))
            }
            Question::Saved(saved) => {
                let query = saved.read(&self.study.root)?;
                self.ground.reach(&query.reads)
            }
        }
    }

    /// The values that the question's parameters have: what is given, what its head says, and the desk's wave.
    ///
    /// # Errors
    /// One is missing or of another kind, or one is given that the question does not have.
    pub fn params(
        &self,
        question: &Question,
        given: &BTreeMap<String, String>,
    ) -> Result<Params, Diagnostics> {
        let mut params = Params::none().with("wave", self.wave.id.as_str());
        for (name, value) in given {
            params = params.with(name, value.as_str());
        }
        let (head, file, text) = match question {
            // A file that declares no parameters has those that its SQL names.
            Question::Sql { file, text } => {
                let head = glance(file, text)?.filter(|head| !head.params.is_empty());
                (head, file.clone(), text.clone())
            }
            Question::Saved(saved) => {
                let query = saved.read(&self.study.root)?;
                (Some(query.head), query.file, query.sql)
            }
        };
        let is_saved = matches!(question, Question::Saved(_));
        let mut faults = Diagnostics::new();
        for name in given.keys().filter(|name| *name != "wave") {
            let has = match &head {
                Some(head) => head.params.iter().any(|param| param.name == *name),
                None => !words(&without_comments(&text), &format!("${name}")).is_empty(),
            };
            if !has {
                let fault = Diagnostic::error(format!("the question has no parameter `{name}`"));
                faults.push(
                    match head.iter().flat_map(|head| &head.params).map(described).collect::<Vec<_>>() {
                        known if known.is_empty() => {
                            fault.note(format!("a parameter is written `${name}` in the SQL"))
                        }
                        known => fault.note(format!("its parameters: {}", known.join("; "))),
                    },
                );
            }
        }
        match head.map(|head| head.given(&params, &file, &text)) {
            // What is typed may name the wave whether it declares it or not.
            Some(Ok(given)) if !is_saved => {
                let wave = params.get("wave").cloned();
                let given = wave.map_or(given.clone(), |wave| given.with("wave", wave));
                faults.or(given).map(|(params, _)| params)
            }
            Some(Ok(params)) => faults.or(params).map(|(params, _)| params),
            Some(Err(found)) => {
                faults.extend(found);
                Err(faults)
            }
            None => faults.or(params).map(|(params, _)| params),
        }
    }

    /// What should be looked at in a typed question although it has an answer: labels that no column has, and waves that it compares
    /// by what cannot be compared. The study's own queries are looked at when they are built.
    ///
    /// # Errors
    /// The SQL is at fault, or the tables cannot be asked.
    pub fn warnings(&mut self, question: &Question, params: &Params) -> Result<Diagnostics, Diagnostics> {
        let Question::Sql { file, text } = question else { return Ok(Diagnostics::new()) };
        let are_several = self.study.edition(self.wave).len() > 1;
        if !are_several && !text.contains('\'') {
            return Ok(Diagnostics::new());
        }
        let session = self.ground.session(&reads(text))?;
        let sql = Sql { file, text };
        let plan = session.plan(sql, params)?;
        let mut warnings = unknown_labels(&plan, sql);
        if are_several {
            warnings.extend(Incomparable::of(session)?.compared_in_plan(sql, &plan));
        }
        Ok(warnings)
    }

    /// The session, with all tables and results in it.
    ///
    /// # Errors
    /// They have to be made again, and cannot be.
    pub fn whole(&mut self) -> Result<&Session, Diagnostics> {
        self.ground.whole()
    }

    /// Keeps SQL as a query of the study under this name, with this title or one made of its columns: the one thing that is
    /// written, and only when somebody asks for it.
    ///
    /// # Errors
    /// The study's queries are at fault, the SQL cannot be a query of the study as it is, or there is a query of that name.
    pub fn keep(
        &mut self,
        name: &str,
        title: Option<&str>,
        sql: &str,
        params: &Params,
    ) -> Result<Query, Diagnostics> {
        is_readable(Sql::typed(sql))?;
        let catalogue = Catalogue::load(&self.study.root)?;
        let session = self.ground.session(&reads(sql))?;
        let query = draft(Typed { name, title, sql }, session, &catalogue, params)?;
        query.write_new(&self.study.root)?;
        Ok(query)
    }

    /// The answer to a question, its parameters those of [`Desk::params`].
    ///
    /// # Errors
    /// The SQL is at fault, or a saved query does not keep what its head promises.
    pub fn answer(&mut self, question: &Question, params: &Params) -> Result<Answer, Diagnostics> {
        match question {
            Question::Sql { file, text } => {
                is_readable(Sql { file, text })?;
                let head = glance(file, text)?;
                let batch = self.ground.session(&reads(text))?.run(Sql { file, text }, params)?;
                let answer = match &head {
                    Some(head) => Answer::of_query(head, batch),
                    None => Answer::new(batch),
                };
                Ok(answer.asked(text))
            }
            Question::Saved(saved) => {
                let query = saved.read(&self.study.root)?;
                let result = query.run(self.ground.session(&query.reads)?, params)?;
                Ok(Answer::of_query(&result.head, result.batch).asked(query.sql))
            }
        }
    }
}

fn described(param: &Param) -> String {
    let default =
        param.default.as_ref().map_or_else(String::new, |default| format!(" ({default} unless given)"));
    format!("`{}`, {}{default}", param.name, param.expected())
}
