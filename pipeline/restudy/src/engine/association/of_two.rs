//! Two variables: by order (gamma, tau-b, Spearman's rho) and by category (chi-squared, Fisher).

use datafusion::arrow::array::ArrayRef;
use datafusion::common::{Result, exec_err};
use survey::association::{self, Crosstab};

use crate::engine::aggregate::Call;
use crate::engine::svy::cells::{Table, Tabulator};
use crate::engine::svy::result::{Whole, numbers};

/// The counts of a table whose values are numbers.
fn counted(table: &Table<'_>) -> impl Iterator<Item = ((f64, f64), u64)> {
    table.cells().iter().map(|cell| ((table.number(cell, 0), table.number(cell, 1)), cell.count))
}

/// The counts of a table whose values are categories, in alphabetical order.
fn crosstab(table: &Table<'_>) -> Crosstab {
    let ((_, rows), (_, columns)) = (table.categories(0), table.categories(1));
    let places = rows.into_iter().zip(columns).map(|(row, column)| (f64::from(row), f64::from(column)));
    Crosstab::from_counts(places.zip(table.cells()).map(|(place, cell)| (place, cell.count)))
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Ordinal {
    Gamma,
    TauB,
}

/// The fields of gamma and tau-b.
pub(super) const GAMMA: [(&str, Whole); 4] =
    [("gamma", false), ("lower", false), ("upper", false), ("n", true)];
pub(super) const TAU_B: [(&str, Whole); 4] =
    [("tau_b", false), ("lower", false), ("upper", false), ("n", true)];

impl Tabulator for Ordinal {
    type Out = [Option<f64>; 4];

    fn group(self, table: &Table<'_>, call: &Call) -> Result<Option<Self::Out>> {
        let crosstab = Crosstab::from_counts(counted(table));
        let found = match self {
            Ordinal::Gamma => crosstab.gamma(call.confidence),
            Ordinal::TauB => crosstab.tau_b(call.confidence),
        };
        let n = Some(crosstab.n() as f64);
        Ok(Some([found.map(|a| a.estimate), found.map(|a| a.lower), found.map(|a| a.upper), n]))
    }

    /// Never NULL as a whole: `n` is known even where nothing can be computed.
    fn array(self, found: Vec<Option<Self::Out>>) -> Result<ArrayRef> {
        match self {
            Ordinal::Gamma => numbers(&GAMMA, &found),
            Ordinal::TauB => numbers(&TAU_B, &found),
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Spearman;

/// The fields of Spearman's rho.
pub(super) const SPEARMAN: [(&str, Whole); 5] =
    [("estimate", false), ("lower", false), ("upper", false), ("p_value", false), ("n", true)];

impl Tabulator for Spearman {
    type Out = [Option<f64>; 5];

    fn group(self, table: &Table<'_>, call: &Call) -> Result<Option<Self::Out>> {
        let found = association::spearman(counted(table), call.confidence);
        Ok(found.map(|r| [r.estimate, r.lower, r.upper, r.p_value, r.n as f64].map(Some)))
    }

    fn array(self, found: Vec<Option<Self::Out>>) -> Result<ArrayRef> {
        numbers(&SPEARMAN, &found)
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) struct ChiSquared;

/// The fields of Pearson's test; `lower` and `upper` are of Cramér's V.
pub(super) const CHI_SQUARED: [(&str, Whole); 8] = [
    ("chisq", false),
    ("df", true),
    ("p_value", false),
    ("cramers_v", false),
    ("lower", false),
    ("upper", false),
    ("smallest_expected", false),
    ("n", true),
];

impl Tabulator for ChiSquared {
    type Out = [Option<f64>; 8];

    fn group(self, table: &Table<'_>, call: &Call) -> Result<Option<Self::Out>> {
        let crosstab = crosstab(table);
        let v = crosstab.cramers_v(call.confidence);
        Ok(crosstab.chi_squared().map(|test| {
            [
                Some(test.statistic),
                Some(test.df as f64),
                Some(test.p_value),
                v.map(|v| v.estimate),
                v.map(|v| v.lower),
                v.map(|v| v.upper),
                Some(test.smallest_expected),
                Some(test.n as f64),
            ]
        }))
    }

    fn array(self, found: Vec<Option<Self::Out>>) -> Result<ArrayRef> {
        numbers(&CHI_SQUARED, &found)
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Fisher;

/// The fields of Fisher's test; the odds ratio and its interval are of tables of two by two.
pub(super) const FISHER: [(&str, Whole); 5] =
    [("p_value", false), ("odds_ratio", false), ("lower", false), ("upper", false), ("n", true)];

impl Tabulator for Fisher {
    type Out = [Option<f64>; 5];

    fn group(self, table: &Table<'_>, call: &Call) -> Result<Option<Self::Out>> {
        let crosstab = crosstab(table);
        let (p_value, odds) = match (crosstab.fisher(), crosstab.odds_ratio(call.confidence)) {
            (Ok(p_value), Ok(odds)) => (p_value, odds),
            (Err(fault), _) | (_, Err(fault)) => return exec_err!("`fisher_test`: {fault}"),
        };
        let n = Some(crosstab.n() as f64);
        let of = |part: fn(&association::OddsRatio) -> f64| odds.as_ref().map(part);
        Ok(p_value.map(|p| [Some(p), of(|o| o.estimate), of(|o| o.lower), of(|o| o.upper), n]))
    }

    fn array(self, found: Vec<Option<Self::Out>>) -> Result<ArrayRef> {
        numbers(&FISHER, &found)
    }
}
