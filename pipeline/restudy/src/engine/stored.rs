//! A table in Parquet files, whose bytes are kept in memory once they are read again.
//!
//! In: a file, or a folder of files. Out: what DataFusion scans. Nothing is kept of a table that is scanned once: a question that is
//! asked alone, and names the table once, reads what it needs. What is scanned again, by this question or the next, is likely to be
//! scanned once more, and is kept while there is room.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::{ScanArgs, ScanResult, Session, TableProvider};
use datafusion::common::{Result, exec_err};
use datafusion::datasource::TableType;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl};
use datafusion::execution::runtime_env::RuntimeEnv;
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown};
use datafusion::object_store::memory::InMemory;
use datafusion::object_store::path::Path as Address;
use datafusion::object_store::{ObjectStore, ObjectStoreExt as _};
use datafusion::parquet::arrow::arrow_reader::ArrowReaderMetadata;
use datafusion::physical_plan::ExecutionPlan;
use tokio::sync::OnceCell;

use crate::store::parts;

/// Files that are kept in memory, and the room for more.
#[derive(Debug)]
pub(super) struct Memory {
    /// Files, numbered 0, 1, 2 …
    kept: Arc<InMemory>,
    files: AtomicU64,
    /// Bytes that may still be kept.
    room: AtomicU64,
}

/// Where scans find what is kept.
const KEPT: &str = "memory:///";

impl Memory {
    /// Room for as many bytes.
    pub(super) fn of(room: u64) -> Memory {
        Memory { kept: Arc::default(), files: AtomicU64::new(0), room: AtomicU64::new(room) }
    }

    /// Lets scans read what is kept.
    pub(super) fn lend(&self, runtime: &RuntimeEnv) -> Result<()> {
        let url = ListingTableUrl::parse(KEPT)?;
        let kept = Arc::clone(&self.kept);
        runtime.register_object_store(url.object_store().as_ref(), kept as Arc<dyn ObjectStore>);
        Ok(())
    }

    /// Copies of files, as a table with these columns; nothing where there is no room for them.
    async fn keep(&self, files: &[PathBuf], schema: SchemaRef) -> Result<Option<Arc<dyn TableProvider>>> {
        let sizes = files.iter().map(|file| fs_err::metadata(file).map(|found| found.len()));
        let size = sizes.sum::<std::io::Result<u64>>()?;
        let take = |room: u64| room.checked_sub(size);
        if self.room.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_err() {
            return Ok(None);
        }
        let read = files.iter().map(fs_err::read).collect::<std::io::Result<Vec<_>>>();
        if read.is_err() {
            self.room.fetch_add(size, Ordering::Relaxed);
        }
        let mut urls = Vec::with_capacity(files.len());
        for bytes in read? {
            let number = self.files.fetch_add(1, Ordering::Relaxed);
            self.kept.put(&Address::from(format!("{number}.parquet")), bytes.into()).await?;
            urls.push(ListingTableUrl::parse(format!("{KEPT}{number}.parquet"))?);
        }
        listing(urls, schema).map(Some)
    }
}

/// A table in files.
pub(super) struct Stored {
    name: String,
    files: Vec<PathBuf>,
    /// Reads the files where they are.
    in_place: Arc<dyn TableProvider>,
    is_scanned: AtomicBool,
    /// Reads their copies in memory, if there was room for them when they were scanned again.
    kept: OnceCell<Option<Arc<dyn TableProvider>>>,
    memory: Arc<Memory>,
}

impl fmt::Debug for Stored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stored").field("name", &self.name).field("files", &self.files).finish_non_exhaustive()
    }
}

impl Stored {
    /// The table in the Parquet file at `path`, or in those of a folder.
    pub(super) fn open(name: &str, path: &Path, memory: &Arc<Memory>) -> Result<Stored> {
        let files = parts(path)?;
        let schema = schema(name, &files, path)?;
        let url =
            |file: &PathBuf| ListingTableUrl::parse(file_url(&fs_err::canonicalize(file)?.to_string_lossy()));
        let in_place = listing(files.iter().map(url).collect::<Result<Vec<_>>>()?, schema)?;
        Ok(Stored {
            name: name.to_owned(),
            files,
            in_place,
            is_scanned: AtomicBool::new(false),
            kept: OnceCell::new(),
            memory: Arc::clone(memory),
        })
    }

    /// What to scan this time.
    async fn now(&self) -> Result<&Arc<dyn TableProvider>> {
        if !self.is_scanned.swap(true, Ordering::Relaxed) {
            return Ok(&self.in_place);
        }
        let keep = || self.memory.keep(&self.files, self.in_place.schema());
        match self.kept.get_or_try_init(keep).await {
            Ok(kept) => Ok(kept.as_ref().unwrap_or(&self.in_place)),
            Err(reason) => exec_err!("cannot read the table `{}`: {}", self.name, reason.strip_backtrace()),
        }
    }
}

#[async_trait::async_trait]
impl TableProvider for Stored {
    fn schema(&self) -> SchemaRef {
        self.in_place.schema()
    }

    fn table_type(&self) -> TableType {
        self.in_place.table_type()
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        self.now().await?.scan(state, projection, filters, limit).await
    }

    async fn scan_with_args<'a>(&self, state: &dyn Session, args: ScanArgs<'a>) -> Result<ScanResult> {
        self.now().await?.scan_with_args(state, args).await
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        self.in_place.supports_filters_pushdown(filters)
    }
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
    use datafusion::catalog::SchemaProvider as _;
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
        session.shelf.memory.room.store(room, Ordering::Relaxed);
        (session, file)
    }

    fn total(session: &Session) -> Option<f64> {
        let batch = session.query("select sum(x) as total from t", &Params::none()).ok()?;
        number(&batch, 0, 0)
    }

    #[test]
    fn what_is_scanned_again_is_read_once_where_there_is_room() {
        for (room, after) in [(1 << 20, Some(6.0)), (10, None)] {
            let folder = tempfile::tempdir().unwrap();
            let (session, file) = session(folder.path(), room);
            assert_eq!([total(&session), total(&session)], [Some(6.0); 2]);
            fs_err::remove_file(&file).unwrap();
            assert_eq!(total(&session), after, "room for {room} bytes");
        }
    }

    #[tokio::test]
    async fn what_is_looked_up_takes_no_room() {
        let folder = tempfile::tempdir().unwrap();
        let (session, _) = session(folder.path(), 1 << 20);
        // As a catalogue that tells of all tables does it.
        for _ in 0..3 {
            assert!(session.shelf.table("t").await.unwrap().is_some());
        }
        assert_eq!(session.shelf.memory.room.load(Ordering::Relaxed), 1 << 20);
        // A session does not end within a runtime.
        std::thread::spawn(|| drop(session)).join().unwrap();
    }

    #[test]
    fn a_file_that_is_gone_is_told_with_its_table_and_takes_no_room() {
        let folder = tempfile::tempdir().unwrap();
        let (session, file) = session(folder.path(), 1 << 20);
        total(&session);
        fs_err::remove_file(&file).unwrap();
        let told = session.query("select x from t", &Params::none()).unwrap_err().to_string();
        assert!(told.contains("cannot read the table `t`: ") && told.contains("t.parquet"), "{told}");
        assert_eq!(session.shelf.memory.room.load(Ordering::Relaxed), 1 << 20);
    }

    #[test]
    fn what_is_scanned_once_takes_no_room() {
        let folder = tempfile::tempdir().unwrap();
        let (session, _) = session(folder.path(), 1 << 20);
        assert_eq!(total(&session), Some(6.0));
        assert_eq!(session.shelf.memory.room.load(Ordering::Relaxed), 1 << 20);
        total(&session);
        assert!(session.shelf.memory.room.load(Ordering::Relaxed) < 1 << 20);
    }
}
