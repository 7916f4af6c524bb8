//! What each thing of a project is in the study: as it was decided, else as its name says, else nothing.
//!
//! In: the entries of `codebook/project.toml` of one kind, and the things of the project by their names. Out: a [`Decision`] for
//! each, or the fault that nothing is decided, with the name that comes nearest.

use std::collections::HashMap;

use toml::Spanned;

use super::definitions::{Decided, Entry, FILE};
use crate::diagnostic::{Diagnostic, Folded, Place, nearest};
use crate::sources::{on_one_line, shortened};
use crate::study::Definitions;

/// What something of a project is in the study.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Decision {
    /// What the study calls so.
    Means(String),
    /// Nothing, and why.
    LeftOut(String),
    /// Nobody says.
    Open,
}

impl Decision {
    /// What the study calls it, if it is kept.
    pub(super) fn kept(&self) -> Option<&str> {
        if let Decision::Means(name) = self { Some(name) } else { None }
    }
}

/// Something of the project that is to be decided.
pub(super) struct Thing<'a> {
    /// Its name in the project.
    pub(super) raw: &'a str,
    /// Where it stands there.
    pub(super) place: &'a Place,
    /// What it is if nothing else is said.
    pub(super) plain: Option<String>,
    /// Whether anything depends on it: what nothing depends on may stay open.
    pub(super) is_used: bool,
}

/// The decisions of one kind.
pub(super) struct Deciding<'a> {
    file: &'a Definitions<Decided>,
    /// The kind, as tables of the file are called: `code`.
    what: &'static str,
    entries: HashMap<String, &'a Entry>,
    /// What the study may call them; anything where it is none.
    known: Option<&'a [String]>,
}

impl<'a> Deciding<'a> {
    /// Decides by `entries` of the kind `what`, which may mean those that are `known`. Names that the project does not have are
    /// faults.
    pub(super) fn new(
        file: &'a Definitions<Decided>,
        what: &'static str,
        entries: &'a [Entry],
        known: Option<&'a [String]>,
        names: &[&str],
        faults: &mut Folded,
    ) -> Self {
        let mut by_name: HashMap<String, &Entry> = HashMap::new();
        for entry in entries {
            let raw = on_one_line(entry.raw.get_ref());
            if !names.contains(&raw.as_str()) {
                let message = format!("the project has no {what} `{}`", shortened(&raw));
                let near = nearest(&raw, names.iter().copied());
                let hint = near.map_or("take it out".to_owned(), |near| format!("did you mean `{near}`?"));
                at(file, &entry.raw, message, hint, faults);
            } else if entry.means.is_some() == entry.leave_out.is_some() {
                let message = format!("nothing is decided of the {what} `{}`, or too much", shortened(&raw));
                at(file, &entry.raw, message, "write `means` or `leave_out`".to_owned(), faults);
            }
            if by_name.insert(raw.clone(), entry).is_some() {
                let message = format!("the {what} `{}` is decided twice", shortened(&raw));
                at(file, &entry.raw, message, "leave one of them".to_owned(), faults);
            }
        }
        Deciding { file, what, entries: by_name, known }
    }

    /// What `thing` is.
    pub(super) fn decide(&self, thing: &Thing<'_>, faults: &mut Folded) -> Decision {
        let Deciding { file, what, known, .. } = self;
        let Some(entry) = self.entries.get(thing.raw) else {
            return match &thing.plain {
                Some(plain) => Decision::Means(plain.clone()),
                None if !thing.is_used => Decision::Open,
                None => {
                    self.open(thing, faults);
                    Decision::Open
                }
            };
        };
        match (&entry.means, &entry.leave_out) {
            (Some(means), _) => {
                let name = means.get_ref().trim();
                if let Some(known) = known.filter(|known| known.iter().all(|known| known != name)) {
                    let message = format!("the study has no {what} `{}`", shortened(name));
                    let near = nearest(name, known.iter().map(String::as_str));
                    let hint = match near {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => format!("write one that the study has, or define the {what} first"),
                    };
                    at(file, means, message, hint, faults);
                } else if name.is_empty() {
                    at(file, means, format!("`means` of this {what} is blank"), "name it".to_owned(), faults);
                }
                Decision::Means(name.to_owned())
            }
            (None, Some(why)) => {
                if why.get_ref().trim().is_empty() {
                    at(
                        file,
                        why,
                        "no reason is given".to_owned(),
                        "say why, in a few words".to_owned(),
                        faults,
                    );
                }
                Decision::LeftOut(why.get_ref().trim().to_owned())
            }
            // That neither is said was told already.
            (None, None) => Decision::Open,
        }
    }

    fn open(&self, thing: &Thing<'_>, faults: &mut Folded) {
        let what = self.what;
        let fault = Diagnostic::error(format!("nothing says what the {what} `{}` is", shortened(thing.raw)));
        let line = thing.place.line.unwrap_or_default();
        let last = thing.raw.rsplit('/').next().unwrap_or(thing.raw);
        let known = self.known.unwrap_or_default();
        let near = nearest(thing.raw, known.iter().map(String::as_str))
            .or_else(|| known.iter().map(String::as_str).find(|known| is_like(last, known)));
        let means = near.map_or("…".to_owned(), str::to_owned);
        let raw = toml::Value::String(thing.raw.to_owned());
        faults.add(None, line, fault, || thing.place.clone(), |fault| {
            let fault = fault.hint(format!(
                "decide it in {FILE}: `[[{what}]]` with `raw = {raw}` and `means = \"{means}\"`, or `leave_out = \"WHY\"`"
            ));
            match near {
                Some(near) => fault.note(format!("the nearest that the study has is `{near}`")),
                None => fault,
            }
        });
    }
}

/// What all `things` of a kind are: see [`Deciding::new`].
pub(super) fn all(
    file: &Definitions<Decided>,
    what: &'static str,
    entries: &[Entry],
    known: Option<&[String]>,
    things: &[Thing<'_>],
    faults: &mut Folded,
) -> Vec<Decision> {
    let names: Vec<&str> = things.iter().map(|thing| thing.raw).collect();
    let deciding = Deciding::new(file, what, entries, known, &names, faults);
    things.iter().map(|thing| deciding.decide(thing, faults)).collect()
}

/// Whether the last step of a path is a name in other letters: `Quiet rooms`, `place/quiet-rooms`.
fn is_like(name: &str, path: &str) -> bool {
    let last = path.rsplit('/').next().unwrap_or(path);
    let letters = |text: &str| -> String {
        text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    !name.is_empty() && letters(name) == letters(last)
}

/// A fault of the file of decisions.
pub(super) fn at<T>(
    file: &Definitions<Decided>,
    span: &Spanned<T>,
    message: String,
    hint: String,
    faults: &mut Folded,
) {
    let place = file.place(span.span());
    let line = place.line.unwrap_or_default();
    faults.add(None, line, Diagnostic::error(message), || place, |fault| fault.hint(hint));
}
