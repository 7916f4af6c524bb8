//! Tables in text: columns that line up, cells that wrap.
//!
//! In: heads, rows, and the columns of the terminal where there is one. Out: lines. Numbers stand on the right and never
//! wrap; where not even narrow columns fit, each row becomes a block with a line for each column.

use super::width::{of_char, width};
use crate::diagnostic::visible;
use crate::evidence::printed::MISSING;

/// Least width to which a column of text is cut.
const NARROWEST: usize = 8;

/// Between two columns.
const GAP: usize = 2;

/// `rows` under `heads`; columns whose cells are all numbers stand on the right.
pub fn table(heads: &[String], rows: &[Vec<String>], fit: Option<usize>) -> String {
    let right: Vec<bool> = (0..heads.len()).map(|c| rows.iter().all(|row| is_number(&row[c]))).collect();
    aligned(heads, rows, &right, fit)
}

/// `rows` under `heads`, in columns two blanks apart; those that `right` says stand on the right. Where `fit` is given the
/// widest columns wrap to fit it.
pub fn aligned(heads: &[String], rows: &[Vec<String>], right: &[bool], fit: Option<usize>) -> String {
    let heads: Vec<Cell> = heads.iter().map(|head| Cell::new(head)).collect();
    let rows: Vec<Vec<Cell>> =
        rows.iter().map(|row| row.iter().map(|cell| Cell::new(cell)).collect()).collect();
    let widths = match fit {
        None => Some(natural(&heads, &rows)),
        Some(fit) => narrowed(&heads, &rows, right, fit),
    };
    match (widths, fit) {
        (Some(widths), _) => columns(&heads, &rows, right, &widths),
        (None, fit) => blocks(&heads, &rows, fit.unwrap_or_default()),
    }
}

/// `text` in lines that fit, each with its end.
pub(super) fn paragraph(text: &str, fit: Option<usize>) -> String {
    Cell::new(text).wrapped(fit.unwrap_or(usize::MAX)).iter().map(|line| format!("{line}\n")).collect()
}

fn is_number(text: &str) -> bool {
    text.is_empty() || text.trim_end_matches('%').replace(',', "").parse::<f64>().is_ok() || text == MISSING
}

/// A cell, fit for a terminal: nothing in it steers, and its lines are known.
struct Cell {
    lines: Vec<String>,
}

impl Cell {
    fn new(text: &str) -> Cell {
        let text = text.replace("\r\n", "\n").replace('\t', " ");
        Cell { lines: visible(&text).split('\n').map(str::to_owned).collect() }
    }

    fn width(&self) -> usize {
        self.lines.iter().map(|line| width(line)).max().unwrap_or(0)
    }

    fn wrapped(&self, most: usize) -> Vec<String> {
        self.broken(most, words)
    }

    /// A head may break inside a name too.
    fn wrapped_name(&self, most: usize) -> Vec<String> {
        self.broken(most, parts)
    }

    fn broken(&self, most: usize, pieces: fn(&str) -> Vec<Piece<'_>>) -> Vec<String> {
        let of_line = |line: &String| {
            if width(line) <= most { vec![line.clone()] } else { wrap(&pieces(line), most) }
        };
        self.lines.iter().flat_map(of_line).collect()
    }
}

/// Widths that let every cell stand on one line.
fn natural(heads: &[Cell], rows: &[Vec<Cell>]) -> Vec<usize> {
    let of = |c: usize| rows.iter().map(|row| row[c].width()).chain([heads[c].width()]).max().unwrap_or(0);
    (0..heads.len()).map(of).collect()
}

/// Widths that fit: the widest columns give way first, numbers only as far as their heads can wrap. Nothing where that does
/// not suffice.
fn narrowed(heads: &[Cell], rows: &[Vec<Cell>], right: &[bool], fit: usize) -> Option<Vec<usize>> {
    let mut widths: Vec<usize> = natural(heads, rows).into_iter().map(|width| width.min(fit)).collect();
    let least: Vec<usize> = (0..heads.len())
        .map(|c| {
            let name = heads[c].lines.iter().flat_map(|line| parts(line)).map(|part| width(part.text)).max();
            let cells = rows.iter().map(|row| row[c].width()).max();
            let needed = if right[c] { name.max(cells) } else { name };
            let narrowest = if right[c] { 1 } else { NARROWEST };
            needed.unwrap_or(0).max(narrowest)
        })
        .collect();
    let gaps = GAP * heads.len().saturating_sub(1);
    let mut over = (widths.iter().sum::<usize>() + gaps).saturating_sub(fit);
    while over > 0 {
        let widest = widths.iter_mut().zip(&least).filter(|(width, least)| **width > **least);
        let (most, _) = widest.max_by_key(|(width, _)| **width)?;
        *most -= 1;
        over -= 1;
    }
    Some(widths)
}

fn columns(heads: &[Cell], rows: &[Vec<Cell>], right: &[bool], widths: &[usize]) -> String {
    let mut out = String::new();
    let names = heads.iter().zip(widths).map(|(head, width)| head.wrapped_name(*width)).collect();
    line(&mut out, names, widths, right);
    line(&mut out, widths.iter().map(|width| vec!["─".repeat(*width)]).collect(), widths, right);
    for row in rows {
        let cells = row.iter().zip(widths).map(|(cell, width)| cell.wrapped(*width)).collect();
        line(&mut out, cells, widths, right);
    }
    out
}

fn line(out: &mut String, cells: Vec<Vec<String>>, widths: &[usize], right: &[bool]) {
    let height = cells.iter().map(Vec::len).max().unwrap_or(0);
    for i in 0..height {
        let mut text = String::new();
        for (c, lines) in cells.iter().enumerate() {
            let part = lines.get(i).map_or("", String::as_str);
            let blanks = " ".repeat(widths[c].saturating_sub(width(part)));
            if c > 0 {
                text.push_str(&" ".repeat(GAP));
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

/// Each row as a block: a line for each column, its head before its value.
fn blocks(heads: &[Cell], rows: &[Vec<Cell>], fit: usize) -> String {
    let most = heads.iter().map(Cell::width).max().unwrap_or(0);
    let name = most.min(fit / 2);
    let value = fit.saturating_sub(name + GAP).max(NARROWEST);
    let mut out = String::new();
    for (position, row) in rows.iter().enumerate() {
        let title = format!("── row {} ", position + 1);
        let rule = "─".repeat(fit.saturating_sub(width(&title)));
        out.push_str(&format!("{title}{rule}\n"));
        for (head, cell) in heads.iter().zip(row) {
            line(
                &mut out,
                vec![head.wrapped_name(name), cell.wrapped(value)],
                &[name, value],
                &[false, false],
            );
        }
    }
    out
}

/// A piece of a line that does not break, and whether a blank stands before it.
struct Piece<'a> {
    text: &'a str,
    blank: bool,
}

/// The words of a line.
fn words(line: &str) -> Vec<Piece<'_>> {
    line.split(' ').enumerate().map(|(i, text)| Piece { text, blank: i > 0 }).collect()
}

/// The words of a name, and the parts of each: `share.`, `lower`; `school_`, `type`.
fn parts(line: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    for word in words(line) {
        for (i, text) in word.text.split_inclusive(['.', '_']).enumerate() {
            pieces.push(Piece { text, blank: word.blank && i == 0 });
        }
    }
    pieces
}

/// `pieces` in lines of at most `most` columns, a piece that is longer broken where it must be.
fn wrap(pieces: &[Piece<'_>], most: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for piece in pieces {
        let mut text = piece.text;
        let mut blank = piece.blank;
        loop {
            let gap = usize::from(blank && used > 0);
            let last = lines.len() - 1;
            if used + gap + width(text) <= most {
                lines[last].push_str(&" ".repeat(gap));
                lines[last].push_str(text);
                used += gap + width(text);
                break;
            }
            if used == 0 {
                let end = end_of(text, most);
                lines[last].push_str(&text[..end]);
                text = &text[end..];
                if text.is_empty() {
                    used = width(&lines[last]);
                    break;
                }
            }
            lines.push(String::new());
            (used, blank) = (0, false);
        }
    }
    lines
}

/// Where the part of `text` ends that fits `most` columns: after its first character at the earliest.
fn end_of(text: &str, most: usize) -> usize {
    let mut used = 0;
    for (at, c) in text.char_indices() {
        used += of_char(c);
        if used > most && at > 0 {
            return at;
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(cells: &[&str]) -> Vec<String> {
        cells.iter().map(|c| (*c).to_owned()).collect()
    }

    fn wrapped(text: &str, most: usize) -> Vec<String> {
        Cell::new(text).wrapped(most)
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
        assert_eq!(wrapped("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(wrapped("日本語", 4), ["日本", "語"]);
        assert_eq!(wrapped("日本", 1), ["日", "本"]);
        assert_eq!(wrapped("two\nlines", 9), ["two", "lines"]);
        assert_eq!(wrapped("  two  blanks", 20), ["  two  blanks"]);
    }

    #[test]
    fn numbers_do_not_wrap_but_their_heads_do() {
        let text =
            table(&row(&["school_type_of", "share.estimate"]), &[row(&["academy", "1234567.5"])], Some(20));
        assert_eq!(
            text,
            "school_       share.\ntype_of     estimate\n─────────  ─────────\nacademy    1234567.5\n"
        );
    }

    #[test]
    fn what_does_not_fit_becomes_blocks() {
        let heads: Vec<String> = (1..=9).map(|i| format!("variable_{i}")).collect();
        let text = table(&heads, &[row(&["x"; 9]), row(&["y"; 9])], Some(40));
        assert!(text.starts_with("── row 1 ───────────────────────────────\nvariable_1  x\n"), "{text}");
        assert_eq!(text.lines().count(), 20);
    }
}
