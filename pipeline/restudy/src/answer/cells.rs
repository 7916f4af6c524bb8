//! The cells of a column as text.

use datafusion::arrow::array::{ArrayRef, AsArray};
use datafusion::arrow::datatypes::{DataType, Float64Type};
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};

use super::columns::{Column, Kind};
use super::values::Values;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::evidence::printed::MISSING;
use survey::rounding::fixed;

/// How numbers are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Digits {
    /// For a program: as many digits as there are.
    All,
    /// For a person: shares in per cent with one decimal, which tells apart any two counts out of a thousand; other floats
    /// with the decimals that a query's head asks for, or with six digits that count.
    Printed,
}

/// Decimals of a share's per cents.
pub const SHARE_DECIMALS: u8 = 1;

/// A column, ready to be read as text row by row.
pub struct Cells<'a> {
    column: &'a Column,
    formatter: ArrayFormatter<'a>,
    lists: Option<Values>,
    floats: Option<ArrayRef>,
}

impl<'a> Cells<'a> {
    /// The cells of a column.
    ///
    /// # Errors
    /// It is of a type that has no text.
    pub fn new(column: &'a Column, digits: Digits) -> Result<Cells<'a>, Diagnostics> {
        let told = |fault: datafusion::arrow::error::ArrowError| {
            Diagnostic::error(format!("`{}` cannot be written as text: {fault}", column.head()))
        };
        let formatter = ArrayFormatter::try_new(column.array.as_ref(), &OPTIONS).map_err(told)?;
        let lists = match column.array.data_type() {
            DataType::List(_) | DataType::LargeList(_) | DataType::FixedSizeList(..) => {
                Some(Values::new(&column.array).map_err(told)?)
            }
            _ => None,
        };
        let printed = digits == Digits::Printed && matches!(column.kind, Kind::Share | Kind::Number { .. });
        let floats = if printed { column.floats() } else { None };
        Ok(Cells { column, formatter, lists, floats })
    }

    /// The cell of a row; nothing where it has no value. Lists are JSON.
    pub fn text(&self, row: usize) -> Option<String> {
        if self.column.is_null(row) {
            return None;
        }
        if let Some(lists) = &self.lists {
            return Some(lists.json(row).to_string());
        }
        let Some(floats) = &self.floats else { return Some(self.formatter.value(row).to_string()) };
        let value = floats.as_primitive::<Float64Type>().value(row);
        Some(match self.column.kind {
            _ if !value.is_finite() => value.to_string(),
            Kind::Share => format!("{}%", fixed(value * 100.0, SHARE_DECIMALS)),
            Kind::Number { decimals: Some(decimals) } => fixed(value, decimals),
            _ => six(value),
        })
    }

    /// The cell of a row as a person reads it: a dash where it has no value.
    pub fn shown(&self, row: usize) -> String {
        self.text(row).unwrap_or_else(|| MISSING.to_owned())
    }
}

static OPTIONS: FormatOptions<'static> = FormatOptions::new();

/// A number with six digits that count, as far as they stand behind the point.
fn six(value: f64) -> String {
    let size = value.abs();
    if value == 0.0 {
        return "0".to_owned();
    }
    if size < 1e-4 {
        let text = format!("{value:.5e}");
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        return format!("{}e{exponent}", without_zeros(digits));
    }
    let decimals = (5.0 - size.log10().floor()).max(0.0) as usize;
    without_zeros(&format!("{value:.decimals$}")).to_owned()
}

fn without_zeros(digits: &str) -> &str {
    if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.') } else { digits }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_digits_count_and_none_before_the_point_is_lost() {
        let told =
            [0.11538461538461539, 77.0, 1234567.89, -0.5, 1e-7, 123456.5, 0.0, 100000.0, 0.00012345678]
                .map(six);
        let wanted = ["0.115385", "77", "1234568", "-0.5", "1e-7", "123456", "0", "100000", "0.000123457"];
        // Halves go to even, as Rust prints.
        assert_eq!(told, wanted);
    }
}
