//! `fileDscr`: the tables of the store, with how many rows and columns each has.

use super::element::Element;
use crate::store::{Tables, file_of, one_row};

/// The identifier of the file that holds a table.
pub(super) fn id(table: &str) -> String {
    format!("F_{table}")
}

/// One description for each table; of a table whose rows are of waves, that of the file of `wave`.
pub(super) fn descriptions(tables: &Tables, wave: &str) -> impl Iterator<Item = Element> {
    let of_wave = move |part: &Option<&str>| part.is_none_or(|part| part == wave);
    let part = move |name| tables.parts(name).into_iter().find(|(part, _)| of_wave(part));
    tables.iter().filter_map(move |(name, _)| Some((name, part(name)?))).map(|(name, (wave, batch))| {
        let counted = |element, n: usize| Element::text(element, &n.to_string());
        let mut text = Element::new("fileTxt").child(Element::text("fileName", &file_of(name, wave)));
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
