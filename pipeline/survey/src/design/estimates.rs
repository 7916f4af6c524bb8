//! Estimates of columns: each row is an element, its sums are its own values.

use super::Design;
use crate::domain::Domain;
use crate::error::SurveyError;
use crate::estimate::{
    Categories, Estimate, Proportions, difference, mean, proportion, proportions, ratio, total,
};
use crate::interval::Method;
use crate::sums::Sum;

/// The rows of a domain as elements.
pub(crate) struct Elements<const K: usize> {
    members: Vec<bool>,
    rows: u64,
    n: u64,
    sums: Vec<[f64; K]>,
}

impl Design {
    /// The mean of `values` over the rows where they are not NaN and `domain`, if given, is true.
    ///
    /// # Errors
    /// As [`mean`], and [`SurveyError::Length`] where a column is not as long as the design.
    pub fn mean(
        &self,
        values: &[f64],
        domain: Option<&[bool]>,
        confidence: f64,
    ) -> Result<Option<Estimate>, SurveyError> {
        let elements = self.moments(values, domain)?;
        mean(&elements.domain(self), elements.total(|row, [_, wx]| wx * values[row]), confidence)
    }

    /// The total of `values`, likewise.
    ///
    /// # Errors
    /// As [`Design::mean`].
    pub fn total(
        &self,
        values: &[f64],
        domain: Option<&[bool]>,
        confidence: f64,
    ) -> Result<Option<Estimate>, SurveyError> {
        let elements = self.moments(values, domain)?;
        total(&elements.domain(self), elements.total(|row, [_, wx]| wx * values[row]), confidence)
    }

    /// The proportion of rows with a value other than 0, likewise.
    ///
    /// # Errors
    /// As [`Design::mean`] and [`proportion`].
    pub fn proportion(
        &self,
        values: &[f64],
        domain: Option<&[bool]>,
        method: Method,
        confidence: f64,
    ) -> Result<Option<Estimate>, SurveyError> {
        let said: Vec<f64> =
            values.iter().map(|&x| if x.is_nan() { x } else { f64::from(u8::from(x != 0.0)) }).collect();
        let elements = self.moments(&said, domain)?;
        let yes = elements.sums.iter().filter(|sums| sums[1] != 0.0).count() as u64;
        proportion(&elements.domain(self), yes, method, confidence)
    }

    /// The proportion of each of `count` categories, numbered from 0, over the rows that have one.
    ///
    /// # Errors
    /// As [`Design::proportion`], and [`SurveyError::Category`] where a row's is `count` or more.
    pub fn proportions(
        &self,
        category: &[Option<usize>],
        count: usize,
        domain: Option<&[bool]>,
        method: Method,
        confidence: f64,
    ) -> Result<Option<Proportions>, SurveyError> {
        if let Some(&category) = category.iter().flatten().find(|category| **category >= count) {
            return Err(SurveyError::Category { category, count });
        }
        let elements = self.elements(domain, &[category.len()], |row, _| category[row].map(|_| []))?;
        let mut counts = vec![0; count];
        let mut weights = vec![0.0; category.len() * count];
        for (row, category) in category.iter().enumerate() {
            if let Some(category) = category
                && elements.members[row]
            {
                counts[*category] += 1;
                weights[row * count + category] = self.weights[row];
            }
        }
        let categories = Categories {
            variability: self.variability(),
            members: &elements.members,
            rows: elements.rows,
            counts: &counts,
            weights: &weights,
        };
        proportions(&categories, method, confidence)
    }

    /// The ratio of the totals of `numerator` and `denominator` over the rows where neither is NaN.
    ///
    /// # Errors
    /// As [`Design::mean`].
    pub fn ratio(
        &self,
        numerator: &[f64],
        denominator: &[f64],
        domain: Option<&[bool]>,
        confidence: f64,
    ) -> Result<Option<Estimate>, SurveyError> {
        let lengths = [numerator.len(), denominator.len()];
        let elements = self.elements(domain, &lengths, |row, w| {
            let (y, x) = (numerator[row], denominator[row]);
            let answered = !y.is_nan() && !x.is_nan();
            answered.then_some([w, w * y, w * x])
        })?;
        let squares = [
            elements.total(|row, [_, wy, _]| wy * numerator[row]),
            elements.total(|row, [_, _, wx]| wx * numerator[row]),
            elements.total(|row, [_, _, wx]| wx * denominator[row]),
        ];
        ratio(&elements.domain(self), squares, confidence)
    }

    /// The mean of `values` where `group` is true less the mean where it is false, over the rows that have both.
    ///
    /// # Errors
    /// As [`Design::mean`].
    pub fn difference(
        &self,
        values: &[f64],
        group: &[Option<bool>],
        domain: Option<&[bool]>,
        confidence: f64,
    ) -> Result<Option<Estimate>, SurveyError> {
        let elements = self.elements(domain, &[values.len(), group.len()], |row, w| {
            let x = values[row];
            match group[row] {
                _ if x.is_nan() => None,
                Some(true) => Some([w, w * x, 0.0, 0.0]),
                Some(false) => Some([0.0, 0.0, w, w * x]),
                None => None,
            }
        })?;
        difference(&elements.domain(self), confidence)
    }

    fn moments(&self, values: &[f64], domain: Option<&[bool]>) -> Result<Elements<2>, SurveyError> {
        self.elements(domain, &[values.len()], |row, w| {
            let x = values[row];
            (!x.is_nan()).then_some([w, w * x])
        })
    }

    /// Each row as an element: its `sums` by row and weight, `None` where it did not answer. `lengths` are those of the
    /// columns that `sums` reads.
    pub(crate) fn elements<const K: usize>(
        &self,
        domain: Option<&[bool]>,
        lengths: &[usize],
        sums: impl Fn(usize, f64) -> Option<[f64; K]>,
    ) -> Result<Elements<K>, SurveyError> {
        let expected = self.weights.len();
        let lengths = lengths.iter().copied().chain(domain.map(<[bool]>::len));
        for found in lengths {
            if found != expected {
                return Err(SurveyError::Length { what: "a column", expected, found });
            }
        }
        let mut elements =
            Elements { members: vec![false; expected], rows: 0, n: 0, sums: vec![[0.0; K]; expected] };
        for (row, &weight) in self.weights.iter().enumerate() {
            if weight == 0.0 || domain.is_some_and(|domain| !domain[row]) {
                continue;
            }
            elements.members[row] = true;
            elements.rows += 1;
            if let Some(sums) = sums(row, weight) {
                elements.n += 1;
                elements.sums[row] = sums;
            }
        }
        Ok(elements)
    }
}

impl<const K: usize> Elements<K> {
    /// The total of `of` over the rows that answered, which have a first sum: that of their weights.
    fn total(&self, of: impl Fn(usize, &[f64; K]) -> f64) -> f64 {
        let mut total = Sum::default();
        let answered = self.sums.iter().enumerate().filter(|(_, sums)| sums[0] != 0.0);
        answered.for_each(|(row, sums)| total.add(of(row, sums)));
        total.value()
    }

    /// The elements with the variability of their design.
    pub(crate) fn domain<'a>(&'a self, design: &'a Design) -> Domain<'a, K> {
        Domain {
            variability: design.variability(),
            members: &self.members,
            rows: self.rows,
            n: self.n,
            sums: &self.sums,
        }
    }
}
