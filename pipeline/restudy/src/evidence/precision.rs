//! How exactly a claim was printed, and which values its printed form stands for.
//!
//! In: the register's words (`exact`, `rounded to 1`, `derived`, `three quarters`). Out: a [`Precision`], and with the
//! printed value the [`Range`] of values that may have been printed so.
//!
//! - A rounded figure stands for half a unit either way; an exact half may have gone up or to even.
//! - A fraction in words stands for a percentage point either way.

use serde::{Serialize, Serializer};

use super::claim::Kind;

/// How a claim was printed.
#[derive(Clone, Debug, PartialEq)]
pub enum Precision {
    /// As it is.
    Exact,
    /// To a unit, in that of the claim: 1 for whole per cents, 0.1 for one decimal.
    Rounded(f64),
    /// Not printed, but following from other printed figures: in whole per cents, or an exact count.
    Derived,
    /// A fraction in words: `three quarters`, `only half`.
    Words {
        /// The words.
        words: String,
        /// The fraction that they name.
        share: f64,
    },
    /// What a statement or an order says, in words.
    Statement(String),
}

/// Float noise that no comparison may turn on.
const NOISE: f64 = 1e-9;

impl Precision {
    /// Reads the register's word for a claim of `kind`.
    ///
    /// # Errors
    /// It is none; what there is, in words.
    pub fn parse(kind: Kind, text: &str) -> Result<Precision, String> {
        if kind.is_statement() {
            return Ok(Precision::Statement(text.to_owned()));
        }
        match text {
            "exact" => return Ok(Precision::Exact),
            "derived" => return Ok(Precision::Derived),
            _ => {}
        }
        if let Some(unit) = text.strip_prefix("rounded to ") {
            return match unit.parse::<f64>() {
                Ok(unit) if unit.is_finite() && unit > 0.0 => Ok(Precision::Rounded(unit)),
                _ => Err(format!("`{unit}` is no unit to round to: it is a number above 0")),
            };
        }
        match fraction(text) {
            Some(share) if kind == Kind::Percent => Ok(Precision::Words { words: text.to_owned(), share }),
            Some(_) => Err(format!("`{text}` are words for a percentage, and this is a {}", kind.word())),
            None => Err(format!(
                "`{text}` is no precision: it is `exact`, `rounded to` a unit, `derived`, or a fraction in words such as \
                 `three quarters`"
            )),
        }
    }

    /// The register's word for it.
    pub fn text(&self) -> String {
        match self {
            Precision::Exact => "exact".to_owned(),
            Precision::Rounded(unit) => format!("rounded to {unit}"),
            Precision::Derived => "derived".to_owned(),
            Precision::Words { words, .. } | Precision::Statement(words) => words.clone(),
        }
    }

    /// The values for which `value` may have been printed.
    pub fn range(&self, kind: Kind, value: f64) -> Range {
        let unit = match self {
            Precision::Rounded(unit) => *unit,
            Precision::Derived if kind == Kind::Percent => 1.0,
            Precision::Words { .. } => return Range { low: value - 1.0, high: value + 1.0, closed: true },
            Precision::Exact | Precision::Derived | Precision::Statement(_) => {
                return Range { low: value, high: value, closed: true };
            }
        };
        // An exact half above is printed so only where it is rounded to even, and the figure is even.
        let closed = (value / unit).round() % 2.0 == 0.0;
        Range { low: value - unit / 2.0, high: value + unit / 2.0, closed }
    }

    /// Decimals of a percentage that was rounded to a decimal place; `None` for any other.
    pub fn decimals(&self) -> Option<u8> {
        let Precision::Rounded(unit) = self else { return None };
        (0..=6).find(|decimals| (unit * 10_f64.powi(i32::from(*decimals)) - 1.0).abs() < NOISE)
    }
}

impl Serialize for Precision {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text())
    }
}

/// The fraction that words name: `one half`, `three quarters`, `two-fifths`, `only half`.
fn fraction(words: &str) -> Option<f64> {
    const NUMBERS: [&str; 9] = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
    const PARTS: [(&str, f64); 10] = [
        ("half", 2.0),
        ("third", 3.0),
        ("quarter", 4.0),
        ("fifth", 5.0),
        ("sixth", 6.0),
        ("seventh", 7.0),
        ("eighth", 8.0),
        ("ninth", 9.0),
        ("tenth", 10.0),
        ("twentieth", 20.0),
    ];
    let words = words.to_lowercase().replace('-', " ");
    let mut words: Vec<&str> = words.split_whitespace().collect();
    if matches!(words.first(), Some(&("only" | "about" | "roughly" | "some"))) {
        words.remove(0);
    }
    let (number, part) = match words[..] {
        [part] | ["a", part] => (1.0, part),
        [number, part] => (NUMBERS.iter().position(|n| *n == number)? as f64 + 1.0, part),
        _ => return None,
    };
    let of = PARTS.iter().find(|(name, _)| part == *name || part.strip_suffix('s') == Some(name))?.1;
    (number <= of).then_some(number / of)
}

/// Values from `low` to `high`, `low` among them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    /// The smallest.
    pub low: f64,
    /// The largest, or what all are below.
    pub high: f64,
    /// Whether `high` is among them.
    pub closed: bool,
}

impl Range {
    /// Whether a value is among them.
    pub fn contains(&self, value: f64) -> bool {
        self.low - NOISE <= value
            && (value < self.high - NOISE || (self.closed && value <= self.high + NOISE))
    }

    /// Whether a value is in both.
    pub fn meets(&self, other: &Range) -> bool {
        self.contains(other.low) || other.contains(self.low)
    }

    /// The values that sums of one of each can have.
    pub fn plus(&self, other: &Range) -> Range {
        Range { low: self.low + other.low, high: self.high + other.high, closed: self.closed && other.closed }
    }

    /// From end to end.
    pub fn width(&self) -> f64 {
        self.high - self.low
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(text: &str, value: f64) -> Range {
        Precision::parse(Kind::Percent, text).expect("a precision").range(Kind::Percent, value)
    }

    #[test]
    fn words_name_fractions() {
        for (words, share) in [
            ("one half", 0.5),
            ("only half", 0.5),
            ("a third", 1.0 / 3.0),
            ("three quarters", 0.75),
            ("three-quarters", 0.75),
            ("two-fifths", 0.4),
            ("nine tenths", 0.9),
        ] {
            assert_eq!(fraction(words), Some(share), "{words}");
        }
        for words in ["", "half a dozen", "three halves", "most", "majority in each", "one"] {
            assert_eq!(fraction(words), None, "{words}");
        }
    }

    #[test]
    fn an_unknown_precision_is_an_error() {
        for text in ["", "rounded", "rounded to 0", "rounded to -1", "rounded to NaN", "guessed"] {
            assert!(Precision::parse(Kind::Percent, text).is_err(), "{text}");
        }
        assert!(Precision::parse(Kind::Count, "one half").is_err_and(|why| why.contains("a count")));
        assert_eq!(
            Precision::parse(Kind::Rank, "top three"),
            Ok(Precision::Statement("top three".to_owned()))
        );
        for text in ["exact", "rounded to 1", "rounded to 0.1", "derived", "only half"] {
            assert_eq!(Precision::parse(Kind::Percent, text).map(|p| p.text()).as_deref(), Ok(text));
        }
    }

    #[test]
    fn a_printed_value_stands_for_a_range() {
        assert!(range("exact", 25.0).contains(25.0) && !range("exact", 25.0).contains(25.01));
        // 25.5 is 26 when rounded up and when rounded to even; 24.5 is 25 or 24.
        let rounded = range("rounded to 1", 25.0);
        assert!(rounded.contains(24.5) && rounded.contains(25.49) && !rounded.contains(25.5));
        assert!(range("rounded to 1", 24.0).contains(24.5));
        let tenth = range("rounded to 0.1", 25.3);
        assert!(tenth.contains(25.26) && !tenth.contains(25.36));
        assert!(range("rounded to 5", 25.0).contains(27.4) && !range("rounded to 5", 25.0).contains(27.6));
        assert!(range("derived", 16.0).contains(16.3) && !range("derived", 16.0).contains(16.6));
        assert!(range("one half", 50.0).contains(51.0) && !range("one half", 50.0).contains(51.1));
        let count = Precision::Derived.range(Kind::Count, 9.0);
        assert!(count.contains(9.0) && !count.contains(9.2));
    }

    #[test]
    fn ranges_meet_or_not() {
        assert!(!range("rounded to 1", 25.0).meets(&range("rounded to 1", 26.0)));
        assert!(range("rounded to 1", 24.0).meets(&range("rounded to 1", 25.0)));
        assert!(range("one half", 50.0).meets(&range("rounded to 1", 51.0)));
        assert!(!range("only half", 50.0).meets(&range("rounded to 1", 58.0)));
        // 55% and 18% are together less than 74%, which is the least that three quarters may stand for.
        let parts = range("rounded to 1", 55.0).plus(&range("rounded to 1", 18.0));
        assert!(!parts.meets(&range("three quarters", 75.0)));
        assert!(parts.meets(&range("rounded to 1", 74.0)));
    }
}
