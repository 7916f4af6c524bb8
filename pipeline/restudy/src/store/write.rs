//! Writes tables as Parquet: a fresh folder beside the old one, then one swap.

use std::collections::{BTreeMap, HashMap};
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Schema};
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::basic::Compression;
use datafusion::parquet::errors::ParquetError;
use datafusion::parquet::file::metadata::KeyValue;
use datafusion::parquet::file::properties::WriterProperties;
use datafusion::parquet::schema::types::ColumnPath;

use super::design_column::PLACE;
use super::tables::Tables;
use crate::diagnostic::{Diagnostic, Diagnostics};

/// Says who wrote the file; fixed, because it is part of the file's bytes.
const CREATED_BY: &str = "restudy version 0.1.0";

/// How many bytes of places in the sample are kept once each; above, Parquet would write them out in every row.
const DICTIONARY: usize = 1 << 30;

/// How many bytes of a file in the making are held, before they go to the disk as a row group.
const HELD: usize = 1 << 24;

impl Tables {
    /// Writes one `NAME.parquet` per table into the folder `dir`, which then holds these tables and nothing else. A table
    /// whose rows are of waves is a folder `NAME` with a file for each wave.
    ///
    /// # Errors
    /// A file cannot be written; `dir` is then what it was.
    pub fn write(&self, dir: &Path) -> Result<(), Diagnostics> {
        let mut fresh = Fresh::beside(dir)?;
        fresh.add(self)?;
        fresh.swap(dir)
    }
}

/// A folder of tables in the making. It goes if it is not put in its place.
pub(super) struct Fresh {
    folder: tempfile::TempDir,
    open: Vec<Open>,
}

/// A file that is being written: the part of a table that is of one wave.
struct Open {
    name: String,
    wave: String,
    writer: ArrowWriter<fs_err::File>,
}

impl Fresh {
    /// A folder that is to be put where `dir` is.
    ///
    /// # Errors
    /// It cannot be made.
    pub(super) fn beside(dir: &Path) -> Result<Fresh, Diagnostics> {
        let parent = dir.parent().unwrap_or(Path::new("."));
        fs_err::create_dir_all(parent)?;
        sweep(parent, dir)?;
        let folder = tempfile::Builder::new().prefix(&prefix(NEW)).tempdir_in(parent)?;
        Ok(Fresh { folder, open: Vec::new() })
    }

    /// Adds all of `tables`.
    ///
    /// # Errors
    /// A file cannot be written.
    pub(super) fn add(&mut self, tables: &Tables) -> Result<(), Diagnostics> {
        for (name, _) in tables.iter() {
            for (wave, batch) in tables.parts(name) {
                let mut writer = self.writer(name, wave, &batch)?;
                write_batch(&mut writer, &batch).map_err(|e| fault(name, &e))?;
                writer.close().map_err(|e| fault(name, &e))?;
            }
        }
        Ok(())
    }

    /// Adds rows to the part of the table `name` that is of `wave`.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(super) fn append(&mut self, name: &str, wave: &str, batch: &RecordBatch) -> Result<(), Diagnostics> {
        let at = match self.open.iter().position(|open| open.name == name && open.wave == wave) {
            Some(at) => at,
            None => {
                // The waves come one after the other.
                self.close(|open| open.wave != wave)?;
                let writer = self.writer(name, Some(wave), batch)?;
                self.open.push(Open { name: name.to_owned(), wave: wave.to_owned(), writer });
                self.open.len() - 1
            }
        };
        let Some(open) = self.open.get_mut(at) else { return Ok(()) };
        write_batch(&mut open.writer, batch).map_err(|e| fault(name, &e))?;
        if open.writer.in_progress_size() > HELD {
            open.writer.flush().map_err(|e| fault(name, &e))?;
        }
        Ok(())
    }

    /// Puts the folder where `dir` is; what was there is taken away.
    ///
    /// # Errors
    /// It cannot be done; `dir` is then what it was.
    pub(super) fn swap(mut self, dir: &Path) -> Result<(), Diagnostics> {
        self.close(|_| true)?;
        swap(self.folder, dir)
    }

    /// Ends the files that are `done`.
    fn close(&mut self, done: impl Fn(&Open) -> bool) -> Result<(), Diagnostics> {
        for open in self.open.extract_if(.., |open| done(open)) {
            open.writer.close().map_err(|e| fault(&open.name, &e))?;
        }
        Ok(())
    }

    /// A file of a table like `batch`.
    fn writer(
        &self,
        name: &str,
        wave: Option<&str>,
        batch: &RecordBatch,
    ) -> Result<ArrowWriter<fs_err::File>, Diagnostics> {
        let path = self.folder.path().join(file_of(name, wave));
        if let Some(folder) = path.parent() {
            fs_err::create_dir_all(folder)?;
        }
        writer(fs_err::File::create(path)?, &batch.schema()).map_err(|e| fault(name, &e))
    }
}

/// Puts one more table into the store in `dir`.
///
/// # Errors
/// The file cannot be written.
pub fn add(dir: &Path, name: &str, batch: &RecordBatch) -> Result<(), Diagnostics> {
    let bytes = parquet(batch).map_err(|e| fault(name, &e))?;
    Ok(fs_err::write(dir.join(file_of(name, None)), bytes)?)
}

/// The file of a table, or of its part that is of `wave`, in the folder of a store.
pub fn file_of(table: &str, wave: Option<&str>) -> String {
    match wave {
        Some(wave) => format!("{table}/{wave}.parquet"),
        None => format!("{table}.parquet"),
    }
}

/// What the names of folders begin with that are to become a store, and that were one.
const NEW: &str = ".store-new-";
const OLD: &str = ".store-old-";

/// The beginning of a temporary folder's name, with the number of the process that makes it.
fn prefix(kind: &str) -> String {
    format!("{kind}{}-", std::process::id())
}

/// Takes away what killed writes have left in `parent`: our folders whose process is no more. What was a store stays as
/// long as there is none at `dir`.
fn sweep(parent: &Path, dir: &Path) -> Result<(), Diagnostics> {
    for entry in fs_err::read_dir(parent)? {
        let entry = entry?;
        let name = entry.file_name();
        let Some(name) = name.to_str() else { continue };
        let old = name.strip_prefix(OLD).filter(|_| dir.exists());
        let Some((process, _)) = name.strip_prefix(NEW).or(old).and_then(|rest| rest.split_once('-')) else {
            continue;
        };
        if process.parse().is_ok_and(|process| !is_running(process)) {
            // Another write may be taking it away at this moment.
            let _ = fs_err::remove_dir_all(entry.path());
        }
    }
    Ok(())
}

#[cfg(unix)]
fn is_running(process: i32) -> bool {
    use rustix::process::{Pid, test_kill_process};
    let Some(process) = Pid::from_raw(process).filter(|_| process > 0) else { return true };
    test_kill_process(process) != Err(rustix::io::Errno::SRCH)
}

#[cfg(not(unix))]
fn is_running(_: i32) -> bool {
    true
}

/// A batch as the bytes of a Parquet file.
pub(crate) fn parquet(batch: &RecordBatch) -> Result<Vec<u8>, ParquetError> {
    let mut bytes = Vec::new();
    let mut writer = writer(&mut bytes, &batch.schema())?;
    write_batch(&mut writer, batch)?;
    writer.close()?;
    Ok(bytes)
}

/// A Parquet file for batches of `schema`, what that says of them in the file's own metadata, where any tool finds it.
fn writer<W: Write + Send>(to: W, schema: &Schema) -> Result<ArrowWriter<W>, ParquetError> {
    let told: BTreeMap<_, _> = schema.metadata().iter().collect();
    let told: Vec<KeyValue> = told.into_iter().map(|(k, v)| KeyValue::new(k.clone(), v.clone())).collect();
    let told = Some(told).filter(|told| !told.is_empty());
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::UNCOMPRESSED)
        .set_created_by(CREATED_BY.to_owned())
        .set_key_value_metadata(told);
    for column in places(schema) {
        properties = properties.set_column_dictionary_page_size_limit(column, DICTIONARY);
    }
    ArrowWriter::try_new(to, plain(schema), Some(properties.build()))
}

/// `schema` without what stands in the file's own metadata already.
fn plain(schema: &Schema) -> Arc<Schema> {
    Arc::new(schema.clone().with_metadata(HashMap::new()))
}

fn write_batch<W: Write + Send>(
    writer: &mut ArrowWriter<W>,
    batch: &RecordBatch,
) -> Result<(), ParquetError> {
    let plain = plain(batch.schema_ref());
    writer.write(&RecordBatch::try_new(plain, batch.columns().to_vec())?)
}

/// The columns of places in the sample in `schema`.
fn places(schema: &Schema) -> Vec<ColumnPath> {
    let mut found = Vec::new();
    for field in schema.fields() {
        if let DataType::Struct(parts) = field.data_type()
            && parts.iter().any(|part| part.name() == PLACE)
        {
            found.push(ColumnPath::new(vec![field.name().clone(), PLACE.to_owned()]));
        }
    }
    found
}

/// Puts the fresh folder where `dir` is, in one step where the system has one; what was there is taken away.
fn swap(fresh: tempfile::TempDir, dir: &Path) -> Result<(), Diagnostics> {
    set_readable(fresh.path())?;
    if !dir.exists() {
        let fresh = fresh.keep();
        return Ok(fs_err::rename(&fresh, dir).inspect_err(|_| {
            let _ = fs_err::remove_dir_all(&fresh);
        })?);
    }
    if exchange(fresh.path(), dir) {
        // The temporary name now holds the old folder, which goes with it.
        fresh.close()?;
        return Ok(());
    }
    let parent = dir.parent().unwrap_or(Path::new("."));
    let old = tempfile::Builder::new().prefix(&prefix(OLD)).tempdir_in(parent)?;
    let aside = old.path().join("store");
    fs_err::rename(dir, &aside)?;
    let fresh = fresh.keep();
    if let Err(error) = fs_err::rename(&fresh, dir) {
        let _ = fs_err::rename(&aside, dir);
        let _ = fs_err::remove_dir_all(&fresh);
        return Err(error.into());
    }
    Ok(())
}

/// A temporary folder is its owner's alone; a store is as readable as any folder.
#[cfg(unix)]
fn set_readable(dir: &Path) -> Result<(), Diagnostics> {
    use std::os::unix::fs::PermissionsExt;
    Ok(fs_err::set_permissions(dir, std::fs::Permissions::from_mode(0o755))?)
}

#[cfg(not(unix))]
fn set_readable(_: &Path) -> Result<(), Diagnostics> {
    Ok(())
}

#[cfg(target_os = "linux")]
fn exchange(fresh: &Path, dir: &Path) -> bool {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    renameat_with(CWD, fresh, CWD, dir, RenameFlags::EXCHANGE).is_ok()
}

#[cfg(not(target_os = "linux"))]
fn exchange(_: &Path, _: &Path) -> bool {
    false
}

fn fault(name: &str, error: &ParquetError) -> Diagnostics {
    let of_disk = match error {
        ParquetError::External(inner) => inner.downcast_ref::<std::io::Error>(),
        _ => None,
    };
    match of_disk {
        Some(error) => Diagnostic::error(format!("the table `{name}` cannot be written: {error}"))
            .hint("look at the disk on which the study's folder `build` lies, then run it again"),
        None => Diagnostic::error(format!("the table `{name}` cannot be written as Parquet: {error}"))
            .hint("this is a fault of restudy itself, not of the study"),
    }
    .into()
}
