//! Both tails of the beta and gamma distributions by `statrs`, and the points that cut off a given tail.
//!
//! In: parameters that the caller has checked. Out: both tails, so that neither is taken as 1 minus the other where it is
//! small. Points are found on the tails themselves ([`root`]): `statrs`' own quantiles are in places right to 3 digits only,
//! its tails to 10 or more. It knows no name of a distribution but these two.

use statrs::function::beta::{checked_beta_reg, ln_beta};
use statrs::function::gamma::{checked_gamma_lr, checked_gamma_ur, ln_gamma};

use crate::normal::upper_quantile;

/// Both tails of a distribution at a point.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tails {
    /// Probability of a value not above the point.
    pub(crate) lower: f64,
    /// Probability of a value above the point.
    pub(crate) upper: f64,
}

/// The tails of beta with shapes `a` and `b` at `x`, of which `y` is 1 − x.
pub(crate) fn beta_tails(a: f64, b: f64, x: f64, y: f64) -> Tails {
    if x <= 0.0 {
        return Tails { lower: 0.0, upper: 1.0 };
    }
    if y <= 0.0 {
        return Tails { lower: 1.0, upper: 0.0 };
    }
    let share = |a, b, x| checked_beta_reg(a, b, x).unwrap_or(f64::NAN);
    // Of `x` and `y` the one near 1 may have lost what the tail depends on.
    let lower = share(a, b, x);
    if lower < 0.5 { Tails { lower, upper: 1.0 - lower } } else { both_from_upper(share(b, a, y)) }
}

fn both_from_upper(upper: f64) -> Tails {
    Tails { lower: 1.0 - upper, upper }
}

/// The tails of gamma with shape `a` and scale 1 at `x`.
pub(crate) fn gamma_tails(a: f64, x: f64) -> Tails {
    if x <= 0.0 {
        return Tails { lower: 0.0, upper: 1.0 };
    }
    if x.is_infinite() {
        return Tails { lower: 1.0, upper: 0.0 };
    }
    Tails {
        lower: checked_gamma_lr(a, x).unwrap_or(f64::NAN),
        upper: checked_gamma_ur(a, x).unwrap_or(f64::NAN),
    }
}

/// `x` and `1 − x` of the logarithm of the odds `x / (1 − x)`.
pub(crate) fn shares(log_odds: f64) -> (f64, f64) {
    (1.0 / (1.0 + (-log_odds).exp()), 1.0 / (1.0 + log_odds.exp()))
}

/// Logarithm of the odds of the point below which beta with shapes `a` and `b` lies with probability `p`; `q` is 1 − p.
pub(crate) fn beta_quantile(a: f64, b: f64, p: f64, q: f64) -> f64 {
    if p <= 0.0 || q <= 0.0 {
        return if p <= 0.0 { f64::NEG_INFINITY } else { f64::INFINITY };
    }
    let tails = |t: f64| {
        let (x, y) = shares(t);
        (beta_tails(a, b, x, y), a * x.ln() + b * y.ln() - ln_beta(a, b))
    };
    // The logarithm of the odds has about this mean and variance where the shapes are not small.
    let guess = (a / b).ln() - normal(p, q) * (1.0 / a + 1.0 / b).sqrt();
    root(guess, p, q, tails)
}

/// The point below which gamma with shape `a` and scale 1 lies with probability `p`; `q` is 1 − p.
pub(crate) fn gamma_quantile(a: f64, p: f64, q: f64) -> f64 {
    if p <= 0.0 || q <= 0.0 {
        return if p <= 0.0 { 0.0 } else { f64::INFINITY };
    }
    let tails = |t: f64| {
        let x = t.exp();
        (gamma_tails(a, x), a * t - x - ln_gamma(a))
    };
    // Wilson & Hilferty, PNAS 17, 1931; where it fails, the first term of the series at 0.
    let cube_root = 1.0 - 1.0 / (9.0 * a) - normal(p, q) / (3.0 * a.sqrt());
    let guess =
        if cube_root > 0.2 { a.ln() + 3.0 * cube_root.ln() } else { (p.ln() + ln_gamma(a + 1.0)) / a };
    root(guess, p, q, tails).exp()
}

/// The standard normal point above which lies `p`, from the smaller of `p` and `q` = 1 − p.
fn normal(p: f64, q: f64) -> f64 {
    if p < q { upper_quantile(p) } else { -upper_quantile(q) }
}

/// Steps after which halving an interval of `f64` finds nothing more.
const MOST_STEPS: usize = 200;

/// The t at which the lower tail is `p` and the upper `q`, near `guess`. `tails` gives both, and the logarithm of their slope.
///
/// Newton's method on the logarithm of the smaller tail, inside an interval that shrinks at each step; where a step would
/// leave the interval, it is halved.
fn root(guess: f64, p: f64, q: f64, tails: impl Fn(f64) -> (Tails, f64)) -> f64 {
    let mut t = if guess.is_finite() { guess } else { 0.0 };
    let (mut below, mut above, mut reach) = (f64::NEG_INFINITY, f64::INFINITY, 1.0);
    for _ in 0..MOST_STEPS {
        let (at, ln_slope) = tails(t);
        let tail = if p < q { at.lower } else { at.upper };
        let excess = if p < q { tail.ln() - p.ln() } else { q.ln() - tail.ln() };
        if excess == 0.0 || excess.is_nan() {
            break;
        }
        if excess < 0.0 {
            below = t;
        } else {
            above = t;
        }
        let newton = t - excess / (ln_slope - tail.ln()).exp();
        let next = if newton > below && newton < above {
            newton
        } else if below.is_finite() && above.is_finite() {
            below + (above - below) / 2.0
        } else {
            reach *= 2.0;
            if below.is_finite() { below + reach } else { above - reach }
        };
        if (next - t).abs() <= 2.0 * f64::EPSILON * t.abs() || next == below || next == above {
            return next;
        }
        t = next;
    }
    t
}
