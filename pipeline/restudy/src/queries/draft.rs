//! A query file for SQL that somebody typed: the head that its result can keep.
//!
//! In: a name, SQL, perhaps a title, and the session and queries of the study. Out: a [`Query`] that has been run under its
//! head like any other, so that it breaks no build; or what is to be changed before it can be kept.
//!
//! - Columns get the kinds that their types and values allow, and need names of their own.
//! - The key is what the query groups by, where it groups; else the fewest columns of its `order by` that tell the rows
//!   apart. Rows that `order by` leaves in ties are a fault, told with what to add.
//! - What a head says in words (title, base, order) is taken from the SQL, and is there to be made better by hand.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::{DataType, Field};
use datafusion::logical_expr::{Distinct, Expr, LogicalPlan};

use super::catalogue::{Catalogue, Query};
use super::head::Purpose;
use super::order::{Ordering, ordering};
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::engine::{Params, Session, Sql, cell_text, is_null, number, without_comments, words};

/// Tables of the sample: numbers from any other are not about one.
const SAMPLED: [&str; 5] = ["responses", "answers", "missing", "design_strata", "evidence"];

/// What is to be kept.
#[derive(Clone, Copy, Debug)]
pub struct Typed<'a> {
    /// The name of the query.
    pub name: &'a str,
    /// What it answers; made from the SQL where nobody says.
    pub title: Option<&'a str>,
    /// The SQL.
    pub sql: &'a str,
}

/// The query file of `typed`, which does not exist yet; its result has been checked with `params`.
///
/// # Errors
/// There is such a query or table already, or the result cannot keep what any head would have to promise.
pub fn draft(
    typed: Typed<'_>,
    session: &Session,
    catalogue: &Catalogue,
    params: &Params,
) -> Result<Query, Diagnostics> {
    let folder = Purpose::Explore.folder();
    let file = format!("queries/{folder}/{}.sql", typed.name);
    if let Some(other) = catalogue.get(typed.name) {
        let fault = Diagnostic::error(format!("there is a query `{}` already", typed.name));
        return Err(fault.at(Place::file(&other.file)).hint("choose another name").into());
    }
    let text = typed.sql.trim().trim_end_matches(';').trim_end();
    let sql = Sql::typed(text);
    let plan = session.plan(sql, params)?;
    if matches!(plan, LogicalPlan::Explain(_) | LogicalPlan::Analyze(_) | LogicalPlan::DescribeTable(_)) {
        return Err(Diagnostic::error("only a query with rows of the study can be kept").into());
    }
    let batch = session.execute(sql, plan.clone())?;
    let columns = columns(&batch)?;
    let key = key(&plan, &batch, &columns)?;
    let drafting = Drafting { typed, text, columns: &columns, key: &key, catalogue, params };
    let head = drafting.head();
    let query = Query::read(typed.name, folder, &file, format!("{head}\n{text}\n"))?;
    query.run(session, params)?;
    Catalogue::in_order(catalogue.iter().cloned().chain([query.clone()]).collect())?.held_against(session)?;
    Ok(query)
}

impl Query {
    /// Writes the query as a new file of the study in `root`.
    ///
    /// # Errors
    /// There is such a file already, which stays as it is; or the folder cannot be written to.
    pub fn write_new(&self, root: &Path) -> Result<(), Diagnostics> {
        let path = root.join(&self.file);
        let folder = path.parent().unwrap_or(root);
        fs_err::create_dir_all(folder)?;
        // Whole or not at all, and never in the place of another.
        let mut file = tempfile::Builder::new().prefix(".new-").tempfile_in(folder)?;
        file.write_all(self.sql.as_bytes())?;
        file.persist_noclobber(&path).map(|_| ()).map_err(|error| {
            let fault = match error.error.kind() {
                std::io::ErrorKind::AlreadyExists => Diagnostic::error("there is such a file already"),
                _ => Diagnostic::error(error.error.to_string()),
            };
            fault.at(Place::file(&self.file)).into()
        })
    }
}

/// A column with the word for its kind.
struct Kept {
    name: String,
    kind: &'static str,
}

/// The columns of a result.
///
/// # Errors
/// All columns that cannot be kept.
fn columns(batch: &RecordBatch) -> Result<Vec<Kept>, Diagnostics> {
    let mut faults = Diagnostics::new();
    let mut kept = Vec::new();
    for (at, field) in batch.schema().fields().iter().enumerate() {
        let name = field.name();
        if !name.chars().all(|c| c.is_alphanumeric() || c == '_') {
            faults.push(
                Diagnostic::error(format!("the column `{name}` has no name of its own"))
                    .hint(format!("write `{name} as …`")),
            );
            continue;
        }
        match kind(batch, at, field) {
            Ok(kind) => kept.push(Kept { name: name.clone(), kind }),
            Err(fault) => faults.push(fault),
        }
    }
    faults.or(kept).map(|(kept, _)| kept)
}

fn kind(batch: &RecordBatch, at: usize, field: &Field) -> Result<&'static str, Diagnostic> {
    let name = field.name();
    let given = match field.data_type() {
        DataType::Dictionary(_, values) => values.as_ref(),
        other => other,
    };
    let all = |holds: fn(f64) -> bool| {
        (0..batch.num_rows()).filter_map(|row| number(batch, row, at)).all(holds)
    };
    let is_share = name == "share" || name.starts_with("share_") || name.ends_with("_share");
    Ok(match given {
        given if given.is_string() || given == &DataType::Null => "text",
        DataType::Boolean => "boolean",
        given if given.is_integer() && all(|value| value >= 0.0) => "count",
        given if given.is_integer() => "number0",
        given if given.is_numeric() && is_share && all(|value| (0.0..=1.0).contains(&value)) => "share",
        given if given.is_numeric() => "number",
        DataType::Struct(fields) => {
            let part = fields.first().map_or("…", |field| field.name());
            return Err(Diagnostic::error(format!("the column `{name}` has several fields, and a result has none"))
                .hint(format!("take each field that you want: `…['{part}'] as {name}_{part}`")));
        }
        other => {
            return Err(Diagnostic::error(format!(
                "the column `{name}` is of the type {other}, which a result cannot have"
            ))
            .hint(format!("write `cast(… as text) as {name}`")));
        }
    })
}

/// The columns that name a row.
fn key(plan: &LogicalPlan, batch: &RecordBatch, columns: &[Kept]) -> Result<Vec<String>, Diagnostic> {
    let sorted = |name: &String| ordering(plan, std::slice::from_ref(name)) == Ordering::Total;
    let has_order = ordering(plan, &[]) != Ordering::None;
    if let Some(groups) = groups(plan)
        && let Some(groups) = groups.into_iter().collect::<Option<Vec<String>>>()
    {
        let lacking: Vec<String> = groups.iter().filter(|name| !sorted(name)).cloned().collect();
        return if lacking.is_empty() { Ok(groups) } else { Err(unordered(has_order, &lacking)) };
    }
    // Floats name nothing; labels before numbers, which next year may be alike.
    let mut candidates: Vec<&Kept> =
        columns.iter().filter(|column| !matches!(column.kind, "number" | "share")).collect();
    candidates.sort_by_key(|column| column.kind != "text");
    let names: Vec<String> = candidates.iter().map(|column| column.name.clone()).collect();
    let in_order: Vec<String> = names.iter().filter(|name| sorted(name)).cloned().collect();
    if batch.num_rows() == 1 && !has_order {
        return Ok(Vec::new());
    }
    if let Some(key) = telling_apart(batch, &in_order) {
        return Ok(key);
    }
    match telling_apart(batch, &names) {
        Some(key) => {
            let lacking: Vec<String> = key.into_iter().filter(|name| !in_order.contains(name)).collect();
            Err(unordered(has_order, &lacking))
        }
        None => Err(Diagnostic::error("no columns of the result tell its rows apart")
            .hint("select a column that does, such as `respondent_id`, or `group by` those that name a row")),
    }
}

fn unordered(has_order: bool, lacking: &[String]) -> Diagnostic {
    let columns = lacking.join(", ");
    if has_order {
        Diagnostic::error(format!("rows may tie: `order by` lacks `{}`", lacking.join("`, `")))
            .hint(format!("end the query with `, {columns}`, and run it again"))
    } else {
        Diagnostic::error("the rows have no order, so that chance decides it")
            .hint(format!("end the query with `order by {columns}`, and run it again"))
    }
}

/// The output columns of what the rows are grouped by, `None` for one that is not selected; nothing for rows that are not
/// grouped.
fn groups(plan: &LogicalPlan) -> Option<Vec<Option<String>>> {
    // Output columns with their names at the level looked at.
    let mut names: Vec<(String, String)> =
        plan.schema().fields().iter().map(|field| (field.name().clone(), field.name().clone())).collect();
    let mut level = plan;
    loop {
        level = match level {
            LogicalPlan::Projection(projection) => {
                names.retain_mut(|(_, name)| {
                    let source = projection.expr.iter().find_map(|expr| {
                        let (_, output) = expr.qualified_name();
                        (output == *name).then(|| expr_name(expr))
                    });
                    source.map(|source| *name = source).is_some()
                });
                &projection.input
            }
            LogicalPlan::Sort(sort) => &sort.input,
            LogicalPlan::Limit(limit) => &limit.input,
            LogicalPlan::Filter(filter) => &filter.input,
            LogicalPlan::SubqueryAlias(alias) => &alias.input,
            LogicalPlan::Window(window) => &window.input,
            LogicalPlan::Distinct(Distinct::All(_)) => {
                return Some(names.into_iter().map(|(output, _)| Some(output)).collect());
            }
            LogicalPlan::Aggregate(aggregate) => {
                if aggregate.group_expr.iter().any(|expr| matches!(expr, Expr::GroupingSet(_))) {
                    return None;
                }
                let output = |expr: &Expr| {
                    let own = expr_name(expr);
                    names.iter().find(|(_, name)| *name == own).map(|(output, _)| output.clone())
                };
                return Some(aggregate.group_expr.iter().map(output).collect());
            }
            _ => return None,
        };
    }
}

fn expr_name(expr: &Expr) -> String {
    match expr {
        Expr::Alias(alias) => expr_name(&alias.expr),
        Expr::Column(column) => column.name.clone(),
        other => other.schema_name().to_string(),
    }
}

/// The fewest of the columns whose values together are never NULL and never alike in two rows.
fn telling_apart(batch: &RecordBatch, names: &[String]) -> Option<Vec<String>> {
    const MOST: usize = 12;
    let names = &names[..names.len().min(MOST)];
    let places: Vec<usize> = names.iter().filter_map(|name| batch.schema().index_of(name).ok()).collect();
    let mut sets: Vec<u32> = (1..1_u32 << places.len()).collect();
    // Few before many, and of as many the first.
    sets.sort_by_key(|set| set.count_ones());
    let chosen = |set: u32| places.iter().enumerate().filter(move |(bit, _)| set >> bit & 1 == 1);
    let tells = |set: &u32| {
        let mut seen = BTreeSet::new();
        (0..batch.num_rows()).all(|row| {
            chosen(*set).all(|(_, at)| !is_null(batch, row, *at))
                && seen.insert(chosen(*set).map(|(_, at)| cell_text(batch, row, *at)).collect::<Vec<_>>())
        })
    };
    let set = sets.into_iter().find(tells)?;
    Some(chosen(set).map(|(bit, _)| names[bit].clone()).collect())
}

/// What a head is made of.
struct Drafting<'a> {
    typed: Typed<'a>,
    text: &'a str,
    columns: &'a [Kept],
    key: &'a [String],
    catalogue: &'a Catalogue,
    params: &'a Params,
}

impl Drafting<'_> {
    fn head(&self) -> String {
        let reads = super::catalogue::reads(self.text);
        let title = match self.typed.title {
            Some(title) => title.split_whitespace().collect::<Vec<_>>().join(" "),
            None => self.title(&reads),
        };
        let mut lines = vec![sentence(&title), Purpose::Explore.folder().to_owned()];
        let params = self.params();
        if !params.is_empty() {
            lines.push(format!("params: {}", params.join(", ")));
        }
        lines.push(format!("base: {}", self.base(&reads)));
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
        let remark: Vec<&str> = self.text.lines().map_while(|line| line.trim().strip_prefix("--")).collect();
        let remark = remark.join(" ").split_whitespace().collect::<Vec<_>>().join(" ");
        if !remark.is_empty() {
            return remark;
        }
        let others = self.columns.iter().map(|column| &column.name).filter(|name| !self.key.contains(name));
        let others = listed(&others.map(String::as_str).collect::<Vec<_>>());
        let key = listed(&self.key.iter().map(String::as_str).collect::<Vec<_>>());
        let what = match (others.as_str(), key.as_str()) {
            ("", key) => key.to_owned(),
            (others, "") => others.to_owned(),
            (others, key) => format!("{others} by {key}"),
        };
        if reads.is_empty() { format!("Without a table: {what}") } else { format!("From {}: {what}", listed_names(reads)) }
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
                format!("{rows} where {}", condition.split_whitespace().collect::<Vec<_>>().join(" "))
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
            format!("{}{falls}", parts.join(" "))
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
