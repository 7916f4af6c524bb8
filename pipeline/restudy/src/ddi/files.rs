//! `fileDscr`: the tables of the store, with how many rows and columns each has.

use super::element::Element;
use crate::store::{Tables, one_row};

/// The identifier of the file that holds a table.
pub(super) fn id(table: &str) -> String {
    format!("F_{table}")
}

/// One description for each table.
pub(super) fn descriptions(tables: &Tables) -> impl Iterator<Item = Element> {
    tables.iter().map(|(name, batch)| {
        let counted = |element, n: usize| Element::text(element, &n.to_string());
        let mut text = Element::new("fileTxt").child(Element::text("fileName", &format!("{name}.parquet")));
        if let Some(row) = one_row(name) {
            text = text.child(Element::text("fileCont", &format!("One row is {row}.")));
        }
        let dimensions = Element::new("dimensns")
            .child(counted("caseQnty", batch.num_rows()))
            .child(counted("varQnty", batch.num_columns()));
        let text = text.child(dimensions).child(Element::text("fileType", "Apache Parquet"));
        Element::new("fileDscr").with("ID", &id(name)).child(text)
    })
}
