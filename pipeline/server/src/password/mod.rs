//! Those who may log in, and how they prove it.
//!
//! In: a file of lines `NAME:SCRAM-SHA-256$4096:SALT$STOREDKEY:SERVERKEY`, PostgreSQL's own form of a verifier. Out: the verifier
//! of a user, or one that nobody can meet.
//!
//! - No password is ever stored, and none can be found from a verifier but by trying.
//! - A file that others can read, or in which anything else stands, is refused as a whole.
//!
//! It knows no connections.

pub mod base64;
pub mod scram;

use std::collections::BTreeMap;
use std::fmt;
use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use restudy::diagnostic::{Diagnostic, Diagnostics, Place};
use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};

use crate::Failure;

/// A key or a hash of SHA-256.
pub type Key = [u8; 32];

/// Rounds of hashing that a guess at a new password costs; PostgreSQL's own number.
const ITERATIONS: usize = 4096;

/// What the server knows of a password.
#[derive(Clone)]
pub struct Verifier {
    /// Rounds of hashing.
    pub iterations: usize,
    /// What makes equal passwords look different.
    pub salt: Vec<u8>,
    /// Hash of the client's key.
    pub stored_key: Key,
    /// With which the server proves itself.
    pub server_key: Key,
    /// Whether it is made up for a user who is not in the file.
    pub of_nobody: bool,
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Verifier(…)")
    }
}

impl Verifier {
    /// The verifier of `password`.
    pub fn of(password: &str, salt: &[u8], iterations: usize) -> Self {
        let salted = pgwire::api::auth::sasl::scram::gen_salted_password(password, salt, iterations);
        Verifier {
            iterations,
            salt: salt.to_vec(),
            stored_key: scram::hash(&scram::hmac(&salted, b"Client Key")),
            server_key: scram::hmac(&salted, b"Server Key"),
            of_nobody: false,
        }
    }

    /// Reads PostgreSQL's form.
    pub fn read(text: &str) -> Option<Self> {
        let rest = text.strip_prefix("SCRAM-SHA-256$")?;
        let (head, keys) = rest.split_once('$')?;
        let (iterations, salt) = head.split_once(':')?;
        let (stored, server) = keys.split_once(':')?;
        let iterations = iterations.parse().ok().filter(|n| (4096..=10_000_000).contains(n))?;
        let salt = base64::decode(salt).filter(|salt| (8..=64).contains(&salt.len()))?;
        Some(Verifier {
            iterations,
            salt,
            stored_key: base64::decode(stored)?.try_into().ok()?,
            server_key: base64::decode(server)?.try_into().ok()?,
            of_nobody: false,
        })
    }
}

impl fmt::Display for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [salt, stored, server] = [&self.salt[..], &self.stored_key, &self.server_key].map(base64::encode);
        write!(f, "SCRAM-SHA-256${}:{salt}${stored}:{server}", self.iterations)
    }
}

/// Those who may log in.
#[derive(Debug)]
pub struct Users {
    known: BTreeMap<String, Verifier>,
    /// From which the verifiers of unknown users are made: the same for a name as long as the server runs.
    seed: Key,
}

impl Users {
    /// Reads the file.
    ///
    /// # Errors
    /// It cannot be read, can be read by others, or has a line that is none; all such lines are told.
    pub fn read(path: &Path) -> Result<Users, Diagnostics> {
        private(path)?;
        let file = path.to_string_lossy();
        let text = fs_err::read_to_string(path)?;
        let mut known = BTreeMap::new();
        let mut faults = Diagnostics::new();
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            // The line itself is never shown: it may be a password.
            let place = Place::at(file.as_ref(), index + 1, 1);
            match line.rsplit_once(":SCRAM-").and_then(|(name, _)| {
                Some((name.to_owned(), Verifier::read(&line[name.len() + 1..])?))
            }) {
                Some((name, verifier)) if !name.is_empty() => {
                    if known.insert(name.clone(), verifier).is_some() {
                        faults.push(Diagnostic::error(format!("`{name}` stands here twice")).at(place));
                    }
                }
                _ => faults.push(
                    Diagnostic::error("this is not a user and a SCRAM-SHA-256 verifier")
                        .at(place)
                        .hint("`restudy serve --new-user NAME` prints such a line; passwords themselves have no place here"),
                ),
            }
        }
        if known.is_empty() && faults.is_empty() {
            faults.push(
                Diagnostic::error("nobody may log in: the file of users has no line")
                    .at(Place::file(file.as_ref()))
                    .hint("`restudy serve --new-user NAME` prints one"),
            );
        }
        let seed = random()?;
        Ok(faults.or(Users { known, seed })?.0)
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.known.len()
    }

    /// The verifier of `name`; of a name that is not in the file, one that no password meets.
    pub fn verifier(&self, name: &str) -> Verifier {
        // Made in either case, so that both take the same time.
        let salt = scram::hmac(&self.seed, format!("salt of {name}").as_bytes());
        let nobody = Verifier {
            iterations: self.known.values().next().map_or(ITERATIONS, |other| other.iterations),
            salt: salt[..16].to_vec(),
            stored_key: scram::hmac(&self.seed, format!("key of {name}").as_bytes()),
            server_key: scram::hmac(&self.seed, b"server key"),
            of_nobody: true,
        };
        self.known.get(name).cloned().unwrap_or(nobody)
    }
}

/// That only its owner can read the file.
///
/// # Errors
/// Others can, or it is not there.
pub fn private(path: &Path) -> Result<(), Diagnostics> {
    let found = fs_err::metadata(path)?;
    if found.is_file() && found.mode() & 0o077 == 0 {
        return Ok(());
    }
    let file = path.to_string_lossy();
    Err(Diagnostic::error("others than its owner can read this file, or it is no file")
        .at(Place::file(file.as_ref()))
        .hint(format!("chmod 600 {file}"))
        .into())
}

/// New random bytes.
///
/// # Errors
/// The system has none.
pub fn random<const N: usize>() -> Result<[u8; N], Diagnostics> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)
        .map_err(|e| Diagnostic::error(format!("the system gives no random numbers: {e}")))?;
    Ok(bytes)
}

/// Reads a password and prints the user's line for the file.
///
/// # Errors
/// The name cannot stand in the file, or there is no password.
pub fn new_user(name: &str) -> Result<(), Failure> {
    if name.is_empty() || name.starts_with('#') || name.contains(char::is_control) || name.trim() != name {
        let fault = Diagnostic::error("this name cannot stand in a file of users").note(
            "a name is not empty, does not begin with `#`, and has no control characters and no spaces around it",
        );
        return Err(Failure::CommandLine(fault.into()));
    }
    let password = asked(&format!("password of {name}: "))?;
    if password.is_empty() {
        return Err(Failure::CommandLine(Diagnostic::error("there is no password").into()));
    }
    let mut out = std::io::stdout().lock();
    writeln!(out, "{name}:{}", Verifier::of(&password, &random::<16>()?, ITERATIONS))?;
    out.flush()?;
    Ok(())
}

/// A line from standard input; a terminal does not show what is typed.
fn asked(question: &str) -> Result<String, std::io::Error> {
    let stdin = std::io::stdin();
    let shown = stdin.is_terminal().then(|| tcgetattr(&stdin)).transpose()?;
    if let Some(shown) = &shown {
        let mut hidden = shown.clone();
        hidden.local_modes.remove(LocalModes::ECHO);
        tcsetattr(&stdin, OptionalActions::Flush, &hidden)?;
        eprint!("{question}");
    }
    let mut line = String::new();
    let read = stdin.lock().read_line(&mut line);
    if let Some(shown) = &shown {
        eprintln!();
        tcsetattr(&stdin, OptionalActions::Flush, shown)?;
    }
    read?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
