//! Sums of floating-point numbers that do not depend on their order but in the last digit.

/// A sum with the error of each addition kept (Neumaier, Zeitschrift für Angewandte Mathematik und Mechanik 54, 1974,
/// p. 39).
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sum {
    sum: f64,
    lost: f64,
}

impl Sum {
    pub(crate) fn add(&mut self, value: f64) {
        let sum = self.sum + value;
        self.lost +=
            if self.sum.abs() >= value.abs() { (self.sum - sum) + value } else { (value - sum) + self.sum };
        self.sum = sum;
    }

    pub(crate) fn value(self) -> f64 {
        // An infinite sum has lost NaN.
        if self.sum.is_finite() { self.sum + self.lost } else { self.sum }
    }
}

/// Sums of each column of `rows` of `width` values.
pub(crate) fn column_sums<'a>(rows: impl Iterator<Item = &'a [f64]>, width: usize) -> Vec<f64> {
    let mut sums = vec![Sum::default(); width];
    for row in rows {
        for (sum, &value) in sums.iter_mut().zip(row) {
            sum.add(value);
        }
    }
    sums.into_iter().map(Sum::value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_values_are_not_lost_beside_large_ones() {
        let values = [1e16, 1.0, 1.0, -1e16];
        assert_eq!(column_sums(values.chunks(1), 1), [2.0]);
    }

    #[test]
    fn an_infinite_sum_stays_infinite() {
        assert_eq!(column_sums([f64::MAX, f64::MAX].chunks(1), 1), [f64::INFINITY]);
    }
}
