//! The codebook of a wave as DDI-Codebook 2.5 (XML), as archives take it.
//!
//! In: the study, a wave, its counted codebook, the tables of its store. Out: the text of one XML document.
//!
//! - Elements stand in the order that the schema wants; identifiers are unique and every reference has its target.
//! - `catValu` is what the tables hold: the label itself. What the survey tool's export says instead is the category's label.
//! - A missing answer is NULL in the tables; each reason is a category with `missing="Y"`.
//! - The same study gives the same bytes: dates are those of study.toml and of the answers.
//!
//! It knows neither SQL nor Parquet.

mod element;
mod files;
mod study;
mod variables;

use self::element::Element;
use crate::codebook::Entry;
use crate::diagnostic::Diagnostics;
use crate::store::Tables;
use crate::study::{Study, Wave};

/// The namespace of DDI-Codebook 2.5.
const NAMESPACE: &str = "ddi:codebook:2_5";

/// Where its schema is published.
const SCHEMA: &str = "http://www.ddialliance.org/Specification/DDI-Codebook/2.5/XMLSchema/codebook.xsd";

/// What a document is made of.
#[derive(Clone, Copy)]
pub struct Material<'a> {
    /// The study.
    pub study: &'a Study,
    /// The wave whose answers are counted.
    pub wave: &'a Wave,
    /// The questions, with the counts of that wave.
    pub entries: &'a [Entry],
    /// The tables of that wave's edition.
    pub tables: &'a Tables,
}

/// The document.
///
/// # Errors
/// Never in practice: it is written into memory.
pub fn codebook(material: &Material<'_>) -> Result<String, Diagnostics> {
    let Material { study, wave, .. } = material;
    let language = format!("{}-{}", study.language, study.region);
    Element::new("codeBook")
        .with("xmlns", NAMESPACE)
        .with("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance")
        .with("xsi:schemaLocation", &format!("{NAMESPACE} {SCHEMA}"))
        .with("version", "2.5")
        .with("xml:lang", language.trim_end_matches('-'))
        .child(study::document(study, wave))
        .child(study::study(material))
        .children(files::descriptions(material.tables, &wave.id))
        .child(variables::data(material))
        .written()
}
