//! The format `parquet`: the rows as they are, structs, dictionaries and what the fields say of themselves (labels, scales)
//! with them; the file says what it answers and where that comes from.

use std::sync::Arc;

use super::{Answer, Origin};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::store;

/// The answer as the bytes of a Parquet file.
pub(super) fn parquet(answer: &Answer, origin: &Origin) -> Result<Vec<u8>, Diagnostics> {
    let schema = answer.batch.schema();
    let mut metadata = schema.metadata().clone();
    let told = [
        ("title", answer.title.as_deref()),
        ("base", answer.base.as_deref()),
        ("sql", answer.sql.as_deref()),
        ("study", Some(origin.study.as_str())),
        ("wave", Some(origin.wave.as_str())),
        ("notice", origin.caution().as_deref()),
    ]
    .map(|(key, told)| told.map(|told| (format!("restudy.{key}"), told.to_owned())));
    metadata.extend(told.into_iter().flatten());
    let schema = Arc::new(schema.as_ref().clone().with_metadata(metadata));
    let batch = answer.batch.clone().with_schema(schema);
    batch.and_then(|batch| Ok(store::parquet(&batch)?)).map_err(|fault| {
        Diagnostic::error(format!("the answer cannot be written as Parquet: {fault}"))
            .hint("cast the column to another type in the SQL, or write another format")
            .into()
    })
}
