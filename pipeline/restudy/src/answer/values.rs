//! Values as JSON: structs as objects, lists as arrays, a missing value as `null`.

use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::arrow::buffer::NullBuffer;
use datafusion::arrow::datatypes::DataType;
use datafusion::arrow::error::ArrowError;
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use serde_json::{Number, Value};

use super::columns::plain;

/// A column, ready to be read row by row.
pub struct Values {
    array: ArrayRef,
    nulls: Option<NullBuffer>,
    shape: Shape,
}

enum Shape {
    Plain,
    Fields(Vec<(String, Values)>),
    Items(Box<Values>),
}

impl Values {
    /// The values of a column.
    ///
    /// # Errors
    /// Never in practice: whatever a dictionary holds can be taken out of it.
    pub fn new(array: &ArrayRef) -> Result<Values, ArrowError> {
        let array = plain(array)?;
        let shape = match array.data_type() {
            DataType::Struct(_) => {
                let parts = array.as_struct();
                let parts = parts.fields().iter().zip(parts.columns());
                let fields = parts.map(|(field, part)| Ok((field.name().clone(), Values::new(part)?)));
                Shape::Fields(fields.collect::<Result<_, ArrowError>>()?)
            }
            DataType::List(_) => Shape::Items(Box::new(Values::new(array.as_list::<i32>().values())?)),
            DataType::LargeList(_) => Shape::Items(Box::new(Values::new(array.as_list::<i64>().values())?)),
            DataType::FixedSizeList(..) => {
                Shape::Items(Box::new(Values::new(array.as_fixed_size_list().values())?))
            }
            _ => Shape::Plain,
        };
        Ok(Values { nulls: array.logical_nulls(), array, shape })
    }

    /// The value of a row.
    pub fn json(&self, row: usize) -> Value {
        if self.nulls.as_ref().is_some_and(|nulls| nulls.is_null(row)) {
            return Value::Null;
        }
        match &self.shape {
            Shape::Fields(fields) => {
                Value::Object(fields.iter().map(|(name, values)| (name.clone(), values.json(row))).collect())
            }
            Shape::Items(items) => Value::Array(self.items(row).map(|at| items.json(at)).collect()),
            Shape::Plain => self.leaf(row),
        }
    }

    /// Where the items of a row's list stand among all items.
    fn items(&self, row: usize) -> std::ops::Range<usize> {
        match self.array.data_type() {
            DataType::LargeList(_) => {
                let ends = self.array.as_list::<i64>().value_offsets();
                ends[row] as usize..ends[row + 1] as usize
            }
            DataType::FixedSizeList(..) => {
                let lists = self.array.as_fixed_size_list();
                let start = lists.value_offset(row) as usize;
                start..start + lists.value_length() as usize
            }
            _ => {
                let ends = self.array.as_list::<i32>().value_offsets();
                ends[row] as usize..ends[row + 1] as usize
            }
        }
    }

    fn leaf(&self, row: usize) -> Value {
        if let Some(truths) = self.array.as_boolean_opt() {
            return Value::Bool(truths.value(row));
        }
        let options = FormatOptions::default();
        let formatter = ArrayFormatter::try_new(self.array.as_ref(), &options);
        let text = formatter.map(|formatter| formatter.value(row).to_string()).unwrap_or_default();
        if self.array.data_type().is_numeric() { number(text) } else { Value::String(text) }
    }
}

/// A number as JSON; as text where JSON has none like it (NaN, infinity) or a reader would lose digits of it.
fn number(text: String) -> Value {
    if let Ok(whole) = text.parse::<i64>() {
        return whole.into();
    }
    if let Ok(whole) = text.parse::<u64>() {
        return whole.into();
    }
    // Read by the standard library: serde_json's own reader may be off by the last digit.
    let float = text.parse::<f64>().ok().filter(|float| digits(&text) == digits(&format!("{float:e}")));
    float.and_then(Number::from_f64).map_or(Value::String(text), Value::Number)
}

/// The digits that count, without sign, point and exponent.
fn digits(text: &str) -> String {
    let mantissa = text.split(['e', 'E']).next().unwrap_or(text);
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    digits.trim_matches('0').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_lose_no_digit() {
        for exact in
            ["0.1", "1e-7", "77.0", "-0.5", "9007199254740993", "18446744073709551615", "0.36363636363636365"]
        {
            assert_eq!(number(exact.to_owned()).to_string(), exact);
        }
        assert_eq!(number("0.30".into()).to_string(), "0.3");
        for text in ["NaN", "inf", "-inf", "12345678901234567.89", "123456789012345678901234567890"] {
            assert_eq!(number(text.into()), Value::String(text.into()));
        }
    }
}
