//! How a number is printed: the one place that rounds, halves away from zero, and that puts numbers into words.

use survey::rounding::{fixed, half_away};

use super::statistic::{Statistic, Unit};

/// Printed where there is no value.
pub const MISSING: &str = "–";

/// The printed form of a value: `71%`, `3,570`, `0.42`.
pub fn print(value: Option<f64>, unit: Unit, decimals: u8) -> String {
    let Some(value) = value else { return MISSING.to_owned() };
    match unit {
        Unit::Count => grouped(&fixed(value, 0)),
        Unit::Share => format!("{}%", signed(&fixed(value * 100.0, decimals))),
        Unit::Number => signed(&fixed(value, decimals)),
    }
}

/// The form that a template asks for: none, `words`, `capital` (words with a capital), `percent`, `percent1`,
/// `number0` to `number4`.
///
/// # Errors
/// There is no such form, or it does not suit the number; in words.
pub fn as_form(statistic: &Statistic, form: Option<&str>) -> Result<String, String> {
    let Some(form) = form else { return Ok(statistic.printed.clone()) };
    let value = statistic.value;
    match form {
        "words" => words(statistic),
        "capital" => words(statistic).map(|words| capital(&words)),
        "percent" | "percent1" if statistic.unit == Unit::Share => {
            Ok(print(value, Unit::Share, u8::from(form == "percent1")))
        }
        "percent" | "percent1" => Err(format!("`{}` is not a share, so it has no percentage", statistic.id)),
        "number0" | "number1" | "number2" | "number3" | "number4" => {
            let decimals = form.as_bytes()[form.len() - 1] - b'0';
            Ok(print(value, Unit::Number, decimals))
        }
        _ => Err(format!(
            "there is no form `{form}`; the forms are words, capital, percent, percent1 and number0 to number4"
        )),
    }
}

fn words(statistic: &Statistic) -> Result<String, String> {
    let Some(value) = statistic.value else {
        return Err(format!("`{}` has no value, so it cannot be put into words", statistic.id));
    };
    match statistic.unit {
        Unit::Count => Ok(count_words(value)),
        Unit::Share => Ok(share_words(value)),
        Unit::Number => Err(format!("`{}` is neither a count nor a share, so it has no words", statistic.id)),
    }
}

/// A count in words up to ten, in digits above.
pub fn count_words(value: f64) -> String {
    const WORDS: [&str; 11] =
        ["none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
    let whole = half_away(value, 0);
    if (0.0..=10.0).contains(&whole) {
        WORDS[whole as usize].to_owned()
    } else {
        print(Some(value), Unit::Count, 0)
    }
}

/// Fractions that people say, in ascending order.
const FRACTIONS: [(f64, &str); 17] = [
    (0.05, "one in twenty"),
    (0.1, "one in ten"),
    (0.125, "one in eight"),
    (1.0 / 6.0, "one in six"),
    (0.2, "one in five"),
    (0.25, "a quarter"),
    (0.3, "three in ten"),
    (1.0 / 3.0, "a third"),
    (0.4, "two in five"),
    (0.5, "half"),
    (0.6, "three in five"),
    (2.0 / 3.0, "two thirds"),
    (0.7, "seven in ten"),
    (0.75, "three quarters"),
    (0.8, "four in five"),
    (0.9, "nine in ten"),
    (0.95, "nineteen in twenty"),
];

/// A share in words that claim no more than it bears.
///
/// A bare fraction is within half a point of the share (so both round to one percentage), `just over` and `almost`
/// within three points, `more than` anything beyond up to the next fraction. `none` and `all` are exactly that.
pub fn share_words(share: f64) -> String {
    if share <= 0.0 {
        return "none".to_owned();
    }
    if share >= 1.0 {
        return "all".to_owned();
    }
    if share < 0.03 {
        return "very few".to_owned();
    }
    if share > 0.97 {
        return "almost all".to_owned();
    }
    let nearest = FRACTIONS.iter().min_by(|a, b| (a.0 - share).abs().total_cmp(&(b.0 - share).abs()));
    let Some((fraction, words)) = nearest else { return print(Some(share), Unit::Share, 0) };
    let beyond = share - fraction;
    // Float noise must not turn `two in five` into `just over two in five`.
    if beyond.abs() <= 0.005 + 1e-9 {
        (*words).to_owned()
    } else if (-0.03 - 1e-9..0.0).contains(&beyond) {
        format!("almost {words}")
    } else if beyond > 0.0 && beyond <= 0.03 + 1e-9 {
        format!("just over {words}")
    } else {
        let below = FRACTIONS.iter().rev().find(|(fraction, _)| *fraction < share);
        below.map_or_else(|| "very few".to_owned(), |(_, words)| format!("more than {words}"))
    }
}

/// The text with its first letter large.
pub fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// A minus sign where there was a hyphen.
fn signed(digits: &str) -> String {
    digits.strip_prefix('-').map_or_else(|| digits.to_owned(), |rest| format!("−{rest}"))
}

/// Commas between thousands.
fn grouped(digits: &str) -> String {
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |rest| ("−", rest));
    let mut out = String::from(sign);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_print() {
        assert_eq!(print(Some(129.0 / 182.0), Unit::Share, 0), "71%");
        assert_eq!(print(Some(0.125), Unit::Share, 0), "13%");
        assert_eq!(print(Some(196.0 / 3570.0), Unit::Share, 1), "5.5%");
        assert_eq!(print(Some(3570.0), Unit::Count, 0), "3,570");
        assert_eq!(print(Some(1234567.0), Unit::Count, 0), "1,234,567");
        assert_eq!(print(Some(129.0), Unit::Count, 0), "129");
        assert_eq!(print(Some(-0.418), Unit::Number, 2), "−0.42");
        assert_eq!(print(Some(-0.001), Unit::Number, 2), "0.00");
        assert_eq!(print(None, Unit::Share, 0), "–");
    }

    #[test]
    fn shares_in_honest_words() {
        for (share, words) in [
            (0.0, "none"),
            (0.01, "very few"),
            (0.04, "almost one in twenty"),
            (0.05, "one in twenty"),
            (0.24, "almost a quarter"),
            (0.25, "a quarter"),
            (1.0 / 3.0, "a third"),
            (0.33, "a third"),
            (0.4, "two in five"),
            (0.404, "two in five"),
            (0.41, "just over two in five"),
            (0.45, "more than two in five"),
            (0.48, "almost half"),
            (0.5, "half"),
            (0.51, "just over half"),
            (0.53, "just over half"),
            (0.55, "more than half"),
            (0.58, "almost three in five"),
            (0.71, "just over seven in ten"),
            (0.74, "almost three quarters"),
            (0.77, "just over three quarters"),
            (0.8, "four in five"),
            (0.85, "more than four in five"),
            (0.98, "almost all"),
            (1.0, "all"),
        ] {
            assert_eq!(share_words(share), words, "{share}");
        }
    }

    #[test]
    fn words_never_say_the_wrong_side() {
        for thousandth in 1..1000_u32 {
            let share = f64::from(thousandth) / 1000.0;
            let words = share_words(share);
            if let Some((fraction, _)) = FRACTIONS.iter().find(|(_, name)| words.ends_with(name)) {
                let beyond = share - fraction;
                let right = if words.starts_with("almost") {
                    beyond < 0.0
                } else if words.starts_with("just over") || words.starts_with("more than") {
                    beyond > 0.0
                } else {
                    beyond.abs() <= 0.0051
                };
                assert!(right, "{share}: {words}");
            }
        }
    }

    #[test]
    fn counts_in_words() {
        assert_eq!(count_words(0.0), "none");
        assert_eq!(count_words(5.0), "five");
        assert_eq!(count_words(10.0), "ten");
        assert_eq!(count_words(11.0), "11");
        assert_eq!(capital("five"), "Five");
    }
}
