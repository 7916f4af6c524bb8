//! Numbers strata and units, and holds the stages of a sample to the rules of one.
//!
//! In: per stage, labels of strata and units and sizes of populations, one per respondent. Out: the place of each
//! respondent in each stage, or the rules that are broken, with the rows that break them. It knows no columns.

use std::collections::{BTreeMap, BTreeSet};

use survey::variance::Stage;

/// One stage, as it is declared: a value per respondent.
#[derive(Debug, Default)]
pub(super) struct Given {
    /// Labels of strata; none: one stratum (in each unit of the stage before).
    pub(super) strata: Option<Vec<String>>,
    /// Labels of units; none: each respondent is a unit.
    pub(super) units: Option<Vec<String>>,
    /// Units of the population in the stratum, or sampling fractions; none: no correction.
    pub(super) populations: Option<Vec<f64>>,
}

/// A rule that is broken.
#[derive(Debug, PartialEq)]
pub(super) enum Broken {
    /// A unit that stands in two strata: those rows of it that are in another stratum than its first.
    InTwoStrata { unit: String, strata: [String; 2], rows: Vec<usize> },
    /// Fractions and numbers in one column: the rows with fractions, if they are fewer, or those with numbers.
    Mixed { fractions: bool, rows: Vec<usize> },
    /// A population of 0 or less.
    NoPopulation { rows: Vec<usize> },
    /// Another population than in the first row of the stratum.
    Varies { stratum: String, first: f64, other: f64, rows: Vec<usize> },
    /// More units in the sample than in the population.
    TooSmall { stratum: String, sampled: u32, population: f64, rows: Vec<usize> },
}

/// The places of all respondents in one stage, within the units `parents` of the stage before.
///
/// Strata are numbered in the order of their labels, units in the order of their strata and labels (respondents in the
/// order of the file), both from 0. Without `nested`, a unit of the first stage must not stand in two strata; units of
/// later stages are always counted within the unit that they are of.
pub(super) fn stage(given: &Given, parents: Option<&[u32]>, rows: usize, nested: bool) -> Result<Vec<Stage>, Vec<Broken>> {
    let mut broken = Vec::new();
    let label = |row: usize| given.strata.as_ref().map_or("", |strata| strata[row].as_str());
    let parent = |row: usize| parents.map_or(0, |parents| parents[row]);
    let strata = numbers((0..rows).map(|row| (parent(row), label(row))));
    let unit_label = |row: usize| given.units.as_ref().map_or("", |units| units[row].as_str());
    let own = |row: usize| if given.units.is_none() { row } else { 0 };
    let units = numbers((0..rows).map(|row| (strata[row], unit_label(row), own(row))));
    if parents.is_none() && !nested && given.units.is_some() {
        broken.extend(in_two_strata(rows, &strata, label, unit_label));
    }
    let mut of_stratum: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
    for (stratum, unit) in strata.iter().zip(&units) {
        of_stratum.entry(*stratum).or_default().insert(*unit);
    }
    let sampled: BTreeMap<u32, u32> =
        of_stratum.into_iter().map(|(stratum, units)| (stratum, u32::try_from(units.len()).unwrap_or(u32::MAX))).collect();
    let populations = match &given.populations {
        None => BTreeMap::new(),
        Some(populations) => match population_of_strata(populations, &strata, &sampled, label) {
            Ok(populations) => populations,
            Err(found) => {
                broken.extend(found);
                BTreeMap::new()
            }
        },
    };
    if !broken.is_empty() {
        return Err(broken);
    }
    let place = |row: usize| Stage {
        stratum: strata[row],
        unit: units[row],
        sampled: sampled.get(&strata[row]).copied().unwrap_or_default(),
        population: populations.get(&strata[row]).copied().unwrap_or(f64::INFINITY),
    };
    Ok((0..rows).map(place).collect())
}

/// The number of each key among all keys in their order, from 0.
fn numbers<K: Ord + Clone>(keys: impl Iterator<Item = K>) -> Vec<u32> {
    let keys: Vec<K> = keys.collect();
    let known: BTreeSet<K> = keys.iter().cloned().collect();
    let known: BTreeMap<K, u32> = known.into_iter().zip(0..).collect();
    keys.iter().filter_map(|key| known.get(key).copied()).collect()
}

fn in_two_strata<'a>(
    rows: usize,
    strata: &[u32],
    label: impl Fn(usize) -> &'a str,
    unit: impl Fn(usize) -> &'a str,
) -> Vec<Broken> {
    let mut first: BTreeMap<&str, usize> = BTreeMap::new();
    let mut elsewhere: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for row in 0..rows {
        let before = *first.entry(unit(row)).or_insert(row);
        if strata[before] != strata[row] {
            elsewhere.entry(unit(row)).or_default().push(row);
        }
    }
    let told = |(unit, rows): (&str, Vec<usize>)| Broken::InTwoStrata {
        unit: unit.to_owned(),
        strata: [first.get(unit).copied(), rows.first().copied()].map(|row| row.map_or("", &label).to_owned()),
        rows,
    };
    elsewhere.into_iter().map(told).collect()
}

/// The population of each stratum, by its number.
fn population_of_strata<'a>(
    populations: &[f64],
    strata: &[u32],
    sampled: &BTreeMap<u32, u32>,
    label: impl Fn(usize) -> &'a str,
) -> Result<BTreeMap<u32, f64>, Vec<Broken>> {
    let rows_with = |is: &dyn Fn(f64) -> bool| -> Vec<usize> {
        populations.iter().enumerate().filter(|(_, p)| is(**p)).map(|(row, _)| row).collect()
    };
    let (numbers, fractions) = (rows_with(&|p| p > 1.0), rows_with(&|p| p > 0.0 && p < 1.0));
    let none = rows_with(&|p| p <= 0.0);
    if !none.is_empty() {
        return Err(vec![Broken::NoPopulation { rows: none }]);
    }
    if !numbers.is_empty() && !fractions.is_empty() {
        let fewer = fractions.len() <= numbers.len();
        return Err(vec![Broken::Mixed { fractions: fewer, rows: if fewer { fractions } else { numbers } }]);
    }
    let mut members: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (row, stratum) in strata.iter().enumerate() {
        members.entry(*stratum).or_default().push(row);
    }
    let (mut broken, mut found) = (Vec::new(), BTreeMap::new());
    for (stratum, rows) in members {
        let Some(first) = rows.first().copied() else { continue };
        let sampled = sampled.get(&stratum).copied().unwrap_or_default();
        let given = populations[first];
        let others: Vec<usize> = rows.iter().copied().filter(|row| populations[*row] != given).collect();
        let population = if numbers.is_empty() { f64::from(sampled) / given } else { given };
        if let Some(other) = others.first() {
            let (first, other) = (given, populations[*other]);
            broken.push(Broken::Varies { stratum: label(rows[0]).to_owned(), first, other, rows: others });
        } else if population < f64::from(sampled) {
            broken.push(Broken::TooSmall { stratum: label(first).to_owned(), sampled, population, rows });
        }
        found.insert(stratum, population);
    }
    if broken.is_empty() { Ok(found) } else { Err(broken) }
}
