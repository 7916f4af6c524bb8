//! The codings of a project as codes that coders gave to paragraphs.
//!
//! In: the project, what was decided, and the paragraphs of its documents. Out: for each coding its fate, and the rows that those
//! which are kept give: one for each paragraph that a selection has a word of.
//!
//! - A coding has one fate. It is kept if it gives a row, repeats if its rows are there already, else it is left out.
//! - A selection that stands beyond its text, or where its words do not, is a fault: then none of them can be trusted.
//! - A small file gives no more than so many rows and words: what a selection holds is written with each of its codings.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use super::account::{Account, Fate};
use super::decide::Decision;
use super::decisions::Decisions;
use super::definitions::FILE;
use super::placed::Stripped;
use crate::codebook::material::{Coding, Segment};
use crate::diagnostic::{Diagnostic, Folded, Place};
use crate::sources::project::{Counted, GivenTo, Places, Project, ProjectCoding, in_words, trimmed};
use crate::sources::shortened;

/// Bytes of the words of all codings, and rows that they give.
const MOST_WORDS: usize = 1 << 29;
const MOST_ROWS: usize = 1 << 24;

/// Why a coding is kept that is found by the words of its area, and that names no coder itself.
const BY_WORDS: &str = "placed by its words";
const BY_SELECTION: &str = "coder: that of its selection";

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
    At(Range<usize>),
    LeftOut(String),
    Faulty,
}

/// A selection: its document, first and last position, its id, and the words that must stand there.
type Selected<'a> = (usize, u64, u64, &'a str, Option<&'a str>);

/// What was found so far: selections, and areas by their words.
#[derive(Default)]
struct Known<'a> {
    selections: HashMap<Selected<'a>, Option<Range<usize>>>,
    stripped: HashMap<usize, Stripped>,
    areas: HashMap<(usize, *const u8), Option<Range<usize>>>,
}

impl<'a> Placing<'a> {
    /// All codings with their fates, and the rows that they give, in the order of the project.
    pub(super) fn place(&self, account: &mut Account, faults: &mut Folded) -> (Vec<CodingFate>, Vec<Coding>) {
        let mut given: HashSet<(usize, String, String)> = HashSet::new();
        let mut rows = Vec::new();
        let mut fates = Vec::new();
        let mut known = Known::default();
        let mut words_left = MOST_WORDS;
        // What has a place in the text goes before what is found there by its words.
        let codings = || self.project.codings.iter().enumerate();
        let is_found = |coding: &ProjectCoding| matches!(coding.given_to, GivenTo::Words { .. });
        let placed = codings().filter(|(_, coding)| !is_found(coding));
        for (number, coding) in placed.chain(codings().filter(|(_, coding)| is_found(coding))) {
            let found = self.found(number, coding, &mut known, faults);
            let length = match (&found, &coding.given_to) {
                (Found::At(span), _) => span.len(),
                (Found::LeftOut(_), GivenTo::Words { words, .. }) => words.len(),
                _ => 0,
            };
            let left = words_left.checked_sub(length).filter(|_| rows.len() <= MOST_ROWS);
            let Some(left) = left else {
                self.too_much(faults);
                break;
            };
            words_left = left;
            let mut fate = self.begun(coding);
            match found {
                Found::Faulty => continue,
                Found::LeftOut(why) => {
                    (fate.fate, fate.why) = (Fate::LeftOut, why);
                    if let GivenTo::Words { words, .. } = &coding.given_to {
                        fate.words = in_words(words);
                    }
                }
                Found::At(span) => {
                    let (Some(coder), Some(code)) = (&fate.coder, &fate.code) else { continue };
                    let written = coding.document.and_then(|document| self.documents.get(&document));
                    let before = rows.len();
                    for segment in self.touched(written, &span) {
                        if given.insert((segment, coder.clone(), code.clone())) {
                            rows.push(Coding { segment, coder: coder.clone(), code: code.clone() });
                        }
                        if rows.len() > MOST_ROWS {
                            break;
                        }
                    }
                    fate.fate = if rows.len() > before { Fate::Kept } else { Fate::Repeats };
                    fate.why = how(coding);
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
        let page = if let GivenTo::Words { page, .. } = &coding.given_to { *page } else { None };
        CodingFate {
            id: coding.id.clone(),
            source: source.map(|source| source.name.clone()).unwrap_or_default(),
            document: document.map(|document| document.name.to_owned()),
            coder,
            named: self.project.codes.get(coding.code).map(|code| code.named()).unwrap_or_default(),
            code: kept(&self.decisions.codes, coding.code),
            span: None,
            page,
            words: String::new(),
            created: coding.created.clone(),
            fate: Fate::LeftOut,
            why: String::new(),
        }
    }

    /// Tells that the codings are more than any study has.
    fn too_much(&self, faults: &mut Folded) {
        let message = format!(
            "the codings hold more than {} MiB of words, or more than {MOST_ROWS} paragraphs",
            MOST_WORDS >> 20
        );
        let place = Place::file(&*self.project.file);
        let hint = "export the project in parts: what a selection holds is written with each of its codings";
        fault(&place, message, None, hint, faults);
    }

    /// Where a coding is, or why it is nowhere.
    fn found(
        &self,
        number: usize,
        coding: &'a ProjectCoding,
        known: &mut Known<'a>,
        faults: &mut Folded,
    ) -> Found {
        if let Some(why) = self.decisions.left_out(coding) {
            return Found::LeftOut(why);
        }
        // What is open is told already.
        if self.decisions.is_open(coding) {
            return Found::Faulty;
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
        let Some((source, written)) = written else { return given_to("something that is no document") };
        match &coding.given_to {
            GivenTo::Other(what) => given_to(what),
            GivenTo::Words { words, .. } => {
                let Known { stripped, areas, .. } = known;
                let span = areas.entry((source, Arc::as_ptr(words).cast())).or_insert_with(|| {
                    stripped.entry(source).or_insert_with(|| Stripped::of(&written.text)).once(words)
                });
                match span {
                    Some(span) => Found::At(span.clone()),
                    None => given_to("an area of a page whose words do not stand once in the text"),
                }
            }
            GivenTo::Text { start, end } => {
                let says = self.counted.misplaced.get(&number).map(String::as_str);
                let says = says.filter(|_| !self.decisions.is_titled(coding));
                let span = known
                    .selections
                    .entry((source, *start, *end, &*coding.selection, says))
                    .or_insert_with(|| self.span(coding, (*start, *end), says, written, faults));
                match span {
                    Some(span) if span.start == span.end => given_to("white space"),
                    Some(span) => Found::At(span.clone()),
                    None => Found::Faulty,
                }
            }
        }
    }

    /// The characters between two positions, without white space around them; none where that is a fault, or where the words
    /// that it `says` do not stand there.
    fn span(
        &self,
        coding: &ProjectCoding,
        (start, end): (u64, u64),
        says: Option<&str>,
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
        if let Some(says) = says {
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

    /// The characters of a document that a selection is about: the first, and the one behind the last.
    pub(super) fn characters(&self, document: usize, (start, end): (u64, u64)) -> Option<(usize, usize)> {
        let written = self.documents.get(&document)?;
        let span = trimmed(&written.text, written.places.span(start, end)?);
        Some((span.start, span.end))
    }

    /// The paragraphs that characters of a document are in.
    fn touched(&self, written: Option<&Written<'_>>, span: &Range<usize>) -> Range<usize> {
        let Some(written) = written else { return 0..0 };
        let Range { start, end } = written.segments.clone();
        let paragraphs = self.segments.get(start..end).unwrap_or_default();
        let first = paragraphs.partition_point(|segment| segment.end <= span.start);
        let last = paragraphs.partition_point(|segment| segment.start < span.end);
        start + first..start + last.max(first)
    }
}

fn words(text: &[char], span: &Range<usize>) -> String {
    in_words(&text.get(span.clone()).unwrap_or_default().iter().collect::<String>())
}

/// How a coding was read that is kept; empty where there is nothing to say of it.
fn how(coding: &ProjectCoding) -> String {
    let by_words = matches!(coding.given_to, GivenTo::Words { .. });
    let said = [(by_words, BY_WORDS), (coding.is_user_of_selection, BY_SELECTION)];
    let said: Vec<&str> = said.into_iter().filter(|(is_so, _)| *is_so).map(|(_, what)| what).collect();
    said.join("; ")
}

fn fault(place: &Place, message: String, note: Option<String>, hint: &str, faults: &mut Folded) {
    let line = place.line.unwrap_or_default();
    let told = |fault: Diagnostic| match note {
        Some(note) => fault.note(note).hint(hint),
        None => fault.hint(hint),
    };
    faults.add(None, line, Diagnostic::error(message), || place.clone(), told);
}
