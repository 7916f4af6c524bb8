//! What can be seen to be wrong with the templates by reading them.
//!
//! In: the study's templates and bibliography. Out: every number that is typed instead of named, every quantifier that
//! no condition answers for, every citation of nothing, every call that would reach out of the report; all at once.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::diagnostic::{Diagnostic, Diagnostics, Place, nearest};

use super::quantifiers::{Amount, find};
use super::scan::{Kind, Piece, Quoted, pieces, quoted};
use super::templates::{Templates, source_path};

/// What a template could do with Typst that a report has no need for.
const FORBIDDEN: [(&str, &str); 4] = [
    ("eval(", "it would run text as a program"),
    ("@preview", "a report is made without packages from the network"),
    ("plugin(", "a report runs no foreign programs"),
    ("read(", "results reach a template by their names, not as files"),
];

/// Every fault that reading shows. `keys` are the keys of the bibliography, `counted` what the study counts.
pub fn lint(templates: &Templates, keys: &BTreeSet<String>, counted: &[String]) -> Diagnostics {
    let mut faults = Diagnostics::new();
    let labels: BTreeSet<&str> = templates.sources.values().flat_map(|source| labels(source)).collect();
    for (name, source) in &templates.sources {
        let page = Page { file: source_path(name), source, counted };
        for piece in pieces(source) {
            match piece.kind {
                Kind::Literal => {
                    page.amounts(&piece, piece.span.clone(), &mut faults);
                    page.citations(piece.span.clone(), keys, &labels, &mut faults);
                    page.forbidden(piece.span.clone(), &mut faults);
                }
                Kind::Expression | Kind::Statement => {
                    page.unescaped(&piece, &mut faults);
                    for text in quoted(source, &piece.span) {
                        if page.is_printed(&piece, &text) {
                            page.amounts(&piece, text.span, &mut faults);
                        }
                    }
                }
                Kind::Comment => {}
            }
        }
    }
    for (name, bytes) in &templates.plain {
        if let (true, Ok(source)) = (name.ends_with(".typ"), std::str::from_utf8(bytes)) {
            Page { file: source_path(name), source, counted }.forbidden(0..source.len(), &mut faults);
        }
    }
    faults
}

/// A file that is looked at.
struct Page<'a> {
    file: String,
    source: &'a str,
    counted: &'a [String],
}

impl Page<'_> {
    fn place(&self, span: Range<usize>) -> Place {
        Place::span(&self.file, self.source, span)
    }

    /// Whether a string in a tag ends up as words on a page: captions, titles, what is printed or kept to be printed.
    fn is_printed(&self, piece: &Piece, text: &Quoted) -> bool {
        let tag = super::scan::inner(&self.source[piece.span.clone()]);
        let called = tag.strip_prefix("call").map_or(tag, str::trim_start);
        if let Some(keyword) = text.keyword.as_deref().filter(|_| !tag.starts_with("set ")) {
            return keyword == "caption";
        }
        // What is given to a function is a name; a string outside every call is text.
        let before = &self.source[piece.span.start..text.span.start];
        let given = before.matches('(').count() > before.matches(')').count()
            && !before[2..].trim_start().starts_with('(');
        let prints = piece.kind == Kind::Expression || tag.starts_with("set ");
        prints && !given || called.starts_with("box")
    }

    fn amounts(&self, piece: &Piece, span: Range<usize>, faults: &mut Diagnostics) {
        for found in find(&self.source[span.clone()], self.counted) {
            let at = span.start + found.span.start..span.start + found.span.end;
            let words = &self.source[at.clone()];
            let cited = piece.within.iter().any(|b| b == "cited");
            match found.amount {
                // A condition that holds does not make a typed number right: only a citation answers for one.
                Amount::Number if !cited => faults.push(
                    Diagnostic::error(format!("the number `{words}` is typed, not named"))
                        .at(self.place(at))
                        .hint("name it: {{ num(\"query[row].column\") }}")
                        .hint("a number from the literature goes into {% call cited(\"key\") %}…{% endcall %}"),
                ),
                Amount::Quantifier if !piece.sheltered() => faults.push(
                    Diagnostic::error(format!("nothing shows that `{words}` is true"))
                        .at(self.place(at))
                        .hint("put the sentence into {% call guard(\"query[row].share > 0.5\") %}…{% endcall %}, with the condition that makes it true")
                        .hint("or let the number choose its words: {{ num(\"query[row].share\", \"words\") }}"),
                ),
                _ => {}
            }
        }
    }

    fn citations(
        &self,
        span: Range<usize>,
        keys: &BTreeSet<String>,
        labels: &BTreeSet<&str>,
        faults: &mut Diagnostics,
    ) {
        for at in references(self.source, span) {
            let key = &self.source[at.start + 1..at.end];
            let drawn = key.starts_with("fig-") || key.starts_with("tab-");
            if drawn || keys.contains(key) || labels.contains(key) {
                continue;
            }
            let mut fault = Diagnostic::error(format!("`@{key}` refers to nothing"))
                .at(self.place(at.clone()))
                .note("it is neither a key of the bibliography nor a label in the templates");
            let known = keys.iter().map(String::as_str).chain(labels.iter().copied());
            if let Some(near) = nearest(key, known) {
                fault = fault.hint(format!("did you mean `@{near}`?"));
            }
            faults.push(fault);
        }
    }

    fn unescaped(&self, piece: &Piece, faults: &mut Diagnostics) {
        let tag = super::scan::inner(&self.source[piece.span.clone()]);
        if piece.kind == Kind::Statement && tag.starts_with("autoescape") {
            faults.push(
                Diagnostic::error("`autoescape` has no place in a report")
                    .at(self.place(piece.span.clone()))
                    .note("what the data say would be taken for markup"),
            );
        }
    }

    fn forbidden(&self, span: Range<usize>, faults: &mut Diagnostics) {
        let text = &self.source[span.clone()];
        for (words, why) in FORBIDDEN {
            for (i, _) in text.match_indices(words) {
                let word_before = text[..i].ends_with(|c: char| c.is_alphanumeric() || c == '-' || c == '_');
                if word_before && words != "@preview" {
                    continue;
                }
                let at = span.start + i;
                faults.push(
                    Diagnostic::error(format!("`{}` has no place in a report", words.trim_end_matches('(')))
                        .at(self.place(at..at + words.len()))
                        .note(why),
                );
            }
        }
    }
}

/// Places of the references `@key` in a stretch of `source`.
fn references(source: &str, span: Range<usize>) -> Vec<Range<usize>> {
    let text = &source[span.clone()];
    text.match_indices('@')
        .filter(|(i, _)| !text[..*i].ends_with(|c: char| c.is_alphanumeric() || c == '\\' || c == '.'))
        .filter_map(|(i, _)| {
            let key: &str = &text[i + 1..];
            let end = key.find(|c: char| !(c.is_alphanumeric() || "-_.:".contains(c))).unwrap_or(key.len());
            let key = key[..end].trim_end_matches(['.', ':']);
            (!key.is_empty() && key != "preview").then(|| span.start + i..span.start + i + 1 + key.len())
        })
        .collect()
}

/// Places of the references to figures and tables in the words of a template.
pub fn drawn_references(source: &str) -> Vec<Range<usize>> {
    let words = pieces(source).into_iter().filter(|p| p.kind == Kind::Literal);
    words
        .flat_map(|p| references(source, p.span))
        .filter(|at| ["@fig-", "@tab-"].iter().any(|start| source[at.clone()].starts_with(start)))
        .collect()
}

/// Labels `<name>` in the literal text of a template.
fn labels(source: &str) -> Vec<&str> {
    let mut out = Vec::new();
    for piece in pieces(source).into_iter().filter(|p| p.kind == Kind::Literal) {
        let mut rest = &source[piece.span];
        while let Some(open) = rest.find('<') {
            rest = &rest[open + 1..];
            if let Some(close) = rest.find('>') {
                let label = &rest[..close];
                if !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || "-_.:".contains(c)) {
                    out.push(label);
                }
            }
        }
    }
    out
}

/// The keys of a bibliography in BibLaTeX's format.
///
/// # Errors
/// It does not parse; the place is told.
pub fn citation_keys(file: &str, text: &str) -> Result<BTreeSet<String>, Diagnostics> {
    match biblatex::Bibliography::parse(text) {
        Ok(works) => Ok(works.keys().map(str::to_owned).collect()),
        Err(e) => Err(Diagnostic::error(format!("the bibliography does not parse: {}", e.kind))
            .at(Place::span(file, text, e.span))
            .into()),
    }
}
