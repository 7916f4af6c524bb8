//! A first `codebook/project.toml` for a project, and a code frame where the study has none, for a person to go through.
//!
//! In: the project, the code frame and the cases that the study has. Out: the text of the files. What the study knows by name is
//! written as such; a code that is merely like one of the study stays open, with that one beside it.

use super::definitions::FILE;
use crate::codebook::sheet::{Sheet, is_column_name};
use crate::codebook::{Code, CodeFrame};
use crate::diagnostic::nearest;
use crate::sources::project::{Document, DocumentKind, Project};

/// The file of the code frame.
const FRAME: &str = "codebook/code-frame.toml";

/// What was drafted.
#[derive(Clone, Debug)]
pub struct Drafted {
    /// Files, by their names relative to the study's folder, and what they hold.
    pub files: Vec<(String, String)>,
    /// How many things are left for a person to decide.
    pub open: usize,
}

/// Drafts what a study needs to read `project`.
pub fn draft(project: &Project, frame: &CodeFrame, cases: Option<&Sheet>) -> Drafted {
    let paths = paths(project);
    let mut files = Vec::new();
    let drafted: CodeFrame;
    let frame = if frame.codes.is_empty() && !project.codes.is_empty() {
        files.push((FRAME.to_owned(), code_frame(project, &paths)));
        drafted = CodeFrame {
            codes: project
                .codes
                .iter()
                .zip(&paths)
                .map(|(code, path)| Code {
                    path: path.clone(),
                    name: code.path.last().cloned().unwrap_or_default(),
                    definition: String::new(),
                    chapter: String::new(),
                })
                .collect(),
        };
        &drafted
    } else {
        frame
    };
    let mut text = Text::default();
    text.head(project);
    for code in &project.codes {
        let raw = code.named();
        let known = frame.codes.iter().find(|known| frame.named(known) == raw || known.path == raw);
        let all = frame.codes.iter().map(|known| known.path.as_str());
        let last = code.path.last().map(|name| step(name)).unwrap_or_default();
        let like = frame.codes.iter().find(|known| known.path.rsplit('/').next() == Some(last.as_str()));
        let near = like.map(|known| known.path.as_str()).or_else(|| nearest(&raw, all));
        text.entry("code", &raw, known.map(|known| known.path.as_str()), near);
    }
    for user in &project.users {
        text.entry(
            "user",
            &user.name,
            Some(&user.name).filter(|name| !name.is_empty()).map(String::as_str),
            None,
        );
    }
    let known: Option<Vec<&str>> =
        cases.map(|cases| (0..cases.rows()).map(|row| cases.text("case_id", row)).collect());
    for case in &project.cases {
        let name = step(&case.name);
        match &known {
            None => text.entry("case", &case.name, Some(&name), None),
            Some(known) => {
                let same = known.iter().find(|known| **known == case.name).copied();
                let near = nearest(&name, known.iter().copied());
                text.entry("case", &case.name, same, near);
            }
        }
    }
    for set in &project.sets {
        text.set(&set.name);
    }
    for variable in &project.variables {
        let name = step(&variable.name).replace('-', "_");
        let name = Some(name.as_str()).filter(|name| is_column_name(name));
        text.entry("variable", &variable.name, name, None);
    }
    for (number, document) in project.documents.iter().enumerate() {
        if document.text.is_some() {
            let cases = project.cases.iter().filter(|case| case.documents.contains(&number)).count();
            text.source(document, cases);
        }
    }
    files.push((FILE.to_owned(), text.written));
    Drafted { files, open: text.open }
}

/// The file as it is written.
#[derive(Default)]
struct Text {
    written: String,
    open: usize,
}

impl Text {
    fn line(&mut self, line: &str) {
        self.written.push_str(line);
        self.written.push('\n');
    }

    fn head(&mut self, project: &Project) {
        self.line(&format!(
            "# How {} is read: what each thing of it is in the study. Go through it: nothing here is",
            project.file
        ));
        self.line("# decided until you have. `leave_out = \"WHY\"` in place of `means` leaves a thing out; docs/material.md says more.");
        self.line("");
        self.line("# What parts paragraphs, which are the units that coders agree on: \"empty lines\" or \"lines\".");
        let texts = project.documents.iter().filter_map(|document| document.text.as_deref());
        let (mut lines, mut all) = (0, 0);
        for text in texts {
            let plain = text.replace("\r\n", "\n");
            lines += usize::from(!plain.trim().contains("\n\n"));
            all += 1;
        }
        let parting = if all > 0 && 2 * lines > all { "lines" } else { "empty lines" };
        self.line(&format!("paragraphs = {}", quoted(parting)));
        let positions = project.positions(None);
        if positions.is_found || !positions.untold.is_empty() {
            let why = if positions.is_found {
                "selections stand where their words are"
            } else {
                "the standard's way; no selection tells"
            };
            self.line(&format!("\n# How positions are counted: {why}."));
            self.line(&positions.positions.written());
        }
        if project.codings.iter().any(|coding| coding.user.is_none()) {
            self.open += 1;
            self.line("\n# Who gave the codings that name no user?\n# nobody = \"…\"");
        }
    }

    fn entry(&mut self, what: &str, raw: &str, means: Option<&str>, near: Option<&str>) {
        self.line(&format!("\n[[{what}]]\nraw = {}", quoted(raw)));
        match (means, near) {
            (Some(means), _) => self.line(&format!("means = {}", quoted(means))),
            (None, near) => {
                self.open += 1;
                let near = near.map_or("…".to_owned(), str::to_owned);
                self.line(&format!("# means = {}", quoted(&near)));
            }
        }
    }

    fn set(&mut self, raw: &str) {
        self.line("\n# If the sources of this set are about one case:\n# [[set]]");
        self.line(&format!("# raw = {}\n# means = {}", quoted(raw), quoted(&step(raw))));
    }

    fn source(&mut self, document: &Document, cases: usize) {
        self.entry("source", &document.name, Some(&step(&document.name)), None);
        if cases != 1 {
            self.open += 1;
            let why = if cases == 0 { "no case" } else { "several cases" };
            self.line(&format!("# case = \"…\"    # the project ties it to {why}"));
        }
        if document.kind == DocumentKind::Pdf {
            self.line("# kind = \"PDF\"");
        }
    }
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// The paths that the codes of `project` would have in a code frame: steps of their names, each path once.
fn paths(project: &Project) -> Vec<String> {
    let mut paths: Vec<String> = Vec::new();
    let mut by_names: Vec<(&[String], String)> = Vec::new();
    for code in &project.codes {
        let above = code.path.split_last().map(|(_, above)| above).unwrap_or_default();
        let parent = by_names.iter().rev().find(|(names, _)| *names == above).map(|(_, path)| path.clone());
        let last = step(code.path.last().map_or("", String::as_str));
        let plain = match parent.filter(|_| !above.is_empty()) {
            Some(parent) => format!("{parent}/{last}"),
            None => last,
        };
        let mut path = plain.clone();
        let mut number = 2;
        while paths.contains(&path) {
            path = format!("{plain}-{number}");
            number += 1;
        }
        by_names.push((&code.path, path.clone()));
        paths.push(path);
    }
    paths
}

/// A name as a step of a path: letters and digits of ASCII in lower case, `-` for what is between them.
fn step(name: &str) -> String {
    let parts = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty());
    let step = parts.collect::<Vec<_>>().join("-").to_ascii_lowercase();
    if step.is_empty() { "unnamed".to_owned() } else { step }
}

fn code_frame(project: &Project, paths: &[String]) -> String {
    let origin = if project.origin.is_empty() { "its program" } else { project.origin.as_str() };
    let mut text = format!("# The code frame, drafted from {} of {origin}.\n", project.file);
    for (code, path) in project.codes.iter().zip(paths) {
        let name = code.path.last().map_or("", String::as_str);
        text.push_str(&format!(
            "\n[[code]]\npath = {}\nname = {}\ndefinition = {}\n",
            quoted(path),
            quoted(name),
            quoted(&code.description)
        ));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Place;
    use crate::sources::project::ProjectCode;

    #[test]
    fn paths_are_steps_of_names_and_each_is_one_codes() {
        let code = |path: &[&str]| ProjectCode {
            path: path.iter().map(|name| (*name).to_owned()).collect(),
            description: String::new(),
            place: Place::file("p"),
        };
        let codes = vec![
            code(&["A house"]),
            code(&["A house", "Quiet!"]),
            code(&["A  House?"]),
            code(&["A  House?", "Quiet!"]),
            code(&["日本"]),
        ];
        let project = Project { codes, ..Project::default() };
        assert_eq!(paths(&project), ["a-house", "a-house/quiet", "a-house-2", "a-house-2/quiet", "unnamed"]);
    }
}
