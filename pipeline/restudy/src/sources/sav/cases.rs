//! The cases of an SPSS system file, unpacked eight bytes at a time.
//!
//! In: the bytes behind the dictionary. Out: [`Slots`], each eight bytes of a case, or the end, or where the file breaks.

use std::io::Read;

use flate2::read::ZlibDecoder;

use super::dictionary::{Dictionary, Packing};
use crate::diagnostic::Diagnostics;
use crate::sources::binary::Bytes;

/// Bytes that the blocks of zlib may hold together.
const LARGEST: usize = 1 << 29;

/// Eight bytes of a case.
#[derive(Clone, Copy, Debug)]
pub(super) enum Slot {
    /// As they are.
    Bytes([u8; 8]),
    /// A number.
    Number(f64),
    /// No number.
    Blank,
    /// Eight spaces.
    Spaces,
}

/// What goes through the slots of a file.
pub(super) struct Slots<'a> {
    bytes: Bytes<'a>,
    is_packed: bool,
    bias: f64,
    codes: [u8; 8],
    next: usize,
    is_done: bool,
}

impl<'a> Slots<'a> {
    /// The slots in `bytes`, which stand behind the dictionary, or in `unpacked`, if blocks of zlib were there.
    pub(super) fn of(bytes: Bytes<'a>, dictionary: &Dictionary) -> Slots<'a> {
        let is_packed = dictionary.packing != Packing::Plain;
        Slots { bytes, is_packed, bias: dictionary.bias, codes: [0; 8], next: 8, is_done: false }
    }

    /// The byte that is read next.
    pub(super) fn fault(&self, message: String) -> crate::diagnostic::Diagnostic {
        self.bytes.fault(message)
    }

    /// The next slot; none at the end of the cases.
    ///
    /// # Errors
    /// The file ends within a slot.
    pub(super) fn next(&mut self) -> Result<Option<Slot>, Diagnostics> {
        const WHAT: &str = "its cases";
        if !self.is_packed {
            return match self.bytes.is_at_end() {
                true => Ok(None),
                false => Ok(Some(Slot::Bytes(self.bytes.array(WHAT)?))),
            };
        }
        while !self.is_done {
            if self.next == 8 {
                // The last codes may be cut short.
                let left = self.bytes.rest().len().min(8);
                if left == 0 {
                    break;
                }
                self.codes = [0; 8];
                self.codes[..left].copy_from_slice(self.bytes.take(left, WHAT)?);
                self.next = 0;
            }
            let code = self.codes[self.next];
            self.next += 1;
            match code {
                0 => {}
                252 => self.is_done = true,
                253 => return Ok(Some(Slot::Bytes(self.bytes.array(WHAT)?))),
                254 => return Ok(Some(Slot::Spaces)),
                255 => return Ok(Some(Slot::Blank)),
                code => return Ok(Some(Slot::Number(f64::from(code) - self.bias))),
            }
        }
        Ok(None)
    }
}

/// What the blocks of zlib behind the dictionary hold.
///
/// # Errors
/// The blocks are not where the file says, are broken, or hold more than may be read.
pub(super) fn unpacked(bytes: &mut Bytes<'_>) -> Result<Vec<u8>, Diagnostics> {
    const WHAT: &str = "its packed cases";
    let start = bytes.at;
    bytes.long(WHAT)?;
    let (trailer, length) = (bytes.long(WHAT)?, bytes.long(WHAT)?);
    let mut unpacked = Vec::new();
    let mut index = bytes.clone();
    index.at = usize::try_from(trailer).unwrap_or(usize::MAX);
    if trailer < 0 || length < 24 {
        return Err(bytes.damaged(start, "the index of its packed cases is nowhere".to_owned()).into());
    }
    index.take(20, WHAT)?;
    for _ in 0..index.count(WHAT)? {
        index.long(WHAT)?;
        let at = index.long(WHAT)?;
        let (whole, packed) = (index.count(WHAT)?, index.count(WHAT)?);
        let mut block = bytes.clone();
        block.at = usize::try_from(at).unwrap_or(usize::MAX);
        let packed = block.take(packed, WHAT)?;
        if unpacked.len().saturating_add(whole) > LARGEST {
            let fault = block.fault(format!("its cases are more than {} MiB unpacked", LARGEST >> 20));
            return Err(fault.hint("save it with fewer variables, or as `.sav`").into());
        }
        let before = unpacked.len();
        let limit = u64::try_from(whole).unwrap_or(u64::MAX);
        let read = ZlibDecoder::new(packed).take(limit.saturating_add(1)).read_to_end(&mut unpacked);
        if read.is_err() || unpacked.len() - before != whole {
            return Err(block
                .damaged(usize::try_from(at).unwrap_or(0), "a packed block is broken".to_owned())
                .into());
        }
    }
    Ok(unpacked)
}
