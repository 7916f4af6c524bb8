//! What stands in a Stata file, section by section between its tags.
//!
//! In: the bytes of a file. Out: a [`Layout`]. The sections are those of Stata's `help dta`, read in their order: the
//! file's own map of them is not believed, and nothing is allocated because a number says so.

use std::collections::{HashMap, HashSet};

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use indexmap::IndexMap;

use super::values::{Shown, Storage, Value};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::sources::binary::{self, Bytes};
use crate::sources::decoding::Decoding;
use crate::sources::{Described, MissingValues, shortened};

/// Bytes that labels may take, which variables can share any number of times.
const MOST_LABELS: usize = 1 << 27;

/// What a file holds.
#[derive(Debug)]
pub(super) struct Layout<'a> {
    pub(super) variables: Vec<Variable>,
    /// The cells of all cases.
    pub(super) cells: &'a [u8],
    /// Bytes of a case.
    pub(super) width: usize,
    /// Texts that stand behind the cases.
    pub(super) long_texts: LongTexts<'a>,
    pub(super) words: Words,
    pub(super) big: bool,
    /// Labels of variables whose codes share one, to be told.
    pub(super) shared: Vec<(usize, String)>,
}

/// A variable.
#[derive(Debug)]
pub(super) struct Variable {
    pub(super) name: String,
    pub(super) storage: Storage,
    pub(super) shown: Shown,
    pub(super) described: Described,
}

/// Texts by the numbers that cells have for them.
#[derive(Debug)]
pub(super) struct LongTexts<'a> {
    /// Of the eight bytes in a cell, those that number the variable.
    variable: usize,
    texts: HashMap<(u64, u64), Option<&'a [u8]>>,
}

/// Decodes words, and remembers the first that were not in the file's encoding.
#[derive(Debug)]
pub(super) struct Words {
    pub(super) decoding: Decoding,
    /// Those words as Windows-1252.
    pub(super) odd: Option<String>,
}

/// Bytes that the parts of a release take.
#[derive(Clone, Copy, Debug)]
struct Sizes {
    variables: usize,
    cases: usize,
    label: usize,
    name: usize,
    format: usize,
    variable_label: usize,
    pointer: usize,
    object: usize,
}

type LabelSet = Vec<(Value, String)>;

impl Words {
    /// `bytes` up to the first zero, as text.
    pub(super) fn text(&mut self, bytes: &[u8]) -> String {
        let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
        let bytes = &bytes[..end];
        let before = std::mem::take(&mut self.decoding.misfit);
        let text = self.decoding.text(bytes);
        if self.decoding.misfit {
            self.odd
                .get_or_insert_with(|| shortened(WINDOWS_1252.decode_without_bom_handling(bytes).0.trim()));
        }
        self.decoding.misfit |= before;
        text
    }
}

impl<'a> LongTexts<'a> {
    /// The text that `cell` points at, or why there is none.
    pub(super) fn of(&self, cell: &[u8], big: bool) -> Result<&'a [u8], &'static str> {
        let (variable, object) = cell.split_at(self.variable.min(cell.len()));
        let pointer = (binary::unsigned(variable, big), binary::unsigned(object, big));
        match self.texts.get(&pointer) {
            _ if pointer == (0, 0) => Ok(&[]),
            Some(Some(text)) => Ok(text),
            Some(None) => Err(super::NO_TEXT),
            None => Err(super::NOWHERE),
        }
    }
}

impl Sizes {
    fn of(release: &[u8]) -> Option<Sizes> {
        let new = Sizes {
            variables: 2,
            cases: 8,
            label: 2,
            name: 129,
            format: 57,
            variable_label: 321,
            pointer: 2,
            object: 8,
        };
        match release {
            b"117" => Some(Sizes {
                cases: 4,
                label: 1,
                name: 33,
                format: 49,
                variable_label: 81,
                pointer: 4,
                object: 4,
                ..new
            }),
            b"118" => Some(new),
            b"119" => Some(Sizes { variables: 4, pointer: 3, ..new }),
            _ => None,
        }
    }
}

/// Reads all of `bytes`; an encoding that was declared goes before that of the release.
pub(super) fn read<'a>(
    bytes: &mut Bytes<'a>,
    declared: Option<&'static Encoding>,
) -> Result<Layout<'a>, Diagnostics> {
    const WHAT: &str = "its header";
    mark(bytes, "<stata_dta><header><release>")?;
    let at = bytes.at;
    let release = bytes.take(3, WHAT)?;
    let Some(sizes) = Sizes::of(release) else {
        bytes.at = at;
        let release = String::from_utf8_lossy(release);
        let fault = bytes.fault(format!("the file has Stata's release `{}`", shortened(&release)));
        let hint = "releases 117, 118 and 119 are read: in Stata, `saveold FILE, version(14)` writes one";
        return Err(fault.hint(hint).into());
    };
    let is_said = declared.is_some() || release != b"117";
    let decoding = Decoding { encoding: declared.unwrap_or(UTF_8), is_said, misfit: false };
    let mut words = Words { decoding, odd: None };
    mark(bytes, "</release><byteorder>")?;
    let at = bytes.at;
    bytes.big = match bytes.take(3, WHAT)? {
        b"LSF" => false,
        b"MSF" => true,
        _ => return Err(bytes.damaged(at, "Stata has no such byte order".to_owned()).into()),
    };
    mark(bytes, "</byteorder><K>")?;
    let variables = size(bytes.unsigned(sizes.variables, WHAT)?);
    mark(bytes, "</K><N>")?;
    let cases = size(bytes.unsigned(sizes.cases, WHAT)?);
    mark(bytes, "</N><label>")?;
    let length = size(bytes.unsigned(sizes.label, WHAT)?);
    bytes.take(length, WHAT)?;
    mark(bytes, "</label><timestamp>")?;
    let length = size(bytes.unsigned(1, WHAT)?);
    bytes.take(length, WHAT)?;
    mark(bytes, "</timestamp></header><map>")?;
    bytes.take(14 * 8, "its map")?;
    mark(bytes, "</map>")?;
    let (mut variables, sets) = described(bytes, sizes, variables, &mut words)?;
    characteristics(bytes)?;
    mark(bytes, "<data>")?;
    let width: usize = variables.iter().map(|variable| variable.storage.width()).sum();
    let cells = bytes.take(width.saturating_mul(cases), "its cases")?;
    mark(bytes, "</data>")?;
    let long_texts = long_texts(bytes, sizes)?;
    let shared = labelled(bytes, sizes, &mut variables, &sets, &mut words)?;
    mark(bytes, "</stata_dta>")?;
    Ok(Layout { variables, cells, width, long_texts, words, big: bytes.big, shared })
}

/// A number of things; what no machine can count is more than any file holds.
fn size(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// Takes `tags`, which must come next.
fn mark(bytes: &mut Bytes<'_>, tags: &str) -> Result<(), Diagnostics> {
    let at = bytes.at;
    match bytes.take(tags.len(), &format!("`{tags}`"))? {
        found if found == tags.as_bytes() => Ok(()),
        _ => Err(bytes.damaged(at, format!("`{tags}` does not stand where it must")).into()),
    }
}

/// The fields of a section, one for each of `count` variables.
fn fields<'a>(
    bytes: &mut Bytes<'a>,
    section: &str,
    length: usize,
    count: usize,
) -> Result<std::slice::ChunksExact<'a, u8>, Diagnostics> {
    mark(bytes, &format!("<{section}>"))?;
    let fields = bytes.take(count.saturating_mul(length), "its variables")?;
    mark(bytes, &format!("</{section}>"))?;
    Ok(fields.chunks_exact(length))
}

/// The variables as far as they are described before the cases, and the names of their labels.
fn described<'a>(
    bytes: &mut Bytes<'a>,
    sizes: Sizes,
    count: usize,
    words: &mut Words,
) -> Result<(Vec<Variable>, Vec<&'a [u8]>), Diagnostics> {
    let start = bytes.at;
    let kinds = fields(bytes, "variable_types", 2, count)?;
    let names = fields(bytes, "varnames", sizes.name, count)?;
    mark(bytes, "<sortlist>")?;
    bytes.take(count.saturating_add(1).saturating_mul(sizes.variables), "its variables")?;
    mark(bytes, "</sortlist>")?;
    let formats = fields(bytes, "formats", sizes.format, count)?;
    let sets = fields(bytes, "value_label_names", sizes.name, count)?;
    let labels = fields(bytes, "variable_labels", sizes.variable_label, count)?;
    let mut variables = Vec::new();
    for (((kind, name), format), label) in kinds.zip(names).zip(formats).zip(labels) {
        let name = crate::sources::on_one_line(&words.text(name));
        let kind = binary::unsigned(kind, bytes.big);
        let Some(storage) = Storage::of(kind) else {
            let message = format!("no type of Stata has the number {kind}, which `{}` has", shortened(&name));
            return Err(bytes.damaged(start, message).into());
        };
        let format = words.text(format);
        let shown = if storage.is_text() { Shown::Number } else { Shown::of(&format) };
        let label = crate::sources::on_one_line(&words.text(label));
        let described = Described { label, format, ..Described::default() };
        variables.push(Variable { name, storage, shown, described });
    }
    if variables.is_empty() {
        return Err(bytes.damaged(start, "the file has no variable".to_owned()).into());
    }
    Ok((variables, sets.collect()))
}

/// Passes over notes and the like.
fn characteristics(bytes: &mut Bytes<'_>) -> Result<(), Diagnostics> {
    const WHAT: &str = "its characteristics";
    mark(bytes, "<characteristics>")?;
    while bytes.rest().starts_with(b"<ch>") {
        mark(bytes, "<ch>")?;
        let length = size(bytes.unsigned(4, WHAT)?);
        bytes.take(length, WHAT)?;
        mark(bytes, "</ch>")?;
    }
    mark(bytes, "</characteristics>")
}

fn long_texts<'a>(bytes: &mut Bytes<'a>, sizes: Sizes) -> Result<LongTexts<'a>, Diagnostics> {
    const WHAT: &str = "its long texts";
    const ASCII: u8 = 130;
    mark(bytes, "<strls>")?;
    let mut texts = HashMap::new();
    while bytes.rest().starts_with(b"GSO") {
        mark(bytes, "GSO")?;
        let pointer = (bytes.unsigned(4, WHAT)?, bytes.unsigned(sizes.object, WHAT)?);
        let [kind] = bytes.array(WHAT)?;
        let length = size(bytes.unsigned(4, WHAT)?);
        let text = bytes.take(length, WHAT)?;
        texts.insert(pointer, (kind == ASCII).then_some(text));
    }
    mark(bytes, "</strls>")?;
    Ok(LongTexts { variable: sizes.pointer, texts })
}

/// Gives `variables` the labels of their values, by the names of their `sets`; returns labels that codes share.
fn labelled(
    bytes: &mut Bytes<'_>,
    sizes: Sizes,
    variables: &mut [Variable],
    sets: &[&[u8]],
    words: &mut Words,
) -> Result<Vec<(usize, String)>, Diagnostics> {
    mark(bytes, "<value_labels>")?;
    let mut known: HashMap<String, LabelSet> = HashMap::new();
    let mut size = 0;
    while bytes.rest().starts_with(b"<lbl>") {
        let (name, set) = label_set(bytes, sizes, words, &mut size)?;
        known.insert(name, set);
    }
    let mut shared = Vec::new();
    for (column, (variable, name)) in variables.iter_mut().zip(sets).enumerate() {
        let name = words.text(name);
        let Some(set) = known.get(&name).filter(|_| !variable.storage.is_text()) else { continue };
        let mut value_labels = IndexMap::new();
        let mut codes = Vec::new();
        let mut met = HashSet::new();
        for (value, label) in set {
            size = size.saturating_add(label.len());
            if size > MOST_LABELS {
                return Err(too_many_labels(bytes).into());
            }
            let Some(code) = variable.shown.text(*value).filter(|code| !code.is_empty()) else { continue };
            if matches!(value, Value::Missing(_)) {
                codes.push(code.clone());
            }
            if !met.insert(label) {
                shared.push((column, label.clone()));
            }
            value_labels.insert(code, label.clone());
        }
        variable.described.value_labels = value_labels;
        variable.described.missing = MissingValues { codes, range: None };
    }
    mark(bytes, "</value_labels>")?;
    Ok(shared)
}

/// The labels under one name; `size` is what all of them take, with what was read before.
fn label_set(
    bytes: &mut Bytes<'_>,
    sizes: Sizes,
    words: &mut Words,
    size: &mut usize,
) -> Result<(String, LabelSet), Diagnostics> {
    const WHAT: &str = "its value labels";
    mark(bytes, "<lbl>")?;
    bytes.take(4, WHAT)?;
    let name = words.text(bytes.take(sizes.name, WHAT)?);
    bytes.take(3, WHAT)?;
    let count = self::size(bytes.unsigned(4, WHAT)?);
    let length = self::size(bytes.unsigned(4, WHAT)?);
    let at = bytes.at;
    let starts = bytes.take(count.saturating_mul(4), WHAT)?;
    let values = bytes.take(count.saturating_mul(4), WHAT)?;
    let texts = bytes.take(length, WHAT)?;
    let mut set = Vec::new();
    for (start, value) in starts.chunks_exact(4).zip(values.chunks_exact(4)) {
        let start = self::size(binary::unsigned(start, bytes.big));
        let Some(text) = texts.get(start..) else {
            let message = format!("a value label of `{}` is nowhere", shortened(&name));
            return Err(bytes.damaged(at, message).into());
        };
        let end = text.iter().position(|byte| *byte == 0).unwrap_or(text.len());
        *size = size.saturating_add(end + 1);
        if *size > MOST_LABELS {
            return Err(too_many_labels(bytes).into());
        }
        let label = words.text(&text[..end]).trim().to_owned();
        set.push((Storage::Long.value(value, bytes.big), label));
    }
    mark(bytes, "</lbl>")?;
    Ok((name, set))
}

fn too_many_labels(bytes: &Bytes<'_>) -> Diagnostic {
    let fault = bytes.fault(format!("its value labels are more than {} MiB", MOST_LABELS >> 20));
    fault.hint("save it with fewer variables")
}
