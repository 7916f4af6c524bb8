//! Query files: one file, one question.
//!
//! In: `queries/**/*.sql` and a [`Session`](crate::engine::Session). Out: one [`QueryResult`] per file, its promises
//! checked, in an order in which every query comes after those that it selects from.
//!
//! - [`head`] is what a query says of itself; [`parse`] reads it from the comments at the file's top.
//! - [`Catalogue`] is all queries of a study, with who reads whom.
//! - `run` carries them out; `chance` and `order` refuse what would not come out the same again; `promises` holds each result against its head.
//! - [`Incomparable`] warns of queries that compare waves by what does not mean the same in them.
//! - `draft` writes the head of a query that somebody typed and wants to keep.
//!
//! It knows no report and no claims: a query of any purpose is run and checked alike.

mod across;
mod catalogue;
mod chance;
mod draft;
pub mod head;
mod order;
mod param;
mod parse;
mod plain_name;
mod promises;
mod result;
mod run;
mod waves_read;

pub use across::Incomparable;
pub use catalogue::{Catalogue, Query};
pub(crate) use catalogue::{EVIDENCE, FOLDERS, reads};
pub use draft::{Typed, draft};
pub use head::{Column, ColumnKind, Purpose, QueryHead};
pub use param::Param;
pub use parse::{glance, parse};
pub(crate) use plain_name::is_plain_name;
pub use result::QueryResult;
pub use waves_read::WavesRead;

#[cfg(test)]
mod tests;
