//! Reads the head of a query file: the comment lines at its top.
//!
//! ```sql
//! -- What the query answers.
//! -- figure: 1
//! -- params: wave
//! -- base: respondents who answered the question
//! -- columns: item text, n count, base count, share share
//! -- key: item
//! -- order: share descending, then item
//! ```
//!
//! A parameter is text unless it says otherwise, and may say what it is where nobody gives it: `-- params: wave, least count = 5`.
//!
//! `-- interval: none` says that the numbers are not about a sample, so that none gets a sampling interval.
//!
//! `-- waves: from 2014` says that the query is only run for these waves: `2013, 2015`, `from 2014`, `until 2013`, `after 2013`.
//!
//! A line without `word:` at its beginning goes on where the line before it stopped. All faults of a head are told at
//! once, each with line and column.

use std::ops::Range;

use super::head::{Column, ColumnKind, Purpose, QueryHead};
use super::param::Param;
use crate::diagnostic::{Diagnostic, Diagnostics, Place, nearest};

const ENTRIES: [&str; 13] = [
    "figure", "table", "facts", "claims", "check", "explore", "params", "base", "columns", "key", "order",
    "interval", "waves",
];
const KINDS: &str = "text, count, share, number (or number1 to number4) and boolean";

/// One `-- name: value` of a head; the value's pieces keep their places.
struct Entry<'a> {
    name: &'a str,
    place: Range<usize>,
    pieces: Vec<Range<usize>>,
}

/// The head of the query named `name`, from the text of its `file` in folder `folder` of `queries/`.
///
/// # Errors
/// Everything that is wrong with the head.
pub fn parse(name: &str, folder: &str, file: &str, text: &str) -> Result<QueryHead, Diagnostics> {
    let mut reader = Reader { file, text, faults: Diagnostics::new() };
    let (title, entries) = reader.entries();
    let purpose = reader.purpose(folder, &entries);
    let columns = reader.columns(&entries);
    let key = reader.key(&entries, &columns);
    let params = reader.params(&entries);
    let base = reader.value(&entries, "base");
    let order = reader.value(&entries, "order");
    let sampled = reader.sampled(&entries);
    if title.is_empty() {
        reader.missing("a title: its first line says in a sentence what the query answers", "-- Title.");
    }
    let has_share = columns.iter().any(|c| c.kind == ColumnKind::Share);
    if base.is_none() && has_share && !matches!(purpose, Some(Purpose::Claims | Purpose::Check)) {
        reader.missing(
            "`-- base: …`: it promises shares and does not say of whom",
            "-- base: respondents who …",
        );
    }
    if order.is_none() && !key.is_empty() {
        reader.missing("`-- order: …`, in words", "-- order: share descending, then item");
    }
    let head = QueryHead {
        name: name.to_owned(),
        title,
        // Where there is no purpose there is a fault, and the head is not handed out.
        purpose: purpose.unwrap_or(Purpose::Explore),
        params,
        base: base.unwrap_or_default(),
        columns,
        key,
        order: order.unwrap_or_default(),
        sampled,
    };
    let mut faults: Vec<Diagnostic> = reader.faults.into_iter().collect();
    // As a reader meets them, whatever the order in which they were found.
    faults.sort_by_key(|fault| fault.place.as_ref().map(|place| (place.line, place.column)));
    let mut sorted = Diagnostics::new();
    sorted.extend(faults);
    sorted.or(head).map(|(head, _)| head)
}

/// The waves that a query is for, as its head says it, and where.
pub(super) fn waves(file: &str, text: &str) -> Option<(String, Place)> {
    let mut reader = Reader { file, text, faults: Diagnostics::new() };
    let (_, entries) = reader.entries();
    let entry = entries.iter().find(|entry| entry.name == "waves")?;
    let said = reader.value(&entries, "waves").unwrap_or_default();
    let at = entry.pieces.first().unwrap_or(&entry.place).clone();
    Some((said, Place::span(file, text, at)))
}

/// What a file of SQL says of itself, if it says anything: a head of which nothing is required.
///
/// # Errors
/// Everything that is wrong with what it says.
pub fn glance(file: &str, text: &str) -> Result<Option<QueryHead>, Diagnostics> {
    // What looks like an entry and is none is a comment: nobody said that this is a head.
    let mut reader = Reader { file, text, faults: Diagnostics::new() };
    let (title, mut entries) = reader.entries();
    reader.faults = Diagnostics::new();
    if entries.is_empty() {
        return Ok(None);
    }
    entries.retain(|entry| entry.name != "columns" || !entry.pieces.is_empty());
    let columns = match entries.iter().any(|entry| entry.name == "columns") {
        true => reader.columns(&entries),
        false => Vec::new(),
    };
    let head = QueryHead {
        name: String::new(),
        title,
        purpose: Purpose::Explore,
        params: reader.params(&entries),
        base: reader.value(&entries, "base").unwrap_or_default(),
        columns,
        key: Vec::new(),
        order: reader.value(&entries, "order").unwrap_or_default(),
        sampled: reader.sampled(&entries),
    };
    reader.faults.or(Some(head)).map(|(head, _)| head)
}

struct Reader<'a> {
    file: &'a str,
    text: &'a str,
    faults: Diagnostics,
}

impl<'a> Reader<'a> {
    fn fault(&mut self, range: Range<usize>, message: impl Into<String>, notes: &[String], hints: &[String]) {
        let mut fault = Diagnostic::error(message).at(Place::span(self.file, self.text, range));
        fault.notes.extend_from_slice(notes);
        fault.hints.extend_from_slice(hints);
        self.faults.push(fault);
    }

    fn missing(&mut self, what: &str, example: &str) {
        self.faults.push(
            Diagnostic::error(format!("the head of the query lacks {what}"))
                .at(Place::at(self.file, 1, 1))
                .hint(format!("write `{example}`")),
        );
    }

    /// Title and entries, in the order written.
    fn entries(&mut self) -> (String, Vec<Entry<'a>>) {
        let mut title = Vec::new();
        let mut entries: Vec<Entry<'a>> = Vec::new();
        let mut start = 0;
        for line in self.text.split_inclusive('\n') {
            let at = start;
            start += line.len();
            let Some(comment) = line.strip_prefix("--") else { break };
            let content = comment.trim();
            if content.is_empty() {
                continue;
            }
            let content_at = at + 2 + (comment.len() - comment.trim_start().len());
            let content_range = content_at..content_at + content.len();
            match entry_name(content) {
                Some(name) => {
                    let name_range = content_at..content_at + name.len();
                    if entries.iter().any(|e| e.name == name) {
                        self.fault(name_range, format!("`{name}` is said twice"), &[], &[]);
                        continue;
                    }
                    if !ENTRIES.contains(&name) {
                        let notes = [format!("entries: {}", ENTRIES.join(", "))];
                        self.fault(
                            name_range,
                            format!("a head has no entry `{name}`"),
                            &notes,
                            &meant(name, &ENTRIES),
                        );
                        continue;
                    }
                    let rest = &content[name.len()..];
                    let value = rest.trim_start_matches(':').trim();
                    let value_at = content_range.end - value.len();
                    let pieces = Some(value_at..content_range.end)
                        .filter(|range| !range.is_empty())
                        .into_iter()
                        .collect();
                    entries.push(Entry { name, place: name_range, pieces });
                }
                None => match entries.last_mut() {
                    Some(entry) => entry.pieces.push(content_range),
                    None => title.push(content),
                },
            }
        }
        (title.join(" "), entries)
    }

    fn purpose(&mut self, folder: &str, entries: &[Entry<'_>]) -> Option<Purpose> {
        let mut found: Option<(Purpose, Range<usize>)> = None;
        for entry in entries {
            let number = || -> Option<u32> {
                let range = entry.pieces.first()?.clone();
                self.text[range].parse().ok()
            };
            let purpose = match entry.name {
                "figure" => number().map(Purpose::Figure),
                "table" => number().map(Purpose::Table),
                "facts" => Some(Purpose::Facts),
                "claims" => Some(Purpose::Claims),
                "check" => Some(Purpose::Check),
                "explore" => Some(Purpose::Explore),
                _ => continue,
            };
            match (purpose, &found) {
                (None, _) => {
                    let name = entry.name;
                    let hint = format!("write `-- {name}: 1`");
                    self.fault(entry.place.clone(), format!("`{name}` wants a number"), &[], &[hint]);
                    return None;
                }
                (Some(_), Some(_)) => {
                    self.fault(
                        entry.place.clone(),
                        "a query has one purpose, and this is its second",
                        &[],
                        &[],
                    );
                }
                (Some(purpose), None) => found = Some((purpose, entry.place.clone())),
            }
        }
        let Some((purpose, range)) = found else {
            self.missing(
                "its purpose: one of `figure: 1`, `table: 1`, `facts`, `claims`, `check`, `explore`",
                "-- facts",
            );
            return None;
        };
        let wanted = purpose.folder();
        if wanted != folder {
            let hint = format!("move it to `queries/{wanted}`, or change the purpose");
            self.fault(
                range,
                format!("a query in `queries/{folder}` cannot have this purpose"),
                &[],
                &[hint],
            );
        }
        Some(purpose)
    }

    fn columns(&mut self, entries: &[Entry<'_>]) -> Vec<Column> {
        let Some(entry) = entries.iter().find(|e| e.name == "columns") else {
            self.missing("`-- columns: …`, the columns that it promises", "-- columns: item text, n count");
            return Vec::new();
        };
        let mut columns: Vec<Column> = Vec::new();
        for range in self.listed(entry) {
            let written = &self.text[range.clone()];
            let mut words = written.split_whitespace();
            let (Some(name), Some(kind), None) = (words.next(), words.next(), words.next()) else {
                let hint = format!("write `item text`; the kinds are {KINDS}");
                self.fault(range, format!("`{written}` is not a column's name and kind"), &[], &[hint]);
                continue;
            };
            let kind_at = range.end - kind.len();
            let Some(kind) = ColumnKind::parse(kind) else {
                let hints = meant(kind, &["text", "count", "share", "number", "boolean"]);
                let notes = [format!("the kinds are {KINDS}")];
                self.fault(
                    kind_at..range.end,
                    format!("there is no kind of column `{kind}`"),
                    &notes,
                    &hints,
                );
                continue;
            };
            if columns.iter().any(|c| c.name == name) {
                self.fault(range, format!("the column `{name}` is promised twice"), &[], &[]);
                continue;
            }
            columns.push(Column { name: name.to_owned(), kind });
        }
        if columns.is_empty() && self.faults.is_empty() {
            self.fault(entry.place.clone(), "no columns are promised", &[], &[]);
        }
        columns
    }

    fn params(&mut self, entries: &[Entry<'_>]) -> Vec<Param> {
        let mut params: Vec<Param> = Vec::new();
        for range in self.words(entries, "params") {
            let written = &self.text[range.clone()];
            let (declared, default) = match written.split_once('=') {
                Some((declared, default)) => (declared, Some(default.trim().to_owned())),
                None => (written, None),
            };
            let mut words = declared.split_whitespace();
            let kind = |word: Option<&str>| word.map_or(Some(ColumnKind::Text), ColumnKind::parse);
            let (Some(name), Some(kind), None) = (words.next(), kind(words.next()), words.next()) else {
                let hint = format!("write `wave`, `least count` or `least count = 5`; the kinds are {KINDS}");
                self.fault(range, format!("`{written}` is not a parameter's name and kind"), &[], &[hint]);
                continue;
            };
            let param = Param { name: name.to_owned(), kind, default };
            if params.iter().any(|other| other.name == param.name) {
                self.fault(range, format!("the parameter `{name}` is declared twice"), &[], &[]);
                continue;
            }
            if let Some(default) = &param.default
                && let Err(expected) = param.read(default)
            {
                let message = format!("`{name}` is to be {expected}, and `{default}` is none");
                self.fault(range.end - default.len()..range.end, message, &[], &[]);
            }
            params.push(param);
        }
        params
    }

    fn key(&mut self, entries: &[Entry<'_>], columns: &[Column]) -> Vec<String> {
        let mut key = Vec::new();
        for range in self.words(entries, "key") {
            let name = &self.text[range.clone()];
            if !columns.iter().any(|c| c.name == name) {
                let names: Vec<&str> = columns.iter().map(|c| c.name.as_str()).collect();
                let notes = [format!("columns: {}", names.join(", "))];
                let message = format!("the key names `{name}`, which is not among the columns");
                self.fault(range, message, &notes, &meant(name, &names));
                continue;
            }
            key.push(name.to_owned());
        }
        key
    }

    /// Whether there is no `interval: none`, the only thing that the entry may say.
    fn sampled(&mut self, entries: &[Entry<'_>]) -> bool {
        let Some(entry) = entries.iter().find(|e| e.name == "interval") else { return true };
        if self.value(entries, "interval").as_deref() != Some("none") {
            let hints = ["write `-- interval: none`, or leave the line out".to_owned()];
            self.fault(entry.place.clone(), "`interval` can only be `none`", &[], &hints);
        }
        false
    }

    /// The comma-separated parts of an entry's value, each one word.
    fn words(&mut self, entries: &[Entry<'_>], name: &str) -> Vec<Range<usize>> {
        let Some(entry) = entries.iter().find(|e| e.name == name) else { return Vec::new() };
        self.listed(entry)
    }

    /// The comma-separated parts of an entry's value, blanks trimmed. A line's end separates like a comma.
    fn listed(&self, entry: &Entry<'_>) -> Vec<Range<usize>> {
        let mut parts = Vec::new();
        for piece in &entry.pieces {
            let mut at = piece.start;
            for part in self.text[piece.clone()].split(',') {
                let trimmed = part.trim();
                if !trimmed.is_empty() {
                    let start = at + (part.len() - part.trim_start().len());
                    parts.push(start..start + trimmed.len());
                }
                at += part.len() + 1;
            }
        }
        parts
    }

    fn value(&self, entries: &[Entry<'_>], name: &str) -> Option<String> {
        let entry = entries.iter().find(|e| e.name == name)?;
        let value: Vec<&str> = entry.pieces.iter().map(|piece| &self.text[piece.clone()]).collect();
        (!value.is_empty()).then(|| value.join(" "))
    }
}

/// A hint at the name that was meant, if one is near.
fn meant(name: &str, known: &[&str]) -> Vec<String> {
    nearest(name, known.iter().copied()).map(|near| format!("did you mean `{near}`?")).into_iter().collect()
}

/// `figure` of `figure: 1`, `facts` of `facts`; `None` for a line that goes on from the one before.
pub(super) fn entry_name(content: &str) -> Option<&str> {
    if ["facts", "claims", "check", "explore"].contains(&content) {
        return Some(content);
    }
    let (name, _) = content.split_once(':')?;
    (!name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase())).then_some(name)
}

impl Purpose {
    /// The folder of `queries/` for queries of this purpose.
    pub fn folder(&self) -> &'static str {
        match self {
            Purpose::Figure(_) => "figures",
            Purpose::Table(_) => "tables",
            Purpose::Facts => "facts",
            Purpose::Claims => "claims",
            Purpose::Check => "checks",
            Purpose::Explore => "explore",
        }
    }
}

impl ColumnKind {
    /// The kind named so in a head; `number` alone has 2 decimals.
    pub fn parse(word: &str) -> Option<ColumnKind> {
        Some(match word {
            "text" => ColumnKind::Text,
            "count" => ColumnKind::Count,
            "share" => ColumnKind::Share,
            "boolean" => ColumnKind::Boolean,
            "number" | "number2" => ColumnKind::Number { decimals: 2 },
            "number0" => ColumnKind::Number { decimals: 0 },
            "number1" => ColumnKind::Number { decimals: 1 },
            "number3" => ColumnKind::Number { decimals: 3 },
            "number4" => ColumnKind::Number { decimals: 4 },
            _ => return None,
        })
    }
}
