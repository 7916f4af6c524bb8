//! What a head says in words, taken from the SQL.

use super::{Kept, Typed};
use crate::engine::{Params, without_comments, words};
use crate::queries::catalogue::{Catalogue, reads};
use crate::queries::head::Purpose;
use crate::queries::parse::entry_name;

/// Tables of the sample: numbers from any other are not about one.
const SAMPLED: [&str; 5] = ["responses", "answers", "missing", "design_strata", "evidence"];

/// What a head is made of.
pub(super) struct Drafting<'a> {
    pub(super) typed: Typed<'a>,
    pub(super) text: &'a str,
    pub(super) columns: &'a [Kept],
    pub(super) key: &'a [String],
    pub(super) catalogue: &'a Catalogue,
    pub(super) params: &'a Params,
}

impl Drafting<'_> {
    /// The whole file.
    pub(super) fn file(&self) -> String {
        let reads = reads(self.text);
        let (remark, rest) = remark(self.text);
        let (title, sql) = match (self.typed.title, remark) {
            (Some(title), _) => (one_line(title), self.text),
            (None, Some(remark)) => (remark, rest),
            (None, None) => (self.title(&reads), self.text),
        };
        format!("{}\n{sql}\n", self.head(&title, &reads))
    }

    fn head(&self, title: &str, reads: &[String]) -> String {
        let mut lines = vec![sentence(title), Purpose::Explore.folder().to_owned()];
        let params = self.params();
        if !params.is_empty() {
            lines.push(format!("params: {}", params.join(", ")));
        }
        lines.push(format!("base: {}", self.base(reads)));
        let columns = self.columns.iter().map(|column| format!("{} {}", column.name, column.kind));
        lines.push(format!("columns: {}", columns.collect::<Vec<_>>().join(", ")));
        if !self.key.is_empty() {
            lines.push(format!("key: {}", self.key.join(", ")));
            lines.push(format!("order: {}", self.order()));
        }
        if !reads.iter().any(|table| self.is_sampled(table)) {
            lines.push("interval: none".to_owned());
        }
        lines.iter().map(|line| format!("-- {line}\n")).collect()
    }

    /// The parameters of the SQL; but for the wave, each with the value that it has now.
    fn params(&self) -> Vec<String> {
        let code = without_comments(self.text);
        let mut found: Vec<String> = Vec::new();
        for (at, _) in code.match_indices('$') {
            let name: String =
                code[at + 1..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            let Some(value) = self.params.get(&name) else { continue };
            let param = if name == "wave" { name } else { format!("{name} = {value}") };
            if !found.contains(&param) {
                found.push(param);
            }
        }
        found
    }

    /// Whether numbers from `table` are about the sample.
    fn is_sampled(&self, table: &str) -> bool {
        SAMPLED.contains(&table) || self.catalogue.get(table).is_some_and(|query| query.head.sampled)
    }

    fn title(&self, reads: &[String]) -> String {
        let others = self.columns.iter().map(|column| &column.name).filter(|name| !self.key.contains(name));
        let others = listed(&others.map(String::as_str).collect::<Vec<_>>());
        let key = listed(&self.key.iter().map(String::as_str).collect::<Vec<_>>());
        let what = match (others.as_str(), key.as_str()) {
            ("", key) => key.to_owned(),
            (others, "") => others.to_owned(),
            (others, key) => format!("{others} by {key}"),
        };
        if reads.is_empty() {
            format!("Without a table: {what}")
        } else {
            format!("From {}: {what}", listed_names(reads))
        }
    }

    /// Whom the numbers are about: the condition, where the query has one and no more.
    fn base(&self, reads: &[String]) -> String {
        let rows = match reads {
            [] => "no table".to_owned(),
            reads => format!("rows of {}", listed_names(reads)),
        };
        let code = without_comments(self.text);
        let small = code.to_lowercase();
        let (selects, wheres) = (words(&small, "select"), words(&small, "where"));
        match (selects.as_slice(), wheres.as_slice()) {
            ([_], [place]) if small.len() == code.len() => {
                let condition = &code[place.end..clause_end(&small, place.end)];
                format!("{rows} where {}", one_line(condition))
            }
            (_, []) => format!("all {rows}").replace("all no table", "no table"),
            _ => format!("{rows}, as the query chooses them"),
        }
    }

    fn order(&self) -> String {
        let code = without_comments(self.text);
        let small = code.to_lowercase();
        let Some(place) = words(&small, "order by").pop().filter(|_| small.len() == code.len()) else {
            return self.key.join(", then ");
        };
        let keys = &code[place.end..clause_end(&small, place.end)];
        let keys = split_outside(keys, ',');
        let told = keys.iter().map(|key| {
            let mut parts: Vec<&str> = key.split_whitespace().collect();
            let last = parts.last().map(|word| word.to_lowercase());
            let mut falls = "";
            if matches!(last.as_deref(), Some("desc" | "asc")) {
                parts.pop();
                falls = if last.as_deref() == Some("desc") { " descending" } else { "" };
            }
            let key = parts.join(" ");
            // `table.column` is the column.
            let bare = key.split_once('.').filter(|(table, column)| is_name(table) && is_name(column));
            format!("{}{falls}", bare.map_or(key.as_str(), |(_, column)| column))
        });
        told.collect::<Vec<_>>().join(", then ")
    }
}

/// Where the clause that goes on at byte `start` ends: before the next one at the same depth, or where its parentheses
/// close.
fn clause_end(code: &str, start: usize) -> usize {
    const CLAUSES: [&str; 7] = ["group by", "having", "order by", "limit", "offset", "window", "qualify"];
    let next = CLAUSES.iter().flat_map(|clause| words(&code[start..], clause)).map(|range| range.start).min();
    let end = next.map_or(code.len(), |next| start + next);
    let mut depth = 0_i32;
    for (at, c) in code[start..end].char_indices() {
        depth += i32::from(c == '(') - i32::from(c == ')');
        if depth < 0 {
            return start + at;
        }
    }
    end
}

/// The parts of `text` between `sign`s that no parentheses and no quotes enclose.
fn split_outside(text: &str, sign: char) -> Vec<&str> {
    let (mut depth, mut quoted, mut start) = (0_i32, false, 0);
    let mut found = Vec::new();
    for (at, c) in text.char_indices() {
        quoted ^= c == '\'';
        if !quoted {
            depth += i32::from(c == '(') - i32::from(c == ')');
        }
        if c == sign && depth == 0 && !quoted {
            found.push(text[start..at].trim());
            start = at + c.len_utf8();
        }
    }
    found.push(text[start..].trim());
    found
}

/// What the comment at the top of `sql` says before any entry of a head, and what comes after the comment.
fn remark(sql: &str) -> (Option<String>, &str) {
    let mut rest = sql;
    let mut said = Vec::new();
    let mut is_head = false;
    while let Some(comment) = rest.trim_start().strip_prefix("--") {
        let (line, after) = comment.split_once('\n').unwrap_or((comment, ""));
        is_head |= entry_name(line.trim()).is_some();
        if !is_head {
            said.push(line);
        }
        rest = after;
    }
    let said = one_line(&said.join(" "));
    ((!said.is_empty()).then_some(said), rest.trim_start())
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || c == '_')
}

fn listed_names(names: &[String]) -> String {
    listed(&names.iter().map(String::as_str).collect::<Vec<_>>())
}

/// "a", "a and b", "a, b and c".
fn listed(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// With a capital at its beginning, which no entry of a head has, and a full stop at its end.
fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let text: String = chars.next().iter().flat_map(|c| c.to_uppercase()).chain(chars.clone()).collect();
    if text.ends_with(['.', '?', '!']) { text } else { format!("{text}.") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(sql: &str) -> String {
        let catalogue = Catalogue::default();
        let columns = ["item", "share"]
            .map(|name| Kept { name: name.to_owned(), kind: if name == "item" { "text" } else { "share" } });
        let params = Params::none().with("wave", "2013").with("least", "5");
        let typed = Typed { name: "a", title: None, sql };
        let key = ["item".to_owned()];
        Drafting { typed, text: sql, columns: &columns, key: &key, catalogue: &catalogue, params: &params }
            .file()
    }

    fn line(sql: &str, entry: &str) -> String {
        let file = file(sql);
        let found = file.lines().find_map(|line| line.strip_prefix("-- ")?.strip_prefix(entry));
        found.unwrap_or_else(|| panic!("{entry} in {file}")).to_owned()
    }

    #[test]
    fn a_comment_at_the_top_is_the_title_and_not_said_twice() {
        let sql = "select item, share from t order by item";
        assert!(
            file(&format!("-- what\n--   there is\n\n{sql}")).starts_with("-- What there is.\n-- explore\n")
        );
        let headed =
            file(&format!("-- What there is.\n-- figure: 3\n-- columns: x text,\n--   y share\n{sql}"));
        assert!(
            headed.starts_with("-- What there is.\n-- explore\n") && !headed.contains("figure"),
            "{headed}"
        );
        assert!(headed.ends_with(&format!("\n\n{sql}\n")), "{headed}");
        assert!(file(sql).starts_with("-- From t: share by item.\n"));
    }

    #[test]
    fn order_and_base_are_told_as_they_are_written() {
        let order = |keys: &str| line(&format!("select item, share from t order by {keys}"), "order: ");
        assert_eq!(
            order("t.share desc, coalesce(a, 'x, y') asc,\n item limit 5"),
            "share descending, then coalesce(a, 'x, y'), then item"
        );
        assert_eq!(order("item nulls last"), "item nulls last");
        let base = |rest: &str| line(&format!("select item, share from t {rest} order by item"), "base: ");
        assert_eq!(base(""), "all rows of t");
        assert_eq!(base("where a = 1\n  and (b or c) group by item"), "rows of t where a = 1 and (b or c)");
        assert_eq!(base("where a in (select 1 from u)"), "rows of t and u, as the query chooses them");
    }

    #[test]
    fn parameters_keep_the_values_that_they_have() {
        let sql =
            "select item, share from responses where wave = $wave and n > $least order by item -- $other";
        assert_eq!(line(sql, "params: "), "wave, least = 5");
        assert!(
            !file(sql).contains("interval")
                && file("select item, share from t").contains("-- interval: none")
        );
    }
}
