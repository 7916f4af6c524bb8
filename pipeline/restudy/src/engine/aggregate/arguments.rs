//! The arguments of an aggregate: what it wants, what it was given, and the words for a difference.

use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::{DataType, FieldRef};
use datafusion::common::{Result, ScalarValue, exec_err};
use datafusion::logical_expr::ColumnarValue;
use datafusion::logical_expr::function::AccumulatorArgs;
use datafusion::physical_expr::expressions::Column;
use datafusion::physical_expr::utils::collect_columns;
use datafusion::physical_plan::PhysicalExpr;

use super::Call;
use crate::diagnostic::nearest;

/// What an argument may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::engine) enum Kind {
    /// Numbers; a condition counts as 1 and 0.
    Number,
    /// A condition, or numbers that are 0 or 1.
    Condition,
    /// Text, or anything that text can be made of.
    Category,
    /// Numbers as numbers, all else as text.
    Value,
    /// A number between 0 and 1, the same for all rows.
    Probability,
}

/// An argument: its name and what it may be.
#[derive(Clone, Copy, Debug)]
pub(in crate::engine) struct Argument {
    pub(in crate::engine) name: &'static str,
    pub(in crate::engine) kind: Kind,
}

/// The arguments of a function, in their order.
#[derive(Clone, Copy, Debug)]
pub(in crate::engine) struct Shape {
    /// Those that must be there.
    pub(in crate::engine) leading: &'static [Argument],
    /// Whether a design may follow.
    pub(in crate::engine) design: bool,
    /// The words that may come last.
    pub(in crate::engine) choices: &'static [Choice],
}

/// An argument that is one of some words, and may be left out.
#[derive(Clone, Copy, Debug)]
pub(in crate::engine) struct Choice {
    pub(in crate::engine) name: &'static str,
    pub(in crate::engine) words: &'static [&'static str],
}

/// What a query gave as an argument, in words for faults of its values.
#[derive(Clone, Debug, Default)]
pub(in crate::engine) struct Given {
    /// Whether it is a column as it stands.
    plain: bool,
    /// The columns that it is computed from, as far as the query names them.
    columns: Vec<String>,
}

impl Given {
    fn new(expression: &Arc<dyn PhysicalExpr>) -> Given {
        let columns = collect_columns(expression);
        // The planner's own columns begin so.
        let names = columns.iter().map(Column::name).filter(|name| !name.starts_with("__"));
        let mut columns: Vec<String> = names.map(|name| format!("`{name}`")).collect();
        columns.sort_unstable();
        Given { plain: expression.downcast_ref::<Column>().is_some(), columns }
    }

    /// The argument by its column, or by `otherwise` and the columns that it is computed from.
    pub(in crate::engine) fn called(&self, otherwise: &str) -> String {
        match (self.plain, self.columns.as_slice()) {
            (_, []) => otherwise.to_owned(),
            (true, [column, ..]) => column.clone(),
            (false, columns) => format!("{otherwise}, computed from {},", columns.join(" and ")),
        }
    }
}

/// The positions of arguments that may be left out.
#[derive(Clone, Debug, Default)]
struct Layout {
    design: Option<usize>,
    words: Vec<usize>,
}

impl Shape {
    /// The names of the arguments that must be there.
    pub(in crate::engine) fn argument(&self, index: usize) -> &'static str {
        self.leading.get(index).map_or("x", |argument| argument.name)
    }

    /// That the types of the arguments are right; else the fault, in words.
    pub(super) fn check(&self, function: &str, fields: &[FieldRef]) -> std::result::Result<(), String> {
        self.layout(function, fields).map(|_| ())
    }

    fn layout(&self, function: &str, fields: &[FieldRef]) -> std::result::Result<Layout, String> {
        for (index, argument) in self.leading.iter().enumerate() {
            let Some(field) = fields.get(index) else { return Err(self.usage(function)) };
            argument.check(function, field)?;
        }
        let mut layout = Layout::default();
        let mut rest = fields.iter().enumerate().skip(self.leading.len()).peekable();
        if let Some((index, field)) = rest.next_if(|(_, field)| self.design && !is_text(field.data_type())) {
            check_design(function, field)?;
            layout.design = Some(index);
        }
        for _ in self.choices {
            layout
                .words
                .extend(rest.next_if(|(_, field)| is_text(field.data_type())).map(|(index, _)| index));
        }
        match rest.next() {
            None => Ok(layout),
            Some((_, field)) if self.design && layout.design.is_none() && layout.words.is_empty() => {
                check_design(function, field).map(|()| layout)
            }
            Some(_) => Err(self.usage(function)),
        }
    }

    /// What the function wants.
    fn usage(&self, function: &str) -> String {
        let mut wanted: Vec<String> = self.leading.iter().map(|argument| argument.name.to_owned()).collect();
        if self.design {
            wanted.push("[design]".to_owned());
        }
        wanted.extend(self.choices.iter().map(|choice| format!("['{}']", choice.words.join("' | '"))));
        format!("`{function}` is called as {function}({})", wanted.join(", "))
    }

    /// How the function was called, its constants worked out.
    pub(super) fn call(&self, function: &str, args: &AccumulatorArgs<'_>, confidence: f64) -> Result<Call> {
        let layout = match self.layout(function, args.expr_fields) {
            Ok(layout) => layout,
            Err(fault) => return exec_err!("{fault}"),
        };
        let constant_argument = |index: usize, name: &str| -> Result<ScalarValue> {
            let none = RecordBatch::new_empty(Arc::new(args.schema.clone()));
            match args.exprs[index].evaluate(&none) {
                Ok(ColumnarValue::Scalar(value)) => Ok(value),
                _ => exec_err!(
                    "{name} of `{function}` must be the same for all rows: write a value, not a column"
                ),
            }
        };
        let (mut left, mut words) = (self.choices.to_vec(), Vec::new());
        for index in layout.words {
            let names: Vec<&str> = left.iter().map(|choice| choice.name).collect();
            let value = constant_argument(index, &names.join(" or "))?;
            words.push(known_word(function, &mut left, &value)?);
        }
        let mut constant = None;
        for (index, argument) in self.leading.iter().enumerate().filter(|(_, a)| a.kind == Kind::Probability)
        {
            let value = constant_argument(index, argument.name)?;
            let number = match value.cast_to(&DataType::Float64) {
                Ok(ScalarValue::Float64(Some(number))) => number,
                _ => f64::NAN,
            };
            if !(0.0..=1.0).contains(&number) {
                return exec_err!(
                    "{} of `{function}` is {value}, which is not between 0 and 1",
                    argument.name
                );
            }
            constant = Some(number);
        }
        let given = args.exprs.iter().map(Given::new).collect();
        Ok(Call { given, design: layout.design, words, constant, confidence })
    }
}

/// The word that `value` is, of one of the choices that are left; that choice is made then.
fn known_word(function: &str, left: &mut Vec<Choice>, value: &ScalarValue) -> Result<&'static str> {
    let given = value.try_as_str().flatten().unwrap_or_default();
    for (at, choice) in left.iter().enumerate() {
        if let Some(word) = choice.words.iter().find(|word| **word == given) {
            left.remove(at);
            return Ok(word);
        }
    }
    let near = nearest(given, left.iter().flat_map(|choice| choice.words.iter().copied()));
    let near = near.map_or_else(String::new, |near| format!(" (did you mean {near}?)"));
    let names: Vec<&str> = left.iter().map(|choice| choice.name).collect();
    let there_are: Vec<String> = left.iter().map(|choice| choice.words.join(", ")).collect();
    exec_err!(
        "`{function}` knows no {} `{given}`{near}; there are {}",
        names.join(" or "),
        there_are.join("; ")
    )
}

impl Argument {
    fn check(&self, function: &str, field: &FieldRef) -> std::result::Result<(), String> {
        let given = field.data_type();
        let number = given.is_numeric() || given == &DataType::Null;
        let right = match self.kind {
            Kind::Number | Kind::Condition => number || given == &DataType::Boolean,
            Kind::Probability => number,
            Kind::Category | Kind::Value => !given.is_nested(),
        };
        if right {
            return Ok(());
        }
        let wanted = match self.kind {
            Kind::Number => format!("numbers as {}", self.name),
            Kind::Condition => "a condition, such as x = 'yes'".to_owned(),
            Kind::Probability => format!("a number between 0 and 1 as {}", self.name),
            Kind::Category | Kind::Value => format!("text or numbers as {}", self.name),
        };
        Err(format!("`{function}` wants {wanted}; {} is {}", called(field, self.name), type_word(given)))
    }
}

fn check_design(function: &str, field: &FieldRef) -> std::result::Result<(), String> {
    if is_design(field.data_type()) {
        return Ok(());
    }
    Err(format!(
        "`{function}` wants a design as its last argument, such as the column `design` of `responses` and `answers`; {} is {}",
        called(field, "it"),
        type_word(field.data_type())
    ))
}

/// An argument as the query names it, where it is a column.
fn called(field: &FieldRef, otherwise: &str) -> String {
    let name = field.name().rsplit('.').next().unwrap_or_default();
    let plain = name.chars().all(|c| c.is_alphanumeric() || c == '_');
    let letter = name.chars().next().is_some_and(char::is_alphabetic);
    if plain && letter { format!("`{name}`") } else { otherwise.to_owned() }
}

/// Whether a type is that of the column `design`, or of what a query makes like it.
pub(in crate::engine) fn is_design(given: &DataType) -> bool {
    let DataType::Struct(fields) = given else { return false };
    let known = |name: &str| fields.find(name).map(|(_, field)| field.data_type());
    known("weight") == Some(&DataType::Float64)
        && known("place").is_some_and(is_text)
        && known("unit").is_none_or(|unit| unit == &DataType::UInt32)
}

fn is_text(given: &DataType) -> bool {
    match given {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        DataType::Dictionary(_, values) => is_text(values),
        _ => false,
    }
}

/// A type in a word that people know.
pub(in crate::engine) fn type_word(given: &DataType) -> &'static str {
    match given {
        given if is_text(given) => "text",
        given if given.is_numeric() => "a number",
        given if given.is_temporal() => "a date or time",
        DataType::Boolean => "a condition",
        DataType::Null => "NULL",
        DataType::Struct(fields) if fields.find("estimate").is_some() => "an estimate",
        given if is_design(given) => "a design",
        DataType::Struct(_) => "a struct",
        DataType::List(_) | DataType::LargeList(_) | DataType::FixedSizeList(..) => "a list",
        _ => "something else",
    }
}
