//! The store: the typed tables of one wave, in memory as Arrow batches and on disk as Parquet.
//!
//! In: the study's sources, read and checked by the codebook. Out: [`Tables`]; written, a folder with one Parquet file
//! per table, which [`Store`] opens and any other tool reads.
//!
//! - A folder is written whole or not at all.
//! - The same sources give the same bytes.
//! - Labels are dictionary-encoded text; what a column means goes with it, as metadata of its field.
//! - It knows no SQL and no query.

mod about;
mod arrays;
mod codebook_tables;
mod design_column;
mod ingest;
mod material_tables;
mod open;
mod response_tables;
mod tables;
mod write;

pub use about::one_row;
pub use ingest::{check, claims, ingest, responses};
pub use open::Store;
pub use tables::{RESPONDENT, RESPONSES, Tables, key, sources};
pub(crate) use write::parquet;
