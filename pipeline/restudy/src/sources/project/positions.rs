//! How a project counts the positions of its selections, and which words they are about.
//!
//! In: the texts of a project, and its selections with the words that they carry. Out: [`Counted`]: the [`Positions`] under which
//! all selections stand where their words are, and those that stand elsewhere.
//!
//! The standard counts Unicode code points, each as one. Programs that hold text as UTF-16 count characters beyond U+FFFF twice,
//! and a text may have lost or won line ends since it was counted. Only words can tell: a selection's name or description
//! that stands in the text word by word, four words at least, is a witness.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Deserialize;

use super::model::{GivenTo, Project};
use crate::sources::on_one_line;

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
    const ALL: [Positions; 6] = [
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
        let mut starts = Vec::with_capacity(text.len() + 1);
        let mut at = 0;
        for (index, c) in text.iter().enumerate() {
            starts.push(at);
            at += match (self.line_ends, c) {
                (LineEnds::One, '\r') if text.get(index + 1) == Some(&'\n') => 0,
                (LineEnds::Two, '\n') if index == 0 || text.get(index - 1) != Some(&'\r') => 2,
                _ if self.unit == Unit::Utf16 => u64::try_from(c.len_utf16()).unwrap_or(1),
                _ => 1,
            };
        }
        starts.push(at);
        Places { starts }
    }
}

/// Where the characters of a text stand.
#[derive(Clone, Debug)]
pub struct Places {
    starts: Vec<u64>,
}

impl Places {
    /// The characters from one position to before another; none where the text ends before.
    pub fn span(&self, start: u64, end: u64) -> Option<Range<usize>> {
        if end > self.end() {
            return None;
        }
        let ahead = |position: u64| self.starts.partition_point(|known| *known < position);
        let from = ahead(start);
        // A position within a character is that of its beginning.
        let from = if self.starts.get(from) == Some(&start) { from } else { from.saturating_sub(1) };
        Some(from..ahead(end).max(from))
    }

    /// The position of the text's end.
    pub fn end(&self) -> u64 {
        self.starts.last().copied().unwrap_or_default()
    }
}

/// How the positions of a project are counted.
#[derive(Clone, Debug)]
pub struct Counted {
    /// The way.
    pub positions: Positions,
    /// Whether it was found rather than declared, and is not the standard's.
    pub is_found: bool,
    /// Selections that carry words of their text.
    pub witnesses: usize,
    /// Codings whose words stand elsewhere, with these words.
    pub misplaced: BTreeMap<usize, String>,
    /// Documents in which ways of counting differ, and of which no selection tells which is right.
    pub untold: Vec<usize>,
}

/// A selection that carries words of its text.
struct Witness {
    document: usize,
    start: u64,
    end: u64,
    words: String,
    codings: Vec<usize>,
}

impl Project {
    /// How positions are counted: as it was `declared`; else as the standard has it, if that puts all selections where their
    /// words are; else in the one way that does.
    pub fn positions(&self, declared: Option<Positions>) -> Counted {
        let witnesses = self.witnesses();
        let tried = declared.map_or(Positions::ALL.to_vec(), |declared| vec![declared]);
        let mut best: Option<(Positions, Vec<usize>)> = None;
        for positions in tried {
            let wrong = self.misplaced(&witnesses, positions);
            let is_right = wrong.is_empty();
            if best.as_ref().is_none_or(|(_, before)| wrong.len() < before.len()) {
                best = Some((positions, wrong));
            }
            if is_right {
                break;
            }
        }
        let (positions, wrong) = best.unwrap_or_default();
        let wrong = wrong.into_iter().filter_map(|number| witnesses.get(number));
        let misplaced = wrong.flat_map(|w| w.codings.iter().map(|coding| (*coding, w.words.clone())));
        let misplaced = misplaced.collect();
        let differ = |text: &str| text.contains("\r\n") || text.chars().any(|c| c.len_utf16() > 1);
        let is_untold = |number: &usize| {
            let text = self.documents.get(*number).and_then(|document| document.text.as_deref());
            let is_coded = self.codings.iter().any(|coding| coding.document == Some(*number));
            is_coded && text.is_some_and(differ) && witnesses.iter().all(|w| w.document != *number)
        };
        Counted {
            positions,
            is_found: declared.is_none() && positions != Positions::default(),
            witnesses: witnesses.len(),
            misplaced,
            untold: match declared {
                Some(_) => Vec::new(),
                None => (0..self.documents.len()).filter(is_untold).collect(),
            },
        }
    }

    /// Those of `witnesses`, by number, whose words do not stand where `positions` put them. They are in the order of documents.
    fn misplaced(&self, witnesses: &[Witness], positions: Positions) -> Vec<usize> {
        let mut open: Option<(usize, Vec<char>, Places)> = None;
        let mut wrong = Vec::new();
        for (number, witness) in witnesses.iter().enumerate() {
            if open.as_ref().is_none_or(|(document, ..)| *document != witness.document) {
                let text = self.documents.get(witness.document).and_then(|document| document.text.as_ref());
                let text: Vec<char> = text.map(|text| text.chars().collect()).unwrap_or_default();
                let places = positions.of(&text);
                open = Some((witness.document, text, places));
            }
            let stands = open.as_ref().is_some_and(|(_, text, places)| {
                let words = places.span(witness.start, witness.end).and_then(|span| text.get(span));
                let words = words.map(|words| in_words(&words.iter().collect::<String>()));
                words.is_some_and(|words| words.starts_with(&witness.words))
            });
            if !stands {
                wrong.push(number);
            }
        }
        wrong
    }

    fn witnesses(&self) -> Vec<Witness> {
        let texts: Vec<Option<String>> =
            self.documents.iter().map(|document| document.text.as_deref().map(in_words)).collect();
        let mut witnesses: BTreeMap<(usize, u64, u64), Witness> = BTreeMap::new();
        for (number, coding) in self.codings.iter().enumerate() {
            let GivenTo::Text { start, end } = coding.given_to else { continue };
            let Some(document) = coding.document else { continue };
            if let Some(known) = witnesses.get_mut(&(document, start, end)) {
                known.codings.push(number);
                continue;
            }
            let Some(Some(text)) = texts.get(document) else { continue };
            let mut words = coding.words.iter().filter_map(|words| carried(words));
            let Some(words) = words.find(|words| text.contains(words.as_str())) else { continue };
            let witness = Witness { document, start, end, words, codings: vec![number] };
            witnesses.insert((document, start, end), witness);
        }
        witnesses.into_values().collect()
    }
}

/// A text with one space wherever it has white space.
pub fn in_words(text: &str) -> String {
    on_one_line(text)
}

/// The words that a selection carries, if they are enough to know a place by.
fn carried(words: &str) -> Option<String> {
    const FEWEST: usize = 4;
    let words = in_words(words);
    let words = words.trim_end_matches(['…', '.', ' ']);
    (words.split(' ').count() >= FEWEST).then(|| words.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Place;
    use crate::sources::project::model::{Document, DocumentKind, ProjectCoding};

    const TEXT: &str = "A \u{1f600} came.\r\nThen the others came too, \u{1f600} and all.\r\nThe end.";
    const WORDS: &str = "the others came too";

    fn project(start: usize, words: &str) -> Project {
        let document = Document {
            name: "d".to_owned(),
            kind: DocumentKind::Text,
            text: Some(TEXT.to_owned()),
            values: Vec::new(),
            place: Place::file("p"),
        };
        let start = u64::try_from(start).unwrap();
        let coding = ProjectCoding {
            id: "c".to_owned(),
            selection: "s".to_owned(),
            code: 0,
            user: None,
            created: String::new(),
            document: Some(0),
            given_to: GivenTo::Text { start, end: start + 19 },
            words: vec![format!("{words}...")],
            place: Place::file("p"),
        };
        Project { documents: vec![document], codings: vec![coding], ..Project::default() }
    }

    #[test]
    fn words_tell_how_positions_are_counted() {
        let byte = TEXT.find(WORDS).unwrap();
        let before = &TEXT[..byte];
        let points = before.chars().count();
        let utf16 = before.encode_utf16().count();
        for (start, unit, line_ends) in [
            (points, Unit::CodePoints, LineEnds::AsTheyStand),
            (utf16, Unit::Utf16, LineEnds::AsTheyStand),
            (points - 1, Unit::CodePoints, LineEnds::One),
        ] {
            let counted = project(start, WORDS).positions(None);
            assert_eq!(counted.positions, Positions { unit, line_ends }, "{start}");
            assert_eq!(counted.is_found, start != points);
            assert!(counted.misplaced.is_empty() && counted.untold.is_empty());
        }
        let elsewhere = project(points + 5, WORDS).positions(None);
        assert_eq!(elsewhere.misplaced.values().collect::<Vec<_>>(), [WORDS]);
        let declared = project(utf16, WORDS).positions(Some(Positions::default()));
        assert_eq!(declared.misplaced.len(), 1, "what is declared is not overruled");
    }

    #[test]
    fn where_no_words_tell_the_standard_is_taken_and_said_to_be() {
        for words in ["a title of its own kind", "came too"] {
            let counted = project(3, words).positions(None);
            assert_eq!((counted.positions, counted.witnesses), (Positions::default(), 0));
            assert_eq!(counted.untold, [0]);
        }
    }

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
}
