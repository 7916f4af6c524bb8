//! Points in time as survey tools write them.

use serde::{Deserialize, Serialize};

/// The order of day and month, in dates that do not begin with the year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Dates {
    /// `18/03/2013`, `18.03.2013`.
    #[serde(rename = "day/month/year")]
    DayFirst,
    /// `03/18/2013`.
    #[serde(rename = "month/day/year")]
    MonthFirst,
}

impl Dates {
    /// Both orders.
    pub const ALL: [Dates; 2] = [Dates::DayFirst, Dates::MonthFirst];

    /// The words that the codebook's files use.
    pub fn words(self) -> &'static str {
        match self {
            Dates::DayFirst => "day/month/year",
            Dates::MonthFirst => "month/day/year",
        }
    }

    /// Whether `text` is a point in time, its date in this order.
    pub fn is_time(self, text: &str) -> bool {
        seconds(text, Some(self)).is_some()
    }
}

/// Seconds since 1970 of `2013-03-18 14:05`, `2013-03-18T14:05:09`, `2013/03/18 2:05:09 PM GMT`, `2013-03-18`, and of dates
/// in the order `dates`, where one is declared; none for anything else, nor for a day that no calendar has. Times are taken
/// as they stand: a zone behind one changes nothing.
pub(super) fn seconds(text: &str, dates: Option<Dates>) -> Option<i64> {
    let (date, time) = match text.split_once(['T', ' ']) {
        Some((date, time)) => (date, time.trim()),
        None => (text, "00:00"),
    };
    Some(day(date, dates)? * 86_400 + second_of_day(time)?)
}

/// The day since 1970 that `date` names.
fn day(date: &str, dates: Option<Dates>) -> Option<i64> {
    let parts: Vec<&str> = date.split(['-', '/', '.']).collect();
    let [first, second, third] = parts[..] else { return None };
    let number = |part: &str| digits(part, 2).or_else(|| digits(part, 1));
    let (year, month, day) = match (first.len(), dates) {
        (4, _) if date.contains('-') => (digits(first, 4)?, digits(second, 2)?, digits(third, 2)?),
        (4, _) => (digits(first, 4)?, number(second)?, number(third)?),
        (_, Some(Dates::DayFirst)) => (digits(third, 4)?, number(second)?, number(first)?),
        (_, Some(Dates::MonthFirst)) => (digits(third, 4)?, number(first)?, number(second)?),
        _ => return None,
    };
    let is_day = (1..=12).contains(&month) && (1..=days_in(year, month)).contains(&day);
    is_day.then(|| days_since_1970(year, month, day))
}

/// The second of the day at `time`: `14:05`, `14:05:09.250`, `2:05 PM`, each perhaps with a zone behind it.
fn second_of_day(time: &str) -> Option<i64> {
    let upper = time.to_ascii_uppercase();
    let clock = upper.find(|c: char| !(c.is_ascii_digit() || matches!(c, ':' | '.'))).unwrap_or(upper.len());
    let (clock, rest) = upper.split_at(clock);
    let rest = rest.trim();
    let (half, zone) = match (rest.strip_prefix("AM"), rest.strip_prefix("PM")) {
        (Some(zone), _) => (Some(0), zone),
        (_, Some(zone)) => (Some(12), zone),
        _ => (None, rest),
    };
    if !is_zone(zone.trim()) {
        return None;
    }
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, ""));
    let mut parts = clock.split(':');
    let hour = parts.next().and_then(|hour| digits(hour, 2).or_else(|| digits(hour, 1)))?;
    let minute = digits(parts.next()?, 2)?;
    let second = parts.next().map_or(Some(0), |second| digits(second, 2))?;
    let hour = match half {
        Some(_) if !(1..=12).contains(&hour) => return None,
        Some(half) => hour % 12 + half,
        None => hour,
    };
    let is_time = parts.next().is_none() && fraction.bytes().all(|b| b.is_ascii_digit());
    (is_time && hour < 24 && minute < 60 && second < 60).then(|| hour * 3_600 + minute * 60 + second)
}

/// Nothing, or `GMT`, `UTC`, `Z`, and how far from it.
fn is_zone(zone: &str) -> bool {
    let named = ["GMT", "UTC", "Z"].iter().find_map(|name| zone.strip_prefix(name)).unwrap_or(zone);
    let Some(apart) = named.strip_prefix(['+', '-']) else { return named.is_empty() };
    !apart.is_empty() && apart.len() <= 5 && apart.bytes().all(|b| b.is_ascii_digit() || b == b':')
}

/// The point in time `text` as `2013-03-18 14:05:09`, if it is one.
pub fn in_iso(text: &str, dates: Option<Dates>) -> Option<String> {
    seconds(text, dates).map(written)
}

/// Whether `text` is a point in time as survey tools write it.
pub fn is_time(text: &str) -> bool {
    seconds(text, None).is_some()
}

fn digits(text: &str, length: usize) -> Option<i64> {
    (text.len() == length && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 in the Gregorian calendar (H. Hinnant, "chrono-compatible low-level date algorithms").
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// A point in time as `2013-03-18 14:05:09`, from its seconds since 1970.
pub(super) fn written(seconds: i64) -> String {
    let (day, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (year, month, day) = date(day);
    let (hour, minute) = (second / 3_600, second / 60 % 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{:02}", second % 60)
}

/// The date that is so many days after 1970-01-01 (Hinnant, as above).
fn date(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    (year, month, day_of_year - (153 * shifted + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::{Dates, written};

    fn seconds(text: &str) -> Option<i64> {
        super::seconds(text, None)
    }

    #[test]
    fn what_is_written_is_read_again() {
        // Every day of four centuries, each at another time of day.
        for day in -40_000..110_000_i64 {
            let moment = day * 86_400 + (day * 7_919).rem_euclid(86_400);
            assert_eq!(seconds(&written(moment)), Some(moment));
        }
        assert_eq!(written(1_363_615_509), "2013-03-18 14:05:09");
    }

    /// Expected values from `date -u -d … +%s` (GNU coreutils).
    #[test]
    fn times_agree_with_the_date_command() {
        assert_eq!(seconds("1970-01-01 00:00:00"), Some(0));
        assert_eq!(seconds("2013-03-18T14:05:09"), Some(1_363_615_509));
        assert_eq!(seconds("2012-02-29 23:59"), Some(1_330_559_940));
        assert_eq!(seconds("1900-03-01"), Some(-2_203_891_200));
    }

    /// As survey tools write them; all are the moment that `date` names above.
    #[test]
    fn times_of_survey_tools_are_read() {
        for text in [
            "2013/03/18 2:05:09 PM GMT",
            "2013/03/18 2:05:09 pm GMT+1",
            "2013-03-18T14:05:09.250Z",
            "2013-03-18T14:05:09+01:00",
            "2013/3/18 14:05:09",
        ] {
            assert_eq!(seconds(text), Some(1_363_615_509), "{text}");
        }
        assert_eq!(seconds("2013/03/18 12:00 AM"), seconds("2013-03-18"));
        for (text, order) in [
            ("03/18/2013 02:05:09 PM", Dates::MonthFirst),
            ("3/18/2013 14:05:09", Dates::MonthFirst),
            ("18.03.2013 14:05:09", Dates::DayFirst),
            ("18/3/2013 14:05:09", Dates::DayFirst),
        ] {
            assert_eq!(super::seconds(text, Some(order)), Some(1_363_615_509), "{text}");
            assert_eq!(seconds(text), None, "{text}");
            let other = Dates::ALL.into_iter().find(|other| *other != order);
            assert_eq!(super::seconds(text, other), None, "{text}");
        }
    }

    #[test]
    fn other_text_is_no_time() {
        for text in [
            "",
            "2013-02-29",
            "2013-13-01",
            "18/03/2013",
            "2013/03/18 13:00 PM",
            "2013-03-18 14:05 BST",
            "2013-03-18 14",
            "2013-03-18 1:2",
            "2013-03-18 24:00",
            "2013-3-18",
            "+013-03-18",
        ] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }
}
