//! The protocol's messages, each turned into an answer and sent.
//!
//! In: messages. Out: rows and tags, or an error.
//!
//! - Rows go out as they are made; a client that reads slowly slows the query down.
//! - Everything that takes time does so within the session's limits.
//! - A text with more than one statement is answered one by one.
//!
//! What the answers are, `answers.rs` knows.

use std::fmt::Debug;
use std::sync::Arc;

use async_trait::async_trait;
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use futures::{Sink, SinkExt as _, StreamExt as _};
use pgwire::api::auth::StartupHandler;
use pgwire::api::portal::{Format, Portal, PortalExecutionState};
use pgwire::api::query::{
    ExtendedQueryHandler, SimpleQueryHandler, send_query_response, send_ready_for_query,
};
use pgwire::api::results::{FieldInfo, Response, Tag};
use pgwire::api::stmt::{QueryParser, StoredStatement};
use pgwire::api::store::{Entry, PortalStore};
use pgwire::api::{
    ClientInfo, ClientPortalStore, DEFAULT_NAME, PgWireConnectionState, PgWireServerHandlers, Type,
};
use pgwire::error::{PgWireError, PgWireResult};
use pgwire::messages::PgWireBackendMessage;
use pgwire::messages::extendedquery::{Execute, Parse, ParseComplete, PortalSuspended};
use pgwire::messages::response::{EmptyQueryResponse, TransactionStatus};
use pgwire::messages::simplequery::Query;

use super::answers::{Connection, Prepared, SHOW_ALL};
use super::fault::error;
use super::rows::Columns;
use super::startup::Begins;
use super::statement::Command;
use super::{parameters, settings};

/// The session's side of the protocol.
pub(super) struct Handlers(Arc<Asked>);

/// Answers.
pub(super) struct Asked(Arc<Connection>);

impl Asked {
    /// Answers the statements of a text, one after the other.
    async fn answer_all<C>(&self, client: &mut C, text: &str) -> PgWireResult<()>
    where
        C: ClientInfo + ClientPortalStore + Sink<PgWireBackendMessage> + Unpin + Send + Sync,
        C::PortalStore: PortalStore,
        C::Error: Debug,
        PgWireError: From<<C as Sink<PgWireBackendMessage>>::Error>,
    {
        let statements = self.0.prepared(text).await?;
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
        let mut statements = self.0.prepared(text).await?;
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

impl PgWireServerHandlers for Handlers {
    fn simple_query_handler(&self) -> Arc<impl SimpleQueryHandler> {
        Arc::clone(&self.0)
    }

    fn extended_query_handler(&self) -> Arc<impl ExtendedQueryHandler> {
        Arc::new(Handlers(Arc::clone(&self.0)))
    }

    fn startup_handler(&self) -> Arc<impl StartupHandler> {
        Arc::new(Begins(Arc::clone(&self.0.0)))
    }
}
