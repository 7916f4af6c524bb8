//! Numbers with a decimal comma, as tools write them in most of Europe.
//!
//! In: the rows of delimited text. Out: the same with a point in columns of numbers, where a comma is declared; or a column that
//! shows that one should be. A cell that is more than one number (`3,5 hours`, `1,2,3`) is left as it stands, and so is every
//! cell of a column of words, or of lists of numbers: there a comma is a comma.

use ::csv::StringRecord;

/// `cell` with a point for its comma, if it is a number with a decimal comma.
fn with_point(cell: &str) -> Option<String> {
    let (whole, decimals) = cell.trim().split_once(',')?;
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let unsigned = whole.strip_prefix('-').unwrap_or(whole);
    (is_digits(unsigned) && is_digits(decimals)).then(|| format!("{whole}.{decimals}"))
}

/// Which columns hold numbers: by `rows`, most of their cells are numbers, and none is a list of numbers.
pub(super) fn of_numbers(rows: impl Iterator<Item = StringRecord>) -> Vec<bool> {
    let mut columns: Vec<Counted> = Vec::new();
    for row in rows {
        columns.resize(columns.len().max(row.len()), Counted::default());
        for (column, cell) in columns.iter_mut().zip(row.iter().map(str::trim)) {
            column.cells += usize::from(!cell.is_empty());
            column.numbers += usize::from(cell.parse::<f64>().is_ok() || with_point(cell).is_some());
            column.holds_lists |= is_list(cell);
        }
    }
    columns.iter().map(|column| 2 * column.numbers >= column.cells && !column.holds_lists).collect()
}

/// What the cells of a column are.
#[derive(Clone, Default)]
struct Counted {
    cells: usize,
    numbers: usize,
    holds_lists: bool,
}

/// Whether a cell is three whole numbers or more with commas between them.
fn is_list(cell: &str) -> bool {
    let is_whole = |part: &str| !part.trim().is_empty() && part.trim().bytes().all(|b| b.is_ascii_digit());
    cell.split(',').count() > 2 && cell.split(',').all(is_whole)
}

/// `record` with a point in each number that has a decimal comma, in the columns that are `of_numbers`; it still stands where it
/// stood.
pub(super) fn with_points(record: StringRecord, of_numbers: &[bool]) -> StringRecord {
    let pointed = |(column, cell): (usize, &str)| {
        with_point(cell).filter(|_| of_numbers.get(column).copied().unwrap_or(false))
    };
    if !record.iter().enumerate().any(|cell| pointed(cell).is_some()) {
        return record;
    }
    let cells = record
        .iter()
        .enumerate()
        .map(|(column, cell)| pointed((column, cell)).unwrap_or_else(|| cell.to_owned()));
    let mut changed: StringRecord = cells.collect();
    changed.set_position(record.position().cloned());
    changed
}

/// A column of `rows` all of whose cells are numbers, some of them with a decimal comma. Where three digits stand behind
/// every comma, thousands may be meant: that shows nothing.
pub(super) fn column(rows: &[StringRecord]) -> Option<usize> {
    let columns = rows.first().map_or(0, StringRecord::len);
    (0..columns).find(|column| {
        let cells = rows.iter().filter_map(|row| row.get(*column)).map(str::trim);
        let mut shows = false;
        for cell in cells.filter(|cell| !cell.is_empty()) {
            match with_point(cell) {
                Some(number) => shows |= number.rsplit('.').next().is_some_and(|digits| digits.len() != 3),
                None if cell.parse::<f64>().is_ok() && !cell.contains('.') => {}
                None => return false,
            }
        }
        shows
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_numbers_get_a_point() {
        for (cell, number) in [("3,5", "3.5"), (" -0,25 ", "-0.25"), ("12,500", "12.500")] {
            assert_eq!(with_point(cell).as_deref(), Some(number));
        }
        for cell in ["", "3", "3.5", ",5", "3,", "1,2,3", "3,5 h", "a,b", "--3,5", "1.234,5"] {
            assert_eq!(with_point(cell), None, "{cell}");
        }
    }

    #[test]
    fn only_columns_of_numbers_get_points() {
        let rows = [["3,5", "1,2", "3,5"], ["4", "1,2,3", "some"], ["5,25 h", "2", "none"]];
        let rows: Vec<StringRecord> = rows.iter().map(|row| row.iter().collect()).collect();
        let of_numbers = of_numbers(rows.iter().cloned());
        assert_eq!(of_numbers, [true, false, false]);
        let first = with_points(rows[0].clone(), &of_numbers);
        assert_eq!(first.iter().collect::<Vec<_>>(), ["3.5", "1,2", "3,5"]);
    }

    #[test]
    fn a_column_of_numbers_shows_what_commas_mean() {
        let rows = |cells: &[&str]| -> Vec<StringRecord> {
            cells.iter().map(|cell| StringRecord::from(vec!["x", *cell])).collect()
        };
        assert_eq!(column(&rows(&["3,5", "", "4", "12,25"])), Some(1));
        assert_eq!(column(&rows(&["1,234", "2,500"])), None, "thousands, perhaps");
        assert_eq!(column(&rows(&["3,5", "3.5"])), None, "both in one column");
        assert_eq!(column(&rows(&["3,5", "some"])), None);
        assert_eq!(column(&rows(&["3", "4"])), None);
    }
}
