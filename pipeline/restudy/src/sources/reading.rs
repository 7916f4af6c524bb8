//! A table read under other names and in other words than its file has.
//!
//! In: a [`RawTable`], and a [`Reading`] for each of its columns that is to stay. Out: a [`RawTable`] with those columns;
//! every cell still tells where it stands in the file, and under which name.

use std::collections::HashMap;

use ::csv::StringRecord;

use super::{Described, RawTable};

/// How a column is read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reading {
    /// Where it stands in the table, counted from 0.
    pub column: usize,
    /// The name that it gets.
    pub name: String,
    /// What its cells say, by what the file has: a label, or else a code. Other cells stay as they are.
    pub words: HashMap<String, String>,
    /// By what its numbers are multiplied.
    pub times: Option<f64>,
}

/// Where columns stand in their file, and how it names them.
#[derive(Debug)]
pub(super) struct Written {
    names: Vec<String>,
    standing: Vec<usize>,
}

impl RawTable {
    /// The table with the columns of `readings` alone, in their order.
    #[must_use]
    pub fn read_as(mut self, readings: &[Reading]) -> RawTable {
        let rows: Vec<StringRecord> = (0..self.rows.len()).map(|row| self.record(row, readings)).collect();
        if !self.described.is_empty() {
            let described = readings.iter().map(|reading| self.described_as(reading));
            self.described = described.collect();
        }
        let standing = readings.iter().map(|reading| self.in_file(reading.column)).collect();
        let names = std::mem::replace(&mut self.names, readings.iter().map(|r| r.name.clone()).collect());
        let names = self.written.take().map_or(names, |written| written.names);
        self.written = Some(Written { names, standing });
        self.rows = rows;
        self
    }

    /// Where `column` stands in the file.
    pub(super) fn in_file(&self, column: usize) -> usize {
        let written = self.written.as_ref().and_then(|written| written.standing.get(column));
        written.copied().unwrap_or(column)
    }

    /// How the file names `column`.
    pub fn written_name(&self, column: usize) -> Option<&str> {
        let names = self.written.as_ref().map_or(&self.names, |written| &written.names);
        names.get(self.in_file(column)).map(String::as_str)
    }

    fn record(&self, row: usize, readings: &[Reading]) -> StringRecord {
        let mut record: StringRecord = readings.iter().map(|reading| self.said(row, reading)).collect();
        record.set_position(self.rows.get(row).and_then(StringRecord::position).cloned());
        record
    }

    /// What the cell in `row` says, or its code, where the file has labels for codes.
    fn said(&self, row: usize, reading: &Reading) -> String {
        let code = self.code(row, reading.column);
        let is_labelled =
            self.described(reading.column).is_some_and(|described| described.value_labels.contains_key(code));
        if is_labelled {
            return code.to_owned();
        }
        if let Some(words) = reading.words.get(code) {
            return words.clone();
        }
        let is_missing = self.stated(row, reading.column).is_some();
        match (reading.times, code.parse::<f64>()) {
            (Some(times), Ok(number)) if !is_missing && number.is_finite() => (number * times).to_string(),
            _ => code.to_owned(),
        }
    }

    fn described_as(&self, reading: &Reading) -> Described {
        let mut described = self.described(reading.column).cloned().unwrap_or_default();
        for (code, label) in &mut described.value_labels {
            let words = reading.words.get(label.trim()).or_else(|| reading.words.get(code));
            if let Some(words) = words {
                label.clone_from(words);
            }
        }
        described
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::Source;

    #[test]
    fn columns_keep_their_places() {
        let bytes = b"a,b,c\nx,\"y\nz\",2.5\nw,v,n\n".to_vec();
        let (table, _) = RawTable::parse(&Source::plain("t.csv"), bytes).unwrap();
        let words = HashMap::from([("x".to_owned(), "ex".to_owned())]);
        let readings = [
            Reading { column: 2, name: "number".to_owned(), times: Some(10.0), ..Reading::default() },
            Reading { column: 0, name: "letter".to_owned(), words, ..Reading::default() },
        ];
        let read = table.read_as(&readings);
        assert_eq!(read.headers().collect::<Vec<_>>(), ["number", "letter"]);
        assert_eq!((read.cell(0, 0), read.cell(0, 1)), ("25", "ex"));
        assert_eq!((read.cell(1, 0), read.cell(1, 1)), ("n", "w"));
        assert_eq!(read.place(0, 0).to_string(), "t.csv:3:4");
        assert_eq!(read.place(1, 1).to_string(), "t.csv:4:1");
        assert_eq!(read.header_place(0).to_string(), "t.csv:1:5");
        assert_eq!(read.written_name(0), Some("c"));
        let again = read.read_as(&[Reading { column: 1, name: "l".to_owned(), ..Reading::default() }]);
        assert_eq!((again.cell(0, 0), again.written_name(0)), ("ex", Some("a")));
        assert_eq!(again.place(1, 0).to_string(), "t.csv:4:1");
    }
}
