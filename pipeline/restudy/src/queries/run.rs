//! Carries out queries: each after those that it selects from, its result checked and made a table for the next.

use std::collections::BTreeSet;

use super::catalogue::{Catalogue, EVIDENCE, Query};
use super::chance;
use super::head::Purpose;
use super::order::{Ordering, ordering};
use super::promises::{entry_place, keep};
use super::result::QueryResult;
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::engine::{Params, Session, Sql};

impl Catalogue {
    /// The results of all queries that do not select from `evidence`, with `$wave` standing for `wave`.
    ///
    /// # Errors
    /// All faults of all queries. A query that selects from one at fault is passed over: its own faults, if any, are
    /// told when the first is mended.
    pub fn run_all(&self, session: &Session, wave: &str) -> Result<Vec<QueryResult>, Diagnostics> {
        self.run_where(session, wave, |query| !self.reaches(&query.head.name, EVIDENCE))
    }

    /// The results of the queries that select from `evidence`, when that is a table of the session.
    ///
    /// # Errors
    /// As for [`Catalogue::run_all`].
    pub fn run_on_evidence(&self, session: &Session, wave: &str) -> Result<Vec<QueryResult>, Diagnostics> {
        self.run_where(session, wave, |query| self.reaches(&query.head.name, EVIDENCE))
    }

    fn run_where(
        &self,
        session: &Session,
        wave: &str,
        wanted: impl Fn(&Query) -> bool,
    ) -> Result<Vec<QueryResult>, Diagnostics> {
        self.held_against(session)?;
        let mut faults = Diagnostics::new();
        let mut broken: BTreeSet<&str> = BTreeSet::new();
        let mut results = Vec::new();
        let params = Params::none().with("wave", wave);
        for query in self.iter().filter(|query| wanted(query)) {
            if query.reads.iter().any(|read| broken.contains(read.as_str())) {
                broken.insert(&query.head.name);
                continue;
            }
            let ran = query.run(session, &params).and_then(|result| {
                session.register(&query.head.name, result.batch.clone())?;
                Ok(result)
            });
            match ran {
                Ok(result) => results.push(result),
                Err(found) => {
                    broken.insert(&query.head.name);
                    faults.extend(found);
                }
            }
        }
        faults.or(results).map(|(results, _)| results)
    }
}

impl Query {
    /// The values of the parameters that its head names, in `wave`.
    ///
    /// # Errors
    /// It wants one that is neither the wave nor has a default.
    pub fn params(&self, wave: &str) -> Result<Params, Diagnostics> {
        self.head.given(&Params::none().with("wave", wave), &self.file, &self.sql)
    }

    /// The query's result, its promises checked. Of `params` it sees those that its head names.
    ///
    /// # Errors
    /// The SQL is at fault, a parameter is missing, or the result does not keep what the head promises.
    pub fn run(&self, session: &Session, params: &Params) -> Result<QueryResult, Diagnostics> {
        let given = self.head.given(params, &self.file, &self.sql)?;
        let sql = Sql { file: &self.file, text: &self.sql };
        let plan = session.plan(sql, &given)?;
        let mut faults = Diagnostics::new();
        faults.extend(chance::faults(self, &plan));
        if let Some(fault) = self.order_fault(&plan) {
            faults.push(fault);
        }
        let batch = match session.execute(sql, plan) {
            Ok(batch) => batch,
            Err(found) => {
                faults.extend(found);
                return Err(faults);
            }
        };
        match keep(self, &batch) {
            Ok(result) => faults.or(result).map(|(result, _)| result),
            Err(found) => {
                faults.extend(found);
                Err(faults)
            }
        }
    }

    fn order_fault(&self, plan: &datafusion::logical_expr::LogicalPlan) -> Option<Diagnostic> {
        if self.head.key.is_empty() || self.head.purpose == Purpose::Check {
            return None;
        }
        let key = self.head.key.join(", ");
        match ordering(plan, &self.head.key) {
            Ordering::Total => None,
            Ordering::None => Some(
                Diagnostic::error("the rows have no order, so that chance decides it")
                    .at(entry_place(self, "key"))
                    .hint(format!("end the query with `order by …, {key}`")),
            ),
            Ordering::Lacks(columns) => {
                let columns = columns.join("`, `");
                Some(
                    Diagnostic::error(format!("rows may tie: `order by` lacks `{columns}` of the key"))
                        .at(self.last_order_by())
                        .hint(format!("end it with `, {key}`")),
                )
            }
        }
    }

    fn last_order_by(&self) -> Place {
        match self.sql.to_lowercase().rfind("order by") {
            Some(start) if self.sql.is_char_boundary(start) => {
                Place::span(&self.file, &self.sql, start..start + "order by".len())
            }
            _ => entry_place(self, "key"),
        }
    }
}
