//! The folder in which everything temporary of a question lies, so that it can be taken away whole, however the process ends.

use std::io;
use std::path::Path;

/// The folder; it goes with this value.
#[derive(Debug)]
pub(super) struct Room(tempfile::TempDir);

impl Room {
    /// Makes the folder: stores made for a question, what memory does not hold and what Typst is given go there from now on.
    ///
    /// # Errors
    /// The system has no place for it.
    pub(super) fn begin() -> io::Result<Room> {
        let folder = tempfile::tempdir()?;
        // A process has one room: where there is one already, things go on lying in that.
        let _ = tempfile::env::override_temp_dir(folder.path());
        Ok(Room(folder))
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        self.0.path()
    }
}
