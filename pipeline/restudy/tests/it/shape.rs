//! The shape that `ARCHITECTURE.md` promises: the path runs one way, and every file says what it is.

use std::path::{Path, PathBuf};

/// The stages in the order of the path. A stage may use those before it, and `diagnostic`.
const PATH: [&str; 20] = [
    "study", "sources", "codebook", "waves", "sample", "store", "ddi", "engine", "changes", "queries",
    "evidence", "report", "typst", "publish", "answer", "build", "explain", "ask", "shell", "cli",
];

fn files_under(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs_err::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_under(&path, ending));
        } else if path.to_string_lossy().ends_with(ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn source_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn stage_of(file: &Path) -> Option<usize> {
    let inside = file.strip_prefix(source_folder()).unwrap();
    let first = inside.components().next()?.as_os_str().to_str()?;
    PATH.iter().position(|stage| *stage == first)
}

/// Stages that a line of code names after `crate::`, also in a group: `use crate::{a::X, b}`.
fn stages_named(line: &str) -> Vec<usize> {
    let mut named = Vec::new();
    for (at, _) in line.match_indices("crate::") {
        let rest = &line[at + "crate::".len()..];
        let names: Vec<&str> = match rest.strip_prefix('{') {
            Some(group) => group.split(',').collect(),
            None => vec![rest],
        };
        for name in names {
            let word: String = name.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            named.extend(PATH.iter().position(|stage| *stage == word));
        }
    }
    named
}

#[test]
fn the_path_runs_one_way() {
    let mut turned = Vec::new();
    for file in files_under(&source_folder(), ".rs") {
        let Some(own) = stage_of(&file) else { continue };
        let text = fs_err::read_to_string(&file).unwrap();
        for (number, line) in text.lines().enumerate() {
            if line.trim_start().starts_with("//") {
                continue;
            }
            for named in stages_named(line) {
                if named > own {
                    turned.push(format!(
                        "{}:{}: {} uses {}",
                        file.display(),
                        number + 1,
                        PATH[own],
                        PATH[named]
                    ));
                }
            }
        }
    }
    assert!(turned.is_empty(), "the path turns back:\n{}", turned.join("\n"));
}

#[test]
fn stages_are_found_in_single_and_grouped_uses() {
    let position = |name| PATH.iter().position(|stage| *stage == name).unwrap();
    assert_eq!(stages_named("use crate::store::Store;"), [position("store")]);
    assert_eq!(stages_named("use crate::{diagnostic::Place, engine};"), [position("engine")]);
    assert_eq!(stages_named("let x = crate::evidence::y();"), [position("evidence")]);
}

#[test]
fn every_module_says_what_it_is() {
    for root in ["src", "../survey/src", "../wavemaker/src"] {
        for file in files_under(&Path::new(env!("CARGO_MANIFEST_DIR")).join(root), ".rs") {
            let text = fs_err::read_to_string(&file).unwrap();
            assert!(text.starts_with("//!"), "{} does not open with `//!`", file.display());
        }
    }
}

#[test]
fn every_section_says_what_it_prints_and_reads() {
    let sections = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../report-templates/sections");
    for file in files_under(&sections, ".typ.jinja") {
        let text = fs_err::read_to_string(&file).unwrap();
        let said = text.lines().skip_while(|line| line.starts_with("{# waves:"));
        let head: Vec<&str> = said.take(3).map(str::trim).collect();
        let [prints, reads, included] = head[..] else { panic!("{} is empty", file.display()) };
        assert!(
            prints.starts_with("{#")
                && reads.starts_with("Reads: ")
                && included.starts_with("Included by ")
                && included.ends_with("#}"),
            "{} does not open with a comment of three lines: what it prints; `Reads:`; `Included by`",
            file.display()
        );
    }
}
