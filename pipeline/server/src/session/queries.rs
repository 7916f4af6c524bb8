//! Answers to what a client asks.
//!
//! In: messages of the protocol. Out: rows and tags, or an error that names its place in the SQL.
//!
//! - Every statement passes `statement.rs`, and the plan of every query is judged again before it runs.
//! - Rows go out as they are made; a client that reads slowly slows the query down.
//! - Everything that takes time does so within the session's limits.

use std::fmt::Debug;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use datafusion::common::DataFusionError;
use datafusion::logical_expr::LogicalPlan;
use datafusion::prelude::SessionContext;
use datafusion::sql::parser::Statement as Parsed;
use datafusion::sql::sqlparser::ast::Statement;
use datafusion_postgres::arrow_pg::datatypes::df::deserialize_parameters_with_server_types;
use datafusion_postgres::datafusion_pg_catalog::sql::PostgresCompatibilityParser;
use datafusion_postgres::{DfSessionService, Parser};
use futures::{Sink, SinkExt as _, StreamExt as _, stream};
use pgwire::api::auth::{ServerParameterProvider, StartupHandler, finish_authentication};
use pgwire::api::portal::{Format, Portal, PortalExecutionState};
use pgwire::api::query::{
    ExtendedQueryHandler, SimpleQueryHandler, send_query_response, send_ready_for_query,
};
use pgwire::api::results::{FieldInfo, QueryResponse, Response, Tag};
use pgwire::api::stmt::{QueryParser, StoredStatement};
use pgwire::api::store::{Entry, PortalStore};
use pgwire::api::{
    ClientInfo, ClientPortalStore, DEFAULT_NAME, PgWireConnectionState, PgWireServerHandlers, Type,
};
use pgwire::error::{ErrorInfo, PgWireError, PgWireResult};
use pgwire::messages::extendedquery::{Execute, Parse, ParseComplete, PortalSuspended};
use pgwire::messages::response::{EmptyQueryResponse, TransactionStatus};
use pgwire::messages::simplequery::Query;
use pgwire::messages::startup::SecretKey;
use pgwire::messages::{PgWireBackendMessage, PgWireFrontendMessage, ProtocolVersion};
use pgwire::types::format::FormatOptions;
use restudy::engine::{Session, only_reads};

use super::catalogue::User;
use super::fault::{error, fatal, told, with_hint};
use super::limits::Limits;
use super::rows::{Columns, texts};
use super::statement::{self, Command};
use super::{SECRET, parameters, settings};
use crate::password::base64;

/// What all parts of a session share.
pub(super) struct Connection {
    engine: Session,
    context: SessionContext,
    compatible: PostgresCompatibilityParser,
    /// Knows which PostgreSQL types a query's parameters have.
    typed: Arc<Parser>,
    user: User,
    limits: Arc<Limits>,
    /// Whether the client knows why its session ended.
    said_why: AtomicBool,
}

/// A statement that is prepared.
#[derive(Clone)]
pub(super) struct Prepared {
    text: String,
    command: Command,
    /// The plan, where it is a query.
    plan: Option<LogicalPlan>,
}

/// The session's side of the protocol.
pub(super) struct Handlers(Arc<Asked>);

/// Answers.
pub(super) struct Asked(Arc<Connection>);

impl Connection {
    /// A session over `context`, whose faults `engine` puts into words.
    pub(super) fn new(engine: Session, context: SessionContext, user: User, limits: Arc<Limits>) -> Self {
        let typed = DfSessionService::new_with_hooks(Arc::new(context.clone()), Vec::new()).query_parser();
        Connection {
            engine,
            context,
            compatible: PostgresCompatibilityParser::new(),
            typed,
            user,
            limits,
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
    async fn answer<C>(
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
            Command::Rollback => return Ok(Response::TransactionEnd(Tag::new("ROLLBACK"))),
            Command::Commit => {
                return Ok(Response::TransactionEnd(Tag::new(if aborted { "ROLLBACK" } else { "COMMIT" })));
            }
            Command::RollbackTo if !matches!(status, TransactionStatus::Idle) => {
                // The transaction goes on as if nothing had failed.
                client.set_transaction_status(TransactionStatus::Transaction);
                return Ok(Response::Execution(Tag::new("ROLLBACK")));
            }
            Command::RollbackTo => {
                return Err(error("25P01", "there is no transaction, and so no savepoint"));
            }
            _ if aborted => {
                return Err(with_hint(
                    "25P02",
                    "the transaction has failed: nothing is answered until it ends",
                    "say ROLLBACK",
                ));
            }
            _ => {}
        }
        match &asked.command {
            Command::Query(_) => {
                let Some(plan) = asked.plan.clone() else { return Ok(Response::EmptyQuery) };
                let options = FormatOptions::from_client_metadata(client.metadata());
                Ok(Response::Query(self.rows(plan, &asked.text, format, options).await?))
            }
            Command::Set(name, value) => {
                if let Some((name, value)) = settings::set(client.metadata_mut(), name, value.as_deref())? {
                    let status = pgwire::messages::startup::ParameterStatus::new(name, value);
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
            Command::Commit | Command::Rollback | Command::RollbackTo => done("ROLLBACK"),
        }
    }

    /// The plan of a prepared query, its parameters filled in.
    fn bound(&self, asked: &Prepared, portal: &Portal<Prepared>) -> PgWireResult<Option<LogicalPlan>> {
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
    fn wire_types(&self, statement: &Statement, plan: &LogicalPlan) -> PgWireResult<Vec<Type>> {
        let known =
            self.typed.get_parameter_types(&(String::new(), Some((statement.clone(), plan.clone()))))?;
        let inferred = parameters::inferred(plan).map_err(|fault| self.told(&fault, ""))?;
        Ok(known
            .into_iter()
            .zip(inferred)
            .map(|(known, inferred)| parameters::sent(known, inferred.as_ref()))
            .collect())
    }
}

fn show(
    kept: &std::collections::HashMap<String, String>,
    name: &str,
    format: &Format,
) -> PgWireResult<(Columns, Vec<PgWireResult<pgwire::messages::data::DataRow>>)> {
    if name == "all" {
        let rows: Vec<Vec<String>> = settings::all(kept).into_iter().map(|row| row.to_vec()).collect();
        return texts(&SHOW_ALL, &rows, format);
    }
    texts(&[name], &[vec![settings::show(kept, name)?]], format)
}

const SHOW_ALL: [&str; 3] = ["name", "setting", "description"];

impl Asked {
    /// Reads the text of a message: a statement prepared for each that it holds.
    async fn prepared(&self, text: &str) -> PgWireResult<Vec<Prepared>> {
        let mut all = Vec::new();
        for command in statement::read(text, &self.0.compatible)? {
            let plan = match &command {
                Command::Query(statement) => Some(self.0.plan(statement, text).await?),
                _ => None,
            };
            all.push(Prepared { text: text.to_owned(), command, plan });
        }
        Ok(all)
    }
}

impl Asked {
    /// Answers the statements of a text, one after the other.
    async fn answer_all<C>(&self, client: &mut C, text: &str) -> PgWireResult<()>
    where
        C: ClientInfo + ClientPortalStore + Sink<PgWireBackendMessage> + Unpin + Send + Sync,
        C::PortalStore: PortalStore,
        C::Error: Debug,
        PgWireError: From<<C as Sink<PgWireBackendMessage>>::Error>,
    {
        let statements = self.prepared(text).await?;
        if statements.is_empty() {
            client.feed(PgWireBackendMessage::EmptyQueryResponse(EmptyQueryResponse::new())).await?;
        }
        for asked in &statements {
            if let Some(plan) = &asked.plan {
                parameters::none(plan)?;
            }
            match self.0.answer(client, asked, &Format::UnifiedText).await? {
                Response::Query(rows) => send_query_response(client, rows, true).await?,
                other => conclude(client, other).await?,
            }
        }
        Ok(())
    }
}

/// Sends an answer that has no rows, and keeps what it says of the transaction.
async fn conclude<C>(client: &mut C, answer: Response) -> PgWireResult<()>
where
    C: ClientInfo + Sink<PgWireBackendMessage> + Unpin,
    PgWireError: From<<C as Sink<PgWireBackendMessage>>::Error>,
{
    let tag = match answer {
        Response::EmptyQuery => {
            client.feed(PgWireBackendMessage::EmptyQueryResponse(EmptyQueryResponse::new())).await?;
            return Ok(());
        }
        Response::TransactionStart(tag) => {
            client.set_transaction_status(TransactionStatus::Transaction);
            tag
        }
        Response::TransactionEnd(tag) => {
            client.set_transaction_status(TransactionStatus::Idle);
            tag
        }
        Response::Execution(tag) => tag,
        _ => return Err(error("0A000", "COPY is not offered here")),
    };
    complete(client, tag).await
}

#[async_trait]
impl SimpleQueryHandler for Asked {
    async fn on_query<C>(&self, client: &mut C, query: Query) -> PgWireResult<()>
    where
        C: ClientInfo + ClientPortalStore + Sink<PgWireBackendMessage> + Unpin + Send + Sync,
        C::PortalStore: PortalStore,
        C::Error: Debug,
        PgWireError: From<<C as Sink<PgWireBackendMessage>>::Error>,
    {
        let wish = settings::statement_timeout(client.metadata());
        client.set_state(PgWireConnectionState::QueryInProgress);
        self.0.limits.within(wish, self.answer_all(client, &query.query)).await?;
        client.set_state(PgWireConnectionState::ReadyForQuery);
        let status = client.transaction_status();
        send_ready_for_query(client, status).await
    }

    /// Never asked for: `on_query` sends each answer before it turns to the next statement.
    async fn do_query<C>(&self, _: &mut C, _: &str) -> PgWireResult<Vec<Response>>
    where
        C: ClientInfo + ClientPortalStore + Sink<PgWireBackendMessage> + Unpin + Send + Sync,
        C::PortalStore: PortalStore,
        C::Error: Debug,
        PgWireError: From<<C as Sink<PgWireBackendMessage>>::Error>,
    {
        Err(PgWireError::NotReadyForQuery)
    }
}

#[async_trait]
impl QueryParser for Asked {
    type Statement = Prepared;

    async fn parse_sql<C>(&self, _: &C, text: &str, _: &[Option<Type>]) -> PgWireResult<Option<Prepared>>
    where
        C: ClientInfo + Unpin + Send + Sync,
    {
        let mut statements = self.prepared(text).await?;
        if statements.len() > 1 {
            return Err(error("42601", "a prepared statement is one statement, and there are more"));
        }
        let Some(asked) = statements.pop() else { return Ok(None) };
        let names = asked.plan.iter().flat_map(|plan| plan.get_parameter_names().into_iter().flatten());
        for name in names {
            if name.trim_start_matches('$').parse::<u16>().is_err() {
                let words = format!("there is no parameter `{name}`: they are $1, $2 and so on");
                return Err(error("42P02", words));
            }
        }
        Ok(Some(asked))
    }

    fn get_parameter_types(&self, asked: &Prepared) -> PgWireResult<Vec<Type>> {
        match (&asked.command, &asked.plan) {
            (Command::Query(statement), Some(plan)) => self.0.wire_types(statement, plan),
            _ => Ok(Vec::new()),
        }
    }

    fn get_result_schema(&self, asked: &Prepared, format: Option<&Format>) -> PgWireResult<Vec<FieldInfo>> {
        let text = |names: &[&str]| {
            Schema::new(names.iter().map(|name| Field::new(*name, DataType::Utf8, false)).collect::<Vec<_>>())
        };
        let schema = match (&asked.command, &asked.plan) {
            (_, Some(plan)) => plan.schema().as_arrow().clone(),
            (Command::Show(name), _) if name == "all" => text(&SHOW_ALL),
            (Command::Show(name), _) => text(&[name]),
            _ => return Ok(Vec::new()),
        };
        let columns = Columns::of(&schema, format.unwrap_or(&Format::UnifiedText), None)?;
        Ok(columns.fields.as_ref().clone())
    }
}

#[async_trait]
impl ExtendedQueryHandler for Handlers {
    type Statement = Prepared;
    type QueryParser = Asked;

    fn query_parser(&self) -> Arc<Asked> {
        Arc::clone(&self.0)
    }

    async fn on_parse<C>(&self, client: &mut C, message: Parse) -> PgWireResult<()>
    where
        C: ClientInfo + ClientPortalStore + Sink<PgWireBackendMessage> + Unpin + Send + Sync,
        C::PortalStore: PortalStore<Statement = Prepared>,
        C::Error: Debug,
        PgWireError: From<<C as Sink<PgWireBackendMessage>>::Error>,
    {
        let wish = settings::statement_timeout(client.metadata());
        let limits = &self.0.0.limits;
        match limits.within(wish, StoredStatement::parse(client, &message, self.query_parser())).await? {
            Some(mut statement) => {
                for datatype in &mut statement.parameter_types {
                    // What the client says is no help: then the query decides.
                    *datatype = datatype.take().filter(parameters::is_read);
                }
                client.portal_store().put_statement(Arc::new(statement));
            }
            None => {
                client.portal_store().put_empty_statement(message.name.as_deref().unwrap_or(DEFAULT_NAME));
            }
        }
        client.feed(PgWireBackendMessage::ParseComplete(ParseComplete::new())).await?;
        Ok(())
    }

    async fn on_execute<C>(&self, client: &mut C, message: Execute) -> PgWireResult<()>
    where
        C: ClientInfo + ClientPortalStore + Sink<PgWireBackendMessage> + Unpin + Send + Sync,
        C::PortalStore: PortalStore<Statement = Prepared>,
        C::Error: Debug,
        PgWireError: From<<C as Sink<PgWireBackendMessage>>::Error>,
    {
        let name = message.name.as_deref().unwrap_or(DEFAULT_NAME);
        let portal = match client.portal_store().get_portal(name) {
            Some(Entry::Value(portal)) => portal,
            Some(Entry::Empty) => {
                client.feed(PgWireBackendMessage::EmptyQueryResponse(EmptyQueryResponse::new())).await?;
                return Ok(());
            }
            None => return Err(error("34000", format!("there is no portal `{name}`"))),
        };
        let most = usize::try_from(message.max_rows).ok().filter(|most| *most > 0).unwrap_or(usize::MAX);
        let wish = settings::statement_timeout(client.metadata());
        let limits = Arc::clone(&self.0.0.limits);
        client.set_state(PgWireConnectionState::QueryInProgress);
        limits.within(wish, self.execute(client, &portal, most)).await?;
        client.set_state(PgWireConnectionState::ReadyForQuery);
        Ok(())
    }

    async fn do_query<C>(&self, client: &mut C, portal: &Portal<Prepared>, _: usize) -> PgWireResult<Response>
    where
        C: ClientInfo + ClientPortalStore + Sink<PgWireBackendMessage> + Unpin + Send + Sync,
        C::PortalStore: PortalStore<Statement = Prepared>,
        C::Error: Debug,
        PgWireError: From<<C as Sink<PgWireBackendMessage>>::Error>,
    {
        let asked = &portal.statement.statement;
        let bound = Prepared { plan: self.0.0.bound(asked, portal)?, ..asked.clone() };
        self.0.0.answer(client, &bound, &portal.result_column_format).await
    }
}

impl Handlers {
    /// Handlers of one connection.
    pub(super) fn new(connection: Arc<Connection>) -> Self {
        Handlers(Arc::new(Asked(connection)))
    }

    /// Sends at most `most` rows of a portal, from where the last time ended. They are not gathered first.
    async fn execute<C>(&self, client: &mut C, portal: &Portal<Prepared>, most: usize) -> PgWireResult<()>
    where
        C: ClientInfo + ClientPortalStore + Sink<PgWireBackendMessage> + Unpin + Send + Sync,
        C::PortalStore: PortalStore<Statement = Prepared>,
        C::Error: Debug,
        PgWireError: From<<C as Sink<PgWireBackendMessage>>::Error>,
    {
        let state = portal.state();
        let mut state = state.lock().await;
        if matches!(*state, PortalExecutionState::Initial) {
            *state = PortalExecutionState::Finished;
            match ExtendedQueryHandler::do_query(self, client, portal, most).await? {
                Response::Query(rows) => *state = PortalExecutionState::Suspended(rows),
                other => return conclude(client, other).await,
            }
        }
        let PortalExecutionState::Suspended(response) = &mut *state else {
            return complete(client, Tag::new("SELECT").with_rows(0)).await;
        };
        let mut sent = 0;
        while sent < most {
            match response.data_rows().next().await {
                Some(Ok(row)) => client.feed(PgWireBackendMessage::DataRow(row)).await?,
                Some(Err(fault)) => {
                    *state = PortalExecutionState::Finished;
                    return Err(fault);
                }
                None => {
                    let tag = Tag::new(response.command_tag()).with_rows(sent);
                    *state = PortalExecutionState::Finished;
                    return complete(client, tag).await;
                }
            }
            sent += 1;
        }
        client.feed(PgWireBackendMessage::PortalSuspended(PortalSuspended::new())).await?;
        Ok(())
    }
}

async fn complete<C>(client: &mut C, tag: Tag) -> PgWireResult<()>
where
    C: Sink<PgWireBackendMessage> + Unpin,
    PgWireError: From<<C as Sink<PgWireBackendMessage>>::Error>,
{
    client.feed(PgWireBackendMessage::CommandComplete(tag.into())).await?;
    Ok(())
}

/// What a client is told of the settings when its session begins.
struct Reported;

impl ServerParameterProvider for Reported {
    fn server_parameters<C: ClientInfo>(
        &self,
        client: &C,
    ) -> Option<std::collections::HashMap<String, String>> {
        Some(settings::reported_values(client.metadata()))
    }
}

#[async_trait]
impl StartupHandler for Handlers {
    async fn on_startup<C>(&self, client: &mut C, message: PgWireFrontendMessage) -> PgWireResult<()>
    where
        C: ClientInfo + Sink<PgWireBackendMessage> + Unpin + Send + Sync,
        C::Error: Debug,
        PgWireError: From<<C as Sink<PgWireBackendMessage>>::Error>,
    {
        let PgWireFrontendMessage::Startup(startup) = message else { return Ok(()) };
        let minor = startup.protocol_number_minor;
        let version = ProtocolVersion::from_version_number(3, minor).unwrap_or(ProtocolVersion::PROTOCOL3_0);
        client.set_protocol_version(version);
        let given = startup.parameters.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        if let Err(fault) = settings::begin(client.metadata_mut(), given) {
            // Left to itself, the protocol's implementation would go on to say that it is ready.
            self.0.0.said_why.store(true, Ordering::Relaxed);
            client.send(PgWireBackendMessage::ErrorResponse(ErrorInfo::from(fatal(fault)).into())).await?;
            client.close().await?;
            return Err(std::io::Error::from(std::io::ErrorKind::BrokenPipe).into());
        }
        let secret =
            startup.parameters.get(SECRET).and_then(|secret| base64::decode(secret)).unwrap_or_default();
        let secret = match secret.first_chunk::<4>() {
            Some(four) if secret.len() == 4 => SecretKey::I32(i32::from_be_bytes(*four)),
            _ => SecretKey::Bytes(secret.into()),
        };
        client.set_pid_and_secret_key(std::process::id().cast_signed(), secret);
        self.0.0.user.is(client.metadata().get("user").map_or("", String::as_str));
        finish_authentication(client, &Reported).await
    }
}

impl PgWireServerHandlers for Handlers {
    fn simple_query_handler(&self) -> Arc<impl SimpleQueryHandler> {
        Arc::clone(&self.0)
    }

    fn extended_query_handler(&self) -> Arc<impl ExtendedQueryHandler> {
        Arc::new(Handlers(Arc::clone(&self.0)))
    }

    fn startup_handler(&self) -> Arc<impl StartupHandler> {
        Arc::new(Handlers(Arc::clone(&self.0)))
    }
}
