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

/// Sums side by side, each with the error of each addition kept.
#[derive(Clone, Debug)]
pub(crate) struct Sums {
    sums: Vec<f64>,
    lost: Vec<f64>,
}

impl Sums {
    /// So many sums of nothing.
    pub(crate) fn of(count: usize) -> Sums {
        Sums { sums: vec![0.0; count], lost: vec![0.0; count] }
    }

    /// Adds `factor` times each of `values` to the sum at its place.
    pub(crate) fn add_products(&mut self, values: &[f64], factor: f64) {
        for ((sum, lost), value) in self.sums.iter_mut().zip(&mut self.lost).zip(values) {
            let value = factor * value;
            let new = *sum + value;
            // The error without asking which is the larger (Knuth, The Art of Computer Programming 2, section 4.2.2).
            let part = new - *sum;
            *lost += (*sum - (new - part)) + (value - part);
            *sum = new;
        }
    }

    /// The sum at a place.
    pub(crate) fn value(&self, at: usize) -> f64 {
        let (sum, lost) = (self.sums[at], self.lost[at]);
        // An infinite sum has lost NaN.
        if sum.is_finite() { sum + lost } else { sum }
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
    fn sums_side_by_side_lose_no_more_than_one() {
        let mut sums = Sums::of(2);
        for (values, factor) in
            [([1e16, 0.5], 1.0), ([0.5, 3.0], 2.0), ([1.0, 1.0], 1.0), ([-1e16, 0.0], 1.0)]
        {
            sums.add_products(&values, factor);
        }
        assert_eq!([sums.value(0), sums.value(1)], [2.0, 7.5]);
    }

    #[test]
    fn an_infinite_sum_stays_infinite() {
        assert_eq!(column_sums([f64::MAX, f64::MAX].chunks(1), 1), [f64::INFINITY]);
    }
}
