//! Days and seconds as ISO 8601 text, and months by their names.

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
/// The date of a day counted from 1970-01-01, in the Gregorian calendar, for years of four digits (H. Hinnant,
/// "chrono-compatible low-level date algorithms").
pub fn date(days: i64) -> Option<String> {
    let days = days.checked_add(719_468)?;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (1..=9999).contains(&year).then(|| format!("{year:04}-{month:02}-{day:02}"))
}

/// The months from one day to another, each as ISO 8601 text: "March to May 2014"; none if one is no day.
pub fn months(first: &str, last: &str) -> Option<String> {
    let parts = |day: &str| {
        let month: usize = day.get(5..7)?.parse().ok()?;
        Some((day.get(..4)?.to_owned(), *MONTHS.get(month.checked_sub(1)?)?))
    };
    let ((year, month), (last_year, last_month)) = (parts(first)?, parts(last)?);
    Some(if year != last_year {
        format!("{month} {year} to {last_month} {last_year}")
    } else if month != last_month {
        format!("{month} to {last_month} {year}")
    } else {
        format!("{month} {year}")
    })
}

/// A number of seconds as `hours:minutes:seconds`.
pub(super) fn clock(seconds: i64) -> String {
    let sign = if seconds < 0 { "-" } else { "" };
    let seconds = seconds.unsigned_abs();
    format!("{sign}{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// `seconds` as a whole number, if it is one that a calendar of four digits can have.
pub(super) fn whole(seconds: f64) -> Option<i64> {
    const MOST: f64 = 400_000_000_000.0;
    #[allow(clippy::cast_possible_truncation, reason = "whole, and bounded")]
    let whole = (seconds.abs() < MOST).then(|| seconds.round() as i64);
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_told_as_people_tell_them() {
        let told = |first: &str, last: &str| months(first, last).unwrap_or_default();
        assert_eq!(told("2026-03-02 09:35", "2026-03-09 08:33"), "March 2026");
        assert_eq!(told("2014-03-03", "2014-05-21"), "March to May 2014");
        assert_eq!(told("2014-11-03", "2015-02-01"), "November 2014 to February 2015");
        assert_eq!(months("2014-13-03", "2014-05-21"), None);
    }
}
