//! What the statement round the cursor names: tables with their aliases, steps of a `with`, output columns.
//!
//! In: the pieces of a statement, finished or not. Out: names. It reads words and signs in their order and builds no tree,
//! since a statement that is being typed seldom has one.

use super::names::{Column, Names};
use super::pieces::{Kind, Piece};

/// A piece that counts, with its text: a name without its quotes, a word in small letters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) kind: Kind,
    pub(super) text: String,
}

impl Part {
    pub(super) fn is(&self, text: &str) -> bool {
        matches!(self.kind, Kind::Word | Kind::Sign) && self.text == text
    }

    fn is_name(&self) -> bool {
        match self.kind {
            Kind::Name => true,
            Kind::Word => !KEYWORDS.contains(&&*self.text),
            _ => false,
        }
    }
}

/// The parts of a statement.
pub(super) fn parts(text: &str, pieces: &[Piece]) -> Vec<Part> {
    let part = |piece: &Piece| {
        let own = &text[piece.range.clone()];
        let text = match piece.kind {
            Kind::Word => own.to_lowercase(),
            Kind::Name => own.trim_matches(['"', '`']).to_owned(),
            Kind::Text => own.trim_matches('\'').replace("''", "'"),
            _ => own.to_owned(),
        };
        Part { kind: piece.kind, text }
    };
    pieces.iter().filter(|piece| piece.counts()).map(part).collect()
}

/// Words that are no names, as completion offers them.
#[rustfmt::skip]
pub(super) const KEYWORDS: [&str; 69] = [
    "all", "and", "array", "as", "asc", "between", "by", "case", "cast", "cross", "desc", "describe", "distinct",
    "else", "end", "escape", "except", "exists", "explain", "false", "filter", "first", "following", "from", "full",
    "group", "having", "ilike", "in", "inner", "intersect", "interval", "is", "join", "last", "lateral", "left",
    "like", "limit", "natural", "not", "null", "nulls", "offset", "on", "or", "order", "outer", "over", "partition",
    "preceding", "qualify", "recursive", "right", "rows", "select", "similar", "then", "true", "unbounded", "union",
    "using", "values", "when", "where", "window", "with", "within", "without",
];

/// Whether a word, in whatever letters, is one of SQL's own.
pub fn is_keyword(word: &str) -> bool {
    KEYWORDS.contains(&&*word.to_lowercase())
}

/// A table as a statement names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) table: String,
    pub(super) alias: Option<String>,
}

/// What a statement names.
#[derive(Debug, Default)]
pub(super) struct Scope {
    /// Tables and steps selected from, in order, those of inner queries too.
    pub(super) named: Vec<Named>,
    /// Steps of a `with`: names and columns.
    pub(super) steps: Vec<(String, Vec<String>)>,
    /// Names of the columns in its last select list.
    pub(super) outputs: Vec<String>,
}

impl Scope {
    pub(super) fn of(parts: &[Part], names: &Names) -> Scope {
        let mut scope = Scope { named: named(parts), ..Scope::default() };
        for (at, window) in parts.windows(3).enumerate() {
            let [name, word, sign] = window else { continue };
            let body = &parts[at + 3..];
            if name.is_name() && word.is("as") && sign.is("(") && body.first().is_some_and(begins_query) {
                let own = named(body_of(body));
                let columns = outputs(body_of(body), |star| scope.all_columns(&own, star, names));
                scope.steps.push((name.text.clone(), columns));
            }
        }
        let last = parts.iter().rposition(|part| part.is("select")).unwrap_or(0);
        scope.outputs = outputs(&parts[last..], |_| Vec::new());
        scope
    }

    /// The columns of what the statement calls `name`: an alias, a table or a step.
    pub(super) fn columns_of(&self, name: &str, names: &Names) -> Vec<String> {
        let alias = self.named.iter().find(|named| named.alias.as_deref() == Some(name));
        let table = alias.map_or(name, |named| &named.table);
        match self.steps.iter().find(|(step, _)| step == table) {
            Some((_, columns)) => columns.clone(),
            None => names
                .table(table)
                .map(|t| t.columns.iter().map(|c| c.name.clone()).collect())
                .unwrap_or_default(),
        }
    }

    /// The study's column that `qualifier.column` is: of the table that is meant, or of one that the statement names, or of
    /// any.
    pub(super) fn column<'a>(
        &self,
        qualifier: Option<&str>,
        column: &str,
        names: &'a Names,
    ) -> Option<(&'a str, &'a Column)> {
        let of = |table: &str| {
            let table = names.table(table)?;
            Some((table.name.as_str(), table.columns.iter().find(|known| known.name == column)?))
        };
        let meant = qualifier.map(|name| {
            self.named.iter().find(|n| n.alias.as_deref() == Some(name)).map_or(name, |named| &named.table)
        });
        meant
            .and_then(of)
            .or_else(|| self.named.iter().find_map(|named| of(&named.table)))
            .or_else(|| names.tables.iter().find_map(|table| of(&table.name)))
    }

    /// The columns for which `*` or `name.*` stands, where `own` is selected from.
    fn all_columns(&self, own: &[Named], qualifier: Option<&str>, names: &Names) -> Vec<String> {
        let meant = |named: &&Named| {
            qualifier.is_none_or(|name| named.alias.as_deref().unwrap_or(&named.table) == name)
        };
        own.iter().filter(meant).flat_map(|named| self.columns_of(&named.table, names)).collect()
    }
}

fn begins_query(part: &Part) -> bool {
    ["select", "with", "values", "from"].iter().any(|word| part.is(word))
}

/// The parts up to the parenthesis that closes one opened before them.
fn body_of(parts: &[Part]) -> &[Part] {
    let mut depth = 0_usize;
    for (at, part) in parts.iter().enumerate() {
        if part.is("(") {
            depth += 1;
        } else if part.is(")") {
            match depth.checked_sub(1) {
                Some(less) => depth = less,
                None => return &parts[..at],
            }
        }
    }
    parts
}

/// Tables after `from`, `join` and the commas of a `from`.
fn named(parts: &[Part]) -> Vec<Named> {
    let mut found: Vec<Named> = Vec::new();
    let mut depth = 0_usize;
    // Depths at which a list of tables goes on.
    let mut lists: Vec<usize> = Vec::new();
    let mut at = 0;
    while let Some(part) = parts.get(at) {
        at += 1;
        if part.is("(") {
            depth += 1;
        } else if part.is(")") {
            depth = depth.saturating_sub(1);
            lists.retain(|list| *list <= depth);
        } else if part.is("from") || part.is("join") {
            lists.push(depth);
        } else if part.is(",") && lists.last() == Some(&depth) {
        } else {
            if ["where", "group", "order", "having", "limit", "select", "union", "on"]
                .iter()
                .any(|w| part.is(w))
            {
                lists.retain(|list| *list != depth);
            }
            continue;
        }
        let begins = part.is("from") || part.is("join") || part.is(",");
        if !begins {
            continue;
        }
        // `extract(year from …)` and a function in a table's place name no table.
        let Some(table) = parts.get(at).filter(|part| part.is_name()) else { continue };
        if parts.get(at + 1).is_some_and(|next| next.is("(")) {
            continue;
        }
        at += 1;
        if parts.get(at).is_some_and(|part| part.is("as")) {
            at += 1;
        }
        let alias = parts.get(at).filter(|part| part.is_name()).map(|part| part.text.clone());
        at += usize::from(alias.is_some());
        found.push(Named { table: table.text.clone(), alias });
    }
    found
}

/// The names of the columns that a query gives, as far as its first select list tells; `star` says for what `*` stands.
fn outputs(parts: &[Part], star: impl Fn(Option<&str>) -> Vec<String>) -> Vec<String> {
    let Some(start) = parts.iter().position(|part| part.is("select")) else { return Vec::new() };
    let mut found = Vec::new();
    let mut item: Vec<&Part> = Vec::new();
    let mut depth = 0_usize;
    for part in parts[start + 1..].iter().chain([&Part { kind: Kind::Sign, text: ",".to_owned() }]) {
        if part.is("(") {
            depth += 1;
        } else if part.is(")") {
            depth = depth.saturating_sub(1);
        }
        let ends = depth == 0 && (part.is(",") || part.is("from"));
        if !ends {
            item.push(part);
            continue;
        }
        match item.as_slice() {
            [.., last] if last.is("*") => {
                let qualifier = item.len().checked_sub(3).map(|at| item[at].text.as_str());
                found.extend(star(qualifier));
            }
            [.., word, last] if word.is("as") && last.is_name() => found.push(last.text.clone()),
            [last] | [_, _, last] if last.is_name() => found.push(last.text.clone()),
            _ => {}
        }
        item.clear();
        if part.is("from") {
            break;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::names::example;
    use super::super::pieces::pieces;
    use super::*;

    fn scope(text: &str) -> Scope {
        Scope::of(&parts(text, &pieces(text)), &example())
    }

    fn tables(text: &str) -> Vec<(String, Option<String>)> {
        scope(text).named.into_iter().map(|named| (named.table, named.alias)).collect()
    }

    #[test]
    fn tables_are_found_wherever_they_are_named() {
        let of = |table: &str, alias: Option<&str>| (table.to_owned(), alias.map(str::to_owned));
        assert_eq!(
            tables(
                "select x, (select max(n) from cases) from responses r, answers as \"A b\" join missing using (wave) where 1, b"
            ),
            [of("cases", None), of("responses", Some("r")), of("answers", Some("A b")), of("missing", None)]
        );
        assert_eq!(
            tables("select extract(year from started) from responses where"),
            [of("started", None), of("responses", None)]
        );
        assert_eq!(tables("select smallest from counts_of(48, 196)"), []);
        assert_eq!(tables("select a from responses group by a, b, c"), [of("responses", None)]);
        assert_eq!(
            tables("select * from (select 1 from cases) c, codes"),
            [of("cases", None), of("codes", None)]
        );
    }

    #[test]
    fn steps_have_the_columns_that_they_give() {
        let found = scope(
            "with a as (select role, count(*) as n, r.school_type, max(x) from responses r group by 1), b as (select * from a) select n as m from b where ",
        );
        assert_eq!(
            found.steps,
            [
                ("a".to_owned(), ["role", "n", "school_type"].map(str::to_owned).to_vec()),
                ("b".to_owned(), ["role", "n", "school_type"].map(str::to_owned).to_vec()),
            ]
        );
        assert_eq!(found.outputs, ["m"]);
        assert_eq!(found.columns_of("b", &example()), ["role", "n", "school_type"]);
    }
}
