//! The case studies: cases, documents, their paragraphs as segments, and the codes that coders gave to segments.
//!
//! In: the files that `study.toml` names, which are tables and texts, or a project of qualitative data. Out: [`Material`],
//! or all faults at once. Columns that the program does not need are the study's own and are carried along as text.

use std::collections::{HashMap, HashSet};

use super::model::Codebook;
use super::project::{self, OfProject};
use super::sheet::{Field, Holding, Sheet, shown};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, nearest};
use crate::sources::{Faults, RawTable, Text};
use crate::study::{Source, Study};

/// The case studies; a study may have cases and no documents of them, or none at all.
#[derive(Clone, Debug, Default)]
pub struct Material {
    /// The cases, with all columns of their file.
    pub cases: Option<Sheet>,
    /// Their documents.
    pub documents: Option<Documents>,
    /// What else a project holds, where they come from one.
    pub project: Option<OfProject>,
}

/// What was written about the cases.
#[derive(Clone, Debug, Default)]
pub struct Documents {
    /// The documents, with all columns of their list.
    pub list: Sheet,
    /// Paragraphs of documents, in order.
    pub segments: Vec<Segment>,
    /// Codes given to segments, in the order of the file.
    pub codings: Vec<Coding>,
}

/// A paragraph of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// The document.
    pub document: String,
    /// The case that the document is about.
    pub case: String,
    /// Number of the paragraph, from 1.
    pub paragraph: usize,
    /// Where it begins, in characters from the beginning of the text.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// Its words.
    pub excerpt: String,
}

/// A code that a coder gave to a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coding {
    /// The segment, by its number in [`Documents::segments`].
    pub segment: usize,
    /// Who gave it.
    pub coder: String,
    /// Path of the code.
    pub code: String,
}

impl Material {
    /// Reads the case studies of `study`: from its tables, or from its project.
    ///
    /// # Errors
    /// All faults of the cases, documents, texts and codings, among them names that point to nothing.
    pub fn read(study: &Study, codebook: &Codebook) -> Result<(Material, Diagnostics), Diagnostics> {
        let mut diagnostics = Diagnostics::new();
        let cases = cases(study, &mut diagnostics);
        if let Some(codes) = &study.sources.codes {
            project::read_codes(study, codes, codebook, &mut diagnostics);
        }
        if let Some(name) = &study.sources.project {
            let read = project::read(study, name, codebook, cases.as_ref(), &mut diagnostics);
            let material = match read {
                Some((cases, documents, of_project)) => {
                    Material { cases: Some(cases), documents: Some(documents), project: Some(of_project) }
                }
                None => Material::default(),
            };
            return diagnostics.or(material);
        }
        let documents = cases.as_ref().zip(study.sources.documents.as_ref()).map(|(cases, source)| {
            let list = documents(study, source, cases, &mut diagnostics);
            let segments = segments(study, source, &list, &mut diagnostics);
            let codings = study.sources.codings.as_ref();
            let codings = codings
                .map(|source| codings_of(study, source, codebook, &list, &segments, &mut diagnostics))
                .unwrap_or_default();
            Documents { list, segments, codings }
        });
        diagnostics.or(Material { cases, documents, project: None })
    }

    /// Reads the table of cases alone; none where the study has none.
    ///
    /// # Errors
    /// All faults of the table.
    pub fn cases(study: &Study) -> Result<(Option<Sheet>, Diagnostics), Diagnostics> {
        let mut diagnostics = Diagnostics::new();
        let cases = cases(study, &mut diagnostics);
        diagnostics.or(cases)
    }
}

/// Reads the table of cases; none where the study has none.
fn cases(study: &Study, diagnostics: &mut Diagnostics) -> Option<Sheet> {
    let fields = [("case_id", Holding::Name)];
    study.sources.cases.as_ref().map(|source| {
        sheet(study, source, &fields, diagnostics, |sheet, table, faults| {
            unique(sheet, table, "case_id", faults);
        })
    })
}

/// Reads the list of documents, each of which is about one of `cases`.
fn documents(study: &Study, source: &Source, cases: &Sheet, diagnostics: &mut Diagnostics) -> Sheet {
    let fields = [("document_id", Holding::Name), ("case_id", Holding::Name), ("kind", Holding::Name)];
    sheet(study, source, &fields, diagnostics, |sheet, table, faults| {
        unique(sheet, table, "document_id", faults);
        let known: Vec<&str> = (0..cases.rows()).map(|row| cases.text("case_id", row)).collect();
        for row in 0..sheet.rows() {
            plain_name(table, row, sheet.text("document_id", row), faults);
            // Without a column of cases none is known: that is told already.
            if cases.column("case_id").is_none() {
                continue;
            }
            known_name(table, row, "case_id", sheet.text("case_id", row), &known, "case", faults);
        }
    })
}

/// Reads and checks one table; its faults go to `diagnostics`.
pub(super) fn sheet(
    study: &Study,
    source: &Source,
    fields: &[Field],
    diagnostics: &mut Diagnostics,
    check: impl FnOnce(&Sheet, &RawTable, &mut Faults<'_>),
) -> Sheet {
    match RawTable::read(&study.root, source) {
        Ok((table, warnings)) => {
            diagnostics.extend(warnings);
            let mut faults = Faults::new(&table);
            let sheet = Sheet::read(&table, fields, &mut faults);
            check(&sheet, &table, &mut faults);
            diagnostics.extend(faults.finish());
            sheet
        }
        Err(faults) => {
            diagnostics.extend(faults);
            Sheet::default()
        }
    }
}

/// Tells values that stand twice in the column `name`.
pub(super) fn unique(sheet: &Sheet, table: &RawTable, name: &str, faults: &mut Faults<'_>) {
    let mut first: HashMap<&str, usize> = HashMap::new();
    for row in 0..sheet.rows() {
        let value = sheet.text(name, row);
        if value.is_empty() {
            continue;
        }
        if let Some(before) = first.insert(value, row) {
            let fault = Diagnostic::error(format!("`{}` stands twice in `{name}`", shown(value)));
            faults.cell(row, table.column(name).unwrap_or_default(), fault, |f| {
                f.note(format!("first {}", table.standing(before))).hint("rename or take out one of them")
            });
        }
    }
}

/// Tells a value that should be the name of something, and is not.
fn known_name(
    table: &RawTable,
    row: usize,
    column: &str,
    value: &str,
    known: &[&str],
    what: &str,
    faults: &mut Faults<'_>,
) {
    if value.is_empty() || known.contains(&value) {
        return;
    }
    let fault = Diagnostic::error(format!("there is no {what} `{}`", shown(value)));
    faults.cell(row, table.column(column).unwrap_or_default(), fault, |f| {
        match nearest(value, known.iter().copied()) {
            Some(near) => f.hint(format!("did you mean `{near}`?")),
            None => f.hint(format!("correct the name, or define the {what}")),
        }
    });
}

/// A document is named like its file, which stands in the folder of texts and nowhere else.
fn plain_name(table: &RawTable, row: usize, document: &str, faults: &mut Faults<'_>) {
    if is_plain(document) {
        return;
    }
    let fault = Diagnostic::error(format!("`{}` cannot be the name of a document", shown(document)));
    faults.cell(row, table.column("document_id").unwrap_or_default(), fault, |f| {
        f.hint("its text is the file of this name and `.txt`: write no `/`, `\\` or `:`, and no `.` first")
    });
}

fn is_plain(document: &str) -> bool {
    !document.starts_with('.') && !document.contains(['/', '\\', ':'])
}

/// Reads the text of every document, and tells texts that no document names.
fn segments(
    study: &Study,
    source: &Source,
    documents: &Sheet,
    diagnostics: &mut Diagnostics,
) -> Vec<Segment> {
    let folder = study.sources.texts.as_deref().unwrap_or_default();
    let mut segments = Vec::new();
    let mut named = HashSet::new();
    for row in 0..documents.rows() {
        let document = documents.text("document_id", row);
        if document.is_empty() || !is_plain(document) || !named.insert(format!("{document}.txt")) {
            continue;
        }
        match Text::read(&study.root, &format!("{folder}/{document}.txt")) {
            Ok((text, warnings)) => {
                diagnostics.extend(warnings);
                segments.extend(text.paragraphs.into_iter().map(|paragraph| Segment {
                    document: document.to_owned(),
                    case: documents.text("case_id", row).to_owned(),
                    paragraph: paragraph.number,
                    start: paragraph.start,
                    end: paragraph.end,
                    excerpt: paragraph.words,
                }));
            }
            Err(faults) => diagnostics.extend(faults),
        }
    }
    if documents.column("document_id").is_none() {
        return segments;
    }
    let entries = fs_err::read_dir(study.root.join(folder)).into_iter().flatten();
    let mut stray: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.ends_with(".txt") && !name.starts_with('.') && !named.contains(name))
        .collect();
    stray.sort();
    for name in stray {
        diagnostics.push(
            Diagnostic::warning("no document has this text")
                .at(Place::file(format!("{folder}/{name}")))
                .hint(format!("list it in {}, or take it out", source.file)),
        );
    }
    segments
}

fn codings_of(
    study: &Study,
    source: &Source,
    codebook: &Codebook,
    documents: &Sheet,
    segments: &[Segment],
    diagnostics: &mut Diagnostics,
) -> Vec<Coding> {
    let fields = [
        ("document_id", Holding::Name),
        ("paragraph", Holding::Count),
        ("opening", Holding::Name),
        ("coder", Holding::Name),
        ("code", Holding::Name),
    ];
    let mut codings = Vec::new();
    let known: Vec<&str> = (0..documents.rows()).map(|row| documents.text("document_id", row)).collect();
    let codes: Vec<&str> = codebook.code_frame.codes.iter().map(|c| c.path.as_str()).collect();
    let numbers: HashMap<(&str, i64), usize> = segments
        .iter()
        .enumerate()
        .filter_map(|(n, s)| Some(((s.document.as_str(), i64::try_from(s.paragraph).ok()?), n)))
        .collect();
    let _ = sheet(study, source, &fields, diagnostics, |sheet, table, faults| {
        let mut given = HashSet::new();
        for row in 0..sheet.rows() {
            let (document, code) = (sheet.text("document_id", row), sheet.text("code", row));
            let coder = sheet.text("coder", row);
            // Without a column of documents none is known: that is told already.
            if documents.column("document_id").is_some() {
                known_name(table, row, "document_id", document, &known, "document", faults);
            }
            known_name(table, row, "code", code, &codes, "code", faults);
            let Some(paragraph) = sheet.integer("paragraph", row) else { continue };
            let opening = sheet.text("opening", row);
            let Some(segment) = numbers.get(&(document, paragraph)).copied() else {
                if known.contains(&document) {
                    let paragraphs = segments.iter().filter(|s| s.document == document).count();
                    let fault = Diagnostic::error(format!("`{document}` has no paragraph {paragraph}"));
                    faults.cell(row, table.column("paragraph").unwrap_or_default(), fault, |f| {
                        let f =
                            f.note(format!("it has {}", crate::diagnostic::count(paragraphs, "paragraph")));
                        match moved(segments, document, opening) {
                            Some(hint) => f.hint(hint),
                            None => f.hint("paragraphs are parted by empty lines and counted from 1"),
                        }
                    });
                }
                continue;
            };
            check_opening(table, row, &segments[segment], opening, segments, faults);
            if !given.insert((segment, coder.to_owned(), code.to_owned())) {
                let fault = Diagnostic::error(format!(
                    "`{coder}` gives `{code}` twice to paragraph {paragraph} of `{document}`"
                ));
                faults.cell(row, table.column("code").unwrap_or_default(), fault, |f| {
                    f.hint("take out one of the rows")
                });
                continue;
            }
            codings.push(Coding { segment, coder: coder.to_owned(), code: code.to_owned() });
        }
    });
    codings
}

/// A coding repeats the first words of its paragraph, so that no change to the text moves it to another one unseen.
fn check_opening(
    table: &RawTable,
    row: usize,
    segment: &Segment,
    opening: &str,
    segments: &[Segment],
    faults: &mut Faults<'_>,
) {
    const FEWEST: usize = 4;
    const SHOWN: usize = 5;
    let column = table.column("opening").unwrap_or_default();
    let words = |text: &str| text.split_whitespace().count();
    let begins: Vec<&str> = segment.excerpt.split_whitespace().take(words(opening).max(SHOWN)).collect();
    let begins = shown(&begins.join(" "));
    if opening.is_empty() {
        return;
    }
    let (document, paragraph) = (&segment.document, segment.paragraph);
    if !begins_with(&segment.excerpt, opening) {
        let fault = Diagnostic::error(format!(
            "paragraph {paragraph} of `{document}` does not begin with `{}`",
            shown(opening)
        ));
        faults.cell(row, column, fault, |f| {
            let unknown = "no paragraph of the document begins so: see whether the code still fits, then correct \
                           `opening`";
            f.note(format!("it begins with `{begins}`"))
                .hint(moved(segments, document, opening).unwrap_or_else(|| unknown.to_owned()))
        });
    } else if words(opening) < FEWEST.min(words(&segment.excerpt)) {
        let fault = Diagnostic::error(format!(
            "`{}` is too short an opening to know paragraph {paragraph} of `{document}` by",
            shown(opening)
        ));
        faults.cell(row, column, fault, |f| f.hint(format!("write at least {FEWEST} words: `{begins}`")));
    }
}

fn begins_with(text: &str, opening: &str) -> bool {
    let mut words = text.split_whitespace();
    opening.split_whitespace().all(|word| words.next() == Some(word))
}

/// Which paragraph of `document` begins with `opening`, as advice; none where that is not one paragraph.
fn moved(segments: &[Segment], document: &str, opening: &str) -> Option<String> {
    let mut so = segments
        .iter()
        .filter(|s| s.document == document && !opening.is_empty() && begins_with(&s.excerpt, opening));
    let (found, None) = (so.next()?, so.next()) else { return None };
    Some(format!(
        "paragraph {} begins so: has the text changed since it was coded? Number its codings anew",
        found.paragraph
    ))
}
