//! The few messages of the PostgreSQL protocol (version 3) that the gate itself reads and writes.
//!
//! In and out: bytes. A message is a letter, its length in four bytes (these included), and its body; the first message of a
//! connection has no letter.
//!
//! - Nothing here allocates by what a client says: lengths are checked against a bound before anything is read.
//! - [`Frames`] finds the ends of whole messages in a stream, so that one can be added between two of them.
//!
//! It knows no sockets, no SQL and no passwords.

use std::collections::BTreeMap;

/// Longest first message: PostgreSQL's bound is 10,000, of which the gate needs a little for what it adds.
pub const LONGEST_STARTUP: usize = 9_500;

/// Longest message of a client in a session: what it holds is kept in memory before it is understood.
pub const LONGEST_MESSAGE: usize = 16 << 20;

/// A message of a session longer than this passes as it comes, not as a whole.
const LONGEST_HELD: usize = 1 << 20;

/// The first message of a connection.
#[derive(Debug, PartialEq, Eq)]
pub enum First {
    /// Wants TLS.
    Tls,
    /// Wants encryption by GSSAPI.
    Gss,
    /// Wants a session.
    Startup(Startup),
    /// Wants the statement of another connection ended.
    Cancel {
        /// Process of that connection.
        process: u32,
        /// What only its client knows.
        secret: Vec<u8>,
    },
}

/// What a client wants of its session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Startup {
    /// Minor version of the protocol; the major one is 3.
    pub minor: u16,
    /// `user`, `database`, and settings.
    pub parameters: BTreeMap<String, String>,
}

impl First {
    /// Reads the body of a first message, which begins with its code.
    ///
    /// # Errors
    /// The bytes are no such message; the sentence says why.
    pub fn read(body: &[u8]) -> Result<First, &'static str> {
        const TLS: u32 = 80_877_103;
        const GSS: u32 = 80_877_104;
        const CANCEL: u32 = 80_877_102;
        let (code, rest) = body.split_first_chunk::<4>().ok_or("the first message is too short")?;
        match u32::from_be_bytes(*code) {
            TLS => Ok(First::Tls),
            GSS => Ok(First::Gss),
            CANCEL => {
                let (process, secret) =
                    rest.split_first_chunk::<4>().ok_or("the cancel request is too short")?;
                if !(4..=256).contains(&secret.len()) {
                    return Err("the secret of the cancel request has a wrong length");
                }
                Ok(First::Cancel { process: u32::from_be_bytes(*process), secret: secret.to_vec() })
            }
            code if code >> 16 == 3 => {
                let parameters = parameters(rest)?;
                Ok(First::Startup(Startup { minor: (code & 0xffff) as u16, parameters }))
            }
            _ => Err("only version 3 of the PostgreSQL protocol is spoken here"),
        }
    }
}

/// Pairs of names and values, each ended by a 0, the whole by one more.
fn parameters(bytes: &[u8]) -> Result<BTreeMap<String, String>, &'static str> {
    let text = std::str::from_utf8(bytes).map_err(|_| "the startup message is not UTF-8")?;
    let text = text.strip_suffix("\0").ok_or("the startup message has no end")?;
    if !text.is_empty() && !text.ends_with('\0') {
        return Err("the startup message has no end");
    }
    let mut parameters = BTreeMap::new();
    let mut words = text.split_terminator('\0');
    while let Some(name) = words.next() {
        let value = words.next().ok_or("the startup message names a setting without a value")?;
        if name.is_empty() {
            return Err("the startup message has a setting without a name");
        }
        parameters.insert(name.to_owned(), value.to_owned());
    }
    Ok(parameters)
}

/// The same pairs as bytes.
pub fn pairs<'a>(parameters: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, value) in parameters {
        for text in [name, value] {
            out.extend_from_slice(text.as_bytes());
            out.push(0);
        }
    }
    out.push(0);
    out
}

/// A message: its letter and its body.
pub fn message(letter: u8, body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len() + 5);
    out.push(letter);
    out.extend_from_slice(&u32::try_from(body.len() + 4).unwrap_or(u32::MAX).to_be_bytes());
    out.extend_from_slice(body);
    out
}

/// Why a connection ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// SQLSTATE.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Refusal {
    /// A refusal without a hint.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Refusal { code, message: message.into(), hint: None }
    }

    /// The same, with what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The message that tells the client, after which the connection ends.
    pub fn fatal(&self) -> Vec<u8> {
        let mut body = Vec::new();
        let fields = [
            (b'S', Some("FATAL")),
            (b'V', Some("FATAL")),
            (b'C', Some(self.code)),
            (b'M', Some(self.message.as_str())),
            (b'H', self.hint.as_deref()),
        ];
        for (letter, text) in fields {
            let Some(text) = text else { continue };
            body.push(letter);
            // A 0 would end the field early.
            body.extend(text.bytes().filter(|byte| *byte != 0));
            body.push(0);
        }
        body.push(0);
        message(b'E', &body)
    }
}

/// Finds whole messages in what a session says.
#[derive(Debug, Default)]
pub struct Frames {
    buffer: Vec<u8>,
    /// Bytes of a long message that are still to come.
    through: usize,
}

impl Frames {
    /// Takes what came.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// What may be passed on now: whole messages, and as much of a long one as is there.
    pub fn take(&mut self) -> Vec<u8> {
        let passed = self.through.min(self.buffer.len());
        self.through -= passed;
        let mut end = passed;
        while let Some(head) = self.buffer[end..].first_chunk::<5>() {
            let whole = message_length(*head);
            let there = self.buffer.len() - end;
            if whole <= there {
                end += whole;
            } else if whole > LONGEST_HELD {
                self.through = whole - there;
                end = self.buffer.len();
            } else {
                break;
            }
        }
        self.buffer.drain(..end).collect()
    }

    /// Whether all that was taken so far ends where a message ends.
    pub fn at_an_end(&self) -> bool {
        self.through == 0
    }
}

/// Letter and length: how long the whole message is.
fn message_length(head: [u8; 5]) -> usize {
    let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]) as usize;
    // A length that cannot be counts as the shortest that can, so that the stream goes on.
    length.max(4) + 1
}

/// Follows what a client says, to know its last message and to stop one that is too long.
#[derive(Debug, Default)]
pub struct Requests {
    head: Vec<u8>,
    rest: usize,
    last: u8,
}

impl Requests {
    /// Reads on.
    ///
    /// # Errors
    /// A message says that it is longer than [`LONGEST_MESSAGE`]: how long.
    pub fn follow(&mut self, mut bytes: &[u8]) -> Result<(), usize> {
        while !bytes.is_empty() {
            if self.rest > 0 {
                let passed = self.rest.min(bytes.len());
                self.rest -= passed;
                bytes = &bytes[passed..];
                continue;
            }
            let wanted = (5 - self.head.len()).min(bytes.len());
            self.head.extend_from_slice(&bytes[..wanted]);
            bytes = &bytes[wanted..];
            if let Some(head) = self.head.first_chunk::<5>() {
                let whole = message_length(*head);
                if whole > LONGEST_MESSAGE {
                    return Err(whole);
                }
                self.last = head[0];
                self.rest = whole - 5;
                self.head.clear();
            }
        }
        Ok(())
    }

    /// Whether the client has said goodbye.
    pub fn said_goodbye(&self) -> bool {
        self.last == b'X'
    }
}

/// Whether two secrets are the same, in a time that does not tell where they differ.
pub fn same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && one.iter().zip(other).fold(0, |all, (a, b)| all | (a ^ b)) == 0
}
