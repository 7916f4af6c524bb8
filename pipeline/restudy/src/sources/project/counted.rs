//! Which way of counting positions puts the selections of a project where their words are.
//!
//! In: the texts of a project, its selections with the words that they carry, and what of it is kept. Out: [`Counted`]: the
//! [`Positions`] under which all selections stand where their words are, those that stand elsewhere, and the documents in which
//! another way would do as well and give other words.
//!
//! Only words can tell: a selection's name or description that stands in the text word by word, four words at least, is a
//! witness. What a person has left out is none.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::model::{GivenTo, Project, ProjectCoding};
use super::positions::{Places, Positions, trimmed};
use crate::sources::on_one_line;

/// How the positions of a project are counted.
#[derive(Clone, Debug, Default)]
pub struct Counted {
    /// The way.
    pub positions: Positions,
    /// Whether it was found rather than declared, and is not the standard's.
    pub is_found: bool,
    /// Selections that carry words of their text.
    pub witnesses: usize,
    /// Codings whose words stand elsewhere, with these words.
    pub misplaced: BTreeMap<usize, String>,
    /// Documents in which another way agrees with all words as well, and is about other characters.
    pub untold: Vec<usize>,
}

/// What a coding has to do with how positions are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// The words that its selection carries must stand at its positions.
    WithItsWords,
    /// It is where its positions say, whatever its selection is called.
    AtItsPositions,
    /// Nothing: it is left out.
    LeftOut,
}

/// A selection of a text.
struct Selection {
    start: u64,
    end: u64,
    /// The words that it may be known by.
    carried: Vec<String>,
    /// Those of its codings whose words must stand there.
    codings: Vec<usize>,
}

/// What one way of counting makes of a project.
struct Way {
    positions: Positions,
    /// Selections whose words stand elsewhere.
    wrong: usize,
    misplaced: BTreeMap<usize, String>,
    /// Whether a selection stands beyond the end of its text.
    is_beyond: bool,
}

impl Project {
    /// How positions are counted: as it was `declared`; else as the standard has it, if that puts all selections where their
    /// words are; else in the way that puts the most there.
    pub fn positions(&self, declared: Option<Positions>, taken: impl Fn(&ProjectCoding) -> Taken) -> Counted {
        let tried = declared.map_or(Positions::ALL.to_vec(), |declared| vec![declared]);
        let new = |positions| Way { positions, wrong: 0, misplaced: BTreeMap::new(), is_beyond: false };
        let mut ways: Vec<Way> = tried.into_iter().map(new).collect();
        let mut witnesses = 0;
        // Documents with two ways, by number, that are about other characters there.
        let mut differing: BTreeSet<(usize, usize, usize)> = BTreeSet::new();
        for (number, selections) in self.selections(taken) {
            let text = self.documents.get(number).and_then(|document| document.text.as_deref());
            let Some(text) = text else { continue };
            let chars: Vec<char> = text.chars().collect();
            let places: Vec<Places> = ways.iter().map(|way| way.positions.of(&chars)).collect();
            let plain =
                selections.iter().any(|selection| !selection.carried.is_empty()).then(|| in_words(text));
            for Selection { start, end, carried, codings } in selections {
                let stands = |words: &String| plain.as_ref().is_some_and(|plain| plain.contains(words));
                let words = carried.into_iter().find(stands);
                witnesses += usize::from(words.is_some());
                let spans = places.iter().map(|places| places.span(start, end));
                let spans: Vec<_> = spans.map(|span| span.map(|span| trimmed(&chars, span))).collect();
                for (way, span) in ways.iter_mut().zip(&spans) {
                    way.is_beyond |= span.is_none();
                    let Some(words) = &words else { continue };
                    let there = span.clone().and_then(|span| chars.get(span));
                    let there = there.map(|there| in_words(&there.iter().collect::<String>()));
                    if !there.is_some_and(|there| there.starts_with(words.as_str())) {
                        way.wrong += 1;
                        way.misplaced.extend(codings.iter().map(|coding| (*coding, words.clone())));
                    }
                }
                for (one, span) in spans.iter().enumerate() {
                    let others = spans.iter().enumerate().skip(one + 1);
                    let others = others.filter(|(_, other)| *other != span);
                    differing.extend(others.map(|(other, _)| (number, one, other)));
                }
            }
        }
        let fewest = ways.iter().map(|way| way.wrong).min().unwrap_or_default();
        let Some(best) = ways.iter().position(|way| way.wrong == fewest) else { return Counted::default() };
        let fits = |number: usize| {
            let way = ways.get(number);
            number == best || way.is_some_and(|way| way.wrong == fewest && !way.is_beyond)
        };
        let of_best = |(_, one, other): &&(usize, usize, usize)| {
            [*one, *other].contains(&best) && fits(*one) && fits(*other)
        };
        let mut untold: Vec<usize> = differing.iter().filter(of_best).map(|(number, ..)| *number).collect();
        untold.dedup();
        // Where words stand elsewhere in any way, that is told, and refused.
        untold.retain(|_| fewest == 0);
        let way = ways.swap_remove(best);
        Counted {
            positions: way.positions,
            is_found: declared.is_none() && way.positions != Positions::default(),
            witnesses,
            misplaced: way.misplaced,
            untold,
        }
    }

    /// The selections of texts that are kept, each once, by document.
    fn selections(&self, taken: impl Fn(&ProjectCoding) -> Taken) -> BTreeMap<usize, Vec<Selection>> {
        let mut of_documents: BTreeMap<usize, Vec<Selection>> = BTreeMap::new();
        let mut known = HashMap::new();
        for (number, coding) in self.codings.iter().enumerate() {
            let GivenTo::Text { start, end } = coding.given_to else { continue };
            let Some(document) = coding.document else { continue };
            let taken = taken(coding);
            if taken == Taken::LeftOut {
                continue;
            }
            let selections = of_documents.entry(document).or_default();
            let by = (&*coding.selection, &*coding.words);
            let at = *known.entry((document, start, end, by)).or_insert_with(|| {
                selections.push(Selection { start, end, carried: Vec::new(), codings: Vec::new() });
                selections.len() - 1
            });
            let Some(selection) = selections.get_mut(at) else { continue };
            if taken == Taken::WithItsWords {
                if selection.codings.is_empty() {
                    selection.carried = coding.words.iter().filter_map(|words| carried(words)).collect();
                }
                selection.codings.push(number);
            }
        }
        of_documents
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
    use crate::sources::project::model::{Document, DocumentKind};
    use crate::sources::project::{LineEnds, Unit};

    const TEXT: &str = "A \u{1f600} came.\r\nThen the others came too, \u{1f600} and all.\r\nThe end.";
    const WORDS: &str = "the others came too";

    fn coding(id: &str, (start, end): (usize, usize), words: &str) -> ProjectCoding {
        ProjectCoding {
            id: id.to_owned(),
            selection: format!("of {id}").into(),
            code: 0,
            user: None,
            is_user_of_selection: false,
            created: String::new(),
            document: Some(0),
            given_to: GivenTo::Text {
                start: u64::try_from(start).unwrap(),
                end: u64::try_from(end).unwrap(),
            },
            words: vec![words.to_owned()].into(),
            place: Place::file("p"),
        }
    }

    fn of(text: &str, codings: Vec<ProjectCoding>) -> Project {
        let document = Document {
            id: "d".to_owned(),
            name: "d".to_owned(),
            kind: DocumentKind::Text,
            text: Some(text.into()),
            unread: Vec::new(),
            values: Vec::new(),
            place: Place::file("p"),
        };
        Project { documents: vec![document], codings, ..Project::default() }
    }

    fn project(start: usize, words: &str) -> Project {
        of(TEXT, vec![coding("c", (start, start + 19), &format!("{words}..."))])
    }

    fn counted(project: &Project) -> Counted {
        project.positions(None, |_| Taken::WithItsWords)
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
            let counted = counted(&project(start, WORDS));
            assert_eq!(counted.positions, Positions { unit, line_ends }, "{start}");
            assert_eq!(counted.is_found, start != points);
            assert!(counted.misplaced.is_empty() && counted.untold.is_empty());
        }
        let elsewhere = counted(&project(points + 5, WORDS));
        assert_eq!(elsewhere.misplaced.values().collect::<Vec<_>>(), [WORDS]);
        let declared = project(utf16, WORDS).positions(Some(Positions::default()), |_| Taken::WithItsWords);
        assert_eq!(declared.misplaced.len(), 1, "what is declared is not overruled");
    }

    #[test]
    fn where_no_words_tell_the_standard_is_taken_and_said_to_be() {
        for words in ["a title of its own kind", "came too"] {
            let counted = counted(&project(3, words));
            assert_eq!((counted.positions, counted.witnesses), (Positions::default(), 0));
            assert_eq!(counted.untold, [0]);
        }
    }

    #[test]
    fn a_witness_ahead_of_what_ways_count_differently_tells_nothing() {
        let text = "All of it is here.\r\nAnd there\r\nis more.";
        let first = coding("a", (0, 18), "All of it is here");
        let (later, last) = (coding("b", (19, 28), ""), coding("c", (20, 38), "And there is more"));
        assert_eq!(counted(&of(text, vec![first.clone(), later.clone()])).untold, [0]);
        assert_eq!(counted(&of(text, vec![first.clone()])).untold, Vec::<usize>::new());
        let told = counted(&of(text, vec![first.clone(), later.clone(), last]));
        assert_eq!((told.untold, told.positions), (Vec::new(), Positions::default()));
        let plain = text.replace("\r\n", "\n");
        assert_eq!(counted(&of(&plain, vec![first, later])).untold, [0], "it may have been counted before");
    }

    #[test]
    fn what_is_left_out_is_no_witness() {
        let off = coding("a", (TEXT.find(WORDS).unwrap() - 5, TEXT.len() - 30), WORDS);
        let project = of(TEXT, vec![off]);
        let taken = |taken| project.positions(None, move |_| taken);
        assert_eq!(taken(Taken::WithItsWords).witnesses, 1);
        for kind in [Taken::LeftOut, Taken::AtItsPositions] {
            let counted = taken(kind);
            assert_eq!((counted.witnesses, counted.is_found, counted.misplaced.len()), (0, false, 0));
        }
    }

    #[test]
    fn selections_of_one_span_have_words_of_their_own() {
        let text = "Hello there to you.";
        let codings =
            vec![coding("a", (0, 18), "to you there hello"), coding("b", (0, 18), "Hello there to you")];
        let text = format!("{text} To you: to you there hello");
        let counted = counted(&of(&text, codings));
        assert_eq!(counted.misplaced.keys().collect::<Vec<_>>(), [&0]);
    }
}
