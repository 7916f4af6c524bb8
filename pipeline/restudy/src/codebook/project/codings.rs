//! The codings of a project as codes that coders gave to paragraphs.
//!
//! In: the project, what was decided, and the paragraphs of its documents. Out: for each coding its fate, and the rows that those
//! which are kept give: one for each paragraph that a selection has a word of.
//!
//! - A coding has one fate. It is kept if it gives a row, repeats if its rows are there already, else it is left out.
//! - A selection that stands beyond its text, or where its words do not, is a fault: then none of them can be trusted.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;

use super::account::{Account, Fate};
use super::decide::Decision;
use super::decisions::Decisions;
use super::definitions::FILE;
use crate::codebook::material::{Coding, Segment};
use crate::diagnostic::{Diagnostic, Folded, Place};
use crate::sources::project::{Counted, GivenTo, Places, Project, ProjectCoding, in_words};
use crate::sources::shortened;

/// A coding of a project, and what became of it.
#[derive(Clone, Debug)]
pub struct CodingFate {
    /// Its id.
    pub id: String,
    /// The source that it is given to, by its name in the project.
    pub source: String,
    /// The document that the source is.
    pub document: Option<String>,
    /// Who gave it, as the study calls the coder.
    pub coder: Option<String>,
    /// The names of the code from the root, as the project has them.
    pub named: String,
    /// The code, as the study calls it.
    pub code: Option<String>,
    /// The characters that it is given to, counted from 0 in the document.
    pub span: Option<Range<usize>>,
    /// The page, where it is given to an area of one.
    pub page: Option<u64>,
    /// The words that it is given to.
    pub words: String,
    /// When it was given, as the project says it.
    pub created: String,
    /// What became of it.
    pub fate: Fate,
    /// Why; empty where it is just kept.
    pub why: String,
}

/// A document of the project with its text.
pub(super) struct Written<'a> {
    /// Its name in the study.
    pub(super) name: &'a str,
    pub(super) text: Vec<char>,
    pub(super) places: Places,
    /// Its paragraphs, by number in all segments.
    pub(super) segments: Range<usize>,
}

/// What codings are placed by.
pub(super) struct Placing<'a> {
    pub(super) project: &'a Project,
    pub(super) decisions: &'a Decisions,
    pub(super) counted: &'a Counted,
    pub(super) nobody: Option<&'a str>,
    /// By number in the project.
    pub(super) documents: HashMap<usize, Written<'a>>,
    pub(super) segments: &'a [Segment],
}

/// Where a coding is.
enum Found {
    At(Range<usize>, &'static str),
    LeftOut(String),
    Faulty,
}

impl Placing<'_> {
    /// All codings with their fates, and the rows that they give, in the order of the project.
    pub(super) fn place(&self, account: &mut Account, faults: &mut Folded) -> (Vec<CodingFate>, Vec<Coding>) {
        let mut given: HashSet<(usize, String, String)> = HashSet::new();
        let mut rows = Vec::new();
        let mut fates = Vec::new();
        let mut ends: BTreeMap<(usize, u64, u64), Option<Range<usize>>> = BTreeMap::new();
        // What has a place in the text goes before what is found there by its words.
        let codings = || self.project.codings.iter().enumerate();
        let is_found = |coding: &ProjectCoding| matches!(coding.given_to, GivenTo::Words { .. });
        let placed = codings().filter(|(_, coding)| !is_found(coding));
        for (number, coding) in placed.chain(codings().filter(|(_, coding)| is_found(coding))) {
            let mut fate = self.begun(coding);
            match self.found(number, coding, &mut ends, faults) {
                Found::Faulty => continue,
                Found::LeftOut(why) => (fate.fate, fate.why) = (Fate::LeftOut, why),
                Found::At(span, how) => {
                    let (Some(coder), Some(code)) = (&fate.coder, &fate.code) else { continue };
                    let written = coding.document.and_then(|document| self.documents.get(&document));
                    let before = rows.len();
                    for segment in self.touched(written, &span) {
                        if given.insert((segment, coder.clone(), code.clone())) {
                            rows.push(Coding { segment, coder: coder.clone(), code: code.clone() });
                        }
                    }
                    fate.fate = if rows.len() > before { Fate::Kept } else { Fate::Repeats };
                    fate.why = how.to_owned();
                    fate.words = written.map(|written| words(&written.text, &span)).unwrap_or_default();
                    fate.span = Some(span);
                }
            }
            account.add("codings", fate.fate, fate.why.clone(), 1);
            fates.push((number, fate));
        }
        account.rows = rows.len();
        fates.sort_by_key(|(number, _)| *number);
        (fates.into_iter().map(|(_, fate)| fate).collect(), rows)
    }

    fn begun(&self, coding: &ProjectCoding) -> CodingFate {
        let kept = |decisions: &[Decision], number: usize| -> Option<String> {
            decisions.get(number).and_then(Decision::kept).map(str::to_owned)
        };
        let coder = match coding.user {
            Some(user) => kept(&self.decisions.users, user),
            None => self.nobody.map(str::to_owned),
        };
        let source = coding.document.and_then(|document| self.project.documents.get(document));
        let document = coding.document.and_then(|document| self.documents.get(&document));
        let (page, said) = match &coding.given_to {
            GivenTo::Words { page, words } => (*page, in_words(words)),
            _ => (None, String::new()),
        };
        CodingFate {
            id: coding.id.clone(),
            source: source.map(|source| source.name.clone()).unwrap_or_default(),
            document: document.map(|document| document.name.to_owned()),
            coder,
            named: self.project.codes.get(coding.code).map(|code| code.named()).unwrap_or_default(),
            code: kept(&self.decisions.codes, coding.code),
            span: None,
            page,
            words: said,
            created: coding.created.clone(),
            fate: Fate::LeftOut,
            why: String::new(),
        }
    }

    /// Where a coding is, or why it is nowhere.
    fn found(
        &self,
        number: usize,
        coding: &ProjectCoding,
        ends: &mut BTreeMap<(usize, u64, u64), Option<Range<usize>>>,
        faults: &mut Folded,
    ) -> Found {
        let left_out = |what: &str, decision: Option<&Decision>| match decision {
            Some(Decision::LeftOut(why)) => Some(Found::LeftOut(format!("{what} is left out: {why}"))),
            Some(Decision::Open) => Some(Found::Faulty),
            _ => None,
        };
        let decisions = self.decisions;
        let ids = [&coding.id, &coding.selection];
        if let Some(why) = ids.into_iter().find_map(|id| decisions.codings.get(id)) {
            return Found::LeftOut(why.clone());
        }
        if let Some(gone) = left_out("its code", decisions.codes.get(coding.code)) {
            return gone;
        }
        if let Some(gone) = coding.user.and_then(|user| left_out("its coder", decisions.users.get(user))) {
            return gone;
        }
        if let Some(gone) =
            coding.document.and_then(|source| left_out("its source", decisions.documents.get(source)))
        {
            return gone;
        }
        if coding.user.is_none() && self.nobody.is_none() {
            let message = "a coding names no user who gave it".to_owned();
            let only = match &self.project.users[..] {
                [only] if !only.name.is_empty() => only.name.as_str(),
                _ => "CODER",
            };
            let hint = format!("say in {FILE} who did: `nobody = \"{only}\"`, above all tables");
            fault(&coding.place, message, None, &hint, faults);
            return Found::Faulty;
        }
        let given_to = |what: &str| Found::LeftOut(format!("given to {what}"));
        let written = coding.document.and_then(|source| Some((source, self.documents.get(&source)?)));
        match (&coding.given_to, written) {
            (GivenTo::Other(what), _) => given_to(what),
            (_, None) => given_to("something that is no document"),
            (GivenTo::Words { words, .. }, Some((_, written))) => match once(&written.text, words) {
                Some(span) => Found::At(span, "placed by its words"),
                None => given_to("an area of a page whose words do not stand once in the text"),
            },
            (GivenTo::Text { start, end }, Some((source, written))) => {
                let span = ends
                    .entry((source, *start, *end))
                    .or_insert_with(|| self.span(number, coding, (*start, *end), written, faults));
                match span {
                    Some(span) if span.start == span.end => given_to("white space"),
                    Some(span) => Found::At(span.clone(), ""),
                    None => Found::Faulty,
                }
            }
        }
    }

    /// The characters between two positions, without white space around them; none where that is a fault.
    fn span(
        &self,
        number: usize,
        coding: &ProjectCoding,
        (start, end): (u64, u64),
        written: &Written<'_>,
        faults: &mut Folded,
    ) -> Option<Range<usize>> {
        let leave = format!(
            "or decide it in {FILE}: `[[coding]]` with `id = \"{}\"` and `leave_out = \"WHY\"`",
            coding.selection
        );
        let Some(span) = written.places.span(start, end) else {
            let message = format!(
                "a selection from {start} to {end} stands beyond the end of `{}`",
                shortened(written.name)
            );
            let note = format!("its text ends at {}", written.places.end());
            let hint =
                format!("export the project again (was the text changed after it was coded?), {leave}");
            fault(&coding.place, message, Some(note), &hint, faults);
            return None;
        };
        let titled = &self.decisions.titled;
        let is_titled = titled.contains(&coding.selection) || titled.contains(&coding.id);
        if let Some(says) = self.counted.misplaced.get(&number).filter(|_| !is_titled) {
            let stands = words(&written.text, &span);
            let message = format!(
                "the words of a selection from {start} to {end} of `{}` do not stand there",
                shortened(written.name)
            );
            let note = format!("it says `{}`; there stands `{}`", shortened(says), shortened(&stands));
            let hint = format!(
                "export the project again (was the text changed after it was coded?), say in {FILE} how positions are \
                 counted, {leave}, or `at_its_positions = \"WHY\"` if its name is no words of the text"
            );
            fault(&coding.place, message, Some(note), &hint, faults);
            return None;
        }
        Some(trimmed(&written.text, span))
    }

    /// The paragraphs that characters of a document are in.
    fn touched(&self, written: Option<&Written<'_>>, span: &Range<usize>) -> Vec<usize> {
        let paragraphs = written.map(|written| written.segments.clone()).unwrap_or_default();
        let is_touched = |number: &usize| {
            let segment = self.segments.get(*number);
            segment.is_some_and(|segment| segment.start < span.end && span.start < segment.end)
        };
        paragraphs.filter(is_touched).collect()
    }
}

/// A range of characters without white space at its ends.
fn trimmed(text: &[char], span: Range<usize>) -> Range<usize> {
    let within = text.get(span.clone()).unwrap_or_default();
    let ahead = within.iter().take_while(|c| c.is_whitespace()).count();
    let behind = within.iter().rev().take_while(|c| c.is_whitespace()).count();
    let start = span.start + ahead;
    start..span.end.saturating_sub(behind).max(start)
}

fn words(text: &[char], span: &Range<usize>) -> String {
    in_words(&text.get(span.clone()).unwrap_or_default().iter().collect::<String>())
}

/// Where `words` stand in `text`, white space aside, if they stand there once.
fn once(text: &[char], words: &str) -> Option<Range<usize>> {
    let wanted: Vec<char> = words.chars().filter(|c| !c.is_whitespace()).collect();
    let held = text.iter().enumerate().filter(|(_, c)| !c.is_whitespace());
    let held: Vec<usize> = held.map(|(at, _)| at).collect();
    if wanted.is_empty() {
        return None;
    }
    let mut found = held
        .windows(wanted.len())
        .filter(|window| window.iter().zip(&wanted).all(|(at, wanted)| text.get(*at) == Some(wanted)));
    let (Some(only), None) = (found.next(), found.next()) else { return None };
    Some(*only.first()?..*only.last()? + 1)
}

fn fault(place: &Place, message: String, note: Option<String>, hint: &str, faults: &mut Folded) {
    let line = place.line.unwrap_or_default();
    let told = |fault: Diagnostic| match note {
        Some(note) => fault.note(note).hint(hint),
        None => fault.hint(hint),
    };
    faults.add(None, line, Diagnostic::error(message), || place.clone(), told);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_an_area_are_found_where_they_stand_once() {
        let text: Vec<char> = "One house.\nA quiet\nhouse, a quiet place.".chars().collect();
        assert_eq!(once(&text, "a quiet place"), Some(26..39));
        assert_eq!(once(&text, "A  quiet house"), Some(11..24));
        assert_eq!([once(&text, "quiet"), once(&text, "loud"), once(&text, " ")], [None, None, None]);
        assert_eq!(trimmed(&text, 10..18), 11..18);
        assert_eq!(trimmed(&text, 10..11), 11..11);
    }
}
