//! The tables that SQL may name: files that are opened when a query first asks for them, and batches at hand.
//!
//! In: names with Parquet files or batches. Out: what DataFusion looks names up in. A file that no query names costs nothing.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use datafusion::catalog::{SchemaProvider, TableProvider};
use datafusion::common::{Result, exec_err};
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl};
use datafusion::parquet::arrow::arrow_reader::ArrowReaderMetadata;

use crate::store::parts;

/// Tables by name, in alphabetical order.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    slots: RwLock<BTreeMap<String, Slot>>,
}

#[derive(Clone, Debug)]
enum Slot {
    /// A Parquet file that no query has named yet, or a folder of them.
    File(PathBuf),
    /// A table to read from.
    Open(Arc<dyn TableProvider>),
}

impl Shelf {
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
}

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
            Some(Slot::Open(before)) => Some(before),
            _ => None,
        })
    }

    fn deregister_table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        Ok(match self.slots.write().unwrap_or_else(PoisonError::into_inner).remove(name) {
            Some(Slot::Open(before)) => Some(before),
            _ => None,
        })
    }

    fn table_exist(&self, name: &str) -> bool {
        self.get(name).is_some()
    }
}

/// The table in a Parquet file, or in those of a folder, which all have the columns of the first, with the types and the
/// metadata that it was written with.
fn open(name: &str, path: &Path) -> Result<Arc<dyn TableProvider>> {
    let files = parts(path)?;
    let first = files.first().map_or(path, PathBuf::as_path);
    let metadata = fs_err::File::open(first).map_err(|e| e.to_string()).and_then(|file| {
        ArrowReaderMetadata::load(file.file(), Default::default())
            .map_err(|e| format!("{}: {e}", first.display()))
    });
    let schema = match metadata {
        Ok(metadata) => Arc::clone(metadata.schema()),
        Err(reason) => return exec_err!("cannot read the table `{name}`: {reason}"),
    };
    let format = ParquetFormat::new().with_force_view_types(false).with_skip_metadata(false);
    let options = ListingOptions::new(Arc::new(format)).with_file_extension("parquet");
    let url =
        |file: &PathBuf| ListingTableUrl::parse(file_url(&fs_err::canonicalize(file)?.to_string_lossy()));
    let urls = files.iter().map(url).collect::<Result<Vec<_>>>()?;
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
    use super::*;

    #[test]
    fn no_character_of_a_path_means_anything() {
        assert_eq!(file_url("/a b/[1]*/ü.parquet"), "file:///a%20b/%5B1%5D%2A/%C3%BC.parquet");
    }
}
