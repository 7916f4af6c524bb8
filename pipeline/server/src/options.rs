//! The command line of the server, and that of a session, which only the server writes.
//!
//! Out: [`Options`], whose sizes and times are numbers. It knows no study and opens nothing.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;

/// First argument of a process that is one session.
pub const SESSION: &str = "--one-session";

/// Serve the study's tables over the PostgreSQL protocol, read-only
///
/// psql, R, Python, Excel, Power BI and others can then ask in SQL; docs/serve.md has the words for each. Every connection sees
/// the tables as they were when the server started, reads them and nothing else, and has its own bounds of memory and time.
#[derive(Debug, Parser)]
#[command(name = "restudy serve", bin_name = "restudy serve", version, max_term_width = 100)]
pub struct Options {
    /// The study's folder [default: the current folder, or the nearest one above it that holds study.toml]
    #[arg(long, value_name = "DIR")]
    pub study: Option<PathBuf>,

    /// The wave [default: the newest]
    #[arg(long, value_name = "WAVE")]
    pub wave: Option<String>,

    /// Address to listen on; any but the machine's own (127.0.0.1, ::1) needs --users, --tls-cert and --tls-key
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    pub host: IpAddr,

    /// Port to listen on; 0 takes a free one and says which
    #[arg(long, value_name = "PORT", default_value_t = 5432)]
    pub port: u16,

    /// Those who may log in, one line each as --new-user prints it; without it nobody is asked for a password
    #[arg(long, value_name = "FILE")]
    pub users: Option<PathBuf>,

    /// Certificate (PEM, with its chain): with it, clients must use TLS
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,

    /// Private key of the certificate (PEM)
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,

    /// Memory that a connection may use
    #[arg(long, value_name = "SIZE", default_value = "1GiB", value_parser = memory)]
    pub memory: u64,

    /// Time that a statement may take, until its last row is sent
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = time)]
    pub timeout: Duration,

    /// Connections at a time
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub max_connections: u16,

    /// Time that a client has to log in
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = time)]
    pub login_timeout: Duration,

    /// Time after which a connection that asks nothing is ended
    #[arg(long, value_name = "TIME", default_value = "1h", value_parser = time)]
    pub idle_timeout: Duration,

    /// Read a password and print NAME's line for the file of --users
    #[arg(long, value_name = "NAME", exclusive = true)]
    pub new_user: Option<String>,

    /// Say nothing of connections, only what is wrong
    #[arg(long, short)]
    pub quiet: bool,
}

/// What a session is told by the server that starts it. Its connection is its standard input.
#[derive(Debug, Parser)]
pub struct SessionOptions {
    /// Folder of the snapshot
    #[arg(long)]
    pub snapshot: PathBuf,

    /// Confidence of intervals
    #[arg(long)]
    pub confidence: f64,

    /// Bytes of memory
    #[arg(long)]
    pub memory: u64,

    /// Milliseconds that a statement may take
    #[arg(long)]
    pub timeout: u64,
}

/// Least memory with which a session can start and answer.
const LEAST_MEMORY: u64 = 128 << 20;

fn memory(text: &str) -> Result<u64, String> {
    let bytes = number_and_unit(text, &SIZES).ok_or("write a number and a unit, as in 512MiB or 2GiB")?;
    if bytes < LEAST_MEMORY {
        return Err(format!("a connection needs at least {}", size(LEAST_MEMORY)));
    }
    Ok(bytes)
}

fn time(text: &str) -> Result<Duration, String> {
    match number_and_unit(text, &TIMES) {
        Some(0) => Err("it must be more than nothing: there is always a bound".to_owned()),
        // Longer than a year is a slip of the pen.
        Some(ms) if ms <= 366 * 24 * 3_600_000 => Ok(Duration::from_millis(ms)),
        Some(_) => Err("it must not be longer than a year".to_owned()),
        None => Err("write a number and a unit, as in 500ms, 30s, 5min or 1h".to_owned()),
    }
}

const SIZES: [(&str, u64); 5] =
    [("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("MB", 1_000_000), ("GB", 1_000_000_000)];

/// Units of time, in milliseconds; PostgreSQL's `statement_timeout` has the same.
pub const TIMES: [(&str, u64); 5] =
    [("ms", 1), ("min", 60_000), ("s", 1_000), ("h", 3_600_000), ("d", 86_400_000)];

/// `1.5GiB` with `units`: how many of the smallest unit that is, rounded down.
pub fn number_and_unit(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let (unit, factor) = units.iter().find(|(unit, _)| text.ends_with(unit))?;
    let number = text[..text.len() - unit.len()].trim();
    if let Ok(whole) = number.parse::<u64>() {
        return whole.checked_mul(*factor);
    }
    let number: f64 = number.parse().ok()?;
    let product = number * *factor as f64;
    (number.is_finite() && (0.0..1e18).contains(&product)).then_some(product as u64)
}

/// Bytes as people read them: `1 GiB`, `512 MiB`.
pub fn size(bytes: u64) -> String {
    let (unit, factor) = if bytes.is_multiple_of(1 << 30) { ("GiB", 1 << 30) } else { ("MiB", 1 << 20) };
    format!("{} {unit}", bytes / factor)
}

/// A length of time as people read it: `1 min`, `2.5 s`, `40 ms`.
pub fn duration(time: Duration) -> String {
    let ms = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    for (unit, factor) in [("h", 3_600_000), ("min", 60_000), ("s", 1_000)] {
        if ms >= factor && ms.is_multiple_of(factor) {
            return format!("{} {unit}", ms / factor);
        }
    }
    if ms > 10_000 { format!("{:.1} s", ms as f64 / 1e3) } else { format!("{ms} ms") }
}
