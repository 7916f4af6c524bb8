//! Columns of a CSV file. Empty cells are missing answers.

use std::collections::BTreeMap;
use std::path::Path;

pub(crate) struct Table {
    columns: BTreeMap<String, Vec<String>>,
    pub(crate) rows: usize,
}

impl Table {
    /// Reads a file; `name` says what a column is called here. Of columns of one name, the first is kept.
    pub(crate) fn read(path: &Path, name: impl Fn(&str) -> String) -> Table {
        let mut reader = csv::Reader::from_path(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let headers = reader.headers().expect("a header").clone();
        let records: Vec<csv::StringRecord> =
            reader.records().map(|record| record.expect("a record")).collect();
        let mut columns = BTreeMap::new();
        for (i, header) in headers.iter().enumerate() {
            let cells = || records.iter().map(|record| record[i].to_owned()).collect();
            columns.entry(name(header)).or_insert_with(cells);
        }
        Table { columns, rows: records.len() }
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.keys().map(String::as_str)
    }

    pub(crate) fn set(&mut self, name: &str, cells: Vec<String>) {
        self.columns.insert(name.to_owned(), cells);
    }

    pub(crate) fn texts(&self, name: &str) -> &[String] {
        self.columns.get(name).unwrap_or_else(|| panic!("no column {name}"))
    }

    /// NaN where the answer is missing.
    pub(crate) fn numbers(&self, name: &str) -> Vec<f64> {
        let number = |cell: &String| if cell.is_empty() { f64::NAN } else { cell.parse().expect("a number") };
        self.texts(name).iter().map(number).collect()
    }

    /// The distinct answers in alphabetical order.
    pub(crate) fn levels(&self, name: &str) -> Vec<&str> {
        let mut levels: Vec<&str> =
            self.texts(name).iter().map(String::as_str).filter(|c| !c.is_empty()).collect();
        levels.sort_unstable();
        levels.dedup();
        levels
    }

    /// Each row's level by its number.
    pub(crate) fn categories(&self, name: &str) -> Vec<Option<u32>> {
        let levels = self.levels(name);
        let number = |cell: &String| levels.binary_search(&cell.as_str()).ok().map(|level| level as u32);
        self.texts(name).iter().map(number).collect()
    }

    /// The same of a column without missing answers.
    pub(crate) fn codes(&self, name: &str) -> Vec<u32> {
        self.categories(name).into_iter().map(|code| code.expect("an answer")).collect()
    }

    /// The rows for which a condition `column == value` is true; all rows for none.
    pub(crate) fn domain(&self, condition: &str) -> Vec<bool> {
        let Some((name, value)) = condition.split_once(" == ") else {
            assert!(condition.is_empty(), "not a condition: {condition}");
            return vec![true; self.rows];
        };
        self.texts(name).iter().map(|cell| cell == value.trim_matches('"')).collect()
    }
}
