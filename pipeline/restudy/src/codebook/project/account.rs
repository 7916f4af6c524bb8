//! The account of a project: how much of it there is, how much of that the study has, and why not the rest.
//!
//! In: the fate of each thing, as it is decided. Out: an [`Account`] in which, for everything that is counted, what there is in
//! the project equals what is kept and what is left out.

use indexmap::IndexMap;

use crate::sources::project::{Counted, Project};

/// What became of things of a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Fate {
    /// The study has them.
    Kept,
    /// The study has them already: the same code of the same coder on the same paragraphs, or the same case.
    Repeats,
    /// The study does not have them.
    LeftOut,
}

impl Fate {
    /// The fate in words.
    pub fn words(self) -> &'static str {
        match self {
            Fate::Kept => "kept",
            Fate::Repeats => "repeats",
            Fate::LeftOut => "left out",
        }
    }
}

/// How many things had one fate for one reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What they are: `codings`, `notes`.
    pub what: &'static str,
    /// What became of them.
    pub fate: Fate,
    /// Why; empty where they are just kept.
    pub why: String,
    /// How many.
    pub number: usize,
}

/// The account of a project.
#[derive(Clone, Debug, Default)]
pub struct Account {
    /// The file.
    pub file: String,
    /// The program that wrote it.
    pub origin: String,
    /// How positions are counted, as `codebook/project.toml` would say it.
    pub positions: String,
    /// How many selections carry words of their text, by which their positions were checked.
    pub witnesses: usize,
    /// Rows of the table `codings` that the codings which are kept have given.
    pub rows: usize,
    /// What there is in the project, by kind, counted in its file.
    there: IndexMap<&'static str, usize>,
    fates: IndexMap<(&'static str, Fate, String), usize>,
}

impl Account {
    /// The account of `project`, whose positions are counted so; nothing is in it yet.
    pub(super) fn of(project: &Project, counted: &Counted) -> Account {
        Account {
            file: project.file.clone(),
            origin: project.origin.clone(),
            positions: counted.positions.written(),
            witnesses: counted.witnesses,
            ..Account::default()
        }
    }

    /// Notes that the project has so many of `what`.
    pub(super) fn there(&mut self, what: &'static str, number: usize) {
        *self.there.entry(what).or_default() += number;
    }

    /// Notes what became of so many of `what`.
    pub(super) fn add(&mut self, what: &'static str, fate: Fate, why: impl Into<String>, number: usize) {
        if number > 0 {
            *self.fates.entry((what, fate, why.into())).or_default() += number;
        }
    }

    /// All lines: kind by kind in the order in which they were counted, by fate, the largest number first.
    pub fn lines(&self) -> Vec<Line> {
        let mut lines: Vec<Line> = Vec::new();
        for what in self.there.keys() {
            let of_kind = self.fates.iter().filter(|((kind, ..), _)| kind == what);
            let mut of_kind: Vec<Line> = of_kind
                .map(|((what, fate, why), number)| Line {
                    what,
                    fate: *fate,
                    why: why.clone(),
                    number: *number,
                })
                .collect();
            of_kind.sort_by(|a, b| (a.fate, b.number, &a.why).cmp(&(b.fate, a.number, &b.why)));
            lines.extend(of_kind);
        }
        lines
    }

    /// What is counted: the kind, and how many there are of it.
    pub fn kinds(&self) -> impl Iterator<Item = (&'static str, usize)> {
        self.there.iter().map(|(what, number)| (*what, *number))
    }

    /// How many of `what` had `fate`.
    pub fn number(&self, what: &str, fate: Fate) -> usize {
        let of_kind = self.fates.iter().filter(|((kind, of, _), _)| *kind == what && *of == fate);
        of_kind.map(|(_, number)| number).sum()
    }

    /// Kinds of things whose fates are not as many as they are; none, if the program is right.
    pub fn astray(&self) -> Vec<&'static str> {
        let fates = |what| {
            [Fate::Kept, Fate::Repeats, Fate::LeftOut]
                .iter()
                .map(|fate| self.number(what, *fate))
                .sum::<usize>()
        };
        self.kinds().filter(|(what, number)| fates(what) != *number).map(|(what, _)| what).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_adds_up_or_says_what_does_not() {
        let mut account = Account::default();
        account.there("codings", 5);
        account.add("codings", Fate::LeftOut, "an area of a page", 1);
        account.add("codings", Fate::Kept, "", 3);
        account.add("codings", Fate::Kept, "", 1);
        account.there("sets", 0);
        assert_eq!(account.astray(), Vec::<&str>::new());
        let lines: Vec<_> = account.lines().iter().map(|line| (line.fate.words(), line.number)).collect();
        assert_eq!(lines, [("kept", 4), ("left out", 1)]);
        account.there("codings", 1);
        assert_eq!(account.astray(), ["codings"]);
    }
}
