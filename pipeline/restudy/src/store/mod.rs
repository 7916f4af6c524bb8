//! The store: the typed tables of a wave's edition, on disk as Parquet and in memory as Arrow batches.
//!
//! In: the study's sources, read and checked by the codebook, chunk by chunk. Out: a folder with one Parquet file per table,
//! which [`Store`] opens and any other tool reads; or [`Tables`] in memory.
//!
//! - An edition of a wave holds that wave and those before it. A table whose rows are of waves is a folder with a file for each;
//!   all have the same columns of the same types, and the column `wave`.
//! - A folder is written whole or not at all.
//! - The same sources give the same bytes.
//! - Labels are dictionary-encoded text; what a column means goes with it, as metadata of its field.
//! - It knows no SQL and no query.

mod about;
mod arrays;
mod codebook_tables;
mod comparability;
mod design_column;
mod ingest;
mod material_tables;
mod open;
mod response_tables;
mod tables;
mod wave;
mod waves_table;
mod write;

pub use about::one_row;
pub use ingest::{check, claims, ingest, write};
pub use open::{Store, parts};
pub use tables::{RESPONDENT, RESPONSES, Tables, key, sources};
pub use wave::responses;
pub(crate) use write::parquet;
pub use write::{add, file_of};
