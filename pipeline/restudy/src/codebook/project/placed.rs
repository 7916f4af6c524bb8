//! Where the words of an area of a page stand in the text of its document.
//!
//! In: a text, and words as a program has read them from an area, with white space of its own. Out: the characters, if the words
//! stand there once, as whole words. A text is looked through in time that grows with its length, whatever the words are.

use std::ops::Range;

/// Characters that are compared in vain before words are given up: text that repeats itself is no place to find any.
const MOST_IN_VAIN: usize = 1 << 22;

/// A text without its white space.
pub(super) struct Stripped {
    text: String,
    /// Of each of its characters: the byte at which it begins here, and its number in the text as it was.
    places: Vec<(usize, usize)>,
    /// Whether a word begins at each of its characters, or one has ended before it; the last is the end of the text.
    edges: Vec<bool>,
}

impl Stripped {
    /// `text` without its white space.
    pub(super) fn of(text: &[char]) -> Self {
        let mut stripped = Stripped { text: String::new(), places: Vec::new(), edges: Vec::new() };
        let mut before = None;
        for (number, c) in text.iter().enumerate() {
            if !c.is_whitespace() {
                stripped.edges.push(!(is_letter(before) && is_letter(Some(c))));
                stripped.places.push((stripped.text.len(), number));
                stripped.text.push(*c);
            }
            before = Some(c);
        }
        stripped.edges.push(true);
        stripped
    }

    /// The characters of the text as it was in which `words` stand, white space aside, if they stand there once.
    pub(super) fn once(&self, words: &str) -> Option<Range<usize>> {
        let wanted: String = words.chars().filter(|c| !c.is_whitespace()).collect();
        let length = wanted.chars().count();
        if length == 0 {
            return None;
        }
        let mut only = None;
        let (mut from, mut tries) = (0, 0);
        while let Some(found) = self.text.get(from..).and_then(|rest| rest.find(&wanted)) {
            let first = self.places.partition_point(|(byte, _)| *byte < from + found);
            if self.edges.get(first) == Some(&true) && self.edges.get(first + length) == Some(&true) {
                if only.is_some() {
                    return None;
                }
                only = Some(first);
            }
            tries += 1;
            if tries > 2 && length.saturating_mul(tries) > MOST_IN_VAIN {
                return None;
            }
            // Words begin where words do.
            let next = self.edges.iter().skip(first + 1).position(|edge| *edge)? + first + 1;
            let Some((byte, _)) = self.places.get(next) else { break };
            from = *byte;
        }
        let (_, start) = self.places.get(only?)?;
        let (_, last) = self.places.get(only? + length - 1)?;
        Some(*start..*last + 1)
    }
}

fn is_letter(c: Option<&char>) -> bool {
    c.is_some_and(|c| c.is_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stripped(text: &str) -> Stripped {
        Stripped::of(&text.chars().collect::<Vec<char>>())
    }

    #[test]
    fn words_of_an_area_are_found_where_they_stand_once() {
        let text = stripped("One house.\nA quiet\nhouse, a quiet place.");
        assert_eq!(text.once("a quiet place"), Some(26..39));
        assert_eq!(text.once("A  quiet house"), Some(11..24));
        assert_eq!(["quiet", "loud", " "].map(|words| text.once(words)), [None, None, None]);
    }

    #[test]
    fn words_are_whole() {
        let text = stripped("A start, no end: the é-art.");
        assert_eq!(text.once("art"), Some(23..26), "and not in `start`");
        assert_eq!(text.once("o end"), None);
        assert_eq!(text.once("star"), None);
    }

    #[test]
    fn a_text_that_repeats_itself_takes_no_longer() {
        let mut area = "a".repeat(30_000);
        area.push('b');
        assert_eq!(stripped(&"a".repeat(60_000)).once(&area), None);
        let pairs = stripped(&"aa ".repeat(60_000));
        assert_eq!(pairs.once(&"a".repeat(60_001)), None);
    }
}
