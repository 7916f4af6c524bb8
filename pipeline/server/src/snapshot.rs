//! The study's tables as they are when the server starts.
//!
//! In: a study and a wave. Out: a private folder with a Parquet file for each table that SQL sees: those of the store, the results
//! of the study's queries, `evidence`.
//!
//! - All sessions read the same tables, whatever is edited or built while the server runs, and open them in milliseconds.
//! - The folder is its owner's alone (mode 0700) and goes when the server ends.
//! - Tables are written batch by batch: none is held in memory as a whole.
//!
//! It knows no protocol.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use datafusion::arrow::datatypes::{Field, Schema};
use datafusion::common::DataFusionError;
use datafusion::common::TableReference;
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::prelude::SessionContext;
use futures::StreamExt as _;
use restudy::build::evaluate;
use restudy::diagnostic::{Diagnostic, Diagnostics};
use restudy::study::{Study, Wave};
use tempfile::TempDir;

/// Folder of the tables within that of the snapshot.
const TABLES: &str = "tables";

/// Folder in which sessions put what does not fit into memory.
const SPILL: &str = "spill";

/// A snapshot, as long as it lives.
#[derive(Debug)]
pub struct Snapshot {
    folder: TempDir,
    /// Confidence of intervals.
    pub confidence: f64,
    /// How many tables there are.
    pub tables: usize,
}

impl Snapshot {
    /// Evaluates the study and writes its tables.
    ///
    /// # Errors
    /// The study is at fault: all that is wrong with it; or the folder cannot be written.
    pub fn take(study: &Study, wave: &Wave) -> Result<Snapshot, Diagnostics> {
        let evaluated = evaluate(study, wave)?;
        let folder = tempfile::Builder::new()
            .prefix("restudy-serve-")
            .permissions(Permissions::from_mode(0o700))
            .tempdir()?;
        let tables = folder.path().join(TABLES);
        fs_err::create_dir(&tables)?;
        fs_err::create_dir(folder.path().join(SPILL))?;
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        let names = evaluated.session.tables();
        for name in &names {
            let file = tables.join(format!("{name}.parquet"));
            runtime
                .block_on(write(evaluated.session.context(), name, &file))
                .map_err(|e| Diagnostic::error(format!("cannot keep the table `{name}`: {e}")))?;
        }
        Ok(Snapshot { folder, confidence: study.design.confidence, tables: names.len() })
    }

    /// Where it lies.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

/// Writes one table, with all that the fields of its schema know.
async fn write(context: &SessionContext, name: &str, file: &Path) -> Result<(), DataFusionError> {
    let table = context.table(TableReference::bare(name)).await?;
    let promised = table.schema().as_arrow().clone();
    let mut rows = table.execute_stream().await?;
    let given = rows.schema();
    let fields: Vec<Field> = given
        .fields()
        .iter()
        .zip(promised.fields())
        .map(|(given, promised)| given.as_ref().clone().with_metadata(promised.metadata().clone()))
        .collect();
    let schema = Arc::new(Schema::new_with_metadata(fields, promised.metadata().clone()));
    let mut writer = ArrowWriter::try_new(fs_err::File::create(file)?, Arc::clone(&schema), None)?;
    while let Some(batch) = rows.next().await {
        writer.write(&batch?.with_schema(Arc::clone(&schema))?)?;
    }
    writer.close()?;
    Ok(())
}

/// The tables of the snapshot in `folder`: names and files.
///
/// # Errors
/// The folder cannot be read.
pub fn tables(folder: &Path) -> std::io::Result<Vec<(String, PathBuf)>> {
    let mut tables = Vec::new();
    for entry in fs_err::read_dir(folder.join(TABLES))? {
        let path = entry?.path();
        if let Some(name) = path.file_stem() {
            tables.push((name.to_string_lossy().into_owned(), path));
        }
    }
    tables.sort();
    Ok(tables)
}

/// Where the session of `process` puts what does not fit into memory.
pub fn spill(folder: &Path, process: u32) -> PathBuf {
    folder.join(SPILL).join(process.to_string())
}
