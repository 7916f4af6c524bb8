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
            let is_table = if path.is_dir() { !parts(&path)?.is_empty() } else { is_parquet(&path) };
            if let Some(name) = path.file_stem().and_then(|name| name.to_str()).filter(|_| is_table) {
                tables.push((name.to_owned(), path.clone()));
            }
        }
        if tables.is_empty() {
            return Err(missing());
        }
        tables.sort();
        Ok(Store { tables })
    }

    /// The tables, in order of name: name and file, or the folder of the files of each wave.
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
            if !path.is_dir() {
                tables.insert(name.clone(), batch(path)?);
                continue;
            }
            let (mut waves, mut batches) = (Vec::new(), Vec::new());
            for path in parts(path)? {
                let wave = path.file_stem().map(|wave| wave.to_string_lossy().into_owned());
                let batch = batch(&path)?;
                waves.push((wave.unwrap_or_default(), batch.num_rows()));
                batches.push(batch);
            }
            if let Some(first) = batches.first() {
                let batch = concat_batches(&first.schema(), &batches).map_err(arrays::fault)?;
                tables.insert_by_wave(name.clone(), batch, waves);
            }
        }
        Ok(tables)
    }
}

/// The files of a table that lies at `path`: that file, or those in that folder, in order of name.
///
/// # Errors
/// The folder cannot be read.
pub fn parts(path: &Path) -> std::io::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_path_buf()]);
    }
    let entries: Vec<_> = fs_err::read_dir(path)?.collect::<Result<_, _>>()?;
    let mut files: Vec<PathBuf> =
        entries.into_iter().map(|entry| entry.path()).filter(|path| is_parquet(path)).collect();
    files.sort();
    Ok(files)
}

fn is_parquet(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "parquet")
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
