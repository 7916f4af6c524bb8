//! What estimates need of a domain: a part of the sample, or all of it.

use crate::error::SurveyError;
use crate::variance::{Sums, Variability};

/// A domain as sums per element: a row, or all rows that share their last sampling unit.
///
/// Elements outside the domain are no members and have sums of 0, or are left out (unless weights were calibrated, which needs
/// all rows of the sample). What the sums are is said by each estimate; all are over rows that answered, w is the weight.
#[derive(Clone, Copy, Debug)]
pub struct Domain<'a, const K: usize> {
    /// Where the variance comes from.
    pub variability: Variability<'a>,
    /// Per element: whether the domain has rows of it with a weight other than 0, answered or not.
    pub members: &'a [bool],
    /// Those rows of all elements.
    pub rows: u64,
    /// Rows that answered, of weight other than 0.
    pub n: u64,
    /// Per element: the sums that the estimate is made of.
    pub sums: &'a [[f64; K]],
}

impl<const K: usize> Domain<'_, K> {
    /// The totals of the sums over all elements.
    ///
    /// # Errors
    /// [`SurveyError::Length`] where there are not as many sums as elements, [`SurveyError::NotFinite`].
    pub(crate) fn totals(&self) -> Result<[f64; K], SurveyError> {
        if self.sums.len() != self.members.len() {
            let (expected, found) = (self.members.len(), self.sums.len());
            return Err(SurveyError::Length { what: "the sums of the elements", expected, found });
        }
        let totals = self.as_sums().totals();
        if totals.iter().any(|total| !total.is_finite()) {
            return Err(SurveyError::NotFinite);
        }
        Ok(std::array::from_fn(|k| totals[k]))
    }

    /// The variance of one estimate with the derivatives `gradient` by the totals.
    pub(crate) fn variance(
        &self,
        gradient: [f64; K],
        estimate: impl Fn(&[f64]) -> f64,
    ) -> Result<f64, SurveyError> {
        let covariance = self.as_sums().covariance(&gradient, &|totals| vec![estimate(totals)])?;
        Ok(covariance.first().copied().unwrap_or(0.0).max(0.0))
    }

    /// The variance of the log odds of one share ([`Sums::log_odds_variances`]).
    pub(crate) fn log_odds_variance(&self, share: impl Fn(&[f64]) -> f64) -> Option<f64> {
        self.as_sums().log_odds_variances(&|totals| vec![share(totals)]).first().copied().flatten()
    }

    /// Degrees of freedom of the domain.
    pub(crate) fn degrees_of_freedom(&self) -> Result<f64, SurveyError> {
        self.variability.degrees_of_freedom(self.members, self.rows)
    }

    fn as_sums(&self) -> Sums<'_> {
        Sums { variability: self.variability, values: self.sums.as_flattened(), width: K }
    }
}
