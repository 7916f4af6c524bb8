//! The cells of the answer, each as Excel's own kind of value.

use datafusion::arrow::array::AsArray;
use datafusion::arrow::datatypes::{DataType, Float64Type};
use rust_xlsxwriter::{ExcelDateTime, Format, FormatAlign, Worksheet, XlsxError};

use super::super::cells::{Cells, Digits, SHARE_DECIMALS};
use super::super::columns::{Column, Kind};
use super::super::csv::is_formula;
use super::super::width::width;
use super::row;
use crate::diagnostic::{Diagnostic, count};

/// What a cell holds at most, in characters as Excel counts them: units of UTF-16.
const LONGEST: usize = 32_767;

/// Excel computes with 15 digits.
const EXACT: i128 = 999_999_999_999_999;

/// What did not fit, to be told at the end.
#[derive(Debug, Default)]
pub(super) struct Told {
    cut: usize,
    as_text: usize,
}

impl Told {
    pub(super) fn warning(&self) -> Option<Diagnostic> {
        let mut warning = None;
        if self.cut > 0 {
            let cells = if self.cut == 1 { "1 cell was" } else { &format!("{} cells were", self.cut) };
            warning = Some(
                Diagnostic::warning(format!("{cells} cut: Excel holds {LONGEST} characters in a cell"))
                    .hint("write the answer as `parquet`, `csv` or `json` to have all of it"),
            );
        }
        if self.as_text > 0 {
            let told = format!(
                "{} of more than 15 digits, or none at all (NaN), stand as text",
                count(self.as_text, "number")
            );
            let of = warning.unwrap_or_else(|| {
                Diagnostic::warning("Excel cannot compute with all numbers of the answer")
            });
            warning = Some(of.note(told));
        }
        warning
    }
}

/// A column of a sheet.
pub(super) struct Sheet<'a> {
    pub(super) sheet: &'a mut Worksheet,
    /// Row of the first cell.
    pub(super) top: usize,
    /// Column of the sheet.
    pub(super) column: u16,
    pub(super) told: &'a mut Told,
}

impl Sheet<'_> {
    /// Writes a column of the answer: how wide its widest cell is, in characters.
    pub(super) fn write(&mut self, column: &Column, rows: usize) -> Result<usize, XlsxError> {
        let fault = |fault: crate::diagnostic::Diagnostics| XlsxError::ParameterError(fault.to_string());
        let exact = Cells::new(column, Digits::All).map_err(fault)?;
        let printed = Cells::new(column, Digits::Printed).map_err(fault)?;
        let floats = column.floats();
        let floats = floats.as_ref().map(|floats| floats.as_primitive::<Float64Type>());
        let format = format_of(column);
        let mut widest = 0;
        for position in 0..rows {
            let Some(text) = exact.text(position) else { continue };
            let at = row(self.top + position);
            widest = widest.max(match column.kind.is_number() {
                true => printed.text(position).map_or(0, |text| width(&text)),
                false => text.lines().map(width).max().unwrap_or(0),
            });
            if column.kind.is_number() {
                self.number(at, floats.map(|floats| floats.value(position)), text, &format)?;
            } else if let Some(truths) = column.array.as_boolean_opt() {
                self.sheet.write_boolean_with_format(at, self.column, truths.value(position), &format)?;
            } else if let Some(moment) = moment(column, &text) {
                self.sheet.write_datetime_with_format(at, self.column, &moment, &format)?;
            } else {
                self.text(at, text, &format)?;
            }
        }
        Ok(widest)
    }

    fn number(
        &mut self,
        at: u32,
        value: Option<f64>,
        text: String,
        format: &Format,
    ) -> Result<(), XlsxError> {
        let whole = text.parse::<i128>();
        match value
            .filter(|value| value.is_finite() && whole.as_ref().map_or(true, |whole| whole.abs() <= EXACT))
        {
            Some(value) => self.sheet.write_number_with_format(at, self.column, value, format)?,
            None => {
                self.told.as_text += 1;
                let right = Format::new().set_align(FormatAlign::Right);
                self.sheet.write_string_with_format(at, self.column, text, &right)?
            }
        };
        Ok(())
    }

    fn text(&mut self, at: u32, text: String, format: &Format) -> Result<(), XlsxError> {
        let mut text = text.replace("\r\n", "\n");
        if text.encode_utf16().count() > LONGEST {
            self.told.cut += 1;
            let mut units = 0;
            let fits = |c: &char| {
                units += c.len_utf16();
                units < LONGEST
            };
            text = text.chars().take_while(fits).chain(['…']).collect();
        }
        // A cell of text that is edited is read anew, unless it is marked as text.
        let format = if is_formula(&text) { format.clone().set_quote_prefix() } else { format.clone() };
        self.sheet.write_string_with_format(at, self.column, text, &format)?;
        Ok(())
    }
}

/// How Excel shows a column.
fn format_of(column: &Column) -> Format {
    let format = Format::new().set_align(FormatAlign::Top);
    let decimals = |decimals: u8| match decimals {
        0 => "0".to_owned(),
        decimals => format!("0.{}", "0".repeat(usize::from(decimals))),
    };
    match column.kind {
        Kind::Whole { counts: true } => format.set_num_format("#,##0"),
        Kind::Whole { counts: false } => format.set_num_format("0"),
        Kind::Share => format.set_num_format(format!("{}%", decimals(SHARE_DECIMALS))),
        Kind::Number { decimals: Some(known) } => format.set_num_format(decimals(known)),
        Kind::Number { decimals: None } | Kind::Boolean => format,
        Kind::Text => match column.array.data_type() {
            DataType::Date32 | DataType::Date64 => format.set_num_format("yyyy-mm-dd"),
            DataType::Timestamp(..) => format.set_num_format("yyyy-mm-dd hh:mm:ss"),
            _ => format.set_text_wrap(),
        },
    }
}

/// A day or a time that Excel's calendar has: it begins in 1900.
fn moment(column: &Column, text: &str) -> Option<ExcelDateTime> {
    match column.array.data_type() {
        DataType::Date32 | DataType::Date64 | DataType::Timestamp(_, None) if text.len() >= 10 => {
            ExcelDateTime::parse_from_str(text).ok()
        }
        _ => None,
    }
}
