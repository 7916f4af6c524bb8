//! Tables in text: columns that line up, cells that wrap.

use crate::diagnostic::visible;

/// Least width to which a column is cut.
const NARROWEST: usize = 8;

/// `rows` under `heads`, in columns two blanks apart. Where `width` is given the widest columns wrap to fit it. Columns
/// whose cells are all numbers stand on the right.
pub(super) fn table(heads: &[String], rows: &[Vec<String>], width: Option<usize>) -> String {
    let visible =
        |cells: &[String]| -> Vec<String> { cells.iter().map(|c| visible(c).into_owned()).collect() };
    let heads = &visible(heads)[..];
    let rows = &rows.iter().map(|row| visible(row)).collect::<Vec<_>>()[..];
    let columns = heads.len();
    let widest =
        |c: usize| rows.iter().chain([&heads.to_vec()]).map(|r| r[c].chars().count()).max().unwrap_or(0);
    let mut widths: Vec<usize> = (0..columns).map(widest).collect();
    if let Some(width) = width {
        let gaps = 2 * columns.saturating_sub(1);
        while widths.iter().sum::<usize>() + gaps > width {
            match widths.iter_mut().max() {
                Some(most) if *most > NARROWEST => *most -= 1,
                _ => break,
            }
        }
    }
    let right: Vec<bool> = (0..columns).map(|c| rows.iter().all(|r| is_number(&r[c]))).collect();
    let mut out = String::new();
    line(&mut out, heads, &widths, &right);
    let rule: Vec<String> = widths.iter().map(|w| "─".repeat(*w)).collect();
    line(&mut out, &rule, &widths, &right);
    for row in rows {
        line(&mut out, row, &widths, &right);
    }
    out
}

fn is_number(text: &str) -> bool {
    text.is_empty() || text.trim_end_matches('%').replace(',', "").parse::<f64>().is_ok() || text == "–"
}

fn line(out: &mut String, cells: &[String], widths: &[usize], right: &[bool]) {
    let wrapped: Vec<Vec<String>> = cells.iter().zip(widths).map(|(c, w)| wrap(c, *w)).collect();
    let height = wrapped.iter().map(Vec::len).max().unwrap_or(0);
    for i in 0..height {
        let mut text = String::new();
        for (c, lines) in wrapped.iter().enumerate() {
            let part = lines.get(i).map_or("", String::as_str);
            let blanks = " ".repeat(widths[c].saturating_sub(part.chars().count()));
            if c > 0 {
                text.push_str("  ");
            }
            if right[c] {
                text.push_str(&blanks);
                text.push_str(part);
            } else {
                text.push_str(part);
                text.push_str(&blanks);
            }
        }
        out.push_str(text.trim_end());
        out.push('\n');
    }
}

/// `text` in lines of at most `width` characters, broken between words where that is possible.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split(' ') {
        let mut word: Vec<char> = word.chars().collect();
        loop {
            let gap = usize::from(used > 0);
            let line = match lines.last_mut() {
                Some(line) => line,
                None => return lines,
            };
            if used + gap + word.len() <= width {
                if gap > 0 {
                    line.push(' ');
                }
                line.extend(&word);
                used += gap + word.len();
                break;
            }
            if used == 0 && width > 0 {
                line.extend(word.drain(..width));
            }
            lines.push(String::new());
            used = 0;
            if width == 0 {
                break;
            }
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(cells: &[&str]) -> Vec<String> {
        cells.iter().map(|c| (*c).to_owned()).collect()
    }

    #[test]
    fn columns_line_up_and_numbers_stand_on_the_right() {
        let text = table(&row(&["item", "n"]), &[row(&["science club", "129"]), row(&["girls", "9"])], None);
        assert_eq!(text, "item            n\n────────────  ───\nscience club  129\ngirls           9\n");
    }

    #[test]
    fn wide_columns_wrap() {
        let text = table(&row(&["a", "b"]), &[row(&["one two three", "x"])], Some(11));
        assert_eq!(text, "a         b\n────────  ─\none two   x\nthree\n");
        assert_eq!(wrap("abcdefghij", 4), ["abcd", "efgh", "ij"]);
    }
}
