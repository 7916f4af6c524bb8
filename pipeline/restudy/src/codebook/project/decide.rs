//! What each thing of a project is in the study: as it was decided, else as its name says, else nothing.
//!
//! In: the entries of `codebook/project.toml` of one kind, and the things of the project by their names. Out: a [`Decision`] for
//! each, or the fault that nothing is decided, with the name that comes nearest.

use std::collections::{HashMap, HashSet};

use toml::Spanned;

use super::definitions::{Decided, Decides, FILE};
use crate::diagnostic::{Diagnostic, Folded, Place, nearest};
use crate::sources::project::plain_id;
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
    /// Its id in the project.
    pub(super) id: &'a str,
    /// Its name there.
    pub(super) raw: &'a str,
    /// Where it stands there.
    pub(super) place: &'a Place,
    /// What it is if nothing else is said.
    pub(super) plain: Option<String>,
    /// Whether anything depends on it: what nothing depends on may stay open.
    pub(super) is_used: bool,
}

/// Entries of one kind, by what they name.
pub(super) struct Entries<'a, E> {
    by_id: HashMap<String, &'a E>,
    by_name: HashMap<String, &'a E>,
}

impl<'a, E: Decides> Entries<'a, E> {
    /// Each of `entries` by its id or name.
    pub(super) fn of(entries: &'a [E]) -> Self {
        let by = |name: fn(&E) -> Option<String>| {
            entries.iter().filter_map(|entry| Some((name(entry)?, entry))).collect()
        };
        Entries { by_id: by(id), by_name: by(raw) }
    }

    /// The entry of the thing with this id and this name; the id says more.
    pub(super) fn get(&self, id: &str, name: &str) -> Option<&'a E> {
        self.by_id.get(id).or_else(|| self.by_name.get(name)).copied()
    }
}

fn id<E: Decides>(entry: &E) -> Option<String> {
    entry.id().map(|id| plain_id(id.get_ref().trim()))
}

fn raw<E: Decides>(entry: &E) -> Option<String> {
    entry.raw().map(|raw| on_one_line(raw.get_ref()))
}

/// The decisions of one kind.
pub(super) struct Deciding<'a, E> {
    file: &'a Definitions<Decided>,
    /// The kind, as tables of the file are called: `code`.
    what: &'static str,
    entries: Entries<'a, E>,
    /// How many things have a name.
    names: HashMap<&'a str, usize>,
    /// What the study may call them; anything where it is none.
    known: Option<&'a [String]>,
    is_known: HashSet<&'a str>,
}

impl<'a, E: Decides> Deciding<'a, E> {
    /// Decides by `entries` of the kind `what`, which may mean those that are `known`, of things with these ids and names. What the
    /// project does not have is a fault.
    pub(super) fn new(
        file: &'a Definitions<Decided>,
        what: &'static str,
        entries: &'a [E],
        known: Option<&'a [String]>,
        things: impl Iterator<Item = (&'a str, &'a str)>,
        faults: &mut Folded,
    ) -> Self {
        let mut ids: HashSet<&str> = HashSet::new();
        let mut names: HashMap<&str, usize> = HashMap::new();
        for (id, name) in things {
            ids.insert(id);
            *names.entry(name).or_default() += 1;
        }
        let mut met: HashSet<(bool, String)> = HashSet::new();
        for entry in entries {
            let by_id = id(entry);
            let (Some(span), Some(name)) = (entry.id().or(entry.raw()), by_id.clone().or_else(|| raw(entry)))
            else {
                let place = entry.means().or(entry.leave_out()).map(Spanned::span).unwrap_or_default();
                let message = format!("a `[[{what}]]` names nothing of the project");
                let hint = "write its name, `raw = \"…\"`, or its id, `id = \"…\"`".to_owned();
                at(file, &Spanned::new(place, ()), message, hint, faults);
                continue;
            };
            let is_there =
                if by_id.is_some() { ids.contains(name.as_str()) } else { names.contains_key(name.as_str()) };
            if !is_there {
                let with = if by_id.is_some() { " with the id" } else { "" };
                let message = format!("the project has no {what}{with} `{}`", shortened(&name));
                let near = || match nearest(&name, names.keys().copied()) {
                    Some(near) if by_id.is_none() => format!("did you mean `{near}`?"),
                    _ => "take it out".to_owned(),
                };
                told(file, span, message, near, faults);
            } else if entry.id().is_some() && entry.raw().is_some() {
                let message = format!("a `[[{what}]]` has an id and a name");
                at(file, span, message, "leave one of them".to_owned(), faults);
            } else if entry.means().is_some() == entry.leave_out().is_some()
                && (entry.means().is_some() || !entry.says_more())
            {
                let message = format!("nothing is decided of the {what} `{}`, or too much", shortened(&name));
                at(file, span, message, "write `means` or `leave_out`".to_owned(), faults);
            }
            let several = names.get(name.as_str()).is_some_and(|number| *number > 1);
            if !met.insert((by_id.is_some(), name.clone())) {
                let message = format!("the {what} `{}` is decided twice", shortened(&name));
                let hint = match several && by_id.is_none() {
                    true => "several are called so: name each by its `id` in place of `raw`",
                    false => "leave one of them",
                };
                at(file, span, message, hint.to_owned(), faults);
            }
        }
        let is_known = known.unwrap_or_default().iter().map(String::as_str).collect();
        Deciding { file, what, entries: Entries::of(entries), names, known, is_known }
    }

    /// What `thing` is.
    pub(super) fn decide(&self, thing: &Thing<'_>, faults: &mut Folded) -> Decision {
        let Deciding { file, what, known, .. } = self;
        let entry = self.entries.get(thing.id, thing.raw);
        let says = entry.map(|entry| (entry.means(), entry.leave_out()));
        match says {
            Some((Some(means), _)) => {
                let name = means.get_ref().trim();
                if let Some(known) = known
                    && !self.is_known.contains(name)
                {
                    let message = format!("the study has no {what} `{}`", shortened(name));
                    let hint = || match nearest(name, known.iter().map(String::as_str)) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => format!("write one that the study has, or define the {what} first"),
                    };
                    told(file, means, message, hint, faults);
                } else if name.is_empty() {
                    at(file, means, format!("`means` of this {what} is blank"), "name it".to_owned(), faults);
                }
                Decision::Means(name.to_owned())
            }
            Some((None, Some(why))) => {
                if why.get_ref().trim().is_empty() {
                    let hint = "say why, in a few words".to_owned();
                    at(file, why, "no reason is given".to_owned(), hint, faults);
                }
                Decision::LeftOut(why.get_ref().trim().to_owned())
            }
            // That nothing is said was told already.
            Some((None, None)) if entry.is_some_and(|entry| !entry.says_more()) => Decision::Open,
            _ => match &thing.plain {
                Some(plain) => Decision::Means(plain.clone()),
                None if !thing.is_used => Decision::Open,
                None => {
                    self.open(thing, faults);
                    Decision::Open
                }
            },
        }
    }

    fn open(&self, thing: &Thing<'_>, faults: &mut Folded) {
        let what = self.what;
        let fault = Diagnostic::error(format!("nothing says what the {what} `{}` is", shortened(thing.raw)));
        let line = thing.place.line.unwrap_or_default();
        let more = |fault: Diagnostic| {
            let last = thing.raw.rsplit('/').next().unwrap_or(thing.raw);
            let known = self.known.unwrap_or_default();
            let near = nearest(thing.raw, known.iter().map(String::as_str))
                .or_else(|| known.iter().map(String::as_str).find(|known| is_like(last, known)));
            let means = near.unwrap_or("…");
            let is_one = self.names.get(thing.raw).is_none_or(|number| *number == 1);
            let (field, name) = if is_one { ("raw", thing.raw) } else { ("id", thing.id) };
            let name = toml::Value::String(name.to_owned());
            let fault = fault.hint(format!(
                "decide it in {FILE}: `[[{what}]]` with `{field} = {name}` and `means = \"{means}\"`, or `leave_out = \"WHY\"`"
            ));
            match near {
                Some(near) => fault.note(format!("the nearest that the study has is `{near}`")),
                None => fault,
            }
        };
        faults.add(None, line, fault, || thing.place.clone(), more);
    }
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
    told(file, span, message, || hint, faults);
}

/// The same, with advice that is only made where the fault is told.
pub(super) fn told<T>(
    file: &Definitions<Decided>,
    span: &Spanned<T>,
    message: String,
    hint: impl FnOnce() -> String,
    faults: &mut Folded,
) {
    let place = file.place(span.span());
    let line = place.line.unwrap_or_default();
    faults.add(None, line, Diagnostic::error(message), || place, |fault| fault.hint(hint()));
}
