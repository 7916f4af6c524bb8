//! Results with two key columns in words: what their answers are to each other decides what is told of them.
//!
//! In: a result and its column of shares. Out: the sentences between a chart's title and its bases.

use crate::evidence::statistic::Statistic;

use super::{range, told, value};
use crate::report::numbers::ResultView;

/// Groups of a chart that are all told; of more, only the first and the last.
const TOLD: usize = 6;

/// What the shares of a category are to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Answers of the same people, of which each gave one: the shares make up a whole.
    Parts,
    /// Answers of the same people, of which each could give several.
    Overlapping,
    /// The same answer of several groups, each of its own base.
    Groups,
}

/// A result with two key columns: categories by series.
pub(super) struct Crossed<'a> {
    categories: Vec<String>,
    series: Vec<String>,
    /// Cells with a value: category, series, value.
    pub(super) cells: Vec<(usize, usize, f64, &'a Statistic)>,
}

impl<'a> Crossed<'a> {
    pub(super) fn new(result: &'a ResultView, share: usize) -> Option<Self> {
        let [category, series] = result.head.key.as_slice() else { return None };
        let (category, series) = (result.column(category)?, result.column(series)?);
        let mut table = Crossed { categories: Vec::new(), series: Vec::new(), cells: Vec::new() };
        for row in &result.rows {
            let c = position(&mut table.categories, row.cells[category].shown());
            let s = position(&mut table.series, row.cells[series].shown());
            table.cells.extend(value(row, share).map(|(v, statistic)| (c, s, v, statistic)));
        }
        Some(table)
    }

    /// Cells of a category, in the order of the rows.
    fn of(&self, category: usize) -> impl Iterator<Item = (usize, f64, &'a Statistic)> {
        self.cells.iter().filter(move |c| c.0 == category).map(|c| (c.1, c.2, c.3))
    }

    fn cell(&self, category: usize, series: usize) -> Option<(f64, &'a Statistic)> {
        self.of(category).find(|c| c.0 == series).map(|(_, v, s)| (v, s))
    }

    pub(super) fn sums(&self) -> impl Iterator<Item = f64> {
        (0..self.categories.len()).map(|c| self.of(c).map(|(_, v, _)| v).sum())
    }

    pub(super) fn fits_a_whole(&self) -> bool {
        self.sums().all(|sum| sum <= 1.02)
    }

    pub(super) fn kind(&self) -> Kind {
        let own_bases = (0..self.categories.len()).any(|c| {
            let mut bases = self.of(c).filter_map(|(_, _, s)| s.base);
            bases.next().is_some_and(|first| bases.any(|base| base != first))
        });
        if own_bases {
            Kind::Groups
        } else if self.sums().all(|sum| (0.98..=1.02).contains(&sum)) {
            Kind::Parts
        } else {
            Kind::Overlapping
        }
    }

    /// The most frequent answers of a category (several, if they are equal), and one of their numbers.
    fn largest(&self, category: usize) -> Option<(Vec<usize>, &'a Statistic)> {
        let most = self.of(category).map(|c| c.1).max_by(f64::total_cmp)?;
        let largest: Vec<_> = self.of(category).filter(|c| c.1 == most).collect();
        Some((largest.iter().map(|c| c.0).collect(), largest.first()?.2))
    }

    /// A whole: which answer is largest in how many categories, and what the first and the last say.
    pub(super) fn parts(&self, how: &str) -> String {
        let count = self.categories.len();
        let mut wins: Vec<(Vec<usize>, usize)> = Vec::new();
        for (largest, _) in (0..count).filter_map(|c| self.largest(c)) {
            match wins.iter_mut().find(|w| w.0 == largest) {
                Some(win) => win.1 += 1,
                None => wins.push((largest, 1)),
            }
        }
        wins.sort_by_key(|win| std::cmp::Reverse(win.1));
        let named = |series: &[usize]| {
            let names: Vec<String> = series.iter().map(|s| self.series[*s].clone()).collect();
            format!("{}{}", quoted(&names), if names.len() > 1 { " equally" } else { "" })
        };
        let at = |c: usize| {
            self.largest(c).map_or("there is no value".to_owned(), |(largest, statistic)| {
                let each = if largest.len() > 1 { " each" } else { "" };
                format!("{} with {}{each}", named(&largest), told(statistic))
            })
        };
        let mut said = format!("{}, {how} {}.", counted(count), quoted(&self.series));
        match wins.as_slice() {
            [] => {}
            [(only, _)] if count > 1 => {
                said += &format!(" The most frequent answer is {} in all of them.", named(only));
            }
            [(first, times), rest @ ..] if count > 1 => {
                said += &format!(" The most frequent answer is {} in {times} of them", named(first));
                for (others, times) in rest {
                    said += &format!(", {} in {times}", named(others));
                }
                said += ".";
            }
            _ => {}
        }
        match self.categories.as_slice() {
            [] => {}
            [only] => said += &format!(" For “{only}” the most frequent answer is {}.", at(0)),
            [first, .., last] => {
                said += &format!(" At the top, for “{first}”, it is {}", at(0));
                said += &format!("; at the bottom, for “{last}”, {}.", at(count - 1));
            }
        }
        said
    }

    /// Groups: how the highest and the lowest category run over them, and how often the share rises.
    pub(super) fn groups(&self, marks: &str) -> String {
        let mut said = format!(
            "{}, each with {marks} for {}; every share has its own base.",
            counted(self.categories.len()),
            quoted(&self.series)
        );
        let mut order: Vec<(usize, f64)> =
            (0..self.categories.len()).filter_map(|c| self.pooled(c).map(|share| (c, share))).collect();
        order.sort_by(|a, b| b.1.total_cmp(&a.1));
        let run = |c: usize| {
            let own: Vec<_> = self.of(c).collect();
            let shown: Vec<_> = match own.as_slice() {
                [first, .., last] if own.len() > TOLD => vec![first, last],
                all => all.iter().collect(),
            };
            let each: Vec<String> = shown
                .into_iter()
                .map(|(s, _, statistic)| format!("{} for “{}”", told(statistic), self.series[*s]))
                .collect();
            format!("“{}”: {}", self.categories[c], each.join(", "))
        };
        match order.as_slice() {
            [] => {}
            [(only, _)] => said += &format!(" {}.", run(*only)),
            [(most, _), .., (least, _)] => {
                said += &format!(" Over all the {marks}, the highest category is {}", run(*most));
                said += &format!("; the lowest is {}.", run(*least));
            }
        }
        if let ([first, .., last], true) = (self.series.as_slice(), order.len() > 1) {
            let ends = |c: &usize| Some((self.cell(*c, 0)?.0, self.cell(*c, self.series.len() - 1)?.0));
            let pairs: Vec<_> = order.iter().filter_map(|(c, _)| ends(c)).collect();
            let higher = pairs.iter().filter(|(low, high)| high > low).count();
            said += &format!(
                " The share is higher for “{last}” than for “{first}” in {higher} of {}.",
                pairs.len()
            );
        }
        said
    }

    /// Share of a category over all groups together; their mean where the counts are not known.
    fn pooled(&self, category: usize) -> Option<f64> {
        let counts: Option<Vec<(u64, u64)>> = self.of(category).map(|(_, _, s)| s.n.zip(s.base)).collect();
        let values: Vec<f64> = self.of(category).map(|c| c.1).collect();
        match counts.map(|c| c.iter().fold((0, 0), |sum, each| (sum.0 + each.0, sum.1 + each.1))) {
            _ if values.is_empty() => None,
            Some((n, base)) if base > 0 => Some(n as f64 / base as f64),
            _ => Some(values.iter().sum::<f64>() / values.len() as f64),
        }
    }

    /// How many are in each group: `Number in each base: 11 to 19 for “none”, 10 for “some”.`
    pub(super) fn bases_of_groups(&self) -> String {
        let of = |series: usize| range(self.cells.iter().filter(|c| c.1 == series).filter_map(|c| c.3.base));
        let each: Vec<String> = (0..self.series.len())
            .filter_map(|s| of(s).map(|range| format!("{range} for “{}”", self.series[s])))
            .collect();
        format!("Number in each base: {}.", each.join(", "))
    }

    /// Answers that may overlap: for each of them the category where it is most frequent.
    pub(super) fn overlapping(&self, marks: &str) -> String {
        let mut said =
            format!("{}, each with {marks} for {}.", counted(self.categories.len()), quoted(&self.series));
        let highest: Vec<String> = (0..self.series.len())
            .filter_map(|s| {
                let own = self.cells.iter().filter(|c| c.1 == s);
                let most = own.reduce(|best, next| if next.2 > best.2 { next } else { best })?;
                Some(format!("“{}”: “{}” with {}", self.series[s], self.categories[most.0], told(most.3)))
            })
            .collect();
        if self.categories.len() > 1 {
            said += &format!(" The highest category for each: {}.", highest.join("; "));
        } else {
            said += &format!(" {}.", highest.join("; "));
        }
        said
    }
}

/// Where `name` stands in the list; it is added if it does not yet.
fn position(names: &mut Vec<String>, name: String) -> usize {
    names.iter().position(|known| *known == name).unwrap_or_else(|| {
        names.push(name);
        names.len() - 1
    })
}

fn counted(categories: usize) -> String {
    if categories == 1 { "One category".to_owned() } else { format!("{categories} categories") }
}

/// `“yes”, “no” and “do not know”`.
pub(super) fn quoted(labels: &[String]) -> String {
    let labels: Vec<String> = labels.iter().map(|label| format!("“{label}”")).collect();
    match labels.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [init @ .., last] => format!("{} and {last}", init.join(", ")),
    }
}
