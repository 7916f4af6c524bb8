//! The paragraphs of a text: what stands between empty lines.

/// Where each paragraph begins and ends, in characters.
pub(super) fn of(text: &str) -> Vec<(usize, usize)> {
    let mut paragraphs = Vec::new();
    let mut open: Option<(usize, usize)> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let words = line.trim();
        let start = at + line.chars().take_while(|c| c.is_whitespace()).count();
        at += line.chars().count();
        if words.is_empty() {
            paragraphs.extend(open.take());
            continue;
        }
        let end = start + words.chars().count();
        open = Some((open.map_or(start, |(start, _)| start), end));
    }
    paragraphs.extend(open);
    paragraphs
}

#[cfg(test)]
mod tests {
    #[test]
    fn empty_lines_part_paragraphs() {
        assert_eq!(super::of("é one\nstill\n\n two\n"), [(0, 11), (14, 17)]);
    }
}
