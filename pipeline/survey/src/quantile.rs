//! Weighted quantiles with Woodruff's interval.
//!
//! In: what the rows of a domain answered, as weights per element and distinct value. Out: an [`Estimate`] in the unit
//! of the values. Rows that did not answer are not there: degrees of freedom are those of the rows that did.
//!
//! # Where R's survey 4.1.1 differs
//!
//! `svyquantile` with its defaults (`qrule = "math"`, `interval.type = "mean"`) computes the same, but that it
//!
//! - gives the second smallest row's value where p lies below the share of the smallest row, instead of the smallest;
//! - compares sums of weights without allowance for rounding: where a cumulative share hits p but for the last digit, it
//!   may give the next value (with weights of N/n and an n p that is whole, in one case of six);
//! - gives NaN for an end of the interval that lies beyond the answers, and for the standard error with it.

use crate::design::Design;
use crate::distributions::t_two_sided;
use crate::domain::Domain;
use crate::error::SurveyError;
use crate::estimate::{Estimate, mean};
use crate::sums::Sum;
use crate::variance::Variability;

/// The answers of a domain: columns of equal length, with a row for each element and value that occur together. The same
/// pair may occur more than once.
#[derive(Clone, Copy, Debug)]
pub struct Values<'a> {
    /// Where the variance comes from.
    pub variability: Variability<'a>,
    /// How many elements there are, within the domain or not.
    pub elements: usize,
    /// The value; NaN is no answer.
    pub value: &'a [f64],
    /// The element that has it, from 0.
    pub element: &'a [u32],
    /// Sum of the weights of the element's rows with this value.
    pub weight: &'a [f64],
    /// Number of these rows, of weight other than 0.
    pub count: &'a [u64],
}

/// By how much a cumulative share may fall short of p and still reach it: sums of weights are rounded.
const SAME: f64 = 1e-12;

/// The smallest value whose cumulative share of the weights reaches `p`, `min {x : Σ_{x_i ≤ x} w_i ≥ p Σw}`; the median for
/// p = 1/2. `None` where nobody answered.
///
/// Woodruff's interval (JASA 47, 1952, p. 635; Särndal, Swensson & Wretman 1992, section 5.11): the share of rows up to the
/// quantile is a mean, whose symmetric t interval is read back as values, each by the rule above. An end that no answer
/// bounds, because the share's interval passes 0 or 1, is infinite, as is the standard error then. The standard error is
/// that of a symmetric interval of this length, `(upper − lower) / 2t`.
///
/// # Errors
/// [`SurveyError::Probability`] unless `0 ≤ p ≤ 1`, and as [`mean`].
pub fn quantile(values: &Values<'_>, p: f64, confidence: f64) -> Result<Option<Estimate>, SurveyError> {
    if !(0.0..=1.0).contains(&p) {
        return Err(SurveyError::Probability(p));
    }
    values.check()?;
    let shares = values.shares();
    let Some(estimate) = at(&shares, p) else { return Ok(None) };
    let (mut members, mut n) = (vec![false; values.elements], 0);
    let mut sums = vec![[0.0; 2]; values.elements];
    for (value, element, weight, count) in values.answers() {
        let up_to = if value <= estimate { weight } else { 0.0 };
        members[element] |= count > 0;
        n += count;
        sums[element] = [sums[element][0] + weight, sums[element][1] + up_to];
    }
    let domain = Domain { variability: values.variability, members: &members, rows: n, n, sums: &sums };
    // Squares of 0 and 1 are themselves.
    let squares = sums.iter().map(|[_, up_to]| up_to).sum();
    let Some(share) = mean(&domain, squares, confidence)? else { return Ok(None) };
    let t = t_two_sided(confidence, share.df).ok_or(SurveyError::Confidence(confidence))?;
    let beyond = |share: f64| !(-SAME..=1.0 + SAME).contains(&share);
    let lower = at(&shares, share.lower).filter(|_| !beyond(share.lower)).unwrap_or(f64::NEG_INFINITY);
    let upper = at(&shares, share.upper).filter(|_| !beyond(share.upper)).unwrap_or(f64::INFINITY);
    let se = if (upper - lower).is_finite() { (upper - lower) / (2.0 * t) } else { f64::INFINITY };
    Ok(Some(Estimate { estimate, se, lower, upper, n, base: n, df: share.df, deff: None }))
}

/// The smallest value whose cumulative share reaches `p`.
fn at(shares: &[(f64, f64)], p: f64) -> Option<f64> {
    let first = shares.partition_point(|(_, share)| *share < p - SAME);
    shares.get(first).or(shares.last()).map(|(value, _)| *value)
}

impl Design {
    /// The quantile `p` of `values` over the rows where they are not NaN and `domain`, if given, is true.
    ///
    /// # Errors
    /// As [`quantile`], and [`SurveyError::Length`] where a column is not as long as the design.
    pub fn quantile(
        &self,
        values: &[f64],
        p: f64,
        domain: Option<&[bool]>,
        confidence: f64,
    ) -> Result<Option<Estimate>, SurveyError> {
        let expected = self.weights().len();
        for found in [values.len()].into_iter().chain(domain.map(<[bool]>::len)) {
            if found != expected {
                return Err(SurveyError::Length { what: "a column", expected, found });
            }
        }
        let weight: Vec<f64> = match domain {
            None => self.weights().to_vec(),
            Some(domain) => {
                self.weights().iter().zip(domain).map(|(w, inside)| if *inside { *w } else { 0.0 }).collect()
            }
        };
        let element: Vec<u32> = (0..).take(expected).collect();
        let count = vec![1; expected];
        let values = Values {
            variability: self.variability(),
            elements: expected,
            value: values,
            element: &element,
            weight: &weight,
            count: &count,
        };
        quantile(&values, p, confidence)
    }
}

impl Values<'_> {
    fn check(&self) -> Result<(), SurveyError> {
        let expected = self.value.len();
        let columns = [
            ("the elements of the values", self.element.len()),
            ("the weights of the values", self.weight.len()),
            ("the counts of the values", self.count.len()),
        ];
        for (what, found) in columns {
            if found != expected {
                return Err(SurveyError::Length { what, expected, found });
            }
        }
        match self.element.iter().map(|element| *element as usize + 1).max() {
            Some(expected) if expected > self.elements => {
                Err(SurveyError::Length { what: "the sample", expected, found: self.elements })
            }
            _ => Ok(()),
        }
    }

    /// Value, element, weight and count of what was answered.
    fn answers(&self) -> impl Iterator<Item = (f64, usize, f64, u64)> {
        let columns = self.value.iter().zip(self.element).zip(self.weight.iter().zip(self.count));
        columns
            .filter(|((value, _), (weight, _))| !value.is_nan() && **weight != 0.0)
            .map(|((value, element), (weight, count))| (*value, *element as usize, *weight, *count))
    }

    /// The distinct values in ascending order, each with the share of the weights up to it.
    fn shares(&self) -> Vec<(f64, f64)> {
        let mut answers: Vec<(f64, f64)> =
            self.answers().map(|(value, _, weight, _)| (value, weight)).collect();
        answers.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut sum = Sum::default();
        let mut shares: Vec<(f64, f64)> = Vec::new();
        for (value, weight) in answers {
            sum.add(weight);
            match shares.last_mut() {
                Some(last) if last.0 == value => last.1 = sum.value(),
                _ => shares.push((value, sum.value())),
            }
        }
        for share in &mut shares {
            share.1 /= sum.value();
        }
        shares
    }
}

#[cfg(test)]
mod tests;
