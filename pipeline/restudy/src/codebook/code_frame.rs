//! The code frame: the tree of codes that coders give to segments of documents.
//!
//! In: `codebook/code-frame.toml`. Out: a [`CodeFrame`] in which every code's parent is a code too.

use std::collections::HashMap;
use std::path::Path;

use serde::{Deserialize, Serialize};
use toml::Spanned;

use crate::diagnostic::{Diagnostic, Diagnostics, nearest};
use crate::study::Definitions;

/// The file, in the study's folder.
pub(super) const FILE: &str = "codebook/code-frame.toml";

/// All codes.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(transparent)]
pub struct CodeFrame {
    /// The codes, in the order of the file.
    pub codes: Vec<Code>,
}

/// A code.
#[derive(Clone, Debug, Serialize)]
pub struct Code {
    /// Path in the tree, from its root, with `/` between the steps.
    pub path: String,
    /// Its name in words.
    pub name: String,
    /// When a segment gets it.
    pub definition: String,
    /// The chapter of the report that it serves.
    pub chapter: String,
}

impl Code {
    /// The path of the code above; none for a root.
    pub fn parent(&self) -> Option<&str> {
        self.path.rsplit_once('/').map(|(parent, _)| parent)
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    code: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    path: Spanned<String>,
    name: String,
    definition: String,
    #[serde(default)]
    chapter: Option<Chapter>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Chapter {
    Number(u32),
    Words(String),
}

impl CodeFrame {
    /// Reads the code frame of the study in `root`; a study without one has no codes.
    ///
    /// # Errors
    /// The file is no code frame: a code that stands twice, has no parent, or is spelt in another way than codes are.
    pub(super) fn load(root: &Path) -> Result<CodeFrame, Diagnostics> {
        if !root.join(FILE).exists() {
            return Ok(CodeFrame::default());
        }
        let file: Definitions<File> = Definitions::read(root, FILE)?;
        let mut diagnostics = Diagnostics::new();
        let mut first: HashMap<&str, &Spanned<String>> = HashMap::new();
        for entry in &file.value.code {
            let path = entry.path.get_ref().as_str();
            if !path.split('/').all(is_step) {
                diagnostics.push(
                    Diagnostic::error(format!("`{path}` is no path of a code"))
                        .at(file.place(entry.path.span()))
                        .hint("write steps of lower-case letters, digits and `-`, with `/` between them"),
                );
            }
            if let Some(before) = first.insert(path, &entry.path) {
                let line = file.place(before.span()).line.unwrap_or_default();
                diagnostics.push(
                    Diagnostic::error(format!("code `{path}` is defined twice"))
                        .at(file.place(entry.path.span()))
                        .note(format!("first on line {line}"))
                        .hint("rename or take out one of them"),
                );
            }
        }
        for entry in &file.value.code {
            let path = entry.path.get_ref().as_str();
            if let Some((parent, _)) = path.rsplit_once('/')
                && !first.contains_key(parent)
            {
                let mut fault =
                    Diagnostic::error(format!("code `{path}` has no parent: `{parent}` is no code"))
                        .at(file.place(entry.path.span()));
                if let Some(near) = nearest(parent, file.value.code.iter().map(|e| e.path.get_ref().as_str()))
                {
                    fault =
                        fault.hint(format!("did you mean `{near}`? Else add a `[[code]]` with that path"));
                } else {
                    fault = fault.hint("add a `[[code]]` with that path");
                }
                diagnostics.push(fault);
            }
        }
        let codes = file
            .value
            .code
            .iter()
            .map(|e| Code {
                path: e.path.get_ref().clone(),
                name: e.name.clone(),
                definition: e.definition.clone(),
                chapter: match &e.chapter {
                    None => String::new(),
                    Some(Chapter::Number(n)) => n.to_string(),
                    Some(Chapter::Words(words)) => words.clone(),
                },
            })
            .collect();
        diagnostics.or(CodeFrame { codes }).map(|(frame, _)| frame)
    }

    /// The names of `code` and of the codes above it, from the root, with `/` between them.
    pub fn named(&self, code: &Code) -> String {
        let mut names = vec![code.name.as_str()];
        let mut above = code.parent();
        while let Some(path) = above {
            let parent = self.code(path);
            names.push(parent.map_or(path, |parent| parent.name.as_str()));
            above = parent.and_then(Code::parent);
        }
        names.reverse();
        names.join("/")
    }

    /// The code with this path.
    pub fn code(&self, path: &str) -> Option<&Code> {
        self.codes.iter().find(|c| c.path == path)
    }
}

fn is_step(step: &str) -> bool {
    !step.is_empty() && step.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}
