//! What the text at the cursor may become.
//!
//! In: the names of the study, a text, and the byte in it at which the cursor stands. Out: where the word to be completed
//! begins, and what may stand there, the likeliest first. Inside quotes these are the labels of the variable that the quoted
//! text is compared with, in scale order.

use super::command::{Operand, USAGE};
use super::entries;
use super::names::{Column, FIELDS, Names};
use super::pieces::{Kind, Piece, pieces};
use super::scope::{KEYWORDS, Part, Scope, parts};

/// What may stand at the cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// As it is listed.
    pub shown: String,
    /// As it is inserted.
    pub text: String,
}

/// What may stand between a byte and the cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Completion {
    /// These.
    Names(usize, Vec<Candidate>),
    /// A file.
    File(usize),
}

/// What may stand at byte `at` of `text`; `formats` are those of answers.
pub fn complete(names: &Names, formats: &[String], text: &str, at: usize) -> Completion {
    let typed = &text[..at];
    let line = typed.rfind('\n').map_or(0, |end| end + 1);
    let (_, pending) = entries(&typed[..line]);
    let within = pieces(&typed[pending..line]).last().is_some_and(|last| last.open);
    let own = typed[line..].trim_start();
    let start = at - own.len();
    if own.starts_with('\\') && !within {
        return command(names, formats, typed, start);
    }
    if own.starts_with('@') && pending == line {
        let queries = names.queries.iter().map(|(name, _)| format!("@{name}"));
        return Completion::Names(start, matching(queries, own));
    }
    let (_, start) = entries(typed);
    statement(names, text, start, at)
}

fn command(names: &Names, formats: &[String], typed: &str, start: usize) -> Completion {
    let words = &typed[start..];
    let Some((name, rest)) = words.split_once(char::is_whitespace) else {
        let known = USAGE.iter().map(|usage| Candidate {
            shown: format!("{} {}", usage.name, usage.operands).trim_end().to_owned(),
            text: usage.name.to_owned(),
        });
        return Completion::Names(start, known.filter(|known| starts(&known.text, words)).collect());
    };
    let operand =
        USAGE.iter().find(|usage| usage.name == name).map_or(Operand::Nothing, |usage| usage.operand);
    let rest = rest.trim_start();
    let start = typed.len() - rest.len();
    let of = |found: Vec<String>| Completion::Names(start, matching(found.into_iter(), rest));
    match operand {
        Operand::File => Completion::File(start),
        Operand::Table => of(names.tables.iter().map(|table| table.name.clone()).collect()),
        Operand::Format => of(formats.to_vec()),
        Operand::Wave => of(names.waves.clone()),
        Operand::Switch => of(["on", "off"].map(str::to_owned).to_vec()),
        Operand::Nothing | Operand::New => of(Vec::new()),
    }
}

/// What may stand in the statement that begins at byte `start`.
fn statement(names: &Names, text: &str, start: usize, at: usize) -> Completion {
    let before = &text[start..at];
    let cut = pieces(before);
    let none = Completion::Names(at, Vec::new());
    if let Some(open) = cut.last().filter(|piece| piece.open) {
        return match open.kind {
            Kind::Text if before[open.range.clone()].starts_with('\'') => {
                quoted(names, text, start, at, &cut)
            }
            _ => none,
        };
    }
    // A comment to the end of the line, with the cursor still in it.
    if cut.last().is_some_and(|last| last.kind == Kind::Comment && !before.ends_with(['\n', '/'])) {
        return none;
    }
    let word = cut.last().filter(|last| matches!(last.kind, Kind::Word | Kind::Parameter));
    let prefix = word.map_or("", |word| &before[word.range.clone()]);
    let begins = at - prefix.len();
    if prefix.starts_with('$') || before.ends_with('$') {
        return Completion::Names(at - prefix.len().max(1), matching(["$wave".to_owned()].into_iter(), "$"));
    }
    let done = &cut[..cut.len() - usize::from(word.is_some())];
    let parts_before = parts(before, done);
    let whole = whole_statement(text, start, at);
    let scope = Scope::of(&whole, names);
    Completion::Names(begins, names_at(names, &scope, &parts_before, prefix))
}

/// The parts of the statement from byte `start`, what follows the cursor too, as far as the next `;`.
fn whole_statement(text: &str, start: usize, at: usize) -> Vec<Part> {
    let mut whole = parts(&text[start..at], &pieces(&text[start..at]));
    let after = parts(&text[at..], &pieces(&text[at..]));
    whole.extend(after.into_iter().take_while(|part| !part.is(";")));
    whole
}

/// Names that begin with `prefix` after `before`.
fn names_at(names: &Names, scope: &Scope, before: &[Part], prefix: &str) -> Vec<Candidate> {
    if let [.., table, dot] = before
        && dot.is(".")
    {
        return sql_names(scope.columns_of(&table.text, names).into_iter(), prefix);
    }
    let last = |words: &[&str]| before.last().is_some_and(|part| words.iter().any(|word| part.is(word)));
    if last(&["from", "join", "describe"]) || (last(&[","]) && in_table_list(before)) {
        let steps = scope.steps.iter().map(|(name, _)| name.clone());
        let tables = names.tables.iter().map(|table| table.name.clone());
        let mut found = sql_names(steps.chain(tables), prefix);
        found.extend(functions(names, prefix, true));
        return found;
    }
    let mut columns: Vec<String> =
        scope.named.iter().flat_map(|n| scope.columns_of(&n.table, names)).collect();
    // The word itself is one of them while it is typed.
    columns.extend(scope.outputs.iter().filter(|name| *name != prefix).cloned());
    let mut found = sql_names(distinct(columns), prefix);
    if scope.named.is_empty() {
        // Nothing says yet which table is meant.
        let all =
            names.tables.iter().flat_map(|table| table.columns.iter().map(|column| column.name.clone()));
        found = sql_names(distinct(all.collect()), prefix);
    }
    if prefix.is_empty() {
        return found;
    }
    found.extend(functions(names, prefix, false));
    let capitals = prefix.chars().all(|c| c.is_uppercase() || !c.is_alphabetic());
    let keywords =
        KEYWORDS.iter().map(|word| if capitals { word.to_uppercase() } else { (*word).to_owned() });
    found.extend(matching(keywords, prefix));
    let qualifiers =
        scope.named.iter().map(|named| named.alias.clone().unwrap_or_else(|| named.table.clone()));
    found.extend(sql_names(qualifiers, prefix));
    found
}

/// Whether the comma at the end of `before` goes on with the tables of a `from`.
fn in_table_list(before: &[Part]) -> bool {
    let begins =
        |part: &Part| ["from", "select", "where", "by", "on", "(", ")"].iter().any(|word| part.is(word));
    before.iter().rfind(|part| begins(part)).is_some_and(|part| part.is("from"))
}

fn functions<'a>(names: &'a Names, prefix: &'a str, of_tables: bool) -> impl Iterator<Item = Candidate> + 'a {
    names
        .functions
        .iter()
        .filter(move |known| known.gives_table == of_tables && starts(&known.name, prefix))
        .map(|known| Candidate {
            shown: format!("{}({})", known.name, known.arguments),
            text: format!("{}(", known.name),
        })
}

fn distinct(names: Vec<String>) -> impl Iterator<Item = String> {
    let mut seen = Vec::new();
    names.into_iter().filter(move |name| {
        let new = !seen.contains(name);
        if new {
            seen.push(name.clone());
        }
        new
    })
}

/// Labels, where the cursor stands in a text that is compared with a variable.
fn quoted(names: &Names, text: &str, start: usize, at: usize, cut: &[Piece]) -> Completion {
    let before = &text[start..at];
    let Some((open, done)) = cut.split_last() else { return Completion::Names(at, Vec::new()) };
    let typed = before[open.range.start + 1..].replace("''", "'");
    let parts_before = parts(before, done);
    let mut whole = parts_before.clone();
    // What follows begins inside the quotes.
    let after = text[at..].split_once('\'').map_or(&text[at..], |(_, after)| after);
    whole.extend(parts(after, &pieces(after)).into_iter().take_while(|part| !part.is(";")));
    let scope = Scope::of(&whole, names);
    let values = compared_with(names, &scope, &parts_before, &whole);
    let close = if text[at..].starts_with('\'') { "" } else { "'" };
    let candidates = values
        .into_iter()
        .filter(|value| starts(value, &typed))
        .map(|value| Candidate { text: format!("{}{close}", value.replace('\'', "''")), shown: value });
    Completion::Names(start + open.range.start + 1, candidates.collect())
}

/// The values of what the quoted text after `before` is compared with.
fn compared_with(names: &Names, scope: &Scope, before: &[Part], whole: &[Part]) -> Vec<String> {
    // `scale_position(label, 'set')`
    if before.last().is_some_and(|part| part.is(","))
        && let Some(call) = before.iter().rposition(|part| part.is("("))
        && call.checked_sub(1).is_some_and(|at| before[at].is("scale_position"))
    {
        return names.value_sets.clone();
    }
    if let [fielded @ .., bracket] = before
        && bracket.is("[")
    {
        return fields(names, scope, fielded, whole);
    }
    let Some((qualifier, column)) = compared_column(before) else { return Vec::new() };
    match scope.column(qualifier, column, names) {
        Some(("answers", known)) if known.name == "answer" => answers(names, known, whole),
        Some((_, known)) => known.values.clone(),
        None => Vec::new(),
    }
}

/// The fields of the column or the call at the end of `before`, or of the call whose result has that name.
fn fields(names: &Names, scope: &Scope, before: &[Part], whole: &[Part]) -> Vec<String> {
    let Some(last) = before.last() else { return Vec::new() };
    if last.is(")") {
        return fields_of_call(names, before);
    }
    if let Some((_, column)) =
        scope.column(None, &last.text, names).filter(|(_, column)| column.holds == FIELDS)
    {
        return column.values.clone();
    }
    let named = whole
        .windows(3)
        .position(|window| window[0].is(")") && window[1].is("as") && window[2].text == last.text);
    named.map_or_else(Vec::new, |at| fields_of_call(names, &whole[..=at]))
}

/// The fields of the call that the `)` at the end of `before` closes.
fn fields_of_call(names: &Names, before: &[Part]) -> Vec<String> {
    let mut depth = 0_usize;
    for (at, part) in before.iter().enumerate().rev() {
        if part.is(")") {
            depth += 1;
        } else if part.is("(") {
            depth -= 1;
        }
        if depth == 0 {
            let name = at.checked_sub(1).map(|at| before[at].text.as_str());
            let known = names.functions.iter().find(|known| Some(known.name.as_str()) == name);
            return known.map_or_else(Vec::new, |known| known.fields.clone());
        }
    }
    Vec::new()
}

/// The column, with the table before it, that stands on the other side of the comparison at the end of `before`.
fn compared_column(before: &[Part]) -> Option<(Option<&str>, &str)> {
    const SIGNS: [&str; 6] = ["=", "==", "<>", "!=", "like", "ilike"];
    let mut end = before.len();
    let last = before.last()?;
    if SIGNS.iter().any(|sign| last.is(sign)) {
        end -= 1;
    } else if last.is("when") {
        // `case column when 'label'`
        let case = before.iter().rposition(|part| part.is("case"))?;
        let then = before[case + 1..].iter().position(|part| part.is("when"))?;
        end = case + 1 + then;
    } else {
        // `column in ('label', 'label'`
        while before[..end].last().is_some_and(|part| part.kind == Kind::Text || part.is(",")) {
            end -= 1;
        }
        end = end.checked_sub(2)?;
        if !before[end + 1].is("(") || !before[end].is("in") {
            return None;
        }
    }
    if before[..end].last().is_some_and(|part| part.is("not")) {
        end -= 1;
    }
    let is_name = |part: &&Part| matches!(part.kind, Kind::Word | Kind::Name);
    let column = before[..end].last().filter(is_name)?;
    let qualifier = match &before[..end - 1] {
        [.., table, dot] if dot.is(".") => Some(table.text.as_str()),
        _ => None,
    };
    Some((qualifier, &column.text))
}

/// The answers to the question that the statement names, or to all.
fn answers(names: &Names, column: &Column, whole: &[Part]) -> Vec<String> {
    let asked = whole.windows(3).find_map(|window| match window {
        [name, sign, value] if name.text == "question" && sign.is("=") => names.answers.get(&value.text),
        _ => None,
    });
    asked.unwrap_or(&column.values).clone()
}

/// The names that begin with `prefix`, capitals or not.
fn matching(names: impl Iterator<Item = String>, prefix: &str) -> Vec<Candidate> {
    let candidate = |name: String| Candidate { text: name.clone(), shown: name };
    names.filter(|name| starts(name, prefix)).map(candidate).collect()
}

/// The same, those that SQL would not read as they are in quotes.
fn sql_names(names: impl Iterator<Item = String>, prefix: &str) -> Vec<Candidate> {
    let candidate = |name: String| Candidate { text: written(&name), shown: name };
    names.filter(|name| starts(name, prefix)).map(candidate).collect()
}

fn starts(name: &str, prefix: &str) -> bool {
    name.chars().count() >= prefix.chars().count()
        && name.chars().zip(prefix.chars()).all(|(a, b)| a.to_lowercase().eq(b.to_lowercase()))
}

fn written(name: &str) -> String {
    let plain = name.chars().all(|c| c.is_lowercase() || c.is_ascii_digit() || c == '_')
        && !name.starts_with(|c: char| c.is_ascii_digit());
    if plain { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}

/// The arguments that the function round the end of `text` still wants.
pub fn arguments(names: &Names, text: &str) -> Option<String> {
    let (_, begun) = entries(text);
    let own = &text[begun.min(text.len())..];
    let cut = pieces(own);
    if cut.iter().any(|piece| piece.open) {
        return None;
    }
    let before = parts(own, &cut);
    // Only where an argument is about to begin.
    before.last().filter(|part| part.is("(") || part.is(","))?;
    let (mut depth, mut given) = (0_usize, 0_usize);
    let mut at = before.len();
    loop {
        at = at.checked_sub(1)?;
        let part = &before[at];
        if part.is(")") {
            depth += 1;
        } else if part.is("(") {
            match depth.checked_sub(1) {
                Some(less) => depth = less,
                None => break,
            }
        } else if part.is(",") && depth == 0 {
            given += 1;
        }
    }
    let name = &before.get(at.checked_sub(1)?)?.text;
    let known = names.functions.iter().find(|known| known.name == *name)?;
    let wanted: Vec<&str> = known.arguments.split(',').map(str::trim).collect();
    if known.arguments.is_empty() {
        return (given == 0).then(|| ")".to_owned());
    }
    let rest = wanted.get(given..).filter(|rest| !rest.is_empty())?;
    let mut rest = rest.join(", ");
    // The brackets that open before what is given already.
    while rest.matches(']').count() > rest.matches('[').count() {
        rest.insert(0, '[');
    }
    Some(format!("{rest})"))
}
