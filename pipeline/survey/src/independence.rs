//! A test of independence of the rows and columns of a weighted table.
//!
//! In: the weights of a domain per element and cell. Out: an [`Independence`]: Rao and Scott's test, Pearson's X² and
//! Cramér's V. Categories are numbers without order; those that nobody chose are left out, as if they did not exist.

mod cholesky;

use std::collections::BTreeMap;

use crate::design::Design;
use crate::distributions::{chi_squared_sf, f_sf};
use crate::error::SurveyError;
use crate::variance::{Sums, Variability};

use cholesky::Cholesky;

/// The answers of a domain to two questions: columns of equal length, with a row for each element and cell that occur
/// together, of rows that answered both. The same pair may occur more than once.
#[derive(Clone, Copy, Debug)]
pub struct Cells<'a> {
    /// Where the variance comes from.
    pub variability: Variability<'a>,
    /// Per element: whether the domain has rows of it with a weight other than 0, answered or not.
    pub members: &'a [bool],
    /// Those rows of all elements.
    pub rows: u64,
    /// The category of the table's row.
    pub row: &'a [u32],
    /// The category of the table's column.
    pub column: &'a [u32],
    /// The element, from 0.
    pub element: &'a [u32],
    /// Sum of the weights of the element's rows in this cell.
    pub weight: &'a [f64],
    /// Number of these rows, of weight other than 0.
    pub count: &'a [u64],
}

/// A test of independence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Independence {
    /// Rao and Scott's F: X² divided by its expectation under independence.
    pub f: f64,
    /// Its numerator's degrees of freedom, `(Σλ)² / Σλ²`; seldom whole.
    pub ndf: f64,
    /// Its denominator's degrees of freedom: `ndf` times those of the domain.
    pub ddf: f64,
    /// Probability of an F as large or larger under independence; `None` where the domain has no degrees of freedom.
    pub p_value: Option<f64>,
    /// Pearson's X² of the weighted table, its weights scaled to add up to `n`.
    pub chisq: f64,
    /// `(rows − 1)(columns − 1)`, of categories that somebody chose.
    pub df: f64,
    /// The p-value of the first-order correction: of X² over the mean λ as chi-squared with `df` degrees of freedom.
    pub chisq_p_value: f64,
    /// Cramér's V of the weighted table: `√(X² / n (min(rows, columns) − 1))`.
    pub cramers_v: f64,
    /// Rows that answered both questions.
    pub n: u64,
}

/// Rao and Scott's test of independence with second-order correction, in its F form (Rao & Scott, Annals of Statistics 12,
/// 1984, p. 46; Thomas & Rao, JASA 82, 1987, p. 630; Lumley, Complex Surveys, 2010, section 6.1.2).
///
/// With p the cells' proportions, D = diag(p), V their covariance under the design and C contrasts that span the
/// interactions of rows and columns, `Δ = n (Cᵀ D⁻¹ C)⁻¹ Cᵀ D⁻¹ V D⁻¹ C` has the eigenvalues λ, generalised design effects,
/// which are all 1 in a simple random sample. Under independence X² is about `Σ λ χ²₁`, so `F = X² / Σλ` is about F with
/// `(Σλ)²/Σλ²` and ν times as many degrees of freedom, ν those of the domain. Empty cells within the table have no part in
/// Δ. F does not depend on n.
///
/// `None` where fewer than two rows or columns were chosen, or the proportions have no variance, as in a census.
///
/// R's `svychisq` gives the same F, degrees of freedom and p-values, except that it takes X² times the rows of the domain,
/// answered or not, in place of `n`; that it keeps a category whose rows all did not answer the other question in the
/// table, and so mostly gives another F with more degrees of freedom, and NaN of some tables; and that for a domain of a
/// sample with calibrated weights it takes ν from the whole sample.
///
/// # Errors
/// [`SurveyError::EmptyCells`] where too many cells are empty, and as [`Sums::covariance`].
pub fn independence(cells: &Cells<'_>) -> Result<Option<Independence>, SurveyError> {
    cells.check()?;
    let table = Table::new(cells);
    let (rows, columns) = (table.rows.len(), table.columns.len());
    if rows < 2 || columns < 2 {
        return Ok(None);
    }
    let sums = Sums { variability: cells.variability, values: &table.weights, width: table.cells.len() };
    let totals = sums.totals();
    let weight: f64 = totals.iter().sum();
    if !weight.is_finite() {
        return Err(SurveyError::NotFinite);
    }
    let p: Vec<f64> = totals.iter().map(|total| total / weight).collect();
    let Some(standard) = table.standard_contrasts(&p) else {
        return Err(SurveyError::EmptyCells { empty: rows * columns - p.len(), cells: rows * columns });
    };
    let width = p.len();
    // The derivative of Σ a_c p_c by the total of c is (a_c − Σ a p) / Σw.
    let gradient: Vec<f64> = standard
        .chunks(width)
        .flat_map(|a| {
            let mean = dot(a, &p);
            a.iter().map(move |a| (a - mean) / weight)
        })
        .collect();
    let covariance = sums.covariance(&gradient, &|totals| {
        let weight: f64 = totals.iter().sum();
        standard.chunks(width).map(|a| dot(a, totals) / weight).collect()
    })?;
    let n = table.n as f64;
    let df = (rows - 1) * (columns - 1);
    let trace: f64 = (0..df).map(|i| n * covariance[i * df + i]).sum();
    let square: f64 = covariance.iter().map(|v| (n * v).powi(2)).sum();
    if trace.is_nan() || trace <= 0.0 {
        return Ok(None);
    }
    let chisq = n * table.pearson(&p);
    let (f, ndf) = (chisq / trace, trace * trace / square);
    let nu = cells.variability.degrees_of_freedom(cells.members, cells.rows)?;
    let (df, ddf) = (df as f64, ndf * nu);
    Ok(Some(Independence {
        f,
        ndf,
        ddf,
        p_value: f_sf(f, ndf, ddf),
        chisq,
        df,
        chisq_p_value: chi_squared_sf(f * df, df).ok_or(SurveyError::NotFinite)?,
        cramers_v: (chisq / (n * (rows.min(columns) - 1) as f64)).sqrt(),
        n: table.n,
    }))
}

/// The cells that are not empty.
struct Table {
    /// Row categories that somebody chose, numbered.
    rows: BTreeMap<u32, usize>,
    /// Column categories that somebody chose, numbered.
    columns: BTreeMap<u32, usize>,
    /// Row and column of each cell.
    cells: Vec<(usize, usize)>,
    /// Elements times cells, element by element.
    weights: Vec<f64>,
    n: u64,
}

impl Table {
    fn new(cells: &Cells) -> Self {
        let mut places = BTreeMap::new();
        let mut n = 0;
        for (_, place, _, count) in cells.answers() {
            places.insert(place, 0);
            n += count;
        }
        let numbered = |categories: BTreeMap<u32, usize>| -> BTreeMap<u32, usize> {
            categories.into_keys().enumerate().map(|(number, category)| (category, number)).collect()
        };
        let rows = numbered(places.keys().map(|place| (place.0, 0)).collect());
        let columns = numbered(places.keys().map(|place| (place.1, 0)).collect());
        for (number, place) in places.values_mut().enumerate() {
            *place = number;
        }
        let mut weights = vec![0.0; cells.members.len() * places.len()];
        for (element, place, weight, _) in cells.answers() {
            weights[element * places.len() + places[&place]] += weight;
        }
        let cells = places.keys().map(|(row, column)| (rows[row], columns[column])).collect();
        Table { rows, columns, cells, weights, n }
    }

    /// `L⁻¹ Cᵀ D⁻¹`, with `L Lᵀ = Cᵀ D⁻¹ C`: contrasts of the cells, one after the other, whose covariance matrix has the
    /// eigenvalues of Δ/n. `None` where the cells do not tell the contrasts apart.
    fn standard_contrasts(&self, p: &[f64]) -> Option<Vec<f64>> {
        let (rows, columns) = (helmert(self.rows.len()), helmert(self.columns.len()));
        let contrasts: Vec<Vec<f64>> = rows
            .iter()
            .flat_map(|a| columns.iter().map(|b| self.cells.iter().map(|(i, j)| a[*i] * b[*j]).collect()))
            .collect();
        let m = contrasts.len();
        let mut products = Vec::with_capacity(m * m);
        for a in &contrasts {
            for b in &contrasts {
                products.push(a.iter().zip(b).zip(p).map(|((a, b), p)| a * b / p).sum());
            }
        }
        let scaled = contrasts.iter().flat_map(|a| a.iter().zip(p).map(|(a, p)| a / p)).collect();
        Some(Cholesky::new(products, m)?.forward(scaled))
    }

    /// Pearson's X² divided by n: `Σ (p_ij − p_i. p_.j)² / p_i. p_.j`, over all cells of the table.
    fn pearson(&self, p: &[f64]) -> f64 {
        let (mut rows, mut columns) = (vec![0.0; self.rows.len()], vec![0.0; self.columns.len()]);
        let mut full = vec![0.0; rows.len() * columns.len()];
        for ((i, j), p) in self.cells.iter().zip(p) {
            rows[*i] += p;
            columns[*j] += p;
            full[i * columns.len() + j] = *p;
        }
        let expected = rows.iter().flat_map(|row| columns.iter().map(move |column| row * column));
        full.iter().zip(expected).map(|(p, expected)| (p - expected).powi(2) / expected).sum()
    }
}

/// Contrasts of `k` categories, orthogonal to each other, of length 1: Helmert's.
fn helmert(k: usize) -> Vec<Vec<f64>> {
    (1..k)
        .map(|i| {
            let length = ((i * (i + 1)) as f64).sqrt();
            (0..k)
                .map(|j| match j.cmp(&i) {
                    std::cmp::Ordering::Less => 1.0 / length,
                    std::cmp::Ordering::Equal => -(i as f64) / length,
                    std::cmp::Ordering::Greater => 0.0,
                })
                .collect()
        })
        .collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

impl Design {
    /// The test of independence of two columns of categories, over the rows that have both and for which `domain`, if given,
    /// is true.
    ///
    /// # Errors
    /// As [`independence`], and [`SurveyError::Length`] where a column is not as long as the design.
    pub fn chisq(
        &self,
        row: &[Option<u32>],
        column: &[Option<u32>],
        domain: Option<&[bool]>,
    ) -> Result<Option<Independence>, SurveyError> {
        let lengths = [row.len(), column.len()];
        let answered = |i: usize, w: f64| row[i].and(column[i]).map(|_| [w]);
        let elements = self.elements(domain, &lengths, answered)?;
        let domain = elements.domain(self);
        let answers = || (0..row.len()).filter_map(|i| Some((i, row[i]?, column[i]?)));
        independence(&Cells {
            variability: domain.variability,
            members: domain.members,
            rows: domain.rows,
            row: &answers().map(|(_, row, _)| row).collect::<Vec<_>>(),
            column: &answers().map(|(_, _, column)| column).collect::<Vec<_>>(),
            element: &answers().map(|(i, _, _)| i as u32).collect::<Vec<_>>(),
            weight: &answers().map(|(i, _, _)| domain.sums[i][0]).collect::<Vec<_>>(),
            count: &answers().map(|_| 1).collect::<Vec<_>>(),
        })
    }
}

impl Cells<'_> {
    fn check(&self) -> Result<(), SurveyError> {
        let expected = self.row.len();
        let columns = [
            ("the column categories", self.column.len()),
            ("the elements of the cells", self.element.len()),
            ("the weights of the cells", self.weight.len()),
            ("the counts of the cells", self.count.len()),
        ];
        for (what, found) in columns {
            if found != expected {
                return Err(SurveyError::Length { what, expected, found });
            }
        }
        match self.element.iter().map(|element| *element as usize + 1).max() {
            Some(expected) if expected > self.members.len() => {
                Err(SurveyError::Length { what: "the sample", expected, found: self.members.len() })
            }
            _ => Ok(()),
        }
    }

    /// Element, cell, weight and count of what was answered.
    fn answers(&self) -> impl Iterator<Item = (usize, (u32, u32), f64, u64)> {
        let places = self.row.iter().zip(self.column);
        let answers = self.element.iter().zip(places).zip(self.weight.iter().zip(self.count));
        answers.filter(|(_, (weight, _))| **weight != 0.0).map(
            |((element, (row, column)), (weight, count))| {
                (*element as usize, (*row, *column), *weight, *count)
            },
        )
    }
}

#[cfg(test)]
mod tests;
