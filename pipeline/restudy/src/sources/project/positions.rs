//! Where the characters of a text stand, in the ways in which programs count positions.
//!
//! In: a text, and a way of counting. Out: the characters from one position to before another. The standard counts Unicode code
//! points, each as one. Programs that hold text as UTF-16 count characters beyond U+FFFF twice, and a text may have lost or won
//! line ends since it was counted.

use std::ops::Range;

use serde::Deserialize;

/// What positions count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub enum Unit {
    /// Unicode code points, as the standard has it.
    #[default]
    #[serde(rename = "code points")]
    CodePoints,
    /// Units of UTF-16.
    #[serde(rename = "utf-16")]
    Utf16,
}

/// What a line end counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub enum LineEnds {
    /// As many as it has characters.
    #[default]
    #[serde(rename = "as they stand")]
    AsTheyStand,
    /// One, although it has two characters.
    #[serde(rename = "one")]
    One,
    /// Two, although it has one character.
    #[serde(rename = "two")]
    Two,
}

/// How positions are counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Positions {
    /// What is counted.
    #[serde(default)]
    pub unit: Unit,
    /// What line ends count.
    #[serde(default)]
    pub line_ends: LineEnds,
}

impl Positions {
    /// All ways, the standard's first.
    pub(super) const ALL: [Positions; 6] = [
        Positions { unit: Unit::CodePoints, line_ends: LineEnds::AsTheyStand },
        Positions { unit: Unit::Utf16, line_ends: LineEnds::AsTheyStand },
        Positions { unit: Unit::CodePoints, line_ends: LineEnds::One },
        Positions { unit: Unit::CodePoints, line_ends: LineEnds::Two },
        Positions { unit: Unit::Utf16, line_ends: LineEnds::One },
        Positions { unit: Unit::Utf16, line_ends: LineEnds::Two },
    ];

    /// As `codebook/project.toml` writes them.
    pub fn written(self) -> String {
        let unit = match self.unit {
            Unit::CodePoints => "code points",
            Unit::Utf16 => "utf-16",
        };
        let ends = match self.line_ends {
            LineEnds::AsTheyStand => "as they stand",
            LineEnds::One => "one",
            LineEnds::Two => "two",
        };
        format!("positions = {{ unit = \"{unit}\", line_ends = \"{ends}\" }}")
    }

    /// The positions of the characters of `text`, and that of its end.
    pub fn of(self, text: &[char]) -> Places {
        let mut runs = vec![(0, 0)];
        let mut at = 0;
        for (index, c) in text.iter().enumerate() {
            let width = match (self.line_ends, c) {
                (LineEnds::One, '\r') if text.get(index + 1) == Some(&'\n') => 0,
                (LineEnds::Two, '\n') if index == 0 || text.get(index - 1) != Some(&'\r') => 2,
                _ if self.unit == Unit::Utf16 => u64::try_from(c.len_utf16()).unwrap_or(1),
                _ => 1,
            };
            at += width;
            if width != 1 {
                runs.push((index + 1, at));
            }
        }
        Places { runs, length: text.len() }
    }
}

/// Where the characters of a text stand.
#[derive(Clone, Debug)]
pub struct Places {
    /// Characters by number, with their positions; those that follow one count one each, up to the next.
    runs: Vec<(usize, u64)>,
    /// How many characters the text has.
    length: usize,
}

impl Places {
    /// The characters from one position to before another; none where the text ends before.
    pub fn span(&self, start: u64, end: u64) -> Option<Range<usize>> {
        if end > self.end() {
            return None;
        }
        let from = self.ahead(start);
        // A position within a character is that of its beginning.
        let from = if self.position(from) == Some(start) { from } else { from.saturating_sub(1) };
        Some(from..self.ahead(end).max(from))
    }

    /// The position of the text's end.
    pub fn end(&self) -> u64 {
        self.position(self.length).unwrap_or_default()
    }

    /// The first character that stands at `position` or behind it; one beyond the end where none does.
    fn ahead(&self, position: u64) -> usize {
        let run = self.runs.partition_point(|(_, at)| *at < position);
        let Some((first, at)) = run.checked_sub(1).and_then(|before| self.runs.get(before)) else { return 0 };
        let last = self.runs.get(run).map_or(self.length + 1, |(next, _)| *next);
        let within = usize::try_from(position - at).unwrap_or(usize::MAX);
        first.saturating_add(within).min(last)
    }

    /// The position of the character `number`, or of the end.
    fn position(&self, number: usize) -> Option<u64> {
        let run = self.runs.partition_point(|(first, _)| *first <= number).checked_sub(1)?;
        let (first, at) = self.runs.get(run)?;
        let within = u64::try_from(number - first).ok()?;
        (number <= self.length).then_some(at + within)
    }
}

/// A range of characters without white space at its ends.
pub fn trimmed(text: &[char], span: Range<usize>) -> Range<usize> {
    let within = text.get(span.clone()).unwrap_or_default();
    let ahead = within.iter().take_while(|c| c.is_whitespace()).count();
    let behind = within.iter().rev().take_while(|c| c.is_whitespace()).count();
    let start = span.start + ahead;
    start..span.end.saturating_sub(behind).max(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_ends_before_its_end_and_never_within_a_character() {
        let text: Vec<char> = "a\u{1f600}b\nc".chars().collect();
        let utf16 = Positions { unit: Unit::Utf16, ..Positions::default() }.of(&text);
        assert_eq!(utf16.span(1, 3), Some(1..2));
        assert_eq!(utf16.span(2, 4), Some(1..3), "from within a character");
        assert_eq!((utf16.span(0, 6), utf16.span(0, 7)), (Some(0..5), None));
        let two = Positions { line_ends: LineEnds::Two, ..Positions::default() }.of(&text);
        assert_eq!((two.span(5, 6), two.end()), (Some(4..5), 6));
    }

    #[test]
    fn runs_are_the_positions_of_all_characters() {
        let text: Vec<char> = "\r\n\u{1f600}a\n\nb\r\n\r\n".chars().collect();
        for way in Positions::ALL {
            let places = way.of(&text);
            let mut starts: Vec<u64> = (0..=text.len()).filter_map(|at| places.position(at)).collect();
            assert_eq!(starts.len(), text.len() + 1);
            assert!(starts.is_sorted());
            starts.dedup();
            for position in 0..=places.end() {
                let first = (0..=text.len()).find(|at| places.position(*at) >= Some(position));
                assert_eq!(Some(places.ahead(position)), first, "{way:?}, {position}");
            }
            assert_eq!(places.position(text.len() + 1), None);
        }
    }

    #[test]
    fn a_range_is_trimmed() {
        let text: Vec<char> = "One house.\nA".chars().collect();
        assert_eq!((trimmed(&text, 9..12), trimmed(&text, 10..12)), (9..12, 11..12));
        assert_eq!(trimmed(&text, 10..11), 11..11);
    }
}
