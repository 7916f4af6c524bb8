//! From the first byte of a connection to a client that may have a session.
//!
//! In: a socket that was just accepted. Out: a stream, encrypted where TLS is on, with what the client wants of its session; or a
//! request to end another's statement; or why there is no session.
//!
//! - With a certificate, nobody talks in the clear but to be told so, and to cancel (libpq sends that in the clear, as
//!   PostgreSQL allows).
//! - With a file of users, nobody gets past without the proof of SCRAM-SHA-256.
//! - All of it has one deadline.
//!
//! It knows no SQL and starts no process.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Duration, Instant, sleep, timeout_at};
use tokio_rustls::TlsAcceptor;

use crate::password::scram::Exchange;
use crate::password::{Users, base64, random};
use crate::wire::{First, LONGEST_STARTUP, Refusal, Startup, message};

/// A connection, encrypted or not.
pub(super) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

/// The same, whichever it is.
pub(super) type Link = Box<dyn Stream>;

/// What came of a connection.
pub(super) enum Greeted {
    /// The client may have a session.
    Session(Link, Startup),
    /// The statement of another connection shall end.
    Cancel {
        /// Process of that connection.
        process: u32,
        /// The secret that came with the request.
        secret: Vec<u8>,
    },
    /// There is no session, and the client is to be told.
    Refused(Link, Refusal),
    /// The client went away, or never spoke the protocol.
    Gone(&'static str),
}

/// Who is asked for what.
pub(super) struct Rules<'a> {
    /// TLS, where it is on.
    pub(super) tls: Option<&'a TlsAcceptor>,
    /// Those who may log in, where a password is asked for.
    pub(super) users: Option<&'a Users>,
}

/// Longest message of a client that proves its password.
const LONGEST_PROOF: usize = 4096;

/// Time that a wrong guess costs.
const AFTER_A_WRONG_GUESS: Duration = Duration::from_millis(500);

/// Newest minor version of the protocol that sessions speak.
const NEWEST_MINOR: u16 = 2;

/// Why a client is not heard to its end.
enum Fault {
    Refused(Refusal),
    Gone(&'static str),
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::TimedOut => {
                Fault::Refused(Refusal::new("57014", "the connection ends: the time to log in is over"))
            }
            _ => Fault::Gone("the client went away"),
        }
    }
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        Fault::Refused(refusal)
    }
}

fn malformed(why: &str) -> Refusal {
    Refusal::new("08P01", why)
}

/// Hears a client until it may have a session.
pub(super) async fn greet(socket: TcpStream, rules: &Rules<'_>, deadline: Instant) -> Greeted {
    let mut link: Link = Box::new(socket);
    let mut encrypted = false;
    // A client asks for either encryption once, and then for its session.
    for _ in 0..3 {
        let first = match first(&mut link, deadline).await {
            Ok(first) => first,
            Err(Fault::Refused(refusal)) => return Greeted::Refused(link, refusal),
            Err(Fault::Gone(why)) => return Greeted::Gone(why),
        };
        match first {
            First::Tls => {
                let answer: &[u8] = if rules.tls.is_some() && !encrypted { b"S" } else { b"N" };
                if within(deadline, link.write_all(answer)).await.is_err() {
                    return Greeted::Gone("the client went away");
                }
                if let (Some(tls), false) = (rules.tls, encrypted) {
                    match within(deadline, tls.accept(link)).await {
                        Ok(stream) => link = Box::new(stream),
                        Err(_) => return Greeted::Gone("no TLS came about"),
                    }
                    encrypted = true;
                }
            }
            First::Gss => {
                if within(deadline, link.write_all(b"N")).await.is_err() {
                    return Greeted::Gone("the client went away");
                }
            }
            First::Cancel { process, secret } => return Greeted::Cancel { process, secret },
            First::Startup(startup) => {
                if rules.tls.is_some() && !encrypted {
                    let refusal = Refusal::new("28000", "this server speaks over TLS only")
                        .hint("connect with sslmode=require, or better sslmode=verify-full");
                    return Greeted::Refused(link, refusal);
                }
                return match admit(&mut link, &startup, rules, deadline).await {
                    Ok(minor) => Greeted::Session(link, Startup { minor, ..startup }),
                    Err(Fault::Refused(refusal)) => Greeted::Refused(link, refusal),
                    Err(Fault::Gone(why)) => Greeted::Gone(why),
                };
            }
        }
    }
    Greeted::Refused(link, malformed("encryption was asked for too often"))
}

/// Reads the first message, and not a byte more: what follows may be encrypted.
async fn first(link: &mut Link, deadline: Instant) -> Result<First, Fault> {
    let mut length = [0; 4];
    within(deadline, link.read_exact(&mut length)).await?;
    let length = u32::from_be_bytes(length) as usize;
    if !(8..=LONGEST_STARTUP).contains(&length) {
        return Err(malformed("this is not the first message of the PostgreSQL protocol").into());
    }
    let mut body = vec![0; length - 4];
    within(deadline, link.read_exact(&mut body)).await?;
    First::read(&body).map_err(|why| malformed(why).into())
}

/// Settles the version of the protocol and asks for the password: the minor version that will be spoken.
async fn admit(
    link: &mut Link,
    startup: &Startup,
    rules: &Rules<'_>,
    deadline: Instant,
) -> Result<u16, Fault> {
    let user = startup.parameters.get("user").map_or("", String::as_str);
    if user.is_empty() {
        return Err(Refusal::new("28000", "the client names no user").into());
    }
    if startup.parameters.get("replication").is_some_and(|wish| wish != "false" && wish != "0") {
        return Err(Refusal::new("0A000", "there is nothing to replicate here").into());
    }
    let unknown: Vec<&str> =
        startup.parameters.keys().map(String::as_str).filter(|name| name.starts_with("_pq_.")).collect();
    if startup.minor > NEWEST_MINOR || !unknown.is_empty() {
        let mut body = (3 << 16 | u32::from(NEWEST_MINOR)).to_be_bytes().to_vec();
        body.extend_from_slice(&u32::try_from(unknown.len()).unwrap_or(0).to_be_bytes());
        for name in unknown {
            body.extend_from_slice(name.as_bytes());
            body.push(0);
        }
        within(deadline, link.write_all(&message(b'v', &body))).await?;
    }
    if let Some(users) = rules.users {
        prove(link, user, users, deadline).await?;
    }
    Ok(if startup.minor >= NEWEST_MINOR { NEWEST_MINOR } else { 0 })
}

/// Asks for the proof that the client knows the user's password.
async fn prove(link: &mut Link, user: &str, users: &Users, deadline: Instant) -> Result<(), Fault> {
    const SASL: u32 = 10;
    const CONTINUE: u32 = 11;
    const FINAL: u32 = 12;
    let asks = |code: u32, text: &[u8]| message(b'R', &[&code.to_be_bytes(), text].concat());

    within(deadline, link.write_all(&asks(SASL, b"SCRAM-SHA-256\0\0"))).await?;
    let initial = proof(link, deadline).await?;
    let end = initial.iter().position(|byte| *byte == 0).ok_or(malformed("the SASL message has no end"))?;
    if &initial[..end] != b"SCRAM-SHA-256" {
        return Err(malformed("the only way to log in here is SCRAM-SHA-256").into());
    }
    // Four bytes of length, which the message's own length has told already.
    let text = initial.get(end + 5..).ok_or(malformed("the SASL message is too short"))?;
    let text = std::str::from_utf8(text).map_err(|_| malformed("the SCRAM message is not UTF-8"))?;
    let nonce = random::<18>().map_err(|_| Refusal::new("XX000", "the system gives no random numbers"))?;
    let (exchange, answer) =
        Exchange::begin(text, users.verifier(user), &base64::encode(&nonce)).map_err(malformed)?;
    within(deadline, link.write_all(&asks(CONTINUE, answer.as_bytes()))).await?;

    let text = proof(link, deadline).await?;
    let text = std::str::from_utf8(&text).map_err(|_| malformed("the SCRAM message is not UTF-8"))?;
    let Some(answer) = exchange.finish(text).map_err(malformed)? else {
        sleep(AFTER_A_WRONG_GUESS).await;
        return Err(
            Refusal::new("28P01", format!("password authentication failed for user \"{user}\"")).into()
        );
    };
    within(deadline, link.write_all(&asks(FINAL, answer.as_bytes()))).await?;
    Ok(())
}

/// A message of a client that proves its password.
async fn proof(link: &mut Link, deadline: Instant) -> Result<Vec<u8>, Fault> {
    let mut head = [0; 5];
    within(deadline, link.read_exact(&mut head)).await?;
    let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]) as usize;
    if head[0] != b'p' || !(4..=LONGEST_PROOF).contains(&length) {
        return Err(malformed("a password was asked for, and this is none").into());
    }
    let mut body = vec![0; length - 4];
    within(deadline, link.read_exact(&mut body)).await?;
    Ok(body)
}

/// The future, unless the deadline comes first.
async fn within<T>(deadline: Instant, future: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    timeout_at(deadline, future).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}
