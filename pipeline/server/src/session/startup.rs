//! How a session begins, once the gate has let its client in.
//!
//! In: the client's startup message, with the secret that the gate has added. Out: the settings that the client asked for and what
//! it is told of the others.

use std::collections::HashMap;
use std::fmt::Debug;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use async_trait::async_trait;
use futures::{Sink, SinkExt as _};
use pgwire::api::ClientInfo;
use pgwire::api::auth::{ServerParameterProvider, StartupHandler, finish_authentication};
use pgwire::error::{ErrorInfo, PgWireError, PgWireResult};
use pgwire::messages::startup::SecretKey;
use pgwire::messages::{PgWireBackendMessage, PgWireFrontendMessage, ProtocolVersion};

use super::answers::Connection;
use super::fault::fatal;
use super::{SECRET, settings};
use crate::password::base64;

/// Begins a session.
pub(super) struct Begins(pub(super) Arc<Connection>);

/// What a client is told of the settings when its session begins.
struct Reported;

impl ServerParameterProvider for Reported {
    fn server_parameters<C: ClientInfo>(&self, client: &C) -> Option<HashMap<String, String>> {
        Some(settings::reported_values(client.metadata()))
    }
}

#[async_trait]
impl StartupHandler for Begins {
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
            self.0.said_why.store(true, Ordering::Relaxed);
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
        self.0.user.is(client.metadata().get("user").map_or("", String::as_str));
        finish_authentication(client, &Reported).await
    }
}
