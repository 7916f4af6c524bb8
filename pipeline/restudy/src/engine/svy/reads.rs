//! How the functions that keep sums read their arguments, and what a row adds to which sum.
//!
//! In: the arguments of a batch as arrays, and the weight of a row. Out: the row's terms of the sums of its unit, and of those over all
//! units. It knows neither groups nor units.

use std::ops::Range;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Float64Array};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Float64Type};
use datafusion::common::Result;

use super::estimates::{Difference, Estimator, OfOne, Ratio};
use super::faults::{Bad, Faults};
use super::twofold::{Product, Twofold};

/// How a function reads its rows.
pub(super) trait Reads<const U: usize, const G: usize>: Estimator<U, G> {
    /// Its arguments, downcast once per batch.
    type Columns;

    fn columns(self, values: &[ArrayRef]) -> Result<Self::Columns>;

    /// The values of a row; `None` where it did not answer. What cannot be a value is noted.
    fn values(self, columns: &Self::Columns, row: usize, faults: &mut Faults) -> Option<(f64, f64)>;

    /// The values of rows as they stand in the columns; `None` where some did not answer, or have what cannot be a value. Where
    /// there is but one value, it comes twice.
    fn all_values(self, columns: &Self::Columns, rows: Range<usize>) -> Option<[&[f64]; 2]>;

    /// What a row adds to the sums of its unit, and to those over all units, by its weight and values.
    fn terms<P: Product>(self, weight: f64, first: f64, second: f64) -> ([Twofold; U], [Twofold; G]);
}

/// A column as numbers; of a condition, true is 1.
pub(super) struct Numbers(Float64Array);

impl Numbers {
    pub(super) fn new(array: &ArrayRef) -> Result<Self> {
        let array = if array.data_type() == &DataType::Float64 {
            Arc::clone(array)
        } else {
            cast(array, &DataType::Float64)?
        };
        Ok(Numbers(array.as_primitive::<Float64Type>().clone()))
    }

    /// The first two arguments.
    fn two(values: &[ArrayRef]) -> Result<(Self, Self)> {
        Ok((Numbers::new(&values[0])?, Numbers::new(&values[1])?))
    }

    /// The value of a row; `None` where it is NULL, or noted as no finite number.
    #[inline(always)]
    pub(super) fn get(&self, row: usize, bad: &mut Bad) -> Option<f64> {
        if self.0.null_count() > 0 && self.0.is_null(row) {
            return None;
        }
        let value = self.0.values()[row];
        if !value.is_finite() {
            bad.note(value);
            return None;
        }
        Some(value)
    }

    /// The values of rows that all have one that `is` right.
    fn all(&self, rows: Range<usize>, is: impl Fn(f64) -> bool) -> Option<&[f64]> {
        let values = self.0.values().get(rows).filter(|_| self.0.null_count() == 0)?;
        // Without an end before the last, so that many are looked at at once.
        values.iter().fold(true, |all, value| all & is(*value)).then_some(values)
    }

    /// The same of a condition: a value other than 0 and 1 is noted.
    #[inline(always)]
    pub(super) fn condition(&self, row: usize, bad: &mut Bad) -> Option<f64> {
        let value = self.get(row, bad)?;
        if !is_condition(value) {
            bad.note(value);
            return None;
        }
        Some(value)
    }
}

fn is_condition(value: f64) -> bool {
    // Without a branch.
    (value == 0.0) | (value == 1.0)
}

impl Reads<2, 1> for OfOne {
    type Columns = Numbers;

    fn columns(self, values: &[ArrayRef]) -> Result<Numbers> {
        Numbers::new(&values[0])
    }

    #[inline(always)]
    fn values(self, x: &Numbers, row: usize, faults: &mut Faults) -> Option<(f64, f64)> {
        let x = match self {
            OfOne::Proportion(_) => x.condition(row, &mut faults.conditions),
            OfOne::Mean | OfOne::Total => x.get(row, &mut faults.values[0]),
        };
        Some((x?, 0.0))
    }

    fn all_values(self, x: &Numbers, rows: Range<usize>) -> Option<[&[f64]; 2]> {
        let x = match self {
            OfOne::Proportion(_) => x.all(rows, is_condition),
            OfOne::Mean | OfOne::Total => x.all(rows, f64::is_finite),
        };
        x.map(|x| [x; 2])
    }

    #[inline(always)]
    fn terms<P: Product>(self, weight: f64, x: f64, _: f64) -> ([Twofold; 2], [Twofold; 1]) {
        let sum = Twofold::product::<P>(weight, x);
        let squares = match self {
            OfOne::Proportion(_) => Twofold::exact(x),
            OfOne::Mean | OfOne::Total => sum.times::<P>(x),
        };
        ([Twofold::exact(weight), sum], [squares])
    }
}

impl Reads<3, 3> for Ratio {
    type Columns = (Numbers, Numbers);

    fn columns(self, values: &[ArrayRef]) -> Result<Self::Columns> {
        Numbers::two(values)
    }

    #[inline(always)]
    fn values(self, (y, x): &Self::Columns, row: usize, faults: &mut Faults) -> Option<(f64, f64)> {
        let (y, x) = (y.get(row, &mut faults.values[0]), x.get(row, &mut faults.values[1]));
        Some((y?, x?))
    }

    fn all_values(self, (y, x): &Self::Columns, rows: Range<usize>) -> Option<[&[f64]; 2]> {
        Some([y.all(rows.clone(), f64::is_finite)?, x.all(rows, f64::is_finite)?])
    }

    #[inline(always)]
    fn terms<P: Product>(self, weight: f64, y: f64, x: f64) -> ([Twofold; 3], [Twofold; 3]) {
        let (of_y, of_x) = (Twofold::product::<P>(weight, y), Twofold::product::<P>(weight, x));
        let squares = [of_y.times::<P>(y), of_x.times::<P>(y), of_x.times::<P>(x)];
        ([Twofold::exact(weight), of_y, of_x], squares)
    }
}

impl Reads<4, 2> for Difference {
    type Columns = (Numbers, Numbers);

    fn columns(self, values: &[ArrayRef]) -> Result<Self::Columns> {
        Numbers::two(values)
    }

    #[inline(always)]
    fn values(self, (x, side): &Self::Columns, row: usize, faults: &mut Faults) -> Option<(f64, f64)> {
        let (x, side) = (x.get(row, &mut faults.values[0]), side.condition(row, &mut faults.conditions));
        Some((x?, side?))
    }

    fn all_values(self, (x, side): &Self::Columns, rows: Range<usize>) -> Option<[&[f64]; 2]> {
        Some([x.all(rows.clone(), f64::is_finite)?, side.all(rows, is_condition)?])
    }

    #[inline(always)]
    fn terms<P: Product>(self, weight: f64, x: f64, side: f64) -> ([Twofold; 4], [Twofold; 2]) {
        // On the side that it is not of, a row weighs 0.
        let (a, b) = (weight * side, weight * (1.0 - side));
        let (sum_a, sum_b) = (Twofold::product::<P>(a, x), Twofold::product::<P>(b, x));
        let of_unit = [Twofold::exact(a), sum_a, Twofold::exact(b), sum_b];
        (of_unit, [sum_a.times::<P>(x), sum_b.times::<P>(x)])
    }
}
