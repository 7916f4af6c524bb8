//! The format `markdown`: a table as GitHub's Markdown has it, to be pasted into a page.
//!
//! Text from data is text: signs that Markdown, HTML or mathematics would take for markup are escaped, a line break is
//! `<br>`. Numbers are as in the format `table`, on the right; a missing value is a dash.

use super::Answer;
use super::columns::columns;
use super::text::rows;
use crate::diagnostic::{Diagnostics, visible};

/// The answer as a Markdown table, its title above, whom it is about and notes below.
pub(super) fn markdown(answer: &Answer) -> Result<String, Diagnostics> {
    let columns = columns(answer)?;
    let mut out = String::new();
    if let Some(title) = &answer.title {
        out += &format!("**{}**\n\n", escaped(title));
    }
    line(&mut out, columns.iter().map(|column| escaped(&column.head())));
    line(
        &mut out,
        columns.iter().map(|column| if column.kind.is_number() { "---:" } else { "---" }.to_owned()),
    );
    for row in rows(&columns, answer.rows())? {
        line(&mut out, row.iter().map(|cell| escaped(cell)));
    }
    let base = answer.base.iter().map(|base| format!("Base: {}", escaped(base)));
    let below: Vec<String> = base.chain(answer.notes.iter().map(|note| escaped(note))).collect();
    for paragraph in below {
        out += &format!("\n{paragraph}\n");
    }
    Ok(out)
}

fn line(out: &mut String, cells: impl Iterator<Item = String>) {
    for cell in cells {
        out.push_str("| ");
        out.push_str(&cell);
        out.push(' ');
    }
    out.push_str("|\n");
}

/// `text` as Markdown that prints it.
fn escaped(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let text = visible(&text);
    let mut out = String::with_capacity(text.len());
    let mut before = ' ';
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\n' => out.push_str("<br>"),
            '<' => out.push_str("&lt;"),
            '&' => out.push_str("&amp;"),
            // Within a word it is an underscore.
            '_' if before.is_alphanumeric() && rest.peek().is_some_and(|next| next.is_alphanumeric()) => {
                out.push('_')
            }
            '\\' | '|' | '`' | '*' | '_' | '[' | ']' | '~' | '$' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
        before = c;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_text() {
        for (text, markdown) in [
            ("a|b", r"a\|b"),
            ("two\r\nlines", "two<br>lines"),
            ("stem_career__fair", r"stem_career\_\_fair"),
            ("school_type", "school_type"),
            ("_a_ *b* `c`", r"\_a\_ \*b\* \`c\`"),
            ("<b> & [x](y)", r"&lt;b> &amp; \[x\](y)"),
            (r"\", r"\\"),
            ("–", "–"),
        ] {
            assert_eq!(escaped(text), markdown);
        }
    }
}
