//! Two variables of categories: Pearson's chi-squared test, Cramér's V.
//!
//! In: a [`Crosstab`]; the order of its rows and columns does not matter, and empty ones are left out. Out: the test, and
//! the coefficient with its interval.

use super::{Crosstab, margins};
use crate::distributions::{chi_squared_cdf, chi_squared_sf};

/// Terms of the noncentral distribution that are summed lie this many standard deviations around the largest: what is
/// left out is below 10⁻¹⁶ of the whole.
const WIDTH: f64 = 9.0;

/// Pearson's test of independence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChiSquared {
    /// `Σ (observed − expected)² / expected`.
    pub statistic: f64,
    /// `(rows − 1)(columns − 1)`.
    pub df: u64,
    /// Probability of a statistic at least as large if the variables are independent.
    pub p_value: f64,
    /// The smallest expected count. The p-value is an approximation, and a rough one where it is below 5 in more than a
    /// fifth of the cells, or below 1 (Cochran, Biometrics 10, 1954, p. 420): then see [`Crosstab::fisher`].
    pub smallest_expected: f64,
    /// Cells with an expected count below 5.
    pub below_5: u64,
    /// Number of pairs in the table.
    pub n: u64,
}

/// Cramér's V with its interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CramersV {
    /// The coefficient, from 0 (independence) to 1 (one variable gives the other).
    pub estimate: f64,
    /// Lower end of the interval.
    pub lower: f64,
    /// Upper end of the interval.
    pub upper: f64,
    /// Number of pairs in the table.
    pub n: u64,
}

impl Crosstab {
    /// Pearson's chi-squared test of independence, without continuity correction: `X² = Σ (n_ij − e_ij)² / e_ij` with
    /// `e_ij = n_i. n_.j / n`, held against chi-squared with `(r − 1)(c − 1)` degrees of freedom (Pearson, Philosophical
    /// Magazine 50, 1900; Agresti, Categorical Data Analysis, 2nd ed. 2002, section 3.2.1; R's `chisq.test` with
    /// `correct = FALSE`).
    ///
    /// Rows must be a simple random sample that weighs alike. `None` when fewer than two rows or columns are not empty.
    pub fn chi_squared(&self) -> Option<ChiSquared> {
        let rows = self.without_empty();
        let (row_sums, column_sums) = margins(&rows);
        if row_sums.len() < 2 || column_sums.len() < 2 {
            return None;
        }
        let n = self.n();
        let (mut statistic, mut smallest_expected, mut below_5) = (0.0, f64::INFINITY, 0);
        for (row, row_sum) in rows.iter().zip(&row_sums) {
            for (count, column_sum) in row.iter().zip(&column_sums) {
                let expected = *row_sum as f64 * *column_sum as f64 / n as f64;
                statistic += (*count as f64 - expected).powi(2) / expected;
                smallest_expected = expected.min(smallest_expected);
                below_5 += u64::from(expected < 5.0);
            }
        }
        let df = (row_sums.len() - 1) * (column_sums.len() - 1);
        let p_value = chi_squared_sf(statistic, df as f64)?;
        Some(ChiSquared { statistic, df: df as u64, p_value, smallest_expected, below_5, n })
    }

    /// Cramér's V: `√(X² / (n (min(r, c) − 1)))` (Cramér, Mathematical Methods of Statistics, 1946, section 21.9).
    ///
    /// The interval is that of the noncentral chi-squared distribution: from the noncentralities λ at which X² is
    /// exceeded, and is not reached, with probability `(1 − confidence)/2`, as `√(λ / (n (min(r, c) − 1)))` (Steiger &
    /// Fouladi in: What If There Were No Significance Tests?, 1997; Smithson, Confidence Intervals, 2003, chapter 4). Smithson
    /// adds the degrees of freedom to λ, which moves both ends up and never lets the lower one reach 0; that is not done
    /// here, since `λ/n` is the population's `φ²` as it stands.
    ///
    /// V is larger in samples than in the population, the more so in small ones. The interval has no such bias: with a
    /// weak association the estimate may lie in its upper part, and in the extreme above it.
    ///
    /// `None` when fewer than two rows or columns are not empty, or the confidence is not between 0 and 1.
    pub fn cramers_v(&self, confidence: f64) -> Option<CramersV> {
        if !(confidence > 0.0 && confidence < 1.0) {
            return None;
        }
        let test = self.chi_squared()?;
        let (row_sums, column_sums) = margins(&self.without_empty());
        let n = test.n;
        let scale = n as f64 * (row_sums.len().min(column_sums.len()) as f64 - 1.0);
        let v = |squared: f64| (squared / scale).sqrt().min(1.0);
        let tail = (1.0 - confidence) / 2.0;
        let end = |tail: f64| noncentrality(test.statistic, test.df as f64, tail).map(v);
        Some(CramersV { estimate: v(test.statistic), lower: end(1.0 - tail)?, upper: end(tail)?, n })
    }
}

/// The noncentrality at which chi-squared with `df` degrees of freedom is at most `x` with probability `p`; 0 when even
/// the central distribution is that seldom.
fn noncentrality(x: f64, df: f64, p: f64) -> Option<f64> {
    if chi_squared_cdf(x, df)? <= p {
        return Some(0.0);
    }
    // The distribution's mean is df + λ, its variance 2 (df + 2 λ).
    let mut high = x + 1.0;
    while noncentral_cdf(x, df, high)? > p {
        high *= 2.0;
    }
    let mut low = 0.0;
    while high - low > 1e-13 * high.max(1.0) {
        let middle = low + (high - low) / 2.0;
        if middle <= low || middle >= high {
            break;
        }
        if noncentral_cdf(x, df, middle)? > p { low = middle } else { high = middle }
    }
    Some(low + (high - low) / 2.0)
}

/// Probability that noncentral chi-squared is at most `x`: `Σ_j e^{−λ/2} (λ/2)^j / j! · F(x; df + 2j)` (Johnson, Kotz &
/// Balakrishnan, Continuous Univariate Distributions 2, 2nd ed. 1995, section 29.3).
fn noncentral_cdf(x: f64, df: f64, lambda: f64) -> Option<f64> {
    let half = lambda / 2.0;
    let width = WIDTH * (half.sqrt() + 1.0) + 10.0;
    let first = (half - width).floor().max(0.0);
    let last = (half + width).ceil();
    // Downwards: F(x; k) = F(x; k + 2) + (x/2)^(k/2) e^(−x/2) / Γ(k/2 + 1), sums of positive numbers alone.
    let mut cdf = chi_squared_cdf(x, df + 2.0 * last)?;
    let mut step = term(x / 2.0, df / 2.0 + last);
    let mut weight = term(half, last);
    let mut sum = cdf * weight;
    let mut j = last;
    while j > first {
        step *= (df / 2.0 + j) / (x / 2.0);
        weight *= j / half;
        j -= 1.0;
        cdf += step;
        sum += cdf * weight;
    }
    Some(sum)
}

/// `m^k e^{−m} / Γ(k + 1)`.
fn term(m: f64, k: f64) -> f64 {
    (k * m.ln() - m - statrs::function::gamma::ln_gamma(k + 1.0)).exp()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn table(rows: &[&[u64]]) -> Crosstab {
        Crosstab::from_rows(rows).expect("a table")
    }

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() <= 1e-12 + 1e-10 * b.abs()
    }

    /// Rows; X², df, p-value, smallest expected count, expected counts below 5.
    type Test = (&'static [&'static [u64]], f64, u64, f64, f64, u64);

    // R 4.2.2: r <- chisq.test(x, correct = FALSE); r$statistic; r$parameter; r$p.value; min(r$expected); sum(r$expected < 5).
    // The first is the table in R's help page of chisq.test.
    const TESTS: &[Test] = &[
        (
            &[&[762, 327, 468], &[484, 239, 477]],
            30.0701490957547,
            2,
            2.95358918321176e-7,
            246.354733405876,
            0,
        ),
        (&[&[10, 2, 5, 7, 3], &[4, 9, 6, 8, 12]], 10.7573463573464, 4, 0.0294308136938661, 4.5, 2),
        (
            &[&[1, 2, 1, 0], &[3, 3, 6, 1], &[10, 10, 14, 9], &[6, 7, 12, 11]],
            5.9655145887704,
            9,
            0.743364725052551,
            0.833333333333333,
            8,
        ),
        (&[&[12, 5], &[7, 9]], 2.43057551968156, 1, 0.118989205532145, 6.78787878787879, 0),
        (
            &[&[4000, 3000, 2000], &[1000, 5000, 6000], &[500, 800, 9000]],
            11438.3900758008,
            4,
            0.0,
            1581.4696485623,
            0,
        ),
    ];

    #[test]
    fn the_test_agrees_with_r() {
        for (rows, statistic, df, p, smallest, below_5) in TESTS {
            let test = table(rows).chi_squared().expect("a test");
            assert!(close(test.statistic, *statistic) && close(test.p_value, *p), "{rows:?}: {test:?}");
            assert!(close(test.smallest_expected, *smallest), "{rows:?}: {test:?}");
            assert_eq!((test.df, test.below_5), (*df, *below_5));
        }
    }

    #[test]
    fn the_interval_of_v_agrees_with_r() {
        // R 4.2.2: the roots in l of pchisq(X2, df, l) = 0.025 and 0.975 by uniroot with tol = 1e-13, 0 where
        // pchisq(X2, df) is smaller; sqrt(l / (n (k - 1)))
        let ends = [
            (0.104435802356468, 0.0649074181025553, 0.140263904665686),
            (0.403720319433429, 0.0, 0.598484785789358),
            (0.143922174532347, 0.0, 0.16934395141936),
            (0.27139234260884, 0.0, 0.612577710821316),
            (0.427459806525598, 0.419569634377838, 0.435237845247012),
        ];
        for ((rows, ..), (estimate, lower, upper)) in TESTS.iter().zip(ends) {
            let v = table(rows).cramers_v(0.95).expect("V");
            assert!(close(v.estimate, estimate), "{rows:?}: {v:?}");
            assert!((v.lower - lower).abs() < 1e-9 && (v.upper - upper).abs() < 1e-9, "{rows:?}: {v:?}");
        }
    }

    #[test]
    fn the_noncentral_distribution_agrees_with_r() {
        // R 4.2.2: pchisq(x, df, ncp)
        for (x, df, ncp, p) in NONCENTRAL {
            let ours = noncentral_cdf(x, df, ncp).expect("a probability");
            assert!((ours - p).abs() < 1e-11, "{x} {df} {ncp}: {ours} is not {p}");
        }
    }

    const NONCENTRAL: [(f64, f64, f64, f64); 4] = [
        (3.0, 2.0, 1.5, 0.551314141393785),
        (0.01, 1.0, 4.0, 0.0108521392531852),
        (40.0, 12.0, 30.0, 0.46454953918104),
        (1000.0, 4.0, 1100.0, 0.0559408833038474),
    ];

    #[test]
    fn nothing_varies_nothing_to_test() {
        for rows in [&[][..], &[&[3, 4][..]], &[&[3], &[4]], &[&[3, 0], &[4, 0]]] {
            let table = table(rows);
            assert_eq!((table.chi_squared(), table.cramers_v(0.95)), (None, None));
        }
        assert_eq!(table(&[&[3, 1], &[1, 3]]).cramers_v(1.0), None);
        let full = table(&[&[10, 0, 0], &[0, 7, 0], &[0, 0, 9], &[0, 0, 0]]).cramers_v(0.95).expect("V");
        assert!(close(full.estimate, 1.0) && full.upper == 1.0 && full.lower > 0.69, "{full:?}");
    }

    proptest! {
        #[test]
        fn rows_and_columns_may_change_places(
            cells in prop::collection::vec(0_u64..40, 12),
            shuffled in Just(vec![0_usize, 1, 2, 3]).prop_shuffle(),
        ) {
            let rows: Vec<&[u64]> = cells.chunks(4).collect();
            let other: Vec<Vec<u64>> = rows.iter().rev().map(|row| shuffled.iter().map(|c| row[*c]).collect()).collect();
            let turned: Vec<Vec<u64>> = (0..4).map(|c| rows.iter().map(|row| row[c]).collect()).collect();
            let plain = table(&rows).chi_squared();
            for other in [other, turned] {
                let other: Vec<&[u64]> = other.iter().map(Vec::as_slice).collect();
                match (plain, table(&other).chi_squared()) {
                    (Some(a), Some(b)) => {
                        prop_assert!((a.statistic - b.statistic).abs() < 1e-9 && (a.p_value - b.p_value).abs() < 1e-9);
                        prop_assert_eq!((a.df, a.below_5, a.n), (b.df, b.below_5, b.n));
                    }
                    (a, b) => prop_assert_eq!(a, b),
                }
            }
        }

        #[test]
        fn v_and_its_interval_are_shares(cells in prop::collection::vec(0_u64..200, 9)) {
            let rows: Vec<&[u64]> = cells.chunks(3).collect();
            if let Some(v) = table(&rows).cramers_v(0.95) {
                prop_assert!(0.0 <= v.lower && v.lower <= v.upper && v.upper <= 1.0 && v.lower <= v.estimate);
                prop_assert!((0.0..=1.0).contains(&v.estimate));
            }
        }
    }
}
