//! The tables that SQL may name: files that are opened when a query first asks for them, and batches at hand.
//!
//! In: names with Parquet files or batches. Out: what DataFusion looks names up in. A file that no query names costs nothing; one
//! that is named again is kept in memory while there is room, for it is likely to be asked for again.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::{SchemaProvider, TableProvider};
use datafusion::common::{Result, exec_err};
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl};
use datafusion::execution::runtime_env::RuntimeEnv;
use datafusion::object_store::memory::InMemory;
use datafusion::object_store::path::Path as Address;
use datafusion::object_store::{ObjectStore, ObjectStoreExt as _};
use datafusion::parquet::arrow::arrow_reader::ArrowReaderMetadata;

use crate::store::parts;

/// Tables by name, in alphabetical order.
#[derive(Debug)]
pub(super) struct Shelf {
    slots: RwLock<BTreeMap<String, Slot>>,
    /// Files that are kept in memory, numbered 0, 1, 2 …
    kept: Arc<InMemory>,
    files: AtomicU64,
    /// Bytes that may still be kept.
    room: AtomicU64,
}

#[derive(Clone, Debug)]
enum Slot {
    /// A Parquet file that no query has named yet, or a folder of them.
    File(PathBuf),
    /// The same, once a query has named it.
    Named(PathBuf, Arc<dyn TableProvider>),
    /// A table to read from.
    Open(Arc<dyn TableProvider>),
}

impl Shelf {
    /// A shelf that keeps as many bytes of its files in memory.
    pub(super) fn keeping(room: u64) -> Shelf {
        Shelf {
            slots: RwLock::default(),
            kept: Arc::default(),
            files: AtomicU64::new(0),
            room: AtomicU64::new(room),
        }
    }

    /// Lets queries read what is kept.
    pub(super) fn lend(&self, runtime: &RuntimeEnv) -> Result<()> {
        let url = ListingTableUrl::parse(KEPT)?;
        let kept = Arc::clone(&self.kept);
        runtime.register_object_store(url.object_store().as_ref(), kept as Arc<dyn ObjectStore>);
        Ok(())
    }

    /// Offers the Parquet file at `path` as a table, in place of one that has that name. The file is not looked at.
    pub(super) fn offer(&self, name: &str, path: PathBuf) {
        self.put(name, Slot::File(path));
    }

    // A thread that panicked cannot have left the map half changed: each change is one call.
    fn put(&self, name: &str, slot: Slot) -> Option<Slot> {
        self.slots.write().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), slot)
    }

    fn get(&self, name: &str) -> Option<Slot> {
        self.slots.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    /// The table in the file or folder at `path`, its bytes in memory; nothing where there is no room for them.
    async fn keep(&self, name: &str, path: &Path) -> Result<Option<Arc<dyn TableProvider>>> {
        let files = parts(path)?;
        let sizes = files.iter().map(|file| fs_err::metadata(file).map(|found| found.len()));
        let size = sizes.sum::<std::io::Result<u64>>()?;
        let take = |room: u64| room.checked_sub(size);
        if self.room.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_err() {
            return Ok(None);
        }
        let mut urls = Vec::with_capacity(files.len());
        for file in &files {
            let number = self.files.fetch_add(1, Ordering::Relaxed);
            let bytes = fs_err::read(file)?;
            self.kept.put(&Address::from(format!("{number}.parquet")), bytes.into()).await?;
            urls.push(ListingTableUrl::parse(format!("{KEPT}{number}.parquet"))?);
        }
        listing(urls, schema(name, &files, path)?).map(Some)
    }
}

/// Where queries find what is kept.
const KEPT: &str = "memory:///";

#[async_trait::async_trait]
impl SchemaProvider for Shelf {
    fn table_names(&self) -> Vec<String> {
        self.slots.read().unwrap_or_else(PoisonError::into_inner).keys().cloned().collect()
    }

    async fn table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        match self.get(name) {
            None => Ok(None),
            Some(Slot::Open(table)) => Ok(Some(table)),
            Some(Slot::File(path)) => {
                let table = open(name, &path)?;
                self.put(name, Slot::Named(path, Arc::clone(&table)));
                Ok(Some(table))
            }
            Some(Slot::Named(path, table)) => {
                let table = self.keep(name, &path).await?.unwrap_or(table);
                self.put(name, Slot::Open(Arc::clone(&table)));
                Ok(Some(table))
            }
        }
    }

    fn register_table(
        &self,
        name: String,
        table: Arc<dyn TableProvider>,
    ) -> Result<Option<Arc<dyn TableProvider>>> {
        Ok(match self.put(&name, Slot::Open(table)) {
            Some(Slot::Open(before) | Slot::Named(_, before)) => Some(before),
            _ => None,
        })
    }

    fn deregister_table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        Ok(match self.slots.write().unwrap_or_else(PoisonError::into_inner).remove(name) {
            Some(Slot::Open(before) | Slot::Named(_, before)) => Some(before),
            _ => None,
        })
    }

    fn table_exist(&self, name: &str) -> bool {
        self.get(name).is_some()
    }
}

/// The table in a Parquet file, or in those of a folder.
fn open(name: &str, path: &Path) -> Result<Arc<dyn TableProvider>> {
    let files = parts(path)?;
    let schema = schema(name, &files, path)?;
    let url =
        |file: &PathBuf| ListingTableUrl::parse(file_url(&fs_err::canonicalize(file)?.to_string_lossy()));
    listing(files.iter().map(url).collect::<Result<Vec<_>>>()?, schema)
}

/// The columns of the first of `files`, which all have them, with the types and the metadata that it was written with.
fn schema(name: &str, files: &[PathBuf], path: &Path) -> Result<SchemaRef> {
    let first = files.first().map_or(path, PathBuf::as_path);
    let metadata = fs_err::File::open(first).map_err(|e| e.to_string()).and_then(|file| {
        ArrowReaderMetadata::load(file.file(), Default::default())
            .map_err(|e| format!("{}: {e}", first.display()))
    });
    match metadata {
        Ok(metadata) => Ok(Arc::clone(metadata.schema())),
        Err(reason) => exec_err!("cannot read the table `{name}`: {reason}"),
    }
}

/// The table that is read at `urls`.
fn listing(urls: Vec<ListingTableUrl>, schema: SchemaRef) -> Result<Arc<dyn TableProvider>> {
    let format = ParquetFormat::new().with_force_view_types(false).with_skip_metadata(false);
    let options = ListingOptions::new(Arc::new(format)).with_file_extension("parquet");
    let config =
        ListingTableConfig::new_with_multi_paths(urls).with_listing_options(options).with_schema(schema);
    Ok(Arc::new(ListingTable::try_new(config)?))
}

/// As a URL, in which no character of the path means anything: a plain path with `*` or `[` would be a pattern.
fn file_url(path: &str) -> String {
    let mut url = "file://".to_owned();
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' => {
                url.push(char::from(byte))
            }
            _ => url.push_str(&format!("%{byte:02X}")),
        }
    }
    url
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::array::{ArrayRef, Int64Array, RecordBatch};
    use datafusion::parquet::arrow::ArrowWriter;

    use super::*;
    use crate::engine::{Params, Session, number};

    #[test]
    fn no_character_of_a_path_means_anything() {
        assert_eq!(file_url("/a b/[1]*/ü.parquet"), "file:///a%20b/%5B1%5D%2A/%C3%BC.parquet");
    }

    /// A session over a table of three rows, and its file.
    fn session(folder: &Path, room: u64) -> (Session, PathBuf) {
        let file = folder.join("t.parquet");
        let column: ArrayRef = Arc::new(Int64Array::from(vec![1, 2, 3]));
        let batch = RecordBatch::try_from_iter([("x", column)]).unwrap();
        let mut writer =
            ArrowWriter::try_new(fs_err::File::create(&file).unwrap(), batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        let session = Session::open(&[("t".to_owned(), file.clone())]).unwrap();
        session.shelf.room.store(room, Ordering::Relaxed);
        (session, file)
    }

    fn total(session: &Session) -> Option<f64> {
        let batch = session.query("select sum(x) as total from t", &Params::none()).ok()?;
        number(&batch, 0, 0)
    }

    #[test]
    fn what_is_named_again_is_read_once_where_there_is_room() {
        for (room, after) in [(1 << 20, Some(6.0)), (10, None)] {
            let folder = tempfile::tempdir().unwrap();
            let (session, file) = session(folder.path(), room);
            assert_eq!([total(&session), total(&session)], [Some(6.0); 2]);
            fs_err::remove_file(&file).unwrap();
            assert_eq!(total(&session), after, "room for {room} bytes");
        }
    }

    #[test]
    fn what_is_named_once_takes_no_room() {
        let folder = tempfile::tempdir().unwrap();
        let (session, _) = session(folder.path(), 1 << 20);
        assert_eq!(total(&session), Some(6.0));
        assert_eq!(session.shelf.room.load(Ordering::Relaxed), 1 << 20);
        total(&session);
        assert!(session.shelf.room.load(Ordering::Relaxed) < 1 << 20);
    }
}
