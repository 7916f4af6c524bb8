//! All decisions of a project: what its codes, users, cases, variables, sources and codings are in the study.
//!
//! In: the project, what a person decided, and what the study knows. Out: [`Decisions`], one for each thing by its number in the
//! project; what is open or makes no sense is a fault.

use std::collections::{HashMap, HashSet};

use super::decide::{Deciding, Decision, Thing, at};
use super::definitions::{Decided, FILE};
use crate::codebook::sheet::is_column_name;
use crate::codebook::{CodeFrame, Sheet};
use crate::diagnostic::{Diagnostic, Folded};
use crate::sources::project::{Document, DocumentKind, GivenTo, Project, ProjectCoding, Taken, plain_id};
use crate::sources::shortened;
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

impl Decisions {
    /// Why `coding` is left out by what was decided, or by what it is given to; none where it may be kept.
    pub(super) fn left_out(&self, coding: &ProjectCoding) -> Option<String> {
        let ids = [coding.id.as_str(), &coding.selection];
        if let Some(why) = ids.into_iter().find_map(|id| self.codings.get(id)) {
            return Some(why.clone());
        }
        let of = |what: &str, decision: Option<&Decision>| match decision? {
            Decision::LeftOut(why) => Some(format!("{what} is left out: {why}")),
            _ => None,
        };
        let given_to = || match coding.given_to {
            GivenTo::Other(what) => Some(format!("given to {what}")),
            _ => None,
        };
        of("its code", self.codes.get(coding.code))
            .or_else(|| of("its coder", self.users.get(coding.user?)))
            .or_else(given_to)
            .or_else(|| of("its source", self.documents.get(coding.document?)))
    }

    /// Whether what the study calls its code, its coder or its source is still open.
    pub(super) fn is_open(&self, coding: &ProjectCoding) -> bool {
        let decided = [
            self.codes.get(coding.code),
            coding.user.and_then(|user| self.users.get(user)),
            coding.document.and_then(|document| self.documents.get(document)),
        ];
        decided.into_iter().flatten().any(|decision| *decision == Decision::Open)
    }

    /// Whether the name of its selection is said to be no words of the text.
    pub(super) fn is_titled(&self, coding: &ProjectCoding) -> bool {
        self.titled.contains(&*coding.selection) || self.titled.contains(&coding.id)
    }

    /// What `coding` has to say of how positions are counted.
    pub(super) fn taken(&self, coding: &ProjectCoding) -> Taken {
        match self.left_out(coding) {
            Some(_) => Taken::LeftOut,
            None if self.is_titled(coding) => Taken::AtItsPositions,
            None => Taken::WithItsWords,
        }
    }
}

/// Decides by `file` what the things of `project` are. `cases` are those of the study, where it has a table of them.
pub(super) fn decide(
    project: &Project,
    file: &Definitions<Decided>,
    frame: &CodeFrame,
    cases: Option<&Sheet>,
    faults: &mut Folded,
) -> Decisions {
    let (codings, titled) = codings(project, file, faults);
    Decisions {
        codes: codes(project, file, frame, false, faults),
        users: users(project, file, faults),
        cases: self::cases(project, file, cases, faults),
        sets: sets(project, file, cases, faults),
        variables: variables(project, file, faults),
        documents: documents(project, file, faults),
        codings,
        titled,
    }
}

/// What the codes are: those of the code frame that have their names all the way from the root. Where `all` is not said, codes
/// that nobody gave may stay open.
pub(super) fn codes(
    project: &Project,
    file: &Definitions<Decided>,
    frame: &CodeFrame,
    all: bool,
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
    let named = project.codes.iter().zip(&raws).map(|(code, raw)| (code.id.as_str(), raw.as_str()));
    let deciding = Deciding::new(file, "code", &file.value.code, Some(&known), named, faults);
    let paths: HashSet<&str> = known.iter().map(String::as_str).collect();
    let used: HashSet<usize> = project.codings.iter().map(|coding| coding.code).collect();
    let things = project.codes.iter().zip(&raws).enumerate();
    things
        .map(|(number, (code, raw))| {
            let named = by_name.get(raw.as_str()).copied().flatten();
            let plain = named.or_else(|| paths.get(raw.as_str()).copied()).map(str::to_owned);
            let is_used = all || used.contains(&number);
            let thing = Thing { id: &code.id, raw, place: &code.place, plain, is_used };
            deciding.decide(&thing, faults)
        })
        .collect()
}

/// Users are coders under their own names.
fn users(project: &Project, file: &Definitions<Decided>, faults: &mut Folded) -> Vec<Decision> {
    let mut number: HashMap<&str, usize> = HashMap::new();
    for user in &project.users {
        *number.entry(&user.name).or_default() += 1;
    }
    let named = project.users.iter().map(|user| (user.id.as_str(), user.name.as_str()));
    let deciding = Deciding::new(file, "user", &file.value.user, None, named, faults);
    let used: HashSet<usize> = project.codings.iter().filter_map(|coding| coding.user).collect();
    let things = project.users.iter().enumerate();
    things
        .map(|(at, user)| {
            let is_one = number.get(user.name.as_str()) == Some(&1);
            let plain = (is_one && !user.name.is_empty()).then(|| user.name.clone());
            let is_used = used.contains(&at);
            let thing = Thing { id: &user.id, raw: &user.name, place: &user.place, plain, is_used };
            deciding.decide(&thing, faults)
        })
        .collect()
}

/// Cases have their own names; where the study has a table of cases, these must be among them.
fn cases(
    project: &Project,
    file: &Definitions<Decided>,
    cases: Option<&Sheet>,
    faults: &mut Folded,
) -> Vec<Decision> {
    let known = cases.map(names);
    let is_known: Option<HashSet<&str>> =
        known.as_ref().map(|known| known.iter().map(String::as_str).collect());
    let named = project.cases.iter().map(|case| (case.id.as_str(), case.name.as_str()));
    let deciding = Deciding::new(file, "case", &file.value.case, known.as_deref(), named, faults);
    let things = project.cases.iter();
    things
        .map(|case| {
            let is_known = is_known.as_ref().is_none_or(|known| known.contains(case.name.as_str()));
            let plain = is_known.then(|| case.name.clone());
            let thing = Thing { id: &case.id, raw: &case.name, place: &case.place, plain, is_used: true };
            deciding.decide(&thing, faults)
        })
        .collect()
}

/// Sets are nothing, unless somebody says which case their sources are about.
fn sets(
    project: &Project,
    file: &Definitions<Decided>,
    cases: Option<&Sheet>,
    faults: &mut Folded,
) -> Vec<Decision> {
    let known = cases.map(names);
    let named = project.sets.iter().map(|set| (set.id.as_str(), set.name.as_str()));
    let deciding = Deciding::new(file, "set", &file.value.set, known.as_deref(), named, faults);
    let things = project.sets.iter();
    things
        .map(|set| {
            let thing = Thing { id: &set.id, raw: &set.name, place: &set.place, plain: None, is_used: false };
            deciding.decide(&thing, faults)
        })
        .collect()
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
    let named = project.variables.iter().map(|variable| (variable.id.as_str(), variable.name.as_str()));
    let deciding = Deciding::new(file, "variable", &file.value.variable, None, named, faults);
    let of_cases = project.cases.iter().flat_map(|case| &case.values);
    let values = of_cases.chain(project.documents.iter().flat_map(|document| &document.values));
    let used: HashSet<usize> = values.map(|value| value.variable).collect();
    let things = project.variables.iter().enumerate();
    things
        .map(|(number, variable)| {
            let plain = is_free_column(&variable.name).then(|| variable.name.clone());
            let is_used = used.contains(&number);
            let (id, raw) = (&variable.id, &variable.name);
            deciding.decide(&Thing { id, raw, place: &variable.place, plain, is_used }, faults)
        })
        .collect()
}

fn is_free_column(name: &str) -> bool {
    is_column_name(name) && !["case_id", "document_id"].contains(&name)
}

/// Sources with a text are documents under their own names.
fn documents(project: &Project, file: &Definitions<Decided>, faults: &mut Folded) -> Vec<Decision> {
    let named = project.documents.iter().map(|document| (document.id.as_str(), document.name.as_str()));
    let deciding = Deciding::new(file, "source", &file.value.source, None, named, faults);
    let mut first: HashMap<String, usize> = HashMap::new();
    let mut decided = Vec::new();
    for document in &project.documents {
        let plain = Some(document.name.clone());
        let Document { id, name: raw, place, .. } = document;
        let mut decision = deciding.decide(&Thing { id, raw, place, plain, is_used: true }, faults);
        if decision.kept().is_some() && !document.unread.is_empty() {
            unread(project, document, faults);
            decision = Decision::Open;
        }
        if let (Some(why), true) =
            (no_text(document.kind, document.text.is_some()), decision.kept().is_some())
        {
            decision = Decision::LeftOut(why.to_owned());
        }
        if let Some(name) = decision.kept()
            && let Some(before) = first.insert(name.to_owned(), decided.len())
        {
            let fault = Diagnostic::error(format!("two sources are the document `{}`", shortened(name)));
            let line = document.place.line.unwrap_or_default();
            let other = project.documents.get(before).map(|other| other.place.to_string());
            let name_apart = format!(
                "name them apart in {FILE}: `[[source]]` with `id = \"{}\"` and `means = \"…\"`; or in their program",
                document.id
            );
            let more = |fault: Diagnostic| {
                fault.note(format!("the other stands at {}", other.unwrap_or_default())).hint(name_apart)
            };
            faults.add(None, line, fault, || document.place.clone(), more);
        }
        decided.push(decision);
    }
    decided
}

/// What is wrong with the text of a source that is kept.
fn unread(project: &Project, document: &Document, faults: &mut Folded) {
    for fault in &document.unread {
        let place = fault.place.clone().unwrap_or_else(|| document.place.clone());
        let line = place.line.unwrap_or_default();
        let more = |fault: Diagnostic| {
            let named = named(project, document);
            fault.hint(format!(
                "or leave it out in {FILE}: `[[source]]` with `{named}` and `leave_out = \"WHY\"`"
            ))
        };
        faults.add(None, line, fault.clone(), || place, more);
    }
}

/// How an entry names a source: by its name, or by its id where several are called so.
pub(super) fn named(project: &Project, document: &Document) -> String {
    let several = project.documents.iter().filter(|other| other.name == document.name).count() > 1;
    let (field, name) = if several { ("id", &document.id) } else { ("raw", &document.name) };
    format!("{field} = {}", toml::Value::String(name.clone()))
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
    let ids = project.codings.iter().flat_map(|coding| [coding.id.as_str(), &*coding.selection]);
    let known: HashSet<&str> = ids.collect();
    let (mut left_out, mut titled) = (HashMap::new(), HashSet::new());
    for entry in &file.value.coding {
        let id = plain_id(entry.id.get_ref());
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
