//! Finds a saved query by its name, or by the beginning of it.

use std::path::Path;

use crate::diagnostic::{Diagnostic, Diagnostics, nearest};
use crate::queries::{FOLDERS, Query};

/// A query's file, not yet read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Saved {
    /// The query's name.
    pub name: String,
    /// The folder of `queries/` that it lies in.
    pub folder: &'static str,
}

impl Saved {
    /// The saved queries of a study, in order of name.
    pub fn all(study_root: &Path) -> Vec<Saved> {
        let mut all = Vec::new();
        for folder in FOLDERS {
            let Ok(entries) = fs_err::read_dir(study_root.join("queries").join(folder)) else { continue };
            for entry in entries.flatten() {
                if let Some(name) = entry.file_name().to_str().and_then(|name| name.strip_suffix(".sql")) {
                    all.push(Saved { name: name.to_owned(), folder });
                }
            }
        }
        all.sort();
        all
    }

    /// The query that `asked` means: its name, `folder/name`, or the beginning of one of them that no other query shares.
    ///
    /// # Errors
    /// No query is meant, or more than one.
    pub fn find(study_root: &Path, asked: &str) -> Result<Saved, Diagnostics> {
        let all = Saved::all(study_root);
        let asked = asked.strip_suffix(".sql").unwrap_or(asked);
        let (folder, name) = match asked.rsplit_once('/') {
            Some((folder, name)) => (Some(folder), name),
            None => (None, asked),
        };
        let within = |saved: &&Saved| folder.is_none_or(|folder| saved.folder == folder);
        if let Some(found) = all.iter().filter(within).find(|saved| saved.name == name) {
            return Ok(found.clone());
        }
        let begun: Vec<&Saved> =
            all.iter().filter(within).filter(|saved| saved.name.starts_with(name)).collect();
        match begun[..] {
            [found] => Ok(found.clone()),
            [] => Err(unknown(asked, name, &all).into()),
            _ => {
                let names: Vec<String> = begun.iter().map(|saved| format!("@{}", saved.name)).collect();
                Err(Diagnostic::error(format!("more than one query begins with `{asked}`"))
                    .note(names.join(", "))
                    .into())
            }
        }
    }

    /// Reads the query.
    ///
    /// # Errors
    /// Its file cannot be read, or its head is at fault.
    pub fn read(&self, study_root: &Path) -> Result<Query, Diagnostics> {
        let file = format!("queries/{}/{}.sql", self.folder, self.name);
        let text = fs_err::read_to_string(study_root.join(&file))?;
        let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
        Query::read(&self.name, self.folder, &file, text)
    }
}

fn unknown(asked: &str, name: &str, all: &[Saved]) -> Diagnostic {
    let fault = Diagnostic::error(format!("the study has no query `{asked}`"));
    match nearest(name, all.iter().map(|saved| saved.name.as_str())) {
        Some(near) => fault.hint(format!("did you mean `@{near}`?")),
        None => fault.hint("`queries/` holds them; the first letters are enough"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_beginning_of_one_name_is_enough() {
        let root = tempfile::tempdir().unwrap();
        for file in ["figures/employers_ks4", "facts/employers_none", "facts/work", "facts/work_years"] {
            let file = root.path().join("queries").join(format!("{file}.sql"));
            fs_err::create_dir_all(file.parent().unwrap()).unwrap();
            fs_err::write(file, "").unwrap();
        }
        let find = |asked: &str| {
            Saved::find(root.path(), asked).map(|saved| saved.name).map_err(|faults| faults.to_string())
        };
        assert_eq!(find("employers_k").as_deref(), Ok("employers_ks4"));
        assert_eq!(find("figures/emp").as_deref(), Ok("employers_ks4"));
        assert_eq!(find("work").as_deref(), Ok("work"), "a whole name wins over the beginning of another");
        assert!(find("employers").unwrap_err().contains("@employers_ks4, @employers_none"));
        assert!(find("employer_ks4").unwrap_err().contains("did you mean `@employers_ks4`?"));
        assert!(find("figures/work").is_err());
    }
}
