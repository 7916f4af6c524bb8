//! Days and times of day, as whole numbers. Formulas: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms" (2013).

/// Days since 1970-01-01 of a date written `2013-03-04`.
pub(crate) fn day(text: &str) -> Option<i64> {
    let mut parts = text.split('-');
    let year: i64 = parts.next()?.parse().ok()?;
    let month: i64 = parts.next()?.parse().ok()?;
    let day: i64 = parts.next()?.parse().ok()?;
    if parts.next().is_some() || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year - era * 400;
    let day_of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some(era * 146_097 + day_of_era - 719_468)
}

/// Seconds since 1970 of a moment as [`written`] writes it.
pub(crate) fn seconds(text: &str) -> Option<i64> {
    let (date, time) = text.split_once(' ')?;
    let parts: Option<Vec<i64>> = time.split(':').map(|part| part.parse().ok()).collect();
    match parts?.as_slice() {
        [hour, minute, second] => Some(day(date)? * 86_400 + hour * 3600 + minute * 60 + second),
        _ => None,
    }
}

/// 0 for Monday to 6 for Sunday.
pub(crate) fn weekday(day: i64) -> i64 {
    (day + 3).rem_euclid(7)
}

/// A moment, in seconds since 1970, as the survey tool writes it: `2013-03-04 09:12:33`.
pub(crate) fn written(seconds: i64) -> String {
    let (days, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted - era * 146_097;
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02} {:02}:{:02}:{:02}", rest / 3600, rest / 60 % 60, rest % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_go_there_and_back() {
        assert_eq!(day("1970-01-01"), Some(0));
        assert_eq!(day("2013-03-04"), Some(15_768));
        assert_eq!(day("2013-13-04"), None);
        assert_eq!(written(15_768 * 86_400 + 9 * 3600 + 62), "2013-03-04 09:01:02");
        assert_eq!(seconds("2013-03-04 09:01:02"), Some(15_768 * 86_400 + 9 * 3600 + 62));
        assert_eq!(weekday(15_768), 0);
    }
}
