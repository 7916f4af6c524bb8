//! Agreement of coders: percent, Cohen's kappa, Krippendorff's alpha.

use datafusion::arrow::array::ArrayRef;
use datafusion::common::{Result, exec_err};
use survey::agreement::{self, Coded, Metric, Paired, Weights};
use survey::bootstrap::{Bootstrap, Resampled};

use crate::engine::aggregate::Call;
use crate::engine::svy::atoms::Atom;
use crate::engine::svy::cells::{Entry, Table, Tabulator};
use crate::engine::svy::result::{Whole, numbers};

/// The fields of percent agreement and kappa.
pub(super) const AGREEMENT: [(&str, Whole); 5] =
    [("estimate", false), ("se", false), ("lower", false), ("upper", false), ("n", true)];

/// What kappa may count beside full agreement.
pub(super) const WEIGHTS: [&str; 3] = ["same", "linear", "quadratic"];

/// How the interval of percent agreement and of kappa is computed.
pub(super) const INTERVALS: [&str; 2] = ["large-sample", "bootstrap"];

/// What alpha may take the values for.
pub(super) const LEVELS: [&str; 3] = ["nominal", "ordinal", "interval"];

/// What the two coders made of each unit; texts by their place among both coders' texts.
fn paired(table: &Table<'_>, function: &str, distances: bool) -> Result<Paired> {
    let ((a, of_a), (b, of_b)) = (table.categories(0), table.categories(1));
    let mut texts: Vec<&str> = Vec::new();
    for value in a.iter().chain(&b) {
        if let Atom::Text(text) = value {
            texts.push(text);
        }
    }
    if !texts.is_empty() && texts.len() != a.len() + b.len() {
        return exec_err!("a and b of `{function}` differ in kind: one is text, the other is numbers");
    }
    if distances && !texts.is_empty() {
        return exec_err!(
            "`{function}` with weights wants numbers, whose distance counts: for labels, scale_position(label, set)"
        );
    }
    texts.sort_unstable();
    texts.dedup();
    let number = |value: &Atom<'_>| match value {
        Atom::Number(number) => *number,
        Atom::Text(text) => texts.partition_point(|known| known < text) as f64,
    };
    let (a, b): (Vec<f64>, Vec<f64>) = (a.iter().map(number).collect(), b.iter().map(number).collect());
    let pairs = table.cells().iter().zip(of_a.iter().zip(&of_b)).flat_map(|(cell, (at_a, at_b))| {
        let count = usize::try_from(cell.count).unwrap_or(0);
        std::iter::repeat_n((a[*at_a as usize], b[*at_b as usize]), count)
    });
    Ok(Paired::from_pairs(pairs))
}

/// An agreement, its standard error and interval by resampling units where the call asks for that.
fn fields(
    found: Option<agreement::Agreement>,
    call: &Call,
    resampled: impl FnOnce(Bootstrap) -> Option<Resampled>,
) -> Option<[Option<f64>; 5]> {
    let found = found?;
    let uncertainty = if call.words.contains(&"bootstrap") {
        resampled(Bootstrap::default()).map(|by| [by.standard_error, by.lower, by.upper])
    } else {
        Some([found.standard_error, found.lower, found.upper])
    };
    let [se, lower, upper] = uncertainty.map_or([None; 3], |values| values.map(Some));
    Some([Some(found.estimate), se, lower, upper, Some(found.n as f64)])
}

#[derive(Clone, Copy, Debug)]
pub(super) struct PercentAgreement;

impl Tabulator for PercentAgreement {
    type Out = [Option<f64>; 5];

    fn group(self, table: &Table<'_>, call: &Call) -> Result<Option<Self::Out>> {
        let paired = paired(table, "percent_agreement", false)?;
        Ok(fields(paired.percent_agreement(call.confidence), call, |bootstrap| {
            paired.percent_agreement_bootstrap(call.confidence, bootstrap)
        }))
    }

    fn array(self, found: Vec<Option<Self::Out>>) -> Result<ArrayRef> {
        numbers(&AGREEMENT, &found)
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Kappa;

impl Tabulator for Kappa {
    type Out = [Option<f64>; 5];

    fn group(self, table: &Table<'_>, call: &Call) -> Result<Option<Self::Out>> {
        let weights = match call.words.iter().find(|word| WEIGHTS.contains(word)) {
            Some(&"linear") => Weights::Linear,
            Some(&"quadratic") => Weights::Quadratic,
            _ => Weights::Same,
        };
        let distances = weights != Weights::Same;
        let paired = paired(table, "cohen_kappa", distances)?;
        Ok(fields(paired.kappa(weights, call.confidence), call, |bootstrap| {
            paired.kappa_bootstrap(weights, call.confidence, bootstrap)
        }))
    }

    fn array(self, found: Vec<Option<Self::Out>>) -> Result<ArrayRef> {
        numbers(&AGREEMENT, &found)
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Alpha;

/// The fields of alpha.
pub(super) const ALPHA: [(&str, Whole); 5] =
    [("estimate", false), ("lower", false), ("upper", false), ("units", true), ("codings", true)];

impl Tabulator for Alpha {
    type Out = [Option<f64>; 5];

    fn group(self, table: &Table<'_>, call: &Call) -> Result<Option<Self::Out>> {
        let metric = match call.words.first() {
            Some(&"ordinal") => Metric::Ordinal,
            Some(&"interval") => Metric::Interval,
            _ => Metric::Nominal,
        };
        let ((_, units), (_, coders)) = (table.categories(0), table.categories(1));
        let (values, places) = table.categories(2);
        if metric != Metric::Nominal && values.iter().any(|value| matches!(value, Atom::Text(_))) {
            return exec_err!(
                "`krippendorff_alpha` at the level ordinal or interval wants numbers as value: for labels, scale_position(label, set)"
            );
        }
        let twice = |cell: &Entry| {
            let text = |argument: usize| match table.atom(cell, argument) {
                Atom::Text(text) => text.to_owned(),
                Atom::Number(number) => number.to_string(),
            };
            exec_err!("`krippendorff_alpha`: coder `{}` coded unit `{}` more than once", text(1), text(0))
        };
        if let Some(cell) = table.cells().iter().find(|cell| cell.count > 1) {
            return twice(cell);
        }
        let value = |at: usize| match values.get(places[at] as usize) {
            Some(Atom::Number(number)) => *number,
            _ => f64::from(places[at]),
        };
        let codings = (0..units.len()).map(|at| (units[at], coders[at], value(at)));
        let coded = match Coded::from_codings(codings) {
            Ok(coded) => coded,
            Err(fault) => return twice(&table.cells()[fault.second]),
        };
        let interval = coded.alpha_bootstrap(metric, call.confidence, Bootstrap::default());
        Ok(coded.alpha(metric).map(|alpha| {
            [
                Some(alpha.estimate),
                interval.map(|i| i.lower),
                interval.map(|i| i.upper),
                Some(alpha.units as f64),
                Some(alpha.codings as f64),
            ]
        }))
    }

    fn array(self, found: Vec<Option<Self::Out>>) -> Result<ArrayRef> {
        numbers(&ALPHA, &found)
    }
}
