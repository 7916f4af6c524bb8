//! Rounding half away from zero, the only rounding there is: once, where a number is printed.

/// `value` rounded to `decimals`, halves away from zero (0.5 → 1, −0.5 → −1, 2.5 → 3).
///
/// A value that a computation left a hair below a half (0.285 · 100 = 28.499999999999996) counts as the half that it
/// stands for: the slack is one part in 10¹², and a millionth at most.
pub fn half_away(value: f64, decimals: u8) -> f64 {
    let scale = 10_f64.powi(i32::from(decimals));
    let scaled = value.abs() * scale;
    let slack = (1e-12 * scaled.max(1.0)).min(1e-6);
    let rounded = (scaled + 0.5 + slack).floor() / scale;
    // Not −0: it would be printed with its sign.
    if rounded == 0.0 { 0.0 } else { rounded.copysign(value) }
}

/// The same as text, with exactly that many decimals.
pub fn fixed(value: f64, decimals: u8) -> String {
    format!("{:.*}", usize::from(decimals), half_away(value, decimals))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_go_away_from_zero() {
        for (value, decimals, text) in [
            (0.5, 0, "1"),
            (1.5, 0, "2"),
            (2.5, 0, "3"),
            (-2.5, 0, "-3"),
            (0.285 * 100.0, 0, "29"),
            (1.005, 2, "1.01"),
            (-0.2, 0, "0"),
            (0.0, 1, "0.0"),
            (70.87912, 0, "71"),
            (28.4999, 0, "28"),
            (1e15 + 1.0, 0, "1000000000000001"),
        ] {
            assert_eq!(fixed(value, decimals), text, "{value}");
        }
    }
}
