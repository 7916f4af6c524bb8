//! Headers of one row and more: the names of columns, and their labels where the header has them.
//!
//! In: the first rows of a table. Out: a [`Named`]. A header of several rows gives names like `Question [Answer]`, which
//! is how the codebook names the columns of items.
//!
//! The exports of LimeSurvey, Google Forms and Microsoft Forms have one row of names and need nothing from here; those of
//! Qualtrics and SurveyMonkey are known by what only they write.

use ::csv::StringRecord;

use super::on_one_line;
use crate::study::Header;

/// What a header says.
pub(super) struct Named {
    /// The names of the columns, each on one line.
    pub(super) names: Vec<String>,
    /// Their labels; none if the header has names alone.
    pub(super) labels: Option<Vec<String>>,
    /// The row of the header in which each name stands.
    pub(super) standing: Vec<usize>,
}

/// How many rows the highest header has that can be declared or known.
pub(super) const HIGHEST: usize = 5;

/// Number of rows of a header.
pub(super) fn height(header: Header) -> usize {
    match header {
        Header::Rows(rows) => rows,
        Header::Qualtrics => 3,
        Header::SurveyMonkey => 2,
    }
}

/// The header as `study.toml` says it.
pub(super) fn setting(header: Header) -> String {
    match header {
        Header::Rows(rows) => rows.to_string(),
        Header::Qualtrics => "\"qualtrics\"".to_owned(),
        Header::SurveyMonkey => "\"surveymonkey\"".to_owned(),
    }
}

/// The tool that wrote these rows, in words, with the header that it writes.
pub(super) fn recognised(rows: &[StringRecord]) -> Option<(&'static str, Header)> {
    let is_import_id = |cell: &str| cell.trim_start().starts_with("{\"ImportId\":");
    if let [_, _, third, ..] = rows
        && third.iter().any(is_import_id)
        && third.iter().all(|cell| cell.trim().is_empty() || is_import_id(cell))
    {
        return Some(("an export of Qualtrics: names, questions, import ids", Header::Qualtrics));
    }
    if let [first, second, ..] = rows {
        let named = |name: &str| first.iter().any(|cell| cell.trim().eq_ignore_ascii_case(name));
        let ids = named("Respondent ID") && named("Collector ID")
            || named("respondent_id") && named("collector_id");
        let is_blank = second.get(0).is_some_and(|cell| cell.trim().is_empty());
        if ids && is_blank && second.iter().any(is_plain_response) {
            return Some(("an export of SurveyMonkey: questions, and their answers", Header::SurveyMonkey));
        }
    }
    None
}

fn is_plain_response(cell: &str) -> bool {
    matches!(cell.trim(), "Response" | "Open-Ended Response")
}

/// The names that the rows of a header give.
pub(super) fn named(header: Header, rows: &[StringRecord]) -> Named {
    let cells = |row: usize| rows.get(row).into_iter().flat_map(StringRecord::iter).map(on_one_line);
    let width = rows.iter().map(StringRecord::len).max().unwrap_or_default();
    match header {
        Header::Rows(1) => Named { names: cells(0).collect(), labels: None, standing: vec![0; width] },
        Header::Qualtrics => {
            let labels = cells(1).chain(std::iter::repeat(String::new())).take(width).collect();
            Named { names: cells(0).collect(), labels: Some(labels), standing: vec![0; width] }
        }
        Header::Rows(_) | Header::SurveyMonkey => joined(rows, width, header == Header::SurveyMonkey),
    }
}

/// Names of several parts. A blank cell above the last row goes on with the one on its left, as merged cells do, as long
/// as the part above it is the same.
fn joined(rows: &[StringRecord], width: usize, plain_response: bool) -> Named {
    let last = rows.len().saturating_sub(1);
    let mut carried: Vec<String> = vec![String::new(); rows.len()];
    let (mut names, mut standing) = (Vec::new(), Vec::new());
    for column in 0..width {
        let mut stands = None;
        for (row, record) in rows.iter().enumerate() {
            let cell = on_one_line(record.get(column).unwrap_or_default());
            let drops = plain_response && row == last && is_plain_response(&cell);
            if drops || cell.is_empty() && row == last {
                carried[row].clear();
            } else if !cell.is_empty() {
                carried[row] = cell;
                carried[row + 1..].iter_mut().for_each(String::clear);
                stands = stands.or(Some(row));
            }
        }
        let mut parts: Vec<&str> = carried.iter().map(String::as_str).filter(|p| !p.is_empty()).collect();
        parts.dedup();
        let name = parts.iter().enumerate().map(|(n, part)| match n {
            0 => (*part).to_owned(),
            _ => format!(" [{part}]"),
        });
        names.push(name.collect());
        standing.push(stands.unwrap_or_default());
    }
    Named { names, labels: None, standing }
}

/// What a first line like `sep=;` says, which some programs write above the header so that Excel knows the separator.
pub(super) fn for_excel(text: &str) -> Option<char> {
    let line = text.lines().next()?;
    let said = line.trim_matches('"').strip_prefix("sep=")?;
    let mut said = said.chars();
    said.next().filter(|_| said.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(rows: &[&[&str]]) -> Vec<StringRecord> {
        rows.iter().map(|row| row.iter().collect()).collect()
    }

    #[test]
    fn cells_of_several_rows_make_a_name() {
        let header = rows(&[&["ID", "Q1", "", "Q2", ""], &["", "a", "b", "a", "Q2"]]);
        let named = named(Header::Rows(2), &header);
        assert_eq!(named.names, ["ID", "Q1 [a]", "Q1 [b]", "Q2 [a]", "Q2"]);
        assert_eq!(named.standing, [0, 0, 1, 0, 1]);
        let header = rows(&[&["A", "", "B"], &["x", "", ""], &["1", "2", "3"]]);
        assert_eq!(super::named(Header::Rows(3), &header).names, ["A [x] [1]", "A [x] [2]", "B [3]"]);
    }

    #[test]
    fn tools_are_known_by_what_only_they_write() {
        let qualtrics = rows(&[
            &["ResponseId", "Q1"],
            &["Response ID", "What is your role?"],
            &["{\"ImportId\":\"_recordId\"}", "{\"ImportId\":\"QID1\"}"],
        ]);
        assert_eq!(recognised(&qualtrics).map(|(_, header)| header), Some(Header::Qualtrics));
        let read = named(Header::Qualtrics, &qualtrics);
        assert_eq!(read.names, ["ResponseId", "Q1"]);
        assert_eq!(read.labels.unwrap()[1], "What is your role?");
        let monkey = rows(&[
            &["Respondent ID", "Collector ID", "Your role?", "Which apply?", ""],
            &["", "", "Response", "Club", "Visits"],
        ]);
        assert_eq!(recognised(&monkey).map(|(_, header)| header), Some(Header::SurveyMonkey));
        let names = named(Header::SurveyMonkey, &monkey).names;
        assert_eq!(
            names,
            ["Respondent ID", "Collector ID", "Your role?", "Which apply? [Club]", "Which apply? [Visits]"]
        );
        assert_eq!(recognised(&rows(&[&["a", "b"], &["", "Response"], &["1", "2"]])), None);
    }
}
