//! The incomplete beta and gamma functions and their inverses, to about 14 digits.
//!
//! In: parameters that the caller has checked. Out: both tails, so that neither is taken as 1 minus the other where it is
//! small. It knows no distribution's name.
//!
//! The leading factors are saddle-point expansions (Loader, Fast and Accurate Computation of Binomial Probabilities,
//! 2000), which lose no digits where the logarithms of gamma functions would cancel; the rest are the usual continued
//! fractions and series (NIST Digital Library of Mathematical Functions, 8.7.1, 8.9.2 and 8.17.22), by the modified
//! Lentz method.

use std::f64::consts::TAU;

/// Both tails of a distribution at a point.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tails {
    /// Probability of a value not above the point.
    pub(crate) lower: f64,
    /// Probability of a value above the point.
    pub(crate) upper: f64,
}

impl Tails {
    fn from_lower(lower: f64) -> Self {
        Tails { lower, upper: (1.0 - lower).max(0.0) }
    }

    fn swapped(self) -> Self {
        Tails { lower: self.upper, upper: self.lower }
    }
}

/// Beyond this many terms the last digit has long been reached, but for parameters near 10¹².
const MOST_TERMS: u32 = 5_000_000;
/// Logarithms outside ±`EXTREME` leave the range of `f64`.
const EXTREME: f64 = 750.0;

/// What Stirling's formula leaves of ln Γ(x + 1): `ln Γ(x+1) − (x + ½) ln x + x − ½ ln 2π`, x > 0.
fn stirling_error(mut x: f64) -> f64 {
    let mut below = 0.0;
    while x < 10.0 {
        below += (x + 0.5) * (1.0 / x).ln_1p() - 1.0;
        x += 1.0;
    }
    let s = 1.0 / (x * x);
    let terms = [
        1.0 / 12.0,
        -1.0 / 360.0,
        1.0 / 1260.0,
        -1.0 / 1680.0,
        1.0 / 1188.0,
        -691.0 / 360_360.0,
        1.0 / 156.0,
    ];
    below + terms.iter().rev().fold(0.0, |sum, term| sum * s + term) / x
}

/// `x ln(x/m) + m − x`, without cancellation where x is near m.
fn deviance(x: f64, m: f64) -> f64 {
    if (x - m).abs() >= 0.1 * (x + m) {
        return x * (x / m).ln() + m - x;
    }
    let v = (x - m) / (x + m);
    let mut sum = (x - m) * v;
    let mut power = 2.0 * x * v;
    let mut odd = 1.0;
    loop {
        power *= v * v;
        odd += 2.0;
        let next = sum + power / odd;
        if next == sum {
            return sum;
        }
        sum = next;
    }
}

/// `x^a y^b / B(a, b)` with y = 1 − x: the density of the beta distribution by the logarithm of the odds.
fn beta_factor(a: f64, b: f64, x: f64, y: f64) -> f64 {
    if x == 0.0 || y == 0.0 {
        return 0.0;
    }
    let n = a + b;
    let log =
        stirling_error(n) - stirling_error(a) - stirling_error(b) - deviance(a, n * x) - deviance(b, n * y);
    log.exp() * (a / n * b / TAU).sqrt()
}

/// The regularised incomplete beta function: I_x(a, b) and 1 − I_x(a, b), with y = 1 − x given for its digits.
pub(crate) fn beta_tails(a: f64, b: f64, x: f64, y: f64) -> Tails {
    if x <= 0.0 {
        return Tails { lower: 0.0, upper: 1.0 };
    }
    if y <= 0.0 {
        return Tails { lower: 1.0, upper: 0.0 };
    }
    if x > (a + 1.0) / (a + b + 2.0) {
        return beta_small(b, a, y, x).swapped();
    }
    beta_small(a, b, x, y)
}

/// The same where x is small enough for the fraction to converge.
fn beta_small(a: f64, b: f64, x: f64, y: f64) -> Tails {
    let fraction = lentz(1.0, |i| {
        let m = f64::from(i / 2);
        let numerator = if i % 2 == 0 {
            m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m))
        } else {
            -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0))
        };
        (numerator, 1.0)
    });
    Tails::from_lower((beta_factor(a, b, x, y) / (a * fraction)).clamp(0.0, 1.0))
}

/// `x^a e^−x / Γ(a)`: the density of the gamma distribution by the logarithm of x.
fn gamma_factor(a: f64, x: f64) -> f64 {
    if x == 0.0 { 0.0 } else { (-stirling_error(a) - deviance(a, x)).exp() * (a / TAU).sqrt() }
}

/// The regularised incomplete gamma functions P(a, x) and Q(a, x).
pub(crate) fn gamma_tails(a: f64, x: f64) -> Tails {
    if x <= 0.0 {
        return Tails { lower: 0.0, upper: 1.0 };
    }
    if x.is_infinite() {
        return Tails { lower: 1.0, upper: 0.0 };
    }
    let factor = gamma_factor(a, x);
    if x < a + 1.0 {
        let (mut term, mut sum) = (1.0, 1.0);
        for i in 1..MOST_TERMS {
            term *= x / (a + f64::from(i));
            sum += term;
            if term < sum * f64::EPSILON / 4.0 {
                break;
            }
        }
        return Tails::from_lower((factor / a * sum).clamp(0.0, 1.0));
    }
    let fraction = lentz(x + 1.0 - a, |i| {
        let m = f64::from(i);
        (-m * (m - a), x + 2.0 * m + 1.0 - a)
    });
    Tails::from_lower((factor / fraction).clamp(0.0, 1.0)).swapped()
}

/// `first + n₁/(d₁ + n₂/(d₂ + …))`, where `term` gives the i-th numerator and denominator, i from 1.
fn lentz(first: f64, term: impl Fn(u32) -> (f64, f64)) -> f64 {
    let tiny = f64::MIN_POSITIVE * 1e16;
    let away = |value: f64| if value.abs() < tiny { tiny } else { value };
    let mut value = away(first);
    let (mut c, mut d) = (value, 0.0);
    for i in 1..MOST_TERMS {
        let (numerator, denominator) = term(i);
        d = 1.0 / away(denominator + numerator * d);
        c = away(denominator + numerator / c);
        let step = c * d;
        value *= step;
        if (step - 1.0).abs() < f64::EPSILON {
            break;
        }
    }
    value
}

/// ln(x / (1 − x)) of the x with I_x(a, b) = `lower` = 1 − `upper`; infinite at the ends.
pub(crate) fn beta_quantile_odds(a: f64, b: f64, lower: f64, upper: f64) -> f64 {
    let side = |a: f64, b: f64, target: f64| {
        rising_root(target, (a / b).ln(), |u| {
            let (x, y) = shares(u);
            (beta_tails(a, b, x, y).lower, beta_factor(a, b, x, y))
        })
    };
    if lower <= upper { side(a, b, lower) } else { -side(b, a, upper) }
}

/// x and 1 − x of the logarithm of their odds.
pub(crate) fn shares(odds: f64) -> (f64, f64) {
    (1.0 / (1.0 + (-odds).exp()), 1.0 / (1.0 + odds.exp()))
}

/// The x with P(a, x) = `lower` = 1 − `upper`.
pub(crate) fn gamma_quantile(a: f64, lower: f64, upper: f64) -> f64 {
    if lower <= upper {
        rising_root(lower, a.ln(), |u| (gamma_tails(a, u.exp()).lower, gamma_factor(a, u.exp()))).exp()
    } else {
        (-rising_root(upper, -a.ln(), |u| (gamma_tails(a, (-u).exp()).upper, gamma_factor(a, (-u).exp()))))
            .exp()
    }
}

/// The u at which a probability that rises with u reaches `target`, by Newton's method on its logarithm within a
/// bracket; `probability` gives it with its derivative. Infinite where u leaves the range of logarithms.
fn rising_root(target: f64, start: f64, probability: impl Fn(f64) -> (f64, f64)) -> f64 {
    if target <= 0.0 {
        return f64::NEG_INFINITY;
    }
    let (mut low, mut high, mut step) = (start, start, 1.0);
    while probability(low).0 > target {
        if low < -EXTREME {
            return f64::NEG_INFINITY;
        }
        (high, low, step) = (low, low - step, step * 2.0);
    }
    while probability(high).0 < target {
        if high > EXTREME {
            return f64::INFINITY;
        }
        (low, high, step) = (high, high + step, step * 2.0);
    }
    let mut u = 0.5 * (low + high);
    for _ in 0..200 {
        let (p, slope) = probability(u);
        if p < target {
            low = u;
        } else {
            high = u;
        }
        let newton = u - (p / target).ln() * p / slope;
        let next = if newton > low && newton < high { newton } else { 0.5 * (low + high) };
        let moved = (next - u).abs();
        u = next;
        if moved <= 2.0 * f64::EPSILON * u.abs().max(0.01) {
            break;
        }
    }
    u
}
