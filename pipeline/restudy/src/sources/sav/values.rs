//! Values of a data file as text: numbers as they are, dates and times in ISO 8601.

use crate::sources::calendar;

/// How a variable's values are shown: the format as the file has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Shown {
    kind: u8,
    width: u8,
    decimals: u8,
}

/// What a number stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stands {
    Number,
    Date,
    DateTime,
    Time,
}

impl Shown {
    /// The format in a field of four bytes.
    pub(super) fn of(field: i32) -> Shown {
        let [decimals, width, kind, _] = field.to_le_bytes();
        Shown { kind, width, decimals }
    }

    /// The format as SPSS names it.
    pub(super) fn name(self) -> String {
        let name = match self.kind {
            1 => "A",
            2 => "AHEX",
            3 => "COMMA",
            4 => "DOLLAR",
            5 => "F",
            6 => "IB",
            7 => "PIBHEX",
            8 => "P",
            9 => "PIB",
            10 => "PK",
            11 => "RB",
            12 => "RBHEX",
            15 => "Z",
            16 => "N",
            17 => "E",
            20 => "DATE",
            21 => "TIME",
            22 => "DATETIME",
            23 => "ADATE",
            24 => "JDATE",
            25 => "DTIME",
            26 => "WKDAY",
            27 => "MONTH",
            28 => "MOYR",
            29 => "QYR",
            30 => "WKYR",
            31 => "PCT",
            32 => "DOT",
            33 => "CCA",
            34 => "CCB",
            35 => "CCC",
            36 => "CCD",
            37 => "CCE",
            38 => "EDATE",
            39 => "SDATE",
            40 => "MTIME",
            41 => "YMDHMS",
            _ => return String::new(),
        };
        match self.decimals {
            0 => format!("{name}{}", self.width),
            decimals => format!("{name}{}.{decimals}", self.width),
        }
    }

    /// Whether numbers of this format are points in time, or lengths of it.
    pub(super) fn is_time(self) -> bool {
        self.stands_for() != Stands::Number
    }

    fn stands_for(self) -> Stands {
        match self.kind {
            20 | 23 | 24 | 28..=30 | 38 | 39 => Stands::Date,
            22 | 41 => Stands::DateTime,
            21 | 25 | 40 => Stands::Time,
            _ => Stands::Number,
        }
    }

    /// `value` as text; none if it is no finite number, or no time that a calendar has.
    pub(super) fn text(self, value: f64) -> Option<String> {
        /// From 14 October 1582 to 1 January 1970.
        const DAYS_BEFORE_1970: i64 = 141_428;
        if !value.is_finite() {
            return None;
        }
        if self.stands_for() == Stands::Number {
            // No minus before 0.
            return Some((value + 0.0).to_string());
        }
        let seconds = calendar::whole(value)?;
        if self.stands_for() == Stands::Time {
            return Some(calendar::clock(seconds));
        }
        let date = calendar::date(seconds.div_euclid(86_400) - DAYS_BEFORE_1970)?;
        Some(match self.stands_for() {
            Stands::DateTime => format!("{date} {}", calendar::clock(seconds.rem_euclid(86_400))),
            _ => date,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected dates from GNU `date -u -d @…`, with 12,219,379,200 seconds from 14 October 1582 to 1970.
    #[test]
    fn times_are_iso_text() {
        let of = |kind| Shown { kind, width: 20, decimals: 0 };
        let at = |seconds: f64| 12_219_379_200.0 + seconds;
        assert_eq!(of(22).text(at(1_363_615_509.0)).unwrap(), "2013-03-18 14:05:09");
        assert_eq!(of(20).text(at(1_330_559_940.0)).unwrap(), "2012-02-29");
        assert_eq!(of(39).text(at(-2_203_891_200.0)).unwrap(), "1900-03-01");
        assert_eq!(of(21).text(93_784.0).unwrap(), "26:03:04");
        assert_eq!(of(21).text(-61.0).unwrap(), "-00:01:01");
        assert_eq!(of(20).text(f64::MAX), None);
        assert_eq!(of(20).text(0.0).unwrap(), "1582-10-14");
    }

    #[test]
    fn numbers_are_written_as_they_are() {
        let text = |value| Shown::default().text(value);
        assert_eq!(text(3.0).unwrap(), "3");
        assert_eq!(text(-0.0).unwrap(), "0");
        assert_eq!(text(0.1).unwrap(), "0.1");
        assert_eq!(text(1e15).unwrap(), "1000000000000000");
        assert_eq!(text(f64::NAN), None);
        assert_eq!(Shown::of(0x0005_0802).name(), "F8.2");
        assert_eq!(Shown::of(0x0014_0b00).name(), "DATE11");
    }
}
