//! Text in the files of a draft: TOML strings, comments on one line, strings of templates.

/// `text` as a TOML string on one line.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// `text` in a comment: on one line, cut where it is long.
pub(super) fn remark(text: &str) -> String {
    const LONGEST: usize = 90;
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match flat.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", &flat[..at]),
        None => flat,
    }
}

/// `text` as a string of a template, on one line.
pub(super) fn in_template(text: &str) -> String {
    remark(text).replace('\\', "/").replace('"', "'")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_read_back() {
        for text in ["plain", "a \"b\" \\ c", "two\nlines\r\tand\u{0}all", "'", "é…"] {
            let read: toml::Table = toml::from_str(&format!("a = {}", quoted(text))).unwrap();
            assert_eq!(read["a"].as_str(), Some(text));
        }
        assert_eq!(remark("a\n  b"), "a b");
    }
}
