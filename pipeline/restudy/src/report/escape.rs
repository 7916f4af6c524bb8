//! Text on its way into Typst: as a string expression, never as markup.

use std::fmt::Write as _;

/// `text` as a Typst string literal, with its quotes.
pub fn literal(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() || is_line_break(c) || is_mark(c) => {
                // Writing to a String cannot fail.
                let _ = write!(out, "\\u{{{:x}}}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// `text` in a place for markup: a string expression, closed so that nothing after it is taken for a call.
pub fn expression(text: &str) -> String {
    format!("#{};", literal(text))
}

/// Typst counts these as the ends of lines; escaped, they cannot end a line of the document.
fn is_line_break(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}' | '\u{0085}')
}

/// The characters that mark the lines of templates: escaped, they cannot be taken for marks.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{F8D0}'..='\u{F8E1}')
}

/// `text` without control characters; tabs and line ends become spaces.
pub fn without_controls(text: &str) -> String {
    text.chars()
        .filter_map(|c| {
            if c == '\n' || c == '\t' {
                Some(' ')
            } else if c.is_control() {
                None
            } else {
                Some(c)
            }
        })
        .collect()
}
