//! The template files of a study.
//!
//! In: `report-templates/`. Out: the source of every `.typ.jinja` file, and the plain Typst files that go beside the
//! generated document. Symbolic links are refused: Typst would follow one out of the study.

use std::path::Path;

use indexmap::IndexMap;

use crate::diagnostic::{Diagnostic, Diagnostics, Place};

/// The folder of a study that holds its templates.
pub const FOLDER: &str = "report-templates";

/// What ends the name of a template.
const TEMPLATE: &str = ".typ.jinja";

/// The files of `report-templates/`, by their names relative to that folder, in the order of their names.
#[derive(Clone, Debug, Default)]
pub struct Templates {
    /// Sources of templates.
    pub sources: IndexMap<String, String>,
    /// Files that Typst reads as they are: the theme, the bibliography.
    pub plain: IndexMap<String, Vec<u8>>,
}

impl Templates {
    /// Reads all templates and plain Typst files of the study in `root`.
    ///
    /// # Errors
    /// The folder is missing, a file cannot be read or is not UTF-8, or there is a symbolic link among them.
    pub fn read(root: &Path) -> Result<Templates, Diagnostics> {
        let mut templates = Templates::default();
        let mut faults = Diagnostics::new();
        templates.read_folder(&root.join(FOLDER), "", &mut faults)?;
        faults.or(templates).map(|(templates, _)| templates)
    }

    fn read_folder(
        &mut self,
        folder: &Path,
        prefix: &str,
        faults: &mut Diagnostics,
    ) -> Result<(), Diagnostics> {
        let mut entries = fs_err::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
        entries.sort_by_key(|e| e.file_name());
        for entry in entries {
            let Ok(file_name) = entry.file_name().into_string() else { continue };
            if file_name.starts_with('.') {
                // An editor's or a system's, never the study's.
                continue;
            }
            let name = format!("{prefix}{file_name}");
            let kind = entry.file_type()?;
            if kind.is_symlink() {
                faults.push(
                    Diagnostic::error("a symbolic link among the templates")
                        .at(Place::file(source_path(&name)))
                        .hint("put the file itself there: a report is made from the study's own files only"),
                );
            } else if kind.is_dir() {
                self.read_folder(&entry.path(), &format!("{name}/"), faults)?;
            } else if name.ends_with(TEMPLATE) {
                match String::from_utf8(fs_err::read(entry.path())?) {
                    Ok(text) => {
                        self.sources.insert(name, text);
                    }
                    Err(e) => faults.push(
                        Diagnostic::error("the template is not UTF-8 text")
                            .at(Place::file(source_path(&name)))
                            .note(format!(
                                "the first wrong byte is at offset {}",
                                e.utf8_error().valid_up_to()
                            )),
                    ),
                }
            } else if [".typ", ".bib", ".svg", ".csl"].iter().any(|end| name.ends_with(end)) {
                self.plain.insert(name, fs_err::read(entry.path())?);
            }
        }
        Ok(())
    }
}

/// The path of a template relative to the study's folder, as diagnostics name it.
pub fn source_path(name: &str) -> String {
    format!("{FOLDER}/{name}")
}
