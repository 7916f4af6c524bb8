//! What a client may set and show.
//!
//! In: names and values, from `set`, `show` and the startup message. Out: the values, kept with the connection.
//!
//! - Only what stands in [`SETTINGS`] exists; each value is checked. Nothing of the engine can be set.
//! - `statement_timeout` shortens the server's own bound and never lengthens it.
//! - Those that drivers set out of habit and that mean nothing here are kept, so that `show` tells the truth.

use std::collections::HashMap;
use std::time::Duration;

use pgwire::error::PgWireResult;

use super::fault::{error, with_hint};
use crate::options::{TIMES, number_and_unit};

/// What values a setting may have.
enum Values {
    /// Cannot be set.
    Fixed,
    /// Any text that is not too long.
    Text,
    /// One of these, in any case.
    OneOf(&'static [&'static str]),
    /// Words of these lists, separated by commas.
    Words(&'static [&'static str]),
    /// A whole number between these.
    Number(i64, i64),
    /// A length of time; a bare number counts milliseconds.
    Time,
}

/// A setting.
struct Setting {
    name: &'static str,
    /// Its value unless a client says otherwise.
    value: &'static str,
    values: Values,
    /// What it is for.
    what: &'static str,
    /// The name by which clients are told of its value, where they are.
    reported: Option<&'static str>,
}

const fn setting(name: &'static str, value: &'static str, values: Values, what: &'static str) -> Setting {
    Setting { name, value, values, what, reported: None }
}

const fn reported(
    name: &'static str,
    reported: &'static str,
    value: &'static str,
    values: Values,
    what: &'static str,
) -> Setting {
    Setting { name, value, values, what, reported: Some(reported) }
}

const ON_OFF: &[&str] = &["on", "off", "true", "false", "1", "0"];
const ON: &[&str] = &["on", "true", "1"];
const ISOLATION: &[&str] = &["read committed", "repeatable read", "serializable", "read uncommitted"];
const KEPT: &str = "kept for drivers that set it; changes nothing here";

/// PostgreSQL's version whose questions to the catalogue are understood.
pub(super) const VERSION: &str = "15.0";

/// All settings, in the order in which `show all` lists them.
const SETTINGS: [Setting; 33] = [
    reported("application_name", "application_name", "", Values::Text, "what the client calls itself"),
    setting("bytea_output", "hex", Values::OneOf(&["hex", "escape"]), "how bytes are written"),
    reported(
        "client_encoding",
        "client_encoding",
        "UTF8",
        Values::OneOf(&["utf8", "utf-8", "unicode"]),
        "text is UTF-8, both ways",
    ),
    setting(
        "client_min_messages",
        "notice",
        Values::Text,
        "warnings are sent unless it is `error` or graver",
    ),
    reported(
        "datestyle",
        "DateStyle",
        "ISO, YMD",
        Values::Words(&["iso", "ymd", "mdy", "dmy"]),
        "dates are written year, month, day",
    ),
    setting("default_transaction_isolation", "read committed", Values::OneOf(ISOLATION), KEPT),
    reported(
        "default_transaction_read_only",
        "default_transaction_read_only",
        "on",
        Values::OneOf(ON),
        "nothing is ever written",
    ),
    setting("escape_string_warning", "on", Values::OneOf(ON_OFF), KEPT),
    setting("extra_float_digits", "1", Values::Number(-15, 3), "digits of floating-point numbers"),
    setting("geqo", "on", Values::OneOf(ON_OFF), KEPT),
    setting("idle_in_transaction_session_timeout", "0", Values::Time, KEPT),
    reported("in_hot_standby", "in_hot_standby", "off", Values::Fixed, "there is no standby"),
    reported(
        "integer_datetimes",
        "integer_datetimes",
        "on",
        Values::Fixed,
        "times are counted in microseconds",
    ),
    reported(
        "intervalstyle",
        "IntervalStyle",
        "postgres",
        Values::OneOf(&["postgres", "postgres_verbose", "sql_standard", "iso_8601"]),
        "how intervals are written",
    ),
    reported("is_superuser", "is_superuser", "off", Values::Fixed, "nobody is"),
    setting("jit", "off", Values::OneOf(ON_OFF), KEPT),
    setting("lc_collate", "C", Values::Fixed, "text sorts by code point, labels of scales in their order"),
    setting("lc_ctype", "C.UTF-8", Values::Fixed, "text is UTF-8"),
    setting("lock_timeout", "0", Values::Time, KEPT),
    setting("max_identifier_length", "63", Values::Fixed, "for drivers that ask"),
    setting("row_security", "on", Values::OneOf(ON_OFF), KEPT),
    setting("search_path", "public", Values::Text, "kept; names are always looked up in public"),
    reported("server_encoding", "server_encoding", "UTF8", Values::Fixed, "text is UTF-8"),
    reported(
        "server_version",
        "server_version",
        VERSION,
        Values::Fixed,
        "PostgreSQL's version that drivers may take this for",
    ),
    setting("server_version_num", "150000", Values::Fixed, "the same as a number"),
    reported("session_authorization", "session_authorization", "", Values::Fixed, "the user who logged in"),
    reported(
        "standard_conforming_strings",
        "standard_conforming_strings",
        "on",
        Values::OneOf(ON),
        "a backslash is a backslash",
    ),
    setting(
        "statement_timeout",
        "0",
        Values::Time,
        "time of a statement; never more than the server's own bound",
    ),
    setting("synchronize_seqscans", "on", Values::OneOf(ON_OFF), KEPT),
    reported("timezone", "TimeZone", "Etc/UTC", Values::Text, "kept; the study's times have no zone"),
    setting("transaction_isolation", "read committed", Values::OneOf(ISOLATION), KEPT),
    setting("transaction_read_only", "on", Values::OneOf(ON), "nothing is ever written"),
    setting("tcp_keepalives_idle", "0", Values::Number(0, i32::MAX as i64), KEPT),
];

/// Longest text that is kept.
const LONGEST: usize = 256;

/// Values that clients have set, by name.
type Kept = HashMap<String, String>;

fn find(name: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.name.eq_ignore_ascii_case(name))
}

fn unknown(name: &str) -> pgwire::error::PgWireError {
    with_hint("42704", format!("there is no setting `{name}` here"), "SHOW ALL lists those that there are")
}

/// Sets a value, or takes it back; the name and value that the client is to be told, if it is.
///
/// # Errors
/// There is no such setting, it cannot be set, or not to this value.
pub(super) fn set(
    kept: &mut Kept,
    name: &str,
    value: Option<&str>,
) -> PgWireResult<Option<(String, String)>> {
    let setting = find(name).ok_or_else(|| unknown(name))?;
    match value {
        None => {
            kept.remove(setting.name);
        }
        Some(value) => {
            let value = checked(setting, value.trim())?;
            kept.insert(setting.name.to_owned(), value);
        }
    }
    Ok(setting.reported.map(|name| (name.to_owned(), current(kept, setting))))
}

fn checked(setting: &Setting, value: &str) -> PgWireResult<String> {
    let name = setting.name;
    let wrong = |what: String| Err(error("22023", format!("`{name}` cannot be `{value}`: {what}")));
    let lower = value.to_lowercase();
    match setting.values {
        Values::Fixed => Err(error("55P02", format!("`{name}` cannot be set"))),
        _ if value.len() > LONGEST => Err(error("22023", format!("the value of `{name}` is too long"))),
        Values::Text => Ok(value.to_owned()),
        Values::OneOf(all) if all == ON && !all.contains(&lower.as_str()) => {
            Err(error("25006", format!("`{name}` stays on: {}", setting.what)))
        }
        Values::OneOf(all) if !all.contains(&lower.as_str()) => {
            wrong(format!("it is one of {}", all.join(", ")))
        }
        Values::OneOf(_) if name == "client_encoding" => Ok("UTF8".to_owned()),
        Values::OneOf(_) => Ok(lower),
        Values::Words(all) => {
            let words: Vec<&str> = lower.split(',').map(str::trim).collect();
            if words.iter().all(|word| all.contains(word)) {
                Ok(words.join(", ").to_uppercase())
            } else {
                wrong(format!("its words are {}", all.join(", ")))
            }
        }
        Values::Number(least, most) => match value.parse::<i64>() {
            Ok(number) if (least..=most).contains(&number) => Ok(number.to_string()),
            _ => wrong(format!("it is a whole number between {least} and {most}")),
        },
        Values::Time => {
            let ms = value.parse::<u64>().ok().or_else(|| number_and_unit(value, &TIMES));
            match ms {
                Some(ms) => Ok(format!("{ms}ms")),
                None => wrong("it is a length of time, as in 500ms or 30s".to_owned()),
            }
        }
    }
}

/// Forgets what the client has set.
pub(super) fn reset(kept: &mut Kept) {
    for setting in SETTINGS.iter().filter(|setting| !matches!(setting.values, Values::Fixed)) {
        kept.remove(setting.name);
    }
}

fn current(kept: &Kept, setting: &Setting) -> String {
    match setting.name {
        "session_authorization" => kept.get("user").cloned().unwrap_or_default(),
        name => kept.get(name).cloned().unwrap_or_else(|| setting.value.to_owned()),
    }
}

/// The value of a setting.
///
/// # Errors
/// There is no such setting.
pub(super) fn show(kept: &Kept, name: &str) -> PgWireResult<String> {
    find(name).map(|setting| current(kept, setting)).ok_or_else(|| unknown(name))
}

/// Whether the client wants to be warned.
pub(super) fn hears_warnings(kept: &Kept) -> bool {
    let least = show(kept, "client_min_messages").unwrap_or_default();
    !["error", "fatal", "panic"].contains(&least.to_ascii_lowercase().as_str())
}

/// Name, value and purpose of all settings.
pub(super) fn all(kept: &Kept) -> Vec<[String; 3]> {
    SETTINGS
        .iter()
        .map(|setting| [setting.name.to_owned(), current(kept, setting), setting.what.to_owned()])
        .collect()
}

/// What a client is told when its session begins.
pub(super) fn reported_values(kept: &Kept) -> HashMap<String, String> {
    SETTINGS
        .iter()
        .filter_map(|setting| Some((setting.reported?.to_owned(), current(kept, setting))))
        .collect()
}

/// The time of a statement that the client has asked for.
pub(super) fn statement_timeout(kept: &Kept) -> Option<Duration> {
    let ms: u64 = kept.get("statement_timeout")?.strip_suffix("ms")?.parse().ok()?;
    (ms > 0).then(|| Duration::from_millis(ms))
}

/// Takes the settings of a startup message: those with a name of their own, and those in `options` (`-c name=value`).
///
/// # Errors
/// As for [`set`].
pub(super) fn begin<'a>(
    kept: &mut Kept,
    startup: impl Iterator<Item = (&'a str, &'a str)>,
) -> PgWireResult<()> {
    for (name, value) in startup {
        match name {
            "user" | "database" => {
                kept.insert(name.to_owned(), value.to_owned());
            }
            "replication" => {}
            name if name.starts_with('_') => {}
            "options" => {
                for (name, value) in options(value)? {
                    set(kept, &name, Some(&value))?;
                }
            }
            name => {
                set(kept, name, Some(value))?;
            }
        }
    }
    Ok(())
}

/// `-c name=value`, `-cname=value` and `--name=value`; a backslash keeps the space after it.
fn options(text: &str) -> PgWireResult<Vec<(String, String)>> {
    let mut words = vec![String::new()];
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        match c {
            '\\' => words.last_mut().into_iter().for_each(|word| word.extend(characters.next())),
            c if c.is_whitespace() => words.push(String::new()),
            c => words.last_mut().into_iter().for_each(|word| word.push(c)),
        }
    }
    let mut words = words.into_iter().filter(|word| !word.is_empty());
    let mut found = Vec::new();
    while let Some(word) = words.next() {
        let pair = match word.strip_prefix("--").or_else(|| word.strip_prefix("-c")) {
            Some("") => words.next(),
            Some(pair) => Some(pair.to_owned()),
            None => None,
        };
        let pair = pair.as_deref().and_then(|pair| pair.split_once('='));
        let Some((name, value)) = pair else {
            return Err(error(
                "22023",
                "the options of the startup message are not of the form `-c name=value`",
            ));
        };
        found.push((name.replace('-', "_"), value.to_owned()));
    }
    Ok(found)
}
