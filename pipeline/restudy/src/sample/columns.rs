//! Which columns a design names: variables of the codebook, else columns of the export.
//!
//! In: a [`Design`], the codebook, the header of the export. Out: [`Named`], or the names that are none, each with its
//! place in study.toml.

use std::collections::HashSet;
use std::ops::Range;

use toml::Spanned;

use crate::codebook::{Codebook, Variable};
use crate::diagnostic::{Diagnostic, Diagnostics, nearest};
use crate::sources::{RawTable, on_one_line};
use crate::study::Study;
use crate::study::design::{Design, FRAME, Names, each};

/// With how many names an unknown one is compared.
const COMPARED: usize = 1000;

/// A column that a design names.
#[derive(Clone, Debug)]
pub(super) struct Column {
    /// Its name, as study.toml has it.
    pub(super) name: String,
    /// Where study.toml has it.
    pub(super) at: Range<usize>,
    /// The variable whose answers it holds, where it is one.
    pub(super) variable: Option<usize>,
    /// The column of the export in which faults are placed; none for a variable that coders gave.
    pub(super) raw: Option<usize>,
}

/// The size of a population at one stage.
#[derive(Clone, Debug)]
pub(super) enum Population {
    /// Those invited, as the frame counts them.
    Frame(Range<usize>),
    /// A column.
    Column(Column),
}

impl Population {
    /// Where study.toml names it.
    pub(super) fn at(&self) -> Range<usize> {
        match self {
            Population::Frame(at) => at.clone(),
            Population::Column(column) => column.at.clone(),
        }
    }
}

/// The columns of a design, by what they are for.
#[derive(Clone, Debug, Default)]
pub(super) struct Named {
    pub(super) weight: Option<Column>,
    /// By stage; none where a stage has no strata.
    pub(super) strata: Vec<Option<Column>>,
    /// By stage.
    pub(super) units: Vec<Column>,
    /// By stage.
    pub(super) populations: Vec<Population>,
    /// Columns of the export.
    pub(super) replicates: Vec<Column>,
}

/// Where names are looked up.
pub(super) struct Lookup<'a> {
    pub(super) study: &'a Study,
    pub(super) codebook: &'a Codebook,
    pub(super) variables: &'a [Variable],
    pub(super) table: &'a RawTable,
    pub(super) faults: Diagnostics,
    /// Columns of the export that designs use as they stand, or may have meant.
    pub(super) used: HashSet<usize>,
}

impl Lookup<'_> {
    /// The columns of `design`; none where a name is no column.
    pub(super) fn named(&mut self, design: &Design) -> Option<Named> {
        let before = self.faults.errors();
        let weight = design.weight.as_ref().and_then(|name| self.column(name.get_ref(), name.span()));
        let strata = listed(&design.strata).into_iter().map(|(name, at)| match name {
            "" => None,
            name => self.column(name, at),
        });
        let strata = strata.collect();
        let units =
            listed(&design.units).into_iter().filter_map(|(name, at)| self.column(name, at)).collect();
        let populations = listed(&design.fpc).into_iter().filter_map(|(name, at)| match name {
            FRAME => Some(Population::Frame(at)),
            name => self.column(name, at).map(Population::Column),
        });
        let populations = populations.collect();
        let of_replicates = design.replicates.as_ref().and_then(|r| r.get_ref().columns.as_ref());
        let replicates = of_replicates.map_or_else(Vec::new, |columns| self.replicates(columns));
        let named = Named { weight, strata, units, populations, replicates };
        (self.faults.errors() == before).then_some(named)
    }

    fn column(&mut self, name: &str, at: Range<usize>) -> Option<Column> {
        let variable = self.variables.iter().position(|variable| variable.name == name);
        let header = on_one_line(name);
        let raw = match variable {
            Some(number) => {
                self.codebook.header_of(&self.variables[number]).and_then(|h| self.table.column(&h))
            }
            None => self.table.column(&header),
        };
        if variable.is_none() && raw.is_none() {
            self.unknown(name, at);
            return None;
        }
        self.used.extend(raw.filter(|_| variable.is_none()));
        Some(Column { name: name.to_owned(), at, variable, raw })
    }

    fn unknown(&mut self, name: &str, at: Range<usize>) {
        let known = self.variables.iter().map(|variable| variable.name.as_str()).chain(self.table.headers());
        let hint = match nearest(name, known.take(COMPARED)) {
            Some(near) => {
                // That it is not in the codebook need not be told too.
                self.used.extend(self.table.column(near));
                format!("did you mean `{near}`?")
            }
            None => {
                "name a variable of the codebook, or a column as the header of the export has it".to_owned()
            }
        };
        let fault = Diagnostic::error(format!("there is no variable and no column `{name}`"));
        let fault = fault.at(self.study.place(at)).note(format!("the export is {}", self.table.file));
        self.faults.push(fault.hint(hint));
    }

    /// The columns of the export that a pattern matches, or that a list names.
    fn replicates(&mut self, columns: &Spanned<Names>) -> Vec<Column> {
        let Names::One(pattern) = columns.get_ref() else {
            return each(columns).into_iter().filter_map(|(name, at)| self.column(name, at)).collect();
        };
        let matching: Vec<Column> = (self.table.headers().enumerate())
            .filter(|(_, header)| matches(pattern, header))
            .map(|(raw, name)| Column {
                name: name.to_owned(),
                at: columns.span(),
                variable: None,
                raw: Some(raw),
            })
            .collect();
        self.used.extend(matching.iter().filter_map(|column| column.raw));
        if matching.is_empty() {
            let fault = Diagnostic::error(format!("no column of the export matches `{pattern}`"));
            let fault = fault.at(self.study.place(columns.span()));
            let near = nearest(pattern.trim_matches('*'), self.table.headers().take(COMPARED));
            let fault = fault.note(format!("the export is {}", self.table.file));
            let stem = near.map(|near| near.trim_end_matches(|c: char| c.is_ascii_digit()));
            let alike = self.table.headers().enumerate();
            self.used.extend(alike.filter(|(_, h)| stem.is_some_and(|s| h.starts_with(s))).map(|(c, _)| c));
            self.faults.push(fault.hint(match near {
                Some(near) => format!("it has `{near}`; `*` stands for any characters"),
                None => "write the beginning that the columns share and `*`, such as `rw*`".to_owned(),
            }));
        }
        matching
    }
}

fn listed(names: &Option<Spanned<Names>>) -> Vec<(&str, Range<usize>)> {
    names.iter().flat_map(each).collect()
}

/// The names of the columns of `table` that are among `columns`.
pub(super) fn headers(table: &RawTable, columns: &HashSet<usize>) -> HashSet<String> {
    let of_designs = table.headers().enumerate().filter(|(column, _)| columns.contains(column));
    of_designs.map(|(_, header)| header.to_owned()).collect()
}

/// Whether `name` is `pattern`, in which `*` stands for any characters.
fn matches(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_stands_for_any_characters() {
        let cases = [
            ("rw*", "rw1", true),
            ("rw*", "rw", true),
            ("rw*", "row1", false),
            ("*_w", "a_w", true),
            ("r*w*z", "r1w2z", true),
            ("r*w*z", "r1z", false),
            ("rw", "rw", true),
            ("rw", "rw1", false),
            ("a*a", "a", false),
            ("*", "anything", true),
        ];
        for (pattern, name, expected) in cases {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
    }
}
