//! A first `codebook/project.toml` for a project, and a code frame where the study has none, for a person to go through.
//!
//! In: the project, the code frame and the cases that the study has. Out: the text of the files. Coders, cases and sources keep the
//! names that they have; what the study knows by name is written as such. Open stays what only a person can decide: a code that is
//! merely like one of the study, with that one beside it; things that have one name; how positions are counted, if no words tell.

use std::collections::{HashMap, HashSet};

use super::definitions::FILE;
use crate::codebook::letters::plain_letters;
use crate::codebook::sheet::{Sheet, is_column_name};
use crate::codebook::{Code, CodeFrame};
use crate::diagnostic::nearest;
use crate::sources::project::{Document, DocumentKind, Project, Taken};

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
    let mut files = Vec::new();
    let mut text = Text::default();
    text.head(project);
    if frame.codes.is_empty() && !project.codes.is_empty() {
        let paths = paths(project);
        files.push((FRAME.to_owned(), code_frame(project, &paths)));
        text.open += paths.iter().filter(|path| is_made_up(path)).count();
        text.codes(project, &paths);
    } else {
        text.known_codes(project, frame);
    }
    let names = numbers(project.users.iter().map(|user| user.name.as_str()));
    for user in &project.users {
        let means = Some(user.name.as_str()).filter(|name| !name.is_empty());
        text.thing("user", (&user.id, &user.name), &names, means, None);
    }
    let names = numbers(project.cases.iter().map(|case| case.name.as_str()));
    let known: Option<Vec<&str>> =
        cases.map(|cases| (0..cases.rows()).map(|row| cases.text("case_id", row)).collect());
    for case in &project.cases {
        let (means, near) = match &known {
            None => (Some(case.name.as_str()), None),
            Some(known) => (
                known.iter().find(|known| **known == case.name).copied(),
                nearest(&case.name, known.iter().copied()),
            ),
        };
        text.thing("case", (&case.id, &case.name), &names, means, near);
    }
    for set in &project.sets {
        text.set(&set.name);
    }
    text.variables(project);
    let names = numbers(project.documents.iter().map(|document| document.name.as_str()));
    let mut cases: HashMap<usize, HashSet<&str>> = HashMap::new();
    for case in &project.cases {
        for number in &case.documents {
            cases.entry(*number).or_default().insert(&case.name);
        }
    }
    for (number, document) in project.documents.iter().enumerate() {
        text.source(document, &names, cases.get(&number).map_or(0, HashSet::len));
    }
    files.push((FILE.to_owned(), text.written));
    Drafted { files, open: text.open }
}

/// How many things have each of these names.
fn numbers(names: impl Iterator<Item = impl Into<String>>) -> HashMap<String, usize> {
    let mut numbers = HashMap::new();
    for name in names {
        *numbers.entry(name.into()).or_default() += 1;
    }
    numbers
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
            let plain = text.replace("\r\n", "\n").replace('\r', "\n");
            lines += usize::from(!plain.trim().contains("\n\n"));
            all += 1;
        }
        let parting = if all > 0 && 2 * lines > all { "lines" } else { "empty lines" };
        self.line(&format!("paragraphs = {}", quoted(parting)));
        let counted = project.positions(None, |_| Taken::WithItsWords);
        let way = counted.positions.written();
        if counted.is_found {
            self.line("\n# How positions are counted: so, selections stand where their words are.");
            self.line(&way);
        } else if !counted.untold.is_empty() {
            self.open += 1;
            self.line("\n# How are positions counted? No selection tells; this is the standard's way.");
            self.line(&format!("# {way}"));
        }
        if project.codings.iter().any(|coding| coding.user.is_none()) {
            self.open += 1;
            self.line("\n# Who gave the codings that name no user?\n# nobody = \"…\"");
        }
    }

    /// The codes of the project as those of a frame with these paths.
    fn codes(&mut self, project: &Project, paths: &[String]) {
        let names = numbers(project.codes.iter().map(|code| code.named()));
        for (code, path) in project.codes.iter().zip(paths) {
            let raw = code.named();
            let is_one = names.get(&raw) == Some(&1);
            self.entry("code", (&code.id, &raw), is_one, Some(path), None);
        }
    }

    /// The codes of the project as those of the study's own `frame`.
    fn known_codes(&mut self, project: &Project, frame: &CodeFrame) {
        let mut by_name: HashMap<String, &Code> = HashMap::new();
        let mut by_step: HashMap<&str, &Code> = HashMap::new();
        for code in &frame.codes {
            by_name.entry(frame.named(code)).or_insert(code);
            by_step.entry(code.path.rsplit('/').next().unwrap_or_default()).or_insert(code);
        }
        for code in &frame.codes {
            by_name.entry(code.path.clone()).or_insert(code);
        }
        let names = numbers(project.codes.iter().map(|code| code.named()));
        for code in &project.codes {
            let raw = code.named();
            let known = by_name.get(&raw).map(|known| known.path.as_str());
            let last = code.path.last().and_then(|name| step(name)).unwrap_or_default();
            let like = by_step.get(last.as_str()).map(|known| known.path.as_str());
            let near = match known {
                None => like.or_else(|| nearest(&raw, frame.codes.iter().map(|known| known.path.as_str()))),
                known => known,
            };
            self.thing("code", (&code.id, &raw), &names, known, near);
        }
    }

    /// A variable is a column; which, is open where its name has no letters for one, or another variable is that column.
    fn variables(&mut self, project: &Project) {
        let columns: Vec<Option<String>> = project.variables.iter().map(|v| column(&v.name)).collect();
        let number = numbers(columns.iter().flatten().map(String::as_str));
        let names = numbers(project.variables.iter().map(|variable| variable.name.as_str()));
        for (variable, column) in project.variables.iter().zip(&columns) {
            let is_one = column.as_deref().is_some_and(|column| number.get(column) == Some(&1));
            let means = column.as_deref().filter(|_| is_one);
            self.thing("variable", (&variable.id, &variable.name), &names, means, column.as_deref());
        }
    }

    /// A thing with an id and a name; one of several of that name is open.
    fn thing(
        &mut self,
        what: &str,
        (id, raw): (&str, &str),
        names: &HashMap<String, usize>,
        means: Option<&str>,
        near: Option<&str>,
    ) {
        let is_one = names.get(raw) == Some(&1);
        self.entry(what, (id, raw), is_one, means.filter(|_| is_one), near.or(means));
    }

    fn entry(
        &mut self,
        what: &str,
        (id, raw): (&str, &str),
        is_one: bool,
        means: Option<&str>,
        near: Option<&str>,
    ) {
        if is_one {
            self.line(&format!("\n[[{what}]]\nraw = {}", quoted(raw)));
        } else {
            self.line(&format!("\n# One of several that are called {}.\n[[{what}]]", quoted(raw)));
            self.line(&format!("id = {}", quoted(id)));
        }
        match means {
            Some(means) => self.line(&format!("means = {}", quoted(means))),
            None => {
                self.open += 1;
                self.line(&format!("# means = {}", quoted(near.unwrap_or("…"))));
            }
        }
    }

    fn set(&mut self, raw: &str) {
        self.line("\n# If the sources of this set are about one case:\n# [[set]]");
        self.line(&format!("# raw = {}\n# means = {}", quoted(raw), quoted(raw)));
    }

    fn source(&mut self, document: &Document, names: &HashMap<String, usize>, cases: usize) {
        let name = (document.id.as_str(), document.name.as_str());
        if let Some(fault) = document.unread.first() {
            let why = fault.message.replace('\n', " ");
            self.line(&format!("\n# Leave it out, or export the project again: {why}."));
            self.thing("source", name, names, None, None);
            self.line("# leave_out = \"…\"");
            return;
        }
        if document.text.is_none() {
            return;
        }
        self.thing("source", name, names, Some(&document.name), None);
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

/// What a step of a path is called whose name has no letters for one.
const MADE_UP: &str = "unnamed";

fn is_made_up(path: &str) -> bool {
    path.rsplit('/').next().is_some_and(|last| last.starts_with(MADE_UP))
}

/// The paths that the codes of `project` would have in a code frame: steps of their names, each path once.
fn paths(project: &Project) -> Vec<String> {
    let mut paths: Vec<String> = Vec::new();
    let mut taken: HashSet<String> = HashSet::new();
    let mut by_names: HashMap<&[String], String> = HashMap::new();
    for code in &project.codes {
        let above = code.path.split_last().map(|(_, above)| above).unwrap_or_default();
        let last = code.path.last().and_then(|name| step(name)).unwrap_or_else(|| MADE_UP.to_owned());
        let plain = match by_names.get(above).filter(|_| !above.is_empty()) {
            Some(parent) => format!("{parent}/{last}"),
            None => last,
        };
        let mut path = plain.clone();
        let mut number = 2;
        while !taken.insert(path.clone()) {
            path = format!("{plain}-{number}");
            number += 1;
        }
        by_names.insert(&code.path, path.clone());
        paths.push(path);
    }
    paths
}

/// A name as a step of a path: letters and digits of ASCII in lower case, `-` for what is between them; none where it has none.
fn step(name: &str) -> Option<String> {
    let step = plain_letters(name).split_whitespace().collect::<Vec<_>>().join("-");
    (!step.is_empty()).then_some(step)
}

/// A name as that of a column that the program does not have itself.
fn column(name: &str) -> Option<String> {
    let column = plain_letters(name).split_whitespace().collect::<Vec<_>>().join("_");
    (is_column_name(&column) && !["case_id", "document_id"].contains(&column.as_str())).then_some(column)
}

fn code_frame(project: &Project, paths: &[String]) -> String {
    let origin = if project.origin.is_empty() { "its program" } else { project.origin.as_str() };
    let mut text = format!("# The code frame, drafted from {} of {origin}.\n", project.file);
    for (code, path) in project.codes.iter().zip(paths) {
        let name = code.path.last().map_or("", String::as_str);
        if is_made_up(path) {
            text.push_str(
                "\n# Its name has no letters for a path: give it one, here and in codebook/project.toml.",
            );
        }
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
            id: String::new(),
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
            code(&["Élèves"]),
        ];
        let project = Project { codes, ..Project::default() };
        assert_eq!(
            paths(&project),
            ["a-house", "a-house/quiet", "a-house-2", "a-house-2/quiet", "unnamed", "eleves"]
        );
    }
}
