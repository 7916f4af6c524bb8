//! Sums of twice the precision, so that the order of rows changes no digit of a result.
//!
//! A sum is kept as a float and what rounding has taken from it (Knuth, The Art of Computer Programming 2, 1969, section
//! 4.2.2; Dekker, Numerische Mathematik 18, 1971, p. 224): about 106 bits, of which a result shows 53.

/// A sum, and what rounding has taken from it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Twofold {
    pub(super) high: f64,
    pub(super) low: f64,
}

/// Above this, splitting a factor would overflow; its products keep their rounding error.
const LARGEST: f64 = 1e290;

impl Twofold {
    #[inline(always)]
    pub(super) fn add(&mut self, value: f64) {
        let sum = self.high + value;
        let part = sum - self.high;
        self.low += (self.high - (sum - part)) + (value - part);
        self.high = sum;
    }

    /// Adds `a · b` as exactly as it can be.
    #[inline(always)]
    pub(super) fn add_product(&mut self, a: f64, b: f64) {
        let product = a * b;
        self.add(product);
        self.low += product_error(a, b, product);
    }

    #[inline(always)]
    pub(super) fn merge(&mut self, other: Twofold) {
        self.add(other.high);
        self.low += other.low;
    }

    pub(super) fn value(self) -> f64 {
        // An infinite sum has lost NaN.
        if self.high.is_finite() { self.high + self.low } else { self.high }
    }

    /// `self − factor · other`.
    pub(super) fn less(mut self, factor: f64, other: Twofold) -> Twofold {
        self.add_product(-factor, other.high);
        self.low -= factor * other.low;
        self
    }
}

/// What rounding took from `product = a · b`.
#[inline(always)]
fn product_error(a: f64, b: f64, product: f64) -> f64 {
    let ((a1, a2), (b1, b2)) = (split(a), split(b));
    let lost = ((a1 * b1 - product) + a1 * b2 + a2 * b1) + a2 * b2;
    // Without a branch, so that many rows are worked out at once.
    let can_split = (a.abs() < LARGEST) & (b.abs() < LARGEST) & (product.abs() < LARGEST);
    if can_split { lost } else { 0.0 }
}

/// Numbers of twice the precision, one for each of many rows: all are worked out at once.
#[derive(Clone, Debug, Default)]
pub(super) struct Column {
    high: Vec<f64>,
    low: Vec<f64>,
}

impl Column {
    /// Numbers that are exact.
    pub(super) fn fill(&mut self, values: impl Iterator<Item = f64>) {
        self.high.clear();
        self.high.extend(values);
        self.low.clear();
        self.low.resize(self.high.len(), 0.0);
    }

    /// `a · b` of exact `a` and `b`.
    pub(super) fn fill_products(&mut self, a: &[f64], b: &[f64]) {
        self.high.clear();
        self.high.extend(a.iter().zip(b).map(|(a, b)| a * b));
        self.low.clear();
        let products = self.high.iter().zip(a).zip(b);
        self.low.extend(products.map(|((product, a), b)| product_error(*a, *b, *product)));
    }

    /// `of · b` of an exact `b`.
    pub(super) fn fill_times(&mut self, of: &Column, b: &[f64]) {
        self.fill_products(&of.high, b);
        self.low.iter_mut().zip(&of.low).zip(b).for_each(|((low, lost), b)| *low += lost * b);
    }

    /// The numbers of the first rows, and what rounding has taken from each.
    pub(super) fn parts(&self, rows: usize) -> (&[f64], &[f64]) {
        (&self.high[..rows], &self.low[..rows])
    }

    /// Bytes on the heap.
    pub(super) fn size(&self) -> usize {
        (self.high.capacity() + self.low.capacity()) * size_of::<f64>()
    }
}

/// A number as the sum of two with half as many digits each.
#[inline(always)]
fn split(a: f64) -> (f64, f64) {
    let c = 134_217_729.0 * a;
    let high = c - (c - a);
    (high, a - high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_small_is_lost_beside_the_large() {
        let mut sum = Twofold::default();
        for value in [1e16, 1.0, -1e16, 1e-9] {
            sum.add(value);
        }
        assert_eq!(sum.value(), 1.0 + 1e-9);
    }

    #[test]
    fn squares_far_from_0_keep_their_spread() {
        let (mut n, mut first, mut second) = (Twofold::default(), Twofold::default(), Twofold::default());
        let (weights, x) = ([1.0; 3], [1e9, 1e9 + 1.0, 1e9 + 2.0]);
        let (mut products, mut squares) = (Column::default(), Column::default());
        products.fill_products(&weights, &x);
        squares.fill_times(&products, &x);
        for row in 0..3 {
            n.add(1.0);
            let number = |(high, low): (&[f64], &[f64])| Twofold { high: high[row], low: low[row] };
            first.merge(number(products.parts(3)));
            second.merge(number(squares.parts(3)));
        }
        let mean = first.value() / n.value();
        let around = first.less(mean, n);
        assert_eq!((mean, second.less(mean, first).less(mean, around).value()), (1e9 + 1.0, 2.0));
    }

    #[test]
    fn what_is_too_large_stays_infinite() {
        let mut sum = Twofold::default();
        sum.add_product(1e300, 1e300);
        sum.add(1.0);
        assert_eq!(sum.value(), f64::INFINITY);
    }
}
