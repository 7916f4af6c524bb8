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
    /// A number that is exact.
    #[inline(always)]
    pub(super) fn exact(value: f64) -> Twofold {
        Twofold { high: value, low: 0.0 }
    }

    /// `a · b` as exactly as it can be.
    #[inline(always)]
    pub(super) fn product<P: Product>(a: f64, b: f64) -> Twofold {
        let high = a * b;
        Twofold { high, low: P::lost(a, b, high) }
    }

    /// `self · b`.
    #[inline(always)]
    pub(super) fn times<P: Product>(self, b: f64) -> Twofold {
        let Twofold { high, low } = Twofold::product::<P>(self.high, b);
        Twofold { high, low: low + self.low * b }
    }

    #[inline(always)]
    pub(super) fn add(&mut self, value: f64) {
        let sum = self.high + value;
        let part = sum - self.high;
        self.low += (self.high - (sum - part)) + (value - part);
        self.high = sum;
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
        self.merge(other.times::<Halves>(-factor));
        self
    }
}

/// How to find what rounding took from a product. All ways find the same where a product is 0 or between 1e-290 and 1e299, and so
/// are its factors.
pub(super) trait Product: Copy {
    /// What rounding took from `product = a · b`; 0 where it cannot be told, because a number is too large.
    fn lost(a: f64, b: f64, product: f64) -> f64;
}

/// By one operation, where the processor has it: without it, the slowest.
#[derive(Clone, Copy)]
pub(super) struct Fused;

/// By numbers of half as many digits, on any processor.
#[derive(Clone, Copy)]
pub(super) struct Halves;

impl Product for Fused {
    #[inline(always)]
    fn lost(a: f64, b: f64, product: f64) -> f64 {
        finite(a.mul_add(b, -product))
    }
}

impl Product for Halves {
    #[inline(always)]
    fn lost(a: f64, b: f64, product: f64) -> f64 {
        let ((a1, a2), (b1, b2)) = (halves(a), halves(b));
        finite(((a1 * b1 - product) + a1 * b2 + a2 * b1) + a2 * b2)
    }
}

/// A number, or 0.
#[inline(always)]
fn finite(number: f64) -> f64 {
    // Without a branch.
    if number.abs() < f64::INFINITY { number } else { 0.0 }
}

/// A number as the sum of two with half as many digits each.
#[inline(always)]
fn halves(a: f64) -> (f64, f64) {
    let c = 134_217_729.0 * a;
    let high = c - (c - a);
    (high, a - high)
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
    pub(super) fn merge(&mut self, others: &[Twofold; K]) {
        let (high, low) = (others.map(|other| other.high), others.map(|other| other.low));
        let old = self.high;
        let sum: [f64; K] = from_fn(|k| old[k] + high[k]);
        let part: [f64; K] = from_fn(|k| sum[k] - old[k]);
        let lost: [f64; K] = from_fn(|k| (old[k] - (sum[k] - part[k])) + (high[k] - part[k]));
        self.low = from_fn(|k| self.low[k] + lost[k] + low[k]);
        self.high = sum;
    }

    /// Whether something was added, or [`Twofolds::touch`] was called.
    pub(super) fn is_touched(&self) -> bool {
        self.high.iter().any(|high| high.to_bits() != 0)
    }

    /// Tells sums of nothing from those to which nothing was added: the first is -0, to which numbers are added as to 0.
    pub(super) fn touch(&mut self) {
        if !self.is_touched() {
            self.high.iter_mut().take(1).for_each(|first| *first = -0.0);
        }
    }

    /// Each of them.
    pub(super) fn each(&self) -> [Twofold; K] {
        from_fn(|k| Twofold { high: self.high[k], low: self.low[k] })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

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
        let mut sums = Twofolds::default();
        for x in [1e9, 1e9 + 1.0, 1e9 + 2.0] {
            let product = Twofold::product::<Halves>(1.0, x);
            sums.merge(&[Twofold::exact(1.0), product, product.times::<Halves>(x)]);
        }
        let [n, first, second] = sums.each();
        let mean = first.value() / n.value();
        let around = first.less(mean, n);
        assert_eq!((mean, second.less(mean, first).less(mean, around).value()), (1e9 + 1.0, 2.0));
    }

    #[test]
    fn what_is_too_large_stays_infinite() {
        for mut sum in [Twofold::product::<Halves>(1e300, 1e300), Twofold::product::<Fused>(1e300, 1e300)] {
            sum.add(1.0);
            assert_eq!(sum.value(), f64::INFINITY);
        }
    }

    #[test]
    fn sums_of_nothing_are_told_from_none() {
        let mut sums = Twofolds::<2>::default();
        assert!(!sums.is_touched());
        sums.touch();
        assert!(sums.is_touched());
        assert_eq!(sums.each().map(Twofold::value), [0.0; 2]);
        let one = Twofold::exact(1.5);
        sums.merge(&[one, one]);
        sums.touch();
        assert_eq!(sums.each(), [one; 2]);
    }

    proptest! {
        #[test]
        fn all_ways_find_what_rounding_took(
            (a, b) in (-1.0..1.0_f64, -1.0..1.0_f64),
            (of_a, of_b) in (-140..145_i32, -140..145_i32),
        ) {
            let (a, b) = (a * 10_f64.powi(of_a), b * 10_f64.powi(of_b));
            prop_assume!([a, b, a * b].iter().all(|x| (1e-290..1e299).contains(&x.abs())));
            let halves = Twofold::product::<Halves>(a, b);
            prop_assert_eq!(halves, Twofold::product::<Fused>(a, b));
            if (1e-290..1e299).contains(&(halves.high * b).abs()) {
                prop_assert_eq!(halves.times::<Halves>(b), halves.times::<Fused>(b));
            }
        }
    }
}
