//! Tables of two by two: their first cell, given the margins, is hypergeometric.

use super::SAME;

/// Values of the first cell that are enumerated at most.
const MOST_VALUES: u64 = 200_000;

/// The conditional odds ratio of a table of two by two, with its exact interval.
///
/// Given the margins and an odds ratio ω, the first cell has probability proportional to `C(n_1., x) C(n_2., n_.1 − x) ω^x`
/// (Fisher's noncentral hypergeometric distribution). The estimate maximises the probability of the table observed,
/// that is, ω at which the cell's expected value is the one observed; it is not `ad/bc`. The ends of the interval are the
/// ω at which a cell as large, or as small, has probability `(1 − confidence)/2` (Cornfield, Proceedings of the Third
/// Berkeley Symposium 4, 1956, p. 135; R's `fisher.test`, whose search for roots stops after 4 digits).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OddsRatio {
    /// The conditional maximum-likelihood estimate: 0 or infinite where the cell is as small or as large as it can be.
    pub estimate: f64,
    /// Lower end of the interval.
    pub lower: f64,
    /// Upper end of the interval; infinite where the cell is as large as it can be.
    pub upper: f64,
    /// Number of pairs in the table.
    pub n: u64,
}

/// A table of two by two among all that have its margins.
pub(super) struct Fourfold {
    /// Logarithm of each value's probability at an odds ratio of 1, up to a constant.
    logs: Vec<f64>,
    /// Which of the values was observed.
    observed: usize,
    n: u64,
}

impl Fourfold {
    /// The table `a b / c d`; `None` when its first cell could have too many values.
    pub(super) fn new([a, b, c, d]: [u64; 4]) -> Option<Self> {
        // The first cell less `observed` is at its smallest; then a or d is 0.
        let observed = a.min(d);
        let values = observed.checked_add(b.min(c)).filter(|values| *values < MOST_VALUES)?;
        let (mut a, mut b, mut c, mut d) = (a - observed, b + observed, c + observed, d - observed);
        let mut logs = vec![0.0];
        let mut log = 0.0;
        for _ in 0..values {
            log += (b as f64 * c as f64 / ((a + 1) as f64 * (d + 1) as f64)).ln();
            logs.push(log);
            (a, b, c, d) = (a + 1, b - 1, c - 1, d + 1);
        }
        let n = a + b + c + d;
        Some(Fourfold { logs, observed: usize::try_from(observed).ok()?, n })
    }

    pub(super) fn p_value(&self) -> f64 {
        let limit = self.logs[self.observed] + SAME;
        let probabilities = self.probabilities(0.0);
        self.logs.iter().zip(probabilities).filter(|(log, _)| **log <= limit).map(|(_, p)| p).sum()
    }

    pub(super) fn odds_ratio(&self, confidence: f64) -> OddsRatio {
        let tail = (1.0 - confidence) / 2.0;
        let last = self.logs.len() - 1;
        let at = self.observed;
        let mean = |p: &[f64]| p.iter().enumerate().map(|(x, p)| x as f64 * p).sum::<f64>() - at as f64;
        let above = |p: &[f64]| p[at..].iter().sum::<f64>() - tail;
        let below = |p: &[f64]| tail - p[..=at].iter().sum::<f64>();
        let low = |root: &dyn Fn() -> f64| if at == 0 { 0.0 } else { root() };
        let high = |root: &dyn Fn() -> f64| if at == last { f64::INFINITY } else { root() };
        OddsRatio {
            estimate: low(&|| high(&|| self.root(mean))),
            lower: low(&|| self.root(above)),
            upper: high(&|| self.root(below)),
            n: self.n,
        }
    }

    /// The odds ratio at which a function of the probabilities that rises with it is 0.
    fn root(&self, rising: impl Fn(&[f64]) -> f64) -> f64 {
        let value = |log_odds: f64| rising(&self.probabilities(log_odds));
        let mut reach = 1.0;
        while (value(-reach) > 0.0 || value(reach) < 0.0) && reach < 1e4 {
            reach *= 2.0;
        }
        let (mut low, mut high) = (-reach, reach);
        // Halving 2¹⁴ seventy times leaves less than the last digit.
        for _ in 0..70 {
            let middle = low + (high - low) / 2.0;
            if value(middle) < 0.0 { low = middle } else { high = middle }
        }
        (low + (high - low) / 2.0).exp()
    }

    /// Probability of each value at an odds ratio.
    fn probabilities(&self, log_odds: f64) -> Vec<f64> {
        let logs = || self.logs.iter().enumerate().map(|(x, log)| log + x as f64 * log_odds);
        let largest = logs().fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = logs().map(|log| (log - largest).exp()).sum();
        logs().map(|log| (log - largest).exp() / sum).collect()
    }
}
