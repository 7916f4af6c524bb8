//! What a statement gives: the plan of a query, its rows, and what the few commands do.
//!
//! In: SQL. Out: [`Prepared`] statements, and for each of them rows or a tag.
//!
//! - Every statement passes `statement.rs`, and the plan of every query is judged again before it runs.
//! - Faults are told in the engine's words, with their place in the SQL.
//!
//! It sends nothing but what a client is told of its settings: `queries.rs` does.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use datafusion::arrow::datatypes::DataType;
use datafusion::common::DataFusionError;
use datafusion::logical_expr::LogicalPlan;
use datafusion::prelude::SessionContext;
use datafusion::sql::parser::Statement as Parsed;
use datafusion::sql::sqlparser::ast::Statement;
use datafusion_postgres::arrow_pg::datatypes::df::deserialize_parameters_with_server_types;
use datafusion_postgres::datafusion_pg_catalog::sql::PostgresCompatibilityParser;
use datafusion_postgres::{DfSessionService, Parser};
use futures::{Sink, SinkExt as _, StreamExt as _, stream};
use pgwire::api::portal::{Format, Portal};
use pgwire::api::query::ExtendedQueryHandler as _;
use pgwire::api::results::{QueryResponse, Response, Tag};
use pgwire::api::stmt::QueryParser as _;
use pgwire::api::store::PortalStore;
use pgwire::api::{ClientInfo, ClientPortalStore, Type};
use pgwire::error::{PgWireError, PgWireResult};
use pgwire::messages::PgWireBackendMessage;
use pgwire::messages::data::DataRow;
use pgwire::messages::response::TransactionStatus;
use pgwire::messages::startup::ParameterStatus;
use pgwire::types::format::FormatOptions;
use restudy::engine::{Session, Sql, only_reads, unknown_labels};
use restudy::queries::Incomparable;

use super::catalogue::User;
use super::fault::{error, notice, told, with_hint};
use super::limits::Limits;
use super::rows::{Columns, texts};
use super::statement::{self, Command};
use super::{parameters, settings};

/// What all parts of a session share.
pub(super) struct Connection {
    engine: Session,
    context: SessionContext,
    compatible: PostgresCompatibilityParser,
    /// Knows which PostgreSQL types a query's parameters have.
    typed: Arc<Parser>,
    pub(super) user: User,
    pub(super) limits: Arc<Limits>,
    /// What cannot be compared between waves.
    incomparable: Incomparable,
    /// Whether the client knows why its session ended.
    pub(super) said_why: AtomicBool,
}

/// A statement that is prepared.
#[derive(Clone)]
pub(super) struct Prepared {
    pub(super) text: String,
    pub(super) command: Command,
    /// The plan, where it is a query.
    pub(super) plan: Option<LogicalPlan>,
}

impl Connection {
    /// A session over `context`, whose faults `engine` puts into words.
    pub(super) fn new(
        engine: Session,
        context: SessionContext,
        user: User,
        limits: Arc<Limits>,
        incomparable: Incomparable,
    ) -> Self {
        let typed = DfSessionService::new_with_hooks(Arc::new(context.clone()), Vec::new()).query_parser();
        Connection {
            engine,
            context,
            compatible: PostgresCompatibilityParser::new(),
            typed,
            user,
            limits,
            incomparable,
            said_why: AtomicBool::new(false),
        }
    }

    /// Whether the client was told why its session ended.
    pub(super) fn said_why(&self) -> bool {
        self.said_why.load(Ordering::Relaxed)
    }

    fn told(&self, fault: &DataFusionError, text: &str) -> PgWireError {
        told(fault, &self.engine, text)
    }

    /// The plan of a query, if it reads and does nothing else.
    async fn plan(&self, statement: &Statement, text: &str) -> PgWireResult<LogicalPlan> {
        let state = self.context.state();
        let plan = state
            .statement_to_plan(Parsed::Statement(Box::new(statement.clone())))
            .await
            .map_err(|fault| self.told(&fault, text))?;
        only_reads(&plan).map_err(|fault| error("25006", fault.message))?;
        Ok(plan)
    }

    /// The rows of a plan whose parameters are filled in.
    async fn rows(
        self: &Arc<Self>,
        plan: LogicalPlan,
        text: &str,
        format: &Format,
        options: FormatOptions,
    ) -> PgWireResult<QueryResponse> {
        let columns = Columns::of(plan.schema().as_arrow(), format, Some(Arc::new(options)))?;
        let batches = async { self.context.execute_logical_plan(plan).await?.execute_stream().await }
            .await
            .map_err(|fault| self.told(&fault, text))?;
        let fields = Arc::clone(&columns.fields);
        let (session, text) = (Arc::clone(self), text.to_owned());
        let rows = batches.flat_map(move |batch| {
            let rows = batch.and_then(|batch| columns.rows(&batch).map_err(DataFusionError::from));
            match rows {
                Ok(rows) => stream::iter(rows).left_stream(),
                Err(fault) => stream::iter([Err(session.told(&fault, &text))]).right_stream(),
            }
        });
        Ok(QueryResponse::new(fields, rows))
    }

    /// The answer to a statement that has no parameters.
    pub(super) async fn answer<C>(
        self: &Arc<Self>,
        client: &mut C,
        asked: &Prepared,
        format: &Format,
    ) -> PgWireResult<Response>
    where
        C: ClientInfo + ClientPortalStore + Sink<PgWireBackendMessage> + Unpin + Send + Sync,
        C::PortalStore: PortalStore,
        PgWireError: From<<C as Sink<PgWireBackendMessage>>::Error>,
    {
        let status = client.transaction_status();
        let aborted = matches!(status, TransactionStatus::Error);
        let done = |tag: &str| Ok(Response::Execution(Tag::new(tag)));
        match &asked.command {
            Command::Rollback => Ok(Response::TransactionEnd(Tag::new("ROLLBACK"))),
            Command::Commit => {
                Ok(Response::TransactionEnd(Tag::new(if aborted { "ROLLBACK" } else { "COMMIT" })))
            }
            Command::RollbackTo if matches!(status, TransactionStatus::Idle) => {
                Err(error("25P01", "there is no transaction, and so no savepoint"))
            }
            Command::RollbackTo => {
                // The transaction goes on as if nothing had failed.
                client.set_transaction_status(TransactionStatus::Transaction);
                done("ROLLBACK")
            }
            _ if aborted => Err(with_hint(
                "25P02",
                "the transaction has failed: nothing is answered until it ends",
                "say ROLLBACK",
            )),
            Command::Query(statement) => {
                let Some(plan) = asked.plan.clone() else { return Ok(Response::EmptyQuery) };
                if settings::hears_warnings(client.metadata()) {
                    // Of a text with several statements, what this one says.
                    let own = statement.to_string();
                    let mut warnings = unknown_labels(&plan, Sql::typed(&own));
                    warnings.extend(self.incomparable.compared_in_plan(Sql::typed(&own), &plan));
                    for warning in warnings.iter() {
                        client.feed(PgWireBackendMessage::NoticeResponse(notice(warning))).await?;
                    }
                }
                let options = FormatOptions::from_client_metadata(client.metadata());
                Ok(Response::Query(self.rows(plan, &asked.text, format, options).await?))
            }
            Command::Set(name, value) => {
                if let Some((name, value)) = settings::set(client.metadata_mut(), name, value.as_deref())? {
                    let status = ParameterStatus::new(name, value);
                    client.feed(PgWireBackendMessage::ParameterStatus(status)).await?;
                }
                done("SET")
            }
            Command::Show(name) => {
                let (columns, rows) = show(client.metadata(), name, format)?;
                let mut response = QueryResponse::new(columns.fields, stream::iter(rows));
                response.set_command_tag("SHOW");
                Ok(Response::Query(response))
            }
            Command::Begin => Ok(Response::TransactionStart(Tag::new("BEGIN"))),
            Command::Deallocate(name) => {
                match name {
                    Some(name) => client.portal_store().rm_statement(name),
                    // Names that drivers gave are unknown here; each driver asks for its own.
                    None => client.portal_store().clear_portals(),
                }
                done("DEALLOCATE")
            }
            Command::DiscardAll => {
                settings::reset(client.metadata_mut());
                client.portal_store().clear_portals();
                done("DISCARD ALL")
            }
            Command::Nothing("RESET") => {
                settings::reset(client.metadata_mut());
                done("RESET")
            }
            Command::Nothing(tag) => done(tag),
        }
    }

    /// The plan of a prepared query, its parameters filled in.
    pub(super) fn bound(
        &self,
        asked: &Prepared,
        portal: &Portal<Prepared>,
    ) -> PgWireResult<Option<LogicalPlan>> {
        let (Some(plan), Command::Query(statement)) = (&asked.plan, &asked.command) else { return Ok(None) };
        let wire = self.wire_types(statement, plan)?;
        if portal.parameter_len() != wire.len() {
            let (given, wanted) = (portal.parameter_len(), wire.len());
            return Err(error(
                "08P01",
                format!("the statement has {wanted} parameters, and {given} are given"),
            ));
        }
        if wire.is_empty() {
            return Ok(Some(plan.clone()));
        }
        let told = |fault: DataFusionError| self.told(&fault, &asked.text);
        let inferred = parameters::inferred(plan).map_err(told)?;
        let inferred: Vec<Option<&DataType>> = inferred.iter().map(Option::as_ref).collect();
        let wire: Vec<Option<&Type>> = wire.iter().map(Some).collect();
        let values = deserialize_parameters_with_server_types(portal, &inferred, &wire)
            .map_err(parameters::unreadable)?;
        plan.clone().replace_params_with_values(&values).map(Some).map_err(told)
    }

    /// PostgreSQL's types of a query's parameters, in their order.
    pub(super) fn wire_types(&self, statement: &Statement, plan: &LogicalPlan) -> PgWireResult<Vec<Type>> {
        let known =
            self.typed.get_parameter_types(&(String::new(), Some((statement.clone(), plan.clone()))))?;
        let inferred = parameters::inferred(plan).map_err(|fault| self.told(&fault, ""))?;
        Ok(known
            .into_iter()
            .zip(inferred)
            .map(|(known, inferred)| parameters::sent(known, inferred.as_ref()))
            .collect())
    }

    /// Reads the text of a message: a statement prepared for each that it holds.
    pub(super) async fn prepared(&self, text: &str) -> PgWireResult<Vec<Prepared>> {
        let mut all = Vec::new();
        for command in statement::read(text, &self.compatible)? {
            let plan = match &command {
                Command::Query(statement) => Some(self.plan(statement, text).await?),
                _ => None,
            };
            all.push(Prepared { text: text.to_owned(), command, plan });
        }
        Ok(all)
    }
}

fn show(
    kept: &HashMap<String, String>,
    name: &str,
    format: &Format,
) -> PgWireResult<(Columns, Vec<PgWireResult<DataRow>>)> {
    if name == "all" {
        let rows: Vec<Vec<String>> = settings::all(kept).into_iter().map(|row| row.to_vec()).collect();
        return texts(&SHOW_ALL, &rows, format);
    }
    texts(&[name], &[vec![settings::show(kept, name)?]], format)
}

/// Columns of `show all`.
pub(super) const SHOW_ALL: [&str; 3] = ["name", "setting", "description"];
