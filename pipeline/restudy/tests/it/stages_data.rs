//! Sources, codebook and store: the real study in, tables out.

use std::path::{Path, PathBuf};

use restudy::store::{self, Store};
use restudy::study::Study;

/// The folder of the study that this repository holds.
fn study_root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[test]
fn the_study_is_ingested() {
    let study = Study::load(&study_root()).unwrap();
    let (tables, warnings) =
        store::ingest(&study, study.wave(None).unwrap()).unwrap_or_else(|e| panic!("{e}"));
    println!("{warnings}");
    let folder = tempfile::tempdir().unwrap();
    tables.write(&folder.path().join("store")).unwrap();
    for (name, path) in Store::open(&folder.path().join("store")).unwrap().tables() {
        println!("{name} {} {}", tables.get(&name).unwrap().num_rows(), path.metadata().unwrap().len());
    }
}
