//! The dictionary of an SPSS system file: its records as they stand, and the variables that they make up.
//!
//! In: the bytes of a file. Out: a [`Dictionary`], read up to where the cases begin. The layout is that of the manual
//! "System File Format" of PSPP; nothing is allocated because a header says so.

use std::collections::{HashMap, HashSet};

use encoding_rs::Encoding;
use indexmap::IndexMap;

use super::values::Shown;
use crate::diagnostic::Diagnostics;
use crate::sources::binary::{Bytes, number};
use crate::sources::decoding::Decoding;
use crate::sources::{Described, Measure, MissingValues};

/// How cases are packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packing {
    /// Not at all.
    Plain,
    /// One byte for a small number.
    Bytecode,
    /// The same, and that in zlib's blocks.
    Zlib,
}

/// What stands before the cases.
#[derive(Debug)]
pub(super) struct Dictionary {
    pub(super) variables: Vec<Variable>,
    pub(super) packing: Packing,
    /// What is taken from a byte that stands for a number.
    pub(super) bias: f64,
    /// Number of cases, where the file says it.
    pub(super) cases: Option<u64>,
    /// The number that stands for no value.
    pub(super) blank: f64,
    pub(super) decoding: Decoding,
    /// Labels of variables whose codes share one, to be told.
    pub(super) shared: Vec<(usize, String)>,
}

/// A variable.
#[derive(Debug)]
pub(super) struct Variable {
    pub(super) name: String,
    /// Widths of the pieces of its text; none for a number.
    pub(super) pieces: Vec<usize>,
    pub(super) shown: Shown,
    pub(super) described: Described,
}

/// A variable record.
#[derive(Debug)]
struct Record {
    name: Vec<u8>,
    width: usize,
    label: Vec<u8>,
    shown: Shown,
    missing: Vec<[u8; 8]>,
    has_range: bool,
    measure: Option<Measure>,
    labels: Vec<(Vec<u8>, Vec<u8>)>,
}

/// Values and labels of a variable of long texts, as bytes.
type LongLabels = Vec<(Vec<u8>, Vec<u8>)>;

/// The records of a dictionary.
#[derive(Debug, Default)]
struct Records {
    variables: Vec<Record>,
    /// The variable that begins in each eight bytes of a case.
    slots: Vec<Option<usize>>,
    page: Option<i32>,
    encoding: Option<Vec<u8>>,
    blank: Option<f64>,
    cases: Option<u64>,
    long_names: Vec<u8>,
    very_long: Vec<u8>,
    measures: Vec<i32>,
    long_labels: HashMap<Vec<u8>, LongLabels>,
    long_missing: HashMap<Vec<u8>, Vec<Vec<u8>>>,
    /// Bytes of labels that variables share.
    labelled: usize,
}

/// Reads the dictionary at the front of `bytes`; an encoding that was declared goes before the file's own.
pub(super) fn read(
    bytes: &mut Bytes<'_>,
    declared: Option<&'static Encoding>,
) -> Result<Dictionary, Diagnostics> {
    let magic: [u8; 4] = bytes.array("its header")?;
    bytes.take(60, "its header")?;
    let layout = bytes.array("its header")?;
    bytes.big = match (i32::from_le_bytes(layout), i32::from_be_bytes(layout)) {
        (2 | 3, _) => false,
        (_, 2 | 3) => true,
        (other, _) => {
            return Err(bytes.damaged(64, format!("no layout of SPSS has the number {other}")).into());
        }
    };
    bytes.int("its header")?;
    let at = bytes.at;
    let packing = match (bytes.int("its header")?, &magic) {
        (2, _) | (_, b"$FL3") => Packing::Zlib,
        (0, _) => Packing::Plain,
        (1, _) => Packing::Bytecode,
        (other, _) => {
            return Err(bytes.damaged(at, format!("no packing of SPSS has the number {other}")).into());
        }
    };
    bytes.int("its header")?;
    let cases = u64::try_from(bytes.int("its header")?).ok();
    let bias = bytes.number("its header")?;
    bytes.take(84, "its header")?;
    let mut records = Records { cases, ..Records::default() };
    records.read(bytes)?;
    records.dictionary(bytes, packing, bias, declared)
}

impl Records {
    fn read(&mut self, bytes: &mut Bytes<'_>) -> Result<(), Diagnostics> {
        loop {
            let at = bytes.at;
            match bytes.int("its dictionary")? {
                2 => self.variable(bytes)?,
                3 => self.value_labels(bytes)?,
                6 => {
                    let lines = bytes.count("its notes")?;
                    bytes.take(lines.saturating_mul(80), "its notes")?;
                }
                7 => self.extension(bytes)?,
                999 => {
                    bytes.int("its dictionary")?;
                    return Ok(());
                }
                other => {
                    return Err(bytes
                        .damaged(at, format!("no record of SPSS has the number {other}"))
                        .into());
                }
            }
        }
    }

    fn variable(&mut self, bytes: &mut Bytes<'_>) -> Result<(), Diagnostics> {
        const WHAT: &str = "a variable of its dictionary";
        let at = bytes.at;
        let kind = bytes.int(WHAT)?;
        let has_label = bytes.int(WHAT)? != 0;
        let missing = bytes.int(WHAT)?;
        let shown = Shown::of(bytes.int(WHAT)?);
        bytes.int(WHAT)?;
        let name = trimmed(bytes.take(8, WHAT)?).to_vec();
        let label = if has_label {
            let length = bytes.count(WHAT)?;
            let label = bytes.take(length, WHAT)?.to_vec();
            bytes.take(length.next_multiple_of(4) - length, WHAT)?;
            label
        } else {
            Vec::new()
        };
        if !(-3..=3).contains(&missing) || missing == -1 {
            return Err(bytes.damaged(at, format!("a variable has {missing} missing values")).into());
        }
        let mut values = Vec::new();
        for _ in 0..missing.unsigned_abs() {
            values.push(bytes.array(WHAT)?);
        }
        // Each further eight bytes of a text have a record of their own.
        if kind == -1 {
            self.slots.push(None);
            return Ok(());
        }
        let width = usize::try_from(kind).ok().filter(|width| *width <= 255);
        let Some(width) = width else {
            return Err(bytes.damaged(at, format!("a variable has a width of {kind}")).into());
        };
        self.slots.push(Some(self.variables.len()));
        self.variables.push(Record {
            name,
            width,
            label,
            shown,
            missing: values,
            has_range: missing < 0,
            measure: None,
            labels: Vec::new(),
        });
        Ok(())
    }

    fn value_labels(&mut self, bytes: &mut Bytes<'_>) -> Result<(), Diagnostics> {
        const WHAT: &str = "value labels of its dictionary";
        /// Bytes that labels may take, which a short list of variables can share any number of times.
        const MOST_LABELS: usize = 1 << 27;
        let mut labels = Vec::new();
        for _ in 0..bytes.count(WHAT)? {
            let value: [u8; 8] = bytes.array(WHAT)?;
            let length = usize::from(bytes.array::<1>(WHAT)?[0]);
            let label = bytes.take(length, WHAT)?.to_vec();
            bytes.take((length + 1).next_multiple_of(8) - (length + 1), WHAT)?;
            labels.push((value.to_vec(), label));
        }
        let size: usize = labels.iter().map(|(value, label)| value.len() + label.len()).sum();
        let at = bytes.at;
        if bytes.int(WHAT)? != 4 {
            return Err(bytes
                .damaged(at, "value labels are not followed by their variables".to_owned())
                .into());
        }
        for _ in 0..bytes.count(WHAT)? {
            let at = bytes.at;
            let slot = bytes.count(WHAT)?;
            let variable = slot.checked_sub(1).and_then(|slot| self.slots.get(slot).copied().flatten());
            match variable.and_then(|number| self.variables.get_mut(number)) {
                Some(variable) => {
                    self.labelled = self.labelled.saturating_add(size);
                    if self.labelled > MOST_LABELS {
                        return Err(bytes
                            .damaged(at, "value labels are given to variables without end".to_owned())
                            .into());
                    }
                    variable.labels.clone_from(&labels);
                }
                None => {
                    let message = format!("value labels are given to variable {slot}, which is not there");
                    return Err(bytes.damaged(at, message).into());
                }
            }
        }
        Ok(())
    }

    fn extension(&mut self, bytes: &mut Bytes<'_>) -> Result<(), Diagnostics> {
        const WHAT: &str = "an extension of its dictionary";
        let kind = bytes.int(WHAT)?;
        let (size, count) = (bytes.count(WHAT)?, bytes.count(WHAT)?);
        let start = bytes.at;
        let content = bytes.take(size.saturating_mul(count), WHAT)?;
        let mut inner = bytes.clone();
        inner.at = start;
        let end = bytes.at;
        match kind {
            3 if content.len() >= 32 => {
                inner.at += 28;
                self.page = Some(inner.int(WHAT)?);
            }
            4 if content.len() >= 8 => self.blank = Some(inner.number(WHAT)?),
            11 if size == 4 => {
                for _ in 0..count {
                    self.measures.push(inner.int(WHAT)?);
                }
            }
            13 => self.long_names = content.to_vec(),
            14 => self.very_long = content.to_vec(),
            16 if content.len() >= 16 => {
                inner.long(WHAT)?;
                self.cases = u64::try_from(inner.long(WHAT)?).ok();
            }
            20 => self.encoding = Some(content.to_vec()),
            21 => {
                while inner.at < end {
                    let name = trimmed(counted(&mut inner)?).to_vec();
                    inner.int(WHAT)?;
                    for _ in 0..inner.count(WHAT)? {
                        let value = counted(&mut inner)?.to_vec();
                        let label = counted(&mut inner)?.to_vec();
                        self.long_labels.entry(name.clone()).or_default().push((value, label));
                    }
                }
            }
            22 => {
                while inner.at < end {
                    let name = trimmed(counted(&mut inner)?).to_vec();
                    let values = inner.array::<1>(WHAT)?[0];
                    let length = inner.count(WHAT)?;
                    for _ in 0..values {
                        let value = inner.take(length, WHAT)?.to_vec();
                        self.long_missing.entry(name.clone()).or_default().push(value);
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn dictionary(
        mut self,
        bytes: &Bytes<'_>,
        packing: Packing,
        bias: f64,
        declared: Option<&'static Encoding>,
    ) -> Result<Dictionary, Diagnostics> {
        let mut decoding = Decoding::of(declared, self.encoding.as_deref(), self.page, bytes)?;
        // Measure, width and alignment of each variable; old files leave out the width.
        let each = if self.measures.len() == 3 * self.variables.len() { 3 } else { 2 };
        for (variable, of) in self.variables.iter_mut().zip(self.measures.chunks(each)) {
            variable.measure = match of.first() {
                Some(1) => Some(Measure::Nominal),
                Some(2) => Some(Measure::Ordinal),
                Some(3) => Some(Measure::Scale),
                _ => None,
            };
        }
        let names: IndexMap<&[u8], &[u8]> = pairs(&self.long_names).collect();
        let widths: IndexMap<&[u8], usize> = pairs(&self.very_long)
            .filter_map(|(name, width)| Some((name, std::str::from_utf8(width).ok()?.trim().parse().ok()?)))
            .collect();
        let (mut variables, mut shared) = (Vec::new(), Vec::new());
        let mut records = self.variables.iter().peekable();
        while let Some(record) = records.next() {
            let name = names.get(&record.name[..]).copied().unwrap_or(&record.name);
            let mut pieces = if record.width == 0 { Vec::new() } else { vec![record.width] };
            // A text of more than 255 bytes is cut into pieces that look like variables.
            let whole = widths.get(&record.name[..]).copied().unwrap_or_default();
            for _ in 1..whole.div_ceil(252) {
                match records.peek().filter(|piece| piece.width > 0) {
                    Some(piece) => pieces.push(piece.width),
                    None => {
                        let name = decoding.text(name);
                        let message = format!("`{name}` is {whole} bytes wide, and pieces of it are missing");
                        return Err(bytes.damaged(bytes.at, message).into());
                    }
                }
                records.next();
            }
            let mut described = self.described(record, name, bytes.big, &mut decoding);
            if pieces.len() > 1 {
                described.format = format!("A{whole}");
            }
            let mut met = HashSet::new();
            let twice = described.value_labels.values().find(|label| !met.insert(*label));
            shared.extend(twice.map(|label| (variables.len(), label.clone())));
            let name = crate::sources::on_one_line(&decoding.text(name));
            variables.push(Variable { name, pieces, shown: record.shown, described });
        }
        if variables.is_empty() {
            return Err(bytes.damaged(bytes.at, "the file has no variable".to_owned()).into());
        }
        let blank = self.blank.unwrap_or(-f64::MAX);
        Ok(Dictionary { variables, packing, bias, cases: self.cases, blank, decoding, shared })
    }

    /// What is said of a variable; labels and missing values of long texts go by either of its names.
    fn described(&self, record: &Record, name: &[u8], big: bool, decoding: &mut Decoding) -> Described {
        let is_number = record.width == 0;
        let mut code = |value: &[u8]| match <[u8; 8]>::try_from(value) {
            Ok(value) if is_number => record.shown.text(number(value, big)).unwrap_or_default(),
            _ => decoding.text(trimmed(value)),
        };
        let long = self.long_labels.get(name).or_else(|| self.long_labels.get(&record.name));
        let long = long.into_iter().flatten();
        let labels = record.labels.iter().chain(long);
        let coded: Vec<(String, &Vec<u8>)> = labels.map(|(value, label)| (code(value), label)).collect();
        let (range, single) = record.missing.split_at(if record.has_range { 2 } else { 0 });
        let long = self.long_missing.get(name).or_else(|| self.long_missing.get(&record.name));
        let long = long.into_iter().flatten().map(|value| &value[..]);
        let codes = single.iter().map(|value| &value[..]).chain(long).map(code).collect();
        let range = match range {
            [from, to] => Some((number(*from, big), number(*to, big))),
            _ => None,
        };
        let value_labels =
            coded.into_iter().map(|(code, label)| (code, decoding.text(trimmed(label)))).collect();
        Described {
            label: crate::sources::on_one_line(&decoding.text(&record.label)),
            value_labels,
            missing: MissingValues { codes, range },
            measure: record.measure,
            format: record.shown.name(),
        }
    }
}

/// Bytes behind their number.
fn counted<'a>(bytes: &mut Bytes<'a>) -> Result<&'a [u8], Diagnostics> {
    const WHAT: &str = "an extension of its dictionary";
    let length = bytes.count(WHAT)?;
    bytes.take(length, WHAT)
}

/// `NAME=value` between tabs and zeros.
fn pairs(content: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    content.split(|b| matches!(b, b'\t' | 0)).filter_map(|pair| {
        let equals = pair.iter().position(|b| *b == b'=')?;
        Some((&pair[..equals], &pair[equals + 1..]))
    })
}

/// Without the spaces behind it.
pub(super) fn trimmed(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().rposition(|b| !matches!(b, b' ' | 0)).map_or(0, |last| last + 1);
    &bytes[..end]
}
