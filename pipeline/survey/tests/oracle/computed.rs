//! What this crate gives for a row of `expected.csv`.

use survey::association::{Crosstab, spearman};
use survey::design::Design;
use survey::estimate::Estimate;
use survey::interval::Method;
use survey::proportion::{clopper_pearson, wilson};

use crate::Expected;
use crate::table::Table;

const CONFIDENCE: f64 = 0.95;

/// A design with the rows of a domain.
pub(crate) struct Case<'a> {
    pub(crate) design: &'a Design,
    pub(crate) table: &'a Table,
    pub(crate) domain: Vec<bool>,
}

impl Case<'_> {
    /// The value of a row; the message says why there is none.
    pub(crate) fn value(&self, row: &Expected) -> Result<f64, String> {
        let (design, domain) = (self.design, Some(self.domain.as_slice()));
        let numbers = |column: &str| self.table.numbers(column);
        let made = |result: Result<Option<Estimate>, survey::error::SurveyError>| {
            let estimate = result.map_err(|e| e.to_string())?.ok_or("no estimate")?;
            field(&estimate, &row.quantity)
        };
        let proportion = |method| made(design.proportion(&numbers(&row.x), domain, method, CONFIDENCE));
        match row.statistic.as_str() {
            "mean" => made(design.mean(&numbers(&row.x), domain, CONFIDENCE)),
            "total" => made(design.total(&numbers(&row.x), domain, CONFIDENCE)),
            "ratio" => made(design.ratio(&numbers(&row.x), &numbers(&row.y), domain, CONFIDENCE)),
            "difference" => {
                made(design.difference(&numbers(&row.x), &self.first_of_two(&row.y), domain, CONFIDENCE))
            }
            "proportion logit" | "proportion xlogit" => proportion(Method::Logit),
            "proportion beta" => proportion(Method::KornGraubard),
            "proportion mean" => proportion(Method::Wald),
            "quantile" => {
                let p = row.y.parse().map_err(|_| "not a probability")?;
                made(design.quantile(&numbers(&row.x), p, domain, CONFIDENCE))
            }
            "proportions" => self.proportions(row),
            "chisq F" | "chisq" => self.independence(row),
            "binom.test" | "prop.test" => self.interval_of_counts(row),
            "chisq.test" | "fisher.test" => self.unweighted(row),
            "cor.test spearman" => {
                let pairs = self.pairs(&numbers(&row.x), &numbers(&row.y));
                let rho = spearman(pairs.into_iter().map(|pair| (pair, 1)), CONFIDENCE).ok_or("no rho")?;
                Ok(if row.quantity == "estimate" { rho.estimate } else { rho.p_value })
            }
            other => Err(format!("no such statistic: {other}")),
        }
    }

    /// Whether a row is of the first of the groups.
    fn first_of_two(&self, column: &str) -> Vec<Option<bool>> {
        self.table.categories(column).into_iter().map(|code| code.map(|code| code == 0)).collect()
    }

    fn proportions(&self, row: &Expected) -> Result<f64, String> {
        let levels = self.table.levels(&row.x);
        let number = |level: &str| levels.binary_search(&level).map_err(|_| format!("no answer {level}"));
        let codes = self.table.categories(&row.x);
        let codes: Vec<Option<usize>> =
            codes.into_iter().map(|code| code.map(|code| code as usize)).collect();
        let proportions = self
            .design
            .proportions(&codes, levels.len(), Some(&self.domain), Method::Wald, CONFIDENCE)
            .map_err(|e| e.to_string())?
            .ok_or("no estimate")?;
        let level = number(&row.y)?;
        match row.quantity.strip_prefix("covariance ") {
            Some(other) => Ok(proportions.covariance[level * levels.len() + number(other)?]),
            None => field(&proportions.estimates[level], &row.quantity),
        }
    }

    fn independence(&self, row: &Expected) -> Result<f64, String> {
        let (x, y) = (self.table.categories(&row.x), self.table.categories(&row.y));
        let test =
            self.design.chisq(&x, &y, Some(&self.domain)).map_err(|e| e.to_string())?.ok_or("no test")?;
        // R multiplies by the rows of the domain, answered or not.
        let rows = self.domain.iter().filter(|inside| **inside).count() as f64;
        match (row.statistic.as_str(), row.quantity.as_str()) {
            (_, "f") => Ok(test.f),
            (_, "ndf") => Ok(test.ndf),
            (_, "ddf") => Ok(test.ddf),
            ("chisq F", "p_value") => test.p_value.ok_or_else(|| "no p-value".to_owned()),
            ("chisq", "chisq") => Ok(test.chisq * rows / test.n as f64),
            ("chisq", "df") => Ok(test.df),
            ("chisq", "p_value") => Ok(test.chisq_p_value),
            (_, other) => Err(format!("no such quantity: {other}")),
        }
    }

    /// Both columns of the rows of the domain.
    fn pairs(&self, x: &[f64], y: &[f64]) -> Vec<(f64, f64)> {
        let rows = x.iter().zip(y).zip(&self.domain);
        rows.filter(|(_, inside)| **inside).map(|((x, y), _)| (*x, *y)).collect()
    }

    fn unweighted(&self, row: &Expected) -> Result<f64, String> {
        let codes = |column: &str| -> Vec<f64> {
            self.table.categories(column).into_iter().map(|code| code.map_or(f64::NAN, f64::from)).collect()
        };
        let table = Crosstab::from_pairs(self.pairs(&codes(&row.x), &codes(&row.y)));
        if row.statistic == "fisher.test" {
            return table.fisher().map_err(|e| e.to_string())?.ok_or_else(|| "no test".to_owned());
        }
        let test = table.chi_squared().ok_or("no test")?;
        match row.quantity.as_str() {
            "chisq" => Ok(test.statistic),
            "df" => Ok(test.df as f64),
            "p_value" => Ok(test.p_value),
            other => Err(format!("no such quantity: {other}")),
        }
    }

    fn interval_of_counts(&self, row: &Expected) -> Result<f64, String> {
        let answers = self.table.numbers(&row.x);
        let inside = || answers.iter().zip(&self.domain).filter(|(x, inside)| **inside && !x.is_nan());
        let (yes, base) = (inside().filter(|(x, _)| **x == 1.0).count() as u64, inside().count() as u64);
        let interval = match row.statistic.as_str() {
            "binom.test" => clopper_pearson(yes, base, CONFIDENCE),
            _ => wilson(yes, base, CONFIDENCE),
        };
        let interval = interval.ok_or("no interval")?;
        Ok(if row.quantity == "lower" { interval.lower } else { interval.upper })
    }
}

fn field(estimate: &Estimate, quantity: &str) -> Result<f64, String> {
    match quantity {
        "estimate" => Ok(estimate.estimate),
        "se" => Ok(estimate.se),
        "lower" => Ok(estimate.lower),
        "upper" => Ok(estimate.upper),
        "df" => Ok(estimate.df),
        "base" => Ok(estimate.base as f64),
        "deff" => estimate.deff.ok_or_else(|| "no design effect".to_owned()),
        other => Err(format!("no such quantity: {other}")),
    }
}
