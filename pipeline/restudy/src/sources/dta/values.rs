//! Values of a Stata file as text: numbers as they are, dates and times in ISO 8601, and the 27 missing values.

use crate::sources::{binary, calendar};

/// How a variable's values are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Storage {
    /// A text of so many bytes at most.
    Text(usize),
    /// The number of a text that stands behind the cases.
    LongText,
    Double,
    Float,
    Long,
    Int,
    Byte,
}

/// A value that is no text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Value {
    Number(f64),
    /// A number of single precision, whose shortest text is its own.
    Single(f32),
    /// `.`
    Blank,
    /// `.a` to `.z`, counted from 0.
    Missing(u8),
    /// Bytes that stand for nothing.
    Nothing,
}

/// What a number stands for, as its format has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    Number,
    Day,
    /// Milliseconds.
    Moment,
    /// Milliseconds of a day.
    Clock,
    /// Milliseconds with leap seconds among them.
    LeapMoment,
    Week,
    /// Months, so many at a time.
    Months(i64),
}

impl Storage {
    /// What the file has `number` for.
    pub(super) fn of(number: u64) -> Option<Storage> {
        Some(match number {
            1..=2045 => Storage::Text(usize::try_from(number).ok()?),
            32_768 => Storage::LongText,
            65_526 => Storage::Double,
            65_527 => Storage::Float,
            65_528 => Storage::Long,
            65_529 => Storage::Int,
            65_530 => Storage::Byte,
            _ => return None,
        })
    }

    /// Bytes of a cell.
    pub(super) fn width(self) -> usize {
        match self {
            Storage::Text(width) => width,
            Storage::LongText | Storage::Double => 8,
            Storage::Float | Storage::Long => 4,
            Storage::Int => 2,
            Storage::Byte => 1,
        }
    }

    pub(super) fn is_text(self) -> bool {
        matches!(self, Storage::Text(_) | Storage::LongText)
    }

    /// The value in the bytes of a cell.
    pub(super) fn value(self, cell: &[u8], big: bool) -> Value {
        /// The bits of `.`, and what lies between them and those of `.a`.
        const DOUBLE: (u64, u64) = (0x7fe0 << 48, 1 << 40);
        const FLOAT: (u64, u64) = (0x7f00 << 16, 1 << 11);
        let bits = binary::unsigned(cell, big);
        let among = |(blank, step): (u64, u64)| {
            let past = bits.checked_sub(blank).filter(|_| bits >> (8 * self.width() - 1) == 0)?;
            Some(if past % step == 0 { missing(past / step) } else { Value::Nothing })
        };
        match self {
            Storage::Text(_) | Storage::LongText => Value::Nothing,
            Storage::Double => among(DOUBLE).unwrap_or(Value::Number(f64::from_bits(bits))),
            Storage::Float => {
                let number = f32::from_bits(u32::try_from(bits).unwrap_or(u32::MAX));
                among(FLOAT).unwrap_or(Value::Single(number))
            }
            Storage::Byte | Storage::Int | Storage::Long => {
                let half = 1_u64 << (8 * self.width() - 1);
                // The last 27 numbers are missing values.
                if bits < half && bits >= half - 27 {
                    return missing(bits - (half - 27));
                }
                let below = if bits < half { 0 } else { 2 * half };
                let whole = i64::try_from(bits).unwrap_or(0) - i64::try_from(below).unwrap_or(0);
                i32::try_from(whole).map_or(Value::Nothing, |whole| Value::Number(f64::from(whole)))
            }
        }
    }
}

fn missing(number: u64) -> Value {
    match u8::try_from(number) {
        Ok(0) => Value::Blank,
        Ok(number @ 1..=26) => Value::Missing(number - 1),
        _ => Value::Nothing,
    }
}

impl Shown {
    /// What `format` says: `%td`, `%-tcHH:MM`, `%9.0g`.
    pub(super) fn of(format: &str) -> Shown {
        let format = format.trim_start_matches(['%', '-']);
        let Some((kind, rest)) = format.strip_prefix('t').and_then(|format| format.split_at_checked(1))
        else {
            return if format.starts_with('d') { Shown::Day } else { Shown::Number };
        };
        let has_day =
            rest.is_empty() || rest.contains(['C', 'Y', 'y', 'N', 'n', 'D', 'd', 'o', 'J', 'j', 'W', 'w']);
        match kind {
            "d" => Shown::Day,
            "c" if has_day => Shown::Moment,
            "c" => Shown::Clock,
            "C" => Shown::LeapMoment,
            "w" => Shown::Week,
            "m" => Shown::Months(1),
            "q" => Shown::Months(3),
            "h" => Shown::Months(6),
            _ => Shown::Number,
        }
    }

    /// `value` as text; none if it is no finite number, or no time that a calendar has.
    pub(super) fn text(self, value: Value) -> Option<String> {
        /// From 1 January 1960 to 1 January 1970.
        const DAYS_BEFORE_1970: i64 = 3_653;
        let number = match value {
            Value::Blank => return Some(String::new()),
            Value::Missing(letter) => return Some(format!(".{}", char::from(b'a' + letter))),
            Value::Nothing => return None,
            Value::Single(number) if !number.is_finite() => return None,
            // No minus before 0.
            Value::Single(number) if self == Shown::Number => return Some((number + 0.0).to_string()),
            Value::Single(number) => f64::from(number),
            Value::Number(number) if !number.is_finite() => return None,
            Value::Number(number) => number,
        };
        let date = |days: i64| calendar::date(days - DAYS_BEFORE_1970);
        match self {
            Shown::Number | Shown::LeapMoment => Some((number + 0.0).to_string()),
            Shown::Day => date(calendar::whole(number)?),
            Shown::Moment => {
                let seconds = calendar::whole(number / 1000.0)?;
                let day = date(seconds.div_euclid(86_400))?;
                Some(format!("{day} {}", calendar::clock(seconds.rem_euclid(86_400))))
            }
            Shown::Clock => Some(calendar::clock(calendar::whole(number / 1000.0)?)),
            Shown::Week => {
                // Each year has 52, which begin with 1 January.
                let weeks = calendar::whole(number)?;
                date(new_year(1960 + weeks.div_euclid(52)) + 7 * weeks.rem_euclid(52))
            }
            Shown::Months(each) => {
                let months = calendar::whole(number)? * each;
                let (year, month) = (1960 + months.div_euclid(12), 1 + months.rem_euclid(12));
                (1..=9999).contains(&year).then(|| format!("{year:04}-{month:02}-01"))
            }
        }
    }
}

/// Days from 1 January 1960 to that of `year`.
fn new_year(year: i64) -> i64 {
    let leaps = |before: i64| before.div_euclid(4) - before.div_euclid(100) + before.div_euclid(400);
    365 * (year - 1960) + leaps(year - 1) - leaps(1959)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected dates from GNU `date -u -d "1960-01-01 + N days"`; weeks as Stata's manual has them.
    #[test]
    fn times_are_iso_text() {
        let text = |format: &str, number: f64| Shown::of(format).text(Value::Number(number));
        assert_eq!(text("%td", 0.0).unwrap(), "1960-01-01");
        assert_eq!(text("%-tdD_m_CY", 19_435.0).unwrap(), "2013-03-18");
        assert_eq!(text("%dD_m_Y", -1.0).unwrap(), "1959-12-31");
        assert_eq!(text("%tc", 1_679_234_709_000.0).unwrap(), "2013-03-18 14:05:09");
        assert_eq!(text("%tcDDmonCCYY_HH:MM", -1000.0).unwrap(), "1959-12-31 23:59:59");
        assert_eq!(text("%tcHH:MM:SS", 30_600_000.0).unwrap(), "08:30:00");
        assert_eq!(text("%tw", 52.0 * 53.0 + 51.0).unwrap(), "2013-12-24");
        assert_eq!(text("%tm", -1.0).unwrap(), "1959-12-01");
        assert_eq!(text("%tq", 213.0).unwrap(), "2013-04-01");
        assert_eq!(text("%th", 107.0).unwrap(), "2013-07-01");
        assert_eq!(text("%ty", 2013.0).unwrap(), "2013");
        assert_eq!(text("%td", 1e300), None);
        assert_eq!(text("%9.0g", -0.0).unwrap(), "0");
        assert_eq!(text("%tC", 5.0).unwrap(), "5");
    }

    /// The bytes that Stata's description of its files (`help dta`) gives for the largest number, `.`, `.a` and `.z`.
    #[test]
    fn missing_values_are_told_from_numbers() {
        let value = |storage: Storage, bytes: &[u8]| {
            let mut turned = bytes.to_vec();
            turned.reverse();
            let value = storage.value(bytes, true);
            assert_eq!(storage.value(&turned, false), value);
            value
        };
        assert_eq!(value(Storage::Byte, &[100]), Value::Number(100.0));
        assert_eq!(value(Storage::Byte, &[0x81]), Value::Number(-127.0));
        assert_eq!(value(Storage::Byte, &[101]), Value::Blank);
        assert_eq!(value(Storage::Byte, &[102]), Value::Missing(0));
        assert_eq!(value(Storage::Byte, &[127]), Value::Missing(25));
        assert_eq!(value(Storage::Int, &[0x7f, 0xe4]), Value::Number(32_740.0));
        assert_eq!(value(Storage::Int, &[0x7f, 0xe5]), Value::Blank);
        assert_eq!(value(Storage::Int, &[0x7f, 0xff]), Value::Missing(25));
        assert_eq!(value(Storage::Int, &[0xff, 0xfe]), Value::Number(-2.0));
        assert_eq!(value(Storage::Long, &[0x7f, 0xff, 0xff, 0xe4]), Value::Number(2_147_483_620.0));
        assert_eq!(value(Storage::Long, &[0x7f, 0xff, 0xff, 0xe6]), Value::Missing(0));
        assert_eq!(value(Storage::Float, &[0x7f, 0, 0, 0]), Value::Blank);
        assert_eq!(value(Storage::Float, &[0x7f, 0, 8, 0]), Value::Missing(0));
        assert_eq!(value(Storage::Float, &[0x7f, 0, 0xd0, 0]), Value::Missing(25));
        assert_eq!(value(Storage::Float, &[0x7f, 0, 8, 1]), Value::Nothing);
        assert_eq!(value(Storage::Float, &[0xbf, 0x80, 0, 0]), Value::Single(-1.0));
        assert_eq!(value(Storage::Double, &[0x7f, 0xe0, 0, 0, 0, 0, 0, 0]), Value::Blank);
        assert_eq!(value(Storage::Double, &[0x7f, 0xe0, 0x1a, 0, 0, 0, 0, 0]), Value::Missing(25));
        assert_eq!(value(Storage::Double, &[0x7f, 0xf8, 0, 0, 0, 0, 0, 0]), Value::Nothing);
        assert_eq!(value(Storage::Double, &[0xbf, 0xf0, 0, 0, 0, 0, 0, 0]), Value::Number(-1.0));
    }
}
