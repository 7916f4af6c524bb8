//! Queries that compare waves by what cannot be compared.
//!
//! In: SQL, and what the table `comparability` says. Out: a warning for each variable that the SQL names although it reads
//! the answers of more than one wave and these do not mean the same.
//!
//! A query compares where it, and the queries whose results it selects from, read several waves in what names the variable.

use std::collections::HashMap;
use std::ops::Range;

use datafusion::logical_expr::LogicalPlan;

use super::catalogue::{Catalogue, Query};
use super::waves_read::WavesRead;
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::engine::{Params, Session, Sql, cell_text, without_comments, words};

/// Variables that cannot be compared between some waves.
#[derive(Clone, Debug, Default)]
pub struct Incomparable(Vec<Variable>);

#[derive(Clone, Debug)]
struct Variable {
    name: String,
    question: String,
    item: Option<String>,
    /// The pairs of waves between which it cannot be compared, the newest first.
    pairs: Vec<Pair>,
}

#[derive(Clone, Debug)]
struct Pair {
    from: String,
    to: String,
    why: Option<String>,
}

impl Incomparable {
    /// Those that the tables of `session` name.
    ///
    /// # Errors
    /// The tables cannot be asked.
    pub fn of(session: &Session) -> Result<Incomparable, Diagnostics> {
        let sql = "select comparability.variable, variables.question, variables.item, from_wave, to_wave, why
            from comparability inner join variables on variables.variable = comparability.variable
            inner join waves on waves.wave = to_wave
            where comparable = 'no' order by waves.position desc, variables.position";
        let rows = session.query(sql, &Params::none())?;
        let mut found: Vec<Variable> = Vec::new();
        for row in 0..rows.num_rows() {
            let text = |column: usize| cell_text(&rows, row, column);
            let (Some(name), Some(question), Some(from), Some(to)) = (text(0), text(1), text(3), text(4))
            else {
                continue;
            };
            let pair = Pair { from, to, why: text(5) };
            match found.iter_mut().find(|known| known.name == name) {
                Some(known) => known.pairs.push(pair),
                None => found.push(Variable { name, question, item: text(2), pairs: vec![pair] }),
            }
        }
        Ok(Incomparable(found))
    }

    /// A warning for each of them by which `sql`, whose plan this is, compares waves.
    pub fn compared_in_plan(&self, sql: Sql<'_>, plan: &LogicalPlan) -> Diagnostics {
        let mut warnings = Diagnostics::new();
        let named = self.named(sql.text);
        if named.is_empty() {
            return warnings;
        }
        let read = WavesRead::by([plan]);
        for (variable, at) in named {
            let fault = variable.compared(&read, Place::span(sql.file, sql.text, at));
            warnings
                .extend(fault.map(|fault| fault.note("the query reads the answers of more than one wave")));
        }
        warnings
    }

    /// The same of all queries of the study, each with those whose results it selects from. What one of these compares already is
    /// told there.
    ///
    /// # Errors
    /// A query cannot be planned.
    pub(super) fn compared_in(
        &self,
        catalogue: &Catalogue,
        wave: &str,
        session: &Session,
    ) -> Result<Diagnostics, Diagnostics> {
        let mut known: Vec<Naming<'_>> = Vec::new();
        let mut warnings = Diagnostics::new();
        for query in catalogue.iter() {
            let sql = Sql { file: &query.file, text: &query.sql };
            let named = self.named(&query.sql).into_iter().map(|(variable, at)| (variable.name.as_str(), at));
            let named: HashMap<&str, Range<usize>> = named.collect();
            let plan = match named.is_empty() {
                true => None,
                false => Some(session.plan(sql, &query.params(wave)?)?),
            };
            let mut own = Naming { query, named, plan, told: Vec::new() };
            let below: Vec<&Naming<'_>> = known
                .iter()
                .filter(|other| catalogue.reaches(&query.head.name, &other.query.head.name))
                .collect();
            for variable in &self.0 {
                let name = variable.name.as_str();
                let naming = || below.iter().copied().chain([&own]).filter(|of| of.named.contains_key(name));
                let is_told = below.iter().any(|of| of.told.contains(&name));
                let place = match own.named.get(name) {
                    Some(at) => Place::span(&*query.file, &query.sql, at.clone()),
                    None => Place::file(&*query.file),
                };
                let read = WavesRead::by(naming().filter_map(|of| of.plan.as_ref()));
                let Some(fault) = variable.compared(&read, place).filter(|_| !is_told) else { continue };
                let others = naming().filter(|of| of.query.head.name != query.head.name);
                let others: Vec<String> = others.map(|of| format!("`{}`", of.query.head.name)).collect();
                let with = match &others[..] {
                    [] => String::new(),
                    _ => format!(" with {}, from which it selects,", others.join(", ")),
                };
                warnings.push(fault.note(format!("the query{with} reads the answers of more than one wave")));
                own.told.push(name);
            }
            // What is told below is known above as well.
            let told: Vec<&str> = below.iter().flat_map(|of| of.told.iter().copied()).collect();
            own.told.extend(told);
            known.push(own);
        }
        Ok(warnings)
    }

    /// Those that the text of a query names, and where.
    fn named(&self, sql: &str) -> Vec<(&Variable, Range<usize>)> {
        let code = without_comments(sql);
        self.0.iter().filter_map(|variable| Some((variable, variable.named(&code)?))).collect()
    }
}

/// A query, and what it names of what cannot be compared.
struct Naming<'a> {
    query: &'a Query,
    named: HashMap<&'a str, Range<usize>>,
    /// How it reads; none where it names nothing.
    plan: Option<LogicalPlan>,
    /// The variables of which a warning is given, here or in what it selects from.
    told: Vec<&'a str>,
}

impl Variable {
    /// The warning that it is compared at `place`, by what reads these waves, if two of them cannot be.
    fn compared(&self, read: &WavesRead, place: Place) -> Option<Diagnostic> {
        let Pair { from, to, why } =
            self.pairs.iter().find(|pair| read.has(&pair.from) && read.has(&pair.to))?;
        let message = format!("`{}` cannot be compared between {from} and {to}", self.name);
        let fault = Diagnostic::warning(message).at(place);
        let fault = why.iter().fold(fault, |fault, why| fault.note(why.clone()));
        Some(fault.hint("hold `wave` to one of them, or leave the variable out"))
    }

    /// Where `code` names the variable: by its name, or in a table with a row per answer by those of its question and item.
    fn named(&self, code: &str) -> Option<Range<usize>> {
        let quoted = |name: &str| format!("'{name}'");
        words(code, &self.name).into_iter().next().or_else(|| {
            let item = self.item.as_deref()?;
            let question = code.find(&quoted(&self.question))?;
            let at = code.find(&quoted(item))?;
            Some(question.max(at)..question.max(at) + 1)
        })
    }
}
