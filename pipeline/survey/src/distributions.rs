//! The distributions that intervals and tests are read from: normal, Student's t, F, chi-squared, beta.
//!
//! In: a point or a probability, and parameters. Out: the lower tail (`_cdf`), the upper tail (`_sf`, with its own digits
//! where it is small), or the point (`_quantile`); `None` where a parameter is outside its range or an argument is NaN.
//!
//! Degrees of freedom need not be whole, and those of t and of F's denominator may be infinite. The tails are those of
//! `statrs`, the quantiles are found on them ([`crate::tails`]). They agree with R's `pt`, `pf`, `pchisq`, `pbeta` and their
//! quantiles to 10 digits where parameters are below a thousand, to 9 below 100,000, to 7 beyond.
//!
//! ```
//! use survey::distributions::{f_sf, t_two_sided};
//!
//! assert!((t_two_sided(0.95, 10.0).unwrap() - 2.228_139).abs() < 1e-6);
//! assert!((f_sf(4.96, 1.0, 10.0).unwrap() - 0.05).abs() < 1e-4);
//! ```
//!
//! Definitions: Johnson, Kotz & Balakrishnan, Continuous Univariate Distributions, 2nd ed. 1994–95.

use crate::normal::upper_quantile;
use crate::tails::{self, Tails, beta_tails, gamma_quantile, gamma_tails, shares};

/// With more degrees of freedom than this, Student's t comes from the normal distribution by two terms of its expansion
/// (Abramowitz & Stegun 1964, 26.7.5): the incomplete beta function loses digits there, the expansion has 12.
const EXPANDED_FROM: f64 = 1e5;
/// With more degrees of freedom of its denominator than this, F is chi-squared over its degrees of freedom.
const CHI_SQUARED_FROM: f64 = 1e8;

/// Probability that a standard normal value is at most `z`.
pub fn normal_cdf(z: f64) -> Option<f64> {
    Some(normal(z)?.lower)
}

/// Probability that a standard normal value is above `z`.
pub fn normal_sf(z: f64) -> Option<f64> {
    Some(normal(z)?.upper)
}

/// The value that a standard normal one does not exceed with probability `p`; infinite at 0 and 1.
pub fn normal_quantile(p: f64) -> Option<f64> {
    let (tail, sign) = tail(p)?;
    Some(sign * upper_quantile(tail))
}

/// Probability that Student's t with `df` degrees of freedom is at most `t`.
pub fn t_cdf(t: f64, df: f64) -> Option<f64> {
    Some(student(t, df)?.lower)
}

/// Probability that Student's t with `df` degrees of freedom is above `t`.
pub fn t_sf(t: f64, df: f64) -> Option<f64> {
    Some(student(t, df)?.upper)
}

/// The value that Student's t with `df` degrees of freedom does not exceed with probability `p`.
pub fn t_quantile(p: f64, df: f64) -> Option<f64> {
    let (tail, sign) = tail(p)?;
    Some(sign * student_upper(tail, positive(df)?))
}

/// The t with which `estimate ± t · standard error` covers `confidence` at `df` degrees of freedom: infinite where `df` is
/// 0 or less, since nothing is then known of the error; `None` unless `0 < confidence < 1`.
pub fn t_two_sided(confidence: f64, df: f64) -> Option<f64> {
    if !(confidence > 0.0 && confidence < 1.0) || df.is_nan() {
        return None;
    }
    Some(if df <= 0.0 { f64::INFINITY } else { student_upper((1.0 - confidence) / 2.0, df) })
}

/// Probability that F with `d1` and `d2` degrees of freedom is at most `f`.
pub fn f_cdf(f: f64, d1: f64, d2: f64) -> Option<f64> {
    Some(fisher(f, d1, d2)?.lower)
}

/// Probability that F with `d1` and `d2` degrees of freedom is above `f`.
pub fn f_sf(f: f64, d1: f64, d2: f64) -> Option<f64> {
    Some(fisher(f, d1, d2)?.upper)
}

/// The value that F with `d1` and `d2` degrees of freedom does not exceed with probability `p`.
pub fn f_quantile(p: f64, d1: f64, d2: f64) -> Option<f64> {
    let (p, d1, d2) = (share(p)?, finite(d1)?, positive(d2)?);
    if d2 > CHI_SQUARED_FROM {
        return Some(chi_squared_quantile(p, d1)? / d1);
    }
    Some(tails::beta_quantile(d1 / 2.0, d2 / 2.0, p, 1.0 - p).exp() * d2 / d1)
}

/// Probability that chi-squared with `df` degrees of freedom is at most `x`.
pub fn chi_squared_cdf(x: f64, df: f64) -> Option<f64> {
    Some(gamma_tails(finite(df)? / 2.0, number(x)? / 2.0).lower)
}

/// Probability that chi-squared with `df` degrees of freedom is above `x`.
pub fn chi_squared_sf(x: f64, df: f64) -> Option<f64> {
    Some(gamma_tails(finite(df)? / 2.0, number(x)? / 2.0).upper)
}

/// The value that chi-squared with `df` degrees of freedom does not exceed with probability `p`.
pub fn chi_squared_quantile(p: f64, df: f64) -> Option<f64> {
    let (p, df) = (share(p)?, finite(df)?);
    Some(2.0 * gamma_quantile(df / 2.0, p, 1.0 - p))
}

/// Probability that a beta value with shapes `a` and `b` is at most `x`.
pub fn beta_cdf(x: f64, a: f64, b: f64) -> Option<f64> {
    Some(beta_tails(finite(a)?, finite(b)?, number(x)?, 1.0 - x).lower)
}

/// Probability that a beta value with shapes `a` and `b` is above `x`.
pub fn beta_sf(x: f64, a: f64, b: f64) -> Option<f64> {
    Some(beta_tails(finite(a)?, finite(b)?, number(x)?, 1.0 - x).upper)
}

/// The value that a beta value with shapes `a` and `b` does not exceed with probability `p`. A shape of 0 puts all
/// probability on its end: 0 where `a` is 0, 1 where `b` is.
pub fn beta_quantile(p: f64, a: f64, b: f64) -> Option<f64> {
    let p = share(p)?;
    if a == 0.0 && b > 0.0 {
        return Some(0.0);
    }
    if b == 0.0 && a > 0.0 {
        return Some(1.0);
    }
    Some(shares(tails::beta_quantile(finite(a)?, finite(b)?, p, 1.0 - p)).0)
}

fn normal(z: f64) -> Option<Tails> {
    // Rather than by the error function, which has 10 digits in `statrs`.
    let two = gamma_tails(0.5, number(z)? * z / 2.0).upper / 2.0;
    Some(sided(z, two))
}

fn student(t: f64, df: f64) -> Option<Tails> {
    let df = positive(df)?;
    let square = number(t)? * t;
    if df > EXPANDED_FROM && square < df / 1000.0 {
        let second = (13.0 * square * square + 8.0 * square + 3.0) / (96.0 * df * df);
        return normal(t * (1.0 - (square + 1.0) / (4.0 * df) + second));
    }
    if df.is_infinite() {
        return normal(t);
    }
    let x = if square.is_infinite() { 0.0 } else { df / (df + square) };
    let y = if square.is_infinite() { 1.0 } else { square / (df + square) };
    Some(sided(t, beta_tails(df / 2.0, 0.5, x, y).lower / 2.0))
}

/// The t > 0 above which Student's t lies with probability `tail`.
fn student_upper(tail: f64, df: f64) -> f64 {
    if df > EXPANDED_FROM {
        let z = upper_quantile(tail);
        let square = z * z;
        let second = (5.0 * square * square + 16.0 * square + 3.0) / (96.0 * df * df);
        return z * (1.0 + (square + 1.0) / (4.0 * df) + second);
    }
    // df / (df + t²) is beta with shapes df/2 and 1/2.
    let odds = tails::beta_quantile(df / 2.0, 0.5, 2.0 * tail, 1.0 - 2.0 * tail);
    df.sqrt() * (-odds / 2.0).exp()
}

fn fisher(f: f64, d1: f64, d2: f64) -> Option<Tails> {
    let (f, d1, d2) = (number(f)?, finite(d1)?, positive(d2)?);
    if f <= 0.0 {
        return Some(Tails { lower: 0.0, upper: 1.0 });
    }
    if d2 > CHI_SQUARED_FROM {
        return Some(gamma_tails(d1 / 2.0, d1 * f / 2.0));
    }
    if f.is_infinite() {
        return Some(Tails { lower: 1.0, upper: 0.0 });
    }
    let (numerator, sum) = (d1 * f, d1 * f + d2);
    Some(beta_tails(d1 / 2.0, d2 / 2.0, numerator / sum, d2 / sum))
}

/// The tails of a symmetric distribution at `point`, of which `far` is the one beyond it.
fn sided(point: f64, far: f64) -> Tails {
    if point > 0.0 { Tails { lower: 1.0 - far, upper: far } } else { Tails { lower: far, upper: 1.0 - far } }
}

/// The tail of a symmetric distribution that `p` cuts off, and the side on which it lies.
fn tail(p: f64) -> Option<(f64, f64)> {
    let p = share(p)?;
    Some(if p < 0.5 { (p, -1.0) } else { (1.0 - p, 1.0) })
}

fn share(p: f64) -> Option<f64> {
    (0.0..=1.0).contains(&p).then_some(p)
}

fn number(x: f64) -> Option<f64> {
    (!x.is_nan()).then_some(x)
}

fn positive(df: f64) -> Option<f64> {
    (df > 0.0).then_some(df)
}

fn finite(df: f64) -> Option<f64> {
    (df > 0.0 && df.is_finite()).then_some(df)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    include!("../tests/reference/distributions.rs");

    #[test]
    fn tails_and_quantiles_agree_with_r() {
        for &(name, [x, a, b, expected]) in &DISTRIBUTIONS {
            let found = match name {
                "normal_cdf" => normal_cdf(x),
                "normal_sf" => normal_sf(x),
                "normal_quantile" => normal_quantile(x),
                "t_cdf" => t_cdf(x, a),
                "t_sf" => t_sf(x, a),
                "t_quantile" => t_quantile(x, a),
                "chi_squared_sf" => chi_squared_sf(x, a),
                "chi_squared_quantile" => chi_squared_quantile(x, a),
                "f_cdf" => f_cdf(x, a, b),
                "f_sf" => f_sf(x, a, b),
                "f_quantile" => f_quantile(x, a, b),
                "beta_cdf" => beta_cdf(x, a, b),
                "beta_sf" => beta_sf(x, a, b),
                "beta_quantile" => beta_quantile(x, a, b),
                other => panic!("no function {other}"),
            };
            let found = found.unwrap();
            let close = (found - expected).abs() <= 1e-10 * expected.abs() || expected.abs() < 1e-300;
            assert!(close, "{name}({x}, {a}, {b}): {found:e} is not {expected:e}");
        }
    }

    #[test]
    fn ends_are_exact_and_nonsense_is_none() {
        assert_eq!(normal_quantile(0.0), Some(f64::NEG_INFINITY));
        assert_eq!(normal_quantile(0.5), Some(0.0));
        assert_eq!(t_quantile(1.0, 3.0), Some(f64::INFINITY));
        assert_eq!(t_cdf(f64::NEG_INFINITY, 3.0), Some(0.0));
        assert_eq!(t_sf(f64::INFINITY, 1e6), Some(0.0));
        assert_eq!(f_sf(f64::INFINITY, 2.0, 3.0), Some(0.0));
        assert_eq!(f_sf(-1.0, 2.0, 3.0), Some(1.0));
        assert_eq!(chi_squared_cdf(0.0, 2.0), Some(0.0));
        assert_eq!(chi_squared_quantile(1.0, 2.0), Some(f64::INFINITY));
        assert_eq!(beta_quantile(0.025, 0.0, 3.0), Some(0.0));
        assert_eq!(beta_quantile(0.975, 3.0, 0.0), Some(1.0));
        assert_eq!(t_two_sided(0.95, 0.0), Some(f64::INFINITY));
        for nothing in [
            normal_quantile(1.5),
            t_quantile(f64::NAN, 3.0),
            t_quantile(0.5, 0.0),
            t_sf(f64::NAN, 3.0),
            t_two_sided(0.95, f64::NAN),
            t_two_sided(1.0, 5.0),
            f_sf(1.0, f64::INFINITY, 3.0),
            chi_squared_sf(1.0, -1.0),
            beta_quantile(0.5, 0.0, 0.0),
        ] {
            assert_eq!(nothing, None);
        }
    }

    proptest! {
        #[test]
        fn quantiles_turn_tails_round(p in 0.0001..0.9999_f64, log_a in -2.0..7.0_f64, log_b in -2.0..7.0_f64) {
            let (a, b) = (log_a.exp(), log_b.exp());
            let x = beta_quantile(p, a, b).unwrap();
            // Near 1 few digits of 1 − x are left to turn round.
            if x > 1e-290 && x < 1.0 - 1e-5 {
                prop_assert!((beta_cdf(x, a, b).unwrap() - p).abs() < 1e-9);
            }
            prop_assert!((t_cdf(t_quantile(p, a).unwrap(), a).unwrap() - p).abs() < 1e-11);
            let q = chi_squared_quantile(p, a).unwrap();
            prop_assert!(q < 1e-290 || (chi_squared_cdf(q, a).unwrap() - p).abs() < 1e-9);
        }
    }
}
