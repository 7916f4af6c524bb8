//! All decisions of a project: what its codes, users, cases, variables, sources and codings are in the study.
//!
//! In: the project, what a person decided, and what the study knows. Out: [`Decisions`], one for each thing by its number in the
//! project; what is open or makes no sense is a fault.

use std::collections::{HashMap, HashSet};

use super::decide::{Deciding, Decision, Thing, all, at};
use super::definitions::{Decided, Entry};
use crate::codebook::sheet::is_column_name;
use crate::codebook::{CodeFrame, Sheet};
use crate::diagnostic::{Folded, nearest};
use crate::sources::project::{DocumentKind, Project};
use crate::sources::{on_one_line, shortened};
use crate::study::Definitions;

/// What each thing of a project is, by its number there.
#[derive(Debug, Default)]
pub(super) struct Decisions {
    pub(super) codes: Vec<Decision>,
    pub(super) users: Vec<Decision>,
    pub(super) cases: Vec<Decision>,
    /// The cases that sets of sources are about.
    pub(super) sets: Vec<Decision>,
    pub(super) variables: Vec<Decision>,
    pub(super) documents: Vec<Decision>,
    /// Why codings are left out, by their ids or those of their selections.
    pub(super) codings: HashMap<String, String>,
    /// Ids of codings and selections whose names are no words of the text.
    pub(super) titled: HashSet<String>,
}

/// Decides by `file` what the things of `project` are. `cases` are those of the study, where it has a table of them.
pub(super) fn decide(
    project: &Project,
    file: &Definitions<Decided>,
    frame: &CodeFrame,
    cases: Option<&Sheet>,
    faults: &mut Folded,
) -> Decisions {
    let known = cases.map(names);
    let (codings, titled) = codings(project, file, faults);
    Decisions {
        codes: codes(project, file, frame, false, faults),
        users: users(project, file, faults),
        cases: self::cases(project, file, known.as_deref(), faults),
        sets: sets(project, file, known.as_deref(), faults),
        variables: variables(project, file, faults),
        documents: documents(project, file, &file.value.source, faults),
        codings,
        titled,
    }
}

/// What the codes are: those of the code frame that have their names all the way from the root. Where not `every` one must be
/// decided, codes that nobody gave may stay open.
pub(super) fn codes(
    project: &Project,
    file: &Definitions<Decided>,
    frame: &CodeFrame,
    every: bool,
    faults: &mut Folded,
) -> Vec<Decision> {
    let known: Vec<String> = frame.codes.iter().map(|code| code.path.clone()).collect();
    let mut by_name: HashMap<String, Option<&str>> = HashMap::new();
    for code in &frame.codes {
        let one = by_name.entry(frame.named(code)).or_insert(Some(&code.path));
        if *one != Some(code.path.as_str()) {
            *one = None;
        }
    }
    let raws: Vec<String> = project.codes.iter().map(|code| code.named()).collect();
    let used: HashSet<usize> = project.codings.iter().map(|coding| coding.code).collect();
    let things = project.codes.iter().zip(&raws).enumerate().map(|(number, (code, raw))| {
        let named = by_name.get(raw.as_str()).copied().flatten();
        let plain = named.or_else(|| known.iter().find(|path| *path == raw).map(String::as_str));
        let plain = plain.map(str::to_owned);
        Thing { raw, place: &code.place, plain, is_used: every || used.contains(&number) }
    });
    all(file, "code", &file.value.code, Some(&known), &things.collect::<Vec<_>>(), faults)
}

/// Users are coders under their own names.
fn users(project: &Project, file: &Definitions<Decided>, faults: &mut Folded) -> Vec<Decision> {
    let used: HashSet<usize> = project.codings.iter().filter_map(|coding| coding.user).collect();
    let things = project.users.iter().enumerate().map(|(number, user)| {
        let is_one = project.users.iter().filter(|other| other.name == user.name).count() == 1;
        let plain = (is_one && !user.name.is_empty()).then(|| user.name.clone());
        Thing { raw: &user.name, place: &user.place, plain, is_used: used.contains(&number) }
    });
    all(file, "user", &file.value.user, None, &things.collect::<Vec<_>>(), faults)
}

/// Cases have their own names; where the study has a table of cases, these must be among them.
fn cases(
    project: &Project,
    file: &Definitions<Decided>,
    known: Option<&[String]>,
    faults: &mut Folded,
) -> Vec<Decision> {
    let things = project.cases.iter().map(|case| {
        let is_known = known.is_none_or(|known| known.contains(&case.name));
        let plain = is_known.then(|| case.name.clone());
        Thing { raw: &case.name, place: &case.place, plain, is_used: true }
    });
    all(file, "case", &file.value.case, known, &things.collect::<Vec<_>>(), faults)
}

/// Sets are nothing, unless somebody says which case their sources are about.
fn sets(
    project: &Project,
    file: &Definitions<Decided>,
    known: Option<&[String]>,
    faults: &mut Folded,
) -> Vec<Decision> {
    let things = project.sets.iter();
    let things = things.map(|set| Thing { raw: &set.name, place: &set.place, plain: None, is_used: false });
    all(file, "set", &file.value.set, known, &things.collect::<Vec<_>>(), faults)
}

/// The names of the cases that a table has.
fn names(cases: &Sheet) -> Vec<String> {
    (0..cases.rows()).map(|row| cases.text("case_id", row).to_owned()).collect()
}

/// Variables are columns; a name that can be that of a column is.
fn variables(project: &Project, file: &Definitions<Decided>, faults: &mut Folded) -> Vec<Decision> {
    for entry in &file.value.variable {
        let Some(means) = &entry.means else { continue };
        if !is_free_column(means.get_ref()) {
            let message = format!("`{}` cannot be the name of this column", shortened(means.get_ref()));
            let hint = "write lower-case letters, digits and `_`, a letter first; `case_id` and `document_id` are taken";
            at(file, means, message, hint.to_owned(), faults);
        }
    }
    let of_cases = project.cases.iter().flat_map(|case| &case.values);
    let values = of_cases.chain(project.documents.iter().flat_map(|document| &document.values));
    let used: HashSet<usize> = values.map(|value| value.variable).collect();
    let things = project.variables.iter().enumerate().map(|(number, variable)| {
        let plain = is_free_column(&variable.name).then(|| variable.name.clone());
        Thing { raw: &variable.name, place: &variable.place, plain, is_used: used.contains(&number) }
    });
    all(file, "variable", &file.value.variable, None, &things.collect::<Vec<_>>(), faults)
}

fn is_free_column(name: &str) -> bool {
    is_column_name(name) && !["case_id", "document_id"].contains(&name)
}

/// Sources with a text are documents under their own names.
fn documents(
    project: &Project,
    file: &Definitions<Decided>,
    written: &[super::definitions::SourceEntry],
    faults: &mut Folded,
) -> Vec<Decision> {
    let names: Vec<&str> = project.documents.iter().map(|document| document.name.as_str()).collect();
    let entries: Vec<Entry> = written.iter().filter_map(|entry| entry.plain()).collect();
    for entry in written.iter().filter(|entry| entry.plain().is_none()) {
        let raw = on_one_line(entry.raw.get_ref());
        if !names.contains(&raw.as_str()) {
            let near = nearest(&raw, names.iter().copied());
            let hint = near.map_or("take it out".to_owned(), |near| format!("did you mean `{near}`?"));
            let message = format!("the project has no source `{}`", shortened(&raw));
            at(file, &entry.raw, message, hint, faults);
        }
    }
    let deciding = Deciding::new(file, "source", &entries, None, &names, faults);
    let mut first: HashMap<String, usize> = HashMap::new();
    let mut decided = Vec::new();
    for document in &project.documents {
        let plain = Some(document.name.clone());
        let thing = Thing { raw: &document.name, place: &document.place, plain, is_used: true };
        let mut decision = deciding.decide(&thing, faults);
        if let (Some(why), true) =
            (no_text(document.kind, document.text.is_some()), decision.kept().is_some())
        {
            decision = Decision::LeftOut(why.to_owned());
        }
        if let Some(name) = decision.kept()
            && let Some(before) = first.insert(name.to_owned(), decided.len())
        {
            let message = format!("two sources are the document `{}`", shortened(name));
            let line = document.place.line.unwrap_or_default();
            let other = project.documents.get(before).map(|other| other.place.to_string());
            let fault = crate::diagnostic::Diagnostic::error(message);
            faults.add(
                None,
                line,
                fault,
                || document.place.clone(),
                |fault| {
                    fault
                        .note(format!("the other stands at {}", other.unwrap_or_default()))
                        .hint("name them apart in their program, and export the project again")
                },
            );
        }
        decided.push(decision);
    }
    decided
}

/// Why a source is no document.
fn no_text(kind: DocumentKind, has_text: bool) -> Option<&'static str> {
    match kind {
        _ if has_text => None,
        DocumentKind::Text => None,
        DocumentKind::Pdf => Some("a PDF whose text the project does not hold"),
        DocumentKind::Picture => Some("a picture"),
        DocumentKind::Audio => Some("sound"),
        DocumentKind::Video => Some("video"),
    }
}

/// Why codings are left out, and those that are taken at their positions.
fn codings(
    project: &Project,
    file: &Definitions<Decided>,
    faults: &mut Folded,
) -> (HashMap<String, String>, HashSet<String>) {
    let ids = project.codings.iter().flat_map(|coding| [coding.id.as_str(), coding.selection.as_str()]);
    let known: HashSet<&str> = ids.collect();
    let (mut left_out, mut titled) = (HashMap::new(), HashSet::new());
    for entry in &file.value.coding {
        let id = entry.id.get_ref().trim_matches(['{', '}']).to_ascii_lowercase();
        if !known.contains(id.as_str()) {
            let message =
                format!("the project has no coding and no selection with the id `{}`", shortened(&id));
            at(file, &entry.id, message, "take it out".to_owned(), faults);
        }
        let said = entry.leave_out.iter().chain(&entry.at_its_positions);
        for why in said.filter(|why| why.get_ref().trim().is_empty()) {
            let hint = "say why, in a few words".to_owned();
            at(file, why, "no reason is given".to_owned(), hint, faults);
        }
        match (&entry.leave_out, &entry.at_its_positions) {
            (Some(why), None) => _ = left_out.insert(id, why.get_ref().trim().to_owned()),
            (None, Some(_)) => _ = titled.insert(id),
            _ => {
                let message = format!("nothing is decided of the coding `{}`, or too much", shortened(&id));
                let hint = "write `leave_out` or `at_its_positions`".to_owned();
                at(file, &entry.id, message, hint, faults);
            }
        }
    }
    (left_out, titled)
}
