//! A study's tables of cases, documents and codings as a project of qualitative data (REFI-QDA, `.qdpx`).
//!
//! In: a recipe that names the tables, and what the project has beside them. Out: the project's archive. A paragraph that a
//! coder gave codes is a selection with a coding for each.
//!
//! The archive is not compressed, so that its bytes depend on nothing but what it holds.

mod paragraphs;
mod pdf;
mod written;

use std::collections::HashMap;
use std::io::Write;
use std::path::Path;

use serde::Deserialize;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::codebook::read_toml;
use crate::export::ExportFile;
use crate::fault::Fault;

/// A recipe of a project.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProjectRecipe {
    /// The folder to write to, from the recipe's.
    pub(crate) output: String,
    project: Settings,
    /// Notes on codes, documents and codings.
    #[serde(default)]
    note: Vec<Note>,
    /// Pictures with a coding on an area of each.
    #[serde(default)]
    picture: Vec<Extra>,
    /// Codings of areas of pages of PDFs.
    #[serde(default)]
    area: Vec<Extra>,
    /// Codings of whole documents.
    #[serde(default)]
    whole: Vec<Extra>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    file: String,
    name: String,
    origin: String,
    created: String,
    cases: String,
    documents: String,
    texts: String,
    codings: String,
    code_frame: String,
    /// The column of cases that names them.
    case_name: String,
    /// Coders: what the codings call them, and their names.
    users: Vec<(String, String)>,
    /// Variables: the columns that they are, and their names.
    variables: Vec<(String, String)>,
    /// Documents that are PDFs with a text.
    pdfs: Vec<String>,
}

/// A note on one thing.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Note {
    title: String,
    text: String,
    author: String,
    code: Option<String>,
    document: Option<String>,
}

/// A coding that is not one of a paragraph.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Extra {
    name: String,
    coder: String,
    code: String,
    #[serde(default)]
    words: String,
}

#[derive(Debug, Deserialize)]
struct Frame {
    code: Vec<Code>,
}

/// A code of the code frame.
#[derive(Debug, Deserialize)]
struct Code {
    path: String,
    name: String,
    definition: String,
}

/// A table: its columns, and its rows.
#[derive(Debug)]
struct Sheet {
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Sheet {
    fn read(path: &Path) -> Result<Sheet, Fault> {
        let form = |fault: csv::Error| Fault::form(path, fault);
        let mut reader = csv::Reader::from_reader(fs_err::File::open(path)?);
        let columns = reader.headers().map_err(form)?.iter().map(str::to_owned).collect();
        let rows = reader.records().map(|row| row.map(|row| row.iter().map(str::to_owned).collect()));
        Ok(Sheet { columns, rows: rows.collect::<Result<_, _>>().map_err(form)? })
    }

    fn cell<'a>(&self, row: &'a [String], column: &str) -> &'a str {
        let column = self.columns.iter().position(|name| name == column);
        column.and_then(|column| row.get(column)).map_or("", String::as_str)
    }
}

/// What the project is made of.
struct Made {
    recipe: ProjectRecipe,
    cases: Sheet,
    documents: Sheet,
    codings: Sheet,
    codes: Vec<Code>,
    texts: HashMap<String, String>,
}

/// Whether the recipe in `path` is that of a project.
pub(crate) fn is_recipe(path: &Path) -> Result<bool, Fault> {
    let table: toml::Table = read_toml(path)?;
    Ok(table.contains_key("project"))
}

/// The folder and the files of the project that the recipe in `path` describes.
pub(crate) fn made(path: &Path) -> Result<(String, Vec<ExportFile>), Fault> {
    let recipe: ProjectRecipe = read_toml(path)?;
    let beside = |name: &str| crate::beside(path, name);
    let settings = &recipe.project;
    let documents = Sheet::read(&beside(&settings.documents))?;
    let mut texts = HashMap::new();
    for row in &documents.rows {
        let name = documents.cell(row, "document_id");
        let text = fs_err::read_to_string(beside(&settings.texts).join(format!("{name}.txt")))?;
        texts.insert(name.to_owned(), text);
    }
    let cases = Sheet::read(&beside(&settings.cases))?;
    let codings = Sheet::read(&beside(&settings.codings))?;
    let frame: Frame = read_toml(&beside(&settings.code_frame))?;
    let (output, file) = (recipe.output.clone(), settings.file.clone());
    let made = Made { cases, documents, codings, codes: frame.code, texts, recipe };
    let rows = made.codings.rows.len();
    let bytes = archive(path, &written::parts(&made)?)?;
    Ok((output, vec![ExportFile { name: file, bytes, rows }]))
}

fn archive(path: &Path, parts: &[(String, Vec<u8>)]) -> Result<Vec<u8>, Fault> {
    let form = |fault: &dyn std::fmt::Display| Fault::form(path, fault);
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(DateTime::default());
    let mut out = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        out.start_file(name.as_str(), options).map_err(|fault| form(&fault))?;
        out.write_all(bytes)?;
    }
    Ok(out.finish().map_err(|fault| form(&fault))?.into_inner())
}
