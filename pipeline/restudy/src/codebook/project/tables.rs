//! The cases and documents of a project as the tables that a study has of them.
//!
//! In: the project and what was decided. Out: a [`Sheet`] of cases, with a column for each variable, and one of documents, each
//! about one case.

use std::collections::{HashMap, HashSet};

use super::account::{Account, Fate};
use super::decide::{Decision, Entries, told};
use super::decisions::{Decisions, named};
use super::definitions::{Decided, FILE, SourceEntry};
use crate::codebook::sheet::{Sheet, Values};
use crate::diagnostic::{Diagnostic, Folded, Place, nearest};
use crate::sources::project::{Project, Value, VariableKind};
use crate::sources::shortened;
use crate::study::Definitions;

/// Rows by their names, with the values of variables by column.
#[derive(Default)]
struct Rows {
    names: Vec<String>,
    by_name: HashMap<String, usize>,
    cells: HashMap<(usize, String), String>,
}

impl Rows {
    fn row(&mut self, name: &str) -> usize {
        if let Some(row) = self.by_name.get(name) {
            return *row;
        }
        self.names.push(name.to_owned());
        self.by_name.insert(name.to_owned(), self.names.len() - 1);
        self.names.len() - 1
    }

    /// Puts the values that are kept into `row`; two that differ are a fault.
    fn put(&mut self, row: usize, values: &[Value], columns: &[Option<&str>], faults: &mut Folded) {
        for value in values.iter().filter(|value| !value.written.is_empty()) {
            let Some(column) = columns.get(value.variable).copied().flatten() else { continue };
            let cell = self.cells.entry((row, column.to_owned())).or_insert_with(|| value.written.clone());
            if *cell != value.written {
                let name = self.names.get(row).map_or("", String::as_str);
                let message = format!(
                    "`{}` and `{}` in `{column}` of `{}`",
                    shortened(cell),
                    shortened(&value.written),
                    shortened(name)
                );
                let hint = "make them one in their program, or name the variables apart";
                fault(&value.place, message, hint, faults);
            }
        }
    }

    /// The columns of variables that have a value in any row, each of the kind of its variables.
    fn columns(&self, project: &Project, columns: &[Option<&str>]) -> Vec<(String, Values)> {
        let mut made: Vec<(String, Values)> = Vec::new();
        let filled: HashSet<&str> = self.cells.keys().map(|(_, column)| column.as_str()).collect();
        for column in columns.iter().flatten() {
            if !filled.contains(column) || made.iter().any(|(name, _)| name == column) {
                continue;
            }
            let of_column =
                project.variables.iter().zip(columns).filter(|(_, of)| of.as_ref() == Some(column));
            let mut kinds = of_column.map(|(variable, _)| variable.kind);
            let first = kinds.next().unwrap_or(VariableKind::Words);
            let kind = if kinds.all(|kind| kind == first) { first } else { VariableKind::Words };
            let cells = (0..self.names.len()).map(|row| self.cells.get(&(row, (*column).to_owned())));
            let values = match kind {
                VariableKind::Words => Values::Text(cells.map(|cell| cell.cloned()).collect()),
                VariableKind::Integer => Values::Integer(cells.map(|cell| cell?.parse().ok()).collect()),
                VariableKind::Number => Values::Number(cells.map(|cell| cell?.parse().ok()).collect()),
            };
            made.push(((*column).to_owned(), values));
        }
        made
    }
}

/// The columns that variables are, by number; none for those that are left out.
fn columns(decisions: &Decisions) -> Vec<Option<&str>> {
    decisions.variables.iter().map(|decision| decision.kept()).collect()
}

/// The cases that are kept, each with what is known of it.
pub(super) fn cases(
    project: &Project,
    decisions: &Decisions,
    file: &Definitions<Decided>,
    faults: &mut Folded,
) -> Sheet {
    let columns = columns(decisions);
    let mut rows = Rows::default();
    for (case, decision) in project.cases.iter().zip(&decisions.cases) {
        if let Some(name) = decision.kept() {
            let row = rows.row(name);
            rows.put(row, &case.values, &columns, faults);
        }
    }
    // A project need not have cases: groups of its sources may be theirs, or a person says what each source is about.
    for name in decisions.sets.iter().filter_map(Decision::kept) {
        rows.row(name);
    }
    if rows.names.is_empty() {
        let of_sources = file.value.source.iter().filter_map(|entry| entry.case.as_ref());
        for name in of_sources.map(|case| case.get_ref().trim()).filter(|name| !name.is_empty()) {
            rows.row(name);
        }
    }
    let mut made = vec![("case_id".to_owned(), texts(&rows.names))];
    made.extend(rows.columns(project, &columns));
    Sheet { columns: made }
}

/// The documents that are kept; for each its number in the project.
pub(super) fn documents(
    project: &Project,
    decisions: &Decisions,
    file: &Definitions<Decided>,
    cases: &Sheet,
    faults: &mut Folded,
) -> (Sheet, Vec<usize>) {
    let mut columns = columns(decisions);
    let known: Vec<&str> = (0..cases.rows()).map(|row| cases.text("case_id", row)).collect();
    let asked = Asked {
        project,
        of_documents: Tied::of(project, decisions),
        file,
        is_known: known.iter().copied().collect(),
        known,
    };
    let entries = Entries::of(&file.value.source);
    let mut rows = Rows::default();
    let (mut numbers, mut of_cases, mut kinds) = (Vec::new(), Vec::new(), Vec::new());
    let kind = columns.iter().position(|column| *column == Some("kind"));
    for (number, (document, decision)) in project.documents.iter().zip(&decisions.documents).enumerate() {
        let Some(name) = decision.kept() else { continue };
        let entry = entries.get(&document.id, &document.name);
        let row = rows.row(name);
        rows.put(row, &document.values, &columns, faults);
        let of_kind = document.values.iter().find(|value| Some(value.variable) == kind);
        let said = entry.and_then(|entry| entry.kind.as_deref());
        let said = said.or(of_kind.map(|value| value.written.as_str())).filter(|said| !said.is_empty());
        kinds.push(said.unwrap_or(document.kind.word()).to_owned());
        of_cases.push(asked.case_of(number, entry, faults).unwrap_or_default());
        numbers.push(number);
    }
    // The kind has a column of its own.
    for column in &mut columns {
        *column = column.filter(|name| *name != "kind");
    }
    let mut made = vec![
        ("document_id".to_owned(), texts(&rows.names)),
        ("case_id".to_owned(), texts(&of_cases)),
        ("kind".to_owned(), texts(&kinds)),
    ];
    made.extend(rows.columns(project, &columns));
    (Sheet { columns: made }, numbers)
}

/// The cases that a document is tied to, by itself or by a set.
#[derive(Default)]
struct Tied<'a> {
    kept: Vec<&'a str>,
    /// Whether it is tied to a case of which nothing is decided.
    is_open: bool,
}

impl<'a> Tied<'a> {
    fn of(project: &Project, decisions: &'a Decisions) -> HashMap<usize, Tied<'a>> {
        let mut of_documents: HashMap<usize, Tied<'a>> = HashMap::new();
        let of_cases = project.cases.iter().map(|case| &case.documents).zip(&decisions.cases);
        for (documents, decision) in of_cases {
            for number in documents {
                let tied = of_documents.entry(*number).or_default();
                tied.kept.extend(decision.kept());
                tied.is_open |= *decision == Decision::Open;
            }
        }
        let of_sets = project.sets.iter().map(|set| &set.documents).zip(&decisions.sets);
        for (documents, name) in of_sets.filter_map(|(documents, set)| Some((documents, set.kept()?))) {
            for number in documents {
                of_documents.entry(*number).or_default().kept.push(name);
            }
        }
        for tied in of_documents.values_mut() {
            tied.kept.sort_unstable();
            tied.kept.dedup();
        }
        of_documents
    }
}

/// What says which case a document is about.
struct Asked<'a> {
    project: &'a Project,
    of_documents: HashMap<usize, Tied<'a>>,
    file: &'a Definitions<Decided>,
    known: Vec<&'a str>,
    is_known: HashSet<&'a str>,
}

impl Asked<'_> {
    /// The case that the document `number` is about.
    fn case_of(&self, number: usize, entry: Option<&SourceEntry>, faults: &mut Folded) -> Option<String> {
        let document = self.project.documents.get(number)?;
        if let Some(case) = entry.and_then(|entry| entry.case.as_ref()) {
            let name = case.get_ref().trim();
            if !self.is_known.contains(name) {
                let hint = || match nearest(name, self.known.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "write the name of a case that is kept".to_owned(),
                };
                let message = format!("there is no case `{}`", shortened(name));
                told(self.file, case, message, hint, faults);
            }
            return Some(name.to_owned());
        }
        let tied = self.of_documents.get(&number);
        let found: &[&str] = tied.map_or(&[], |tied| &tied.kept);
        let message = match found {
            [case] => return Some((*case).to_owned()),
            // What is to be decided of its case is told already.
            [] if tied.is_some_and(|tied| tied.is_open) => return None,
            [] => format!("nothing says which case the source `{}` is about", shortened(&document.name)),
            _ => format!("the source `{}` is about several cases", shortened(&document.name)),
        };
        let example = found.first().or(self.known.first()).copied().unwrap_or("…");
        let more = |fault: Diagnostic| {
            let named = named(self.project, document);
            fault.hint(format!(
                "decide it in {FILE}: `[[source]]` with `{named}` and `case = \"{example}\"`, or `leave_out = \"WHY\"`"
            ))
        };
        let line = document.place.line.unwrap_or_default();
        faults.add(None, line, Diagnostic::error(message), || document.place.clone(), more);
        None
    }
}

/// Counts what the project has beside codings and notes, and what became of it.
pub(super) fn account(
    project: &Project,
    decisions: &Decisions,
    cases_are_given: bool,
    account: &mut Account,
) {
    let by_cases = project.cases.iter().flat_map(|case| &case.values).map(|value| value.variable);
    let by_documents = project.documents.iter().flat_map(|document| &document.values);
    let used: HashSet<usize> = by_documents.map(|value| value.variable).collect();
    let of_cases: HashSet<usize> = by_cases.collect();
    let given: HashSet<usize> = project.codings.iter().map(|coding| coding.code).collect();
    for (what, decided) in [
        ("codes", &decisions.codes),
        ("coders", &decisions.users),
        ("cases", &decisions.cases),
        ("sets of sources", &decisions.sets),
        ("variables", &decisions.variables),
        ("sources", &decisions.documents),
    ] {
        account.there(what, decided.len());
        let mut met: HashSet<&str> = HashSet::new();
        for (number, decision) in decided.iter().enumerate() {
            let is_idle = what == "variables" && !used.contains(&number);
            match decision {
                Decision::Means(_) if is_idle && !of_cases.contains(&number) => {
                    account.add(what, Fate::LeftOut, "nothing has a value of it", 1);
                }
                Decision::Means(_) if is_idle && cases_are_given => {
                    account.add(what, Fate::LeftOut, "the study has a table of cases", 1);
                }
                Decision::Means(name) if what == "cases" && !met.insert(name) => {
                    account.add(what, Fate::Repeats, "means one case with another", 1);
                }
                Decision::Means(_) => account.add(what, Fate::Kept, "", 1),
                Decision::LeftOut(why) => account.add(what, Fate::LeftOut, why.clone(), 1),
                Decision::Open if what == "codes" && given.contains(&number) => {}
                Decision::Open if what == "sets of sources" => {
                    account.add(what, Fate::LeftOut, "not read", 1)
                }
                Decision::Open => account.add(what, Fate::LeftOut, "nothing depends on it", 1),
            }
        }
    }
    let of_cases = project.cases.iter().map(|case| &case.values).zip(&decisions.cases);
    for (values, decision) in of_cases {
        let gone = match decision {
            Decision::LeftOut(why) => Some(format!("its case is left out: {why}")),
            _ if cases_are_given => Some("the study has a table of cases".to_owned()),
            _ => None,
        };
        self::values(values, decisions, gone.as_deref(), account);
    }
    let of_documents = project.documents.iter().map(|document| &document.values).zip(&decisions.documents);
    for (values, decision) in of_documents {
        let gone = match decision {
            Decision::LeftOut(why) => Some(format!("its source is left out: {why}")),
            _ => None,
        };
        self::values(values, decisions, gone.as_deref(), account);
    }
    account.there("notes", project.notes.len());
    let parts = project.cases.iter().map(|case| case.selections).sum();
    let tied = project.cases.iter().map(|case| case.codes).sum();
    let unread = [("parts of documents that are cases", parts), ("codes that stand for cases", tied)];
    for (what, number) in project.unread.iter().copied().chain(unread) {
        account.there(what, number);
        account.add(what, Fate::LeftOut, "not read", number);
    }
}

/// Counts the values of a case or a source; `gone` says why all of them are left out.
fn values(values: &[Value], decisions: &Decisions, gone: Option<&str>, account: &mut Account) {
    const WHAT: &str = "values of variables";
    for value in values.iter().filter(|value| !value.written.is_empty()) {
        account.there(WHAT, 1);
        match (decisions.variables.get(value.variable), gone) {
            (Some(Decision::LeftOut(why)), _) => {
                account.add(WHAT, Fate::LeftOut, format!("their variable is left out: {why}"), 1);
            }
            (_, Some(why)) => account.add(WHAT, Fate::LeftOut, why, 1),
            (_, None) => account.add(WHAT, Fate::Kept, "", 1),
        }
    }
}

fn texts(names: &[String]) -> Values {
    Values::Text(names.iter().map(|name| (!name.is_empty()).then(|| name.clone())).collect())
}

fn fault(place: &Place, message: String, hint: &str, faults: &mut Folded) {
    let line = place.line.unwrap_or_default();
    faults.add(None, line, Diagnostic::error(message), || place.clone(), |fault| fault.hint(hint));
}
