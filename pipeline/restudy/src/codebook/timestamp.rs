//! Points in time as survey tools write them.

/// Seconds since 1970 of `2013-03-18 14:05`, `2013-03-18T14:05:09`, or `2013-03-18`; none for anything else, nor for a
/// day that no calendar has. Times carry no zone and are taken as they stand.
pub(super) fn seconds(text: &str) -> Option<i64> {
    let (date, time) = match text.split_once(['T', ' ']) {
        Some((date, time)) => (date, time),
        None => (text, "00:00"),
    };
    let mut parts = date.split('-');
    let (year, month, day) =
        (digits(parts.next()?, 4)?, digits(parts.next()?, 2)?, digits(parts.next()?, 2)?);
    if parts.next().is_some() || !(1..=12).contains(&month) || !(1..=days_in(year, month)).contains(&day) {
        return None;
    }
    let mut parts = time.split(':');
    let (hour, minute) = (digits(parts.next()?, 2)?, digits(parts.next()?, 2)?);
    let second = parts.next().map_or(Some(0), |s| digits(s, 2))?;
    if parts.next().is_some() || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    Some(days_since_1970(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second)
}

/// Whether `text` is a point in time as survey tools write it.
pub fn is_time(text: &str) -> bool {
    seconds(text).is_some()
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
    use super::{seconds, written};

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

    #[test]
    fn other_text_is_no_time() {
        for text in
            ["", "2013-02-29", "2013-13-01", "18/03/2013", "2013-03-18 24:00", "2013-3-18", "+013-03-18"]
        {
            assert_eq!(seconds(text), None, "{text}");
        }
    }
}
