//! Sums of twice the precision, so that the order of rows changes no digit of a result.
//!
//! A sum is kept as a float and what rounding has taken from it (Knuth, The Art of Computer Programming 2, 1969, section
//! 4.2.2; Dekker, Numerische Mathematik 18, 1971, p. 224): about 106 bits, of which a result shows 53.

use std::array::from_fn;

/// A sum, and what rounding has taken from it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Twofold {
    pub(super) high: f64,
    pub(super) low: f64,
}

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

/// Sums side by side, so laid out that they are added to at once.
#[derive(Clone, Copy, Debug)]
pub(super) struct Twofolds<const K: usize> {
    high: [f64; K],
    low: [f64; K],
}

impl<const K: usize> Default for Twofolds<K> {
    fn default() -> Self {
        Twofolds { high: [0.0; K], low: [0.0; K] }
    }
}

impl<const K: usize> Twofolds<K> {
    /// [`Twofold::merge`] for each of them.
    #[inline(always)]
    pub(super) fn merge(&mut self, high: [f64; K], low: [f64; K]) {
        let old = self.high;
        let sum: [f64; K] = from_fn(|k| old[k] + high[k]);
        let part: [f64; K] = from_fn(|k| sum[k] - old[k]);
        let lost: [f64; K] = from_fn(|k| (old[k] - (sum[k] - part[k])) + (high[k] - part[k]));
        self.low = from_fn(|k| self.low[k] + lost[k] + low[k]);
        self.high = sum;
    }

    /// Adds others.
    pub(super) fn merge_each(&mut self, others: &[Twofold; K]) {
        self.merge(others.map(|other| other.high), others.map(|other| other.low));
    }

    /// Each of them.
    pub(super) fn each(&self) -> [Twofold; K] {
        from_fn(|k| Twofold { high: self.high[k], low: self.low[k] })
    }
}

/// What rounding took from `product = a · b`; 0 where it cannot be told, because a number is too large to be split.
#[inline(always)]
fn product_error(a: f64, b: f64, product: f64) -> f64 {
    let ((a1, a2), (b1, b2)) = (split(a), split(b));
    let lost = ((a1 * b1 - product) + a1 * b2 + a2 * b1) + a2 * b2;
    // Without a branch, so that many rows are worked out at once.
    if lost.abs() < f64::INFINITY { lost } else { 0.0 }
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

    /// `a · b` and `a · b · b` of exact `a` and `b`, as [`Column::fill_products`] and [`Column::fill_times`] give them.
    pub(super) fn fill_powers([first, second]: [&mut Column; 2], a: &[f64], b: &[f64]) {
        let [high, low, high_2, low_2] = [&mut first.high, &mut first.low, &mut second.high, &mut second.low];
        for part in [&mut *high, &mut *low, &mut *high_2, &mut *low_2] {
            part.resize(a.len(), 0.0);
        }
        let parts = high.iter_mut().zip(low).zip(high_2).zip(low_2);
        for ((((high, low), high_2), low_2), (a, b)) in parts.zip(a.iter().zip(b)) {
            *high = a * b;
            *low = product_error(*a, *b, *high);
            *high_2 = *high * b;
            *low_2 = product_error(*high, *b, *high_2) + *low * b;
        }
    }

    /// The first rows.
    pub(super) fn rows(&self, rows: usize) -> Rows<'_> {
        Rows { high: &self.high[..rows], low: &self.low[..rows] }
    }

    /// Bytes on the heap.
    pub(super) fn size(&self) -> usize {
        (self.high.capacity() + self.low.capacity()) * size_of::<f64>()
    }
}

/// Rows of a [`Column`].
#[derive(Clone, Copy)]
pub(super) struct Rows<'a> {
    high: &'a [f64],
    low: &'a [f64],
}

impl Rows<'_> {
    /// The numbers of a row, and what rounding has taken from each.
    #[inline(always)]
    pub(super) fn of<const K: usize>(columns: &[Rows<'_>; K], row: usize) -> ([f64; K], [f64; K]) {
        (from_fn(|k| columns[k].high[row]), from_fn(|k| columns[k].low[row]))
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
        let mut at_once = [Column::default(), Column::default()];
        Column::fill_powers(at_once.each_mut(), &weights, &x);
        let [products, squares] = [products.rows(3), squares.rows(3)];
        for row in 0..3 {
            n.add(1.0);
            assert_eq!(
                Rows::of(&at_once.each_ref().map(|c| c.rows(3)), row),
                Rows::of(&[products, squares], row)
            );
            let mut sums = Twofolds::default();
            sums.merge_each(&[first, second]);
            let (high, low) = Rows::of(&[products, squares], row);
            sums.merge(high, low);
            [first, second] = sums.each();
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
