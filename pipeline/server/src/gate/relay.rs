//! Between a client and its session.
//!
//! In: the two streams. Out: why it came to an end, after the client was told.
//!
//! - What a session says is passed on in whole messages, so that one more can always be added: why the session ended.
//! - Either side waits for the other: what is not read is not kept.
//! - When the client goes, so does its session, and the statement with it.

use std::cell::{Cell, RefCell};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, split};
use tokio::net::UnixStream;
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, sleep_until, timeout};

use super::backend::{Backend, Starter};
use super::greet::Link;
use crate::options::{duration, size};
use crate::wire::{Frames, LONGEST_MESSAGE, Refusal, Requests};

/// Time that a client has to take what its session said last.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// What ends a relay from outside.
pub(super) struct Outside {
    /// Another connection of the client asks to end the statement.
    pub(super) cancel: Arc<Notify>,
    /// The server ends.
    pub(super) closing: watch::Receiver<bool>,
    /// Time without a word after which the connection ends.
    pub(super) idle: Duration,
    /// Time that a client may leave unread what it asked for.
    pub(super) patience: Duration,
}

enum Ended {
    /// The client went away, or said goodbye.
    ByClient,
    /// The session closed its end.
    BySession,
    /// The gate ends it.
    ByUs(Refusal),
}

/// Relays until one side ends: what the log says of it.
pub(super) async fn relay(
    client: Link,
    session: UnixStream,
    mut backend: Backend,
    starter: &Starter,
    mut outside: Outside,
) -> Option<Refusal> {
    let (from_client, mut to_client) = split(client);
    let (from_session, to_session) = session.into_split();
    let requests = RefCell::new(Requests::default());
    let last_word = Cell::new(Instant::now());
    let whole = Cell::new(true);

    let mut status = None;
    let ended = {
        let mut up = pin!(up(from_client, to_session, &requests, &last_word));
        let mut down = pin!(down(from_session, &mut to_client, &whole, &last_word, outside.patience));
        let mut waits_until = None;
        loop {
            let idle_until = last_word.get() + outside.idle;
            tokio::select! {
                ended = &mut down => break ended,
                ended = &mut up, if waits_until.is_none() => break ended,
                ended = backend.ended(), if waits_until.is_none() => {
                    // What it said last may still be on its way.
                    status = ended;
                    waits_until = Some(Instant::now() + LAST_WORDS);
                }
                () = outside.cancel.notified() => backend.cancel(),
                _ = outside.closing.wait_for(|closing| *closing) => {
                    break Ended::ByUs(Refusal::new("57P01", "the connection ends: the server is stopping"));
                }
                () = sleep_until(idle_until) => if last_word.get() + outside.idle <= Instant::now() {
                    let words = format!("the connection ends: nothing was asked for {}", duration(outside.idle));
                    break Ended::ByUs(Refusal::new("57P05", words));
                },
                () = sleep_until(waits_until.unwrap_or(idle_until)), if waits_until.is_some() => {
                    break Ended::BySession;
                }
            }
        }
    };
    let refusal = match ended {
        Ended::ByClient => None,
        Ended::ByUs(refusal) => Some(refusal),
        Ended::BySession if requests.borrow().said_goodbye() => None,
        Ended::BySession => {
            if status.is_none() {
                status = timeout(LAST_WORDS, backend.ended()).await.ok().flatten();
            }
            starter.told(status)
        }
    };
    if let Some(refusal) = refusal.as_ref().filter(|_| whole.get()) {
        let last = async {
            to_client.write_all(&refusal.fatal()).await?;
            to_client.shutdown().await
        };
        let _ = timeout(LAST_WORDS, last).await;
    }
    backend.end().await;
    refusal
}

/// From the client to its session.
async fn up(
    mut client: impl AsyncRead + Unpin,
    mut session: impl AsyncWrite + Unpin,
    requests: &RefCell<Requests>,
    last_word: &Cell<Instant>,
) -> Ended {
    let mut buffer = vec![0; 16 << 10];
    loop {
        let Ok(read @ 1..) = client.read(&mut buffer).await else { return Ended::ByClient };
        last_word.set(Instant::now());
        if let Err(length) = requests.borrow_mut().follow(&buffer[..read]) {
            let words = format!(
                "a message of {length} bytes is too long: the longest has {}",
                size(LONGEST_MESSAGE as u64)
            );
            return Ended::ByUs(Refusal::new("54000", words));
        }
        if session.write_all(&buffer[..read]).await.is_err() {
            // It has ended; how, `down` and the process tell.
            std::future::pending::<()>().await;
        }
    }
}

/// From the session to its client.
async fn down(
    mut session: impl AsyncRead + Unpin,
    client: &mut (impl AsyncWrite + Unpin),
    whole: &Cell<bool>,
    last_word: &Cell<Instant>,
    patience: Duration,
) -> Ended {
    let mut frames = Frames::default();
    let mut buffer = vec![0; 64 << 10];
    loop {
        let Ok(read @ 1..) = session.read(&mut buffer).await else { return Ended::BySession };
        frames.push(&buffer[..read]);
        let ready = frames.take();
        if ready.is_empty() {
            continue;
        }
        whole.set(false);
        let passed_on = async {
            client.write_all(&ready).await?;
            client.flush().await
        };
        match timeout(patience, passed_on).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) => return Ended::ByClient,
            Err(_) => {
                let words = "the connection ends: its client does not read what it asked for";
                return Ended::ByUs(Refusal::new("57014", words));
            }
        }
        whole.set(frames.at_an_end());
        last_word.set(Instant::now());
    }
}
