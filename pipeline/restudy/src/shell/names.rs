//! The names that can be typed: tables and their columns, labels, functions, saved queries.
//!
//! In: a session, and the study that it is of. Out: one plain value, which keeps nothing open.

use std::collections::{BTreeMap, BTreeSet};

use datafusion::arrow::array::{AsArray, RecordBatch};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Field, Int64Type};

use crate::codebook::{Codebook, Kind, Question};
use crate::diagnostic::Diagnostics;
use crate::engine::{Callable, Params, Session};
use crate::queries::Catalogue;
use crate::store::{key, one_row};
use crate::study::Study;

/// A column has so many values at most that all are offered.
const VALUES: usize = 60;

/// A table has so many rows at most that its values are looked at.
const ROWS: usize = 20_000;

/// What a column holds that is a struct.
pub(super) const FIELDS: &str = "fields";

/// The names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// Tables of the store, results of queries, and `evidence`, in alphabetical order.
    pub tables: Vec<Table>,
    /// Functions, in alphabetical order.
    pub functions: Vec<Callable>,
    /// Queries of the study: name and title.
    pub queries: Vec<(String, String)>,
    /// Waves, oldest first.
    pub waves: Vec<String>,
    /// Value sets.
    pub value_sets: Vec<String>,
    /// The labels that answers to a question have, by question.
    pub answers: BTreeMap<String, Vec<String>>,
}

/// A table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// What a row of it is, or what the query asks whose result it is.
    pub about: String,
    /// Whether it is a query's result.
    pub is_result: bool,
    /// How many rows it has.
    pub rows: usize,
    /// Its columns, in order.
    pub columns: Vec<Column>,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What kind of values it holds, in words.
    pub holds: String,
    /// What it is about.
    pub label: Option<String>,
    /// Its labels in the order of their scale; of a struct its fields; of other columns their values, where they are few.
    pub values: Vec<String>,
    /// Whether the values are labels.
    pub labelled: bool,
}

impl Names {
    /// The names of a session over the tables of `study`.
    ///
    /// # Errors
    /// The codebook is at fault, or a table cannot be read any more.
    pub fn read(session: &Session, study: &Study, catalogue: &Catalogue) -> Result<Names, Diagnostics> {
        let codebook = Codebook::load(&study.root)?;
        let waves: Vec<String> = study.waves.iter().map(|wave| wave.id.clone()).collect();
        let mut tables = Vec::new();
        for name in session.tables() {
            let Some(schema) = session.schema(&name) else { continue };
            let mut columns: Vec<Column> = schema.fields().iter().map(|field| column(field)).collect();
            let rows = match name.as_str() {
                "responses" => rows(session, &name)?,
                "answers" | "missing" => {
                    from_codebook(&mut columns, &codebook, name == "answers");
                    rows(session, &name)?
                }
                _ => values(session, &name, &mut columns)?,
            };
            for column in columns.iter_mut().filter(|column| column.name == "wave") {
                column.values.clone_from(&waves);
            }
            let query = catalogue.get(&name);
            let about = query.map(|query| query.head.title.as_str()).or_else(|| one_row(&name));
            let about = about.unwrap_or("a statistic").to_owned();
            tables.push(Table { name, about, is_result: query.is_some(), rows, columns });
        }
        let queries = catalogue.iter().map(|query| (query.head.name.clone(), query.head.title.clone()));
        let mut queries: Vec<_> = queries.collect();
        queries.sort_unstable();
        let answers = codebook.variables().into_iter().map(|variable| (variable.question, variable.labels));
        Ok(Names {
            tables,
            functions: session.functions(),
            queries,
            waves,
            value_sets: codebook.label_sets().into_iter().map(|set| set.name).collect(),
            answers: answers.filter(|(_, labels)| !labels.is_empty()).collect(),
        })
    }

    /// The table with this name.
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.name == name)
    }
}

/// How many rows a table has.
fn rows(session: &Session, table: &str) -> Result<usize, Diagnostics> {
    let batch = session.query(&format!("select count(*) as n from \"{table}\""), &Params::none())?;
    let counted = batch.column(0).as_primitive_opt::<Int64Type>().and_then(|n| n.values().first().copied());
    Ok(counted.and_then(|n| usize::try_from(n).ok()).unwrap_or(0))
}

fn column(field: &Field) -> Column {
    let metadata = field.metadata();
    let fields = match field.data_type() {
        DataType::Struct(fields) => fields.iter().map(|field| field.name().clone()).collect(),
        _ => Vec::new(),
    };
    let labels =
        metadata.get(key::LABELS).and_then(|labels| serde_json::from_str::<Vec<String>>(labels).ok());
    Column {
        name: field.name().clone(),
        holds: words(field.data_type()).to_owned(),
        label: metadata.get(key::LABEL).cloned(),
        labelled: labels.is_some(),
        values: labels.unwrap_or(fields),
    }
}

fn words(given: &DataType) -> &'static str {
    match given {
        DataType::Dictionary(_, values) => words(values),
        DataType::Boolean => "true or false",
        DataType::Struct(_) => FIELDS,
        DataType::Date32 | DataType::Date64 => "date",
        DataType::Timestamp(..) => "time",
        DataType::List(_) | DataType::LargeList(_) | DataType::FixedSizeList(..) => "list",
        given if given.is_integer() => "whole number",
        given if given.is_numeric() => "number",
        _ => "text",
    }
}

/// What the columns of `answers` and `missing` can hold: the codebook knows, and the tables may be large. `answers` has those
/// of items alone.
fn from_codebook(columns: &mut [Column], codebook: &Codebook, of_items: bool) {
    let has_items = |question: &&Question| {
        !of_items || matches!(question.kind, Kind::Grid | Kind::Multiple | Kind::Staged)
    };
    let questions: Vec<&Question> = codebook.questions.iter().filter(has_items).collect();
    let mut variables = codebook.variables();
    variables.retain(|variable| questions.iter().any(|question| question.name == variable.question));
    let items = questions.iter().flat_map(|question| &question.items);
    let stages = questions.iter().flat_map(|question| &question.stages);
    for column in columns {
        let values: Vec<String> = match column.name.as_str() {
            "question" => questions.iter().map(|question| question.name.clone()).collect(),
            "variable" => variables.iter().map(|variable| variable.name.clone()).collect(),
            "item" => items.clone().map(|item| item.name.clone()).collect(),
            "item_label" => items.clone().map(|item| item.label.clone()).collect(),
            "stage" => stages.clone().map(|stage| stage.label.clone()).collect(),
            "answer" => variables.iter().flat_map(|variable| variable.labels.clone()).collect(),
            _ => continue,
        };
        for value in values {
            if !column.values.contains(&value) {
                column.values.push(value);
            }
        }
    }
}

/// Fills in the values of columns of text that have no labels, where they are few; how many rows the table has.
fn values(session: &Session, table: &str, columns: &mut [Column]) -> Result<usize, Diagnostics> {
    let batch = session.query(&format!("select * from \"{table}\" limit {}", ROWS + 1), &Params::none())?;
    if batch.num_rows() > ROWS {
        return rows(session, table);
    }
    for (at, column) in columns.iter_mut().enumerate().filter(|(_, c)| c.holds == "text" && !c.labelled) {
        let found: BTreeSet<String> = texts(&batch, at).into_iter().collect();
        if found.len() <= VALUES {
            column.values = found.into_iter().collect();
        }
    }
    Ok(batch.num_rows())
}

fn texts(batch: &RecordBatch, column: usize) -> Vec<String> {
    match cast(batch.column(column), &DataType::Utf8) {
        Ok(texts) => texts.as_string::<i32>().iter().flatten().map(str::to_owned).collect(),
        Err(_) => Vec::new(),
    }
}

/// A small study's names.
#[cfg(test)]
pub(super) fn example() -> Names {
    let column = |name: &str, values: &[&str]| Column {
        name: name.to_owned(),
        holds: "text".to_owned(),
        label: None,
        values: values.iter().map(|value| (*value).to_owned()).collect(),
        labelled: !values.is_empty(),
    };
    let table = |name: &str, columns: Vec<Column>| Table {
        name: name.to_owned(),
        about: String::new(),
        is_result: false,
        rows: 1,
        columns,
    };
    let function = |name: &str, arguments: &str, gives_table| Callable {
        name: name.to_owned(),
        arguments: arguments.to_owned(),
        gives_table,
        fields: if name == "svy_prop" { vec!["estimate".to_owned(), "se".to_owned()] } else { Vec::new() },
    };
    let labels = |labels: &[&str]| labels.iter().map(|label| (*label).to_owned()).collect();
    Names {
        tables: vec![
            table(
                "answers",
                vec![
                    column("question", &["stem_support", "cpd_topics"]),
                    column("item", &["club", "fair"]),
                    column("answer", &["selected", "not selected", "very interested", "not interested"]),
                ],
            ),
            table("cases", vec![column("case_id", &[]), column("location", &["King's Lynn", "Hull"])]),
            table("codes", vec![column("code", &[])]),
            table("missing", vec![column("reason", &["skipped", "not asked"])]),
            table(
                "responses",
                vec![
                    column("wave", &["2012", "2013"]),
                    column("role", &["head", "teacher"]),
                    column("school_type", &[]),
                    column("employers", &["none", "some, small", "many"]),
                ],
            ),
            table("stem_support_offered", vec![column("item", &["club"]), column("share", &[])]),
        ],
        functions: vec![
            function("counts_of", "percent, base [, decimals]", true),
            function("now", "", false),
            function("round", "numeric_expression[, decimal_places]", false),
            function("scale_position", "label, set", false),
            function("svy_prop", "condition [, design] [, method]", false),
        ],
        queries: vec![
            ("employers_by_role".to_owned(), "Employers.".to_owned()),
            ("stem_support_offered".to_owned(), "Support.".to_owned()),
        ],
        waves: labels(&["2012", "2013"]),
        value_sets: labels(&["interest"]),
        answers: BTreeMap::from([
            ("stem_support".to_owned(), labels(&["selected", "not selected"])),
            ("cpd_topics".to_owned(), labels(&["very interested", "not interested"])),
        ]),
    }
}
