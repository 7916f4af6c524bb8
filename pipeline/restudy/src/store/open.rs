//! Opens a folder of tables.

use std::path::{Path, PathBuf};

use datafusion::arrow::compute::concat_batches;
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::arrays;
use super::tables::Tables;
use crate::diagnostic::{Diagnostic, Diagnostics, Place};

/// A folder of tables that was written by [`Tables::write`].
#[derive(Clone, Debug)]
pub struct Store {
    tables: Vec<(String, PathBuf)>,
}

impl Store {
    /// Lists the tables in `dir`.
    ///
    /// # Errors
    /// There is no such folder, or it has no table.
    pub fn open(dir: &Path) -> Result<Store, Diagnostics> {
        let missing = || {
            Diagnostics::from(
                Diagnostic::error(format!("there is no store at `{}`", dir.display()))
                    .hint("`restudy build` makes it"),
            )
        };
        let mut tables = Vec::new();
        for entry in fs_err::read_dir(dir).map_err(|_| missing())? {
            let path = entry?.path();
            if path.extension().is_some_and(|e| e == "parquet")
                && let Some(name) = path.file_stem().and_then(|s| s.to_str())
            {
                tables.push((name.to_owned(), path.clone()));
            }
        }
        if tables.is_empty() {
            return Err(missing());
        }
        tables.sort();
        Ok(Store { tables })
    }

    /// The tables, in order of name: name and file.
    pub fn tables(&self) -> Vec<(String, PathBuf)> {
        self.tables.clone()
    }

    /// All tables, read into memory, as they were when they were written (dictionaries may be in another order).
    ///
    /// # Errors
    /// A file is not there any more, or is no Parquet.
    pub fn read(&self) -> Result<Tables, Diagnostics> {
        let mut tables = Tables::new();
        for (name, path) in &self.tables {
            tables.insert(name.clone(), batch(path)?);
        }
        Ok(tables)
    }
}

fn batch(path: &Path) -> Result<RecordBatch, Diagnostics> {
    let file = fs_err::File::open(path)?;
    let fault = |e: String| {
        let fault = Diagnostic::error(format!("the table cannot be read: {e}"));
        Diagnostics::from(fault.at(Place::file(path.display().to_string())).hint("build the store again"))
    };
    let builder =
        ParquetRecordBatchReaderBuilder::try_new(file.into_file()).map_err(|e| fault(e.to_string()))?;
    let schema = builder.schema().clone();
    let batches: Result<Vec<_>, _> = builder.build().map_err(|e| fault(e.to_string()))?.collect();
    concat_batches(&schema, &batches.map_err(arrays::fault)?).map_err(arrays::fault)
}
