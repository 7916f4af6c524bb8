//! The tables that SQL may name: files that are opened when a query first asks for them, and batches at hand.
//!
//! In: names with Parquet files or batches. Out: what DataFusion looks names up in. A file that nobody asks for costs nothing.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use datafusion::catalog::{SchemaProvider, TableProvider};
use datafusion::common::Result;
use datafusion::execution::runtime_env::RuntimeEnv;

use super::stored::{Memory, Stored};

/// Tables by name, in alphabetical order.
#[derive(Debug)]
pub(super) struct Shelf {
    slots: RwLock<BTreeMap<String, Slot>>,
    pub(super) memory: Arc<Memory>,
}

#[derive(Clone, Debug)]
enum Slot {
    /// A Parquet file that nobody has asked for yet, or a folder of them.
    File(PathBuf),
    /// A table to read from.
    Open(Arc<dyn TableProvider>),
}

impl Shelf {
    /// A shelf that keeps as many bytes of its files in memory.
    pub(super) fn keeping(room: u64) -> Shelf {
        Shelf { slots: RwLock::default(), memory: Arc::new(Memory::of(room)) }
    }

    /// Lets queries read what is kept.
    pub(super) fn lend(&self, runtime: &RuntimeEnv) -> Result<()> {
        self.memory.lend(runtime)
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
                let table = Arc::new(Stored::open(name, &path, &self.memory)?) as Arc<dyn TableProvider>;
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
