//! How many columns of a terminal a text takes.
//!
//! After Markus Kuhn's `wcwidth`, which terminals follow: marks that stand on another letter take none, ideographs, Hangul,
//! full-width forms and emoji take two.

/// Characters that take no column.
const NONE: [(char, char); 14] = [
    ('\u{0300}', '\u{036F}'),
    ('\u{0483}', '\u{0489}'),
    ('\u{0591}', '\u{05BD}'),
    ('\u{0610}', '\u{061A}'),
    ('\u{064B}', '\u{065F}'),
    ('\u{06D6}', '\u{06DC}'),
    ('\u{0E34}', '\u{0E3A}'),
    ('\u{1AB0}', '\u{1AFF}'),
    ('\u{1DC0}', '\u{1DFF}'),
    ('\u{200B}', '\u{200F}'),
    ('\u{20D0}', '\u{20FF}'),
    ('\u{FE00}', '\u{FE0F}'),
    ('\u{FE20}', '\u{FE2F}'),
    ('\u{E0100}', '\u{E01EF}'),
];

/// Characters that take two.
const TWO: [(char, char); 13] = [
    ('\u{1100}', '\u{115F}'),
    ('\u{2E80}', '\u{303E}'),
    ('\u{3041}', '\u{A4CF}'),
    ('\u{A960}', '\u{A97F}'),
    ('\u{AC00}', '\u{D7A3}'),
    ('\u{F900}', '\u{FAFF}'),
    ('\u{FE30}', '\u{FE6F}'),
    ('\u{FF00}', '\u{FF60}'),
    ('\u{FFE0}', '\u{FFE6}'),
    ('\u{1F300}', '\u{1F64F}'),
    ('\u{1F680}', '\u{1F6FF}'),
    ('\u{1F900}', '\u{1F9FF}'),
    ('\u{20000}', '\u{3FFFD}'),
];

/// Columns that a character takes.
pub(super) fn of_char(c: char) -> usize {
    let within = |ranges: &[(char, char)]| ranges.iter().any(|(first, last)| (*first..=*last).contains(&c));
    match c {
        ' '..='~' => 1,
        _ if within(&NONE) => 0,
        _ if within(&TWO) => 2,
        _ => 1,
    }
}

/// Columns that a text takes.
pub(super) fn width(text: &str) -> usize {
    text.chars().map(of_char).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_marks_and_ideographs() {
        for (text, columns) in [
            ("abc", 3),
            ("Zoë", 3),
            ("Zoe\u{308}", 3),
            ("日本", 4),
            ("한글", 4),
            ("😀", 2),
            ("–", 1),
            ("", 0),
        ] {
            assert_eq!(width(text), columns, "{text}");
        }
    }
}
