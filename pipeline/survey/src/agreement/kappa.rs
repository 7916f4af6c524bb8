//! Two coders: percent agreement, Cohen's kappa and weighted kappa.

use std::collections::BTreeMap;

use crate::bootstrap::{Bootstrap, Resampled};
use crate::key::Key;
use crate::normal::two_sided;
use crate::proportion::wilson;

/// Units by what the first coder and what the second coder made of them: a square, its categories in ascending order.
#[derive(Clone, Debug, PartialEq)]
pub struct Paired {
    categories: Vec<f64>,
    /// Rows are the first coder's categories, columns the second's.
    cells: Vec<u64>,
}

/// What a pair of codings counts: 1 when they are the same, and less the further they are apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Weights<'a> {
    /// Nothing unless they are the same: Cohen's kappa (Educational and Psychological Measurement 20, 1960).
    Same,
    /// `1 − |x − y| / range` (Cicchetti & Allison, American Journal of EEG Technology 11, 1971).
    Linear,
    /// `1 − (x − y)² / range²` (Fleiss & Cohen, Educational and Psychological Measurement 33, 1973).
    Quadratic,
    /// One for each pair of categories in ascending order, row by row; see [`Paired::kappa`] for what is allowed.
    Given(&'a [f64]),
}

/// An agreement with its interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Agreement {
    /// The coefficient.
    pub estimate: f64,
    /// Large-sample standard error.
    pub standard_error: f64,
    /// Lower end of the interval.
    pub lower: f64,
    /// Upper end of the interval.
    pub upper: f64,
    /// Units that both coders coded.
    pub n: u64,
}

impl Paired {
    /// From what the two coders made of each unit. Units that one of them left out (NaN) do not count.
    ///
    /// Categories are given by their place in the scale. [`Weights::Linear`] and [`Weights::Quadratic`] take the distance
    /// of these numbers, so that a category that nobody used still keeps its neighbours apart.
    pub fn from_pairs(pairs: impl IntoIterator<Item = (f64, f64)>) -> Self {
        let mut counts = BTreeMap::<(Key, Key), u64>::new();
        for (a, b) in pairs {
            if !a.is_nan() && !b.is_nan() {
                *counts.entry((Key::new(a), Key::new(b))).or_default() += 1;
            }
        }
        let mut keys: Vec<Key> = counts.keys().flat_map(|(a, b)| [*a, *b]).collect();
        keys.sort_unstable();
        keys.dedup();
        let mut cells = vec![0; keys.len() * keys.len()];
        for ((a, b), count) in counts {
            if let (Ok(row), Ok(column)) = (keys.binary_search(&a), keys.binary_search(&b)) {
                cells[row * keys.len() + column] = count;
            }
        }
        Paired { categories: keys.into_iter().map(Key::value).collect(), cells }
    }

    /// From a square of counts, its categories the places 0, 1, 2 ...; `None` unless it is square.
    pub fn from_rows(rows: &[&[u64]]) -> Option<Self> {
        if rows.iter().any(|row| row.len() != rows.len()) {
            return None;
        }
        Some(Paired { categories: (0..rows.len()).map(|place| place as f64).collect(), cells: rows.concat() })
    }

    /// Units that both coders coded.
    pub fn n(&self) -> u64 {
        self.cells.iter().sum()
    }

    /// The share of units that both coders coded alike, with Wilson's interval: each unit is coded alike or is not, and
    /// the standard error is `√(p(1 − p)/n)`. `None` without units.
    pub fn percent_agreement(&self, confidence: f64) -> Option<Agreement> {
        let n = self.n();
        let alike = self.alike(&self.cells);
        let interval = wilson(alike, n, confidence)?;
        let p = alike as f64 / n as f64;
        let standard_error = (p * (1.0 - p) / n as f64).sqrt();
        Some(Agreement { estimate: p, standard_error, lower: interval.lower, upper: interval.upper, n })
    }

    /// The bootstrap interval of [`Paired::percent_agreement`].
    pub fn percent_agreement_bootstrap(&self, confidence: f64, bootstrap: Bootstrap) -> Option<Resampled> {
        let n = self.n() as f64;
        bootstrap.percentile(&self.cells, confidence, |cells| Some(self.alike(cells) as f64 / n))
    }

    /// Kappa: `(p_o − p_e) / (1 − p_e)`, `p_o = Σ w_ij p_ij` and `p_e = Σ w_ij p_i. p_.j`.
    ///
    /// The standard error is that of a kappa other than 0, fit for an interval: with `w̄_i. = Σ_j p_.j w_ij` and
    /// `w̄_.j = Σ_i p_i. w_ij`, its square is
    /// `(Σ p_ij (w_ij − (w̄_i. + w̄_.j)(1 − κ))² − (κ − p_e(1 − κ))²) / (n (1 − p_e)²)`
    /// (Fleiss, Cohen & Everitt, Psychological Bulletin 72, 1969). The interval is `κ ± z · standard error`, not
    /// above 1 and not below −1 (a kappa of given weights may itself lie below). With few units, or a kappa near 1,
    /// [`Paired::kappa_bootstrap`] is the better one.
    ///
    /// `None` when chance alone makes them agree fully (`p_e = 1`: there is one category), or when given weights are not one
    /// for each pair of categories, 1 where they are the same, and finite and less than 1 elsewhere.
    pub fn kappa(&self, weights: Weights<'_>, confidence: f64) -> Option<Agreement> {
        let z = two_sided(confidence)?;
        let weights = self.weights(weights)?;
        let n = self.n() as f64;
        let (rows, columns) = self.margins(&self.cells);
        let (kappa, expected) = kappa(&self.cells, &rows, &columns, &weights)?;
        let size = self.categories.len();
        let row_means: Vec<f64> =
            weights.chunks(size).map(|row| row.iter().zip(&columns).map(|(w, p)| w * p).sum()).collect();
        let column_means: Vec<f64> = (0..size)
            .map(|column| weights.iter().skip(column).step_by(size).zip(&rows).map(|(w, p)| w * p).sum())
            .collect();
        let mut spread = 0.0;
        for (place, (count, weight)) in self.cells.iter().zip(&weights).enumerate() {
            let mean = row_means[place / size] + column_means[place % size];
            spread += *count as f64 / n * (weight - mean * (1.0 - kappa)).powi(2);
        }
        // The difference of two equal numbers may fall a hair below 0 when the agreement is perfect.
        let variance = (spread - (kappa - expected * (1.0 - kappa)).powi(2)).max(0.0);
        let standard_error = if kappa == 1.0 { 0.0 } else { (variance / n).sqrt() / (1.0 - expected) };
        Some(Agreement {
            estimate: kappa,
            standard_error,
            lower: (kappa - z * standard_error).max(kappa.min(-1.0)),
            upper: (kappa + z * standard_error).min(1.0),
            n: self.n(),
        })
    }

    /// The bootstrap interval of [`Paired::kappa`]. Resamples in which kappa is not defined are left out.
    pub fn kappa_bootstrap(
        &self,
        weights: Weights<'_>,
        confidence: f64,
        bootstrap: Bootstrap,
    ) -> Option<Resampled> {
        let weights = self.weights(weights)?;
        bootstrap.percentile(&self.cells, confidence, |cells| {
            let (rows, columns) = self.margins(cells);
            kappa(cells, &rows, &columns, &weights).map(|(kappa, _)| kappa)
        })
    }

    fn alike(&self, cells: &[u64]) -> u64 {
        cells.iter().step_by(self.categories.len() + 1).sum()
    }

    /// Shares of the rows and of the columns.
    fn margins(&self, cells: &[u64]) -> (Vec<f64>, Vec<f64>) {
        let size = self.categories.len();
        let n = cells.iter().sum::<u64>() as f64;
        let rows = cells.chunks(size.max(1)).map(|row| row.iter().sum::<u64>() as f64 / n).collect();
        let columns =
            (0..size).map(|column| cells.iter().skip(column).step_by(size).sum::<u64>() as f64 / n).collect();
        (rows, columns)
    }

    /// The weights as a matrix.
    fn weights(&self, weights: Weights<'_>) -> Option<Vec<f64>> {
        let size = self.categories.len();
        let range = match (self.categories.first(), self.categories.last()) {
            (Some(first), Some(last)) => last - first,
            _ => return None,
        };
        let by_distance = |weight: fn(f64) -> f64| {
            let pairs = self.categories.iter().flat_map(|x| self.categories.iter().map(move |y| (x, y)));
            pairs.map(|(x, y)| if x == y { 1.0 } else { weight((x - y).abs() / range) }).collect()
        };
        match weights {
            Weights::Same => Some(by_distance(|_| 0.0)),
            Weights::Linear => Some(by_distance(|distance| 1.0 - distance)),
            Weights::Quadratic => Some(by_distance(|distance| 1.0 - distance * distance)),
            Weights::Given(given) => {
                let fit = |(place, weight): (usize, &f64)| match place / size == place % size {
                    true => *weight == 1.0,
                    false => weight.is_finite() && *weight < 1.0,
                };
                (given.len() == size * size && given.iter().enumerate().all(fit)).then(|| given.to_vec())
            }
        }
    }
}

/// Kappa and the agreement that chance gives; `None` when the latter is full.
fn kappa(cells: &[u64], rows: &[f64], columns: &[f64], weights: &[f64]) -> Option<(f64, f64)> {
    let n = cells.iter().sum::<u64>() as f64;
    // Disagreement rather than agreement: it is exactly 0 when all codings are alike.
    let (mut observed, mut expected) = (0.0, 0.0);
    for (place, (count, weight)) in cells.iter().zip(weights).enumerate() {
        observed += (1.0 - weight) * (*count as f64 / n);
        expected += (1.0 - weight) * rows[place / columns.len()] * columns[place % columns.len()];
    }
    (expected > 0.0).then(|| (1.0 - observed / expected, 1.0 - expected))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Rows of a table; kappa and its standard error without weights, with linear, with quadratic weights.
    type Reference = (&'static [&'static [u64]], [(f64, f64); 3]);

    include!("../../tests/reference/kappa.rs");

    const WEIGHTS: [Weights<'static>; 3] = [Weights::Same, Weights::Linear, Weights::Quadratic];

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-10
    }

    #[test]
    fn kappa_agrees_with_statsmodels() {
        for (rows, expected) in KAPPA {
            let table = Paired::from_rows(rows).expect("a square");
            for (weights, (kappa, standard_error)) in WEIGHTS.into_iter().zip(expected) {
                let ours = table.kappa(weights, 0.95).expect("kappa");
                assert!(close(ours.estimate, *kappa), "{rows:?} {weights:?}: {ours:?}");
                assert!(close(ours.standard_error, *standard_error), "{rows:?} {weights:?}: {ours:?}");
                assert!(close(ours.upper - ours.lower, 2.0 * 1.959963984540054 * standard_error));
            }
        }
    }

    #[test]
    fn the_distance_is_that_of_the_scale_not_of_the_categories_that_occur() {
        let used: Vec<(f64, f64)> =
            [(0, 0), (0, 1), (1, 1), (1, 3), (3, 3), (3, 0)].map(|(a, b)| (a.into(), b.into())).into();
        let squared =
            [1.0, 8.0, 0.0, 8.0, 1.0, 5.0, 0.0, 5.0, 1.0].map(|w: f64| if w == 1.0 { w } else { w / 9.0 });
        let table = Paired::from_pairs(used);
        assert_eq!(table.kappa(Weights::Quadratic, 0.95), table.kappa(Weights::Given(&squared), 0.95));
    }

    #[test]
    fn given_weights_are_checked() {
        let table = Paired::from_rows(&[&[5, 2], &[1, 6]]).expect("a square");
        assert_eq!(table.kappa(Weights::Given(&[1.0, 0.0, 0.0, 1.0]), 0.9), table.kappa(Weights::Same, 0.9));
        for weights in
            [&[1.0, 0.0, 1.0][..], &[0.9, 0.0, 0.0, 1.0], &[1.0, 1.0, 0.0, 1.0], &[1.0, f64::NAN, 0.0, 1.0]]
        {
            assert_eq!(table.kappa(Weights::Given(weights), 0.95), None);
        }
    }

    #[test]
    fn percent_agreement_is_a_share_of_units() {
        let table = Paired::from_rows(&[&[20, 5], &[10, 15]]).expect("a square");
        let percent = table.percent_agreement(0.95).expect("a share");
        assert_eq!((percent.estimate, percent.n), (0.7, 50));
        // scipy.stats.binomtest(35, 50).proportion_ci(method="wilson")
        assert!(
            (percent.lower - 0.562496495355).abs() < 1e-9 && (percent.upper - 0.808964464991).abs() < 1e-9
        );
        let resampled = table.percent_agreement_bootstrap(0.95, Bootstrap::default()).expect("an interval");
        assert!((resampled.standard_error - percent.standard_error).abs() < 0.003, "{resampled:?}");
    }

    #[test]
    fn the_bootstrap_agrees_with_the_large_sample_error() {
        let bootstrap = Bootstrap { replicates: 1999, seed: 1 };
        let table = Paired::from_rows(&[&[440, 50, 10], &[70, 200, 30], &[90, 50, 60]]).expect("a square");
        for weights in WEIGHTS {
            let kappa = table.kappa(weights, 0.95).expect("kappa");
            let resampled = table.kappa_bootstrap(weights, 0.95, bootstrap).expect("an interval");
            assert!((resampled.standard_error / kappa.standard_error - 1.0).abs() < 0.05);
            assert!(
                (resampled.lower - kappa.lower).abs() < 0.005
                    && (resampled.upper - kappa.upper).abs() < 0.005
            );
        }
    }

    #[test]
    fn nothing_to_compute_from_gives_none() {
        assert_eq!(Paired::from_rows(&[&[1, 2]]), None);
        let one = Paired::from_pairs([(1.0, 1.0), (1.0, 1.0), (f64::NAN, 2.0)]);
        assert_eq!(one.n(), 2);
        assert_eq!(one.percent_agreement(0.95).map(|p| p.estimate), Some(1.0));
        assert_eq!(one.kappa(Weights::Same, 0.95), None);
        assert_eq!(one.kappa_bootstrap(Weights::Linear, 0.95, Bootstrap::default()), None);
        let empty = Paired::from_pairs([]);
        assert_eq!(empty.percent_agreement(0.95), None);
        assert_eq!(empty.kappa(Weights::Linear, 0.95), None);
    }

    proptest! {
        #[test]
        fn identical_codings_have_kappa_1(values in prop::collection::vec(0_u8..5, 2..40)) {
            let table = Paired::from_pairs(values.iter().map(|v| (f64::from(*v), f64::from(*v))));
            let varies = values.iter().any(|v| *v != values[0]);
            for weights in WEIGHTS {
                let kappa = table.kappa(weights, 0.95);
                prop_assert_eq!(kappa.map(|k| (k.estimate, k.lower, k.upper)), varies.then_some((1.0, 1.0, 1.0)));
            }
        }

        #[test]
        fn coders_may_change_places(pairs in prop::collection::vec((0_u8..4, 0_u8..5), 1..40)) {
            let table = |swap: bool| {
                let pairs = pairs.iter().map(|(a, b)| (f64::from(*a), f64::from(*b)));
                Paired::from_pairs(pairs.map(|(a, b)| if swap { (b, a) } else { (a, b) }))
            };
            for weights in WEIGHTS {
                match (table(false).kappa(weights, 0.95), table(true).kappa(weights, 0.95)) {
                    (Some(a), Some(b)) => {
                        prop_assert!(close(a.estimate, b.estimate) && (a.standard_error - b.standard_error).abs() < 1e-7);
                        prop_assert!(a.lower <= a.estimate && a.estimate <= a.upper && -1.0 <= a.lower && a.upper <= 1.0);
                    }
                    (a, b) => prop_assert_eq!(a, b),
                }
            }
        }
    }
}
